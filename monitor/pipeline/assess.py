"""Assess stored items in batches: score, match, group, decide alerts; one transaction per batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.classifiers.learned import Lesson
from monitor.feeds.fulltext import READ_LATE
from monitor.feeds.identity import link_key
from monitor.log import Log
from monitor.pipeline.alerting import Alerting, AlertPlan
from monitor.pipeline.crossed import Crossing, crossings
from monitor.pipeline.desk import Desk
from monitor.pipeline.muting import item_text
from monitor.pipeline.progress import Clock, Progress
from monitor.records import (
    AssessedItem,
    Assessment,
    Feed,
    Item,
    ItemKey,
    ItemMatches,
    StoryAssignment,
    StoryEntry,
    TopicScore,
)
from monitor.rules.match import match_items
from monitor.store import alerts as alert_rows
from monitor.store import assessments as assessment_rows
from monitor.store import items as item_rows
from monitor.store import leads as lead_rows
from monitor.store import outbox
from monitor.store import stories as story_rows
from monitor.store.engine import Connection
from monitor.stories.group import WINDOW, StoryIndex

log = Log("assess")

BATCH = 500
"""Items per transaction: large enough that a commit is cheap, small enough that a kill repeats little work."""

EXPLAINED_FROM = 0.25
"""Share of a topic's threshold from which the reasons of a score are stored. Nine in ten ordinary items score less, and
explaining them takes as long as scoring; `pipeline.reasons` gives theirs when somebody asks."""

CROSSED_KEPT = 100
"""Items named of those that crossed a threshold; a changed threshold may move thousands."""

_BUGS = (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What a bug in scoring or matching raises; one such item must not hold up the others. Failures of disk and
database are other errors, and stop the round."""


@dataclass(frozen=True, slots=True)
class AssessReport:
    """What one run of assessment did."""

    assessed: int = 0
    repeated: int = 0
    """Of these, how many had been assessed by an earlier model or rule version."""
    alerts: int = 0
    """Messages queued."""
    news: tuple[str, ...] = ()
    """Ids of items that reached a threshold or matched a rule, oldest first; archived ones left out."""
    failed: tuple[str, ...] = ()
    """Ids of items that could not be assessed because of a bug in monitor; they are tried again next time."""
    rose: int = 0
    """Items assessed before that a new model puts above a threshold."""
    fell: int = 0
    crossed: tuple[Crossing, ...] = ()
    """The first CROSSED_KEPT of those that rose or fell."""

    def joined(self, later: AssessReport) -> AssessReport:
        """Return this and a later run as one."""
        return AssessReport(
            assessed=self.assessed + later.assessed,
            repeated=self.repeated + later.repeated,
            alerts=self.alerts + later.alerts,
            news=tuple(dict.fromkeys((*self.news, *later.news))),
            failed=tuple(dict.fromkeys((*self.failed, *later.failed))),
            rose=self.rose + later.rose,
            fell=self.fell + later.fell,
            crossed=(*self.crossed, *later.crossed)[:CROSSED_KEPT],
        )


def assess(
    desk: Desk, clock: Clock, progress: Progress, until: datetime | None = None, *, is_alerting: bool = True
) -> AssessReport:
    """Assess everything that waits, oldest first, until none is left or ``until`` has come.

    Items of a batch are stored together with their stories, alerts and messages, or not at all.
    """
    work = _Assessment(desk, clock, is_alerting=is_alerting)
    progress.start("assessing items", work.count())
    try:
        while until is None or clock() < until:
            done = work.next_batch()
            if done is None:
                break
            for _ in range(done):
                progress.advance()
    finally:
        progress.stop()
    return work.report()


