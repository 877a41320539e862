"""Write messages as files: all of a file or none of it, whenever the process dies."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from monitor.records import SendFailed, SendOutcome, Sent

# What no person writes into a file name and some file system refuses or hides.
_MAX_NAME_BYTES = 200
_REFUSED = frozenset('/\\\0:*?"<>|')


def write_file(folder: Path, name: str, content: bytes) -> SendOutcome:
    """Write a file into a folder, made if it is missing, and return once it is safe on the disk.

    The same file again is not written twice; another content under the same name replaces it. A reader of the folder
    never sees half a file: it is written beside its place and then renamed.
    """
    if problem := _name_problem(name):
        return SendFailed(f"cannot write the file {name!r}: {problem}", is_permanent=True)
    target = folder / name
    # One fixed name per file, so that what a killed process leaves behind is written over, not collected.
    part = folder / f".{name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if target.is_file() and target.read_bytes() == content:
            return Sent(f"{target} was already written")
        _write_synced(part, content)
        part.replace(target)
        _sync_folder(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        return SendFailed(f"cannot write {target}: {_reason(error)}")
    return Sent(str(target))


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where the system lets a folder be synced."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # some network file systems refuse this; the file itself is synced
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name_problem(name: str) -> str:
    if not name or name.startswith(".") or any(char in _REFUSED or ord(char) < 32 for char in name):
        return "it is not a plain file name"
    if len(name.encode(errors="replace")) > _MAX_NAME_BYTES:
        return f"the name is longer than {_MAX_NAME_BYTES} bytes"
    return ""


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return "the disk is full or your share of it used up; free some space, the next round tries again"
        case errno.EROFS:
            return "the disk can only be read"
        case errno.EACCES | errno.EPERM:
            return "no permission to write there; check who owns the folder"
        case errno.ENOTDIR | errno.EEXIST:
            return "a file stands where the folder should be"
        case errno.EISDIR:
            return "a folder of that name stands there"
        case _:
            return (error.strerror or str(error)).lower()
