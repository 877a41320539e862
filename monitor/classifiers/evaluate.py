"""How good scores are against labels: average precision, F1, precision, recall, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.classifiers.ngrams import Floats

_BINS = 10

WITH_INTERVALS = ("average_precision", "best_f1", "f1", "precision", "recall")
"""The figures for which ``spread`` says how sure they are."""
_DRAWS = 400
"""Enough for the 2.5 % at either end; 1,000 move an end by less than half a point."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one topic; all between 0 and 1. ``brier`` and ``calibration_error`` are better when small."""

    n_items: int
    n_positive: int
    average_precision: float
    best_f1: float
    best_threshold: float
    threshold: float
    f1: float
    """At ``threshold``, as are ``precision`` and ``recall``."""
    precision: float
    recall: float
    precision_at_recall_80: float
    recall_at_precision_90: float
    brier: float
    calibration_error: float
    """Mean distance between score and share of yes in ten bins of scores, weighted by their size."""


def evaluate(labels: Sequence[bool], scores: Sequence[float], threshold: float) -> Evaluation:
    """Return the figures of scores (0-1) against labels; without any yes everything but calibration is 0.

    Average precision is the sum of precision times gain in recall over the distinct scores, from the highest down;
    equal scores count together.
    """
    truth, guess = np.asarray(labels, dtype=np.bool_), np.asarray(scores, dtype=np.float64)
    order = np.argsort(-guess, kind="stable")
    last_of_equal = np.flatnonzero(np.diff(guess[order], append=-1.0))
    hits = np.cumsum(truth[order])[last_of_equal] if len(truth) else np.zeros(0)
    shown = last_of_equal + 1
    n_positive = int(truth.sum())
    precision, recall = hits / np.maximum(shown, 1), hits / max(n_positive, 1)
    f1 = 2 * hits / np.maximum(shown + n_positive, 1)
    best = int(f1.argmax()) if len(f1) else 0
    chosen = guess >= threshold
    n_hit = int((truth & chosen).sum())
    return Evaluation(
        n_items=len(truth),
        n_positive=n_positive,
        average_precision=float(np.sum(np.diff(recall, prepend=0.0) * precision)),
        best_f1=float(f1[best]) if len(f1) else 0.0,
        best_threshold=float(guess[order][last_of_equal[best]]) if len(f1) else 0.0,
        threshold=threshold,
        f1=2 * n_hit / max(int(chosen.sum()) + n_positive, 1),
        precision=n_hit / max(int(chosen.sum()), 1),
        recall=n_hit / max(n_positive, 1),
        precision_at_recall_80=float(precision[recall >= 0.8].max(initial=0.0)),
        recall_at_precision_90=float(recall[precision >= 0.9].max(initial=0.0)),
        brier=float(np.mean((guess - truth) ** 2)) if len(truth) else 0.0,
        calibration_error=_calibration_error(truth.astype(np.float64), guess),
    )


def spread(
    labels: Sequence[bool], scores: Sequence[float], families: Sequence[int], threshold: float, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return for each of WITH_INTERVALS the ends of its 95 % interval (bootstrap percentiles).

    Drawn are whole families, since reports of one event are no independent tests of anything. The same input and seed
    give the same ends.
    """
    truth, guess = np.asarray(labels, dtype=np.bool_), np.asarray(scores, dtype=np.float64)
    names, owners = np.unique(np.asarray(families, dtype=np.int64), return_inverse=True)
    draw = np.random.default_rng(seed)
    found: dict[str, list[float]] = {name: [] for name in WITH_INTERVALS}
    for _ in range(_DRAWS if len(names) else 0):
        times = np.bincount(draw.integers(0, len(names), len(names)), minlength=len(names))
        rows = np.repeat(np.arange(len(truth)), times[owners])
        figures = evaluate(truth[rows].tolist(), guess[rows].tolist(), threshold)
        for name, values in found.items():
            values.append(getattr(figures, name))
    return {
        name: (float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))) if values else (0.0, 1.0)
        for name, values in found.items()
    }


def _calibration_error(truth: Floats, guess: Floats) -> float:
    bins = np.minimum((guess * _BINS).astype(np.int64), _BINS - 1)
    gaps = np.bincount(bins, weights=guess - truth, minlength=_BINS) if len(bins) else np.zeros(_BINS)
    return float(np.abs(gaps).sum() / max(len(guess), 1))
