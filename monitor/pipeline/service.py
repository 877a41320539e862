"""`monitor run`: APScheduler as a clock only; what is due is computed from the database at every tick."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler

from monitor.errors import InputError, OutsideError, StoreBusyError
from monitor.log import Log
from monitor.pipeline.desk import Desk, open_desk
from monitor.pipeline.progress import Clock, Silent
from monitor.pipeline.round import RoundReport, Wish, run_round
from monitor.workspace.layout import Workspace
from monitor.workspace.lock import round_lock

log = Log("service")

TICK = timedelta(seconds=5)
"""How often the clock asks what is due: a digest is at most this late. A tick with nothing due costs a few queries."""


def serve(workspace: Workspace, clock: Clock, on_round: Callable[[Desk, RoundReport], None]) -> None:
    """Work until SIGTERM or SIGINT: poll due feeds, assess, close due digests, deliver.

    Files are read anew when they change. The round at work is finished before the service stops.
    Raises InputError if config.toml is unreadable at the start; later, the last readable one stays in use.
    """
    service = _Service(workspace, clock, on_round)
    scheduler = BackgroundScheduler(timezone="UTC")
    # One tick at a time, never skipped for being late, several missed ones as one (DESIGN §8).
    scheduler.add_job(
        service.tick, "interval", seconds=TICK.total_seconds(), max_instances=1, coalesce=True, misfire_grace_time=None
    )
    stop = threading.Event()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        log.info("stopping", signal=signal.Signals(number).name)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    service.tick()
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=True)
    service.close()


_TICK = Wish(only_due=True, is_first_digest_awaited=True, command="tick")


class _Service:
    """What lasts between ticks: the desk, and which state of the files it was opened from."""

    def __init__(self, workspace: Workspace, clock: Clock, on_round: Callable[[Desk, RoundReport], None]) -> None:
        self._workspace = workspace
        self._clock = clock
        self._on_round = on_round
        self._seen = _state_of_files(workspace)
        self._desk = open_desk(workspace, clock())
        self._opened_on = clock().date()
        _warn_of_fallbacks(self._desk)

    def tick(self) -> None:
        """Do what is due; a failure of disk or database is logged and waited out."""
        try:
            self._refresh()
            # No longer than a tick: the next one asks again, and whoever stops the service must not wait for
            # another command to finish.
            with round_lock(self._workspace.private, TICK):
                report = run_round(self._desk, _TICK, self._clock, Silent())
        except StoreBusyError as error:
            log.info("another command is at work; the round waits for the next tick", what=error.what)
            return
        except OutsideError as error:
            log.error("round failed; it is tried again", what=error.what, fix=error.fix)  # noqa: TRY400 # expected: the words are enough
            return
        except Exception:  # the one loop that keeps the service alive
            log.exception("round failed because of a bug in monitor; it is tried again")
            return
        self._on_round(self._desk, report)

    def _refresh(self) -> None:
        """Open the desk anew when a file a person edits changed, and daily, since rules expire by date."""
        seen = _state_of_files(self._workspace)
        today = self._clock().date()
        if seen == self._seen and today == self._opened_on:
            return
        try:
            desk = open_desk(self._workspace, self._clock())
        except InputError as error:
            self._seen, self._opened_on = seen, today
            log.error("the files cannot be used; the last readable ones stay in use", what=_in_full(error))  # noqa: TRY400 # expected: the words are enough
            # The digest says so too: nobody reads the log of a service that goes on.
            lines = (_stale(error), *(line for line in self._desk.fallbacks if not line.endswith(_STALE)))
            self._desk = replace(self._desk, fallbacks=lines)
            return
        # Only now: if the database was busy or the disk full, the files are read anew at the next tick.
        self._seen, self._opened_on = seen, today
        self._desk.database.close()
        self._desk = desk
        log.info("files read anew")
        _warn_of_fallbacks(desk)

    def close(self) -> None:
        self._desk.database.close()


def _warn_of_fallbacks(desk: Desk) -> None:
    for line in desk.fallbacks:
        log.warning("not everything is used as it stands", what=line)


_STALE = "what was read before stays in use"


def _stale(error: InputError) -> str:
    place = next((str(problem).partition(": ")[0] for problem in error.problems), "")
    return f"{place + ': ' if place else ''}{error.what}; {_STALE}"


def _in_full(error: InputError) -> str:
    return "; ".join(" ".join(str(one).split()) for one in (*error.problems, error))


def _state_of_files(workspace: Workspace) -> tuple[tuple[str, int, int], ...]:
    """Return what tells whether a file a person edits changed: names, times and sizes."""
    paths = [workspace.config]
    for folder in (workspace.rules, workspace.classifiers, workspace.seeds, workspace.digests):
        paths.extend(path for path in folder.rglob("*") if path.is_file())
    found = []
    for path in sorted(paths):
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(found)
