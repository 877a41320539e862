"""Read a feed document: the bytes of an answer in, its items out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from monitor.feeds.charset import Decoded, decode
from monitor.feeds.clean import one_line, plain_title
from monitor.feeds.fast import read_fast
from monitor.feeds.jsonfeed import parse_json_feed
from monitor.feeds.links import clean_link
from monitor.feeds.quiet import quiet_times
from monitor.feeds.unpack import UnpackError, unpack_undeclared
from monitor.feeds.xml_repair import Document, to_xml
from monitor.feeds.xmlfeed import build_feed, parse_xml_feed
from monitor.records import NOTHING_SEEN, ParsedFeed, SeenEntry

MAX_BYTES: Final = 16 * 1024 * 1024
"""Decoded bytes read of one document (DESIGN §5); what lies beyond is cut off."""

_LARGE: Final = 1_000_000
"""Bytes beyond which a document is none of the usual; the largest honest feeds have 2 MB, most have 100 kB."""
_LARGE_TO_REPAIR: Final = 300_000
"""Characters beyond which repairing a document that is not well-formed may take long."""

_JSON_FEED: Final = "jsonfeed.org/version/"
_LONGEST_TAG: Final = 8_192
_LONG_TAG = re.compile(r"<([A-Za-z_][\w:.-]{0,100})\s[^<>]{8192,}?(/?)>")
_HTML_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_LINK_TAG = re.compile(r"<link\b[^>]{0,2000}>", re.IGNORECASE)
_FEED_TYPE = re.compile(r"application/(?:rss\+xml|atom\+xml|feed\+json)", re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]{1,2000})""", re.IGNORECASE)
_SEARCHED_IN_PAGE: Final = 100_000


def parse_feed(body: bytes, media_type: str, charset: str | None, url: str, now: datetime) -> ParsedFeed:
    """Return the feed in ``body``, items in document order; never raises, whatever the bytes.

    ``media_type`` and ``charset`` are what the server says, believed only where the document leaves a choice; ``url``
    is what relative links are resolved against; ``now`` decides which dates lie in the future. What is no feed has an
    empty ``format`` and says in ``problems`` what it is instead. A plain function of its arguments, to be run anywhere.
    """
    return _parse(body, media_type, charset, url, now) or _no_feed("not a feed")


def parse_at_once(  # the arguments of parse_feed, and one more
    body: bytes,
    media_type: str,
    charset: str | None,
    url: str,
    now: datetime,
    seen: Mapping[bytes, SeenEntry] = NOTHING_SEEN,
) -> ParsedFeed | None:
    """Return what ``parse_feed`` does if that is sure to be quick; None for documents of unusual size or make.

    Those are for ``parse_feed`` in a process that may be ended when it takes too long. Entries that stand in ``seen``
    by the hash of their markup may come unread.
    """
    if len(body) > _LARGE:
        return None
    return _parse(body, media_type, charset, url, now, seen)


def _parse(  # the arguments of parse_feed, and one more
    body: bytes,
    media_type: str,
    charset: str | None,
    url: str,
    now: datetime,
    seen: Mapping[bytes, SeenEntry] | None = None,
) -> ParsedFeed | None:
    """Read a document; ``seen`` as for ``parse_at_once``, or None where it may take long."""
    may_take_long = seen is None
    problems: tuple[str, ...] = ()
    if len(body) > MAX_BYTES:
        body, problems = body[:MAX_BYTES], (f"only the first {MAX_BYTES // 1024**2} MB were read",)
    try:
        body = unpack_undeclared(body, MAX_BYTES)
    except UnpackError as error:
        return _no_feed(f"not a feed: {error}")
    if not body.strip():
        return _no_feed("not a feed: the answer was empty")
    decoded = _without_floods(decode(body, charset))
    start = decoded.text[:_SEARCHED_IN_PAGE].lstrip("\ufeff \t\r\n")[:1]
    if start == "{" or (start == "[" and "json" in media_type):
        parsed = parse_json_feed(decoded.text.lstrip("\ufeff"), url, now)
    elif fast := read_fast(decoded.text, url, seen or NOTHING_SEEN):
        parsed = build_feed(fast, url, now, ())
    elif not may_take_long and len(decoded.text) > _LARGE_TO_REPAIR:
        return None
    else:
        document = to_xml(decoded.text)
        if not document.root:
            return _hidden_json(decoded.text, url, now) or _no_feed(_what_it_is(document, url))
        fast = read_fast(document.text[document.text.find("<" + document.root) :]) if _is_whole(document) else None
        if not fast and not may_take_long:
            return None
        parsed = build_feed(fast, url, now, document.problems) if fast else parse_xml_feed(document, url, now)
    return ParsedFeed(
        title=parsed.title,
        link=parsed.link,
        lang=parsed.lang,
        format=parsed.format,
        entries=parsed.entries,
        ttl=parsed.ttl,
        quiet_times=quiet_times(decoded.text),
        problems=tuple(map(one_line, (*problems, *decoded.problems, *parsed.problems))),
    )


def _without_floods(decoded: Decoded) -> Decoded:
    """Return a document whose tags of more than 8 kB have lost their attributes.

    Both readers compare every attribute of a tag with every other one; 200,000 of them take minutes.
    """
    text, half = decoded.text, _LONGEST_TAG // 2
    # Looked at half a tag's length at a time: most often the first few characters say that there is none.
    if all(text.find(">", start, start + half) >= 0 for start in range(0, len(text) - half, half)):
        return decoded
    tamed = _LONG_TAG.sub(r"<\1\2>", text)
    return replace(decoded, text=tamed) if len(tamed) < len(text) else decoded


def _hidden_json(text: str, url: str, now: datetime) -> ParsedFeed | None:
    """Return the JSON feed behind a warning, or in a script's brackets, if there is one."""
    if _JSON_FEED not in text[:_SEARCHED_IN_PAGE]:
        return None
    parsed = parse_json_feed(text, url, now)
    return parsed if parsed.is_feed else None


def _is_whole(document: Document) -> bool:
    return document.is_well_formed and not document.broken


def _no_feed(problem: str) -> ParsedFeed:
    return ParsedFeed("", None, None, "", problems=(one_line(problem),))


def _what_it_is(document: Document, url: str) -> str:
    first = document.first.lower()
    if first == "opml":
        return "not a feed: an OPML list of feeds; import it with: monitor feeds import FILE"
    page = document.text[:_SEARCHED_IN_PAGE]
    title = _HTML_TITLE.search(page)
    if first not in ("html", "head", "body", "script", "div", "p", "title", "meta") and not title:
        return f"not a feed: XML that begins with <{first}>" if first else "not a feed: neither XML nor JSON"
    named = plain_title(title[1]).text[:120] if title else ""
    words = f'not a feed: a web page titled "{named}"' if named else "not a feed: a web page"
    feeds = [_HREF.search(tag) for tag in _LINK_TAG.findall(page) if _FEED_TYPE.search(tag)]
    link = next((clean_link(url, found[1]) for found in feeds if found), None)
    return f"{words}; it names a feed at {link}" if link else words
