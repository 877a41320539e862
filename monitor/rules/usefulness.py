"""Lints for what is right and does nothing, or not what its author believes: unused, hidden, shadowed, about to end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import timedelta

from monitor.matching.lexicon import compile_lexicon
from monitor.matching.terms import patterns_of
from monitor.records import Problem, Send, Source
from monitor.rules.codes import Code
from monitor.rules.declared import Clause, Filters, ListedName, Rule, RuleFile, Term, WatchedEntity
from monitor.rules.inflections import missing_forms
from monitor.rules.library import Library
from monitor.rules.slips import SLIP_LINTS

SOON = timedelta(days=14)
"""A rule that ends within two weeks is named while somebody can still decide."""
_ORDER = (Send.OFF, Send.RECORD, Send.DIGEST, Send.ALERT)


def lint_unused(library: Library) -> Iterator[Problem]:
    """Find sets and words groups of an analyst's file that nothing uses.

    An entity alone is useful, since its mentions are shown, and what a shared file lists is offered to every desk;
    `monitor rules unused` lists those too.
    """
    used = {reference.id for reference in library.references}
    fix = "use it in a rule, or remove it; is it misspelt in the rule that should use it?"
    for file in library.files:
        if file.owner is None or not file.rules:
            continue
        found = [("set", entry.id, entry.declared_at) for entry in file.sets]
        found += [("words", entry.id, entry.declared_at) for entry in file.words]
        for kind, id_, where in found:
            if id_ not in used:
                yield _warning(where, Code.UNUSED, f'nothing uses [{kind}.{id_}]: no "@{id_}"', fix)


def lint_hidden_names(library: Library) -> Iterator[Problem]:
    """Find names that are never found because an entity's own ``not_in`` swallows them wherever they stand."""
    for file in library.files:
        for entity in (one for one in file.entities if one.not_in):
            swallowing = compile_lexicon((), [name.text for name in entity.names])
            for term in entity.not_in:
                inside = swallowing.find(term.text, "").phrases
                for name in entity.names:
                    if name.text in inside and patterns_of(name.text) == patterns_of(term.text):
                        what = f'"{name.text}" is never found: not_in of [entity.{entity.id}] holds the same words'
                        yield _warning(name.where, Code.HIDDEN_NAME, what, "remove it from one of the two lists")


def lint_hiding_names(library: Library) -> Iterator[Problem]:
    """Find names of an analyst's own entities that take a shorter one from a rule of the same file: the longest wins.

    In shared files longer names are the rule, and `monitor rules diff` shows what one costs.
    """
    for file in library.files:
        if file.owner is None or not file.entities:
            continue
        listed = [term for rule in file.rules for clause in rule.required for term in clause.terms]
        wanted = {atom[1:] for atom in library.all_atoms(listed) if atom.startswith("@")}
        names = {name.text: id_ for id_ in sorted(wanted) for name in _names_of(library, id_)}
        inner = compile_lexicon((), sorted(names))
        for entity in file.entities:
            for name in entity.names:
                inside = {names[text] for text in inner.find(name.text, "").phrases} - {entity.id}
                yield from _hidings(library, file, entity, name, inside)


def _names_of(library: Library, id_: str) -> tuple[ListedName, ...]:
    entry = library.declarations[id_][0].entry
    return entry.names if isinstance(entry, WatchedEntity) else ()


def _hidings(
    library: Library, file: RuleFile, entity: WatchedEntity, name: ListedName, inside: Collection[str]
) -> Iterator[Problem]:
    for id_ in sorted(inside):
        for rule in file.rules:
            clauses = [library.all_atoms(clause.terms) for clause in rule.required]
            if any(f"@{id_}" in atoms and f"@{entity.id}" not in atoms for atoms in clauses):
                what = (
                    f'"{name.text}" hides @{id_} from [rule.{rule.id}]: of a name inside a longer one the longer counts'
                )
                fix = f'add "@{entity.id}" beside "@{id_}" in the rule, or part_of = "{id_}" to [entity.{entity.id}]'
                yield _warning(name.where, Code.HIDES_NAME, what, fix)
                break


