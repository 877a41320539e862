"""`feeds check`: ask a feed now, store nothing, and say what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.feeds.parse import parse_feed
from monitor.fetch.client import run_fetch
from monitor.fetch.limits import FeedRequest, FetchLimits
from monitor.pipeline.progress import Clock
from monitor.records import Feed, Fetched, FetchFailed, FetchFailure, FetchOutcome, NotModified, ParsedFeed

_PASSING = frozenset({408, 425, 429})
"""Statuses below 500 that speak of the moment and not of the address."""


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """What asking a feed gave: the parsed document, or in words why there is none."""

    feed: Feed
    parsed: ParsedFeed | None
    problem: str
    newest_at: datetime | None = None
    is_answered: bool = True
    """False if nothing came that could be looked at."""
    is_private: bool = False
    """Whether the address was not asked since it lies in a private network."""
    is_passing: bool = False
    """Whether the trouble is the server's own and passes by itself, as a rule."""
    moved_to: str | None = None
    """Where the server says the feed has moved for good."""

    @property
    def is_ok(self) -> bool:
        """Return whether the feed answered with items."""
        return self.parsed is not None and not self.problem


def check_feeds(feeds: Sequence[Feed], limits: FetchLimits, clock: Clock) -> tuple[FeedCheck, ...]:
    """Ask feeds without validators and return what each gave, in the given order; nothing is stored."""
    outcomes: dict[str, FetchOutcome] = {}
    run_fetch([FeedRequest(feed, None, None) for feed in feeds], limits, outcomes.__setitem__)
    return tuple(_judge(feed, outcomes[feed.name], clock()) for feed in feeds)


def _judge(feed: Feed, outcome: FetchOutcome, now: datetime) -> FeedCheck:
    match outcome:
        case Fetched():
            parsed = parse_feed(outcome.body, outcome.media_type, outcome.charset, outcome.final_url, now)
            if not parsed.is_feed:
                return FeedCheck(feed, None, "; ".join(parsed.problems) or "the answer is not a feed")
            times = [item.published_at for item in parsed.items if item.published_at is not None]
            return FeedCheck(feed, parsed, "", max(times, default=None), moved_to=outcome.moved_to)
        case NotModified():
            return FeedCheck(feed, None, "the server says nothing changed, though nothing was said to be known")
        case FetchFailed(detail=detail, reason=reason, status=status):
            is_private = reason is FetchFailure.REFUSED_ADDRESS
            is_passing = status in _PASSING or (status or 0) >= 500
            return FeedCheck(feed, None, detail, is_answered=False, is_private=is_private, is_passing=is_passing)
