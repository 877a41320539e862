"""Two word lists whose words stand close together: what no list says alone and nobody wrote a clue for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

WITHIN = 60
"""Code points between the beginnings of two words, about one headline; title and text are read as one. At 120 words of
different sentences meet, and long items are found for what they mention in passing."""

PAIR_VALUE = 3.5
"""How strongly a pair may speak beside a list: less, and ordinary items that name every party of a conflict are hard to
tell from those in which one does something to another."""

MAX_COMPARED = 100

Place = tuple[int, int]
"""Where a word of a list begins, and the number of the list."""


class Pairs:
    """The columns of all pairs of lists, from ``first_column`` on: 0 with 1, 0 with 2 and so on, then 1 with 2."""

    def __init__(self, n_lists: int, first_column: int) -> None:
        self.members = tuple((a, b) for a in range(n_lists) for b in range(a + 1, n_lists))
        """The two lists of each column."""
        self._first_column = first_column
        # Of list a with list b: rows[a] + b, which saves a look into a table of pairs per hit.
        self._rows = tuple(first_column + a * (2 * n_lists - a - 1) // 2 - a - 1 for a in range(n_lists))

    def lists(self, column: int) -> tuple[int, int]:
        """Return the two lists of a column."""
        return self.members[column - self._first_column]

    def found(self, places: Iterable[Place]) -> list[int]:
        """Return the columns of the pairs of which two words stand within WITHIN of each other, in ascending order."""
        ordered = sorted(set(places))
        columns: set[int] = set()
        first = 0
        for number, (start, one) in enumerate(ordered):
            while start - ordered[first][0] > WITHIN:
                first += 1
            for _, other in ordered[first:number]:
                if one < other:
                    columns.add(self._rows[one] + other)
                elif other < one:
                    columns.add(self._rows[other] + one)
        return sorted(columns)


def closest(first: Sequence[int], second: Sequence[int]) -> tuple[int, int]:
    """Return the place of each kind that stand closest together, the earliest of such; neither may be empty.

    Only the first MAX_COMPARED of each are looked at: a text that holds more is shown by its beginning.
    """
    compared = ((a, b) for a in first[:MAX_COMPARED] for b in second[:MAX_COMPARED])
    return min(compared, key=lambda pair: (abs(pair[0] - pair[1]), pair))
