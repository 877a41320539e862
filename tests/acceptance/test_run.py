"""The scheduler as a person starts it: polls what is due, sends the digest once, stops when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.demo.server import DemoServer, config_text
from tests.mail import mail_sink
from tests.workspaces import GENEROUS_SECONDS, copy_workspace, rows


@contextmanager
def running(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Run ``monitor run`` and end it, by its own pid, whatever the test does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "-w", str(root), "run"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "MONITOR_TEST_PASSWORD": "secret"},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def wait_for(condition: object, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + GENEROUS_SECONDS
    assert callable(condition)
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the service did not get there"
        time.sleep(0.2)


def test_the_service_polls_sends_one_digest_by_mail_and_folder_and_stops_on_sigterm(
    fitted: Path, tmp_path: Path
) -> None:
    with DemoServer(edits=False) as server, mail_sink(tmp_path / "mail", users={"desk": "secret"}) as sink:
        mail = (
            '[route.desk-mail]\nkind = "email"\nto = ["desk@monitor.example"]\nfrom = "monitor@monitor.example"\n'
            f'host = "127.0.0.1"\nport = {sink.port}\nuser = "desk"\npassword_env = "MONITOR_TEST_PASSWORD"\n'
            f'ca_file = "{sink.ca_file}"\n\n[digest.morning]'
        )
        # A slot long past and not near: the first digest is due at once.
        config = config_text(server.base_url, "out").replace("[digest.morning]", mail)
        config = config.replace('routes = ["folder"]\nmarking', 'routes = ["folder", "desk-mail"]\nmarking')
        config = config.replace('at = "07:30"', f'at = "{time.strftime("%H:%M", time.gmtime(time.time() - 7200))}"')
        config = config.replace('zone = "Asia/Karachi"', 'zone = "UTC"')
        root = copy_workspace(fitted, tmp_path / "desk", config)
        with running(root) as process:
            wait_for(lambda: sink.received, process)
            # Two more ticks, in which a second digest would show.
            time.sleep(12)
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=GENEROUS_SECONDS)
            assert process.returncode == 0, err
        (received,) = sink.received
    assert received.is_encrypted
    assert received.user == "desk"
    assert received.message["Auto-Submitted"] == "auto-generated"
    body = received.message.get_body(("html",))
    assert body is not None
    assert "Chinese engineers" in body.get_content()
    assert len(list((root / "out").glob("morning-*.md"))) == 1
    assert rows(root, "select count(*) from digests") == [(1,)]
    assert rows(root, "select count(distinct id) from items") == rows(root, "select count(*) from items")
    polled = [request.name for request in server.requests]
    assert len(polled) == len(set(polled)), "no feed is due again within a minute"
