"""Lists of items by what was decided about them, newest first, and search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import AssessedItem
from monitor.store import assessments
from monitor.store.schema import facets, items, revisions, search_documents
from monitor.store.search import found, search_expression
from monitor.store.writing import in_batches


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items to list; what is None does not narrow the list.

    ``since`` (included) and ``until`` (not included) speak of when we first saw an item. ``topic`` asks for items at
    or above the topic's threshold, with ``min_score`` for items at or above that score instead; ``min_score`` alone
    holds if any topic reaches it. ``analyst`` owns a rule that matched. ``source`` is an outlet, ``query`` is
    searched as ``monitor.store.search`` says.
    """

    topic: str | None = None
    entity: str | None = None
    rule: str | None = None
    """The full name, ``owner/rule``."""
    analyst: str | None = None
    source: str | None = None
    feed: str | None = None
    lang: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    min_score: float | None = None
    query: str | None = None
    limit: int = 50
    offset: int = 0


def list_items(conn: Connection, asked: ItemFilter) -> tuple[AssessedItem, ...]:
    """Return the items a filter asks for, newest first, with everything decided about them."""
    return assessments.load(conn, list_ids(conn, asked))


def list_ids(conn: Connection, asked: ItemFilter) -> list[str]:
    """Return the ids of the items a filter asks for, newest first."""
    query = _select(asked)
    if query is None:
        return []
    return [row.item for row in conn.execute(query.limit(asked.limit).offset(asked.offset))]


@dataclass(frozen=True, slots=True)
class Headline:
    """What a list shows of an item at the least."""

    item: str
    title: str
    first_seen_at: datetime


def list_headlines(conn: Connection, asked: ItemFilter) -> tuple[Headline, ...]:
    """Return the titles of the items a filter asks for, newest first."""
    order = {item: number for number, item in enumerate(list_ids(conn, asked))}
    is_current = (revisions.c.item == items.c.id) & (revisions.c.revision == items.c.revision)
    query = sa.select(items.c.id, revisions.c.title, items.c.first_seen_at).join_from(items, revisions, is_current)
    found = [
        Headline(*row) for batch in in_batches(order) for row in conn.execute(query.where(items.c.id.in_(batch))).all()
    ]
    return tuple(sorted(found, key=lambda one: order[one.item]))


def count_items(conn: Connection, asked: ItemFilter) -> int:
    """Return how many items a filter asks for, whatever its limit and offset."""
    query = _select(asked)
    if query is None:
        return 0
    return conn.execute(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())).scalar_one()


def _select(asked: ItemFilter) -> sa.Select[tuple[str]] | None:
    """Return the query for ids in order.

    It walks one index that is in the list's order already: of the full-text search, of the rarest kind of facet, or
    of the items. Everything else is looked up for each row of that walk, so the first page is ready before the end.
    """
    wanted = _facets(asked)
    walk: sa.FromClause
    if asked.query is not None:
        expression = search_expression(asked.query)
        if expression is None:
            return None
        walk, is_found = found(expression)
        item, at = search_documents.c.item, search_documents.c.at
        conditions = [is_found, search_documents.c.is_current == sa.true()]
    elif wanted:
        walk = facets.alias("walked")
        item, at = walk.c.item, walk.c.at
        conditions = [_is_facet(walk, *wanted.pop(0))]
    else:
        walk, item, at = items, items.c.id, items.c.first_seen_at
        conditions = []
    for number, (kind, value, min_score) in enumerate(wanted):
        other = facets.alias(f"other{number}")
        same = (other.c.at == at) & (other.c.item == item)
        conditions.append(sa.exists().where(_is_facet(other, kind, value, min_score), same))
    if asked.since is not None:
        conditions.append(at >= asked.since)
    if asked.until is not None:
        conditions.append(at < asked.until)
    query = sa.select(item.label("item")).select_from(walk)
    own = _own_conditions(asked)
    if own and walk is not items:
        query = query.join(items, items.c.id == item)
    return query.where(*conditions, *own).order_by(at.desc(), item.desc())


def _facets(asked: ItemFilter) -> list[tuple[str, str | None, float | None]]:
    # The rarest kind first: it is the one that is walked.
    kinds = ((assessments.RULE, asked.rule), (assessments.ENTITY, asked.entity), (assessments.OWNER, asked.analyst))
    wanted: list[tuple[str, str | None, float | None]] = [(kind, value, None) for kind, value in kinds if value]
    if asked.topic is not None:
        wanted.append((assessments.TOPIC, asked.topic, asked.min_score))
    elif asked.min_score is not None:
        wanted.append((assessments.BEST, "", asked.min_score))
    return wanted


def _is_facet(table: sa.FromClause, kind: str, value: str | None, min_score: float | None) -> sa.ColumnElement[bool]:
    reached = table.c.is_relevant == sa.true() if min_score is None else table.c.score >= min_score
    return sa.and_(table.c.kind == kind, table.c.value == value, reached)


def _own_conditions(asked: ItemFilter) -> list[sa.ColumnElement[bool]]:
    pairs = ((items.c.outlet, asked.source), (items.c.feed, asked.feed), (items.c.lang, asked.lang))
    conditions: list[sa.ColumnElement[bool]] = [column == value for column, value in pairs if value is not None]
    return conditions
