"""Hostile answers of our own: all polled in one round, so that none stops another, and each feed recovers after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest

from monitor.fetch.limits import FetchLimits
from monitor.pipeline.poll import poll
from monitor.pipeline.progress import Silent, utc_now
from monitor.records import Feed, FeedState, Item
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store.engine import Database, open_database
from tests.acceptance import hostile_kinds, hostile_more
from tests.acceptance.hostile_kinds import item, rss
from tests.fetch.raw import RawServer
from tests.web import Reply, TestServer

CASES = {**hostile_kinds.CASES, **hostile_more.CASES}
LIMITS = FetchLimits(host_gap=timedelta(0), per_host=16)


@dataclass(frozen=True, slots=True)
class Round:
    """What is stored after a round: the state and the items of every feed."""

    states: dict[str, FeedState]
    items: dict[str, list[Item]]


def _stored(database: Database) -> Round:
    with database.read() as connection:
        states = feed_rows.states(connection)
        ids = [row[0] for row in connection.exec_driver_sql("SELECT id FROM items ORDER BY rowid")]
        loaded = item_rows.load(connection, ids)
    items: dict[str, list[Item]] = {name: [] for name in states}
    for found in (loaded[each] for each in ids):
        items[found.feed].append(found)
    return Round(dict(states), items)


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Round, Round]:
    """Poll every case in one round, then a sound feed at the same places."""
    database = open_database("sqlite:///monitor.db", tmp_path_factory.mktemp("hostile"))
    with TestServer() as server, RawServer() as raw:
        good = Reply(headers={"Content-Type": "application/rss+xml"}, body=rss(item(9, "Sound again")).encode())
        urls = {}
        for number, (name, case) in enumerate(CASES.items()):
            path = f"/{number}"
            urls[name] = raw.set(path, case.answer) if isinstance(case.answer, bytes) else server.set(path, case.answer)
        feeds = [Feed(name, url, "Outlet", allow_private=True) for name, url in urls.items()]
        poll(database, feeds, LIMITS, utc_now, Silent())
        first = _stored(database)
        mended = [
            Feed(feed.name, server.set(f"/sound-{number}", good), "Outlet", allow_private=True)
            for number, feed in enumerate(feeds)
        ]
        poll(database, mended, LIMITS, utc_now, Silent())
        second = _stored(database)
    database.close()
    return first, second


def test_there_are_many_kinds() -> None:
    assert len(CASES) > 270
    assert len(CASES) == len(hostile_kinds.CASES) + len(hostile_more.CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_answer_gives_what_it_holds_or_says_why_not(rounds: tuple[Round, Round], name: str) -> None:
    case, state, items = CASES[name], rounds[0].states[name], rounds[0].items[name]
    assert tuple(found.title for found in items) == case.titles
    assert state.health == case.health
    assert case.problem in state.problem
    assert bool(state.problem) == bool(case.problem)
    if case.text is not None:
        assert items[0].text == case.text


@pytest.mark.parametrize("name", CASES)
def test_a_feed_recovers_from_a_hostile_answer_and_forgets_nothing(rounds: tuple[Round, Round], name: str) -> None:
    case, state, items = CASES[name], rounds[1].states[name], rounds[1].items[name]
    assert sorted(found.title for found in items) == sorted((*case.titles, "Sound again"))
    assert (state.health, state.problem, state.failures) == ("ok", "", 0)


def test_nothing_stored_is_unfit_for_a_page_or_a_log(rounds: tuple[Round, Round]) -> None:
    words = [text for items in rounds[0].items.values() for found in items for text in (found.title, found.text)]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", "".join(words))
