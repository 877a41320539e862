"""Compile a topic's word lists and clues, and show in an item's own words why one of them fired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from monitor.classifiers.definition import Clue, TopicDefinition
from monitor.classifiers.pairs import Pairs, closest
from monitor.matching.forms import Hit
from monitor.matching.near import are_near, near_hits
from monitor.matching.terms import patterns_of
from monitor.records import Evidence, Field

_LONGEST_QUOTE = 160
"""Code points; a clue whose words stand further apart is shown by its first word."""

Texts = tuple[str, str]
"""Title and text."""
Group = tuple[int, ...]
"""Slots of which one is enough."""

_Word = tuple[int, int, int]
"""Where a word of a group begins and ends in its field, and the number of the group."""

_Rank = tuple[int, int]
"""The place of a term's slot in a group, then the length of the term."""
_LOWEST: _Rank = (-1, -1)

_FIELDS = (Field.TITLE, Field.BODY)


@dataclass(frozen=True, slots=True)
class NearGroups:
    """Groups of which words must stand near each other; ``words`` None: in one sentence."""

    groups: tuple[int, ...]
    words: int | None


@dataclass(frozen=True, slots=True)
class CompiledClue:
    """A clue over numbered groups: all of ``required`` must be there, ``none`` must not (None: anything may)."""

    column: int
    required: tuple[int, ...]
    none: int | None
    near: tuple[NearGroups, ...]
    first: int
    """The required group with the fewest slots, whose first word shows the clue."""


def column_names(definition: TopicDefinition) -> tuple[str, ...]:
    """Return the names of a topic's columns: ``title:LIST`` and ``text:LIST`` in turn, ``clue:NAME``, ``pair:A+B``."""
    return (
        *(f"{part}:{words.name}" for words in definition.lists for part in ("title", "text")),
        *(f"clue:{clue.name}" for clue in definition.clues),
        *(f"pair:{a.name}+{b.name}" for a, b in combinations(definition.lists, 2)),
    )


class TopicTerms:
    """One topic's lists and clues over slots: every list and every phrase used in a clue has one, lists first."""

    def __init__(self, definition: TopicDefinition, terms: Sequence[str] = ()) -> None:
        """``terms``: those of all topics, by the numbers under which they are found."""
        self.n_lists = len(definition.lists)
        self.names = column_names(definition)
        self.weights = tuple(words.weight for words in definition.lists)
        self.pairs = Pairs(self.n_lists, 2 * self.n_lists + len(definition.clues))
        self._slots: dict[str, int] = {f"@{words.name}": slot for slot, words in enumerate(definition.lists)}
        self.slots_of: dict[str, list[int]] = {}
        """By term the slots it fills."""
        for slot, words in enumerate(definition.lists):
            for term in words.terms:
                self.slots_of.setdefault(term, []).append(slot)
        self._groups: dict[Group, int] = {}
        self.clues = tuple(
            self._compile(clue, 2 * self.n_lists + number) for number, clue in enumerate(definition.clues)
        )
        self.groups = tuple(self._groups)
        self.terms = tuple(terms)
        self.lengths = tuple(max((len(one.text) for one in patterns_of(term)), default=0) for term in terms)
        """By number of a term how long a word it is: of two terms for one word the longer one is named."""
        self.slots_of_number = tuple(tuple(self.slots_of.get(term, ())) for term in terms)
        """By number of a term the slots it fills."""
        self.members = {group: self._members(group) for clue in self.clues for one in clue.near for group in one.groups}
        """By group asked for nearness its terms, each with its rank: of terms for one word the highest is named."""

    def _members(self, group: int) -> dict[int, _Rank]:
        places = {slot: place for place, slot in enumerate(self.groups[group])}
        return {
            term: (max(places[slot] for slot in slots if slot in places), self.lengths[term])
            for term, slots in enumerate(self.slots_of_number)
            if not places.keys().isdisjoint(slots)
        }

    def _compile(self, clue: Clue, column: int) -> CompiledClue:
        groups = tuple(self._group(group) for group in clue.all_of)
        near = tuple(NearGroups(tuple(self._group(group) for group in one.groups), one.words) for one in clue.near)
        required = (*groups, *(group for one in near for group in one.groups))
        sizes = {number: len(group) for group, number in self._groups.items()}
        return CompiledClue(
            column=column,
            required=tuple(dict.fromkeys(required)),
            none=self._group(clue.none_of) if clue.none_of else None,
            near=near,
            first=min(required, key=lambda number: sizes[number]),
        )

    def _group(self, terms: Sequence[str]) -> int:
        return self._groups.setdefault(tuple(self._slot(term) for term in terms), len(self._groups))

    def _slot(self, term: str) -> int:
        if term not in self._slots:
            self._slots[term] = len(self._slots)
            self.slots_of.setdefault(term, []).append(self._slots[term])
        return self._slots[term]


