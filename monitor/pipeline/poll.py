"""Poll feeds: fetch, parse what changed, store it; each feed's items and state in one transaction."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.errors import OutsideError
from monitor.feeds.asking import after_answer, question
from monitor.feeds.identity import Pull, body_hash, items_hash
from monitor.feeds.schedule import after_poll
from monitor.fetch.client import run_fetch
from monitor.fetch.limits import FeedRequest, FetchLimits
from monitor.log import Log
from monitor.pipeline.progress import Clock, Progress
from monitor.pipeline.reading import Reader, Unread
from monitor.records import (
    NOTHING_SEEN,
    Feed,
    FeedChanges,
    FeedState,
    Fetched,
    FetchFailed,
    FetchFailure,
    FetchOutcome,
    ParsedFeed,
    SeenEntry,
)
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store import seen as seen_rows
from monitor.store.engine import Database

if TYPE_CHECKING:
    from monitor.feeds.news import News

log = Log("poll")

_LATE_BYTES = 32 * 1024 * 1024
"""Bodies that wait to be read in another process."""

_FEEDS_PER_WRITE = 64
_CHARACTERS_PER_WRITE = 8_000_000
"""Feeds that brought something are written some at a time: a commit waits for the disk, and touches each page of the
indexes once (measured: 1 feed of 30 new items 4.7 ms CPU, 16 together 1.15 ms each, 64 together 0.9). What waits is
bounded by its size. A crash between two writes costs nothing: those feeds are asked again.
"""

_STATES_PER_WRITE = 100
"""States of feeds that brought nothing are written together: a commit costs more than the row."""

UNREACHED = (FetchFailure.NAME_UNKNOWN, FetchFailure.UNREACHABLE, FetchFailure.TIMEOUT)
"""Failures that our own network may be the cause of."""
_OUTAGE_SEEN_OVER = timedelta(hours=1)
_OUTAGE_FEEDS = 3
"""Fewer feeds than this say nothing about our network."""
_OUTAGE_RETRY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one round of polling gave."""

    polled: int = 0
    answered: int = 0
    new: int = 0
    changed: int = 0
    failed: tuple[FeedState, ...] = ()
    """Feeds whose last poll gave no items because something is wrong, by name."""
    gaps: tuple[str, ...] = ()
    """Feeds we knew whose items were all new."""


def poll(
    database: Database, feeds: Sequence[Feed], limits: FetchLimits, clock: Clock, progress: Progress
) -> PollReport:
    """Poll ``feeds`` now and store what they bring.

    Raises StoreError or DiskError when the database cannot take it; then the feed's state is not advanced
    either, so the next poll brings the same items again.
    """
    with database.read() as connection:
        states = feed_rows.states(connection)
    with Reader() as reader:
        work = _Poll(database, {feed.name: feed for feed in feeds}, states, clock, progress, reader)
        return _poll_all(work, feeds, limits, clock, progress)


def _poll_all(work: _Poll, feeds: Sequence[Feed], limits: FetchLimits, clock: Clock, progress: Progress) -> PollReport:
    requests = [_request(feed, work.state(feed), clock()) for feed in feeds]
    progress.start("polling feeds", len(requests))
    try:
        run_fetch(requests, limits, work.take)
        work.take_late()
        work.write_brought()
        work.write_unchanged()
    finally:
        progress.stop()
    return work.report()


def _characters(changes: FeedChanges) -> int:
    """Return how much memory items take that wait to be written: their texts, and about a thousand for the rest."""
    return sum(len(change.item.text) + len(change.item.html) + 1000 for change in (*changes.new, *changes.changed))


def _is_to_be_stored(changes: FeedChanges) -> bool:
    return bool(changes.new or changes.changed or changes.aliases or changes.entry_hashes)


def _request(feed: Feed, state: FeedState, now: datetime) -> FeedRequest:
    asked = question(feed, state, now)
    return FeedRequest(feed=feed, etag=asked.etag, last_modified=asked.last_modified, address=asked.address)


@dataclass(frozen=True, slots=True)
class _Late:
    """An answer that is being read in another process."""

    feed: Feed
    outcome: Fetched
    parsed: Future[ParsedFeed | Unread]


@dataclass(frozen=True, slots=True)
class _Brought:
    """What a poll of a feed brought, and its state after it: written together."""

    feed: Feed
    state: FeedState
    changes: FeedChanges


class _ReadInFullError(Exception):
    """What is new in a document cannot be judged apart from what was seen before."""


