"""The entries of each feed's last document that need not be read again as long as they stand there as they did.

One value for each feed, of 56 bytes an entry: read once a round, and only if a document changed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import SeenEntry
from monitor.store.columns import storable
from monitor.store.schema import feed_seen
from monitor.store.writing import insert_rows

_ENTRY = struct.Struct("16s16s8s8s8s")
_NO_GUID = bytes(8)
MOST = 1_000
"""Entries kept of one document; the longest honest feeds have 1,500."""


def load(conn: Connection) -> dict[str, bytes]:
    """Return what was seen of every feed, for ``entries``."""
    return {row.feed: row.entries for row in conn.execute(sa.select(feed_seen.c.feed, feed_seen.c.entries))}


def entries(stored: bytes) -> Mapping[bytes, SeenEntry]:
    """Return the entries of one feed by the hash of their markup."""
    whole = len(stored) - len(stored) % _ENTRY.size
    return {
        raw: SeenEntry(raw, entry, item.hex(), b"" if guid == _NO_GUID else guid, page)
        for raw, entry, item, guid, page in _ENTRY.iter_unpack(stored[:whole])
    }


def save(conn: Connection, seen: Iterable[tuple[str, Iterable[SeenEntry]]]) -> None:
    """Keep what was seen of some feeds, in the transaction that stores their items."""
    insert_rows(conn, feed_seen, [(storable(feed), _encode(each)) for feed, each in seen], replacing=("feed",))


def _encode(seen: Iterable[SeenEntry]) -> bytes:
    packed = [
        _ENTRY.pack(one.raw_hash, one.entry_hash, bytes.fromhex(one.item), one.guid_hash or _NO_GUID, one.page_hash)
        for one in seen
    ]
    return b"".join(packed[:MOST])
