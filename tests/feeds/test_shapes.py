from __future__ import annotations

import json
from datetime import UTC, datetime

from monitor.feeds.shapes import feed_line, item_line
from monitor.records import Enclosure, ParsedFeed, ParsedItem


def test_the_feed_line_is_the_contracts() -> None:
    parsed = ParsedFeed("Frontier", "https://frontier.example/", "en", "rss20", problems=("x",))
    assert feed_line(parsed) == {
        "feed": {"title": "Frontier", "link": "https://frontier.example/", "lang": "en", "format": "rss20"},
        "problems": ["x"],
    }


def test_the_item_line_holds_the_contracts_keys_and_can_be_json() -> None:
    item = ParsedItem(
        "1",
        None,
        "T",
        "text",
        "<p>text</p>",
        datetime(2026, 11, 21, 5, tzinfo=UTC),
        None,
        ("A",),
        ("b",),
        (Enclosure("https://x.example/a"),),
    )
    line = item_line(item)
    assert {key: line[key] for key in ("guid", "link", "title", "text", "html", "published_at", "updated_at")} == {
        "guid": "1",
        "link": None,
        "title": "T",
        "text": "text",
        "html": "<p>text</p>",
        "published_at": "2026-11-21T05:00:00Z",
        "updated_at": None,
    }
    assert (line["authors"], line["tags"]) == (["A"], ["b"])
    assert line["enclosures"] == [{"url": "https://x.example/a", "type": "", "length": None}]
    assert json.loads(json.dumps(line)) == line
