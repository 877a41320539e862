"""What was found in one item, and where, as the evaluation of rules asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from monitor.matching.near import near_hits
from monitor.records import Evidence, Field, Mention
from monitor.rules.compile import CompiledRule, Wanted, WantedNear

MAX_EVIDENCE = 20
"""Passages kept per clause, the first ones: they prove the match, the item itself shows the rest."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Everything found in one item, by atom: ``@id`` of entities and phrases as written."""

    evidence: Mapping[str, tuple[Evidence, ...]]
    atoms: frozenset[str]
    """The keys of ``evidence``."""
    _places: list[Places] = field(default_factory=list, repr=False, compare=False)
    """One, as soon as it is asked for."""

    @classmethod
    def of(cls, mentions: Iterable[Mention], phrases: Mapping[str, tuple[Evidence, ...]]) -> Hits:
        """Collect mentions and phrases."""
        named: dict[str, list[Evidence]] = {}
        for mention in mentions:
            atom = f"@{mention.entity}"
            if atom in named:
                named[atom].append(mention.evidence)
            else:
                named[atom] = [mention.evidence]
        evidence = {**phrases, **{atom: tuple(hits) for atom, hits in named.items()}}
        return cls(evidence, frozenset(evidence))

    @property
    def places(self) -> Places:
        """Return the places of all hits."""
        if not self._places:
            self._places.append(Places(self.evidence))
        return self._places[0]

    def of_clause(self, wanted: Wanted, fields: Sequence[Field] = tuple(Field)) -> tuple[Evidence, ...]:
        """Return the passages that fulfil a clause, in reading order."""
        return self.places.passages(wanted, tuple(fields))


class Places:
    """The places hit in an item, numbered in reading order, the title's first; sets of them are the bits of an integer.

    Many rules ask for the same clauses of one item, so that answers are remembered.
    """

    def __init__(self, evidence: Mapping[str, tuple[Evidence, ...]]) -> None:
        found = [
            (hit.field is Field.BODY, hit.start, hit.end, hit.name, atom, hit)
            for atom, hits in evidence.items()
            for hit in hits
        ]
        found.sort(key=_rank)
        self._hits: list[list[tuple[str, Evidence]]] = []
        self._of_atom: dict[str, int] = dict.fromkeys(evidence, 0)
        self._in_title = 0
        self._shared = 0
        """Where several atoms hit."""
        self._numbers: dict[tuple[bool, int, int], int] = {}
        for in_body, start, end, _, atom, hit in found:
            place = (in_body, start, end)
            if place in self._numbers:
                self._hits[-1].append((atom, hit))
                bit = self._numbers[place]
                self._shared |= bit
            else:
                bit = self._numbers[place] = 1 << len(self._hits)
                self._hits.append([(atom, hit)])
                if not in_body:
                    self._in_title |= bit
            self._of_atom[atom] |= bit
        self._entities = [(atom, own) for atom, own in self._of_atom.items() if atom.startswith("@")]
        self._anywhere: dict[frozenset[str], int] = {}
        self._near: dict[tuple[bool, int | None, tuple[int, ...]], int] = {}
        self._shown: dict[int, tuple[Evidence, ...]] = {}

    def of(self, wanted: Wanted, fields: Sequence[Field]) -> int:
        """Return where a clause is fulfilled."""
        atoms = wanted.atoms
        known = self._anywhere.get(atoms)
        if known is None:
            known = 0
            for atom in atoms & self._of_atom.keys():
                known |= self._of_atom[atom]
            self._anywhere[atoms] = known
        if len(fields) > 1:
            return known
        return known & self._in_title if fields[0] is Field.TITLE else known & ~self._in_title

    def passages(self, wanted: Wanted, fields: Sequence[Field]) -> tuple[Evidence, ...]:
        """Return the passages that fulfil a clause, in reading order, one for each place."""
        return tuple(_chosen(self._hits[place], wanted.atoms) for place in _numbers(self.of(wanted, fields)))

    def near(self, near: WantedNear, field: Field, text: str) -> int:
        """Return places of every clause that stand near one another in a field; 0 if there are none."""
        fields = (field,)
        groups = tuple([self.of(wanted, fields) for wanted in near.clauses])
        if not all(groups):
            return 0
        in_body = field is Field.BODY
        key = (in_body, near.words, groups)
        known = self._near.get(key)
        if known is None:
            passages = [[self._hits[place][0][1] for place in _numbers(group)] for group in groups]
            known = 0
            for hit in near_hits(text, passages, near.words, near.words is None) or ():
                known |= self._numbers[in_body, hit.start, hit.end]
            self._near[key] = known
        return known

    def first_of(self, places: int) -> int:
        """Return the first ``MAX_EVIDENCE`` of some places."""
        if len(self._hits) <= MAX_EVIDENCE or places.bit_count() <= MAX_EVIDENCE:
            return places
        return sum(1 << place for place in islice(_numbers(places), MAX_EVIDENCE))

    def shown(self, places: int, compiled: CompiledRule) -> tuple[Evidence, ...]:
        """Return one passage for each place; found by a name and by a phrase, it is shown as the name."""
        if places & self._shared:
            atoms = frozenset[str]().union(*(wanted.atoms for wanted in compiled.required))
            return tuple(_chosen(self._hits[place], atoms) for place in _numbers(places))
        known = self._shown.get(places)
        if known is None:
            known = self._shown[places] = tuple([self._hits[place][0][1] for place in _numbers(places)])
        return known

    def entities(self, places: int, compiled: CompiledRule) -> tuple[str, ...]:
        """Return the ids of the required entities that stand at some of these places, sorted."""
        watched = compiled.watched
        found = [atom[1:] for atom, own in self._entities if own & places and atom in watched]
        return tuple(sorted(found) if len(found) > 1 else found)


def _numbers(places: int) -> Iterator[int]:
    """Iterate over the places of a set, in reading order."""
    if places.bit_count() > 4 * MAX_EVIDENCE:
        yield from (place for place, sign in enumerate(reversed(f"{places:b}")) if sign == "1")
        return
    while places:
        lowest = places & -places
        yield lowest.bit_length() - 1
        places ^= lowest


def _rank(found: tuple[bool, int, int, str, str, Evidence]) -> tuple[bool, int, int, str]:
    return found[:4]


def _chosen(hits: Sequence[tuple[str, Evidence]], atoms: frozenset[str]) -> Evidence:
    wanted = [(atom, hit) for atom, hit in hits if atom in atoms]
    return next((hit for atom, hit in wanted if atom.startswith("@")), wanted[0][1])
