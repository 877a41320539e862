"""What publishers do to a feed from pull to pull: each article stays one item, and none is lost behind another."""

from __future__ import annotations

import json

import pytest

from tests.feeds.replay import Replay, entry, rss

SITE = "https://frontier.example/news/"
FIVE = range(1, 6)

Pulls = list[bytes]


def story(number: int, guid: str | None = "", link: str | None = None, title: str = "", text: str = "") -> str:
    own = f"g{number}" if guid == "" else guid
    page = f"{SITE}{number}" if link is None else link
    return entry(own, page, title or f"Story {number} title", text or f"Text of story {number}")


def pull(*stories: str) -> bytes:
    return rss(*stories)


def atom(*stories: int) -> bytes:
    written = "".join(
        f'<entry><id>g{number}</id><title>Story {number} title</title><link href="{SITE}{number}"/>'
        f"<summary>Text of story {number}</summary></entry>"
        for number in stories
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>{written}</feed>'.encode()


def json_feed(*stories: int) -> bytes:
    items = [
        {
            "id": f"g{number}",
            "url": f"{SITE}{number}",
            "title": f"Story {number} title",
            "content_text": f"Text of story {number}",
        }
        for number in stories
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()


SERIES: dict[str, tuple[Pulls, int, int]] = {
    "a site that moves and keeps its ids": (
        [pull(*map(story, FIVE)), pull(*(story(n, link=f"https://new.example/news/{n}") for n in FIVE))],
        5,
        5,
    ),
    "a site that moves while its items are edited": (
        [pull(*map(story, FIVE)), pull(*(story(n, link=f"https://new.example/news/{n}", text=f"w{n}") for n in FIVE))],
        5,
        10,
    ),
    "a site that moves with ids that are addresses": (
        [
            pull(*(story(n, guid=f"{SITE}{n}") for n in FIVE)),
            pull(*(story(n, guid=f"https://n.example/news/{n}", link=f"https://n.example/news/{n}") for n in FIVE)),
        ],
        5,
        5,
    ),
    "a site that moves without any ids": (
        [pull(*(story(n, None) for n in FIVE)), pull(*(story(n, None, f"https://m.x.example/news/{n}") for n in FIVE))],
        5,
        5,
    ),
    "addresses in other letters": (
        [
            pull(*(story(n, None, f"{SITE}خبر-{n}", text=f"old {n}") for n in FIVE)),
            pull(*(story(n, None, f"{SITE}%D8%AE%D8%A8%D8%B1-{n}", text=f"new {n}") for n in FIVE)),
        ],
        5,
        10,
    ),
    "addresses in capitals": (
        [
            pull(*(story(n, None, f"{SITE}Story-{n}") for n in FIVE)),
            pull(*(story(n, None, f"{SITE}story-{n}") for n in FIVE)),
        ],
        5,
        5,
    ),
    "a session in each address": (
        [pull(*(story(n, f"{k}{n}", f"{SITE}{n};jsessionid={k}AB") for n in FIVE)) for k in range(3)],
        5,
        5,
    ),
    "ids that number the places of a list": (
        [pull(*(story(n, str(n - first)) for n in range(first, first + 5))) for first in (1, 2, 3)],
        7,
        7,
    ),
    "ids given to other stories altogether": (
        [pull(*(story(n, str(n - first)) for n in range(first, first + 5))) for first in (1, 6, 11)],
        15,
        15,
    ),
    "two items that change ids": ([pull(story(1), story(2)), pull(story(1, "g2"), story(2, "g1"))], 2, 2),
    "an item sent to another's page and back": (
        [pull(story(1), story(2)), pull(story(1, link=f"{SITE}2")), pull(story(1), story(2))],
        2,
        2,
    ),
    "new ids at every pull, and edits": (
        [pull(*(story(n, f"{k}-{n}", text=f"{k} {n}") for n in FIVE)) for k in range(3)],
        5,
        15,
    ),
    "new ids at every pull for some": (
        [pull(*(story(n, "" if n % 2 else f"{k}-{n}", text=f"{n}") for n in range(1, 9))) for k in range(3)],
        8,
        8,
    ),
    "another scheme of ids, and one new item": (
        [pull(*map(story, FIVE)), pull(story(6, "post-6"), *(story(n, f"post-{n}") for n in FIVE))],
        6,
        6,
    ),
    "ids dropped, then given again": (
        [pull(*map(story, FIVE)), pull(*(story(n, None) for n in FIVE)), pull(*map(story, FIVE))],
        5,
        5,
    ),
    "items that vanish and come back, one edited": (
        [
            pull(*map(story, FIVE)),
            pull(story(1)),
            pull(*map(story, (1, 2, 4, 5)), story(3, title="Story 3, corrected")),
        ],
        5,
        6,
    ),
    "titles put into capitals": (
        [pull(*map(story, FIVE)), pull(*(story(n, title=f"STORY {n} TITLE") for n in FIVE))],
        5,
        10,
    ),
    "an empty document between": ([pull(*map(story, FIVE)), pull(), pull(*map(story, FIVE))], 5, 5),
    "a live page": ([pull(story(1, title=f"LIVE {k}", text=f"w{k}")) for k in range(3)], 1, 3),
    "one story a day under one id": ([pull(story(n, "1")) for n in range(3)], 3, 3),
    "the same words on five pages": ([pull(*(story(n, None, title="Updates", text="x") for n in FIVE))] * 2, 5, 5),
    "Atom after RSS": ([pull(*map(story, FIVE)), atom(*FIVE)], 5, 5),
    "JSON after RSS": ([pull(*map(story, FIVE)), json_feed(*FIVE)], 5, 5),
}
"""The pulls, the items they hold, and the revisions of all items together."""


@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.parametrize("name", SERIES)
def test_each_article_is_one_item(name: str, forgets: bool) -> None:
    pulls, items, revisions = SERIES[name]
    replay = Replay(forgets_entries=forgets)
    for body in pulls:
        replay.pull(body)
    assert len(replay.history) == items
    assert sum(len(history) for history in replay.history.values()) == revisions
