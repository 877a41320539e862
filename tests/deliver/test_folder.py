from __future__ import annotations

import resource
from pathlib import Path

import pytest

from monitor.deliver.folder import write_file
from monitor.records import SendFailed, Sent

NAME = "morning-20261121T023000Z.md"


def test_the_folder_is_made_and_the_file_written(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "digests"
    assert write_file(folder, NAME, b"# Morning\n") == Sent(str(folder / NAME))
    assert (folder / NAME).read_bytes() == b"# Morning\n"
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_the_same_file_again_is_left_alone(tmp_path: Path) -> None:
    write_file(tmp_path, NAME, b"one")
    before = (tmp_path / NAME).stat()
    assert write_file(tmp_path, NAME, b"one") == Sent(f"{tmp_path / NAME} was already written")
    after = (tmp_path / NAME).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_content_replaces_the_file_whole(tmp_path: Path) -> None:
    write_file(tmp_path, NAME, b"a longer first version")
    assert isinstance(write_file(tmp_path, NAME, b"second"), Sent)
    assert (tmp_path / NAME).read_bytes() == b"second"


def test_what_a_killed_process_left_behind_is_written_over(tmp_path: Path) -> None:
    (tmp_path / f".{NAME}.part").write_bytes(b"half a dig")
    assert isinstance(write_file(tmp_path, NAME, b"whole"), Sent)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_full_disk_is_said_in_words_and_leaves_the_old_file(tmp_path: Path) -> None:
    write_file(tmp_path, NAME, b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The limit on file size makes the system refuse the write as a full disk does, for this process alone.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        outcome = write_file(tmp_path, NAME, b"x" * 200_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert isinstance(outcome, SendFailed)
    assert not outcome.is_permanent
    assert outcome.reason.startswith(f"cannot write {tmp_path / NAME}: the disk is full")
    assert (tmp_path / NAME).read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_file_in_the_folder_s_place_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("not a folder", encoding="utf-8")
    outcome = write_file(tmp_path / "out", NAME, b"x")
    assert outcome == SendFailed(f"cannot write {tmp_path / 'out' / NAME}: a file stands where the folder should be")
    below = write_file(tmp_path / "out" / "deeper", NAME, b"x")
    assert isinstance(below, SendFailed)
    assert "a file stands where the folder should be" in below.reason


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../up.md", "a/b.md", "a\\b.md", ".hidden", "a\x00b", "a\nb", "x" * 300]
)
def test_a_name_that_is_no_plain_file_name_is_refused_for_good(tmp_path: Path, name: str) -> None:
    outcome = write_file(tmp_path / "out", name, b"x")
    assert isinstance(outcome, SendFailed)
    assert outcome.is_permanent
    assert not (tmp_path / "out").exists()