class Hits:
    """What was found in one item of one topic's terms, by slot."""

    def __init__(self, terms: TopicTerms, found: Sequence[Hit]) -> None:
        """``found``: in reading order, terms by the numbers of ``terms.terms``."""
        self._terms, self._found = terms, found

    def holds_near(self, near: NearGroups, texts: Texts, is_in: Sequence[bool]) -> bool:
        """Return whether words of all groups stand near each other in a field; ``is_in``: which hold them all."""
        for field, is_there in enumerate(is_in):
            if is_there and are_near(texts[field], [self._places(group, field) for group in near.groups], near.words):
                return True
        return False

    def evidence(self, column: int, texts: Texts) -> Evidence:
        """Return the words that show a sign of this item; of several places the first."""
        terms = self._terms
        if column < 2 * terms.n_lists:
            return self._first((column // 2,), texts)
        if column >= 2 * terms.n_lists + len(terms.clues):
            return self._of_pair(terms.pairs.lists(column), texts)
        clue = terms.clues[column - 2 * terms.n_lists]
        shown = self._of_near(clue.near[0], texts) if clue.near else None
        return shown or self._first(terms.groups[clue.first], texts)

    def _places(self, group: int, field: int) -> list[tuple[int, int]]:
        """Return where words of a group asked for nearness stand in a field."""
        members = self._terms.members[group]
        return [
            (start, -minus_end) for where, start, minus_end, term in self._found if where == field and term in members
        ]

    def _first(self, slots: Group, texts: Texts) -> Evidence:
        """Return the first word of the first slot that has one; of terms for one word the shortest is named."""
        slots_of, lengths = self._terms.slots_of_number, self._terms.lengths
        if len(slots) > 1:
            there = {slot for hit in self._found for slot in slots_of[hit[3]]}
            slots = (next(slot for slot in slots if slot in there),)
        own = (hit for hit in self._found if slots[0] in slots_of[hit[3]])
        field, start, minus_end, term = next(own)
        for *place, other in own:
            if place != [field, start, minus_end]:
                break
            term = min(term, other, key=lengths.__getitem__)
        quote = texts[field][start:-minus_end]
        return Evidence(_FIELDS[field], start, -minus_end, quote, self._terms.terms[term])

    def _of_near(self, near: NearGroups, texts: Texts) -> Evidence | None:
        """Return the words from the first to the last of those that stand closest together."""
        for field, text in enumerate(texts):
            words = self._words(near, field)
            shown = _narrowest(words, len(near.groups))
            if shown and are_near(text, [[word[:2]] for word in shown], near.words):
                return _from_to(field, shown[0], max(word[1] for word in shown), words[shown[0]], text)
            if shown:
                # In the narrowest place are too many words, or a sentence ends: another one is what was found.
                hits = [
                    [Evidence(_FIELDS[field], *word[:2], "", term) for word, term in words.items() if word[2] == number]
                    for number in range(len(near.groups))
                ]
                found = near_hits(text, hits, near.words, near.words is None)
                if found is not None:
                    first = (found[0].start, found[0].end, 0)
                    return _from_to(field, first, max(hit.end for hit in found), found[0].name, text)
        return None

    def _words(self, near: NearGroups, field: int) -> dict[_Word, str]:
        """Return the words of all groups in one field, each with its term: of several that of the highest rank."""
        names, members = self._terms.terms, [self._terms.members[group] for group in near.groups]
        ranks: dict[_Word, _Rank] = {}
        found: dict[_Word, str] = {}
        for where, start, minus_end, term in self._found:
            if where == field:
                for number, own in enumerate(members):
                    word = (start, -minus_end, number)
                    if term in own and own[term] >= ranks.get(word, _LOWEST):
                        ranks[word], found[word] = own[term], names[term]
        return found

    def _of_pair(self, lists: tuple[int, int], texts: Texts) -> Evidence:
        """Return the words from one list's to the other's where they stand closest; the title's if they part."""
        body_at = len(texts[0]) + 1
        names, slots_of = self._terms.terms, self._terms.slots_of_number
        first, second = closest(
            [
                (start + body_at if field else start, number, minus_end, field, names[term])
                for field, start, minus_end, term in self._found
                for number in (0, 1)
                if lists[number] in slots_of[term]
            ]
        )
        at, _, end, field, term = first
        start = at - body_at if field else at
        stop = max(-end, -second[2]) if field == second[3] else -end
        return _from_to(field, (start, -end, 0), stop, term, texts[field])


def _narrowest(words: Iterable[_Word], n_groups: int) -> tuple[_Word, ...]:
    """Return a word of each group such that they reach least far from first to last; () if a group has none."""
    latest: dict[int, _Word] = {}
    best: tuple[_Word, ...] = ()
    narrowest = 0
    for word in sorted(words):
        latest[word[2]] = word
        if len(latest) == n_groups:
            chosen = latest.values()
            length = max([one[1] for one in chosen]) - min(chosen)[0]
            if not best or length < narrowest:
                best, narrowest = tuple(latest.values()), length
    return tuple(sorted(best))


def _from_to(field: int, first: _Word, stop: int, term: str, text: str) -> Evidence:
    start, end, _ = first
    if stop - start > _LONGEST_QUOTE:
        stop = end
    return Evidence(_FIELDS[field], start, stop, text[start:stop], term)
