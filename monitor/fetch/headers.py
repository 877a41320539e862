"""What HTTP headers say, as far as a feed reader needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from monitor import __version__
from monitor.fetch.limits import FeedRequest

ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
ACCEPT_ENCODING: Final = "gzip, deflate, br, zstd"
NEUTRAL_AGENT: Final = "Mozilla/5.0 (compatible; FeedReader)"
"""For sensitive feeds: whoever reads their server's log must not learn who reads them (DESIGN §5)."""

_LONGEST_VALIDATOR: Final = 1_000
_LONGEST: Final = timedelta(days=365)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_LINE_ENDS = re.compile(r"[\x00-\x1f\x7f]+")


def user_agent(request: FeedRequest, contact: str) -> str:
    """Return who we say we are."""
    if request.feed.is_sensitive:
        return NEUTRAL_AGENT
    return f"monitor/{__version__} (+{contact})" if contact else f"monitor/{__version__}"


def request_headers(request: FeedRequest, contact: str, own: Mapping[str, str]) -> dict[str, str]:
    """Return the headers to send; ``own`` are the feed's, which stand above ours."""
    headers = {
        "User-Agent": user_agent(request, contact),
        "Accept": ACCEPT,
        "Accept-Encoding": ACCEPT_ENCODING,
    }
    if request.etag:
        headers["If-None-Match"] = request.etag
    if request.last_modified:
        headers["If-Modified-Since"] = request.last_modified
    if request.cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in request.cookies)
    lowered = {name.lower() for name in own}
    kept = {name: value for name, value in headers.items() if name.lower() not in lowered}
    return {name: _LINE_ENDS.sub(" ", value).strip() for name, value in {**kept, **own}.items()}


def validator(headers: Mapping[str, str], name: str) -> str | None:
    """Return ``ETag`` or ``Last-Modified`` to be sent back; None for one so long that no server would take it."""
    value = headers.get(name)
    return value if value and len(value) <= _LONGEST_VALIDATOR else None


def media_type(headers: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the media type in lower case, empty if none is given, and the charset it names."""
    value = headers.get("Content-Type", "")
    charset = _CHARSET.search(value)
    return value.partition(";")[0].strip().lower()[:100], charset[1] if charset else None


def max_age(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long the answer stays fresh: max-age less Age, else Expires less Date (RFC 9111, 4.2).

    ``now`` stands in for a Date the server does not send.
    """
    control = headers.get("Cache-Control", "")
    if re.search(r"no-(?:cache|store)", control, re.IGNORECASE):
        return None
    age = _MAX_AGE.search(control)
    if age:
        spent = headers.get("Age", "0")
        seconds = int(age[1]) - (int(spent) if spent.isdigit() and len(spent) < 12 else 0)
        return min(timedelta(seconds=max(0, min(seconds, 10**9))), _LONGEST) or None
    return _until(headers.get("Expires"), headers, now) or None


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long the server asks us to wait.

    Accepts seconds or an HTTP date (RFC 9110, 10.2.3), counted from the answer's own Date, so that a wrong clock on
    either side does no harm, and from ``now`` if the answer has none. Past dates give zero; anything else gives None,
    for a wrong header must not stop polling.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=min(int(value[:12]), 10**9)), _LONGEST)
    return _until(value, headers, now)


def _until(value: str | None, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    end = _date(value) if value else None
    if end is None:
        return None
    return min(max(end - (_date(headers.get("Date")) or now), timedelta()), _LONGEST)


def _date(value: str | None) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed
