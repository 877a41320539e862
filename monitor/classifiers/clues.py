"""Read items with the word lists and clues of the topics: which fired, and the words that made them fire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p

from monitor.classifiers.definition import Clue, TopicDefinition
from monitor.matching.lexicon import compile_lexicon
from monitor.matching.near import near_hits
from monitor.records import Evidence, Field

CLUE_WEIGHT = 4.0
"""How much stronger than a list a clue may speak; at 1 the scripts with few passages lose 5 points of AP."""

_LONGEST_QUOTE = 160
"""Code points; a clue whose words stand further apart is shown by its first word."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing read in an item: column in the topic's features, value, and the item's words."""

    column: int
    value: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Near:
    groups: tuple[tuple[int, ...], ...]
    words: int | None


@dataclass(frozen=True, slots=True)
class _CompiledClue:
    column: int
    required: tuple[int, ...]
    """A mask of slots per group; of each at least one must be there."""
    none_mask: int
    near: tuple[_Near, ...]
    first: tuple[int, ...]


class _TopicReader:
    """One topic's lists and clues over slots: every list and every phrase used in a clue has a slot (a bit)."""

    def __init__(self, definition: TopicDefinition) -> None:
        self.names = (
            *(f"{part}:{words.name}" for words in definition.lists for part in ("title", "text")),
            *(f"clue:{clue.name}" for clue in definition.clues),
        )
        self._weights = tuple(words.weight for words in definition.lists)
        self._slots: dict[str, int] = {f"@{words.name}": slot for slot, words in enumerate(definition.lists)}
        self.slots_of: dict[str, list[int]] = {}
        for slot, words in enumerate(definition.lists):
            for term in words.terms:
                self.slots_of.setdefault(term, []).append(slot)
        self._clues = tuple(
            self._compile(clue, 2 * len(definition.lists) + number) for number, clue in enumerate(definition.clues)
        )

    def _compile(self, clue: Clue, column: int) -> _CompiledClue:
        groups = tuple(self._group(group) for group in clue.all_of)
        near = tuple(_Near(tuple(self._group(group) for group in one.groups), one.words) for one in clue.near)
        required = (*groups, *(slots for one in near for slots in one.groups))
        return _CompiledClue(
            column=column,
            required=tuple(_mask(group) for group in required),
            none_mask=_mask(self._group(clue.none_of)),
            near=near,
            first=min(required, key=len),
        )

    def _group(self, terms: Sequence[str]) -> tuple[int, ...]:
        return tuple(self._slot(term) for term in terms)

    def _slot(self, term: str) -> int:
        if term not in self._slots:
            self._slots[term] = len(self._slots)
            self.slots_of.setdefault(term, []).append(self._slots[term])
        return self._slots[term]

    def read(self, hits: Mapping[int, list[Evidence]], fields: Mapping[Field, str]) -> list[Sign]:
        """Return the signs of one item, given the hits of each slot in reading order."""
        present = 0
        signs = []
        for slot, found in hits.items():
            present |= 1 << slot
            if slot < len(self._weights):
                signs.extend(self._list_signs(slot, found))
        for clue in self._clues:
            if present & clue.none_mask:
                continue
            for mask in clue.required:
                if not present & mask:
                    break
            else:
                evidence = self._evidence(clue, hits, fields)
                if evidence is not None:
                    signs.append(Sign(clue.column, CLUE_WEIGHT, evidence))
        return signs

    def _list_signs(self, slot: int, found: list[Evidence]) -> list[Sign]:
        weight = self._weights[slot]
        in_title = [hit for hit in found if hit.field is Field.TITLE]
        signs = [Sign(2 * slot + 1, weight * log1p(len(found)), found[0])]
        if in_title:
            signs.append(Sign(2 * slot, weight, in_title[0]))
        return signs

    def _evidence(
        self, clue: _CompiledClue, hits: Mapping[int, list[Evidence]], fields: Mapping[Field, str]
    ) -> Evidence | None:
        """Return the words that show the clue; None if what must stand together does not. All its groups are there."""
        shown: Evidence | None = None
        for near in clue.near:
            found = _near(near, hits, fields)
            if found is None:
                return None
            shown = shown or _span(found, fields)
        return shown or next(hits[slot][0] for slot in clue.first if slot in hits)


class Reader:
    """Reads items for all topics in one pass over each text."""

    def __init__(self, definitions: Sequence[TopicDefinition]) -> None:
        self._topics = tuple(_TopicReader(definition) for definition in definitions)
        self.names: tuple[tuple[str, ...], ...] = tuple(topic.names for topic in self._topics)
        """Per topic the names of its columns: ``title:LIST`` and ``text:LIST`` in turn, then ``clue:NAME``."""
        slots: dict[str, list[tuple[int, int]]] = {}
        for number, topic in enumerate(self._topics):
            for term, own in topic.slots_of.items():
                slots.setdefault(term, []).extend((number, slot) for slot in own)
        self._slots = {term: tuple(places) for term, places in slots.items()}
        self._lexicon = compile_lexicon((), tuple(slots))

    def read(self, title: str, text: str) -> tuple[list[Sign], ...]:
        """Return the signs of one item, per topic in definition order."""
        hits: tuple[dict[int, list[Evidence]], ...] = tuple({} for _ in self._topics)
        for term, found in self._lexicon.find(title, text).phrases.items():
            for topic, slot in self._slots[term]:
                hits[topic].setdefault(slot, []).extend(found)
        fields = {Field.TITLE: title, Field.BODY: text}
        return tuple(
            topic.read(_in_reading_order(own), fields) if own else []
            for topic, own in zip(self._topics, hits, strict=True)
        )


def _in_reading_order(hits: dict[int, list[Evidence]]) -> dict[int, list[Evidence]]:
    return {slot: sorted(found, key=_place) if len(found) > 1 else found for slot, found in hits.items()}


def _place(hit: Evidence) -> tuple[bool, int, int]:
    return (hit.field is Field.BODY, hit.start, -hit.end)


def _near(near: _Near, hits: Mapping[int, list[Evidence]], fields: Mapping[Field, str]) -> tuple[Evidence, ...] | None:
    for field, text in fields.items():
        groups = [[hit for slot in slots for hit in hits.get(slot, ()) if hit.field is field] for slots in near.groups]
        if all(groups):
            found = near_hits(text, groups, near.words, near.words is None)
            if found is not None:
                return found
    return None


def _span(found: tuple[Evidence, ...], fields: Mapping[Field, str]) -> Evidence:
    start, end = min(hit.start for hit in found), max(hit.end for hit in found)
    first = found[0]
    if end - start > _LONGEST_QUOTE:
        return first
    return Evidence(first.field, start, end, fields[first.field][start:end], first.name)


def _mask(slots: Sequence[int]) -> int:
    mask = 0
    for slot in slots:
        mask |= 1 << slot
    return mask
