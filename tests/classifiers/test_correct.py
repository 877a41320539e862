from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from monitor.classifiers.correct import Correction, Judged
from monitor.classifiers.correct import correct as correct_judged
from monitor.classifiers.ngrams import Floats


def column(values: list[float]) -> sparse.csr_matrix:
    return sparse.csr_matrix(np.array(values)[:, None])


def none(count: int) -> Floats:
    return np.zeros(count)


def correct(
    log_odds: Floats,
    lifts: Floats,
    matrix: sparse.csr_matrix,
    labels: NDArray[np.bool_],
    parts: Floats | None = None,
) -> Correction:
    of_kinds = np.zeros((len(labels), 1)) if parts is None else parts
    return correct_judged(Judged(log_odds, lifts, of_kinds, matrix, np.full(matrix.shape[1], 0.005), labels))


def test_without_judgements_nothing_changes() -> None:
    found = correct(none(0), none(0), sparse.csr_matrix((0, 3)), np.zeros(0, dtype=np.bool_))
    assert (found.slope, found.shift, found.weights.tolist()) == (1.0, 0.0, [0.0, 0.0, 0.0])


def test_a_column_that_goes_with_yes_gains_and_one_nobody_has_stays() -> None:
    matrix = sparse.csr_matrix(np.array([[5.0, 0.0], [5.0, 0.0], [0.0, 0.0], [0.0, 0.0]]))
    found = correct(none(4), none(4), matrix, np.array([True, True, False, False]))
    assert found.weights[0] > 0.01
    assert found.weights[1] == 0.0


def test_scores_that_were_too_high_are_shifted_down() -> None:
    found = correct(np.full(20, 2.0), none(20), column([0.0] * 20), np.zeros(20, dtype=np.bool_))
    assert found.slope * 2.0 + found.shift < 0.0


def test_one_slip_of_the_hand_hardly_moves_other_scores() -> None:
    found = correct(np.full(1, 4.0), none(1), column([0.0]), np.zeros(1, dtype=np.bool_))
    assert found.slope > 0.85
    assert found.shift > -0.25


def test_the_kind_of_features_that_was_right_speaks_louder() -> None:
    labels = np.array([True, False] * 10)
    parts = np.column_stack([np.where(labels, 1.0, -1.0), np.where(labels, -1.0, 1.0)])
    found = correct(parts.sum(axis=1), none(20), column([0.0] * 20), labels, parts)
    assert found.louder[0] > 0.1
    assert found.louder[1] < -0.1


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 40), st.sampled_from([True, False]))
def test_one_sided_judgements_move_scores_their_way_and_never_turn_the_order(count: int, label: bool) -> None:  # drawn
    found = correct(np.linspace(-2, 2, count), none(count), column([1.0] * count), np.full(count, label))
    assert (found.shift > 0) is label
    assert found.slope >= 0.3
