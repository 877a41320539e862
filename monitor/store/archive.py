"""Walk the archive as rules see it: what an item says and where it came from, without pages and history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.store.schema import items, revisions

FETCHED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ArchivedItem:
    """A stored item in its current revision; ``story`` is the item's own id while nobody grouped it."""

    id: str
    feed: str
    outlet: str
    lang: str | None
    first_seen_at: datetime
    published_at: datetime | None
    title: str
    text: str
    story: str


def walk(conn: Connection, since: datetime, until: datetime | None = None) -> Iterator[tuple[ArchivedItem, ...]]:
    """Yield the items first seen from ``since`` to before ``until``, newest first, in batches.

    The connection must stay open meanwhile; memory holds one batch.
    """
    query = (
        sa.select(
            items.c.id,
            items.c.feed,
            items.c.outlet,
            items.c.lang,
            items.c.first_seen_at,
            revisions.c.published_at,
            revisions.c.title,
            revisions.c.text,
            sa.func.coalesce(items.c.story, items.c.id).label("story"),
        )
        .join_from(items, revisions, (revisions.c.item == items.c.id) & (revisions.c.revision == items.c.revision))
        .where(items.c.first_seen_at >= since)
        .order_by(items.c.first_seen_at.desc(), items.c.id.desc())
    )
    if until is not None:
        query = query.where(items.c.first_seen_at < until)
    found = conn.execute(query, execution_options={"yield_per": FETCHED_AT_ONCE})
    for batch in found.partitions(FETCHED_AT_ONCE):
        yield tuple(ArchivedItem(*row) for row in batch)


def count_since(conn: Connection, since: datetime) -> int:
    """Return how many items were first seen at or after a moment."""
    return conn.execute(
        sa.select(sa.func.count()).select_from(items).where(items.c.first_seen_at >= since)
    ).scalar_one()
