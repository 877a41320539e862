from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds.schedule import after_poll, is_due, new_state
from monitor.records import (
    Feed,
    FeedChanges,
    FeedHealth,
    FeedState,
    Fetched,
    FetchFailed,
    FetchFailure,
    FetchOutcome,
    Item,
    ItemChange,
    NotModified,
    ParsedFeed,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://frontier.example/feed"
FEED = Feed("frontier", URL, "Frontier Post", interval=timedelta(minutes=30))
PARSED = ParsedFeed("Frontier", None, None, "rss20")
NO_CHANGES = FeedChanges()


def fetched(max_age: timedelta | None = None) -> Fetched:
    return Fetched(URL, URL, b"<rss/>", etag='"v2"', last_modified="today", max_age=max_age)


def failed(reason: FetchFailure = FetchFailure.TIMEOUT, retry_after: timedelta | None = None) -> FetchFailed:
    return FetchFailed(URL, reason, "no answer within 30 s", None, retry_after)


def poll(
    state: FeedState, outcome: FetchOutcome, parsed: ParsedFeed | None = None, changes: FeedChanges | None = None
) -> FeedState:
    return after_poll(FEED, state, outcome, parsed, changes, NOON, 0.0)


def wait(state: FeedState) -> timedelta:
    assert state.next_check_at is not None
    return state.next_check_at - NOON


def new_item(published_at: datetime | None) -> ItemChange:
    return ItemChange(Item("1", "frontier", "F", None, "t", "", "", None, published_at, NOON, 1, ""), ())


def test_a_feed_never_polled_is_due() -> None:
    assert is_due(new_state(FEED), NOON)


def test_a_feed_is_due_when_its_time_has_come() -> None:
    state = replace(new_state(FEED), next_check_at=NOON)
    assert is_due(state, NOON)
    assert not is_due(state, NOON - timedelta(seconds=1))


def test_a_good_answer_is_remembered() -> None:
    after = poll(
        replace(new_state(FEED), failures=4, problem="x"), fetched(), PARSED, FeedChanges(identity_policy="link")
    )
    assert after == FeedState(
        feed="frontier",
        url=URL,
        etag='"v2"',
        last_modified="today",
        body_hash="b8a3805e669decf7180d8c7f4af5d4706d615d0678c424bd1c6b853def3bf3d2",
        next_check_at=NOON + timedelta(minutes=30),
        last_polled_at=NOON,
        last_success_at=NOON,
        health=FeedHealth.OK,
        since=NOON,
        identity_policy="link",
    )


def test_a_not_modified_answer_clears_the_failure_count() -> None:
    before = replace(new_state(FEED), failures=4, etag='"v1"', health=FeedHealth.FAILING)
    after = poll(before, NotModified(URL))
    assert (after.failures, after.health, after.etag) == (0, FeedHealth.OK, '"v1"')


def test_the_same_body_is_a_success_without_a_parse() -> None:
    after = poll(new_state(FEED), fetched())
    assert (after.health, after.last_success_at) == (FeedHealth.OK, NOON)


@pytest.mark.parametrize(
    ("failures", "hours"), [(0, 0.5), (1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, 12.0), (50, 12.0), (10_000, 12.0)]
)
def test_backoff_doubles_up_to_twelve_hours_and_never_ends(failures: int, hours: float) -> None:
    after = poll(replace(new_state(FEED), failures=failures), failed())
    assert wait(after) == timedelta(hours=hours)
    assert after.failures == failures + 1


def test_a_failure_is_told_since_when_and_why_and_forgets_nothing() -> None:
    before = replace(new_state(FEED), etag='"v1"', body_hash="h", last_success_at=NOON - timedelta(days=1))
    after = poll(before, failed())
    assert (after.health, after.since, after.problem) == (FeedHealth.FAILING, NOON, "no answer within 30 s")
    assert (after.etag, after.body_hash, after.last_success_at) == ('"v1"', "h", NOON - timedelta(days=1))
    again = after_poll(FEED, after, failed(), None, None, NOON + timedelta(hours=1), 0.0)
    assert again.since == NOON


@pytest.mark.parametrize(
    ("reason", "health"),
    [
        (FetchFailure.BLOCKED, FeedHealth.BLOCKED),
        (FetchFailure.GONE, FeedHealth.GONE),
        (FetchFailure.HTTP_STATUS, FeedHealth.FAILING),
        (FetchFailure.NAME_UNKNOWN, FeedHealth.FAILING),
    ],
)
def test_failures_have_their_health(reason: FetchFailure, health: FeedHealth) -> None:
    assert poll(new_state(FEED), failed(reason)).health is health


def test_a_feed_that_is_gone_is_looked_at_once_a_week() -> None:
    assert wait(poll(new_state(FEED), failed(FetchFailure.GONE))) == timedelta(days=7)


def test_a_page_that_is_no_feed_is_a_failure_and_leaves_the_validators_alone() -> None:
    page = ParsedFeed("", None, None, "", problems=("not a feed: a web page",))
    after = poll(replace(new_state(FEED), etag='"v1"', body_hash="h"), fetched(), page)
    assert (after.health, after.problem, after.failures) == (FeedHealth.NOT_A_FEED, "not a feed: a web page", 1)
    assert (after.etag, after.body_hash, after.last_success_at) == ('"v1"', "h", None)


def test_an_empty_feed_is_a_success() -> None:
    assert poll(new_state(FEED), fetched(), PARSED, NO_CHANGES).health is FeedHealth.OK


@pytest.mark.parametrize(
    ("max_age", "ttl", "expected"),
    [
        (None, None, timedelta(minutes=30)),
        (timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=30)),
        (timedelta(hours=2), None, timedelta(hours=2)),
        (timedelta(hours=2), timedelta(hours=3), timedelta(hours=3)),
        (timedelta(days=300), None, timedelta(hours=12)),
        (None, timedelta(days=30), timedelta(hours=12)),
    ],
)
def test_servers_and_documents_may_ask_for_longer_waits_within_reason(
    max_age: timedelta | None, ttl: timedelta | None, expected: timedelta
) -> None:
    assert wait(poll(new_state(FEED), fetched(max_age), replace(PARSED, ttl=ttl), NO_CHANGES)) == expected


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [
        (timedelta(minutes=5), timedelta(minutes=30)),
        (timedelta(hours=5), timedelta(hours=5)),
        (timedelta(days=300), timedelta(days=1)),
    ],
)
def test_retry_after_is_honoured_within_reason(retry_after: timedelta, expected: timedelta) -> None:
    assert wait(poll(new_state(FEED), failed(FetchFailure.HTTP_STATUS, retry_after))) == expected


