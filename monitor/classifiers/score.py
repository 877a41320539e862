"""Score items with a fitted model: calibrated relevance per topic, explained in the item's own words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.ngrams import Floats
from monitor.classifiers.reading import Reader
from monitor.classifiers.reasons import Reasons
from monitor.classifiers.textbatch import MAX_TEXT, TextBatch, batches, read_batch
from monitor.classifiers.windows import LONG_ITEM, Part, of_part, parts
from monitor.records import TopicScore

Weights = NDArray[np.float32]

_KEPT = 31 * 1024**2
"""Bytes; the most that glibc learns from. Dense items are scored a fifth faster by it."""
_EVEN = 1e-9
"""Items that do not differ are not divided by nothing."""


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
class Model:
    """A fitted classifier of all topics. ``idf``: shape (BUCKETS,). Derived data: rebuilt or loaded, never edited."""

    definitions: tuple[TopicDefinition, ...]
    topics: tuple[TopicModel, ...]
    idf: Weights
    fingerprint: str
    _reader: list[Reader] = field(default_factory=list, compare=False, repr=False)

    def score(self, items: Sequence[tuple[str, str]], explained_from: float = 0.0) -> list[tuple[TopicScore, ...]]:
        """Return for each (title, text) one score per topic, in definition order, with the features that speak most.

        A long item counts as much as the most relevant of its parts, if that is more than it does as a whole. Scores
        below ``explained_from`` times their threshold come without features (infinity: all). Items are independent of
        each other and of their order. Never raises on any text.
        """
        scores = self._score_whole(items, explained_from)
        places = [
            Part(number, begin, end)
            for number, (title, text) in enumerate(items)
            if len(title) + len(text) > LONG_ITEM
            for begin, end in parts(text[:MAX_TEXT])
        ]
        if places:
            self._look_into(items, places, scores, explained_from)
        return scores

    def _look_into(
        self,
        items: Sequence[tuple[str, str]],
        places: Sequence[Part],
        scores: list[tuple[TopicScore, ...]],
        explained_from: float,
    ) -> None:
        """Replace scores of items by those of their parts where these are higher."""
        texts = [("", items[part.item][1][part.begin : part.end]) for part in places]
        best: dict[tuple[int, int], tuple[TopicScore, int]] = {}
        for number, (part, found) in enumerate(zip(places, self._score_whole(texts, math.inf), strict=True)):
            for topic, one in enumerate(found):
                own, before = of_part(one, part.begin), best.get((part.item, topic))
                if own.score > (before[0] if before else scores[part.item][topic]).score:
                    best[part.item, topic] = (own, number)
        # Only what is shown is explained: most parts of a long text say nothing.
        wanted = sorted({number for own, number in best.values() if own.score >= explained_from * own.threshold})
        explained = dict(zip(wanted, self._score_whole([texts[number] for number in wanted], 0.0), strict=True))
        for (item, topic), (own, number) in best.items():
            is_shown = own.score >= explained_from * own.threshold
            shown = of_part(explained[number][topic], places[number].begin) if is_shown else own
            scores[item] = (*scores[item][:topic], shown, *scores[item][topic + 1 :])

    def _score_whole(self, items: Sequence[tuple[str, str]], explained_from: float) -> list[tuple[TopicScore, ...]]:
        scores: list[tuple[TopicScore, ...]] = []
        for batch in batches(items):
            scores.extend(self._score_batch(read_batch(self.reader, batch), explained_from))
        return scores

    def disputes(self, items: Sequence[tuple[str, str]], topic: str) -> list[float]:
        """Return how far what the lists and clues of each (title, text) say is from what its other words say.

        In standard deviations of either among these items; 0 where they agree.
        """
        number = [one.id for one in self.topics].index(topic)
        parts = [self._parts(read_batch(self.reader, batch), number) for batch in batches(items)]
        if not parts:
            return []
        signs, words = (np.concatenate([part[kind] for part in parts]) for kind in range(2))
        apart = signs / max(float(signs.std()), _EVEN) - words / max(float(words.std()), _EVEN)
        found: list[float] = np.abs(apart - apart.mean()).tolist()
        return found

    def _parts(self, batch: TextBatch, number: int) -> tuple[Floats, Floats]:
        topic, signs = self.topics[number], batch.readings.signs[number]
        (of_words,) = batch.grams.word_weights(self.idf, [topic.gram_weights])
        of_signs = topic.sign_weights[signs.columns] * signs.values
        from_signs: Floats = np.bincount(signs.items, of_signs, batch.n_items).astype(np.float64)
        from_words: Floats = np.bincount(batch.grams.word_items, of_words, batch.n_items).astype(np.float64)
        return from_signs, from_words

    @property
    def reader(self) -> Reader:
        """Return the compiled lists and clues, made at first use."""
        if not self._reader:
            # Taken and given back untouched: glibc then keeps what is freed for the next batch (mallopt(3): the
            # threshold is dynamic), else every batch fetches all its pages from the system anew.
            np.empty(_KEPT, dtype=np.uint8)
            self._reader.append(Reader(self.definitions))
        return self._reader[0]

    def _score_batch(self, batch: TextBatch, explained_from: float) -> Iterator[tuple[TopicScore, ...]]:
        of_words = batch.grams.word_weights(self.idf, [topic.gram_weights for topic in self.topics])
        by_topic = [
            self._score_topic(number, batch, of_words[number], explained_from) for number in range(len(self.topics))
        ]
        return zip(*by_topic, strict=True) if by_topic else iter([()] * batch.n_items)

    def _score_topic(self, number: int, batch: TextBatch, of_words: Floats, explained_from: float) -> list[TopicScore]:
        topic, grams, signs = self.topics[number], batch.grams, batch.readings.signs[number]
        of_signs = topic.sign_weights[signs.columns] * signs.values
        totals = np.bincount(grams.word_items, weights=of_words, minlength=grams.n_items)
        totals += np.bincount(signs.items, weights=of_signs, minlength=grams.n_items)
        scores = _probabilities(topic.slope * (topic.bias + totals) + topic.shift + batch.lifts)
        notable = [score >= explained_from * topic.threshold for score in scores]
        reasons = Reasons(self.reader, batch, number, of_signs, of_words).of(notable)
        return [
            TopicScore(topic.id, score, topic.threshold, self.fingerprint, shown)
            for score, shown in zip(scores, reasons, strict=True)
        ]


def _probabilities(log_odds: Floats) -> list[float]:
    scores: list[float] = np.round(1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0))), 6).tolist()
    return scores