def lint_shadowed(library: Library) -> Iterator[Problem]:
    """Find rules that add nothing: another of the same owner holds wherever they do, and sends at least as much."""
    rules = [rule for rule in library.rules if rule.is_sound and rule.send is not Send.OFF]
    atoms = {id(clause): library.all_atoms(clause.terms) for rule in rules for clause in rule.required}
    wide: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        if _is_plain(rule):
            for atom in atoms[id(rule.all[0])]:
                wide[atom].append(rule)
    for rule in rules:
        # A clause lies within another only if each of its atoms does, so one of them finds the candidates.
        some = {min(found) for clause in rule.required if (found := atoms[id(clause)])}
        candidates = {other.full_id: other for atom in some for other in wide.get(atom, ())}
        for other in candidates.values():
            if rule is not other and rule.owner == other.owner and _shadows(other, rule, atoms):
                where = f"{other.declared_at.path}:{other.declared_at.line}"
                what = f"[rule.{rule.id}] adds nothing: [rule.{other.id}] ({where}) holds wherever it does"
                fix = "remove it, ask more of the other one, or give this one a higher severity or send"
                yield _warning(rule.declared_at, Code.SHADOWED, what, fix)
                break


def lint_expires_soon(library: Library) -> Iterator[Problem]:
    """Find rules whose last day is near."""
    for rule in library.rules:
        if library.today is not None and rule.expires is not None:
            left = rule.expires - library.today
            if timedelta(0) <= left <= SOON:
                when = "today" if not left else f"in {left.days} day{'s' if left.days > 1 else ''}"
                what = f"[rule.{rule.id}] is off after {rule.expires}, {when}"
                yield _warning(rule.place("expires"), Code.EXPIRES_SOON, what, "write a later day, or let it end")


def lint_missing_forms(library: Library) -> Iterator[Problem]:
    """Find Urdu and Hindi words listed in one form while the press uses others (their plural and oblique)."""
    for file in library.files:
        for words in file.words:
            yield from _missing_forms(words.terms)
        for rule in file.rules:
            for clause in rule.required:
                yield from _missing_forms(clause.terms)


def _missing_forms(terms: tuple[Term, ...]) -> Iterator[Problem]:
    listed = [term.text for term in terms if term.reference is None]
    for term in terms:
        missing = missing_forms(term.text, listed)
        if missing:
            forms = ", ".join(f'"{form}"' for form in missing)
            what = f'"{term.text}" is listed without its other forms'
            yield _warning(term.where, Code.MISSING_FORM, what, f"add beside it: {forms}")


USEFULNESS_LINTS = (
    lint_unused,
    lint_hidden_names,
    lint_hiding_names,
    lint_shadowed,
    lint_expires_soon,
    lint_missing_forms,
    *SLIP_LINTS,
)


def _is_plain(rule: Rule) -> bool:
    """Return whether nothing but its ``all`` decides a rule."""
    stops = (rule.none, rule.min_score, rule.near, rule.expires)
    return bool(rule.all) and not any(stops) and rule.filters == Filters()


def _shadows(other: Rule, rule: Rule, atoms: dict[int, frozenset[str]]) -> bool:
    """Return whether ``other`` holds wherever ``rule`` does, with at least its severity and way of sending."""
    is_weaker = other.severity < rule.severity or _ORDER.index(other.send) < _ORDER.index(rule.send)
    if is_weaker or not set(rule.fields) <= set(other.fields) or (other.throttle and not rule.throttle):
        return False
    is_twin = _is_covered(rule, other, atoms) and not (rule.none or rule.min_score or rule.near)
    if is_twin and (rule.declared_at.path, rule.declared_at.line) < (other.declared_at.path, other.declared_at.line):
        # Of two alike, the later one is named.
        return False
    return _is_covered(other, rule, atoms)


def _is_covered(wide: Rule, narrow: Rule, atoms: dict[int, frozenset[str]]) -> bool:
    """Return whether every clause of ``wide`` holds wherever some clause of ``narrow`` does."""
    return all(any(_is_within(one, clause, atoms) for one in narrow.required) for clause in wide.all)


def _is_within(inner: Clause, outer: Clause, atoms: dict[int, frozenset[str]]) -> bool:
    found = atoms[id(inner)]
    return bool(found) and found <= atoms[id(outer)]


def _warning(where: Source, code: Code, what: str, fix: str) -> Problem:
    return Problem(where, code, what, fix, is_error=False)
