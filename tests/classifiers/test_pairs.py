from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.classifiers.clues import Reader
from monitor.classifiers.definition import TopicDefinition, parse_definition
from monitor.classifiers.pairs import WITHIN, Pairs, closest

TOPIC = """
[topic]
id = "floods"
title = "Floods"
counts = ["A river floods a town."]

[lexicon.river]
terms = ["Indus", "Jhelum"]
[lexicon.damage]
terms = ["swept away", "drown*"]
[lexicon.place]
terms = ["Sukkur"]
"""


def definition() -> TopicDefinition:
    found, problems = parse_definition(TOPIC, "floods.toml")
    assert found is not None, problems
    return found


def test_columns_are_numbered_pair_by_pair() -> None:
    pairs = Pairs(4, first_column=10)
    assert pairs.members == ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
    assert pairs.found([(0, 0), (5, 3), (9, 1)]) == [10, 12, 14]
    assert pairs.lists(14) == (1, 3)


def test_words_far_apart_are_no_pair() -> None:
    pairs = Pairs(2, first_column=0)
    assert pairs.found([(0, 0), (WITHIN, 1)]) == [0]
    assert pairs.found([(0, 0), (WITHIN + 1, 1)]) == []
    assert pairs.found([(0, 0), (7, 0)]) == []


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 4)), max_size=12))
def test_pairs_are_those_of_which_some_two_words_are_near(places: list[tuple[int, int]]) -> None:
    pairs = Pairs(5, first_column=3)
    near = {(min(a, b), max(a, b)) for at, a in places for other, b in places if a != b and abs(at - other) <= WITHIN}
    assert {pairs.lists(column) for column in pairs.found(places)} == near


def test_closest_takes_the_earliest_of_equal_distances() -> None:
    assert closest([4, 30], [0, 8, 33]) == (30, 33)
    assert closest([4, 20], [0, 8, 16]) == (4, 0)


def test_title_and_text_are_read_as_one_and_the_words_are_shown() -> None:
    reader = Reader((definition(),))
    column = reader.names[0].index("pair:river+damage")
    together = reader.read("Indus at record level", "Three men drowned near Sukkur.")
    assert column in [sign for sign, _ in together.signs[0]]
    assert reader.evidence(together, 0, column).quote == "Indus"
    beside = reader.read("", "The Jhelum has swept away a bridge.")
    shown = reader.evidence(beside, 0, column)
    assert (shown.quote, shown.start) == ("Jhelum has swept away", 4)
    assert reader.features[0][column] == "pair:river+damage"
