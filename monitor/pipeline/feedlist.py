"""The feeds of a workspace with what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.records import Feed, FeedState
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store.engine import Database

USUAL_OVER = timedelta(days=14)
"""The span over which a feed's usual number of items per day is taken."""


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed as ``feeds list`` shows it; ``usual_per_day`` is None until a day has been watched."""

    feed: Feed
    state: str
    since: datetime | None
    last_success_at: datetime | None
    next_check_at: datetime | None
    items: int
    usual_per_day: float | None
    problem: str
    note: str = ""
    """What is worth knowing though nothing failed, for people."""

    def record(self) -> dict[str, object]:
        """Return the JSON shape of DESIGN §7."""
        return {
            "name": self.feed.name,
            "url": self.feed.url,
            "state": self.state,
            "since": _iso(self.since),
            "last_success_at": _iso(self.last_success_at),
            "next_check_at": _iso(self.next_check_at),
            "items": self.items,
            "usual_per_day": self.usual_per_day,
            "problem": self.problem,
        }


def feed_lines(database: Database, config: Config, now: datetime) -> tuple[FeedLine, ...]:
    """Return every feed of the configuration, paused ones last, in the order of the file."""
    with database.read() as connection:
        states = feed_rows.states(connection)
        counts = item_rows.count_by_feed(connection)
        first_seen = item_rows.seen_by_feed(connection, now - USUAL_OVER)
    paused = {feed.name for feed in config.paused}
    lines = []
    for feed in (*config.feeds, *config.paused):
        state = states.get(feed.name) or FeedState(feed=feed.name, url=feed.url)
        lines.append(
            FeedLine(
                feed=feed,
                state="paused" if feed.name in paused else state.health.value,
                since=state.since,
                last_success_at=state.last_success_at,
                next_check_at=state.next_check_at,
                items=counts.get(feed.name, 0),
                usual_per_day=_usual(first_seen.get(feed.name), now),
                problem=state.problem,
                note=identity_words(state),
            )
        )
    return tuple(lines)


def identity_words(state: FeedState) -> str:
    """Return how the feed's items are told apart if its own ids proved unusable, else nothing."""
    if state.identity_policy == "guid":
        return ""
    return f"items are told apart by {state.identity_policy}: the feed's own ids are unusable"


def _usual(seen: tuple[datetime, int] | None, now: datetime) -> float | None:
    """Return items per day since ``seen``: the first time in the span, and how many came after the first pull."""
    if seen is None or now - seen[0] < timedelta(days=1):
        return None
    return round(seen[1] / ((now - seen[0]) / timedelta(days=1)), 1)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
