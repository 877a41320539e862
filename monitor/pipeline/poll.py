"""Poll feeds: fetch, parse what changed, store it; one transaction per feed that brought something."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.errors import OutsideError
from monitor.feeds.asking import after_answer, question
from monitor.feeds.changes import body_hash, compare, identity_keys
from monitor.feeds.parse import parse_feed
from monitor.feeds.schedule import after_poll
from monitor.fetch.client import run_fetch
from monitor.fetch.limits import FeedRequest, FetchLimits
from monitor.log import Log
from monitor.pipeline.progress import Clock, Progress
from monitor.records import Feed, FeedChanges, FeedState, Fetched, FetchFailed, FetchFailure, FetchOutcome, ParsedFeed
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store.engine import Database

log = Log("poll")

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
    work = _Poll(database, {feed.name: feed for feed in feeds}, states, clock, progress)
    requests = [_request(feed, work.state(feed), clock()) for feed in feeds]
    progress.start("polling feeds", len(requests))
    try:
        run_fetch(requests, limits, work.take)
        work.write_unchanged()
    finally:
        progress.stop()
    return work.report()


def _request(feed: Feed, state: FeedState, now: datetime) -> FeedRequest:
    asked = question(feed, state, now)
    return FeedRequest(feed=feed, etag=asked.etag, last_modified=asked.last_modified, address=asked.address)


class _Poll:
    """One round of polling: takes outcomes as they arrive and remembers what to report."""

    def __init__(
        self, database: Database, feeds: Mapping[str, Feed], states: Mapping[str, FeedState], clock: Clock,
        progress: Progress,
    ) -> None:  # fmt: skip
        self._database = database
        self._feeds = feeds
        self._states = states
        self._clock = clock
        self._progress = progress
        self._random = random.Random()  # noqa: S311 # spreads polls in time, guards nothing
        self._after: list[FeedState] = []
        self._unwritten: list[FeedState] = []
        self._unreached: list[FeedState] = []
        self._new = 0
        self._changed = 0
        self._gaps: list[str] = []

    def state(self, feed: Feed) -> FeedState:
        return self._states.get(feed.name) or FeedState(feed=feed.name, url=feed.url)

    def take(self, name: str, outcome: FetchOutcome) -> None:
        """Store what one feed's answer brings."""
        feed = self._feeds[name]
        try:
            state, changes = self._judge(feed, outcome)
            is_stored = self._store(feed, state, changes)
        except OutsideError:
            raise
        except Exception:  # one feed that trips over a bug of ours must not stop the others
            log.exception("feed could not be read", feed=name)
            state, changes, is_stored = self._tripped(feed), None, False
        self._after.append(state)
        self._progress.advance(feed.outlet)
        log.info("feed polled", feed=name, health=state.health, problem=state.problem)
        if isinstance(outcome, FetchFailed) and outcome.reason in UNREACHED:
            self._unreached.append(state)
        elif not is_stored:
            self._unwritten.append(state)
            if len(self._unwritten) >= _STATES_PER_WRITE:
                self.write_unchanged()

    def _store(self, feed: Feed, state: FeedState, changes: FeedChanges | None) -> bool:
        """Store what a pull brought with the feed's state, in one transaction; False if it brought nothing."""
        if changes is None or not (changes.new or changes.changed or changes.aliases):
            return False
        with self._database.write() as connection:
            item_rows.save_changes(connection, feed.name, changes, self._clock())
            feed_rows.save_state(connection, state)
        self._new += len(changes.new)
        self._changed += len(changes.changed)
        if changes.has_gap:
            self._gaps.append(feed.name)
        return True

    def _judge(self, feed: Feed, outcome: FetchOutcome) -> tuple[FeedState, FeedChanges | None]:
        now = self._clock()
        state = self.state(feed)
        parsed: ParsedFeed | None = None
        changes: FeedChanges | None = None
        if isinstance(outcome, Fetched) and body_hash(outcome.body) != state.body_hash:
            parsed = parse_feed(outcome.body, outcome.media_type, outcome.charset, outcome.final_url, now)
            if parsed.is_feed:
                keys = {key for item in parsed.items for key in identity_keys(item)}
                with self._database.read() as connection:
                    known = item_rows.known(connection, feed.name, keys)
                changes = compare(feed, state, parsed, known, now)
        after = after_poll(feed, state, outcome, parsed, changes, now, self._random.random())
        return after_answer(feed, state, after, outcome, now), changes

    def _tripped(self, feed: Feed) -> FeedState:
        state, now = self.state(feed), self._clock()
        detail = "the feed could not be read because of a bug in monitor; see the log"
        # It waits like any feed that fails, lest the service ask for it at every tick.
        outcome = FetchFailed(feed.url, FetchFailure.INCOMPLETE, detail)
        failed = after_poll(feed, state, outcome, None, None, now, self._random.random())
        # Validators would turn the next answer into "not modified", and the items would never be read.
        return replace(failed, etag=None, last_modified=None, body_hash=None)

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
        latest = {**self._states, **{state.feed: state for state in self._after}}
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
        failed = sorted((state for state in self._after if state.problem), key=lambda state: state.feed)
        return PollReport(
            polled=len(self._after),
            answered=len(self._after) - len(failed),
            new=self._new,
            changed=self._changed,
            failed=tuple(failed),
            gaps=tuple(sorted(self._gaps)),
        )
