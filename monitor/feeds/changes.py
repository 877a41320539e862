"""Decide which items of a pull are new, which are edited and which we have: DESIGN §4, identity and edits.

Keys are tried strongest first and an item already recognised by a stronger key is never taken by a weaker one, so a
link shared by ten items costs none of them. When in doubt an item is new: twice in a digest is a nuisance, not at all
is a failure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final, NamedTuple

from monitor.feeds.identity import CONTENT, GUID, KINDS, LINK, Candidate, Pull, digest, link_key
from monitor.feeds.links import place_of
from monitor.records import Feed, FeedChanges, FeedState, Item, ItemChange, ItemKey, KnownItem, SeenEntry
from monitor.text.language import guess_language

BACKLOG_AGE: Final = timedelta(hours=24)
"""Items of a first pull older than this are archived only (DESIGN §4)."""

_GUESSED_FROM: Final = 600
"""Characters of text that settle the language."""

_OF_FEED: Final = 3
_OF_KEY: Final = 13
"""Hexadecimal digits of an id that tell of the feed, and of the key within it."""

Known = Mapping[ItemKey, KnownItem]


@dataclass(frozen=True, slots=True)
class _Origin:
    """What holds for every item of one pull."""

    feed: Feed
    lang: str | None
    """The language that the document declares."""
    now: datetime
    is_first: bool
    had_nothing_at: datetime | None
    """When the feed was last seen without any item ever, for feeds that began empty."""
    id_start: str
    """What the ids of its items begin with: side by side in every index, they are written to few of its pages."""

    @classmethod
    def of(cls, feed: Feed, state: FeedState, lang: str | None, now: datetime) -> _Origin:
        had_nothing_at = state.last_success_at if state.last_new_item_at is None else None
        return cls(feed, lang, now, state.last_success_at is None, had_nothing_at, digest(feed.name)[:_OF_FEED])


class _Fit(NamedTuple):
    """An entry of this pull with the keys that are fit to recognise it under the feed's policy."""

    candidate: Candidate
    keys: tuple[ItemKey, ...]
    has_all_keys: bool
    """Whether no key had to be left out because other entries share it."""

    def owned_by(self, item: str, owners: Mapping[ItemKey, str]) -> bytes | None:
        """Return the hash by which the entry may be recognised from now on, if all its keys lead to ``item``."""
        if not self.has_all_keys:
            return None
        for key in self.keys:
            if owners[key] != item:
                return None
        return self.candidate.entry.hash


def compare(feed: Feed, state: FeedState, pull: Pull, found: Known, now: datetime) -> FeedChanges:
    """Return what a pull changes, given what the store knows by the keys that ``pull.settle`` asked for.

    A new item's id is made of the hash of the feed's name and that of its first fit key; an edited item keeps its id,
    gets the next revision and must keep its first ``first_seen_at`` in the store. ``identity_policy`` of the result
    holds from now on: guid, or link where guids repeat or change at every pull, or content where links fail as well.
    """
    known = pull.known(found)
    policy = _policy(pull.policy, pull.candidates, known)
    fits = _fits(pull, policy)
    origin = _Origin.of(feed, state, pull.parsed.lang, now)
    owners = {key: stored.id for key, stored in known.items()}
    new: list[ItemChange] = []
    changed: list[ItemChange] = []
    aliases: list[tuple[str, ItemKey]] = []
    entry_hashes: list[tuple[str, bytes]] = []
    seen: list[SeenEntry] = []
    for fit, stored in zip(fits, _recognise(fits, known), strict=True):
        candidate = fit.candidate
        if candidate.known is not None and stored is candidate.known:
            seen += pull.seen(candidate, stored.id, stored.entry_hash)
            continue
        fresh = fit.keys if owners.keys().isdisjoint(fit.keys) else tuple(key for key in fit.keys if key not in owners)
        if stored is None and fresh:
            item = _new_item(origin, candidate, fresh[0])
            owners.update(dict.fromkeys(fresh, item.id))
            new.append(ItemChange(item, fresh, fit.owned_by(item.id, owners)))
            seen += pull.seen(candidate, item.id, new[-1].entry_hash)
        elif stored is not None:
            owners.update(dict.fromkeys(fresh, stored.id))
            entry_hash = fit.owned_by(stored.id, owners)
            seen += pull.seen(candidate, stored.id, entry_hash)
            if candidate.content_hash != stored.content_hash:
                item = _item(origin, candidate, stored.id, stored.revision + 1)
                changed.append(ItemChange(item, fresh, entry_hash))
                continue
            aliases += [(stored.id, key) for key in fresh]
            if entry_hash is not None and entry_hash != stored.entry_hash:
                entry_hashes.append((stored.id, entry_hash))
        # Without a fresh key and without an item of its own it is an item of this document a second time.
    return FeedChanges(
        new=tuple(new),
        changed=tuple(changed),
        aliases=tuple(aliases),
        entry_hashes=tuple(entry_hashes),
        seen=tuple(seen),
        unchanged=len(fits) - len(new) - len(changed),
        identity_policy=policy,
        has_gap=state.last_new_item_at is not None and bool(new) and len(new) == len(fits),
    )


def _policy(policy: str, candidates: Sequence[Candidate], known: Known) -> str:
    """Return the identity policy after this pull; it only ever degrades, since a broken publisher stays broken."""
    if policy == GUID and (_ambiguous(candidates, GUID) or _guids_drift(candidates, known)):
        policy = LINK
    # A link that some items share (a live page) drops out by itself; only where most do is it the feed's habit.
    if policy == LINK and _ambiguous(candidates, LINK) * 2 > len(candidates):
        policy = CONTENT
    return policy


