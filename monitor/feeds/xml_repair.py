"""Make almost-XML into XML, so that one bad character does not cost the feed its strict and faster reading.

Only what is wrong is touched, and nothing inside CDATA: a link with a bare ``&`` there is right as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.entities import html5
from itertools import pairwise
from typing import Final
from xml.parsers import expat

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold (2.2, Char): control characters, lone surrogates, U+FFFE."""

_PROLOG_PART = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[>]*", re.IGNORECASE)
_SIMPLE_ENTITY = re.compile(r"""<!ENTITY\s+([\w.-]{1,64})\s+(?:"([^"&%<]{0,100})"|'([^'&%<]{0,100})')\s*>""")
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_FEED_ROOT = re.compile(r"<((?:[\w.-]+:)?(?:rss|feed|rdf|channel))(?=[\s/>])", re.IGNORECASE)
_MOST_BLOCKS: Final = 10_000
_MOST_BROKEN: Final = 1_000
"""Items looked at one by one, and read one by one, in a feed that is no XML; a feed worse than that is an attack."""

_LONGEST_OPENING: Final = 20_000
"""Characters of the root element's tag beyond which items are not looked at one by one, each with a copy of it."""

_SEARCHED_FOR_ROOT: Final = 65_536
"""Characters in which a feed must begin: warnings and blank lines of a broken site come before it, never a book."""

_CDATA: Final = "<![CDATA["
_OPAQUE: Final = {_CDATA: "]]>", "<!--": "-->"}
_OPAQUE_START = re.compile(r"<!\[CDATA\[|<!--")
_ALMOST_CDATA = re.compile(r"<!\s{0,5}\[\s{0,5}cdata\s{0,5}\[", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#(\d{1,9});|#[xX]([0-9a-fA-F]{1,8});|([A-Za-z][\w.-]{0,63});)?")
_BARE_LESS_THAN = re.compile(r"<(?![A-Za-z_/!?])")
_XML_NAMES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):[A-Za-z_]|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=")
_DECLARED = re.compile(r"\sxmlns:([\w.-]+)\s*=")
_MOST_PREFIXES: Final = 50
_ITEM_START = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)(?=[\s>])")
_ITEM_SEAM = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>\s*<(?:[\w.-]+:)?(?:item|entry)(?=[\s>])")
_ITEM_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>")

