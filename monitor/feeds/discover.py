"""Find the feeds of a web site: what a page declares, what it links to, and where feeds usually are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from monitor.feeds.charset import decode
from monitor.feeds.clean import plain_title
from monitor.feeds.links import canonical_link, clean_link, without_feed_scheme

COMMON_PATHS: Final = (
    "/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds", "/feed.json",
)  # fmt: skip  # a table is read by its groups
"""Where content systems put their feed: WordPress, Drupal, Hugo, Jekyll, Ghost, Blogger and home-made ones."""

MAX_CANDIDATES: Final = 24
"""Asked of one site: a newspaper's feed page lists sections by the dozen, and each costs it a request."""

_SEARCHED: Final = 2_000_000
"""Bytes of a page; declarations stand in its head, lists of feeds in its body."""

_TYPES: Final = frozenset({
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/rss",
    "application/x.atom+xml", "application/xml+rss", "text/xml", "application/xml",
})  # fmt: skip
_SOUNDS_LIKE_FEED = re.compile(
    r"(?:^|[/._?&=-])(?:rss|atom|feeds?|rdf)(?:[/._?&=-]|\d|$)|\.(?:rss|rdf|atom)(?:$|\?)", re.IGNORECASE
)
_CALLED_FEED = re.compile(r"(?:^|\W)(?:rss|atom|web ?feed|news ?feed)(?:\W|$)", re.IGNORECASE)
"""How a link to a feed is called where its address tells nothing."""
_LONGEST_CALL: Final = 60
_OF_COMMENTS = re.compile(r"/comments/|[?&]feed=comments", re.IGNORECASE)
_NOT_FEEDS = re.compile(r"\.(?:html?|png|jpe?g|svg|gif|css|js|pdf|ico)(?:$|\?)", re.IGNORECASE)
_WORDS: Final = " words"
"""Among the attributes of an anchor: what stands in it. No attribute's name begins with a blank."""
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Origin(StrEnum):
    """Why an address may be a feed."""

    DECLARED = "declared"
    LINKED = "linked"
    GUESSED = "guessed"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be a feed; ``title`` is how the page calls it."""

    url: str
    title: str
    origin: Origin


def find_candidates(body: bytes, charset: str | None, url: str) -> tuple[Candidate, ...]:
    """Return the addresses worth asking, likeliest first: declared ones, linked ones, usual places; never raises.

    Feeds of comments come last of their kind. Nothing but the page's own words is looked at; nothing is fetched.
    """
    declared: list[Candidate] = []
    linked: list[Candidate] = []
    for tag, facts, base in _tags(body[:_SEARCHED], charset, url):
        link = clean_link(base, without_feed_scheme(facts.get("href", "")))
        if link is None:
            continue
        relations = facts.get("rel", "").lower().split()
        media_type = facts.get("type", "").partition(";")[0].strip().lower()
        title = plain_title(facts.get("title", "")).text
        is_of_feeds = media_type in _TYPES and (tag == "a" or "alternate" in relations)
        if is_of_feeds or (tag == "link" and "feed" in relations):
            declared.append(Candidate(link, title, Origin.DECLARED))
        elif tag == "a" and (_sounds_like_feed(link) or _is_called_feed(link, facts.get(_WORDS, ""))):
            linked.append(Candidate(link, title, Origin.LINKED))
    guessed = [Candidate(link, "", Origin.GUESSED) for path in COMMON_PATHS if (link := clean_link(url, path))]
    ordered = [*sorted(declared, key=_is_of_comments), *sorted(linked, key=_is_of_comments), *guessed]
    unique = {canonical_link(one.url): one for one in reversed(ordered)}
    return tuple(one for one in ordered if unique[canonical_link(one.url)] is one)[:MAX_CANDIDATES]


def _sounds_like_feed(link: str) -> bool:
    parts = urlsplit(link)
    address = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return bool(
        _SOUNDS_LIKE_FEED.search(address) or parts.netloc.startswith(("feeds.", "rss."))
    ) and not _NOT_FEEDS.search(address)


def _is_called_feed(link: str, words: str) -> bool:
    is_called_so = len(words) <= _LONGEST_CALL and _CALLED_FEED.search(words) is not None
    return is_called_so and not _NOT_FEEDS.search(urlsplit(link).path)


def _is_of_comments(candidate: Candidate) -> bool:
    return _OF_COMMENTS.search(candidate.url) is not None


def _tags(body: bytes, charset: str | None, url: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield every link and anchor of a page with its attributes and what its addresses are relative to."""
    text = _ILLEGAL.sub("", decode(body, charset).text)
    # Pages nest deeper than the 256 elements that are read otherwise.
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, recover=True, huge_tree=True)
    # An element around it, since a page without one is an error to lxml.
    root = etree.fromstring(b"<html>" + text.encode("utf-8", "replace"), parser)
    # The first one holds for the whole page, wherever it stands (HTML, 4.2.3).
    bases = (clean_link(url, element.get("href")) for element in root.iter("base"))
    base = next(filter(None, bases), url)
    for element in root.iter("link", "a"):
        facts = {str(name): str(value) for name, value in element.attrib.items()}
        if element.tag == "a":
            pictures = (str(picture.get("alt") or picture.get("title") or "") for picture in element.iter("img"))
            facts[_WORDS] = " ".join(" ".join([*islice(element.itertext(), 20), *islice(pictures, 5)]).split())
        yield str(element.tag), facts, base
