"""The last good version of each file analysts edit: what is used while the one on disk is broken."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.store.schema import good_files
from monitor.store.writing import in_batches, insert_or_replace


@dataclass(frozen=True, slots=True)
class GoodVersion:
    """A file's text when it was last without errors; ``sha`` is its SHA-256 in hexadecimal."""

    text: str
    sha: str
    saved_at: datetime


def good_version(conn: Connection, path: str) -> GoodVersion | None:
    """Return the last good version of one file."""
    row = conn.execute(sa.select(good_files).where(good_files.c.path == path)).one_or_none()
    return None if row is None else GoodVersion(row.text, row.sha, row.saved_at)


def good_versions(conn: Connection, prefix: str = "") -> dict[str, GoodVersion]:
    """Return the last good versions of every file whose path begins with ``prefix``, by path."""
    query = sa.select(good_files).where(good_files.c.path.startswith(prefix, autoescape=True))
    rows = conn.execute(query.order_by(good_files.c.path))
    # LIKE knows no case in SQLite.
    return {row.path: GoodVersion(row.text, row.sha, row.saved_at) for row in rows if row.path.startswith(prefix)}


def save_good(conn: Connection, path: str, text: str, now: datetime) -> None:
    """Keep a file's text as its last good version; the same text again changes nothing."""
    sha = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    known = conn.execute(sa.select(good_files.c.sha).where(good_files.c.path == path)).scalar()
    if known != sha:
        row = {"path": path, "text": text, "sha": sha, "saved_at": now}
        conn.execute(insert_or_replace(conn, good_files, ("path",)), row)


def save_good_set(conn: Connection, prefix: str, texts: Mapping[str, str], now: datetime) -> None:
    """Keep files that are good together; files under ``prefix`` that are not in the set any more are forgotten."""
    for path, text in texts.items():
        save_good(conn, path, text, now)
    gone = sorted(set(good_versions(conn, prefix)) - set(texts))
    for batch in in_batches(gone):
        conn.execute(sa.delete(good_files).where(good_files.c.path.in_(batch)))
