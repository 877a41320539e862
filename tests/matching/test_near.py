"""Near: hits of every group within some words of their neighbours, or in one sentence."""

from __future__ import annotations

import re
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.near import FEW_HITS, are_near, is_within, near_hits, near_spans
from monitor.matching.spacing import Distances, Words
from monitor.records import Evidence, Field


def hits(text: str, *words: str) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(Field.BODY, found.start(), found.end(), found[0], found[0])
        for word in words
        for found in re.finditer(re.escape(word), text)
    )


def quotes(found: tuple[Evidence, ...] | None) -> list[str] | None:
    return None if found is None else [evidence.quote for evidence in found]


@pytest.mark.parametrize(
    ("text", "words", "is_near"),
    [
        ("militants found a haven", 2, True),
        ("militants found a haven", 1, False),
        ("haven of militants", 1, True),
        ("militants’ well-known haven", 2, True),
        ("militants’ well-known haven", 1, False),
        ("militants haven", 0, True),
        ("militants, don't haven", 1, True),
        ("militants 我们知道 haven", 2, True),
        ("militants 我们知道 haven", 1, False),
        ("militants 我们知道了 haven", 2, False),
        ("militants बैठक हुई haven", 2, True),
        ("militants می\u200cرود haven", 1, True),
        ("militants کے محفوظ haven", 2, True),
    ],
)
def test_words_between_neighbours_are_counted(text: str, words: int, is_near: bool) -> None:
    found = near_hits(text, [hits(text, "militants"), hits(text, "haven")], words, sentence=False)
    assert (found is not None) is is_near


def test_neighbours_chain_so_the_ends_may_be_further_apart() -> None:
    text = "militants one two border three four haven"
    groups = [hits(text, "militants"), hits(text, "haven"), hits(text, "border")]
    assert quotes(near_hits(text, groups, 2, sentence=False)) == ["militants", "border", "haven"]
    assert near_hits(text, groups, 1, sentence=False) is None
    assert near_hits(text, groups[:2], 2, sentence=False) is None


def test_a_chain_that_begins_earlier_may_be_the_only_one_that_reaches_on() -> None:
    text = "w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13"
    groups = [
        hits(text, "w0", "w6 w7 w8 w9 w10", "w7"),
        hits(text, "w3", "w12 w13"),
        hits(text, "w9"),
    ]
    assert quotes(near_hits(text, groups, 1, sentence=False)) == ["w6 w7 w8 w9 w10", "w9", "w12 w13"]


def test_of_several_choices_the_closest_is_given() -> None:
    text = "militants one haven two three militants haven"
    found = near_hits(text, [hits(text, "militants"), hits(text, "haven")], 5, sentence=False)
    assert found is not None
    assert [evidence.start for evidence in found] == [30, 40]


def test_a_sentence_limits_without_a_word_count() -> None:
    text = "The militants fled. Gen. Li saw a haven and many other militants there."
    groups = [hits(text, "militants"), hits(text, "haven")]
    found = near_hits(text, groups, None, sentence=True)
    assert found is not None
    assert [evidence.start for evidence in found] == [34, 55]
    assert (
        near_hits(
            "militants fled. A haven.",
            [hits("militants", "militants"), hits("militants fled. A haven.", "haven")],
            9,
            sentence=True,
        )
        is None
    )


def test_one_hit_may_serve_two_groups() -> None:
    text = "the TTP base"
    assert quotes(near_hits(text, [hits(text, "TTP", "base"), hits(text, "TTP")], 0, sentence=False)) == ["TTP"]


def test_a_group_without_hits_is_never_near() -> None:
    assert near_hits("militants", [hits("militants", "militants"), ()], 5, sentence=False) is None
    assert near_hits("militants", [], 5, sentence=False) is None


def test_dense_text_is_searched_in_reasonable_time() -> None:
    text = "a b " * 20_000
    groups = [hits(text, "a"), hits(text, "b"), hits(text, "a"), hits(text, "b")]
    assert quotes(near_hits(text, groups, 50, sentence=False)) == ["a", "b"]


@given(st.lists(st.sampled_from(["a", "b", "c", "x"]), max_size=14), st.integers(0, 3))
def test_the_answer_is_that_of_trying_every_choice(words: list[str], limit: int) -> None:
    text = " ".join(words)
    groups = [hits(text, "a"), hits(text, "b"), hits(text, "c")]

    def is_near(choice: tuple[Evidence, ...]) -> bool:
        places = sorted(evidence.start // 2 for evidence in choice)
        return all(right - left - 1 <= limit for left, right in pairwise(places))

    choices = [choice for choice in product(*groups) if is_near(choice)]
    found = near_hits(text, groups, limit, sentence=False)
    assert (found is not None) is bool(choices)
    if found is not None:
        spread = min(max(hit.end for hit in choice) - min(hit.start for hit in choice) for choice in choices)
        assert found[-1].end - found[0].start == spread


@given(st.data())
def test_being_near_is_what_the_closest_hits_show(data: st.DataObject) -> None:
    text = " ".join(data.draw(st.lists(st.sampled_from(["a", "bb", "中文", "dd.", "ccc"]), min_size=1, max_size=12)))
    places = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 3)).map(
        lambda place: (place[0], min(place[0] + place[1], len(text)))
    )
    groups = data.draw(st.lists(st.lists(places, max_size=4), min_size=2, max_size=2))
    words = data.draw(st.none() | st.integers(0, 4))
    shown = [[Evidence(Field.BODY, start, end, text[start:end], "x") for start, end in group] for group in groups]
    assert are_near(text, groups, words) == (near_hits(text, shown, words, words is None) is not None)


