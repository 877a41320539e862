from __future__ import annotations

from dataclasses import replace

from monitor.records import Story, StoryAssignment, StoryEntry, StoryLink
from monitor.store import stories
from monitor.store.engine import Database
from tests.store.samples import MINUTE, NOON, assess, item_of, store

ONE, TWO, THREE = item_of(1), item_of(2, outlet="Tribune", title="Five hurt near Dasu"), item_of(3)


def _together(database: Database) -> None:
    store(database, ONE, TWO, THREE)
    for item in (TWO, ONE):
        assess(database, item, story=StoryAssignment(item.id, "story-1", StoryLink.FIRST))
    assess(database, THREE, story=StoryAssignment(THREE.id, "story-3", StoryLink.FIRST))


def test_a_story_has_its_items_in_the_order_they_were_seen(database: Database) -> None:
    _together(database)
    with database.read() as conn:
        assert stories.get(conn, "story-1") == Story(
            id="story-1",
            headline="Convoy attacked near Dasu, report 1",
            items=(ONE.id, TWO.id),
            outlets=("Dawn", "Tribune"),
            first_seen_at=NOON + MINUTE,
            last_seen_at=NOON + 2 * MINUTE,
        )
        assert stories.get(conn, "story-2") is None


def test_items_know_their_stories(database: Database) -> None:
    _together(database)
    store(database, item_of(4))
    with database.read() as conn:
        found = stories.stories_of(conn, [TWO.id, THREE.id, item_of(4).id])
    assert {item: story.id for item, story in found.items()} == {TWO.id: "story-1", THREE.id: "story-3"}


def test_entries_come_back_from_the_window_oldest_first(database: Database) -> None:
    _together(database)
    with database.read() as conn:
        assert tuple(stories.recent_entries(conn, NOON + 2 * MINUTE)) == (
            StoryEntry(TWO.id, "story-1", TWO.first_seen_at, "hash-2", (1, 2**64 - 1)),
            StoryEntry(THREE.id, "story-3", THREE.first_seen_at, "hash-3", (1, 2**64 - 1)),
        )


def test_the_newest_entry_of_an_item_counts(database: Database) -> None:
    _together(database)
    newer = StoryEntry(THREE.id, "story-3", THREE.first_seen_at, "other", ())
    with database.write() as conn:
        stories.save_entries(conn, (newer,))
        stories.save_entries(conn, (newer,))
    with database.read() as conn:
        assert tuple(stories.recent_entries(conn, THREE.first_seen_at)) == (newer,)


def test_a_story_without_titles_has_an_empty_headline(database: Database) -> None:
    bare = replace(ONE, title="")
    store(database, bare)
    assess(database, bare)
    with database.read() as conn:
        found = stories.get(conn, f"story-{bare.id}")
    assert found is not None
    assert found.headline == ""
