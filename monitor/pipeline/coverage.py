"""What the desk can and cannot see now: feeds, gaps, fallbacks, backlog, undelivered messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.pipeline.desk import Desk
from monitor.records import Coverage, DeliveryStatus, Feed, FeedReport, FeedState
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store import outbox, rounds
from monitor.store.engine import Connection


def coverage_now(
    connection: Connection, desk: Desk, gaps: Sequence[str] = (), since: datetime | None = None
) -> Coverage:
    """Return the coverage panel of this moment.

    ``gaps`` names feeds whose pull in this round was all new; those of rounds since ``since`` are added.
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
        undelivered=_undelivered(connection),
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


def _undelivered(connection: Connection) -> tuple[str, ...]:
    stuck = outbox.list_messages(
        connection, (DeliveryStatus.RETRY, DeliveryStatus.UNKNOWN, DeliveryStatus.FAILED), limit=20
    )
    return tuple(f"{message.subject} to {message.route}: {message.status}, {message.reason}" for message in stuck)
