"""A feed that its outlet has given up."""

from __future__ import annotations

from pathlib import Path

from tests.web import Reply, TestServer
from tests.workspaces import config_of, copy_workspace, feed_block, monitor


def test_a_feed_that_is_gone_is_off_until_it_is_asked_for_by_name(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        gone, other = server.set("/gone", Reply(410)), server.set("/other", Reply(body=b"<rss><channel/></rss>"))
        feeds = feed_block("given-up", gone) + feed_block("other", other)
        root = copy_workspace(fitted, tmp_path / "desk", config_of(feeds))
        first = monitor(root, "once", "--no-send")
        assert "given up this feed for good" in first.out + first.err
        monitor(root, "once", "--no-send")
        assert (len(server.requests_to("/gone")), len(server.requests_to("/other"))) == (1, 2)
        assert "given-up" in monitor(root, "status").out
        monitor(root, "once", "--no-send", "--feed", "given-up")
        assert len(server.requests_to("/gone")) == 2
