"""What was found in one item, and where, as the evaluation of rules asks for it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from monitor.matching.near import near_spans
from monitor.matching.spacing import UNITS_PER_WORD, Distances
from monitor.records import Evidence, Field, Mention
from monitor.rules.compile import READS_BOTH, CompiledRule, Wanted, WantedNear
from monitor.text.sentences import sentence_numbers

MAX_EVIDENCE = 20
"""Passages kept per clause, the first ones: they prove the match, the item itself shows the rest."""

_BODY, _TITLE = Field.BODY, Field.TITLE  # Python 3.11 looks members up slowly
_Hit = tuple[bool, int, int, str, str, Evidence]
"""Whether it stands in the body, start, end, name, atom, and the hit itself."""
MAX_REACHED = 200
"""Places in an item up to which those near one another are kept as sets."""
_FEW_PLACES = 1 << 40
"""Sets of lower numbers are few, and asked for again and again."""
_FEW_BITS = 100
"""Up to so many are taken off a set one by one, which costs each time as much as the set is long."""


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
            self._places.append(Places(self.evidence, self.atoms))
        return self._places[0]

    def of_clause(self, wanted: Wanted, fields: Sequence[Field] = tuple(Field)) -> tuple[Evidence, ...]:
        """Return the passages that fulfil a clause, in reading order."""
        return self.places.passages(wanted, tuple(fields))


class Places:
    """The places hit in an item, numbered in reading order, the title's first; sets of them are the bits of an integer.

    Many rules ask for the same clauses of one item, so that answers are remembered.
    """

    def __init__(self, evidence: Mapping[str, tuple[Evidence, ...]], atoms: frozenset[str]) -> None:
        found = sorted(
            [
                (hit.field is _BODY, hit.start, hit.end, hit.name, atom, hit)
                for atom, hits in evidence.items()
                for hit in hits
            ]
        )
        self._hits: list[list[tuple[str, Evidence]]] = []
        self._spans: list[tuple[int, int]] = []
        self._title_places = 0
        self._is_flat = True
        """Whether no place reaches into the next one of its field."""
        of_atom: dict[str, list[int]] = {atom: [] for atom in evidence}
        self._shared = set_of(self._number(found, of_atom))
        """Where several atoms hit."""
        self._in_title = (1 << self._title_places) - 1
        self._in_body = (1 << len(self._hits)) - (1 << self._title_places)
        self._atoms = atoms
        self._of_atom = {
            atom: 1 << numbers[0] if len(numbers) == 1 else set_of(numbers) for atom, numbers in of_atom.items()
        }
        named = sorted([(atom[1:], atom, own) for atom, own in self._of_atom.items() if atom[0] == "@"])
        self._named = named
        self._named_places = 0
        """Where entities stand."""
        for _, _, own in named:
            self._named_places |= own
        self._named_at: dict[int, list[tuple[str, str]]] = {}
        self._anywhere: dict[frozenset[str], int] = {}
        self._near: dict[tuple[bool, int | None, tuple[int, ...]], int] = {}
        self._pairs: dict[tuple[int | None, int, int], int] = {}
        self._is_large = len(self._hits) > MAX_REACHED
        self._is_short = len(self._hits) <= MAX_EVIDENCE
        self._sides = (-1, self._in_title, self._in_body, None)
        """By what a rule reads the places it may count; None if it must look in one field after the other."""
        self._reached: dict[int | None, Sequence[int]] = {}
        self._measured: dict[bool, Distances] = {}
        self._shown: dict[int, tuple[Evidence, ...]] = {}

    def _number(self, found: Sequence[_Hit], of_atom: Mapping[str, list[int]]) -> list[int]:
        """Number the places of sorted hits and note those of each atom; return the numbers of places hit again."""
        at, spans = self._hits, self._spans
        again: list[int] = []
        place, last, last_start, last_end = -1, None, -1, -1
        for in_body, start, end, _, atom, hit in found:
            if start == last_start and end == last_end and in_body is last:
                at[-1].append((atom, hit))
                again.append(place)
            else:
                if in_body is last and start < last_end:
                    self._is_flat = False
                if not in_body:
                    self._title_places += 1
                place += 1
                at.append([(atom, hit)])
                spans.append((start, end))
                last, last_start, last_end = in_body, start, end
            of_atom[atom].append(place)
        return again

    def of(self, wanted: Wanted, fields: Sequence[Field]) -> int:
        """Return where a clause is fulfilled."""
        found = self._anywhere.get(wanted.atoms)
        if found is None:
            found = self._find(wanted.atoms)
        return self._within(found, fields)

    def _within(self, places: int, fields: Sequence[Field]) -> int:
        if len(fields) > 1:
            return places
        return places & self._in_title if fields[0] is _TITLE else places & self._in_body

    def proof(self, compiled: CompiledRule, texts: tuple[str, str]) -> int | None:
        """Return places that prove a rule, None if a clause it requires is not found; ``texts`` are title and body.

        What is near is asked first: most rules that fail, of those that have every clause somewhere, fail there. Looked
        up here rather than by calls, since an item may ask it of dozens of rules.
        """
        proof = 0
        known = self._anywhere
        side = None if self._is_large else self._sides[compiled.reads]
        for near in compiled.near:
            if side is None or near.pair is None:
                found = self.near(near, compiled.rule.fields, texts)
            else:
                first, second = near.pair
                one = known[first] if first in known else self._find(first)
                other = known[second] if second in known else self._find(second)
                found = self._closest_pair(near.words, one & side, other & side, texts)
            if not found:
                return None
            proof |= found
        for wanted in compiled.all:
            atoms = wanted.atoms
            found = known[atoms] if atoms in known else self._find(atoms)
            if compiled.reads != READS_BOTH:
                found = self._within(found, compiled.rule.fields)
            if not found:
                return None
            proof |= found if self._is_short else self.first_of(found)
        return proof

    def _find(self, atoms: frozenset[str]) -> int:
        found = 0
        for atom in atoms & self._atoms:
            found |= self._of_atom[atom]
        self._anywhere[atoms] = found
        return found

    def passages(self, wanted: Wanted, fields: Sequence[Field]) -> tuple[Evidence, ...]:
        """Return the passages that fulfil a clause, in reading order, one for each place."""
        return tuple(_chosen(self._hits[place], wanted.atoms) for place in bits_of(self.of(wanted, fields)))

    def near(self, near: WantedNear, fields: Sequence[Field], texts: tuple[str, str]) -> int:
        """Return places of every clause that stand near one another in a field, the first that has some; else 0.

        ``texts`` are title and body.
        """
        known = self._anywhere
        anywhere = []
        for one in near.clauses:
            places = known.get(one.atoms)
            anywhere.append(self._find(one.atoms) if places is None else places)
        is_pair = len(anywhere) == 2 and not self._is_large
        for where in fields:
            in_body = where is _BODY
            side = self._in_body if in_body else self._in_title
            groups = tuple([found & side for found in anywhere])
            if 0 in groups:
                continue
            if is_pair:
                found = self._closest_pair(near.words, groups[0], groups[1], texts)
            else:
                found = self._closest(groups, near.words, texts[in_body], in_body=in_body)
            if found:
                return found
        return 0

    def _closest(self, groups: tuple[int, ...], words: int | None, text: str, *, in_body: bool) -> int:
        key = (in_body, words, groups)
        found = self._near.get(key)
        if found is None:
            found = 0
            spans = [[self._spans[place] for place in bits_of(group)] for group in groups]
            number_of = {self._spans[place]: place for group in groups for place in bits_of(group)}
            for span in near_spans(text, spans, words, self._distances(text, in_body=in_body)):
                found |= 1 << number_of[span]
            self._near[key] = found
        return found

    def _closest_pair(self, words: int | None, one: int, other: int, texts: tuple[str, str]) -> int:
        """Return what ``near_spans`` finds for two clauses: the closest pair, the first of equals, the title's."""
        if not one or not other:
            return 0
        reached = self._reached
        reach = reached[words] if words in reached else self._reach(words, texts)
        if one & (one - 1) or other & (other - 1):
            key = (words, one, other)
            found = self._pairs.get(key)
            if found is None:
                found = self._pairs[key] = self._closest_of_many(one, other, reach)
            return found
        if one > other:
            one, other = other, one
        return one | other if other.bit_length() <= reach[one.bit_length() - 1] else 0

    def _closest_of_many(self, one: int, other: int, reach: Sequence[int]) -> int:
        if not self._is_flat:
            return self._closest_of_nested(one, other, reach)
        # Where none lies inside another, the closest are neighbours, and neighbours are near if any two are.
        few, many = (one, other) if one.bit_count() <= other.bit_count() else (other, one)
        spans, titles = self._spans, self._title_places
        best: tuple[bool, int, int, int] | None = None
        for place in bits_of(few):
            if many >> place & 1:
                pairs = [(place, place)]
            else:
                before = (many & ((1 << place) - 1)).bit_length() - 1
                beyond = many >> place
                after = place + (beyond & -beyond).bit_length() - 1
                pairs = [(before, place)] if before >= 0 and place < reach[before] else []
                if beyond and after < reach[place]:
                    pairs.append((place, after))
            for first, last in pairs:
                key = (last >= titles, spans[last][1] - spans[first][0], last, first)
                if best is None or key < best:
                    best = key
        return 0 if best is None else 1 << best[2] | 1 << best[3]

    def _closest_of_nested(self, one: int, other: int, reach: Sequence[int]) -> int:
        best: tuple[int, int, int, int] | None = None
        for mine, others in ((one, other), (other, one)):
            for place in bits_of(mine):
                reached = others & ((1 << reach[place]) - (1 << place))
                if not reached:
                    continue
                start, end = self._spans[place]
                for near in bits_of(reached):
                    length = max(end, self._spans[near][1]) - start
                    key = (place >= self._title_places, length, near, -place)
                    if best is None or key < best:
                        best = key
        return 0 if best is None else 1 << best[2] | 1 << -best[3]

    def _reach(self, words: int | None, texts: tuple[str, str]) -> list[int]:
        """Return for every place how many places there are up to the last that is near it and not before it."""
        titles = self._title_places
        reach = self._reached[words] = [
            *self._reach_in(texts[0], words, 0, titles, in_body=False),
            *self._reach_in(texts[1], words, titles, len(self._spans), in_body=True),
        ]
        return reach

    def _reach_in(self, text: str, words: int | None, first: int, last: int, *, in_body: bool) -> list[int]:
        """Return what ``_reach`` does for the places of one field, ``first`` to before ``last``."""
        if last - first < 2:
            return list(range(first + 1, last + 1))
        starts = [start for start, _ in self._spans[first:last]]
        if words is None:
            order = ends = sentence_numbers(text, starts)
        else:
            units = self._distances(text, in_body=in_body).units
            limit = UNITS_PER_WORD * words
            order = [units[start] for start in starts]
            ends = [units[end] + limit for _, end in self._spans[first:last]]
        return [first + bisect_right(order, end) for end in ends]

    def _distances(self, text: str, *, in_body: bool) -> Distances:
        known = self._measured.get(in_body)
        if known is None:
            first, last = (self._title_places, len(self._spans)) if in_body else (0, self._title_places)
            spans = self._spans[first:last]
            known = self._measured[in_body] = Distances(text, spans)
        return known

    def unmeasured(self) -> Iterator[tuple[bool, list[tuple[int, int]]]]:
        """Yield the fields in which words are still to be counted, with the hits between which."""
        for in_body, first, last in ((False, 0, self._title_places), (True, self._title_places, len(self._spans))):
            if in_body not in self._measured and last - first > 1:
                yield in_body, self._spans[first:last]

    def keep(self, distances: Distances, *, in_body: bool) -> None:
        """Take the distances in one field."""
        self._measured[in_body] = distances

    def first_of(self, places: int) -> int:
        """Return the first ``MAX_EVIDENCE`` of some places."""
        if len(self._hits) <= MAX_EVIDENCE or places.bit_count() <= MAX_EVIDENCE:
            return places
        return sum(1 << place for place in bits_of(places)[:MAX_EVIDENCE])

    def shown(self, places: int, compiled: CompiledRule) -> tuple[Evidence, ...]:
        """Return one passage for each place; found by a name and by a phrase, it is shown as the name."""
        if places & self._shared:
            atoms = frozenset[str]().union(*(wanted.atoms for wanted in compiled.required))
            return tuple(_chosen(self._hits[place], atoms) for place in bits_of(places))
        known = self._shown.get(places)
        if known is None:
            known = self._shown[places] = tuple([self._hits[place][0][1] for place in bits_of(places)])
        return known

    def entities(self, places: int, compiled: CompiledRule) -> tuple[str, ...]:
        """Return the ids of the required entities that stand at some of these places, sorted."""
        # Rules that hold differ in the words around the same few names.
        names = places & self._named_places
        known = self._named_at.get(names)
        if known is None:
            known = self._named_at[names] = [(entity, atom) for entity, atom, own in self._named if own & names]
        watched = compiled.watched
        return tuple([entity for entity, atom in known if atom in watched])


