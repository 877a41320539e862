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
from typing import TYPE_CHECKING

from monitor.text.characters import fold_character
from monitor.text.fold_tables import (
    ARABIC_SIGN,
    INTRICATE,
    UNSPACED_SIGN,
    code_points,
    folded_codes,
    joined,
    letters_table,
    may_join,
    signs_of,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.uint16] | NDArray[np.uint32]
    _Places = NDArray[np.intp]
    _Gone = _Places | list[int] | None

_SPACE, _LINE_FEED = 0x20, 0x0A
_WRAP, _PARAGRAPH = 0x0B, 0x0C
"""A run of separators with one line break, and U+2029; nothing else folds to them."""
_ASCII = bytes(ord(fold_character(chr(code)) or "\0") for code in range(128)) + bytes(128)
_ASCII_TIGHT = _ASCII.replace(b"'", b"\0")
SHORT = 4_000
"""Characters up to which a text may be folded without arrays, each step on which costs as much as a dozen of them."""
_FEW = 40
_SHORTEST = 600
"""The same for texts with many characters beyond ASCII, of which more is left out, and for lists of places."""
_ZERO, _BREAK, _SPACES = re.compile(rb"\0"), re.compile(rb"\n[ \n]*"), re.compile(rb"  [ \n]*")
_ASCII_CHARACTERS = bytes(range(128)).decode()


