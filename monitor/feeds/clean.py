"""Make what a publisher wrote safe and plain: titles and text without markup, HTML without anything that acts."""

from __future__ import annotations

import re
from collections import Counter
from contextvars import ContextVar
from functools import cache
from html import unescape
from typing import Final, NamedTuple

import nh3

from monitor.feeds.fast_text import is_odd, simple_text
from monitor.feeds.links import clean_link
from monitor.text.html import DROPPED, clean_text, html_to_text

MAX_TEXT: Final = 200_000
"""Characters of text kept per item; the longest article among 12,000 recorded items has under 120,000."""

MAX_HTML: Final = 1_000_000
"""Characters of markup looked at per item: styling may outweigh the words, but not without end."""

MAX_TITLE: Final = 1_000
_LONGEST_RAW_TITLE: Final = 5_000
MAX_LINE: Final = 200
"""Characters of an author's name or a tag."""

_MAX_DEPTH: Final = 256
"""Open elements kept. HTML parsers walk the open elements at each tag: 40,000 of them take 3 s, 256 nothing."""

_MOST_NESTED: Final = 4
"""Times that tags are taken out of what is left of a title without them."""

_MAX_TAG: Final = 8_192
"""Characters of one tag; longer ones carry embedded images, or thousands of attributes compared with each other."""

_CDATA: Final = "<![CDATA["

_TEXT_CUT: Final = "text-cut"
_TITLE_CUT: Final = "title-cut"

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_KNOWN_TAG = re.compile(
    r"<(/?)(a|abbr|animate|applet|article|audio|b|base|bdi|big|blockquote|body|br|button|center|cite|code|del|details|div|"
    r"em|embed|figure|font|form|frame|frameset|h[1-6]|head|hr|html|i|iframe|image|img|input|ins|isindex|li|link|listing|"
    r"marquee|math|meta|mglyph|mtext|noscript|object|ol|p|param|picture|plaintext|pre|q|s|script|section|select|set|"
    r"small|source|span|strike|strong|style|sub|sup|svg|table|tbody|td|template|textarea|th|title|track|tr|tt|u|ul|video|wbr|xmp)(?=[\s/>]|$)",
    re.IGNORECASE,
)
"""Tags of HTML; other words in angle brackets (``vector<int>``) are somebody's words."""

_ODD_TAG = re.compile(r"""<[!?]-*[^<>]*>|<[A-Za-z][\w:-]*\s+[\w:-]+\s*=\s*[^<>]*>""")
"""Comments and declarations, and any tag with an attribute, whatever its name."""

_ESCAPED_MARKUP = re.compile(
    r"</(?:a|b|blockquote|div|em|font|h[1-6]|i|li|ol|p|span|strong|table|td|u|ul)\s*>|<(?:br|img)[\s/>]", re.IGNORECASE
)
"""What shows that a text without tags is markup escaped twice, and not an article about ``<script>``."""

_HIDING = re.compile(
    r"<(/?)(svg|math|noscript|object|iframe|audio|video|canvas|select|template|textarea|title|embed)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
"""Elements whose content is no text of the page; ``embed`` has none."""
_MAY_HIDE = re.compile(
    r"<(?:[sS][vVeE]|[mM][aA]|[nN][oO]|[oO][bB]|[iI][fF]|[aA][uU]|[vV][iI]|[cC][aA]|[tT][eEiI]|[eE][mM][bB])"
)
"""Their first letters: told in a fifth of the time, and most items hold none."""

_NO_END_TAG = re.compile(r"</(?![A-Za-z])")
"""By the rules of HTML the beginning of a comment that may swallow all that follows; by mistake in translated feeds."""

_BREAKING: Final = frozenset({"br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "p", "td", "tr"})
_ANY_TAG = re.compile(r"<(/?)([A-Za-z][^\s/<>]*)[^<>]*>")
_NOT_NESTING: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
     "p", "li", "dt", "dd", "tr", "td", "th", "option"}
)  # fmt: skip  # the second line: elements whose end may be left out
_MOST_MARKS: Final = 4
"""More marks on one letter are no language's spelling, and freeze some displays."""
_MARK: Final = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u093c\u0941-\u0948"
    "\u094d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
"""Of Latin, Cyrillic, Hebrew, Arabic, Devanagari and Thai, joiners, and what changes the look of a sign."""
_STACKED_MARKS = re.compile(f"{_MARK * _MOST_MARKS}{_MARK}+")
"""Written out: a pattern that begins with a set is looked for several times faster than one with a group or a count."""

_TAGS: Final = frozenset(
    {"a", "abbr", "b", "bdi", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del", "div",
     "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol", "p",
     "pre", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
     "thead", "tr", "tt", "u", "ul"}
)  # fmt: skip  # a list to be read as one
_DROPPED_WITH_CONTENT: Final = frozenset(
    {"script", "style", "iframe", "object", "embed", "template", "noscript", "svg", "math", "head", "title", "textarea",
     "select", "button", "audio", "video", "canvas"}
)  # fmt: skip  # as above
_ATTRIBUTES: Final = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}


