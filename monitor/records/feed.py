"""Feeds: what we were asked to poll, what we learned about it, and what one poll gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.records.place import Source


class Stance(StrEnum):
    """Whose voice a feed speaks with."""

    STATE = "state"
    MILITARY = "military"
    MILITANT = "militant"
    EXILE = "exile"
    PARTY = "party"
    INDEPENDENT = "independent"


class FeedHealth(StrEnum):
    """The state of a feed as an analyst needs to know it."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    SILENT = "silent"
    BLOCKED = "blocked"
    GONE = "gone"
    NOT_A_FEED = "not-a-feed"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed we were asked to poll; ``name`` is its identity, so a changed URL re-announces nothing."""

    name: str
    url: str
    outlet: str
    lang: str | None = None
    country: str | None = None
    grade: str = "F"
    """Reliability of the source, A (completely reliable) to F (cannot be judged)."""
    stance: Stance = Stance.INDEPENDENT
    interval: timedelta = timedelta(minutes=30)
    allow_private: bool = False
    is_sensitive: bool = False
    wants_full_text: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    declared_at: Source | None = None
    proxy: str | None = None
    """Fetch by way of this proxy; None for the one of all feeds, if there is one."""
    deadline: timedelta | None = None
    """For one answer; None for the one of all feeds."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """What we learned about a feed from polling it; every time is aware UTC."""

    feed: str
    url: str
    """The address the validators belong to; when the configured one differs they are not sent."""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    next_check_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_item_at: datetime | None = None
    failures: int = 0
    """Failed polls since the last success."""
    health: FeedHealth = FeedHealth.NEW
    since: datetime | None = None
    """Since when ``health`` holds."""
    problem: str = ""
    """The last failure in words, empty when the last poll succeeded."""
    identity_policy: str = "guid"
    """How items are told apart: guid, link or content; degraded when guids prove unusable (DESIGN §4)."""
    fetched_at: datetime | None = None
    """When a whole body last came; validators are left out of one request a day."""
    moved_to: str | None = None
    """Where the feed's address leads by permanent redirects."""
    moved_since: datetime | None = None
    """Since when every answer came from ``moved_to``."""
    moved_at: datetime | None = None
    """When ``moved_to`` took the place of the configured address; None while that is still asked."""
    longest_quiet: timedelta | None = None
    """The longest that the feed is usually without news; None until a rhythm was seen (``feeds.schedule``)."""
    items_hash: str | None = None
    """By which the items of the last document are recognised as a whole; see ``feeds.changes.items_hash``."""
    wished_wait: timedelta | None = None
    """How long the last document asked to be left alone (ttl, sy:update…); "not modified" does not take it back."""
    quiet_times: str = ""
    """When the last document asked not to be asked (skipHours, skipDays); see ``feeds.quiet``."""


class FetchFailure(StrEnum):
    """Why a poll gave no body."""

    NAME_UNKNOWN = "name-unknown"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    HTTP_STATUS = "http-status"
    BLOCKED = "blocked"
    GONE = "gone"
    REDIRECTS = "redirects"
    REFUSED_ADDRESS = "refused-address"
    BAD_ENCODING = "bad-encoding"
    INCOMPLETE = "incomplete"
    BAD_ADDRESS = "bad-address"
    NOT_SENT = "not-sent"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body, decoded from its transfer and content encodings and within the size cap."""

    url: str
    final_url: str
    body: bytes
    media_type: str = ""
    charset: str | None = None
    """As the HTTP header names it, unchecked."""
    etag: str | None = None
    last_modified: str | None = None
    max_age: timedelta | None = None
    """How long the server says the answer stays fresh (Cache-Control, else Expires)."""
    moved_to: str | None = None
    """The last address reached by permanent redirects alone (301, 308); None if the first hop was no such."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says nothing changed since our validators."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    max_age: timedelta | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """No body, with the reason; ``detail`` is a sentence for the analyst."""

    url: str
    reason: FetchFailure
    detail: str
    status: int | None = None
    retry_after: timedelta | None = None


FetchOutcome = Fetched | NotModified | FetchFailed
