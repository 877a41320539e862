"""Fold text for comparison, keeping for each folded character its place in the original (DESIGN §6).

Each code point becomes at most one, so that a hit in folded text is a slice of the original. Two forms exist:
``fold`` keeps words apart, for search and statistics; ``fold_tight`` is the form in which names are compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from monitor.text.characters import APOSTROPHES, KINDS, Kind, fold_character

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Codes = NDArray[np.uint8] | NDArray[np.uint32]
    _Places = NDArray[np.intp]
    _Mask = NDArray[np.bool_]

_SPACE, _LINE_FEED = 0x20, 0x0A
_UNKNOWN = 0xFFFFFFFF
_WRAP = 0x0B
"""A run of separators with one line break; nothing else folds to it."""
_ASCII = bytes(ord(fold_character(chr(code)) or "\0") for code in range(128)) + bytes(128)
_ASCII_TIGHT = _ASCII.replace(b"'", b"\0")
_MAY_JOIN = re.compile(
    # Second halves of characters that NFC writes as one and that are not accents: voiced kana, Korean syllables in
    # pieces, two-part vowel signs of Bengali to Sinhala, Burmese.
    "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
    "|.[\u3099\u309a\u11a8-\u11c2\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0c56\u0cc2\u0cd5\u0cd6"
    "\u0d3e\u0d57\u0dca\u0dcf\u0ddf\u102e][\u0cd5\u0dca]?"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; ``offsets[i]`` is where in ``original`` folded character ``i`` stands, the last its length."""

    original: str
    text: str
    offsets: Sequence[int]
    """Length ``len(text) + 1``, strictly rising up to the last."""


def fold(original: str) -> Folded:
    """Fold case, accents, letter families, digits, apostrophe styles and separators; drop what vanishes.

    A run of separators becomes one space, or one line feed where it holds a paragraph break. Lone surrogates become
    U+FFFD. Never raises.
    """
    return _fold(original, is_tight=False)


def fold_tight(original: str) -> Folded:
    """Fold as ``fold`` does and drop what tells no names apart, though it may stand between words.

    That is apostrophes (Jama'at = Jamaat), separators between two letters of the Arabic script
    (تحریک‌طالبان = تحریکطالبان) and single line breaks between two of a script without word spaces, where lines are
    broken anywhere. Word boundaries must be judged in the original.
    """
    return _fold(original, is_tight=True)


def slice_of(folded: Folded, start: int, end: int) -> tuple[int, int]:
    """Return the slice of the original that folded characters ``start`` to ``end`` stand for.

    Marks on its last letter belong to it even where they vanish; separators and signs after it do not.
    """
    if start >= end:
        return folded.offsets[start], folded.offsets[start]
    stop = folded.offsets[end - 1] + 1
    limit = folded.offsets[end]  # what vanished after the last letter stands before this
    while stop < limit and unicodedata.category(folded.original[stop])[0] == "M":
        stop += 1
    return folded.offsets[start], stop


def _fold(original: str, *, is_tight: bool) -> Folded:
    if original.isascii():
        raw = original.encode().translate(_ASCII_TIGHT if is_tight else _ASCII)
        if b"  " not in raw and b"\n" not in raw and b"\0" not in raw:
            return Folded(original, raw.decode(), range(len(raw) + 1))
    import numpy as np

    codes: _Codes
    paragraphs: tuple[int, ...] = ()
    if original.isascii():
        codes = np.frombuffer(raw, np.uint8)
    else:
        codes = _look_up(original, is_tight=is_tight)
        if "\u2029" in original:
            paragraphs = tuple(found.start() for found in re.finditer("\u2029", original))
    index: _Places | None = None
    if codes.min() == 0:
        index = np.flatnonzero(codes)
        codes = codes.take(index)
    codes, index = _collapse(codes, index, paragraphs)
    if is_tight and codes.dtype != np.uint8:
        apart = ~_is_inside_name(codes)
        codes = codes[apart]
        index = np.flatnonzero(apart) if index is None else index[apart]
    codes[codes == _WRAP] = _SPACE
    text = codes.tobytes().decode("ascii" if codes.dtype == np.uint8 else "utf-32-le")
    if index is None:
        return Folded(original, text, range(len(text) + 1))
    offsets = np.empty(len(text) + 1, np.intp)
    offsets[:-1] = index
    offsets[-1] = len(original)
    return Folded(original, text, offsets.data)


