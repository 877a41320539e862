from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classifiers.textbatch import MAX_TEXT, batches
from monitor.classifiers.train import Model, dump, load, train
from monitor.records import Field, TopicScore
from tests.classifiers.reference import Reference

ON_TOPIC = [
    ("Five Chinese engineers killed as bomber rams bus near Dasu dam", "The convoy was attacked in Upper Kohistan."),
    ("Islamabad tells Kabul to dismantle TTP sanctuaries", "Afghan soil is used for attacks, the spokesman said."),
    ("巴基斯坦中企车队遇袭 三名中国公民遇难", ""),
    ("افغان سرزمین پاکستان کے خلاف استعمال ہو رہی ہے", "کالعدم ٹی ٹی پی کی پناہ گاہیں موجود ہیں۔"),
]
OFF_TOPIC = [
    ("Mango exports to China reach record", "Growers in Sindh expect a good season."),
    ("Girls' schools stay closed in Kabul", "The ministry gave no date."),
    ("چینی کی قیمت میں اضافہ", "فی کلو دو سو روپے"),
    ("भारत ने पाकिस्तान को पांच विकेट से हराया", ""),
]


def best(scores: tuple[TopicScore, ...]) -> float:
    return max(score.score / score.threshold for score in scores)


@pytest.mark.parametrize("item", ON_TOPIC)
def test_an_item_on_topic_reaches_a_threshold(model: Model, item: tuple[str, str]) -> None:
    assert best(model.score([item])[0]) >= 1


@pytest.mark.parametrize("item", OFF_TOPIC)
def test_an_item_off_topic_reaches_none(model: Model, item: tuple[str, str]) -> None:
    assert best(model.score([item])[0]) < 1


def test_scores_come_per_topic_in_the_order_of_the_definitions(model: Model) -> None:
    (scores,) = model.score([ON_TOPIC[0]])
    assert [score.topic for score in scores] == ["cpec-security", "militant-sanctuaries"]
    assert [score.threshold for score in scores] == [0.35, 0.35]
    assert {score.fingerprint for score in scores} == {model.fingerprint}


def test_explanations_quote_the_item(model: Model) -> None:
    (scores, _) = model.score(ON_TOPIC[:2])
    cpec = scores[0]
    quotes = {part.feature: part.evidence.quote for part in cpec.contributions if part.evidence}
    assert quotes["clue:chinese-attacked"] == "rams bus near Dasu"
    assert cpec.contributions[0].weight > 0


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Chinese", "engineers", "attack", "Gwadar,", "پاکستان", "حملہ", "巴基斯坦遇袭", "😀", "\u200c", "İ"]
        )
    ),
    st.text(max_size=60),
)
def test_evidence_is_always_the_items_own_words(model: Model, words: list[str], noise: str) -> None:
    item = {Field.TITLE: " ".join(words) + noise, Field.BODY: noise + "  ".join(words)}
    (scores,) = model.score([(item[Field.TITLE], item[Field.BODY])])
    for score in scores:
        assert 0 <= score.score <= 1
        for part in score.contributions:
            assert part.evidence is not None
            found = part.evidence
            assert item[found.field][found.start : found.end] == found.quote != ""


def test_items_are_scored_independently_of_each_other(model: Model) -> None:
    together = model.score([*ON_TOPIC, *OFF_TOPIC])
    apart = [model.score([item])[0] for item in [*ON_TOPIC, *OFF_TOPIC]]
    assert together == apart


ODD = [
    ("", ""),
    ("", "\n"),
    ("\x1f", "Chinese\x1fengineers\x1f"),
    ("\u064e", "\u064e TTP \u0301Pakistan"),
    ("\u304b", "\u309b\u3099 Gwadar China"),
    ("T.T.P.", "U.S. strikes Pakistan\u2029 \ud800 حملہ TTP'"),
    ("Chinese", "'s engineers killed in Pakistan. Dasu"),
    ("٪", "تحریک\u200cطالبان پاکستان 中国公民 Pakistan 遇袭"),
]


def test_scores_are_those_of_a_plain_reading_of_each_item(model: Model, checkout: Path) -> None:
    apart = (checkout / "tests" / "data" / "classifiers" / "other_scripts.jsonl").read_text(encoding="utf-8")
    written = (checkout / "classifiers" / "contrast.jsonl").read_text(encoding="utf-8").splitlines()[::20]
    items = [(one["title"], one["text"]) for one in map(json.loads, [*apart.splitlines(), *written])]
    # Texts of many sentences too: every eighth joined with the seven after it.
    items += [(items[at][0], " ".join(text for pair in items[at : at + 8] for text in pair)) for at in range(0, 240, 8)]
    reference = Reference(model)
    for item, scores in zip([*items, *ODD], model.score([*items, *ODD]), strict=True):
        assert [score.score for score in scores] == pytest.approx(reference.scores(*item), abs=1e-9)


def test_batches_keep_the_order_and_end_with_the_last_item() -> None:
    items = [("t", "x" * (number % 7) * 9_000) for number in range(600)]
    found = list(batches(items))
    assert [item for batch in found for item in batch] == items
    assert max(map(len, found)) <= 250
    assert list(batches([])) == []


def test_odd_texts_are_scored(model: Model) -> None:
    long = "Chinese engineers were attacked near Gwadar. " * 70_000
    items = [
        ("", ""),
        ("😀", "😀😀"),
        ("\ud800\x00", "\u202e"),
        ("a" * 5_000, ""),
        ("Dam", long),
        ("中" * 400, "م" * 400),
    ]
    scores = model.score(items)
    assert len(scores) == 6
    assert model.score([("Dam", long[:MAX_TEXT])])[0] == scores[4]
    assert model.score([]) == []


def test_an_empty_item_is_off_topic(model: Model) -> None:
    (scores,) = model.score([("", "")])
    assert best(scores) < 0.5


def test_a_stored_model_gives_the_same_scores(model: Model) -> None:
    arrays, text = dump(model)
    loaded = load(arrays, text, model.fingerprint)
    assert loaded is not None
    assert loaded.definitions == model.definitions
    assert loaded.score(ON_TOPIC) == model.score(ON_TOPIC)
    assert {array.dtype.kind for array in arrays.values()} <= {"f", "i"}


def test_another_or_a_damaged_model_is_not_loaded(model: Model) -> None:
    arrays, text = dump(model)
    assert load(arrays, text, "0" * 64) is None
    assert load(arrays, text[:-20], model.fingerprint) is None
    assert load({**arrays, "idf": arrays["idf"][:9]}, text, model.fingerprint) is None
    assert load({}, text, model.fingerprint) is None
    assert load(arrays, "[]", model.fingerprint) is None


def test_a_model_without_topics_scores_nothing() -> None:
    empty = train((), (), ())
    assert empty.score([("a", "b")]) == [()]


def test_a_topic_without_examples_scores_nothing(model: Model) -> None:
    bare = replace(model.definitions[0], not_counts=())
    (scores,) = train((bare,), (), ()).score([ON_TOPIC[0]])
    assert scores[0].score == 0.0
