from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.identity import body_hash, content_hash, identity_keys
from monitor.records import ParsedItem
from tests.feeds.replay import FEED, NOON, Replay, entry, rss

A = "https://frontier.example/a"
B = "https://frontier.example/b"


def test_a_feed_pulled_twice_brings_nothing_new() -> None:
    replay = Replay()
    body = rss(entry("1", A, "Convoy attacked"), entry("2", B, "Talks resume"))
    assert len(replay.pull(body).new) == 2
    again = replay.pull(body)
    assert (again.new, again.changed, again.aliases, again.unchanged) == ((), (), (), 2)


def test_an_edited_item_keeps_its_id_and_gets_a_revision() -> None:
    replay = Replay()
    [first] = replay.pull(rss(entry("1", A, "Two killed in Turbat", "Police said."))).new
    [second] = replay.pull(rss(entry("1", A, "Five killed in Turbat", "Police said."))).changed
    assert second.item.id == first.item.id
    assert second.item.revision == 2
    assert second.item.title == "Five killed in Turbat"


def test_dates_and_white_space_are_no_edit() -> None:
    replay = Replay()
    replay.pull(rss(entry("1", A, "Convoy attacked", "Near Gwadar.", "Sat, 21 Nov 2026 09:00:00 GMT")))
    again = replay.pull(rss(entry("1", A, "Convoy  attacked", "Near\n Gwadar.", "Sat, 21 Nov 2026 11:00:00 GMT")))
    assert (again.new, again.changed, again.unchanged) == ((), (), 1)


def test_order_and_tracking_parameters_change_nothing() -> None:
    replay = Replay()
    replay.pull(rss(entry(None, f"{A}?id=7&amp;utm_source=rss", "One"), entry(None, f"{B}#top", "Two")))
    http = A.replace("https://", "http://www.")
    again = replay.pull(rss(entry(None, B, "Two"), entry(None, f"{http}/?fbclid=x&amp;id=7", "One")))
    assert (again.new, again.changed, again.unchanged) == ((), (), 2)


def test_a_new_guid_for_a_known_link_is_the_same_item() -> None:
    replay = Replay()
    body = [entry(f"g{n}", f"{A}/{n}", f"Story {n}") for n in range(5)]
    [first, *_] = replay.pull(rss(*body)).new
    changes = replay.pull(rss(entry("g0-v2", f"{A}/0", "Story 0, updated"), *body[1:]))
    assert changes.new == ()
    assert [change.item.id for change in changes.changed] == [first.item.id]
    assert changes.identity_policy == "guid"
    assert replay.pull(rss(entry("g0-v2", f"{B}/moved", "Story 0, updated"), *body[1:])).new == ()


def test_guids_that_change_at_every_pull_degrade_to_links() -> None:
    replay = Replay()
    for pull in range(3):
        changes = replay.pull(rss(*(entry(f"rnd-{pull}-{n}", f"{A}/{n}", f"Story {n}") for n in range(3))))
    assert len(replay.history) == 3
    assert changes.identity_policy == "link"
    assert replay.state.identity_policy == "link"


def test_guid_and_query_stamped_anew_at_every_pull_give_one_item() -> None:
    replay = Replay()
    for pull in range(3):
        replay.pull(rss(entry(f"rnd-{pull}", f"{A}?utm_source=rss&amp;t={pull}", "Convoy attacked", "In Turbat.")))
    assert len(replay.history) == 1


def test_one_guid_for_different_stories_degrades_to_links() -> None:
    replay = Replay()
    changes = replay.pull(rss(entry("0", A, "Convoy attacked"), entry("0", B, "Talks resume")))
    assert len(changes.new) == 2
    assert changes.identity_policy == "link"
    assert replay.pull(rss(entry("0", A, "Convoy attacked"), entry("0", B, "Talks resume"))).unchanged == 2


def test_one_guid_and_link_for_all_items_loses_none() -> None:
    replay = Replay()
    page = "https://frontier.example/statements"
    assert len(replay.pull(rss(entry(page, page, "Statement 1"), entry(page, page, "Statement 2"))).new) == 2
    again = replay.pull(rss(entry(page, page, "Statement 3"), entry(page, page, "Statement 2")))
    assert [change.item.title for change in again.new] == ["Statement 3"]
    assert again.identity_policy == "content"


def test_the_same_story_in_two_sections_degrades_nothing() -> None:
    changes = Replay().pull(rss(entry("7", A, "Convoy attacked"), entry("7", B, "Convoy attacked")))
    assert len(changes.new) == 1
    assert changes.identity_policy == "guid"


def test_guids_that_count_places_instead_of_stories_lose_no_story() -> None:
    replay = Replay()
    replay.pull(rss(*(entry(str(n), f"{A}/{n}", f"Story {n}") for n in range(3))))
    changes = replay.pull(rss(*(entry(str(n), f"{A}/{n + 10}", f"Story {n + 10}") for n in range(3))))
    assert [change.item.title for change in changes.new] == ["Story 10", "Story 11", "Story 12"]
    assert changes.identity_policy == "link"


