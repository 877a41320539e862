"""One item of a well-formed feed, read into the fields feedparser would give it.

Where an element may stand several times or at several depths, the one that counts is the one that counts for
feedparser, since every id of a stored item rests on it; what feedparser does by mistake is not followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from monitor.feeds.fast_names import Names, Role, canonical_name
from monitor.feeds.fast_values import joined, markup_of, text_of, unspoilt

Fields = dict[str, object]

_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
_ABOUT: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_ADDRESSES: Final = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,24}", re.ASCII)
_TYPES: Final = {
    "text": "text/plain",
    "plain": "text/plain",
    "text/plain": "text/plain",
    "html": "text/html",
    "text/html": "text/html",
    "xhtml": "application/xhtml+xml",
    "application/xhtml+xml": "application/xhtml+xml",
}
_XHTML: Final = "application/xhtml+xml"
_EVIDENT_MARKUP = re.compile(r"</\w+>|&#?\w+;")
_REFERENCE_LIKE = re.compile(r"&(\w+);", re.ASCII)
_FIELDS: Final = {role: role.value for role in Role}
"""Looked up in a fifth of the time that asking the member takes."""
_OF_IMAGES: Final = frozenset({"url", "title", "link", "width", "height"})
_NOT_OF_THE_ITEM: Final = frozenset({Role.OTHER, Role.TITLE, Role.LINK, Role.GUID, Role.IMAGE})
"""What an unknown element may hold and keep to itself, such as the pages related to this one; words are never lost."""


class NotFollowedError(Exception):
    """The document does something this reader does not know how the reference reads."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for all items of one document."""

    names: Names
    version: str
    has_bases: bool
    """Whether ``xml:base`` occurs at all; looking for it at every link costs more than reading the link."""
    has_languages: bool


def read_entry(element: etree._Element, setting: Setting, lang: str | None) -> Fields:
    """Return the fields of an item; ``lang`` is the language of what stands around it.

    Raises NotFollowedError where only the reference reader knows what to make of it.
    """
    if "href" in element.attrib or "lastmod" in element.attrib:
        raise NotFollowedError
    return _EntryReader(element, setting, lang).read()


def attributes_of(element: etree._Element) -> dict[str, str]:
    """Return the attributes without a namespace, names in lower case, ``rel`` and ``type`` values too."""
    found: dict[str, str] = {}
    written = element.attrib
    for key, value in written.items() if written else ():
        name = str(key).lower()
        found[name] = str(value).lower() if name in ("rel", "type") else str(value)
    return found


def language_of(element: etree._Element, around: str | None) -> str | None:
    """Return the language an element declares, else that of what stands around it."""
    declared = element.get(_XML + "lang", element.get("lang"))
    if declared is None:
        return around
    return declared.replace("_", "-") or None


def link_of(element: etree._Element, *, has_bases: bool) -> tuple[dict[str, str], str | None]:
    """Return the attributes of a link as feedparser completes them, and the page it names, if it names one."""
    attributes = {"rel": "alternate", "type": "text/html", **attributes_of(element)}
    href = attributes.get("url") or attributes.get("uri") or attributes.get("href") if len(attributes) > 2 else None
    base = element.base if has_bases else None
    if href is not None:
        attributes["href"] = joined(base, href)
        is_page = attributes["rel"] == "alternate" and _TYPES.get(attributes["type"]) in ("text/html", _XHTML)
        return attributes, attributes["href"] if is_page else None
    if len(element):
        raise NotFollowedError
    # "?a=1&b=2" is often escaped twice; no address means "&copy;".
    text = joined(base, text_of(element))
    if "&" in text:
        text = _REFERENCE_LIKE.sub(r"&\1", text.replace("&amp;", "&"))
    if text:
        attributes["href"] = text
    return attributes, text


