"""Find where listed terms stand: one automaton for all of them, then a judgement of each of its hits.

The automaton sees bytes and knows no words. Which hits are the listed words is judged for one text in plain Python, and
for many texts at once in arrays, which leave to Python what is seldom: short forms, plurals, lost signs within.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import ahocorasick_rs

from monitor.matching.spans import ENDS, STARTS, is_parted, may_end, may_start, span_of
from monitor.matching.terms import Pattern, patterns_of
from monitor.text.characters import Kind
from monitor.text.fold import Folded, fold_tight
from monitor.text.fold_tables import code_points, kinds_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Numbers = NDArray[np.int64]
    _Mask = NDArray[np.bool_]

Hit = tuple[int, int, int, int]
"""Field (0 title, 1 body), start, end with its sign turned, term: sorted in reading order, the wider first."""
_Forms = tuple[tuple[tuple[int, Pattern, bool], ...], ...]
"""By form, the terms it may mean, each with what a hit must fulfil and whether that is nothing special."""
BETWEEN = "\x1f"
"""Stands between texts that are searched as one: a sign that nothing folds away or spans."""
MAX_TABLE = 8 * 1024**2
"""Bytes for an automaton that looks its next state up (DFA): in half the time of one that searches for it, as long as
most of what it looks at stays near the core."""
MAX_TOGETHER = 32_000
"""Characters of texts that are searched as one; arrays for more no longer fit into a core's own memory."""
_SEEN_AT_ONCE = 4
"""Times as many characters are looked at, to search texts of a kind together."""
_MOSTLY_ASCII = 4
"""Texts with more than a byte in so many beyond ASCII are folded in another way."""
_LONGEST_ENDING = 16
"""Letters after a hit of ``word*`` among which the end of the word is sought for all hits at once."""


_LONG = 250_000
"""Bytes of folded text from which on it is searched piece by piece; stored texts have 200,000 characters at most."""
_PIECE = 2_048
"""Bytes of a piece: names inside one another (a, aa, aaa …) give a hit for each of them at every letter."""
MAX_HITS = 500_000
"""Places kept of one text, the first ones. No stored item has so many words."""


