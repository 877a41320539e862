"""The words of simple HTML, ten times faster than by an HTML parser, and the same words.

Most items are a few paragraphs with links and pictures. What is more than that, or not quite right, gives None, and
``text.html.html_to_text``, the reference, reads it.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import name2codepoint
from typing import Final

_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>"']*?(?:(?:"[^"<>]*"|'[^'<>]*')[^<>"']*?)*)?(/?)>""")
_REFERENCE = re.compile(r"&(?:([a-zA-Z]{2,8}[0-9]{0,2})|#([0-9]{2,6}));")
ODD = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
"""Characters that are dropped or stand for a line end: not for a reader that only looks for words."""

_BREAKS: Final = {
    **dict.fromkeys(("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "hr", "center"), "\n\n"),
    **dict.fromkeys(("br", "li"), "\n"),
    **dict.fromkeys(("a", "b", "i", "em", "strong", "span", "img", "u", "small", "font", "sub", "sup"), ""),
}
"""What the beginning of a simple element puts between words."""

_VOID: Final = frozenset({"br", "img", "hr"})
_LISTS: Final = frozenset({"ul", "ol"})
_MANY_LINE_ENDS = re.compile(r"\n{3,}")


def simple_text(html: str) -> str | None:
    """Return the text of ``html`` as ``html_to_text`` does, or None if it takes more than a look to tell."""
    if "<" in html:
        text = _of_tags(html)
    elif "&" in html and "&#" in html:
        return None  # references to control characters are for the other reader
    else:
        text = unescape(html) if "&" in html else html
    if text is None or ODD.search(text):
        return None
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return _MANY_LINE_ENDS.sub("\n\n", "\n".join(lines)).strip("\n")


def _of_tags(html: str) -> str | None:
    pieces = _TAG.split(html)
    if not _are_plain(pieces[0::4]):
        return None
    parts = [pieces[0].replace("\n", " ")]
    opened = [""]
    for tag, written, slash, words in zip(*(pieces[place::4] for place in range(1, 5)), strict=True):
        name = written.lower()
        parting = _BREAKS.get(name)
        if parting is None or (slash and name not in _VOID):
            return None
        if tag and (name in _VOID or opened.pop() != name):
            return None  # an end where another one was due: parsers have rules for it
        if not tag:
            parts.append(parting)
            if name in ("li", "p") and opened[-1] == name:
                opened.pop()  # its end may be left out
            if (name == "li" and opened[-1] not in _LISTS) or (parting == "\n\n" and "p" in opened):
                return None
            if name not in _VOID:
                opened.append(name)
        elif len(parting) > 1:
            parts.append(parting)
        parts.append(words.replace("\n", " "))
    text = "".join(parts)
    return unescape(text) if "&" in text else text


def _are_plain(words: list[str]) -> bool:
    """Return whether the words between tags hold no stray ``<`` and only references every reader knows."""
    for piece in words:
        if "<" in piece:
            return False
        if "&" in piece:
            found = _REFERENCE.findall(piece)
            if len(found) != piece.count("&"):
                return False
            if not all(_is_usual(name, number) for name, number in found):
                return False
    return True


def _is_usual(name: str, number: str) -> bool:
    if name:
        return name in name2codepoint
    code = int(number)
    return 0x20 <= code < 0x7F or 0xA0 <= code < 0xD800