class Folded:
    """Folded text, and where in ``original`` each of its characters stands."""

    __slots__ = ("_gone", "_offsets", "original", "text")

    def __init__(self, original: str, text: str, gone: _Gone = None) -> None:
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

    Marks on its last letter belong to it even where they vanish, and so do the further pieces of a Korean syllable;
    separators and signs after it do not.
    """
    if start >= end:
        return folded.offsets[start], folded.offsets[start]
    stop = folded.offsets[end - 1] + 1
    limit = folded.offsets[end]  # what vanished after the last letter stands before this
    while stop < limit and _continues_letter(folded.original[stop]):
        stop += 1
    return folded.offsets[start], stop


def _continues_letter(character: str) -> bool:
    return "\u1161" <= character <= "\u11c2" or unicodedata.category(character)[0] == "M"


def _fold(original: str, *, is_tight: bool) -> Folded:
    ascii_table = _ASCII_TIGHT if is_tight else _ASCII
    if original.isascii():
        return _fold_signs(original, original.encode().translate(ascii_table), "", is_tight=is_tight)
    import numpy as np

    source = code_points(original)
    beyond = (source >= 0x80).nonzero()[0]
    if beyond.size <= _FEW:
        codes = source.take(beyond).tolist()
        known = letters_table(is_tight=is_tight)
        folded = [known[code] for code in codes]
        if INTRICATE.isdisjoint(codes) and (not is_tight or known.parted.isdisjoint(folded)):
            signs = bytearray(original.encode("ascii", "replace").translate(ascii_table))
            alphabet: dict[int, int] = {}
            for place, code in zip(beyond.tolist(), folded, strict=True):
                signs[place] = code if code < 0x80 else alphabet.setdefault(code, 0x80 + len(alphabet))
            return _fold_signs(original, bytes(signs), "".join(map(chr, alphabet)), is_tight=False)
    letters = folded_codes(source.take(beyond), is_tight=is_tight)
    if may_join().take(letters).any():
        source = joined(original, source)
        letters = folded_codes(source.take(beyond), is_tight=is_tight)
    written = np.frombuffer(original.encode("ascii", "replace").translate(ascii_table), np.uint8).copy()
    written[beyond] = signs_of().take(letters)
    if "\u2029" in original:
        written[source == 0x2029] = _PARAGRAPH
    return _fold_signs(original, written.tobytes(), letters[letters >= 0x80], is_tight=is_tight)


def _fold_signs(original: str, signs: bytes, letters: str | Codes, *, is_tight: bool) -> Folded:
    """Finish folding text of which each character is known by itself.

    ``signs`` has a byte for each: 0 for what vanishes, ASCII as it is, ``_PARAGRAPH``, at least 0x80 for other letters.
    Those stand for ``letters``: each for one of a string, 0x80 for its first, or all of them for the codes in an array,
    one after the other. Little is left out of most text: the few places are searched for in bytes, which is several
    times as fast as work on every character.
    """
    # Of a short text a step on arrays costs more than a few of Python.
    has_arrays = len(signs) > (SHORT if isinstance(letters, str) else _SHORTEST) or b"\f" in signs
    gone: _Gone = None
    if b"\0" in signs:
        gone, signs = _without(gone, signs, has_arrays=has_arrays)
    has_breaks = b"\n" in signs or b"\f" in signs
    if has_breaks or b"  " in signs:
        marked = _mark_runs_in_arrays(signs) if has_arrays else _mark_runs(signs)
        gone, signs = _without(gone, marked, has_arrays=has_arrays)
    if is_tight:
        gone, signs = _without(gone, _mark_inside_names(signs), has_arrays=has_arrays)
    if has_breaks:
        signs = signs.replace(b"\v", b" ")
    if not len(letters):
        return Folded(original, signs.decode("ascii"), gone)
    if isinstance(letters, str):
        return Folded(original, charmap_decode(signs, "strict", _ASCII_CHARACTERS + letters)[0], gone)
    return Folded(original, _written(signs, letters), gone)


def _without(gone: _Gone, signs: bytes, *, has_arrays: bool) -> tuple[_Gone, bytes]:
    """Take the zeros out of what is left of signs; return with it what is gone of the original, that included."""
    if b"\0" not in signs:
        return gone, signs
    left = signs.translate(None, b"\0")
    if not has_arrays:
        zeros = [zero.start() for zero in _ZERO.finditer(signs)]
        if gone is None:
            return zeros, left
        before = [place - number for number, place in enumerate(gone)]
        return sorted([*gone, *(place + bisect_right(before, place) for place in zeros)]), left
    import numpy as np

    places = np.flatnonzero(np.frombuffer(signs, np.uint8) == 0)
    if gone is None:
        return places, left
    places += np.searchsorted(gone - np.arange(len(gone)), places, "right")
    return np.sort(np.concatenate([gone, places])), left


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


def _written(signs: bytes, letters: Codes) -> str:
    """Return folded text of its signs, where bytes from 0x80 on stand for the next of ``letters``."""
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
    marked = bytearray(signs)
    done = 0
    for start, end in _runs(signs):
        if start >= done:
            breaks = signs.count(b"\n", start, end)
            marked[start:end] = (b"\n" if breaks > 1 else b"\v" if breaks else b" ") + bytes(end - start - 1)
            done = end
    return bytes(marked)


def _runs(signs: bytes) -> list[tuple[int, int]]:
    """Return the runs of several separators, and single line breaks, in order; some perhaps twice."""
    runs = [run.span() for run in _SPACES.finditer(signs)]
    # Looked for by its first sign, which is fast, so that blanks before it are counted afterwards.
    for run in _BREAK.finditer(signs):
        start, end = run.span()
        while start and signs[start - 1] == _SPACE:
            start -= 1
        runs.append((start, end))
    runs.sort()
    return runs


def _mark_runs_in_arrays(signs: bytes) -> bytes:
    """Return what ``_mark_runs`` does, and knows paragraph signs."""
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


def _mark_inside_names(signs: bytes) -> bytes:
    """Write zeros for separators that tell no names apart.

    Those are any between Arabic letters, and a line wrap in unspaced scripts.
    """
    for letter, separators in ((ARABIC_SIGN, b" \v"), (UNSPACED_SIGN, b"\v")):
        if letter in signs:
            for code in separators:
                inside, closed = letter + bytes([code]) + letter, letter + b"\0" + letter
                # A letter between two separators belongs to both: every other one is found at first.
                signs = signs.replace(inside, closed).replace(inside, closed)
    return signs
