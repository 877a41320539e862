"""`stories group`: put items of a script into stories, without the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.feeds.identity import content_hash
from monitor.records import Item
from monitor.stories.group import StoryIndex

_START = datetime(2000, 1, 1, tzinfo=UTC)


def group_items(items: Sequence[tuple[str, str, str | None, datetime | None]]) -> list[str]:
    """Return the story of each (title, text, outlet, time), in the given order, which is taken as time order.

    An item without a time is placed just after the one before it.
    """
    index = StoryIndex(())
    stories = []
    at = _START
    for number, (title, text, outlet, published_at) in enumerate(items):
        at = published_at or at + timedelta(seconds=1)
        item = Item(
            id=f"{number:016x}",
            feed=outlet or "",
            outlet=outlet or "",
            link=None,
            title=title,
            text=text,
            html="",
            lang=None,
            published_at=published_at,
            first_seen_at=at,
            revision=1,
            content_hash=content_hash(title, text),
        )
        assignment, _ = index.assign(item)
        stories.append(assignment.story)
    return stories
