"""Decide which items of a pull are new, which are edited and which we have: DESIGN §4, identity and edits.

Keys are tried strongest first and an item already recognised by a stronger key is never taken by a weaker one, so a
link shared by ten items costs none of them. When in doubt an item is new: twice in a digest is a nuisance, not at all
is a failure.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from monitor.feeds.links import canonical_link, page_of
from monitor.records import Feed, FeedChanges, FeedState, Item, ItemChange, ItemKey, KnownItem, ParsedFeed, ParsedItem
from monitor.text.language import guess_language

GUID: Final = "guid"
LINK: Final = "link"
CONTENT: Final = "content"
_KINDS: Final = (GUID, LINK, CONTENT)

BACKLOG_AGE: Final = timedelta(hours=24)
"""Items of a first pull older than this are archived only (DESIGN §4)."""

_LONGEST_KEY: Final = 400
"""Longer keys are hashed; database indexes and people who read them are happier with short ones."""

_GUESSED_FROM: Final = 600
"""Characters of text that settle the language."""

_END: Final = ItemKey("", "")
"""Stands behind the keys of an item, lest two items with one key each look like one with two."""

Known = Mapping[ItemKey, KnownItem]


def body_hash(body: bytes) -> str:
    """Return the hash by which a body is recognised as the one of the last pull."""
    return hashlib.sha256(body).hexdigest()


def items_hash(items_keys: Iterable[tuple[ItemKey, ...]]) -> str:
    """Return the hash by which the items of a document are recognised as those of the last pull.

    Takes the identity keys of every item in order. Content is one of them, so that an edit changes the hash; what no
    key takes in (dates, authors, enclosures) is no edit either.
    """
    return _digest(*(f"{key.kind} {key.value}" for keys in items_keys for key in (*keys, _END)))


def content_hash(title: str, text: str) -> str:
    """Return the hash of what makes a revision: title and text. White space and dates are no edit."""
    return _digest(" ".join(title.split()), " ".join(text.split()))


def identity_keys(item: ParsedItem) -> tuple[ItemKey, ...]:
    """Return the keys an item can be known by, strongest first: guid, canonical link, content.

    The content key takes in the page the link leads to without its query, so that an item whose guid and query are
    stamped anew at every pull is known again, while two stories with the same words on two pages stay two.
    """
    keys = []
    if item.guid:
        keys.append(ItemKey(GUID, _short(item.guid)))
    if item.link:
        keys.append(ItemKey(LINK, _short(canonical_link(item.link))))
    page = page_of(item.link)
    words = (" ".join(item.title.split()), " ".join(item.text.split()))
    keys.append(ItemKey(CONTENT, _digest(page, *words)))
    return tuple(keys)


def keys_of(parsed: ParsedFeed) -> tuple[ItemKey, ...]:
    """Return every key of every item, for the one question to the store that ``compare`` needs answered."""
    return tuple(dict.fromkeys(key for item in parsed.items for key in identity_keys(item)))


@dataclass(frozen=True, slots=True)
class _Pull:
    """What holds for every item of one pull."""

    feed: Feed
    parsed: ParsedFeed
    now: datetime
    is_first: bool
    had_nothing_at: datetime | None
    """When the feed was last seen without any item ever, for feeds that began empty."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An item of this pull with the keys that are fit to recognise it under the feed's policy."""

    item: ParsedItem
    keys: tuple[ItemKey, ...]


def compare(feed: Feed, state: FeedState, parsed: ParsedFeed, known: Known, now: datetime) -> FeedChanges:
    """Return what a pull changes, given what the store knows by any key of ``keys_of(parsed)``.

    A new item's id is the hash of the feed's name and its first fit key; an edited item keeps its id, gets the next
    revision and must keep its first ``first_seen_at`` in the store. ``identity_policy`` of the result is what holds
    from now on: guid, or link where guids repeat or change at every pull, or content where links fail as well.
    """
    policy = _policy(state.identity_policy, parsed.items, known)
    candidates = _candidates(parsed, policy)
    never_had_items = state.last_new_item_at is None
    pull = _Pull(feed, parsed, now, state.last_success_at is None, state.last_success_at if never_had_items else None)
    owners = {key: found.id for key, found in known.items()}
    new: list[ItemChange] = []
    changed: list[ItemChange] = []
    aliases: list[tuple[str, ItemKey]] = []
    for candidate, found in zip(candidates, _recognise(candidates, known), strict=True):
        fresh = tuple(key for key in candidate.keys if key not in owners)
        if found is None and fresh:
            item = _new_item(pull, candidate.item, _digest(feed.name, fresh[0].kind, fresh[0].value)[:16])
            new.append(ItemChange(item, fresh))
            owners.update(dict.fromkeys(fresh, item.id))
        elif found is not None:
            owners.update(dict.fromkeys(fresh, found.id))
            if content_hash(candidate.item.title, candidate.item.text) == found.content_hash:
                aliases += [(found.id, key) for key in fresh]
            else:
                changed.append(ItemChange(_item(pull, candidate.item, found.id, found.revision + 1), fresh))
        # Without a fresh key and without an item of its own it is an item of this document a second time.
    return FeedChanges(
        new=tuple(new),
        changed=tuple(changed),
        aliases=tuple(aliases),
        unchanged=len(candidates) - len(new) - len(changed),
        identity_policy=policy,
        has_gap=not never_had_items and bool(new) and len(new) == len(candidates),
    )


