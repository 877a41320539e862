"""What an edited or repeated report leads to, from the feed to the folder."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

from monitor.pipeline.progress import utc_now
from tests.web import Reply, TestServer
from tests.workspaces import config_of, copy_workspace, feed_block, monitor, rows

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>https://wire.example/</link>
<item><guid>quiet</guid><title>Mild weather</title><link>https://wire.example/quiet</link>
<description>Rain is expected in the plains.</description></item>{more}</channel></rss>"""
ITEM = """<item><guid>{guid}</guid><title>{dead} Chinese engineers killed in attack near Dasu</title>{dated}
<link>https://wire.example/{guid}</link>
<description>Militants of the TTP ambushed a convoy near Dasu in Pakistan; {dead} engineers were killed.</description>
</item>"""
RULE = "rule = 'chinese-nationals-attacked' and analyst = 'cpec-desk'"


def wire(dead: str = "", *, guid: str = "attack", days_old: int | None = None) -> Reply:
    """Return a feed with one quiet item and, if ``dead`` is given, a report of an attack."""
    date = "" if days_old is None else format_datetime(utc_now() - timedelta(days=days_old))
    item = ITEM.format(guid=guid, dead=dead, dated=f"<pubDate>{date}</pubDate>" if date else "") if dead else ""
    return Reply(body=FEED.format(more=item).encode(), headers={"Content-Type": "application/rss+xml"})


def test_an_edit_that_raises_the_toll_alerts_once_within_the_throttle(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        url = server.set("/feed", wire())
        root = copy_workspace(fitted, tmp_path / "desk", config_of(feed_block("wire", url)))
        for reply in (wire(), wire("Five"), wire("Nine"), wire("Nine "), wire("Seven")):
            server.set("/feed", reply)
            assert monitor(root, "once").code == 0
    decided = rows(root, f"select revision, decision from alerts where {RULE} order by revision")
    assert decided == [(1, "new"), (2, "escalated"), (3, "throttled")]
    ((reason,),) = rows(root, f"select reason from alerts where {RULE} and revision = 2")
    assert str(reason).startswith("the stated toll rose from 5 to 9 since ")
    assert str(reason).endswith(" UTC (wire)")


def test_a_toll_that_a_party_to_the_conflict_raises_waits_for_the_digest(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        url = server.set("/feed", wire())
        feed = feed_block("wire", url) + 'stance = "military"\n'
        root = copy_workspace(fitted, tmp_path / "desk", config_of(feed))
        for reply in (wire(), wire("Five"), wire("Nine")):
            server.set("/feed", reply)
            assert monitor(root, "once").code == 0
    decided = rows(root, f"select revision, decision from alerts where {RULE} order by revision")
    assert decided == [(1, "new"), (2, "throttled")]


def test_an_edit_of_what_the_first_pull_archived_reaches_the_digest_and_no_alert(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        url = server.set("/feed", wire("Five", days_old=30))
        root = copy_workspace(fitted, tmp_path / "desk", config_of(feed_block("wire", url)))
        assert monitor(root, "once").code == 0
        assert rows(root, "select is_backlog, is_first_pull from items where link like '%attack'") == [(1, 1)]
        server.set("/feed", wire("Nine", days_old=30))
        assert monitor(root, "once", "--digest", "morning").code == 0
    decided = rows(root, f"select revision, decision, reason from alerts where {RULE} order by revision")
    assert decided[-1] == (2, "first-pull", "archived at the first pull, and edited since")
    assert {decision for _, decision, _ in decided} == {"first-pull"}
    assert rows(root, "select count(*) from outbox where kind = 'alert'") == [(0,)]
    shown = rows(root, "select digest_members.revision, is_shown from digest_members join items on items.id = item "
                       "where link like '%attack' and digest_members.revision = 2")  # fmt: skip
    assert shown == [(2, 1)]


def test_an_archived_item_that_is_dated_anew_alerts(fitted: Path, tmp_path: Path) -> None:
    with TestServer() as server:
        url = server.set("/feed", wire("Five", days_old=30))
        root = copy_workspace(fitted, tmp_path / "desk", config_of(feed_block("wire", url)))
        assert monitor(root, "once").code == 0
        server.set("/feed", wire("Nine", days_old=0))
        assert monitor(root, "once").code == 0
    assert rows(root, f"select decision from alerts where {RULE} and revision = 2") == [("new",)]


def test_a_silenced_story_alerts_nobody_not_even_when_its_toll_rises_until_it_is_heard_of_again(
    fitted: Path, tmp_path: Path
) -> None:
    with TestServer() as server:
        url = server.set("/feed", wire())
        root = copy_workspace(fitted, tmp_path / "desk", config_of(feed_block("wire", url)))
        for reply in (wire(), wire("Five")):
            server.set("/feed", reply)
            assert monitor(root, "once").code == 0
        ((item,),) = rows(root, "select id from items where link like '%attack'")
        asked = ("quiet", str(item), "--story", "--analyst", "cpec-desk", "--days", "7", "--why", "on it")
        assert monitor(root, *asked).out.startswith("cpec-desk silenced the story until ")
        assert "cpec-desk silenced the story until " in monitor(root, "why", str(item)).out
        server.set("/feed", wire("Nine"))
        assert monitor(root, "once").code == 0
        assert monitor(root, "quiet", str(item), "--analyst", "cpec-desk", "--end").code == 0
        server.set("/feed", wire("Twelve"))
        assert monitor(root, "once").code == 0
        assert monitor(root, "quiet", str(item), "--analyst", "cpec-desk", "--end").code == 2
    decided = rows(root, f"select revision, decision from alerts where {RULE} order by revision")
    assert decided == [(1, "new"), (2, "silenced"), (3, "escalated")]
    ((reason,),) = rows(root, f"select reason from alerts where {RULE} and revision = 2")
    assert str(reason).endswith(": on it")
