"""`monitor init` makes a workspace and never overwrites."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import InputError
from monitor.workspace.starter import make_workspace


def test_a_new_workspace_has_settings_and_the_four_folders(tmp_path: Path) -> None:
    made, kept = make_workspace(tmp_path / "desk")
    assert kept == []
    assert "config.toml" in made
    assert {Path(name).parts[0] for name in made if "/" in name} == {"seeds", "classifiers", "rules", "digests"}


def test_nothing_is_overwritten_and_what_is_missing_is_added(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    (tmp_path / "rules" / "watchlist.toml").write_text("mine", encoding="utf-8")
    (tmp_path / "config.toml").unlink()
    made, _ = make_workspace(tmp_path)
    assert made == ["config.toml"]
    assert (tmp_path / "rules" / "watchlist.toml").read_text(encoding="utf-8") == "mine"


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "desk").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="this is a file, not a folder"):
        make_workspace(tmp_path / "desk")


def test_judgements_of_others_are_not_copied(tmp_path: Path) -> None:
    made, _ = make_workspace(tmp_path)
    assert [name for name in made if name.startswith("classifiers/feedback/") and name.endswith(".jsonl")] == []
