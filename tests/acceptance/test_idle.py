"""A round that finds nothing new loads nothing for what is not there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.web import Reply, TestServer
from tests.workspaces import GENEROUS_SECONDS, config_of, copy_workspace, feed_block, monitor, rows

FEED = (
    "<rss version='2.0'><channel><title>Quetta Evening</title><link>http://quetta.example/</link><item>"
    "<title>Convoy waits at the pass</title><guid>1</guid><link>http://quetta.example/1</link></item></channel></rss>"
)
SHOW_LOADED = (
    "import sys\nfrom monitor.cli import main\n"
    "try:\n    main()\nexcept SystemExit as end:\n    print(end.code)\n"
    "heavy = {'alembic', 'feedparser', 'lxml', 'nh3', 'numpy', 'scipy', 'sklearn'}\n"
    "print(*sorted(heavy & set(sys.modules)), sep=',')\n"
)


def test_a_round_without_news_loads_no_parser_no_arrays_and_no_model(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        answer = Reply(body=FEED.encode(), headers={"Content-Type": "application/rss+xml", "ETag": '"1"'})
        server.set("/feed", answer)
        config = config_of(feed_block("quetta-evening", server.url("/feed")))
        root = copy_workspace(fitted, tmp_path / "desk", config)
        assert monitor(root, "once").code == 0
        idle = subprocess.run(
            [sys.executable, "-c", SHOW_LOADED, "-w", str(root), "once"],
            capture_output=True,
            text=True,
            timeout=GENEROUS_SECONDS,
            check=True,
        )
        assert [request.header("If-None-Match") for request in server.requests_to("/feed")] == [None, '"1"']
    assert "0 new items" in idle.stdout
    assert idle.stdout.splitlines()[-2:] == ["0", ""]
    assert rows(root, "select count(*) from items") == [(1,)]