class Search:
    """Looks for terms, given by their numbers; reads like a value and may be shared between threads."""

    def __init__(self, terms: Iterable[str]) -> None:
        forms: dict[str, list[tuple[int, Pattern, bool]]] = defaultdict(list)
        for number, text in enumerate(terms):
            for pattern in patterns_of(text):
                is_plain = pattern.capitals is None and not pattern.is_prefix and not pattern.is_dotted
                forms[pattern.text].append((number, pattern, is_plain))
        self._forms: _Forms = tuple(map(tuple, forms.values()))
        self._lengths = tuple(map(len, forms))
        self._longest = max((len(form.encode()) for form in forms), default=0)
        self._automaton = _automaton([form.encode() for form in forms])
        self._traits: _Traits | None = None

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
        chosen = [contents[number] for number in numbers]
        # One sign before the first and one after the last: every hit has neighbours.
        joined = BETWEEN.join(chain(("",), chain.from_iterable(chosen), ("",)))
        for number, hits in zip(numbers, self._judged(joined, chosen), strict=True):
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

    def _judged(self, joined: str, contents: Sequence[tuple[str, str]]) -> Iterator[list[Hit]]:
        """Yield the hits in each of some texts, which stand in ``joined`` one after the other."""
        import numpy as np

        folded = fold_tight(joined)
        written = folded.text.encode()
        found = self._automaton.find_matches_as_indexes(written, overlapping=True)
        first, last, term = self._places(folded, *_characters(written, found))
        order = np.lexsort((term, -last, first))
        first, last, term = first[order], last[order], term[order]
        titles, bodies, ends = _borders(contents)
        item = np.searchsorted(ends, first, "right")
        in_body = first >= bodies[item]
        begin = np.where(in_body, bodies[item], titles[item])
        fields = in_body.astype(np.int64)
        hits = list(zip(fields.tolist(), (first - begin).tolist(), (begin - last).tolist(), term.tolist(), strict=True))
        stops = np.searchsorted(item, np.arange(1, len(contents) + 1)).tolist()
        before = 0
        for stop in stops:
            # one place may have been found in two forms
            own = hits[before:stop]
            yield own if stop - before < 2 or len(set(own)) == len(own) else sorted(set(own))
            before = stop

    def _places(
        self, folded: Folded, form: _Numbers, start: _Numbers, end: _Numbers
    ) -> tuple[_Numbers, _Numbers, _Numbers]:
        """Return start and end in the original, and term, of the hits that are the listed words, in no order.

        Every hit has characters before and after it.
        """
        import numpy as np

        traits = self._traits = self._traits or _traits_of(self._forms)
        signs = _Signs(folded)
        begins = signs.begin_word(start)
        form, start, end = form[begins], start[begins], end[begins]
        way, is_tight = traits.way[form], signs.are_tight(end)
        is_whole = signs.may_end(end)
        is_plain, is_prefix = way == _PLAIN, way == _PREFIX
        is_known = is_plain & is_whole & is_tight
        # Of what is not whole and lost no sign, only plurals may be words.
        is_doubtful = (way == _OTHER) | (
            is_plain & ~is_known & (~is_tight | (traits.takes_plural[form] & signs.are_es(end)))
        )
        is_doubtful |= (way == _CAPITALS) & ~signs.are_small(start)
        endings = np.flatnonzero(is_prefix)
        if endings.size:
            stop, is_sure = signs.ends_of_words(end[endings])
            end[endings] = stop
            is_known[endings] = is_sure
            is_doubtful[endings] = ~is_sure
        rest = [
            (first, last, term)
            for number in np.flatnonzero(is_doubtful).tolist()
            for first, last, term in self._looked_at(folded, int(form[number]), int(start[number]), int(end[number]))
        ]
        form, start, end = form[is_known], start[is_known], end[is_known]
        known = (folded.places(start), folded.places(end - 1) + 1, traits.term[form])
        if not rest:
            return known
        first, last, term = np.concatenate([np.stack(known), np.array(rest, np.int64).T], axis=1)
        return first, last, term

    def _looked_at(self, folded: Folded, form: int, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        for term, pattern, _ in self._forms[form]:
            span = span_of(folded, start, end, pattern)
            if span is not None:
                yield *span, term


class _Traits(NamedTuple):
    """What is to be known of each form, as arrays."""

    term: _Numbers
    """The only term it may mean; -1 if there are several."""
    way: _Numbers
    takes_plural: _Mask


_PLAIN, _PREFIX, _CAPITALS, _OTHER = range(4)


def _traits_of(forms: _Forms) -> _Traits:
    import numpy as np

    def way(terms: tuple[tuple[int, Pattern, bool], ...]) -> int:
        pattern = terms[0][1]
        if len(terms) > 1 or pattern.is_dotted or (pattern.is_prefix and pattern.capitals):
            return _OTHER
        if pattern.capitals is not None:
            return _CAPITALS if pattern.capitals[0] else _OTHER
        return _PREFIX if pattern.is_prefix else _PLAIN

    return _Traits(
        np.array([terms[0][0] if len(terms) == 1 else -1 for terms in forms], np.int64),
        np.array([way(terms) for terms in forms], np.int64),
        np.array([terms[0][1].takes_plural for terms in forms], np.bool_),
    )


class _Signs:
    """Folded text as arrays, to ask about many places at once."""

    def __init__(self, folded: Folded) -> None:
        import numpy as np

        self._folded = folded
        self._codes = code_points(folded.text)
        self._after_gap = np.zeros(len(folded.text) + 1, np.bool_)
        if folded.gaps is not None:
            self._after_gap[folded.gaps] = True

    def are_tight(self, places: _Numbers) -> _Mask:
        """Return whether nothing of the original vanished before some characters."""
        return ~self._after_gap[places]

    def begin_word(self, places: _Numbers) -> _Mask:
        """Return what ``starts_word`` does."""
        import numpy as np

        begins = self._tested(_tables()[0], places)
        for number in np.flatnonzero(~begins & self._after_gap[places]).tolist():
            begins[number] = is_parted(self._folded, int(places[number]))
        return begins

    def may_end(self, places: _Numbers) -> _Mask:
        """Return what ``ends_word`` does, where nothing vanished."""
        return self._tested(_tables()[1], places)

    def are_es(self, places: _Numbers) -> _Mask:
        """Return where a plural ending may stand."""
        codes = self._codes[places]
        are_es: _Mask = (codes == ord("s")) | (codes == ord("e"))
        return are_es

    def are_small(self, places: _Numbers) -> _Mask:
        """Return where the original has a small letter of ASCII; others are not seen."""
        import numpy as np

        original = self._folded.original
        chosen = [original[place] for place in self._folded.places(places).tolist()]
        return np.array(["a" <= character <= "z" for character in chosen], np.bool_)

    def ends_of_words(self, places: _Numbers) -> tuple[_Numbers, _Mask]:
        """Return where words end that go on at some places, and whether that is sure."""
        import numpy as np

        at = np.minimum(places[:, None] + np.arange(_LONGEST_ENDING), len(self._codes) - 1)
        ends = self._tested(_tables()[1], at)
        stops = places + ends.argmax(1)
        is_sure = ends.any(1) & (self._folded.places(stops) - self._folded.places(places - 1) == stops - places + 1)
        return np.where(is_sure, stops, places), is_sure

    def _tested(self, table: _Mask, places: _Numbers) -> _Mask:
        """Return what a table says of the kinds of characters and of those before them."""
        kinds = kinds_of()
        says: _Mask = table[kinds[self._codes[places - 1]], kinds[self._codes[places]]]
        return says


@cache
def _tables() -> tuple[_Mask, _Mask]:
    """Return by the kinds of two neighbours whether a word may start, and may end, between them."""
    import numpy as np

    starts, ends = ([[decide(left, right) for right in Kind] for left in Kind] for decide in (may_start, may_end))
    return np.array(starts, np.bool_), np.array(ends, np.bool_)


def _borders(contents: Sequence[tuple[str, str]]) -> tuple[_Numbers, _Numbers, _Numbers]:
    """Return where titles and texts begin, and where texts end, when joined with a sign before and between them."""
    import numpy as np

    titles, bodies, ends = [], [], []
    place = 0
    for title, text in contents:
        titles.append(place + 1)
        bodies.append(place + 1 + len(title) + 1)
        place = bodies[-1] + len(text)
        ends.append(place)
    return np.array(titles, np.int64), np.array(bodies, np.int64), np.array(ends, np.int64)


def _characters(written: bytes, found: Sequence[tuple[int, int, int]]) -> _Numbers:
    """Return hits in encoded text as an array of shape (3, n): forms, and their starts and ends in characters."""
    import numpy as np

    hits = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3).T
    if not written.isascii():
        continued = np.flatnonzero((np.frombuffer(written, np.uint8) & 0xC0) == 0x80)
        hits[1:] -= np.searchsorted(continued, hits[1:])
    return hits


def _kind_of_text(text: str) -> int:
    """Return a number for texts that fold in the same way, the costliest last."""
    if text.isascii():
        return 0
    return 1 if (len(text.encode("utf-8", "surrogatepass")) - len(text)) * _MOSTLY_ASCII < len(text) else 2


def _automaton(forms: Sequence[bytes]) -> ahocorasick_rs.BytesAhoCorasick:
    signs = len(set(b"".join(forms))) + 1
    size = 4 * sum(map(len, forms)) << signs.bit_length()
    kind = ahocorasick_rs.Implementation.DFA if size <= MAX_TABLE else None
    return ahocorasick_rs.BytesAhoCorasick(forms, implementation=kind)
