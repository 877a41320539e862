from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

DESK = """
[file]
owner = "cpec-desk"

[rule.port-attacked]
severity = "high"
all      = ["@gwadar", "attack*"]

[[rule.port-attacked.example]]
match = true
text  = "Attack in Gwadar"

[[rule.port-attacked.example]]
match = false
text  = "Gwadar fair"
"""
WATCHLIST = '[entity.gwadar]\nname = "Gwadar"\nnames = ["Gwadar", "گوادر"]\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    (tmp_path / "rules" / "desk-cpec.toml").write_text(DESK, encoding="utf-8")
    return tmp_path


def _run(workspace: Path, *arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", "-w", str(workspace), "rules", *arguments]
    return subprocess.run(command, input=lines, capture_output=True, encoding="utf-8", check=False)


def _json_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_check_is_silent_about_good_files(workspace: Path) -> None:
    done = _run(workspace, "check")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_check_of_the_whole_workspace_shows_lines_too_and_right_to_left_terms_alone(workspace: Path) -> None:
    (workspace / "config.toml").write_text('me = "cpec-desk"\n[fetch]\nconcurency = 64\n', encoding="utf-8")
    (workspace / "rules" / "desk-cpec.toml").write_text(DESK.replace('"attack*"', '"@حملہ"'), encoding="utf-8")
    command = [sys.executable, "-m", "monitor", "-w", str(workspace), "check"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 2
    assert "    concurency = 64\n    ^^^^^^^^^^\n" in done.stdout
    assert '    here: "@حملہ"\n' in done.stdout


def test_check_prints_three_mistakes_with_place_and_fix_and_exits_with_2(workspace: Path) -> None:
    wrong = (Path(__file__).parent.parent / "data" / "rules" / "bad" / "three-mistakes.toml").read_text(
        encoding="utf-8"
    )
    (workspace / "rules" / "desk-cpec.toml").write_text(wrong, encoding="utf-8")
    done = _run(workspace, "check")
    assert done.returncode == 2
    assert done.stdout == (
        'rules/desk-cpec.toml:13:12: R008 "severity" cannot be "hihg"\n'
        '    severity = "hihg"\n'
        "               ^^^^^^\n"
        '    did you mean "high"? it can be: info, low, medium, high, critical\n'
        'rules/desk-cpec.toml:14:13: R012 no entity, set or words called "@tpp"\n'
        '    all      = ["@tpp", "@attack"]\n'
        "                ^^^^^^\n"
        '    did you mean "@ttp"? it is defined in rules/desk-cpec.toml:4\n'
        'rules/desk-cpec.toml:15:12: R010 "throttle" is "6 hours", which is no length of time\n'
        '    throttle = "6 hours"\n'
        "               ^^^^^^^^^\n"
        '    write a whole number and s, m, h, d or w, in quotes: throttle = "6h"\n'
    )
    assert _json_lines(_run(workspace, "check", "--json").stdout)[1] == {
        "path": "rules/desk-cpec.toml",
        "line": 14,
        "column": 13,
        "code": "R012",
        "what": 'no entity, set or words called "@tpp"',
        "fix": 'did you mean "@ttp"? it is defined in rules/desk-cpec.toml:4',
    }


def test_a_file_that_is_no_text_is_a_problem_and_the_others_are_read(workspace: Path) -> None:
    (workspace / "rules" / "broken.toml").write_bytes(b"# caf\xe9\n")
    done = _run(workspace, "check")
    assert done.returncode == 2
    assert done.stdout.startswith("rules/broken.toml:1:6: F002 ")
    assert done.stdout.count(": F002 ") == 1


def test_test_runs_every_example(workspace: Path) -> None:
    done = _run(workspace, "test")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "2 examples of 1 rule: 2 passed, 0 failed\n"


def test_a_failed_example_says_which_clause_decided(workspace: Path) -> None:
    (workspace / "rules" / "desk-cpec.toml").write_text(
        DESK.replace("Gwadar fair", "Gwadar attacked"), encoding="utf-8"
    )
    done = _run(workspace, "test")
    assert done.returncode == 1
    assert done.stdout == (
        "rules/desk-cpec.toml:13:1: example 2 of cpec-desk/port-attacked must not match, and does\n"
        '    "@gwadar" found as "Gwadar"; "attack*" found as "attacked"\n'
    )
    assert _json_lines(_run(workspace, "test", "--json").stdout)[1] == {
        "rule": "cpec-desk/port-attacked",
        "example": 2,
        "path": "rules/desk-cpec.toml",
        "line": 13,
        "column": 1,
        "expected": False,
        "matched": True,
        "passed": False,
        "decided_by": '"@gwadar" found as "Gwadar"; "attack*" found as "attacked"',
    }


def test_a_draft_outside_the_workspace_is_tested_beside_its_watchlist(
    workspace: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    draft = tmp_path_factory.mktemp("draft") / "draft.toml"
    draft.write_text(DESK.replace("port-attacked", "draft"), encoding="utf-8")
    done = _run(workspace, "test", str(draft))
    assert (done.returncode, done.stderr) == (0, "2 examples of 1 rule: 2 passed, 0 failed\n")


def test_match_prints_one_line_per_item_in_the_order_given(workspace: Path) -> None:
    lines = (
        '{"id": "b", "title": "Gwadar", "summary": "Attackers fled. گوادر", "unknown": 1}\n'
        '{"id": 7, "text": null}\n'
        '{"id": "a", "text": "Quiet day"}\n'
    )
    done = _run(workspace, "match", "-", lines=lines)
    assert done.returncode == 0
    assert _json_lines(done.stdout) == [
        {
            "id": "b",
            "entities": [
                {"entity": "gwadar", "field": "title", "start": 0, "end": 6, "quote": "Gwadar"},
                {"entity": "gwadar", "field": "body", "start": 16, "end": 21, "quote": "گوادر"},
            ],
            "rules": [
                {
                    "rule": "cpec-desk/port-attacked",
                    "send": "digest",
                    "severity": "high",
                    "evidence": [
                        {"entity": "gwadar", "field": "title", "start": 0, "end": 6, "quote": "Gwadar"},
                        {"entity": None, "field": "body", "start": 0, "end": 9, "quote": "Attackers"},
                        {"entity": "gwadar", "field": "body", "start": 16, "end": 21, "quote": "گوادر"},
                    ],
                }
            ],
        },
        {"id": 7, "entities": [], "rules": []},
        {"id": "a", "entities": [], "rules": []},
    ]


def test_match_uses_given_files_instead_of_the_workspaces(workspace: Path) -> None:
    given = workspace / "mine.toml"
    given.write_text('[entity.turbat]\nname = "Turbat"\nnames = ["Turbat"]\n', encoding="utf-8")
    done = _run(workspace, "match", "-", "--watchlist", str(given), lines='{"id": 1, "text": "Gwadar, Turbat"}\n')
    assert _json_lines(done.stdout) == [
        {
            "id": 1,
            "entities": [{"entity": "turbat", "field": "body", "start": 8, "end": 14, "quote": "Turbat"}],
            "rules": [],
        }
    ]


def test_match_names_a_line_that_is_no_item_and_goes_on(workspace: Path) -> None:
    odd = '{"id": 2, "text": "\\ud800 Gwadar", "published": "soon", "scores": {"x": 1e999}}'
    lines = f'nonsense\n[1]\n{{"id": 1, "title": 5}}\n{odd}\n'
    done = _run(workspace, "match", "-", lines=lines)
    assert done.returncode == 2
    assert [line["id"] for line in _json_lines(done.stdout)] == [2]
    assert "-:1: this is no JSON" in done.stderr
    assert "-:2: this is no JSON object" in done.stderr
    assert '-:3: "title" and "text" must be texts' in done.stderr


def test_a_watchlist_that_is_not_there_is_named(workspace: Path) -> None:
    done = _run(workspace, "match", "-", "--watchlist", "nowhere.toml", lines="")
    assert done.returncode == 2
    assert "nowhere.toml: there is no such file" in done.stderr


def test_the_cases_through_the_command(shared: Path, tmp_path: Path) -> None:
    cases = shared / "rules" / "cases.jsonl"
    done = _run(tmp_path, "match", str(cases), "--watchlist", str(shared / "rules" / "entities.toml"))
    assert (done.returncode, done.stderr) == (0, "")
    wanted = [json.loads(line) for line in cases.read_text(encoding="utf-8").splitlines()]
    found = _json_lines(done.stdout)
    assert [line["id"] for line in found] == [case["id"] for case in wanted]
    for case, line in zip(wanted, found, strict=True):
        entities = line["entities"]
        assert isinstance(entities, list)
        spans = [[one["start"], one["end"]] for one in entities if one["entity"] == case["entity"]]
        assert spans == case["spans"], case


def test_every_pre_commit_hook_is_a_command_that_passes_on_good_files(workspace: Path, checkout: Path) -> None:
    (workspace / "config.toml").write_text('me = "cpec-desk"\n[analyst.cpec-desk]\n', encoding="utf-8")
    for git in (["init", "-q"], ["add", "."], ["commit", "-qm", "rules"]):
        user = ["-c", "user.name=a", "-c", "user.email=a@desk.example"]
        subprocess.run(["git", *user, *git], cwd=workspace, check=True)
    hooks = (checkout / ".pre-commit-hooks.yaml").read_text(encoding="utf-8").splitlines()
    entries = [line.removeprefix("  entry: monitor rules ") for line in hooks if line.startswith("  entry: ")]
    assert entries == ["check", "test", "diff HEAD --days 30"]
    for entry in entries:
        done = _run(workspace, *entry.split())
        assert (entry, done.returncode) == (entry, 0), done.stderr
