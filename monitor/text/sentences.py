"""Cut a text into sentences, in every script the feeds use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*|\u2029")
_ALWAYS = "。！？｡۔؟।॥။።"
"""Stops that end a sentence wherever they stand."""
_MAYBE = ".!?…‼⁇⁈⁉"
"""Stops that need a blank or the end of the text after them."""
_STOP = re.compile(
    # A set of signs first, for which ``re`` looks fast: any stop, and those of the same kind right after it.
    rf"(?P<stop>[{_ALWAYS}{_MAYBE}](?:(?<=[{_ALWAYS}])[{_ALWAYS}]*|[{_MAYBE}]*))"
    r"[\"'”’»›)\]）】」』》〉]*(?P<after>\s+|$)?"
)
_MAY_END = re.compile(rf"[{_ALWAYS}{_MAYBE}\n\u2029]")
_BEFORE_WORD = re.compile(r"[\s(\[“\"'«]")
_FIRST_LETTER = re.compile(r"[^\W\d_]")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?$")
_TITLES = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "hon", "rev", "fr", "st", "messrs", "gen", "lt", "col", "maj", "brig", "capt"}
    | {"sgt", "cpl", "adm", "cdr", "sqn", "ldr", "sen", "rep", "gov", "pres", "insp", "supt", "asst", "vs", "им"}
)
"""A name follows."""
_NUMBERED = frozenset({"no", "nos", "art", "sec", "fig", "vol", "pp", "rs", "ca", "approx"})
"""A number follows."""
_SHORTENED = frozenset(
    {"govt", "dept", "distt", "dist", "etc", "est", "inc", "ltd", "co", "corp", "bros", "cf", "viz", "al", "sr", "jr"}
    | {
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "ft",
        "mt",
        "km",
        "mln",
        "bln",
    }
    | {"г", "ул", "руб", "тыс", "млн"}
)
"""They may stand anywhere; only a plain opening word after them shows that the sentence ended."""
_OPENERS = frozenset(
    {"The", "A", "An", "He", "She", "It", "They", "We", "In", "On", "At", "This", "That", "These", "But", "And"}
    | {"Police", "Officials", "No", "There", "However", "Meanwhile", "According", "His", "Her", "Its", "Their"}
)
"""Words that start a sentence even after U.S. or T.T.P."""
_FIRST_WORD = re.compile(r"\w+")
_ABBREVIATIONS = _TITLES | _NUMBERED | _SHORTENED
_NO_ABBREVIATION = 1 + max(map(len, _ABBREVIATIONS))
"""A word that ends with so many letters is none."""
LONGEST_WORD = 40
"""How far back an abbreviation is looked for; bounds the work on text without blanks."""


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return the sentences as (start, end) in code points, in order, without the blanks around them.

    They end at . ! ? with a blank after them, at the stops of other scripts and at paragraph breaks, together with
    closing quotes and brackets. Abbreviations (Gen., U.S.), initials and a stop before a small letter end none; when
    in doubt two sentences stay one, since rules that ask for one sentence then still see both hits.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for paragraph in [*_PARAGRAPH.finditer(text), None]:
        end = len(text) if paragraph is None else paragraph.start()
        _cut(text, start, end, spans)
        start = end if paragraph is None else paragraph.end()
    return tuple(spans)


def sentence_numbers(text: str, places: Sequence[int]) -> list[int]:
    """Return for places of letters, rising, numbers that are equal where the sentence is the same, and rise."""
    numbers = [0] * len(places)
    for number, (place, following) in enumerate(pairwise(places), 1):
        numbers[number] = numbers[number - 1] + _are_parted(text, place, following)
    return numbers


def _are_parted(text: str, start: int, end: int) -> bool:
    """Return whether a sentence begins after ``start`` and at ``end`` or before it; letters stand at both."""
    first = _MAY_END.search(text, start, end)
    if first is None:
        return False
    start = first.start()
    if _may_break(text, start, end) and _PARAGRAPH.search(text, start, end) is not None:
        return True
    # One character more, lest a stop right before ``end`` seem to stand at the end of the text.
    stop = _STOP.search(text, start, end + 1)
    while stop is not None:
        if stop.end() <= end and _is_end(text, stop, len(text)):
            return True
        stop = _STOP.search(text, stop.end(), end + 1)
    return False


def may_end_sentence(text: str, start: int, end: int) -> bool:
    """Return whether a sentence may end between two places; False is certain and costs little."""
    return _MAY_END.search(text, start, end) is not None


def _cut(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    for stop in _STOP.finditer(text, start, end):
        if not _is_end(text, stop, end):
            continue
        after = stop.start("after") if stop["after"] is not None else stop.end()
        _add(text, start, after, spans)
        start = after
    _add(text, start, end, spans)


def _may_break(text: str, start: int, end: int) -> bool:
    return text.find("\n", start, end) >= 0 or text.find("\u2029", start, end) >= 0


def _is_end(text: str, stop: re.Match[str], end: int) -> bool:
    return text[stop.start()] in _ALWAYS or (stop["after"] is not None and _ends_sentence(text, stop, end))


def _ends_sentence(text: str, stop: re.Match[str], end: int) -> bool:
    following = text[stop.end() : min(end, stop.end() + LONGEST_WORD)]
    if not following[:1].isupper():
        letter = _FIRST_LETTER.search(following)
        if letter is not None and letter[0].islower() and following.strip().startswith(letter[0]):
            return False
    before = text[max(0, stop.start() - _NO_ABBREVIATION) : stop.start()]
    if stop["stop"] != "." or (len(before) == _NO_ABBREVIATION and before.isalpha()):
        return True
    ending = before.rpartition(" ")
    is_plain = ending[1] and len(ending[2]) > 1 and ending[2].isalpha() and ending[2].lower() not in _ABBREVIATIONS
    return bool(is_plain) or _ends_doubtfully(text, stop, following)


def _ends_doubtfully(text: str, stop: re.Match[str], following: str) -> bool:
    """Return whether a sentence ends after a full stop that may belong to an abbreviation."""
    word = _BEFORE_WORD.split(text[max(0, stop.start() - LONGEST_WORD) : stop.start()])[-1]
    if word.lower() in _TITLES or (len(word) == 1 and word.isupper()):
        return False
    if word.lower() in _NUMBERED:
        return not following[:1].isdigit()
    if word.lower() in _SHORTENED or ("." in word and _DOTTED.match(word)):
        opener = _FIRST_WORD.match(following)
        return not following or (opener is not None and opener[0] in _OPENERS)
    return True


def _add(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