def test_an_interval_above_the_ceiling_is_the_persons_wish() -> None:
    weekly = replace(FEED, interval=timedelta(days=7))
    for outcome in (NotModified(URL), failed()):
        assert wait(after_poll(weekly, new_state(weekly), outcome, None, None, NOON, 0.0)) == timedelta(days=7)


def test_jitter_only_ever_adds_and_at_most_a_tenth() -> None:
    after = after_poll(FEED, new_state(FEED), NotModified(URL), None, None, NOON, 1.0)
    assert wait(after) == timedelta(minutes=33)


def test_a_feed_without_news_for_long_is_silent() -> None:
    quiet = replace(new_state(FEED), last_new_item_at=NOON - timedelta(days=15), health=FeedHealth.OK)
    assert poll(quiet, NotModified(URL)).health is FeedHealth.SILENT
    assert poll(quiet, fetched(), PARSED, FeedChanges(new=(new_item(None),))).health is FeedHealth.OK


def test_the_silence_of_a_feed_that_died_before_we_came_is_seen_at_the_first_pull() -> None:
    old = FeedChanges(new=(new_item(datetime(2019, 5, 1, tzinfo=UTC)), new_item(datetime(2019, 6, 1, tzinfo=UTC))))
    after = poll(new_state(FEED), fetched(), PARSED, old)
    assert (after.health, after.last_new_item_at) == (FeedHealth.SILENT, datetime(2019, 6, 1, tzinfo=UTC))


def test_a_changed_address_is_taken_over() -> None:
    moved = replace(FEED, url="https://new.example/feed")
    assert after_poll(moved, new_state(FEED), NotModified(moved.url), None, None, NOON, 0.0).url == moved.url
