"""What was read from a workspace's files, kept beside its database to save reading it again.

Derived data, as JSON, never pickles: each entry is named by a hash of the texts it was read from and of the program
that read them, so that another text or another program finds nothing. It may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

import monitor
from monitor.errors import DiskError
from monitor.workspace.files import write_text
from monitor.workspace.plain import Record, from_plain

ENTRIES = 24
"""Of each kind, the newest; a workspace has a few files, and two versions of them are compared now and then."""
_READERS = (
    "records",
    "text",
    "matching",
    "rules",
    "classifiers",
    "fetch",
    "deliver",
    "config",
    "workspace",
    "pipeline",
)
"""Packages that decide what is read from a text."""


class Kept:
    """The kept entries of one kind, in a folder of their own."""

    def __init__(self, private: Path, kind: str) -> None:
        self._folder = private / "kept" / kind

    def read(self, key: str) -> object | None:
        """Return an entry, None if there is none or it is damaged."""
        try:
            found: object = json.loads((self._folder / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        return found

    def restored(self, key: str, kind: type[Record]) -> Record | None:
        """Return an entry as the record it was made of, None if there is none or it is damaged."""
        plain = self.read(key)
        if plain is None:
            return None
        try:
            return from_plain(plain, kind)
        except (ValueError, TypeError, IndexError, AttributeError):
            return None  # written by hand: the text is read again

    def save(self, key: str, entry: object) -> None:
        """Keep an entry, and drop the oldest. A disk that refuses costs time at the next start, and no work now."""
        if not self._folder.parent.parent.is_dir():
            return  # no command that only reads makes the program's folder
        with suppress(DiskError, OSError):
            write_text(self._folder / f"{key}.json", json.dumps(entry))
            old = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)[ENTRIES:]
            for path in old:
                path.unlink(missing_ok=True)


def key_of(*parts: str | Iterable[str]) -> str:
    """Return the name of an entry read from these texts by this program."""
    made = hashlib.sha256(_program().encode())
    for part in parts:
        for text in (part,) if isinstance(part, str) else part:
            encoded = text.encode("utf-8", "surrogatepass")
            made.update(len(encoded).to_bytes(8, "big"))
            made.update(encoded)
    return made.hexdigest()[:40]


@cache
def _program() -> str:
    """Return what changes whenever the reading parts of the program do; a version is too coarse while it is written."""
    root = Path(monitor.__file__).parent
    found = [monitor.__version__]
    for package in _READERS:
        with suppress(OSError), os.scandir(root / package) as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                if entry.name.endswith(".py"):
                    state = entry.stat()
                    found.append(f"{package}/{entry.name} {state.st_size} {state.st_mtime_ns}")
    return "\n".join(found)
