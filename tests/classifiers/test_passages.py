from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.passages import (
    Judgement,
    Passage,
    fingerprint,
    latest_judgements,
    read_contrast,
    read_judgements,
)

LINE = '{"id": "a", "title": "T", "text": "", "lang": "en", "topics": ["x"], "kind": "positive", "written": true}'
DEFINITION = TopicDefinition("x", "X", ("yes",), ("no",))
PASSAGE = Passage("text", "title", "en", frozenset({"x", "y"}), "contrast:a")
JUDGEMENT = Judgement("i1", "x", label=True, analyst="ana", at="2026-11-20T08:00:00Z", title="title", text="text")


def test_a_contrast_line_becomes_a_passage() -> None:
    passages, problems = read_contrast(LINE + "\n", "c.jsonl", ["x"])
    assert problems == ()
    assert passages == (Passage("", "T", "en", frozenset({"x"}), "contrast:a"),)


def test_bad_contrast_lines_are_left_out_and_named() -> None:
    lines = [
        LINE,
        LINE,
        "{",
        "[]",
        LINE.replace('"a"', '"b"').replace('"positive"', '"near-miss"'),
        LINE.replace('"a"', '"c"').replace('"written"', '"writen"'),
        LINE.replace('"a"', '"d"').replace('["x"]', '["z"]'),
    ]
    passages, problems = read_contrast("\n".join(lines), "c.jsonl", ["x"])
    assert [passage.origin for passage in passages] == ["contrast:a", "contrast:d"]
    assert [(p.where.line, p.code) for p in problems] == [
        (2, "J003"), (3, "J001"), (4, "J001"), (5, "J002"), (6, "J002"), (7, "J004"),
    ]  # fmt: skip


def test_a_judgement_line_is_read_and_a_bad_one_named() -> None:
    line = (
        '{"item": "i1", "topic": "x", "label": true, "analyst": "ana", "at": "2026-11-20T08:00:00Z", '
        '"title": "title", "text": "text", "why": ""}'
    )
    judgements, problems = read_judgements(line + "\n" + line.replace("true", '"yes"'), "ana.jsonl")
    assert judgements == (JUDGEMENT,)
    assert [(p.where.line, p.what) for p in problems] == [(2, "missing or unusable: label")]


def test_the_latest_judgement_counts() -> None:
    later = replace(JUDGEMENT, label=False, at="2026-11-21T08:00:00Z", analyst="bo")
    assert latest_judgements((later, JUDGEMENT)) == (later,)
    assert latest_judgements((JUDGEMENT, later)) == (later,)


def test_the_fingerprint_changes_with_every_input() -> None:
    prints = [
        fingerprint((DEFINITION,), (PASSAGE,), (JUDGEMENT,)),
        fingerprint((replace(DEFINITION, threshold=0.6),), (PASSAGE,), (JUDGEMENT,)),
        fingerprint((replace(DEFINITION, counts=("yes", "more")),), (PASSAGE,), (JUDGEMENT,)),
        fingerprint((DEFINITION,), (replace(PASSAGE, weight=0.5),), (JUDGEMENT,)),
        fingerprint((DEFINITION,), (replace(PASSAGE, topics=frozenset({"x"})),), (JUDGEMENT,)),
        fingerprint((DEFINITION,), (PASSAGE, PASSAGE), (JUDGEMENT,)),
        fingerprint((DEFINITION,), (PASSAGE,), (replace(JUDGEMENT, label=False),)),
        fingerprint((DEFINITION,), (PASSAGE,), ()),
        fingerprint((), (PASSAGE,), (JUDGEMENT,)),
    ]
    assert len(set(prints)) == len(prints)
    assert all(len(one) == 64 for one in prints)


def test_the_fingerprint_needs_no_heavy_import_and_is_the_same_in_every_process(checkout: Path) -> None:
    code = (
        "import sys\n"
        "from monitor.classifiers.definition import TopicDefinition\n"
        "from monitor.classifiers.passages import Passage, fingerprint\n"
        "p = Passage('text', 'title', 'en', frozenset({'x', 'y'}), 'contrast:a')\n"
        "print(fingerprint((TopicDefinition('x', 'X', ('yes',), ('no',)),), (p,), ()))\n"
        "print(sorted({'numpy', 'scipy', 'sklearn'} & set(sys.modules)))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=checkout, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    expected = fingerprint((DEFINITION,), (PASSAGE,), ())
    assert outputs == {f"{expected}\n[]\n".encode()}


@given(st.text())
def test_no_text_makes_the_readers_raise(text: str) -> None:
    read_contrast(text, "c.jsonl")
    read_judgements(text, "f.jsonl")


def test_the_shipped_passages_cover_languages_and_kinds(checkout: Path) -> None:
    text = (checkout / "classifiers" / "contrast.jsonl").read_text(encoding="utf-8")
    passages, problems = read_contrast(text, "contrast.jsonl", ["cpec-security", "militant-sanctuaries"])
    assert problems == ()
    languages = Counter(passage.lang for passage in passages)
    assert set(languages) == {"en", "ur", "fa", "ps", "zh", "hi", "ar"}
    assert 4 * languages["en"] <= 3 * len(passages)  # at least a quarter is in other languages
    assert min(languages.values()) >= 40
    assert sum(not passage.topics for passage in passages) >= 400
