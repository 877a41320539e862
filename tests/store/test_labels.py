"""What judgements ask of the stored items."""

from __future__ import annotations

from monitor.records import TopicScore
from monitor.store import labels
from monitor.store.engine import Database
from tests.store.samples import HOUR, MINUTE, NOON, assess, item_of, store

NEWS, LATER, OLD = item_of(1), item_of(2), item_of(3, is_backlog=True)


def scores(value: float) -> tuple[TopicScore, ...]:
    return (TopicScore("cpec-security", value, 0.5, "model"),)


def test_what_a_first_pull_archived_is_no_news(database: Database) -> None:
    store(database, NEWS, LATER, OLD)
    assess(database, NEWS, scores=scores(0.25))
    assess(database, LATER, scores=scores(0.75))
    assess(database, OLD, scores=scores(0.5))
    with database.read() as connection:
        assert sorted(labels.news_scores(connection, "cpec-security", NOON)) == [0.25, 0.75]
        assert labels.news_scores(connection, "cpec-security", NOON + HOUR) == []
        assert labels.first_news(connection, NOON) == NOON + MINUTE
        assert labels.first_news(connection, NOON + HOUR) is None
        assert len(labels.topic_scores(connection, "cpec-security")) == 3


def test_the_first_items_come_in_the_order_seen(database: Database) -> None:
    store(database, LATER, OLD, NEWS)
    with database.read() as connection:
        assert labels.first_items(connection, 2) == [NEWS.id, LATER.id]
        assert labels.first_items(connection, 9) == [NEWS.id, LATER.id, OLD.id]


def test_open_items_are_those_assessed_and_no_archive(database: Database) -> None:
    store(database, NEWS, LATER, OLD)
    assess(database, NEWS, OLD, scores=scores(0.5))
    with database.read() as connection:
        assert labels.open_items(connection, 9) == [NEWS.id]
