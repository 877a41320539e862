"""Turn rule files into one rule book: one lexicon for all names and phrases, rules indexed by what they require."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, auto

from monitor.matching.lexicon import Lexicon, compile_lexicon
from monitor.matching.terms import Entity, Name
from monitor.records import Field, Problem, Send, Severity, Source
from monitor.rules.checks import CHECKS
from monitor.rules.codes import ABSENCES
from monitor.rules.declared import Clause, Filters, Mute, Near, Rule, RuleFile, Term, Tune
from monitor.rules.index import RuleIndex, index_rules
from monitor.rules.library import Library, build_library

MEANING = "2"
"""Part of every version: raised when the same files would match differently, so that items are assessed again."""


class Purpose(Enum):
    """What a rule book is compiled for."""

    CHECKING = auto()
    """To match, with every problem and warning."""
    MATCHING = auto()
    """To match, with the errors alone."""
    NARROWING = auto()
    """To be compared, or cut down by ``narrow``: it finds nothing by itself, has no version and the errors alone."""


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
    pair: tuple[frozenset[str], frozenset[str]] | None = field(init=False)
    """What the clauses look for if there are two of them."""

    def __post_init__(self) -> None:
        """Make a pair of two clauses."""
        pair = (self.clauses[0].atoms, self.clauses[1].atoms) if len(self.clauses) == 2 else None
        object.__setattr__(self, "pair", pair)


READS_BOTH, READS_TITLE, READS_BODY, READS_BODY_FIRST = range(4)
"""The fields a rule looks in, in the order in which it does."""
_READS = {
    (Field.TITLE, Field.BODY): READS_BOTH,
    (Field.TITLE,): READS_TITLE,
    (Field.BODY,): READS_BODY,
    (Field.BODY, Field.TITLE): READS_BODY_FIRST,
}


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
    has_filters: bool = field(init=False)
    has_conditions: bool = field(init=False)
    """Whether something besides ``none`` can stop it."""
    can_stop: bool = field(init=False)
    """Whether anything can stop it."""
    watched: frozenset[str] = field(init=False)
    """The atoms of the entities it requires."""
    reads: int = field(init=False)
    """One of ``READS_BOTH`` and the others."""
    says: tuple[str, str, str, Severity, Send] = field(init=False)
    adds: tuple[timedelta | None, Source] = field(init=False)
    """With ``says``, what every match repeats: the arguments of ``RuleMatch`` before and after what was found."""

    def __post_init__(self) -> None:
        """Find out what need not be asked for every item."""
        rule = self.rule
        object.__setattr__(self, "has_filters", rule.filters != Filters())
        conditions = (self.has_filters, rule.min_score, rule.expires, rule.send is Send.OFF)
        object.__setattr__(self, "has_conditions", any(conditions))
        object.__setattr__(self, "can_stop", self.has_conditions or bool(self.none))
        atoms = (atom for wanted in self.required for atom in wanted.atoms)
        object.__setattr__(self, "says", (rule.owner, rule.id, rule.title, rule.severity, rule.send))
        object.__setattr__(self, "adds", (rule.throttle, rule.declared_at))
        object.__setattr__(self, "reads", _READS[rule.fields])
        object.__setattr__(self, "watched", frozenset(atom for atom in atoms if atom.startswith("@")))


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
    index: RuleIndex
    private: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By owner: the entities only that owner's file declares."""


def compile_rules(
    files: Sequence[RuleFile],
    topics: Collection[str] | None,
    today: date | None = None,
    *,
    analysts: Collection[str] | None = None,
    purpose: Purpose = Purpose.CHECKING,
) -> RuleBook:
    """Return the rule book of ``files``. Never raises.

    What the ``purpose`` does not need is left out; it is most of the work.

    ``topics``, ``analysts`` and ``today`` serve the checks alone; what is None is not checked. What an error touches is
    left out as narrowly as is safe: an unknown reference from the list it stands in, a rule when one of its required
    clauses has nothing left to search for or when reading it found an error.
    """
    is_part = purpose is Purpose.NARROWING
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
        lexicon=compile_lexicon((), ()) if is_part else compile_lexicon(entities, sorted(_phrases(rules, mutes))),
        problems=_problems(library, _every_check() if purpose is Purpose.CHECKING else CHECKS),
        version="" if is_part else _version(entities, rules),
        index=index_rules(() if is_part else rules),
        private=_private(library),
    )


