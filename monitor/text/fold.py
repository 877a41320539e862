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

    _Codes = NDArray[np.uint32]
    _Places = NDArray[np.intp]
    _Mask = NDArray[np.bool_]

_SPACE, _LINE_FEED = 0x20, 0x0A
_UNKNOWN = 0xFFFFFFFF
_WRAP = 0x0B
"""A run of separators with one line break; nothing else folds to it."""
_ASCII = bytes(ord(fold_character(chr(code)) or "\0") for code in range(128)) + bytes(128)
_ASCII_TIGHT = _ASCII.replace(b"'", b"\0")
_BREAKS = re.compile(rb"\n[ \n]*")
_FIRST_ARABIC = 0x0600
_FIRST_TO_JOIN = 0x0900
_DENSE = frozenset({Kind.ARABIC, Kind.UNSPACED, Kind.UNSPACED_MARK})
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
        return _fold_sparsely(original, original.encode().translate(_ASCII_TIGHT if is_tight else _ASCII), None)
    import numpy as np

    codes, highest = _look_up(original, is_tight=is_tight)
    paragraphs = tuple(found.start() for found in re.finditer("\u2029", original)) if "\u2029" in original else ()
    if not paragraphs and highest < 0x80:
        return _fold_sparsely(original, codes.astype(np.uint8).tobytes(), None)
    if not paragraphs and (highest < _FIRST_ARABIC or not _dense().take(codes).any()):
        return _fold_sparsely(original, np.minimum(codes, 0xFF).astype(np.uint8).tobytes(), codes)
    index: _Places | None = None
    if codes.min() == 0:
        index = np.flatnonzero(codes)
        codes = codes.take(index)
    codes, index = _collapse(codes, index, paragraphs)
    if is_tight:
        apart = ~_is_inside_name(codes)
        codes = codes[apart]
        index = np.flatnonzero(apart) if index is None else index[apart]
    codes[codes == _WRAP] = _SPACE
    return _folded(original, codes.tobytes().decode("utf-32-le"), index)


def _folded(original: str, text: str, index: _Places | None) -> Folded:
    """Put a result together; ``index`` is where each character stands in the original, None for just there."""
    import numpy as np

    if index is None:
        return Folded(original, text, range(len(text) + 1))
    offsets = np.empty(len(text) + 1, np.intp)
    offsets[:-1] = index
    offsets[-1] = len(original)
    return Folded(original, text, offsets.data)


def _fold_sparsely(original: str, signs: bytes, codes: _Codes | None) -> Folded:
    """Finish folding text in which no separator vanishes between letters: most of the news.

    ``signs`` has a byte for each character: 0 for what vanishes, separators and ASCII as they are, anything for other
    letters; those stand in ``codes``. Little is left out of such text: a search for the few places in bytes is several
    times as fast as work on every character.
    """
    if b"\0" not in signs and b"\n" not in signs and b"  " not in signs:
        text = signs.decode("ascii") if codes is None else codes.tobytes().decode("utf-32-le")
        return Folded(original, text, range(len(text) + 1))
    import numpy as np

    index: _Places | None = None
    if b"\0" in signs:
        index = np.flatnonzero(np.frombuffer(signs, np.uint8) != 0)
        signs = signs.translate(None, b"\0")
    if b"\n" in signs or b"  " in signs:
        marked = _marked_runs(signs)
        kept = np.flatnonzero(marked != 0)
        index = kept if index is None else index.take(kept)
        signs = marked.tobytes().translate(None, b"\0")
    if codes is None:
        return _folded(original, signs.decode("ascii"), index)
    codes = codes if index is None else codes.take(index)
    left = np.frombuffer(signs, np.uint8)
    codes[left == _SPACE] = _SPACE
    codes[left == _LINE_FEED] = _LINE_FEED
    return _folded(original, codes.tobytes().decode("utf-32-le"), index)


def _marked_runs(signs: bytes) -> NDArray[np.uint8]:
    """Write each run of separators as one sign and zeros: a line feed for a paragraph break, else a space."""
    import numpy as np

    marked = np.frombuffer(signs, np.uint8).copy()
    separators = (marked == _SPACE) | (marked == _LINE_FEED)
    for run in _BREAKS.finditer(signs):
        start = run.start()
        while start and signs[start - 1] == _SPACE:
            start -= 1
        marked[start] = _LINE_FEED if signs.count(b"\n", start, run.end()) > 1 else _SPACE
    marked[1:][separators[1:] & separators[:-1]] = 0
    return marked


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
    kinds = kinds_of().take(codes)
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
def kinds_of() -> NDArray[np.uint8]:
    """Return the kind of each code point that text was folded to so far, filled together with the tables."""
    import numpy as np

    kinds = np.zeros(0x110000, np.uint8)
    kinds[:0x80] = [KINDS[chr(code)] for code in range(0x80)]
    return kinds


@cache
def _dense() -> NDArray[np.bool_]:
    """Return which folded code points are letters between which separators may vanish, filled together with those."""
    import numpy as np

    return np.zeros(0x110000, np.bool_)


def _look_up(original: str, *, is_tight: bool) -> tuple[NDArray[np.uint32], int]:
    """Return the folded code points, 0 for what vanishes, and the highest of them."""
    import numpy as np

    source = np.frombuffer(original.encode("utf-32-le", "surrogatepass"), "<u4")
    codes, highest = _take(source, is_tight=is_tight)
    # What may join folds to itself: where nothing so high is left, nothing is to be joined.
    if highest >= _FIRST_TO_JOIN and not unicodedata.is_normalized("NFC", original):
        return _take(_joined(original, source), is_tight=is_tight)
    return codes, highest


def _take(source: NDArray[np.uint32], *, is_tight: bool) -> tuple[NDArray[np.uint32], int]:
    """Return what each code point folds to, and the highest of it."""
    import numpy as np

    table = _table(is_tight=is_tight)
    codes = table.take(source)
    highest = int(codes.max())
    if highest == _UNKNOWN:
        for code in np.unique(source[codes == _UNKNOWN]).tolist():
            folded = fold_character(chr(code)) or "\0"
            # the kind first: another thread may see the folded code as soon as it is written
            kinds_of()[ord(folded)] = KINDS[folded]
            _dense()[ord(folded)] = KINDS[folded] in _DENSE
            table[code] = ord(folded)
        codes = table.take(source)
        highest = int(codes.max())
    return codes, highest


def _joined(original: str, source: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Write as one the letters that came in pieces and whose pieces are no accents (か + ゛)."""
    source = source.copy()
    for pieces in _MAY_JOIN.finditer(original):
        joined = unicodedata.normalize("NFC", pieces[0])
        if len(joined) == 1:
            source[pieces.start()] = ord(joined)
            source[pieces.start() + 1 : pieces.end()] = 0
    return source
