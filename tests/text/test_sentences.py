"""Sentences end where readers of each script see them end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.sentences import sentence_numbers, sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One fled. Two stayed! Why? Nobody knows", ["One fled.", "Two stayed!", "Why?", "Nobody knows"]),
        ("Lt. Gen. Khan met Mr. Li. They left.", ["Lt. Gen. Khan met Mr. Li.", "They left."]),
        ("The U.S. Army left. A. Khan stayed.", ["The U.S. Army left.", "A. Khan stayed."]),
        ("He lives in the U.S. The raid failed.", ["He lives in the U.S.", "The raid failed."]),
        ("They said no. Then they left.", ["They said no.", "Then they left."]),
        ("Convoy No. 5 was hit.", ["Convoy No. 5 was hit."]),
        ("It cost Rs. 40 or 3.5 percent.", ["It cost Rs. 40 or 3.5 percent."]),
        ("He paused ... then left.", ["He paused ... then left."]),
        ("“Leave.” He left.", ["“Leave.”", "He left."]),
        ("See www.example.org for more.", ["See www.example.org for more."]),
        ("Headline\n\nThe text goes\non here.", ["Headline", "The text goes\non here."]),
        ("دھماکا ہوا۔ کیا کوئی زخمی ہے؟ نہیں۔", ["دھماکا ہوا۔", "کیا کوئی زخمی ہے؟", "نہیں۔"]),
        ("बैठक हुई। दो घायल।", ["बैठक हुई।", "दो घायल।"]),
        ("发生爆炸。“有人受伤？”他问。没有！", ["发生爆炸。", "“有人受伤？”", "他问。", "没有！"]),
        ("Взрыв в порту. Двое ранены.", ["Взрыв в порту.", "Двое ранены."]),
        ("  \n\n ", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_sentences(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == parts


@given(st.text() | st.text(alphabet="aA. !?\n。۔”"))
def test_sentences_hold_everything_but_blanks_in_order(text: str) -> None:
    place = 0
    for start, end in sentences(text):
        assert start < end
        assert not text[place:start].strip()
        place = end
    assert not text[place:].strip()


@given(st.lists(st.sampled_from(["Gen.", "U.S.", "The", "a", "b.", "?", "۔", "。”", "\n\n", "\u2029"])), st.data())
def test_places_have_equal_numbers_where_they_share_a_sentence(words: list[str], data: st.DataObject) -> None:
    text = " ".join(["x", *words, "y"])
    seen = [place for place, character in enumerate(text) if character.isalnum()]
    places = sorted(data.draw(st.lists(st.sampled_from(seen), min_size=1, max_size=6)))
    spans = sentences(text)
    inside = [next(number for number, (start, end) in enumerate(spans) if start <= place < end) for place in places]
    numbers = sentence_numbers(text, places)
    assert [a == b for a, b in pairwise(numbers)] == [a == b for a, b in pairwise(inside)]
    assert numbers == sorted(numbers)
