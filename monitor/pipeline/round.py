"""One round: poll, assess, close what is due, deliver. Every step can be killed and run again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from monitor.errors import InputError, OutsideError
from monitor.feeds.schedule import is_due
from monitor.log import Log
from monitor.pipeline.assess import ASSESS_BEFORE_DIGEST, AssessReport, assess
from monitor.pipeline.background import renew_background
from monitor.pipeline.deliver import DeliverReport, deliver
from monitor.pipeline.desk import Desk
from monitor.pipeline.digest import ClosedDigest, close, slots_due
from monitor.pipeline.fulltext import read_full_texts
from monitor.pipeline.poll import PollReport, poll
from monitor.pipeline.progress import Clock, Progress
from monitor.records import DigestSpec, Feed, FeedHealth, FeedState
from monitor.store import digests as digest_rows
from monitor.store import feeds as feed_rows
from monitor.store import rounds
from monitor.store.failures import SlotTakenError

log = Log("round")
Result = TypeVar("Result")

CROSSED_TOLD = 10
"""Items that crossed a threshold with a new model, as `status` lists them of the last round."""

LOCK_PATIENCE = timedelta(minutes=5)
"""How long a round waits for another one at work on the same workspace: longer than a round ever takes."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked of a round; nothing asked means everything that is due."""

    feeds: tuple[str, ...] = ()
    """Names of feeds to poll; empty for all."""
    only_due: bool = False
    """Poll only feeds whose time has come."""
    digests: tuple[str, ...] = ()
    """Digests to close now, whatever the time."""
    is_sending: bool = True
    is_first_digest_awaited: bool = False
    """The first digest of all waits for a slot that is near; see ``slots_due``."""
    command: str = "once"


@dataclass(frozen=True, slots=True)
class RoundReport:
    """What a round did."""

    poll: PollReport = field(default_factory=PollReport)
    assess: AssessReport = field(default_factory=AssessReport)
    closed: tuple[ClosedDigest, ...] = ()
    deliver: DeliverReport = field(default_factory=DeliverReport)
    failures: tuple[OutsideError, ...] = ()
    """What the disk or database refused; what could still be done was done."""

    def exit_code(self, desk: Desk) -> int:
        """Return 3 when no polled feed answered or delivery or storage failed, 2 when a file is in fallback, else 0."""
        nothing_answered = self.poll.polled > 0 and self.poll.answered == 0
        undelivered = bool(self.deliver.waiting or self.deliver.failed)
        if nothing_answered or undelivered or self.failures:
            return 3
        return 2 if desk.fallbacks else 0


def chosen_feeds(desk: Desk, wish: Wish, clock: Clock) -> tuple[Feed, ...]:
    """Return the feeds a round polls. Raises InputError for a name that config.toml does not have.

    A feed that its outlet has given up (410) is off: it is looked at once a week, or when it is asked for by name.
    """
    feeds = {feed.name: feed for feed in desk.config.feeds}
    for name in wish.feeds:
        if name not in feeds:
            raise InputError(f'no feed called "{name}" in config.toml', "see the names with: monitor feeds list")
    chosen = [feeds[name] for name in wish.feeds] if wish.feeds else list(feeds.values())
    if wish.feeds and not wish.only_due:
        return tuple(chosen)
    now = clock()
    with desk.database.read() as connection:
        states = feed_rows.states(connection)
    known = [(feed, states.get(feed.name)) for feed in chosen]
    return tuple(
        feed
        for feed, state in known
        if state is None or is_due(state, now) or not (wish.only_due or _is_off(feed, state))
    )


def _is_off(feed: Feed, state: FeedState) -> bool:
    return state.health is FeedHealth.GONE and state.url == feed.url


def run_round(desk: Desk, wish: Wish, clock: Clock, progress: Progress) -> RoundReport:
    """Do one round. The caller holds the round lock.

    A step that the disk or database refuses is reported and the next one is tried: a full disk under the database
    must not keep a digest that was closed before from going out.
    """
    feeds = chosen_feeds(desk, wish, clock)
    specs = wished_digests(desk, wish)
    steps = _Steps(desk, wish, clock)
    number = steps.attempt(lambda: _start(desk, wish, clock, bool(feeds)))
    polled = steps.attempt(lambda: poll(desk.database, feeds, desk.config.limits, clock, progress)) if feeds else None
    steps.attempt(lambda: read_full_texts(desk, clock, progress))
    closing = bool(specs) or bool(steps.due())
    until = clock() + ASSESS_BEFORE_DIGEST if closing else None
    assessed = steps.attempt(lambda: assess(desk, clock, progress, until)) or AssessReport()
    closed = [] if not wish.is_sending else steps.close_digests(specs, polled.gaps if polled else ())
    # Whoever runs a round by hand may just have mended what kept messages waiting; the service has time to wait.
    delivered = steps.send(is_retrying_now=wish.command == "once" and not wish.only_due)
    if until is not None:
        # What the digest did not wait for is assessed now, so that the next round starts with an empty queue.
        late = steps.attempt(lambda: assess(desk, clock, progress)) or AssessReport()
        assessed = assessed.joined(late)
        # Its alerts must not wait for the next round, which may be hours away.
        delivered = delivered.joined(steps.send()) if late.alerts else delivered
    report = RoundReport(
        poll=polled or PollReport(),
        assess=assessed,
        closed=tuple(closed),
        deliver=delivered,
        failures=tuple(steps.failures),
    )
    if report.assess.assessed:
        # After everything that matters: the next round fits the model with it.
        steps.attempt(lambda: renew_background(desk.database, desk.workspace.models))
    if number is not None:
        steps.attempt(lambda: _finish(desk, number, report, clock))
    return report


