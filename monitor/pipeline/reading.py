"""Read feed documents: the usual ones here and now, the others in a process of their own under a deadline.

A document that takes the reference parser minutes, or all memory, costs its own feed one poll and nobody else anything.
"""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from monitor.records import NOTHING_SEEN, Fetched, ParsedFeed, SeenEntry

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

DEADLINE: Final = timedelta(seconds=20)
"""The slowest honest feed on record, 16 MB, takes the reference parser 6 s."""
_PROCESSES: Final = 2
_START_SECONDS: Final = 60.0
_MEMORY: Final = 2 * 1024**3
"""Address space of a reading process: a document may not take the machine's memory with it."""

_Work = tuple[bytes, str, str | None, str, datetime]


@dataclass(frozen=True, slots=True)
class Unread:
    """A document that could not be read; ``why`` is a phrase for the analyst."""

    why: str


class Reader:
    """Reads documents; starts processes when the first unusual document comes, ends them with the ``with`` block."""

    def __init__(self, deadline: timedelta = DEADLINE) -> None:
        self._seconds = deadline.total_seconds()
        self._pool: ThreadPoolExecutor | None = None
        self._idle: SimpleQueue[_Process] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool is None:
            return
        self._pool.shutdown(cancel_futures=True)
        while not self._idle.empty():
            self._idle.get().end()

    def read(
        self, fetched: Fetched, now: datetime, seen: Mapping[bytes, SeenEntry] = NOTHING_SEEN
    ) -> ParsedFeed | Future[ParsedFeed | Unread]:
        """Return the parsed document, or the promise of one that is being read elsewhere.

        Entries that stand in ``seen`` by the hash of their markup may come unread.
        """
        # Loaded with the first document: most rounds bring few, and many none.
        from monitor.feeds.parse import parse_at_once

        work = (fetched.body, fetched.media_type, fetched.charset, fetched.final_url, now)
        parsed = parse_at_once(*work, seen)
        if parsed is not None:
            return parsed
        return self._started().submit(self._parsed, work)

    def words(self, page: bytes, charset: str | None) -> Future[str | Unread]:
        """Return the promise of the words of the article on a page."""
        return self._started().submit(self._worded, (page, charset))

    def _started(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_PROCESSES, thread_name_prefix="read")
            for _ in range(_PROCESSES):
                self._idle.put(_Process())
        return self._pool

    def _parsed(self, work: _Work) -> ParsedFeed | Unread:
        found = self._elsewhere(_parse, work)
        return found if isinstance(found, ParsedFeed | Unread) else Unread("reading it gave nothing")

    def _worded(self, work: tuple[bytes, str | None]) -> str | Unread:
        from monitor.feeds.fulltext import article_words

        found = self._elsewhere(article_words, work)
        return found if isinstance(found, str | Unread) else Unread("reading it gave nothing")

    def _elsewhere(self, function: Callable[..., object], arguments: tuple[object, ...]) -> object:
        process = self._idle.get()
        try:
            return process.call(function, arguments, self._seconds)
        finally:
            self._idle.put(process)


class _Process:
    """A process that reads one document after the other; a new one takes its place when it had to be ended."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def call(self, function: Callable[..., object], arguments: tuple[object, ...], seconds: float) -> object:
        """Return what a function of a module gives, or the Unread that says why it gave nothing."""
        try:
            connection = self._connection or self._start()
            connection.send((function, arguments))
            if not connection.poll(seconds):
                self.end()
                return Unread(f"it could not be read within {seconds:g} s")
            found: object = connection.recv()
        except (EOFError, OSError):
            self.end()
            return Unread("reading it ended the process that did so")
        return found

    def _start(self) -> Connection:
        from multiprocessing import get_context

        # Not forked: this process has threads, and a copy of one that holds a lock would wait for ever.
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), name="read feeds", daemon=True)
        self._process.start()
        theirs.close()
        if not ours.poll(_START_SECONDS):
            raise EOFError
        ours.recv()
        self._connection = ours
        return ours

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._connection = None


def _serve(connection: Connection) -> None:
    with contextlib.suppress(ValueError, OSError):  # a system that allows less already
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    connection.send("ready")
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            function, arguments = connection.recv()
            try:
                answer: object = function(*arguments)
            except MemoryError:
                answer = Unread("reading it took too much memory")
            except Exception as error:  # noqa: BLE001 # carried over: the feed's failure, not the round's
                answer = Unread(f"reading it failed because of a bug in monitor ({type(error).__name__})")
            connection.send(answer)


def _parse(body: bytes, media_type: str, charset: str | None, url: str, now: datetime) -> ParsedFeed:
    from monitor.feeds.parse import parse_feed

    parsed = parse_feed(body, media_type, charset, url, now)
    _ = parsed.items  # cleaned here, where it may be ended
    return parsed
