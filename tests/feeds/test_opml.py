from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.naming import feed_name
from monitor.feeds.opml import MOST_FOLDERS, FeedList, Subscription, parse_opml, render_opml

FIRST = Subscription("https://dawn.example/feed", "Dawn", folders=("Pakistan", "English"), line=3)


def opml(outlines: str) -> FeedList:
    return parse_opml(f'<?xml version="1.0"?>\n<opml version="2.0"><body>\n{outlines}\n</body></opml>'.encode())


def urls(found: FeedList) -> list[str]:
    return [one.url for one in found.subscriptions]


def test_folders_within_folders_become_paths() -> None:
    found = opml(
        '<outline text="Pakistan"><outline text="English"><outline xmlUrl="https://dawn.example/feed" text="Dawn"/>'
        '</outline></outline>\n<outline xmlUrl="https://amu.example/feed" title="Amu" text="x" language="fa-AF"/>'
    )
    assert found.subscriptions == (FIRST, Subscription("https://amu.example/feed", "Amu", lang="fa-AF", line=4))
    assert found.problems == ()


def test_addresses_written_with_bare_ampersands_survive() -> None:
    assert urls(opml('<outline xmlUrl="https://a.example/?a=1&b=2&copy=3&amp;d=4&nbsp;" text="A&B"/>')) == [
        "https://a.example/?a=1&b=2&copy=3&d=4"
    ]


def test_a_file_that_breaks_off_gives_what_came_before() -> None:
    found = parse_opml(b'<opml><body><outline xmlUrl="https://a.example/"/><outline xmlUrl="https://b.exa')
    assert urls(found) == ["https://a.example/"]
    assert "not well-formed" in found.problems[0]


@pytest.mark.parametrize(
    ("before", "outline", "url"),
    [
        ("<b>Warning</b>: x in y.php\n", '<outline XMLURL="https://a.example/"/>', "https://a.example/"),
        ("\ufeff", '<outline xmlUrl="feed://a.example/rss"/>', "http://a.example/rss"),
        ("", '<outline xmlUrl="feed:https://a.example/rss"/>', "https://a.example/rss"),
        ("", '<outline type="rss" url="https://a.example/rss"/>', "https://a.example/rss"),
        ("", '<outline xmlUrl=" https://a.example/\x01rss\n"/>', "https://a.example/rss"),
        ("", '<outline text="A" xmlUrl="itpc://a.example/rss"/>', "http://a.example/rss"),
        ("", "<outline text=A xmlUrl=https://a.example/rss />", "https://a.example/rss"),
        ("", '<outline text="x">' * 400 + '<outline xmlUrl="https://a.example/rss"/>', "https://a.example/rss"),
    ],
)
def test_what_other_programs_write_is_understood(before: str, outline: str, url: str) -> None:
    assert urls(parse_opml(f"{before}<opml><body>{outline}</body></opml>".encode())) == [url]


def test_a_compressed_list_is_read() -> None:
    document = b'<opml><body><outline xmlUrl="https://a.example/rss"/></body></opml>'
    assert urls(parse_opml(gzip.compress(document))) == ["https://a.example/rss"]
    assert parse_opml(gzip.compress(document)[:-9]).problems == (
        "the file is no OPML list: the compressed answer ends in the middle",
    )


def test_folders_without_end_are_kept_to_a_depth() -> None:
    found = opml('<outline text="x">' * 400 + '<outline xmlUrl="https://a.example/rss"/>' + "</outline>" * 400)
    assert found.subscriptions[0].folders == ("x",) * MOST_FOLDERS


def test_what_cannot_be_taken_over_is_named_with_its_line() -> None:
    found = opml(
        '<outline xmlUrl="https://a.example/feed"/>\n<outline xmlUrl="http://www.a.example/feed/"/>\n'
        '<outline xmlUrl="javascript:alert(1)"/>\n<outline type="include" url="https://b.example/more.opml"/>'
    )
    assert urls(found) == ["https://a.example/feed"]
    assert found.problems == (
        "line 4: http://www.a.example/feed/ stands in line 3 already",
        'line 5: "javascript:alert(1)" is no address of the web',
        "line 6: includes another list, https://b.example/more.opml: import that too",
    )


@pytest.mark.parametrize("body", [b"", b"\x00\x01", b"<html><body>Not found</body></html>", b"<rss></rss>"])
def test_what_is_no_list_says_so(body: bytes) -> None:
    found = parse_opml(body)
    assert (found.is_opml, found.subscriptions) == (False, ())
    assert found.problems[0].startswith("the file is no OPML list")