texts = st.lists(
    st.sampled_from([*"ab. '’巴塔क़\u0300\u200c-_\n۔。T1", "  ", "TTP", "b."]) | st.characters(), max_size=25
).map("".join)


@given(texts, st.integers(0, 25), st.integers(0, 30), st.integers(0, 6))
def test_words_counted_between_two_places_are_those_of_the_whole_text(
    text: str, start: int, end: int, limit: int
) -> None:
    start, end = min(start, len(text)), min(end, len(text))
    units = Words(text).units_between(start, end)
    assert is_within(text, start, end, limit) is (units <= limit)
    assert Distances(text, [(start, end)]).units_between(start, end) == units


western = st.lists(st.sampled_from([*"ab1_ .'’-–é\xad€\n", " '", "'' ", "’s "]), max_size=25).map("".join)


@given(western, st.lists(st.integers(0, 40), min_size=2, max_size=6))
def test_words_of_western_text_are_counted_alike_between_any_of_many_places(text: str, drawn: list[int]) -> None:
    places = sorted(min(place, len(text)) for place in drawn)
    distances = Distances(text, [(place, place) for place in places])
    words = Words(text)
    for start, end in pairwise(places):
        assert distances.units_between(start, end) == words.units_between(start, end)
    assert distances.units_between(places[0], places[-1]) == words.units_between(places[0], places[-1])


def test_an_apostrophe_continues_a_word_and_begins_none() -> None:
    text = "don't '' ''tis dogs' 'a' 'b"
    assert Distances(text, [(0, len(text))]).units_between(0, len(text)) == 2 * 5
    assert Distances(text, [(3, 12)]).units_between(3, 12) == 2 * 1


@st.composite
def placed(draw: st.DrawFn) -> tuple[str, list[tuple[Evidence, ...]]]:
    text = draw(texts.filter(str.strip))
    starts = st.integers(0, len(text) - 1).filter(lambda place: not text[place].isspace())
    spans = st.tuples(starts, st.integers(1, 4)).map(lambda span: (span[0], min(len(text), sum(span))))
    groups = draw(st.lists(st.lists(spans, min_size=1, max_size=5), min_size=1, max_size=3))
    return text, [tuple(Evidence(Field.BODY, *span, text[slice(*span)], "") for span in group) for group in groups]


@given(placed(), st.none() | st.integers(0, 4))
def test_every_way_to_ask_what_is_near_gives_the_same_answer(
    given_: tuple[str, list[tuple[Evidence, ...]]], words: int | None
) -> None:
    text, groups = given_
    spans = [[(hit.start, hit.end) for hit in group] for group in groups]
    found = near_hits(text, groups, words, words is None)
    distances = Distances(text, [span for group in spans for span in group])
    assert are_near(text, spans, words) is (found is not None)
    known = near_spans(text, spans, words, distances)
    assert set(known) == {(hit.start, hit.end) for hit in found or ()}
    # more hits than are compared one by one give the same answer
    many = [group * FEW_HITS for group in groups]
    assert near_hits(text, many, words, words is None) == found


@given(placed(), st.integers(0, 4))
def test_two_groups_are_searched_as_three_are(given_: tuple[str, list[tuple[Evidence, ...]]], words: int) -> None:
    text, groups = given_
    pair = [groups[0], groups[-1]]
    thrice = [*pair, groups[-1]]
    assert near_hits(text, pair, words, sentence=False) == near_hits(text, thrice, words, sentence=False)


def test_the_work_grows_with_the_hits_and_not_with_their_square() -> None:
    asked = 0

    class Counted(Distances):
        def units_between(self, start: int, end: int) -> int:
            nonlocal asked
            asked += 1
            return super().units_between(start, end)

    for groups in (2, 3):
        text = "a " * 3_000 + "x " * 100 + "b " * 3_000 + "x " * 100 + "c " * 3_000
        spans = [[(hit.start, hit.end) for hit in hits(text, word)] for word in "abc"[:groups]]
        asked = 0
        assert near_spans(text, spans, 50, Counted(text, [span for group in spans for span in group])) == ()
        assert asked < 10 * len(text)