class _Poll:
    """One round of polling: takes outcomes as they arrive and remembers what to report."""

    def __init__(
        self, database: Database, feeds: Mapping[str, Feed], states: Mapping[str, FeedState], clock: Clock,
        progress: Progress, reader: Reader,
    ) -> None:  # fmt: skip
        self._database = database
        self._feeds = feeds
        self._states = states
        self._clock = clock
        self._progress = progress
        self._reader = reader
        self._late: list[_Late] = []
        self._seen: Mapping[str, bytes] | None = None
        self._random = random.Random()  # noqa: S311 # spreads polls in time, guards nothing
        self._after: dict[str, FeedState] = {}
        self._brought: list[_Brought] = []
        self._waiting = 0
        self._unwritten: list[FeedState] = []
        self._unreached: list[FeedState] = []
        self._new = 0
        self._changed = 0
        self._gaps: list[str] = []

    def state(self, feed: Feed) -> FeedState:
        return self._states.get(feed.name) or FeedState(feed=feed.name, url=feed.url)

    def take(self, name: str, outcome: FetchOutcome) -> None:
        """Store what one feed's answer brings; an answer that takes long to read is read beside the others."""
        feed = self._feeds[name]
        known = self.state(feed).body_hash
        if not isinstance(outcome, Fetched) or (known is not None and body_hash(outcome.body) == known):
            self._take(feed, outcome, None)
            return
        try:
            self._read(feed, outcome, self._seen_of(feed))
        except _ReadInFullError:
            self._read(feed, outcome, NOTHING_SEEN)

    def _read(self, feed: Feed, outcome: Fetched, seen: Mapping[bytes, SeenEntry]) -> None:
        """Read a document, without the entries seen in the last one, and store what it brings.

        Raises _ReadInFullError if those must be read too.
        """
        try:
            parsed = self._reader.read(outcome, self._clock(), seen)
        except Exception:  # noqa: BLE001 # as in _take
            self._trip(feed)
            return
        if isinstance(parsed, ParsedFeed):
            self._take(feed, outcome, parsed)
            return
        self._late.append(_Late(feed, outcome, parsed))
        if sum(len(late.outcome.body) for late in self._late) > _LATE_BYTES:
            self.take_late(1)

    def _seen_of(self, feed: Feed) -> Mapping[bytes, SeenEntry]:
        if feed.name not in self._states:
            return NOTHING_SEEN
        if self._seen is None:
            with self._database.read() as connection:
                self._seen = seen_rows.load(connection)
        return seen_rows.entries(self._seen.get(feed.name, b""))

    def take_late(self, number: int | None = None) -> None:
        """Store what the answers bring that take long to read, the oldest first; all if no number is given."""
        taken, self._late = self._late[:number], self._late[number:] if number else []
        for late in taken:
            parsed = late.parsed.result()
            if isinstance(parsed, Unread):
                words = f"the answer could not be read: {parsed.why}"
                self._take(late.feed, FetchFailed(late.feed.url, FetchFailure.TIMEOUT, words), None)
            else:
                self._take(late.feed, late.outcome, parsed)

    def _take(self, feed: Feed, outcome: FetchOutcome, parsed: ParsedFeed | None) -> None:
        try:
            state, changes = self._judge(feed, outcome, parsed)
        except (OutsideError, _ReadInFullError):
            raise
        except Exception:  # noqa: BLE001 # one feed that trips over a bug of ours must not stop the others
            self._trip(feed)
        else:
            self._note(feed, outcome, state, changes)

    def _note(self, feed: Feed, outcome: FetchOutcome, state: FeedState, changes: FeedChanges | None) -> None:
        self._after[feed.name] = state
        self._progress.advance(feed.outlet)
        log.info("feed polled", feed=feed.name, health=state.health, problem=state.problem)
        if isinstance(outcome, FetchFailed) and outcome.reason in UNREACHED:
            self._unreached.append(state)
        elif changes is not None and _is_to_be_stored(changes):
            self._brought.append(_Brought(feed, state, changes))
            self._waiting += _characters(changes)
            if len(self._brought) >= _FEEDS_PER_WRITE or self._waiting >= _CHARACTERS_PER_WRITE:
                self.write_brought()
        else:
            self._unwritten.append(state)
            if len(self._unwritten) >= _STATES_PER_WRITE:
                self.write_unchanged()

    def _trip(self, feed: Feed) -> None:
        log.exception("feed could not be read", feed=feed.name)  # noqa: LOG004 # called from handlers
        state, now = self.state(feed), self._clock()
        detail = "the feed could not be read because of a bug in monitor; see the log"
        # It waits like any feed that fails, lest the service ask for it at every tick.
        outcome = FetchFailed(feed.url, FetchFailure.INCOMPLETE, detail)
        failed = after_poll(feed, state, outcome, None, None, now, self._random.random())
        # Validators would turn the next answer into "not modified", and the items would never be read.
        self._note(feed, outcome, replace(failed, etag=None, last_modified=None, body_hash=None, items_hash=None), None)

    def write_brought(self) -> None:
        """Write what feeds brought, each feed's items with its state; all of them or none."""
        written, self._brought, self._waiting = self._brought, [], 0
        try:
            self._write(written)
        except OutsideError:
            raise
        except Exception:  # noqa: BLE001 # a bug that one of them brings out must not cost the others their items
            for brought in written:
                self._write_alone(brought)

    def _write_alone(self, brought: _Brought) -> None:
        try:
            self._write([brought])
        except OutsideError:
            raise
        except Exception:  # noqa: BLE001 # as in _take
            self._trip(brought.feed)

    def _write(self, written: Sequence[_Brought]) -> None:
        if not written:
            return
        with self._database.write() as connection:
            item_rows.save_all_changes(connection, [(each.feed.name, each.changes) for each in written], self._clock())
            feed_rows.save_states(connection, [each.state for each in written])
            seen_rows.save(connection, [(each.feed.name, each.changes.seen) for each in written])
        for each in written:
            self._new += len(each.changes.new)
            self._changed += len(each.changes.changed)
            if each.changes.has_gap:
                self._gaps.append(each.feed.name)

    def _judge(
        self, feed: Feed, outcome: FetchOutcome, parsed: ParsedFeed | None
    ) -> tuple[FeedState, FeedChanges | None]:
        now = self._clock()
        state = self.state(feed)
        changes: FeedChanges | None = None
        if parsed is not None and parsed.is_feed:
            if parsed.problems:
                log.info("feed is not as it should be", feed=feed.name, problems="; ".join(parsed.problems))
            seen = items_hash(parsed.entries)
            if seen != state.items_hash or state.url != feed.url:
                changes = self._compare(feed, state, parsed, now)
            state = replace(state, items_hash=seen)
        after = after_poll(feed, state, outcome, parsed, changes, now, self._random.random())
        return after_answer(feed, self.state(feed), after, outcome, now), changes

    def _compare(self, feed: Feed, state: FeedState, parsed: ParsedFeed, now: datetime) -> FeedChanges:
        # Loaded with the first feed that changed, as the parser is with the first document.
        from monitor.feeds.changes import compare
        from monitor.feeds.news import News

        if not parsed.is_read:
            news = News.of(parsed, state.identity_policy)
            changes = self._compare_news(feed, state, news, now) if news is not None else None
            if changes is None:
                raise _ReadInFullError
            return changes
        pull = Pull(parsed, state.identity_policy)
        if feed.name not in self._states:
            # Its items are stored with its state: there are none.
            return compare(feed, state, pull, {}, now)
        with self._database.read() as connection:
            known = item_rows.known(connection, feed.name, pull.first_keys)
            found = item_rows.known(connection, feed.name, pull.settle(known))
        return compare(feed, state, pull, found, now)

    def _compare_news(self, feed: Feed, state: FeedState, news: News, now: datetime) -> FeedChanges | None:
        with self._database.read() as connection:
            found = item_rows.known(connection, feed.name, news.keys)
        return news.compare(feed, state, found, now)

    def write_unchanged(self) -> None:
        """Write the states of feeds that brought nothing."""
        self._unwritten.extend(self._spared(self._unreached) if self._is_outage() else self._unreached)
        self._unreached.clear()
        if self._unwritten:
            with self._database.write() as connection:
                feed_rows.save_states(connection, self._unwritten)
            self._unwritten.clear()

    def _is_outage(self) -> bool:
        """Return whether nothing asked within the last hour could be reached: then it is our network that is down."""
        since = self._clock() - _OUTAGE_SEEN_OVER
        latest = {**self._states, **self._after}
        asked = [state for state in latest.values() if state.last_polled_at and state.last_polled_at > since]
        return len(asked) >= _OUTAGE_FEEDS and all(state.problem for state in asked)

    def _spared(self, states: Sequence[FeedState]) -> list[FeedState]:
        """Return states without the backoff of an outage of ours, lest a night offline cost a morning of news."""
        soon = self._clock() + _OUTAGE_RETRY
        return [
            replace(
                state,
                failures=self.state(self._feeds[state.feed]).failures,
                next_check_at=min(soon, state.next_check_at or soon),
            )
            for state in states
        ]

    def report(self) -> PollReport:
        failed = sorted((state for state in self._after.values() if state.problem), key=lambda state: state.feed)
        return PollReport(
            polled=len(self._after),
            answered=len(self._after) - len(failed),
            new=self._new,
            changed=self._changed,
            failed=tuple(failed),
            gaps=tuple(sorted(self._gaps)),
        )
