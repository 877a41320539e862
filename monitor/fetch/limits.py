"""What a fetch may take: time, bytes, connections; and what it says about us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.records import Feed

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The bounds of one round of fetching."""

    concurrency: int = 64
    """Requests under way at a time, over all hosts."""
    per_host: int = 2
    """Requests under way at a time to one host; as many may start without waiting for ``host_gap``."""
    host_gap: timedelta = timedelta(seconds=1)
    """Pause between the starts of two further requests to one host."""
    deadline: timedelta = timedelta(seconds=30)
    """For one feed, all redirects and the whole body included; waiting for our own limits does not count."""
    name_deadline: timedelta = timedelta(seconds=8)
    """For looking up one host name."""
    connect_deadline: timedelta = timedelta(seconds=10)
    max_bytes: int = 16 * MEGABYTE
    """Of one body, decoded."""
    max_redirects: int = 10
    contact: str = ""
    """An address or URL where the owner of a server finds us; part of the User-Agent."""
    proxy: str | None = None
    """For feeds that name none of their own; http:// or https://, or where that is kept (see ``secrets``)."""
    root: Path = Path()
    """Where the paths of secret files start: the workspace."""


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """A feed to fetch, with the validators of the last answer if they belong to its present address."""

    feed: Feed
    etag: str | None = None
    last_modified: str | None = None
    address: str | None = None
    """Where to ask, if not at the feed's own address: where that has moved to."""
    cookies: tuple[tuple[str, str], ...] = ()
    """Set by this server with the redirects that led here; forgotten with the answer."""
