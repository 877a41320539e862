"""The recorded feeds beside the checkout, read from disk: nothing raises, is lost, or is announced twice."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.feeds.links import canonical_link
from monitor.feeds.parse import parse_feed
from monitor.records import ParsedFeed
from tests.feeds.replay import Replay

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

EXPLAINED = {
    "odd/compressed-xml__danmactough__401ea2e5.xml": (
        10,
        "gzip without saying so: the manifest counted no item, we unpack it",
    ),
    "odd/feed__aaronpk__10a6af24.json": (
        11,
        "a JSON feed behind the header of an HTTP answer; the manifest reads none",
    ),
    "odd/feed__rubycocos__2a75857f.json": (36, "a JSON feed with notes behind it; the manifest reads none"),
    "odd/feed__rubycocos__f868b278.json": (20, "as above"),
    "odd/invalid-characters-gzipped-xml__danmactough__5fe4a74f.xml": (25, "as above, with bytes that are not UTF-8"),
}
"""Files where we find another number of items than the manifest counts: what we find, and why."""


def parse(path: Path, media_type: str = "") -> ParsedFeed:
    return parse_feed(path.read_bytes(), media_type, None, "https://feeds.example/feed", NOON)


def manifest(shared: Path, folder: str) -> list[tuple[str, int]]:
    lines = (shared / "corpus" / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [(row["file"], row["items"]) for row in rows if row["file"].startswith(f"{folder}/")]


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["real", "odd"])
def test_every_item_the_manifest_counts_is_found(shared: Path, folder: str) -> None:
    expected = manifest(shared, folder)
    differences = {}
    for name, items in expected:
        found = len(parse(shared / "corpus" / name).items)
        if found != items:
            differences[name] = found
    assert len(expected) > 250
    assert differences == {name: found for name, (found, _) in EXPLAINED.items() if name.startswith(f"{folder}/")}


@pytest.mark.slow
def test_real_items_have_what_an_analyst_needs(shared: Path) -> None:
    lacking: Counter[str] = Counter()
    items = 0
    for name, _ in manifest(shared, "real"):
        for item in parse(shared / "corpus" / name).items:
            items += 1
            lacking["title and text"] += not (item.title or item.text)
            lacking["guid and link"] += not (item.guid or item.link)
            lacking["readable date"] += "date-unreadable" in item.flags
            assert "\n" not in item.title
            assert "<script" not in item.html.lower()
    assert items == 11_936
    # Read by hand: podcasts that give an enclosure only, and feeds made to test other readers.
    assert lacking == {"title and text": 17, "guid and link": 87, "readable date": 0}


HOSTILE_TITLES = {
    "billion_laughs.xml": ["GOOD ITEM"],
    "external_dtd.xml": ["GOOD ITEM"],
    "parameter_entity.xml": ["GOOD ITEM"],
    "bom_double.xml": ["GOOD ITEM"],
    "bom_utf8_decl_utf16.xml": ["GOOD ITEM"],
    "charset_unknown.xml": ["GOOD ITEM"],
    "charset_http_lies_latin1.xml": ["پاکستان میں سی پیک منصوبے پر حملہ"],
    "double_encoded_utf8.xml": ["پاکستان میں سی پیک منصوبے پر حملہ"],
    "gzip_undeclared.xml": ["GOOD ITEM"],
    "leading_php_warning.xml": ["GOOD ITEM"],
    "trailing_junk.xml": ["GOOD ITEM"],
    "nul_bytes.xml": ["Gwadar attack", "GOOD ITEM"],
    "control_chars.xml": ["ABCDE", "GOOD ITEM"],
    "truncated_mid_item.xml": ["GOOD ITEM", "Second"],
    "undefined_html_entities.xml": ["Islamabad —’s talks"],
    "header_injection_title.xml": ["Alert Bcc: victim@evil.test body", "Alert Bcc: v@evil.test"],
    "log_injection.xml": ["x 2026-11-21 00:00:00 INFO admin logged in"],
    "xss_atom_xhtml.xml": ["T"],
}


@pytest.mark.parametrize("name", sorted(HOSTILE_TITLES))
def test_attacks_and_faults_cost_no_title(shared: Path, name: str) -> None:
    assert [item.title for item in parse(shared / "corpus" / "hostile" / name).items] == HOSTILE_TITLES[name]


@pytest.mark.slow
def test_every_hostile_file_gives_the_items_expected_of_it(shared: Path) -> None:
    lines = (shared / "corpus" / "hostile" / "expectations.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, lines):
        if row["file"].endswith(".gz"):
            continue  # compressed in transit: the business of monitor/fetch
        parsed = parse(shared / "corpus" / row["file"], row["response_headers"]["content-type"])
        if row["expect_items"] is not None:
            assert len(parsed.items) == row["expect_items"], row["file"]
        for item in parsed.items:
            assert "\n" not in item.title
            assert len(item.text) <= 200_000
            assert len(item.guid or "") <= 1_000
            assert (item.link or "http:").startswith("http")
            assert "root:" not in item.text
        if row["cls"] == "not-a-feed":
            assert not parsed.is_feed
            assert parsed.problems[0].startswith("not a feed: ")


def test_attacks_on_titles_leave_words_only(shared: Path) -> None:
    titles = [item.title for item in parse(shared / "corpus" / "hostile" / "xss_title_escaped.xml").items]
    assert len(titles) == 27
    assert all(title.endswith(f"T{number}") for number, title in enumerate(titles))
    assert not any(
        f"<{tag}" in title for title in titles for tag in ("script", "img", "svg", "iframe", "a ", "base", "xmp")
    )


@pytest.mark.slow
@pytest.mark.parametrize(("series", "stories"), [("bbc", 181), ("aljazeeraenglish", 52)])
def test_a_series_of_pulls_gives_one_item_per_article(shared: Path, series: str, stories: int) -> None:
    replay = Replay()
    for path in sorted((shared / "corpus" / "series" / series).iterdir()):
        replay.pull(path.read_bytes())
    links = Counter(canonical_link(revisions[0].link or "") for revisions in replay.history.values())
    assert len(replay.history) == stories
    assert set(links.values()) == {1}
    for revisions in replay.history.values():
        said = [(item.title, " ".join(item.text.split())) for item in revisions]
        assert len(set(said)) == len(said)
    assert replay.state.identity_policy == "guid"


def test_a_guid_that_changes_at_every_pull_gives_one_item(shared: Path) -> None:
    replay = Replay()
    for number in (1, 2, 3):
        replay.pull((shared / "corpus" / "hostile" / f"guid_changes_pull{number}.xml").read_bytes())
    assert len(replay.history) == 1
    assert replay.state.identity_policy == "link"
