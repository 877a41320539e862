"""Read items with the word lists and clues of the topics: which fired, and the words that made them fire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log1p

from monitor.classifiers.definition import Clue, TopicDefinition
from monitor.classifiers.pairs import PAIR_VALUE, Pairs, Place, closest
from monitor.matching.lexicon import Span, compile_lexicon
from monitor.matching.near import are_near, near_hits
from monitor.records import Evidence, Field

CLUE_WEIGHT = 7.0
"""How much stronger than a list a clue may speak; at 1 the scripts with few passages lose 5 points of AP."""

_LONGEST_QUOTE = 160
"""Code points; a clue whose words stand further apart is shown by its first word."""


Sign = tuple[int, float]
"""One thing read in an item: the column in the topic's features, and its value."""

_Hits = dict[int, list[tuple[str, Sequence[Span]]]]
"""By slot the terms found, each with its places in reading order."""

_FIELDS = (Field.TITLE, Field.BODY)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one item. ``signs``: per topic in definition order; evidence is made only when asked for."""

    texts: tuple[str, str]
    """Title and text."""
    hits: tuple[_Hits, ...]
    signs: tuple[list[Sign], ...]


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


def column_names(definition: TopicDefinition) -> tuple[str, ...]:
    """Return the names of a topic's columns: ``title:LIST`` and ``text:LIST`` in turn, ``clue:NAME``, ``pair:A+B``."""
    return (
        *(f"{part}:{words.name}" for words in definition.lists for part in ("title", "text")),
        *(f"clue:{clue.name}" for clue in definition.clues),
        *(f"pair:{a.name}+{b.name}" for a, b in combinations(definition.lists, 2)),
    )


