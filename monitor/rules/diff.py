"""Compare two versions of the rules: which rules may match differently, and which change made one do so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.matching.lexicon import compile_lexicon
from monitor.matching.terms import Entity
from monitor.records import RuleMatch
from monitor.rules.compile import CompiledRule, RuleBook, describe_entity, describe_rule
from monitor.rules.match import Held, ItemText, NotFound, Stopped, evaluate, owner_hits
from monitor.rules.narrow import atoms_of


@dataclass(frozen=True, slots=True)
class BookChanges:
    """What differs between two books, in words, and the rules that may match differently because of it."""

    lines: tuple[str, ...]
    affected: frozenset[str]
    """Full ids."""

    @property
    def is_empty(self) -> bool:
        """Return whether the two books match alike."""
        return not self.affected


def compare_books(old: RuleBook, new: RuleBook) -> BookChanges:
    """Return what differs between two books in what they match; comments, examples and order do not count."""
    before, after = _rules(old), _rules(new)
    names = dict(_changed_names(old, new))
    atoms = {f"@{id_}" for id_ in _touched(old, names) | _touched(new, names)}
    affected = set()
    lines = []
    for rule in sorted({*before, *after}):
        one, other = before.get(rule), after.get(rule)
        if one is None or other is None:
            lines.append(f"{rule}: {'new' if one is None else 'removed'}")
            affected.add(rule)
            continue
        if describe_rule(one) != describe_rule(other):
            affected.add(rule)
            lines.extend(f"{rule}: {line}" for line in _changed_clauses(one, other))
        elif atoms & (atoms_of(one) | atoms_of(other)):
            affected.add(rule)
    lines.extend(line for found in names.values() for line in found)
    return BookChanges(tuple(lines), frozenset(affected))


def cause_of(gainer: RuleBook, loser: RuleBook, match: RuleMatch, item: ItemText) -> str:
    """Return which name or clause made ``match`` hold in one book and not in the other, in words."""
    compiled = _rules(loser).get(match.id)
    if compiled is None:
        return "the rule itself"
    known = {name.text for entity in loser.entities for name in entity.names}
    listed = {name.text: entity.id for entity in gainer.entities for name in entity.names}
    only_here = [hit.name for hit in match.evidence if hit.name in listed and hit.name not in known]
    if only_here:
        return f'the name "{only_here[0]}" of @{listed[only_here[0]]}'
    outcome = evaluate(compiled, owner_hits(loser, match.owner, loser.lexicon.find(item.title, item.text)), item)
    match outcome:
        case NotFound(clause=clause):
            return f"the clause {clause}"
        case Stopped(clause=clause, quote=quote):
            return f"{clause}: “{quote}”" if quote else clause
        case Held():
            return "another reading of the item"


def _rules(book: RuleBook) -> dict[str, CompiledRule]:
    return {compiled.rule.full_id: compiled for compiled in book.rules}


def _changed_names(old: RuleBook, new: RuleBook) -> Iterator[tuple[str, list[str]]]:
    """Iterate over the entities that match differently: id, and each difference in words."""
    before = {entity.id: entity for entity in old.entities}
    after = {entity.id: entity for entity in new.entities}
    for id_ in sorted({*before, *after}):
        one, other = before.get(id_), after.get(id_)
        if one is None or other is None:
            yield id_, [f"@{id_}: {'new' if one is None else 'removed'}"]
        elif describe_entity(one) != describe_entity(other):
            yield id_, [f"@{id_}: {line}" for line in _name_lines(one, other)]


def _name_lines(one: Entity, other: Entity) -> list[str]:
    before, after = {name.text: name for name in one.names}, {name.text: name for name in other.names}
    lines = [f'name "{text}" added' for text in after if text not in before]
    lines += [f'name "{text}" removed' for text in before if text not in after]
    lines += [f'only_with of "{text}" changed' for text in after if text in before and before[text] != after[text]]
    if set(one.not_in) != set(other.not_in):
        lines.append("not_in changed")
    return lines or ["declared elsewhere"]


def _touched(book: RuleBook, changed: dict[str, list[str]]) -> set[str]:
    """Return the changed entities and those whose names stand inside a changed one's: it hides them."""
    ids = {entity.id for entity in book.entities if entity.id in changed}
    others = [entity for entity in book.entities if entity.id not in ids]
    inner = compile_lexicon((), sorted({name.text for entity in others for name in entity.names}))
    hidden = {
        phrase
        for entity in book.entities
        if entity.id in ids
        for name in entity.names
        for phrase in inner.find(name.text, "").phrases
    }
    return ids | {entity.id for entity in others if any(name.text in hidden for name in entity.names)}


_PARTS = ("id", "title", "severity, send or in", "all", "near", "none", "min_score", "filters", "throttle or expires")


def _changed_clauses(one: CompiledRule, other: CompiledRule) -> list[str]:
    before = {wanted.written for wanted in (*one.required, *one.none)}
    after = {wanted.written for wanted in (*other.required, *other.none)}
    lines = [f"{written} added" for written in sorted(after - before)]
    lines += [f"{written} removed" for written in sorted(before - after)]
    parts = zip((*_PARTS, "tunes"), describe_rule(one), describe_rule(other), strict=True)
    changed = [part for part, left, right in parts if left != right and part not in {"title", "all", "none"}]
    lines += [f"{part} changed" for part in changed if part != "near" or not lines]
    return lines or ["a set or words group it uses changed"]
