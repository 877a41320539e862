"""The command line answers at once and imports only what a command needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.workspaces import config_of, copy_workspace, monitor

HEAVY = ("numpy", "sklearn", "sqlalchemy", "aiohttp", "pydantic", "rich", "apscheduler", "scipy", "lxml")


def imported_by(*arguments: str) -> set[str]:
    """Return the packages a command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "monitor", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    names = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {name.partition(".")[0] for name in names}


def test_help_imports_nothing_heavy() -> None:
    assert imported_by("--help") & set(HEAVY) == set()


def test_a_round_with_nothing_to_score_imports_no_scikit_learn(fitted: Path, tmp_path: Path) -> None:
    root = copy_workspace(fitted, tmp_path / "desk", config_of(""))
    assert monitor(root, "once").code == 0
    assert imported_by("-w", str(root), "once") & {"sklearn", "scipy"} == set()


def test_the_modules_of_a_round_import_nothing_that_only_assessing_needs() -> None:
    # Assessing and compiling names of other scripts import numpy when they come to it.
    code = "import sys, monitor.cli.rounds, monitor.pipeline.round; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert {name.partition(".")[0] for name in done.stdout.split()} & {"numpy", "sklearn", "scipy"} == set()


def test_outside_a_workspace_the_message_says_how_to_make_one(tmp_path: Path) -> None:
    done = monitor(tmp_path, "once")
    assert done.code == 2
    assert "there is no such file" in done.err
    assert "monitor init" in done.err
    assert "Traceback" not in done.err


def test_an_unknown_command_is_a_bad_input(tmp_path: Path) -> None:
    done = monitor(tmp_path, "wonce")
    assert done.code == 2
    assert "No such command" in done.err


def test_rules_commands_outside_a_workspace_do_not_say_that_all_is_well(tmp_path: Path) -> None:
    for command in ("check", "test"):
        done = monitor(tmp_path, "rules", command)
        assert done.code == 2
        assert "there is no rule file" in done.err


def test_items_to_match_that_are_not_there_are_bad_input(fitted: Path) -> None:
    done = monitor(fitted, "rules", "match", "no-such-file.jsonl")
    assert done.code == 2
    assert done.err.startswith("error: no-such-file.jsonl: cannot be read")


def test_a_reader_that_goes_away_is_no_failure(fitted: Path, tmp_path: Path) -> None:
    lines = tmp_path / "items.jsonl"
    lines.write_text('{"id": 1, "title": "Attack on Chinese engineers near Dasu"}\n' * 5000, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "-w", str(fitted), "rules", "match", str(lines)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.stdout.close()
        _, complaints = running.communicate(timeout=120)
    assert (running.returncode, complaints) == (0, b"")
