"""Search many texts as one: folded once, their words looked up and their hits judged in arrays.

Most of what an automaton finds of listed names stands inside other words, and most letters of a text are inside of
words. So what is written in ASCII is looked up where words begin (``beginnings``), and an automaton searches only texts
that hold other letters. Left to Python is what is seldom: short forms, plurals in -es, lost signs within.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.matching.beginnings import Beginnings, FormHits, Mask, Numbers, Text
from monitor.matching.forms import BETWEEN, Hit, Meanings, automaton_of
from monitor.matching.spans import is_parted, may_end, may_start, parts_words, span_of
from monitor.text.characters import KINDS, Kind
from monitor.text.fold import Folded, fold_tight_signs
from monitor.text.fold_tables import SIGNS

_KIND_OF_SIGN = {code: KINDS[chr(code)] for code in range(0x80)} | {sign: kind for kind, sign in SIGNS.items()}
_NO_LETTER, _LETTER, _DIGIT, _LEADING = range(4)
"""Of signs: words begin at letters where it changes, and at any other sign with which a form begins (.308)."""
_SEEN_BEFORE, _SEEN_AFTER = 4, 3
"""Characters around a hit that decide whether it is the listed word, unless that goes on to the end of its word."""
_LONGEST_ENDING = 16
"""Letters after a hit of ``word*`` among which the end of the word is sought for all hits at once."""


class Together:
    """Looks for the given forms in many texts at once; reads like a value and may be shared between threads."""

    def __init__(self, forms: Mapping[str, Meanings]) -> None:
        self._forms = tuple(forms.values())
        self._traits = _traits_of(self._forms)
        self._words = _WordForms({number: form.encode() for number, form in enumerate(forms) if form.isascii()})
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

    def _places(self, folded: Folded) -> FormHits:
        """Return start and end in the original, and term, of the hits that are the listed words, in no order."""
        signs = _Signs(folded)
        form, start, end = _joined([*self._words.found(folded), *self._other.found(folded, signs)])
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

    def _looked_at(self, folded: Folded, form: Numbers, start: Numbers, end: Numbers) -> Iterator[tuple[int, int, int]]:
        if not form.size:
            return
        has_star = self._traits.has_star[form]
        begin = np.maximum(start - _SEEN_BEFORE, 0)
        stop = np.minimum(end + np.where(has_star, _LONGEST_ENDING, _SEEN_AFTER), len(folded.signs))
        places = zip(form.tolist(), start.tolist(), end.tolist(), begin.tolist(), has_star.tolist(), strict=True)
        for (number, first, last, before, is_open), part in zip(places, folded.parts(begin, stop), strict=True):
            # a word that goes on beyond the part is followed in the whole text
            is_cut = is_open and " " not in part.text[last - before :]
            seen, shift = (folded, 0) if is_cut else (part, before)
            for term, pattern, _ in self._forms[number]:
                span = span_of(seen, first - shift, last - shift, pattern)
                if span is not None:
                    yield *span, term


class _WordForms:
    """Forms in ASCII, looked up wherever a word begins."""

    def __init__(self, forms: dict[int, bytes]) -> None:
        self._beginnings = Beginnings(forms)
        kinds = bytearray(map(_letter_kind, range(0x100)))
        for form in forms.values():
            kinds[form[0]] = kinds[form[0]] or _LEADING
        self._kinds = bytes(kinds)
        self._has_leading = _LEADING in kinds

    def found(self, folded: Folded) -> Iterator[FormHits]:
        """Yield where forms stand and a word begins."""
        text = Text(folded.signs)
        kinds = np.frombuffer(folded.signs.translate(self._kinds), np.uint8)
        begins = (kinds[1:] != kinds[:-1]) & (kinds[1:] != _NO_LETTER)
        if self._has_leading:
            begins |= kinds[1:] == _LEADING
        places = self._beginnings.may_be_at(text, np.flatnonzero(begins) + 1)
        if folded.gaps is not None:
            places = np.concatenate([places, self._behind_gaps(folded, folded.gaps, text, kinds)])
        yield from self._beginnings.at(text, places)

    def _behind_gaps(self, folded: Folded, gaps: Numbers, text: Text, kinds: NDArray[np.uint8]) -> Numbers:
        """Return where a form may begin within letters since a sign that parts words vanished before it."""
        inside = gaps[(kinds[gaps] == kinds[gaps - 1]) & (kinds[gaps] != _NO_LETTER)]
        lost = np.unique(self._beginnings.may_be_at(text, inside))
        around = zip(folded.places(lost - 1).tolist(), folded.places(lost).tolist(), strict=True)
        are_parted = [parts_words(folded.original[before + 1 : after]) for before, after in around]
        parted: Numbers = lost[np.array(are_parted, np.bool_)]
        return parted


def _letter_kind(sign: int) -> int:
    match _KIND_OF_SIGN.get(sign):
        case Kind.ALPHABET:
            return _LETTER
        case Kind.DIGIT:
            return _DIGIT
        case _:
            return _NO_LETTER


class _OtherForms:
    """Forms with letters beyond ASCII, looked for anywhere in texts that hold such letters."""

    def __init__(self, forms: dict[int, str]) -> None:
        self._automaton = automaton_of([form.encode() for form in forms.values()])
        self._numbers = np.array(list(forms), np.int64)
        self._is_asked = np.zeros(0x110000, np.bool_)
        """Of each form the first letter beyond ASCII: where none of them stands, there is no form."""
        for form in forms.values():
            self._is_asked[next(ord(letter) for letter in form if not letter.isascii())] = True

    def found(self, folded: Folded, signs: _Signs) -> Iterator[FormHits]:
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

    term: Numbers
    """The only term it may mean; -1 if there are several."""
    way: Numbers
    """``_PLAIN`` and ``_PREFIX`` (``word*``) where arrays can tell what a hit is, else ``_OTHER``."""
    has_star: Mask
    takes_plural: Mask
    asks_capital: Mask
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

    def are_tight(self, places: Numbers) -> Mask:
        """Return whether nothing of the original vanished before some characters."""
        return ~self._after_gap[places]

    def begin_word(self, places: Numbers) -> Mask:
        """Return what ``starts_word`` does."""
        begins = self._tested(_tables()[0], places)
        for number in np.flatnonzero(~begins & self._after_gap[places]).tolist():
            begins[number] = is_parted(self._folded, int(places[number]))
        return begins

    def may_end(self, places: Numbers) -> Mask:
        """Return what ``ends_word`` does, where nothing vanished."""
        return self._tested(_tables()[1], places)

    def are_plural(self, places: Numbers) -> Mask:
        """Return where a plural ending may stand."""
        signs = self.signs[places]
        are_plural: Mask = (signs == ord("s")) | (signs == ord("e")) & (self.signs[self._next(places)] == ord("s"))
        return are_plural

    def are_small(self, places: Numbers) -> Mask:
        """Return where the original has a small letter of ASCII; others are not seen."""
        original = self._folded.original
        chosen = [original[place] for place in self._folded.places(places).tolist()]
        return np.array(["a" <= character <= "z" for character in chosen], np.bool_)

    def ends_of_plurals(self, places: Numbers) -> tuple[Numbers, Mask, Mask]:
        """Return where words end behind a plural ending, whether they surely do, and whether they perhaps do."""
        after = self._next(places)
        is_es, is_tight, is_end = self.signs[places] == ord("e"), self.are_tight(after), self.may_end(after)
        is_sure = ~is_es & is_tight & is_end
        return np.where(is_sure, after, places), is_sure, is_es | ~is_tight

    def ends_of_words(self, places: Numbers) -> tuple[Numbers, Mask, Mask]:
        """Return where words end that go on at some places, whether that is sure, and whether it is not."""
        at = np.minimum(places[:, None] + np.arange(_LONGEST_ENDING), len(self.signs) - 1)
        ends = self._tested(_tables()[1], at)
        stops = places + ends.argmax(1)
        is_sure = ends.any(1) & (self._folded.places(stops) - self._folded.places(places - 1) == stops - places + 1)
        return np.where(is_sure, stops, places), is_sure, ~is_sure

    def _next(self, places: Numbers) -> Numbers:
        return np.minimum(places + 1, len(self.signs) - 1)

    def _tested(self, table: Mask, places: Numbers) -> Mask:
        """Return what a table says of characters and those before them."""
        says: Mask = table[self.signs[places - 1], self.signs[places]]
        return says


@cache
def _tables() -> tuple[Mask, Mask]:
    """Return by two neighbouring signs whether a word may start, and may end, between them."""
    kinds = [_KIND_OF_SIGN.get(sign, Kind.NONE) for sign in range(0x100)]
    starts, ends = (
        np.array([[decide(left, right) for right in Kind] for left in Kind], np.bool_)[np.ix_(kinds, kinds)]
        for decide in (may_start, may_end)
    )
    return starts, ends


def _as_arrays(found: Sequence[tuple[int, int, int]]) -> FormHits:
    """Return hits as three arrays."""
    first, second, third = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3).T
    return first, second, third


def _joined(found: Sequence[FormHits]) -> FormHits:
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    form, start, end = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return form, start, end


def _borders(contents: Sequence[tuple[str, str]]) -> tuple[Numbers, Numbers, Numbers]:
    """Return where titles and texts begin, and where texts end, when joined with a sign before and between them."""
    titles, bodies, ends = [], [], []
    place = 0
    for title, text in contents:
        titles.append(place + 1)
        bodies.append(place + 1 + len(title) + 1)
        place = bodies[-1] + len(text)
        ends.append(place)
    return np.array(titles, np.int64), np.array(bodies, np.int64), np.array(ends, np.int64)
