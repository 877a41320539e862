from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.rhythm import busy_wait, silent_after, usual_wait, with_news
from monitor.feeds.schedule import after_poll, new_state
from monitor.records import (
    Entry,
    Feed,
    FeedChanges,
    FeedHealth,
    FeedState,
    Fetched,
    Item,
    ItemChange,
    NotModified,
    ParsedFeed,
    ParsedItem,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FEED = Feed("frontier", "https://frontier.example/feed", "Frontier Post", interval=timedelta(minutes=30))
KNOWN = replace(new_state(FEED), last_success_at=NOON - HOUR, last_new_item_at=NOON - 5 * HOUR, longest_quiet=4 * HOUR)


def news(*published_at: datetime | None) -> FeedChanges:
    items = [
        Item(str(n), "frontier", "F", None, "t", "", "", None, at, NOON, 1, "") for n, at in enumerate(published_at)
    ]
    return FeedChanges(new=tuple(ItemChange(item, ()) for item in items))


def test_the_longest_pause_is_remembered() -> None:
    after = with_news(FEED, KNOWN, news(None), NOON)
    assert (after.longest_quiet, after.last_new_item_at) == (5 * HOUR, NOON)


def test_a_long_pause_is_forgotten_by_half_in_two_weeks_of_pauses() -> None:
    state = replace(KNOWN, longest_quiet=60 * HOUR)
    for day in range(14):
        now = NOON + day * DAY
        state = replace(state, last_new_item_at=now - DAY, last_success_at=now - HOUR)
        state = with_news(FEED, state, news(None), now)
    assert state.longest_quiet is not None
    assert round(state.longest_quiet / HOUR, 6) == 30


def test_a_pause_that_was_ours_teaches_nothing() -> None:
    off = replace(KNOWN, last_success_at=NOON - 3 * DAY, last_new_item_at=NOON - 3 * DAY)
    failing = replace(KNOWN, failures=2, last_new_item_at=NOON - 3 * DAY)
    for state in (off, failing):
        assert with_news(FEED, state, news(None), NOON).longest_quiet == 4 * HOUR


def test_a_first_pull_is_judged_by_its_dates_without_the_item_kept_on_top() -> None:
    hourly = [NOON - number * HOUR for number in range(20)]
    after = with_news(FEED, new_state(FEED), news(*hourly, NOON - 900 * DAY), NOON)
    assert (after.longest_quiet, after.last_new_item_at) == (DAY, NOON)
    weekly = [NOON - number * 7 * DAY for number in range(20)]
    assert with_news(FEED, new_state(FEED), news(*weekly), NOON).longest_quiet == 7 * DAY


def test_one_short_pause_makes_no_busy_feed() -> None:
    after = with_news(FEED, replace(KNOWN, longest_quiet=None, last_new_item_at=NOON - HOUR), news(None), NOON)
    assert 13.9 * DAY < silent_after(after) < 14 * DAY


def test_few_dates_tell_no_rhythm() -> None:
    after = with_news(FEED, new_state(FEED), news(NOON - DAY, NOON - 2 * DAY), NOON)
    assert (after.longest_quiet, after.last_new_item_at) == (None, NOON - DAY)
    assert silent_after(after) == 14 * DAY


def test_no_news_change_nothing() -> None:
    assert with_news(FEED, KNOWN, FeedChanges(), NOON) is KNOWN


@pytest.mark.parametrize(
    ("longest", "silent"),
    [(None, 14 * DAY), (timedelta(minutes=20), DAY), (3 * DAY, 9 * DAY), (60 * DAY, 60 * DAY)],
)
def test_silence_is_thrice_the_longest_usual_quiet_between_a_day_and_two_months(
    longest: timedelta | None, silent: timedelta
) -> None:
    assert silent_after(replace(KNOWN, longest_quiet=longest)) == silent


def test_a_busy_feed_is_called_silent_after_a_day_and_a_weekly_one_is_not() -> None:
    busy = replace(KNOWN, last_new_item_at=NOON - 25 * HOUR)
    weekly = replace(busy, longest_quiet=7 * DAY)
    healths = [after_poll(FEED, state, NotModified(FEED.url), None, None, NOON, 0.0).health for state in (busy, weekly)]
    assert healths == [FeedHealth.SILENT, FeedHealth.OK]


@pytest.mark.parametrize(
    ("quiet", "interval", "minutes"),
    [
        (2 * HOUR, 30, 30),
        (24 * HOUR, 30, 60),
        (48 * HOUR, 30, 120),
        (30 * DAY, 30, 120),
        (30 * DAY, 15, 60),
        (30 * DAY, 180, 180),
    ],
)
def test_a_feed_long_without_news_is_asked_less_often(quiet: timedelta, interval: int, minutes: int) -> None:
    feed = replace(FEED, interval=timedelta(minutes=interval))
    assert usual_wait(feed, replace(KNOWN, last_new_item_at=NOON - quiet), NOON) == timedelta(minutes=minutes)


@given(st.timedeltas(min_value=timedelta(), max_value=400 * DAY), st.timedeltas(timedelta(minutes=1), 7 * DAY))
def test_the_wait_is_never_shorter_than_the_interval_nor_longer_than_four(
    quiet: timedelta, interval: timedelta
) -> None:
    feed = replace(FEED, interval=interval)
    wait = usual_wait(feed, replace(KNOWN, last_new_item_at=NOON - quiet), NOON)
    assert interval <= wait <= max(interval, min(4 * interval, 2 * HOUR))


ENTRIES = tuple(Entry.cleaned(ParsedItem(str(number), None, "t", "", ""), b"") for number in range(10))
PARSED = ParsedFeed("Frontier", None, None, "rss20", ENTRIES)


def flooded(state: FeedState, new: int, ttl: timedelta | None = None) -> timedelta:
    fetched = Fetched(FEED.url, FEED.url, b"<rss/>")
    after = after_poll(FEED, state, fetched, replace(PARSED, ttl=ttl), news(*[NOON] * new), NOON, 0.0)
    assert after.next_check_at is not None
    return after.next_check_at - NOON


def test_a_document_that_would_turn_over_is_asked_for_sooner_unless_its_server_asks_for_more() -> None:
    assert flooded(KNOWN, 3) == timedelta(minutes=30)
    assert flooded(KNOWN, 8) == timedelta(minutes=25)
    assert flooded(replace(KNOWN, last_success_at=NOON - HOUR / 2), 10) == timedelta(minutes=10)
    assert flooded(replace(KNOWN, last_success_at=NOON - HOUR / 6), 10) == timedelta(minutes=7, seconds=30)
    assert flooded(KNOWN, 8, timedelta(hours=1)) == timedelta(hours=1)


def test_a_first_pull_is_no_flood() -> None:
    assert flooded(new_state(FEED), 10) == timedelta(minutes=30)


@given(st.integers(0, 50), st.timedeltas(timedelta(seconds=1), 400 * DAY), st.timedeltas(timedelta(minutes=1), 7 * DAY))
def test_a_busy_feed_is_never_asked_more_often_than_four_times_its_interval(
    number: int, elapsed: timedelta, interval: timedelta
) -> None:
    feed = replace(FEED, interval=interval)
    wait = busy_wait(feed, replace(KNOWN, last_success_at=NOON - elapsed), 30, number, NOON)
    assert min(interval, max(interval / 4, timedelta(minutes=5))) <= wait <= interval
