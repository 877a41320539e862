"""Look forms up at all places of a text where a word begins, in a few steps on arrays.

Forms are cut into pieces, a first one of eight letters and others of five. A piece and the number of the one before it
make an integer, so that one binary search finds a piece at every place that got so far. Hardly any place does: an
automaton, which walks every letter, takes twice as long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
FormHits = tuple[Numbers, Numbers, Numbers]
"""Of each hit the form, and where it begins and ends in folded text."""
_Keys = NDArray[np.uint64]

_READ = 8
"""Letters read at a place: as many as an integer holds, and as many as a first piece has."""
_PIECE = 5
"""Letters of a further piece: they take 40 bits of a key, which leaves 24 for the number of the piece before."""
_HEAD = 4
"""First letters by which most places are ruled out, before first pieces are looked up."""
_HASHES_EACH = 32
"""Hashes there are for each beginning: one place in so many that begins otherwise is not seen to."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""An odd number without a pattern: its products spread over the upper bits whatever the letters are."""


class _Pieces(NamedTuple):
    """The pieces that may stand at one distance from the beginning of a form, by their keys, which rise."""

    keys: _Keys
    masks: _Keys
    """Which bits of a key are the piece's own: those of letters that a shorter one lacks are not."""
    lengths: Numbers
    forms: Numbers
    """The number of the form that ends with a piece, -1 if none does."""
    goes_on: Mask
    """Whether a form goes on behind it."""
    inner: Numbers
    """The longest other piece that it begins with, -1 if there is none."""


class Beginnings:
    """Forms in ASCII, looked up by what stands at a place; reads like a value."""

    def __init__(self, forms: Mapping[int, bytes]) -> None:
        self._levels = tuple(_levels_of(forms))
        self._heads = _Hashes({form[:_HEAD] for form in forms.values()})
        self._firsts = _Hashes({form[:_READ] for form in forms.values()})

    def may_be_at(self, text: Text, places: Numbers) -> Numbers:
        """Return those of some places at which a form may begin, nearly all of them rightly."""
        read = text.read(places)
        for known in (self._heads, self._firsts):
            kept = np.flatnonzero(known.may_hold(read))
            places, read = places.take(kept), read.take(kept)
        return places

    def at(self, text: Text, places: Numbers) -> Iterator[FormHits]:
        """Yield the forms that stand at some places, each as often as its place is given."""
        starts, before = places, np.zeros(len(places), np.uint64)
        reached = 0
        for level in self._levels:
            if not starts.size:
                return
            read = text.read(starts + reached)
            keys = before << np.uint64(8 * _PIECE) | read >> np.uint64(8 * (_READ - _PIECE)) if reached else read
            which, piece = _looked_up(level, keys)
            ends = level.forms[piece] >= 0
            ended, form = which[ends], piece[ends]
            yield level.forms[form], starts[ended], starts[ended] + reached + level.lengths[form]
            goes_on = level.goes_on[piece]
            starts, before = starts[which[goes_on]], piece[goes_on].astype(np.uint64)
            reached += _PIECE if reached else _READ


class Text:
    """A text of which the letters behind many places are read at once."""

    def __init__(self, signs: bytes) -> None:
        # zeros behind the end, which no form holds
        self._windows = np.ndarray((len(signs) + 1,), ">u8", signs + bytes(_READ), 0, (1,))

    def read(self, places: Numbers) -> _Keys:
        """Return the letters at some places as integers, of which the first letter is the highest byte."""
        return self._windows[places].astype(np.uint64)


class _Hashes:
    """Beginnings by their hashes: what is none of them is nearly always seen not to be one."""

    def __init__(self, beginnings: Collection[bytes]) -> None:
        self._lengths = tuple(sorted(set(map(len, beginnings))))
        bits = (_HASHES_EACH * len(beginnings)).bit_length()
        self._shift = np.uint64(64 - bits)
        self._known = np.zeros(1 << bits, np.bool_)
        self._known[self._of(np.array([_number_of(one, _READ) for one in beginnings], np.uint64))] = True

    def may_hold(self, read: _Keys) -> Mask:
        """Return which of some letters may begin with one of them."""
        may_hold = np.zeros(len(read), np.bool_)
        for length in self._lengths:
            may_hold |= self._known.take(self._of(read & _first(length)))
        return may_hold

    def _of(self, letters: _Keys) -> Numbers:
        return (letters * _MULTIPLIER >> self._shift).view(np.int64)


def _first(length: int) -> np.uint64:
    """Return the bits of so many first letters that were read."""
    return np.uint64((1 << 8 * _READ) - (1 << 8 * (_READ - length)))


def _number_of(letters: bytes, length: int) -> int:
    """Return letters, filled up to a length, as an integer."""
    return int.from_bytes(letters.ljust(length, b"\0"), "big")


def _looked_up(level: _Pieces, keys: _Keys) -> tuple[Numbers, Numbers]:
    """Return which of the keys begin with pieces, and with which ones."""
    # Those it begins with are the last one that is not greater and what that one begins with, or some of them.
    which = np.arange(len(keys))
    piece = np.searchsorted(level.keys, keys, "right") - 1
    found: list[tuple[Numbers, Numbers]] = []
    while True:
        is_left = piece >= 0
        which, piece = which[is_left], piece[is_left]
        if not which.size:
            break
        is_it = (keys[which] & level.masks[piece]) == level.keys[piece]
        found.append((which[is_it], piece[is_it]))
        piece = level.inner[piece]
    if not found:
        return which, piece
    return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])


def _levels_of(forms: Mapping[int, bytes]) -> Iterator[_Pieces]:
    waiting = [(0, form, number) for form, number in sorted((form, number) for number, form in forms.items())]
    length = _READ
    while waiting:
        pieces: list[tuple[int, bytes]] = []
        ending: list[int] = []
        longer = []
        for before, rest, number in waiting:
            piece = before, rest[:length]
            # sorted, so that what begins alike follows one another
            if not pieces or piece != pieces[-1]:
                pieces.append(piece)
                ending.append(-1)
            if len(rest) > length:
                longer.append((len(pieces) - 1, rest[length:], number))
            else:
                ending[-1] = number
        goes_on = np.zeros(len(pieces), np.bool_)
        goes_on[[place for place, _, _ in longer]] = True
        lengths = np.array([len(letters) for _, letters in pieces], np.int64)
        yield _Pieces(
            np.array([before << 8 * _PIECE | _number_of(letters, length) for before, letters in pieces], np.uint64),
            ~np.uint64(0) << (8 * (length - lengths)).astype(np.uint64),
            lengths,
            np.array(ending, np.int64),
            goes_on,
            np.array(_inner_of(pieces), np.int64),
        )
        waiting, length = longer, _PIECE


def _inner_of(pieces: Sequence[tuple[int, bytes]]) -> list[int]:
    """Return for each of some sorted pieces the place of the longest other one that it begins with, else -1."""
    found: list[int] = []
    for place, (before, letters) in enumerate(pieces):
        inner = place - 1
        while inner >= 0 and not (pieces[inner][0] == before and letters.startswith(pieces[inner][1])):
            # sorted, so that all behind one of another beginning are of others too
            inner = found[inner] if pieces[inner][0] == before else -1
        found.append(inner)
    return found
