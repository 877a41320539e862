"""Read RSS, Atom and RDF feeds with feedparser, trusting it with structure only.

Its sanitiser and link resolution are off: they take 60–70 % of its time, and nh3 does the first better. Its dates are
read again from the raw text (monitor/feeds/dates.py says why).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final, cast

from monitor.feeds.clean import Cleaned, one_line, plain_line, plain_title
from monitor.feeds.compose import MAX_ITEMS, Passage, compose, kept_guid, kept_lang, read_dates
from monitor.feeds.identity import EntryHasher
from monitor.feeds.links import clean_link
from monitor.feeds.xml_repair import Document, item_blocks
from monitor.records import Enclosure, Entry, ParsedFeed, ParsedItem, SeenEntry

MOST_OF_A_KIND: Final = 50
"""Authors, tags and enclosures kept per item."""

_LARGEST_FILE: Final = 2**53
_LONGEST_TTL: Final = timedelta(days=30)
_RAREST: Final = 1e-3
"""Times per period; with less, a year would be divided beyond what a time span can hold."""
_UPDATE_PERIODS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_BROKEN: Final = "monitor_broken"
"""Marks an entry that was no XML; some of it may be missing or belong to its neighbour."""

_OPEN_TITLE = re.compile(r"<title[^<>]{0,200}>(?:<!\[CDATA\[)?([^<]{1,5000})<(?!/title)", re.IGNORECASE)
"""A title without its end."""
_WITH_TITLES = re.compile(r"<(?:source|image)[\s>]", re.IGNORECASE)
"""What has a title of its own within an item."""

_TEXT_TYPES: Final = ("text/", "application/xhtml+xml", "application/xml")
_MOST_SALVAGED: Final = 1_000
_LONGEST_LENIENT: Final = 2_000_000
"""Characters read by feedparser's lenient parser, which takes up to 2.5 s for a million of them."""

Fields = Mapping[str, object]


