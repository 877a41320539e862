"""Precision and recall at each threshold from an analyst's own labels, with how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt

FEWEST_LABELS = 20
"""Below this an interval spans most of 0 to 1, and a rate would only mislead."""

_Z = 1.96
"""95 % of a normal distribution lie within this many standard deviations."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share between 0 and 1 with its 95 % interval; ``of`` is how many it was counted on."""

    value: float
    low: float
    high: float
    of: int


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """What a threshold would mean; a rate is None when there is nothing to count it on."""

    threshold: float
    precision: Rate | None
    recall: Rate | None
    alerts_per_day: float | None


def rate(hits: int, of: int) -> Rate | None:
    """Return a share with its 95 % interval after Wilson (1927), which stays within 0 and 1; None if ``of`` is 0."""
    if of == 0:
        return None
    share = hits / of
    centre = share + _Z * _Z / (2 * of)
    half = _Z * sqrt(share * (1 - share) / of + _Z * _Z / (4 * of * of))
    scale = 1 + _Z * _Z / of
    return Rate(share, max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale), of)


def budget_threshold(volume: Sequence[float], days: float, budget: int) -> float | None:
    """Return the lowest threshold, in hundredths, that would have tagged at most ``budget`` items a day.

    ``volume``: the scores of every item of the last ``days`` days. None if no threshold below 1 does, or nothing is
    known.
    """
    allowed = int(budget * days)
    if not volume or not days:
        return None
    if len(volume) <= allowed:
        return 0.01
    # The first score that must stay below; scores are rounded to six digits, so that equal ones fall together.
    too_many = sorted(volume, reverse=True)[allowed]
    lowest = max(1, floor(too_many * 100 + 1e-6) + 1)
    return lowest / 100 if lowest < 100 else None


def best_threshold(labelled: Sequence[tuple[bool, float]]) -> float | None:
    """Return the threshold, in hundredths, with the highest F1 on labelled items, of equals the highest.

    None below FEWEST_LABELS of either kind: the best of a few is chance.
    """
    n_yes = sum(label for label, _ in labelled)
    if min(n_yes, len(labelled) - n_yes) < FEWEST_LABELS:
        return None

    def f1(threshold: float) -> float:
        chosen = [label for label, score in labelled if score >= threshold]
        return 2 * sum(chosen) / (len(chosen) + n_yes)

    return max((step / 100 for step in range(1, 100)), key=lambda threshold: (f1(threshold), threshold))


def threshold_rows(
    labelled: Sequence[tuple[bool, float]], volume: Sequence[float], days: float, thresholds: Sequence[float]
) -> tuple[ThresholdRow, ...]:
    """Return a row per threshold.

    ``labelled``: (relevant?, score the model gave without having seen the label). ``volume``: the scores of every
    item of the last ``days`` days; alerts per day are None when ``days`` is 0.
    """
    rows = []
    n_yes = sum(label for label, _ in labelled)
    for threshold in thresholds:
        chosen = [label for label, score in labelled if score >= threshold]
        hits = sum(chosen)
        per_day = sum(score >= threshold for score in volume) / days if days else None
        rows.append(ThresholdRow(threshold, rate(hits, len(chosen)), rate(hits, n_yes), per_day))
    return tuple(rows)
