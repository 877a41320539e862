"""Fold text for comparison, keeping for each folded character its place in the original (DESIGN §6).

Each code point becomes at most one, so that a hit in folded text is a slice of the original. Two forms exist:
``fold`` keeps words apart, for search and statistics; ``fold_tight`` is the form in which names are compared.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from codecs import charmap_decode
from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

from monitor.text.characters import Kind, fold_character
from monitor.text.fold_tables import INTRICATE, SIGNS, code_points, letters_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.uint16] | NDArray[np.uint32]
    _Places = NDArray[np.intp]
    _Gone = _Places | list[int] | None

_SPACE = 0x20
_ASCII = bytes(ord(fold_character(chr(code)) or "\0") for code in range(128)) + bytes(128)
_ASCII_TIGHT = _ASCII.replace(b"'", b"\0")
SHORT = 4_000
"""Characters up to which a text may be folded without arrays, each step on which costs as much as a dozen of them."""
_FEW = 40
"""Characters beyond ASCII that are looked up one by one."""
_SHORTEST = 600
"""Characters up to which text with many beyond ASCII, and lists of places, take fewer steps without arrays."""
_ARABIC = (SIGNS[Kind.ARABIC],)
_UNSPACED = (SIGNS[Kind.UNSPACED], SIGNS[Kind.UNSPACED_MARK])
_ZERO, _BREAK, _SPACES = re.compile(rb"\0"), re.compile(rb"\n[ \n]*"), re.compile(rb"  [ \n]*")
_ASCII_CHARACTERS = bytes(range(128)).decode()


class Folded:
    """Folded text, and where in ``original`` each of its characters stands."""

    __slots__ = ("_gaps", "_gone", "_letters", "_offsets", "_text", "original", "signs")

    def __init__(self, original: str, text: str | None, gone: _Gone = None) -> None:
        """Take with the text the places of the original, rising, that have no character in it."""
        self.original = original
        self.signs = b""
        """A byte for each character, if it was folded by ``fold_tight_signs``."""
        self._text = text
        self._letters: Codes | None = None
        self._gone = gone
        self._gaps: _Places | None = None
        self._offsets: Sequence[int] | None = None

    @classmethod
    def of_signs(cls, original: str, signs: bytes, letters: Codes | None, gone: _Gone) -> Folded:
        """Make it of its signs and the letters beyond ASCII among them; the text is written when it is asked for."""
        folded = cls(original, None, gone)
        folded.signs, folded._letters = signs, letters
        return folded

    @property
    def letters(self) -> Codes | None:
        """What the signs from 0x80 on stand for, in their order."""
        return self._letters

    @property
    def text(self) -> str:
        """The folded text."""
        if self._text is None:
            from monitor.text.fold_arrays import written

            self._text = written(self.signs, self._letters)
        return self._text

    @property
    def offsets(self) -> Sequence[int]:
        """Where each folded character stands; one longer than ``text``, strictly rising, the last its length."""
        if self._offsets is None:
            self._offsets = (
                range(len(self.original) + 1) if self._gone is None else _kept(self._gone, len(self.original))
            )
        return self._offsets

    @property
    def gaps(self) -> _Places | None:
        """Before which characters something vanished, rising, once for each thing; None if nothing did."""
        if self._gaps is None and self._gone is not None:
            import numpy as np

            self._gaps = np.asarray(self._gone) - np.arange(len(self._gone))
        return self._gaps

    def places(self, numbers: _Places) -> _Places:
        """Return where some folded characters stand, in an array."""
        import numpy as np

        gaps = self.gaps
        return numbers if gaps is None else numbers + np.searchsorted(gaps, numbers, "right")

    def parts(self, firsts: _Places, lasts: _Places) -> Iterator[Folded]:
        """Yield some stretches of folded characters, with their offsets in the whole original.

        They take less than the text and the offsets of a long original, of which few places are asked about. It must
        have been folded by ``fold_tight_signs``.
        """
        import numpy as np

        bounds = zip(*(each.tolist() for each in (firsts, lasts, self.places(firsts), self.places(lasts))), strict=True)
        for first, last, begin, end in bounds:
            signs = self.signs[first:last]
            part = Folded(self.original, signs.decode("ascii") if signs.isascii() else self.text[first:last])
            is_tight = end - begin == last - first
            part._offsets = range(begin, end + 1) if is_tight else self.places(np.arange(first, last + 1)).tolist()
            yield part


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


def fold_tight_signs(original: str) -> Folded:
    """Fold as ``fold_tight`` does, with ``signs`` and ``letters`` for readers that work on arrays.

    A sign is ASCII as it is, or from 0x80 on what kind of letter stands there (``fold_tables.SIGNS``).
    """
    return _fold_in_arrays(original, is_tight=True)


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
    # Of a short text a step on arrays costs more than a few of Python.
    if original.isascii() and len(original) <= SHORT:
        return _fold_short(original, original.encode().translate(ascii_table), "")
    if len(original) <= SHORT:
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
                return _fold_short(original, bytes(signs), "".join(map(chr, alphabet)))
    return _fold_in_arrays(original, is_tight=is_tight)


def _fold_in_arrays(original: str, *, is_tight: bool) -> Folded:
    from monitor.text.fold_arrays import read_signs, without_gone

    signs, letters = read_signs(original, _ASCII_TIGHT if is_tight else _ASCII, is_tight=is_tight)
    if len(signs) > _SHORTEST or "\u2029" in original:
        left, places = without_gone(signs, is_tight=is_tight)
        return Folded.of_signs(original, left, letters, places)
    left, gone = _without_gone(signs.tobytes(), is_tight=is_tight)
    return Folded.of_signs(original, left, letters, gone)


def _fold_short(original: str, signs: bytes, letters: str) -> Folded:
    """Finish folding text of which each character is known by itself, and none stands for two.

    ``signs`` has a byte for each: 0 for what vanishes, ASCII as it is, from 0x80 on the ones of ``letters``.
    """
    left, gone = _without_gone(signs, is_tight=False)
    if not letters:
        return Folded(original, left.decode("ascii"), gone)
    return Folded(original, charmap_decode(left, "strict", _ASCII_CHARACTERS + letters)[0], gone)


def _without_gone(signs: bytes, *, is_tight: bool) -> tuple[bytes, list[int] | None]:
    """Return what is left of the signs of a short text, and the places of what is not.

    Little is left out of most text: the few places are searched for in bytes, which is several times as fast as work on
    every character.
    """
    gone: list[int] | None = None
    if b"\0" in signs:
        gone, signs = _without(gone, signs)
    has_breaks = b"\n" in signs
    if has_breaks or b"  " in signs:
        gone, signs = _without(gone, _mark_runs(signs))
    if is_tight:
        gone, signs = _without(gone, _mark_inside_names(signs))
    return signs.replace(b"\v", b" ") if has_breaks else signs, gone


def _without(gone: list[int] | None, signs: bytes) -> tuple[list[int] | None, bytes]:
    """Take the zeros out of what is left of signs; return with it what is gone of the original, that included."""
    if b"\0" not in signs:
        return gone, signs
    left = signs.translate(None, b"\0")
    zeros = [zero.start() for zero in _ZERO.finditer(signs)]
    if gone is None:
        return zeros, left
    before = [place - number for number, place in enumerate(gone)]
    return sorted([*gone, *(place + bisect_right(before, place) for place in zeros)]), left


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


def _mark_runs(signs: bytes) -> bytes:
    """Write each run of separators as one sign and zeros.

    That is a line feed if it holds two line breaks, a vertical tab (nothing folds to it) if one, else a space.
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


def _mark_inside_names(signs: bytes) -> bytes:
    """Write zeros for separators that tell no names apart.

    Those are any between Arabic letters, and a line wrap in unspaced scripts.
    """
    for letters, separators in ((_ARABIC, b" \v"), (_UNSPACED, b"\v")):
        written = [letter for letter in letters if letter in signs]
        for left, right, separator in product(written, written, separators):
            inside, closed = bytes([left, separator, right]), bytes([left, 0, right])
            # A letter between two separators belongs to both: every other one is found at first.
            signs = signs.replace(inside, closed).replace(inside, closed)
    return signs
