"""`feeds discover`: ask a page which feeds it has, ask those, and say which are feeds indeed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from monitor.feeds.discover import Candidate, Origin, find_candidates
from monitor.feeds.parse import parse_feed
from monitor.fetch.client import run_fetch
from monitor.fetch.limits import FeedRequest, FetchLimits
from monitor.pipeline.feedcheck import FeedCheck, check_feeds
from monitor.pipeline.progress import Clock
from monitor.records import Feed, Fetched, FetchFailed, FetchFailure, FetchOutcome

_ANSWERED = frozenset({FetchFailure.HTTP_STATUS, FetchFailure.BLOCKED, FetchFailure.GONE, FetchFailure.TOO_LARGE})
"""Failures that leave hope for other addresses of the same site."""


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was found, with what it answered and why it was asked."""

    check: FeedCheck
    origin: Origin | None
    """None if the address asked was itself a feed."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found at an address; ``problem`` says why the page itself gave nothing, empty if it answered."""

    url: str
    found: tuple[Found, ...]
    asked: int
    problem: str = ""
    is_private: bool = False
    """Whether the page was not asked since it lies in a private network."""


def discover(page: Feed, limits: FetchLimits, clock: Clock, say: Callable[[str], None] | None = None) -> Discovery:
    """Return the feeds at ``page.url``: the address itself if it is one, else those of the page and its site.

    Usual places are asked only when the page names no feed that works. A site that refuses the page may still serve
    its feeds to readers, so they are asked too. Nothing is stored.
    """
    outcomes: dict[str, FetchOutcome] = {}
    run_fetch([FeedRequest(page, None, None)], limits, outcomes.__setitem__)
    outcome = outcomes[page.name]
    body, charset, url, problem = b"", None, page.url, ""
    if isinstance(outcome, Fetched):
        parsed = parse_feed(outcome.body, outcome.media_type, outcome.charset, outcome.final_url, clock())
        if parsed.is_feed:
            times = [item.published_at for item in parsed.items if item.published_at is not None]
            return Discovery(page.url, (Found(FeedCheck(page, parsed, "", max(times, default=None)), None),), 1)
        body, charset, url = outcome.body, outcome.charset, outcome.final_url
    elif isinstance(outcome, FetchFailed):
        problem = outcome.detail
        if outcome.reason not in _ANSWERED:
            is_private = outcome.reason is FetchFailure.REFUSED_ADDRESS
            return Discovery(page.url, (), 1, problem, is_private)
    candidates = find_candidates(body, charset, url)
    found: list[Found] = []
    asked = 1
    for named in (True, False):
        batch = [one for one in candidates if (one.origin is not Origin.GUESSED) is named]
        if not batch or found:
            continue
        if say is not None:
            say(f"asking {len(batch)} addresses {'that the page names' if named else 'where feeds usually are'}")
        asked += len(batch)
        found.extend(_ask(page, batch, limits, clock))
    return Discovery(page.url, tuple(found), asked, problem)


def _ask(page: Feed, batch: Sequence[Candidate], limits: FetchLimits, clock: Clock) -> list[Found]:
    feeds = [replace(page, name=one.url, url=one.url, outlet=one.title or one.url) for one in batch]
    checks = check_feeds(feeds, limits, clock)
    answered = [Found(check, one.origin) for check, one in zip(checks, batch, strict=True) if check.is_ok]
    # /feed and /rss are one feed at many sites; the first address stands.
    seen: dict[tuple[str, ...], Found] = {}
    for one in answered:
        items = one.check.parsed.items if one.check.parsed else ()
        seen.setdefault(tuple(item.guid or item.link or item.title for item in items) or (one.check.feed.url,), one)
    return list(seen.values())
