"""Items: one entry of a feed, as parsed and as stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, Self


class Field(StrEnum):
    """Where in an item something stands; ``body`` is the item's text."""

    TITLE = "title"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that comes with an item."""

    url: str
    media_type: str = ""
    length: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One entry of a feed document: plain ``title`` and ``text``, sanitised ``html``, times in aware UTC."""

    guid: str | None
    link: str | None
    title: str
    text: str
    html: str
    published_at: datetime | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    outlet: str | None = None
    """The outlet an aggregator names for this item (RSS ``source``)."""
    lang: str | None = None
    """The language the entry itself declares."""
    flags: tuple[str, ...] = ()
    """What was repaired or refused, e.g. ``date-unreadable``, ``date-in-future``, ``text-cut``."""


class SeenEntry(NamedTuple):
    """An entry of a feed's last document that is stored as it stood there, every identity key its item's own."""

    raw_hash: bytes
    """Of its markup, and of what decides how that is read."""
    entry_hash: bytes
    """Of what was read from it."""
    item: str
    guid_hash: bytes
    """Of its guid; empty if it has none."""
    page_hash: bytes
    """Of the page it leads to."""


NOTHING_SEEN: Final[Mapping[bytes, SeenEntry]] = {}
"""By the hash of their markup, no entries: every one is read."""


class Entry:
    """One entry of a feed document: what tells it apart at once, its item cleaned when it is first asked for.

    Cleaning takes most of the time that reading a document takes, and most entries of most documents are known.
    One that stood in the last document to the letter need not even be read: it has only its hashes.
    """

    __slots__ = ("_clean", "_item", "guid", "hash", "link", "raw_hash", "seen")

    def __init__(
        self,
        guid: str | None,
        link: str | None,
        entry_hash: bytes,
        clean: Callable[[], ParsedItem],
        raw_hash: bytes = b"",
    ) -> None:
        self.raw_hash = raw_hash
        """Of its markup, for ``SeenEntry``; empty where a reader gives none."""
        self.seen: SeenEntry | None = None
        """What it was in the last document, if it was not read again."""
        self.guid = guid
        self.link = link
        self.hash = entry_hash
        """Of everything the item is made from: entries with one hash give one item."""
        self._clean = clean
        self._item: ParsedItem | None = None

    @classmethod
    def cleaned(cls, item: ParsedItem, entry_hash: bytes) -> Self:
        """Return the entry of an item that is cleaned already."""
        entry = cls(item.guid, item.link, entry_hash, lambda: item)
        entry._item = item
        return entry

    @classmethod
    def unread(cls, seen: SeenEntry) -> Self:
        """Return an entry that stood in the last document; nobody may ask it for its item."""
        entry = cls(None, None, seen.entry_hash, _never_read, seen.raw_hash)
        entry.seen = seen
        return entry

    @property
    def item(self) -> ParsedItem:
        """Return the item, cleaned now if it was not before."""
        if self._item is None:
            self._item = self._clean()
        return self._item

    def __eq__(self, other: object) -> bool:
        """Compare by hash."""
        return isinstance(other, Entry) and self.hash == other.hash

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(self.hash)

    def __reduce__(self) -> tuple[object, ...]:
        """Go to another process cleaned."""
        return Entry.cleaned, (self.item, self.hash)


def _never_read() -> ParsedItem:
    raise AssertionError("an entry that was not read was asked for its item")


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """One feed document: its own facts and its entries in document order."""

    title: str
    link: str | None
    lang: str | None
    format: str
    """rss20, rss10, rss091, atom10, atom03, json11 … as feedparser names them; empty when it is not a feed."""
    entries: tuple[Entry, ...] = ()
    ttl: timedelta | None = None
    """How long the document says to wait before asking again (ttl, sy:updatePeriod)."""
    quiet_times: str = ""
    """When it asks not to be asked (skipHours, skipDays); see ``feeds.quiet``."""
    problems: tuple[str, ...] = ()
    """What was wrong with the document, in words."""

    @property
    def items(self) -> tuple[ParsedItem, ...]:
        """Return the items of all entries, which cleans those that were not asked for yet."""
        return tuple(entry.item for entry in self.entries)

    @property
    def is_read(self) -> bool:
        """Return whether every entry was read, none passed over as seen."""
        return all(entry.seen is None for entry in self.entries)

    @property
    def is_feed(self) -> bool:
        """Return whether the document was a feed at all."""
        return bool(self.format)


@dataclass(frozen=True, slots=True)
class Item:
    """A stored item; ``id`` never changes, ``revision`` counts from 1 and grows with every edit of title or text."""

    id: str
    feed: str
    outlet: str
    link: str | None
    title: str
    text: str
    html: str
    lang: str | None
    published_at: datetime | None
    first_seen_at: datetime
    revision: int
    content_hash: str
    """Hash of title and text; dates alone are not an edit."""
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    flags: tuple[str, ...] = ()
    is_backlog: bool = False
    """True for items of a feed's first pull older than 24 h: archived, never in a digest, never an alert."""
    is_first_pull: bool = False
    """True for every item of a feed's first pull: may enter a digest, never an alert."""


class ItemKey(NamedTuple):
    """One identity key of an item within its feed: ``kind`` is guid, link or content.

    A tuple, since comparing a feed with what is known of it looks up hundreds of them.
    """

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What the store knows of an item that shares an identity key with a parsed one."""

    id: str
    revision: int
    content_hash: str
    keys: tuple[ItemKey, ...]
    entry_hash: bytes | None = None
    """Hash of the entry as the document last had it, before cleaning; None if it was stored without one."""


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One new or edited item to store, with every identity key seen for it."""

    item: Item
    keys: tuple[ItemKey, ...]
    entry_hash: bytes | None = None
    """Hash of the entry it was read from, before cleaning."""


@dataclass(frozen=True, slots=True)
class FeedChanges:
    """What one pull of one feed changes: stored in one transaction with the feed's state."""

    new: tuple[ItemChange, ...] = ()
    changed: tuple[ItemChange, ...] = ()
    aliases: tuple[tuple[str, ItemKey], ...] = ()
    """Identity keys first seen at this pull, of items already stored: (item id, key)."""
    entry_hashes: tuple[tuple[str, bytes], ...] = ()
    """Entries that changed in nothing but what makes no revision, of items already stored: (item id, new hash)."""
    seen: tuple[SeenEntry, ...] = ()
    """The entries of this document that need not be read again as long as they stay as they are."""
    unchanged: int = 0
    identity_policy: str = "guid"
    has_gap: bool = False
    """True if every item of a feed we already knew is new: some may have been missed."""
