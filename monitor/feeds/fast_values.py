"""The value of one element of a well-formed feed: its text, or the markup that stands in it unescaped."""

from __future__ import annotations

import re
from contextlib import suppress
from html import escape
from typing import Final
from urllib.parse import urljoin

from lxml import etree

_VOID: Final = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})

_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)/+")
_C1_CONTROLS = re.compile("[\x80-\x9f]")
_WINDOWS: Final = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
"""Feeds write the bytes of Windows-1252 as if they were Unicode: no character of any language is there."""


def text_of(element: etree._Element) -> str:
    """Return the text of an element without children, unspoilt."""
    text = (element.text or "").strip()
    return text if text.isascii() else unspoilt(text)


def unspoilt(text: str) -> str:
    """Return ``text`` read as UTF-8 where it was UTF-8 taken for Latin-1, and with Windows' quotation marks."""
    if text.isascii():
        return text
    with suppress(UnicodeError):  # then it was what it says
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_WINDOWS) if _C1_CONTROLS.search(text) else text


def markup_of(element: etree._Element, *, is_declared_xhtml: bool) -> str:
    """Return what stands in an element that holds text or inline markup, as HTML.

    Text that declares to be markup was unescaped by the XML parser and is left so; XHTML is written out again, without
    the one ``div`` that Atom (RFC 4287, 3.1.1.3) wraps around it.
    """
    if not len(element):
        text = text_of(element)
        return escape(text, quote=False) if is_declared_xhtml else text
    if len(element) == 1 and not (element.text or "").strip() and not (element[0].tail or "").strip():
        only = element[0]
        if _local(only) == "div":
            element, is_declared_xhtml = only, True
    first = element.text or ""
    pieces = [escape(first, quote=False) if is_declared_xhtml else first]
    for child in element:
        _write(child, pieces)
    return unspoilt("".join(pieces).strip())


def joined(base: str | None, link: str) -> str:
    """Return ``link`` resolved against ``xml:base``, if there is one; empty if it cannot be."""
    if not link:
        return ""  # an element left empty names nothing, least of all what lies around it
    if "///" in link:
        link = _SLASHES.sub(r"\1", link)
    try:
        return urljoin(base, link) if base else link
    except ValueError:  # brackets that are not an IPv6 address
        return ""


def _write(element: etree._Element, pieces: list[str]) -> None:
    # The parser refuses documents deeper than 256 elements, so this recursion ends.
    name = _local(element)
    attributes = "".join(
        f' {str(key).rpartition("}")[2]}="{escape(str(value))}"' for key, value in element.attrib.items()
    )
    pieces.append(f"<{name}{attributes}>")
    if element.text:
        pieces.append(escape(element.text, quote=False))
    for child in element:
        _write(child, pieces)
    if name not in _VOID:
        pieces.append(f"</{name}>")
    if element.tail:
        pieces.append(escape(element.tail, quote=False))


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()
