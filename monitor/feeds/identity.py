"""What tells the items of a feed apart: their keys, and the hashes by which what was seen before is known again."""

from __future__ import annotations

import hashlib
import marshal
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from monitor.feeds.links import canonical_link, page_of
from monitor.records import Entry, ItemKey, KnownItem, ParsedFeed, ParsedItem, SeenEntry

GUID: Final = "guid"
LINK: Final = "link"
CONTENT: Final = "content"
KINDS: Final = (GUID, LINK, CONTENT)
"""Strongest first."""

_LONGEST_KEY: Final = 400
"""Longer keys are hashed; database indexes and people who read them are happier with short ones."""

READER: Final = "3"
"""To be raised when reading or cleaning changes what is made of an entry: known entries are then read once more."""

_ENTRY_HASH_BYTES: Final = 16
_MARSHAL: Final = 2
"""The last version that writes equal values in equal bytes, whoever refers to them; half the time of ``repr``."""
_OTHER_BLANKS: Final = bytes(code for code in range(128) if chr(code).isspace() and code != ord(" "))


class EntryHasher:
    """Hashes the raw entries of one document, with whatever around them decides what an item says."""

    def __init__(self, *around: str | None) -> None:
        self._around = repr((READER, *around)).encode("utf-8", "replace")

    def hash(self, entry: object) -> bytes:
        """Return the hash of an entry that is made of strings, numbers, lists and mappings."""
        try:
            written = marshal.dumps(entry, _MARSHAL)  # type: ignore[arg-type] # refused below if it cannot be written
        except ValueError:  # what the reference reader gives is no plain dictionary
            written = repr(entry).encode("utf-8", "replace")
        return hashlib.sha256(self._around + written).digest()[:_ENTRY_HASH_BYTES]


def body_hash(body: bytes) -> str:
    """Return the hash by which a body is recognised as the one of the last pull."""
    return hashlib.sha256(body).hexdigest()


def items_hash(entries: Iterable[Entry]) -> str:
    """Return the hash by which the entries of a document, in their order, are recognised as those of the last pull."""
    return hashlib.sha256(b"".join(entry.hash for entry in entries)).hexdigest()


def content_hash(title: str, text: str) -> str:
    """Return the hash of what makes a revision: title and text. White space and dates are no edit."""
    return digest(_one_spaced(title), _one_spaced(text))


def identity_keys(item: ParsedItem) -> tuple[ItemKey, ...]:
    """Return the keys an item can be known by, strongest first: guid, canonical link, content.

    The content key takes in the path of the page the link leads to, without host and query: an item whose site moves,
    or whose guid and query are stamped anew at every pull, is known again, while two stories with the same words on two
    pages stay two.
    """
    return Candidate(Entry.cleaned(item, b"")).keys(GUID)


def link_key(link: str) -> ItemKey:
    """Return the key of a link, the same for every way of writing the address of one page."""
    return ItemKey(LINK, _short(canonical_link(link)))


class Candidate:
    """An entry of a pull with its keys; those that take the cleaned item are made when first asked for."""

    __slots__ = ("_content", "_words", "entry", "guid", "known", "link", "page")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.guid = ItemKey(GUID, _short(entry.guid)) if entry.guid else None
        canonical = canonical_link(entry.link) if entry.link else ""
        self.link = ItemKey(LINK, _short(canonical)) if entry.link else None
        self.page = page_of(canonical)
        self.known: KnownItem | None = None
        """The stored item that was read from this very entry."""
        self._content: ItemKey | None = None
        self._words: tuple[str, str] | None = None

    @property
    def content(self) -> ItemKey:
        """Return the key made of page, title and text; of a known entry, a stand-in that nothing else has."""
        if self._content is None:
            value = f"entry {self.entry.hash.hex()}" if self.known else digest(self.page, *self._said())
            self._content = ItemKey(CONTENT, value)
        return self._content

    @property
    def content_hash(self) -> str:
        """Return the hash of what makes a revision."""
        return self.known.content_hash if self.known else digest(*self._said())

    @property
    def guid_hash(self) -> bytes:
        """Return a short hash of the guid, empty if there is none."""
        return _key_hash(self.guid.value) if self.guid else b""

    @property
    def page_hash(self) -> bytes:
        """Return a short hash of the page it leads to."""
        return _key_hash(self.page)

    def keys(self, policy: str) -> tuple[ItemKey, ...]:
        """Return the keys that are fit under an identity policy, strongest first."""
        if policy == GUID and self.guid:
            return (self.guid, self.link, self.content) if self.link else (self.guid, self.content)
        return (self.link, self.content) if self.link and policy != CONTENT else (self.content,)

    def number_of_keys(self, policy: str) -> int:
        """Return how many ``keys`` there are."""
        return 1 + bool(self.link and policy != CONTENT) + bool(self.guid and policy == GUID)

    def strongest(self, policy: str) -> ItemKey | None:
        """Return the first of ``keys`` if it takes no cleaning."""
        return (self.guid if policy == GUID else None) or (self.link if policy != CONTENT else None)

    def _said(self) -> tuple[str, str]:
        if self._words is None:
            item = self.entry.item
            self._words = (_one_spaced(item.title), _one_spaced(item.text))
        return self._words


