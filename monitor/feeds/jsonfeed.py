"""Read JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final

from monitor.feeds.clean import one_line, plain_line, plain_title, plain_words
from monitor.feeds.compose import MAX_ITEMS, Passage, compose, kept_guid, kept_lang, read_dates
from monitor.feeds.identity import EntryHasher
from monitor.feeds.json_repair import read_json
from monitor.feeds.links import clean_link
from monitor.records import Enclosure, Entry, ParsedFeed, ParsedItem

LONGEST_FILE: Final = 2**53
"""Bytes of an attachment beyond which a number is no size (and no JSON integer either)."""

Json = dict[str, object]


def parse_json_feed(text: str, url: str, now: datetime) -> ParsedFeed:
    """Return the feed in ``text``, or a ParsedFeed without format and with the reason; never raises.

    Members of the wrong type are skipped, not refused: a number for a title costs the title, never the item.
    """
    try:
        document, repairs = read_json(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        return ParsedFeed("", None, None, "", problems=(f"not a feed: broken JSON ({reason[:200]})",))
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return ParsedFeed("", None, None, "", problems=("not a feed: JSON without a list of items",))
    feed: Json = document
    version = _string(feed, "version") or ""
    problems = list(repairs)
    problems += (
        [] if "jsonfeed.org/version/" in version else [f'the feed names no JSON Feed version ("{version[:80]}")']
    )
    entries = [entry for entry in _list(feed, "items") if isinstance(entry, dict)]
    if len(entries) > MAX_ITEMS:
        problems.append(f"only the first {MAX_ITEMS:,} of {len(entries):,} items were read")
    hasher = EntryHasher(url)
    return ParsedFeed(
        title=plain_title(_string(feed, "title") or "").text,
        link=clean_link(url, _string(feed, "home_page_url")),
        lang=kept_lang(_string(feed, "language")),
        format="json11" if version.endswith("1.1") else "json1",
        entries=tuple(_entry(entry, url, now, hasher) for entry in entries[:MAX_ITEMS]),
        problems=tuple(problems),
    )


def _entry(members: Json, url: str, now: datetime, hasher: EntryHasher) -> Entry:
    own = clean_link(url, _string(members, "url"))
    guid = kept_guid(_string(members, "id"))
    # "Ideally, the id is the full URL of the resource described by the item" (version 1.1, Items).
    named = clean_link(None, guid) if guid and guid.startswith(("http://", "https://")) else None
    link = own or clean_link(url, _string(members, "external_url")) or named
    return Entry(guid, link, hasher.hash(members), partial(_item, members, guid, link, url, now))


def _item(entry: Json, guid: str | None, link: str | None, url: str, now: datetime) -> ParsedItem:
    content_text, content_html = _string(entry, "content_text"), _string(entry, "content_html")
    passages = [
        Passage(content_html, is_html=True) if content_html else Passage(content_text or "", is_html=False),
        Passage(_string(entry, "summary") or "", is_html=False),
    ]
    body = compose(passages, clean_link(url, _string(entry, "url")) or url)
    title = plain_title(_string(entry, "title") or "")
    dates = read_dates(_string(entry, "date_published"), _string(entry, "date_modified"), now)
    return ParsedItem(
        guid=guid,
        link=link,
        title=title.text,
        text=body.text,
        html=body.html,
        published_at=dates.published_at,
        updated_at=dates.updated_at,
        authors=tuple(_authors(entry)),
        tags=tuple(filter(None, (plain_line(tag) for tag in _list(entry, "tags")[:50] if isinstance(tag, str)))),
        enclosures=tuple(_enclosures(entry, url)),
        lang=kept_lang(_string(entry, "language")),
        flags=tuple(dict.fromkeys(title.flags + body.flags + dates.flags)),
    )


def _authors(entry: Json) -> Iterable[str]:
    named = _list(entry, "authors")[:50] or [entry.get("author")]  # version 1.0 had one author
    for author in named:
        name = author.get("name") if isinstance(author, dict) else author
        if isinstance(name, str) and plain_words(name[:1000]).text:
            yield plain_line(name)


def _enclosures(entry: Json, url: str) -> Iterable[Enclosure]:
    for attachment in _list(entry, "attachments")[:50]:
        if not isinstance(attachment, dict):
            continue
        link = clean_link(url, _string(attachment, "url"))
        size = attachment.get("size_in_bytes")
        is_size = isinstance(size, int) and not isinstance(size, bool) and 0 <= size < LONGEST_FILE
        if link:
            yield Enclosure(link, one_line(_string(attachment, "mime_type") or "")[:100], size if is_size else None)


def _string(holder: Json, name: str) -> str | None:
    """Return a member as text; numbers are accepted, since ids are often written as such."""
    value = holder.get(name)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _list(holder: Json, name: str) -> list[object]:
    value = holder.get(name)
    return value if isinstance(value, list) else []