class _TopicReader:
    """One topic's lists and clues over slots: every list and every phrase used in a clue has a slot (a bit)."""

    def __init__(self, definition: TopicDefinition) -> None:
        self.names = column_names(definition)
        self._pairs = Pairs(len(definition.lists), 2 * len(definition.lists) + len(definition.clues))
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

    def read(self, hits: _Hits, texts: tuple[str, str]) -> list[Sign]:
        """Return the signs of one item."""
        present = 0
        signs: list[Sign] = []
        for slot, found in hits.items():
            present |= 1 << slot
            if slot < len(self._weights):
                count, is_in_title = 0, False
                for _, spans in found:
                    count += len(spans)
                    # Places are in reading order, so that of any hits in the title one stands first.
                    is_in_title = is_in_title or spans[0][0] == 0
                weight = self._weights[slot]
                signs.append((2 * slot + 1, weight * log1p(count)))
                if is_in_title:
                    signs.append((2 * slot, weight))
        for clue in self._clues:
            if present & clue.none_mask:
                continue
            for mask in clue.required:
                if not present & mask:
                    break
            else:
                for near in clue.near:
                    if _holds_in(near, hits, texts) is None:
                        break
                else:
                    signs.append((clue.column, CLUE_WEIGHT))
        signs.extend((column, PAIR_VALUE) for column in self._pairs.found(self._places(hits, texts)))
        return signs

    def _places(self, hits: _Hits, texts: tuple[str, str]) -> Iterator[Place]:
        """Yield where the words of lists begin, title and text read as one."""
        n_lists, body_at = len(self._weights), len(texts[0]) + 1
        for slot, found in hits.items():
            if slot < n_lists:
                for _, spans in found:
                    for field, start, _ in spans:
                        yield (start + body_at if field else start, slot)

    def evidence(self, column: int, hits: _Hits, texts: tuple[str, str]) -> Evidence:
        """Return the words that show a sign of this item."""
        if column < 2 * len(self._weights):
            return _first(hits[column // 2], texts)
        if column >= 2 * len(self._weights) + len(self._clues):
            return self._pair_evidence(column, hits, texts)
        clue = self._clues[column - 2 * len(self._weights)]
        for near in clue.near[:1]:
            for field, text in enumerate(texts):
                groups = [list(_in_field(slots, hits, texts, field)) for slots in near.groups]
                found = near_hits(text, groups, near.words, near.words is None) if all(groups) else None
                if found is not None:
                    return _span(found, text)
        return _first(next(hits[slot] for slot in clue.first if slot in hits), texts)

    def _pair_evidence(self, column: int, hits: _Hits, texts: tuple[str, str]) -> Evidence:
        """Return the words from one list's to the other's where they stand closest; the title's if they part."""
        body_at = len(texts[0]) + 1
        first, second = (
            {
                start + (body_at if field else 0): ((field, start, end), term)
                for term, spans in hits[slot]
                for field, start, end in spans
            }
            for slot in self._pairs.lists(column)
        )
        at = closest(sorted(first), sorted(second))
        ends = sorted((first[at[0]], second[at[1]]))
        shown = tuple(_evidence(span, term, texts) for span, term in ends)
        return shown[0] if shown[0].field is not shown[1].field else _span(shown, texts[ends[0][0][0]])


class Reader:
    """Reads items for all topics in one pass over each text."""

    def __init__(self, definitions: Sequence[TopicDefinition]) -> None:
        self._topics = tuple(_TopicReader(definition) for definition in definitions)
        self.names: tuple[tuple[str, ...], ...] = tuple(topic.names for topic in self._topics)
        """Per topic the names of its columns."""
        self.features = tuple(tuple(map(_feature, names)) for names in self.names)
        """Per topic and column how it is called in explanations: both columns of a list are ``list:LIST``."""
        slots: dict[str, list[tuple[int, int]]] = {}
        for number, topic in enumerate(self._topics):
            for term, own in topic.slots_of.items():
                slots.setdefault(term, []).extend((number, slot) for slot in own)
        self._slots = {term: tuple(places) for term, places in slots.items()}
        self._lexicon = compile_lexicon((), tuple(slots))

    def read(self, title: str, text: str) -> Reading:
        """Return what is read in one item."""
        texts = (title, text)
        hits: tuple[_Hits, ...] = tuple({} for _ in self._topics)
        for term, places in self._lexicon.spans(title, text):
            spans = sorted(set(places)) if len(places) > 1 else places
            for topic, slot in self._slots[term]:
                found = hits[topic]
                if slot in found:
                    found[slot].append((term, spans))
                else:
                    found[slot] = [(term, spans)]
        signs = tuple(topic.read(own, texts) if own else [] for topic, own in zip(self._topics, hits, strict=True))
        return Reading(texts, hits, signs)

    def evidence(self, reading: Reading, topic: int, column: int) -> Evidence:
        """Return the words of the item that show one of its signs; of several places the first."""
        return self._topics[topic].evidence(column, reading.hits[topic], reading.texts)


def _feature(name: str) -> str:
    kind, _, own = name.partition(":")
    return f"list:{own}" if kind in ("title", "text") else name


def _holds_in(near: _Near, hits: _Hits, texts: tuple[str, str]) -> int | None:
    """Return the first field (0 title, 1 text) in which a hit of every group stands near the others."""
    fields: tuple[list[list[tuple[int, int]]], list[list[tuple[int, int]]]] = ([], [])
    for slots in near.groups:
        in_title: list[tuple[int, int]] = []
        in_text: list[tuple[int, int]] = []
        for slot in slots:
            for _, spans in hits.get(slot, ()):
                for field, start, end in spans:
                    (in_text if field else in_title).append((start, end))
        fields[0].append(in_title)
        fields[1].append(in_text)
    for field, groups in enumerate(fields):
        if all(groups) and are_near(texts[field], groups, near.words):
            return field
    return None


def _in_field(slots: Sequence[int], hits: _Hits, texts: tuple[str, str], field: int) -> Iterator[Evidence]:
    for slot in slots:
        own = [(span, term) for term, spans in hits.get(slot, ()) for span in spans if span[0] == field]
        for span, term in sorted(own, key=_place):
            yield _evidence(span, term, texts)


def _first(found: Sequence[tuple[str, Sequence[Span]]], texts: tuple[str, str]) -> Evidence:
    return _evidence(*min(((span, term) for term, spans in found for span in spans), key=_place), texts)


def _place(hit: tuple[Span, str]) -> tuple[int, int, int]:
    """Order hits as one reads, at one place the widest first."""
    field, start, end = hit[0]
    return (field, start, -end)


def _evidence(span: Span, term: str, texts: tuple[str, str]) -> Evidence:
    field, start, end = span
    return Evidence(_FIELDS[field], start, end, texts[field][start:end], term)


def _span(found: tuple[Evidence, ...], text: str) -> Evidence:
    start, end = min(hit.start for hit in found), max(hit.end for hit in found)
    first = found[0]
    if end - start > _LONGEST_QUOTE:
        return first
    return Evidence(first.field, start, end, text[start:end], first.name)


def _mask(slots: Sequence[int]) -> int:
    mask = 0
    for slot in slots:
        mask |= 1 << slot
    return mask
