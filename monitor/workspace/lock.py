"""One round at a time: a lock that dies with its holder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from monitor.errors import StoreBusyError
from monitor.workspace.files import disk_error

_PAUSE_SECONDS = 0.1


@contextmanager
def round_lock(private: Path, patience: timedelta) -> Iterator[None]:
    """Hold the workspace for one round; wait for another holder up to ``patience``.

    The lock belongs to the open file, so the kernel frees it however the holder dies.
    Raises StoreBusyError when the other holder does not finish in time.
    """
    path = private / "lock"
    try:
        private.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise disk_error(path, error) from error
    with file:
        _wait(file.fileno(), patience)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _wait(descriptor: int, patience: timedelta) -> None:
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise StoreBusyError(
                    f"another monitor (process {_holder(descriptor)}) is busy with this workspace",
                    "wait for it to finish, or stop it, then run the command again",
                ) from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _holder(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
