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

from monitor.text.characters import fold_character

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SPACE, _LINE_FEED, _APOSTROPHE, _PARAGRAPH = 0x20, 0x0A, 0x27, 0x2029
_UNKNOWN = 0xFFFFFFFF
_ASCII = bytes(ord(fold_character(chr(code)) or "\0") for code in range(128)) + bytes(128)
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
    """Fold as ``fold`` does and drop apostrophes, and separators between two Arabic-script letters.

    Neither tells names apart (Jama'at = Jamaat, تحریک‌طالبان = تحریکطالبان), yet both are word boundaries: those must be
    judged in the original.
    """
    return _fold(original, is_tight=True)


def slice_of(folded: Folded, start: int, end: int) -> tuple[int, int]:
    """Return the slice of the original that folded characters ``start`` to ``end`` stand for.

    Marks on its last letter belong to it even where they vanish; separators and signs after it do not.
    """
    if start >= end:
        return folded.offsets[start], folded.offsets[start]
    stop = folded.offsets[end - 1] + 1
    limit = folded.offsets[end]
    while stop < limit and unicodedata.category(folded.original[stop])[0] == "M":
        stop += 1
    return folded.offsets[start], stop


def _fold(original: str, *, is_tight: bool) -> Folded:
    if original.isascii():
        raw = original.encode().translate(_ASCII)
        is_plain = b"  " not in raw and b"\n" not in raw and b"\0" not in raw
        if is_plain and not (is_tight and b"'" in raw):
            return Folded(original, raw.decode(), range(len(raw) + 1))
    import numpy as np

    if original.isascii():
        codes: NDArray[np.uint32] = np.frombuffer(raw, np.uint8).astype(np.uint32)
        paragraphs = None
    else:
        source = np.frombuffer(original.encode("utf-32-le", "surrogatepass"), "<u4")
        codes = _look_up(_joined(original, source))
        paragraphs = source == _PARAGRAPH if "\u2029" in original else None
    keep = codes != 0
    if is_tight:
        keep &= codes != _APOSTROPHE
    index = np.flatnonzero(keep)
    codes = codes[index]
    codes, index = _collapse(codes, index, None if paragraphs is None else paragraphs[index])
    if is_tight and ((codes >= 0x0620) & (codes <= 0x08FF)).any():
        apart = ~_is_inside_arabic(codes)
        codes, index = codes[apart], index[apart]
    text = codes.astype("<u4").tobytes().decode("utf-32-le")
    return Folded(original, text, np.append(index, len(original)).data)


def _collapse(
    codes: NDArray[np.uint32], index: NDArray[np.intp], paragraphs: NDArray[np.bool_] | None
) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """Make each run of separators one space, or one line feed if it holds two line breaks or a paragraph sign."""
    import numpy as np

    breaks = codes == _LINE_FEED
    separators = breaks | (codes == _SPACE)
    first = separators.copy()
    first[1:] &= ~separators[:-1]
    if breaks.any():
        runs = np.cumsum(first) - 1
        weights = breaks.astype(np.intp)
        if paragraphs is not None:
            weights += paragraphs
        counts = np.bincount(runs[breaks], weights[breaks], minlength=int(runs[-1]) + 1)
        codes = codes.copy()
        codes[first] = np.where(counts >= 2, _LINE_FEED, _SPACE)
    keep = ~separators | first
    return codes[keep], index[keep]


def _is_inside_arabic(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Return which spaces stand between two letters of the Arabic script."""
    import numpy as np

    letters = (codes >= 0x0620) & (codes <= 0x06FF) & (codes != 0x06D4) & ((codes < 0x066A) | (codes > 0x066D))
    letters |= ((codes >= 0x0750) & (codes <= 0x077F)) | ((codes >= 0x0870) & (codes <= 0x08FF))
    inside = np.zeros(codes.shape, np.bool_)
    inside[1:-1] = (codes[1:-1] == _SPACE) & letters[:-2] & letters[2:]
    return inside


@cache
def _table() -> NDArray[np.uint32]:
    # Filled as characters are met: the whole of Unicode would cost a quarter of a second at every start.
    import numpy as np

    return np.full(0x110000, _UNKNOWN, np.uint32)


def _look_up(source: NDArray[np.uint32]) -> NDArray[np.uint32]:
    import numpy as np

    table = _table()
    codes = table[source]
    unknown = codes == _UNKNOWN
    if unknown.any():
        for code in np.unique(source[unknown]).tolist():
            folded = fold_character(chr(code))
            table[code] = ord(folded) if folded else 0
        codes = table[source]
    return codes


def _joined(original: str, source: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Write as one the letters that came in pieces and whose pieces are no accents (か + ゛)."""
    if source.max() < 0x0900 or unicodedata.is_normalized("NFC", original):
        return source
    source = source.copy()
    for pieces in _MAY_JOIN.finditer(original):
        joined = unicodedata.normalize("NFC", pieces[0])
        if len(joined) == 1:
            source[pieces.start()] = ord(joined)
            source[pieces.start() + 1 : pieces.end()] = 0
    return source
