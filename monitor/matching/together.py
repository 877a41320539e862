"""Search many texts as one: folded once, run through the automaton once, its hits judged in arrays.

Most of what an automaton finds of listed names stands inside other words. So what begins with a letter or digit of
ASCII is looked for with the blank before it, in text whose other signs are blanks, where it is hardly met by chance;
words that begin without a blank (l'ISKP, 5km) are looked up by themselves. Left to Python is what is seldom: short
forms, plurals, lost signs within.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.matching.forms import BETWEEN, Hit, Meanings, automaton_of
from monitor.matching.spans import is_parted, may_end, may_start, parts_words, span_of
from monitor.text.characters import KINDS, Kind
from monitor.text.fold import Folded, fold_tight_signs
from monitor.text.fold_tables import SIGNS

_Numbers = NDArray[np.int64]
_Mask = NDArray[np.bool_]
_Found = tuple[_Numbers, _Numbers, _Numbers]
"""Of each hit the form, and where it begins and ends in folded text."""

_BLANK = 0x20
_KIND_OF_SIGN = {code: KINDS[chr(code)] for code in range(0x80)} | {sign: kind for kind, sign in SIGNS.items()}
_BLANKED = bytes(
    code if _KIND_OF_SIGN.get(code, Kind.NONE) in {Kind.ALPHABET, Kind.DIGIT} else _BLANK for code in range(0x100)
)
"""Every sign but letters and digits of alphabets as a blank: letters and digits of ASCII behind it begin words."""
_HEAD = 4
"""First letters of a form that are looked up before it is."""
_HASHES = 0x10000
_SEEN_BEFORE, _SEEN_AFTER = 4, 3
"""Characters around a hit that decide whether it is the listed word, unless it goes on to the end of its word."""
_LONGEST_ENDING = 16
"""Letters after a hit of ``word*`` among which the end of the word is sought for all hits at once."""


class Together:
    """Looks for the given forms in many texts at once; reads like a value and may be shared between threads."""

    def __init__(self, forms: Mapping[str, Meanings]) -> None:
        self._forms = tuple(forms.values())
        self._traits = _traits_of(self._forms)
        self._blanked = _BlankedForms({number: form.encode() for number, form in enumerate(forms) if form.isascii()})
        self._other = _OtherForms({number: form for number, form in enumerate(forms) if not form.isascii()})

    def hits_of_each(self, contents: Sequence[tuple[str, str]]) -> Iterator[list[Hit]]:
        """Yield for each (title, text) what ``Search.hits`` returns."""
        # One sign before the first and one after the last: every hit has neighbours.
        folded = fold_tight_signs(BETWEEN.join(chain(("",), chain.from_iterable(contents), ("",))))
        first, last, term = self._places(folded)
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

    def _places(self, folded: Folded) -> _Found:
        """Return start and end in the original, and term, of the hits that are the listed words, in no order."""
        signs = _Signs(folded)
        form, start, end = _joined([*self._blanked.found(folded, signs), *self._other.found(folded, signs)])
        traits = self._traits
        way, is_tight = traits.way[form], signs.are_tight(end)
        is_whole = signs.may_end(end)
        is_known = (way == _PLAIN) & is_whole & is_tight
        # Of what is not whole and lost no sign, only plurals and what was listed with a star may be words.
        is_doubtful = (is_whole | ~is_tight | traits.has_star[form]) & ~is_known
        is_plural = traits.takes_plural[form] & signs.are_plural(end) & ~is_known
        is_doubtful |= is_plural
        for chosen, ends in (
            (is_plural & is_tight & (way == _PLAIN), signs.ends_of_plurals),
            (way == _PREFIX, signs.ends_of_words),
        ):
            numbers = np.flatnonzero(chosen)
            if numbers.size:
                end[numbers], is_known[numbers], is_doubtful[numbers] = ends(end[numbers])
        capitals = np.flatnonzero(is_doubtful & traits.asks_capital[form])
        is_doubtful[capitals] = ~signs.are_small(start[capitals])
        rest = list(self._looked_at(folded, form[is_doubtful], start[is_doubtful], end[is_doubtful]))
        form, start, end = form[is_known], start[is_known], end[is_known]
        known = (folded.places(start), folded.places(end - 1) + 1, traits.term[form])
        if not rest:
            return known
        first, last, term = np.concatenate([np.stack(known), np.array(rest, np.int64).T], axis=1)
        return first, last, term

    def _looked_at(
        self, folded: Folded, form: _Numbers, start: _Numbers, end: _Numbers
    ) -> Iterator[tuple[int, int, int]]:
        if not form.size:
            return
        begin = np.maximum(start - _SEEN_BEFORE, 0)
        parts = folded.parts(begin, np.minimum(end + _SEEN_AFTER, len(folded.signs)))
        has_star = self._traits.has_star[form].tolist()
        places = zip(form.tolist(), start.tolist(), end.tolist(), begin.tolist(), strict=True)
        for (number, first, last, before), part, is_open in zip(places, parts, has_star, strict=True):
            seen, shift = (folded, 0) if is_open else (part, before)
            for term, pattern, _ in self._forms[number]:
                span = span_of(seen, first - shift, last - shift, pattern)
                if span is not None:
                    yield *span, term


class _BlankedForms:
    """Forms in ASCII, looked for where a word begins."""

    def __init__(self, forms: dict[int, bytes]) -> None:
        self._forms = forms
        blanked = [form.translate(_BLANKED) for form in forms.values()]
        # A form that begins with a sign (.308) has the blank that stands for it.
        is_led = [form[0] != _BLANK for form in blanked]
        self._automaton = automaton_of(
            [b" " + form if is_without else form for form, is_without in zip(blanked, is_led, strict=True)]
        )
        self._numbers = np.array(list(forms), np.int64)
        self._leads = np.array(is_led, np.int64)
        self._may_differ = np.array([b" " in form for form in blanked], np.bool_)
        """Whether there is a blank in it, for which another sign may stand in the text or in the form."""
        self._beginnings = _Beginnings(
            {number: form for (number, form), is_without in zip(forms.items(), is_led, strict=True) if is_without}
        )

    def found(self, folded: Folded, signs: _Signs) -> Iterator[_Found]:
        """Yield where forms stand and a word begins."""
        blanked = folded.signs.translate(_BLANKED)
        found = self._automaton.find_matches_as_indexes(blanked, overlapping=True)
        which, start, end = _as_arrays(found)
        start += self._leads[which]
        form = self._numbers[which]
        is_it = np.ones(len(form), np.bool_)
        for number in np.flatnonzero(self._may_differ[which]).tolist():
            is_it[number] = folded.signs[start[number] : end[number]] == self._forms[int(form[number])]
        yield form[is_it], start[is_it], end[is_it]
        are_blanks = np.frombuffer(blanked, np.uint8)
        unled = [
            hit
            for place in self._without_blank(folded, signs, are_blanks)
            for hit in self._beginnings.at(folded.signs, place)
        ]
        if unled:
            yield _as_arrays(unled)

    def _without_blank(self, folded: Folded, signs: _Signs, blanked: NDArray[np.uint8]) -> list[int]:
        """Return where a word begins right behind the one before, and a form may."""
        is_digit = blanked - np.uint8(0x30) < 10
        changes = np.flatnonzero(is_digit[1:] != is_digit[:-1]) + 1
        gaps = folded.gaps
        places = changes if gaps is None else np.concatenate([changes, gaps])
        are_inside = np.flatnonzero((blanked[places] != _BLANK) & (blanked[places - 1] != _BLANK))
        are_inside = are_inside[self._beginnings.may_be_at(signs.signs, places[are_inside])]
        found: list[int] = places[are_inside[are_inside < len(changes)]].tolist()
        if gaps is None:
            return found
        lost = np.unique(places[are_inside[are_inside >= len(changes)]])
        around = zip(folded.places(lost - 1).tolist(), folded.places(lost).tolist(), lost.tolist(), strict=True)
        return [*found, *(gap for before, after, gap in around if parts_words(folded.original[before + 1 : after]))]


def _hash(*letters: Any) -> Any:
    """Return a hash of some letters, or of each column of arrays of them."""
    found = 0
    for letter in letters:
        found = (found * 31 + letter) % _HASHES
    return found


class _Beginnings:
    """Forms in ASCII, looked up one place at a time."""

    def __init__(self, forms: dict[int, bytes]) -> None:
        ordered = sorted((form, number) for number, form in forms.items())
        self._sorted = [form for form, _ in ordered]
        self._numbers = [number for _, number in ordered]
        self._longest = max(map(len, self._sorted), default=0)
        self._inner: list[int] = []
        """Of each form the place of the longest other one that it begins with, -1 if there is none."""
        self._may_be = np.zeros(_HASHES, np.bool_)
        """By the hash of four signs, whether a form begins so."""
        for place, form in enumerate(self._sorted):
            inner = place - 1
            while inner >= 0 and not form.startswith(self._sorted[inner]):
                inner = self._inner[inner]
            self._inner.append(inner)
            self._may_be[_hash(*form[:_HEAD])] = True
        self._short = sorted({len(form) for form in self._sorted if len(form) < _HEAD})

    def may_be_at(self, signs: NDArray[np.uint8], places: _Numbers) -> _Mask:
        """Return at which of some places a form may begin."""
        after = signs[np.minimum(places[:, None] + np.arange(_HEAD), len(signs) - 1)].T.astype(np.int64)
        may_be: _Mask = self._may_be[_hash(*after)]
        for length in self._short:
            may_be |= self._may_be[_hash(*after[:length])]
        return may_be

    def at(self, signs: bytes, place: int) -> Iterator[tuple[int, int, int]]:
        """Yield the number of each form that stands at a place, and where it begins and ends."""
        written = signs[place : place + self._longest]
        # Those it begins with are the last one that is not greater and what that one begins with, or some of them.
        found = bisect_right(self._sorted, written) - 1
        while found >= 0:
            form = self._sorted[found]
            if written.startswith(form):
                yield self._numbers[found], place, place + len(form)
            found = self._inner[found]


class _OtherForms:
    """Forms with letters beyond ASCII, looked for anywhere in texts that hold such letters."""

    def __init__(self, forms: dict[int, str]) -> None:
        self._automaton = automaton_of([form.encode() for form in forms.values()])
        self._numbers = np.array(list(forms), np.int64)
        self._is_asked = np.zeros(0x110000, np.bool_)
        """Of each form the first letter beyond ASCII: where none of them stands, there is no form."""
        for form in forms.values():
            self._is_asked[next(ord(letter) for letter in form if not letter.isascii())] = True

    def found(self, folded: Folded, signs: _Signs) -> Iterator[_Found]:
        """Yield where forms stand and a word begins."""
        letters = folded.letters
        if letters is None or not self._is_asked.take(letters).any():
            return
        written = folded.text.encode()
        which, start, end = _as_arrays(self._automaton.find_matches_as_indexes(written, overlapping=True))
        continued = np.flatnonzero((np.frombuffer(written, np.uint8) & 0xC0) == 0x80)
        start -= np.searchsorted(continued, start)
        end -= np.searchsorted(continued, end)
        begins = signs.begin_word(start)
        yield self._numbers[which[begins]], start[begins], end[begins]


class _Traits(NamedTuple):
    """What is to be known of each form, as arrays."""

    term: _Numbers
    """The only term it may mean; -1 if there are several."""
    way: _Numbers
    """``_PLAIN`` and ``_PREFIX`` (``word*``) where arrays can tell what a hit is, else ``_OTHER``."""
    has_star: _Mask
    takes_plural: _Mask
    asks_capital: _Mask
    """Whether the first letter of the original must be a capital, whatever it means."""


_PLAIN, _PREFIX, _OTHER = range(3)


def _traits_of(forms: Sequence[Meanings]) -> _Traits:
    patterns = [[pattern for _, pattern, _ in meanings] for meanings in forms]
    return _Traits(
        np.array([meanings[0][0] if len(meanings) == 1 else -1 for meanings in forms], np.int64),
        np.array([_way_of(meanings) for meanings in forms], np.int64),
        np.array([any(pattern.is_prefix for pattern in each) for each in patterns], np.bool_),
        np.array([any(pattern.takes_plural for pattern in each) for each in patterns], np.bool_),
        np.array([all(pattern.capitals and pattern.capitals[0] for pattern in each) for each in patterns], np.bool_),
    )


def _way_of(meanings: Meanings) -> int:
    (_, pattern, is_plain), *others = meanings
    if others:
        return _OTHER
    is_star = pattern.is_prefix and pattern.capitals is None
    return _PLAIN if is_plain else _PREFIX if is_star else _OTHER


class _Signs:
    """Folded text as an array of signs, to ask about many places at once."""

    def __init__(self, folded: Folded) -> None:
        self._folded = folded
        self.signs = np.frombuffer(folded.signs, np.uint8)
        self._after_gap = np.zeros(len(self.signs) + 1, np.bool_)
        if folded.gaps is not None:
            self._after_gap[folded.gaps] = True

    def are_tight(self, places: _Numbers) -> _Mask:
        """Return whether nothing of the original vanished before some characters."""
        return ~self._after_gap[places]

    def begin_word(self, places: _Numbers) -> _Mask:
        """Return what ``starts_word`` does."""
        begins = self._tested(_tables()[0], places)
        for number in np.flatnonzero(~begins & self._after_gap[places]).tolist():
            begins[number] = is_parted(self._folded, int(places[number]))
        return begins

    def may_end(self, places: _Numbers) -> _Mask:
        """Return what ``ends_word`` does, where nothing vanished."""
        return self._tested(_tables()[1], places)

    def are_plural(self, places: _Numbers) -> _Mask:
        """Return where a plural ending may stand."""
        signs = self.signs[places]
        are_plural: _Mask = (signs == ord("s")) | (signs == ord("e")) & (self.signs[self._next(places)] == ord("s"))
        return are_plural

    def are_small(self, places: _Numbers) -> _Mask:
        """Return where the original has a small letter of ASCII; others are not seen."""
        original = self._folded.original
        chosen = [original[place] for place in self._folded.places(places).tolist()]
        return np.array(["a" <= character <= "z" for character in chosen], np.bool_)

    def ends_of_plurals(self, places: _Numbers) -> tuple[_Numbers, _Mask, _Mask]:
        """Return where words end behind a plural ending, whether they surely do, and whether they perhaps do."""
        after = self._next(places)
        is_es, is_tight, is_end = self.signs[places] == ord("e"), self.are_tight(after), self.may_end(after)
        is_sure = ~is_es & is_tight & is_end
        return np.where(is_sure, after, places), is_sure, is_es | ~is_tight

    def ends_of_words(self, places: _Numbers) -> tuple[_Numbers, _Mask, _Mask]:
        """Return where words end that go on at some places, whether that is sure, and whether it is not."""
        at = np.minimum(places[:, None] + np.arange(_LONGEST_ENDING), len(self.signs) - 1)
        ends = self._tested(_tables()[1], at)
        stops = places + ends.argmax(1)
        is_sure = ends.any(1) & (self._folded.places(stops) - self._folded.places(places - 1) == stops - places + 1)
        return np.where(is_sure, stops, places), is_sure, ~is_sure

    def _next(self, places: _Numbers) -> _Numbers:
        return np.minimum(places + 1, len(self.signs) - 1)

    def _tested(self, table: _Mask, places: _Numbers) -> _Mask:
        """Return what a table says of characters and those before them."""
        says: _Mask = table[self.signs[places - 1], self.signs[places]]
        return says


@cache
def _tables() -> tuple[_Mask, _Mask]:
    """Return by two neighbouring signs whether a word may start, and may end, between them."""
    kinds = [_KIND_OF_SIGN.get(sign, Kind.NONE) for sign in range(0x100)]
    starts, ends = (
        np.array([[decide(left, right) for right in Kind] for left in Kind], np.bool_)[np.ix_(kinds, kinds)]
        for decide in (may_start, may_end)
    )
    return starts, ends


def _as_arrays(found: Sequence[tuple[int, int, int]]) -> _Found:
    """Return hits as three arrays."""
    first, second, third = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3).T
    return first, second, third


def _joined(found: Sequence[_Found]) -> _Found:
    if len(found) == 1:
        return found[0]
    form, start, end = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return form, start, end


def _borders(contents: Sequence[tuple[str, str]]) -> tuple[_Numbers, _Numbers, _Numbers]:
    """Return where titles and texts begin, and where texts end, when joined with a sign before and between them."""
    titles, bodies, ends = [], [], []
    place = 0
    for title, text in contents:
        titles.append(place + 1)
        bodies.append(place + 1 + len(title) + 1)
        place = bodies[-1] + len(text)
        ends.append(place)
    return np.array(titles, np.int64), np.array(bodies, np.int64), np.array(ends, np.int64)
