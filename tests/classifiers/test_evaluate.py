from __future__ import annotations

import pytest

from monitor.classifiers.evaluate import evaluate, spread


def test_figures_of_a_small_ranking() -> None:
    # by score: yes, no, yes, no -> precision 1, 1/2, 2/3 and recall 1/2, 1/2, 1
    result = evaluate([True, False, True, False], [0.9, 0.8, 0.7, 0.1], 0.75)
    assert result.average_precision == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert (result.precision, result.recall, result.f1) == (0.5, 0.5, 0.5)
    assert result.best_f1 == pytest.approx(0.8)
    assert result.best_threshold == 0.7
    assert result.precision_at_recall_80 == pytest.approx(2 / 3)
    assert result.recall_at_precision_90 == 0.5
    assert result.brier == pytest.approx((0.01 + 0.64 + 0.09 + 0.01) / 4)
    assert result.calibration_error == pytest.approx((0.1 + 0.8 + 0.3 + 0.1) / 4)


def test_equal_scores_count_together() -> None:
    assert evaluate([True, False], [0.5, 0.5], 0.5).average_precision == 0.5
    assert evaluate([False, True], [0.5, 0.5], 0.5).average_precision == 0.5


def test_no_items_and_no_yes_give_zero() -> None:
    assert evaluate([], [], 0.5).average_precision == 0.0
    assert evaluate([False], [0.0], 0.5).f1 == 0.0


def test_intervals_hold_the_figure_and_are_narrow_on_many_and_wide_on_few_families() -> None:
    labels, scores = [True, False] * 100, [0.9, 0.1, 0.8, 0.3, 0.7, 0.2, 0.3, 0.6] * 25
    many = spread(labels, scores, list(range(200)), 0.5)
    few = spread(labels, scores, [number // 40 for number in range(200)], 0.5)
    figures = evaluate(labels, scores, 0.5)
    for name, (low, high) in many.items():
        assert 0 <= low <= getattr(figures, name) <= high <= 1
    assert many["recall"][1] - many["recall"][0] < 0.25
    one = spread(labels[:2], scores[:2], [0, 1], 0.5)
    assert one["recall"] == (0.0, 1.0)
    assert few["recall"] == (0.75, 0.75), "families that are all alike leave no doubt"
    assert spread([], [], [], 0.5)["recall"] == (0.0, 1.0)


def test_intervals_are_the_same_each_time() -> None:
    labels, scores = [True, False, True, False], [0.9, 0.8, 0.3, 0.1]
    assert spread(labels, scores, [0, 1, 2, 3], 0.5) == spread(labels, scores, [0, 1, 2, 3], 0.5)