def _ambiguous(candidates: Sequence[Candidate], kind: str) -> int:
    """Return how many items of this document share a key of ``kind`` with an item of other words."""
    keyed = [(candidate.guid if kind == GUID else candidate.link, candidate) for candidate in candidates]
    if len({key for key, _ in keyed}) == len(keyed):
        return 0
    holders: defaultdict[ItemKey, list[Candidate]] = defaultdict(list)
    for key, candidate in keyed:
        if key is not None:
            holders[key].append(candidate)
    shared = [sharing for sharing in holders.values() if len(sharing) > 1]
    return sum(len(sharing) for sharing in shared if len({each.content_hash for each in sharing}) > 1)


def _guids_drift(candidates: Sequence[Candidate], known: Known) -> bool:
    """Return whether guids change while the items stay, or stay while the items behind them change.

    Both are judged over the whole pull: one article with a new guid, or one renamed page, is an edit and no habit. A
    guid with its words on another page was not given to another item: the site moved.
    """
    if not known:
        return False
    recognised = restamped = reused = 0
    for candidate in candidates:
        if candidate.guid is None:
            continue
        by_guid, by_content = known.get(candidate.guid), known.get(candidate.content)
        by_link = known.get(candidate.link) if candidate.link else None
        recognised += any((by_guid, by_link, by_content))
        restamped += by_guid is None and any((by_link, by_content))
        if by_guid and candidate.link and by_guid.content_hash != candidate.content_hash:
            reused += _is_elsewhere(by_guid, candidate.link)
    enough = 1 if len(candidates) == 1 else 2
    return (restamped >= enough and restamped == recognised) or (reused >= enough and reused * 2 > recognised)


def _is_elsewhere(known: KnownItem, link: ItemKey) -> bool:
    """Return whether the item was never seen at this page, on whatever host."""
    pages = {place_of(key.value) for key in known.keys if key.kind == LINK}
    return bool(pages) and place_of(link.value) not in pages


def _fits(pull: Pull, policy: str) -> tuple[_Fit, ...]:
    """Return the entries once each, with the keys that are fit under ``policy`` and not shared by different items."""
    front_page = link_key(pull.parsed.link) if pull.parsed.link else None
    kept: dict[ItemKey, tuple[Candidate, tuple[ItemKey, ...]]] = {}
    for candidate in pull.candidates:
        keys = candidate.keys(policy)
        if front_page in keys:
            keys = tuple(key for key in keys if key != front_page)
        # Under one guid it is one item listed twice: guids of different words have been ruled out. A link is no such
        # key, since a few items may share one.
        first = keys[0] if keys[0].kind != LINK else keys[-1]
        kept.setdefault(first, (candidate, keys))
    uses = Counter(chain.from_iterable([keys for _, keys in kept.values()]))
    shared = {key for key, number in uses.items() if number > 1}
    fits = []
    for candidate, keys in kept.values():
        own = keys if shared.isdisjoint(keys) else tuple(key for key in keys if key not in shared)
        fits.append(_Fit(candidate, own or keys[-1:], len(own) == candidate.number_of_keys(policy)))
    return tuple(fits)


def _recognise(fits: Sequence[_Fit], known: Known) -> tuple[KnownItem | None, ...]:
    """Return the stored item each entry is, strongest keys first, every stored item at most once."""
    result: list[KnownItem | None] = [None] * len(fits)
    taken: set[str] = set()
    for kind in KINDS if known else ():
        for number, fit in enumerate(fits):
            for key in fit.keys:
                found = known.get(key) if key.kind == kind and result[number] is None else None
                if found and found.id not in taken:
                    result[number] = found
                    taken.add(found.id)
    return tuple(result)


def _new_item(origin: _Origin, candidate: Candidate, key: ItemKey) -> Item:
    """Return a new item known by ``key``; what a feed had published before we first saw it filled is its backlog."""
    item_id = origin.id_start + digest(origin.feed.name, key.kind, key.value)[:_OF_KEY]
    published_at = candidate.entry.item.published_at
    is_first_pull = origin.is_first
    if origin.had_nothing_at is not None and published_at is not None and published_at < origin.had_nothing_at:
        is_first_pull = True
    is_old = published_at is not None and origin.now - published_at > BACKLOG_AGE
    return _item(origin, candidate, item_id, 1, is_first_pull=is_first_pull, is_backlog=is_first_pull and is_old)


def _item(  # a revision, and two marks of new ones
    origin: _Origin,
    candidate: Candidate,
    item_id: str,
    revision: int,
    *,
    is_first_pull: bool = False,
    is_backlog: bool = False,
) -> Item:
    parsed = candidate.entry.item
    declared = parsed.lang or origin.feed.lang or origin.lang
    return Item(
        id=item_id,
        feed=origin.feed.name,
        outlet=parsed.outlet or origin.feed.outlet,
        link=parsed.link,
        title=parsed.title,
        text=parsed.text,
        html=parsed.html,
        lang=guess_language(f"{parsed.title}\n{parsed.text[:_GUESSED_FROM]}", declared),
        published_at=parsed.published_at,
        first_seen_at=origin.now,
        revision=revision,
        content_hash=candidate.content_hash,
        updated_at=parsed.updated_at,
        authors=parsed.authors,
        tags=parsed.tags,
        enclosures=parsed.enclosures,
        flags=parsed.flags,
        is_first_pull=is_first_pull,
        is_backlog=is_backlog,
    )
