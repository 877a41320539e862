"""Read JSON that is not quite JSON, so that one bad character does not cost a feed all its items.

What a document holds of whole items is kept, as of an XML document that breaks off; nothing is guessed.
"""

from __future__ import annotations

import json
import re
from typing import Final

_SEARCHED_FOR_START: Final = 65_536
"""Characters in which the document must begin: warnings and guards come before it, never a book."""

_LONGEST_NUMBER: Final = 400
"""Digits of a number; Python refuses more than 4,300, and no id or date has this many."""

_MOST_BROKEN: Final = 20
"""Items that cannot be read before the rest is given up: each is looked through to the end of the document."""

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_SEAM = re.compile(r"\}\s*,\s*(?=\{)")
_LOOSE = re.compile(r"""("(?:[^"\\]|\\.)*+\\?(?:"|\Z))|//[^\n]*|/\*.*?(?:\*/|\Z)|,(?=\s*[}\]])""", re.DOTALL)
"""A string, or what people write into JSON by hand: comments, and a comma behind the last one. What is never closed
ends with the document, so that nothing is looked through twice."""
_HEAD_MEMBERS: Final = ("version", "title", "home_page_url", "language")


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


_DECODER: Final = json.JSONDecoder(strict=False, parse_constant=lambda _: None, parse_int=_integer)


def read_json(text: str) -> tuple[object, tuple[str, ...]]:
    """Return the value ``text`` holds, and what was wrong with it, in words.

    NaN, infinities and numbers without end become None. Of a broken document the feed's own facts and its whole items
    are kept. Raises ValueError or RecursionError, those of the whole document, when there are none.
    """
    try:
        return _DECODER.decode(text), ()
    except (ValueError, RecursionError):
        kept = _first_value(text) or _written_by_hand(text) or _whole_items(text)
        if kept is None:
            raise
        return kept


def _written_by_hand(text: str) -> tuple[object, tuple[str, ...]] | None:
    bare = _LOOSE.sub(lambda found: found[1] or "", text)
    kept = _first_value(bare) if len(bare) < len(text) else None
    return (kept[0], ("comments and needless commas were skipped", *kept[1])) if kept else None


def _first_value(text: str) -> tuple[object, tuple[str, ...]] | None:
    start = text.find("{", 0, _SEARCHED_FOR_START)
    try:
        value, end = _DECODER.raw_decode(text, max(start, 0))
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("items"), list):
        return None
    before = ("text before the feed was skipped",) if text[:start].strip() else ()
    behind = ("text behind the feed was skipped",) if text[end:].strip() else ()
    return value, before + behind


def _whole_items(text: str) -> tuple[object, tuple[str, ...]] | None:
    start = text.find("{", 0, _SEARCHED_FOR_START)
    listed = _ITEMS.search(text, max(start, 0))
    if not listed:
        return None
    items, lost, position = [], 0, listed.end()
    while lost < _MOST_BROKEN:
        position = _end_of(_BETWEEN, text, position)
        if text[position : position + 1] != "{":
            break
        try:
            item, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            lost += 1
            seam = _SEAM.search(text, position)
            if not seam:
                break
            position = seam.end()
        else:
            items.append(item)
    if not items:
        return None
    feed = {name: _head_member(text[start : listed.start()], name) for name in _HEAD_MEMBERS}
    what = f"; {lost} items could not be read" if lost else ""
    return {**feed, "items": items}, (f"the JSON is broken; its whole items were kept{what}",)


def _head_member(head: str, name: str) -> object:
    found = re.search(rf'"{name}"\s*:\s*(?=")', head)
    try:
        return _DECODER.raw_decode(head, found.end())[0] if found else None
    except ValueError:
        return None


def _end_of(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
