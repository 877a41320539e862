"""What judgements change about a fitted topic: a small correction on top of what passages taught.

The passages alone say how features weigh; judgements shift and stretch the scores, let kinds of features (lists,
clues, pairs, words) speak louder or softer, and move single weights, each the less the fewer judgements ask for it.
Fitting both together let a few dozen judgements on hard items pull at every weight, and lost precision on the second
topic.
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
LOUDNESS_VARIANCE = 0.03
"""How far from 1 the factor of a kind of features is: most of what some judgements on hard items have to teach is which
kind to believe. At three times as much the first topic loses half a point of average precision."""
SIGN_VARIANCE, GRAM_VARIANCE = 0.001, 0.002
"""How far from nothing the change of a weight is, of lists, clues and pairs, and of n-grams: at three times as much
single judgements begin to cost precision."""
_SLOPES = (0.3, 2.0)
"""A slope outside says that the judgements contradict the passages, not how sure a score is."""
_ITERATIONS = 200


@dataclass(frozen=True, slots=True)
class Correction:
    """Corrected log-odds: ``slope * log_odds + shift + parts @ louder + features @ weights``.

    ``louder``: shape (n_kinds,); ``weights``: shape (n_columns,).
    """

    slope: float
    shift: float
    louder: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Judged:
    """Judged items as a topic sees them; n of them.

    ``log_odds``: before any judgement, shape (n,); ``lifts``: what is added for their length and not stretched, shape
    (n,); ``parts``: what each kind of features adds to the log-odds, shape (n, n_kinds); ``matrix``: their features,
    sparse, shape (n, n_columns); ``variances``: how far each column's weight may move, shape (n_columns,).
    """

    log_odds: Floats
    lifts: Floats
    parts: Floats
    matrix: Any
    variances: Floats
    labels: NDArray[np.bool_]


def correct(judged: Judged) -> Correction:
    """Return what judgements ask for: the most likely correction when small ones are likelier than large ones.

    Without judgements nothing changes.
    """
    from scipy.optimize import minimize

    (n_items, n_kinds), n_columns = judged.parts.shape, judged.matrix.shape[1]
    if not n_items:
        return Correction(1.0, 0.0, np.zeros(n_kinds), np.zeros(n_columns))
    # Columns that no judged item has stay as they are.
    used = np.unique(judged.matrix.indices)
    rows = judged.matrix[:, used].tocsr()
    transposed, truth = rows.T.tocsr(), judged.labels.astype(np.float64)
    # Slope, shift and loudness first, then the weights: all but the slope are expected to be 0.
    dense = np.column_stack([judged.log_odds, np.ones(n_items), judged.parts])
    n_dense = dense.shape[1]
    expected = np.zeros(n_dense + len(used))
    expected[0] = 1.0
    variances = np.concatenate(
        [[SLOPE_VARIANCE, SHIFT_VARIANCE], np.full(n_kinds, LOUDNESS_VARIANCE), judged.variances[used]]
    )

    def loss(parameters: Floats) -> tuple[float, Floats]:
        total = dense @ parameters[:n_dense] + judged.lifts + rows @ parameters[n_dense:]
        error = 1.0 / (1.0 + np.exp(-np.clip(total, -30.0, 30.0))) - truth
        moved = parameters - expected
        value = float(np.sum(np.logaddexp(0.0, total) - truth * total)) + float(moved @ (moved / variances)) / 2
        return value, np.concatenate([error @ dense, transposed @ error]) + moved / variances

    bounds = [_SLOPES, *[(None, None)] * (len(expected) - 1)]
    options = {"maxiter": _ITERATIONS}
    found = minimize(loss, expected, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    weights = np.zeros(n_columns)
    weights[used] = found[n_dense:]
    return Correction(float(found[0]), float(found[1]), found[2:n_dense], weights)
