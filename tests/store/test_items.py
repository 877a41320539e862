from __future__ import annotations

from dataclasses import replace

from monitor.records import Enclosure, FeedChanges, Item, ItemChange, ItemKey, KnownItem
from monitor.store import items, stories
from monitor.store.engine import Database
from tests.store.samples import HOUR, MINUTE, NOON, assess, changes_of, contents, item_of, key_of, plans_of, store

FULL = item_of(
    1,
    title="گوادر میں دھماکہ",
    text="瓜达尔港附近发生爆炸\nTwo lines",
    lang="ur",
    published_at=None,
    updated_at=NOON - MINUTE,
    authors=("A. Khan", "B. Baloch"),
    tags=("security",),
    enclosures=(Enclosure("https://news.example/a.mp3", "audio/mpeg", 12), Enclosure("https://news.example/b")),
    flags=("date-unreadable",),
    is_first_pull=True,
)


def test_an_item_comes_back_as_it_was_stored(database: Database) -> None:
    store(database, FULL)
    with database.read() as conn:
        assert items.get(conn, FULL.id) == FULL
        assert items.get(conn, "0" * 16) is None


def test_what_a_database_refuses_is_replaced_without_moving_the_rest(database: Database) -> None:
    store(database, item_of(1, title="a\ud800b", text="one\0two \U0001f525 three"))
    with database.read() as conn:
        stored = items.load(conn, [item_of(1).id])[item_of(1).id]
    assert (stored.title, stored.text) == ("a\ufffdb", "one\ufffdtwo \U0001f525 three")


def test_storing_the_same_changes_again_changes_nothing(database: Database) -> None:
    edited = replace(item_of(2), title="Toll rises to six", content_hash="other", revision=2)
    changes = FeedChanges(
        new=(ItemChange(item_of(1), (key_of(item_of(1)),)), ItemChange(item_of(2), (key_of(item_of(2)),))),
        aliases=((item_of(1).id, ItemKey("link", "https://news.example/1")),),
    )
    edit = FeedChanges(changed=(ItemChange(edited, (key_of(edited),)),))
    with database.write() as conn:
        items.save_changes(conn, "dawn", changes, NOON)
        items.save_changes(conn, "dawn", edit, NOON + HOUR)
    once = contents(database)
    with database.write() as conn:
        items.save_changes(conn, "dawn", edit, NOON + 2 * HOUR)
        items.save_changes(conn, "dawn", replace(changes, new=changes.new[:1]), NOON + 2 * HOUR)
    assert contents(database) == once


def test_an_edit_keeps_id_and_first_sight_and_every_earlier_revision(database: Database) -> None:
    first = item_of(1)
    edited = replace(
        first, title="Toll rises to six", content_hash="other", revision=2, first_seen_at=NOON + 9 * HOUR, lang="ur"
    )
    store(database, first)
    store(database, changed=(edited,), now=NOON + HOUR)
    with database.read() as conn:
        assert items.get(conn, first.id) == replace(edited, first_seen_at=first.first_seen_at)
        story = [(each.revision, each.title, each.seen_at) for each in items.history(conn, first.id)]
    assert story == [
        (1, "Convoy attacked near Dasu, report 1", NOON),
        (2, "Toll rises to six", NOON + HOUR),
    ]


def test_an_edit_back_to_an_earlier_text_is_a_third_revision(database: Database) -> None:
    first = item_of(1)
    store(database, first)
    store(database, changed=(replace(first, content_hash="other", revision=2),))
    store(database, changed=(replace(first, revision=3),))
    with database.read() as conn:
        assert [each.content_hash for each in items.history(conn, first.id)] == ["hash-1", "other", "hash-1"]


def test_an_edit_of_an_assessed_item_waits_to_be_assessed_and_is_no_repeat(database: Database) -> None:
    first = item_of(1)
    edited = replace(first, content_hash="other", revision=2)
    store(database, first)
    assess(database, first)
    store(database, changed=(edited,))
    with database.read() as conn:
        assert items.count_unassessed(conn) == 1
        assert items.unassessed(conn, "model-1", "rules-1", 10, is_reassessing=True) == ((edited, False),)


