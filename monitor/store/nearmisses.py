"""What closed digests left out by little."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import NearMiss
from monitor.store.schema import digests, near_misses


def save(conn: Connection, digest: str, misses: Sequence[NearMiss]) -> None:
    """Keep the near misses of a digest that is being closed, in their order."""
    rows = [
        {
            "digest": digest,
            "number": number,
            "item": miss.item,
            "revision": miss.revision,
            "about": miss.about,
            "missing": miss.missing,
            "write": miss.write,
        }
        for number, miss in enumerate(misses, start=1)
    ]
    if rows:
        conn.execute(sa.insert(near_misses), rows)


def of_item(conn: Connection, item: str) -> tuple[tuple[str, NearMiss], ...]:
    """Return (digest id, what the item nearly was in it), the newest digest first."""
    query = sa.select(near_misses).join(digests, digests.c.id == near_misses.c.digest)
    rows = conn.execute(query.where(near_misses.c.item == item).order_by(digests.c.until.desc(), near_misses.c.number))
    return tuple((row.digest, NearMiss(row.item, row.revision, row.about, row.missing, row.write)) for row in rows)
