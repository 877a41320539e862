"""Run rules over the archive: what they would have found, story by story, before anyone relies on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import tee

from monitor.classifiers.passages import Judgement, latest_judgements
from monitor.matching.lexicon import Found
from monitor.pipeline.progress import Progress
from monitor.pipeline.slices import Result, Work, each_slice, processes_for
from monitor.records import Feed, RuleMatch
from monitor.rules.compile import RuleBook
from monitor.rules.match import ItemText, match_each_found, match_found
from monitor.store import archive
from monitor.store.archive import ArchivedItem, Decided
from monitor.store.engine import Connection, Database

MAX_EXAMPLES = 10
MAX_SOURCES = 5
_MOMENT = timedelta(seconds=1)
"""Items first seen in the very moment a walk begins belong to it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An archived item that a rule holds for."""

    item: ArchivedItem
    match: RuleMatch


@dataclass(slots=True)
class Tally:
    """What one rule found, counted while the archive is walked; a story counts once, on its newest item's day."""

    rule: str
    stories: set[str] = field(default_factory=set)
    examples: list[Hit] = field(default_factory=list)
    """The newest item of each of the newest stories."""
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
        self.stories.add(hit.item.story)
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(hit)
        self.days[hit.item.first_seen_at.date()] += 1
        self.sources[hit.item.outlet] += 1
        return True


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

    database: Database
    feeds: Mapping[str, Feed]
    judgements: tuple[Judgement, ...]
    now: datetime
    since: datetime

    def work_through(
        self, work: Work[Result], progress: Progress, what: str, processes: int | None = None
    ) -> Iterator[tuple[int, Result]]:
        """Iterate over (number of items, what ``work`` made of them), newest first, telling how far it is.

        ``work`` may be called in other processes, see ``each_slice``; ``processes`` None means as many as it pays.
        """
        with self.database.read() as conn:
            total = archive.count_since(conn, self.since)
        bounds = (self.since, self.now + _MOMENT)
        is_shown = False
        try:
            for count, result in each_slice(self.database, bounds, work, processes or processes_for(total)):
                if not is_shown:
                    # Not before: what shows it may use a thread, and processes must be forked without one.
                    progress.start(what, total)
                    is_shown = True
                yield count, result
                progress.advance(count=count)
        finally:
            progress.stop()

    def batches(self, progress: Progress, what: str) -> Iterator[tuple[ArchivedItem, ...]]:
        """Iterate over the items, newest first, telling how far it is."""
        for _, batch in self.work_through(_as_they_are, progress, what, processes=1):
            yield batch

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

    def labels(self) -> dict[str, bool]:
        """Return by item whether analysts judged it relevant to any topic, or noise for all they judged it on."""
        labels: dict[str, bool] = {}
        for judgement in latest_judgements(self.judgements):
            labels[judgement.item] = labels.get(judgement.item, False) or judgement.label
        return labels


def since_days(now: datetime, days: int) -> datetime:
    """Return when a walk over the last ``days`` begins."""
    return now - timedelta(days=days)


def asking_scores(*books: RuleBook) -> frozenset[str]:
    """Return the full ids of the rules that a score can stop."""
    return frozenset(one.rule.full_id for book in books for one in book.rules if one.rule.min_score)


def try_rules(
    archived: Archive,
    book: RuleBook,
    progress: Progress,
    on_story: Callable[[Hit], None] | None = None,
    processes: int | None = None,
) -> Trial:
    """Return what the rules of a book would have found; ``on_story`` hears of every story as it is found."""
    tallies = {compiled.rule.full_id: Tally(compiled.rule.full_id) for compiled in book.rules}
    labels = archived.labels()
    seen = 0
    for count, held in archived.work_through(partial(_held, archived, book), progress, "trying rules", processes):
        seen += count
        for hit, decided in held:
            tally = tallies[hit.match.id]
            if tally.add(hit):
                _judge(tally, hit.item.id, decided, labels)
                if on_story is not None:
                    on_story(hit)
    return Trial(archived.since, archived.now, seen, tuple(tallies.values()))


def _held(
    archived: Archive, book: RuleBook, conn: Connection, batch: Sequence[ArchivedItem]
) -> list[tuple[Hit, Decided]]:
    """Return the matches of a book in a batch, each with what was decided about its item.

    Rules are tried without scores first; only for what matches are the scores read and, if they count, tried again.
    """
    held: list[tuple[ArchivedItem, ItemText, Found, tuple[RuleMatch, ...]]] = []
    texts = [archived.as_text(item) for item in batch]
    given, looked_at = tee(zip(texts, book.lexicon.find_each((text.title, text.text) for text in texts), strict=True))
    for item, (text, found), matches in zip(batch, given, match_each_found(book, looked_at), strict=True):
        if matches.rules:
            held.append((item, text, found, matches.rules))
    decided = archive.decided(conn, [item.id for item, *_ in held])
    bounded = asking_scores(book)
    matched: list[tuple[Hit, Decided]] = []
    for item, text, found, rules in held:
        known = decided[item.id]
        if any(match.id in bounded for match in rules):
            scored = match_found(book, replace(text, scores=known.scores), found).rules
        else:
            scored = rules
        matched.extend((Hit(item, match), known) for match in scored)
    return matched


def _as_they_are(_conn: Connection, batch: Sequence[ArchivedItem]) -> tuple[ArchivedItem, ...]:
    return tuple(batch)


def _judge(tally: Tally, item: str, decided: Decided, labels: Mapping[str, bool]) -> None:
    tally.above_threshold += decided.is_relevant
    label = labels.get(item)
    tally.judged_relevant += label is True
    tally.judged_noise += label is False
    tally.overlaps.update(decided.rules - {tally.rule})


def chart(days: Mapping[date, int], since: date, until: date) -> str:
    """Return counts per day as one line of bars, oldest first; at most 60 days, the last ones."""
    bars = "▁▂▃▄▅▆▇█"
    span = min((until - since).days, 59)
    counts = [days.get(until - timedelta(days=back), 0) for back in range(span, -1, -1)]
    highest = max(counts, default=0)
    return "".join("·" if not count else bars[(count * len(bars) - 1) // highest] for count in counts)