class _EntryReader:
    """The fields of one item as its elements arrive."""

    def __init__(self, element: etree._Element, setting: Setting, lang: str | None) -> None:
        self._element = element
        self._setting = setting
        self._lang = language_of(element, lang) if setting.has_languages else lang
        self._fields: Fields = {}
        self._depths: dict[str, int] = {}
        self._has_title = False
        self._has_content = False
        self._links: list[dict[str, str]] = []
        self._authors: list[dict[str, str]] = []
        self._tags: list[dict[str, str | None]] = []
        self._contents: list[dict[str, str]] = []
        self._files: list[dict[str, str]] = []

    def read(self) -> Fields:
        about = self._element.get(_ABOUT)
        if about:
            self._fields["id"] = about
        self._children(self._element, Role.ITEM, 0)
        fields = self._fields
        if self._links:
            fields["links"] = self._links
        if self._authors:
            fields["authors"] = self._authors
        if self._tags:
            fields["tags"] = self._tags
        if self._contents:
            fields["content"] = self._contents
        if self._files:
            fields["media_content"] = self._files
        return fields

    def _children(self, parent: etree._Element, _role: Role, depth: int) -> None:
        names = self._setting.names
        known = names.known
        for element in parent:
            role = known.get(element.tag) or names.role(element)
            _READERS[role](self, element, role, depth)

    def _inner(self, element: etree._Element, role: Role, depth: int) -> None:
        if role is Role.MEDIA_FILE:
            self._files.append(attributes_of(element))
        self._children(element, role, depth + 1)

    def _keywords(self, element: etree._Element, _role: Role, _depth: int) -> None:
        if not element.attrib:
            words = (word.strip() for word in _plain(element).split(","))
            self._tags += [{"term": word} for word in words if word]

    def _author(self, element: etree._Element, _role: Role, _depth: int) -> None:
        self._authors.append(_author(element))

    def _enclosure(self, element: etree._Element, _role: Role, _depth: int) -> None:
        file = attributes_of(element)
        file["href"] = file.get("url") or file.get("uri") or file.get("href") or ""
        self._links.append({**file, "rel": "enclosure"})

    def _image(self, element: etree._Element, role: Role, depth: int) -> None:
        # The picture's own title and address are none of the item's.
        if any(canonical_name(child) not in _OF_IMAGES for child in element):
            self._skip(element, role, depth)

    def _picture(self, element: etree._Element, _role: Role, _depth: int) -> None:
        self._fields["img"] = attributes_of(element)
        # Express Tribune writes its picture as HTML in here.
        self._files += [{"url": picture.get("src") or ""} for picture in element.iter("img")]

    def _not_followed(self, _element: etree._Element, _role: Role, _depth: int) -> None:
        raise NotFollowedError

    def _skip(self, element: etree._Element, _role: Role, _depth: int) -> None:
        """Pass over an element but for a picture; raise NotFollowedError if it holds what may be words of the item."""
        if not len(element):
            return
        for inner in element.iterdescendants():
            role = self._setting.names.role(inner)
            if role is Role.PICTURE:
                self._fields["img"] = attributes_of(inner)
            elif role not in _NOT_OF_THE_ITEM:
                raise NotFollowedError

    def _store(self, name: str, value: str, depth: int) -> None:
        """Keep a value unless one is kept that stands further out."""
        if depth <= self._depths.setdefault(name, depth):
            self._depths[name] = depth
            self._fields[name] = value

    def _value(self, element: etree._Element, role: Role, depth: int) -> None:
        self._store(_FIELDS[role], _plain(element), depth)

    def _title(self, element: etree._Element, role: Role, depth: int) -> None:
        kind = _type(element, "text/plain")
        value = markup_of(element, is_declared_xhtml=kind == _XHTML)
        if self._has_title and depth >= self._depths.get("title", depth):
            return
        self._store("title", value, depth)
        lang = language_of(element, self._lang) if self._setting.has_languages else self._lang
        if lang:
            self._fields["title_detail"] = {"language": lang}
        self._has_title = self._has_title or (bool(value) and role is Role.TITLE)

    def _link(self, element: etree._Element, role: Role, depth: int) -> None:
        attributes, page = link_of(element, has_bases=self._setting.has_bases)
        self._links.append(attributes)
        if len(element):
            self._children(element, role, depth + 1)  # pictures and captions, at the BBC
        if page or (page is not None and not _is_web(self._fields.get("link"))):
            self._fields["link"] = page

    def _guid(self, element: etree._Element, _role: Role, depth: int) -> None:
        is_link = not element.attrib or attributes_of(element).get("ispermalink", "true").lower() == "true"
        value = _plain(element)
        if is_link:
            value = joined(element.base if self._setting.has_bases else None, value)
        self._store("id", value, depth)
        self._fields.setdefault("guidislink", is_link and "link" not in self._fields)
        if is_link and (self._fields.setdefault("link", value) == "" and _is_web(value)):
            self._fields["link"] = value  # a link left empty is none

    def _words(self, element: etree._Element, role: Role, depth: int) -> None:
        """Keep a piece of text as content or summary; a second summary counts as content."""
        is_second = role in (Role.DESCRIPTION, Role.SUMMARY) and "summary" in self._fields and not self._has_content
        is_content = is_second or role in (Role.CONTENT, Role.ENCODED, Role.BODY)
        if role is Role.BODY:
            default = _XHTML
        elif role is Role.ENCODED or (role is Role.DESCRIPTION and not is_second):
            default = "text/html"
        else:
            default = "text/plain"
        kind = _type(element, default)
        value = markup_of(element, is_declared_xhtml=kind == _XHTML)
        if len(element):
            kind = _XHTML
        elif kind == "text/plain" and not self._setting.version.startswith("atom") and _EVIDENT_MARKUP.search(value):
            kind = "text/html"
        detail = {"type": kind}
        if self._setting.has_bases and element.base:
            detail["base"] = element.base
        if is_content:
            self._has_content = self._has_content or role is not Role.BODY
            self._contents.append({"value": value, **detail})
            self._fields.setdefault("summary", value)
        else:
            self._store("summary", value, depth)
            self._fields["summary_detail"] = detail

    def _category(self, element: etree._Element, _role: Role, _depth: int) -> None:
        attributes = element.attrib
        if attributes:
            term, label = attributes.get("term"), attributes.get("label")
            scheme = attributes.get("scheme", attributes.get("domain"))
            if term or label or scheme or str(element.tag).startswith("{http://search.yahoo.com/"):
                self._tags.append({"term": term, "label": label})
        value = _plain(element)
        if value and self._tags and not self._tags[-1].get("term"):
            self._tags[-1]["term"] = value
        elif value:
            self._tags.append({"term": value})

    def _source(self, element: etree._Element, _role: Role, _depth: int) -> None:
        """Keep the title of where an item comes from: text in RSS, an element of its own in Atom."""
        title = unspoilt((element.text or "").strip())
        for child in element:
            if self._setting.names.role(child) is Role.TITLE and not title:
                title = markup_of(child, is_declared_xhtml=_type(child, "text/plain") == _XHTML)
        self._fields["source"] = {"title": title}


