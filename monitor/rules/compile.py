"""Turn rule files into one rule book: one lexicon for all names and phrases, rules indexed by what they require."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from monitor.matching.lexicon import Lexicon, compile_lexicon
from monitor.matching.terms import Entity, Name
from monitor.records import Problem
from monitor.rules.checks import CHECKS
from monitor.rules.codes import ABSENCES
from monitor.rules.declared import Clause, Mute, Near, Rule, RuleFile, Term, Tune
from monitor.rules.library import Library, build_library
from monitor.rules.lint import LINTS
from monitor.rules.usefulness import USEFULNESS_LINTS

MEANING = "1"
"""Part of every version: raised when the same files would match differently, so that items are assessed again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one clause looks for: ``@id`` of entities and phrases, any one of which is enough."""

    written: str
    atoms: frozenset[str]


@dataclass(frozen=True, slots=True)
class WantedNear:
    """Clauses that must hold close together."""

    written: str
    clauses: tuple[Wanted, ...]
    words: int | None


@dataclass(frozen=True, slots=True)
class CompiledTune:
    """A tune whose terms are looked up."""

    tune: Tune
    also_none: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule whose terms are looked up, and the tunes others made of it."""

    rule: Rule
    all: tuple[Wanted, ...]
    near: tuple[WantedNear, ...]
    none: tuple[Wanted, ...]
    required: tuple[Wanted, ...]
    """Every clause that must be found, those of ``near`` included."""
    tunes: tuple[CompiledTune, ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledMute:
    """A mute whose terms are looked up; the entity is the first clause."""

    mute: Mute
    clauses: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """All rule files, ready to match. Build it with ``compile_rules``."""

    rules: tuple[CompiledRule, ...]
    mutes: tuple[CompiledMute, ...]
    tunes: Mapping[tuple[str, str], Tune]
    """By (analyst, full rule id)."""
    entities: tuple[Entity, ...]
    lexicon: Lexicon
    problems: tuple[Problem, ...]
    """Of every file, by itself and together with the others, sorted by place."""
    version: str
    """Hash of everything that decides a match; comments, examples and places do not change it."""
    index: Mapping[str, tuple[int, ...]]
    """From an atom to the rules that may hold where it is found: positions in ``rules``."""
    private: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By owner: the entities only that owner's file declares."""

    def candidates(self, atoms: Collection[str]) -> list[CompiledRule]:
        """Return the rules whose rarest clause is among ``atoms``, in book order."""
        numbers = {number for atom in atoms if atom in self.index for number in self.index[atom]}
        return [self.rules[number] for number in sorted(numbers)]


def compile_rules(
    files: Sequence[RuleFile],
    topics: Collection[str] | None,
    today: date | None = None,
    *,
    analysts: Collection[str] | None = None,
) -> RuleBook:
    """Return the rule book of ``files``. Never raises.

    ``topics``, ``analysts`` and ``today`` serve the checks alone; what is None is not checked. What an error touches is
    left out as narrowly as is safe: an unknown reference from the list it stands in, a rule when one of its required
    clauses has nothing left to search for or when reading it found an error.
    """
    library = build_library(files, topics, analysts, today)
    tunes = _compile_tunes(library)
    rules = tuple(_compile_all(library, tunes))
    mutes = tuple(_compile_mutes(library))
    entities = tuple(_entities(library))
    return RuleBook(
        rules=rules,
        mutes=mutes,
        tunes={(made.tune.owner, made.tune.target): made.tune for made in tunes},
        entities=entities,
        lexicon=compile_lexicon(entities, sorted(_phrases(rules, mutes))),
        problems=find_problems(library),
        version=_version(entities, rules),
        index=index_rules(rules),
        private=_private(library),
    )


def find_problems(library: Library) -> tuple[Problem, ...]:
    """Return the problems of every file, and what every check and lint finds in all of them, sorted by place.

    Of files with unreadable lines, nothing is said to be missing: it may stand on one of those lines.
    """
    unreadable = {file.path for file in library.files if file.is_unreadable}
    together = {problem for check in (*CHECKS, *LINTS, *USEFULNESS_LINTS) for problem in check(library)}
    kept = [one for one in together if one.where.path not in unreadable or one.code not in ABSENCES]
    return tuple(sorted({*kept, *(problem for file in library.files for problem in file.problems)}))


def _entities(library: Library) -> Iterator[Entity]:
    for file in library.files:
        for entity in file.entities:
            yield Entity(
                id=entity.id,
                name=entity.name,
                kind=entity.kind,
                names=tuple(Name(name.text, tuple(term.text for term in name.only_with)) for name in entity.names),
                not_in=tuple(term.text for term in entity.not_in),
                part_of=entity.part_of.text if entity.part_of else None,
                owner=file.owner,
                declared_at=entity.declared_at,
            )


def _private(library: Library) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for file in library.files:
        if file.owner is not None and file.entities:
            found[file.owner] = found.get(file.owner, frozenset()) | {entity.id for entity in file.entities}
    return found


def _compile_tunes(library: Library) -> tuple[CompiledTune, ...]:
    first: dict[tuple[str, str], CompiledTune] = {}
    for tune in library.tunes:
        if tune.is_sound:
            wanted = tuple(_wanted(library, (term,)) for term in tune.also_none)
            key = (tune.owner, tune.target)
            first.setdefault(key, CompiledTune(tune, tuple(one for one in wanted if one.atoms)))
    return tuple(first.values())


def _compile_all(library: Library, tunes: Sequence[CompiledTune]) -> Iterator[CompiledRule]:
    seen: set[str] = set()
    for rule in library.rules:
        if not rule.is_sound or rule.full_id in seen:
            continue
        every = tuple(_wanted(library, clause.terms) for clause in rule.all)
        near = tuple(_wanted_near(library, one) for one in rule.near)
        compiled = CompiledRule(
            rule=rule,
            all=every,
            near=near,
            none=tuple(_wanted(library, (term,)) for term in rule.none),
            required=(*every, *(wanted for one in near for wanted in one.clauses)),
            tunes=tuple(made for made in tunes if made.tune.target == rule.full_id and made.tune.owner != rule.owner),
        )
        if all(wanted.atoms for wanted in compiled.required):
            seen.add(rule.full_id)
            yield compiled


def _compile_mutes(library: Library) -> Iterator[CompiledMute]:
    for mute in library.mutes:
        terms = [] if mute.entity is None else [(mute.entity,)]
        clauses = tuple(_wanted(library, clause) for clause in (*terms, *(clause.terms for clause in mute.clauses)))
        if mute.is_sound and clauses and all(clause.atoms for clause in clauses):
            yield CompiledMute(mute, clauses)


def _wanted_near(library: Library, near: Near) -> WantedNear:
    written = f"within {near.words} words" if near.words else "within one sentence"
    return WantedNear(written, tuple(_wanted(library, clause.terms) for clause in near.clauses), near.words)


def _wanted(library: Library, terms: Sequence[Term]) -> Wanted:
    return Wanted(str(Clause(tuple(terms), terms[0].where)), library.all_atoms(terms))


def _phrases(rules: Sequence[CompiledRule], mutes: Sequence[CompiledMute]) -> set[str]:
    wanted = [one for compiled in rules for one in (*compiled.required, *compiled.none)]
    wanted += [one for compiled in rules for made in compiled.tunes for one in made.also_none]
    wanted += [clause for compiled in mutes for clause in compiled.clauses]
    return {atom for one in wanted for atom in one.atoms if not atom.startswith("@")}


def index_rules(rules: Sequence[CompiledRule]) -> dict[str, tuple[int, ...]]:
    """Return, by atom, the positions of the rules that may hold where it is found."""
    index: dict[str, list[int]] = {}
    for number, compiled in enumerate(rules):
        # Every clause must hold, so a rule need only be looked at where its rarest one is found.
        rarest = min(compiled.required, key=_commonness)
        for atom in rarest.atoms:
            index.setdefault(atom, []).append(number)
    return {atom: tuple(numbers) for atom, numbers in index.items()}


def _commonness(wanted: Wanted) -> int:
    """Guess how often a clause is found: single words stand in far more items than names and longer phrases."""
    return sum(1 if atom.startswith("@") or " " in atom else 5 for atom in wanted.atoms)


def _version(entities: Sequence[Entity], rules: Sequence[CompiledRule]) -> str:
    names = sorted(describe_entity(entity) for entity in entities)
    written = [MEANING, names, sorted(describe_rule(compiled) for compiled in rules)]
    return hashlib.sha256(json.dumps(written, ensure_ascii=True, default=str).encode()).hexdigest()


def describe_entity(entity: Entity) -> list[str]:
    """Return everything of an entity that decides its matches, to compare two versions of it."""
    names = sorted([name.text, *sorted(name.only_with)] for name in entity.names)
    return [entity.id, entity.owner or "", json.dumps([names, sorted(entity.not_in)])]


def describe_rule(compiled: CompiledRule) -> list[str]:
    """Return everything of a rule that decides its matches, to compare two versions of it."""
    rule = compiled.rule
    parts: list[object] = [
        rule.full_id,
        rule.title,
        [rule.severity.label, rule.send.value, [field.value for field in rule.fields]],
        [sorted(wanted.atoms) for wanted in compiled.all],
        [[near.words, [sorted(wanted.atoms) for wanted in near.clauses]] for near in compiled.near],
        sorted(sorted(wanted.atoms) for wanted in compiled.none),
        sorted([bound.topic, bound.least] for bound in rule.min_score),
        repr(rule.filters),
        [str(rule.throttle), str(rule.expires)],
        sorted(_described_tune(made) for made in compiled.tunes),
    ]
    return [json.dumps(part) for part in parts]


def _described_tune(made: CompiledTune) -> list[str]:
    tune = made.tune
    bounds = sorted([bound.topic, str(bound.least)] for bound in tune.min_score)
    asks = [str(tune.send), str(tune.severity), str(tune.throttle)]
    none = sorted(sorted(wanted.atoms) for wanted in made.also_none)
    return [tune.owner, *asks, json.dumps(bounds), json.dumps(none)]
