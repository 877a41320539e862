"""Open the database; give transactions that either happen as a whole or not at all.

One writer at a time: ``write`` takes the lock before it reads (BEGIN IMMEDIATE), so what it read is still true when
it commits. Readers never wait for the writer and see one moment (write-ahead log). A commit is on the disk when
``write`` returns (synchronous=FULL).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from monitor.errors import StoreError
from monitor.store.create import create
from monitor.store.failures import translated
from monitor.store.schema import HEAD

__all__ = ["Connection", "Database", "open_database"]

BUSY_TIMEOUT = timedelta(seconds=30)
"""How long a writer waits for another; a round's longest transaction is far shorter."""
CACHE_KIB = 32 * 1024
"""Pages kept in memory per connection; `monitor run` has 300 MB for everything (DESIGN §9)."""
_PAGE_BYTES = 8192
"""Of a new file: an item and its markup seldom fit SQLite's 4096, and what does not is written in pieces."""
_SWITCH_PATIENCE = timedelta(seconds=5)
_SWITCH_PAUSE = timedelta(milliseconds=20)
_BEGIN = "monitor_begin"


class Database:
    """An open database of the right version."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self.place = place
        """The file, for messages."""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the database; writing through it is a bug.

        Raises StoreError, StoreBusyError or DiskError.
        """
        with self._transaction("BEGIN") as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the one writing connection; commit at the end, or undo everything if the body raises.

        Raises StoreError, StoreBusyError when another writer held the lock too long, DiskError when the disk is full.
        """
        with self._transaction("BEGIN IMMEDIATE") as conn:
            yield conn

    def close(self) -> None:
        """Close every connection; the write-ahead log goes into the file."""
        self._engine.dispose()

    def forget_connections(self) -> None:
        """Leave the connections to the process this one was forked from, and open new ones here."""
        self._engine.dispose(close=False)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(**{_BEGIN: begin}) as conn, conn.begin():
                yield conn
        except (DBAPIError, sqlite3.Error) as error:
            known = translated(error, self.place)
            if known is None:
                raise
            raise known from error


def open_database(url: str, root: Path, busy_timeout: timedelta = BUSY_TIMEOUT) -> Database:
    """Open or create the database; relative SQLite paths start at ``root``.

    Makes the folder, and migrates an older version. Raises StoreError (with StoreBusyError) or DiskError if the
    file cannot be used: not a database, of another program, of a newer monitor, read-only, locked, disk full.
    """
    address = _address(url, root)
    place = str(address.database)
    try:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated(error, str(Path(place).parent)) or error from error
    engine = sa.create_engine(address, connect_args={"timeout": busy_timeout.total_seconds()})
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    database = Database(engine, place)
    try:
        _bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return database


def has_database(url: str, root: Path) -> bool:
    """Return whether the file of the database is there. Raises StoreError when the address names no file."""
    return Path(str(_address(url, root).database)).exists()


def _address(url: str, root: Path) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            f"config.toml: database = {url!r} is not a database address",
            'write it like "sqlite:///.monitor/monitor.db"',
        ) from error
    if address.get_backend_name() != "sqlite":
        raise StoreError(
            f"config.toml: database = {url!r} asks for {address.get_backend_name()}, which this version cannot use",
            'use a file: "sqlite:///.monitor/monitor.db"',
        )
    if not address.database or address.database == ":memory:" or address.database.startswith("file:"):
        raise StoreError(
            f"config.toml: database = {url!r} names no file",
            'write it like "sqlite:///.monitor/monitor.db"; three slashes, then the path',
        )
    return address.set(drivername="sqlite", database=str(root / address.database))


def _prepare(connection: Any, _record: object) -> None:
    # The driver must not begin transactions of its own: ours say whether they write.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    _use_write_ahead_log(cursor)
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        f"cache_size = -{CACHE_KIB}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _use_write_ahead_log(cursor: Any) -> None:
    """Switch the file to a write-ahead log, waiting for another process that is doing the same.

    SQLite answers "locked" at once when two switch a new file together, whatever the busy timeout says.
    """
    deadline = time.monotonic() + _SWITCH_PATIENCE.total_seconds()
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(_SWITCH_PAUSE.total_seconds())
        else:
            return


def _begin(conn: Connection) -> None:
    conn.exec_driver_sql(conn.get_execution_options().get(_BEGIN, "BEGIN"))


def _bring_up_to_date(database: Database) -> None:
    with database.read() as conn:
        version = _version(conn, database.place)
    if version == HEAD:
        return
    with database.write() as conn:
        # Another process may have made or migrated it while this one waited for the lock.
        version = _version(conn, database.place)
        if version is None:
            create(conn)
        elif version != HEAD:
            # Alembic takes as long to load as everything else here: only when there is work for it.
            from monitor.store.migrate import upgrade

            upgrade(conn)


def _version(conn: Connection, place: str) -> str | None:
    names = set(sa.inspect(conn).get_table_names())
    if not names:
        return None
    version = (
        conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if "alembic_version" in names else None
    )
    if not isinstance(version, str) or "items" not in names:
        raise StoreError(
            f"{place}: the file is the database of another program",
            "name another file in config.toml: database",
        )
    if version > HEAD:
        raise StoreError(
            f"{place}: the database has version {version}, this monitor knows versions up to {HEAD}",
            "install the newer monitor that made it, or restore a backup from before the upgrade",
        )
    return version