_READERS: Final[Mapping[Role, Callable[[_EntryReader, etree._Element, Role, int], None]]] = {
    **dict.fromkeys(Role, _EntryReader._skip),
    **dict.fromkeys((Role.FOREIGN, Role.ITEM, Role.CHANNEL), _EntryReader._not_followed),
    **dict.fromkeys((Role.TITLE, Role.MEDIA_TITLE), _EntryReader._title),
    **dict.fromkeys((Role.PUBLISHED, Role.UPDATED, Role.CREATED, Role.LANGUAGE), _EntryReader._value),
    **dict.fromkeys((Role.DESCRIPTION, Role.SUMMARY, Role.CONTENT, Role.ENCODED, Role.BODY), _EntryReader._words),
    **dict.fromkeys((Role.MEDIA_FILE, Role.MEDIA_GROUP), _EntryReader._inner),
    Role.LINK: _EntryReader._link,
    Role.GUID: _EntryReader._guid,
    Role.CATEGORY: _EntryReader._category,
    Role.KEYWORDS: _EntryReader._keywords,
    Role.AUTHOR: _EntryReader._author,
    Role.ENCLOSURE: _EntryReader._enclosure,
    Role.SOURCE: _EntryReader._source,
    Role.IMAGE: _EntryReader._image,
    Role.PICTURE: _EntryReader._picture,
}


def _is_web(link: object) -> bool:
    return isinstance(link, str) and link.startswith(("http://", "https://"))


def _plain(element: etree._Element) -> str:
    if len(element):
        raise NotFollowedError
    return text_of(element)


def _type(element: etree._Element, default: str) -> str:
    if not element.attrib:
        return default
    attributes = attributes_of(element)
    kind = _TYPES.get(attributes.get("type", default))
    if kind is None or attributes.get("mode") == "base64":
        raise NotFollowedError  # a picture, or text wrapped once more
    return kind


def _author(element: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in element:
        name = canonical_name(child).rpartition(":")[2]
        if name in ("name", "email"):
            found[name] = _plain(child)
    text = unspoilt((element.text or "").strip())
    if found or not text:
        return found
    address = _ADDRESSES.search(text) if "@" in text else None
    if not address:
        return {"name": text}
    name = text.replace(address[0], "").replace("()", "").replace("<>", "").strip()
    return {"name": name.removeprefix("(").removesuffix(")").strip(), "email": address[0]}
