"""What judgements change about a fitted topic: a small correction on top of what passages taught.

The passages alone say how features weigh; judgements shift and stretch the scores and move single weights, each the
less the fewer judgements ask for it. Fitting both together let a few dozen judgements on hard items pull at every
weight, and lost precision on the second topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.ngrams import Floats

SLOPE_VARIANCE, SHIFT_VARIANCE = 0.03, 0.2
"""How far from 1 and from 0 the stretching and the shifting of log-odds are expected to be. With 0.25 and 1.0 a single
wrong "no" to a report that scores 1.00 squeezed every score: an attack at 0.97 fell to 0.39."""
WEIGHT_VARIANCE = 0.005
"""How far from nothing the change of a weight is: at three times as much single judgements begin to cost precision."""
_SLOPES = (0.3, 2.0)
"""A slope outside says that the judgements contradict the passages, not how sure a score is."""
_ITERATIONS = 200


@dataclass(frozen=True, slots=True)
class Correction:
    """``slope * log_odds + shift + features @ weights`` are the corrected log-odds. ``weights``: shape (n_columns,)."""

    slope: float
    shift: float
    weights: Floats


def correct(log_odds: Floats, lifts: Floats, matrix: Any, labels: NDArray[np.bool_]) -> Correction:
    """Return what judgements ask for: the most likely correction when small ones are likelier than large ones.

    ``log_odds``: of the judged items before, shape (n,); ``lifts``: what is added to them for their length and not
    stretched, shape (n,); ``matrix``: their features, sparse, shape (n, n_columns). Without judgements nothing changes.
    """
    from scipy.optimize import minimize

    n_columns = matrix.shape[1]
    if not len(labels):
        return Correction(1.0, 0.0, np.zeros(n_columns))
    # Columns that no judged item has stay as they are.
    used = np.unique(matrix.indices)
    rows = matrix[:, used].tocsr()
    transposed, truth = rows.T.tocsr(), labels.astype(np.float64)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        slope, shift, weights = parameters[0], parameters[1], parameters[2:]
        total = slope * log_odds + lifts + shift + rows @ weights
        error = 1.0 / (1.0 + np.exp(-np.clip(total, -30.0, 30.0))) - truth
        value = float(np.sum(np.logaddexp(0.0, total) - truth * total))
        value += (slope - 1.0) ** 2 / (2 * SLOPE_VARIANCE) + shift**2 / (2 * SHIFT_VARIANCE)
        value += float(weights @ weights) / (2 * WEIGHT_VARIANCE)
        of_slope = float(error @ log_odds) + (slope - 1.0) / SLOPE_VARIANCE
        of_shift = float(error.sum()) + shift / SHIFT_VARIANCE
        return value, np.concatenate([[of_slope, of_shift], transposed @ error + weights / WEIGHT_VARIANCE])

    start = np.concatenate([[1.0, 0.0], np.zeros(len(used))])
    bounds = [_SLOPES, *[(None, None)] * (len(used) + 1)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": _ITERATIONS}).x
    weights = np.zeros(n_columns)
    weights[used] = found[2:]
    return Correction(float(found[0]), float(found[1]), weights)