_NAMESPACES: Final = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "atom": "http://www.w3.org/2005/Atom",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
}


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a document from its root element on, and what was wrong with it, in words.

    ``root`` is the root element's name as written, empty when no feed begins here; ``first`` is the first element.
    """

    text: str
    root: str
    first: str
    is_well_formed: bool
    problems: tuple[str, ...] = ()
    broken: tuple[tuple[int, str], ...] = ()
    """Items that are no XML, taken out: (place among all items, a document holding only this item)."""


def to_xml(text: str) -> Document:
    """Return ``text`` as a document that a strict parser accepts, if it can be made one without guessing.

    A document cut off in the middle keeps its complete items. Entities declared in the document are never expanded,
    except those that stand for plain characters.
    """
    problems: list[str] = []
    clean = _ILLEGAL.sub("", text)
    if len(clean) < len(text):
        problems.append(f"{len(text) - len(clean)} control characters removed")
    start, doctype, entities = _prolog(clean)
    element = _ELEMENT.match(clean, start)
    first = element[1] if element else ""
    root = _FEED_ROOT.match(clean, start)
    if not root:
        root = _FEED_ROOT.search(clean, start, start + _SEARCHED_FOR_ROOT)
        if not root:
            return Document(clean, "", first, is_well_formed=False, problems=tuple(problems))
        problems.append("text before the feed was skipped")
    body = clean[root.start() :]
    error = _error(body)
    if error:
        repaired, notes = _repair(body, root[1], entities)
        problems += notes
        body, error = repaired, _error(repaired)
    if not error:
        return Document(doctype + body, root[1], first, is_well_formed=True, problems=tuple(problems))
    problems.append(f"not well-formed XML ({error})")
    kept, broken = _quarantine(body, root[1])
    is_well_formed = not _error(kept)
    if not is_well_formed:
        return Document(doctype + body, root[1], first, is_well_formed=False, problems=tuple(problems))
    if broken:
        problems.append(f"{len(broken)} broken items were read leniently")
    return Document(doctype + kept, root[1], first, is_well_formed=True, problems=tuple(problems), broken=broken)


def _prolog(text: str) -> tuple[int, str, dict[str, str]]:
    """Return where the first element begins, the doctype without its declarations, and the harmless entities."""
    position, doctype = 0, ""
    entities: dict[str, str] = {}
    while True:
        part = _PROLOG_PART.match(text, position)
        if part:
            position = part.end()
            continue
        opening = _DOCTYPE.match(text, position)
        if not opening:
            return position, doctype, entities
        position = opening.end()
        doctype = opening[0].rstrip() + ">"
        if text[position : position + 1] == "[":
            end = text.find("]", position)
            first_tag = _ELEMENT.search(text, position)
            # Entity values may hold a "]"; the first element is the latest place the declarations can reach.
            end = text.rfind("]", position, first_tag.start()) if first_tag else end
            if end < 0:
                return position, doctype, entities
            entities = {name: double or single for name, double, single in _SIMPLE_ENTITY.findall(text, position, end)}
            position = end + 1
        close = text.find(">", position)
        position = close + 1 if close >= 0 else len(text)


def _error(text: str) -> str:
    """Return why a strict parser refuses ``text``, empty if it does not."""
    parser = expat.ParserCreate("utf-8", " ")
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003  # the signature of the standard library
    except expat.ExpatError as error:
        return f"{expat.ErrorString(error.code)}, line {error.lineno} of the feed"
    return ""


def _repair(text: str, root: str, entities: dict[str, str]) -> tuple[str, list[str]]:
    notes: list[str] = []
    closing = f"</{root}>"
    end = text.rfind(closing)
    if end >= 0:
        if text[end + len(closing) :].strip():
            notes.append("text behind the feed was skipped")
        text = text[: end + len(closing)]
    else:
        ends = list(_ITEM_END.finditer(text))
        if ends:
            notes.append("the document ends in the middle; its complete items were kept")
            opened = "</channel>" if re.search(r"<channel[\s>]", text) and "</channel>" not in text else ""
            text = text[: ends[-1].end()] + opened + closing
    text = _ALMOST_CDATA.sub(_CDATA, text)
    pieces: list[str] = []
    kept_to = 0
    for start, end in [*_opaque(text), (len(text), len(text))]:
        pieces += [_repair_markup(text[kept_to:start], entities), text[start:end]]
        kept_to = end
    fixed = "".join(pieces)
    if fixed != text:
        notes.append("characters that are not XML were escaped")
    declared = _declare_prefixes(fixed, root)
    if declared != fixed:
        notes.append("undeclared namespaces were declared")
    return declared, notes


def _repair_markup(text: str, entities: dict[str, str]) -> str:
    def reference(found: re.Match[str]) -> str:
        decimal, hexadecimal, name = found.groups()
        if name:
            if name in _XML_NAMES:
                return found[0]
            meant = entities.get(name) or html5.get(name + ";")
            return "".join(f"&#{ord(character)};" for character in meant) if meant else "&amp;" + found[0][1:]
        if decimal or hexadecimal:
            code = int(decimal) if decimal else int(hexadecimal, 16)
            return found[0] if code <= 0x10FFFF and not _ILLEGAL.match(chr(code)) else ""
        return "&amp;"

    return _REFERENCE.sub(reference, _BARE_LESS_THAN.sub("&lt;", text))


def _declare_prefixes(text: str, root: str) -> str:
    spans = [(0, 0), *_opaque(text), (len(text), len(text))]
    markup = " ".join(text[start:end] for (_, start), (end, _) in pairwise(spans))
    used = {element or attribute for element, attribute in _PREFIX.findall(markup)}
    missing = sorted(used - {"xml", "xmlns"} - set(_DECLARED.findall(text)))[:_MOST_PREFIXES]
    added = "".join(f' xmlns:{prefix}="{_NAMESPACES.get(prefix, f"urn:undeclared:{prefix}")}"' for prefix in missing)
    return f"<{root}{added}{text[len(root) + 1 :]}"


def _quarantine(text: str, root: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """Return ``text`` without the items that are no XML, and those items with their places.

    A lenient parser reads a wrong end tag as if the rest of the feed belonged to that item: read apart from the
    others, a broken item costs no other. Where the feed's own head is broken, it is replaced by a bare one.
    """
    blocks = item_blocks(text)[:_MOST_BLOCKS]
    opening = text[: text.find(">") + 1]
    if not blocks or len(opening) > _LONGEST_OPENING:
        return text, ()
    sound: list[str] = []
    broken: list[tuple[int, str]] = []
    for number, (start, end) in enumerate(blocks):
        block = text[start:end]
        if _error(f"{opening}{block}</{root}>"):
            if len(broken) < _MOST_BROKEN:
                broken.append((number, f"{opening}{block}"))
        else:
            sound.append(block)
    items = "".join(sound)
    whole = text[: blocks[0][0]] + items + text[blocks[-1][1] :]
    if not _error(whole):
        return whole, tuple(broken)
    is_rss = root.lower().endswith("rss")
    inner = f"<channel>{items}</channel>" if is_rss else items
    return f"{opening}{inner}</{root}>", tuple(broken)


def item_blocks(text: str) -> list[tuple[int, int]]:
    """Return where each item begins and ends; one whose end is missing ends where the next begins."""
    # CDATA that runs over the end of one item and the beginning of the next was never closed where it should be.
    hidden = [(start, end) for start, end in _opaque(text) if not _ITEM_SEAM.search(text, start, end)]
    starts: list[int] = []
    number = 0
    for found in _ITEM_START.finditer(text):
        while number < len(hidden) and hidden[number][1] <= found.start():
            number += 1
        if number == len(hidden) or found.start() < hidden[number][0]:
            starts.append(found.start())
    blocks: list[tuple[int, int]] = []
    for start, next_start in pairwise([*starts, len(text)]):
        ends = [found.end() for found in _ITEM_END.finditer(text, start, next_start)]
        blocks.append((start, ends[-1] if ends else next_start))
    return blocks


def _opaque(text: str) -> list[tuple[int, int]]:
    """Return the spans of CDATA and comments; what is never closed is none, and is looked for once only."""
    spans: list[tuple[int, int]] = []
    unclosed: set[str] = set()
    position = 0
    while found := _OPAQUE_START.search(text, position):
        kind = found[0]
        end = -1 if kind in unclosed else text.find(_OPAQUE[kind], found.end())
        if end < 0:
            unclosed.add(kind)
            if len(unclosed) == len(_OPAQUE):
                break
            position = found.end()
        else:
            position = end + 3
            spans.append((found.start(), position))
    return spans
