"""Which stored item a link leads to, whatever feed brought it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import ItemKey
from monitor.store.columns import storable
from monitor.store.schema import item_keys, items
from monitor.store.writing import in_batches


def holders(
    conn: Connection, links: Collection[ItemKey], feeds: Collection[str], since: datetime
) -> dict[ItemKey, tuple[str, str]]:
    """Return (item, story) for each link that an item of ``feeds`` in a story has: the first seen since a moment.

    Looked for feed by feed, which is how keys are stored: meant for the few items of aggregators.
    """
    wanted = {(key.kind, storable(key.value)): key for key in links}
    found: dict[ItemKey, tuple[datetime, str, str]] = {}
    for values in in_batches(value for _, value in wanted):
        query = (
            sa.select(item_keys.c.kind, item_keys.c.value, items.c.id, items.c.story, items.c.first_seen_at)
            .join_from(item_keys, items, items.c.id == item_keys.c.item)
            .where(item_keys.c.feed.in_([storable(feed) for feed in sorted(feeds)]), item_keys.c.value.in_(values))
            .where(items.c.story.is_not(None), items.c.first_seen_at >= since)
        )
        for kind, value, item, story, seen_at in conn.execute(query):
            key = wanted.get((kind, value))
            if key is not None:
                found[key] = min(found.get(key, (seen_at, item, story)), (seen_at, item, story))
    return {key: (item, story) for key, (_, item, story) in found.items()}
