"""Put items into stories: exact copies across feeds, and near copies in every script.

A false merge hides news, a missed one shows it twice, so every doubt is decided against merging.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from monitor.records import StoryEntry
from monitor.stories.fingerprint import BARE, NAME, NUMBER, OUTLET, TITLE, WHOLE, Hashes

WINDOW = timedelta(days=3)
"""How far apart two copies may be seen."""
TITLE_WINDOW = timedelta(hours=24)
"""How far apart items with the same title may be seen to be copies by their title alone."""
REPEAT_WINDOW = timedelta(hours=6)
"""The same for two items of one outlet without text: two feeds of it, not the daily column of that name."""

NEAR = 0.55
"""Share of the shorter item's word runs that the other outlet's item must hold."""
NEAR_SAME_OUTLET = 0.85
"""The same within one outlet, of both items together: its own templates and footers are alike."""
LEAST_SHARED = 12
"""Word runs two near copies must share: below it a stock phrase would do."""
LONG = 40
"""Shared word runs from which one different name is an edit; a template is not that long."""
LEAST_TITLE_WORDS = 5
"""Shortest title (in word runs, plus two) that can stand for its item."""

_SAMPLE = 4
"""One in so many word runs is looked up to find candidates."""
_COMMON = 64
"""Entries that share a word run until it counts as boilerplate and is not looked up any more."""
_CANDIDATES = 12
"""Entries compared in full, those that share most sampled runs first."""


@dataclass(frozen=True, slots=True)
class _Known:
    """An entry with its hashes by kind."""

    item: str
    story: str
    at: datetime
    content_hash: str
    runs: Hashes
    numbers: Hashes
    names: Hashes
    title: int
    outlet: int
    is_bare: bool


def _known(entry: StoryEntry) -> _Known:
    hashes = np.array(entry.shingles, np.uint64)
    starts = np.searchsorted(hashes, np.array([NUMBER << 62, NAME << 62, WHOLE << 62], np.uint64))
    runs, numbers, names, whole = np.split(hashes, starts)
    wholes = {int(value) >> 60 & 3: int(value) for value in whole}
    return _Known(
        entry.item, entry.story, entry.at, entry.content_hash,
        runs, numbers, names, wholes.get(TITLE, 0), wholes.get(OUTLET, 0), BARE in wholes,
    )  # fmt: skip
