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

GRAM_SCALE = 16.0
"""How strongly n-grams may speak beside lists and clues: less and English loses, more and the other scripts do."""

HALF_CLUES = 500
"""Judgements on a topic after which its hand-written clues may speak half as strongly as before the first."""

FEWEST_TEXTS = 2
"""An n-gram of one text alone teaches nothing about others, and two thirds are of that kind."""

REGULARISATION = 0.3
"""C of the logistic regression."""

JUDGEMENT_WEIGHT = 2.0
"""An analyst's judgement about a real item counts as two written passages."""

NEWS_SLOPE, NEWS_SHIFT = 0.7, -1.0
"""How the log-odds of written passages become those of news: passages are written to be clear, and more of them are
relevant. The two numbers were chosen on two labelled samples and hold for every topic."""

_FOLDS = 4
_ITERATIONS = 5_000
_TOLERANCE = 1e-5
"""Looser, and single items move by several points with every change of the training data."""
_FEWEST_JUDGED = 20
"""Judgements of each kind from which on a topic is calibrated on them too."""
_TRUST = 200
"""Judgements that weigh as much as NEWS_SLOPE and NEWS_SHIFT."""
_SLOPES = (0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what is known about it; a topic that ``labels`` does not name is not known."""

    title: str
    text: str
    labels: dict[str, bool]
    weight: float
    group: str
    is_judged: bool = False


@dataclass(frozen=True, slots=True)
class _Table:
    """One topic's training data. ``matrix``: sparse, shape (n_rows, n_signs + n_buckets in use)."""

    matrix: Any
    labels: NDArray[np.bool_]
    weights: Floats
    groups: NDArray[np.int64]
    is_judged: NDArray[np.bool_]
    """Which rows are real items that an analyst judged."""


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
    counts = text_counts(batch)
    idf = (np.log((1 + len(examples)) / (1 + counts)) + 1).astype(np.float32)
    buckets = np.flatnonzero(counts >= FEWEST_TEXTS)
    topics = []
    for number, definition in enumerate(definitions):
        strong = strengths(reader.names[number], sum(e.is_judged and definition.id in e.labels for e in examples))
        table = _select(features(number, strong, batch, idf, buckets), examples, definition.id)
        topics.append(_fit_topic(definition, table, strong, buckets, seed))
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
        Example(one.title, one.text, {one.topic: one.label}, JUDGEMENT_WEIGHT, f"item:{one.item}", is_judged=True)
        for one in latest_judgements(feedback)
        if one.topic in ids and (one.title or one.text)
    )
    for definition in definitions:
        for sentences, label in ((definition.counts, True), (definition.not_counts, False)):
            found.extend(
                Example("", sentence, {definition.id: label}, 1.0, f"definition:{sentence}") for sentence in sentences
            )
    return tuple(found)


def text_counts(batch: TextBatch) -> NDArray[np.int64]:
    """Return for each row of the n-gram table in how many texts it occurs."""
    pairs = np.unique(batch.grams.items * BUCKETS + batch.grams.buckets)
    return np.bincount(pairs % BUCKETS, minlength=BUCKETS)


def strengths(names: Sequence[str], n_judged: int) -> Floats:
    """Return how strongly each list and clue may speak: clues the less, the more the analysts have said themselves."""
    clues = HALF_CLUES / (HALF_CLUES + n_judged)
    return np.array([clues if name.startswith("clue:") else 1.0 for name in names], dtype=np.float64)


def features(number: int, strong: Floats, batch: TextBatch, idf: Weights, buckets: NDArray[np.int64]) -> Any:
    """Return the feature matrix of one topic: signs times ``strong``, then n-grams times GRAM_SCALE.

    Sparse, one row per text.
    """
    from scipy import sparse

    rows, columns, values = [], [], []
    for row, signs in enumerate(batch.signs):
        for sign in signs[number]:
            rows.append(row)
            columns.append(sign.column)
            values.append(sign.value * strong[sign.column])
    n_items, grams = batch.grams.n_items, batch.grams
    shape = (n_items, len(strong))
    signs_part = sparse.csr_matrix((values, (rows, columns)), shape=shape, dtype=np.float64)
    used = np.isin(grams.buckets, buckets)
    places = (grams.items[used], np.searchsorted(buckets, grams.buckets[used]))
    grams_part = sparse.csr_matrix((GRAM_SCALE * grams.normalised(idf)[used], places), shape=(n_items, len(buckets)))
    return sparse.hstack([signs_part, grams_part]).tocsr()


def _select(matrix: Any, examples: Sequence[Example], topic: str) -> _Table:
    known = [row for row, example in enumerate(examples) if topic in example.labels]
    numbers: dict[str, int] = {}
    return _Table(
        matrix=matrix[known],
        labels=np.array([examples[row].labels[topic] for row in known], dtype=np.bool_),
        weights=np.array([examples[row].weight for row in known], dtype=np.float64),
        groups=np.array([numbers.setdefault(examples[row].group, len(numbers)) for row in known], dtype=np.int64),
        is_judged=np.array([examples[row].is_judged for row in known], dtype=np.bool_),
    )


def _fit_topic(
    definition: TopicDefinition, table: _Table, strong: Floats, buckets: NDArray[np.int64], seed: int
) -> TopicModel:
    n_signs = len(strong)
    signs, grams = np.zeros(n_signs, dtype=np.float32), np.zeros(BUCKETS, dtype=np.float32)
    bias, slope, shift = -30.0, 1.0, 0.0
    if table.labels.any() and not table.labels.all():
        weights, bias = fit(table.matrix, table.labels, table.weights)
        signs = (strong * weights[:n_signs]).astype(np.float32)
        grams[buckets] = GRAM_SCALE * weights[n_signs:]
        slope, shift = _calibrate(table, seed)
    return TopicModel(definition.id, definition.threshold, signs, grams, bias, slope, shift)


def fit(matrix: Any, labels: NDArray[np.bool_], weights: Floats) -> tuple[Floats, float]:
    """Return coefficients and bias of a logistic regression on a sparse matrix, one row per text."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # comes with scikit-learn, without types

    model = LogisticRegression(C=REGULARISATION, max_iter=_ITERATIONS, tol=_TOLERANCE)
    # The vectors are short: on a busy machine threads that wait for each other take ten times as long as one.
    with threadpool_limits(limits=1):
        model.fit(matrix, labels, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


def _calibrate(table: _Table, seed: int) -> tuple[float, float]:
    """Return slope and shift that turn log-odds into those of news.

    With enough judgements they are drawn towards what fits these (Platt), scored by fits that had not seen them.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    judged = table.is_judged
    n_yes = int(table.labels[judged].sum())
    if min(n_yes, int(judged.sum()) - n_yes) < _FEWEST_JUDGED:
        return NEWS_SLOPE, NEWS_SHIFT
    unseen = np.zeros(len(table.labels))
    folds = StratifiedGroupKFold(n_splits=_FOLDS, shuffle=True, random_state=seed)
    for seen, held in folds.split(table.matrix, table.labels, table.groups):
        weights, bias = fit(table.matrix[seen], table.labels[seen], table.weights[seen])
        unseen[held] = table.matrix[held] @ weights + bias
    platt = LogisticRegression(C=1.0).fit(unseen[judged][:, None], table.labels[judged])
    trust = int(judged.sum()) / (int(judged.sum()) + _TRUST)
    slope = float(np.clip(platt.coef_[0][0], *_SLOPES))
    shift = float(platt.intercept_[0])
    return NEWS_SLOPE + trust * (slope - NEWS_SLOPE), NEWS_SHIFT + trust * (shift - NEWS_SHIFT)
