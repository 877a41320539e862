"""Find the smallest change of a rule or of a list of names that would make the rule hold for an item.

Every change is tried before it is named: the changed rule is evaluated on the item, obstacle by obstacle.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.matching.near import near_hits
from monitor.records import Field, Send, Source
from monitor.rules.compile import CompiledRule, Wanted, WantedNear
from monitor.rules.declared import Bound, Filters
from monitor.rules.hits import Hits
from monitor.rules.match import Held, ItemText, NotFound, Stopped, evaluate
from monitor.rules.spellings import Variant, first_of

MAX_CHANGES = 2
"""A rule that needs more is about something else."""
MAX_NEAR_WORDS = 500
"""A distance beyond this says nothing any more; then the clauses are asked for anywhere in the item."""


class ChangeKind(StrEnum):
    """What a person would edit."""

    ALIAS = "alias"
    THRESHOLD = "threshold"
    CLAUSE = "clause"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Change:
    """One edit that removes one obstacle; ``line`` is what to write, where that can be said."""

    kind: ChangeKind
    what: str
    where: Source | None = None
    line: str = ""
    cost: float = 1.0
    """To compare with others: how much is guessed, and how much else the change would let through."""
    gap: float = 0.0
    """Of a threshold: how far the score is below it."""


_Step = tuple[Change, CompiledRule, Hits]


def changes_to_hold(
    compiled: CompiledRule, hits: Hits, item: ItemText, variants: Sequence[Variant] = ()
) -> tuple[Change, ...]:
    """Return the changes that together make a rule hold for an item; none if it holds or needs too many.

    ``variants`` are passages of the item that look like listed spellings, the most alike first.
    """
    changes: list[Change] = []
    while len(changes) <= MAX_CHANGES:
        step: _Step | None
        outcome = evaluate(compiled, hits, item)
        match outcome:
            case Held():
                return tuple(changes)
            case NotFound(wanted=WantedNear() as near):
                step = _nearer(compiled, hits, item, near)
            case NotFound(wanted=Wanted() as wanted):
                step = _found(compiled, hits, wanted, variants)
            case Stopped(clause=clause):
                step = _unstopped(compiled, hits, item, clause)
        if step is None:
            return ()
        change, compiled, hits = step
        changes.append(change)
    return ()


def _found(compiled: CompiledRule, hits: Hits, wanted: Wanted, variants: Sequence[Variant]) -> _Step:
    """Return the step for a clause of which nothing stands in the rule's fields."""
    rule = compiled.rule
    elsewhere = hits.of_clause(wanted)
    if elsewhere:
        field = elsewhere[0].field
        what = f'let {rule.full_id} look in the {field} too: "{elsewhere[0].quote}" stands there'
        change = Change(ChangeKind.SETTING, what, rule.place("in"), 'in = ["title", "body"]')
        return change, replace(compiled, rule=replace(rule, fields=tuple(Field))), hits
    where = _clause_place(compiled, wanted)
    variant = first_of(variants, wanted.atoms, rule.fields)
    if variant is None:
        what = f"add what this item calls it to {wanted.written}"
        change = Change(ChangeKind.ALIAS, what, where, cost=1.0 if len(compiled.required) > 1 else 4.0)
        return change, _without(compiled, wanted), hits
    return _alias(variant, where), compiled, _with_hit(hits, variant)


def _alias(variant: Variant, where: Source) -> Change:
    quote = variant.evidence.quote
    if variant.entity is None:
        what = f'"{quote}" looks like "{variant.listed}": add it to the words'
        return Change(ChangeKind.ALIAS, what, where, f'"{quote}"', cost=1.0 - variant.likeness / 2)
    what = f'"{quote}" looks like "{variant.listed}", a name of @{variant.entity.id}: add it to its names'
    return Change(
        ChangeKind.ALIAS, what, variant.entity.declared_at or where, f'"{quote}"', cost=1.0 - variant.likeness / 2
    )


def _with_hit(hits: Hits, variant: Variant) -> Hits:
    known = hits.evidence.get(variant.atom, ())
    evidence = {**hits.evidence, variant.atom: (*known, variant.evidence)}
    return Hits(evidence, frozenset(evidence))


def _without(compiled: CompiledRule, wanted: Wanted) -> CompiledRule:
    every = tuple(one for one in compiled.all if one is not wanted)
    near = tuple(
        replace(one, clauses=tuple(clause for clause in one.clauses if clause is not wanted)) for one in compiled.near
    )
    near = tuple(one for one in near if one.clauses)
    required = tuple(one for one in compiled.required if one is not wanted)
    return replace(compiled, all=every, near=near, required=required)


def _nearer(compiled: CompiledRule, hits: Hits, item: ItemText, near: WantedNear) -> _Step:
    number = next(number for number, one in enumerate(compiled.near) if one is near)
    where = compiled.rule.near[number].where if number < len(compiled.rule.near) else compiled.rule.declared_at
    least = _least_words(compiled, hits, item, near)
    if least is None:
        what = f"ask for {' and '.join(one.written for one in near.clauses)} anywhere in the item, not close together"
        changed = replace(
            compiled,
            near=tuple(one for one in compiled.near if one is not near),
            all=(*compiled.all, *near.clauses),
        )
        return Change(ChangeKind.CLAUSE, what, where, cost=1.5), changed, hits
    said = f"words = {near.words}" if near.words is not None else 'within = "sentence"'
    what = f"raise the distance: the passages are {least} words apart, and the rule says {said}"
    wider = tuple(replace(one, words=least) if one is near else one for one in compiled.near)
    cost = 0.5 + least / MAX_NEAR_WORDS
    return Change(ChangeKind.CLAUSE, what, where, f"words = {least}", cost), replace(compiled, near=wider), hits


