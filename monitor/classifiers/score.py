"""Score items with a fitted model: calibrated relevance per topic, explained in the item's own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.ngrams import Floats
from monitor.classifiers.reading import Reader
from monitor.classifiers.reasons import Reasons
from monitor.classifiers.textbatch import TextBatch, batches, read_batch
from monitor.records import TopicScore

Weights = NDArray[np.float32]


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

        Scores below ``explained_from`` times their threshold come without features (infinity: all). Items are
        independent of each other and of their order. Never raises on any text.
        """
        scores: list[tuple[TopicScore, ...]] = []
        for batch in batches(items):
            scores.extend(self._score_batch(read_batch(self.reader, batch), explained_from))
        return scores

    @property
    def reader(self) -> Reader:
        """Return the compiled lists and clues, made at first use."""
        if not self._reader:
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
