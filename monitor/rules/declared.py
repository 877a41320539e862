"""What rule files declare, as written: names, rules, tunes and mutes, with the place of all that messages cite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from monitor.records import Field, Problem, Send, Severity, Source


@dataclass(frozen=True, slots=True)
class Term:
    """``@entity``, ``@set``, ``@words``, a phrase, or a word or phrase ending in ``*``."""

    text: str
    where: Source

    @property
    def reference(self) -> str | None:
        """Return the id behind the ``@``, None for a phrase."""
        return self.text[1:] if self.text.startswith("@") else None


@dataclass(frozen=True, slots=True)
class Clause:
    """One line of ``all``: any one of its terms is enough."""

    terms: tuple[Term, ...]
    where: Source

    def __str__(self) -> str:
        written = ", ".join(f'"{term.text}"' for term in self.terms)
        return written if len(self.terms) == 1 else f"[{written}]"


@dataclass(frozen=True, slots=True)
class Near:
    """Clauses that must be found close together in one field: within ``words`` words, or (None) in one sentence."""

    clauses: tuple[Clause, ...]
    words: int | None
    where: Source


@dataclass(frozen=True, slots=True)
class Bound:
    """One topic of ``min_score`` and the score it must reach."""

    topic: str
    least: float
    where: Source


@dataclass(frozen=True, slots=True)
class Filters:
    """Which items a rule looks at; an empty filter lets everything through. Names are case-folded, dates UTC days."""

    langs: tuple[str, ...] = ()
    not_langs: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    not_sources: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    not_stances: tuple[str, ...] = ()
    max_age: timedelta | None = None
    after: date | None = None
    """The first day it looks at."""
    before: date | None = None
    """The first day it no longer looks at."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text that must match its rule, or must not."""

    is_match: bool
    text: str
    declared_at: Source
    title: str = ""
    lang: str | None = None
    source: str | None = None
    stance: str | None = None
    published_at: datetime | None = None
    scores: tuple[Bound, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as its owner wrote it."""

    id: str
    owner: str
    title: str
    declared_at: Source
    severity: Severity = Severity.MEDIUM
    send: Send = Send.DIGEST
    fields: tuple[Field, ...] = (Field.TITLE, Field.BODY)
    """Where ``all``, ``none`` and ``near`` look."""
    all: tuple[Clause, ...] = ()
    none: tuple[Term, ...] = ()
    near: tuple[Near, ...] = ()
    min_score: tuple[Bound, ...] = ()
    filters: Filters = field(default_factory=Filters)
    throttle: timedelta | None = None
    expires: date | None = None
    """The last day it is in force."""
    false_alarms: str = ""
    examples: tuple[Example, ...] = ()
    is_sound: bool = True
    """False if an error was found in it: it is checked further, and not used."""
    places: Mapping[str, Source] = field(default_factory=dict)
    """Of the values, by key."""

    @property
    def full_id(self) -> str:
        """Return ``owner/rule``."""
        return f"{self.owner}/{self.id}"

    @property
    def required(self) -> Iterator[Clause]:
        """Iterate over every clause that must be found, those of ``near`` included."""
        yield from self.all
        for near in self.near:
            yield from near.clauses

    @property
    def terms(self) -> Iterator[Term]:
        """Iterate over every term, those of ``none`` included."""
        for clause in self.required:
            yield from clause.terms
        yield from self.none

    def place(self, key: str) -> Source:
        """Return where the value of ``key`` stands, else where the rule does."""
        return self.places.get(key, self.declared_at)


@dataclass(frozen=True, slots=True)
class Tune:
    """Somebody else's rule as the owner of this file wants it; what is None stays as it was."""

    owner: str
    target: str
    """The full id of the rule, ``owner/rule``."""
    declared_at: Source
    send: Send | None = None
    severity: Severity | None = None
    min_score: tuple[Bound, ...] = ()
    throttle: timedelta | None = None
    also_none: tuple[Term, ...] = ()
    is_sound: bool = True
    """False if an error was found in it: it is checked further, and not used."""
    places: Mapping[str, Source] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Return whether it changes nothing."""
        asks = (self.send, self.severity, self.throttle)
        return not (self.min_score or self.also_none) and all(value is None for value in asks)

    def place(self, key: str) -> Source:
        """Return where the value of ``key`` stands, else where the tune does."""
        return self.places.get(key, self.declared_at)


@dataclass(frozen=True, slots=True)
class Mute:
    """A subject its owner does not want to hear of: the entity, and every line of ``clauses``, until that day's end."""

    id: str
    owner: str
    until: date | None
    declared_at: Source
    entity: Term | None = None
    clauses: tuple[Clause, ...] = ()
    why: str = ""
    is_sound: bool = True
    """False if an error was found in it: it is checked further, and not used."""
    places: Mapping[str, Source] = field(default_factory=dict)

    @property
    def terms(self) -> Iterator[Term]:
        """Iterate over its terms, the entity first."""
        if self.entity is not None:
            yield self.entity
        for clause in self.clauses:
            yield from clause.terms

    def place(self, key: str) -> Source:
        """Return where the value of ``key`` stands, else where the mute does."""
        return self.places.get(key, self.declared_at)


@dataclass(frozen=True, slots=True)
class ListedName:
    """One accepted spelling; with ``only_with``, only in an item that also holds one of those words."""

    text: str
    where: Source
    only_with: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchedEntity:
    """An entity with every accepted spelling."""

    id: str
    name: str
    kind: str
    declared_at: Source
    names: tuple[ListedName, ...] = ()
    not_in: tuple[Term, ...] = ()
    part_of: Term | None = None
    """The parent's id, without ``@``."""


@dataclass(frozen=True, slots=True)
class EntitySet:
    """A name for several entities or sets; ``members`` are ids, without ``@``."""

    id: str
    declared_at: Source
    members: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class WordGroup:
    """Words used by many rules, all forms listed."""

    id: str
    declared_at: Source
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One file of ``rules/``: what it declares, and every problem that shows without the other files.

    ``owner`` is None for a file that all share, like the watchlist.
    """

    path: str
    owner: str | None = None
    owner_at: Source | None = None
    entities: tuple[WatchedEntity, ...] = ()
    sets: tuple[EntitySet, ...] = ()
    words: tuple[WordGroup, ...] = ()
    rules: tuple[Rule, ...] = ()
    tunes: tuple[Tune, ...] = ()
    mutes: tuple[Mute, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_broken(self) -> bool:
        """Return whether a problem forbids its use."""
        return any(problem.is_error for problem in self.problems)

    @property
    def is_unreadable(self) -> bool:
        """Return whether lines of it could not be read as TOML."""
        return any(problem.code.startswith("T") for problem in self.problems)