class _Assessment:
    """The state of one run: what is loaded once, and what is counted."""

    def __init__(self, desk: Desk, clock: Clock, *, is_alerting: bool) -> None:
        self._desk = desk
        self._clock = clock
        self._alerting = Alerting(desk) if is_alerting else None
        self._feeds: Mapping[str, Feed] = {feed.name: feed for feed in (*desk.config.feeds, *desk.config.paused)}
        self._index: StoryIndex | None = None
        self._assessed = 0
        self._repeated = 0
        self._alerts = 0
        self._news: list[str] = []
        self._failed: list[str] = []
        self._crossed: list[Crossing] = []
        self._rose = 0
        self._fell = 0
        self._lessons: dict[str, Lesson] = {}

    def count(self) -> int:
        with self._desk.database.read() as connection:
            return item_rows.count_unassessed(connection)

    def next_batch(self) -> int | None:
        """Assess the next batch; return how many items left the queue, None when it is empty."""
        limit = BATCH + len(self._failed)
        with self._desk.database.read() as connection:
            waiting = item_rows.unassessed(
                connection, self._desk.topics.fingerprint, self._desk.book.version, limit, is_reassessing=True
            )
        batch = [(item, is_repeat) for item, is_repeat in waiting if item.id not in self._failed]
        if not batch:
            return None
        try:
            self._take(batch)
        except _BUGS:
            log.exception("batch could not be assessed; its items are tried one by one", items=len(batch))
            self._index = None
            self._one_by_one(batch)
        return len(batch)

    def _one_by_one(self, batch: Sequence[tuple[Item, bool]]) -> None:
        for item, is_repeat in batch:
            try:
                self._take([(item, is_repeat)])
            except _BUGS:
                log.exception("item could not be assessed", item=item.id)
                self._failed.append(item.id)
                self._index = None

    def _take(self, batch: Sequence[tuple[Item, bool]]) -> None:
        """Assess and store one batch."""
        now = self._clock()
        items = [item for item, _ in batch]
        scores = self._desk.topics.model().score([(item.title, item.text) for item in items], EXPLAINED_FROM)
        placed, entries = self._place(items)
        assessed = [
            AssessedItem(
                item,
                Assessment(
                    item=item.id,
                    revision=item.revision,
                    scores=tuple(item_scores),
                    matches=matches,
                    story=placed[item.id],
                    rules_version=self._desk.book.version,
                    assessed_at=now,
                    is_repeat=is_repeat or _is_late(item),
                ),
            )
            for (item, is_repeat), item_scores, matches in zip(
                batch, scores, self._match(items, scores, now), strict=True
            )
        ]
        repeats = {item.id for item, is_repeat in batch if is_repeat}
        with self._desk.database.read() as connection:
            before = assessment_rows.get(connection, sorted(repeats)) if repeats else {}
            plan = self._alerting.plan(connection, assessed, now) if self._alerting else AlertPlan()
        with self._desk.database.write() as connection:
            assessment_rows.save(
                connection, [one.assessment for one in assessed], {item.id: item for item in items}, entries
            )
            alert_rows.save(connection, plan.alerts)
            outbox.queue(connection, plan.messages)
        self._assessed += len(batch)
        self._repeated += sum(is_repeat for _, is_repeat in batch)
        self._alerts += len(plan.messages)
        self._note_crossings(before, assessed)
        self._news.extend(one.item.id for one in assessed if _is_news(one))

    def _note_crossings(self, before: Mapping[str, Assessment], assessed: Sequence[AssessedItem]) -> None:
        """Keep what a new model changed about items assessed before."""
        for one in assessed:
            old = before[one.item.id].scores if one.item.id in before else ()
            if not old or old[0].fingerprint == self._desk.topics.fingerprint:
                continue
            found = crossings(one.item, old, one.assessment.scores, self._lesson(old[0].fingerprint))
            self._rose += sum(crossing.has_risen for crossing in found)
            self._fell += sum(not crossing.has_risen for crossing in found)
            self._crossed.extend(found[: CROSSED_KEPT - len(self._crossed)])

    def _lesson(self, fingerprint: str) -> Lesson:
        if fingerprint not in self._lessons:
            self._lessons[fingerprint] = self._desk.topics.lesson_since(fingerprint)
        return self._lessons[fingerprint]

    def _match(
        self, items: Sequence[Item], scores: Sequence[Sequence[TopicScore]], now: datetime
    ) -> Iterator[ItemMatches]:
        """Return the matches of each item, given with its scores."""
        by_topic = ({score.topic: score.score for score in each} for each in scores)
        texts = (
            item_text(item, self._feeds.get(item.feed), now, known) for item, known in zip(items, by_topic, strict=True)
        )
        return match_items(self._desk.book, texts)

    def _place(self, items: Sequence[Item]) -> tuple[dict[str, StoryAssignment], list[StoryEntry]]:
        """Put items into stories; one that is in a story already (an edit, a repeat) stays there."""
        with self._desk.database.read() as connection:
            known = assessment_rows.assignments(connection, [item.id for item in items])
            if self._index is None:
                since = min(item.first_seen_at for item in items) - WINDOW
                self._index = StoryIndex(story_rows.recent_entries(connection, since))
            pages = self._pages([item for item in items if item.id not in known], connection)
        placed: dict[str, StoryAssignment] = {}
        entries: list[StoryEntry] = []
        leads: set[ItemKey] = set()
        for item in items:
            if item.id in known:
                placed[item.id] = replace(known[item.id], item=item.id)
                continue
            page = link_key(item.link) if pages is not None and item.link else None
            is_lead = page is not None and (self._is_aggregated(item) or page in leads)
            leads_to = pages.get(page) if pages and page and is_lead else None
            placed[item.id], entry = self._index.assign(item, leads_to)
            if pages is not None and page:
                pages.setdefault(page, (item.id, placed[item.id].story))
                leads |= {page} if is_lead else set()  # in one batch the page itself may come second
            entries.append(entry)
        return placed, entries

    def _pages(self, items: Sequence[Item], connection: Connection) -> dict[ItemKey, tuple[str, str]] | None:
        """Return the stored items behind the links of an aggregator's items; None if there are no such items."""
        links = {link_key(item.link) for item in items if item.link and self._is_aggregated(item)}
        if not links:
            return None
        since = min(item.first_seen_at for item in items) - WINDOW
        return lead_rows.holders(connection, links, list(self._feeds), since)

    def _is_aggregated(self, item: Item) -> bool:
        """Return whether the feed passes on what another outlet said (RSS ``source``, as Google News has it)."""
        feed = self._feeds.get(item.feed)
        return feed is not None and item.outlet != feed.outlet

    def report(self) -> AssessReport:
        return AssessReport(
            assessed=self._assessed,
            repeated=self._repeated,
            alerts=self._alerts,
            news=tuple(self._news),
            failed=tuple(self._failed),
            rose=self._rose,
            fell=self._fell,
            crossed=tuple(self._crossed),
        )


def _is_late(item: Item) -> bool:
    """Return whether this is the full text of an item judged before: it may enter a digest, and never alerts."""
    return READ_LATE in item.flags


def _is_news(one: AssessedItem) -> bool:
    return not one.item.is_backlog and bool(one.topics or one.assessment.matches.rules)


ASSESS_BEFORE_DIGEST = timedelta(seconds=60)
"""How long the backlog is assessed before a digest closes; coverage names what is left (DESIGN §4)."""
