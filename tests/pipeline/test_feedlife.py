from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.pipeline.feedcheck import FeedCheck
from monitor.pipeline.feedlife import FeedLife, advice, life_words
from monitor.pipeline.feedlist import FeedLine
from monitor.records import Feed, FeedHealth, FeedState, ParsedFeed
from monitor.store.fulltext import PageCounts

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
EARLIER = "2026-11-19 10:00 UTC (2 days ago)"
NEW = "https://new.example/"
FEED = Feed("frontier", "https://frontier.example/feed", "Frontier Post")
GOOD = FeedCheck(FEED, ParsedFeed("Frontier", None, None, "rss20"), "")
BAD = FeedCheck(FEED, None, "no answer within 30 s", is_answered=False)


def life(health: FeedHealth, line_state: str = "", **more: object) -> FeedLife:
    state = replace(FeedState("frontier", FEED.url, health=health, since=NOON - 3 * HOUR), **more)  # type: ignore[arg-type]  # each test names fields of its own
    line = FeedLine(FEED, line_state or health.value, state.since, state.last_success_at, None, 7, 2.5, state.problem)
    return FeedLife(line, state)


def test_the_past_of_a_feed_is_told_in_words() -> None:
    told = life_words(
        life(
            FeedHealth.FAILING,
            problem="HTTP 503",
            failures=4,
            last_polled_at=NOON,
            last_success_at=NOON - 50 * HOUR,
            last_new_item_at=NOON - 72 * HOUR,
            longest_quiet=60 * HOUR,
            next_check_at=NOON + 8 * HOUR,
            moved_to=NEW,
            moved_since=NOON - 48 * HOUR,
            identity_policy="link",
        ),
        NOON,
    )
    assert told == [
        "state     failing since 2026-11-21 09:00 UTC (3 hours ago): HTTP 503",
        f"history   last asked 2026-11-21 12:00 UTC; last answered {EARLIER}; 4 failures in a row",
        "items     7 stored; last brought news 2026-11-18 12:00 UTC (3 days ago)",
        "rhythm    usually 2.5 items a day; usually never more than 2 days without news, called silent after 8 days",
        f"address   the server says it moved for good to {NEW}; asked there from 2026-11-26 12:00 UTC (in 5 days)",
        "identity  items are told apart by link: the feed's own ids are unusable",
        "next      asked again 2026-11-21 20:00 UTC (in 8 hours)",
    ]


def test_the_full_texts_of_a_feed_are_counted() -> None:
    counted = replace(life(FeedHealth.OK), pages=PageCounts(12, 1, 2, "HTTP 403: the server refuses us"))
    words = "pages     12 full texts read, 1 asked for again later, 2 given up; last: HTTP 403: the server refuses us"
    assert words in life_words(counted, NOON)


MOVED = "the outlet may have moved its feed"
FIND = "look for its present address with: monitor feeds discover https://frontier.example/"


@pytest.mark.parametrize(
    ("check", "known", "todo"),
    [
        (GOOD, None, ""),
        (GOOD, life(FeedHealth.OK), ""),
        (
            GOOD,
            life(FeedHealth.SILENT),
            f"it answers but brings nothing new; {MOVED}: {FIND}",
        ),
        (GOOD, life(FeedHealth.GONE), "it answers again; ask it now with: monitor feeds resume frontier"),
        (BAD, None, f"the address may be wrong: {FIND}"),
        (replace(BAD, is_answered=True), None, f"no feed is at this address: {FIND}"),
        (replace(BAD, is_passing=True), None, "the trouble is the server's own: try again later"),
        (replace(BAD, is_private=True), None, "if it lies inside your own network, ask it with --allow-private"),
        (BAD, life(FeedHealth.FAILING, last_success_at=NOON), f"if it stays so, {FIND}"),
        (
            GOOD,
            life(FeedHealth.OK, "paused"),
            "it is paused, so rounds leave it out; have it asked with: monitor feeds resume frontier",
        ),
    ],
)
def test_what_can_be_done_is_said(check: FeedCheck, known: FeedLife | None, todo: str) -> None:
    assert advice(check, known) == todo
