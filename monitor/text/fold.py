"""Fold text for comparison, keeping for each folded character its place in the original (DESIGN §6).

Each code point becomes at most one, so that a hit in folded text is a slice of the original. Two forms exist:
``fold`` keeps words apart, for search and statistics; ``fold_tight`` is the form in which names are compared.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from codecs import charmap_decode
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from monitor.text.characters import Kind, fold_character
from monitor.text.fold_tables import (
    INTRICATE,
    PARTED,
    code_points,
    folded_codes,
    joined,
    kinds_of,
    letters_table,
    may_join,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.uint16] | NDArray[np.uint32]
    _Places = NDArray[np.intp]
    _Mask = NDArray[np.bool_]

_SPACE, _LINE_FEED = 0x20, 0x0A
_WRAP, _PARAGRAPH = 0x0B, 0x0C
"""A run of separators with one line break, and U+2029; nothing else folds to them."""
_ASCII = bytes(ord(fold_character(chr(code)) or "\0") for code in range(128)) + bytes(128)
_ASCII_TIGHT = _ASCII.replace(b"'", b"\0")
SHORT = 4_000
"""Characters up to which a text may be folded without arrays, each step on which costs as much as a dozen of them."""
_FEW = 128
_SHORTEST = 600
"""Characters up to which even an array of places costs more than a list."""
_ZERO, _BREAK, _SPACES = re.compile(rb"\0"), re.compile(rb"\n[ \n]*"), re.compile(rb"  [ \n]*")
_ASCII_CHARACTERS = bytes(range(128)).decode()


class Folded:
    """Folded text, and where in ``original`` each of its characters stands."""

    __slots__ = ("_gone", "_offsets", "original", "text")

    def __init__(self, original: str, text: str, gone: _Places | list[int] | None = None) -> None:
        """Take with the text the places of the original, rising, that have no character in it."""
        self.original = original
        self.text = text
        self._gone = gone
        self._offsets: Sequence[int] | None = None

    @property
    def offsets(self) -> Sequence[int]:
        """Where each folded character stands; one longer than ``text``, strictly rising, the last its length."""
        if self._offsets is None:
            self._offsets = range(len(self.text) + 1) if self._gone is None else _kept(self._gone, len(self.original))
        return self._offsets

    @property
    def gaps(self) -> _Places | None:
        """Before which characters something vanished, rising, once for each thing; None if nothing did."""
        import numpy as np

        return None if self._gone is None else np.asarray(self._gone) - np.arange(len(self._gone))

    def places(self, numbers: _Places) -> _Places:
        """Return where some folded characters stand, in an array."""
        import numpy as np

        gaps = self.gaps
        return numbers if gaps is None else numbers + np.searchsorted(gaps, numbers, "right")


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
    short = _fold_short(original, is_tight=is_tight) if len(original) <= SHORT else None
    return short or _fold_any(original, is_tight=is_tight)


def _fold_short(original: str, *, is_tight: bool) -> Folded | None:
    """Fold a short text without arrays where that is faster, None for others.

    That is one of few characters beyond ASCII, none of them intricate.
    """
    ascii_table = _ASCII_TIGHT if is_tight else _ASCII
    if original.isascii():
        return _without_runs(original, original.encode().translate(ascii_table), "")

    source = code_points(original)
    beyond = (source >= 0x80).nonzero()[0]
    if beyond.size > _FEW:
        return None
    codes = source[beyond].tolist()
    known = letters_table(is_tight=is_tight)
    folded = [known[code] for code in codes]
    if not INTRICATE.isdisjoint(codes) or (is_tight and not known.parted.isdisjoint(folded)):
        return None
    signs = bytearray(original.encode("ascii", "replace").translate(ascii_table))
    alphabet: dict[int, int] = {}
    for place, code in zip(beyond.tolist(), folded, strict=True):
        signs[place] = code if code < 0x80 else alphabet.setdefault(code, 0x80 + len(alphabet))
    letters = "".join(map(chr, alphabet))
    return _without_runs(original, bytes(signs), letters)


def _without_runs(original: str, signs: bytes, letters: str) -> Folded:
    """Finish folding a short text; ``letters`` are what bytes from 0x80 on stand for."""
    gone: list[int] = []
    if b"\0" in signs:
        gone = [zero.start() for zero in _ZERO.finditer(signs)]
        signs = signs.translate(None, b"\0")
    if b"\n" in signs or b"  " in signs:
        before = [place - number for number, place in enumerate(gone)]
        parts: list[bytes] = []
        done = 0
        for start, end in _runs(signs):
            parts += (signs[done:start], b"\n" if signs.count(b"\n", start, end) > 1 else b" ")
            gone += [place + bisect_right(before, place) for place in range(start + 1, end)]
            done = end
        parts.append(signs[done:])
        signs = b"".join(parts)
        gone.sort()
    if not letters:
        return Folded(original, signs.decode("ascii"), gone or None)
    return Folded(original, charmap_decode(signs, "strict", _ASCII_CHARACTERS + letters)[0], gone or None)


def _runs(signs: bytes) -> list[tuple[int, int]]:
    """Return the runs of several separators, and single line breaks, in order."""
    runs = [run.span() for run in _SPACES.finditer(signs)]
    if b"\n" not in signs:
        return runs
    # Looked for by its first sign, which is fast, so that blanks before it are counted afterwards.
    for run in _BREAK.finditer(signs):
        start, end = run.span()
        while start and signs[start - 1] == _SPACE:
            start -= 1
        runs.append((start, end))
    runs.sort()
    ends = accumulate((end for _, end in runs), max, initial=0)
    return [run for run, reached in zip(runs, ends, strict=False) if run[0] >= reached]


def _fold_any(original: str, *, is_tight: bool) -> Folded:
    ascii_table = _ASCII_TIGHT if is_tight else _ASCII
    if original.isascii():
        return _fold_signs(original, original.encode().translate(ascii_table), None, is_tight=is_tight)
    import numpy as np

    source = code_points(original)
    beyond = (source >= 0x80).nonzero()[0]
    codes = folded_codes(source.take(beyond), is_tight=is_tight)
    if may_join().take(codes).any() and not unicodedata.is_normalized("NFC", original):
        source = joined(original, source)
        codes = folded_codes(source.take(beyond), is_tight=is_tight)
    signs = np.frombuffer(original.encode("ascii", "replace").translate(ascii_table), np.uint8).copy()
    signs[beyond] = np.minimum(codes, 0xFF)
    if "\u2029" in original:
        signs[source == 0x2029] = _PARAGRAPH
    return _fold_signs(original, signs.tobytes(), codes[codes >= 0x80], is_tight=is_tight)


def _fold_signs(original: str, signs: bytes, letters: Codes | None, *, is_tight: bool) -> Folded:
    """Finish folding text of which each character is known by itself.

    ``signs`` has a byte for each: 0 for what vanishes, ASCII as it is, ``_PARAGRAPH``, at least 0x80 for other letters;
    those are ``letters``. Little is left out of most text: the few places are searched for in bytes, which is several
    times as fast as work on every character.
    """
    gone: _Places | None = None
    if b"\0" in signs:
        gone, signs = _without(gone, signs)
    has_breaks = b"\n" in signs or b"\f" in signs
    if has_breaks or b"  " in signs:
        gone, signs = _without(gone, _mark_runs(signs))
    if is_tight and letters is not None and letters.size:
        gone, signs = _without(gone, _mark_inside_names(signs, letters))
    if has_breaks:
        signs = signs.replace(b"\v", b" ")
    return Folded(original, _written(signs, letters), gone)


def _without(gone: _Places | None, signs: bytes) -> tuple[_Places | None, bytes]:
    """Take the zeros out of what is left of signs; return with it what is gone of the original, that included."""
    import numpy as np

    if b"\0" not in signs:
        return gone, signs
    zeros = np.flatnonzero(np.frombuffer(signs, np.uint8) == 0)
    signs = signs.translate(None, b"\0")
    if gone is None:
        return zeros, signs
    zeros += np.searchsorted(gone - np.arange(gone.size), zeros, "right")
    return np.sort(np.concatenate([gone, zeros])), signs


def _kept(gone: _Places | list[int], length: int) -> Sequence[int]:
    """Return the places that are not gone, and the length."""
    if length < _SHORTEST:
        places = list(range(length + 1))
        for place in reversed(gone):
            del places[place]
        return places
    import numpy as np

    kept = np.ones(length + 1, np.bool_)
    kept[gone] = False
    return np.flatnonzero(kept).data


def _written(signs: bytes, letters: Codes | None) -> str:
    """Return folded text of its signs, where bytes from 0x80 on stand for the next of ``letters``."""
    if letters is None or not letters.size:
        return signs.decode("ascii")
    import numpy as np

    given = np.frombuffer(signs, np.uint8)
    is_wide = int(letters.max()) > 0xFFFF
    codes = given.astype("<u4" if is_wide else "<u2")
    codes[np.flatnonzero(given >= 0x80)] = letters
    return codes.tobytes().decode("utf-32-le" if is_wide else "utf-16-le")


def _mark_runs(signs: bytes) -> bytes:
    """Write each run of separators as one sign and zeros.

    That is a line feed if it holds two line breaks or a paragraph sign, ``_WRAP`` if one line break, else a space.
    """
    import numpy as np

    marked = np.frombuffer(signs, np.uint8).copy()
    breaks = (marked == _LINE_FEED) | (marked == _PARAGRAPH)
    separators = breaks | (marked == _SPACE)
    again = separators[1:] & separators[:-1]
    places = np.flatnonzero(breaks)
    if places.size:
        first = separators.copy()
        first[1:] &= ~again
        starts = np.flatnonzero(first)
        runs = starts[np.searchsorted(starts, places, "right") - 1]
        paragraphs = runs[marked[places] == _PARAGRAPH]
        marked[runs] = _WRAP
        marked[runs[1:][runs[1:] == runs[:-1]]] = _LINE_FEED
        marked[paragraphs] = _LINE_FEED
    marked[1:][again] = 0
    return marked.tobytes()


def _mark_inside_names(signs: bytes, letters: Codes) -> bytes:
    """Write zeros for separators that tell no names apart.

    Those are any between Arabic letters, and a line wrap in unspaced scripts.
    """
    import numpy as np

    kinds = kinds_of().take(letters)
    met = kinds.tobytes()
    if not any(kind in met for kind in PARTED):
        return signs
    marked = np.frombuffer(signs, np.uint8)
    places = np.flatnonzero(marked >= 0x80)
    first = np.flatnonzero(places[1:] - places[:-1] == 2)
    left, right = kinds[first], kinds[first + 1]
    separators = marked[places[first] + 1]
    wraps = separators == _WRAP
    inside = (wraps | (separators == _SPACE)) & (left == Kind.ARABIC) & (right == Kind.ARABIC)
    inside |= wraps & _is_unspaced(left) & _is_unspaced(right)
    if not inside.any():
        return signs
    marked = marked.copy()
    marked[places[first[inside]] + 1] = 0
    return marked.tobytes()


def _is_unspaced(kinds: NDArray[np.uint8]) -> _Mask:
    unspaced: _Mask = (kinds == Kind.UNSPACED) | (kinds == Kind.UNSPACED_MARK)
    return unspaced