class _Body:
    """The bytes as an object to read from: feedparser takes bare bytes for the name of a file to open."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self) -> bytes:
        """Return all bytes."""
        return self._body


def parse_xml_feed(document: Document, url: str, now: datetime) -> ParsedFeed:
    """Return the feed in ``document``; never raises.

    Items are in document order. When the parser fails on the whole, items are read one by one, without the bad ones.
    """
    problems = list(document.problems)
    text = document.text
    if not document.is_well_formed:
        problems.append("the feed was read leniently")
        text = text[:_LONGEST_LENIENT]
    try:
        result = _run(text)
    except Exception as error:  # noqa: BLE001  # a third-party parser on foreign bytes; the reason becomes the feed's problem
        problems.append(f"the parser failed ({type(error).__name__}); items were read one by one")
        result, lost = _salvage(document)
        if lost:
            problems.append(f"{lost} items could not be read")
    entries = _with_broken(cast("list[Fields]", result["entries"]), document, problems)
    return build_feed({**result, "entries": entries, "found": len(entries)}, url, now, tuple(problems))


def build_feed(result: Mapping[str, object], url: str, now: datetime, problems: tuple[str, ...]) -> ParsedFeed:
    """Return the feed whose fields a reader found: ``feed``, ``entries``, ``version`` and how many were ``found``."""
    feed = cast("Fields", result["feed"])
    entries = cast("list[Fields | SeenEntry]", result["entries"])
    raw = cast("list[bytes]", result.get("raw") or [b""] * len(entries))
    if cast("int", result["found"]) > MAX_ITEMS:
        problems = (*problems, f"only the first {MAX_ITEMS:,} of {result['found']:,} items were read")
    lang = kept_lang(_text(feed, "language"))
    hasher = EntryHasher(url, lang)
    return ParsedFeed(
        title=plain_title(_text(feed, "title")).text,
        link=clean_link(url, _text(feed, "link")),
        lang=lang,
        format=str(result["version"] or "rss"),
        entries=tuple(
            Entry.unread(entry) if isinstance(entry, SeenEntry) else _entry(entry, own, url, lang, now, hasher)
            for entry, own in zip(entries[:MAX_ITEMS], raw, strict=False)
        ),
        ttl=_ttl(feed),
        problems=problems,
    )


def _run(text: str) -> dict[str, object]:
    import feedparser  # half the time of reading a well-formed feed's items goes into this import; few need it

    result = feedparser.parse(_Body(text.encode("utf-8", "replace")), resolve_relative_uris=False, sanitize_html=False)
    return {"feed": result.get("feed", {}), "entries": result.get("entries", []), "version": result.get("version", "")}


def _with_broken(entries: list[Fields], document: Document, problems: list[str]) -> list[Fields]:
    """Return the items of the document with those put back in their places that had to be read apart."""
    entries, lost, left = list(entries), 0, _LONGEST_LENIENT
    for place, text in document.broken:
        left -= len(text)
        try:
            found = cast("list[Fields]", _run(text)["entries"]) if left > 0 else []
        except Exception:  # noqa: BLE001  # a third-party parser on foreign bytes; the item is counted as lost
            found = []
        lost += not found
        entries[place:place] = [{**_with_title(entry, text), _BROKEN: "yes"} for entry in found[:1]]
    if lost:
        problems.append(f"{lost} items could not be read")
    return entries


def _with_title(entry: Fields, text: str) -> Fields:
    """Return a broken item with what stands behind ``<title>``, if its end is what is missing."""
    if _text(entry, "title"):
        return entry
    other = _WITH_TITLES.search(text)
    title = _OPEN_TITLE.search(text, 0, other.start() if other else len(text))
    return {**entry, "title": title[1].removesuffix("]]>")} if title else entry


def _salvage(document: Document) -> tuple[dict[str, object], int]:
    entries: list[object] = []
    lost = 0
    version = "atom10" if document.root.lower().endswith("feed") else "rss"
    for start, end in item_blocks(document.text)[:_MOST_SALVAGED]:
        block = document.text[start:end]
        try:
            entries += cast("list[object]", _run(f"<{document.root}>{block}</{document.root}>")["entries"])
        except Exception:  # noqa: BLE001  # as above; the item is counted as lost
            lost += 1
    return {"feed": {}, "entries": entries, "version": version}, lost


def _entry(  # what an item is made of, and what it is known by
    fields: Fields, raw: bytes, url: str, feed_lang: str | None, now: datetime, hasher: EntryHasher
) -> Entry:
    guid, link = kept_guid(_text(fields, "id")), _link(fields, url)
    # What hashes the markup hashes all that is read from it.
    entry_hash = raw or hasher.hash(fields)
    return Entry(guid, link, entry_hash, partial(_item, fields, guid, link, url, feed_lang, now), raw)


def _item(  # what an item is made of, bound by _entry
    entry: Fields, guid: str | None, link: str | None, url: str, feed_lang: str | None, now: datetime
) -> ParsedItem:
    outlet, title = _outlet_and_title(entry)
    body = compose(list(_passages(entry, url)), link or url)
    published = _text(entry, "published") or _text(entry, "created")
    dates = read_dates(published, _text(entry, "updated"), now)
    broken = ("item-broken",) if _text(entry, _BROKEN) else ()
    detail = entry.get("title_detail")
    lang = kept_lang(_text(entry, "language") or (_text(detail, "language") if isinstance(detail, Mapping) else ""))
    return ParsedItem(
        guid=guid,
        link=link,
        title=title.text,
        text=body.text,
        html=body.html,
        published_at=dates.published_at,
        updated_at=dates.updated_at,
        authors=_lines([_text(author, "name") or _text(author, "email") for author in _mappings(entry, "authors")]),
        tags=_lines([_text(tag, "label") or _text(tag, "term") for tag in _mappings(entry, "tags")]),
        enclosures=tuple(dict.fromkeys(_enclosures(entry, url)))[:MOST_OF_A_KIND],
        outlet=outlet,
        lang=lang if lang != feed_lang else None,
        flags=tuple(dict.fromkeys(broken + title.flags + body.flags + dates.flags)),
    )


def _outlet_and_title(entry: Fields) -> tuple[str | None, Cleaned]:
    """Return the outlet an aggregator names and the title without it: "Convoy attacked - Dawn" of Dawn."""
    title = plain_title(_text(entry, "title"))
    source = entry.get("source")
    outlet = plain_line(_text(source, "title")) if isinstance(source, Mapping) else ""
    if outlet:
        for mark in (" - ", " – ", " — ", " | "):
            behind = title.text[-len(mark + outlet) :]
            cut = title.text[: -len(behind)].rstrip()
            if cut and behind.casefold() == (mark + outlet).casefold():
                return outlet, Cleaned(cut, title.flags)
    return outlet or None, title


def _link(entry: Fields, url: str) -> str | None:
    link = _text(entry, "link")
    # A guid is taken for a permanent link unless it says otherwise; "4711" and "urn:uuid:…" are none.
    if entry.get("guidislink") and link == _text(entry, "id") and not link.lower().startswith(("http", "/")):
        link = ""
    if link:
        return clean_link(url, link)
    # Of several the last that leads somewhere, as where no empty one follows.
    alternates = (
        _text(other, "href") for other in reversed(_mappings(entry, "links")) if other.get("rel") == "alternate"
    )
    return next((found for found in (clean_link(url, href) for href in alternates) if found), None)


def _passages(entry: Fields, url: str) -> Iterable[Passage]:
    """Yield an item's text, full content before summary; content that is not text (a picture in base64) is left out."""
    contents = _mappings(entry, "content")
    for content in contents:
        kind = _text(content, "type")
        if kind.startswith(_TEXT_TYPES):
            yield Passage(_text(content, "value"), kind != "text/plain", clean_link(url, _text(content, "base")) or "")
    summary = _text(entry, "summary")
    if summary and summary not in [_text(content, "value") for content in contents]:
        detail = entry.get("summary_detail")
        told = detail if isinstance(detail, dict) else {"type": "text/html"}
        yield Passage(summary, _text(told, "type") != "text/plain", clean_link(url, _text(told, "base")) or "")


