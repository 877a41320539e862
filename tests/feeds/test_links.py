from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.links import (
    canonical_by_parts,
    canonical_link,
    clean_link,
    page_of,
    place_of,
    without_feed_scheme,
)

BASE = "https://frontier.example/feeds/rss.xml"


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://frontier.example/a", "https://frontier.example/a"),
        ("  http://frontier.example/a\n", "http://frontier.example/a"),
        ("/news/1", "https://frontier.example/news/1"),
        ("news/1", "https://frontier.example/feeds/news/1"),
        ("//cdn.frontier.example/a", "https://cdn.frontier.example/a"),
        ("https://frontier.example/a b", "https://frontier.example/a%20b"),
        ("https://پاکستان.example/خبر", "https://پاکستان.example/خبر"),
        ("HTTPS://Frontier.example/A", "https://Frontier.example/A"),
        ("httP://frontier.example/a", "http://frontier.example/a"),  # found by fuzzing
        ("https://known.example\\@other.example/", "https://known.example/@other.example/"),
        ("http:\\\\frontier.example\\a?b=\\", "http://frontier.example/a?b=\\"),
        ("www.frontier.example/a", "https://www.frontier.example/a"),
        ("www.html", "https://frontier.example/feeds/www.html"),
        ('https://frontier.example/"onclick="<x>', "https://frontier.example/%22onclick=%22%3Cx%3E"),
        ("https://frontier.example/\ud83da", "https://frontier.example/a"),
        ("#top", "https://frontier.example/feeds/rss.xml#top"),
    ],
)
def test_links_to_pages_are_resolved_and_kept(link: str, kept: str) -> None:
    assert clean_link(BASE, link) == kept


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        " ",
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "\u200bjavascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "mailto:desk@frontier.example",
        "urn:uuid:1",
        "https://",
        "http://[bad",
        "#",
        "https://frontier.example:99999/",
        "https://frontier.example:port/",
        "https://frontier.example/" + "x" * 5_000,
        "https://frontier.example/" + "<" * 2_000,
    ],
)
def test_everything_else_is_no_link(link: str | None) -> None:
    assert clean_link(BASE, link) is None


@pytest.mark.parametrize(
    "link",
    [
        "https://frontier.example/news/1?id=2&b=3",
        "http://www.frontier.example/news/1/?b=3&id=2",
        "https://frontier.example:443/news/1?id=2&b=3&utm_source=rss&fbclid=x#comments",
        "https://FRONTIER.example/news/1?at_medium=RSS&id=2&b=3&at_campaign=KARANGA",
    ],
)
def test_one_page_has_one_canonical_link(link: str) -> None:
    assert canonical_link(link) == "frontier.example/news/1?b=3&id=2"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://frontier.example/خبر", "https://frontier.example/%D8%AE%D8%A8%D8%B1"),
        ("https://frontier.example/%d8%ae", "https://frontier.example/%D8%AE"),
        ("https://frontier.example/a?q=خبر", "https://frontier.example/a?q=%D8%AE%D8%A8%D8%B1"),
        ("https://bücher.example/1", "https://xn--bcher-kva.example/1"),
        ("https://frontier.example/1;jsessionid=5A", "https://frontier.example/1;jsessionid=7B"),
        ("https://frontier.example/1?PHPSESSID=5", "https://frontier.example/1"),
    ],
)
def test_letters_and_sessions_make_no_other_page(one: str, other: str) -> None:
    assert canonical_link(one) == canonical_link(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://frontier.example/news/1", "https://frontier.example/news/2"),
        ("https://frontier.example/news?id=1", "https://frontier.example/news?id=2"),
        ("https://frontier.example/#!/news/1", "https://frontier.example/#!/news/2"),
        ("https://frontier.example:8080/news", "https://frontier.example/news"),
        ("https://frontier.example/News", "https://frontier.example/news"),
        ("https://frontier.example/%C7", "https://frontier.example/%C8"),  # no UTF-8: letters of another charset
    ],
)
def test_different_pages_have_different_canonical_links(one: str, other: str) -> None:
    assert canonical_link(one) != canonical_link(other)


@given(
    st.builds(
        "{}{}{}{}{}".format,
        st.sampled_from(["https://", "http://", "HTTPS://", "ftp://"]),
        st.sampled_from(
            ["a.example", "www.a.example", "www.com", "A.example", "a.example:443", "x@a.example", "[::1]", ""]
        ),
        st.text("ab/.;%+@:!ü", max_size=6).map(lambda path: path and f"/{path}"),
        st.lists(st.text("bau=&_.~-+%ü;2", max_size=8)).map(
            lambda pairs: (pairs and "?" + "&utm_x=1&".join(pairs)) or ""
        ),
        st.sampled_from(["", "#", "#top", "#!/story/5", "#a=1&b"]),
    )
)
def test_usual_links_are_reduced_as_all_others(link: str) -> None:
    assert canonical_link(link) == canonical_by_parts(link)


def test_a_page_is_its_path_without_the_query_whoever_serves_it() -> None:
    assert page_of(canonical_link("https://www.frontier.example/A/?t=1#x")) == "a"
    assert page_of(canonical_link("https://www.frontier.example/?p=5")) == "frontier.example"
    assert page_of("") == ""


def test_a_place_is_what_a_host_serves() -> None:
    assert place_of(canonical_link("https://www.frontier.example/a/?t=1#x")) == "/a?t=1"
    assert place_of(canonical_link("https://www.frontier.example/?p=5")) == "?p=5"
    assert place_of(canonical_link("https://frontier.example/")) == ""
    assert place_of("") == ""


def test_addresses_that_call_a_reader_are_web_addresses() -> None:
    assert without_feed_scheme(" feed://a.example/1") == "http://a.example/1"
    assert without_feed_scheme("feed:https://a.example/1") == "https://a.example/1"
    assert without_feed_scheme("ITPC://a.example/1") == "http://a.example/1"
    assert without_feed_scheme("feed:///a.example") == "feed:///a.example"
    assert without_feed_scheme("/feed:x") == "/feed:x"


@given(st.text())
def test_no_text_raises(text: str) -> None:
    canonical_link(text)
    kept = clean_link(BASE, text)
    assert kept is None or kept.lower().startswith(("http://", "https://"))
