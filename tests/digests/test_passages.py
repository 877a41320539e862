from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.digests.passages import marked, shortened, snippet, spans_in
from monitor.digests.view import Segment
from monitor.records import Evidence, Field


def evidence(text: str, word: str, at: int = 0) -> Evidence:
    start = text.index(word, at)
    return Evidence(Field.BODY, start, start + len(word), word, word)


def joined(segments: tuple[Segment, ...]) -> str:
    return "".join(f"[{part.text}]" if part.is_hit else part.text for part in segments)


def test_hits_are_marked_in_their_place() -> None:
    text = "A blast near Dasu killed five."
    spans = spans_in(text, [evidence(text, "Dasu"), evidence(text, "blast")])
    assert joined(marked(text, spans)) == "A [blast] near [Dasu] killed five."


def test_hits_that_overlap_are_one_and_those_that_touch_are_two() -> None:
    text = "Chinese engineers killed"
    overlapping = [evidence(text, "Chinese"), evidence(text, "Chinese engineers")]
    assert joined(marked(text, spans_in(text, overlapping))) == "[Chinese engineers] killed"
    assert spans_in("ab", [evidence("ab", "a"), evidence("ab", "b")]) == ((0, 1), (1, 2))


def test_evidence_that_does_not_quote_the_text_marks_nothing() -> None:
    assert spans_in("Blast in Gwadar", [Evidence(Field.BODY, 0, 5, "Storm", "storm")]) == ()


def test_a_short_text_is_shown_whole() -> None:
    assert joined(snippet("Two lines.\nOf text.", (), 100)) == "Two lines.\nOf text."


def test_a_snippet_shows_the_passage_with_the_evidence_from_its_sentence_on() -> None:
    text = "Weather was fine. " * 30 + "A bomb hit a bus near Dasu. " + "More weather followed. " * 30
    shown = joined(snippet(text, spans_in(text, [evidence(text, "bomb"), evidence(text, "Dasu")]), 120))
    assert shown.startswith("… ")
    assert "A [bomb] hit a bus near [Dasu]. More weather followed." in shown
    assert shown.endswith(" …")
    assert len(shown) < 170


def test_evidence_far_apart_gives_two_passages() -> None:
    text = "A bomb hit a bus. " + "The road is long. " * 40 + "The driver came from Dasu. " + "Nothing else. " * 20
    shown = joined(snippet(text, spans_in(text, [evidence(text, "bomb"), evidence(text, "Dasu")]), 160))
    assert shown.startswith("A [bomb] hit a bus.")
    assert " … The driver came from [Dasu]." in shown


def test_chinese_gets_less_room_and_is_cut_at_a_sentence() -> None:
    text = "五名中国工程师在袭击中遇难。" * 30
    shown = joined(snippet(text, (), 360))
    assert shown.endswith("。 …")
    assert 70 < len(shown) < 150


def test_urdu_is_cut_at_its_own_full_stop() -> None:
    text = "قافلے پر حملہ ہوا۔ " * 40
    assert joined(snippet(text, (), 100)).endswith("حملہ ہوا۔ …")


def test_a_subject_is_cut_at_a_word() -> None:
    assert shortened("one two three", 20) == "one two three"
    assert shortened("one two three four", 12) == "one two…"
    assert shortened("x" * 50, 10) == "x" * 9 + "…"


@given(
    st.text("ab .。\n", max_size=900),
    st.lists(st.tuples(st.integers(0, 899), st.integers(1, 30))),
    st.integers(20, 300),
)
def test_a_snippet_shows_only_the_text_and_marks_only_evidence(
    text: str, places: list[tuple[int, int]], room: int
) -> None:
    hits = [Evidence(Field.BODY, s, s + n, text[s : s + n], "x") for s, n in places if s + n <= len(text)]
    spans = spans_in(text, hits)
    segments = snippet(text, spans, room)
    marked_texts = {text[s:e] for s, e in spans}
    trimmed = text.rstrip()
    for part in segments:
        if part.text.strip() != "…":
            assert part.text in trimmed
        if part.is_hit:
            assert any(part.text in whole for whole in marked_texts)
    if spans and spans[0][1] <= len(trimmed):
        assert any(part.is_hit for part in segments)
