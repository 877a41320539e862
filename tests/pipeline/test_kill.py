"""kill -9 before and after every commit of a round, then again: nothing lost, nothing stored or sent twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.demo.server import DemoServer, config_text
from tests.mail import mail_sink
from tests.workspaces import GENEROUS_SECONDS, copy_workspace, monitor, rows

SMALL = ("meridian-wire", "indus-courier")
MOST_COMMITS = 60
"""More than a round with a digest and mail makes; the test fails if it never gets to the end."""


def killed_round(root: Path, commit: int, moment: str) -> int:
    """Run a round that kills itself at a commit; return how it ended, 0 if it got through before."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.pipeline.killed_round", str(root), str(commit), moment],
        capture_output=True,
        timeout=GENEROUS_SECONDS,
        check=False,
        env={**os.environ, "MONITOR_TEST_PASSWORD": "secret"},
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode


def small_config(server: DemoServer, mail: str) -> str:
    """Return a configuration with two sample feeds and the digest going to a folder and by mail."""
    head, *blocks = config_text(server.base_url, "out").split("[[feed]]")
    kept = [block for block in blocks if any(f'name = "{name}"' in block for name in SMALL)]
    head = head.replace('routes = ["folder"]\nmarking', 'routes = ["folder", "desk-mail"]\nmarking')
    head = head.partition("[coverage]")[0]  # it names feeds that are not kept
    return head + mail + "".join(f"[[feed]]{block}" for block in kept)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_round_killed_at_any_commit_loses_and_doubles_nothing(fitted: Path, tmp_path: Path, moment: str) -> None:
    doubled = 0
    with DemoServer(edits=False) as server, mail_sink(tmp_path / "mail", users={"desk": "secret"}) as sink:
        mail = (
            '[route.desk-mail]\nkind = "email"\nto = ["desk@monitor.example"]\nfrom = "monitor@monitor.example"\n'
            f'host = "127.0.0.1"\nport = {sink.port}\nuser = "desk"\npassword_env = "MONITOR_TEST_PASSWORD"\n'
            f'ca_file = "{sink.ca_file}"\n'
        )
        config = small_config(server, mail)
        items = sum(len(server.feeds[name].items) for name in SMALL)
        for commit in range(MOST_COMMITS):
            sink.received.clear()
            root = copy_workspace(fitted, tmp_path / f"desk-{commit}", config)
            was_killed = killed_round(root, commit, moment) != 0
            again = monitor(root, "once", env={"MONITOR_TEST_PASSWORD": "secret"})
            assert again.code == 0, again.err
            assert_whole(root, items)
            ids = Counter(mail.message["Message-ID"] for mail in sink.received)
            assert len(ids) == 1, "one digest, one mail; a second copy only ever carries the same id"
            doubled += ids.total() - 1
            if not was_killed:
                break
        else:
            pytest.fail(f"the round makes more than {MOST_COMMITS} commits")
    # Only the kill between the server's answer and our mark may cost a copy.
    assert doubled == (1 if moment == "before" else 0)


def assert_whole(root: Path, items: int) -> None:
    """Assert that the workspace is as after one round that nobody disturbed."""
    assert rows(root, "select count(*), count(distinct id) from items") == [(items, items)]
    assert rows(root, "select count(*) from items where assessor is null") == [(0,)]
    assert rows(root, "select count(*), count(distinct slot) from digests") == [(1, 1)]
    assert rows(root, "select count(*) from outbox where status <> 'sent'") == [(0,)]
    assert rows(root, "select count(*) from outbox") == [(3,)]
    members = rows(root, "select count(*), count(distinct item) from digest_members")
    archived = int(str(rows(root, "select count(*) from items where is_backlog = 1")[0][0]))
    assert members == [(items - archived, items - archived)]
    assert sorted(path.suffix for path in (root / "out").iterdir()) == [".html", ".md"]
