from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.classifiers.feedback import (
    Asked,
    Candidate,
    choose,
    contradicted_by,
    contradictions,
    judged_items,
    judgement_line,
    shortlist,
)
from monitor.classifiers.ngrams import Floats
from monitor.classifiers.passages import Judgement, read_judgements

ANA = Judgement("i1", "cpec-security", label=True, analyst="ana", at="2026-11-20T08:00:00Z", title="Blast", text="Hub.")
BEN = replace(ANA, analyst="ben", label=False, at="2026-11-20T09:00:00Z", why="an accident")


def test_a_judgement_is_read_back_as_it_was_written() -> None:
    assert read_judgements(judgement_line(BEN) + "\n", "ben.jsonl") == ((BEN,), ())


def candidates(scores: dict[str, float]) -> list[Candidate]:
    return [Candidate(item, score) for item, score in scores.items()]


def unlike(count: int) -> Floats:
    return np.eye(count)


SCORES = {"a": 0.99, "c": 0.52, "d": 0.45, "e": 0.02, "f": 0.01}


def test_questions_mix_doubtful_ones_with_the_top_and_a_draw_from_below() -> None:
    asked = [(one.item, one.asked) for one in choose(candidates(SCORES), unlike(5), 0.4, 4)]
    assert asked[:3] == [("c", Asked.NEAR), ("a", Asked.TOP), ("d", Asked.NEAR)]
    assert asked[3][1] is Asked.AUDIT
    assert asked[3][0] in {"e", "f"}


def test_an_item_whose_lists_and_words_disagree_is_asked_about_first() -> None:
    disputed = [Candidate("x", 0.3, dispute=2.0), *candidates(SCORES)]
    assert choose(disputed, unlike(6), 0.4, 1)[0].item == "x"


def test_of_two_reports_of_one_event_one_is_asked_about() -> None:
    alike = unlike(5)
    alike[1, 2] = alike[2, 1] = 0.95
    assert [one.item for one in choose(candidates(SCORES), alike, 0.4, 3)] == ["c", "a", "e"]


def test_what_is_like_something_judged_waits() -> None:
    judged = np.array([[0.0], [0.99], [0.0], [0.0], [0.0]])
    asked = choose(candidates(SCORES), np.hstack([unlike(5), judged]), 0.4, 1)
    assert asked[0].item == "d"


def test_the_shortlist_holds_every_kind_and_nothing_judged() -> None:
    scored = [(f"i{number:04}", number / 1_000) for number in range(1_000)]
    listed = dict(shortlist(scored, {"i0500"}, 0.35))
    assert "i0999" in listed
    assert "i0501" in listed
    assert "i0500" not in listed
    assert sum(score < 0.35 for score in listed.values()) >= 30
    assert len(listed) <= 300


@given(
    scored=st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 1), max_size=30),
    count=st.integers(0, 40),
    seed=st.integers(0, 3),
)
def test_no_item_is_asked_about_twice_and_none_is_left_while_questions_are_wanted(
    scored: dict[str, float], count: int, seed: int
) -> None:
    listed = shortlist(list(scored.items()), (), 0.5, seed)
    assert listed == shortlist(list(reversed(scored.items())), (), 0.5, seed)
    asked = choose(candidates(dict(listed)), unlike(len(listed)), 0.5, count, seed)
    assert len({one.item for one in asked}) == len(asked) == min(count, len(scored))


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
