"""Put together what every feed format gives in pieces: an item's text and HTML, its guid, its dates."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from html import escape
from itertools import compress
from typing import Final, NamedTuple

from monitor.feeds.clean import MAX_TEXT, Cleaned, plain_text, plain_words, safe_html
from monitor.feeds.dates import read_date

MAX_ITEMS: Final = 10_000
"""Items read of one document; the largest of 600 recorded feeds has 1,554."""

LONGEST_GUID: Final = 1_000
"""Longer guids are replaced by their hash: they serve as database keys."""

LONGEST_LANG: Final = 35
"""Characters of the longest language tag that a program must take (RFC 5646, 4.4.1)."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_COMPARED: Final = 60
"""Letters by which a summary is recognised at its place in the full text; teasers are cut at 100 and more."""


_SMALL_LETTERS: Final = bytes(range(128)).lower() + bytes(range(128, 256))


class Passage(NamedTuple):
    """One piece of an item's text as the feed gives it."""

    value: str
    is_html: bool
    base: str = ""
    """What its links are relative to, if the feed says so."""


class Body(NamedTuple):
    """An item's text without markup, the same made safe to show, and flags for what was cut."""

    text: str
    html: str
    flags: tuple[str, ...] = ()


class Dates(NamedTuple):
    """An item's dates and the flags for those that could not be believed."""

    published_at: datetime | None
    updated_at: datetime | None
    flags: tuple[str, ...] = ()


def compose(passages: Sequence[Passage], base: str) -> Body:
    """Return the text of ``passages``, best first, leaving out what another one already says.

    A teaser that the full text repeats is dropped; one that says something of its own stands before it, because a
    name in it must be found. ``base`` is what links are relative to in passages that do not say it themselves.
    """
    told: list[tuple[Passage, Cleaned]] = []
    told_letters: list[str] = []
    flags: list[str] = []
    for passage in dict.fromkeys(passages) if len(passages) > 1 else passages:
        if not passage.value.strip():
            continue
        cleaned = plain_text(passage.value) if passage.is_html else plain_words(passage.value)
        flags += cleaned.flags
        if not cleaned.text:
            continue
        if len(passages) > 1:
            letters = _letters(cleaned.text)
            if told and any(letters[:_COMPARED] in others for others in told_letters):
                continue
            kept = [others[:_COMPARED] not in letters for others in told_letters]
            if not all(kept):
                told, told_letters = list(compress(told, kept)), list(compress(told_letters, kept))
            told_letters.append(letters)
        told.append((passage, cleaned))
    told.reverse()
    text = "\n\n".join([cleaned.text for _, cleaned in told])
    if len(text) > MAX_TEXT:
        text, flags = text[:MAX_TEXT], [*flags, "text-cut"]
    html = ""
    if any(passage.is_html for passage, _ in told):
        html = "\n".join([_shown(passage, cleaned, passage.base or base) for passage, cleaned in told])
        if len(html) > MAX_TEXT:
            html = safe_html(html[:MAX_TEXT], base)  # once more, since the cut may go through a tag
    return Body(text, html, tuple(dict.fromkeys(flags)))


def kept_guid(guid: str | None) -> str | None:
    """Return a guid fit to be a key: without control characters and blanks around it, hashed when it is too long."""
    bare = (guid or "").strip()
    if not bare.isprintable():
        bare = _CONTROLS.sub("", bare).strip()
    if len(bare) > LONGEST_GUID:
        return "sha256:" + hashlib.sha256(bare.encode("utf-8", "replace")).hexdigest()
    return bare or None


def kept_lang(lang: str | None) -> str | None:
    """Return a language as the feed names it, None for what can be no name of one."""
    bare = (lang or "").strip()
    return bare if bare and len(bare) <= LONGEST_LANG and bare.isprintable() else None


def read_dates(published: str | None, updated: str | None, now: datetime) -> Dates:
    """Return both dates of an item; one that only says when it was updated counts as published then."""
    published_at, published_flag = read_date(published, now) if published else (None, "")
    updated_at, updated_flag = read_date(updated, now) if updated else (None, "")
    flags = tuple({flag: None for flag in (published_flag, updated_flag) if flag})
    return Dates(published_at or updated_at, updated_at, flags)


def _shown(passage: Passage, cleaned: Cleaned, base: str) -> str:
    if not passage.is_html:
        return f"<p>{escape(cleaned.text)}</p>"
    return cleaned.html if cleaned.html is not None else safe_html(passage.value, base)


def _letters(text: str) -> str:
    """Return the letters of a cleaned text, whose only blanks are spaces and line ends."""
    text = text[: MAX_TEXT // 4]
    if text.isascii():  # the same in a third of the time
        return text.encode().translate(_SMALL_LETTERS, b" \n").decode()
    return text.replace(" ", "").replace("\n", "").casefold()
