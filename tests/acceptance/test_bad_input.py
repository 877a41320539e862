"""What a person gets to see when something is wrong, and that everything else is still done."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.demo.server import DemoServer, config_text
from tests.workspaces import config_of, copy_workspace, feed_block, monitor, rows

BROKEN_RULES = """[file]
owner = "cpec-desk"

[rule.first]
title = "A rule with three mistakes"
severity = "criticl"
all = ["@tpp", "attack*"]
sned = "alert"

[[rule.first.example]]
match = true
text = "TTP attack"

[[rule.first.example]]
match = false
text = "Nothing"
"""


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Mount a disk of a given size over ``folder``, which only root can; skip where that is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("a full disk can only be made by root, with mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_rule_file_with_three_mistakes_is_named_and_the_rest_goes_on(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        (root / "rules" / "mine.toml").write_text(BROKEN_RULES, encoding="utf-8")
        done = monitor(root, "once")
    assert done.code == 2, done.err
    assert "rules/mine.toml has errors" in done.out
    (digest,) = (root / "out").glob("morning-*.md")
    assert "rules/mine.toml has errors" in digest.read_text(encoding="utf-8")
    assert "Chinese engineers" in digest.read_text(encoding="utf-8")
    checked = monitor(root, "check")
    assert checked.code == 2
    places = [line.split(" ")[0] for line in checked.out.splitlines() if line.startswith("rules/mine.toml")]
    assert places == ["rules/mine.toml:6:12:", "rules/mine.toml:7:8:", "rules/mine.toml:8:1:"]
    assert 'did you mean "critical"?' in checked.out
    assert 'did you mean "@ttp"?' in checked.out
    assert 'did you mean "send"?' in checked.out


def test_a_rule_file_that_breaks_keeps_its_last_good_version(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        assert monitor(root, "status").code == 0
        assert monitor(root, "once", "--feed", "quetta-evening", "--no-send").code == 3  # keeps the good versions
        desk = root / "rules" / "desk-cpec.toml"
        desk.write_text(desk.read_text(encoding="utf-8") + '\n[rule.half\ntitle = "unfinished', encoding="utf-8")
        done = monitor(root, "once", "--no-send")
        assert done.code == 2, done.err
    assert "rules/desk-cpec.toml has errors: its last good version is used" in done.out
    assert "rule cpec-desk/chinese-nationals-attacked (critical)" in done.out
    assert "rules/desk-cpec.toml" in monitor(root, "status").out


def test_a_template_with_an_undefined_name_is_replaced_and_named(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        template = root / "digests" / "digest.md.j2"
        template.write_text("# {{ digest.titel }}\n" + template.read_text(encoding="utf-8"), encoding="utf-8")
        done = monitor(root, "once")
    assert done.code == 2, done.err
    assert "digests/digest.md.j2 has errors: the shipped template is used" in done.out
    checked = monitor(root, "check")
    assert checked.code == 2
    assert "digests/digest.md.j2:1:13:" in checked.out
    assert 'did you mean "title"?' in checked.out
    (digest,) = (root / "out").glob("morning-*.md")
    assert "# Morning digest" in digest.read_text(encoding="utf-8")


def test_an_unreadable_config_stops_everything_and_lists_every_problem(fitted: Path, tmp_path: Path) -> None:
    config = config_of(feed_block("one", "ftp://example.org/") + feed_block("one", "http://example.org/"))
    config = config.replace('at = "00:00"', 'at = "25:00"').replace('me = "cpec-desk"', 'me = "cpec-desk"\ncolour = 1')
    root = copy_workspace(fitted, tmp_path / "desk", config)
    done = monitor(root, "once")
    assert done.code == 2
    assert 'unknown key "colour"' in done.err
    assert '"25:00" is no time of day' in done.err
    assert '"ftp://example.org/" is no web address' in done.err
    assert "nothing was done" in done.err
    assert not (root / ".monitor" / "monitor.db").exists()


def test_a_folder_that_cannot_be_made_leaves_the_digest_waiting(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        (root / "out").write_text("a file stands here", encoding="utf-8")
        done = monitor(root, "once")
        assert done.code == 3
        assert "a file stands where the folder should be" in done.err
        assert rows(root, "select distinct status from outbox") == [("retry",)]
        assert "morning" in monitor(root, "deliveries", "list").out
    assert int(str(rows(root, "select count(*) from items")[0][0])) >= 150


@pytest.mark.slow
def test_a_full_disk_under_the_folder_loses_nothing(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        with small_disk(root / "out", "16k"):
            done = monitor(root, "once")
            assert done.code == 3
            assert "the disk is full" in done.err
        assert rows(root, "select distinct status from outbox") == [("retry",)]


@pytest.mark.slow
def test_a_full_disk_under_the_database_is_said_and_the_next_round_has_everything(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        private = root / ".monitor"
        models = tmp_path / "models"
        shutil.move(private / "models", models)
        with small_disk(private, "2600k"):
            shutil.copytree(models, private / "models", dirs_exist_ok=True)
            done = monitor(root, "once")
            assert done.code == 3
            assert "full" in done.err
            assert "Traceback" not in done.err
        shutil.copytree(models, private / "models", dirs_exist_ok=True)
        again = monitor(root, "once")
        assert again.code == 0, again.err
    assert int(str(rows(root, "select count(*) from items")[0][0])) >= 150


def test_a_password_file_that_is_not_there_is_found_by_the_check(fitted: Path, tmp_path: Path) -> None:
    mail = (
        '[route.mail]\nkind = "email"\nto = "a@example.org"\nfrom = "b@example.org"\nhost = "mail.example.org"\n'
        'user = "b"\npassword_file = "secrets/mail.txt"\n'
    )
    root = copy_workspace(fitted, tmp_path / "desk", config_of("", mail))
    checked = monitor(root, "check")
    assert checked.code == 2
    assert 'C006 route.mail: there is no file "secrets/mail.txt"' in checked.out


def test_a_misspelt_filter_is_no_empty_list(fitted: Path, tmp_path: Path) -> None:
    root = copy_workspace(fitted, tmp_path / "desk", config_of(""))
    done = monitor(root, "items", "list", "--topic", "cpec-securty")
    assert done.code == 2
    assert 'did you mean "cpec-security"?' in done.err
    assert monitor(root, "items", "list", "--topic", "cpec-security").code == 0
