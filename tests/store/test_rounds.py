from __future__ import annotations

from monitor.store import rounds
from monitor.store.engine import Database
from monitor.store.rounds import Round
from tests.store.samples import HOUR, NOON


def test_a_round_is_recorded_when_it_begins_and_when_it_ends(database: Database) -> None:
    with database.write() as conn:
        number = rounds.start(conn, NOON, "once")
    with database.read() as conn:
        assert rounds.last(conn) == Round(1, "once", NOON, None, {})
    with database.write() as conn:
        rounds.finish(conn, number, NOON + HOUR, {"new": 12, "failed": "dawn: HTTP 503"})
    with database.read() as conn:
        assert rounds.last(conn) == Round(1, "once", NOON, NOON + HOUR, {"new": 12, "failed": "dawn: HTTP 503"})


def test_a_killed_round_never_finished(database: Database) -> None:
    with database.write() as conn:
        rounds.finish(conn, rounds.start(conn, NOON, "once"), NOON, {})
        rounds.start(conn, NOON + HOUR, "run")
    with database.read() as conn:
        newest, finished = rounds.last(conn), rounds.last(conn, is_finished=True)
    assert newest is not None
    assert finished is not None
    assert (newest.number, newest.finished_at, finished.number) == (2, None, 1)


def test_before_the_first_round_there_is_none(database: Database) -> None:
    with database.read() as conn:
        assert rounds.last(conn) is None


def test_rounds_since_a_moment_come_oldest_first(database: Database) -> None:
    with database.write() as conn:
        for after in range(3):
            rounds.start(conn, NOON + after * HOUR, "once")
    with database.read() as conn:
        assert [each.number for each in rounds.since(conn, NOON + HOUR)] == [2, 3]