def _enclosures(entry: Fields, url: str) -> Iterable[Enclosure]:
    files = [link for link in _mappings(entry, "links") if link.get("rel") == "enclosure"]
    image = entry.get("img")
    if not files and image is None and "media_content" not in entry:
        return
    images = [{"url": _text(image, "src")}] if isinstance(image, Mapping) else []
    for file in [*files, *_mappings(entry, "media_content"), *images]:
        link = clean_link(url, _text(file, "href") or _text(file, "url"))
        size = _text(file, "length") or _text(file, "filesize")
        length = int(size) if size.isascii() and size.isdigit() and len(size) < 17 else None
        if link:
            yield Enclosure(
                link, one_line(_text(file, "type"))[:100], length if length and length < _LARGEST_FILE else None
            )


def _ttl(feed: Fields) -> timedelta | None:
    """Return how long the document asks to be left alone: RSS ttl in minutes, or the syndication module's period."""
    try:
        minutes = float(_text(feed, "ttl") or "nan")
        if minutes > 0:
            return min(timedelta(minutes=min(minutes, 1e6)), _LONGEST_TTL)
        period = _UPDATE_PERIODS.get(_text(feed, "sy_updateperiod").strip().lower())
        frequency = float(_text(feed, "sy_updatefrequency") or "1")
    except ValueError:
        return None
    if period is None or not 0 < frequency < 1e6:
        return None
    return min(period / max(frequency, _RAREST), _LONGEST_TTL)


def _lines(values: Iterable[str]) -> tuple[str, ...]:
    lines = [line for value in values if value and (line := plain_line(value))]
    return tuple(lines) if len(lines) < 2 else tuple(dict.fromkeys(lines))[:MOST_OF_A_KIND]


def _mappings(holder: Fields, name: str) -> list[Fields]:
    value = _GET(holder, name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(holder: Fields, name: str) -> str:
    """Return a member as feedparser stored it; its own lookup answers "updated" with "published" and a warning."""
    value = _GET(holder, name)
    return value if isinstance(value, str) else ""


_GET: Final = cast("Callable[[Fields, str], object]", dict.get)
