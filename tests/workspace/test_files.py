"""Files are read with errors a person can act on, and written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import DiskError, InputError
from monitor.workspace.files import read_text, read_texts, write_text


def test_a_file_in_another_encoding_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_bytes(b'# first\nname = "caf' + b"\xe9" + b'"\n')
    texts, (problem,) = read_texts(tmp_path, tmp_path, "*.toml")
    assert texts == {}
    assert (str(problem.where), problem.code) == ("rules.toml:2:12", "F002")
    assert "0xe9" in problem.what


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbfx = 1")
    assert read_text(tmp_path / "a.toml", "a.toml") == "x = 1"


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_text(tmp_path / "none.toml", "none.toml")


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.write_text("old", encoding="utf-8")
    with pytest.raises(DiskError, match="cannot be written"):
        write_text(folder / "inside.txt", "new")
    assert folder.read_text(encoding="utf-8") == "old"
