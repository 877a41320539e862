from __future__ import annotations

from monitor.classifiers.crossvalidate import cross_validate, labels_and_scores, leave_articles_out
from monitor.classifiers.passages import Judgement, Passage
from monitor.classifiers.train import Model

PLACES = ("Dasu", "Gwadar", "Hub", "Turbat", "Karachi", "Besham", "Quetta", "Mansehra", "Bannu", "Khuzdar")
SPORTS = ("Cricket", "Kabaddi", "Tennis", "Football", "Chess", "Polo", "Hockey", "Squash", "Wrestling", "Cycling")
SCENES = ("at dawn", "on Friday", "after prayers", "in heavy rain", "by the river", "outside the port", "near a school")


def passage(number: int, *, is_relevant: bool) -> Passage:
    place, scene = PLACES[number // 2 % len(PLACES)], SCENES[number % len(SCENES)]
    text = (
        f"Chinese engineers attacked {scene}, {place} police say"
        if is_relevant
        else f"{SPORTS[number // 2 % len(SPORTS)]} match drawn {scene}"
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


def test_reports_of_one_event_are_never_on_both_sides(model: Model) -> None:
    event = "Zyxwvut gunmen qponmlk the jihgfed depot of Utsrqpo at"
    said = tuple(
        Passage(f"{event} {when}", "", "en", frozenset({"cpec-security"}), f"contrast:again{n}")
        for n, when in enumerate(("noon", "midday", "lunchtime", "twelve"))
    )
    others = tuple(passage(number, is_relevant=number % 2 == 0) for number in range(12))
    found = cross_validate(model.definitions, (*said, *others), (), folds=3)
    own = [one.family for one in found if one.topic == "cpec-security"]
    assert own.count(0) == 4


def test_an_article_is_scored_by_a_model_that_never_saw_it(model: Model) -> None:
    def paragraph(number: int, article: str, *, is_relevant: bool) -> Passage:
        one = passage(number, is_relevant=is_relevant)
        return Passage(one.text, "", "en", one.topics, f"seed:{article}:{number}")

    first = tuple(paragraph(number, "first.txt", is_relevant=number % 2 == 0) for number in range(6))
    second = tuple(paragraph(number, "second.txt", is_relevant=number % 2 == 0) for number in range(6, 14))
    rest = tuple(passage(number, is_relevant=number % 2 == 0) for number in range(14, 20))
    found = leave_articles_out(model.definitions, (*first, *second, *rest), ())
    assert [(one.article, one.topic, one.relevant, one.others) for one in found] == [
        ("first.txt", "cpec-security", 3, 3),
        ("first.txt", "militant-sanctuaries", 0, 6),
        ("second.txt", "cpec-security", 4, 4),
        ("second.txt", "militant-sanctuaries", 0, 8),
    ]
    assert all(one.false == 0 for one in found)
