"""OPML, the lists of feeds that readers exchange (opml.org/spec2): folders within folders, and broken files too."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from monitor.feeds.charset import decode
from monitor.feeds.clean import plain_title
from monitor.feeds.links import canonical_link, clean_link, without_feed_scheme
from monitor.feeds.unpack import UnpackError, unpack_undeclared

NAMESPACE: Final = "urn:cpec-monitor:feed"
"""Of the attributes that hold our own settings; other programs ignore them."""

MAX_BYTES: Final = 16 * 1024 * 1024
"""Ten thousand feeds take 3 MB."""

MOST_FOLDERS: Final = 20
"""Folders within folders that are kept, outermost first; nobody sorts deeper."""

_START = re.compile(r"<opml\b|<outline\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)?")
_OF_XML: Final = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_ILLEGAL = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SETTINGS: Final = ("name", "grade", "stance", "country", "interval", "sensitive", "paused")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed of a list; ``folders`` are the titles it stands under, outermost first."""

    url: str
    title: str
    site: str | None = None
    lang: str | None = None
    folders: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    """Our own settings as ``render_opml`` writes them, unchecked: name, grade, stance, country, interval …"""
    line: int = 0


@dataclass(frozen=True, slots=True)
class FeedList:
    """What an OPML file holds, in its order; each feed once."""

    title: str = ""
    subscriptions: tuple[Subscription, ...] = ()
    problems: tuple[str, ...] = ()
    """What could not be taken over, each with its line, in words."""
    is_opml: bool = False


def parse_opml(body: bytes) -> FeedList:
    """Return the feeds of an OPML file; never raises, whatever the bytes.

    Files that break off or are not well-formed give what can be read, with a problem saying so. Entities beyond
    XML's own five become text and none is expanded; nothing outside the file is ever read.
    """
    try:
        body = unpack_undeclared(body, MAX_BYTES)
    except UnpackError as error:
        return FeedList(problems=(f"the file is no OPML list: {error}",))
    decoded = decode(body[:MAX_BYTES], None)
    start = _START.search(decoded.text)
    if start is None:
        return FeedList(problems=("the file is no OPML list: nothing in it begins with <opml>",))
    # What stands before (declaration, document type, an error message of PHP) is left out, but its lines count.
    before = decoded.text.count("\n", 0, start.start()) * "\n"
    rest = _ILLEGAL.sub("", _ENTITY.sub(_entity, decoded.text[start.start() :]))
    wrapped = f"<opml>{before}{rest}</opml>" if start[0].lower() == "<outline" else before + rest
    # No entity is left to be resolved, so that depth is all that "huge" allows.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, encoding="utf-8", huge_tree=True)
    root = _root(wrapped, parser)
    if root is None:
        return FeedList(problems=("the file is no OPML list: nothing in it can be read as XML",))
    reader = _Reader(root)
    if not reader.subscriptions and "xmlurl" in wrapped.lower():
        # Attributes without quotation marks are none to an XML parser.
        lenient = _root(wrapped, etree.HTMLParser(no_network=True, encoding="utf-8", huge_tree=True))
        reader = _Reader(lenient) if lenient is not None else reader
    broken = next((f"line {error.line}: {error.message}" for error in parser.error_log), None)
    notes = [f"the file is not well-formed ({broken}); what could be read was read"] if broken else []
    if len(body) > MAX_BYTES:
        notes.append(f"only the first {MAX_BYTES // 1024**2} MB were read")
    return FeedList(
        title=reader.title,
        subscriptions=tuple(reader.subscriptions),
        problems=(*notes, *decoded.problems, *reader.problems),
        is_opml=True,
    )


