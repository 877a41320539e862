"""What relevance judgements ask of the stored items: scores by topic, and which items are still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.store.assessments import TOPIC
from monitor.store.schema import facets, is_no, is_yes, items


@dataclass(frozen=True, slots=True)
class Tagged:
    """How many items were assessed, and how many of them reached the threshold they were assessed with."""

    items: int
    tagged: int


def topic_scores(
    conn: Connection, topic: str, since: datetime | None = None, limit: int | None = None
) -> list[tuple[str, float]]:
    """Return (item, score 0-1) of assessed items first seen since a moment, newest first."""
    query = sa.select(facets.c.item, facets.c.score).where(facets.c.kind == TOPIC, facets.c.value == topic)
    if since is not None:
        query = query.where(facets.c.at >= since)
    rows = conn.execute(query.order_by(facets.c.at.desc(), facets.c.item.desc()).limit(limit))
    return [(row.item, row.score) for row in rows]


def news_scores(conn: Connection, topic: str, since: datetime) -> list[float]:
    """Return the scores (0-1) of items that came as news since a moment: what a feed's first pull archived is none."""
    query = sa.select(facets.c.score).join(items, items.c.id == facets.c.item)
    query = query.where(facets.c.kind == TOPIC, facets.c.value == topic, facets.c.at >= since)
    return list(conn.execute(query.where(is_no(items.c.is_backlog))).scalars())


def first_news(conn: Connection, since: datetime) -> datetime | None:
    """Return when the first item that came as news since a moment was seen, None if there is none."""
    query = sa.select(sa.func.min(items.c.first_seen_at)).where(items.c.first_seen_at >= since)
    return conn.execute(query.where(is_no(items.c.is_backlog))).scalar()


def first_seen(conn: Connection, since: datetime) -> datetime | None:
    """Return when the first item since a moment was seen, None if there is none."""
    return conn.execute(sa.select(sa.func.min(items.c.first_seen_at)).where(items.c.first_seen_at >= since)).scalar()


def first_items(conn: Connection, limit: int) -> list[str]:
    """Return the ids of the first so many items ever seen, in that order."""
    query = sa.select(items.c.id).order_by(items.c.first_seen_at, items.c.id).limit(limit)
    return list(conn.execute(query).scalars())


def open_items(conn: Connection, limit: int) -> list[str]:
    """Return the ids of assessed items over which no digest has closed, newest first."""
    query = sa.select(items.c.id).where(is_yes(items.c.is_open), items.c.assessor.is_not(None))
    return list(conn.execute(query.order_by(items.c.first_seen_at.desc(), items.c.id.desc()).limit(limit)).scalars())


def count_tagged(conn: Connection, topic: str, since: datetime, until: datetime | None) -> Tagged:
    """Return how many items first seen in a span were assessed for a topic and how many tagged; ``until`` excluded."""
    tagged = sa.func.sum(sa.case((is_yes(facets.c.is_relevant), 1), else_=0))
    query = sa.select(sa.func.count(), tagged).where(facets.c.kind == TOPIC, facets.c.value == topic)
    query = query.where(facets.c.at >= since)
    if until is not None:
        query = query.where(facets.c.at < until)
    count, yes = conn.execute(query).one()
    return Tagged(count, int(yes or 0))
