"""Find hits that stand near one another: within a number of words, or in one sentence (DESIGN §6, near)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from monitor.records import Evidence
from monitor.text.characters import KINDS, Kind
from monitor.text.sentences import sentences

# Vowel signs, joiners and apostrophes are part of the word they stand in, though no letters to ``re``. The ranges are
# those of combining marks, apostrophes, the half-space and other signs without width.
_WORD = re.compile(
    "\\w(?:[\\w'’ʼ\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u0eb1-\u0ece\u0f18-\u0fc6\u102b-\u109d\u17b4-\u17d3\u200b-\u200d\u00ad])*"
)
_UNITS_PER_WORD = 2
"""A word is two units and a character of a script without word spaces one, so that two of them make a word."""


MAX_COMPARED = 5_000
"""Hits among which the closest are sought; in a text that holds more, any that are near prove the rule as well."""


@dataclass(frozen=True, slots=True)
class _Hit:
    evidence: Evidence
    group: int


@dataclass(frozen=True, slots=True)
class _Chain:
    """Hits of different groups, each near the one before; ``end`` is the furthest end among them."""

    hits: tuple[_Hit, ...]
    end: int

    @property
    def length(self) -> int:
        return self.end - self.hits[0].evidence.start


class Words:
    """The words of a text, to count those between two places."""

    def __init__(self, text: str) -> None:
        self._starts: list[int]
        self._sums: Sequence[int]
        if not any(KINDS[character] is Kind.UNSPACED for character in set(text)):
            # Of most texts every run of word characters is one word: four times as fast, and asked for often.
            self._starts = [word.start() for word in _WORD.finditer(text)]
            self._sums = range(0, _UNITS_PER_WORD * len(self._starts) + 1, _UNITS_PER_WORD)
            return
        self._starts = []
        units: list[int] = []
        for word in _WORD.finditer(text):
            self._split(text, word.start(), word.end(), units)
        self._sums = [0, *accumulate(units)]

    def units_between(self, start: int, end: int) -> int:
        """Return the size of the words that begin between two places, in half words; 0 if ``end`` is not after."""
        if end <= start:
            return 0
        return self._sums[bisect_left(self._starts, end)] - self._sums[bisect_left(self._starts, start)]

    def _split(self, text: str, start: int, end: int, units: list[int]) -> None:
        """Count a run of word characters; Chinese and Latin may stand in it side by side."""
        is_open = False
        for place in range(start, start + 1 if text[start:end].isascii() else end):
            is_unspaced = KINDS[text[place]] is Kind.UNSPACED
            if is_unspaced or not is_open:
                self._starts.append(place)
                units.append(1 if is_unspaced else _UNITS_PER_WORD)
            is_open = not is_unspaced


@lru_cache(maxsize=8)
def _words_of(text: str) -> Words:
    # Many rules ask about the same field of the same item, one after the other.
    return Words(text)


@lru_cache(maxsize=8)
def _sentence_starts(text: str) -> tuple[int, ...]:
    return tuple(start for start, _ in sentences(text))


def near_hits(
    text: str, groups: Sequence[Sequence[Evidence]], words: int | None, sentence: bool
) -> tuple[Evidence, ...] | None:
    """Return one hit of each group such that all stand near one another, in reading order; None if there are none.

    ``groups`` hold evidence of the one field whose content is ``text``. Between neighbouring hits stand at most
    ``words`` words (two characters are one word in scripts without word spaces; None sets no limit), and with
    ``sentence`` all stand in one sentence. One hit may serve two groups. Of several choices the closest is given, of
    equals the first; beyond the first 5,000 hits the search ends with what was found.
    """
    if not groups or not all(groups):
        return None
    hits = sorted(
        (_Hit(evidence, number) for number, group in enumerate(groups) for evidence in group),
        key=lambda hit: (hit.evidence.start, hit.evidence.end, hit.group),
    )
    batches = _by_sentence(text, hits) if sentence else [hits]
    limit = None if words is None else words * _UNITS_PER_WORD
    counted = _words_of(text) if limit is not None else None
    best: _Chain | None = None
    for batch in batches:
        if len({hit.group for hit in batch}) < len(groups):
            continue
        chain = _closest(batch, len(groups), counted, limit)
        if chain is not None and (best is None or chain.length < best.length):
            best = chain
    if best is None:
        return None
    return tuple(dict.fromkeys(hit.evidence for hit in best.hits))


def _by_sentence(text: str, hits: Sequence[_Hit]) -> list[list[_Hit]]:
    starts = _sentence_starts(text)
    batches: dict[int, list[_Hit]] = {}
    for hit in hits:
        first = bisect_right(starts, hit.evidence.start)
        # a hit with a stop inside it (T.T.P. 。) belongs to the sentence where it begins
        batches.setdefault(first, []).append(hit)
    return list(batches.values())


def _closest(hits: Sequence[_Hit], groups: int, counted: Words | None, limit: int | None) -> _Chain | None:
    """Return the shortest chain through all groups.

    ``open_chains`` keeps, per set of groups already met and last hit, the chain that begins latest: the shortest one
    continues from there whatever follows. Chains too far back to be continued are forgotten, so that the work grows
    with the hits and not with their square.
    """
    everything = (1 << groups) - 1
    best: _Chain | None = None
    open_chains: list[tuple[int, _Chain]] = []
    for number, hit in enumerate(hits):
        if best is not None and number >= MAX_COMPARED:
            break
        start, end, bit = hit.evidence.start, hit.evidence.end, 1 << hit.group
        if counted is not None and limit is not None:
            open_chains = [
                (met, chain) for met, chain in open_chains if counted.units_between(chain.end, start) <= limit
            ]
        latest: dict[int, _Chain] = {bit: _Chain((hit,), end)}
        for met, chain in open_chains:
            if not met & bit:
                known = latest.get(met | bit)
                longer = _Chain((*chain.hits, hit), max(chain.end, end))
                if known is None or longer.hits[0].evidence.start >= known.hits[0].evidence.start:
                    latest[met | bit] = longer
        for met, chain in latest.items():
            if met == everything and (best is None or chain.length < best.length):
                best = chain
        open_chains = _without_beaten([*open_chains, *((met, chain) for met, chain in latest.items())])
    return best


def _without_beaten(chains: list[tuple[int, _Chain]]) -> list[tuple[int, _Chain]]:
    """Keep of the chains through the same groups only those that none beats in both its start and its end."""
    kept: dict[int, list[_Chain]] = {}
    for met, chain in reversed(chains):
        rivals = kept.setdefault(met, [])
        if not any(
            rival.hits[0].evidence.start >= chain.hits[0].evidence.start and rival.end >= chain.end for rival in rivals
        ):
            rivals.append(chain)
    return [(met, chain) for met, rivals in kept.items() for chain in reversed(rivals)]