def _root(text: str, parser: etree.XMLParser | etree.HTMLParser) -> etree._Element | None:
    try:
        # In recovery lxml gives None for what holds no element, which its types do not say.
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def render_opml(title: str, subscriptions: Iterable[Subscription]) -> str:
    """Return an OPML 2.0 file of these feeds in their order; folders become nested outlines."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"monitor": NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _legal(title)
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for one in subscriptions:
        for depth in range(1, len(one.folders) + 1):
            path = one.folders[:depth]
            if path not in folders:
                named = _legal(path[-1])
                folders[path] = etree.SubElement(folders[path[:-1]], "outline", {"text": named, "title": named})
        facts = {"type": "rss", "text": one.title, "title": one.title, "xmlUrl": one.url}
        facts |= {"htmlUrl": one.site} if one.site else {}
        facts |= {"language": one.lang} if one.lang else {}
        facts |= {f"{{{NAMESPACE}}}{key}": value for key, value in one.settings}
        etree.SubElement(folders[one.folders], "outline", {key: _legal(value) for key, value in facts.items()})
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="unicode", pretty_print=True)


class _Reader:
    """One walk over the outlines of a file."""

    def __init__(self, root: etree._Element) -> None:
        self.subscriptions: list[Subscription] = []
        self.problems: list[str] = []
        self._seen: dict[str, int] = {}
        titles = (child for child in root.iter(etree.Element) if _local(child) == "title")
        self.title = plain_title(next((child.text or "" for child in titles), "")).text
        for outline, folders in _outlines(root):
            self._read(outline, folders)

    def _read(self, outline: etree._Element, folders: tuple[str, ...]) -> None:
        facts = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
        kind = facts.get("type", "").lower()
        written = facts.get("xmlurl") or (facts.get("url") if kind in ("rss", "atom", "feed") else None)
        line = _line(outline)
        if not written:
            if kind == "include" and facts.get("url"):
                self.problems.append(f"line {line}: includes another list, {facts['url'][:200]}: import that too")
            return
        url = clean_link(None, without_feed_scheme(written))
        title = _title(facts)
        if url is None:
            self.problems.append(f'line {line}: "{written[:200]}" is no address of the web')
        elif (key := canonical_link(url)) in self._seen:
            self.problems.append(f"line {line}: {url} stands in line {self._seen[key]} already")
        else:
            self._seen[key] = line
            own = tuple((key, value) for key in _SETTINGS if (value := facts.get(f"{{{NAMESPACE}}}{key}")))
            lang = facts.get("language", "")
            lang = lang if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", lang) else ""
            site = clean_link(None, facts.get("htmlurl"))
            self.subscriptions.append(Subscription(url, title, site, lang or None, folders, own, line))


def _outlines(root: etree._Element) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    """Yield every outline in the file's order with the titles of those around it that are no feeds."""
    waiting: list[tuple[etree._Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, folders = waiting.pop()
        inner = folders
        if _local(element) == "outline":
            yield element, folders
            facts = {str(name).lower(): str(value) for name, value in element.attrib.items()}
            if "xmlurl" not in facts and (title := _title(facts)):
                inner = (*folders, title)[:MOST_FOLDERS]
        waiting.extend((child, inner) for child in reversed(element))


def _title(facts: dict[str, str]) -> str:
    return plain_title(facts.get("title") or facts.get("text") or "").text


def _local(element: etree._Element) -> str:
    # lxml's recovery lets through names that its own QName refuses, like ``outline:``.
    return element.tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(element.tag, str) else ""


def _line(element: etree._Element) -> int:
    line: object = element.sourceline  # lxml-stubs gives it no type
    return line if isinstance(line, int) else 0


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    if name is None:
        return "&amp;"
    if name in _OF_XML:
        return found[0]
    if name.startswith("#"):
        number = int(name[2:-1], 16) if name[1] in "xX" else int(name[1:-1])
        return found[0] if number < 0x110000 and not _ILLEGAL.match(chr(number)) else ""
    return html.entities.html5.get(name, f"&amp;{name}").replace("<", "&lt;").replace('"', "&quot;")


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)
