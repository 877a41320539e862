"""What a poll makes of an outage of our own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from monitor.fetch.limits import FetchLimits
from monitor.pipeline.poll import poll
from monitor.pipeline.progress import Silent, utc_now
from monitor.records import Feed, SeenEntry
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store import seen as seen_rows
from monitor.store.engine import Database, open_database
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


def entry(number: int, words: str = "Words") -> str:
    return f"<item><title>Story {number}</title><link>http://a.example/{number}</link><description>{words}</description></item>"


def poll_documents(database: Database, *documents: list[str]) -> list[tuple[int, int]]:
    """Poll one feed that gives one document after the other; give the numbers of new and edited items of each poll."""
    with TestServer() as server:
        return [poll_document(database, server, entries) for entries in documents]


def poll_document(database: Database, server: TestServer, entries: list[str]) -> tuple[int, int]:
    body = f"<rss version='2.0'><channel><title>T</title>{''.join(entries)}</channel></rss>".encode()
    server.set("/feed", Reply(body=body, headers={"Content-Type": "application/rss+xml"}))
    feed = Feed("paper", server.url("/feed"), "Paper", allow_private=True)
    report = poll(database, [feed], FetchLimits(), utc_now, Silent())
    return report.new, report.changed


def seen_entries(database: Database) -> list[SeenEntry]:
    with database.read() as connection:
        return list(seen_rows.entries(seen_rows.load(connection)["paper"]).values())


def test_new_and_edited_entries_are_found_among_those_seen_before(tmp_path: Path) -> None:
    database = open_database("sqlite:///monitor.db", tmp_path)
    old = [entry(number) for number in range(5)]
    polls = poll_documents(
        database,
        old,
        [entry(9), *old],  # one new
        [entry(9), entry(0, "Other words"), *old[1:]],  # one edited
        [*old[2:]],  # some are gone
        [entry(9), *old],  # and come back, one as it was before the edit
        [entry(number) for number in range(20, 26)],  # all are new
    )
    assert polls == [(5, 0), (1, 0), (0, 1), (0, 0), (0, 1), (6, 0)]
    assert len(seen_entries(database)) == 6
    with database.read() as connection:
        assert item_rows.count(connection) == 12
    database.close()


def test_what_was_seen_belongs_to_the_feeds_state_and_is_nothing_without_it(tmp_path: Path) -> None:
    database = open_database("sqlite:///monitor.db", tmp_path)
    with TestServer() as server:
        poll_document(database, server, [entry(1), entry(2)])
        with database.write() as connection:
            connection.exec_driver_sql("DELETE FROM feed_states")
            connection.exec_driver_sql("DELETE FROM items")
        assert poll_document(database, server, [entry(3), entry(1), entry(2)]) == (3, 0)
    database.close()
