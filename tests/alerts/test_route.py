"""Who receives an alert, and when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.route import capped, recipients, send_after

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)  # 17:00 in Karachi


def test_the_owner_and_the_followers_receive() -> None:
    assert recipients("a", [("a", ()), ("b", ("a",)), ("c", ())]) == ("a", "b")


def test_an_owner_without_a_desk_still_reaches_followers() -> None:
    assert recipients("gone", [("b", ("gone",))]) == ("b",)


def test_outside_quiet_hours_a_message_goes_at_once() -> None:
    assert send_after(NOON, (time(23), time(5, 30)), "Asia/Karachi") == NOON


def test_in_the_evening_it_waits_for_the_next_morning() -> None:
    late = datetime(2026, 11, 21, 19, tzinfo=UTC)  # 00:00 in Karachi, the 22nd
    assert send_after(late, (time(23), time(5, 30)), "Asia/Karachi") == datetime(2026, 11, 22, 0, 30, tzinfo=UTC)


def test_before_midnight_it_waits_for_the_next_day() -> None:
    late = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # 23:30 in Karachi, the 21st
    assert send_after(late, (time(23), time(5, 30)), "Asia/Karachi") == datetime(2026, 11, 22, 0, 30, tzinfo=UTC)


def test_quiet_hours_within_one_day() -> None:
    assert send_after(NOON, (time(16), time(18)), "Asia/Karachi") == datetime(2026, 11, 21, 13, tzinfo=UTC)


def test_a_full_hour_delays_to_its_end() -> None:
    recent = [NOON - timedelta(minutes=50), NOON - timedelta(minutes=10)]
    assert capped(NOON, 2, recent) == NOON + timedelta(minutes=10)


@given(st.lists(st.integers(-120, 120), max_size=30), st.integers(1, 4))
def test_a_cap_delays_and_never_overfills(minutes: list[int], limit: int) -> None:
    recent = [NOON + timedelta(minutes=minute) for minute in minutes]
    at = capped(NOON, limit, recent)
    assert at >= NOON
    assert sum(at - timedelta(hours=1) < moment <= at for moment in recent) < limit
