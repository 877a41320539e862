"""Pages behind items: which were asked for, what came of it, and the revisions that hold what they say.

One row per revision of an item that a page was asked for, so that none is asked for twice. ``items.content_hash``
stays that of the feed's own words, by which the next poll knows the item again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import Item
from monitor.store import items as item_rows
from monitor.store.schema import full_texts, is_no, items
from monitor.store.writing import insert_or_replace


@dataclass(frozen=True, slots=True)
class PageAsked:
    """What asking for the page behind an item gave."""

    item: Item
    """As it was when the page was asked for."""
    attempts: int
    full: Item | None = None
    """The revision that holds the page's words."""
    next_attempt_at: datetime | None = None
    """None if the page is not asked for again."""
    reason: str = ""
    """Why there is no full text, in words."""


@dataclass(frozen=True, slots=True)
class PageCounts:
    """How the pages of one feed went."""

    read: int = 0
    waiting: int = 0
    given_up: int = 0
    last_reason: str = ""


NO_PAGES = PageCounts()


def never_asked(conn: Connection, feeds: Collection[str]) -> tuple[Item, ...]:
    """Return the items of ``feeds`` that wait to be assessed and whose page was not asked for, newest first.

    Archived items and those without a link are left out.
    """
    row = sa.select(full_texts.c.item).where(
        full_texts.c.item == items.c.id,
        (full_texts.c.revision == items.c.revision) | (full_texts.c.text_revision == items.c.revision),
    )
    query = sa.select(items.c.id).where(
        items.c.assessor.is_(None),
        is_no(items.c.is_backlog),
        items.c.link.is_not(None),
        items.c.feed.in_(sorted(feeds)),
        ~row.exists(),
    )
    return _loaded(conn, conn.execute(query.order_by(items.c.first_seen_at.desc(), items.c.id)).scalars())


def to_ask_again(conn: Connection, feeds: Collection[str], now: datetime) -> tuple[tuple[Item, int], ...]:
    """Return the items whose page is due for another attempt, with the attempts so far, oldest first."""
    query = (
        sa.select(full_texts.c.item, full_texts.c.attempts)
        .join_from(full_texts, items, (full_texts.c.item == items.c.id) & (full_texts.c.revision == items.c.revision))
        .where(full_texts.c.next_attempt_at <= now, items.c.feed.in_(sorted(feeds)))
        .order_by(full_texts.c.next_attempt_at, full_texts.c.item)
    )
    attempts = {row.item: row.attempts for row in conn.execute(query)}
    return tuple((item, attempts[item.id]) for item in _loaded(conn, attempts))


def _loaded(conn: Connection, ids: Iterable[str]) -> tuple[Item, ...]:
    wanted = list(ids)
    found = item_rows.load(conn, wanted)
    return tuple(found[item] for item in wanted if item in found)


def save(conn: Connection, asked: Sequence[PageAsked], late_flag: str, now: datetime) -> int:
    """Store what pages gave; return how many items got their full text.

    An item that was edited meanwhile keeps the edit, whose page is asked for in its turn. A revision that comes after
    the item was assessed is marked with ``late_flag``. Repeating it changes nothing.
    """
    stored = 0
    for each in asked:
        query = sa.select(items.c.revision, items.c.assessor).where(items.c.id == each.item.id)
        current = conn.execute(query).one_or_none()
        if current is None or current.revision != each.item.revision:
            continue
        if each.full is not None:
            flags = each.full.flags if current.assessor is None else (*each.full.flags, late_flag)
            item_rows.save_full_text(conn, replace(each.full, flags=flags), now)
            stored += 1
        row = {
            "item": each.item.id,
            "revision": each.item.revision,
            "text_revision": each.full.revision if each.full else None,
            "attempts": each.attempts,
            "asked_at": now,
            "next_attempt_at": each.next_attempt_at,
            "reason": each.reason,
        }
        conn.execute(insert_or_replace(conn, full_texts, ("item", "revision")), row)
    return stored


def counts(conn: Connection, feed: str) -> PageCounts:
    """Return how the pages of a feed's items went."""
    query = (
        sa.select(full_texts.c.text_revision, full_texts.c.next_attempt_at, full_texts.c.reason)
        .join_from(full_texts, items, full_texts.c.item == items.c.id)
        .where(items.c.feed == feed)
        .order_by(full_texts.c.asked_at)
    )
    rows = conn.execute(query).all()
    reasons = [row.reason for row in rows if row.reason]
    return PageCounts(
        read=sum(row.text_revision is not None for row in rows),
        waiting=sum(row.next_attempt_at is not None for row in rows),
        given_up=sum(row.text_revision is None and row.next_attempt_at is None for row in rows),
        last_reason=reasons[-1] if reasons else "",
    )
