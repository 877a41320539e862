"""The sample feeds are what `make demo` promises."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

from tests.demo.sample import SampleItem, sample_feeds

FEEDS = {feed.name: feed for feed in sample_feeds()}
ITEMS = [item for feed in FEEDS.values() for item in feed.items]


def test_there_are_enough_feeds_items_and_relevant_items() -> None:
    assert len(FEEDS) == 11
    assert len(ITEMS) == 172
    assert sum("cpec-security" in item.topics for item in ITEMS) == 59
    assert sum("militant-sanctuaries" in item.topics for item in ITEMS) == 45
    assert sum(not item.topics for item in ITEMS) == 88


def test_formats_languages_and_stances_are_mixed() -> None:
    assert Counter(feed.format for feed in FEEDS.values()) == {"rss": 5, "atom": 4, "jsonfeed": 2}
    assert Counter(feed.lang for feed in FEEDS.values()) == {"en": 6, "ur": 2, "zh": 1, "fa-AF": 1, "ps": 1}
    assert {feed.stance for feed in FEEDS.values()} == {"independent", "state", "exile"}
    assert [feed.name for feed in FEEDS.values() if feed.sensitive] == ["hindu-kush-monitor"]


def test_every_item_is_of_the_agreed_form_and_links_nowhere() -> None:
    for feed in FEEDS.values():
        assert len({item.id for item in feed.items}) == len(feed.items)
        for item in feed.items:
            assert 40 <= len(item.summary) <= 900, item.id
            assert re.match(r"https://[a-z-]+\.example/", item.link), item.id
            hosts = re.findall(r"https?://([^/\"'\s]+)", item.summary)
            assert all(host.endswith(".example") for host in hosts), item.id


def test_the_big_story_is_told_in_every_language_with_differing_tolls() -> None:
    def titles_of(name: str) -> str:
        return " ".join(f"{item.title} {item.summary}" for item in FEEDS[name].items)

    assert "Kohistan" in titles_of("meridian-wire")
    assert "کوہستان" in titles_of("roznama-sahil")
    assert "کوہستان" in titles_of("awaz-e-shimal")
    assert "科希斯坦" in titles_of("nanya-guancha")
    assert "کوهستان" in titles_of("sobh-e-herat")
    assert "کوهستان" in titles_of("pamir-ghag")
    english = titles_of("meridian-wire") + titles_of("indus-courier") + titles_of("hazara-herald")
    for toll in ("At least five Chinese engineers killed", "Six Chinese engineers, two guards dead", "Nine bodies"):
        assert toll in english


def test_the_wire_item_is_copied_exactly_and_nearly() -> None:
    wire = next(item for item in FEEDS["meridian-wire"].items if item.id == "kohistan-five-killed")
    copies = [
        name for name, feed in FEEDS.items() for item in feed.items if (item.title, item.summary) == _words_of(wire)
    ]
    assert copies == ["hazara-herald", "indus-courier", "meridian-wire"]
    near = [name for name, feed in FEEDS.items() for item in feed.items if item.id == "kohistan-near-copy"]
    assert near == ["delhi-ledger", "hindu-kush-monitor"]


def _words_of(item: SampleItem) -> tuple[str, str]:
    return item.title, item.summary


def test_one_item_is_edited_and_its_toll_rises_at_the_second_pull() -> None:
    edited = [item for item in ITEMS if item.edits]
    assert [item.id for item in edited] == ["kohistan-five-killed"]
    assert edited[0].at_pull(1).title.startswith("At least five Chinese engineers killed")
    assert edited[0].at_pull(2).title.startswith("At least nine killed, six of them Chinese engineers")
    assert edited[0].at_pull(3) == edited[0].at_pull(2)


def test_most_items_are_of_the_last_day_and_some_are_older_or_undated() -> None:
    ages = [item.age for item in ITEMS]
    assert ages.count(None) == 3
    assert sum(age is not None and age <= timedelta(days=1) for age in ages) == 168
    assert sum(age is not None and age > timedelta(days=1) for age in ages) == 1
