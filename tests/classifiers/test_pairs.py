from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.definition_file import parse_definition
from monitor.classifiers.pairs import WITHIN, Pairs, Word, closest
from monitor.classifiers.reading import Reader

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


def found(pairs: Pairs, *items: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return (item, column) of what stands together in items given as (place, list) of each word."""
    words = [(item, at, number) for item, own in enumerate(items) for at, number in own]
    rows = np.array(words, dtype=np.int64).reshape(-1, 3)
    return list(zip(*(part.tolist() for part in pairs.found(rows[:, 0], rows[:, 1], rows[:, 2])), strict=True))


def test_columns_are_numbered_pair_by_pair() -> None:
    pairs = Pairs(4, first_column=10)
    assert pairs.members == ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
    assert found(pairs, [(0, 0), (5, 3), (9, 1)]) == [(0, 10), (0, 12), (0, 14)]
    assert pairs.lists(14) == (1, 3)


def test_words_far_apart_are_no_pair() -> None:
    pairs = Pairs(2, first_column=0)
    assert found(pairs, [(0, 0), (WITHIN, 1)]) == [(0, 0)]
    assert found(pairs, [(0, 0), (WITHIN + 1, 1)]) == []
    assert found(pairs, [(0, 0), (7, 0)]) == []


def test_words_of_two_items_are_no_pair() -> None:
    assert found(Pairs(2, first_column=4), [(0, 0)], [(0, 1)], [(30, 1), (9, 0)]) == [(2, 4)]


def test_a_topic_of_one_list_has_no_pairs() -> None:
    assert found(Pairs(1, first_column=2), [(0, 0), (4, 0)]) == []


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 4)), max_size=12))
def test_pairs_are_those_of_which_some_two_words_are_near(places: list[tuple[int, int]]) -> None:
    pairs = Pairs(5, first_column=3)
    near = {(min(a, b), max(a, b)) for at, a in places for other, b in places if a != b and abs(at - other) <= WITHIN}
    assert {pairs.lists(column) for _, column in found(pairs, places)} == near


def word(at: int, number: int, length: int = 3) -> Word:
    return (at, number, -at - length, 1, f"{number}:{at}")


def test_closest_takes_the_earliest_of_equal_distances() -> None:
    assert closest([word(4, 0), word(30, 0), word(0, 1), word(8, 1), word(33, 1)]) == (word(30, 0), word(33, 1))
    assert closest([word(4, 0), word(20, 0), word(0, 1), word(8, 1), word(16, 1)]) == (word(0, 1), word(4, 0))


def test_of_words_at_one_place_the_widest_is_shown() -> None:
    assert closest([word(0, 0, 5), word(0, 0, 9), word(12, 1)]) == (word(0, 0, 9), word(12, 1))


def test_title_and_text_are_read_as_one_and_the_words_are_shown() -> None:
    reader = Reader((definition(),))
    column = reader.names[0].index("pair:river+damage")
    texts = [("Indus at record level", "Three men drowned near Sukkur."), ("", "The Jhelum has swept away a bridge.")]
    readings = reader.read(texts)
    signs = readings.signs[0]
    assert signs.items[signs.columns == column].tolist() == [0, 1]
    assert reader.hits(readings, 0, 0).evidence(column, texts[0]).quote == "Indus"
    shown = reader.hits(readings, 1, 0).evidence(column, texts[1])
    assert (shown.quote, shown.start) == ("Jhelum has swept away", 4)
    assert reader.features[0][column] == "pair:river+damage"