def _policy(policy: str, items: Sequence[ParsedItem], known: Known) -> str:
    """Return the identity policy after this pull; it only ever degrades, since a broken publisher stays broken."""
    policy = policy if policy in _KINDS else GUID
    if policy == GUID and (_ambiguous(items, GUID) or _guids_drift(items, known)):
        policy = LINK
    # A link that some items share (a live page) drops out by itself; only where most do is it the feed's habit.
    if policy == LINK and _ambiguous(items, LINK) * 2 > len(items):
        policy = CONTENT
    return policy


def _ambiguous(items: Sequence[ParsedItem], kind: str) -> int:
    """Return how many items of this document share a key of ``kind`` with an item of other words."""
    holders: dict[ItemKey, list[ParsedItem]] = {}
    for item in items:
        for key in identity_keys(item):
            if key.kind == kind:
                holders.setdefault(key, []).append(item)
    shared = [sharing for sharing in holders.values() if len(sharing) > 1]
    return sum(len(sharing) for sharing in shared if len({content_hash(item.title, item.text) for item in sharing}) > 1)


def _guids_drift(items: Sequence[ParsedItem], known: Known) -> bool:
    """Return whether guids change while the items stay, or stay while the items behind them change.

    Both are judged over the whole pull: one article with a new guid, or one renamed page, is an edit and no habit.
    """
    recognised = restamped = reused = 0
    for item in items:
        keys = {key.kind: key for key in identity_keys(item)}
        if GUID not in keys:
            continue
        by_guid, by_content = known.get(keys[GUID]), known.get(keys[CONTENT])
        by_link = known.get(keys[LINK]) if LINK in keys else None
        recognised += any((by_guid, by_link, by_content))
        restamped += by_guid is None and any((by_link, by_content))
        if by_guid and by_content is None and LINK in keys and _is_elsewhere(by_guid, keys[LINK]):
            reused += 1
    enough = 1 if len(items) == 1 else 2
    return (restamped >= enough and restamped == recognised) or (reused >= enough and reused * 2 > recognised)


def _is_elsewhere(known: KnownItem, link: ItemKey) -> bool:
    links = [key for key in known.keys if key.kind == LINK]
    return bool(links) and link not in links


def _candidates(parsed: ParsedFeed, policy: str) -> tuple[_Candidate, ...]:
    """Return the items once each, with the keys that are fit under ``policy`` and not shared by different items."""
    fit = _KINDS[_KINDS.index(policy) :]
    front_page = ItemKey(LINK, _short(canonical_link(parsed.link))) if parsed.link else None
    kept: dict[ItemKey, _Candidate] = {}
    for item in parsed.items:
        keys = tuple(key for key in identity_keys(item) if key.kind in fit and key != front_page)
        # Under one guid it is one item listed twice: guids of different words have been ruled out. A link is no such
        # key, since a few items may share one.
        first = keys[0] if keys[0].kind != LINK else keys[-1]
        kept.setdefault(first, _Candidate(item, keys))
    uses = Counter(key for candidate in kept.values() for key in candidate.keys)
    return tuple(
        _Candidate(candidate.item, tuple(key for key in candidate.keys if uses[key] == 1) or candidate.keys[-1:])
        for candidate in kept.values()
    )


def _recognise(candidates: Sequence[_Candidate], known: Known) -> tuple[KnownItem | None, ...]:
    """Return the stored item each candidate is, strongest keys first, every stored item at most once."""
    result: list[KnownItem | None] = [None] * len(candidates)
    taken: set[str] = set()
    for kind in _KINDS:
        for number, candidate in enumerate(candidates):
            for key in candidate.keys:
                found = known.get(key) if key.kind == kind and result[number] is None else None
                if found and found.id not in taken:
                    result[number] = found
                    taken.add(found.id)
    return tuple(result)


def _new_item(pull: _Pull, parsed: ParsedItem, item_id: str) -> Item:
    """Return a new item; what a feed had published before we first saw it filled is its backlog."""
    published_at = parsed.published_at
    is_first_pull = pull.is_first
    if pull.had_nothing_at is not None and published_at is not None and published_at < pull.had_nothing_at:
        is_first_pull = True
    is_old = published_at is not None and pull.now - published_at > BACKLOG_AGE
    return replace(_item(pull, parsed, item_id, 1), is_first_pull=is_first_pull, is_backlog=is_first_pull and is_old)


def _item(pull: _Pull, parsed: ParsedItem, item_id: str, revision: int) -> Item:
    declared = parsed.lang or pull.feed.lang or pull.parsed.lang
    return Item(
        id=item_id,
        feed=pull.feed.name,
        outlet=parsed.outlet or pull.feed.outlet,
        link=parsed.link,
        title=parsed.title,
        text=parsed.text,
        html=parsed.html,
        lang=guess_language(f"{parsed.title}\n{parsed.text[:_GUESSED_FROM]}", declared),
        published_at=parsed.published_at,
        first_seen_at=pull.now,
        revision=revision,
        content_hash=content_hash(parsed.title, parsed.text),
        updated_at=parsed.updated_at,
        authors=parsed.authors,
        tags=parsed.tags,
        enclosures=parsed.enclosures,
        flags=parsed.flags,
    )


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_KEY else "sha256:" + _digest(value)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
