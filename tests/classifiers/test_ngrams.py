from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.classifiers.ngrams import BUCKETS, distinct, read_grams

UNIFORM = np.ones(BUCKETS, dtype=np.float32)


def rows(text: str, others: tuple[str, ...] = ()) -> list[int]:
    grams = read_grams([*others, text])
    return sorted(int(bucket) for bucket in grams.buckets[grams.items == len(others)])


def test_words_are_found_at_their_places() -> None:
    grams = read_grams(["", "gwadar port", "巴基斯坦 दासू"])
    assert list(zip(grams.word_items.tolist(), grams.word_starts.tolist(), grams.word_ends.tolist(), strict=True)) == [
        (1, 1, 7), (1, 8, 12), (2, 13, 17), (2, 18, 22),
    ]  # fmt: skip


def test_a_short_text_has_its_words_their_pair_and_their_pieces() -> None:
    # "ab c": words ab, c; pair ab c; pieces of " ab ": 3 of 2, 2 of 3, 1 of 4; of " c ": 2 of 2, 1 of 3
    assert len(rows("ab c")) == 2 + 1 + 6 + 3


def test_no_pair_joins_two_texts() -> None:
    assert len(rows("ab")) + len(rows("c")) + 1 == len(rows("ab c"))


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=3))
def test_grams_do_not_depend_on_other_texts(text: str, others: list[str]) -> None:
    assert rows(text, tuple(others)) == rows(text)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_every_gram_lies_in_a_word_of_its_text_and_squares_sum_to_one(texts: list[str]) -> None:
    grams = read_grams(texts)
    assert (grams.word_items[grams.words] == grams.items).all()
    sums = np.bincount(grams.items, weights=grams.normalised(UNIFORM) ** 2, minlength=len(texts))
    assert all(np.isclose(value, 1.0) or value == 0.0 for value in sums)


def test_distinct_values_rise_and_come_once() -> None:
    assert distinct(np.array([7, 3, 7, -1, 3])).tolist() == [-1, 3, 7]
    assert distinct(np.array([], dtype=np.int64)).tolist() == []
