"""The errors monitor raises on purpose; everything else is a bug and stays a traceback.

    MonitorError
    ├── InputError          what a person wrote cannot be used (exit 2)
    └── OutsideError        network, database, mail server or disk failed (exit 3)
        ├── StoreError      the database cannot be opened, read or written
        │   └── StoreBusyError  another process holds the database or the workspace
        └── DiskError       a file or folder cannot be written

Expected outcomes of the outside world (a feed that answers 404, a mailbox that refuses) are values, not errors:
see ``monitor.records``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class LocatedProblem(Protocol):
    """What an InputError lists: ``monitor.records.Problem``, which stands in a layer above this one."""

    @property
    def what(self) -> str:
        """What is wrong."""

    @property
    def fix(self) -> str:
        """What to do about it."""


class MonitorError(Exception):
    """Base of all errors raised on purpose.

    ``what`` says what is wrong and where; ``fix`` says what to do about it.
    """

    exit_code = 2

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}\n    {self.fix}" if self.fix else self.what


class InputError(MonitorError):
    """Files or arguments written by a person cannot be used; ``problems`` lists every reason, sorted by place."""

    exit_code = 2

    def __init__(self, what: str, fix: str = "", problems: Iterable[LocatedProblem] = ()) -> None:
        super().__init__(what, fix)
        self.problems: tuple[LocatedProblem, ...] = tuple(problems)


class OutsideError(MonitorError):
    """The network, the database, the mail server or the disk failed."""

    exit_code = 3


class StoreError(OutsideError):
    """The database cannot be opened, read or written."""


class StoreBusyError(StoreError):
    """Another process holds the database or the workspace."""


class DiskError(OutsideError):
    """A file or folder cannot be written: disk full, read-only, no permission."""
