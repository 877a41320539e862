"""What is read of a batch of items before any weight is applied: lists, clues and pairs, n-grams, length."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from monitor.classifiers.ngrams import Floats, Grams, Ints, read_joined
from monitor.classifiers.reading import Reader, Readings
from monitor.records import Evidence, Field
from monitor.text.fold import Folded, fold, slice_of

MAX_TITLE = 1_000
MAX_TEXT = 20_000
"""Code points read of a title and a text: the main points of a news item stand at its beginning."""

_BATCH = 250
_BATCH_CHARACTERS = 80_000
"""Small enough that the n-grams of a batch stay in the processor's cache: twice as fast as four times as many."""
SHORT = 150
"""Characters below which an item is short; a Chinese one counts three times, as it says about that much more."""
SHORT_LIFT = 1.0
"""Log-odds an item of no length gets, falling to none at SHORT. A bare headline has few words to show what it is about:
without this half of the relevant ones stay below the threshold, in every labelled sample, with hardly a false one."""

SHORT_LIFT_ELSEWHERE = 2.25
"""The same for items mostly in another script than Latin: far fewer passages teach their words. Of short passages
scored by models that had not seen them, every tenth relevant one more is found so, at a precision of 0.92 and above;
at 2.75 precision falls below 0.9."""
LONG = 250
"""Characters above which an item is long."""
LONG_FALL = 1.0
"""Log-odds an item loses for every e-fold of LONG: the more words, the more lists are hit by chance. Passages are
short, so that this cannot be learned from them."""

_ELSEWHERE = re.compile("[\u0590-\u1dff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\ufefc]")
_CHINESE = re.compile("[\u3400-\u9fff]")
_APART = "\x1f"
"""Stands between texts that are folded in one: a sign that belongs to no word and that nothing joins."""


@dataclass(frozen=True, slots=True)
class TextBatch:
    """What is read of a batch of items. ``lifts``: log-odds for the length of each, shape (n_items,)."""

    readings: Readings
    grams: Grams
    lifts: Floats
    _folded: Folded
    """Titles and texts in turn, folded in one."""
    _begins: Ints
    """Where in them each item begins."""

    @property
    def n_items(self) -> int:
        """Return the number of items."""
        return self.grams.n_items

    def word(self, word: int) -> Evidence:
        """Return a word of the n-grams as evidence."""
        grams = self.grams
        begin, stop = slice_of(self._folded, int(grams.word_starts[word]), int(grams.word_ends[word]))
        item = int(grams.word_items[word])
        first = int(self._begins[item])
        body_at = first + len(self.readings.batch.texts[item][0]) + 1
        field, shift = (Field.TITLE, first) if begin < body_at else (Field.BODY, body_at)
        quote = self._folded.original[begin:stop]
        return Evidence(field, begin - shift, stop - shift, quote, quote)


def batches(items: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    """Yield the items in batches of a fair size."""
    start, size = 0, 0
    for number, (title, text) in enumerate(items):
        size += min(len(title), MAX_TITLE) + min(len(text), MAX_TEXT)
        if number + 1 - start == _BATCH or size >= _BATCH_CHARACTERS:
            yield items[start : number + 1]
            start, size = number + 1, 0
    if start < len(items):
        yield items[start:]


def read_batch(reader: Reader, items: Sequence[tuple[str, str]]) -> TextBatch:
    """Return what is read of (title, text) pairs, cut to MAX_TITLE and MAX_TEXT."""
    cut = [(title[:MAX_TITLE], text[:MAX_TEXT]) for title, text in items]
    folded = fold(_APART.join(part for item in cut for part in item))
    lengths = np.array([len(title) + len(text) + 2 for title, text in cut], dtype=np.int64)
    begins = np.cumsum(lengths) - lengths
    # Where each item begins in the folded text: at the first character left of it or of what comes after.
    starts = np.searchsorted(_places(folded), begins)
    lifts = np.array([lift(title, text) for title, text in cut], dtype=np.float64)
    return TextBatch(reader.read(cut), read_joined(folded.text, starts), lifts, folded, begins)


def _places(folded: Folded) -> Ints:
    offsets = folded.offsets
    return np.arange(len(offsets)) if isinstance(offsets, range) else np.asarray(offsets, dtype=np.int64)


def lift(title: str, text: str) -> float:
    """Return the log-odds a short item gets and a long one loses."""
    length = len(title) + len(text)
    if length >= LONG:
        return -LONG_FALL * log(length / LONG)
    if length >= SHORT:
        return 0.0
    most = SHORT_LIFT
    if not (title.isascii() and text.isascii()):
        both = f"{title} {text}"
        if 2 * len(_ELSEWHERE.findall(both)) > length:
            most = SHORT_LIFT_ELSEWHERE
        length += 2 * len(_CHINESE.findall(both))
    return most * max(0.0, 1.0 - length / SHORT)
