"""Count the words between places of a text, in every script (DESIGN §6, near).

A word is two units and a character of a script without word spaces one, so that two of them make a word.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from monitor.text.characters import KINDS, Kind
from monitor.text.fold_tables import code_points

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.uint16] | NDArray[np.uint32]

# Vowel signs, joiners and apostrophes are part of the word they stand in, though no letters to ``re``. The ranges are
# those of combining marks, apostrophes, the half-space and other signs without width.
_INSIDE = (
    "[\\w'’ʼ\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u0eb1-\u0ece\u0f18-\u0fc6\u102b-\u109d\u17b4-\u17d3\u200b-\u200d\u00ad]"
)
WORD = re.compile(f"\\w{_INSIDE}*")
REST_OF_WORD = re.compile(f"{_INSIDE}*")
_ASCII_SIGNS = bytes(
    b"w"[0] if WORD.match(chr(code)) else b"'"[0] if REST_OF_WORD.fullmatch(chr(code)) else b" "[0]
    for code in range(128)
) + bytes(128)
"""``w`` for what begins a word, an apostrophe for what only continues one, a blank for the rest."""
_BLANK, _UNSPACED_SIGN = b" u"
_NOT_IN_WORD = re.compile(rb"'(?<= ')'*")
"""Apostrophes behind a blank; written with one in front, since ``re`` looks for a first letter five times as fast."""
UNITS_PER_WORD = 2


class Words:
    """The words of a text, to count those between two places."""

    def __init__(self, text: str) -> None:
        self._starts: list[int]
        self._sums: Sequence[int]
        if not has_unspaced(text):
            # Of most texts every run of word characters is one word: four times as fast, and asked for often.
            self._starts = [word.start() for word in WORD.finditer(text)]
            self._sums = range(0, UNITS_PER_WORD * len(self._starts) + 1, UNITS_PER_WORD)
            return
        self._starts = []
        units: list[int] = []
        for word in WORD.finditer(text):
            self._split(text, word.start(), word.end(), units)
        self._sums = [0, *accumulate(units)]

    def units_between(self, start: int, end: int) -> int:
        """Return the size of the words that begin between two places, in half words; 0 if ``end`` is not after."""
        if end <= start:
            return 0
        return self._sums[bisect_left(self._starts, end)] - self._sums[bisect_left(self._starts, start)]

    def _split(self, text: str, start: int, end: int, units: list[int]) -> None:
        """Count a run of word characters; Chinese and Latin may stand in it side by side."""
        is_open = False
        for place in range(start, start + 1 if text[start:end].isascii() else end):
            is_unspaced = KINDS[text[place]] is Kind.UNSPACED
            if is_unspaced or not is_open:
                self._starts.append(place)
                units.append(1 if is_unspaced else UNITS_PER_WORD)
            is_open = not is_unspaced


@lru_cache(maxsize=8)
def words_of(text: str) -> Words:
    """Return the words of a text, kept for the next question about it."""
    # Many rules ask about the same field of the same item, one after the other.
    return Words(text)


class Distances:
    """The words between the hits of one text, counted once for all that ask about them.

    ``hits`` are (start, end), in any order.
    """

    def __init__(self, text: str, hits: Iterable[tuple[int, int]]) -> None:
        self.units = _units_before([(text, hits)])[0]
        """By place, the units of the words that begin before it; only differences mean anything."""

    @classmethod
    def of_each(cls, texts: Sequence[tuple[str, Iterable[tuple[int, int]]]]) -> list[Distances]:
        """Return the distances in each of some texts, given with their hits; quicker than one by one."""
        made = []
        for units in _units_before(texts):
            distances = cls.__new__(cls)
            distances.units = units
            made.append(distances)
        return made

    def units_between(self, start: int, end: int) -> int:
        """Return what ``Words`` does, between two of the places."""
        return self.units[end] - self.units[start] if end > start else 0


def has_unspaced(text: str) -> bool:
    """Return whether a text holds letters of a script without word spaces."""
    return not text.isascii() and bool((_signs_beyond(code_points(text))[1] == _UNSPACED_SIGN).any())


def _signs_beyond(codes: Codes) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """Return the places of what lies beyond ASCII and their signs, those of scripts without word spaces ``u``."""
    import numpy as np

    places = np.flatnonzero(codes >= 0x80)
    table = _sign_table()
    signs = table.take(codes.take(places))
    if not signs.all():
        for code in set(codes[places[signs == 0]].tolist()):
            table[code] = _sign_of(chr(code))
        signs = table.take(codes.take(places))
    return places, signs


@cache
def _sign_table() -> NDArray[np.uint8]:
    """Return the sign of each code point, filled as characters are met."""
    import numpy as np

    return np.zeros(0x110000, np.uint8)


def _sign_of(character: str) -> int:
    if KINDS[character] is Kind.UNSPACED:
        return _UNSPACED_SIGN
    if WORD.match(character):
        return b"w"[0]
    return b"'"[0] if REST_OF_WORD.fullmatch(character) else b" "[0]


def _units_before(texts: Sequence[tuple[str, Iterable[tuple[int, int]]]]) -> list[dict[int, int]]:
    """Return, by place of a hit in each text, the units of the words that begin between some place and it."""
    import numpy as np

    parts: list[str] = []
    asked: list[list[int]] = []
    places: list[int] = []
    length = 0
    for text, hits in texts:
        own = sorted(set(chain.from_iterable(hits)))
        # What stands before the blank before the first place decides nothing.
        part = text[text.rfind(" ", 0, own[0]) + 1 : own[-1]] if own else ""
        parts.append(part)
        asked.append(own)
        length += 1 + len(part)
        places += [place + length - own[-1] for place in own]
    signs = np.frombuffer(_word_signs(" ".join(parts)), np.uint8)
    is_blank, is_unspaced = signs == _BLANK, signs == _UNSPACED_SIGN
    begins = ~is_blank[1:] & ~is_unspaced[1:] & (is_blank[:-1] | is_unspaced[:-1])
    sums = np.zeros(len(signs) + 1, np.int32)
    np.cumsum(begins * np.uint8(UNITS_PER_WORD) + is_unspaced[1:], out=sums[2:])
    units = sums[np.array(places, np.intp)].tolist()
    found = []
    first = 0
    for own in asked:
        found.append(dict(zip(own, units[first : first + len(own)], strict=True)))
        first += len(own)
    return found


def _word_signs(text: str) -> bytes:
    """Return a blank and then a sign for each character, where ``'`` stands inside of words only."""
    if text.isascii():
        signs = b" " + text.encode().translate(_ASCII_SIGNS)
    else:
        import numpy as np

        codes = code_points(text)
        beyond, theirs = _signs_beyond(codes)
        # the low byte of what is beyond ASCII is nothing, and written over
        changed = np.frombuffer(bytearray(codes.astype(np.uint8).tobytes().translate(_ASCII_SIGNS)), np.uint8)
        changed[beyond] = theirs
        signs = b" " + changed.tobytes()
    return _NOT_IN_WORD.sub(lambda run: b" " * len(run[0]), signs) if b" '" in signs else signs
