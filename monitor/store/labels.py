"""What relevance judgements ask of the stored items: scores by topic, and which items are still open."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.store.assessments import TOPIC
from monitor.store.schema import facets, is_yes, items


def topic_scores(
    conn: Connection, topic: str, since: datetime | None = None, limit: int | None = None
) -> list[tuple[str, float]]:
    """Return (item, score 0-1) of assessed items first seen since a moment, newest first."""
    query = sa.select(facets.c.item, facets.c.score).where(facets.c.kind == TOPIC, facets.c.value == topic)
    if since is not None:
        query = query.where(facets.c.at >= since)
    rows = conn.execute(query.order_by(facets.c.at.desc(), facets.c.item.desc()).limit(limit))
    return [(row.item, row.score) for row in rows]


def first_seen(conn: Connection, since: datetime) -> datetime | None:
    """Return when the first item since a moment was seen, None if there is none."""
    return conn.execute(sa.select(sa.func.min(items.c.first_seen_at)).where(items.c.first_seen_at >= since)).scalar()


def open_items(conn: Connection, limit: int) -> list[str]:
    """Return the ids of assessed items over which no digest has closed, newest first."""
    query = sa.select(items.c.id).where(is_yes(items.c.is_open), items.c.assessor.is_not(None))
    return list(conn.execute(query.order_by(items.c.first_seen_at.desc(), items.c.id.desc()).limit(limit)).scalars())
