"""The judgements' files: lines are appended; only the last line of a file is ever taken back."""

from __future__ import annotations

import os
from pathlib import Path

from monitor.workspace.files import disk_error, write_bytes
from monitor.workspace.layout import Workspace


def feedback_file(workspace: Workspace, analyst: str) -> Path:
    """Return where an analyst's judgements stand; the name must have been checked."""
    return workspace.classifiers / "feedback" / f"{analyst}.jsonl"


def append_line(path: Path, line: str) -> None:
    """Append one line, on a line of its own even if somebody's editor dropped the last line end.

    On the disk when it returns. Raises DiskError when the disk refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            end = file.seek(0, os.SEEK_END)
            needs_end = False
            if end:
                file.seek(end - 1)
                needs_end = file.read(1) != b"\n"
            file.write((b"\n" if needs_end else b"") + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise disk_error(path, error) from error


def last_line(path: Path) -> str:
    """Return the last line of a file, "" if there is none. Raises DiskError if it cannot be read."""
    try:
        lines = path.read_bytes().decode("utf-8", "replace").splitlines() if path.exists() else []
    except OSError as error:
        raise disk_error(path, error) from error
    return lines[-1] if lines else ""


def drop_last_line(path: Path) -> None:
    """Take the last line away; the file is as it was before that line. Raises DiskError when the disk refuses."""
    kept = path.read_bytes().splitlines(keepends=True)[:-1]
    write_bytes(path, b"".join(kept))
