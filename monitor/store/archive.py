"""Walk the archive as rules see it: what an item says and where it came from, without pages and history."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.store.assessments import RULE, TOPIC
from monitor.store.schema import facets, items, revisions
from monitor.store.writing import in_batches

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


@dataclass(slots=True)
class Decided:
    """What lists know of an item's last assessment; the assessment itself is longer than the item."""

    scores: dict[str, float] = field(default_factory=dict)
    is_relevant: bool = False
    """At or above the threshold of some topic."""
    rules: set[str] = field(default_factory=set)
    """Full ids of the rules that held."""


def walk(conn: Connection, since: datetime, until: datetime | None = None) -> Iterator[tuple[ArchivedItem, ...]]:
    """Yield the items first seen from ``since`` to before ``until``, newest first, in batches.

    The connection must stay open meanwhile; memory holds one batch.
    """
    query = _newest_first(since)
    if until is not None:
        query = query.where(items.c.first_seen_at < until)
    found = conn.execute(query, execution_options={"yield_per": FETCHED_AT_ONCE})
    for batch in found.partitions(FETCHED_AT_ONCE):
        yield tuple(ArchivedItem(*row) for row in batch)


def of_story(conn: Connection, story: str, since: datetime) -> tuple[ArchivedItem, ...]:
    """Return the items of a story first seen from ``since`` on, newest first; none where nobody grouped them yet."""
    return tuple(ArchivedItem(*row) for row in conn.execute(_newest_first(since).where(items.c.story == story)))


def _newest_first(since: datetime) -> sa.Select[Any]:
    """Return the question for the items first seen from a moment on, as ``ArchivedItem`` has them."""
    return (
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


def moment_before(conn: Connection, until: datetime, count: int) -> datetime | None:
    """Return when the ``count``-th newest item of those first seen before ``until`` was, None if there are fewer."""
    query = sa.select(items.c.first_seen_at).where(items.c.first_seen_at < until)
    return conn.execute(query.order_by(items.c.first_seen_at.desc()).offset(count - 1).limit(1)).scalar()


def count_since(conn: Connection, since: datetime) -> int:
    """Return how many items were first seen at or after a moment."""
    return conn.execute(
        sa.select(sa.func.count()).select_from(items).where(items.c.first_seen_at >= since)
    ).scalar_one()


def decided(conn: Connection, ids: Collection[str]) -> dict[str, Decided]:
    """Return what was decided about items, by id: of each one, nothing of those that wait to be assessed."""
    query = sa.select(facets.c.item, facets.c.kind, facets.c.value, facets.c.score, facets.c.is_relevant)
    found = {id_: Decided() for id_ in ids}
    for batch in in_batches(ids):
        for item, kind, value, score, is_relevant in conn.execute(query.where(facets.c.item.in_(batch))):
            one = found[item]
            if kind == TOPIC:
                one.scores[value] = score
                one.is_relevant = one.is_relevant or is_relevant
            elif kind == RULE:
                one.rules.add(value)
    return found
