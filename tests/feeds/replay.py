"""Pull one feed again and again against a store kept in memory, as the pipeline does against the real one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from monitor.feeds.changes import compare
from monitor.feeds.identity import Pull
from monitor.feeds.news import News
from monitor.feeds.parse import parse_at_once, parse_feed
from monitor.feeds.schedule import after_poll, new_state
from monitor.records import Feed, FeedChanges, Fetched, Item, ItemKey, KnownItem, ParsedFeed, SeenEntry

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FEED = Feed("frontier", "https://frontier.example/feed", "Frontier Post", lang="en")


class Replay:
    """The items of one feed, with all their revisions, after a number of pulls an hour apart.

    One that ``forgets_entries`` stores no hash of an entry, so that every entry is read and cleaned at every pull.
    """

    def __init__(self, feed: Feed = FEED, *, forgets_entries: bool = False) -> None:
        self.feed = feed
        self.forgets_entries = forgets_entries
        self.entry_hashes: dict[str, bytes | None] = {}
        self.seen: dict[bytes, SeenEntry] = {}
        self.cleaned = 0
        self.read = 0
        self.now = NOON
        self.history: defaultdict[str, list[Item]] = defaultdict(list)
        self.owners: dict[ItemKey, str] = {}
        self.state = new_state(feed)

    def pull(self, body: bytes) -> FeedChanges:
        """Parse, compare, store; every key has one owner for good, as in the database."""
        parsed = parse_feed(body, "", None, self.feed.url, self.now)
        changes = self._apart(body) or self._whole(parsed)
        self.seen = {} if self.forgets_entries else {one.raw_hash: one for one in changes.seen}
        keyed = [(change.item.id, key) for change in (*changes.new, *changes.changed) for key in change.keys]
        for item, key in (*keyed, *changes.aliases):
            assert key not in self.owners
            self.owners[key] = item
        for change in changes.new:
            assert change.item.id not in self.history
        for change in (*changes.new, *changes.changed):
            self.history[change.item.id].append(change.item)
            self.entry_hashes[change.item.id] = change.entry_hash
        self.entry_hashes.update(changes.entry_hashes)
        fetched = Fetched(self.feed.url, self.feed.url, body)
        self.state = after_poll(self.feed, self.state, fetched, parsed, changes, self.now, 0.0)
        self.now += timedelta(hours=1)
        return changes

    def _whole(self, parsed: ParsedFeed) -> FeedChanges:
        pull = Pull(parsed, self.state.identity_policy)
        found = self._look_up(pull.settle(self._look_up(pull.first_keys)))
        self.cleaned = sum(candidate.known is None for candidate in pull.candidates)
        self.read = len(parsed.entries)
        return compare(self.feed, self.state, pull, found, self.now)

    def _apart(self, body: bytes) -> FeedChanges | None:
        parsed = parse_at_once(body, "", None, self.feed.url, self.now, self.seen)
        news = None if parsed is None or parsed.is_read else News.of(parsed, self.state.identity_policy)
        if news is None:
            return None
        self.cleaned = self.read = len(news.pull.candidates)
        return news.compare(self.feed, self.state, self._look_up(news.keys), self.now)

    def _look_up(self, keys: Collection[ItemKey]) -> dict[ItemKey, KnownItem]:
        return {key: self._known(self.owners[key]) for key in keys if key in self.owners}

    def _known(self, item: str) -> KnownItem:
        latest = self.history[item][-1]
        keys = tuple(key for key, owner in self.owners.items() if owner == item)
        entry_hash = None if self.forgets_entries else self.entry_hashes[item]
        return KnownItem(item, latest.revision, latest.content_hash, keys, entry_hash)


def rss(*items: str, link: str = "https://frontier.example/") -> bytes:
    """Return an RSS document of these item bodies."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>Frontier</title><link>{link}</link>{inner}</channel></rss>'.encode()


def entry(guid: str | None, link: str | None, title: str, text: str = "", date: str = "") -> str:
    """Return the inside of an RSS item."""
    parts = [
        f'<guid isPermaLink="false">{guid}</guid>' if guid else "",
        f"<link>{link}</link>" if link else "",
        f"<title>{title}</title>",
        f"<description>{text}</description>" if text else "",
        f"<pubDate>{date}</pubDate>" if date else "",
    ]
    return "".join(parts)
