"""What analysts have muted, for alerts and digests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.records import AssessedItem, Feed, Item
from monitor.rules.compile import RuleBook
from monitor.rules.match import ItemText
from monitor.rules.personal import Muting, mutings


def item_text(item: Item, feed: Feed | None, now: datetime, scores: dict[str, float]) -> ItemText:
    """Return an item as rules see it."""
    return ItemText(
        title=item.title,
        text=item.text,
        now=now,
        lang=item.lang,
        source=item.outlet,
        feed=item.feed,
        stance=feed.stance.value if feed else None,
        published_at=item.published_at,
        first_seen_at=item.first_seen_at,
        scores=scores,
    )


def muted_for(book: RuleBook, item: Item, now: datetime) -> dict[str, str]:
    """Return, by analyst, why a mute in force covers an item."""
    return {muting.owner: _reason(muting) for muting in mutings(book, item_text(item, None, now, {}))}


def hidden_from_all(
    book: RuleBook, readers: tuple[str, ...], now: datetime
) -> Callable[[AssessedItem], str | None] | None:
    """Return what tells whether an item is hidden from a digest: only if every one of its readers muted it."""
    if not readers or not book.mutes:
        return None

    def reason(assessed: AssessedItem) -> str | None:
        muted = muted_for(book, assessed.item, now)
        if any(reader not in muted for reader in readers):
            return None
        return "; ".join(muted[reader] for reader in readers)

    return reason


def _reason(muting: Muting) -> str:
    why = f": {muting.why}" if muting.why else ""
    return f"muted by {muting.owner} until {muting.until} (mute.{muting.mute}{why})"
