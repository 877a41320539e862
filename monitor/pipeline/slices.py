"""Work through the archive in slices of time, the newest first, on several cores where that pays.

Each slice is read and worked on by a process that inherited everything it needs. Only what was found comes back: the
archive itself is never sent from one process to another.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from monitor.store import archive
from monitor.store.archive import ArchivedItem
from monitor.store.engine import Connection, Database

Result = TypeVar("Result")
Work = Callable[[Connection, Sequence[ArchivedItem]], Result]
Bounds = tuple[datetime, datetime]
"""The first moment of a slice, and that before which it ends."""

FIRST = 250
"""Items of the first slice: someone waits for the first results. Each of the next holds twice as many."""
LATER = 2_000
"""Items of a slice when that is over."""
ALONE = 5_000
"""An archive of fewer items is read before other processes could have begun."""
MAX_PROCESSES = 4
_AHEAD = 8
"""Slices per process that may be done before their turn to be shown."""


def processes_for(total: int) -> int:
    """Return how many processes it pays to use for so many items; 1 stands for this one."""
    has_fork = "fork" in multiprocessing.get_all_start_methods()
    return min(os.cpu_count() or 1, MAX_PROCESSES) if total >= ALONE and has_fork else 1


def each_slice(
    database: Database, bounds: Bounds, work: Work[Result], processes: int = 1
) -> Iterator[tuple[int, Result]]:
    """Yield (number of items, what ``work`` made of them) for every slice between two moments, the newest first.

    ``work`` keeps nothing from one slice to the next: with several processes its calls happen in them.
    """
    # What was loaded so far stays: a search for garbage in it would copy it into every process.
    gc.freeze()
    with database.read() as conn:
        slices = _slices(conn, bounds)
        if processes == 1:
            for one in slices:
                yield _work_on(conn, one, work)
        else:
            yield from _elsewhere(database, slices, work, processes)


def _slices(conn: Connection, bounds: Bounds) -> Iterator[Bounds]:
    since, until = bounds
    size = FIRST
    while True:
        first = archive.moment_before(conn, until, size)
        if first is None or first <= since:
            yield since, until
            return
        yield first, until
        until, size = first, min(2 * size, LATER)


def _work_on(conn: Connection, bounds: Bounds, work: Work[Result]) -> tuple[int, Result]:
    found = tuple(item for batch in archive.walk(conn, *bounds) for item in batch)
    return len(found), work(conn, found)


def _elsewhere(
    database: Database, slices: Iterator[Bounds], work: Work[Result], processes: int
) -> Iterator[tuple[int, Result]]:
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("fork"), _inherit, (_Inherited(database, work),))
    waiting: deque[Future[tuple[int, Any]]] = deque()
    try:
        while True:
            room = processes * _AHEAD - len(waiting)
            waiting.extend(pool.submit(_work_here, one) for one in islice(slices, room))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Inherited:
    """What a process needs; it comes with the fork and is never pickled."""

    database: Database
    work: Work[Any]


_inherited: list[_Inherited] = []
"""In a process of the pool: what it was given."""


def _inherit(given: _Inherited) -> None:
    # Ctrl-C reaches every process; the one that started the others ends them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    given.database.forget_connections()
    _inherited.append(given)


def _end_with_parent() -> None:
    """Wait for the end of the process that started this one; killed, it cannot end the others, which wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work_here(bounds: Bounds) -> tuple[int, Any]:
    (given,) = _inherited
    with given.database.read() as conn:
        return _work_on(conn, bounds, given.work)
