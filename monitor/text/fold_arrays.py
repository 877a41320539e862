"""Fold a long text, or many joined into one, as arrays: each step costs something, each character next to nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.text.characters import Kind
from monitor.text.fold_tables import SIGNS, code_points, folded_codes, joined, may_join, signs_of

Codes = NDArray[np.uint16] | NDArray[np.uint32]
Places = NDArray[np.intp]
_SPACE, _LINE_FEED = 0x20, 0x0A
_WRAP, _PARAGRAPH = 0x0B, 0x0C
"""A run of separators with one line break, and U+2029; nothing else folds to them."""
_ARABIC = SIGNS[Kind.ARABIC]
_UNSPACED = (SIGNS[Kind.UNSPACED], SIGNS[Kind.UNSPACED_MARK])


def read_signs(original: str, ascii_table: bytes, *, is_tight: bool) -> tuple[NDArray[np.uint8], Codes | None]:
    """Return the signs of a text, each folded by itself, and the letters beyond ASCII among them.

    A sign is 0 for what vanishes, ASCII as it is, ``_PARAGRAPH``, or from 0x80 on the kind (``SIGNS``) of the next of
    the letters. ``ascii_table`` says what ASCII folds to.
    """
    if original.isascii():
        return np.frombuffer(bytearray(original.encode().translate(ascii_table)), np.uint8), None
    source = code_points(original)
    beyond = np.flatnonzero(source >= 0x80)
    letters = folded_codes(source.take(beyond), is_tight=is_tight)
    if may_join().take(letters).any():
        source = joined(original, source)
        letters = folded_codes(source.take(beyond), is_tight=is_tight)
    # the low byte of what is beyond ASCII is nothing, and written over
    signs = np.frombuffer(bytearray(source.astype(np.uint8).tobytes().translate(ascii_table)), np.uint8)
    signs[beyond] = signs_of().take(letters)
    if "\u2029" in original:
        signs[source == 0x2029] = _PARAGRAPH
    return signs, letters[letters >= 0x80]


def without_gone(signs: NDArray[np.uint8], *, is_tight: bool) -> tuple[bytes, Places | None]:
    """Return what is left of the signs of a text, which are written over, and the places of what is not."""
    gone = _mark_gone(signs)
    left = signs.tobytes()
    if gone is not None:
        left = left.translate(None, b"\0")
    if is_tight:
        gone, left = _without_inner(gone, left)
    return left.replace(b"\v", b" "), gone


def written(signs: bytes, letters: Codes | None) -> str:
    """Return folded text of its signs, where those from 0x80 on stand for the next of ``letters``."""
    if letters is None or not letters.size:
        return signs.decode("ascii")
    given = np.frombuffer(signs, np.uint8)
    is_wide = int(letters.max()) > 0xFFFF
    codes = given.astype("<u4" if is_wide else "<u2")
    codes[np.flatnonzero(given >= 0x80)] = letters
    return codes.tobytes().decode("utf-32-le" if is_wide else "utf-16-le")


def _mark_gone(signs: NDArray[np.uint8]) -> Places | None:
    """Write each run of separators as one sign and zeros; return where zeros stand then, None if nowhere.

    That sign is a line feed if the run holds two line breaks or a paragraph sign, ``_WRAP`` if one line break, else a
    space. Most of a text is neither doubled separators nor line breaks: all but a few steps are on a few places.
    """
    zeros = np.flatnonzero(signs == 0)
    breaks = np.flatnonzero((signs == _LINE_FEED) | (signs == _PARAGRAPH))
    separators = signs == _SPACE
    separators[breaks] = True
    if zeros.size:
        are_behind = separators[zeros - 1] & (zeros > 0)
        # What vanishes behind a separator parts no run: it counts as one more of it.
        if are_behind.any():
            separators[_with_next(are_behind, zeros)] = True
    again = np.flatnonzero(separators[1:] & separators[:-1]) + 1
    if breaks.size:
        starts = _starts_of_runs(breaks, again)
        is_paragraph = signs[breaks] == _PARAGRAPH
        signs[starts] = _WRAP
        signs[starts[1:][starts[1:] == starts[:-1]]] = _LINE_FEED
        signs[starts[is_paragraph]] = _LINE_FEED
    if not again.size:
        return zeros if zeros.size else None
    signs[again] = 0
    return np.flatnonzero(signs == 0) if zeros.size else again


def _with_next(are_chosen: NDArray[np.bool_], places: Places) -> Places:
    """Return the chosen ones of some places, and with each those right behind it."""
    is_first = np.ones(len(places), np.bool_)
    is_first[1:] = np.diff(places) > 1
    with_next: Places = places[are_chosen[is_first][np.cumsum(is_first) - 1]]
    return with_next


def _starts_of_runs(places: Places, again: Places) -> Places:
    """Return for places of separators where their runs begin; ``again`` are those right behind another one."""
    if not again.size:
        return places
    # Neighbours among them differ from their numbers by the same.
    group = again - np.arange(len(again))
    number = np.minimum(np.searchsorted(again, places), len(again) - 1)
    starts: Places = np.where(again[number] == places, again[np.searchsorted(group, group[number])] - 1, places)
    return starts


def _without_inner(gone: Places | None, signs: bytes) -> tuple[Places | None, bytes]:
    """Take out separators that tell no names apart; return with what is left what is gone of the original.

    Those are any between Arabic letters, and a line wrap in unspaced scripts.
    """
    has_arabic, has_unspaced = _ARABIC in signs, any(sign in signs for sign in _UNSPACED)
    if not has_arabic and not has_unspaced:
        return gone, signs
    marked = np.frombuffer(bytearray(signs), np.uint8)
    are_wraps = marked[1:-1] == _WRAP
    are_inner = np.zeros(len(are_wraps), np.bool_)
    if has_arabic:
        are_arabic = marked == _ARABIC
        are_inner |= are_arabic[:-2] & are_arabic[2:] & (are_wraps | (marked[1:-1] == _SPACE))
    if has_unspaced:
        are_unspaced = (marked == _UNSPACED[0]) | (marked == _UNSPACED[1])
        are_inner |= are_unspaced[:-2] & are_unspaced[2:] & are_wraps
    places = np.flatnonzero(are_inner) + 1
    if not places.size:
        return gone, signs
    marked[places] = 0
    if gone is not None:
        places += np.searchsorted(gone - np.arange(len(gone)), places, "right")
        places = np.concatenate([gone, places])
        places.sort(kind="stable")  # two rising rows, which this merges
    return places, marked.tobytes().translate(None, b"\0")