def test_entities_of_a_document_type_are_never_expanded() -> None:
    bomb = '<!DOCTYPE opml [<!ENTITY a "x"><!ENTITY b SYSTEM "file:///etc/hostname">]>'
    found = parse_opml(f'{bomb}<opml><body><outline text="&a;&b;" xmlUrl="https://a.example/"/></body></opml>'.encode())
    assert [one.title for one in found.subscriptions] == ["&a;&b;"]


def test_other_charsets_are_read() -> None:
    text = '<?xml version="1.0" encoding="windows-1256"?><opml><body><outline text="قومی" xmlUrl="https://a.example/"/>'
    found = parse_opml((text + "</body></opml>").encode("cp1256", "xmlcharrefreplace"))
    assert [one.title for one in found.subscriptions] == ["قومی"]


@pytest.mark.parametrize(
    ("name", "number", "folders"),
    [
        ("FreshRSS__opml.default.xml", 1, {()}),
        ("NicolasLM__opml_broken-no-title.xml", 3, {(), ("The Old Reader Picks",)}),
        ("NicolasLM__opml_nested-subscription-list.xml", 5, {(), ("nested",)}),
        ("NicolasLM__opml_subscription-list.xml", 2, {()}),
        ("Ranchero-Software__Importers_DefaultFeeds.opml", 10, {()}),
        ("plenaryapp__with_category_India.opml", 36, {("India",)}),
        ("plenaryapp__with_category_Pakistan.opml", 7, {("Pakistan",)}),
    ],
)
def test_recorded_lists_are_read_whole(shared: Path, name: str, number: int, folders: set[tuple[str, ...]]) -> None:
    found = parse_opml((shared / "corpus" / "opml" / name).read_bytes())
    assert (len(found.subscriptions), found.problems) == (number, ())
    assert {one.folders for one in found.subscriptions} == folders


words = (
    st.text(min_size=1).map(str.strip).filter(lambda text: text.isprintable() and "&" not in text and "<" not in text)
)
subscriptions = st.builds(
    Subscription,
    url=st.from_regex(r"https://[a-z]{1,9}\.example/[a-z0-9]{1,9}\?a=1&b=2", fullmatch=True),
    title=st.sampled_from(["Dawn", "قومی خبریں", "A & B", "“Quoted”", "新华社"]),
    folders=st.lists(st.sampled_from(["Pakistan", "جنوب", "A & B"]), max_size=3).map(tuple),
    settings=st.sampled_from([(), (("name", "dawn"), ("grade", "B"), ("sensitive", "true"))]),
)


@settings(deadline=None)
@given(st.lists(subscriptions, unique_by=lambda one: one.url))
def test_a_list_written_is_read_back(wanted: list[Subscription]) -> None:
    found = parse_opml(render_opml("Feeds", wanted).encode())
    assert found.problems == ()
    facts = [(one.url, one.title, one.folders, one.settings) for one in found.subscriptions]
    assert sorted(facts) == sorted((one.url, one.title, one.folders, one.settings) for one in wanted)


@settings(deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=100))
def test_no_bytes_make_reading_fail(start: bytes, end: bytes) -> None:
    parse_opml(start + b'<opml><body><outline text="a" xmlUrl="https://a.example/"/>' + end)


def test_thousands_of_folders_within_each_other_are_no_danger() -> None:
    found = opml('<outline text="a">' * 20_000 + '<outline xmlUrl="https://a.example/"/>')
    assert found.is_opml


@pytest.mark.parametrize(
    ("title", "url", "taken", "name"),
    [
        ("The Express Tribune", "https://tribune.com.pk/feed/home", (), "the-express-tribune"),
        ("قومی خبریں", "https://www.jang.com.pk/rss/1/1", (), "jang"),
        ("24", "https://feeds.news24.example.co.uk/rss", (), "news24-example"),
        ("Amu", "https://amu.tv/feed", ("amu", "amu-2"), "amu-3"),
        ("Émigré’s Voice", "https://x.example/", (), "emigres-voice"),
        ("", "http://127.0.0.1:8080/", (), "127-0-0-1"),
        (
            "A very long title that never comes to an end anywhere",
            "https://x.example/",
            (),
            "a-very-long-title-that-never-comes-to-an",
        ),
    ],
)
def test_names_are_short_and_new(title: str, url: str, taken: tuple[str, ...], name: str) -> None:
    assert feed_name(title, url, taken) == name


def test_a_tag_name_that_is_none_costs_nothing_but_itself() -> None:
    # Found by fuzzing: lxml recovers the tag "outlineps:", which its own QName refuses to read.
    found = parse_opml(b'<opml><body><outlineps://x" htmlUrl="/"/><outline xmlUrl="https://a.example/"/></body></opml>')
    assert urls(found) == ["https://a.example/"]
