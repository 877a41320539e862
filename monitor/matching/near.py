"""Find hits that stand near one another: within a number of words, or in one sentence (DESIGN §6, near)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from monitor.records import Evidence
from monitor.text.characters import KINDS, Kind
from monitor.text.sentences import may_end_sentence, sentences

# Vowel signs, joiners and apostrophes are part of the word they stand in, though no letters to ``re``. The ranges are
# those of combining marks, apostrophes, the half-space and other signs without width.
_INSIDE = (
    "[\\w'’ʼ\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e\u0eb1-\u0ece\u0f18-\u0fc6\u102b-\u109d\u17b4-\u17d3\u200b-\u200d\u00ad]"
)
_WORD = re.compile(f"\\w{_INSIDE}*")
_REST_OF_WORD = re.compile(f"{_INSIDE}*")
_WORD_SIGNS = bytes(
    b"w"[0] if _WORD.match(character) else b"'"[0] if _REST_OF_WORD.fullmatch(character) else b" "[0]
    for character in (bytes([code]).decode("cp1252", "replace") for code in range(256))
)
"""Of western text: ``w`` for what begins a word, an apostrophe for what only continues one, a blank for the rest."""
_NOT_IN_WORD = re.compile(rb"(?<= )'+")
UNITS_PER_WORD = 2
"""A word is two units and a character of a script without word spaces one, so that two of them make a word."""
_LOOKED_AT = 8
"""Characters per unit in which words are counted before the whole text is: English has three."""
FEW_HITS = 30
"""Up to so many, words are counted between hits only; the words of a whole text cost as much as some ten counts."""
MAX_COMPARED = 5_000
"""Hits among which the closest are sought; in a text that holds more, any that are near prove the rule as well."""

_Hit = tuple[int, int, int, int]
"""Start, end, number of the group, number within it."""
_IsWithin = Callable[[int, int], bool]
"""Whether few enough words begin between two places."""


@dataclass(frozen=True, slots=True)
class _Chain:
    """Hits of different groups, each near the one before; ``end`` is the furthest end among them."""

    hits: tuple[_Hit, ...]
    end: int

    @property
    def start(self) -> int:
        return self.hits[0][0]

    @property
    def length(self) -> int:
        return self.end - self.hits[0][0]


class Words:
    """The words of a text, to count those between two places."""

    def __init__(self, text: str) -> None:
        self._starts: list[int]
        self._sums: Sequence[int]
        if not _has_unspaced(text):
            # Of most texts every run of word characters is one word: four times as fast, and asked for often.
            self._starts = [word.start() for word in _WORD.finditer(text)]
            self._sums = range(0, UNITS_PER_WORD * len(self._starts) + 1, UNITS_PER_WORD)
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
                units.append(1 if is_unspaced else UNITS_PER_WORD)
            is_open = not is_unspaced


@lru_cache(maxsize=8)
def _words_of(text: str) -> Words:
    # Many rules ask about the same field of the same item, one after the other.
    return Words(text)


@lru_cache(maxsize=8)
def _sentence_starts(text: str) -> tuple[int, ...]:
    return tuple(start for start, _ in sentences(text))


class Distances:
    """The words between the hits of one text, counted once for all that ask about them.

    ``hits`` are (start, end), in any order.
    """

    def __init__(self, text: str, hits: Iterable[tuple[int, int]]) -> None:
        places = sorted({place for hit in hits for place in hit})
        self._units = _units_before(text, places)

    def units_before(self, place: int) -> int:
        """Return the units of the words that begin before one of the places; only differences mean anything."""
        return self._units[place]

    def units_between(self, start: int, end: int) -> int:
        """Return what ``Words`` does, between two of the places."""
        return self._units[end] - self._units[start] if end > start else 0


def _has_unspaced(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode("cp1252")  # western text, seen to be so in a tenth of the time
    except UnicodeEncodeError:
        return any(KINDS[character] is Kind.UNSPACED for character in set(text))
    return False


def _units_before(text: str, places: Sequence[int]) -> dict[int, int]:
    """Return, by place, the units of the words that begin between the first place and it."""
    signs = _word_signs(text, places)
    if signs is not None:
        return _counted(signs, places)
    is_spaced = not _has_unspaced(text)
    units: dict[int, int] = {places[0]: 0} if places else {}
    total = 0
    for start, end in pairwise(places):
        before = text[start - 1 : start] if start else ""
        is_inside = before.isalnum() or before == "_"
        if not is_spaced or (before and not is_inside and _REST_OF_WORD.fullmatch(before)):
            counted = _words_of(text)
            return {place: counted.units_between(0, place) for place in places}
        rest = _REST_OF_WORD.match(text, start) if is_inside else None
        total += UNITS_PER_WORD * len(_WORD.findall(text, rest.end() if rest else start, end))
        units[end] = total
    return units


def _word_signs(text: str, places: Sequence[int]) -> bytes | None:
    """Return a sign for each character up to the last place, where a word begins always ``w`` after a blank.

    None for text that is not western.
    """
    if not places:
        return b""
    # What stands before the blank before the first place decides nothing.
    start = text.rfind(" ", 0, places[0]) + 1
    try:
        written = text[start : places[-1]].encode("cp1252")
    except UnicodeEncodeError:
        return None
    signs = b" " + written.translate(_WORD_SIGNS)
    return _NOT_IN_WORD.sub(lambda run: b" " * len(run[0]), signs) if b" '" in signs else signs


def _counted(signs: bytes, places: Sequence[int]) -> dict[int, int]:
    """Return what ``_units_before`` does; ``signs`` end with the last place."""
    units: dict[int, int] = {}
    offset = len(signs) - places[-1] if places else 0
    total, last = 0, places[0] if places else 0
    for place in places:
        # the sign of a character has its blank before it
        total += UNITS_PER_WORD * signs.count(b" w", last + offset - 1, place + offset)
        units[place] = total
        last = place
    return units


def near_hits(
    text: str, groups: Sequence[Sequence[Evidence]], words: int | None, sentence: bool
) -> tuple[Evidence, ...] | None:
    """Return one hit of each group such that all stand near one another, in reading order; None if there are none.

    ``groups`` hold evidence of the one field whose content is ``text``. Between neighbouring hits stand at most
    ``words`` words (two characters are one word in scripts without word spaces; None sets no limit), and with
    ``sentence`` all stand in one sentence. One hit may serve two groups. Of several choices the closest is given, of
    equals the first; beyond the first 5,000 hits the search ends with what was found.
    """
    spans = [[(hit.start, hit.end) for hit in group] for group in groups]
    found = _search(text, spans, _measure(text, sum(map(len, groups)), words), is_sentence=sentence)
    return tuple(dict.fromkeys(groups[group][number] for _, _, group, number in found)) if found else None


def near_spans(
    text: str, groups: Sequence[Sequence[tuple[int, int]]], words: int | None, distances: Distances
) -> tuple[tuple[int, int], ...]:
    """Return what ``near_hits`` does, of places (start, end) whose distances are known; empty if none are near.

    ``words`` None asks for one sentence.
    """
    limit = 0 if words is None else words * UNITS_PER_WORD
    is_near = _is_anywhere if words is None else lambda start, end: distances.units_between(start, end) <= limit
    return tuple(hit[:2] for hit in _search(text, groups, is_near, is_sentence=words is None))


def _search(
    text: str, groups: Sequence[Sequence[tuple[int, int]]], is_within: _IsWithin, *, is_sentence: bool
) -> tuple[_Hit, ...]:
    """Return the hits of the shortest chain through all groups, none if there is none."""
    if not groups or not all(groups):
        return ()
    hits = [(start, end, of, number) for of, group in enumerate(groups) for number, (start, end) in enumerate(group)]
    hits.sort()
    search = _closest_pair if len(groups) == 2 else _closest
    best: _Chain | None = None
    for batch in _by_sentence(text, hits) if is_sentence else [hits]:
        chain = search(batch, len(groups), is_within)
        if chain is not None and (best is None or chain.length < best.length):
            best = chain
    return () if best is None else best.hits


def are_near(text: str, groups: Sequence[Sequence[tuple[int, int]]], words: int | None) -> bool:
    """Return whether ``near_hits`` would find hits at these places (start, end), without looking for the closest.

    ``words`` None asks for one sentence.
    """
    if not groups or not all(groups):
        return False
    hits = [(start, end, of, 0) for of, group in enumerate(groups) for start, end in group]
    hits.sort()
    if words is None:
        return any(len({hit[2] for hit in batch}) == len(groups) for batch in _by_sentence(text, hits))
    return _are_within(hits, len(groups), _measure(text, len(hits), words))


def _are_within(hits: Sequence[_Hit], groups: int, is_within: _IsWithin) -> bool:
    """Return whether a chain through all groups exists whose neighbours are near.

    ``furthest`` keeps, per set of groups already met, the furthest end of a chain through them: no other chain
    through the same groups can be continued where that one cannot.
    """
    everything = (1 << groups) - 1
    furthest: dict[int, int] = {}
    for start, end, group, _ in hits:
        bit = 1 << group
        for met, reached in list(furthest.items()):
            if not met & bit and is_within(reached, start):
                furthest[met | bit] = max(end, reached, furthest.get(met | bit, 0))
        furthest[bit] = max(end, furthest.get(bit, 0))
        if everything in furthest:
            return True
    return False


def _measure(text: str, hits: int, words: int | None) -> _IsWithin:
    """Return the question whether at most ``words`` words begin between two places of a text."""
    if words is None:
        return _is_anywhere
    limit = words * UNITS_PER_WORD
    if hits > FEW_HITS:
        counted = _words_of(text)
        return lambda start, end: counted.units_between(start, end) <= limit
    return lambda start, end: is_within(text, start, end, limit)


def _is_anywhere(_start: int, _end: int) -> bool:
    return True


def is_within(text: str, start: int, end: int, limit: int) -> bool:
    """Return whether at most ``limit`` units of words begin between two places: ``Words`` for a single question."""
    # No character makes more than two units.
    if 2 * (end - start) <= limit:
        return True
    stop = min(end, start + _LOOKED_AT * (limit + UNITS_PER_WORD))
    before = text[max(start - 1, 0) : start]
    around = text[max(start - 1, 0) : stop]
    first = start
    is_inside = before.isalnum() or before == "_"
    if is_inside:
        rest = _REST_OF_WORD.match(text, start, stop)
        first = start if rest is None else rest.end()
    if not _has_unspaced(around) and (is_inside or not _REST_OF_WORD.fullmatch(before) or not before):
        if UNITS_PER_WORD * len(_WORD.findall(text, first, stop)) > limit:
            return False
        if stop == end:
            return True
    return _words_of(text).units_between(start, end) <= limit


def _by_sentence(text: str, hits: Sequence[_Hit]) -> list[list[_Hit]]:
    if not may_end_sentence(text, hits[0][0], hits[-1][0]):
        return [list(hits)]
    starts = _sentence_starts(text)
    batches: dict[int, list[_Hit]] = {}
    for hit in hits:
        # a hit with a stop inside it (T.T.P. 。) belongs to the sentence where it begins
        batches.setdefault(bisect_right(starts, hit[0]), []).append(hit)
    return list(batches.values())


def _closest_pair(hits: Sequence[_Hit], _groups: int, is_within: _IsWithin) -> _Chain | None:
    """Return what ``_closest`` does for two groups.

    ``before`` keeps of each group the hits that no later one beats in its end; they lie inside one another.
    """
    best: _Chain | None = None
    before: tuple[list[_Hit], list[_Hit]] = ([], [])
    for number, hit in enumerate(hits):
        if best is not None and number >= MAX_COMPARED:
            break
        start, end, group, _ = hit
        for other in reversed(before[1 - group]):
            if is_within(other[1], start):
                length = max(other[1], end) - other[0]
                if best is None or length < best.length:
                    best = _Chain((other, hit), max(other[1], end))
                break
        own = before[group]
        while own and own[-1][1] <= end:
            own.pop()
        own.append(hit)
    return best


def _closest(hits: Sequence[_Hit], groups: int, is_within: _IsWithin) -> _Chain | None:
    """Return the shortest chain through all groups.

    ``open_chains`` keeps, per set of groups already met, the chains that no other beats in both start and end. Those
    too far back to be continued are forgotten, so that the work grows with the hits and not with their square.
    """
    everything = (1 << groups) - 1
    best: _Chain | None = None
    open_chains: list[tuple[int, _Chain]] = []
    for number, hit in enumerate(hits):
        if best is not None and number >= MAX_COMPARED:
            break
        start, end, group, _ = hit
        bit = 1 << group
        open_chains = [(met, chain) for met, chain in open_chains if is_within(chain.end, start)]
        # Of two chains through the same groups the one that reaches further may be the only one that can be continued.
        longer = [(bit, _Chain((hit,), end))]
        longer += [
            (met | bit, _Chain((*chain.hits, hit), max(chain.end, end))) for met, chain in open_chains if not met & bit
        ]
        for met, chain in longer:
            if met == everything and (best is None or chain.length < best.length):
                best = chain
        open_chains = _without_beaten([*open_chains, *longer])
    return best


def _without_beaten(chains: list[tuple[int, _Chain]]) -> list[tuple[int, _Chain]]:
    """Keep of the chains through the same groups only those that none beats in both its start and its end."""
    kept: dict[int, list[_Chain]] = {}
    for met, chain in reversed(chains):
        rivals = kept.setdefault(met, [])
        if not any(rival.start >= chain.start and rival.end >= chain.end for rival in rivals):
            rivals.append(chain)
    return [(met, chain) for met, rivals in kept.items() for chain in reversed(rivals)]
