"""What to ask a feed's server: at which address, and whether only for what is new.

A permanent redirect (301, 308) is believed once it has held for a week, since servers in trouble and hotel networks
send them by mistake; the step from http to https on the same host is believed at once. The address in config.toml
stays as a person wrote it: what is learned stands in the feed's state, and a new address in config.toml ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from monitor.records import Feed, FeedState, Fetched, FetchFailed, FetchOutcome

MOVE_HELD: Final = timedelta(days=7)
"""DESIGN §5."""

WHOLE_BODY_EVERY: Final = timedelta(days=1)
"""Some servers answer "not modified" for ever; once a day they are asked without validators."""

_ASKED_BACK: Final = 4
"""While a new address fails, every fourth attempt goes to the configured one: either may come back, and a move that
was forgotten would leave us with an address that died long ago."""


@dataclass(frozen=True, slots=True)
class Question:
    """An address, and the validators to send there."""

    address: str
    etag: str | None = None
    last_modified: str | None = None


def question(feed: Feed, state: FeedState, now: datetime) -> Question:
    """Return what to ask for at the next poll."""
    if state.url != feed.url:
        return Question(feed.url)
    address = state.moved_to if state.moved_to and state.moved_at and not _is_asked_back(state) else feed.url
    if _is_asked_back(state) or state.fetched_at is None or now - state.fetched_at >= WHOLE_BODY_EVERY:
        return Question(address)
    return Question(address, state.etag, state.last_modified)


def after_answer(feed: Feed, before: FeedState, after: FeedState, outcome: FetchOutcome, now: datetime) -> FeedState:
    """Return ``after``, the state that the poll's health gave, with what the answer says about the address."""
    if before.url != feed.url:
        after = _stays(after)
    if after.failures or isinstance(outcome, FetchFailed):
        # A redirect to a page that is no feed says nothing about where the feed went.
        return after
    if isinstance(outcome, Fetched):
        after = replace(after, fetched_at=now)
    if _is_asked_back(before) and outcome.moved_to is None:
        return _stays(after)
    return _moved(feed, after, outcome.moved_to, now)


def _is_asked_back(state: FeedState) -> bool:
    return state.moved_at is not None and state.failures % _ASKED_BACK == _ASKED_BACK - 1


def _moved(feed: Feed, state: FeedState, target: str | None, now: datetime) -> FeedState:
    if target is None:
        return state if state.moved_at else _stays(state)
    if target == feed.url:
        return _stays(state)
    since = state.moved_since if target == state.moved_to and state.moved_since else now
    is_believed = is_upgrade(feed.url, target) or now - since >= MOVE_HELD
    return replace(state, moved_to=target, moved_since=since, moved_at=now if is_believed else None)


def _stays(state: FeedState) -> FeedState:
    if state.moved_to is None and state.moved_since is None and state.moved_at is None:
        return state
    return replace(state, moved_to=None, moved_since=None, moved_at=None)


def is_upgrade(old: str, new: str) -> bool:
    """Return whether ``new`` is the address ``old`` over https, and nothing else."""
    return old.startswith("http://") and new == "https://" + old.removeprefix("http://")
