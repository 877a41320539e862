"""Fit the classifiers: one calibrated logistic regression per topic over lists, clues and n-grams.

The settings below were chosen on two labelled samples that are never trained on; docs/quality.md says how to measure.
scikit-learn is imported only while fitting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.cache import dump, load
from monitor.classifiers.clues import Reader
from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.ngrams import BUCKETS, Floats
from monitor.classifiers.passages import Judgement, Passage, fingerprint, latest_judgements
from monitor.classifiers.score import Model, TextBatch, TopicModel, Weights, read_batch

__all__ = ["Model", "dump", "load", "train"]

GRAM_SCALE = 12.0
"""How strongly n-grams may speak beside lists and clues: less and English loses, more and the other scripts do."""

FEWEST_TEXTS = 2
"""An n-gram of one text alone teaches nothing about others, and two thirds are of that kind."""

REGULARISATION = 0.3
"""C of the logistic regression."""

JUDGEMENT_WEIGHT = 2.0
"""An analyst's judgement about a real item counts as two written passages."""

_FOLDS = 3
_ITERATIONS = 5_000
_TOLERANCE = 1e-3
"""Ten times scikit-learn's own: scores change in the third decimal, fitting takes half the time."""
_FEWEST = 10
"""Examples of each kind below which there is nothing to calibrate on."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what is known about it; a topic that ``labels`` does not name is not known."""

    title: str
    text: str
    labels: dict[str, bool]
    weight: float
    group: str


@dataclass(frozen=True, slots=True)
class _Table:
    """One topic's training data. ``matrix``: sparse, shape (n_rows, n_signs + n_buckets in use)."""

    matrix: Any
    labels: NDArray[np.bool_]
    weights: Floats
    groups: NDArray[np.int64]


def train(
    definitions: tuple[TopicDefinition, ...],
    passages: tuple[Passage, ...],
    feedback: tuple[Judgement, ...],
    seed: int = 0,
) -> Model:
    """Return a model fitted to passages, judgements and the definitions' own sentences.

    The same input gives the same model. A topic without examples of both kinds scores everything 0.
    """
    reader = Reader(definitions)
    examples = collect_examples(definitions, passages, feedback)
    batch = read_batch(reader, [(example.title, example.text) for example in examples])
    counts = _text_counts(batch)
    idf = (np.log((1 + len(examples)) / (1 + counts)) + 1).astype(np.float32)
    buckets = np.flatnonzero(counts >= FEWEST_TEXTS)
    topics = []
    for number, definition in enumerate(definitions):
        n_signs = len(reader.names[number])
        features = _features(number, n_signs, batch, idf, buckets)
        table = _select(features, examples, definition.id)
        topics.append(_fit_topic(definition, table, n_signs, buckets, seed))
    return Model(definitions, tuple(topics), idf, fingerprint(definitions, passages, feedback), [reader])


def collect_examples(
    definitions: tuple[TopicDefinition, ...], passages: tuple[Passage, ...], feedback: tuple[Judgement, ...]
) -> tuple[Example, ...]:
    """Return everything to learn from: passages, then the latest judgements, then the definitions' sentences."""
    ids = [definition.id for definition in definitions]
    found = [
        Example(p.title, p.text, {topic: topic in p.topics for topic in ids}, p.weight, p.origin) for p in passages
    ]
    found.extend(
        Example(one.title, one.text, {one.topic: one.label}, JUDGEMENT_WEIGHT, f"item:{one.item}")
        for one in latest_judgements(feedback)
        if one.topic in ids and (one.title or one.text)
    )
    for definition in definitions:
        for sentences, label in ((definition.counts, True), (definition.not_counts, False)):
            found.extend(
                Example("", sentence, {definition.id: label}, 1.0, f"definition:{sentence}") for sentence in sentences
            )
    return tuple(found)


