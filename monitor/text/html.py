"""HTML to plain text, and plain text to clean text.

The markup is read as a stream of events, not as a tree: libxml2 refuses a tree deeper than 256 levels and then gives
an empty document, which would lose the item; the stream has no such limit and needs no memory for structure.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Mapping

from lxml import etree

_SILENT = frozenset(
    {"script", "style", "template", "noscript", "title", "svg", "math", "iframe", "object"}
    | {"embed", "audio", "video", "canvas", "select", "textarea"}
)
"""Elements whose content is no text of the page."""
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "blockquote", "pre", "ul", "ol", "dl", "table", "figure"}
    | {"figcaption", "section", "article", "header", "footer", "aside", "main", "nav", "address", "form"}
    | {"fieldset", "hr", "center", "details", "summary", "body"}
)
_LINES = frozenset({"br", "li", "tr", "dt", "dd", "caption", "legend"})
_CELLS = frozenset({"td", "th"})

DROPPED = re.compile(
    # C0 and C1 controls but tab and the line ends, lone surrogates, bidi embeddings, overrides and isolates, the
    # byte order mark, and what XML forbids. ZWNJ, ZWJ and the direction marks are part of correct spelling and stay.
    "[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028]")
# These two leave alone what stands already as it should: to replace each space by a space took most of their time.
_BLANKS = re.compile(r"[^\S\n ][^\S\n]*+| [^\S\n]++")
"""Blanks that are no single space."""
_WHITE = re.compile(r"[^\S ]\s*+| \s++")
"""White space that is no single space."""
_MANY_LINE_ENDS = re.compile("\n\n\n+")
"""Written out, since what begins with a literal is looked for ten times faster than ``\\n{3,}``."""
_TAG = re.compile(r"<[a-zA-Z/!?]")


def html_to_text(html: str) -> str:
    """Return the text of an HTML fragment or page: paragraphs apart by a blank line, scripts and styles left out.

    Entities are decoded once. A text without any tag is taken as it is, so that its own line breaks stay. Never
    raises; time and memory grow with the length only, whatever the nesting.
    """
    if not _TAG.search(html):
        return clean_text(entities.unescape(html))
    try:
        reader = _IDLE.pop()
    except IndexError:
        reader = _Reader()
    return clean_text("".join(reader.read(DROPPED.sub("", html).encode())))


def clean_text(text: str) -> str:
    """Return text fit to store: no control or bidi-override characters, single spaces, at most one blank line.

    Code points are kept otherwise (no normalisation), so what a reader sees is what was written. Line breaks stay;
    blanks at both ends and around line breaks go. Applying it twice changes nothing.
    """
    text = DROPPED.sub("", text)
    text = _LINE_END.sub("\n", text).replace("\u2029", "\n\n")
    text = _BLANKS.sub(" ", text).replace(" \n", "\n").replace("\n ", "\n")
    return _MANY_LINE_ENDS.sub("\n\n", text).strip(" \n")


class _Reader:
    """A parser and what receives its events; to be used again, since to make one takes as long as to read an item."""

    def __init__(self) -> None:
        self._collector = _Collector()
        self._parser = etree.HTMLParser(
            target=self._collector,  # type: ignore[arg-type]  # lxml-stubs allow bytes; the parser gives str
            encoding="utf-8",
            huge_tree=True,
            recover=True,
        )

    def read(self, html: bytes) -> list[str]:
        """Return the pieces of text; the reader goes back to the idle ones, unless it came to an unusual end."""
        collector = self._collector
        collector.begin()
        try:
            self._parser.feed(html)
            self._parser.close()
        except etree.LxmlError:
            # Nothing but a comment or a lone "<": what was heard so far is all there is.
            return collector.parts
        _IDLE.append(self)
        return collector.parts


_IDLE: list[_Reader] = []
"""Readers nobody uses at the moment, at most one per thread: taking one and giving it back are one step each."""


class _Collector:
    """Receives the parser's events and keeps the text."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.parts: list[str] = []
        self._silent = 0
        self._pre = 0

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        if tag in _SILENT:
            self._silent += 1
        self._pre += tag == "pre"
        self._break(tag)

    def end(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        self._pre -= tag == "pre"
        if tag in _PARAGRAPHS:
            self._break(tag)

    def data(self, text: str) -> None:
        if not self._silent:
            self.parts.append(text if self._pre > 0 else _WHITE.sub(" ", text))

    def comment(self, _text: str) -> None:
        """Ignore comments."""

    def pi(self, _target: str, _text: str | None = None) -> None:
        """Ignore processing instructions."""

    def close(self) -> None:
        """Give nothing: the parts are read by whoever started the parser."""

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in _LINES:
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append(" ")
