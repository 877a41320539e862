from __future__ import annotations

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

from monitor.pipeline.reading import Reader, Unread
from monitor.records import Fetched, ParsedFeed

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ITEM = "<item><title>Convoy</title><guid>%d</guid><link>http://a.example/%d</link></item>"
USUAL = b"<rss version='2.0'><channel><title>T</title><item><title>Convoy</title></item></channel></rss>"


def fetched(body: bytes) -> Fetched:
    return Fetched("http://a.example/feed", "http://a.example/feed", body, "application/rss+xml")


def large(items: int) -> bytes:
    listed = "".join(ITEM % (number, number) for number in range(items))
    return f"<rss version='2.0'><channel><title>T</title>{listed}</channel></rss>".encode()


def test_a_usual_document_is_read_at_once() -> None:
    with Reader() as reader:
        parsed = reader.read(fetched(USUAL), NOW)
    assert isinstance(parsed, ParsedFeed)
    assert [item.title for item in parsed.items] == ["Convoy"]


def test_a_large_document_is_read_elsewhere() -> None:
    with Reader() as reader:
        promise = reader.read(fetched(large(16_000)), NOW)
        assert isinstance(promise, Future)
        found = promise.result()
        assert isinstance(found, ParsedFeed)
        assert len(found.items) == 10_000, "the most that is kept of one document"


def test_a_document_that_takes_too_long_costs_only_itself() -> None:
    with Reader(deadline=timedelta(seconds=0.001)) as reader:
        slow = reader.read(fetched(large(16_000)), NOW)
        assert isinstance(slow, Future)
        assert slow.result() == Unread("it could not be read within 0.001 s")
        assert isinstance(reader.read(fetched(USUAL), NOW), ParsedFeed)
        again = reader.read(fetched(large(16_000)), NOW)
        assert isinstance(again, Future)
        assert isinstance(again.result(), Unread)
