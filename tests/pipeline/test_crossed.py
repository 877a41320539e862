"""What a new model changed about items assessed before, and what did it."""

from __future__ import annotations

from monitor.classifiers.learned import Lesson, dump_learned, learned, lesson, load_learned
from monitor.classifiers.passages import Judgement, Passage
from monitor.pipeline.crossed import crossings
from monitor.records import Contribution, Evidence, Field, Item, TopicScore
from tests.store.samples import item_of

TITLE = "Convoy of surveyors leaves for the dam"


def score(value: float, *parts: tuple[str, float], threshold: float = 0.4, topic: str = "cpec") -> TopicScore:
    contributions = tuple(
        Contribution(feature, weight, Evidence(Field.TITLE, 0, 6, "Convoy", "convoy")) for feature, weight in parts
    )
    return TopicScore(topic, value, threshold, "model", contributions)


def judgement(name: str, *, label: bool, title: str = TITLE, at: str = "2026-11-20T08:00:00Z") -> Judgement:
    return Judgement(name, "cpec", label, "ana", at, title, "")


def surveyors() -> Item:
    return item_of(1, id="surveyors", title=TITLE)


def test_an_item_that_rises_names_the_features_and_the_judgements_that_did_it() -> None:
    before = score(0.3, ("word:Convoy", 0.1), ("list:jobs", -0.5))
    after = score(0.6, ("word:Convoy", 0.7), ("list:jobs", -0.6), ("clue:far", 0.2))
    taught = Lesson(
        new=(judgement("a", label=True), judgement("b", label=False), judgement("c", label=True, title="x"))
    )
    (found,) = crossings(surveyors(), (before,), (after,), taught)
    assert found.has_risen
    assert [(one.feature, one.before, one.after) for one in found.features] == [
        ("word:Convoy", 0.1, 0.7),
        ("clue:far", None, 0.2),
    ]
    assert [one.item for one in found.judgements] == ["a"]
    assert found.lines() == (
        f"↑ 0.30 → 0.60 cpec  {TITLE}  [surveyors]",
        "    word:Convoy +0.10 → +0.70; clue:far “Convoy” little → +0.20",
        f"    ana said yes to “{TITLE}”",
    )


def test_an_item_that_falls_is_told_with_its_threshold_when_that_is_what_changed() -> None:
    (found,) = crossings(surveyors(), (score(0.45),), (score(0.45, threshold=0.5),), Lesson())
    assert not found.has_risen
    assert found.lines() == (f"↓ 0.45 → 0.45 cpec (threshold 0.40 → 0.50)  {TITLE}  [surveyors]",)


def test_an_item_that_stays_on_its_side_and_a_new_topic_are_not_told() -> None:
    assert crossings(surveyors(), (score(0.5),), (score(0.9),), Lesson()) == ()
    assert crossings(surveyors(), (score(0.5),), (score(0.9, topic="other"),), Lesson()) == ()


def test_what_a_model_learned_is_compared_with_what_the_next_one_learns() -> None:
    one, other = Passage("a", "", "en", frozenset(), "contrast:1"), Passage("b", "", "en", frozenset(), "contrast:1")
    first, changed = judgement("a", label=True), judgement("a", label=False, at="2026-11-21T08:00:00Z")
    gone, new = judgement("b", label=True), judgement("c", label=True)
    before = load_learned(dump_learned(learned((), (one,), (first, gone))))
    assert before is not None
    found = lesson(before, learned((), (other,), (first, changed, new)), (first, changed, new))
    assert found.new == (changed, new)
    assert (found.taken_back, found.passages) == (2, 1)
    assert found.words() == "2 new judgements, 2 taken back, 1 passage changed"
    assert lesson(before, before, (first, gone)).words() == ""


def test_notes_of_another_form_are_nobodys() -> None:
    assert load_learned("") is None
    assert load_learned("[1, 2]") is None
    assert load_learned('[[["a"]], {}, {}, 0]') is None
    assert load_learned("[[], {}, {}]") is None
