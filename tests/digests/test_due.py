from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.due import due_slot, newest_slot, next_slot
from monitor.records import DigestSpec

MORNING = DigestSpec(name="morning", at=time(7, 30), zone="Asia/Karachi")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_half_past_seven_in_karachi_is_half_past_two_utc() -> None:
    assert due_slot(MORNING, utc("2026-11-20T02:30"), utc("2026-11-21T02:30")) == utc("2026-11-21T02:30")


def test_nothing_is_due_a_second_before_the_slot() -> None:
    assert due_slot(MORNING, utc("2026-11-20T02:30"), utc("2026-11-21T02:29:59")) is None


def test_a_slot_is_due_once() -> None:
    assert due_slot(MORNING, utc("2026-11-21T02:30"), utc("2026-11-21T23:00")) is None


def test_the_first_digest_is_due_at_the_first_round() -> None:
    assert due_slot(MORNING, None, utc("2026-11-21T01:00")) == utc("2026-11-20T02:30")


def test_many_missed_slots_give_one_digest_for_the_newest() -> None:
    assert due_slot(MORNING, utc("2026-10-01T02:30"), utc("2026-11-21T09:00")) == utc("2026-11-21T02:30")


def test_only_the_chosen_days_have_a_slot() -> None:
    mondays = DigestSpec(name="week", at=time(9), zone="Europe/Paris", days=(0,))
    assert due_slot(mondays, utc("2026-11-16T08:00"), utc("2026-11-22T23:00")) is None
    assert due_slot(mondays, utc("2026-11-16T08:00"), utc("2026-11-23T08:00")) == utc("2026-11-23T08:00")
    assert next_slot(mondays, utc("2026-11-16T08:00")) == utc("2026-11-23T08:00")


def test_a_digest_without_days_is_never_due() -> None:
    never = DigestSpec(name="never", at=time(9), zone="UTC", days=())
    assert due_slot(never, None, utc("2026-11-22T23:00")) is None
    assert next_slot(never, utc("2026-11-22T23:00")) is None


@pytest.mark.parametrize(
    ("zone", "at", "now", "expected"),
    [
        # New York skips 02:00-03:00 on 8 March 2026: the first instant after is 03:00 EDT.
        ("America/New_York", time(2, 30), "2026-03-08T12:00", "2026-03-08T07:00"),
        # Lord Howe moves by half an hour: 02:00-02:30 is missing on 4 October 2026.
        ("Australia/Lord_Howe", time(2, 10), "2026-10-04T12:00", "2026-10-03T15:30"),
        # Beirut and Asunción have changed at midnight: the day begins at 01:00.
        ("Asia/Beirut", time(0, 0), "2026-03-29T12:00", "2026-03-28T22:00"),
        # Samoa had no 30 December 2011; its slot falls on the first instant of the 31st.
        ("Pacific/Apia", time(7, 30), "2011-12-30T12:00", "2011-12-30T10:00"),
    ],
)
def test_a_local_time_that_does_not_exist_fires_at_the_first_instant_after_the_gap(
    zone: str, at: time, now: str, expected: str
) -> None:
    spec = DigestSpec(name="gap", at=at, zone=zone)
    assert newest_slot(spec, utc(now)) == utc(expected)


def test_a_repeated_local_time_fires_once_at_its_first_occurrence() -> None:
    spec = DigestSpec(name="fold", at=time(1, 30), zone="America/New_York")
    first = utc("2026-11-01T05:30")
    assert due_slot(spec, utc("2026-10-31T05:30"), utc("2026-11-01T05:40")) == first
    assert due_slot(spec, first, utc("2026-11-01T06:40")) is None
    assert due_slot(spec, first, utc("2026-11-02T06:30")) == utc("2026-11-02T06:30")


ZONES = (
    "Asia/Karachi", "Asia/Kabul", "Asia/Shanghai", "Asia/Tehran", "Europe/London", "America/New_York",
    "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Gaza", "America/Asuncion", "Asia/Beirut",
    "Pacific/Apia", "Pacific/Kiritimati", "UTC",
)  # fmt: skip
INSTANTS = st.integers(1_104_537_600, 2_114_380_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
SPECS = st.builds(
    DigestSpec,
    name=st.just("any"),
    at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    zone=st.sampled_from(ZONES),
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
)


@given(SPECS, INSTANTS)
def test_a_slot_has_come_lies_within_nine_days_and_reads_as_asked(spec: DigestSpec, now: datetime) -> None:
    slot = newest_slot(spec, now)
    assert slot is not None
    assert now - timedelta(days=9) < slot <= now
    local = slot.astimezone(ZoneInfo(spec.zone))
    is_as_asked = local.time() == spec.at and local.weekday() in spec.days
    just_before = (slot - timedelta(seconds=1)).astimezone(ZoneInfo(spec.zone))
    is_after_a_gap = just_before.utcoffset() != local.utcoffset()
    assert is_as_asked or is_after_a_gap


@given(SPECS, INSTANTS, st.lists(st.integers(1, 200_000), min_size=1, max_size=40))
def test_a_clock_that_ticks_closes_every_slot_at_most_once_and_in_order(
    spec: DigestSpec, start: datetime, steps: list[int]
) -> None:
    closed: list[datetime] = []
    now = start
    for step in steps:
        slot = due_slot(spec, closed[-1] if closed else None, now)
        if slot is not None:
            closed.append(slot)
        assert due_slot(spec, closed[-1], now) is None
        now += timedelta(seconds=step)
    assert closed == sorted(set(closed))


@given(SPECS, INSTANTS)
def test_the_next_slot_is_the_first_one_to_come_due(spec: DigestSpec, now: datetime) -> None:
    coming = next_slot(spec, now)
    assert coming is not None
    assert coming > now
    assert newest_slot(spec, coming) == coming
    assert newest_slot(spec, coming - timedelta(seconds=1)) == newest_slot(spec, now)
