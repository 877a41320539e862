from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.fetch.headers import max_age, media_type, request_headers, retry_after
from monitor.fetch.limits import FeedRequest
from monitor.records import Feed

NOON = "Sat, 21 Nov 2026 12:00:00 GMT"
OURS = datetime(2026, 11, 21, 11, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "120"}, timedelta(minutes=2)),
        ({"Retry-After": "Sat, 21 Nov 2026 12:30:00 GMT", "Date": NOON}, timedelta(minutes=30)),
        ({"Retry-After": "Sat, 21 Nov 2026 11:30:00 GMT", "Date": NOON}, timedelta(0)),
        ({"Retry-After": "Sat, 21 Nov 2026 12:30:00 GMT"}, timedelta(minutes=40)),  # no Date: counted from our clock
        ({"Retry-After": "9" * 40}, timedelta(days=365)),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Sat, 99 Nov 2026 12:30:00 GMT", "Date": NOON}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], wait: timedelta | None) -> None:
    assert retry_after(headers, OURS) == wait


@pytest.mark.parametrize(
    ("headers", "age"),
    [
        ({"Cache-Control": "public, max-age=900"}, timedelta(minutes=15)),
        ({"Cache-Control": 'max-age="900"', "Age": "300"}, timedelta(minutes=10)),
        ({"Cache-Control": "max-age=900", "Age": "901"}, None),
        ({"Cache-Control": "s-maxage=900"}, None),  # for shared caches only
        ({"Cache-Control": "no-cache, max-age=900"}, None),
        ({"Cache-Control": "max-age=0", "Expires": "Sat, 21 Nov 2026 13:00:00 GMT", "Date": NOON}, None),
        ({"Expires": "Sat, 21 Nov 2026 13:00:00 GMT", "Date": NOON}, timedelta(hours=1)),
        ({"Expires": "0", "Date": NOON}, None),
        ({"Expires": "Thu, 01 Jan 1970 00:00:00 GMT", "Date": NOON}, None),
        ({}, None),
    ],
)
def test_max_age(headers: dict[str, str], age: timedelta | None) -> None:
    assert max_age(headers, OURS) == age


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("application/rss+xml; charset=UTF-8", ("application/rss+xml", "UTF-8")),
        ('Text/XML;charset="windows-1256"', ("text/xml", "windows-1256")),
        ("text/xml; charset=", ("text/xml", None)),
        ("", ("", None)),
    ],
)
def test_media_type(value: str, found: tuple[str, str | None]) -> None:
    assert media_type({"Content-Type": value}) == found


def test_the_feeds_own_headers_replace_ours_and_cannot_smuggle_lines() -> None:
    feed = Feed("f", "https://example.org/feed", "Outlet", headers=(("user-agent", "Desk/1"), ("X-A", "1\r\nX-B: 2")))
    headers = request_headers(FeedRequest(feed), "desk@example.org", dict(feed.headers))
    assert headers["user-agent"] == "Desk/1"
    assert "User-Agent" not in headers
    assert headers["X-A"] == "1 X-B: 2"
