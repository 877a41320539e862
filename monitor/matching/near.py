"""Find hits that stand near one another: within a number of words, or in one sentence (DESIGN §6, near)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.matching.spacing import REST_OF_WORD, UNITS_PER_WORD, WORD, Distances, has_unspaced, words_of
from monitor.records import Evidence
from monitor.text.sentences import may_end_sentence, sentences

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
        counted = words_of(text)
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
        rest = REST_OF_WORD.match(text, start, stop)
        first = start if rest is None else rest.end()
    if not has_unspaced(around) and (is_inside or not REST_OF_WORD.fullmatch(before) or not before):
        if UNITS_PER_WORD * len(WORD.findall(text, first, stop)) > limit:
            return False
        if stop == end:
            return True
    return words_of(text).units_between(start, end) <= limit


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
