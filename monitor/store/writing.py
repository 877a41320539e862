"""Statements that may be repeated, and long lists of values cut into pieces a database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import Dialect

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

BATCH = 500
"""Values in one statement: SQLite takes 32,766, but a plan for few is as fast and the statement cache stays small."""

T = TypeVar("T")


def in_batches(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield the values in order, at most ``BATCH`` at a time."""
    rest = iter(values)
    while batch := list(islice(rest, BATCH)):
        yield batch


def insert_or_skip(conn: Connection, table: sa.Table) -> sa.Insert:
    """Return an insert that leaves a row alone that is there already."""
    return _insert(conn.dialect, table).on_conflict_do_nothing()


def insert_or_replace(conn: Connection, table: sa.Table, key: Iterable[str]) -> sa.Insert:
    """Return an insert that overwrites the row with the same ``key``, except for its key and its primary key."""
    return _replacing(conn.dialect, table, key)


def insert_rows(
    conn: Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]], replacing: tuple[str, ...] = ()
) -> None:
    """Insert rows of values as they are stored (see ``columns``), in the order of the table's columns.

    A row that is there already is left alone, or overwritten if it has the same ``replacing`` columns. For what polls
    write: nothing is converted or built anew on the way, which is half of what inserting a row costs.
    """
    if rows:
        conn.exec_driver_sql(_words_of(conn.dialect, table, replacing), list(rows))


@lru_cache(maxsize=32)
def _words_of(dialect: Dialect, table: sa.Table, replacing: tuple[str, ...]) -> str:
    insert = _replacing(dialect, table, replacing) if replacing else _insert(dialect, table).on_conflict_do_nothing()
    return str(insert.compile(dialect=dialect))


def _replacing(dialect: Dialect, table: sa.Table, key: Iterable[str]) -> sa.Insert:
    insert = _insert(dialect, table)
    names = set(key) | {column.name for column in table.primary_key}
    changes = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in names}
    return insert.on_conflict_do_update(index_elements=list(key), set_=changes)


def _insert(dialect: Dialect, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    if dialect.name == "postgresql":
        # It takes as long to load as the rest of the store, and most databases are files.
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    return sqlite.insert(table)
