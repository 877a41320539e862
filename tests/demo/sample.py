"""The sample feeds: one JSON Lines file each in ``feeds/``; every event, outlet and minor name in them is invented.

The first line describes the feed, every further line one item: ``{"id", "title", "summary", "age_minutes", "link",
"author"?, "tags"?, "topics", "edits"?: [{"pull", "title"?, "summary"?}]}``. ``age_minutes`` counts back from the
start of the server, null means the item carries no date; ``topics`` is what a reader would say the item is about;
an edit is served from that pull of its feed on. ``zone`` is the zone the outlet writes its times in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

FEEDS = Path(__file__).parent / "feeds"

_OFFSETS = {
    "UTC": timedelta(0),
    "AFT": timedelta(hours=4, minutes=30),
    "PKT": timedelta(hours=5),
    "+05:00": timedelta(hours=5),
    "IST": timedelta(hours=5, minutes=30),
    "CST": timedelta(hours=8),
}


@dataclass(frozen=True, slots=True)
class Edit:
    """What changes in an item from one pull of its feed on; None leaves the field as it was."""

    pull: int
    title: str | None
    summary: str | None


@dataclass(frozen=True, slots=True)
class SampleItem:
    """One item as its outlet serves it; ``summary`` is HTML if it holds a tag."""

    id: str
    title: str
    summary: str
    link: str
    age: timedelta | None
    topics: tuple[str, ...]
    author: str | None = None
    tags: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()

    @property
    def is_html(self) -> bool:
        """Say whether the summary is markup."""
        return "<" in self.summary

    def at_pull(self, pull: int) -> SampleItem:
        """Return the item with every edit that shows at this pull of its feed, the first being 1."""
        item = self
        for edit in self.edits:
            if edit.pull <= pull:
                item = replace(item, title=edit.title or item.title, summary=edit.summary or item.summary)
        return item


@dataclass(frozen=True, slots=True)
class SampleFeed:
    """One outlet's feed, newest item first."""

    name: str
    outlet: str
    title: str
    format: str
    lang: str
    country: str
    stance: str
    grade: str
    site: str
    items: tuple[SampleItem, ...]
    zone: str = "UTC"
    sensitive: bool = False

    def at_pull(self, pull: int) -> SampleFeed:
        """Return the feed as this pull sees it."""
        return replace(self, items=tuple(item.at_pull(pull) for item in self.items))

    def edits_shown(self, pull: int) -> int:
        """Return how many edits this pull sees; a feed with the same number is the same feed."""
        return sum(edit.pull <= pull for item in self.items for edit in item.edits)

    def local(self, moment: datetime) -> datetime:
        """Return the moment on this outlet's clock; the zone prints as the outlet writes it."""
        return moment.astimezone(timezone(_OFFSETS[self.zone], self.zone))


def sample_feeds() -> tuple[SampleFeed, ...]:
    """Return every sample feed, by name."""
    return tuple(_read(path) for path in sorted(FEEDS.glob("*.jsonl")))


def _read(path: Path) -> SampleFeed:
    head, *rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return SampleFeed(items=tuple(_item(row) for row in rows), **head["feed"])


def _item(row: dict[str, Any]) -> SampleItem:
    minutes = row["age_minutes"]
    return SampleItem(
        id=row["id"],
        title=row["title"],
        summary=row["summary"],
        link=row["link"],
        age=None if minutes is None else timedelta(minutes=minutes),
        topics=tuple(row["topics"]),
        author=row.get("author"),
        tags=tuple(row.get("tags", ())),
        edits=tuple(Edit(edit["pull"], edit.get("title"), edit.get("summary")) for edit in row.get("edits", ())),
    )