class Pull:
    """The entries of one document beside what the store knows of them: first the cheap questions, then the others.

    An entry is known when the stored item that its strongest key leads to was read from the same bytes and had all keys
    of that entry to itself. What ``compare`` makes of such an entry is what it makes of the cleaned one: every key of
    it leads to that item, whose title and text it has. Only a key it may share with a neighbour of this document could
    change that, so entries of one page are all cleaned.
    """

    def __init__(self, parsed: ParsedFeed, policy: str) -> None:
        self.parsed = parsed
        self.policy = policy if policy in KINDS else GUID
        self.candidates = tuple(Candidate(entry) for entry in parsed.entries)
        self._pages = Counter(candidate.page for candidate in self.candidates)
        self._cheap: tuple[ItemKey | None, ...] = tuple(
            candidate.strongest(self.policy) if self._pages[candidate.page] == 1 else None
            for candidate in self.candidates
        )
        self.first_keys: Final = frozenset(key for key in self._cheap if key is not None)
        """What to ask the store for first, for ``settle``."""
        self._known: dict[ItemKey, KnownItem] = {}

    def settle(self, known: Mapping[ItemKey, KnownItem]) -> set[ItemKey]:
        """Take note of the entries that are as they were, and return the keys to ask the store for besides.

        ``known`` is what the store has for ``first_keys``.
        """
        self._known.update(known)
        wanted: set[ItemKey] = set()
        for candidate, key in zip(self.candidates, self._cheap, strict=True):
            found = known.get(key) if key is not None else None
            if found is not None and found.entry_hash == candidate.entry.hash:
                candidate.known = found
                self._known.update(dict.fromkeys(candidate.keys(self.policy), found))
            else:
                wanted.update(candidate.keys(GUID))
        return wanted - self.first_keys

    def seen(self, candidate: Candidate, item: str, entry_hash: bytes | None) -> Iterable[SeenEntry]:
        """Yield by what an entry need not be read again, if it may not: when it has all keys and its page to itself."""
        entry = candidate.entry
        if entry_hash and entry.raw_hash and candidate.page and self._pages[candidate.page] == 1:
            yield SeenEntry(entry.raw_hash, entry_hash, item, candidate.guid_hash, candidate.page_hash)

    def known(self, found: Mapping[ItemKey, KnownItem]) -> dict[ItemKey, KnownItem]:
        """Return the stored item behind every key, given what the store has for the keys that ``settle`` asked for."""
        return {**found, **self._known}


def digest(*parts: str) -> str:
    """Return one hash of several texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _one_spaced(text: str) -> str:
    flat = text.replace("\n\n", " ")
    if flat.isascii() and "  " not in flat and len(flat.encode().translate(None, _OTHER_BLANKS)) == len(flat):
        return flat.strip(" ")  # what the line below gives, in a third of the time
    return " ".join(text.split())


def _key_hash(value: str) -> bytes:
    # Two keys that share one only make a document be read in full, so a checksum will do; it is never all zeros.
    return b"crc\0%b" % zlib.crc32(value.encode("utf-8", "surrogatepass")).to_bytes(4, "big")


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_KEY else "sha256:" + digest(value)
