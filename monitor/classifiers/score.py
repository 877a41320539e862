"""Score items with a fitted model: calibrated relevance per topic, explained in the item's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.clues import Reader, Reading, Sign
from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.ngrams import Floats, Grams, read_grams
from monitor.records import Contribution, Evidence, Field, TopicScore
from monitor.text.fold import Folded, fold, slice_of

Weights = NDArray[np.float32]

MAX_TITLE = 1_000
MAX_TEXT = 20_000
"""Code points read of a title and a text: the main points of a news item stand at its beginning."""

_BATCH = 250
"""Small enough that the n-grams of a batch stay in the processor's cache: twice as fast as 1,000."""
SHORT = 150
"""Characters below which an item is short; a Chinese one counts three times, as it says about that much more."""
SHORT_LIFT = 1.0
"""Log-odds an item of no length gets, falling to none at SHORT. A bare headline has few words to show what it is about:
without this half of the relevant ones stay below the threshold, in every labelled sample, with hardly a false one."""

SHORT_LIFT_ELSEWHERE = 1.75
"""The same for items mostly in another script than Latin: far fewer passages teach their words. Of short passages
scored by models that had not seen them, every tenth relevant one more is found so, at a precision of 0.9 and above."""
LONG = 250
"""Characters above which an item is long."""
LONG_FALL = 1.0
"""Log-odds an item loses for every e-fold of LONG: the more words, the more lists are hit by chance. Passages are
short, so that this cannot be learned from them."""

_ELSEWHERE = re.compile("[\u0590-\u1dff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\ufefc]")
_CHINESE = re.compile("[\u3400-\u9fff]")
_SHOWN = 4
"""Features shown for, and as many against."""
_LEAST_SHOWN = 0.15
"""Log-odds; what moves a score by less than three percent points is not worth showing."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """The fitted weights of one topic, as log-odds.

    ``sign_weights``: shape (n_columns of the reader,); ``gram_weights``: shape (BUCKETS,). The calibrated log-odds are
    ``slope * (bias + signs + grams) + shift``, and ``lift`` for the length of the item.
    """

    id: str
    threshold: float
    sign_weights: Weights
    gram_weights: Weights
    bias: float
    slope: float
    shift: float


@dataclass(frozen=True, slots=True)
class TextBatch:
    """What is read of a batch of items before any weight is applied."""

    readings: tuple[Reading, ...]
    grams: Grams
    folded: tuple[tuple[Folded, Folded], ...]

    @property
    def signs(self) -> Iterator[tuple[list[Sign], ...]]:
        """Yield the signs of each item, per topic."""
        return (reading.signs for reading in self.readings)


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted classifier of all topics. ``idf``: shape (BUCKETS,). Derived data: rebuilt or loaded, never edited."""

    definitions: tuple[TopicDefinition, ...]
    topics: tuple[TopicModel, ...]
    idf: Weights
    fingerprint: str
    _reader: list[Reader] = field(default_factory=list, compare=False, repr=False)

    def score(self, items: Sequence[tuple[str, str]], explained_from: float = 0.0) -> list[tuple[TopicScore, ...]]:
        """Return for each (title, text) one score per topic, in definition order, with the features that speak most.

        Scores below ``explained_from`` times their threshold come without features (infinity: all). Items are
        independent of each other and of their order. Never raises on any text.
        """
        scores: list[tuple[TopicScore, ...]] = []
        for start in range(0, len(items), _BATCH):
            scores.extend(self._score_batch(items[start : start + _BATCH], explained_from))
        return scores

    @property
    def reader(self) -> Reader:
        """Return the compiled lists and clues, made at first use."""
        if not self._reader:
            self._reader.append(Reader(self.definitions))
        return self._reader[0]

    def _score_batch(self, items: Sequence[tuple[str, str]], explained_from: float) -> Iterator[tuple[TopicScore, ...]]:
        batch = read_batch(self.reader, items)
        of_words = batch.grams.word_weights(self.idf, [topic.gram_weights for topic in self.topics])
        lifts = [lift(title.original, text.original) for title, text in batch.folded]
        by_topic = [
            self._score_topic(number, batch, of_words[number], lifts, explained_from)
            for number in range(len(self.topics))
        ]
        return zip(*by_topic, strict=True) if by_topic else iter([()] * len(items))

    def _score_topic(
        self, number: int, batch: TextBatch, of_words: Floats, lifts: Sequence[float], explained_from: float
    ) -> list[TopicScore]:
        topic, grams = self.topics[number], batch.grams
        from_words = np.bincount(grams.word_items, weights=of_words, minlength=grams.n_items).tolist()
        weights = topic.sign_weights.tolist()
        explained_from *= topic.threshold
        scores = []
        for item, reading in enumerate(batch.readings):
            total = topic.bias + from_words[item]
            for column, value in reading.signs[number]:
                total += weights[column] * value
            score = _probability(topic.slope * total + topic.shift + lifts[item])
            shown = self._strongest(number, batch, item, of_words) if score >= explained_from else ()
            scores.append(TopicScore(topic.id, score, topic.threshold, self.fingerprint, shown))
        return scores

    def _strongest(self, number: int, batch: TextBatch, item: int, of_words: Floats) -> tuple[Contribution, ...]:
        """Return what speaks most for, then what speaks most against a topic, strongest first.

        Only what is shown gets its evidence.
        """
        topic, features = self.topics[number], self.reader.features[number]
        parts: dict[str, tuple[float, int]] = {}
        for column, value in batch.readings[item].signs[number]:
            # A list's part in the title and in the whole item are one.
            before, first = parts.get(features[column], (0.0, column))
            parts[features[column]] = (before + float(topic.sign_weights[column]) * value, first)
        ranked: list[tuple[float, str, Evidence | int]] = [
            (round(weight, 3), feature, column)
            for feature, (weight, column) in parts.items()
            if abs(weight) >= _LEAST_SHOWN
        ]
        for word in _telling_words(batch.grams, item, of_words):
            evidence = _word(batch, item, int(batch.grams.word_starts[word]), int(batch.grams.word_ends[word]))
            ranked.append((round(float(of_words[word]), 3), f"word:{evidence.quote}", evidence))
        ranked.sort(key=lambda one: (-abs(one[0]), one[1]))
        shown = [one for one in ranked if one[0] > 0][:_SHOWN] + [one for one in ranked if one[0] < 0][:_SHOWN]
        reading = batch.readings[item]
        return tuple(
            Contribution(feature, weight, self.reader.evidence(reading, number, at) if isinstance(at, int) else at)
            for weight, feature, at in shown
        )


