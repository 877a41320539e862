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
