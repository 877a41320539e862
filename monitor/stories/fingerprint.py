"""Reduce an item to hashes: what it says, the figures it states and where, and the names in their places.

All are 64-bit numbers in one sorted tuple (``StoryEntry.shingles``); the two highest bits tell the kinds apart:

    0  a run of words            62 bits of hash
    1  a number in its place     31 bits for the words beside it, 31 for the number
    2  a name in its place       31 bits for the words on both sides, 31 for the name
    3  the title as a whole, the outlet, and whether there is nothing but a title: 60 bits of hash

Two reports of one event share runs of words. Two reports that share a form ("gold falls by Rs 2,600 on Monday") share
them as well, but not the numbers and names in the same places.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.records import Item
from monitor.stories.words import Token, is_unspaced, tokens_of

SHINGLE, NUMBER, NAME, WHOLE = 0, 1, 2, 3
TITLE, OUTLET, BARE = 0, 1, 2
"""What a hash of kind ``WHOLE`` is of; ``BARE`` says that the item has no text."""

LEAD_WORDS = 120
"""Copies share their beginning: teasers are cut there, and what outlets add comes later. It also bounds the work."""
RUN_WORDS, RUN_CHARACTERS = 3, 5
"""Words in a run; five CJK characters hold about as much."""
BESIDE = 2
"""Words beside a number or a name that say what it is about."""

Hashes = NDArray[np.uint64]

_LOW_31 = (1 << 31) - 1
_LOW_60 = (1 << 60) - 1
_START, _END = "\x02", "\x03"
_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], np.uint64
)


def fingerprint(item: Item) -> tuple[tuple[int, ...], str]:
    """Return the sorted hashes of an item, and one hash of all its words that exact copies share."""
    title, body = tokens_of(item.title), tokens_of(item.text)
    lead = body[:LEAD_WORDS]
    hashes = {_whole(TITLE, [token.text for token in title]), _whole(OUTLET, [item.outlet])}
    if not body:
        hashes.add(_whole(BARE, []))
    for words, is_cut in ((title, False), (lead, len(lead) < len(body))):
        hashes.update(_runs(words))
        hashes.update(_places(words, is_cut=is_cut))
    content = " ".join(token.text for token in (*title, Token(_END, is_number=False, is_name=False), *body))
    return tuple(sorted(hashes)), hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _runs(words: Sequence[Token]) -> Iterable[int]:
    length = RUN_CHARACTERS if is_unspaced(words) else RUN_WORDS
    if len(words) < length:
        return ()
    single = np.fromiter((_word_hash(token.text) for token in words), np.uint64, len(words))
    runs = np.zeros(len(words) - length + 1, np.uint64)
    for place in range(length):
        runs += single[place : place + len(runs)] * _MULTIPLIERS[place]
    mixed: list[int] = (_mix(runs) >> np.uint64(2)).tolist()
    return mixed


def _mix(values: Hashes) -> Hashes:
    # The finaliser of splitmix64 (Steele, Lea, Flood 2014): sums of products alone leave the low bits regular.
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _places(words: Sequence[Token], *, is_cut: bool) -> Iterable[int]:
    """Yield numbers and names in their places; beyond a cut nobody knows what stands beside."""
    texts = [_START] * BESIDE + [token.text for token in words] + [_END] * BESIDE
    last = len(words) - BESIDE if is_cut else len(words)
    for index, token in enumerate(words):
        if not (token.is_number or token.is_name):
            continue
        here = index + BESIDE
        before = texts[index:here]
        after = texts[here + 1 : here + 1 + BESIDE]
        if token.is_number:
            yield _place(NUMBER, (*before, "_"), token.text)
            if index < last:
                yield _place(NUMBER, ("_", *after), token.text)
        elif index < last:
            yield _place(NAME, (*before, "_", *after), token.text)


def _place(kind: int, beside: Sequence[str], value: str) -> int:
    context = _combined(beside) & _LOW_31
    return kind << 62 | context << 31 | _word_hash(value) & _LOW_31


def _whole(kind: int, words: Sequence[str]) -> int:
    return WHOLE << 62 | kind << 60 | _combined(words) & _LOW_60


def _combined(words: Iterable[str]) -> int:
    combined = 0
    for word in words:
        combined = (combined * 0x9E3779B97F4A7C15 + _word_hash(word)) & 0xFFFFFFFFFFFFFFFF
    return combined ^ combined >> 29


@lru_cache(maxsize=1 << 16)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "little")