def read_batch(reader: Reader, items: Sequence[tuple[str, str]]) -> TextBatch:
    """Return what is read of (title, text) pairs, cut to MAX_TITLE and MAX_TEXT."""
    cut = [(title[:MAX_TITLE], text[:MAX_TEXT]) for title, text in items]
    folded = tuple((fold(title), fold(text)) for title, text in cut)
    grams = read_grams([f"{title.text}\n{text.text}" for title, text in folded])
    return TextBatch(tuple(reader.read(title, text) for title, text in cut), grams, folded)


def _telling_words(grams: Grams, item: int, of_words: Floats) -> list[int]:
    """Return the word of an item that speaks most for and the one that speaks most against, if it says enough."""
    start, end = np.searchsorted(grams.word_items, (item, item + 1)).tolist()
    if start == end:
        return []
    own = of_words[start:end]
    found = dict.fromkeys((start + int(own.argmax()), start + int(own.argmin())))
    return [word for word in found if abs(of_words[word]) >= _LEAST_SHOWN]


def _word(batch: TextBatch, item: int, start: int, end: int) -> Evidence:
    title, text = batch.folded[item]
    body_at = len(title.text) + 1
    field_, folded, shift = (Field.TITLE, title, 0) if start < body_at else (Field.BODY, text, body_at)
    begin, stop = slice_of(folded, start - shift, end - shift)
    quote = folded.original[begin:stop]
    return Evidence(field_, begin, stop, quote, quote)


def lift(title: str, text: str) -> float:
    """Return the log-odds a short item gets and a long one loses."""
    length = len(title) + len(text)
    if length >= LONG:
        return -LONG_FALL * log(length / LONG)
    if length >= SHORT:
        return 0.0
    most = SHORT_LIFT
    if not (title.isascii() and text.isascii()):
        both = f"{title} {text}"
        if 2 * len(_ELSEWHERE.findall(both)) > length:
            most = SHORT_LIFT_ELSEWHERE
        length += 2 * len(_CHINESE.findall(both))
    return most * max(0.0, 1.0 - length / SHORT)


def _probability(log_odds: float) -> float:
    return round(1.0 / (1.0 + exp(-min(max(log_odds, -30.0), 30.0))), 6)
