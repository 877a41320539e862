"""Put items into stories: exact copies across feeds, and near copies in every script.

A false merge hides news, a missed one shows it twice, so every doubt is decided against merging.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from monitor.records import Item, StoryAssignment, StoryEntry, StoryLink
from monitor.stories.copies import WINDOW, Known, differ, is_exact_copy, similarity_of
from monitor.stories.fingerprint import fingerprint

__all__ = ["WINDOW", "StoryIndex"]

_COMMON = 64
"""Entries that share a word run until it counts as boilerplate and is not looked up any more."""
_CANDIDATES = 12
"""Entries compared in full, those that share most sampled runs first."""


class StoryIndex:
    """The stories of the last days; grows with every item assigned."""

    def __init__(self, entries: Iterable[StoryEntry]) -> None:
        self._known: list[Known] = []
        self._by_item: dict[str, int] = {}
        self._by_content: defaultdict[str, list[int]] = defaultdict(list)
        self._by_title: defaultdict[int, list[int]] = defaultdict(list)
        self._by_run: defaultdict[int, list[int]] = defaultdict(list)
        self._by_story: defaultdict[str, list[int]] = defaultdict(list)
        for entry in entries:
            self._add(Known.of(entry))

    def assign(self, item: Item, leads_to: tuple[str, str] | None = None) -> tuple[StoryAssignment, StoryEntry]:
        """Return the story of an item, with the reason, and what to keep so that later items find it.

        ``leads_to`` are the item whose page this one leads to and its story: where words tell nothing, that does.
        An item assigned before stays in its story. The rest depends on which items came before only where several
        stories would do: the most similar one is taken, then the oldest.
        """
        hashes, content_hash = fingerprint(item)
        entry = StoryEntry(item.id, item.id, item.first_seen_at, content_hash, hashes)
        new = Known.of(entry)
        assignment = self._stay(new) or self._exact(new) or self._near(new)
        if assignment is None and leads_to is not None:
            other, story = leads_to
            assignment = StoryAssignment(item.id, story, StoryLink.SAME_PAGE, 0.0, other)
        if assignment is None:
            assignment = StoryAssignment(item.id, item.id, StoryLink.FIRST)
        self._add(replace(new, story=assignment.story))
        return assignment, replace(entry, story=assignment.story)

    def _add(self, new: Known) -> None:
        number = len(self._known)
        self._known.append(new)
        self._by_item[new.item] = number
        self._by_content[new.content_hash].append(number)
        self._by_title[new.title].append(number)
        self._by_story[new.story].append(number)
        for run in new.sample():
            self._by_run[run].append(number)

    def _stay(self, new: Known) -> StoryAssignment | None:
        before = self._by_item.get(new.item)
        if before is None:
            return None
        story = self._known[before].story
        first = self._known[self._by_story[story][0]].item
        if first == new.item:
            return StoryAssignment(new.item, story, StoryLink.FIRST)
        return StoryAssignment(new.item, story, StoryLink.NEAR_COPY, copy_of=first)

    def _exact(self, new: Known) -> StoryAssignment | None:
        same = (self._known[number] for number in self._by_content.get(new.content_hash, ()))
        copies = [known for known in same if known.item != new.item and is_exact_copy(known, new)]
        if not copies:
            return None
        first = min(copies, key=lambda known: (known.at, known.item))
        return StoryAssignment(new.item, first.story, StoryLink.EXACT_COPY, 1.0, first.item)

    def _near(self, new: Known) -> StoryAssignment | None:
        found: list[tuple[float, datetime, str, Known]] = []
        for number in self._candidates(new):
            known = self._known[number]
            similarity = similarity_of(known, new)
            if similarity > 0:
                found.append((-similarity, known.at, known.item, known))
        for similarity, _, _, known in sorted(found, key=lambda each: each[:3]):
            members = (self._known[number] for number in self._by_story[known.story])
            if not any(differ(member, new) for member in members):
                return StoryAssignment(new.item, known.story, StoryLink.NEAR_COPY, -similarity, known.item)
        return None

    def _candidates(self, new: Known) -> list[int]:
        shared: Counter[int] = Counter()
        for run in new.sample():
            numbers = self._by_run.get(run, ())
            if len(numbers) <= _COMMON:
                shared.update(numbers)
        alike = sorted(shared, key=lambda number: (-shared[number], self._known[number].item))[:_CANDIDATES]
        titled = self._by_title.get(new.title, ())[:_CANDIDATES]
        return [*alike, *(number for number in titled if number not in alike)]
