"""Files that are missing or lie in the wrong place are said; nothing that alerts stops without a word."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workspaces import config_of, copy_workspace, monitor


def test_rules_that_vanished_stay_in_force_and_are_named(fitted: Path, tmp_path: Path) -> None:
    root = copy_workspace(fitted, tmp_path / "desk", config_of(""))
    assert monitor(root, "once").code == 0
    shutil.rmtree(root / "rules")
    done = monitor(root, "once", "--digest", "morning")
    assert done.code == 2
    assert "rules/ holds nothing that can be used: its last good files are used" in done.out
    assert "rules/desk-cpec.toml is gone" in done.out
    checked = monitor(root, "check")
    assert checked.code == 2
    assert "rules:1:1: F001 there is no rule file, so nothing is matched and no alert is sent" in checked.out


def test_a_rule_file_nobody_reads_is_named(fitted: Path, tmp_path: Path) -> None:
    root = copy_workspace(fitted, tmp_path / "desk", config_of(""))
    assert monitor(root, "once").code == 0
    (root / "rules" / "team").mkdir()
    shutil.move(root / "rules" / "desk-cpec.toml", root / "rules" / "team" / "desk-cpec.toml")
    done = monitor(root, "once")
    assert done.code == 0
    assert 'a file is gone, and what it held is off from now on path="rules/desk-cpec.toml"' in done.err.replace(
        "path=rules/desk-cpec.toml", 'path="rules/desk-cpec.toml"'
    )
    for command in (("check",), ("rules", "check")):
        assert "rules/team/desk-cpec.toml:1:1: F001 this file is not read" in monitor(root, *command).out


@pytest.mark.parametrize("path", ["classifiers/contrast.jsonl", "seeds/labels.toml"])
def test_a_missing_file_the_model_learns_from_is_named(fitted: Path, tmp_path: Path, path: str) -> None:
    root = copy_workspace(fitted, tmp_path / "desk", config_of(""))
    (root / path).unlink()
    checked = monitor(root, "check")
    assert checked.code == 2
    assert f"{path}:1:1: F001 there is no such file" in checked.out
    done = monitor(root, "once")
    assert done.code == 2
    assert path in done.out
