"""Fit the classifiers: one calibrated logistic regression per topic over lists, clues, pairs of lists and n-grams.

The settings below were chosen on two labelled samples that are never trained on; docs/quality.md says how to measure.
scikit-learn is imported only while fitting.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.cache import dump, load
from monitor.classifiers.correct import GRAM_VARIANCE, SIGN_VARIANCE, Judged, correct
from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.ngrams import BUCKETS, Floats
from monitor.classifiers.passages import Judgement, Passage, fingerprint, latest_judgements
from monitor.classifiers.reading import Reader
from monitor.classifiers.score import Model, TopicModel, Weights
from monitor.classifiers.textbatch import TextBatch, read_batch

__all__ = ["Model", "dump", "load", "train"]

GRAM_SCALE = 24.0
"""How strongly n-grams may speak beside lists and clues: less and English loses, more and the other scripts do."""

HALF_CLUES = 500
"""Judgements on a topic after which its hand-written clues may speak half as strongly as before the first."""

FEWEST_TEXTS = 2
"""An n-gram of one text alone teaches nothing about others, and two thirds are of that kind."""

REGULARISATION = 0.06
"""C of the logistic regression."""

NEWS_SLOPE, NEWS_SHIFT = 0.75, -1.0
"""How the log-odds of written passages become those of news: passages are written to be clear, and more of them are
relevant. The two numbers were chosen on two labelled samples and hold for every topic."""

BACKGROUND_WEIGHT = 0.1
"""An unlabelled item counts as a tenth of a passage: some of them are relevant after all."""
BACKGROUND_BELOW = 0.1
"""Unlabelled items that score higher before they were learned from are not taken for background."""

ENOUGH = 300
"""Relevant passages from which on judgements only correct what these taught (decision 6). With fewer a topic is hardly
known, and judgements are the best there is to learn from (docs/quality.md, a topic nobody wrote passages for)."""
EARLY_WEIGHT = 0.5
"""What a judgement counts beside a passage while there are none, falling to nothing at ENOUGH; 1 brings no more."""

KINDS = ("title", "text", "clue", "pair", "gram")
"""Kinds of columns, which judgements may let speak louder or softer as a whole."""

_ITERATIONS = 5_000
_TOLERANCE = 1e-5
"""Looser, and single items move by several points with every change of the training data."""


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
class Table:
    """Texts as one topic's features. ``matrix``: sparse, shape (n_rows, n_signs + n_buckets in use)."""

    matrix: Any
    labels: NDArray[np.bool_]
    weights: Floats
    lifts: Floats
    """Log-odds for the length of the text (score.lift)."""

    def rows(self, chosen: NDArray[np.bool_]) -> Table:
        """Return some of the rows."""
        return Table(self.matrix[chosen], self.labels[chosen], self.weights[chosen], self.lifts[chosen])


@dataclass(frozen=True, slots=True)
class Fitted:
    """One topic's log-odds of news: ``slope * (bias + matrix @ weights) + shift``, the lift of a length to be added."""

    weights: Floats
    bias: float
    slope: float
    shift: float

    def log_odds(self, table: Table) -> Floats:
        """Return the log-odds of each row, without lifts."""
        found: Floats = self.slope * (table.matrix @ self.weights + self.bias) + self.shift
        return found


def train(
    definitions: tuple[TopicDefinition, ...],
    passages: tuple[Passage, ...],
    feedback: tuple[Judgement, ...],
    background: tuple[tuple[str, str], ...] = (),
) -> Model:
    """Return a model fitted to passages and the definitions' own sentences, corrected by judgements.

    ``background``: title and text of items of the user's archive (background.background_sample); those that a model
    without them scores low are learned as weak negatives. The same input gives the same model. A topic without examples
    of both kinds scores everything 0.
    """
    reader = Reader(definitions)
    examples = collect_examples(definitions, passages, feedback)
    batch = read_batch(reader, [(example.title, example.text) for example in examples])
    unlabelled = read_batch(reader, background)
    counts = text_counts(batch)
    idf = (np.log((1 + len(examples)) / (1 + counts)) + 1).astype(np.float32)
    buckets = np.flatnonzero(counts >= FEWEST_TEXTS)
    topics = []
    for number, definition in enumerate(definitions):
        known = np.array([definition.id in example.labels for example in examples], dtype=np.bool_)
        judged = np.array([example.is_judged for example in examples], dtype=np.bool_) & known
        strong = strengths(reader.names[number], int(judged.sum()))
        matrix = features(number, strong, batch, idf, buckets)
        table = label_table(matrix, batch, examples, definition.id)
        ordinary = _ordinary(features(number, strong, unlabelled, idf, buckets), unlabelled)
        kinds = kinds_of(reader.names[number], matrix.shape[1])
        fitted = fit_topic(table.rows(known & ~judged), table.rows(judged), ordinary, kinds)
        topics.append(_topic_model(definition, fitted, strong, buckets))
    return Model(definitions, tuple(topics), idf, fingerprint(definitions, passages, feedback, background), [reader])