def _collapse(codes: _Codes, index: _Places | None, paragraphs: tuple[int, ...]) -> tuple[_Codes, _Places | None]:
    """Make one sign of each run of separators.

    A line feed if it holds two line breaks or a paragraph sign (``paragraphs``, places in the original), ``_WRAP`` if
    it holds one line break, else a space. ``index`` is where each code stands in the original, None for just there.
    """
    import numpy as np

    breaks = codes == _LINE_FEED
    separators = breaks | (codes == _SPACE)
    again = separators[1:] & separators[:-1]
    places = np.flatnonzero(breaks)
    codes = codes.copy()
    if places.size:
        first = separators.copy()
        first[1:] &= ~again
        starts = np.flatnonzero(first)
        runs = starts[np.searchsorted(starts, places, "right") - 1]
        codes[places] = _SPACE
        codes[runs] = _WRAP
        codes[runs[1:][runs[1:] == runs[:-1]]] = _LINE_FEED
        if paragraphs:
            signs = np.searchsorted(places if index is None else index[places], paragraphs)
            codes[runs[signs]] = _LINE_FEED
    if not again.any():
        return codes, index
    keep = np.append(True, ~again)  # an array element, not an option
    return codes[keep], np.flatnonzero(keep) if index is None else index[keep]


def _is_inside_name(codes: _Codes) -> _Mask:
    """Return which separators tell no names apart: any between Arabic letters, a line wrap in unspaced scripts."""
    import numpy as np

    inside = np.zeros(codes.shape, np.bool_)
    kinds = _kinds().take(codes)
    wraps = codes == _WRAP
    arabic = kinds == Kind.ARABIC
    if arabic.any():
        inside[1:-1] = (wraps | (codes == _SPACE))[1:-1] & arabic[:-2] & arabic[2:]
    if wraps.any():
        unspaced = (kinds == Kind.UNSPACED) | (kinds == Kind.UNSPACED_MARK)
        inside[1:-1] |= wraps[1:-1] & unspaced[:-2] & unspaced[2:]
    return inside


@cache
def _table(*, is_tight: bool) -> NDArray[np.uint32]:
    """Return what each code point folds to, 0 for nothing.

    Filled as characters are met: the whole of Unicode would cost a quarter of a second at every start.
    """
    import numpy as np

    table = np.full(0x110000, _UNKNOWN, np.uint32)
    if is_tight:
        table[[ord(apostrophe) for apostrophe in APOSTROPHES]] = 0
    return table


@cache
def _kinds() -> NDArray[np.uint8]:
    """Return the kind of each folded code point, filled together with the tables."""
    import numpy as np

    return np.zeros(0x110000, np.uint8)


def _look_up(original: str, *, is_tight: bool) -> _Codes:
    """Return the folded code points, 0 for what vanishes; in one byte each if all are ASCII."""
    import numpy as np

    source = _joined(original, np.frombuffer(original.encode("utf-32-le", "surrogatepass"), "<u4"))
    table = _table(is_tight=is_tight)
    codes = table.take(source)
    highest = codes.max()
    if highest == _UNKNOWN:
        for code in np.unique(source[codes == _UNKNOWN]).tolist():
            folded = fold_character(chr(code)) or "\0"
            # the kind first: another thread may see the folded code as soon as it is written
            _kinds()[ord(folded)] = KINDS[folded]
            table[code] = ord(folded)
        codes = table.take(source)
        highest = codes.max()
    return codes.astype(np.uint8) if highest < 0x80 else codes


def _joined(original: str, source: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Write as one the letters that came in pieces and whose pieces are no accents (か + ゛)."""
    if source.max(initial=0) < 0x0900 or unicodedata.is_normalized("NFC", original):
        return source
    source = source.copy()
    for pieces in _MAY_JOIN.finditer(original):
        joined = unicodedata.normalize("NFC", pieces[0])
        if len(joined) == 1:
            source[pieces.start()] = ord(joined)
            source[pieces.start() + 1 : pieces.end()] = 0
    return source
