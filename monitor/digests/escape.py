"""Make untrusted titles and texts harmless in each of the three formats.

Feed titles are written by strangers: nothing in them may end a line, turn the reading direction of what follows,
or be taken for markup. Templates need not think of it: every ``{{ … }}`` passes through the format's ``finalize``.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

from markupsafe import Markup, escape

from monitor.digests.view import Segment

# Controls, line and paragraph separators become a space; bidi overrides, embeddings and isolates vanish (ZWNJ and ZWJ
# stay: Persian and emoji need them), so do the byte order mark and lone surrogates, which no file can hold.
_LINE_BREAKERS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
_SPACES: Final = re.compile(r"[ \t\n]{2,}")

_MARKDOWN: Final = re.compile(r"([\\`*_\[\]<>|~]|&(?=#?\w+;))")
# Only at the start of a line are these a heading, a list, a quotation, a rule or a code block.
_MARKDOWN_START: Final = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+=]|(\d{1,9})([.)])(?=\s|$))")
_BARE_ADDRESS: Final = re.compile(r"(?i)\b((?:https?|ftp)(?=://)|www(?=\.))")
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
_UNSAFE_IN_ADDRESS: Final = re.compile(r"[\s<>\"\\`|{}^]")


def clean(text: str) -> str:
    """Return the text on one line, without characters that end lines, hide or turn around what follows."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", _LINE_BREAKERS.sub(" ", text)))


def finalize_html(value: object) -> object:
    """Clean a value on its way into an HTML template; autoescape does the rest."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else clean(value)


def finalize_text(value: object) -> Markup:
    """Clean a value on its way into a text template; what a filter laid out keeps its line breaks."""
    # Markup only marks what is finished: the environment's autoescape must not escape for HTML.
    return value if isinstance(value, Markup) else Markup(clean(str(value)))  # noqa: S704 - plain text, no markup


def finalize_markdown(value: object) -> Markup:
    """Escape a value on its way into a Markdown template, unless a filter has made Markdown of it."""
    return value if isinstance(value, Markup) else markdown_text(str(value))


def markdown_text(text: str) -> Markup:
    """Escape a text for Markdown (CommonMark and GitHub's) so that it reads as it was written, on one line."""
    escaped = _MARKDOWN.sub(r"\\\1", clean(text))
    # GitHub's dialect links bare addresses; a sensitive address must never become a link by accident.
    escaped = _BARE_ADDRESS.sub(r"\1\\", escaped)
    return Markup(_MARKDOWN_START.sub(_escape_start, escaped))  # noqa: S704 - escaped on the lines above


def _escape_start(found: re.Match[str]) -> str:
    return f"{found[1]}{found[3]}\\{found[4]}" if found[3] else f"{found[1]}\\{found[2]}"


def markdown_code(text: str) -> Markup:
    """Return a Markdown code span: an address or a command that must stay plain text."""
    cleaned = clean(text).strip()
    longest = max((len(run) for run in re.findall("`+", cleaned)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if cleaned.startswith("`") or cleaned.endswith("`") or not cleaned else ""
    return Markup(f"{fence}{pad}{cleaned}{pad}{fence}")  # noqa: S704 - the fence is longer than any run inside


def markdown_link(text: object, address: str) -> Markup:
    """Return a Markdown link, or the escaped text alone when the address is not one of the web."""
    label = text if isinstance(text, Markup) else markdown_text(str(text))
    safe = web_address(address)
    # Between < and > only character references still mean something.
    return Markup(f"[{label}](<{_ENTITY.sub('&amp;', safe)}>)") if safe else label  # noqa: S704 - both are escaped


def web_address(address: str | None) -> str:
    """Return an address fit for a link (http or https, no spaces, quotes, brackets or backslashes), else nothing."""
    cleaned = clean(address or "").strip()
    if not re.match(r"(?i)https?://[^\s/]", cleaned):
        return ""
    return _UNSAFE_IN_ADDRESS.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), cleaned)


def html_marked(segments: tuple[Segment, ...]) -> Markup:
    """Return segments as HTML, hits in ``<mark>``."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(clean(part.text)) if part.is_hit else escape(clean(part.text))
        for part in segments
    )


def markdown_marked(segments: tuple[Segment, ...]) -> Markup:
    """Return segments as Markdown, hits in bold."""
    parts: list[str] = []
    # Hits that touch are one run of bold: ``**a****b**`` is not emphasis.
    for is_hit, run in groupby(segments, key=lambda part: part.is_hit):
        text = clean("".join(part.text for part in run))
        if not is_hit or not text.strip():
            parts.append(markdown_text(text))
            continue
        # Stars that touch a space inside are no emphasis.
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        parts.append(f"{lead}**{markdown_text(text.strip())}**{tail}")
    return Markup("".join(parts))  # noqa: S704 - every part is escaped


def text_marked(segments: tuple[Segment, ...]) -> str:
    """Return segments as plain text, hits between asterisks."""
    return clean("".join(f"*{part.text}*" if part.is_hit else part.text for part in segments))
