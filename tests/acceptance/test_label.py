"""Judgements as a person gives them: what they write, what they change, and how to take them back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo.server import DemoServer, config_text
from tests.workspaces import GENEROUS_SECONDS, copy_workspace, monitor, rows


@pytest.fixture(scope="module")
def assessed(fitted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a workspace whose sample feeds were pulled and assessed; tests copy it."""
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path_factory.mktemp("label") / "desk", config_text(server.base_url, "out"))
        assert monitor(root, "once", "--no-send").code == 0
    return root


@pytest.fixture
def desk(assessed: Path, tmp_path: Path) -> Path:
    return copy_workspace(assessed, tmp_path / "desk", (assessed / "config.toml").read_text(encoding="utf-8"))


def lowest(root: Path) -> str:
    query = "select item from facets where kind = 'topic' and value = 'cpec-security' order by score, item limit 1"
    return str(rows(root, query)[0][0])


def test_a_judgement_is_written_down_and_moves_the_score(desk: Path) -> None:
    item = lowest(desk)
    done = monitor(desk, "label", item, "cpec-security", "yes", "--why", "names our site", "--json")
    assert done.code == 0, done.err
    change = json.loads(done.out)
    assert change["after"] > change["before"]
    assert change["contradicts"] == []
    lines = (desk / "classifiers" / "feedback" / "cpec-desk.jsonl").read_text(encoding="utf-8").splitlines()
    (said,) = [json.loads(line) for line in lines]
    assert set(said) == {"item", "topic", "label", "analyst", "at", "title", "text", "why"}
    assert (said["item"], said["label"], said["analyst"], said["why"]) == (item, True, "cpec-desk", "names our site")


def test_taking_a_judgement_back_leaves_no_trace(desk: Path) -> None:
    item = lowest(desk)
    before = monitor(desk, "classifiers", "explain", item, "--json").out
    assert monitor(desk, "label", item, "cpec-security", "yes").code == 0
    assert monitor(desk, "classifiers", "explain", item, "--json").out != before
    undone = monitor(desk, "label", "--undo")
    assert undone.code == 0, undone.err
    assert "taken back" in undone.out
    assert (desk / "classifiers" / "feedback" / "cpec-desk.jsonl").read_bytes() == b""
    assert monitor(desk, "classifiers", "explain", item, "--json").out == before
    assert monitor(desk, "label", "--undo").code == 2


def test_contradictions_are_named_at_once_and_listed(desk: Path) -> None:
    item = lowest(desk)
    assert monitor(desk, "label", "--conflicts").code == 0
    assert monitor(desk, "label", item, "cpec-security", "yes", "--analyst", "ana").code == 0
    second = monitor(desk, "label", item, "cpec-security", "no", "--analyst", "ben", "--why", "sport")
    assert "contradicts ana" in second.out
    listed = monitor(desk, "label", "--conflicts")
    assert listed.code == 1
    assert "ben, " in listed.out
    assert "no: sport" in listed.out


def test_questions_are_answered_with_one_key_each(desk: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "-w", str(desk), "label", "--next", "--topic", "cpec-security"],
        input="yn?sunq",
        capture_output=True,
        text=True,
        timeout=GENEROUS_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "(near)" in done.stdout
    assert "(top)" in done.stdout
    assert "taken back" in done.stdout
    lines = (desk / "classifiers" / "feedback" / "cpec-desk.jsonl").read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines]
    assert [one["label"] for one in said] == [True, False]
    assert len({one["item"] for one in said}) == 2


def test_a_broken_line_is_named_and_the_others_count(desk: Path) -> None:
    folder = desk / "classifiers" / "feedback"
    (folder / "ana.jsonl").write_text('{"item": "x", "topic"\n', encoding="utf-8")
    done = monitor(desk, "label", lowest(desk), "cpec-security", "no", "--analyst", "ben")
    assert done.code == 0, done.err
    assert "ana.jsonl:1" in done.err
    assert monitor(desk, "label", "--undo", "--analyst", "ana").code == 2


def test_what_cannot_be_judged_is_refused(desk: Path) -> None:
    item = lowest(desk)
    for arguments in (
        (item, "cpec-securty", "yes"),
        ("no-such-item", "cpec-security", "yes"),
        (item, "cpec-security", "yes", "--analyst", "../ana"),
        (item, "cpec-security"),
        ("--next", "--undo"),
    ):
        done = monitor(desk, "label", *arguments)
        assert done.code == 2, arguments
        assert not done.out
    assert not list((desk / "classifiers" / "feedback").glob("*.jsonl"))


