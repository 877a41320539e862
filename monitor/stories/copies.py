"""Judge whether two items are copies of one text.

A copy shares most of its words with the other. What only shares a form ("gold falls by Rs 2,600 on Monday") does so
too, hence the second question: does another number, or another name, stand in the same place?
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from monitor.records import StoryEntry
from monitor.stories.fingerprint import BARE, NAME, NUMBER, OUTLET, TITLE, WHOLE

if TYPE_CHECKING:
    from monitor.stories.fingerprint import Hashes

WINDOW = timedelta(days=3)
"""How far apart two copies may be seen."""
TITLE_WINDOW = timedelta(hours=24)
"""How far apart items with the same title may be seen to be copies by their title alone."""
REPEAT_WINDOW = timedelta(hours=6)
"""The same for two items of one outlet without text: two feeds of it, not the daily column of that name."""

NEAR = 0.5
"""Share of the shorter item's word runs that the other outlet's item must hold."""
NEAR_SAME_OUTLET = 0.8
"""The same within one outlet, of both items together: its own templates and footers are alike."""
LEAST_SHARED = 12
"""Word runs two near copies must share: below it a stock phrase would do."""
LONG = 40
"""Shared word runs from which one different name is an edit ("adviser", "Moscow" for "Russia"), not another event."""
SAMPLE = 4
"""One in so many word runs is looked up to find candidates."""

_VALUE = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class Known:
    """An entry with its hashes told apart."""

    item: str
    story: str
    at: datetime
    content_hash: str
    hashes: Hashes
    """Sorted: runs of words, numbers, names, wholes."""
    bounds: tuple[int, int, int]
    """Where in ``hashes`` numbers, names and wholes begin."""
    title: int
    outlet: int
    is_bare: bool

    @staticmethod
    def of(entry: StoryEntry) -> Known:
        """Return the entry as copies are judged by."""
        import numpy as np

        hashes = np.array(entry.shingles, np.uint64)
        numbers, names, wholes = (int(bound) for bound in np.searchsorted(hashes, _bounds()))
        kinds = {value >> 60 & 3: value for value in entry.shingles[wholes:]}
        return Known(
            item=entry.item,
            story=entry.story,
            at=entry.at,
            content_hash=entry.content_hash,
            hashes=hashes,
            bounds=(numbers, names, wholes),
            title=kinds.get(TITLE, 0),
            outlet=kinds.get(OUTLET, 0),
            is_bare=BARE in kinds,
        )

    @property
    def runs(self) -> Hashes:
        """Return the runs of words."""
        return self.hashes[: self.bounds[0]]

    def sample(self) -> list[int]:
        """Return the runs by which candidates are looked up."""
        import numpy as np

        runs = self.runs
        found: list[int] = runs[runs % np.uint64(SAMPLE) == 0].tolist()
        return found

    def places(self, kind: int) -> dict[int, set[int]]:
        """Return the numbers or names found in each place."""
        numbers, names, wholes = self.bounds
        hashes = self.hashes[numbers:names] if kind == NUMBER else self.hashes[names:wholes]
        found: defaultdict[int, set[int]] = defaultdict(set)
        for value in hashes.tolist():
            found[value >> 31].add(value & _VALUE)
        return found


def is_exact_copy(one: Known, other: Known) -> bool:
    """Return whether two items with the same content are copies, not two days' columns of one name."""
    apart = abs(one.at - other.at)
    if not one.is_bare:
        return apart <= (WINDOW if len(one.runs) >= LEAST_SHARED else TITLE_WINDOW)
    return one.title != 0 and apart <= (REPEAT_WINDOW if one.outlet == other.outlet else TITLE_WINDOW)


def similarity_of(one: Known, other: Known) -> float:
    """Return how much of two items is the same if they may be near copies, else 0."""
    apart = abs(one.at - other.at)
    if apart > (TITLE_WINDOW if one.is_bare or other.is_bare else WINDOW) or one.item == other.item:
        return 0.0
    shared = _shared(one, other)
    smaller = min(len(one.runs), len(other.runs))
    if one.outlet == other.outlet:
        union = len(one.runs) + len(other.runs) - shared
        return shared / union if shared >= max(LEAST_SHARED, NEAR_SAME_OUTLET * union) else 0.0
    is_titled_alike = one.title != 0 and one.title == other.title and apart <= TITLE_WINDOW
    if is_titled_alike or shared >= max(LEAST_SHARED, NEAR * smaller):
        return shared / smaller
    return 0.0


@cache
def _bounds() -> Hashes:
    import numpy as np

    return np.array([NUMBER << 62, NAME << 62, WHOLE << 62], np.uint64)


def _shared(one: Known, other: Known) -> int:
    import numpy as np

    return len(np.intersect1d(one.runs, other.runs, assume_unique=True))


def differ(one: Known, other: Known) -> bool:
    """Return whether two similar items state different numbers, or name different things, in the same place."""
    if _differences(one.places(NUMBER), other.places(NUMBER)):
        return True
    names = _differences(one.places(NAME), other.places(NAME))
    return names > (1 if _shared(one, other) >= LONG else 0)


def _differences(one: dict[int, set[int]], other: dict[int, set[int]]) -> int:
    return sum(1 for place in one.keys() & other.keys() if one[place].isdisjoint(other[place]))
