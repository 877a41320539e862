from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import ItemMatches, Send, TopicScore
from monitor.store.engine import Database
from monitor.store.lists import ItemFilter, count_items, list_ids, list_items
from monitor.store.search import search_expression
from tests.store.samples import MINUTE, NOON, assess, assessment_of, item_of, match_of, plans_of, store

ONE, TWO, THREE, FOUR = (item_of(number) for number in (1, 2, 3, 4))
URDU = item_of(2, outlet="BBC Urdu", feed="bbc-urdu", lang="ur", title="گوادر میں دھماکہ", text="تحریک طالبان پاکستان")
CHINESE = item_of(3, outlet="Xinhua", lang="zh", title="瓜达尔港附近发生爆炸", text="中国公民遇袭")


def _found(database: Database, **asked: object) -> list[int]:
    with database.read() as conn:
        wanted = ItemFilter(**asked)  # type: ignore[arg-type] # each test names the fields it filters by
        assert count_items(conn, replace(wanted, limit=1, offset=0)) >= len(list_ids(conn, wanted))
        return [int(item, 16) for item in list_ids(conn, wanted)]


@pytest.fixture
def filled(database: Database) -> Database:
    """Give items 1–3 assessed (2 in Urdu, 3 in Chinese) and item 4 stored only."""
    store(database, ONE, URDU, CHINESE, FOUR)
    assess(database, ONE)
    assess(
        database,
        URDU,
        matches=ItemMatches(rules=(match_of("sanctuaries-desk/talks", Send.DIGEST),)),
        scores=(
            TopicScore("cpec-security", 0.3, 0.5, "model-1"),
            TopicScore("militant-sanctuaries", 0.7, 0.4, "model-1"),
        ),
    )
    assess(database, CHINESE, matches=ItemMatches())
    return database


def test_without_a_filter_everything_comes_newest_first(filled: Database) -> None:
    assert _found(filled) == [4, 3, 2, 1]
    assert _found(filled, limit=2) == [4, 3]
    assert _found(filled, limit=2, offset=2) == [2, 1]


def test_items_seen_at_the_same_moment_keep_one_order(database: Database) -> None:
    store(database, *(replace(item_of(number), first_seen_at=NOON) for number in (2, 3, 1)))
    assert _found(database) == [3, 2, 1]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"topic": "cpec-security"}, [3, 1]),
        ({"topic": "militant-sanctuaries"}, [2]),
        ({"topic": "cpec-security", "min_score": 0.25}, [3, 2, 1]),
        ({"topic": "cpec-security", "min_score": 0.95}, []),
        ({"min_score": 0.8}, [3, 1]),
        ({"entity": "dasu"}, [1]),
        ({"entity": "gwadar"}, []),
        ({"rule": "cpec-desk/attack"}, [1]),
        ({"rule": "attack"}, []),
        ({"analyst": "sanctuaries-desk"}, [2]),
        ({"source": "BBC Urdu"}, [2]),
        ({"feed": "bbc-urdu"}, [2]),
        ({"lang": "zh"}, [3]),
        ({"since": NOON + 2 * MINUTE}, [4, 3, 2]),
        ({"until": NOON + 2 * MINUTE}, [1]),
        ({"topic": "cpec-security", "entity": "dasu", "lang": "en", "rule": "cpec-desk/attack"}, [1]),
        ({"topic": "cpec-security", "lang": "ur"}, []),
        ({"query": "convoy", "topic": "cpec-security", "since": NOON}, [1]),
        ({"query": "convoy", "lang": "zh"}, []),
    ],
)
def test_a_filter_narrows_the_list(asked: dict[str, object], found: list[int], filled: Database) -> None:
    assert _found(filled, **asked) == found


def test_a_list_brings_everything_decided_about_its_items(filled: Database) -> None:
    with filled.read() as conn:
        (found,) = list_items(conn, ItemFilter(entity="dasu"))
    assert found.item == ONE
    assert found.assessment == assessment_of(ONE)


def test_a_page_costs_the_same_number_of_queries_for_one_item_or_forty(database: Database) -> None:
    many = [item_of(number) for number in range(40)]
    store(database, *many)
    assess(database, *many)
    for limit in (1, 40):
        asked = ItemFilter(entity="dasu", limit=limit)
        assert len(plans_of(database, lambda conn, asked=asked: list_items(conn, asked))) == 3  # type: ignore[misc] # bound now


@pytest.mark.parametrize(
    "asked",
    [
        ItemFilter(),
        ItemFilter(since=NOON, until=NOON + MINUTE),
        ItemFilter(topic="cpec-security"),
        ItemFilter(topic="cpec-security", min_score=0.2, lang="ur"),
        ItemFilter(entity="dasu", rule="cpec-desk/attack"),
        ItemFilter(analyst="cpec-desk", source="Dawn"),
        ItemFilter(source="Dawn"),
        ItemFilter(feed="dawn"),
        ItemFilter(lang="ur"),
    ],
)
def test_a_list_walks_an_index_in_its_own_order(asked: ItemFilter, database: Database) -> None:
    """Sorting or walking the whole table would make a page of a million items slow."""
    (plan,) = plans_of(database, lambda conn: list_ids(conn, asked))
    assert not [step for step in plan if "TEMP B-TREE" in step or ("SCAN" in step and "INDEX" not in step)], plan


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("convoy", [1]),
        ("CONVOY", [1]),
        ("convoy engineers", [1]),
        ("convoy drill", []),
        ('"convoy attacked"', [1]),
        ('"attacked convoy"', []),
        ('engineers "near Dasu"', [1]),
        ("engin*", [1]),
        ("engin", []),
        ("爆炸", [3]),
        ("炸爆", []),
        ("瓜达尔 遇袭", [3]),
        ("گوادر", [2]),
        ("تحريك طالبان", [2]),
        ('"طالبان پاکستان"', [2]),
        ('"attacked', [1]),
        ("", []),
        ('* - " ( )', []),
    ],
)
def test_search_finds_words_in_every_script(query: str, found: list[int], filled: Database) -> None:
    assert _found(filled, query=query) == found


def test_search_finds_the_newest_revision_only(database: Database) -> None:
    edited = replace(ONE, title="Rescue works at the tunnel end", text="All are safe", content_hash="other", revision=2)
    store(database, ONE)
    assess(database, ONE)
    store(database, changed=(edited,))
    assert _found(database, query="convoy") == [1]
    assess(database, edited)
    assert _found(database, query="convoy") == []
    assert _found(database, query="tunnel") == [1]


def test_operators_are_words_and_find_what_holds_them(database: Database) -> None:
    holding = item_of(1, title="Army and police: NEAR miss, NOT an attack")
    store(database, holding, item_of(2, title="Army police parade"))
    assess(database, holding, item_of(2, title="Army police parade"))
    assert _found(database, query="army AND police") == [1]
    assert _found(database, query="army NOT attack") == [1]
    assert _found(database, query="army police") == [2, 1]


@given(st.text(max_size=40))
def test_every_query_is_one_the_index_understands(query: str) -> None:
    expression = search_expression(query)
    engine = _index()
    if expression is not None:
        with engine.connect() as conn:
            conn.execute(sa.text("SELECT rowid FROM search WHERE search MATCH :query"), {"query": expression}).all()


def _index() -> sa.Engine:
    if not _ENGINES:
        _ENGINES.append(sa.create_engine("sqlite://"))
        with _ENGINES[0].begin() as conn:
            conn.exec_driver_sql("CREATE VIRTUAL TABLE search USING fts5(words, content='')")
    return _ENGINES[0]


_ENGINES: list[sa.Engine] = []
