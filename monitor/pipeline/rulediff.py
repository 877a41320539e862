"""What a change of the rules would do: the stories won and lost over the archive, rule by rule and cause by cause."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from monitor.pipeline.backtest import Archive, Hit, asking_scores
from monitor.pipeline.progress import Progress
from monitor.records import RuleMatch, Send
from monitor.rules.diff import BookChanges, Causes, Pair
from monitor.rules.match import ItemText
from monitor.store import archive, assessments
from monitor.store.archive import ArchivedItem
from monitor.store.engine import Connection

MAX_STORIES = 20
"""Stories told per rule and side; the counts are of all."""
SHOWN_TEXT = 80
"""Code points of an untitled item that stand for its title."""


class Side(StrEnum):
    """What becomes of a story."""

    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class ChangedStory:
    """A story a rule wins or loses: its newest item that matched, why, and what analysts said of it."""

    hit: Hit
    cause: str
    label: bool | None
    """Judged relevant, judged noise, or not judged."""
    is_still_found: bool = False
    """True if some rule that alerts or enters digests finds the story after the change."""


OnStory = Callable[[Side, ChangedStory], None]


@dataclass(slots=True)
class RuleDiff:
    """What changes for one rule."""

    rule: str
    kept: int = 0
    won: list[ChangedStory] = field(default_factory=list)
    lost: list[ChangedStory] = field(default_factory=list)

    @property
    def causes(self) -> tuple[tuple[str, int, int], ...]:
        """Return (cause, stories won, stories lost) of every change that did something, the largest first."""
        won = Counter(story.cause for story in self.won)
        lost = Counter(story.cause for story in self.lost)
        found = [(cause, won[cause], lost[cause]) for cause in {*won, *lost}]
        return tuple(sorted(found, key=lambda one: (-one[1] - one[2], one[0])))


@dataclass(frozen=True, slots=True)
class Difference:
    """The outcome of comparing two versions of the rules over the archive."""

    changes: BookChanges
    items: int
    rules: tuple[RuleDiff, ...]

    @property
    def lost_relevant(self) -> tuple[ChangedStory, ...]:
        """Return the stories analysts judged relevant that no rule finds any more, each once."""
        lost = [story for rule in self.rules for story in rule.lost if story.label and not story.is_still_found]
        return tuple({story.hit.item.story: story for story in lost}.values())


@dataclass(frozen=True, slots=True)
class _Compared:
    """An item that at least one version finds, and by which rules: in both, and in one of them alone with the cause."""

    item: ArchivedItem
    in_both: tuple[str, ...]
    lost: tuple[tuple[RuleMatch, str], ...]
    won: tuple[tuple[RuleMatch, str], ...]
    is_heard: bool
    """True if a rule that alerts or enters digests finds it in the new version."""


def diff_rules(
    archived: Archive, pair: Pair, progress: Progress, on_story: OnStory | None = None, processes: int | None = None
) -> Difference:
    """Return what changes over the walked days if the new version of a pair takes the place of the old.

    Only rules that may match differently are tried; comments, examples and places change nothing. ``on_story`` hears
    of the first ``MAX_STORIES`` per rule and side as they are found, the newest first, and of each in its final state
    but for ``is_still_found``, which the end tells.
    """
    changes = pair.changes
    if changes.is_empty:
        return Difference(changes, 0, ())
    pair.prepare()
    labels = archived.labels()
    comparer = _Comparer(archived, pair, frozenset(labels))
    sides = _Sides(labels)
    teller = _Teller(archived, comparer, labels, on_story) if on_story else None
    items = 0
    for count, (compared, labelled) in archived.work_through(comparer.compare, progress, "comparing rules", processes):
        items += count
        sides.add(compared, labelled)
        if teller is not None:
            teller.tell(compared)
    rules = tuple(sides.rule(rule) for rule in sorted(changes.affected))
    return Difference(changes, items, _with_unchanged(archived, rules, changes))


class _Comparer:
    """Tries two versions of the rules on items."""

    def __init__(self, archived: Archive, pair: Pair, labelled: Collection[str]) -> None:
        self._archived = archived
        self._pair = pair
        self._labelled = labelled
        self._lost, self._won = Causes(pair.old, pair.new), Causes(pair.new, pair.old)
        self._bounded = asking_scores(pair.old, pair.new)

    def compare(self, conn: Connection, batch: Sequence[ArchivedItem]) -> tuple[list[_Compared], list[tuple[str, str]]]:
        """Return what the versions make of the items, and (item, story) of those that analysts judged."""
        held = []
        texts = [self._archived.as_text(item) for item in batch]
        each = self._pair.new.lexicon.find_each((text.title, text.text) for text in texts)
        for item, text, found in zip(batch, texts, each, strict=True):
            if found.mentions or found.phrases:
                matches = self._pair.match(text, found)
                if any(matches):
                    held.append((item, text, found, matches))
        asked = [item.id for item, *_, matches in held if self._is_bounded(*matches)]
        decided = archive.decided(conn, asked) if asked else {}
        compared = []
        for item, text, found, matches in held:
            if item.id in decided:
                scored = replace(text, scores=decided[item.id].scores)
                compared.append(self._compared(item, scored, *self._pair.match(scored, found)))
            else:
                compared.append(self._compared(item, text, *matches))
        return compared, [(item.id, item.story) for item in batch if item.id in self._labelled]

    def _is_bounded(self, before: Sequence[RuleMatch], after: Sequence[RuleMatch]) -> bool:
        return any(match.id in self._bounded for match in (*before, *after))

    def _compared(
        self, item: ArchivedItem, text: ItemText, before: Sequence[RuleMatch], after: Sequence[RuleMatch]
    ) -> _Compared:
        old, new = {match.id for match in before}, {match.id for match in after}
        return _Compared(
            item=replace(item, text=item.text[:SHOWN_TEXT]),
            in_both=tuple(sorted(old & new)),
            lost=tuple((match, self._lost.of(match, text)) for match in before if match.id not in new),
            won=tuple((match, self._won.of(match, text)) for match in after if match.id not in old),
            is_heard=any(match.send in (Send.ALERT, Send.DIGEST) for match in after),
        )


@dataclass(frozen=True, slots=True)
class _Whole:
    """What the versions make of a whole story: the full ids of the rules that find it, and what analysts said."""

    old: frozenset[str]
    new: frozenset[str]
    label: bool | None


class _Teller:
    """Tells of a story with the first item that one version finds alone, not at the end of the archive.

    An older item of the same story may be found by the other version, so that nothing is won or lost: those are looked
    up ahead of the walk, for the few stories that are told.
    """

    def __init__(self, archived: Archive, comparer: _Comparer, labels: Mapping[str, bool], on_story: OnStory) -> None:
        self._archived = archived
        self._comparer = comparer
        self._labels = labels
        self._on_story = on_story
        self._told: defaultdict[tuple[str, Side], set[str]] = defaultdict(set)
        self._wholes: dict[str, _Whole] = {}

    def tell(self, compared: Sequence[_Compared]) -> None:
        """Tell of what these items, older than those before, win and lose."""
        for one in compared:
            for side, matches in ((Side.LOST, one.lost), (Side.WON, one.won)):
                for match, cause in matches:
                    told = self._told[match.id, side]
                    if len(told) < MAX_STORIES and one.item.story not in told:
                        whole = self._whole(one)
                        if match.id not in (whole.new if side is Side.LOST else whole.old):
                            told.add(one.item.story)
                            self._on_story(side, ChangedStory(Hit(one.item, match), cause, whole.label))

    def _whole(self, one: _Compared) -> _Whole:
        if one.item.story not in self._wholes:
            self._wholes[one.item.story] = self._looked_up(one)
        return self._wholes[one.item.story]

    def _looked_up(self, one: _Compared) -> _Whole:
        with self._archived.database.read() as conn:
            items = archive.of_story(conn, one.item.story, self._archived.since)
            # Nobody may have grouped the item yet.
            compared = self._comparer.compare(conn, items)[0] if len(items) > 1 else [one]
        labels = [self._labels[id_] for id_ in (one.item.id, *(item.id for item in items)) if id_ in self._labels]
        return _Whole(
            frozenset(rule for each in compared for rule in (*each.in_both, *(match.id for match, _ in each.lost))),
            frozenset(rule for each in compared for rule in (*each.in_both, *(match.id for match, _ in each.won))),
            any(labels) if labels else None,
        )


class _Sides:
    """What each version found so far: by rule every story, and the newest item that one of them finds alone."""

    def __init__(self, labels: Mapping[str, bool]) -> None:
        self._labels = labels
        self._story_labels: dict[str, bool] = {}
        self._heard: set[str] = set()
        self._old: defaultdict[str, set[str]] = defaultdict(set)
        self._new: defaultdict[str, set[str]] = defaultdict(set)
        self._lost: defaultdict[str, dict[str, tuple[Hit, str]]] = defaultdict(dict)
        self._won: defaultdict[str, dict[str, tuple[Hit, str]]] = defaultdict(dict)

    def add(self, compared: Sequence[_Compared], labelled: Sequence[tuple[str, str]]) -> None:
        """Take what was found in older items than before."""
        for item, story in labelled:
            self._story_labels[story] = self._story_labels.get(story, False) or self._labels[item]
        for one in compared:
            story = one.item.story
            for rule in one.in_both:
                self._old[rule].add(story)
                self._new[rule].add(story)
            for matches, stories, alone in ((one.lost, self._old, self._lost), (one.won, self._new, self._won)):
                for match, cause in matches:
                    stories[match.id].add(story)
                    alone[match.id].setdefault(story, (Hit(one.item, match), cause))
            if one.is_heard:
                self._heard.add(story)

    def rule(self, rule: str) -> RuleDiff:
        """Return what changes for one rule, the newest stories first."""
        old, new = self._old[rule], self._new[rule]
        diff = RuleDiff(rule, kept=len(old & new))
        for story, (hit, cause) in self._won[rule].items():
            if story not in old:
                diff.won.append(ChangedStory(hit, cause, self._story_labels.get(story), is_still_found=True))
        for story, (hit, cause) in self._lost[rule].items():
            if story not in new:
                is_heard = story in self._heard
                diff.lost.append(ChangedStory(hit, cause, self._story_labels.get(story), is_still_found=is_heard))
        for changed in (diff.won, diff.lost):
            changed.sort(key=lambda one: (one.hit.item.first_seen_at, one.hit.item.id), reverse=True)
        return diff


def _with_unchanged(archived: Archive, rules: Sequence[RuleDiff], changes: BookChanges) -> tuple[RuleDiff, ...]:
    """Mark as still found what a rule found that did not change; what it found is stored."""
    lost = {story.hit.item.id for rule in rules for story in rule.lost if not story.is_still_found}
    with archived.database.read() as conn:
        stored = assessments.load(conn, sorted(lost))
    held = {
        one.item.id
        for one in stored
        for match in one.assessment.matches.rules
        if match.id not in changes.affected and match.send in (Send.ALERT, Send.DIGEST)
    }
    for rule in rules:
        rule.lost = [
            ChangedStory(one.hit, one.cause, one.label, one.is_still_found or one.hit.item.id in held)
            for one in rule.lost
        ]
    return tuple(rules)
