"""Read and write text files, with errors a person can act on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from monitor.errors import DiskError, InputError
from monitor.records import Problem, Source


def read_text(path: Path, name: str) -> str:
    """Return a file's text; ``name`` is how messages call it.

    Raises InputError if the file is missing, unreadable or not UTF-8; a byte order mark is dropped.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such file", "make a workspace with: monitor init") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: the file is not UTF-8 text", problems=[_not_utf8(path, name, error)]) from error
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})", "check the file's permissions") from error


def read_texts(folder: Path, root: Path, pattern: str) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the texts of the files in ``folder`` that fit ``pattern``, by name relative to ``root``, sorted.

    A file that cannot be read becomes a problem; the others are returned.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob(pattern)):
        name = path.relative_to(root).as_posix()
        try:
            texts[name] = read_text(path, name)
        except InputError as error:
            found = [problem for problem in error.problems if isinstance(problem, Problem)]
            problems.extend(found or [Problem(Source(name, 1, 1), "F001", error.what, error.fix)])
    return texts, tuple(problems)


def read_shown(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the texts of files of which lines are shown to a person; one that cannot be read is left out."""
    texts = {}
    for name in names:
        with suppress(InputError):
            texts[name] = read_text(root / name, name)
    return texts


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises DiskError when the disk refuses."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises DiskError when the disk refuses."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):  # the folder itself may be what is wrong
            draft.unlink(missing_ok=True)
        raise disk_error(path, error) from error


def disk_error(path: Path, error: OSError) -> DiskError:
    """Return ``error`` in words, with what to do."""
    fixes = {
        errno.ENOSPC: "free some space and run the command again; nothing is lost",
        errno.EDQUOT: "your disk quota is used up; free some space and run the command again; nothing is lost",
        errno.EROFS: "the disk is read-only; choose a folder that can be written",
        errno.EACCES: "choose a folder that you may write to, or change its permissions",
    }
    reason = error.strerror or str(error)
    return DiskError(f"{path}: cannot be written ({reason})", fixes.get(error.errno or 0, "check the disk"))


def _not_utf8(path: Path, name: str, error: UnicodeDecodeError) -> Problem:
    before = path.read_bytes()[: error.start]
    line = before.count(b"\n") + 1
    column = len(before.rsplit(b"\n", 1)[-1].decode("utf-8", "replace")) + 1
    return Problem(
        Source(name, line, column),
        "F002",
        f"the file is not UTF-8 text: byte {error.object[error.start]:#04x} stands here",
        'save the file as "UTF-8" in your editor',
    )
