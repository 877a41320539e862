"""The JSON shapes of ``monitor feeds parse`` (DESIGN §7): one line for the feed, then one per item."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.records import ParsedFeed, ParsedItem

Line = dict[str, object]


def feed_line(parsed: ParsedFeed) -> Line:
    """Return the first line: the feed's own facts and what was wrong with the document."""
    return {
        "feed": {"title": parsed.title, "link": parsed.link, "lang": parsed.lang, "format": parsed.format or None},
        "problems": list(parsed.problems),
    }


def item_line(item: ParsedItem) -> Line:
    """Return the line of one item; times are ISO 8601 in UTC or null."""
    return {
        "guid": item.guid,
        "link": item.link,
        "title": item.title,
        "text": item.text,
        "html": item.html,
        "published_at": _time(item.published_at),
        "updated_at": _time(item.updated_at),
        "authors": list(item.authors),
        "tags": list(item.tags),
        "enclosures": [{"url": file.url, "type": file.media_type, "length": file.length} for file in item.enclosures],
        "outlet": item.outlet,
        "lang": item.lang,
        "flags": list(item.flags),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
