"""What a poll makes of an outage of our own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from monitor.fetch.limits import FetchLimits
from monitor.pipeline.poll import poll
from monitor.pipeline.progress import Silent, utc_now
from monitor.records import Feed
from monitor.store import feeds as feed_rows
from monitor.store.engine import open_database
from tests.web import Reply, TestServer

FEED = (
    b"<rss version='2.0'><channel><title>T</title><item><title>One</title>"
    b"<link>http://a.example/1</link></item></channel></rss>"
)


def refused(number: int) -> Feed:
    return Feed(f"refused-{number}", "http://127.0.0.1:9/feed", "Refused", allow_private=True)


def test_an_outage_of_our_own_network_costs_no_backoff(tmp_path: Path) -> None:
    database = open_database("sqlite:///monitor.db", tmp_path)
    feeds = [refused(number) for number in range(4)]
    for _ in range(3):
        poll(database, feeds, FetchLimits(), utc_now, Silent())
    with database.read() as connection:
        states = feed_rows.states(connection).values()
    assert {state.failures for state in states} == {0}
    assert all(state.problem for state in states)
    assert all(state.next_check_at and state.next_check_at <= utc_now() + timedelta(minutes=5) for state in states)
    database.close()


def test_feeds_that_fail_while_another_answers_back_off(tmp_path: Path) -> None:
    database = open_database("sqlite:///monitor.db", tmp_path)
    with TestServer() as server:
        server.set("/feed", Reply(body=FEED, headers={"Content-Type": "application/rss+xml"}))
        feeds = [
            Feed("good", server.url("/feed"), "Good", allow_private=True),
            *(refused(number) for number in range(4)),
        ]
        poll(database, feeds, FetchLimits(), utc_now, Silent())
        poll(database, feeds, FetchLimits(), utc_now, Silent())
    with database.read() as connection:
        states = feed_rows.states(connection)
    assert [states[f"refused-{number}"].failures for number in range(4)] == [2, 2, 2, 2]
    database.close()
