"""Write a sample feed the way outlets do: RSS 2.0, Atom 1.0 or JSON Feed 1.1."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from tests.demo.sample import SampleFeed, SampleItem

NOTICE = "Sample feed of the monitor demo: every event in it is invented."

MEDIA_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "jsonfeed": "application/feed+json",
}

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def write_feed(feed: SampleFeed, start: datetime) -> bytes:
    """Return the feed's document; an item is dated its age before ``start``."""
    writers = {"rss": _rss, "atom": _atom, "jsonfeed": _json_feed}
    return writers[feed.format](feed, start).encode()


def _rss(feed: SampleFeed, start: datetime) -> str:
    items = "".join(_rss_item(feed, item, start) for item in feed.items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>\n'
        f"<title>{escape(feed.title)}</title><link>{escape(feed.site)}/</link>\n"
        f"<description>{escape(NOTICE)}</description><language>{feed.lang}</language>\n"
        f"{items}</channel></rss>\n"
    )


def _rss_item(feed: SampleFeed, item: SampleItem, start: datetime) -> str:
    # Outlets that write HTML put it in CDATA; plain text is escaped. Both are legal, and a reader must take both.
    summary = f"<![CDATA[{item.summary}]]>" if item.is_html else escape(item.summary)
    author = f"<dc:creator>{escape(item.author)}</dc:creator>" if item.author else ""
    tags = "".join(f"<category>{escape(tag)}</category>" for tag in item.tags)
    date = "" if item.age is None else f"<pubDate>{_mail_date(feed.local(start - item.age))}</pubDate>"
    return (
        f"<item><title>{escape(item.title)}</title><link>{escape(item.link)}</link>"
        f'<guid isPermaLink="false">{feed.name}/{item.id}</guid>{date}{author}{tags}\n'
        f"<description>{summary}</description></item>\n"
    )


def _mail_date(moment: datetime) -> str:
    # strftime would write the weekday in the language of the machine. A zone is written by name where the outlet
    # does so (PKT, AFT), which RFC 822 never allowed and half of the region's feeds do.
    zone = (moment.tzname() or "").replace(":", "")
    day = f"{_WEEKDAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} {moment.year}"
    return f"{day} {moment:%H:%M:%S} {zone}"


def _atom(feed: SampleFeed, start: datetime) -> str:
    newest = max(start - item.age for item in feed.items if item.age is not None)
    entries = "".join(_atom_entry(feed, item, start) for item in feed.items)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{feed.lang}">\n'
        f"<title>{escape(feed.title)}</title><subtitle>{escape(NOTICE)}</subtitle><id>{escape(feed.site)}/</id>\n"
        f"<link rel='alternate' href={quoteattr(feed.site + '/')}/><updated>{_iso(feed, newest)}</updated>\n"
        f"<author><name>{escape(feed.outlet)}</name></author>\n"
        f"{entries}</feed>\n"
    )


def _atom_entry(feed: SampleFeed, item: SampleItem, start: datetime) -> str:
    if item.age is None:
        raise ValueError(f"{feed.name}/{item.id}: Atom demands a date; give the item an age_minutes")
    moment = _iso(feed, start - item.age)
    author = f"<author><name>{escape(item.author)}</name></author>" if item.author else ""
    tags = "".join(f"<category term={quoteattr(tag)}/>" for tag in item.tags)
    kind = "html" if item.is_html else "text"
    return (
        f"<entry><title>{escape(item.title)}</title><link href={quoteattr(item.link)}/>"
        f"<id>tag:{urlsplit(feed.site).hostname},2026:{item.id}</id>"
        f"<published>{moment}</published><updated>{moment}</updated>{author}{tags}\n"
        f'<summary type="{kind}">{escape(item.summary)}</summary></entry>\n'
    )


def _json_feed(feed: SampleFeed, start: datetime) -> str:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": NOTICE,
        "home_page_url": f"{feed.site}/",
        "language": feed.lang,
        "items": [_json_item(feed, item, start) for item in feed.items],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _json_item(feed: SampleFeed, item: SampleItem, start: datetime) -> dict[str, object]:
    row: dict[str, object] = {
        "id": f"{feed.name}/{item.id}",
        "url": item.link,
        "title": item.title,
        "content_html" if item.is_html else "content_text": item.summary,
    }
    if item.age is not None:
        row["date_published"] = _iso(feed, start - item.age)
    if item.author:
        row["authors"] = [{"name": item.author}]
    if item.tags:
        row["tags"] = list(item.tags)
    return row


def _iso(feed: SampleFeed, moment: datetime) -> str:
    return feed.local(moment).isoformat(timespec="seconds")
