"""Compare only what a document says anew, where everything else stands as it stood in the one before.

Most documents that changed have one new entry and thirty that were there before to the letter. Those need not be read,
and nothing of them be asked of the store, as long as they cannot change what is made of the others. Whenever that is
not sure, the whole document is read and compared (``changes.compare``); what comes out is the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.feeds.changes import Known, compare
from monitor.feeds.identity import Pull
from monitor.records import Feed, FeedChanges, FeedState, ParsedFeed, SeenEntry


class News:
    """The entries of a document that were read, apart from those that were seen before."""

    def __init__(self, pull: Pull, seen: tuple[SeenEntry, ...]) -> None:
        self.pull = pull
        self.keys = pull.first_keys | pull.settle({})
        """What to ask the store for."""
        self._seen = seen

    @classmethod
    def of(cls, parsed: ParsedFeed, policy: str) -> News | None:
        """Return what is new in a document, None if entries seen before may have to do with it.

        They may where a guid or a page is theirs too. And only if they are no fewer than the others is it sure that
        the feed's identity policy stays: it degrades when half of a document's guids or links are unfit.
        """
        # One that stands there twice to the letter is one.
        seen = tuple(dict.fromkeys(entry.seen for entry in parsed.entries if entry.seen is not None))
        read = tuple(entry for entry in parsed.entries if entry.seen is None)
        if not seen or len(read) > len(seen):
            return None
        pull = Pull(replace(parsed, entries=read), policy)
        guids = {entry.guid_hash for entry in seen if entry.guid_hash}
        pages = {entry.page_hash for entry in seen}
        if any(one.guid_hash in guids or one.page_hash in pages for one in pull.candidates):
            return None
        return cls(pull, seen)

    def compare(self, feed: Feed, state: FeedState, found: Known, now: datetime) -> FeedChanges | None:
        """Return what ``changes.compare`` makes of the whole document, None if only that can tell.

        ``found`` is what the store has for ``keys``.
        """
        items = {entry.item for entry in self._seen}
        if any(known.id in items for known in found.values()):
            return None  # a key of the past leads to an item that stands in the document itself
        changes = compare(feed, state, self.pull, found, now)
        if changes.identity_policy != self.pull.policy:
            return None
        return replace(
            changes, seen=(*self._seen, *changes.seen), unchanged=changes.unchanged + len(self._seen), has_gap=False
        )