def test_known_items_are_found_by_any_key_of_their_feed(database: Database) -> None:
    guid, link, content = ItemKey("guid", "17"), ItemKey("link", "https://news.example/1"), ItemKey("content", "17")
    with database.write() as conn:
        items.save_changes(conn, "dawn", FeedChanges(new=(ItemChange(item_of(1), (guid,)),)), NOON)
        items.save_changes(conn, "dawn", FeedChanges(aliases=((item_of(1).id, link),)), NOON)
    known = KnownItem(item_of(1).id, 1, "hash-1", (guid, link))
    with database.read() as conn:
        assert items.known(conn, "dawn", {guid, link, content}) == {guid: known, link: known}
        assert items.known(conn, "dawn", {content}) == {}
        assert items.known(conn, "tribune", {guid}) == {}
        assert items.known(conn, "dawn", set()) == {}


def test_what_an_entry_looked_like_last_is_kept_beside_its_item(database: Database) -> None:
    one, two, edited = item_of(1), item_of(2), replace(item_of(2), content_hash="other", revision=2)
    keys = {key_of(one), key_of(two)}
    with database.write() as conn:
        fresh = (ItemChange(one, (key_of(one),), b"first"), ItemChange(two, (key_of(two),)))
        items.save_changes(conn, "dawn", FeedChanges(new=fresh), NOON)
    with database.read() as conn:
        assert {each.id: each.entry_hash for each in items.known(conn, "dawn", keys).values()} == {
            one.id: b"first",
            two.id: None,
        }
    with database.write() as conn:
        edit = FeedChanges(changed=(ItemChange(edited, (), b"second"),), entry_hashes=((one.id, b"other date"),))
        items.save_changes(conn, "dawn", edit, NOON)
        items.save_changes(conn, "dawn", FeedChanges(changed=(ItemChange(edited, (), b"third"),)), NOON)
    with database.read() as conn:
        found = items.known(conn, "dawn", keys)
        assert [(found[key_of(each)].revision, found[key_of(each)].entry_hash) for each in (one, two)] == [
            (1, b"other date"),
            (2, b"third"),
        ]


def test_thousands_of_keys_are_found(database: Database) -> None:
    many = [item_of(number) for number in range(1200)]
    store(database, *many)
    with database.read() as conn:
        found = items.known(conn, "dawn", {key_of(item) for item in many})
        assert {each.id for each in found.values()} == {item.id for item in many}
        assert items.count(conn) == 1200
        assert items.count_by_feed(conn) == {"dawn": 1200}


def test_a_key_stays_with_the_item_that_used_it_first(database: Database) -> None:
    shared = ItemKey("guid", "17")
    pair = tuple(ItemChange(item_of(number), (shared,)) for number in (1, 2))
    with database.write() as conn:
        items.save_changes(conn, "dawn", FeedChanges(new=pair), NOON)
    with database.read() as conn:
        assert items.known(conn, "dawn", {shared})[shared].id == item_of(1).id
        assert items.count(conn) == 2


def test_the_unassessed_come_oldest_first_and_within_the_limit(database: Database) -> None:
    store(database, item_of(3), item_of(1), item_of(2))
    with database.read() as conn:
        waiting = items.unassessed(conn, "model-1", "rules-1", 2, is_reassessing=True)
        assert waiting == ((item_of(1), False), (item_of(2), False))
        assert items.count_unassessed(conn) == 3
        assert items.count_waiting(conn, "model-1", "rules-1") == 3


def _waiting(database: Database, model: str, rules: str, *, is_reassessing: bool = True) -> list[tuple[Item, bool]]:
    with database.read() as conn:
        return list(items.unassessed(conn, model, rules, 10, is_reassessing=is_reassessing))


def test_other_rules_or_another_model_make_assessed_items_wait_as_repeats(database: Database) -> None:
    store(database, item_of(1), item_of(2))
    assess(database, item_of(1))
    assert _waiting(database, "model-1", "rules-1") == [(item_of(2), False)]
    assert _waiting(database, "model-1", "rules-2") == [(item_of(2), False), (item_of(1), True)]
    assert _waiting(database, "model-2", "rules-1") == [(item_of(2), False), (item_of(1), True)]
    assert _waiting(database, "model-2", "rules-2", is_reassessing=False) == [(item_of(2), False)]


def test_going_back_to_earlier_rules_makes_items_of_the_later_ones_wait(database: Database) -> None:
    store(database, item_of(1), item_of(2))
    assess(database, item_of(1), rules_version="rules-1")
    assess(database, item_of(2), rules_version="rules-2")
    assert _waiting(database, "model-1", "rules-1") == [(item_of(2), True)]
    with database.read() as conn:
        assert items.count_waiting(conn, "model-1", "rules-1") == 1


