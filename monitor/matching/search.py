"""Find where listed terms stand: one automaton for all of them, then a judgement of each of its hits.

The automaton sees bytes and knows no words. Which hits are the listed words is judged here in plain Python, for one
text; many texts are searched as one (``together``), which costs a fraction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import ahocorasick_rs

from monitor.matching.forms import BETWEEN, Hit, automaton_of, forms_of
from monitor.matching.spans import ENDS, STARTS, is_parted, span_of
from monitor.text.fold import fold_tight

if TYPE_CHECKING:
    from monitor.matching.together import Together

MAX_TOGETHER = 160_000
"""Characters of texts that are searched as one: a hundred steps on arrays cost little each, and more for small ones."""
_SEEN_AT_ONCE = 2
"""Times as many characters are looked at, to search texts of a kind together."""
_MOSTLY_ASCII = 4
"""Texts with more than a byte in so many beyond ASCII are folded in another way."""
_BEGINNING = 500
"""Characters by which the script of a text is known well enough to search it with others like it."""
_LONG = 250_000
"""Bytes of folded text from which on it is searched piece by piece; stored texts have 200,000 characters at most."""
_PIECE = 2_048
"""Bytes of a piece: names inside one another (a, aa, aaa …) give a hit for each of them at every letter."""
MAX_HITS = 500_000
"""Places kept of one text, the first ones. No stored item has so many words."""


class Search:
    """Looks for terms, given by their numbers; reads like a value and may be shared between threads."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._by_text = forms_of(terms)
        self._forms = tuple(self._by_text.values())
        self._lengths = tuple(map(len, self._by_text))
        self._longest = max((len(form.encode()) for form in self._by_text), default=0)

    @cached_property
    def _automaton(self) -> ahocorasick_rs.BytesAhoCorasick:
        """For texts one by one; few programs need both this and the next."""
        return automaton_of([form.encode() for form in self._by_text])

    @cached_property
    def _together(self) -> Together:
        from monitor.matching.together import Together

        return Together(self._by_text)

    def hits(self, title: str, text: str) -> list[Hit]:
        """Return where each term stands, in reading order, each place once."""
        hits = self.hits_in_any_order(title, text)
        return sorted(set(hits)) if len(hits) > 1 else hits

    def hits_in_any_order(self, title: str, text: str) -> list[Hit]:
        """Return where each term stands, some places perhaps twice."""
        hits: list[Hit] = []
        # One search is cheaper than two, and no term reaches across this sign.
        folded = fold_tight(f"{title}{BETWEEN}{text}" if title else text)
        body = len(title) + len(BETWEEN) if title else 0
        searched, offsets, forms = folded.text, folded.offsets, self._forms
        for form, start, end in self._found(searched):
            # starts_word and span_of, written out for what most hits are: inside a longer word, or just the listed word
            if start and not STARTS[searched[start - 1 : start + 1]] and not is_parted(folded, start):
                continue
            is_whole = end == len(searched) or ENDS[searched[end - 1 : end + 1]]
            for term, pattern, is_plain in forms[form]:
                first, last = offsets[start], offsets[end - 1] + 1
                if not is_plain or not is_whole or last != offsets[end]:
                    span = span_of(folded, start, end, pattern)
                    if span is None:
                        continue
                    first, last = span
                hits.append((0, first, -last, term) if first < body else (1, first - body, body - last, term))
            if len(hits) > MAX_HITS:
                break
        return hits

    def hits_of_each(self, contents: Iterable[tuple[str, str]]) -> Iterator[list[Hit]]:
        """Yield for each (title, text) what ``hits`` returns, a few dozen of them searched together."""
        waiting: list[tuple[str, str]] = []
        size = 0
        for content in contents:
            waiting.append(content)
            size += len(content[0]) + len(content[1])
            if size > _SEEN_AT_ONCE * MAX_TOGETHER:
                yield from self._hits_of_all(waiting)
                waiting, size = [], 0
        yield from self._hits_of_all(waiting)

    def _hits_of_all(self, contents: Sequence[tuple[str, str]]) -> Iterator[list[Hit]]:
        """Yield what ``hits_of_each`` does; texts of a kind are searched together."""
        if len(contents) == 1:
            yield self.hits(*contents[0])
            return
        answers: list[list[Hit]] = [[]] * len(contents)
        together: dict[int, list[int]] = {}
        sizes: dict[int, int] = {}
        for number, (title, text) in enumerate(contents):
            kind = _kind_of_text(text)
            sizes[kind] = sizes.get(kind, 0) + len(title) + len(text)
            if sizes[kind] > MAX_TOGETHER and kind in together:
                self._search_together(contents, together.pop(kind), answers)
                sizes[kind] = len(title) + len(text)
            together.setdefault(kind, []).append(number)
        for numbers in together.values():
            self._search_together(contents, numbers, answers)
        yield from answers

    def _search_together(
        self, contents: Sequence[tuple[str, str]], numbers: Sequence[int], answers: list[list[Hit]]
    ) -> None:
        if len(numbers) == 1:
            answers[numbers[0]] = self.hits(*contents[numbers[0]])
            return
        found = self._together.hits_of_each([contents[number] for number in numbers])
        for number, hits in zip(numbers, found, strict=True):
            answers[number] = hits

    def _found(self, searched: str) -> Iterable[tuple[int, int, int]]:
        """Return (form, start, end) of everything the automaton finds in folded text, in the order of their ends."""
        written = searched.encode()
        found: Iterable[tuple[int, int, int]]
        if len(written) > _LONG:
            found = self._found_in_pieces(written)
        else:
            found = self._automaton.find_matches_as_indexes(written, overlapping=True)
        return found if len(written) == len(searched) else self._in_characters(written, found)

    def _found_in_pieces(self, written: bytes) -> Iterator[tuple[int, int, int]]:
        for begin in range(0, len(written), _PIECE):
            # What ends in this piece may have begun before it.
            first = max(0, begin - self._longest)
            piece = written[first : begin + _PIECE]
            for form, start, end in self._automaton.find_matches_as_indexes(piece, overlapping=True):
                if first + end > begin:
                    yield form, first + start, first + end

    def _in_characters(self, written: bytes, found: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
        lengths = self._lengths
        seen = place = 0
        for form, _, end in found:
            place += len(written[seen:end].decode())
            seen = end
            yield form, place - lengths[form], place


def _kind_of_text(text: str) -> int:
    """Return a number for texts that fold in the same way, the costliest last."""
    if text.isascii():
        return 0
    beginning = text[:_BEGINNING]
    beyond = len(beginning.encode("utf-8", "surrogatepass")) - len(beginning)
    return 1 if beyond * _MOSTLY_ASCII < len(beginning) else 2
