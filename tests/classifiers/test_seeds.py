from __future__ import annotations

import hashlib
from pathlib import Path

from monitor.classifiers.seeds import check_labels, labelled_passages, read_labels, split_paragraphs

TOPICS = ("cpec-security", "militant-sanctuaries")

LABELS = """\
[[article]]
file = "a.txt"
lang = "en"
title = "A"
paragraph = [
  { n = 1, starts = "Menu", furniture = true },
  { n = 2, starts = "The dam", topics = ["cpec-security"] },
  { n = 3, starts = "Rain", topics = [], unsure = true },
]
"""
TEXT = "Menu\n \nThe dam is guarded.\n\n\n  Rain fell\non the road.\n"


def test_paragraphs_stand_between_blank_lines() -> None:
    assert split_paragraphs(TEXT) == ("Menu", "The dam is guarded.", "Rain fell\non the road.")


def test_labelled_paragraphs_become_passages_and_furniture_does_not() -> None:
    articles, problems = read_labels(LABELS, "labels.toml", TOPICS)
    assert problems == ()
    assert check_labels(articles, {"a.txt": TEXT}) == ()
    passages = labelled_passages(articles, {"a.txt": TEXT})
    assert [(p.text, p.topics, p.weight) for p in passages] == [
        ("The dam is guarded.", frozenset({"cpec-security"}), 1.0),
        ("Rain fell\non the road.", frozenset(), 0.5),
    ]


def test_a_missing_text_is_a_problem() -> None:
    articles, _ = read_labels(LABELS, "labels.toml")
    assert [(p.code, str(p.where)) for p in check_labels(articles, {})] == [("L005", "labels.toml:1:1")]


def test_an_unlabelled_paragraph_is_a_problem() -> None:
    articles, _ = read_labels(LABELS, "labels.toml")
    problems = check_labels(articles, {"a.txt": TEXT + "\nMore."})
    assert [p.code for p in problems] == ["L004"]


def test_opening_words_that_are_not_true_are_a_problem_and_teach_nothing() -> None:
    articles, _ = read_labels(LABELS.replace("The dam", "The port"), "labels.toml")
    problems = check_labels(articles, {"a.txt": TEXT})
    assert [(p.code, p.where.line) for p in problems] == [("L004", 7)]
    assert [p.text[:4] for p in labelled_passages(articles, {"a.txt": TEXT})] == ["Rain"]


def test_mistakes_in_labels_are_named_with_their_place() -> None:
    text = LABELS.replace("cpec-security", "cpec-securty").replace("unsure = true", "unsur = true")
    _, problems = read_labels(text, "labels.toml", TOPICS)
    assert [(p.code, p.where.line) for p in problems] == [("L006", 7), ("L001", 8)]


def test_a_paragraph_needs_topics_or_furniture() -> None:
    _, problems = read_labels(LABELS.replace(", furniture = true", ""), "labels.toml")
    assert [(p.code, p.where.line) for p in problems] == [("L003", 6)]


def test_every_paragraph_of_the_shipped_seeds_is_labelled_truly(checkout: Path) -> None:
    folder = checkout / "seeds"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.txt")}
    articles, problems = read_labels((folder / "labels.toml").read_text(encoding="utf-8"), "labels.toml", TOPICS)
    assert problems == ()
    assert check_labels(articles, texts) == ()
    assert sorted(article.file for article in articles) == sorted(texts)
    assert [len(article.paragraphs) for article in articles] == [35, 30, 36, 21, 35]
    assert len(labelled_passages(articles, texts)) == 124


def test_the_seed_texts_are_unchanged(checkout: Path) -> None:
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in (checkout / "seeds").glob("*.txt")
    }
    assert digests == {
        "ciss-ajk-2024-security-insecurity-paradox.txt": "d83bd7c19e13011d",
        "foreign-policy-2019-devils-bargain.txt": "c3bca0e0ccbfcab8",
        "gandhara-2017-militant-sanctuaries.txt": "3fa78212da487bb9",
        "scmp-2023-iran-pakistan-engagement.txt": "653349b4d308e139",
        "the-diplomat-2024-ties-under-pressure.txt": "97eae6bf293d379d",
    }
