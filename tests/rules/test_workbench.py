"""The workbench as a person uses it, on the sample feeds after one round."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.demo.server import DemoServer, config_text
from tests.workspaces import Outcome, copy_workspace, monitor

pytestmark = pytest.mark.slow
DRAFT = """[file]
owner = "cpec-desk"

[rule.port-news]
title = "News of the port"
send  = "off"
all   = ["@gwadar"]
"""


@pytest.fixture(scope="module")
def polled(fitted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a workspace that has read the sample feeds and closed a digest; tests copy it."""
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path_factory.mktemp("polled") / "desk", config_text(server.base_url, "out"))
        done = monitor(root, "once")
        assert done.code == 0, done.err
    return root


@pytest.fixture
def desk(polled: Path, tmp_path: Path) -> Path:
    """Give a copy of the polled workspace to change."""
    return shutil.copytree(polled, tmp_path / "desk")


def _json(done: Outcome) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.out.splitlines()]


def _item(root: Path, *words: str) -> str:
    return str(_json(monitor(root, "items", "search", *words, "--json", "--limit", "1"))[0]["id"])


def test_why_says_of_an_item_that_came_what_brought_it(polled: Path) -> None:
    id_ = _item(polled, "کوہستان", "قافلے")
    done = monitor(polled, "why", id_)
    assert done.code == 0, done.err
    assert "cpec-desk/chinese-nationals-attacked (critical, alert) holds" in done.out
    assert "It arrived: digest morning-" in done.out
    assert f"monitor quiet {id_}" in done.out
    (record,) = _json(monitor(polled, "why", id_, "--json"))
    assert (record["arrived"], record["item"], record["analyst"]) == (True, id_, "cpec-desk")
    assert any(key.startswith("link ") for key in record["keys"])  # type: ignore[attr-defined] # a list of JSON


def test_why_finds_an_item_by_its_link_in_another_form_and_by_its_headline(polled: Path) -> None:
    (listed,) = _json(monitor(polled, "items", "search", "کوہستان", "قافلے", "--json", "--limit", "1"))
    link = f"{listed['link']}?utm_source=whatsapp"
    (by_link,) = _json(monitor(polled, "why", link, "--json"))
    assert (by_link["item"], by_link["how"]) == (listed["id"], "by its link")
    (by_words,) = _json(monitor(polled, "why", *str(listed["title"]).split(), "--json"))
    assert (by_words["item"], by_words["how"]) == (listed["id"], "by its words")
    (roughly,) = _json(monitor(polled, "why", str(listed["title"]), "فوری", "--json"))
    assert (roughly["item"], roughly["how"]) == (listed["id"], 'by its words without "فوری"')


def test_why_of_an_item_below_the_threshold_ends_in_the_threshold_that_would_bring_it(polled: Path) -> None:
    (record,) = _json(monitor(polled, "why", _item(polled, "چینی", "برتن"), "--json"))
    assert record["arrived"] is False
    first = record["changes"][0]["changes"][0]  # type: ignore[index] # JSON
    assert first["kind"] == "threshold"
    # Of which topic, the model decides.
    assert first["what"].startswith("lower the threshold of ")


def test_why_of_a_headline_nobody_brought_names_the_feeds_and_judges_it(polled: Path) -> None:
    done = monitor(polled, "why", "Gunmen shot at Chines enginners near Dassu")
    assert done.code == 1
    assert "makran-post: failing" in done.out
    assert "Nothing like this is stored" in done.out
    assert '"Chines enginners" looks like "Chinese engineer"' in done.out
    assert "cpec-desk/chinese-nationals-attacked would hold (critical, alert)" in done.out


def test_why_of_a_page_no_feed_reads_says_so(polled: Path) -> None:
    done = monitor(polled, "why", "https://nowhere.example/story")
    assert done.code == 1
    assert "no feed of config.toml reads that site" in done.out


def test_why_for_an_unknown_analyst_names_the_known_ones(polled: Path) -> None:
    done = monitor(polled, "why", "x", "--analyst", "nobody")
    assert done.code == 2
    assert "cpec-desk, sanctuaries-desk" in done.err


@pytest.mark.parametrize(
    "command", [("why", "Gunmen shot at Chines enginners near Dassu"), ("rules", "diff", "rules"), ("items", "list")]
)
def test_what_was_read_before_is_asked_without_loading_what_reads_it(polled: Path, command: tuple[str, ...]) -> None:
    arguments = [str(polled / "rules") if word == "rules" and number else word for number, word in enumerate(command)]
    monitor(polled, *arguments)
    done = monitor(polled, *arguments, env={"PYTHONPROFILEIMPORTTIME": "1"})
    loaded = {line.rsplit("|", 1)[1].strip() for line in done.err.splitlines() if line.startswith("import time:")}
    assert "monitor.store.schema" in loaded
    readers = {"monitor.rules.syntax", "monitor.rules.lint", "monitor.classifiers.definition_file", "tree_sitter"}
    assert loaded.isdisjoint({*readers, "pydantic", "alembic", "sklearn", "numpy.ma", "rich.progress"})