def test_the_archive_of_a_first_pull_is_assessed_once_and_not_again(database: Database) -> None:
    archived = item_of(1, is_backlog=True, is_first_pull=True)
    store(database, archived)
    assert _waiting(database, "model-1", "rules-1") == [(archived, False)]
    assess(database, archived)
    assert _waiting(database, "model-1", "rules-2") == []


def test_edits_of_the_archive_are_open_to_the_digest_and_stay_known_as_old_news(database: Database) -> None:
    archived, fresh = item_of(1, is_backlog=True, is_first_pull=True), item_of(2, is_first_pull=True)
    store(database, archived, fresh)
    for revision in (2, 3):
        with database.write() as conn:
            for item in (archived, fresh):
                edit = replace(
                    item, content_hash=f"{revision}", revision=revision, is_backlog=False, is_first_pull=False
                )
                items.save_changes(conn, "dawn", FeedChanges(changed=(ItemChange(edit, ()),)), NOON + HOUR)
        with database.read() as conn:
            found = items.load(conn, [archived.id, fresh.id])
        assert [(found[one.id].is_backlog, found[one.id].is_first_pull) for one in (archived, fresh)] == [
            (False, True),
            (False, False),
        ]


def test_an_item_is_found_by_the_beginning_of_its_id_or_by_its_link(database: Database) -> None:
    one, two = item_of(1, id="abc0000000000000"), item_of(2, id="abd0000000000000")
    store(database, one, two)
    with database.read() as conn:
        assert items.find_ids(conn, "ab") == (two.id, one.id)
        assert items.find_ids(conn, "abc") == (one.id,)
        assert items.find_ids(conn, one.id) == (one.id,)
        assert items.find_ids(conn, " https://news.example/2/#top ") == (two.id,)
        assert items.find_ids(conn, "https://news.example/3") == ()
        assert items.find_ids(conn, "") == ()


def test_saving_nothing_is_fine(database: Database) -> None:
    with database.write() as conn:
        items.save_changes(conn, "dawn", changes_of(), NOON)
    with database.read() as conn:
        assert items.count(conn) == 0
        assert items.unassessed(conn, "m", "r", 10, is_reassessing=True) == ()


def test_looking_for_work_walks_the_waiting_items_only(database: Database) -> None:
    plans = plans_of(database, lambda conn: items.unassessed(conn, "m", "r", 10, is_reassessing=True))
    assert plans[0] == ["SCAN items USING INDEX items_unassessed"]
    assert all(step.startswith("SEARCH items USING INDEX items_open") for plan in plans[2:4] for step in plan), plans
    counting = plans_of(database, lambda conn: items.count_waiting(conn, "m", "r"))
    assert counting[1] == ["SCAN items USING INDEX items_unassessed"]
    assert all("items_open" in step for plan in counting[2:] for step in plan), counting


def test_known_keys_are_looked_up_and_never_walked(database: Database) -> None:
    plan = plans_of(database, lambda conn: items.known(conn, "dawn", {ItemKey("guid", "17")}))[0]
    walked = [step for step in plan if not step.startswith(("SEARCH", "LIST SUBQUERY", "REUSE LIST SUBQUERY"))]
    assert walked == ["SCAN anon_1 VIRTUAL TABLE INDEX 1:"], plan  # the keys that are asked for


def test_a_story_is_looked_up_by_its_index(database: Database) -> None:
    store(database, item_of(1))
    assess(database, item_of(1))
    plans = plans_of(database, lambda conn: stories.get(conn, f"story-{item_of(1).id}"))
    assert plans[0][0].startswith("SEARCH items USING INDEX items_by_story"), plans


def test_keys_that_a_database_cannot_hold_are_known_again(database: Database) -> None:
    odd = ItemKey("guid", "lone \ud800 and \0")
    with database.write() as conn:
        items.save_changes(conn, "dawn", FeedChanges(new=(ItemChange(item_of(1), (odd,)),)), NOON)
    with database.read() as conn:
        assert items.known(conn, "dawn", {odd})[odd].id == item_of(1).id


def test_how_often_a_feed_publishes_leaves_its_first_pull_out(database: Database) -> None:
    store(database, item_of(1, is_first_pull=True), item_of(2), item_of(3), item_of(4, feed="bbc-urdu"))
    with database.read() as conn:
        assert items.seen_by_feed(conn, NOON) == {"dawn": (NOON + MINUTE, 2), "bbc-urdu": (NOON + 4 * MINUTE, 1)}
        assert items.seen_by_feed(conn, NOON + 4 * MINUTE) == {"bbc-urdu": (NOON + 4 * MINUTE, 1)}
