"""Run rules over the archive: what they would have found, story by story, before anyone relies on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from monitor.classifiers.passages import Judgement, latest_judgements
from monitor.pipeline.progress import Progress
from monitor.records import AssessedItem, Feed, RuleMatch
from monitor.rules.compile import RuleBook
from monitor.rules.match import ItemText, match_item
from monitor.store import archive, assessments
from monitor.store.archive import ArchivedItem
from monitor.store.engine import Connection

MAX_EXAMPLES = 10
MAX_SOURCES = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """An archived item that a rule holds for."""

    item: ArchivedItem
    match: RuleMatch


@dataclass(slots=True)
class Tally:
    """What one rule found, counted while the archive is walked; a story counts once, on its newest item's day."""

    rule: str
    stories: dict[str, Hit] = field(default_factory=dict)
    """By story, the newest item of each."""
    days: Counter[date] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    overlaps: Counter[str] = field(default_factory=Counter)
    """Other rules, by full id: stories they held for too when these were assessed."""
    items: int = 0
    above_threshold: int = 0
    judged_relevant: int = 0
    judged_noise: int = 0

    def add(self, hit: Hit) -> bool:
        """Count an item; return whether its story is new."""
        self.items += 1
        if hit.item.story in self.stories:
            return False
        self.stories[hit.item.story] = hit
        self.days[hit.item.first_seen_at.date()] += 1
        self.sources[hit.item.outlet] += 1
        return True

    @property
    def examples(self) -> tuple[Hit, ...]:
        """Return the newest stories' hits."""
        return tuple(list(self.stories.values())[:MAX_EXAMPLES])


@dataclass(frozen=True, slots=True)
class Trial:
    """What rules would have found in the days walked."""

    since: datetime
    until: datetime
    items: int
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Archive:
    """The stored items of some days, and what is needed to read them as rules do."""

    connection: Connection
    feeds: Mapping[str, Feed]
    judgements: tuple[Judgement, ...]
    now: datetime
    since: datetime

    def batches(self, progress: Progress, what: str) -> Iterator[tuple[ArchivedItem, ...]]:
        """Iterate over the items, newest first, telling how far it is."""
        progress.start(what, archive.count_since(self.connection, self.since))
        try:
            for batch in archive.walk(self.connection, self.since):
                yield batch
                for _ in batch:
                    progress.advance()
        finally:
            progress.stop()

    def as_text(self, item: ArchivedItem) -> ItemText:
        """Return an item as rules saw it when it came; without scores, so that no ``min_score`` stops it yet."""
        feed = self.feeds.get(item.feed)
        return ItemText(
            title=item.title,
            text=item.text,
            now=item.first_seen_at,
            lang=item.lang,
            source=item.outlet,
            feed=item.feed,
            stance=feed.stance.value if feed else None,
            published_at=item.published_at,
            first_seen_at=item.first_seen_at,
        )

    def assessed(self, ids: Sequence[str]) -> dict[str, AssessedItem]:
        """Return what was decided about items when they were assessed, by id."""
        return {one.item.id: one for one in assessments.load(self.connection, ids)}

    def labels(self) -> dict[str, bool]:
        """Return by item whether analysts judged it relevant to any topic, or noise for all they judged it on."""
        labels: dict[str, bool] = {}
        for judgement in latest_judgements(self.judgements):
            labels[judgement.item] = labels.get(judgement.item, False) or judgement.label
        return labels


def since_days(now: datetime, days: int) -> datetime:
    """Return when a walk over the last ``days`` begins."""
    return now - timedelta(days=days)


def rules_held(archived: Archive, book: RuleBook, batch: Sequence[ArchivedItem]) -> Iterator[tuple[Hit, AssessedItem]]:
    """Iterate over the matches of a book in a batch, each with what was decided about its item.

    Rules are tried without scores first; only what matches is read with its scores and tried again.
    """
    found = [(item, text) for item in batch if match_item(book, text := archived.as_text(item)).rules]
    known = archived.assessed([item.id for item, _ in found])
    for item, text in found:
        if item.id not in known:
            continue
        scores = {score.topic: score.score for score in known[item.id].assessment.scores}
        for match in match_item(book, replace(text, scores=scores)).rules:
            yield Hit(item, match), known[item.id]


def try_rules(
    archived: Archive, book: RuleBook, progress: Progress, on_story: Callable[[Hit], None] | None = None
) -> Trial:
    """Return what the rules of a book would have found; ``on_story`` hears of every story as it is found."""
    tallies = {compiled.rule.full_id: Tally(compiled.rule.full_id) for compiled in book.rules}
    labels = archived.labels()
    seen = 0
    for batch in archived.batches(progress, "trying rules"):
        seen += len(batch)
        for hit, assessed in rules_held(archived, book, batch):
            tally = tallies[hit.match.id]
            is_new = tally.add(hit)
            if is_new:
                _judge(tally, assessed, labels)
                if on_story is not None:
                    on_story(hit)
    return Trial(archived.since, archived.now, seen, tuple(tallies.values()))


def _judge(tally: Tally, assessed: AssessedItem, labels: Mapping[str, bool]) -> None:
    tally.above_threshold += bool(assessed.topics)
    label = labels.get(assessed.item.id)
    tally.judged_relevant += label is True
    tally.judged_noise += label is False
    tally.overlaps.update({match.id for match in assessed.assessment.matches.rules} - {tally.rule})


def chart(days: Mapping[date, int], since: date, until: date) -> str:
    """Return counts per day as one line of bars, oldest first; at most 60 days, the last ones."""
    bars = "▁▂▃▄▅▆▇█"
    span = min((until - since).days, 59)
    counts = [days.get(until - timedelta(days=back), 0) for back in range(span, -1, -1)]
    highest = max(counts, default=0)
    return "".join("·" if not count else bars[(count * len(bars) - 1) // highest] for count in counts)
