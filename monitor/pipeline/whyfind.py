"""Find what a question of `why` is about: an item by id, link or words, and the feeds that would carry it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.feeds.links import canonical_link
from monitor.pipeline.desk import Desk
from monitor.records import AssessedItem, Feed, FeedState, ItemKey
from monitor.store import assessments, lists
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store.engine import Connection
from monitor.store.search import tokens
from monitor.text.language import guess_language

MAX_OTHERS = 5
MAX_SEARCHED = 14
"""Words of a headline that are searched for; a forwarded one often drags its sender's comment behind it."""
RANKED = 300
"""Items of each search that are ranked, the newest: more have the words only where these are everyday ones."""
_ID = re.compile(r"[0-9a-f]{6,}")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class CarryingFeed:
    """A feed that would carry what was asked about, why we think so, and how it is."""

    feed: Feed
    because: str
    state: FeedState
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question led to: an item, or nothing stored and the feeds that would bring it."""

    asked: str
    item: AssessedItem | None
    how: str
    """How the item was found, in words."""
    others: tuple[AssessedItem, ...] = ()
    """Further items that fit, the best first."""
    feeds: tuple[CarryingFeed, ...] = ()
    lang: str | None = None

    @property
    def is_link(self) -> bool:
        """Return whether a web address was asked about."""
        return is_link(self.asked)


def is_link(asked: str) -> bool:
    """Return whether a question is a web address."""
    return asked.lower().startswith(("http://", "https://")) and not any(map(str.isspace, asked))


def seek(connection: Connection, desk: Desk, asked: str) -> Sought:
    """Return the item that an id, the beginning of one, a link or words mean, or the feeds that would carry it."""
    if is_link(asked):
        ids, how = _by_link(connection, desk, asked), "by its link"
    elif _ID.fullmatch(asked):
        ids, how = item_rows.find_ids(connection, asked), "by its id"
    else:
        ids, how = (), ""
    if not ids and not is_link(asked):
        ids, how = _by_words(connection, asked)
    lang = None if is_link(asked) else guess_language(asked, None)
    found = assessments.load(connection, ids[: MAX_OTHERS + 1])
    if found:
        return Sought(asked, found[0], how, found[1:], lang=lang)
    return Sought(asked, None, "", feeds=_feeds_for(connection, desk, asked, lang), lang=lang)


def _by_link(connection: Connection, desk: Desk, link: str) -> tuple[str, ...]:
    ids = item_rows.find_ids(connection, link)
    if ids:
        return ids
    # The same page under another address: without tracking, www. or https.
    key = ItemKey("link", canonical_link(link))
    for feed in (*desk.config.feeds, *desk.config.paused):
        known = item_rows.known(connection, feed.name, (key,))
        if key in known:
            return (known[key].id,)
    return ()


def _by_words(connection: Connection, asked: str) -> tuple[tuple[str, ...], str]:
    """Search for all words of a headline; if nothing has them all, leave out one, then take each half."""
    words = _WORD.findall(asked)[:MAX_SEARCHED]
    if not words:
        return (), ""
    ids = _search(connection, words)
    if ids:
        return ids, "by its words"
    if len(words) < 3:
        return (), ""
    for left_out in range(len(words)):
        ids = _search(connection, [word for number, word in enumerate(words) if number != left_out])
        if ids:
            return ids, f'by its words without "{words[left_out]}"'
    middle = len(words) // 2
    for half in (words[:middle], words[middle:]) if middle >= 3 else ():
        ids = _search(connection, half)
        if ids:
            return ids, f'by the words "{" ".join(half)}" alone: it may be another one'
    return (), ""


def _search(connection: Connection, words: Sequence[str]) -> tuple[str, ...]:
    """Return the items that hold all words, at most ``MAX_OTHERS`` and one: by title first, then the newest.

    A title that is these words comes first, then one that begins with them, one that holds them one after the other,
    and one that holds all of them.
    """
    plain = " ".join(words)
    found = {one.item: one for one in _headlines(connection, plain)}
    if len(found) == RANKED:
        # Only then may an item that holds them one after the other be older than those.
        found |= {one.item: one for one in _headlines(connection, f'"{plain}"')}
    asked = tokens(plain)
    newest = sorted(found.values(), key=lambda one: (one.first_seen_at, one.item), reverse=True)
    return tuple(one.item for one in sorted(newest, key=lambda one: _rank(one.title, asked))[: MAX_OTHERS + 1])


def _headlines(connection: Connection, query: str) -> tuple[lists.Headline, ...]:
    return lists.list_headlines(connection, lists.ItemFilter(query=query, limit=RANKED))


def _rank(title: str, asked: Sequence[str]) -> int:
    words = tokens(title)
    places = [place for place in range(len(words)) if words[place : place + len(asked)] == asked]
    if places:
        return 0 if words == asked else 1 if places[0] == 0 else 2
    return 3 if set(asked) <= set(words) else 4


def _feeds_for(connection: Connection, desk: Desk, asked: str, lang: str | None) -> tuple[CarryingFeed, ...]:
    states = feed_rows.states(connection)
    paused = {feed.name for feed in desk.config.paused}
    site = _site(asked) if is_link(asked) else ""
    found = []
    for feed in (*desk.config.feeds, *desk.config.paused):
        because = _because(feed, site, lang)
        if because:
            state = states.get(feed.name) or FeedState(feed=feed.name, url=feed.url)
            found.append(CarryingFeed(feed, because, state, feed.name in paused))
    return tuple(found)


def _because(feed: Feed, site: str, lang: str | None) -> str:
    if site:
        return f"it reads {site}" if _site(feed.url) == site else ""
    return f"it is in {lang}" if lang and feed.lang and feed.lang.lower().split("-")[0] == lang else ""


def _site(url: str) -> str:
    """Return the part of a host that stays the same between a site's feeds and its pages: its last labels."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
    labels = host.split(".")
    if host.replace(".", "").isdigit() or len(labels) <= 2:
        return host
    # dawn.com.pk and bbc.co.uk: a two-letter country after a short second level takes three labels.
    length = 3 if len(labels[-1]) == 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-length:])
