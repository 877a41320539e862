"""The full text of the page behind an item: the words of the article, and whether they are this item's.

Feeds often carry a teaser. What the page says is put beside the teaser, never in its place, so that no name is lost.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import escape
from typing import Final

from monitor.records import FetchFailed, FetchFailure, Item

READ: Final = "full-text"
"""Flag of a revision that holds what the page says."""
READ_LATE: Final = "full-text-late"
"""Flag of one that came after the item was assessed by its teaser: it may enter a digest, and never alerts."""

SHORTEST: Final = 200
"""Characters under which a page gave a menu or a notice, and no article."""

WAITS: Final = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
"""After the first, second and third attempt that failed; the fourth is the last."""

_LONGEST_PAGE: Final = 2_000_000
"""Characters of markup read of one page; articles have 50,000 to 500,000."""

_META_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_FINAL: Final = frozenset(
    {FetchFailure.GONE, FetchFailure.BAD_ADDRESS, FetchFailure.REFUSED_ADDRESS, FetchFailure.TOO_LARGE}
)
_NOT_THERE: Final = 404

_WORD = re.compile(r"[^\W\d_]{4,}")
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\u3040-\u30ff]")
_SHARED: Final = 0.25
"""Share of a title's words that stand in its article; headlines are seldom further from it, other pages always."""


def article_words(page: bytes, charset: str | None) -> str:
    """Return the words of the article on a page, paragraphs apart, empty if there is none.

    Takes the optional package trafilatura; raises ImportError without it. Hostile pages may take long and much memory:
    to be run where it can be ended.
    """
    import trafilatura  # an extra, and slow to load

    from monitor.feeds.charset import decode
    from monitor.text.html import clean_text

    named = _META_CHARSET.search(page[:4096])
    text = decode(page, charset or (named[1].decode("ascii") if named else None)).text[:_LONGEST_PAGE]
    found = trafilatura.extract(text, output_format="txt", include_comments=False, include_tables=True)
    lines = (clean_text(line).replace("\n", " ") for line in (found or "").splitlines())
    return "\n\n".join(line for line in lines if line)


def with_full_text(item: Item, words: str) -> Item | str:
    """Return the next revision of ``item`` with the page's words, or why the page gives it none."""
    # Loaded when there is a page: every round looks whether there are any.
    from monitor.feeds.compose import Passage, compose
    from monitor.feeds.identity import content_hash

    if len(words) < SHORTEST or len(words) <= len(item.text):
        return "the page says no more than the feed"
    if not _is_about(item.title, words):
        return "the page is about something else"
    paragraphs = [each for each in words.split("\n\n") if each.casefold() != item.title.casefold()]
    article = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    teaser = Passage(item.html, is_html=True) if item.html else Passage(item.text, is_html=False)
    body = compose([Passage(article, is_html=True), teaser], item.link or "")
    flags = tuple(dict.fromkeys((*item.flags, *body.flags, READ)))
    return replace(
        item,
        text=body.text,
        html=body.html,
        revision=item.revision + 1,
        content_hash=content_hash(item.title, body.text),
        flags=flags,
    )


def wait_after(failure: FetchFailed, attempts: int) -> timedelta | None:
    """Return how long to wait before the page is asked for again, None if never; ``attempts`` counts this one."""
    if failure.reason in _FINAL or failure.status == _NOT_THERE or attempts > len(WAITS):
        return None
    return max(WAITS[attempts - 1], min(failure.retry_after or timedelta(), WAITS[-1]))


def _is_about(title: str, words: str) -> bool:
    text = words.casefold()
    folded = title.casefold()
    if _WIDE.search(folded):
        letters = "".join(letter for letter in folded if letter.isalpha())
        parts = {letters[place : place + 2] for place in range(len(letters) - 1)}
    else:
        parts = set(_WORD.findall(folded))
    return not parts or sum(part in text for part in parts) >= _SHARED * len(parts)
