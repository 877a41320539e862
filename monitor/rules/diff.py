"""Compare two versions of the rules: which rules may match differently, and which change made one do so."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from monitor.matching.lexicon import Found, compile_lexicon
from monitor.matching.terms import Entity, patterns_of
from monitor.records import RuleMatch
from monitor.rules.compile import CompiledRule, RuleBook, describe_entity, describe_rule
from monitor.rules.index import index_rules
from monitor.rules.match import Held, ItemText, NotFound, Stopped, evaluate, match_found, match_item, owner_hits
from monitor.rules.narrow import atoms_of, narrow
from monitor.text.terms import fold_term


@dataclass(frozen=True, slots=True)
class BookChanges:
    """What differs between two books, in words, and the rules that may match differently because of it."""

    lines: tuple[str, ...]
    affected: frozenset[str]
    """Full ids."""
    rewritten: frozenset[str]
    """Those of them that say something else; the others are affected by names alone."""
    spellings: frozenset[str]
    """Names and wider phrases that only one of the books has, or has otherwise: an item that holds none of them
    mentions the same entities in both."""

    @property
    def is_empty(self) -> bool:
        """Return whether the two books match alike."""
        return not self.affected


def compare_books(old: RuleBook, new: RuleBook) -> BookChanges:
    """Return what differs between two books in what they match; comments, examples and order do not count."""
    before, after = _rules(old), _rules(new)
    names = dict(_changed_names(old, new))
    spellings = _changed_spellings(old, new, names)
    atoms = {f"@{id_}" for book in (old, new) for id_ in _touched(book, names, spellings)}
    affected, rewritten = set(), set()
    lines = []
    for rule in sorted({*before, *after}):
        one, other = before.get(rule), after.get(rule)
        if one is None or other is None:
            lines.append(f"{rule}: {'new' if one is None else 'removed'}")
            rewritten.add(rule)
        elif describe_rule(one) != describe_rule(other):
            rewritten.add(rule)
            lines.extend(f"{rule}: {line}" for line in _changed_clauses(one, other))
        elif atoms & (atoms_of(one) | atoms_of(other)):
            affected.add(rule)
    lines.extend(line for found in names.values() for line in found)
    return BookChanges(tuple(lines), frozenset(affected | rewritten), frozenset(rewritten), spellings)


class Pair:
    """Two versions of the rules side by side, cut down to the rules that may match differently."""

    def __init__(self, old: RuleBook, new: RuleBook) -> None:
        self.changes = changes = compare_books(old, new)

        def is_affected(compiled: CompiledRule) -> bool:
            return compiled.rule.full_id in changes.affected

        wanted = {atom for book in (old, new) for one in book.rules if is_affected(one) for atom in atoms_of(one)}
        self.old = narrow(old, is_affected, wanted)
        self.new = narrow(new, is_affected, wanted | changes.spellings)
        rewritten = tuple(one for one in self.old.rules if one.rule.full_id in changes.rewritten)
        self._rewritten = replace(self.old, rules=rewritten, index=index_rules(rewritten))

    def prepare(self) -> None:
        """Build the automata now: before work is shared out among processes, each of which would build them."""
        self.new.lexicon.prepare()
        if self.changes.spellings:
            self.old.lexicon.prepare()

    def match(self, item: ItemText, found: Found | None = None) -> tuple[tuple[RuleMatch, ...], tuple[RuleMatch, ...]]:
        """Return the matches in the old and in the new version, as ``match_item`` would in each.

        ``found`` is what ``self.new.lexicon`` found in the item. It serves both versions, unless the item holds a
        spelling that they read differently.
        """
        found = found or self.new.lexicon.find(item.title, item.text)
        after = match_found(self.new, item, found).rules
        if not self.changes.spellings.isdisjoint(found.phrases):
            return match_item(self.old, item).rules, after
        before = [match for match in after if match.id not in self.changes.rewritten]
        if self._may_rewritten_hold(found):
            before.extend(match_found(self._rewritten, item, found).rules)
        return tuple(before), after

    def _may_rewritten_hold(self, found: Found) -> bool:
        """Return whether something of every clause of some rewritten rule was found; few items get that far."""
        if self._rewritten.private:
            # Their owners see other mentions than everybody.
            return bool(self._rewritten.rules)
        atoms = {f"@{mention.entity}" for mention in found.mentions}.union(found.phrases)
        return any(
            not any(wanted.atoms.isdisjoint(atoms) for wanted in compiled.required)
            for compiled in self._rewritten.rules
        )


class Causes:
    """Says which name or clause made a match hold in one book and not in the other."""

    def __init__(self, gainer: RuleBook, loser: RuleBook) -> None:
        self._loser = loser
        self._rules = _rules(loser)
        self._known = {name.text for entity in loser.entities for name in entity.names}
        self._listed = {name.text: entity.id for entity in gainer.entities for name in entity.names}

    def of(self, match: RuleMatch, item: ItemText) -> str:
        """Return the cause of a match, in words."""
        compiled = self._rules.get(match.id)
        if compiled is None:
            return "the rule itself"
        only_here = [hit.name for hit in match.evidence if hit.name in self._listed and hit.name not in self._known]
        if only_here:
            return f'the name "{only_here[0]}" of @{self._listed[only_here[0]]}'
        hits = owner_hits(self._loser, match.owner, self._loser.lexicon.find(item.title, item.text))
        outcome = evaluate(compiled, hits, item)
        match outcome:
            case NotFound(clause=clause):
                return f"the clause {clause}"
            case Stopped(clause=clause, quote=quote):
                return f"{clause}: “{quote}”" if quote else clause
            case Held():
                return "another reading of the item"


def cause_of(gainer: RuleBook, loser: RuleBook, match: RuleMatch, item: ItemText) -> str:
    """Return which name or clause made ``match`` hold in one book and not in the other, in words."""
    return Causes(gainer, loser).of(match, item)


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
        elif _listed(one) != _listed(other) and describe_entity(one) != describe_entity(other):
            yield id_, [f"@{id_}: {line}" for line in _name_lines(one, other)]


def _listed(entity: Entity) -> tuple[object, ...]:
    """Return what of an entity can decide a match, as it stands: compared sooner than ``describe_entity`` is made."""
    return entity.owner, entity.names, entity.not_in


def _name_lines(one: Entity, other: Entity) -> list[str]:
    before, after = {name.text: name for name in one.names}, {name.text: name for name in other.names}
    lines = [f'name "{text}" added' for text in after if text not in before]
    lines += [f'name "{text}" removed' for text in before if text not in after]
    lines += [f'only_with of "{text}" changed' for text in after if text in before and before[text] != after[text]]
    if set(one.not_in) != set(other.not_in):
        lines.append("not_in changed")
    return lines or ["declared elsewhere"]


def _changed_spellings(old: RuleBook, new: RuleBook, changed: Collection[str]) -> frozenset[str]:
    """Return the names and wider phrases of changed entities that the two books do not have alike."""
    before, after = (_spellings(book, changed) for book in (old, new))
    return frozenset(text for text, _ in before ^ after)


def _spellings(book: RuleBook, ids: Collection[str]) -> set[tuple[str, tuple[object, ...]]]:
    """Return every text that entities list, with what decides its meaning there."""
    listed = [entity for entity in book.entities if entity.id in ids]
    names = {(name.text, (one.id, one.owner, name.only_with)) for one in listed for name in one.names}
    return names | {(phrase, (one.id, one.owner, "not_in")) for one in listed for phrase in one.not_in}


def _touched(book: RuleBook, changed: Collection[str], spellings: Collection[str]) -> set[str]:
    """Return the changed entities and those with a name inside a changed spelling: it hides them."""
    folded = [fold_term(spelling) for spelling in sorted(spellings)]
    # Necessary for a name to stand inside, and cheap to ask; the search itself is asked of those few.
    inside = {
        name.text
        for entity in book.entities
        for name in entity.names
        if entity.id not in changed
        and any(pattern.text in text for pattern in patterns_of(name.text) for text in folded)
    }
    inner = compile_lexicon((), sorted(inside))
    hidden = {phrase for spelling in spellings for phrase in inner.find(spelling, "").phrases}
    known = {entity.id for entity in book.entities}
    others = {entity.id for entity in book.entities if any(name.text in hidden for name in entity.names)}
    return (set(changed) & known) | others


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
