"""Two word lists whose words stand close together: what no list says alone and nobody wrote a clue for."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.ngrams import distinct

WITHIN = 60
"""Code points between the beginnings of two words, about one headline; title and text are read as one. At 120 words of
different sentences meet, and long items are found for what they mention in passing."""

PAIR_VALUE = 3.5
"""How strongly a pair may speak beside a list: less, and ordinary items that name every party of a conflict are hard to
tell from those in which one does something to another."""

Word = tuple[int, int, int, int, str]
"""Where a word begins, title and text read as one, of which of two lists it is (0 or 1), its end with the sign turned
(so that of words at one place the widest is the first), its field and its term."""

_LONGEST_ITEM = 1 << 20
"""More than the code points that are read of an item, so that words of two items are never near."""

_Ints = NDArray[np.int64]


class Pairs:
    """The columns of all pairs of lists, from ``first_column`` on: 0 with 1, 0 with 2 and so on, then 1 with 2."""

    def __init__(self, n_lists: int, first_column: int) -> None:
        self.members = tuple((a, b) for a in range(n_lists) for b in range(a + 1, n_lists))
        """The two lists of each column."""
        self._first_column = first_column
        self._numbers = np.full((n_lists, n_lists), -1, dtype=np.int64)
        for number, (a, b) in enumerate(self.members):
            self._numbers[a, b] = self._numbers[b, a] = number

    def lists(self, column: int) -> tuple[int, int]:
        """Return the two lists of a column."""
        return self.members[column - self._first_column]

    def found(self, items: _Ints, starts: _Ints, lists: _Ints) -> tuple[_Ints, _Ints]:
        """Return (items, columns) of the pairs of which two words of an item stand within WITHIN of each other.

        ``items``, ``starts``, ``lists``: of each word of a list the item, where it begins there, and the list's number;
        in any order. Both results are sorted by item, then by column.
        """
        if not self.members:
            return items[:0], items[:0]
        n_pairs = len(self.members)
        # Two words of one list at one place say nothing new.
        keys = distinct((items * _LONGEST_ITEM + starts) * len(self._numbers) + lists)
        places, own = np.divmod(keys, len(self._numbers))
        owners = places // _LONGEST_ITEM
        near, found = np.arange(len(keys)), []
        for step in range(1, len(keys)):
            near = near[: np.searchsorted(near, len(keys) - step)]
            near = near[places[near + step] - places[near] <= WITHIN]
            if not len(near):
                break
            numbers = self._numbers[own[near], own[near + step]]
            found.append((owners[near] * n_pairs + numbers)[numbers >= 0])
        pairs = distinct(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
        return pairs // n_pairs, pairs % n_pairs + self._first_column


def closest(words: Iterable[Word]) -> tuple[Word, Word]:
    """Return the words of two lists that stand closest together, in reading order; of equal ones the earliest."""
    ordered = sorted(words)
    best = (ordered[0], ordered[-1])
    distance = math.inf
    last: dict[int, Word] = {}
    for word in ordered:
        other = last.get(1 - word[1])
        if other is not None and word[0] - other[0] < distance:
            best, distance = (other, word), word[0] - other[0]
        if word[1] not in last or last[word[1]][0] < word[0]:
            last[word[1]] = word
    return best
