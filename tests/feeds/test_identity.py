"""Entries known by their hash are not cleaned again, and nothing comes out otherwise for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import gmtime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.identity import EntryHasher
from monitor.feeds.parse import parse_feed
from monitor.records import Feed, FeedChanges, ItemChange
from tests.feeds.replay import FEED, NOON, Replay, entry, rss

A = "https://frontier.example/a"
B = "https://frontier.example/b"
HOME = "https://frontier.example/"


def stories(number: int) -> list[str]:
    return [entry(f"g{n}", f"{A}/{n}", f"Story {n}", f"Words of {n}.") for n in range(number)]


def hashes(body: bytes, url: str = FEED.url) -> list[bytes]:
    return [each.hash for each in parse_feed(body, "", None, url, NOON).entries]


def test_of_a_known_feed_only_the_new_entry_is_cleaned() -> None:
    replay = Replay()
    replay.pull(rss(*stories(5)))
    assert replay.cleaned == 5
    changes = replay.pull(rss(entry("new", f"{A}/new", "Bridge blown up"), *stories(5)))
    assert ([change.item.title for change in changes.new], changes.unchanged) == (["Bridge blown up"], 5)
    assert replay.cleaned == 1


def test_of_a_feed_seen_before_only_the_new_entry_is_read() -> None:
    replay = Replay()
    replay.pull(rss(*stories(5)))
    new = [entry(f"new-{n}", f"{A}/new-{n}", "Bridge blown up") for n in range(2)]
    assert (len(replay.pull(rss(new[0], *stories(5))).new), replay.read) == (1, 1)
    changes = replay.pull(rss(new[1], new[0], *stories(4)))
    assert (len(changes.new), changes.unchanged, replay.read) == (1, 5, 1)
    assert (replay.pull(rss(new[0], *stories(3))).new, replay.read) == ((), 0)


@pytest.mark.parametrize(
    "others",
    [
        [entry("g1", f"{A}/other", "Another page under a guid of the document")],
        [entry("other", f"{A}/1?page=2", "Another guid on a page of the document")],
        [entry(f"more-{n}", f"{A}/more-{n}", "Most of the document is new") for n in range(4)],
    ],
)
def test_a_document_is_read_in_full_where_what_is_new_may_touch_the_rest(others: list[str]) -> None:
    replay = Replay()
    replay.pull(rss(*stories(3)))
    replay.pull(rss(*others, *stories(3)))
    assert replay.read == len(others) + 3


def test_an_edited_entry_is_cleaned_and_then_known_again() -> None:
    replay = Replay()
    replay.pull(rss(*stories(3)))
    edited = entry("g1", f"{A}/1", "Story 1", "Five are dead.")
    assert len(replay.pull(rss(stories(3)[0], edited, stories(3)[2])).changed) == 1
    assert replay.cleaned == 1
    assert replay.pull(rss(stories(3)[0], edited, stories(3)[2], stories(4)[3])).changed == ()
    assert replay.cleaned == 1


def test_an_entry_with_another_date_is_no_edit_and_known_from_then_on() -> None:
    replay = Replay()
    replay.pull(rss(*stories(3)))
    dated = entry("g0", f"{A}/0", "Story 0", "Words of 0.", "Sat, 21 Nov 2026 09:00:00 GMT")
    changes = replay.pull(rss(dated, *stories(3)[1:]))
    assert (changes.changed, changes.aliases, len(changes.entry_hashes), replay.cleaned) == ((), (), 1, 1)
    replay.pull(rss(dated, *stories(4)[1:]))
    assert replay.cleaned == 1


def test_an_item_stored_without_a_hash_gets_one() -> None:
    replay = Replay()
    replay.pull(rss(*stories(2)))
    replay.entry_hashes, replay.seen = dict.fromkeys(replay.entry_hashes), {}
    changes = replay.pull(rss(*stories(2)))
    assert (changes.new, changes.changed, len(changes.entry_hashes)) == ((), (), 2)
    replay.pull(rss(*stories(2)))
    assert replay.cleaned == 0


def test_guids_stamped_anew_are_never_taken_for_known_entries() -> None:
    replay = Replay()
    for pull in range(3):
        changes = replay.pull(rss(*(entry(f"rnd-{pull}-{n}", f"{A}/{n}", f"Story {n}") for n in range(3))))
        assert replay.cleaned == 3
    assert (changes.identity_policy, changes.new) == ("link", ())


def test_entries_of_one_page_are_cleaned_since_they_may_share_a_key() -> None:
    replay = Replay()
    live = [entry(f"g{n}", "https://frontier.example/live", f"08:{n}0 Update") for n in range(3)]
    replay.pull(rss(*live))
    assert replay.pull(rss(*live)).unchanged == 3
    assert replay.cleaned == 3


def test_an_entry_that_shares_its_page_is_cleaned_even_if_its_guid_is_asked_for_another() -> None:
    replay = Replay()
    page = entry("1", B, "Convoy attacked", "In Turbat.")
    replay.pull(rss(page))
    without = entry(None, B, "Convoy attacked", "In Turbat.")
    changes = replay.pull(rss(without, page, entry("1", f"{A}/2", "Bridge blown up")))
    assert (len(changes.new), changes.unchanged) == (1, 1), "the first two are one item"


@pytest.mark.parametrize(
    "other",
    [
        rss(entry("1", A, "Convoy attacked", "In Turbat.")).replace(b"<rss ", b'<rss xml:lang="ur" '),
        rss(entry("1", A, "Convoy attacked", "In Turbat.") + "<category>CPEC</category>"),
        rss(entry("1", A, "Convoy attacked", "In Turbat.") + '<enclosure url="https://a.example/1.mp3"/>'),
        rss(entry("1", A, "Convoy attacked", "In Turbat.") + "<author>Gul Khan</author>"),
        rss(entry("1", A, "Convoy attacked", "In Turbat.", "Sat, 21 Nov 2026 09:00:00 GMT")),
        rss(entry("1", A, "Convoy attacked", "&lt;p&gt;In Turbat.&lt;/p&gt;")),
        rss(entry("1", A, "Convoy  attacked", "In Turbat.")),
        rss(entry("1", f"{A}?utm_source=rss", "Convoy attacked", "In Turbat.")),
        rss(entry("1", A, "Convoy attacked", "In Turbat.")).replace(b"<title>F", b"<language>ur</language><title>F"),
    ],
)
def test_whatever_an_item_is_made_of_is_in_its_entrys_hash(other: bytes) -> None:
    plain = rss(entry("1", A, "Convoy attacked", "In Turbat."))
    assert hashes(other) != hashes(plain)


def test_what_stands_around_an_entry_and_tells_nothing_of_it_is_not() -> None:
    plain = rss(*stories(2))
    dated = plain.replace(b"<title>F", b"<lastBuildDate>Sat, 21 Nov 2026 09:00:00 GMT</lastBuildDate><title>F")
    assert hashes(dated) == hashes(plain)
    assert hashes(plain, "https://elsewhere.example/feed") != hashes(plain), "relative links lead elsewhere"


def test_relative_links_are_hashed_with_their_base() -> None:
    body = rss(entry("1", "news/1", "One"))
    based = body.replace(b"<item>", b'<item xml:base="https://other.example/">')
    assert hashes(based) != hashes(body)


def test_json_feeds_and_lenient_reading_know_their_entries_too() -> None:
    head = '{"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": '
    one, two = ({"id": str(n), "url": f"{A}/{n}", "title": f"Story {n}"} for n in range(2))
    text = f"{head}[{str(one).replace(chr(39), chr(34))}, {str(two).replace(chr(39), chr(34))}]}}"
    for body in (text.encode(), rss(*stories(2)).replace(b"</channel></rss>", b"</channel>")):
        replay = Replay()
        assert len(replay.pull(body).new) == 2
        assert (replay.pull(body).unchanged, replay.cleaned) == (2, 0)


entries = st.lists(
    st.builds(
        entry,
        st.sampled_from(["1", "2", "3", "4", None]),
        st.sampled_from([A, B, f"{A}?x=1", f"{A}#c", HOME, f"{A}/2", f"{A}/3", None]),
        st.sampled_from(["Convoy attacked", "Talks resume", "Bridge blown up"]),
        st.sampled_from(["", "In Turbat.", "Near  Gwadar."]),
        st.sampled_from(["", "Sat, 21 Nov 2026 09:00:00 GMT"]),
    ),
    max_size=5,
)


def plain(changes: FeedChanges) -> tuple[FeedChanges, list[ItemChange]]:
    """Return what a pull changes, but for what entries are known again by."""
    marks = [replace(change, entry_hash=None) for change in (*changes.new, *changes.changed)]
    return replace(changes, new=(), changed=(), entry_hashes=(), seen=()), marks


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(entries, st.sampled_from([HOME, A])), min_size=2, max_size=6), st.data())
def test_a_feed_of_known_entries_gives_what_the_cleaned_one_gives(
    pulls: list[tuple[list[str], str]], data: st.DataObject
) -> None:
    remembers, forgets = Replay(), Replay(forgets_entries=True)
    earlier: list[str] = []
    for listed, home in pulls:
        # Most of a real document was in the last one.
        kept = data.draw(st.lists(st.sampled_from(earlier), max_size=4, unique=True)) if earlier else []
        body = rss(*listed, *kept, link=home)
        earlier = listed + kept
        assert plain(remembers.pull(body)) == plain(forgets.pull(body))
    assert remembers.history == forgets.history
    assert remembers.state.identity_policy == forgets.state.identity_policy


@pytest.mark.slow
@pytest.mark.parametrize(("series", "cleaned", "in_all"), [("bbc", 212, 435), ("aljazeeraenglish", 75, 75)])
def test_a_recorded_series_gives_the_same_with_and_without_known_entries(
    shared: Path, series: str, cleaned: int, in_all: int
) -> None:
    feed = Feed(series, f"https://{series}.example/feed", series)
    remembers, forgets = Replay(feed), Replay(feed, forgets_entries=True)
    seen = total = 0
    for path in sorted((shared / "corpus" / "series" / series).iterdir()):
        body = path.read_bytes()
        assert plain(remembers.pull(body)) == plain(forgets.pull(body)), path.name
        seen, total = seen + remembers.cleaned, total + forgets.cleaned
    assert remembers.history == forgets.history
    assert (seen, total) == (cleaned, in_all)


def test_a_hash_depends_on_what_an_entry_says_and_not_on_how_it_lies_in_memory() -> None:
    hasher = EntryHasher("https://frontier.example/feed", "en")
    shared_value = "Convoy attacked"
    one = {"title": shared_value, "content": [{"value": shared_value}]}
    two = {"title": "convoy attacked".capitalize(), "content": [{"value": "convoy attacked".capitalize()}]}
    assert hasher.hash(one) == hasher.hash(two)
    assert hasher.hash(one).hex() == "9f1d54d557cca1de5e23ec93268b4b7b", "the same in every process"
    assert hasher.hash(one) != EntryHasher("https://frontier.example/feed", "ur").hash(one)
    assert len(hasher.hash({"title": "\ud800", "at": gmtime(0)})) == 16
