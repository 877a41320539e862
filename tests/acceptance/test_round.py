"""A round as a person runs it, on the sample feeds."""

from __future__ import annotations

import json
from pathlib import Path

from tests.demo.server import DemoServer, config_text
from tests.workspaces import config_of, copy_workspace, feed_block, monitor, rows


def test_a_round_stores_assesses_and_delivers_and_the_next_finds_nothing_new(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        first = monitor(root, "once")
        assert first.code == 0, first.err
        assert "11 of 13 feeds answered" in first.out
        assert "[Chinese engineers]" in first.out
        assert "HTTP 503" in first.out
        assert 'a web page titled "Quetta Evening"' in first.out
        stored = rows(root, "select count(*), count(distinct id) from items")[0]
        assert stored[0] == stored[1]
        assert int(str(stored[0])) >= 150
        assert [path.suffix for path in sorted((root / "out").iterdir())] == [".html", ".md"]

        asked = len(server.requests)
        second = monitor(root, "once")
        assert second.code == 0, second.err
        assert "0 new items, 0 edited" in second.out
        assert rows(root, "select count(*) from items")[0] == stored[:1]
        again = server.requests[asked:]
        assert {request.status for request in again if request.name in server.feeds} == {304}
        assert len(list((root / "out").iterdir())) == 2


def test_an_edited_item_is_one_item_with_two_revisions_and_alerts(fitted: Path, tmp_path: Path) -> None:
    with DemoServer() as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        assert monitor(root, "once").code == 0
        assert not list((root / "out").glob("alert-*")), "a first pull never alerts"
        second = monitor(root, "once")
        assert second.code == 0, second.err
    assert "1 edited" in second.out
    stories = second.out.partition("Feeds that did not answer")[0]
    headings = [line for line in stories.splitlines() if line and not line.startswith("  ")]
    assert all(" · " in line for line in headings), "what does not fit on a line goes on under it"
    edited = rows(root, "select item, count(*) from revisions group by item having count(*) > 1")
    assert [number for _, number in edited] == [2]
    assert rows(root, "select decision from alerts where revision = 2 and decision = 'new'")
    alerts = [path.name for path in (root / "out").glob("alert-*.md")]
    assert len(alerts) == 1
    assert "cpec-desk" in alerts[0]


def test_lists_and_search_speak_json_in_every_script(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        assert monitor(root, "once", "--no-send").code == 0
    assert not (root / "out").exists()
    listed = monitor(root, "items", "list", "--topic", "cpec-security", "--json", "--limit", "5")
    lines = [json.loads(line) for line in listed.out.splitlines()]
    assert len(lines) == 5
    assert set(lines[0]) == {
        "id", "feed", "source", "link", "title", "lang", "published_at", "first_seen_at", "scores", "rules", "story",
    }  # fmt: skip
    for words in ("Kohistan", "达苏", "داسو"):
        found = monitor(root, "items", "search", words, "--json")
        assert found.out.strip(), words
    shown = monitor(root, "items", "show", lines[0]["id"])
    assert lines[0]["title"] in " ".join(shown.out.split())
    record = json.loads(monitor(root, "items", "show", lines[0]["id"], "--json").out)
    for match in record["matches"]:
        for evidence in match["evidence"]:
            text = record["title"] if evidence["field"] == "title" else record["text"]
            assert text[evidence["start"] : evidence["end"]] == evidence["quote"]


def test_without_a_network_every_feed_says_why_and_a_digest_says_so(fitted: Path, tmp_path: Path) -> None:
    feeds = feed_block("refused", "http://127.0.0.1:9/feed")
    feeds += feed_block("unknown", "http://no-such-host.invalid/feed")
    root = copy_workspace(fitted, tmp_path / "desk", config_of(feeds))
    done = monitor(root, "once")
    assert done.code == 3
    assert "0 of 2 feeds answered" in done.out
    assert "refused" in done.out
    assert "unknown" in done.out
    assert "make demo" in done.err
    (markdown,) = (root / "out").glob("morning-*.md")
    text = markdown.read_text(encoding="utf-8")
    assert "No feed answered, out of 2" in text
    assert "the absence of news here is not news" in text


def test_a_dry_run_shows_the_digest_and_changes_nothing(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        assert monitor(root, "once", "--no-send").code == 0
        asked = len(server.requests)
        before = rows(root, "select count(*) from digests")
        shown = monitor(root, "once", "--dry-run")
        assert shown.code == 0, shown.err
        assert "would send digest morning" in shown.out
        assert len(server.requests) == asked
    assert rows(root, "select count(*) from digests") == before
    assert not (root / "out").exists()


def test_a_digest_asked_for_closes_once_and_takes_its_items(fitted: Path, tmp_path: Path) -> None:
    with DemoServer(edits=False) as server:
        root = copy_workspace(fitted, tmp_path / "desk", config_text(server.base_url, "out"))
        assert monitor(root, "once").code == 0
        asked = monitor(root, "once", "--digest", "morning")
        assert asked.code == 0, asked.err
    assert len(list((root / "out").glob("morning-*.md"))) == 2
    newest = max((root / "out").glob("morning-*.md"))
    assert "No new items to report on" in newest.read_text(encoding="utf-8")
