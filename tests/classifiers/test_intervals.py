from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.classifiers.intervals import rate, threshold_rows


def test_a_rate_comes_with_the_interval_of_wilson() -> None:
    found = rate(8, 10)
    assert found is not None
    assert (round(found.value, 3), round(found.low, 3), round(found.high, 3)) == (0.8, 0.490, 0.943)
    assert rate(0, 0) is None


@given(of=st.integers(1, 500), share=st.floats(0, 1))
def test_the_interval_holds_the_rate_and_stays_between_0_and_1(of: int, share: float) -> None:
    found = rate(int(of * share), of)
    assert found is not None
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


def test_a_row_per_threshold_counts_labels_and_alerts() -> None:
    labelled = [(True, 0.9), (True, 0.4), (False, 0.6), (False, 0.1)]
    low, high = threshold_rows(labelled, [0.95, 0.55, 0.2], 2.0, (0.3, 0.8))
    assert low.precision is not None
    assert (round(low.precision.value, 3), low.precision.of) == (0.667, 3)
    assert low.recall is not None
    assert low.recall.value == 1.0
    assert (low.alerts_per_day, high.alerts_per_day) == (1.0, 0.5)
    assert threshold_rows(labelled, [], 0.0, (0.5,))[0].alerts_per_day is None
