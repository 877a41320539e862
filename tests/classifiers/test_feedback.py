from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.classifiers.feedback import Asked, choose, contradicted_by, contradictions, judged_items, judgement_line
from monitor.classifiers.passages import Judgement, read_judgements

ANA = Judgement("i1", "cpec-security", label=True, analyst="ana", at="2026-11-20T08:00:00Z", title="Blast", text="Hub.")
BEN = replace(ANA, analyst="ben", label=False, at="2026-11-20T09:00:00Z", why="an accident")


def test_a_judgement_is_read_back_as_it_was_written() -> None:
    assert read_judgements(judgement_line(BEN) + "\n", "ben.jsonl") == ((BEN,), ())


def test_questions_mix_doubtful_ones_with_the_top_and_a_draw_from_below() -> None:
    scored = [("a", 0.99), ("b", 0.80), ("c", 0.52), ("d", 0.47), ("e", 0.02), ("f", 0.01)]
    asked = [(one.item, one.asked) for one in choose(scored, {"b"}, 0.5, 4)]
    assert asked[:3] == [("c", Asked.NEAR), ("a", Asked.TOP), ("d", Asked.NEAR)]
    assert asked[3][1] is Asked.AUDIT
    assert asked[3][0] in {"e", "f"}


@given(
    scored=st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 1), max_size=30),
    count=st.integers(0, 40),
    seed=st.integers(0, 3),
)
def test_no_item_is_asked_about_twice_and_none_is_left_while_questions_are_wanted(
    scored: dict[str, float], count: int, seed: int
) -> None:
    asked = choose(list(scored.items()), (), 0.5, count, seed)
    assert len({one.item for one in asked}) == len(asked) == min(count, len(scored))
    assert asked == choose(list(reversed(scored.items())), (), 0.5, count, seed)


def test_two_analysts_contradict_each_other_until_one_changes_his_mind() -> None:
    assert [(one.first, one.second) for one in contradictions((ANA, BEN))] == [(ANA, BEN)]
    assert contradictions((ANA, BEN, replace(BEN, label=True, at="2026-11-20T10:00:00Z"))) == ()


def test_the_same_words_under_another_id_are_a_contradiction_too() -> None:
    copy = replace(BEN, item="i2", title="BLAST")
    assert [(one.first.item, one.second.item) for one in contradictions((ANA, copy))] == [("i1", "i2")]
    assert contradictions((ANA, replace(copy, topic="militant-sanctuaries"))) == ()


def test_a_new_judgement_names_what_it_contradicts() -> None:
    assert contradicted_by(BEN, (ANA, replace(ANA, item="i3", title="Other", text=""))) == (ANA,)


def test_judged_items_are_those_of_the_topic() -> None:
    assert judged_items((ANA, replace(BEN, item="i2", topic="militant-sanctuaries")), "cpec-security") == {"i1"}
