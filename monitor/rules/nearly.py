"""Say which rules an item missed by little: one clause, a few words of distance, a thin margin of a score.

``all`` of a rule that asks for three things and finds two says little by itself: most items of a desk name a place and
an attack. Whoever asks for many items must weigh how many lack the same clause; see ``monitor.pipeline.nearly``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from monitor.rules.compile import CompiledRule, Wanted, WantedNear
from monitor.rules.flip import Change, changes_to_hold, is_near
from monitor.rules.hits import Hits
from monitor.rules.match import ItemText, NotFound, Stopped, evaluate
from monitor.rules.spellings import Variant

THIN = 0.05
"""A score less than this below what is asked for is a thin margin: models of two days differ by as much."""
MIN_CLAUSES = 3
"""Of fewer clauses, one that is missing is half of the rule."""
FARTHEST = 2
"""Times the distance a rule allows that still count as nearly close enough."""
SENTENCE_WORDS = 30
"""Words apart that count as nearly in one sentence."""


class Shortfall(IntEnum):
    """What a rule lacked, the most telling first."""

    SPELLING = 1
    """Something that looks like what it asks for stands in the item."""
    DISTANCE = 2
    SCORE = 3
    CLAUSE = 4


@dataclass(frozen=True, slots=True)
class Nearly:
    """A rule that does not hold for an item and nearly does."""

    rule: CompiledRule
    shortfall: Shortfall
    lacks: str
    """The clause that was missing, in words; the same for every item that lacks it."""
    change: Change


def missing_clauses(compiled: CompiledRule, hits: Hits) -> tuple[Wanted, ...]:
    """Return the clauses of which nothing stands in the fields a rule looks in."""
    return tuple(one for one in compiled.required if not hits.of_clause(one, compiled.rule.fields))


def nearly_holds(compiled: CompiledRule, hits: Hits, item: ItemText, variants: Sequence[Variant] = ()) -> Nearly | None:
    """Return what a rule lacked if it was one small thing, None if it holds, was stopped or lacks more.

    ``variants`` are passages that look like listed spellings; without them no spelling is found to be near.
    """
    outcome = evaluate(compiled, hits, item)
    if not isinstance(outcome, NotFound | Stopped):
        return None
    # Asked before the distance is looked for, which takes several times as long.
    near = outcome.wanted if isinstance(outcome, NotFound) and isinstance(outcome.wanted, WantedNear) else None
    if near is not None and not is_near(compiled, hits, item, near, _farthest(near)):
        return None
    changes = changes_to_hold(compiled, hits, item, variants)
    if len(changes) != 1:
        return None
    change = changes[0]
    shortfall = _shortfall(compiled, outcome, change)
    return None if shortfall is None else Nearly(compiled, shortfall, outcome.clause.split(";")[0], change)


def _shortfall(compiled: CompiledRule, outcome: NotFound | Stopped, change: Change) -> Shortfall | None:
    match outcome:
        case NotFound(wanted=WantedNear() as near):
            return Shortfall.DISTANCE if 0 < _asked_words(change) <= _farthest(near) else None
        case NotFound():
            if change.line and not change.line.startswith("in "):
                return Shortfall.SPELLING
            return Shortfall.CLAUSE if len(compiled.required) >= MIN_CLAUSES else None
        case Stopped(clause=clause):
            return Shortfall.SCORE if clause.startswith("min_score") and change.gap <= THIN else None


def _farthest(near: WantedNear) -> int:
    return SENTENCE_WORDS if near.words is None else FARTHEST * near.words


def _asked_words(change: Change) -> int:
    """Return the distance a change asks for, 0 if it asks for none."""
    key, _, number = change.line.partition(" = ")
    return int(number) if key == "words" else 0
