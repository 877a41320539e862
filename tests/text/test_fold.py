"""Folding: what is compared as equal, and where each folded character came from."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.characters import KINDS, Kind, fold_character
from monitor.text.fold import SHORT, fold, fold_tight, fold_tight_signs, slice_of
from monitor.text.fold_tables import SIGNS
from monitor.text.terms import fold_term

LETTERS = (
    "aZéßİıñ’'ʿ -–—_\n\r\t\u2028\u2029\u00a0\u00ad\u200b\u200c\u200d,،.ta"
    "طانيىیكکةهہأآا\u064e\u0650\u0640ﷲ۔तािी\u093cกิ中港がか\u3099ﾀﾞ１٣۳\ud800Ａ"
)
texts = st.text() | st.text(alphabet=LETTERS)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("GWADAR Straße", "gwadar straße"),
        ("Dāsū, Đồng, Łódź, Øst", "dasu, dong, lodz, ost"),
        ("İstanbul ISPARTA ıslak", "istanbul isparta islak"),
        ("Σίγμας", "σιγμασ"),
        ("ёлка Йод", "елка иод"),
        ("e\u0301té", "ete"),
        ("Jama’at Jama‘at Jamaʿat Jama`at Jama´at", "jama'at jama'at jama'at jama'at jama'at"),
        ("a – b—c\u00a0d_e‑f", "a b c d e f"),
        ("half\u200cspace", "half space"),
        ("wrapped\nline", "wrapped line"),
        ("wrapped\r\nline", "wrapped line"),
        ("one\n\ntwo", "one\ntwo"),
        ("one \n\t\n - two", "one\ntwo"),
        ("one\u2029two", "one\ntwo"),
        ("so\u00adft, ze\u200bro, jo\u2060in", "soft, zero, join"),
        ("تَحرِیکِ", "تحریک"),
        ("طـالـبان", "طالبان"),
        ("ي ى ی ك ک ة ه ہ ۃ أ إ آ ا", "ی ی ی ک ک ه ه ه ه ا ا ا ا"),
        ("ﻃﺎﻟﺒﺎﻥ", "طالبان"),
        ("ज़िम्मेदारी", "जिम्मेदारी"),
        ("तालिबान", "तालिबान"),
        ("か\u3099は\u309a", "がぱ"),
        ("각각", "각각"),
        ("ＴＴＰ１２ ٣۴५", "ttp12 345"),
        ("卡拉奇·港", "卡拉奇·港"),
        ("卡拉奇・港", "卡拉奇·港"),
        ("𝗧𝗧𝗣", "ttp"),
        ("\ud800x\0", "\ufffdx"),
        ("", ""),
    ],
)
def test_what_is_compared_as_equal(text: str, folded: str) -> None:
    assert fold(text).text == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Jama'at", "jamaat"),
        ("a ' b", "a b"),
        ("لشکر طیبہ", "لشکرطیبه"),
        ("تحریک‌طالبان", "تحریکطالبان"),
        ("TTP نے کہا", "ttp نےکها"),
        ("گوادر، تربت", "گوادر، تربت"),
        ("ایک\n\nدو", "ایک\nدو"),
        ("کہا۔ پھر", "کها۔ پھر"),
        ("瓜达\n尔", "瓜达尔"),
        ("瓜达 \n 尔", "瓜达尔"),
        ("瓜达 尔", "瓜达 尔"),
        ("瓜达\n\n尔", "瓜达\n尔"),
        ("瓜达。\n尔", "瓜达。 尔"),
        ("港\nport", "港 port"),
    ],
)
def test_the_tight_form_drops_what_tells_no_names_apart(text: str, folded: str) -> None:
    assert fold_tight(text).text == folded


@given(texts)
def test_a_term_is_folded_as_the_text_it_is_found_in(text: str) -> None:
    assert fold_term(text) == fold_tight(text).text


@pytest.mark.parametrize(
    "text", ["각\u1100\u1161", "ক\u09c7\u09be \u2029x", "瓜\u2029达", "a\u2029\u200cb", "\u3099か\u3099"]
)
def test_a_term_in_pieces_is_folded_as_the_text_it_is_found_in(text: str) -> None:
    assert fold_term(text) == fold_tight(text).text


def test_places_lead_back_to_the_original() -> None:
    folded = fold("Da\u0304su\u0304  – dam")
    assert folded.text == "dasu dam"
    assert list(folded.offsets) == [0, 1, 3, 4, 6, 10, 11, 12, 13]
    assert slice_of(folded, 0, 4) == (0, 6)
    assert slice_of(folded, 5, 8) == (10, 13)
    assert slice_of(folded, 3, 3) == (4, 4)


def test_marks_on_the_last_letter_belong_to_a_slice_and_separators_do_not() -> None:
    text = "تَحرِیکِ طالبان"
    start, end = slice_of(fold_tight(text), 0, 5)
    assert text[start:end] == "تَحرِیکِ"


def plain_fold(text: str, *, is_tight: bool) -> list[tuple[str, int]]:
    """Fold one character after the other, the slow and obvious way."""
    folded: list[tuple[str, int]] = []
    breaks = 0
    place = 0
    while place < len(text):
        character, width = text[place], 1
        if not unicodedata.is_normalized("NFC", text):
            for length in (3, 2):
                pieces = text[place : place + length]
                joined = unicodedata.normalize("NFC", pieces)
                if len(pieces) == length and len(joined) == 1 and KINDS[joined] in {Kind.UNSPACED, Kind.HANGUL}:
                    character, width = joined, length
                    break
        one = fold_character(character)
        if one in {" ", "\n"}:
            weight = 2 if character == "\u2029" else int(one == "\n")
            if folded and folded[-1][0] in {" ", "\n", WRAP}:
                breaks += weight
            else:
                breaks = weight
                folded.append((" ", place))
            folded[-1] = ("\n" if breaks >= 2 else WRAP if breaks else " ", folded[-1][1])
        elif one and not (is_tight and one == "'"):
            folded.append((one, place))
        place += width
    if is_tight:
        folded = [pair for number, pair in enumerate(folded) if not is_inside_name(folded, number)]
    return [(" " if one == WRAP else one, place) for one, place in folded]


WRAP = "\v"


def is_inside_name(folded: list[tuple[str, int]], number: int) -> bool:
    one = folded[number][0]
    if one not in {" ", WRAP} or not 0 < number < len(folded) - 1:
        return False
    kinds = {KINDS[folded[number - 1][0]], KINDS[folded[number + 1][0]]}
    return kinds == {Kind.ARABIC} or (one == WRAP and kinds <= {Kind.UNSPACED, Kind.UNSPACED_MARK})


@given(texts, st.booleans())
def test_the_fast_fold_agrees_with_the_plain_one(text: str, is_tight: bool) -> None:
    folded = fold_tight(text) if is_tight else fold(text)
    expected = plain_fold(text, is_tight=is_tight)
    assert list(zip(folded.text, folded.offsets, strict=False)) == expected
    assert folded.offsets[len(folded.text)] == len(text)


@given(texts, st.booleans())
def test_long_texts_fold_as_short_ones_do(text: str, is_tight: bool) -> None:
    """They go another way; the same for each of many that are folded together."""
    long = f"{text}\x1f{'x' * SHORT}\x1f{text}"
    folded = fold_tight(long) if is_tight else fold(long)
    filling = [("x", len(text) + 1 + number) for number in range(SHORT)]
    rest = len(text) + 1 + SHORT
    expected = [
        *plain_fold(f"{text}\x1f", is_tight=is_tight),
        *filling,
        *((one, rest + place) for one, place in plain_fold(f"\x1f{text}", is_tight=is_tight)),
    ]
    assert list(zip(folded.text, folded.offsets, strict=False)) == expected
    assert folded.places(np.arange(len(folded.text))).tolist() == [place for _, place in expected]


@given(texts, st.sampled_from(["", "x" * SHORT]))
def test_signs_say_what_ascii_is_and_of_what_kind_the_rest(text: str, filling: str) -> None:
    folded = fold_tight_signs(f"{text}\x1f{filling}")
    expected = fold_tight(f"{text}\x1f{filling}")
    assert (folded.text, list(folded.offsets)) == (expected.text, list(expected.offsets))
    assert list(folded.signs) == [ord(one) if one.isascii() else SIGNS[KINDS[one]] for one in expected.text]
    letters = [] if folded.letters is None else folded.letters.tolist()
    assert letters == [ord(one) for one in expected.text if not one.isascii()]


@given(texts, st.data())
def test_parts_are_stretches_of_the_text_and_know_their_places(text: str, data: st.DataObject) -> None:
    whole = fold_tight_signs(text)
    bounds = st.lists(st.integers(0, len(whole.signs)), min_size=2, max_size=2).map(sorted)
    asked = np.array(data.draw(st.lists(bounds, min_size=1)), np.int64)
    for (first, last), part in zip(asked.tolist(), whole.parts(*asked.T), strict=True):
        assert part.text == whole.text[first:last]
        assert list(part.offsets) == list(whole.offsets[first : last + 1])
        assert part.original == text


@pytest.mark.parametrize("sign", ["'", "\u00ad", "\u200b", "\u064e"])
def test_many_signs_left_out_one_after_the_other_part_no_run(sign: str) -> None:
    text = f"a {sign * 700} b{sign * 700} c \n{sign}\n d"
    assert fold_tight(text).text == "a b c\nd"
    assert fold_tight(text * 20).text == "a b c\nd" * 20


@given(texts)
def test_each_character_becomes_at_most_one_and_keeps_its_order(text: str) -> None:
    for folded in (fold(text), fold_tight(text)):
        offsets = list(folded.offsets)
        assert len(offsets) == len(folded.text) + 1
        assert all(left < right for left, right in pairwise(offsets))


# Without the Indic dot below: it would come between a kana and its voicing mark, which no text writes.
@given(st.text(st.characters(max_codepoint=0x1AFF)) | st.text(alphabet=LETTERS.replace("\u093c", "")))
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)).text == fold(unicodedata.normalize("NFC", text)).text


@given(st.characters())
def test_one_character_becomes_at_most_one_and_stays_so(character: str) -> None:
    folded = fold_character(character)
    assert len(folded) <= 1
    assert not folded or fold_character(folded) == folded


def test_letters_that_came_in_pieces_are_seen_in_folded_text() -> None:
    """The fast fold looks for pieces to join only where something folds to U+0900 or higher."""
    vowels = "\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0c56\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dca\u0dcf\u0ddf\u102e"
    pieces = [*vowels, "\u3099", "\u309a", *map(chr, range(0x1161, 0x1176)), *map(chr, range(0x11A8, 0x11C3))]
    assert all(fold_character(piece) >= "\u0900" for piece in pieces)


@pytest.mark.parametrize("around", ["", "…", "€5 ", "é", "ß", "क", "—"])
def test_runs_and_signs_left_out_are_placed_whatever_stands_beside_them(around: str) -> None:
    text = f"{around}'a' \u200b b\n \nc\nd  e\u00ad{around}"
    folded = fold_tight(text)
    assert [text[place] for place in folded.offsets[: len(folded.text)] if text[place] in "abcde"] == list("abcde")
    assert folded.text.strip("…€5 éeßक") == "a b\nc d"