def collect_examples(
    definitions: tuple[TopicDefinition, ...], passages: tuple[Passage, ...], feedback: tuple[Judgement, ...]
) -> tuple[Example, ...]:
    """Return everything to learn from: passages, then the latest judgements, then the definitions' sentences."""
    ids = [definition.id for definition in definitions]
    found = [
        Example(p.title, p.text, {topic: topic in p.topics for topic in ids}, p.weight, p.origin) for p in passages
    ]
    found.extend(
        Example(one.title, one.text, {one.topic: one.label}, 1.0, f"item:{one.item}", is_judged=True)
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

    n_items, grams, signs = batch.n_items, batch.grams, batch.readings.signs[number]
    shape = (n_items, len(strong))
    values = signs.values * strong[signs.columns]
    signs_part = sparse.csr_matrix((values, (signs.items, signs.columns)), shape=shape, dtype=np.float64)
    used = np.isin(grams.buckets, buckets)
    places = (grams.items[used], np.searchsorted(buckets, grams.buckets[used]))
    grams_part = sparse.csr_matrix((GRAM_SCALE * grams.normalised(idf)[used], places), shape=(n_items, len(buckets)))
    return sparse.hstack([signs_part, grams_part]).tocsr()


def label_table(matrix: Any, batch: TextBatch, examples: Sequence[Example], topic: str) -> Table:
    """Return examples as one topic's table; where a label is not known it says no, and the row is not to be used."""
    return Table(
        matrix=matrix,
        labels=np.array([example.labels.get(topic, False) for example in examples], dtype=np.bool_),
        weights=np.array([example.weight for example in examples], dtype=np.float64),
        lifts=batch.lifts,
    )


def _ordinary(matrix: Any, batch: TextBatch) -> Table:
    """Return unlabelled items as examples of what is not relevant."""
    n_items = batch.n_items
    labels = np.zeros(n_items, dtype=np.bool_)
    return Table(matrix, labels, np.full(n_items, BACKGROUND_WEIGHT), batch.lifts)


def fit_topic(taught: Table, judged: Table, ordinary: Table, kinds: NDArray[np.int64]) -> Fitted:
    """Return what passages teach, made milder for news and corrected by judgements.

    ``ordinary``: unlabelled items; those that score below BACKGROUND_BELOW without them are weak negatives.
    """
    known = with_early(taught, judged)
    before = fit_passages(known)
    if len(ordinary.labels):
        low = before.log_odds(ordinary) + ordinary.lifts < math.log(BACKGROUND_BELOW / (1.0 - BACKGROUND_BELOW))
        before = fit_passages(stack(known, ordinary.rows(low)))
    return corrected(before, judged, kinds)


def with_early(taught: Table, judged: Table) -> Table:
    """Return the passages, and the judgements with them as long as few of the passages are relevant (ENOUGH)."""
    weight = EARLY_WEIGHT * max(0.0, 1.0 - int(taught.labels.sum()) / ENOUGH)
    if not weight or not len(judged.labels):
        return taught
    return stack(taught, replace(judged, weights=np.full(len(judged.labels), weight)))


def corrected(before: Fitted, judged: Table, kinds: NDArray[np.int64]) -> Fitted:
    """Return what judgements make of a fitted topic; ``kinds``: of each column (``kinds_of``)."""
    n_kinds = len(KINDS)
    weights = before.slope * before.weights
    parts = [judged.matrix @ np.where(kinds == kind, weights, 0.0) for kind in range(n_kinds)]
    variances = np.where(kinds == n_kinds - 1, GRAM_VARIANCE, SIGN_VARIANCE)
    found = correct(
        Judged(before.log_odds(judged), judged.lifts, np.column_stack(parts), judged.matrix, variances, judged.labels)
    )
    slope = found.slope * before.slope
    # What is added, is added to the calibrated log-odds, in which weights count times the slope.
    weights = before.weights * (1.0 + found.louder[kinds] / found.slope) + found.weights / slope
    return Fitted(weights, before.bias, slope, found.slope * before.shift + found.shift)


def kinds_of(names: Sequence[str], n_columns: int) -> NDArray[np.int64]:
    """Return of each column of ``features`` its kind, the place in KINDS; after the named ones come n-grams."""
    kinds = np.full(n_columns, len(KINDS) - 1, dtype=np.int64)
    kinds[: len(names)] = [KINDS.index(name.split(":")[0]) for name in names]
    return kinds


def stack(one: Table, other: Table) -> Table:
    """Return the rows of both."""
    from scipy import sparse

    return Table(
        matrix=sparse.vstack([one.matrix, other.matrix]).tocsr(),
        labels=np.concatenate([one.labels, other.labels]),
        weights=np.concatenate([one.weights, other.weights]),
        lifts=np.concatenate([one.lifts, other.lifts]),
    )


def fit_passages(table: Table) -> Fitted:
    """Return what labelled texts teach; without examples of both kinds log-odds so low that every score is 0."""
    if not table.labels.any() or table.labels.all():
        return Fitted(np.zeros(table.matrix.shape[1]), -30.0, 1.0, 0.0)
    weights, bias = fit(table.matrix, table.labels, table.weights)
    return Fitted(weights, bias, NEWS_SLOPE, NEWS_SHIFT)


def fit(matrix: Any, labels: NDArray[np.bool_], weights: Floats) -> tuple[Floats, float]:
    """Return coefficients and bias of a logistic regression on a sparse matrix, one row per text."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # comes with scikit-learn, without types

    model = LogisticRegression(C=REGULARISATION, max_iter=_ITERATIONS, tol=_TOLERANCE)
    # The vectors are short: on a busy machine threads that wait for each other take ten times as long as one.
    with threadpool_limits(limits=1):
        model.fit(matrix, labels, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


def _topic_model(definition: TopicDefinition, fitted: Fitted, strong: Floats, buckets: NDArray[np.int64]) -> TopicModel:
    n_signs = len(strong)
    grams = np.zeros(BUCKETS, dtype=np.float32)
    grams[buckets] = GRAM_SCALE * fitted.weights[n_signs:]
    signs = (strong * fitted.weights[:n_signs]).astype(np.float32)
    return TopicModel(definition.id, definition.threshold, signs, grams, fitted.bias, fitted.slope, fitted.shift)
