"""What a poll teaches about a feed: its health, and when to ask again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from monitor.feeds import rhythm
from monitor.feeds.identity import body_hash
from monitor.feeds.quiet import open_at
from monitor.records import (
    Feed,
    FeedChanges,
    FeedHealth,
    FeedState,
    Fetched,
    FetchFailed,
    FetchFailure,
    FetchOutcome,
    NotModified,
    ParsedFeed,
)

SHORTEST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=12)
"""Ceiling of backoff and of what ttl and max-age may ask (DESIGN §5): no feed is ever given up."""

LONGEST_RETRY_AFTER: Final = timedelta(days=1)
"""A server that refuses us may ask for more than one that serves us, but not for silence without end."""

GONE_WAIT: Final = timedelta(days=7)
"""A feed that is gone (410) is off; one look a week finds out when the answer was a mistake."""

_JITTER: Final = 0.1
"""Share of the wait added at most, so that feeds polled together drift apart."""


def new_state(feed: Feed) -> FeedState:
    """Return the state of a feed that was never polled."""
    return FeedState(feed=feed.name, url=feed.url)


def is_due(state: FeedState, now: datetime) -> bool:
    """Return whether the feed's time has come; one never polled is always due."""
    return state.next_check_at is None or state.next_check_at <= now


def after_poll(  # noqa: PLR0913, PLR0917  # one poll has this many sides; a record for one call would hide them
    feed: Feed,
    state: FeedState,
    outcome: FetchOutcome,
    parsed: ParsedFeed | None,
    changes: FeedChanges | None,
    now: datetime,
    jitter: float,
) -> FeedState:
    """Return the feed's state after a poll.

    ``parsed`` and ``changes`` are None when the body was the same as last time (or there was none). ``jitter`` is a
    number from 0 to 1 that adds up to a tenth of the wait. Validators and body hash are only taken over from a body
    that was a feed: an error page must not make the next "not modified" look like success.
    """
    before, state = state, replace(state, url=feed.url, last_polled_at=now)
    match outcome:
        case Fetched():
            if parsed is not None and not parsed.is_feed:
                return _failed(feed, state, FeedHealth.NOT_A_FEED, "; ".join(parsed.problems), now, jitter)
            if changes is not None:
                state = rhythm.with_news(feed, state, changes, now)
            state = replace(
                state,
                etag=outcome.etag,
                last_modified=outcome.last_modified,
                body_hash=body_hash(outcome.body),
                identity_policy=changes.identity_policy if changes else state.identity_policy,
                wished_wait=parsed.ttl if parsed else state.wished_wait,
                quiet_times=parsed.quiet_times if parsed else state.quiet_times,
            )
            length, new = (len(parsed.entries), len(changes.new)) if parsed and changes else (0, 0)
            busy = rhythm.busy_wait(feed, before, length, new, now)
            usual = busy if new else rhythm.usual_wait(feed, state, now)
            return _succeeded(state, outcome.max_age, usual, now, jitter)
        case NotModified():
            state = replace(
                state,
                etag=outcome.etag or state.etag,
                last_modified=outcome.last_modified or state.last_modified,
            )
            return _succeeded(state, outcome.max_age, rhythm.usual_wait(feed, state, now), now, jitter)
        case FetchFailed():
            failed = _failed(feed, state, _health_of(outcome.reason), outcome.detail, now, jitter)
            asked = min(outcome.retry_after or timedelta(), LONGEST_RETRY_AFTER)
            planned = failed.next_check_at or now
            return replace(failed, next_check_at=max(planned, now + asked))
        case _:
            assert_never(outcome)


def _succeeded(
    state: FeedState, max_age: timedelta | None, usual: timedelta, now: datetime, jitter: float
) -> FeedState:
    is_silent = state.last_new_item_at is not None and now - state.last_new_item_at > rhythm.silent_after(state)
    asked = min(max(max_age or timedelta(), state.wished_wait or timedelta()), LONGEST_WAIT)
    planned = now + max(usual, asked, SHORTEST_WAIT) * (1 + _JITTER * jitter)
    # Quiet times are honoured as far as any wish is: an attack on a Saturday is not read on Monday.
    latest = max(planned, now + LONGEST_WAIT)
    health = FeedHealth.SILENT if is_silent else FeedHealth.OK
    return replace(
        state,
        health=health,
        since=_since(state, health, now),
        problem="",
        failures=0,
        last_success_at=now,
        next_check_at=min(open_at(planned, state.quiet_times), latest),
    )


def _failed(feed: Feed, state: FeedState, health: FeedHealth, problem: str, now: datetime, jitter: float) -> FeedState:
    failures = state.failures + 1
    # 2**10 intervals exceed the ceiling for any interval above a minute; without the bound the number would overflow.
    backoff = max(feed.interval, SHORTEST_WAIT) * 2 ** min(failures - 1, 10) * (1 + _JITTER * jitter)
    wait = max(min(backoff, LONGEST_WAIT), feed.interval)
    if health is FeedHealth.GONE:
        wait = GONE_WAIT
    return replace(
        state,
        health=health,
        since=_since(state, health, now),
        problem=problem,
        failures=failures,
        next_check_at=now + wait,
    )


def _since(state: FeedState, health: FeedHealth, now: datetime) -> datetime:
    """Return since when the feed is in a state of health it now has."""
    return state.since if state.health is health and state.since else now


def _health_of(reason: FetchFailure) -> FeedHealth:
    match reason:
        case FetchFailure.BLOCKED:
            return FeedHealth.BLOCKED
        case FetchFailure.GONE:
            return FeedHealth.GONE
        case _:
            return FeedHealth.FAILING
