"""Reduce an item to hashes: what it says, the figures it states and where, and the names in their places.

All are 64-bit numbers in one sorted tuple (``StoryEntry.shingles``); the two highest bits tell the kinds apart:

    0  a run of words            62 bits of hash
    1  a number in its place     31 bits for the words beside it, 31 for the number
    2  a name in its place       31 bits for the words on both sides, 31 for one word of the name
    3  the title if it is long enough to stand for its item, the outlet, that there is no text: 60 bits of hash

Two reports of one event share runs of words. Two reports that share a form ("gold falls by Rs 2,600 on Monday") share
them as well, but not the numbers and names in the same places.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from monitor.records import Item
from monitor.stories.words import Token, is_unspaced, tokens_of
from monitor.text.fold import fold

if TYPE_CHECKING:
    # numpy is half the start of a round, and one that has nothing to assess does without.
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

SHINGLE, NUMBER, NAME, WHOLE = 0, 1, 2, 3
TITLE, OUTLET, BARE = 0, 1, 2
"""What a hash of kind ``WHOLE`` is of; ``BARE`` says that the item has no text."""

LEAD_WORDS = 120
"""Copies share their beginning: teasers are cut there, and what outlets add comes later. It also bounds the work."""
RUN_WORDS, RUN_CHARACTERS = 3, 5
"""Words in a run; five CJK characters hold about as much."""
TITLE_WORDS, TITLE_CHARACTERS = 5, 10
"""The shortest title that can stand for its item; shorter ones ("Blast in Quetta") come back with the next event."""
BESIDE = 2
"""Words beside a number or a name that say what it is about."""

LONGEST_NAME = 5
"""Words with capitals in a row that are taken for a name."""
CASELESS_LEAD = 50
"""Words of a title or text in a script without capitals that are looked at as names: headline and first sentence."""
CASELESS_WORDS, CASELESS_CHARACTERS = 2, 4
"""The longest name looked for there."""

_LOW_31 = (1 << 31) - 1
_LOW_60 = (1 << 60) - 1
_START, _END = "\x02", "\x03"
_MULTIPLIERS = (
    0x9E3779B97F4A7C15,
    0xBF58476D1CE4E5B9,
    0x94D049BB133111EB,
    0xD6E8FEB86659FD93,
    0xA0761D6478BD642F,
)


def fingerprint(item: Item) -> tuple[tuple[int, ...], str]:
    """Return the sorted hashes of an item, and one hash of its folded text that exact copies share."""
    title, body = fold(item.title), fold(item.text)
    named, lead = tokens_of(title), tokens_of(body, LEAD_WORDS + 1)
    hashes = {_whole(OUTLET, [item.outlet])}
    if len(named) >= (TITLE_CHARACTERS if is_unspaced(named) else TITLE_WORDS):
        hashes.add(_whole(TITLE, [token.text for token in named]))
    if not lead:
        hashes.add(_whole(BARE, []))
    for words, is_cut in ((named, False), (lead[:LEAD_WORDS], len(lead) > LEAD_WORDS)):
        hashes.update(_runs(words))
        hashes.update(_places(words, is_cut=is_cut))
    content = f"{title.text.strip()}{_END}{body.text.strip()}".encode("utf-8", "replace")
    return tuple(sorted(hashes)), hashlib.blake2b(content, digest_size=16).hexdigest()


def _runs(words: Sequence[Token]) -> Iterable[int]:
    length = RUN_CHARACTERS if is_unspaced(words) else RUN_WORDS
    if len(words) < length:
        return ()
    import numpy as np

    single = np.fromiter((_word_hash(token.text) for token in words), np.uint64, len(words))
    runs = np.zeros(len(words) - length + 1, np.uint64)
    for place in range(length):
        runs += single[place : place + len(runs)] * np.uint64(_MULTIPLIERS[place])
    mixed: list[int] = (_mix(runs) >> np.uint64(2)).tolist()
    return mixed


def _mix(values: Hashes) -> Hashes:
    import numpy as np

    # The finaliser of splitmix64 (Steele, Lea, Flood 2014): sums of products alone leave the low bits regular.
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _places(words: Sequence[Token], *, is_cut: bool) -> Iterable[int]:
    """Yield numbers and names in their places; beyond a cut nobody knows what stands beside."""
    texts = [_START] * BESIDE + [token.text for token in words] + [_END] * BESIDE
    last = len(words) - BESIDE if is_cut else len(words)
    for index, token in enumerate(words):
        if token.is_number:
            yield _place(NUMBER, (*texts[index : index + BESIDE], "_"), token.text)
            if index < last:
                after = index + BESIDE + 1
                yield _place(NUMBER, ("_", *texts[after : after + BESIDE]), token.text)
    names = [(start, end, words[start:end]) for start, end in _capitals(words)]
    # Of a span only both ends: those that differ in one word then differ once, not once for each span around it.
    names += [(start, end, (words[start], words[end - 1])) for start, end in _spans(words)]
    for start, end, parts in names:
        beside = (*texts[start : start + BESIDE], "_", *texts[end + BESIDE : end + 2 * BESIDE])
        if end <= last and sum(word not in (_START, _END) for word in beside) > BESIDE:
            for token in parts:
                yield _place(NAME, beside, token.text)


def _capitals(words: Sequence[Token]) -> Iterable[tuple[int, int]]:
    """Yield where names stand: words with capitals in a row, unless it is a headline in capitals."""
    start = 0
    for is_name, group in groupby(words, key=lambda token: token.is_name):
        end = start + sum(1 for _ in group)
        if is_name and end - start <= LONGEST_NAME:
            yield start, end
        start = end


def _spans(words: Sequence[Token]) -> Iterable[tuple[int, int]]:
    """Yield where names may stand at the beginning of a text in a script without capitals."""
    lead = words[:CASELESS_LEAD]
    if sum(token.has_case for token in lead) * 2 > len(lead):
        return
    longest = CASELESS_CHARACTERS if is_unspaced(lead) else CASELESS_WORDS
    for start in range(len(lead)):
        for end in range(start + 1, min(start + longest, len(lead)) + 1):
            if not any(token.is_number or token.is_name for token in lead[start:end]):
                yield start, end


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