def test_one_guid_for_ever_in_a_feed_of_one_item_loses_no_story() -> None:
    replay = Replay()
    replay.pull(rss(entry("latest", A, "Convoy attacked")))
    assert [change.item.title for change in replay.pull(rss(entry("latest", B, "Bridge blown up"))).new] == [
        "Bridge blown up"
    ]


def test_a_renamed_page_keeps_its_item() -> None:
    replay = Replay()
    others = [entry(f"g{n}", f"{B}/{n}", f"Story {n}") for n in range(4)]
    replay.pull(rss(entry("1", A, "Blast heard"), *others))
    changes = replay.pull(rss(entry("1", f"{A}-three-dead", "Blast kills three"), *others))
    assert (len(changes.new), len(changes.changed)) == (0, 1)


def test_items_that_share_one_link_stay_apart() -> None:
    replay = Replay()
    live = "https://frontier.example/live"
    replay.pull(rss(entry("1", live, "08:00 Blast heard"), entry("2", live, "08:10 Two dead")))
    changes = replay.pull(
        rss(
            entry("3", live, "08:20 Road closed"),
            entry("1", live, "08:00 Blast heard"),
            entry("2", live, "08:10 Two dead"),
        )
    )
    assert [change.item.title for change in changes.new] == ["08:20 Road closed"]


def test_a_shared_link_is_no_key_once_its_items_have_gone() -> None:
    replay = Replay()
    live = "https://frontier.example/live"
    replay.pull(rss(entry("1", live, "08:00 Blast heard"), entry("2", live, "08:10 Two dead")))
    changes = replay.pull(rss(entry("3", live, "08:20 Road closed")))
    assert [change.item.title for change in changes.new] == ["08:20 Road closed"]


def test_a_story_at_the_old_address_of_a_renamed_one_is_a_story_of_its_own() -> None:
    replay = Replay()
    others = [entry(f"g{n}", f"{B}/{n}", f"Story {n}") for n in range(4)]
    replay.pull(rss(entry("1", A, "Blast heard"), *others))
    changes = replay.pull(rss(entry("9", A, "Bridge blown up"), entry("1", f"{A}-old", "Blast heard"), *others))
    assert [change.item.title for change in changes.new] == ["Bridge blown up"]
    assert changes.changed == ()


def test_a_single_item_that_links_to_the_front_page_is_no_edit_of_the_last_one() -> None:
    replay = Replay()
    home = "https://frontier.example/"
    replay.pull(rss(entry(None, home, "Statement 1")))
    assert [change.item.title for change in replay.pull(rss(entry(None, home, "Statement 2"))).new] == ["Statement 2"]


def test_without_guids_links_to_the_front_page_tell_nothing() -> None:
    replay = Replay()
    home = "https://frontier.example/"
    assert len(replay.pull(rss(entry(None, home, "Statement 1"), entry(None, home, "Statement 2"))).new) == 2
    again = replay.pull(rss(entry(None, home, "Statement 3"), entry(None, home, "Statement 2")))
    assert [change.item.title for change in again.new] == ["Statement 3"]


def test_items_without_guid_and_link_are_known_by_their_words() -> None:
    replay = Replay()
    replay.pull(rss(entry(None, None, "Statement", "We condemn.")))
    assert replay.pull(rss(entry(None, None, "Statement", "We condemn."))).unchanged == 1
    assert len(replay.pull(rss(entry(None, None, "Statement", "We deny."))).new) == 1


def test_the_same_words_on_two_pages_are_two_items() -> None:
    replay = Replay()
    changes = replay.pull(
        rss(entry("1", A, "Earthquake", "Magnitude 4.5"), entry("2", B, "Earthquake", "Magnitude 4.5"))
    )
    assert len(changes.new) == 2


def test_ids_depend_on_the_feeds_name_and_not_on_its_address() -> None:
    body = rss(entry("1", A, "Convoy attacked"))
    moved = replace(FEED, url="https://new.example/rss")
    other = replace(FEED, name="another")
    ids = [Replay(feed).pull(body).new[0].item.id for feed in (FEED, moved, other)]
    assert ids[0] == ids[1] != ids[2]
    assert all(len(item) == 16 for item in ids)


def test_ids_of_one_feed_lie_side_by_side_and_differ() -> None:
    body = rss(*(entry(str(n), f"{A}/{n}", f"Story {n}") for n in range(30)))
    ids = [change.item.id for change in Replay().pull(body).new]
    assert len(set(ids)) == 30
    assert len({item[:3] for item in ids}) == 1
    assert len({item[3:6] for item in ids}) > 20


