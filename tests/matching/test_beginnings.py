"""Forms are found at exactly the places where they stand."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.beginnings import Beginnings, Text

# Few letters and some long forms, so that many begin with one another.
letters = st.sampled_from([b"a", b"b", b" ", b"ab", b"abab", b"aaaaaaaa"])
forms = st.sets(st.lists(letters, min_size=1, max_size=7).map(b"".join) | st.binary(min_size=1, max_size=30)).map(
    lambda found: {number: form.replace(b"\0", b"a") for number, form in enumerate(sorted(found))}
)


def found(listed: dict[int, bytes], text: bytes) -> list[tuple[int, int, int]]:
    beginnings, signs = Beginnings(listed), Text(text)
    places = beginnings.may_be_at(signs, np.arange(len(text)))
    return sorted(
        hit for form, start, end in beginnings.at(signs, places) for hit in zip(form, start, end, strict=True)
    )


def test_a_form_is_found_where_it_stands_and_so_is_what_it_begins_with() -> None:
    listed = {7: b"quetta", 3: b"quetta police station", 5: b"q", 9: b"quetta polo"}
    text = b" quetta police station"
    assert found(listed, text) == [(3, 1, 22), (5, 1, 2), (7, 1, 7)]


def test_places_at_the_very_end_are_read_as_far_as_the_text_goes() -> None:
    assert found({0: b"ab", 1: b"abc", 2: b"c"}, b"abcab") == [(0, 0, 2), (0, 3, 5), (1, 0, 3), (2, 2, 3)]
    assert found({0: b"ab"}, b"") == []
    assert found({}, b"ab") == []


@given(forms, st.lists(letters, max_size=12).map(b"".join) | st.binary(max_size=60))
def test_what_is_found_are_all_forms_at_all_places(listed: dict[int, bytes], text: bytes) -> None:
    listed = {number: form for form, number in {form: number for number, form in listed.items()}.items()}
    text = text.replace(b"\0", b"b")
    assert found(listed, text) == sorted(
        (number, place, place + len(form))
        for number, form in listed.items()
        for place in range(len(text))
        if text.startswith(form, place)
    )


@given(forms, st.data())
def test_a_long_form_in_a_text_is_found(listed: dict[int, bytes], data: st.DataObject) -> None:
    listed = {number: form for form, number in {form: number for number, form in listed.items()}.items()}
    if listed:
        number = data.draw(st.sampled_from(sorted(listed)))
        assert (number, 1, 1 + len(listed[number])) in found(listed, b"a" + listed[number] + b"b")
