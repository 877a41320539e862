from __future__ import annotations

from monitor.classifiers.crossvalidate import cross_validate, labels_and_scores
from monitor.classifiers.passages import Judgement, Passage
from monitor.classifiers.train import Model


def passage(number: int, *, is_relevant: bool) -> Passage:
    text = (
        f"Chinese engineers attacked near Dasu, day {number}" if is_relevant else f"Cricket match drawn, day {number}"
    )
    topics = frozenset({"cpec-security"}) if is_relevant else frozenset[str]()
    return Passage(text, "", "en", topics, f"contrast:{number}")


def test_every_text_is_scored_once_by_a_model_that_had_not_seen_it(model: Model) -> None:
    passages = tuple(passage(number, is_relevant=number % 2 == 0) for number in range(20))
    said = Judgement(
        "i1", "cpec-security", label=True, analyst="ana", at="2026-11-20", title="Blast in Gwadar", text=""
    )
    found = cross_validate(model.definitions, passages, (said,), folds=3)
    assert sum(not one.is_judged for one in found) == 20 * len(model.definitions)
    assert [(one.topic, one.label) for one in found if one.is_judged] == [("cpec-security", True)]
    labels, scores = labels_and_scores([one for one in found if not one.is_judged], "cpec-security")
    yes = [score for label, score in zip(labels, scores, strict=True) if label]
    no = [score for label, score in zip(labels, scores, strict=True) if not label]
    assert min(yes) > max(no)


def test_a_copy_does_not_betray_its_original(model: Model) -> None:
    text = "Zyxwvut qponmlk jihgfed"
    copies = tuple(Passage(text, "", "en", frozenset({"cpec-security"}), f"contrast:{n}") for n in range(6))
    others = tuple(passage(number, is_relevant=number % 2 == 0) for number in range(12))
    found = cross_validate(model.definitions, (*copies, *others), (), folds=3)
    _, scores = labels_and_scores(found, "cpec-security")
    assert sum(score > 0.9 for score in scores) <= 6, "copies in other folds would have taught their words"
