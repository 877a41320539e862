"""The words of simple HTML, ten times faster than by an HTML parser, and the same words.

Most items are a few paragraphs with links and pictures. What is more than that, or not quite right, gives None, and
``text.html.html_to_text``, the reference, reads it.
"""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from html.entities import name2codepoint
from typing import Final

_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>"']*(?:(?:"[^"<>]*"|'[^'<>]*')[^<>"']*)*|/)?>""")
_REFERENCE = re.compile(r"&(?:([a-zA-Z]{2,8}[0-9]{0,2})|#([0-9]{2,6}));")
_ODD = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
"""Characters that are dropped or mean something: not for a reader that only looks for words."""

_BREAKS: Final = {
    **dict.fromkeys(("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "hr", "center"), "\n\n"),
    **dict.fromkeys(("br", "li"), "\n"),
    **dict.fromkeys(("a", "b", "i", "em", "strong", "span", "img", "u", "small", "font", "sub", "sup"), ""),
}
"""What the beginning of a simple element puts between words."""

_VOID: Final = frozenset({"br", "img", "hr"})
_LISTS: Final = ("ul", "ol")
_MANY_LINE_ENDS = re.compile(r"\n{3,}")


def simple_text(html: str) -> str | None:
    """Return the text of ``html`` as ``html_to_text`` does, or None if it takes more than a look to tell."""
    if "<" in html:
        text = _of_tags(html)
    elif "&" in html and "&#" in html:
        return None  # references to control characters are for the other reader
    else:
        text = unescape(html) if "&" in html else html
    if text is None or _ODD.search(text):
        return None
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return _MANY_LINE_ENDS.sub("\n\n", "\n".join(lines)).strip("\n")


def _of_tags(html: str) -> str | None:
    pieces = _TAG.split(html)
    if not _are_plain(pieces[0::3]):
        return None
    opened: Counter[str] = Counter()
    parts = [pieces[0].replace("\n", " ")]
    for closing, written, words in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        name = written.lower()
        parting = _BREAKS.get(name)
        if parting is None or (name == "li" and not any(opened[each] for each in _LISTS)):
            return None
        if not closing:
            opened[name] += 1
            parts.append(parting)
        elif name in _VOID or not opened[name]:
            return None
        else:
            opened[name] -= 1
            if len(parting) > 1:
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
