"""Say what a database or file error means for the person at the keyboard, and what to do."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError

from monitor.errors import DiskError, OutsideError, StoreBusyError, StoreError

# The primary result code is the low byte; the rest tells variants apart (https://sqlite.org/rescode.html).
PRIMARY = 0xFF
_MAKE_SPACE = "free some space, then run the command again; nothing stored before is lost"


_READ_ONLY = (
    StoreError,
    "the database cannot be written",
    "give yourself the right to write the file and its folder, or name another file: database in config.toml",
)
_BUSY = (
    StoreBusyError,
    "another process holds the database",
    "wait until the other monitor command is done, or stop it; then run this one again",
)
_MEANINGS: dict[int, tuple[type[OutsideError], str, str]] = {
    sqlite3.SQLITE_FULL: (DiskError, "the disk is full", _MAKE_SPACE),
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: (
        StoreError,
        "the database cannot be opened",
        "check that the path is a file in a folder you may write to: database in config.toml",
    ),
    sqlite3.SQLITE_NOTADB: (
        StoreError,
        "the file is not a database",
        "name another file with database in config.toml, or move this one away",
    ),
    sqlite3.SQLITE_CORRUPT: (
        StoreError,
        "the database is damaged ({error})",
        "restore a backup, or move the file away and run monitor once to start anew",
    ),
    sqlite3.SQLITE_IOERR: (
        DiskError,
        "the disk cannot be read or written ({error})",
        "check the disk and its free space, then run the command again",
    ),
}


class SlotTakenError(StoreError):
    """A digest was closed for this slot, or with this id, before: another process was faster."""


def translated(error: BaseException, place: str) -> OutsideError | None:
    """Return the error to raise instead, or None if this one is a bug and must stay a traceback."""
    if isinstance(error, DBAPIError):
        error = error.orig or error
    if isinstance(error, OSError):
        return _disk_error(error, place)
    if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, sqlite3.IntegrityError):
        return None
    return _sqlite_error(error, place)


def _disk_error(error: OSError, place: str) -> DiskError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskError(f"{place}: the disk is full", _MAKE_SPACE)
    return DiskError(f"{place}: {error.strerror or error}", "check that the folder exists and may be written to")


def _sqlite_error(error: sqlite3.DatabaseError, place: str) -> OutsideError | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None or code & PRIMARY not in _MEANINGS:
        return None
    kind, what, fix = _MEANINGS[code & PRIMARY]
    return kind(f"{place}: {what.format(error=error)}", fix)