class Cleaned(NamedTuple):
    """What is kept of one value, and flags for what was cut; a tuple, since each item takes several."""

    text: str
    flags: tuple[str, ...] = ()
    html: str | None = None
    """What ``safe_html`` would give of a fragment, where reading its words told that."""


def plain_title(value: str) -> Cleaned:
    """Return a title as one line of plain text, whatever mixture of markup and escapes it was written in.

    Markup is removed twice at most: feeds escape titles once too often, and ``&amp;lt;b&amp;gt;`` must not survive.
    """
    value = _without_odd(value[:_LONGEST_RAW_TITLE])
    for _ in range(2):
        if not has_markup(value):
            break
        value = _without_odd(unescape(_without_tags(value)))
    for _ in range(_MOST_NESTED):
        bare = _without_tags(value) if "<" in value else value
        if bare == value:
            break
        value = bare  # what stood around a tag may be one now: "<scr<b>ipt>"
    title = one_line(value)
    return Cleaned(title[:MAX_TITLE], (_TITLE_CUT,)) if len(title) > MAX_TITLE else Cleaned(title)


def plain_line(value: str) -> str:
    """Return a short value (author, tag, outlet) as plain text of at most 200 characters."""
    if len(value) <= MAX_LINE and value.isascii() and value.isprintable() and "<" not in value and "&" not in value:
        return " ".join(value.split())  # most are, and a round has tens of thousands of them
    return plain_title(value[: MAX_LINE * 10]).text[:MAX_LINE]


def plain_text(html: str) -> Cleaned:
    """Return the words of an HTML fragment, paragraphs apart, at most 200,000 characters of them."""
    html = _without_cdata(html)
    trimmed = bounded(html)
    is_cut = len(trimmed) < len(html)
    found = simple_text(trimmed)
    text = html_to_text(_NO_END_TAG.sub("&lt;/", _without_unclosed(trimmed))) if found is None else found.text
    # Asked for the sign first: patterns without regard to case look at every letter.
    if "<" in text and not _KNOWN_TAG.search(trimmed) and _ESCAPED_MARKUP.search(text):
        text = html_to_text(bounded(_without_cdata(text)))  # escaped once too often
    text = _thinned(text)
    if is_cut or len(text) > MAX_TEXT:
        return Cleaned(text[:MAX_TEXT], (_TEXT_CUT,))
    is_tidy = found is not None and found.is_tidy and len(html) <= MAX_TEXT
    return Cleaned(text, (), _thinned(html.strip()) if is_tidy else None)


def plain_words(value: str) -> Cleaned:
    """Return text that says it is plain; treated as markup only where it evidently is."""
    value = _without_odd(value)
    if ("<" in value and _KNOWN_TAG.search(value)) or ("&" in value and _ENTITY.search(value)):
        return plain_text(value)
    text = tame(value[: MAX_TEXT + 1]).strip()
    return Cleaned(text[:MAX_TEXT], (_TEXT_CUT,) if len(value) > MAX_TEXT else ())


def _without_tags(value: str) -> str:
    """Return ``value`` without known tags, scripts and styles.

    Not the way of texts: an HTML parser takes all that follows an unclosed ``<svg>`` for its content, and a title
    must not be lost to a tag. ``<vector>`` and other words in angle brackets stay.
    """
    value = _without_cdata(value)
    pieces: list[str] = []
    kept_to = 0
    for tag in _KNOWN_TAG.finditer(value):
        if tag.start() < kept_to:
            continue
        pieces.append(value[kept_to : tag.start()])
        name = tag[2].lower()
        end = value.find(">", tag.end())
        if end < 0 and "=" not in value[tag.end() :] and value[tag.end() :].strip(" /"):
            pieces.append(value[tag.start() : tag.end()])  # "Toll <a week after the quake": words, and no tag begins
            kept_to = tag.end()
            continue
        kept_to = end + 1 if end >= 0 else len(value)
        if name in _BREAKING:
            pieces.append(" ")
        if not tag[1] and name in ("script", "style"):
            closing = value.lower().rfind(f"</{name}")
            kept_to = max(kept_to, closing)
    pieces.append(value[kept_to:])
    return _ODD_TAG.sub("", "".join(pieces))


