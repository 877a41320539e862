"""Ask for the pages behind items, before the items are assessed: the first judgement rests on the whole text.

Feeds with ``full_text = true`` have it for every item; with ``full_text_margin`` items near a threshold have it too.
Nothing here changes a feed's state, and an item whose page cannot be had is judged by what its feed says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

from monitor.feeds.fulltext import READ_LATE, wait_after, with_full_text
from monitor.fetch.client import run_fetch
from monitor.fetch.limits import MEGABYTE, FeedRequest
from monitor.log import Log
from monitor.pipeline.desk import Desk
from monitor.pipeline.progress import Clock, Progress
from monitor.pipeline.reading import Reader, Unread
from monitor.records import Feed, Fetched, FetchFailed, FetchOutcome, Item
from monitor.store import fulltext as page_rows
from monitor.store.fulltext import PageAsked

log = Log("fulltext")

PACKAGE: Final = "trafilatura"
REMEDY: Final = "install it with: pip install trafilatura"

_MOST: Final = 300
_MOST_PER_HOST: Final = 60
"""Pages asked for in one round, in all and at one host: at a pause of a second this holds alerts up for a minute. The
others are asked for in the rounds that follow.
"""
_MOST_UNREAD: Final = 16
"""Pages in memory that wait for a reading process."""
_LARGEST_PAGE: Final = 4 * MEGABYTE
_PER_WRITE: Final = 50

_Wish = tuple[Item, int]
"""An item whose page is to be asked for, and the attempts so far."""


def is_available() -> bool:
    """Return whether the optional package that reads articles is installed."""
    return find_spec(PACKAGE) is not None


def read_full_texts(desk: Desk, clock: Clock, progress: Progress) -> int:
    """Ask for the pages that are due and store what they give; return how many items got their full text.

    Pages of sensitive feeds are never asked for.
    """
    margin = desk.config.full_text_margin
    feeds = {feed.name: feed for feed in desk.config.feeds if not feed.is_sensitive}
    if not (margin or any(feed.wants_full_text for feed in feeds.values())):
        return 0
    if not is_available():
        log.warning("no full texts: the package is missing", package=PACKAGE, remedy=REMEDY)
        return 0
    work = _Pages(desk, feeds, clock, progress)
    now_asked, later = _polite(_wishes(desk, feeds, clock))
    work.postpone(later)
    return work.ask(now_asked)


def _wishes(desk: Desk, feeds: Mapping[str, Feed], clock: Clock) -> list[_Wish]:
    wanted = [feed.name for feed in feeds.values() if feed.wants_full_text]
    others = [name for name in feeds if name not in wanted] if desk.config.full_text_margin else []
    with desk.database.read() as connection:
        fresh = page_rows.never_asked(connection, wanted)
        maybe = page_rows.never_asked(connection, others)
        again = page_rows.to_ask_again(connection, list(feeds), clock())
    return [*((item, 0) for item in (*fresh, *_near(desk, maybe))), *again]


def _near(desk: Desk, items: Sequence[Item]) -> list[Item]:
    """Return the items that score so near a threshold that the page may decide."""
    if not items:
        return []
    margin = desk.config.full_text_margin
    scores = desk.topics.model().score([(item.title, item.text) for item in items])
    return [
        item
        for item, found in zip(items, scores, strict=True)
        if any(abs(one.score - one.threshold) <= margin for one in found)
    ]


def _polite(wishes: Sequence[_Wish]) -> tuple[list[_Wish], list[_Wish]]:
    """Return the wishes for this round, and those for later ones."""
    asked: list[_Wish] = []
    later: list[_Wish] = []
    hosts: Counter[str] = Counter()
    for wish in wishes:
        host = _host(wish[0].link)
        hosts[host] += 1
        is_now = len(asked) < _MOST and hosts[host] <= _MOST_PER_HOST
        (asked if is_now else later).append(wish)
    return asked, later


def _host(link: str | None) -> str:
    return urlsplit(link or "").netloc.lower()


class _Pages:
    """One run: what is asked, what is being read, what waits to be written."""

    def __init__(self, desk: Desk, feeds: Mapping[str, Feed], clock: Clock, progress: Progress) -> None:
        self._desk = desk
        self._feeds = feeds
        self._clock = clock
        self._progress = progress
        self._wishes: dict[str, _Wish] = {}
        self._unread: list[tuple[_Wish, Future[str | Unread]]] = []
        self._asked: list[PageAsked] = []
        self._read = 0

    def postpone(self, wishes: Sequence[_Wish]) -> None:
        """Remember pages for the next round: their items are assessed without them now."""
        now = self._clock()
        self._asked += [PageAsked(item, attempts, next_attempt_at=now) for item, attempts in wishes]
        self._write()

    def ask(self, wishes: Sequence[_Wish]) -> int:
        if not wishes:
            return 0
        self._wishes = {item.id: (item, attempts) for item, attempts in wishes}
        limits = self._desk.config.limits
        limits = replace(limits, max_bytes=min(limits.max_bytes, _LARGEST_PAGE))
        self._progress.start("reading full texts", len(wishes))
        try:
            with Reader() as reader:

                def take(name: str, outcome: FetchOutcome) -> None:
                    self._take(reader, self._wishes[name], outcome)

                run_fetch([self._request(item) for item, _ in wishes], limits, take)
                self._settle(0)
        finally:
            self._progress.stop()
        self._write()
        log.info("full texts read", asked=len(wishes), read=self._read)
        return self._read

    def _request(self, item: Item) -> FeedRequest:
        feed = self._feeds[item.feed]
        # A feed inside this network may send us to its own server, and to no other one in here.
        is_own = _host(item.link) == _host(feed.url)
        asked = replace(feed, name=item.id, allow_private=feed.allow_private and is_own)
        # The feed's own address stays: it says which server its headers, which may be secrets, are for.
        return FeedRequest(feed=asked, address=item.link)

    def _take(self, reader: Reader, wish: _Wish, outcome: FetchOutcome) -> None:
        item, attempts = wish
        if isinstance(outcome, Fetched):
            self._unread.append((wish, reader.words(outcome.body, outcome.charset)))
            self._settle(_MOST_UNREAD)
            return
        self._progress.advance(item.outlet)
        if isinstance(outcome, FetchFailed):
            wait = wait_after(outcome, attempts + 1)
            due = self._clock() + wait if wait is not None else None
            self._note(PageAsked(item, attempts + 1, next_attempt_at=due, reason=outcome.detail))

    def _settle(self, most: int) -> None:
        """Take the words of pages, the oldest first, until at most ``most`` wait."""
        while len(self._unread) > most:
            (item, attempts), promise = self._unread.pop(0)
            words = promise.result()
            found = words.why if isinstance(words, Unread) else with_full_text(item, words)
            self._progress.advance(item.outlet)
            if isinstance(found, Item):
                self._note(PageAsked(item, attempts + 1, full=found))
            else:
                self._note(PageAsked(item, attempts + 1, reason=found))

    def _note(self, asked: PageAsked) -> None:
        self._asked.append(asked)
        if len(self._asked) >= _PER_WRITE:
            self._write()

    def _write(self) -> None:
        written, self._asked = self._asked, []
        if written:
            with self._desk.database.write() as connection:
                self._read += page_rows.save(connection, written, READ_LATE, self._clock())