def test_a_draft_that_is_off_is_tried_over_the_archive(polled: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text(DRAFT, encoding="utf-8")
    done = monitor(polled, "rules", "try", str(draft))
    assert done.code == 0, done.err
    assert "cpec-desk/port-news: " in done.out
    assert "[Gwadar" in done.out
    assert "overlaps  cpec-desk/" in done.out
    (record,) = _json(monitor(polled, "rules", "try", str(draft), "--json"))
    assert int(str(record["stories"])) > 0
    assert monitor(polled, "rules", "try", str(draft), "--rule", "nosuch").code == 2


def test_a_removed_name_shows_the_stories_it_loses_and_why(desk: Path) -> None:
    _git(desk, "init", "-q")
    _git(desk, "add", "rules")
    _git(desk, "commit", "-qm", "rules")
    same = monitor(desk, "rules", "diff", "HEAD")
    assert (same.code, "Nothing changes" in same.out) == (0, True)
    watchlist = desk / "rules" / "watchlist.toml"
    lines = watchlist.read_text(encoding="utf-8").split("\n")
    watchlist.write_text("\n".join(line for line in lines if '{ text = "کوہستان"' not in line), encoding="utf-8")
    done = monitor(desk, "rules", "diff", "HEAD")
    assert done.code == 0, done.err
    title, changed, blank, *told = done.out.splitlines()
    assert (title, blank) == ("Rules from HEAD to the workspace, last 30 days", "")
    assert changed == '  @kohistan: name "کوہستان" removed'
    lost = [line for line in told if line.startswith("lost ")]
    assert lost
    assert told[: len(lost) + 1] == [*lost, ""]
    assert all(line.endswith(') by the name "کوہستان" of @kohistan') for line in lost)
    assert any(line.startswith('  by the name "کوہستان" of @kohistan: ') for line in told)
    shutil.copytree(desk / "rules", desk / "later")
    later = monitor(desk, "rules", "diff", "HEAD", str(desk / "later"))
    assert later.out.splitlines()[1:] == done.out.splitlines()[1:]


def test_a_diff_for_a_review_is_one_document_and_for_a_script_one_object_per_rule(desk: Path) -> None:
    shutil.copytree(desk / "rules", desk / "before")
    watchlist = desk / "rules" / "watchlist.toml"
    lines = watchlist.read_text(encoding="utf-8").split("\n")
    watchlist.write_text("\n".join(line for line in lines if '{ text = "کوہستان"' not in line), encoding="utf-8")
    document = monitor(desk, "rules", "diff", str(desk / "before"), "--markdown").out
    assert document.startswith(f"# Rules from {desk / 'before'} to the workspace, last 30 days\n\n- @kohistan: name ")
    assert "\n| rule | stories won | lost | kept |\n" in document
    assert "\nLost:\n\n- 20" in document
    records = _json(monitor(desk, "rules", "diff", str(desk / "before"), "--json"))
    told = monitor(desk, "rules", "diff", str(desk / "before")).out.splitlines()
    assert any(record["lost"] for record in records)
    for record in records:
        counts = f"{record['rule']}: 0 won, {len(record['lost'])} lost, {record['kept']} kept"  # type: ignore[arg-type] # as above
        assert (counts in told) == bool(record["lost"])
        lines_of_rule = [line for line in told if line.startswith("lost ") and f" {record['rule']} · " in line]
        assert len(lines_of_rule) == len(record["lost"])  # type: ignore[arg-type] # as above


def test_losing_a_story_judged_relevant_is_exit_code_1(desk: Path) -> None:
    (lost, *_) = _json(monitor(desk, "items", "list", "--rule", "cpec-desk/karakoram-route", "--json"))
    judged = {
        "item": lost["id"], "topic": "cpec-security", "label": True, "analyst": "cpec-desk",
        "at": "2026-11-21T12:00:00Z", "title": lost["title"], "text": "", "why": "",
    }  # fmt: skip
    (desk / "classifiers" / "feedback" / "cpec-desk.jsonl").write_text(json.dumps(judged) + "\n", encoding="utf-8")
    (desk / "empty").mkdir()
    (desk / "empty" / "desk-cpec.toml").write_text('[file]\nowner = "cpec-desk"\n', encoding="utf-8")
    done = monitor(desk, "rules", "diff", str(desk / "rules"), str(desk / "empty"))
    assert done.code == 1
    assert "Judged relevant, and found by no rule any more" in done.out
    assert (
        "Stories that analysts judged: 0 judged relevant won, 1 judged relevant lost, 0 judged noise won, "
        "0 judged noise lost." in done.out
    )


def test_on_a_terminal_no_result_stands_behind_the_bar(desk: Path) -> None:
    (desk / "empty").mkdir()
    (desk / "empty" / "desk-cpec.toml").write_text('[file]\nowner = "cpec-desk"\n', encoding="utf-8")
    shown = _on_a_terminal(desk, "rules", "diff", str(desk / "rules"), str(desk / "empty"))
    assert "lost 20" in shown
    assert "comparing rules" in shown
    shown += _on_a_terminal(desk, "rules", "try", str(desk / "rules" / "desk-cpec.toml"))
    assert "trying rules" in shown
    drawn = [line for line in re.split(r"[\r\n]", shown) if "comparing rules" in line or "trying rules" in line]
    assert [line for line in drawn if "(" in line] == []


def _on_a_terminal(root: Path, *arguments: str) -> str:
    """Return everything a command writes to a terminal of its own."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "monitor", "-w", str(root), *arguments]
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        written = b""
        with suppress(OSError):  # so a terminal ends whose last writer went away
            while piece := os.read(ours, 65_536):
                written += piece
    os.close(ours)
    assert process.returncode in {0, 1}
    return written.decode("utf-8", "replace").replace("\r\n", "\n")


def test_something_that_is_no_version_is_bad_input(polled: Path) -> None:
    done = monitor(polled, "rules", "diff", "no-such-thing")
    assert done.code == 2
    assert "is no folder, no file and no git revision here" in done.err


def test_unused_lists_what_found_nothing(polled: Path) -> None:
    (record,) = _json(monitor(polled, "rules", "unused", "--json"))
    assert "@militant-media" in record["unreferenced"]  # type: ignore[operator] # JSON
    assert record["entities"]
    assert "Rules that held for none of" in monitor(polled, "rules", "unused").out


def test_suggest_gives_lines_that_are_not_listed_yet(polled: Path) -> None:
    done = monitor(polled, "rules", "suggest", "--json")
    found = _json(done)
    assert done.code == 0, done.err
    assert any(one["quote"] == "مسئولیت" for one in found)
    assert all(int(str(one["items"])) >= 2 for one in found)


def test_an_archived_item_becomes_an_example_and_the_file_keeps_its_comments(desk: Path) -> None:
    path = desk / "rules" / "desk-cpec.toml"
    before = path.read_text(encoding="utf-8")
    done = monitor(desk, "rules", "add-example", _item(desk, "کوہستان", "قافلے"), "chinese-nationals-attacked")
    assert done.code == 0, done.err
    after = path.read_text(encoding="utf-8")
    added = done.out.split("\n", 1)[1].rstrip("\n")
    assert after.replace(f"\n{added}\n", "", 1) == before
    assert monitor(desk, "rules", "test").code == 0
    wrong = monitor(desk, "rules", "add-example", _item(desk, "چینی", "برتن"), "cpec-desk/karakoram-route")
    assert wrong.code == 1
    assert "not as the example says" in wrong.err


def test_quiet_writes_a_mute_that_why_then_names(desk: Path) -> None:
    id_ = _item(desk, "کوہستان", "قافلے")
    done = monitor(
        desk, "quiet", id_, "--analyst", "cpec-desk", "--entity", "kohistan", "--days", "7", "--why", "trial"
    )
    assert done.code == 0, done.err
    assert "[mute.kohistan]" in (desk / "rules" / "desk-cpec.toml").read_text(encoding="utf-8")
    assert monitor(desk, "rules", "check").code == 0
    assert "mute.kohistan covers it until" in monitor(desk, "why", id_).out


def test_quiet_writes_a_tune_of_somebody_elses_rule_and_says_what_it_costs(desk: Path) -> None:
    id_ = _item(desk, "کوہستان", "قافلے")
    rule = "cpec-desk/chinese-nationals-attacked"
    options = ("--analyst", "sanctuaries-desk", "--rule", rule, "--send", "digest")
    done = monitor(desk, "quiet", id_, *options)
    assert done.code == 0, done.err
    assert "is critical: what it finds will not alert you any more" in done.err
    assert monitor(desk, "rules", "check").code == 0
    again = monitor(desk, "quiet", id_, *options)
    assert again.code == 2
    assert "has a tune of" in again.err
    assert monitor(desk, "quiet", id_, "--analyst", "cpec-desk", "--rule", rule, "--send", "off").code == 2


def _git(root: Path, *arguments: str) -> None:
    names = ["-c", "user.name=Desk", "-c", "user.email=desk@monitor.example"]
    subprocess.run(["git", "-C", str(root), *names, *arguments], check=True, capture_output=True)