def _without_cdata(value: str) -> str:
    """Return ``value`` without the marks of CDATA within CDATA, or escaped: HTML takes the words in them for none."""
    return value.replace(_CDATA, "").replace("]]>", "") if _CDATA in value else value


def _without_unclosed(html: str) -> str:
    """Return ``html`` without the beginnings of elements that hide what is in them and never end.

    ``<svg/>`` or a lost ``</noscript>`` must not take the rest of an item with it. Scripts and styles do: that is code.
    """
    if not _MAY_HIDE.search(html):
        return html
    opened = Counter(tag[2].lower() for tag in _HIDING.finditer(html) if not tag[1])
    closed = Counter(tag[2].lower() for tag in _HIDING.finditer(html) if tag[1])
    unclosed = {name for name, number in opened.items() if number > closed[name]}
    if not unclosed:
        return html
    return _HIDING.sub(lambda tag: "" if tag[2].lower() in unclosed else tag[0], html)


def _without_odd(value: str) -> str:
    """Return ``value`` without the characters that would hide a tag from who looks for one: ``<scr<NUL>ipt>``."""
    return value if value.isprintable() else DROPPED.sub("", value)


def has_markup(value: str) -> bool:
    """Return whether ``value`` holds HTML tags or character references."""
    has_tags = "<" in value and (_KNOWN_TAG.search(value) or _ODD_TAG.search(value))
    return bool(has_tags or ("&" in value and _ENTITY.search(value)))


def one_line(value: str) -> str:
    """Return ``value`` without control characters and with every run of white space as one space."""
    # What Python calls printable holds no control, no bidi override and no blank but the plain space.
    is_tame = value.isprintable()
    return " ".join((_thinned(value) if is_tame else tame(value)).split())


def tame(value: str) -> str:
    """Return ``value`` without control characters, bidi overrides and piled-up combining marks."""
    return _thinned(clean_text(value))


def _thinned(value: str) -> str:
    return value if value.isascii() else _STACKED_MARKS.sub(lambda marks: marks[0][:_MOST_MARKS], value)


def safe_html(html: str, base: str | None) -> str:
    """Return an HTML fragment safe to show; links are resolved against ``base``.

    No scripts, styles, forms, frames or remote images; only http and https links; at most 200,000 characters.
    """
    html = _without_unclosed(_without_cdata(html[:MAX_TEXT]))
    html = tame(html) if is_odd(html) else _thinned(html.strip())
    if "<" not in html and "&" not in html:
        return html.replace(">", "&gt;").replace("\xa0", "&nbsp;")
    token = _BASE.set(base)
    try:
        return _cleaner().clean(bounded(html))
    finally:
        _BASE.reset(token)


_BASE: Final[ContextVar[str | None]] = ContextVar("base", default=None)
"""What links are relative to in the fragment at hand: a sanitiser takes as long to set up as to clean an item."""


@cache
def _cleaner() -> nh3.Cleaner:
    def keep(_tag: str, name: str, value: str) -> str | None:
        return clean_link(_BASE.get(), value) if name == "href" else value

    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=keep,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )


def bounded(html: str) -> str:
    """Return ``html`` without the tags that nest or grow beyond what a parser should be asked to follow; words stay."""
    html = html[:MAX_HTML]
    beginnings = html.count("<")
    if beginnings <= _MAX_DEPTH and (len(html) <= _MAX_TAG or max(map(len, html.split("<"))) < _MAX_TAG):
        return html
    pieces: list[str] = []
    depth = kept_to = 0
    for tag in _ANY_TAG.finditer(html):
        is_dropped = tag.end() - tag.start() > _MAX_TAG
        if not is_dropped and tag[2].lower() not in _NOT_NESTING:
            is_dropped = depth >= _MAX_DEPTH + bool(tag[1])
            depth = max(0, depth - 1) if tag[1] else depth + 1
        if is_dropped:
            pieces.append(html[kept_to : tag.start()])
            kept_to = tag.end()
    pieces.append(html[kept_to:])
    return " ".join(pieces)
