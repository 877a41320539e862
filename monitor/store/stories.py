"""Stories: which items tell of one event, and what grouping remembers of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import Story, StoryEntry
from monitor.store.codec import decode_shingles, encode_shingles
from monitor.store.columns import AnyRow
from monitor.store.schema import items, revisions, story_entries
from monitor.store.writing import BATCH, in_batches, insert_or_replace


def save_entries(conn: Connection, entries: Sequence[StoryEntry]) -> None:
    """Keep what grouping remembers of items; the newest entry of an item counts."""
    if not entries:
        return
    rows = [
        {
            "item": entry.item,
            "story": entry.story,
            "at": entry.at,
            "content_hash": entry.content_hash,
            "shingles": encode_shingles(entry.shingles),
        }
        for entry in entries
    ]
    conn.execute(insert_or_replace(conn, story_entries, ("item",)), rows)


def recent_entries(conn: Connection, since: datetime) -> Iterator[StoryEntry]:
    """Yield the entries of items seen at or after a moment, oldest first, while the connection is open.

    One at a time: some hundred hashes for each of 30,000 items would not fit beside everything else in memory.
    """
    query = sa.select(story_entries).where(story_entries.c.at >= since)
    query = query.order_by(story_entries.c.at, story_entries.c.item)
    for row in conn.execute(query, execution_options={"yield_per": BATCH}):
        yield StoryEntry(row.item, row.story, row.at, row.content_hash, decode_shingles(row.shingles))


def get(conn: Connection, story: str) -> Story | None:
    """Return a story with its items in the order they were first seen, None if no item is in it."""
    return _stories(conn, (story,)).get(story)


def stories_of(conn: Connection, ids: Collection[str]) -> dict[str, Story]:
    """Return the story of each item, by item id; items in no story yet are absent."""
    query = sa.select(items.c.id, items.c.story).where(items.c.story.is_not(None))
    rows = [row for batch in in_batches(ids) for row in conn.execute(query.where(items.c.id.in_(batch)))]
    found = _stories(conn, {row.story for row in rows})
    return {row.id: found[row.story] for row in rows}


def _stories(conn: Connection, ids: Collection[str]) -> dict[str, Story]:
    query = (
        sa.select(items.c.id, items.c.story, items.c.outlet, items.c.first_seen_at, revisions.c.title)
        .join_from(items, revisions, (revisions.c.item == items.c.id) & (revisions.c.revision == items.c.revision))
        .order_by(items.c.first_seen_at, items.c.id)
    )
    members: defaultdict[str, list[AnyRow]] = defaultdict(list)
    for batch in in_batches(sorted(ids)):
        for row in conn.execute(query.where(items.c.story.in_(batch))):
            members[row.story].append(row)
    return {story: _story(story, rows) for story, rows in members.items()}


def _story(story: str, rows: Sequence[AnyRow]) -> Story:
    return Story(
        id=story,
        headline=next((row.title for row in rows if row.title), ""),
        items=tuple(row.id for row in rows),
        outlets=tuple(dict.fromkeys(row.outlet for row in rows)),
        first_seen_at=rows[0].first_seen_at,
        last_seen_at=rows[-1].first_seen_at,
    )
