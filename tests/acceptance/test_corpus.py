"""Every recorded feed, served over HTTP, polled twice."""

from __future__ import annotations

import json
from pathlib import Path

from tests.web import Reply, TestServer
from tests.workspaces import config_of, copy_workspace, feed_block, monitor, rows

TOLD_TWICE = {
    "cybermonit-data-leaks": (2, "two entries stand twice, the same to the letter"),
    "dave-winer-grateful-dead": (1, "one entry stands twice, the same to the letter"),
    "feed__egfedorov": (9, "nine entries stand twice, the same to the letter"),
    "feed__evilgodfahim": (6, "six pages are linked twice, with and without www or with two tracking parameters"),
    "feed__kde": (2, "three entries have neither title, text nor link"),
    "json-feed": (3, "a merged document: the same entry four times"),
    "pcmag-com-the-official-john-c-dvorak-rss": (9, "ten entries have neither title, text nor link"),
    "washington-post": (1, "one entry stands twice, the same to the letter"),
}
"""Items fewer than the manifest counts, by recorded feed, and why."""


def test_every_item_of_the_recorded_feeds_is_stored_once_and_nothing_is_fetched_twice(
    fitted: Path, tmp_path: Path, shared: Path
) -> None:
    manifest = [json.loads(line) for line in (shared / "corpus" / "MANIFEST.jsonl").read_text("utf-8").splitlines()]
    recorded = [entry for entry in manifest if entry["file"].startswith("real/")]
    with TestServer() as server:
        blocks = []
        for number, entry in enumerate(recorded):
            body = (shared / "corpus" / entry["file"]).read_bytes()
            media_type = "application/feed+json" if entry["file"].endswith("json") else "application/xml"
            server.set(f"/{number}", Reply(body=body, headers={"Content-Type": media_type, "ETag": f'"{number}"'}))
            blocks.append(feed_block(f"feed-{number}", server.url(f"/{number}")))
        root = copy_workspace(fitted, tmp_path / "desk", config_of("\n".join(blocks)))
        first = monitor(root, "once")
        assert first.code == 0, first.err
        assert f"{len(recorded)} of {len(recorded)} feeds answered" in first.out
        ids = rows(root, "select count(*), count(distinct id) from items")[0]
        second = monitor(root, "once")
        assert second.code == 0, second.err
        assert "0 new items, 0 edited" in second.out
        for number in range(len(recorded)):
            requests = server.requests_to(f"/{number}")
            assert [request.header("If-None-Match") for request in requests] == [None, f'"{number}"']
    assert rows(root, "select count(*), count(distinct id) from items")[0] == ids
    found = {
        str(feed): int(str(number)) for feed, number in rows(root, "select feed, count(*) from items group by feed")
    }
    counted = sum(entry["items"] for entry in recorded)
    stored = sum(found.values())
    assert stored >= 0.985 * counted
    short = {
        _name(entry["file"]): entry["items"] - found.get(f"feed-{number}", 0)
        for number, entry in enumerate(recorded)
        if entry["items"] != found.get(f"feed-{number}", 0)
    }
    assert short == {name: fewer for name, (fewer, _) in TOLD_TWICE.items()}


def _name(file: str) -> str:
    stem, _, rest = file.rpartition("/")[2].partition("__")
    return f"{stem}__{rest.partition('__')[0]}" if stem == "feed" else stem