def _text_counts(batch: TextBatch) -> NDArray[np.int64]:
    """Return for each row of the n-gram table in how many texts it occurs."""
    pairs = np.unique(batch.grams.items * BUCKETS + batch.grams.buckets)
    return np.bincount(pairs % BUCKETS, minlength=BUCKETS)


def _features(number: int, n_signs: int, batch: TextBatch, idf: Weights, buckets: NDArray[np.int64]) -> Any:
    """Return the feature matrix of one topic: signs, then n-grams times GRAM_SCALE; sparse, one row per text."""
    from scipy import sparse

    rows, columns, values = [], [], []
    for row, signs in enumerate(batch.signs):
        for sign in signs[number]:
            rows.append(row)
            columns.append(sign.column)
            values.append(sign.value)
    n_items, grams = batch.grams.n_items, batch.grams
    signs_part = sparse.csr_matrix((values, (rows, columns)), shape=(n_items, n_signs), dtype=np.float64)
    used = np.isin(grams.buckets, buckets)
    places = (grams.items[used], np.searchsorted(buckets, grams.buckets[used]))
    grams_part = sparse.csr_matrix((GRAM_SCALE * grams.normalised(idf)[used], places), shape=(n_items, len(buckets)))
    return sparse.hstack([signs_part, grams_part]).tocsr()


def _select(features: Any, examples: Sequence[Example], topic: str) -> _Table:
    known = [row for row, example in enumerate(examples) if topic in example.labels]
    numbers: dict[str, int] = {}
    return _Table(
        matrix=features[known],
        labels=np.array([examples[row].labels[topic] for row in known], dtype=np.bool_),
        weights=np.array([examples[row].weight for row in known], dtype=np.float64),
        groups=np.array([numbers.setdefault(examples[row].group, len(numbers)) for row in known], dtype=np.int64),
    )


def _fit_topic(
    definition: TopicDefinition, table: _Table, n_signs: int, buckets: NDArray[np.int64], seed: int
) -> TopicModel:
    signs, grams = np.zeros(n_signs, dtype=np.float32), np.zeros(BUCKETS, dtype=np.float32)
    bias, slope, shift = -30.0, 1.0, 0.0
    if table.labels.any() and not table.labels.all():
        weights, bias = _fit(table.matrix, table.labels, table.weights)
        signs = weights[:n_signs].astype(np.float32)
        grams[buckets] = GRAM_SCALE * weights[n_signs:]
        slope, shift = _calibrate(table, seed)
    return TopicModel(definition.id, definition.threshold, signs, grams, bias, slope, shift)


def _fit(matrix: Any, labels: NDArray[np.bool_], weights: Floats) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # comes with scikit-learn, without types

    model = LogisticRegression(C=REGULARISATION, max_iter=_ITERATIONS, tol=_TOLERANCE)
    # The vectors are short: on a busy machine threads that wait for each other take ten times as long as one.
    with threadpool_limits(limits=1):
        model.fit(matrix, labels, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


def _calibrate(table: _Table, seed: int) -> tuple[float, float]:
    """Return slope and shift that turn log-odds into honest ones (Platt), from texts the fit had not seen.

    Never sharpens: passages written to be clear are easier than news, so what makes them surer would overstate news.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    if min(int(table.labels.sum()), int((~table.labels).sum())) < _FEWEST or len(np.unique(table.groups)) < _FEWEST:
        return 1.0, 0.0
    unseen = np.zeros(len(table.labels))
    folds = StratifiedGroupKFold(n_splits=_FOLDS, shuffle=True, random_state=seed)
    for seen, held in folds.split(table.matrix, table.labels, table.groups):
        if table.labels[seen].any() and not table.labels[seen].all():
            weights, bias = _fit(table.matrix[seen], table.labels[seen], table.weights[seen])
            unseen[held] = table.matrix[held] @ weights + bias
    platt = LogisticRegression(C=1e6).fit(unseen[:, None], table.labels, sample_weight=table.weights)
    slope = float(platt.coef_[0][0])
    return (slope, float(platt.intercept_[0])) if slope < 1.0 else (1.0, 0.0)
