"""Score items with a fitted model: calibrated relevance per topic, explained in the item's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.clues import Reader, Sign
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

_CHINESE = re.compile("[\u3400-\u9fff]")
_SHOWN = 4
"""Features shown for, and as many against."""
_LEAST_SHOWN = 0.15
"""Log-odds; what moves a score by less than three percent points is not worth showing."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """The fitted weights of one topic, as log-odds.

    ``sign_weights``: shape (n_columns of the reader,); ``gram_weights``: shape (BUCKETS,). The calibrated log-odds are
    ``slope * (bias + signs + grams) + shift``, and a little more for short items (SHORT_LIFT).
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
    """What is read of a batch of items before any weight is applied; signs are per item, per topic."""

    signs: tuple[tuple[list[Sign], ...], ...]
    grams: Grams
    folded: tuple[tuple[Folded, Folded], ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted classifier of all topics. ``idf``: shape (BUCKETS,). Derived data: rebuilt or loaded, never edited."""

    definitions: tuple[TopicDefinition, ...]
    topics: tuple[TopicModel, ...]
    idf: Weights
    fingerprint: str
    _reader: list[Reader] = field(default_factory=list, compare=False, repr=False)

    def score(self, items: Sequence[tuple[str, str]]) -> list[tuple[TopicScore, ...]]:
        """Return for each (title, text) one score per topic, in definition order, with the features that speak most.

        Items are independent of each other and of their order. Never raises on any text.
        """
        scores: list[tuple[TopicScore, ...]] = []
        for start in range(0, len(items), _BATCH):
            scores.extend(self._score_batch(items[start : start + _BATCH]))
        return scores

    @property
    def reader(self) -> Reader:
        """Return the compiled lists and clues, made at first use."""
        if not self._reader:
            self._reader.append(Reader(self.definitions))
        return self._reader[0]

    def _score_batch(self, items: Sequence[tuple[str, str]]) -> Iterator[tuple[TopicScore, ...]]:
        batch = read_batch(self.reader, items)
        values = batch.grams.normalised(self.idf)
        lifts = [_lift(title.original, text.original) for title, text in batch.folded]
        by_topic = [self._score_topic(number, batch, values, lifts) for number in range(len(self.topics))]
        return zip(*by_topic, strict=True) if by_topic else iter([()] * len(items))

    def _score_topic(self, number: int, batch: TextBatch, values: Floats, lifts: Sequence[float]) -> list[TopicScore]:
        topic, names = self.topics[number], self.reader.names[number]
        grams = batch.grams
        of_words: Floats = np.bincount(
            grams.words, weights=values * topic.gram_weights[grams.buckets], minlength=len(grams.word_items)
        ).astype(np.float64)
        from_words = np.bincount(grams.word_items, weights=of_words, minlength=grams.n_items)
        telling = _telling_words(grams, of_words)
        scores = []
        for item, signs in enumerate(batch.signs):
            parts = _sign_parts(signs[number], names, topic) if signs[number] else {}
            total = topic.bias + float(from_words[item]) + sum(weight for weight, _ in parts.values())
            shown = [*_contributions(parts), *_word_contributions(batch, item, telling.get(item, ()))]
            scores.append(
                TopicScore(
                    topic=topic.id,
                    score=_probability(topic.slope * total + topic.shift + lifts[item]),
                    threshold=topic.threshold,
                    fingerprint=self.fingerprint,
                    contributions=_strongest(shown),
                )
            )
        return scores


def read_batch(reader: Reader, items: Sequence[tuple[str, str]]) -> TextBatch:
    """Return what is read of (title, text) pairs, cut to MAX_TITLE and MAX_TEXT."""
    cut = [(title[:MAX_TITLE], text[:MAX_TEXT]) for title, text in items]
    folded = tuple((fold(title), fold(text)) for title, text in cut)
    grams = read_grams([f"{title.text}\n{text.text}" for title, text in folded])
    return TextBatch(tuple(reader.read(title, text) for title, text in cut), grams, folded)


def _sign_parts(signs: Sequence[Sign], names: Sequence[str], topic: TopicModel) -> dict[str, tuple[float, Evidence]]:
    """Return what each list and clue adds; a list's part in the title and in the whole item are one."""
    parts: dict[str, tuple[float, Evidence]] = {}
    for sign in signs:
        kind, name = names[sign.column].split(":", 1)
        feature = f"{'clue' if kind == 'clue' else 'list'}:{name}"
        before, evidence = parts.get(feature, (0.0, sign.evidence))
        parts[feature] = (before + float(topic.sign_weights[sign.column]) * sign.value, evidence)
    return parts


def _contributions(parts: Mapping[str, tuple[float, Evidence]]) -> Iterator[Contribution]:
    for feature, (weight, evidence) in parts.items():
        if abs(weight) >= _LEAST_SHOWN:
            yield Contribution(feature, round(weight, 3), evidence)


def _telling_words(grams: Grams, of_words: Floats) -> dict[int, list[tuple[int, float]]]:
    """Return by item the word that speaks most for and the one that speaks most against, with what they add."""
    telling: dict[int, list[tuple[int, float]]] = {}
    if not len(of_words):
        return telling
    starts = np.flatnonzero(np.diff(grams.word_items, prepend=-1))
    lengths = np.diff(starts, append=len(of_words))
    for extreme in (np.maximum.reduceat(of_words, starts), np.minimum.reduceat(of_words, starts)):
        places = np.flatnonzero(of_words == np.repeat(extreme, lengths))
        places = places[np.abs(of_words[places]) >= _LEAST_SHOWN]
        owners, firsts = np.unique(grams.word_items[places], return_index=True)
        for item, word in zip(owners.tolist(), places[firsts].tolist(), strict=True):
            found = telling.setdefault(item, [])
            if not found or found[0][0] != word:
                found.append((word, float(of_words[word])))
    return telling


def _word_contributions(batch: TextBatch, item: int, words: Sequence[tuple[int, float]]) -> Iterator[Contribution]:
    for word, weight in words:
        evidence = _word(batch, item, int(batch.grams.word_starts[word]), int(batch.grams.word_ends[word]))
        yield Contribution(f"word:{evidence.quote}", round(weight, 3), evidence)


def _word(batch: TextBatch, item: int, start: int, end: int) -> Evidence:
    title, text = batch.folded[item]
    body_at = len(title.text) + 1
    field_, folded, shift = (Field.TITLE, title, 0) if start < body_at else (Field.BODY, text, body_at)
    begin, stop = slice_of(folded, start - shift, end - shift)
    quote = folded.original[begin:stop]
    return Evidence(field_, begin, stop, quote, quote)


def _strongest(contributions: Sequence[Contribution]) -> tuple[Contribution, ...]:
    """Return the strongest for, then the strongest against, strongest first."""
    if not contributions:
        return ()
    ranked = sorted(contributions, key=lambda one: (-abs(one.weight), one.feature))
    speaking_for = [one for one in ranked if one.weight > 0][:_SHOWN]
    return (*speaking_for, *[one for one in ranked if one.weight < 0][:_SHOWN])


def _lift(title: str, text: str) -> float:
    length = len(title) + len(text)
    if length >= SHORT:
        return 0.0
    if not (title.isascii() and text.isascii()):
        length += 2 * (len(_CHINESE.findall(title)) + len(_CHINESE.findall(text)))
    return SHORT_LIFT * max(0.0, 1.0 - length / SHORT)


def _probability(log_odds: float) -> float:
    return round(1.0 / (1.0 + exp(-min(max(log_odds, -30.0), 30.0))), 6)
