"""Stories: items about one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StoryLink(StrEnum):
    """Why an item is in its story."""

    FIRST = "first"
    """It opened the story."""
    EXACT_COPY = "exact-copy"
    NEAR_COPY = "near-copy"
    SAME_PAGE = "same-page"
    """An aggregator's item that leads to the page of an item we have."""


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """An item as story grouping sees it: its words, reduced to hashes, and its time."""

    item: str
    story: str
    at: datetime
    content_hash: str
    shingles: tuple[int, ...]
    """Sorted 64-bit hashes of the folded text's word (or character) runs."""


@dataclass(frozen=True, slots=True)
class StoryAssignment:
    """The story an item belongs to, and why; ``similarity`` is 0–1."""

    item: str
    story: str
    link: StoryLink
    similarity: float = 1.0
    copy_of: str | None = None
    """The item it copies, if it is a copy."""


@dataclass(frozen=True, slots=True)
class Story:
    """Items about one event, in the order they were first seen."""

    id: str
    headline: str
    items: tuple[str, ...]
    outlets: tuple[str, ...]
    first_seen_at: datetime
    last_seen_at: datetime
