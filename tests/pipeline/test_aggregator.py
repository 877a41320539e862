"""Items of an aggregator that lead to pages we have: in the same story, and both are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.web import Reply, TestServer
from tests.workspaces import config_of, copy_workspace, feed_block, monitor, rows

PAGE = "https://dawn.example/news/4711/dasu"
OUTLET = f"""<rss version='2.0'><channel><title>Dawn</title><item><title>Engineers hurt as lorry overturns</title>
<link>{PAGE}?utm_source=rss</link><guid>4711</guid><description>Police in Kohistan said that five engineers were taken
to hospital after their lorry left the road in heavy rain on Friday evening.</description></item></channel></rss>"""


def aggregated(link: str, source: str = "<source url='https://dawn.example'>Dawn</source>") -> str:
    return (
        "<rss version='2.0'><channel><title>News</title><item><title>Five taken to hospital in Kohistan - Dawn</title>"
        f"<link>{link}</link><guid>CBMi1</guid>{source}</item></channel></rss>"
    )


@pytest.mark.parametrize(
    ("listed", "link", "stories"),
    [
        (aggregated(PAGE), "same-page", 1),
        (aggregated(f"http://www.dawn.example/news/4711/dasu/?fbclid=1#{'top'}"), "same-page", 1),
        (aggregated("https://dawn.example/news/4712/other"), "first", 2),
        (aggregated(PAGE, source=""), "first", 2),  # two feeds of one site: a page that changed may be other news
    ],
)
@pytest.mark.parametrize("rounds", [1, 2])
def test_an_item_that_leads_to_a_page_we_have_is_a_copy_in_its_story(
    fitted: Path, tmp_path: Path, listed: str, link: str, stories: int, rounds: int
) -> None:
    with TestServer() as server:
        feeds = feed_block("dawn", server.set("/dawn", Reply(body=OUTLET.encode())))
        feeds = feeds.replace('outlet = "dawn"', 'outlet = "Dawn"')
        news = server.set("/news", *[Reply(503)] * (rounds - 1), Reply(body=listed.encode()))
        feeds += feed_block("news", news)
        root = copy_workspace(fitted, tmp_path / "desk", config_of(feeds))
        for _ in range(rounds):
            assert monitor(root, "once", "--no-send").code == 0
    found = rows(root, "select i.feed, a.link from items i join assessments a on a.item = i.id order by i.feed")
    # In one batch either may come first.
    assert found in ([("dawn", "first"), ("news", link)], [("dawn", link), ("news", "first")])
    assert len(rows(root, "select distinct story from items")) == stories
    shown = [json.loads(line) for line in monitor(root, "items", "list", "--json").out.splitlines()]
    assert {(item["feed"], item["source"]) for item in shown} == {
        ("dawn", "Dawn"),
        ("news", "Dawn" if "<source" in listed else "news"),
    }