def measure(items: Iterable[tuple[Places, tuple[str, str]]]) -> None:
    """Count the words between the places of some items, given with their titles and bodies, for all of them at once."""
    asked = [(places, in_body, texts, spans) for places, texts in items for in_body, spans in places.unmeasured()]
    counted = Distances.of_each([(texts[in_body], spans) for _, in_body, texts, spans in asked]) if asked else []
    for (places, in_body, _, _), distances in zip(asked, counted, strict=True):
        places.keep(distances, in_body=in_body)


def set_of(numbers: Sequence[int]) -> int:
    """Return rising numbers as a set."""
    if not numbers or numbers[-1] < _FEW_BITS:
        found = 0
        for number in numbers:
            found |= 1 << number
        return found
    signs = bytearray(numbers[-1] // 8 + 1)
    for number in numbers:
        signs[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(signs, "little")


def bits_of(numbers: int) -> Sequence[int]:
    """Return a set of numbers as a sequence, rising."""
    if numbers < _FEW_PLACES:
        return _few_bits_of(numbers)
    if numbers.bit_count() > _FEW_BITS:
        return [number for number, sign in enumerate(reversed(f"{numbers:b}")) if sign == "1"]
    found = []
    while numbers:
        rest = numbers & (numbers - 1)
        found.append((numbers ^ rest).bit_length() - 1)
        numbers = rest
    return found


@lru_cache(maxsize=4_096)
def _few_bits_of(numbers: int) -> tuple[int, ...]:
    found = []
    while numbers:
        lowest = numbers & -numbers
        found.append(lowest.bit_length() - 1)
        numbers ^= lowest
    return tuple(found)


def _chosen(hits: Sequence[tuple[str, Evidence]], atoms: frozenset[str]) -> Evidence:
    wanted = [(atom, hit) for atom, hit in hits if atom in atoms]
    return next((hit for atom, hit in wanted if atom.startswith("@")), wanted[0][1])
