"""Hashed word and character n-grams of many folded texts at once, as array arithmetic.

Words, pairs of words and pieces of words (2 to 5 characters, word ends marked) fall into one table of BUCKETS rows.
Every gram belongs to the word it begins in, so that a score can be shown in the item's own words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 18
PIECES = (2, 3, 4, 5)
_PIECE_VALUE = 0.6
"""A piece of a word counts less than the word: there are some twelve pieces to a word."""

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SPACE = 32
_BMP = 0x10000

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_Hashes = NDArray[np.uint64]


def distinct(values: Ints) -> Ints:
    """Return every value once, rising, as ``np.unique`` does.

    That one loads masked arrays when it is first called, which costs a short command more than its scores.
    """
    ordered = np.sort(values)
    is_new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    return ordered[is_new]


@dataclass(frozen=True, slots=True)
class Grams:
    """All n-grams of a batch of texts.

    ``buckets``, ``values``, ``words``: shape (n_grams,); the table row, the value before weighting, the word (index
    into the arrays below). ``word_items``, ``word_starts``, ``word_ends``: shape (n_words,); the text, rising, and the
    place of each word in all texts written one after the other.
    """

    n_items: int
    buckets: Ints
    values: Floats
    words: Ints
    word_items: Ints
    word_starts: Ints
    word_ends: Ints

    @property
    def items(self) -> Ints:
        """Return the text of each gram."""
        return self.word_items[self.words]

    def normalised(self, idf: NDArray[np.float32]) -> Floats:
        """Return each gram's value times ``idf`` of its row, so that the squares of one text's values sum to 1."""
        values: Floats = self.values * idf.take(self.buckets)
        return values * self._norms(values)[self.words]

    def word_weights(self, idf: NDArray[np.float32], tables: Sequence[NDArray[np.float32]]) -> tuple[Floats, ...]:
        """Return per table, shape (BUCKETS,), what each word adds: its normalised grams times their rows."""
        values: Floats = self.values * idf.take(self.buckets)
        norms = self._norms(values)
        return tuple(
            np.bincount(self.words, weights=values * table.take(self.buckets), minlength=len(norms)) * norms
            for table in tables
        )

    def _norms(self, values: Floats) -> Floats:
        """Return per word by what the values of its text are to be multiplied, so that their squares sum to 1."""
        of_words = np.bincount(self.words, weights=values * values, minlength=len(self.word_items))
        squares = np.bincount(self.word_items, weights=of_words, minlength=self.n_items)
        norms: Floats = 1.0 / np.sqrt(np.maximum(squares, 1e-12))
        return norms[self.word_items]


def read_grams(texts: Sequence[str]) -> Grams:
    """Return the n-grams of folded texts."""
    lengths = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
    return read_joined("\n".join(texts), np.cumsum(lengths) - lengths)


def read_joined(joined: str, starts: Ints) -> Grams:
    """Return the n-grams of folded texts written one after the other, of which each begins at one of ``starts``.

    Something that belongs to no word must part them. Texts are independent of each other and of their order.
    """
    codes = np.frombuffer(f" {joined} ".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    is_word = _is_word(codes)
    chars = np.where(is_word, codes, _SPACE).astype(np.uint64)
    edges = np.diff(is_word.astype(np.int8), prepend=0, append=0)
    first, after = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    word_items = np.searchsorted(starts + 1, first, side="right") - 1
    # The word a place lies in, or the last one before it.
    owners = np.cumsum(edges[:-1] == 1) - 1
    mixed = chars * _MIX
    ids = _word_hashes(mixed, owners, first, after)
    pairs = np.flatnonzero(word_items[1:] == word_items[:-1])
    pair_ids = (ids[:-1] * _BASE + ids[1:])[pairs] if len(ids) else ids
    piece_words, piece_ids = _pieces(mixed, is_word, owners)
    words = np.concatenate([np.arange(len(ids)), pairs, piece_words])
    hashes = np.concatenate([ids, pair_ids, piece_ids])
    values = np.ones(len(words))
    values[len(ids) + len(pairs) :] = _PIECE_VALUE
    return Grams(
        n_items=len(starts),
        buckets=_buckets(hashes),
        values=values,
        words=words,
        word_items=word_items,
        word_starts=first - 1,
        word_ends=after - 1,
    )


def _word_hashes(mixed: _Hashes, owners: Ints, first: Ints, after: Ints) -> _Hashes:
    """Return a hash per word: the sum of its characters' mixed codes, each turned by its place in the word."""
    if not len(first):
        return np.zeros(0, dtype=np.uint64)
    inside = np.arange(1, len(mixed) + 1) - first[np.maximum(owners, 0)]
    turned = mixed * (_BASE * (2 * inside + 1).astype(np.uint64))
    turned ^= turned >> np.uint64(29)
    totals = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(turned)])
    hashes: _Hashes = totals[after] - totals[first]
    return hashes


def _pieces(mixed: _Hashes, is_word: NDArray[np.bool_], owners: Ints) -> tuple[Ints, _Hashes]:
    """Return the pieces of words: for each the word it lies in, and its hash."""
    inside = np.concatenate([[0], np.cumsum(is_word)])
    # A piece that begins with the mark of a word's beginning lies in the word after it.
    words = np.where(is_word, owners, owners[np.minimum(np.arange(1, len(owners) + 1), len(owners) - 1)])
    found, hashes = [], []
    for size in PIECES:
        count = len(mixed) - size + 1
        if count <= 0:
            continue
        within = inside[size - 1 : size - 1 + count] - inside[1 : 1 + count] == size - 2
        if size == PIECES[0]:
            within &= is_word[:count] | is_word[size - 1 : size - 1 + count]
        at = np.flatnonzero(within)
        # Worked out at every place: nearly all are wanted, and picking them first takes longer.
        code = np.full(count, size, dtype=np.uint64)
        for step in range(size):
            code *= _BASE
            code ^= mixed[step : step + count]
            code ^= code >> np.uint64(31)
        found.append(words[at])
        hashes.append(code[at])
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    return np.concatenate(found), np.concatenate(hashes)


def _buckets(hashes: _Hashes) -> Ints:
    mixed = (hashes ^ (hashes >> np.uint64(33))) * _MIX
    return (mixed >> np.uint64(64 - 18)).astype(np.int64)


def _is_word(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    table = _word_table()
    return (codes < _BMP) & table[np.minimum(codes, _BMP - 1)]


@cache
def _word_table() -> NDArray[np.bool_]:
    """Return for each code point below U+10000 whether it belongs to a word; Indic vowel signs do."""
    table = np.fromiter(map(str.isalnum, map(chr, range(_BMP))), dtype=np.bool_, count=_BMP)
    for code in range(0x900, 0xE00):
        table[code] |= unicodedata.category(chr(code))[0] == "M"
    return table
