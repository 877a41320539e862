"""Successive recordings of one feed, served over HTTP one after the other and polled by the program."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web import Reply, TestServer
from tests.workspaces import config_of, copy_workspace, feed_block, monitor, rows

pytestmark = pytest.mark.slow


def with_moved_dates(body: bytes, pull: int) -> bytes:
    """As at publishers who stamp every item with the time of the pull."""
    return re.sub(rb"(<pubDate>[^<]* )\d\d(:\d\d:\d\d)", rb"\g<1>%02d\2" % pull, body)


def with_new_guids(body: bytes, pull: int) -> bytes:
    """As after a change of the publisher's system, once for every pull."""
    return re.sub(rb"(<guid[^>]*>)[^<]*", lambda found: b"%s%d-%d" % (found[1], pull, found.start()), body)


CHANGES: dict[str, Callable[[bytes, int], bytes]] = {
    "as-recorded": lambda body, _: body,
    "with-moved-dates": with_moved_dates,
    "with-new-guids": with_new_guids,
}


@pytest.mark.parametrize(("series", "articles"), [("bbc", 181), ("aljazeeraenglish", 52)])
def test_a_series_of_recordings_gives_one_item_per_article_with_its_history(
    fitted: Path, tmp_path: Path, shared: Path, series: str, articles: int
) -> None:
    recordings = sorted((shared / "corpus" / "series" / series).iterdir())
    with TestServer() as server:
        feeds = "".join(feed_block(name, server.url(f"/{name}")) for name in CHANGES)
        root = copy_workspace(fitted, tmp_path / "desk", config_of(feeds))
        for pull, path in enumerate(recordings):
            for name, change in CHANGES.items():
                headers = {"Content-Type": "application/rss+xml", "ETag": f'"{pull}"'}
                server.set(f"/{name}", Reply(body=change(path.read_bytes(), pull), headers=headers))
            done = monitor(root, "once")
            assert done.code == 0, done.err
    stored = rows(root, "select feed, link from items")
    for name in CHANGES:
        pages = Counter(str(link).partition("?rss")[0] for feed, link in stored if feed == name)
        assert (name, len(pages), set(pages.values())) == (name, articles, {1})
    # A revision is another title or text, never another date.
    same = "select count(*) from revisions a join revisions b using (item, title, text) where a.revision < b.revision"
    assert rows(root, same) == [(0,)]