def test_thresholds_refuse_rates_on_few_judgements_and_show_them_on_enough(desk: Path) -> None:
    few = monitor(desk, "classifiers", "thresholds")
    assert few.code == 0, few.err
    assert "no rates on fewer than 20 judgements" in few.out
    assert "precision" not in few.out
    query = (
        "select item from facets where kind = 'topic' and value = 'cpec-security' order by score desc, item limit 24"
    )
    said = {"topic": "cpec-security", "analyst": "ana", "at": "2026-11-20T08:00:00Z", "text": "", "why": ""}
    lines = [
        json.dumps({**said, "item": item, "label": number < 12, "title": f"Headline {number} of this desk"})
        for number, (item,) in enumerate(rows(desk, query))
    ]
    (desk / "classifiers" / "feedback" / "ana.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    enough = monitor(desk, "classifiers", "thresholds")
    assert "cpec-security: 24 judgements, 12 yes" in enough.out
    assert "precision" in enough.out
    assert "← in use" in enough.out
    tables = [json.loads(line) for line in monitor(desk, "classifiers", "thresholds", "--json").out.splitlines()]
    assert [table["labels"] for table in tables] == [24, 0]
    assert all(row["recall"] is None for row in tables[1]["rows"])


def test_the_next_round_scores_open_items_again_after_a_judgement(desk: Path) -> None:
    query = "select item, score from facets where kind = 'topic' and value = 'cpec-security' order by item"
    before = rows(desk, query)
    assert monitor(desk, "label", lowest(desk), "cpec-security", "yes").code == 0
    assert monitor(desk, "once", "--due", "--no-send").code in {0, 3}
    assert rows(desk, query) != before


def test_what_a_new_model_moves_across_a_threshold_is_listed_until_it_is_done(desk: Path) -> None:
    assert "open items 0 will rise above a threshold, 0 will fall below" in monitor(desk, "classifiers", "train").out
    path = desk / "classifiers" / "cpec-security.toml"
    text = path.read_text(encoding="utf-8")
    assert "\nthreshold    = 0.35\n" in text
    path.write_text(text.replace("\nthreshold    = 0.35\n", "\nthreshold    = 0.97\n"), encoding="utf-8")
    query = "select count(*) from facets where kind = 'topic' and value = 'cpec-security' and is_relevant"
    before = rows(desk, query)[0][0]
    listed = monitor(desk, "classifiers", "train")
    assert "since the open items were scored: changed definition of cpec-security" in listed.out
    assert " cpec-security (threshold 0.35 → 0.97)  " in listed.out
    assert rows(desk, query)[0][0] == before, "only a round changes what is stored"
    done = monitor(desk, "once", "--due", "--no-send")
    fell = int(str(before)) - int(str(rows(desk, query)[0][0]))
    assert fell > 0
    assert f"0 rose above a threshold, {fell} fell below" in done.out
    assert f", {fell} fell\n" in monitor(desk, "status").out
    assert "0 will rise above a threshold, 0 will fall below" in monitor(desk, "classifiers", "train").out


def test_a_judgement_shows_which_items_it_moves_and_why(desk: Path) -> None:
    query = (
        "select item from facets where kind = 'topic' and value = 'cpec-security' and not is_relevant "
        "order by score desc, item limit 1"
    )
    item = str(rows(desk, query)[0][0])
    done = monitor(desk, "label", item, "cpec-security", "yes", "--json")
    change = json.loads(done.out)
    assert change["after"] > change["before"]
    assert change["rose"] == sum(one["after"] >= change["threshold"] for one in change["crossed"])
    assert change["fell"] == len(change["crossed"]) - change["rose"]
    back = monitor(desk, "label", "--undo")
    assert back.code == 0, back.err
    assert back.out.count("↓") == min(change["rose"], 5)


def test_status_shows_how_much_each_topic_tags(desk: Path) -> None:
    shown = monitor(desk, "status", "--json")
    topics = json.loads(shown.out)["topics"]
    assert [one["topic"] for one in topics] == ["cpec-security", "militant-sanctuaries"]
    assert topics[0]["per_day"] > 0
    assert topics[0]["per_day_before"] is None
    assert "topic      cpec-security: " in monitor(desk, "status").out


def test_a_topic_below_its_floor_fails_the_evaluation_and_the_other_does_not(desk: Path) -> None:
    path = desk / "classifiers" / "cpec-security.toml"
    text, number = re.subn(r"(?m)^(floor *=) 0\.\d+$", r"\1 0.999", path.read_text(encoding="utf-8"))
    assert number == 1
    path.write_text(text, encoding="utf-8")
    done = monitor(desk, "classifiers", "evaluate", "--json")
    assert done.code == 1, done.err
    figures = {line["topic"]: line for line in map(json.loads, done.out.splitlines())}
    assert figures["cpec-security"]["average_precision"] < 0.999
    assert figures["militant-sanctuaries"]["average_precision"] >= 0.90


def test_a_file_of_items_is_explained_in_their_own_words(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text('{"id": 7, "title": "Chinese engineers killed near Dasu"}\n', encoding="utf-8")
    lines = [json.loads(line) for line in monitor(desk, "classifiers", "explain", str(file), "--json").out.splitlines()]
    assert [(line["id"], line["topic"]) for line in lines] == [("7", "cpec-security"), ("7", "militant-sanctuaries")]
    assert lines[0]["is_relevant"]
    for part in lines[0]["contributions"]:
        assert "Chinese engineers killed near Dasu"[part["start"] : part["end"]] == part["quote"]