def _every_check() -> tuple[Callable[[Library], Iterator[Problem]], ...]:
    # Warnings are many and their tables large; nothing but a check asks for them.
    from monitor.rules.lint import LINTS
    from monitor.rules.usefulness import USEFULNESS_LINTS

    return (*CHECKS, *LINTS, *USEFULNESS_LINTS)


def _problems(library: Library, checks: Sequence[Callable[[Library], Iterator[Problem]]]) -> tuple[Problem, ...]:
    """Return the problems of every file, and what every check and lint finds in all of them, sorted by place.

    Of files with unreadable lines, nothing is said to be missing: it may stand on one of those lines.
    """
    unreadable = {file.path for file in library.files if file.is_unreadable}
    together = {problem for check in checks for problem in check(library)}
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
    wanting = _Wanting(library)
    for tune in library.tunes:
        if tune.is_sound:
            wanted = tuple(wanting((term,)) for term in tune.also_none)
            key = (tune.owner, tune.target)
            first.setdefault(key, CompiledTune(tune, tuple(one for one in wanted if one.atoms)))
    return tuple(first.values())


def _compile_all(library: Library, tunes: Sequence[CompiledTune]) -> Iterator[CompiledRule]:
    seen: set[str] = set()
    wanting = _Wanting(library)
    for rule in library.rules:
        if not rule.is_sound or rule.full_id in seen:
            continue
        every = tuple(wanting(clause.terms) for clause in rule.all)
        near = tuple(_wanted_near(wanting, one) for one in rule.near)
        compiled = CompiledRule(
            rule=rule,
            all=every,
            near=near,
            none=tuple(wanting((term,)) for term in rule.none),
            required=(*every, *(wanted for one in near for wanted in one.clauses)),
            tunes=tuple(made for made in tunes if made.tune.target == rule.full_id and made.tune.owner != rule.owner),
        )
        if all(wanted.atoms for wanted in compiled.required):
            seen.add(rule.full_id)
            yield compiled


def _compile_mutes(library: Library) -> Iterator[CompiledMute]:
    wanting = _Wanting(library)
    for mute in library.mutes:
        terms = [] if mute.entity is None else [(mute.entity,)]
        clauses = tuple(wanting(clause) for clause in (*terms, *(clause.terms for clause in mute.clauses)))
        if mute.is_sound and clauses and all(clause.atoms for clause in clauses):
            yield CompiledMute(mute, clauses)


def _wanted_near(wanting: _Wanting, near: Near) -> WantedNear:
    written = f"within {near.words} words" if near.words else "within one sentence"
    return WantedNear(written, tuple(wanting(clause.terms) for clause in near.clauses), near.words)


class _Wanting:
    """Looks up what clauses look for; equal sets of atoms become one, since matching compares them all the time."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[frozenset[str], frozenset[str]] = {}

    def __call__(self, terms: Sequence[Term]) -> Wanted:
        atoms = self._library.all_atoms(terms)
        return Wanted(str(Clause(tuple(terms), terms[0].where)), self._known.setdefault(atoms, atoms))


def _phrases(rules: Sequence[CompiledRule], mutes: Sequence[CompiledMute]) -> set[str]:
    wanted = [one for compiled in rules for one in (*compiled.required, *compiled.none)]
    wanted += [one for compiled in rules for made in compiled.tunes for one in made.also_none]
    wanted += [clause for compiled in mutes for clause in compiled.clauses]
    return {atom for one in wanted for atom in one.atoms if not atom.startswith("@")}


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
