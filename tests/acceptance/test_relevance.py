"""Relevance at the command line when something is wrong: odd items, broken files, damaged and foreign caches."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workspaces import GENEROUS_SECONDS, config_of, copy_workspace, monitor

DEFINITION = "classifiers/cpec-security.toml"


@pytest.fixture
def desk(fitted: Path, tmp_path: Path) -> Path:
    return copy_workspace(fitted, tmp_path / "desk", config_of(""))


def scored(root: Path, items: list[dict[str, object]]) -> list[dict[str, object]]:
    file = root / "items.jsonl"
    file.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    done = monitor(root, "classifiers", "score", str(file))
    assert done.code == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def test_odd_items_are_scored_in_order_and_say_nothing_false(desk: Path) -> None:
    long = "Chinese engineers were attacked near Gwadar. " * 70_000
    items: list[dict[str, object]] = [
        {"id": "empty", "title": "", "text": ""},
        {"id": "nothing"},
        {"id": "emoji", "title": "😀😀 🇵🇰🇨🇳", "text": "👩‍👩‍👧 🔥"},
        {"id": "mixed", "title": "CPECکے خلاف 中国 चीन attack", "text": "گوادر Gwadar 瓜达尔\u202e\x00"},
        {"id": "surrogate", "title": "\ud800", "text": "\udfff"},
        {"id": "long", "title": "Port", "text": long},
    ]
    found = scored(desk, items)
    assert [one["id"] for one in found] == [item["id"] for item in items]
    topics = {str(one["id"]): one["topics"] for one in found}
    assert topics["empty"] == topics["nothing"] == topics["emoji"] == topics["surrogate"] == []
    assert topics["long"] == ["cpec-security"]


def test_a_definition_with_an_unknown_key_is_refused_with_its_place(desk: Path) -> None:
    path = desk / DEFINITION
    path.write_text(path.read_text(encoding="utf-8").replace("alert_budget", "alert_budgt"), encoding="utf-8")
    done = monitor(desk, "classifiers", "train")
    assert done.code == 2
    assert "cpec-security.toml:" in done.err
    assert 'D001 unknown key "alert_budgt"' in done.err
    assert "Traceback" not in done.err


def test_a_topic_without_positives_scores_nothing_and_says_so(desk: Path) -> None:
    (desk / "classifiers" / "mangoes.toml").write_text(
        '[topic]\nid = "mangoes"\ntitle = "Mangoes"\ncounts = []\nnot = ["Cricket."]\n', encoding="utf-8"
    )
    trained = monitor(desk, "classifiers", "train")
    assert trained.code == 0, trained.err
    assert "mangoes: 0 passages speak to it" in trained.out
    (one,) = scored(desk, [{"id": "a", "title": "Mango season opens"}])
    assert one["scores"]["mangoes"] == 0.0  # type: ignore[index] # the parsed line
    checked = monitor(desk, "check")
    assert 'mangoes.toml:1:1: K003 nothing says what belongs to "mangoes"' in checked.out + checked.err


def test_a_corrupt_feedback_line_is_named_and_the_rest_is_learned(desk: Path) -> None:
    good = {"item": "i1", "topic": "cpec-security", "label": True, "analyst": "ana", "at": "2026-11-20T08:00:00Z"}
    lines = [json.dumps({**good, "title": "Surveyors leave", "text": ""}), '{"item": "i2", "topic', "\x00\x00", "[]"]
    (desk / "classifiers" / "feedback" / "ana.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    checked = monitor(desk, "check")
    for line in (2, 3, 4):
        assert f"classifiers/feedback/ana.jsonl:{line}:" in checked.out + checked.err
    assert monitor(desk, "label", "--conflicts").code == 0


@pytest.mark.parametrize("damage", ["truncated", "empty", "rubbish", "another version", "another model"])
def test_a_damaged_or_foreign_cache_is_fitted_anew_and_gives_the_same_scores(desk: Path, damage: str) -> None:
    items: list[dict[str, object]] = [{"id": "a", "title": "Chinese engineers killed near Dasu"}]
    before = scored(desk, items)
    (cache,) = (desk / ".monitor" / "models").glob("*.npz")
    content = cache.read_bytes()
    if damage == "another version":
        # The name says this model, the facts inside another: as if a hash had met another.
        fingerprint = cache.stem.encode()
        assert fingerprint in content
        content = content.replace(fingerprint, b"0" * len(fingerprint))
    elif damage == "another model":
        cache.rename(cache.with_name("0" * 32 + ".npz"))
        content = b""
    else:
        content = {"truncated": content[: len(content) // 2], "empty": b"", "rubbish": b"PK\x03\x04" + b"x" * 500}[
            damage
        ]
    if content or damage == "empty":
        cache.write_bytes(content)
    assert scored(desk, items) == before
    assert cache.stat().st_size > 100_000


def test_nothing_heavy_is_imported_when_nothing_is_to_be_scored(desk: Path) -> None:
    assert monitor(desk, "once", "--no-send").code == 0
    code = (
        "import sys\n"
        "from monitor.cli import main\n"
        f"sys.argv = ['monitor', '-w', {str(desk)!r}, 'once', '--no-send']\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    pass\n"
        "print([name for name in ('sklearn', 'scipy', 'numpy') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=GENEROUS_SECONDS, check=False
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
