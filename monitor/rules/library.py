"""All rule files together: every id once, and what a term stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from monitor.records import Source
from monitor.rules.declared import EntitySet, Mute, Rule, RuleFile, Term, Tune, WatchedEntity, WordGroup


class Kind(StrEnum):
    """What an id after ``@`` can name."""

    ENTITY = "entity"
    SET = "set"
    WORDS = "words"


Named = WatchedEntity | EntitySet | WordGroup


@dataclass(frozen=True, slots=True)
class Declaration:
    """One entry of a file that ``@id`` may point to."""

    kind: Kind
    entry: Named

    @property
    def where(self) -> Source:
        """Return the place of its header."""
        return self.entry.declared_at


@dataclass(frozen=True, slots=True)
class Reference:
    """One place where an id is used, and the kinds of entry it may name there."""

    id: str
    where: Source
    allowed: tuple[Kind, ...] = (Kind.ENTITY, Kind.SET, Kind.WORDS)
    prefix: str = "@"
    """How the id is written there: with ``@`` or bare."""


@dataclass(frozen=True, slots=True)
class Library:
    """The files, and what the rest of the workspace says of them (None where nobody knows)."""

    files: tuple[RuleFile, ...]
    topics: frozenset[str] | None = None
    analysts: frozenset[str] | None = None
    today: date | None = None
    declarations: Mapping[str, tuple[Declaration, ...]] = field(default_factory=dict)
    """Of every id, in file order; only the first of several is used."""
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of every entity id: those that are ``part_of`` it, directly."""

    @property
    def rules(self) -> Iterator[Rule]:
        """Iterate over every rule, unsound ones included."""
        return (rule for file in self.files for rule in file.rules)

    @property
    def tunes(self) -> Iterator[Tune]:
        """Iterate over every tune, unsound ones included."""
        return (tune for file in self.files for tune in file.tunes)

    @property
    def mutes(self) -> Iterator[Mute]:
        """Iterate over every mute, unsound ones included."""
        return (mute for file in self.files for mute in file.mutes)

    @property
    def references(self) -> Iterator[Reference]:
        """Iterate over every use of an id."""
        for file in self.files:
            for set_ in file.sets:
                for member in set_.members:
                    yield Reference(member.text, member.where, (Kind.ENTITY, Kind.SET), prefix="")
            for entity in file.entities:
                if entity.part_of is not None:
                    yield Reference(entity.part_of.text, entity.part_of.where, (Kind.ENTITY,), prefix="")
            for mute in file.mutes:
                if mute.entity is not None:
                    yield Reference(mute.entity.text[1:], mute.entity.where, (Kind.ENTITY, Kind.SET), prefix="")
                yield from _in_terms(term for clause in mute.clauses for term in clause.terms)
            for rule in file.rules:
                yield from _in_terms(rule.terms)
            for tune in file.tunes:
                yield from _in_terms(iter(tune.also_none))

    def atoms(self, term: Term) -> frozenset[str]:
        """Return what a term searches for: ``@id`` of entities, parts included, and phrases as written.

        Empty for a reference to nothing.
        """
        if term.reference is None:
            return frozenset({term.text})
        found: set[str] = set()
        waiting = [term.reference]
        seen: set[str] = set()
        while waiting:
            id_ = waiting.pop()
            if id_ in seen or id_ not in self.declarations:
                continue
            seen.add(id_)
            match self.declarations[id_][0].entry:
                case WatchedEntity():
                    found.add(f"@{id_}")
                    waiting.extend(self.parts.get(id_, ()))
                case EntitySet(members=members):
                    waiting.extend(member.text for member in members)
                case WordGroup(terms=terms):
                    found.update(word.text for word in terms)
        return frozenset(found)

    def all_atoms(self, terms: Sequence[Term]) -> frozenset[str]:
        """Return what any of ``terms`` searches for."""
        return frozenset[str]().union(*(self.atoms(term) for term in terms))

    def spellings(self, term: Term) -> tuple[str, ...]:
        """Return every text that ``term`` can be found by."""
        found: list[str] = []
        for atom in sorted(self.atoms(term)):
            entry = self.declarations[atom[1:]][0].entry if atom.startswith("@") else None
            found.extend([name.text for name in entry.names] if isinstance(entry, WatchedEntity) else [atom])
        return tuple(found)


def build_library(
    files: Sequence[RuleFile],
    topics: Collection[str] | None,
    analysts: Collection[str] | None,
    today: date | None,
) -> Library:
    """Return the files with an index of their ids.

    Shared files come first, then by path, so that a duplicate in an analyst's file never displaces the watchlist's.
    """
    ordered = tuple(sorted(files, key=lambda file: (file.owner is not None, file.path)))
    declarations: dict[str, tuple[Declaration, ...]] = {}
    parts: dict[str, tuple[str, ...]] = {}
    for file in ordered:
        kinds = ((Kind.ENTITY, file.entities), (Kind.SET, file.sets), (Kind.WORDS, file.words))
        for kind, entries in kinds:
            for entry in entries:
                declarations[entry.id] = (*declarations.get(entry.id, ()), Declaration(kind, entry))
        for entity in file.entities:
            if entity.part_of is not None:
                parts[entity.part_of.text] = (*parts.get(entity.part_of.text, ()), entity.id)
    return Library(
        files=ordered,
        topics=None if topics is None else frozenset(topics),
        analysts=None if analysts is None else frozenset(analysts),
        today=today,
        declarations=declarations,
        parts=parts,
    )


def _in_terms(terms: Iterator[Term]) -> Iterator[Reference]:
    for term in terms:
        if term.reference is not None:
            yield Reference(term.reference, term.where)
