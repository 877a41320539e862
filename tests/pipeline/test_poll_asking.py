"""What a server is asked for over days, with a clock of our own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.fetch.limits import FetchLimits
from monitor.pipeline.poll import PollReport, poll
from monitor.pipeline.progress import Silent
from monitor.records import Feed, FeedHealth, FeedState
from monitor.store import feeds as feed_rows
from monitor.store.engine import Database, open_database
from tests.web import Reply, TestServer

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BODY = (
    b"<rss version='2.0'><channel><title>T</title><item><title>Convoy</title>"
    b"<link>http://a.example/1</link></item></channel></rss>"
)
TAGGED = {"ETag": '"v1"'}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database("sqlite:///monitor.db", tmp_path)
    yield opened
    opened.close()


def poll_at(database: Database, feed: Feed, at: datetime) -> tuple[PollReport, FeedState]:
    report = poll(database, [feed], FetchLimits(host_gap=timedelta(0)), lambda: at, Silent())
    with database.read() as connection:
        return report, feed_rows.states(connection)[feed.name]


def test_once_a_day_the_whole_feed_is_asked_for(database: Database) -> None:
    with TestServer() as server:
        feed = Feed("dawn", server.set("/feed", Reply(headers=TAGGED, body=BODY)), "Dawn", allow_private=True)
        for hours in (0, 6, 12, 25, 30):
            poll_at(database, feed, NOON + timedelta(hours=hours))
        sent = [request.header("If-None-Match") for request in server.requests]
    assert sent == [None, '"v1"', '"v1"', None, '"v1"']


def test_a_move_is_believed_after_seven_days_and_costs_no_item(database: Database) -> None:
    with TestServer() as server:
        feed = Feed("dawn", server.set("/old", Reply(301, {"Location": "/new"})), "Dawn", allow_private=True)
        server.set("/new", Reply(headers=TAGGED, body=BODY))
        new = [poll_at(database, feed, NOON + DAY * days)[0].new for days in (0, 3, 7, 8, 9)]
        paths = [request.path for request in server.requests]
        _, state = poll_at(database, feed, NOON + 10 * DAY)
    assert new == [1, 0, 0, 0, 0]
    assert paths == ["/old", "/new", "/old", "/new", "/old", "/new", "/new", "/new"]
    assert (state.url, state.moved_to, state.moved_at) == (feed.url, server.url("/new"), NOON + 7 * DAY)


def test_a_temporary_redirect_is_followed_for_ever_and_never_believed(database: Database) -> None:
    with TestServer() as server:
        feed = Feed("dawn", server.set("/old", Reply(302, {"Location": "/new"})), "Dawn", allow_private=True)
        server.set("/new", Reply(headers=TAGGED, body=BODY))
        for days in (0, 8, 16):
            _, state = poll_at(database, feed, NOON + DAY * days)
    assert state.moved_to is None
    assert state.health is not FeedHealth.FAILING


def test_a_feed_that_is_gone_says_so(database: Database) -> None:
    with TestServer() as server:
        feed = Feed("dawn", server.set("/feed", Reply(410)), "Dawn", allow_private=True)
        report, state = poll_at(database, feed, NOON)
    assert state.health is FeedHealth.GONE
    assert "given up this feed for good" in state.problem
    assert [failed.feed for failed in report.failed] == ["dawn"]
    assert state.next_check_at is not None
    assert state.next_check_at >= NOON + 7 * DAY


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(401), "give them with the feed's headers"),
        (Reply(403), "ask the outlet to allow feed readers"),
        (Reply(200, {"Content-Type": "text/html"}, b"<title>Just a moment...</title>"), "a challenge page"),
    ],
)
def test_blocked_comes_with_advice(database: Database, reply: Reply, words: str) -> None:
    with TestServer() as server:
        feed = Feed("dawn", server.set("/feed", reply), "Dawn", allow_private=True)
        _, state = poll_at(database, feed, NOON)
    assert state.health is FeedHealth.BLOCKED
    assert words in state.problem


@pytest.mark.parametrize(
    ("headers", "channel", "hours"),
    [
        ({"Cache-Control": "max-age=7200"}, "", 2),
        ({"Expires": "Sat, 21 Nov 2026 15:00:00 GMT", "Date": "Sat, 21 Nov 2026 12:00:00 GMT"}, "", 3),
        ({}, "<ttl>240</ttl>", 4),
        ({}, "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 6),
        ({}, "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateBase>1901-01-01T00:00Z</sy:updateBase>", 1),
        ({}, "<sy:updatePeriod>yearly</sy:updatePeriod>", 12),
        ({"Cache-Control": "max-age=7200"}, "<ttl>180</ttl>", 3),
        ({"Cache-Control": "no-store", "Expires": "Sat, 21 Nov 2026 15:00:00 GMT"}, "<ttl>60</ttl>", 1),
        ({}, "<skipHours><hour>12</hour><hour>13</hour></skipHours>", 2),
        ({}, "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>", 12),
        ({"Cache-Control": "max-age=99999999"}, "", 12),
    ],
)
def test_the_next_poll_is_when_the_publisher_wants_it(
    database: Database, headers: dict[str, str], channel: str, hours: int
) -> None:
    body = BODY.replace(b"<title>T</title>", b"<title>T</title>" + channel.encode())
    body = body.replace(b"<rss ", b"<rss xmlns:sy='http://purl.org/rss/1.0/modules/syndication/' ")
    with TestServer() as server:
        feed = Feed("dawn", server.set("/feed", Reply(headers=headers, body=body)), "Dawn", allow_private=True)
        _, state = poll_at(database, feed, NOON)
    assert state.next_check_at is not None
    wait = state.next_check_at - NOON
    assert timedelta(hours=hours) <= wait <= timedelta(hours=hours) * 1.1


def test_a_document_that_only_says_when_it_was_made_brings_nothing_and_an_edit_does(database: Database) -> None:
    with TestServer() as server:
        bodies = [BODY, BODY.replace(b"<title>T</title>", b"<title>T</title><lastBuildDate>now</lastBuildDate>")]
        bodies.append(bodies[1].replace(b"Convoy", b"Convoy hit"))
        feed = Feed("dawn", server.set("/feed", *(Reply(body=body) for body in bodies)), "Dawn", allow_private=True)
        found = [poll_at(database, feed, NOON + timedelta(hours=hours)) for hours in range(3)]
    assert [(report.new, report.changed) for report, _ in found] == [(1, 0), (0, 0), (0, 1)]
    hashes = [state.items_hash for _, state in found]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize("headers", [TAGGED, {}])
def test_what_a_document_wishes_holds_until_another_one_says_otherwise(
    database: Database, headers: dict[str, str]
) -> None:
    patient = BODY.replace(b"<title>T</title>", b"<title>T</title><ttl>240</ttl>")
    with TestServer() as server:
        feed = Feed("dawn", server.set("/feed", Reply(headers=headers, body=patient)), "Dawn", allow_private=True)
        waits = []
        for hours in (0, 5):  # the second answer is "not modified", or the same bytes
            at = NOON + timedelta(hours=hours)
            _, state = poll_at(database, feed, at)
            assert state.next_check_at is not None
            waits.append(state.next_check_at - at)
        server.set("/feed", Reply(body=BODY))
        at = NOON + timedelta(hours=10)
        _, state = poll_at(database, feed, at)
    assert all(timedelta(hours=4) <= wait <= timedelta(hours=4.4) for wait in waits)
    assert state.next_check_at is not None
    assert state.next_check_at - at < timedelta(hours=1)


def test_retry_after_of_a_server_that_refuses_is_kept_on_the_next_poll(database: Database) -> None:
    with TestServer() as server:
        feed = Feed("dawn", server.set("/feed", Reply(429, {"Retry-After": "18000"})), "Dawn", allow_private=True)
        _, state = poll_at(database, feed, NOON)
    assert state.next_check_at is not None
    assert state.next_check_at >= NOON + timedelta(hours=5)
    assert (state.failures, state.health) == (1, FeedHealth.FAILING)
