"""Pages behind items, over real HTTP: read before the first judgement, asked for once, and never at an item's cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.pipeline.check import _unread_pages
from monitor.pipeline.desk import Desk, open_desk, open_workspace
from monitor.pipeline.fulltext import read_full_texts
from monitor.pipeline.progress import Silent
from monitor.pipeline.round import Wish, run_round
from monitor.records import Item
from monitor.store import feeds as feed_rows
from monitor.store import fulltext as page_rows
from monitor.store import items as item_rows
from monitor.workspace.layout import Workspace
from tests.web import Reply, TestServer
from tests.workspaces import config_of, copy_workspace, feed_block

pytest.importorskip("trafilatura")

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEASER = "Officials in Turbat spoke of an incident on the coastal road."
WORDS = (
    "The convoy of the surveyors had left the depot before dawn and stood at the bridge when a charge went off.",
    "The quartz detonator found at the place was of the kind that the zarghun brigade had used before, police said.",
    "Two of the drivers were treated at the district hospital, and the road stayed closed until the evening.",
)
PAGE = (
    "<html><head><title>Incident on the coastal road</title></head><body><nav><a href='/'>Home</a></nav><article>"
    "<h1>Incident on the coastal road</h1>" + "".join(f"<p>{each}</p>" for each in WORDS) + "</article></body></html>"
)
HTML = {"Content-Type": "text/html; charset=utf-8"}
RULE = """
[file]
owner = "cpec-desk"
[rule.zarghun]
title = "Zarghun brigade"
severity = "high"
send = "alert"
all = ["zarghun brigade"]
[[rule.zarghun.example]]
match = true
text = "The zarghun brigade said so"
[[rule.zarghun.example]]
match = false
text = "Nobody said so"
"""


def feed_of(link: str, title: str = "Incident on the coastal road", teaser: str = TEASER) -> Reply:
    listed = f"<item><title>{title}</title><guid>1</guid><link>{link}</link><description>{teaser}</description></item>"
    older = "<item><title>Before</title><guid>0</guid></item>"
    return Reply(body=f"<rss version='2.0'><channel><title>F</title>{listed}{older}</channel></rss>".encode())


class Bench:
    """A workspace with one feed, whose clock a test moves."""

    def __init__(self, fitted: Path, root: Path, server: TestServer) -> None:
        self.server = server
        self.now = NOON
        self._root = copy_workspace(fitted, root, "")
        for own in ("desk-cpec.toml", "desk-sanctuaries.toml"):
            (self._root / "rules" / own).unlink()
        (self._root / "rules" / "zarghun.toml").write_text(RULE, encoding="utf-8")

    def configure(self, more: str, margin: float = 0.0) -> None:
        text = config_of(feed_block("coast", self.server.url("/feed")) + more)
        text = text.replace("[fetch]", f"[fetch]\nfull_text_margin = {margin}")
        (self._root / "config.toml").write_text(text, encoding="utf-8")

    def desk(self) -> Desk:
        return open_desk(Workspace(self._root), self.now)

    def round(self) -> tuple[int, int]:
        """Do a round; return how many messages were queued as alerts and how often the page was asked for."""
        desk = self.desk()
        try:
            report = run_round(desk, Wish(is_sending=False), lambda: self.now, Silent())
        finally:
            desk.database.close()
        assert report.failures == ()
        return report.assess.alerts, len(self.server.requests_to("/page"))

    def item(self) -> Item:
        _, database = open_workspace(Workspace(self._root))
        try:
            with database.read() as connection:
                ids = connection.exec_driver_sql("SELECT id FROM items").scalars().all()
                [found] = [one for one in item_rows.load(connection, ids).values() if one.title != "Before"]
                self.state = feed_rows.states(connection)["coast"]
                self.pages = page_rows.counts(connection, "coast")
        finally:
            database.close()
        return found


@pytest.fixture
def bench(fitted: Path, tmp_path: Path) -> Iterator[Bench]:
    with TestServer() as server:
        made = Bench(fitted, tmp_path / "desk", server)
        # The first pull of a feed never alerts: it has only old news.
        made.configure("full_text = true\n")
        server.set(
            "/feed",
            Reply(body=b"<rss version='2.0'><channel><item><title>Before</title><guid>0</guid></item></channel></rss>"),
        )
        made.round()
        made.now += timedelta(hours=1)
        server.set("/feed", feed_of(server.url("/page")))
        server.set("/page", Reply(headers=HTML, body=PAGE.encode()))
        yield made


def test_an_alert_rests_on_the_full_text_of_the_first_round(bench: Bench) -> None:
    assert bench.round() == (2, 1), "one alert, in Markdown and in HTML"
    item = bench.item()
    assert item.text == "\n\n".join((TEASER, *WORDS))
    assert (item.revision, item.flags) == (2, ("full-text",))
    assert item.html.count("<p>") == 3
    assert bench.pages == page_rows.PageCounts(read=1)


def test_a_page_is_asked_for_once_and_the_next_poll_changes_nothing(bench: Bench) -> None:
    bench.round()
    for _ in range(3):
        bench.now += timedelta(hours=1)
        bench.server.set("/feed", Reply(body=feed_of(bench.server.url("/page")).body + b" " * bench.now.hour))
        assert bench.round() == (0, 1)
    assert bench.item().revision == 2


def test_an_edit_of_the_feed_is_read_again(bench: Bench) -> None:
    bench.round()
    bench.now += timedelta(hours=1)
    bench.server.set("/feed", feed_of(bench.server.url("/page"), teaser="Officials now speak of an attack."))
    assert bench.round()[1] == 2
    assert bench.item().text.startswith("Officials now speak of an attack.\n\nThe convoy")
    assert bench.item().revision == 4


def test_a_refused_page_costs_neither_item_nor_feed_and_is_asked_for_again_a_few_times(bench: Bench) -> None:
    bench.server.set("/page", Reply(403))
    assert bench.round() == (0, 1)
    item = bench.item()
    assert (item.text, item.revision) == (TEASER, 1)
    assert (bench.state.health, bench.state.problem) == ("ok", "")
    assert bench.pages.waiting == 1
    assert "HTTP 403" in bench.pages.last_reason
    asked = []
    for minutes in (5, 11, 30, 31, 300, 61, 24 * 60, 24 * 60):
        bench.now += timedelta(minutes=minutes)
        asked.append(bench.round()[1])
    assert asked == [1, 2, 2, 3, 3, 4, 4, 4]
    bench.item()
    assert bench.pages.given_up == 1


def test_a_page_that_comes_late_is_read_and_never_alerts(bench: Bench) -> None:
    bench.server.set("/page", Reply(503), Reply(headers=HTML, body=PAGE.encode()))
    assert bench.round() == (0, 1)
    bench.now += timedelta(minutes=16)
    assert bench.round() == (0, 2)
    assert bench.item().flags == ("full-text", "full-text-late")


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Reply(headers=HTML, body=b""), "no more than the feed"),
        (Reply(headers=HTML, body=b"<html><body><p>Please accept our cookies.</p></body></html>"), "no more than"),
        (Reply(headers=HTML, body=PAGE.encode()[:300]), "no more than the feed"),
        (Reply(headers=HTML, body=b"<div>" * 300_000 + b"x"), "no more than the feed"),
        (Reply(headers=HTML, body=b"x" * 5_000_000), "larger than"),
        (
            Reply(headers={"Content-Type": "image/png"}, body=b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
            "no more than",
        ),
        (Reply(404), "HTTP 404"),
    ],
)
def test_pages_without_an_article_leave_the_item_as_it_was(bench: Bench, page: Reply, reason: str) -> None:
    bench.server.set("/page", page)
    bench.round()
    assert (bench.item().text, bench.item().revision) == (TEASER, 1)
    assert reason in bench.pages.last_reason
    assert bench.pages.given_up == 1


def test_a_page_about_something_else_is_not_the_items(bench: Bench) -> None:
    bench.server.set("/feed", feed_of(bench.server.url("/page"), title="Budget debated in parliament yesterday"))
    bench.round()
    assert bench.item().revision == 1
    assert bench.pages.last_reason == "the page is about something else"


def test_pages_of_sensitive_feeds_are_never_asked_for(bench: Bench) -> None:
    bench.configure("full_text = true\nsensitive = true\n", margin=1.0)
    assert bench.round() == (0, 0)


def test_items_near_a_threshold_have_their_page_read(bench: Bench) -> None:
    bench.configure("", margin=1.0)
    assert bench.round()[1] == 1
    assert bench.item().flags == ("full-text",)


def test_without_being_asked_to_nothing_is_fetched(bench: Bench) -> None:
    bench.configure("")
    assert bench.round() == (0, 0)


def test_a_feeds_secrets_go_to_its_own_server_and_pages_in_this_network_to_nobody_else(bench: Bench) -> None:
    bench.configure('full_text = true\nheaders = { Authorization = "Bearer s3cret" }\n')
    bench.round()
    assert bench.server.requests_to("/page")[0].header("Authorization") == "Bearer s3cret"
    with TestServer("127.0.0.2") as stranger:
        bench.now += timedelta(hours=1)
        bench.server.set(
            "/feed", feed_of(stranger.set("/page", Reply(headers=HTML, body=PAGE.encode())), teaser="New.")
        )
        bench.round()
        assert stranger.requests == ()
    bench.item()
    assert "127.0.0.2 belongs to this computer" in bench.pages.last_reason


def test_nothing_is_done_when_nothing_is_due(bench: Bench) -> None:
    bench.round()
    desk = bench.desk()
    try:
        assert read_full_texts(desk, lambda: bench.now, Silent()) == 0
    finally:
        desk.database.close()


def test_the_check_names_feeds_whose_pages_will_not_be_read(bench: Bench) -> None:
    bench.configure("full_text = true\n", margin=0.1)
    desk = bench.desk()
    desk.database.close()
    text = desk.workspace.config.read_text(encoding="utf-8")
    assert _unread_pages(desk.config, text, is_available=True) == ()
    feed, margin = _unread_pages(desk.config, text, is_available=False)
    assert (feed.code, margin.code) == ("C007", "C007")
    assert feed.what == 'feed coast has full_text = true, but the package "trafilatura" that reads articles is missing'
    assert feed.fix == "install it with: pip install trafilatura"
    bench.configure("full_text = true\nsensitive = true\n")
    desk = bench.desk()
    desk.database.close()
    [sensitive] = _unread_pages(desk.config, desk.workspace.config.read_text(encoding="utf-8"), is_available=True)
    assert not sensitive.is_error
