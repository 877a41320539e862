"""Decide whether a hit in folded text is the word that was listed, and which slice of the original it is.

Boundaries are judged in the original, since apostrophes and the separators inside Arabic-script names have no place
in tightly folded text, yet end words.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from monitor.matching.terms import Pattern, plural_length
from monitor.text.characters import APOSTROPHES, KINDS, Kind, fold_character
from monitor.text.fold import Folded, slice_of

_SCRIPT = {Kind.MARK: Kind.OTHER, Kind.UNSPACED_MARK: Kind.UNSPACED}
_MARKS = frozenset({Kind.MARK, Kind.UNSPACED_MARK})
MAX_PAIRS = 50_000
"""Some megabytes at most; a long run over Chinese text starts anew."""
_ABBREVIATION = re.compile(r"(?<![^\W\d_])[^\W\d_]\.\Z")


class _Pairs(dict[str, bool]):
    """A decision about two neighbouring characters, remembered: hits ask the same few thousand questions."""

    def __init__(self, decide: Callable[[Kind, Kind], bool]) -> None:
        super().__init__()
        self._decide = decide

    def __missing__(self, pair: str) -> bool:
        if len(self) > MAX_PAIRS:
            self.clear()
        answer = self._decide(KINDS[pair[0]], KINDS[pair[1]])
        self[pair] = answer
        return answer


def may_start(left: Kind, right: Kind) -> bool:
    """Return whether two neighbouring characters belong to different words.

    Besides spaces and punctuation, a change of script or between letters and digits parts words (CPECکے, 5名), and in
    scripts without word spaces there is a boundary everywhere.
    """
    left, right = _SCRIPT.get(left, left), _SCRIPT.get(right, right)
    return left != right or left is Kind.NONE or left is Kind.UNSPACED


def may_end(last: Kind, after: Kind) -> bool:
    """Return whether a word may end between two characters.

    Never before a mark; in Korean, whose particles are joined to the noun, before any letter.
    """
    return after not in _MARKS and (last is Kind.HANGUL or may_start(last, after))


STARTS = _Pairs(may_start)
"""Whether a word may begin at the second of two folded characters; if not, ``is_parted`` may still say so."""
ENDS = _Pairs(may_end)
"""Whether a word may end after the first of two folded characters; if not, ``is_parted`` may still say so."""


def span_of(folded: Folded, start: int, end: int, pattern: Pattern) -> tuple[int, int] | None:
    """Return the slice of the original for a hit of ``pattern`` at ``start`` to ``end``, or None if it is no such word.

    That a word begins at ``start`` is the caller's to know. A plural ending, the rest of a ``word*`` and marks on the
    last letter belong to the slice; a possessive does not.
    """
    if pattern.capitals is not None and not _has_capitals(
        folded, start, end, pattern.capitals, has_apostrophe=pattern.has_apostrophe
    ):
        return None
    stop: int | None = end
    if pattern.is_dotted:
        stop = _dotted_end(folded, start, end)
    elif pattern.is_prefix:
        stop = _end_of_word(folded, end)
    else:
        # Behind a digit every letter begins a word, and a plural is one all the same (F-16s); a possessive is none.
        length = plural_length(folded.text, end) if pattern.takes_plural else 0
        if length and not is_parted(folded, end) and ends_word(folded, end + length):
            stop = end + length
        elif not ends_word(folded, end):
            stop = None
    return None if stop is None else slice_of(folded, start, stop)


def starts_word(folded: Folded, index: int) -> bool:
    """Return whether a word may begin at a folded character."""
    return index == 0 or STARTS[folded.text[index - 1 : index + 1]] or is_parted(folded, index)


def ends_word(folded: Folded, index: int) -> bool:
    """Return whether a word may end before a folded character."""
    return index >= len(folded.text) or ENDS[folded.text[index - 1 : index + 1]] or is_parted(folded, index)


def _end_of_word(folded: Folded, index: int) -> int:
    """Return the first place from ``index`` on at which ``ends_word`` holds, without a call for every letter."""
    text = folded.text
    while index < len(text) and not ENDS[text[index - 1 : index + 1]] and not is_parted(folded, index):
        index += 1
    return index


def is_parted(folded: Folded, index: int) -> bool:
    """Return whether the original has an apostrophe or a separator between a folded character and the one before."""
    offsets = folded.offsets
    start, end = offsets[index - 1] + 1, offsets[index]
    return start < end and parts_words(folded.original[start:end])


def parts_words(vanished: str) -> bool:
    """Return whether something that vanished between two characters is an apostrophe or a separator."""
    return any(fold_character(character) in {" ", "'", "\n"} for character in vanished)


def _has_capitals(folded: Folded, start: int, end: int, capitals: tuple[bool, ...], *, has_apostrophe: bool) -> bool:
    first = folded.offsets[start]
    if capitals[0] and folded.original[first].islower():
        return False  # nearly all that is found of US and IS
    last = folded.offsets[end - 1] + 1
    written = folded.original[first:last]
    if not has_apostrophe and last - first != end - start and not APOSTROPHES.isdisjoint(written):
        return False
    places = (folded.offsets[index] for index in range(start, end) if folded.text[index].isalpha())
    return tuple(folded.original[place].isupper() for place in places) == capitals


def _dotted_end(folded: Folded, start: int, end: int) -> int | None:
    """Return where a dotted short form ends, its last full stop included; None inside a longer one (A.T.T.P.)."""
    text = folded.text
    if _ABBREVIATION.search(text, max(0, start - 3), start):
        return None
    if not text.startswith(".", end):
        return end if ends_word(folded, end) else None
    continues = end + 1 < len(text) and KINDS[text[end + 1]] is not Kind.NONE and not is_parted(folded, end + 1)
    return None if continues else end + 1