class _Steps:
    """Runs the steps of a round, and keeps what the disk or database refused."""

    def __init__(self, desk: Desk, wish: Wish, clock: Clock) -> None:
        self._desk = desk
        self._wish = wish
        self._clock = clock
        self.failures: list[OutsideError] = []

    def attempt(self, step: Callable[[], Result]) -> Result | None:
        """Run a step; None if the disk or database refused it, or it failed because of a bug."""
        try:
            return step()
        except OutsideError as error:
            log.error("step failed", what=error.what)  # noqa: TRY400 # expected: the words are enough
            self._note(error)
        except Exception:  # a bug in one step must not keep an alert that is queued from going out
            log.exception("step failed because of a bug in monitor; the others go on")
            self._note(OutsideError("a step of the round failed because of a bug in monitor", "see the lines above"))
        return None

    def _note(self, error: OutsideError) -> None:
        if str(error) not in [str(known) for known in self.failures]:
            self.failures.append(error)

    def send(self, *, is_retrying_now: bool = False) -> DeliverReport:
        """Deliver what is due, unless the wish says not to."""
        if not self._wish.is_sending:
            return DeliverReport()
        routes = {route.name: route for route in self._desk.config.routes}
        root = self._desk.workspace.root

        def step() -> DeliverReport:
            return deliver(self._desk.database, routes, root, self._clock, is_retrying_now=is_retrying_now)

        return self.attempt(step) or DeliverReport()

    def due(self) -> tuple[tuple[DigestSpec, datetime], ...]:
        """Return the digests whose slot has come."""
        is_awaited = self._wish.is_first_digest_awaited
        return self.attempt(lambda: slots_due(self._desk, self._clock(), is_first_awaited=is_awaited)) or ()

    def close_digests(self, wished: Sequence[DigestSpec], gaps: Sequence[str]) -> list[ClosedDigest]:
        """Close the digests that are due and those asked for, each once."""
        closed: list[ClosedDigest] = []
        due = self.due()
        asked = [(spec, None) for spec in wished if spec.name not in {due_spec.name for due_spec, _ in due}]
        for spec, slot in (*due, *asked):
            done = self.attempt(partial(self._close, spec, slot, gaps))
            if done is not None:
                closed.append(done)
        return closed

    def _close(self, spec: DigestSpec, slot: datetime | None, gaps: Sequence[str]) -> ClosedDigest | None:
        # A step that failed is news for the reader: without its word the digest would look complete.
        failed = tuple(f"this round: {failure.what}" for failure in self.failures)
        desk = replace(self._desk, fallbacks=(*self._desk.fallbacks, *failed))
        try:
            return close(desk, spec, slot, self._clock(), gaps)
        except SlotTakenError:
            # Another command closed this slot between our question and our transaction: the reader has it.
            return None


def wished_digests(desk: Desk, wish: Wish) -> list[DigestSpec]:
    """Return the digests a person asked for. Raises InputError for a name that config.toml does not have."""
    specs = {spec.name: spec for spec in desk.config.digests}
    for name in wish.digests:
        if name not in specs:
            known = ", ".join(specs) or "none"
            raise InputError(f'no digest called "{name}" in config.toml', f"digests defined: {known}")
    return [specs[name] for name in wish.digests]


def _start(desk: Desk, wish: Wish, clock: Clock, is_polling: bool) -> int | None:  # one caller
    with desk.database.write() as connection:
        for spec in desk.config.digests:
            # From now on nothing stored is lost to it, however long it takes until it first closes.
            digest_rows.begin(connection, spec.name)
        return rounds.start(connection, clock(), wish.command) if is_polling or wish.command != "tick" else None


def _finish(desk: Desk, number: int, report: RoundReport, clock: Clock) -> None:
    summary: dict[str, int | str] = {
        "polled": report.poll.polled,
        "answered": report.poll.answered,
        "new": report.poll.new,
        "changed": report.poll.changed,
        "assessed": report.assess.assessed,
        "alerts": report.assess.alerts,
        "sent": len(report.deliver.sent),
        "gaps": " ".join(report.poll.gaps),
    }
    if report.assess.crossed:
        summary |= {"rose": report.assess.rose, "fell": report.assess.fell}
        summary["crossed"] = "\n".join(one.lines()[0] for one in report.assess.crossed[:CROSSED_TOLD])
    with desk.database.write() as connection:
        rounds.finish(connection, number, clock(), summary)
