"""A bug in one place stops neither the other feeds nor what waits to be sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from monitor.pipeline.desk import Desk, open_desk
from monitor.pipeline.progress import Silent, utc_now
from monitor.pipeline.round import Wish, run_round
from monitor.store import feeds as feed_rows
from monitor.store.engine import Connection, Database
from monitor.workspace.layout import Workspace
from tests.demo.server import DemoServer, config_text
from tests.web import Reply, TestServer
from tests.workspaces import config_of, copy_workspace, feed_block, monitor, rows

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>https://wire.example/</link>
<item><guid>{guid}</guid><title>{title}</title><link>https://wire.example/{guid}</link>
<description>{text}</description></item></channel></rss>"""
QUIET = FEED.format(guid="a", title="Mild weather", text="Rain is expected in the plains.")
ATTACK = FEED.format(
    guid="b",
    title="Chinese engineers killed in attack near Dasu",
    text="Militants of the TTP ambushed a convoy of Chinese engineers near Dasu, police said.",
)


def rss(body: str) -> Reply:
    return Reply(body=body.encode(), headers={"Content-Type": "application/rss+xml"})


class BrittleDatabase(Database):
    """A database whose ``failing`` writes, counted from 0, trip over a bug of ours."""

    def __init__(self, real: Database, failing: set[int]) -> None:
        super().__init__(real._engine, real.place)
        self._failing = failing
        self.writes = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        number = self.writes
        self.writes += 1
        with super().write() as connection:
            yield connection
            if number in self._failing:
                raise ValueError("a bug")


def brittle_desk(root: Path, failing: set[int]) -> Desk:
    desk = open_desk(Workspace(root), utc_now())
    return replace(desk, database=BrittleDatabase(desk.database, failing))


def test_a_feed_whose_items_cannot_be_stored_fails_alone_and_waits(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        server.set("/one", rss(QUIET))
        server.set("/two", rss(QUIET))
        feeds = feed_block("one", server.url("/one")) + feed_block("two", server.url("/two"))
        root = copy_workspace(fitted, tmp_path / "desk", config_of(feeds).replace("per_host = 8", "per_host = 1"))
        desk = brittle_desk(root, {1, 2})  # 0 starts the round, 1 stores both feeds, 2 the first of them alone
        started_at = utc_now()
        report = run_round(desk, Wish(is_sending=False), utc_now, Silent())
        assert (report.poll.answered, report.poll.new) == (1, 1)
        (failed,) = report.poll.failed
        assert "because of a bug in monitor" in failed.problem
        with desk.database.read() as connection:
            state = feed_rows.states(connection)[failed.feed]
        assert state.failures == 1
        assert state.next_check_at is not None
        assert (state.next_check_at - started_at).total_seconds() >= 1800
        assert (state.etag, state.body_hash) == (None, None)
        desk.database.close()
        assert monitor(root, "once", "--no-send").code == 0
    assert rows(root, "select count(*) from items") == [(2,)]


def test_a_step_that_trips_keeps_no_alert_from_going_out(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        url = server.set("/feed", rss(QUIET))
        root = copy_workspace(fitted, tmp_path / "desk", config_of(feed_block("wire", url)))
        assert monitor(root, "once").code == 0
        server.set("/feed", rss(ATTACK))
        assert monitor(root, "once", "--no-send").code == 0  # the alert is queued
        desk = brittle_desk(root, {1})  # 0 starts the round, 1 closes the digest that was asked for
        report = run_round(desk, Wish(feeds=("wire",), only_due=True, digests=("morning",)), utc_now, Silent())
        desk.database.close()
    assert report.closed == ()
    assert [message.kind for message in report.deliver.sent] == ["alert", "alert"]
    assert report.exit_code(desk) == 3
    assert monitor(root, "once", "--digest", "morning").code == 3  # the server is gone; the digest closes
    assert any("Dasu" in path.read_text(encoding="utf-8") for path in (root / "out").glob("morning-*.md"))


def test_a_round_by_hand_sends_at_once_what_failed_before(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        (root / "out").write_text("a file stands here", encoding="utf-8")
        assert monitor(root, "once").code == 3
        frozen = rows(root, "select id, content from outbox")
        (root / "out").unlink()
        assert monitor(root, "once", "--due").code == 0
        assert rows(root, "select distinct status from outbox") == [("retry",)], "a round of the clock waits its time"
        assert monitor(root, "once").code == 0
    assert rows(root, "select distinct status from outbox") == [("sent",)]
    assert rows(root, "select id, content from outbox") == frozen
    assert sorted(path.suffix for path in (root / "out").iterdir()) == [".html", ".md"]


def test_an_alert_held_back_by_quiet_hours_is_not_sent_by_a_round_by_hand(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        url = server.set("/feed", rss(QUIET))
        hours = "".join(
            f'[analyst.{name}]\nroutes = ["folder"]\nquiet_hours = "{span}"\n'
            for name, span in (("cpec-desk", "00:00-12:00"), ("night-desk", "12:00-00:00"))
        )
        config = config_of(feed_block("wire", url)).replace(
            '[analyst.cpec-desk]\nroutes = ["folder"]\n', hours + 'follows = ["cpec-desk"]\n'
        )
        root = copy_workspace(fitted, tmp_path / "desk", config)
        assert monitor(root, "once").code == 0
        server.set("/feed", rss(ATTACK))
        assert monitor(root, "once").code == 0
        assert monitor(root, "once").code == 0
    # Of the two desks one has its quiet hours now, whatever the time is.
    states = rows(root, "select status, count(*) from outbox where kind = 'alert' group by status order by status")
    assert states == [("pending", 2), ("sent", 2)]


def test_an_item_of_a_feed_that_was_removed_is_not_linked(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        url = server.set("/feed", rss(ATTACK))
        feed = feed_block("wire", url) + "sensitive = true\n"
        root = copy_workspace(fitted, tmp_path / "desk", config_of(feed))
        assert monitor(root, "once", "--no-send").code == 0
        (root / "config.toml").write_text(config_of(""), encoding="utf-8")
        assert monitor(root, "once").code == 0
    (page,) = (root / "out").glob("morning-*.html")
    text = page.read_text(encoding="utf-8")
    assert "https://wire.example/b" in text
    assert 'href="https://wire.example/b"' not in text