def _least_words(compiled: CompiledRule, hits: Hits, item: ItemText, near: WantedNear) -> int | None:
    low, high = 0, MAX_NEAR_WORDS
    if not is_near(compiled, hits, item, near, high):
        return None
    while low < high:
        middle = (low + high) // 2
        if is_near(compiled, hits, item, near, middle):
            high = middle
        else:
            low = middle + 1
    return low


def is_near(compiled: CompiledRule, hits: Hits, item: ItemText, near: WantedNear, words: int) -> bool:
    """Return whether the passages a ``near`` asks for stand within so many words in one field."""
    groups = ([hits.of_clause(wanted, (field,)) for wanted in near.clauses] for field in compiled.rule.fields)
    return any(
        all(found) and near_hits(item.field(field), found, words, sentence=False) is not None
        for field, found in zip(compiled.rule.fields, groups, strict=True)
    )


def _unstopped(compiled: CompiledRule, hits: Hits, item: ItemText, clause: str) -> _Step | None:
    """Return the step for what stopped a rule; ``clause`` is as ``evaluate`` says it."""
    rule = compiled.rule
    key = clause.split(" ", 1)[0].rstrip(";")
    match key:
        case "none":
            number, wanted = next(
                (number, one) for number, one in enumerate(compiled.none) if hits.of_clause(one, rule.fields)
            )
            rest = tuple(one for one in compiled.none if one is not wanted)
            what = f'remove {wanted.written} from "none" of {rule.full_id}'
            change = Change(ChangeKind.CLAUSE, what, rule.none[number].where, cost=0.8)
            return change, replace(compiled, none=rest), hits
        case "min_score":
            return _lowered(compiled, hits, item)
        case "expires":
            what = f'write a later day as "expires" of {rule.full_id}'
            changed = replace(compiled, rule=replace(rule, expires=None))
            return Change(ChangeKind.SETTING, what, rule.place("expires"), cost=0.5), changed, hits
        case "send":
            what = f'set "send" of {rule.full_id} to "digest": it is off'
            changed = replace(compiled, rule=replace(rule, send=Send.DIGEST))
            return Change(ChangeKind.SETTING, what, rule.place("send"), 'send = "digest"', 0.5), changed, hits
        case _:
            wider = _wider(rule.filters, key, item)
            if wider is None:
                return None
            filters, what, line = wider
            change = Change(ChangeKind.CLAUSE, f"{what} of {rule.full_id}", rule.place(key), line, cost=0.8)
            return change, replace(compiled, rule=replace(rule, filters=filters)), hits


def _lowered(compiled: CompiledRule, hits: Hits, item: ItemText) -> _Step:
    rule = compiled.rule
    scores = item.scores or {}
    lowered: list[Bound] = []
    said: list[str] = []
    gap = 0.0
    for bound in rule.min_score:
        score = scores.get(bound.topic, bound.least)
        if score < bound.least:
            least = math.floor(score * 100) / 100
            said.append(f"{bound.topic} from {bound.least:.2f} to {least:.2f}")
            gap = max(gap, bound.least - score)
            lowered.append(replace(bound, least=least))
        else:
            lowered.append(bound)
    line = "min_score = { " + ", ".join(f"{bound.topic} = {bound.least:.2f}" for bound in lowered) + " }"
    change = Change(
        ChangeKind.THRESHOLD,
        f'lower "min_score" of {rule.full_id}: {", ".join(said)}',
        rule.place("min_score"),
        line,
        0.3 + gap,
        gap,
    )
    return change, replace(compiled, rule=replace(rule, min_score=tuple(lowered))), hits


def _wider(  # noqa: PLR0911 # one answer per filter
    filters: Filters, key: str, item: ItemText
) -> tuple[Filters, str, str] | None:
    """Return the filters with ``key`` letting the item through, and the change in words and as a line."""
    source = item.source or item.feed or ""
    match key:
        case "langs":
            langs = (*filters.langs, (item.lang or "").lower())
            return replace(filters, langs=langs), f'add "{item.lang}" to "langs"', f"langs = {_list(langs)}"
        case "sources":
            sources = (*filters.sources, source.strip().casefold())
            return replace(filters, sources=sources), f'add "{source}" to "sources"', ""
        case "stances":
            stances = (*filters.stances, item.stance or "")
            return replace(filters, stances=stances), f'add "{item.stance}" to "stances"', f"stances = {_list(stances)}"
        case "not_langs":
            return replace(filters, not_langs=()), f'remove "{item.lang}" from "not_langs"', ""
        case "not_sources":
            return replace(filters, not_sources=()), f'remove "{source}" from "not_sources"', ""
        case "not_stances":
            return replace(filters, not_stances=()), f'remove "{item.stance}" from "not_stances"', ""
        case "max_age":
            return replace(filters, max_age=None), 'raise or remove "max_age"', ""
        case "after":
            return replace(filters, after=None), 'write an earlier day as "after", or remove it,', ""
        case "before":
            return replace(filters, before=None), 'write a later day as "before", or remove it,', ""
        case _:
            return None


def _list(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


def _clause_place(compiled: CompiledRule, wanted: Wanted) -> Source:
    for known, place in _places(compiled):
        if known is wanted:
            return place
    return compiled.rule.declared_at


def _places(compiled: CompiledRule) -> Iterator[tuple[Wanted, Source]]:
    declared = {str(clause): clause.where for clause in compiled.rule.required}
    for wanted in compiled.required:
        yield wanted, declared.get(wanted.written, compiled.rule.declared_at)
