"""Read a batch of items with the lists and clues of all topics: which fired where, as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.clues import Hits, NearGroups, Texts, TopicTerms
from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.ngrams import distinct
from monitor.classifiers.pairs import PAIR_VALUE
from monitor.matching.forms import Hit
from monitor.matching.search import Search

CLUE_WEIGHT = 7.0
"""How much stronger than a list a clue may speak; at 1 the scripts with few passages lose 5 points of AP."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Signs:
    """What was read for one topic in a batch: in item ``items[i]`` column ``columns[i]`` has the value ``values[i]``.

    In no order; an item has a column once at most.
    """

    items: Ints
    columns: Ints
    values: Floats


class Batch:
    """The terms found in a batch of items, as arrays.

    ``items``, ``terms``, ``counts``, ``in_title``, ``in_text``: one for each term of each item; ``starts``: where its
    words begin, title and text read as one, all words of the first term, then all of the second and so on.
    """

    def __init__(self, texts: Sequence[Texts], found: Sequence[Sequence[Hit]], n_terms: int) -> None:
        self.texts, self._found = texts, found
        self.hits: dict[tuple[int, TopicTerms], Hits] = {}
        """What was found by slot, of the items and topics for which somebody asked."""
        self.n_items = len(texts)
        lengths = np.array([len(own) for own in found], dtype=np.int64)
        flat = np.fromiter(chain.from_iterable(chain.from_iterable(found)), dtype=np.int64, count=4 * lengths.sum())
        fields, starts, _, terms = flat.reshape(-1, 4).T
        owners = np.repeat(np.arange(self.n_items), lengths)
        # Stable: the places of a term stay in reading order, those of the title first.
        keys = owners * n_terms + terms
        order = np.argsort(keys, kind="stable")
        keys, fields = keys[order], fields[order]
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        self.counts = np.diff(first, append=len(keys))
        self.items, self.terms = np.divmod(keys[first], max(n_terms, 1))
        self.in_title = fields[first] == 0
        self.in_text = fields[first + self.counts - 1] == 1
        bodies = np.array([len(title) + 1 for title, _ in texts], dtype=np.int64)
        self.starts = starts[order] + fields * bodies[owners[order]]

    def hits_of(self, item: int, terms: TopicTerms) -> Hits:
        """Return what was found in an item by one topic's slots."""
        key = (item, terms)
        if key not in self.hits:
            self.hits[key] = Hits(terms, self._found[item])
        return self.hits[key]

    def holds_near(self, item: int, terms: TopicTerms, near: Sequence[NearGroups], is_in: _Mask) -> bool:
        """Return whether the words of an item stand as near as asked; ``is_in``: which field holds all of each."""
        hits = self.hits_of(item, terms)
        return all(hits.holds_near(one, self.texts[item], own) for one, own in zip(near, is_in.T.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read in a batch of items; ``signs``: per topic in definition order. Evidence is made when asked for."""

    batch: Batch
    signs: tuple[Signs, ...]


class _Lookup:
    """By term number the numbers that belong to it."""

    def __init__(self, numbers: Sequence[Sequence[int]]) -> None:
        lengths = np.array([len(own) for own in numbers], dtype=np.int64)
        self._lengths = lengths
        self._begins = np.cumsum(lengths) - lengths
        self._numbers = np.array([number for own in numbers for number in own], dtype=np.int64)

    def of(self, terms: Ints) -> tuple[Ints, Ints]:
        """Return the numbers of all terms, and for each the place of its term in ``terms``."""
        lengths = self._lengths[terms]
        owners = np.repeat(np.arange(len(terms)), lengths)
        inside = np.arange(len(owners)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self._numbers[np.repeat(self._begins[terms], lengths) + inside], owners


class _AllOf:
    """Asks of each row of a matrix whether all columns of a set are true, for many sets at once."""

    def __init__(self, sets: Sequence[Sequence[int]]) -> None:
        lengths = np.array([len(columns) for columns in sets], dtype=np.int64)
        self._columns = np.array([column for columns in sets for column in columns], dtype=np.int64)
        self._begins = np.cumsum(lengths) - lengths

    def of(self, matrix: _Mask) -> _Mask:
        """Return the answers, shape (n_rows, n_sets)."""
        if not len(self._begins):
            return np.zeros((len(matrix), 0), dtype=np.bool_)
        # Taken along the first axis, where what is reduced lies side by side.
        rows = np.ascontiguousarray(matrix.T)[self._columns]
        answers: _Mask = np.logical_and.reduceat(rows, self._begins, axis=0).T
        return answers


class _TopicReader:
    """Turns the terms found in a batch into one topic's signs."""

    def __init__(self, definition: TopicDefinition, numbers: Mapping[str, int]) -> None:
        self.terms = own = TopicTerms(definition, tuple(numbers))
        self._weights = np.array(own.weights, dtype=np.float64)
        groups_of: dict[int, list[int]] = {}
        for number, group in enumerate(own.groups):
            for slot in group:
                groups_of.setdefault(slot, []).append(number)
        self._lists = _Lookup([[slot for slot in slots if slot < own.n_lists] for slots in own.slots_of_number])
        self._groups = _Lookup(
            [[one for slot in slots for one in groups_of.get(slot, ())] for slots in own.slots_of_number]
        )
        n_groups = len(own.groups)
        self._clues = _AllOf(
            [[*clue.required, *(() if clue.none is None else (n_groups + clue.none,))] for clue in own.clues]
        )
        self._near = _AllOf([near.groups for clue in own.clues for near in clue.near])

    def read(self, batch: Batch) -> Signs:
        """Return the signs of all items."""
        parts = [*self._of_lists(batch), self._of_clues(batch)]
        return Signs(
            np.concatenate([part.items for part in parts]),
            np.concatenate([part.columns for part in parts]),
            np.concatenate([part.values for part in parts]),
        )

    def _of_lists(self, batch: Batch) -> Iterator[Signs]:
        """Yield how often words of each list occur, in which titles they do, and which lists stand side by side."""
        n_lists = self.terms.n_lists
        lists, owners = self._lists.of(batch.terms)
        keys = batch.items[owners] * n_lists + lists
        counts = np.bincount(keys, weights=batch.counts[owners], minlength=batch.n_items * n_lists)
        for values, shift in ((np.log1p(counts), 1), (counts * 0 + 1, 0)):
            places = np.flatnonzero(counts) if shift else distinct(keys[batch.in_title[owners]])
            items, own = np.divmod(places, max(n_lists, 1))
            yield Signs(items, 2 * own + shift, self._weights[own] * values[places])
        # One list's word at one place is enough, but its places must be told apart from those of other terms.
        spread = np.repeat(np.arange(len(batch.terms)), batch.counts)
        lists, owners = self._lists.of(batch.terms[spread])
        items, columns = self.terms.pairs.found(batch.items[spread][owners], batch.starts[owners], lists)
        yield Signs(items, columns, np.full(len(items), PAIR_VALUE))

    def _of_clues(self, batch: Batch) -> Signs:
        groups, owners = self._groups.of(batch.terms)
        fields: _Mask = np.zeros((2, batch.n_items, len(self.terms.groups)), dtype=np.bool_)
        for field, there in enumerate((batch.in_title[owners], batch.in_text[owners])):
            fields[field, batch.items[owners[there]], groups[there]] = True
        present = fields[0] | fields[1]
        holds = self._clues.of(np.concatenate([present, ~present], axis=1))
        near = np.stack([self._near.of(fields[0]), self._near.of(fields[1])])
        first = 0
        for number, clue in enumerate(self.terms.clues):
            if clue.near:
                own = near[:, :, first : first + len(clue.near)]
                holds[:, number] &= (own[0] | own[1]).all(axis=1)
                for item in np.flatnonzero(holds[:, number]).tolist():
                    holds[item, number] = batch.holds_near(item, self.terms, clue.near, own[:, item])
                first += len(clue.near)
        items, clues = np.nonzero(holds)
        return Signs(items, clues + 2 * self.terms.n_lists, np.full(len(items), CLUE_WEIGHT))


class Reader:
    """Reads items for all topics in one pass over each text."""

    def __init__(self, definitions: Sequence[TopicDefinition]) -> None:
        terms = dict.fromkeys(term for one in definitions for term in TopicTerms(one).slots_of)
        self._terms = tuple(terms)
        numbers = {term: number for number, term in enumerate(terms)}
        self._topics = tuple(_TopicReader(definition, numbers) for definition in definitions)
        self.names: tuple[tuple[str, ...], ...] = tuple(topic.terms.names for topic in self._topics)
        """Per topic the names of its columns."""
        self.features = tuple(tuple(map(_feature, names)) for names in self.names)
        """Per topic and column how it is called in explanations: both columns of a list are ``list:LIST``."""
        self.first_columns = tuple(map(_first_places, self.features))
        """Per topic and column the first column of the same feature."""
        self.ranks = tuple(map(_ranks, self.features))
        """Per topic and column the place of its feature in the order of the alphabet."""
        self._search: Search | None = None

    def read(self, items: Sequence[Texts]) -> Readings:
        """Return what is read in a batch of items."""
        # Made when the first item is read: many rounds have none.
        self._search = self._search or Search(self._terms)
        batch = Batch(items, list(self._search.hits_of_each(items)), len(self._terms))
        return Readings(batch, tuple(topic.read(batch) for topic in self._topics))

    def hits(self, readings: Readings, item: int, topic: int) -> Hits:
        """Return what was found in an item for a topic, to be asked for evidence."""
        return readings.batch.hits_of(item, self._topics[topic].terms)


def _feature(name: str) -> str:
    kind, _, own = name.partition(":")
    return f"list:{own}" if kind in ("title", "text") else name


def _first_places(names: Sequence[str]) -> Ints:
    places: dict[str, int] = {}
    return np.array([places.setdefault(name, place) for place, name in enumerate(names)], dtype=np.int64)


def _ranks(names: Sequence[str]) -> Ints:
    ranks = {name: rank for rank, name in enumerate(sorted(set(names)))}
    return np.array([ranks[name] for name in names], dtype=np.int64)
