"""The rhythm of a feed: how long it is usually without news, when its quiet is a silence, how often to ask it.

Measured from what our own polls brought, since dates in feeds lie; only a first pull, which has no history, is judged
by the dates of its items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from monitor.records import Feed, FeedChanges, FeedState

SILENT_AFTER: Final = timedelta(days=14)
"""Without news for this long a feed that answers is called silent while its own rhythm is not known."""

_LEAST_AT_FIRST: Final = timedelta(days=1)
"""A first pull may hold three busy days; until weekends were seen, a quiet of three days is no silence."""

SHORTEST_SILENCE: Final = timedelta(days=1)
LONGEST_SILENCE: Final = timedelta(days=60)

_BEYOND_USUAL: Final = 3
"""A quiet this many times the longest usual one is a silence; with 2, each weekly feed is called so five times a year
(benchmarks/year.py)."""

_FORGET_HALF: Final = timedelta(days=14)
"""A long quiet counts half after this time: quiet weekends stay known, a single feast is forgotten."""

_FEWEST_DATES: Final = 5
"""Of a first pull; fewer say nothing about a rhythm."""

_USUAL_SHARE: Final = 0.9
"""Of the pauses within a first pull; the longest few stand before items pinned to the top, or kept for ever."""

BUSY_WAIT: Final = timedelta(minutes=5)
"""A feed that turns over faster than we ask is asked this often at most: what left the document is lost."""

QUIET_WAIT: Final = timedelta(hours=2)
"""A feed long without news is asked at least this often, and every ``interval`` at the latest if that is longer."""

_QUIET_SHARE: Final = 24
"""A feed without news for a day is asked once an hour: what it then brings is late by a share of its own pause."""

_LONGEST_STRETCH: Final = 4
"""An interval is stretched by this factor at most: the person who wrote "15m" meant it."""

_WATCHED_WITHIN: Final = timedelta(hours=14)
"""Polls further apart than backoff explains were interrupted: the pause between them was ours, not the feed's."""


def with_news(feed: Feed, state: FeedState, changes: FeedChanges, now: datetime) -> FeedState:
    """Return the state before a poll with when news came last and the longest usual quiet, as the poll taught them."""
    if not changes.new:
        return state
    if state.last_success_at is None:
        return _after_first_pull(state, changes, now)
    is_watched = state.failures == 0 and now - state.last_success_at <= max(_WATCHED_WITHIN, 1.5 * feed.interval)
    if state.last_new_item_at and is_watched:
        pause = now - state.last_new_item_at
        # One short pause is no rhythm: what was assumed so far is forgotten slowly too.
        kept = (state.longest_quiet or SILENT_AFTER / _BEYOND_USUAL) * 0.5 ** (pause / _FORGET_HALF)
        state = replace(state, longest_quiet=min(max(pause, kept), LONGEST_SILENCE))
    return replace(state, last_new_item_at=now)


def silent_after(state: FeedState) -> timedelta:
    """Return how long the feed may be without news before its quiet is a silence: 1 to 60 days."""
    if state.longest_quiet is None:
        return SILENT_AFTER
    return min(max(_BEYOND_USUAL * state.longest_quiet, SHORTEST_SILENCE), LONGEST_SILENCE)


def usual_wait(feed: Feed, state: FeedState, now: datetime) -> timedelta:
    """Return how long to wait before asking again, if the server does not wish for more: longer after a long quiet."""
    quiet = now - state.last_new_item_at if state.last_new_item_at else timedelta()
    return max(feed.interval, min(quiet / _QUIET_SHARE, _LONGEST_STRETCH * feed.interval, QUIET_WAIT))


def busy_wait(feed: Feed, state: FeedState, length: int, new: int, now: datetime) -> timedelta:
    """Return how soon to ask a feed again that just brought news, so that its document does not turn over meanwhile.

    ``state`` is that before the poll, ``length`` the number of items in the document, ``new`` of those that were new.
    Gives the interval, unless news came so fast that a third of the document would be new before it has passed;
    never under a quarter of the interval, nor under five minutes.
    """
    if state.last_success_at is None or not new or length < _FEWEST_DATES:
        return feed.interval
    until_third_is_new = (now - state.last_success_at) * (length / 3 / new)
    return min(feed.interval, max(until_third_is_new, feed.interval / 4, BUSY_WAIT))


def _after_first_pull(state: FeedState, changes: FeedChanges, now: datetime) -> FeedState:
    dates = sorted(min(change.item.published_at, now) for change in changes.new if change.item.published_at)
    # Old items come with a first pull: the feed's quiet is counted from the newest of them, not from our arrival.
    newest = dates[-1] if dates and len(dates) == len(changes.new) else now
    return replace(state, last_new_item_at=newest, longest_quiet=_usual_pause(dates) or state.longest_quiet)


def _usual_pause(dates: Sequence[datetime]) -> timedelta | None:
    """Return the longest usual pause between sorted dates; None if they are too few to tell."""
    pauses = sorted(later - earlier for earlier, later in pairwise(dates) if later > earlier)
    if len(pauses) < _FEWEST_DATES - 1:
        return None
    return min(max(pauses[int(_USUAL_SHARE * (len(pauses) - 1))], _LEAST_AT_FIRST), LONGEST_SILENCE)
