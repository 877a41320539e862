"""What a change of the rules would do: the stories won and lost over the archive, rule by rule and cause by cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.pipeline.backtest import Archive, Hit, rules_held
from monitor.pipeline.progress import Progress
from monitor.records import AssessedItem, Send
from monitor.rules.compile import CompiledRule, RuleBook
from monitor.rules.diff import BookChanges, cause_of, compare_books
from monitor.rules.narrow import narrow
from monitor.store.archive import ArchivedItem

MAX_STORIES = 20
"""Stories printed per rule and side; the counts are of all."""


@dataclass(frozen=True, slots=True)
class ChangedStory:
    """A story a rule wins or loses: its newest item that matched, why, and what analysts said of it."""

    hit: Hit
    cause: str
    label: bool | None
    """Judged relevant, judged noise, or not judged."""
    is_still_found: bool = False
    """True if some rule that alerts or enters digests finds the story after the change."""


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


@dataclass(slots=True)
class _Sides:
    """The newest hit of every story, by rule, on each side."""

    old: dict[str, dict[str, Hit]] = field(default_factory=dict)
    new: dict[str, dict[str, Hit]] = field(default_factory=dict)
    found_after: set[str] = field(default_factory=set)
    labels: dict[str, bool] = field(default_factory=dict)


def diff_rules(archived: Archive, old: RuleBook, new: RuleBook, progress: Progress) -> Difference:
    """Return what changes over the walked days if ``new`` takes the place of ``old``.

    Only rules that may match differently are tried; comments, examples and places change nothing.
    """
    changes = compare_books(old, new)
    if changes.is_empty:
        return Difference(changes, 0, ())

    def is_affected(compiled: CompiledRule) -> bool:
        return compiled.rule.full_id in changes.affected

    before, after = narrow(old, is_affected), narrow(new, is_affected)
    sides = _Sides({rule: {} for rule in changes.affected}, {rule: {} for rule in changes.affected})
    labels = archived.labels()
    items = 0
    for batch in archived.batches(progress, "comparing rules"):
        items += len(batch)
        for item in batch:
            if item.id in labels:
                sides.labels[item.story] = sides.labels.get(item.story, False) or labels[item.id]
        _collect(archived, before, batch, sides.old)
        for hit, assessed in _collect(archived, after, batch, sides.new):
            if hit.match.send in (Send.ALERT, Send.DIGEST):
                sides.found_after.add(assessed.assessment.story.story)
    rules = tuple(_rule_diff(archived, before, after, sides, rule) for rule in sorted(changes.affected))
    return Difference(changes, items, _with_unchanged(archived, rules, changes))


def _collect(
    archived: Archive, book: RuleBook, batch: Sequence[ArchivedItem], side: dict[str, dict[str, Hit]]
) -> list[tuple[Hit, AssessedItem]]:
    found = list(rules_held(archived, book, batch))
    for hit, _ in found:
        side[hit.match.id].setdefault(hit.item.story, hit)
    return found


def _rule_diff(archived: Archive, before: RuleBook, after: RuleBook, sides: _Sides, rule: str) -> RuleDiff:
    old, new = sides.old[rule], sides.new[rule]
    diff = RuleDiff(rule, kept=len(old.keys() & new.keys()))
    for story in new.keys() - old.keys():
        hit = new[story]
        cause = cause_of(after, before, hit.match, archived.as_text(hit.item))
        diff.won.append(ChangedStory(hit, cause, sides.labels.get(story), is_still_found=True))
    for story in old.keys() - new.keys():
        hit = old[story]
        cause = cause_of(before, after, hit.match, archived.as_text(hit.item))
        is_still_found = story in sides.found_after
        diff.lost.append(ChangedStory(hit, cause, sides.labels.get(story), is_still_found))
    for stories in (diff.won, diff.lost):
        stories.sort(key=lambda one: (one.hit.item.first_seen_at, one.hit.item.id), reverse=True)
    return diff


def _with_unchanged(archived: Archive, rules: Sequence[RuleDiff], changes: BookChanges) -> tuple[RuleDiff, ...]:
    """Mark as still found what a rule found that did not change; what it found is stored."""
    lost = {story.hit.item.id for rule in rules for story in rule.lost if not story.is_still_found}
    stored = archived.assessed(sorted(lost))
    held = {
        id_
        for id_, one in stored.items()
        for match in one.assessment.matches.rules
        if match.id not in changes.affected and match.send in (Send.ALERT, Send.DIGEST)
    }
    for rule in rules:
        rule.lost = [
            ChangedStory(one.hit, one.cause, one.label, one.is_still_found or one.hit.item.id in held)
            for one in rule.lost
        ]
    return tuple(rules)
