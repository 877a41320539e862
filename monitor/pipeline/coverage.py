"""What the desk can and cannot see now: feeds, gaps, fallbacks, backlog, undelivered messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.pipeline.desk import Desk
from monitor.pipeline.progress import utc_now
from monitor.records import Coverage, DeliveryStatus, Feed, FeedReport, FeedState
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store import outbox, rounds
from monitor.store.engine import Connection

FAILED_IS_NAMED = timedelta(days=7)
"""How long a message that failed for good is named: a reader back from a week away still hears of it."""
_NAMED_AT_MOST = 20


def coverage_now(
    connection: Connection, desk: Desk, gaps: Sequence[str] = (), since: datetime | None = None
) -> Coverage:
    """Return the coverage panel of this moment.

    ``gaps`` names feeds whose pull in this round was all new; those of rounds since ``since`` are added.

    ``since`` is when the digest closed last: of the messages that failed for good it names those that failed after
    that, so each digest names each once. Without it, and at most, those of the last seven days.
    """
    found = dict.fromkeys(gaps)
    if since is not None:
        earlier = (str(one.summary.get("gaps", "")).split() for one in rounds.since(connection, since))
        found |= dict.fromkeys(name for names in earlier for name in names)
    states = feed_rows.states(connection)
    return Coverage(
        feeds=tuple(report(feed, states) for feed in desk.config.feeds),
        unassessed=item_rows.count_unassessed(connection),
        fallbacks=desk.fallbacks,
        gaps=tuple(sorted(found)),
        unwatched=desk.config.unwatched,
        undelivered=_undelivered(connection, since),
    )


def report(feed: Feed, states: Mapping[str, FeedState]) -> FeedReport:
    """Return one feed's line of the panel."""
    state = states.get(feed.name) or FeedState(feed=feed.name, url=feed.url)
    return FeedReport(
        name=feed.name,
        outlet=feed.outlet,
        health=state.health,
        since=state.since,
        last_success_at=state.last_success_at,
        problem=state.problem,
    )


def _undelivered(connection: Connection, since: datetime | None) -> tuple[str, ...]:
    oldest = utc_now() - FAILED_IS_NAMED
    failed = outbox.failed_since(connection, max(oldest, since or oldest), _NAMED_AT_MOST)
    trying = outbox.list_messages(connection, (DeliveryStatus.RETRY, DeliveryStatus.UNKNOWN), _NAMED_AT_MOST)
    stuck = sorted((*failed, *trying), key=lambda message: message.created_at, reverse=True)[:_NAMED_AT_MOST]
    return tuple(f"{message.subject} to {message.route}: {message.status}, {message.reason}" for message in stuck)
