from __future__ import annotations

from dataclasses import replace

from monitor.records import FeedHealth, FeedState
from monitor.store import feeds
from monitor.store.engine import Database
from tests.store.samples import HOUR, NOON, contents

DAWN = FeedState(
    feed="dawn",
    url="https://dawn.example/feed",
    etag='"abc"',
    last_modified="Fri, 20 Nov 2026 11:00:00 GMT",
    body_hash="0f",
    next_check_at=NOON + HOUR,
    last_polled_at=NOON,
    last_success_at=NOON - HOUR,
    last_new_item_at=NOON - 2 * HOUR,
    failures=3,
    health=FeedHealth.FAILING,
    since=NOON - HOUR,
    problem="HTTP 503",
    identity_policy="link",
    fetched_at=NOON - HOUR,
    moved_to="https://dawn.example/rss",
    moved_since=NOON - 9 * 24 * HOUR,
    moved_at=NOON - HOUR,
    longest_quiet=9 * HOUR,
)


def test_a_state_comes_back_as_it_was_saved(database: Database) -> None:
    fresh = FeedState(feed="bbc-urdu", url="https://urdu.example/feed")
    with database.write() as conn:
        feeds.save_states(conn, (DAWN, fresh))
    with database.read() as conn:
        assert feeds.states(conn) == {"dawn": DAWN, "bbc-urdu": fresh}


def test_the_newest_state_counts_and_saving_it_twice_changes_nothing(database: Database) -> None:
    newer = replace(DAWN, failures=0, problem="", health=FeedHealth.OK, etag=None)
    with database.write() as conn:
        feeds.save_state(conn, DAWN)
        feeds.save_state(conn, newer)
    once = contents(database)
    with database.write() as conn:
        feeds.save_state(conn, newer)
    assert contents(database) == once
    with database.read() as conn:
        assert feeds.states(conn) == {"dawn": newer}


def test_what_a_server_wrote_in_a_header_cannot_break_the_database(database: Database) -> None:
    with database.write() as conn:
        feeds.save_state(conn, replace(DAWN, etag="a\ud800b\0c"))
    with database.read() as conn:
        assert feeds.states(conn)["dawn"].etag == "a\ufffdb\ufffdc"


def test_saving_no_state_is_fine(database: Database) -> None:
    with database.write() as conn:
        feeds.save_states(conn, ())
    with database.read() as conn:
        assert feeds.states(conn) == {}