def test_a_first_pull_marks_its_items_and_archives_the_old_ones() -> None:
    fresh, old = "Sat, 21 Nov 2026 06:00:00 GMT", "Thu, 19 Nov 2026 06:00:00 GMT"
    replay = Replay()
    changes = replay.pull(
        rss(entry("1", A, "Fresh", date=fresh), entry("2", B, "Old", date=old), entry("3", None, "Undated"))
    )
    marks = [(change.item.title, change.item.is_first_pull, change.item.is_backlog) for change in changes.new]
    assert marks == [("Fresh", True, False), ("Old", True, True), ("Undated", True, False)]
    later = replay.pull(rss(entry("4", f"{A}/4", "Published late", date=old), entry("1", A, "Fresh", date=fresh)))
    assert [(change.item.is_first_pull, change.item.is_backlog) for change in later.new] == [(False, False)]


def test_a_feed_that_began_empty_alerts_on_what_comes_later_only() -> None:
    replay = Replay()
    replay.pull(rss())
    changes = replay.pull(
        rss(
            entry("1", A, "Old", date="Fri, 20 Nov 2026 06:00:00 GMT"),
            entry("2", B, "New", date="Sat, 21 Nov 2026 12:30:00 GMT"),
        )
    )
    marks = [(change.item.title, change.item.is_first_pull, change.item.is_backlog) for change in changes.new]
    assert marks == [("Old", True, True), ("New", False, False)]


def test_a_pull_without_any_known_item_is_a_gap() -> None:
    replay = Replay()
    assert not replay.pull(rss(entry("1", A, "One"))).has_gap
    assert not replay.pull(rss(entry("2", B, "Two"), entry("1", A, "One"))).has_gap
    assert replay.pull(rss(entry("8", f"{A}/8", "Eight"), entry("9", f"{A}/9", "Nine"))).has_gap


def test_the_outlet_an_aggregator_names_stands_above_the_feeds() -> None:
    item = '<title>Convoy attacked - Quetta Voice</title><source url="https://q.example">Quetta Voice</source>'
    [change] = Replay().pull(rss(item)).new
    assert (change.item.outlet, change.item.title, change.item.lang) == ("Quetta Voice", "Convoy attacked", "en")


def test_short_items_are_in_the_language_of_their_words_or_else_of_their_feed() -> None:
    feed = replace(FEED, lang="ur")
    body = rss(
        entry("1", f"{A}/1", "د چین سفیر سره لیدنه"),
        entry("2", f"{A}/2", "بلوچستان"),
        entry("3", f"{A}/3", "تورخم", "مرز تورخم برای سه روز بسته می‌شود و گفتگو ادامه دارد."),
        entry("4", f"{A}/4", "Talks resume"),
    )
    assert [change.item.lang for change in Replay(feed).pull(body).new] == ["ps", "ur", "fa", "en"]


def test_long_guids_and_links_become_short_keys() -> None:
    item = ParsedItem("g" * 500, "https://frontier.example/" + "p" * 900, "T", "", "")
    assert [len(key.value) for key in identity_keys(item)] == [71, 71, 64]


def test_keys_come_strongest_first() -> None:
    item = ParsedItem("1", "https://www.frontier.example/a/?b=2&a=1&utm_medium=x#c", "T", "text", "")
    kinds = [(key.kind, key.value) for key in identity_keys(item)[:2]]
    assert kinds == [("guid", "1"), ("link", "frontier.example/a?a=1&b=2")]
    assert [key.kind for key in identity_keys(ParsedItem(None, None, "T", "text", ""))] == ["content"]


def test_hashes_are_stable() -> None:
    assert body_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert content_hash("a  b", "c\n") == content_hash("a b", "c")
    assert content_hash("ab", "c") != content_hash("a", "bc")


stories = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "4", None]), st.sampled_from([A, B, f"{A}?x=1", None]), st.sampled_from("xyz")
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(stories, min_size=1, max_size=4))
def test_no_story_is_ever_lost_and_no_id_given_twice(pulls: list[list[tuple[str | None, str | None, str]]]) -> None:
    replay = Replay()
    for pull in pulls:
        replay.pull(rss(*(entry(guid, link, f"Title {words}", f"Text {words}") for guid, link, words in pull)))
    seen = {item.title for revisions in replay.history.values() for item in revisions}
    assert seen == {f"Title {words}" for pull in pulls for _, _, words in pull}
    assert replay.now - NOON == timedelta(hours=len(pulls))


@settings(max_examples=60, deadline=None)
@given(st.permutations([("1", A, "One"), ("2", B, "Two"), (None, f"{A}/3", "Three"), (None, None, "Four")]))
def test_ids_survive_reordering(order: list[tuple[str | None, str | None, str]]) -> None:
    replay = Replay()
    replay.pull(rss(*(entry(*story) for story in order)))
    ids = {revisions[0].title: item for item, revisions in replay.history.items()}
    straight = Replay()
    straight.pull(rss(*(entry(*story) for story in sorted(order, key=lambda story: story[2]))))
    assert ids == {revisions[0].title: item for item, revisions in straight.history.items()}
