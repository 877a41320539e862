from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.quiet import open_at, quiet_times

SATURDAY = datetime(2026, 11, 21, 12, 40, tzinfo=UTC)


def hours(*numbers: object) -> str:
    return "<skipHours>" + "".join(f"<hour>{number}</hour>" for number in numbers) + "</skipHours>"


def days(*names: str) -> str:
    return "<skipDays>" + "".join(f"<day>{name}</day>" for name in names) + "</skipDays>"


@pytest.mark.parametrize(
    ("channel", "quiet"),
    [
        ("", ""),
        (hours(3, 2, 2), "hours 2 3"),
        (hours(24, 23), "hours 0 23"),
        (hours(99, "x", -1), ""),
        (hours(*range(24)), ""),
        (days("Saturday", " sunday ", "Caturday"), "days 5 6"),
        (days("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), ""),
        (hours(1) + days("Friday"), "hours 1 days 4"),
        ("<skipHours><hour>1</hour>", ""),
        ("<item/>" * 9_000 + hours(4), "hours 4"),
    ],
)
def test_when_a_channel_asks_not_to_be_asked(channel: str, quiet: str) -> None:
    assert quiet_times(f"<rss><channel>{channel}</channel></rss>") == quiet


@pytest.mark.parametrize(
    ("quiet", "opens"),
    [
        ("", SATURDAY),
        ("hours 3", SATURDAY),
        ("hours 12 13", datetime(2026, 11, 21, 14, tzinfo=UTC)),
        ("days 5 6", datetime(2026, 11, 23, 0, tzinfo=UTC)),
        ("hours 0 1 days 5 6", datetime(2026, 11, 23, 2, tzinfo=UTC)),
    ],
)
def test_the_first_time_that_is_not_quiet(quiet: str, opens: datetime) -> None:
    assert open_at(SATURDAY, quiet) == opens


@given(st.text(max_size=60), st.lists(st.integers(0, 30), max_size=24), st.lists(st.text(max_size=9), max_size=7))
def test_whatever_is_written_there_an_hour_is_found(text: str, skipped: list[int], closed: list[str]) -> None:
    quiet = quiet_times(text + hours(*skipped) + days(*closed))
    opens = open_at(SATURDAY, quiet)
    assert opens >= SATURDAY
    assert open_at(opens, quiet) == opens
