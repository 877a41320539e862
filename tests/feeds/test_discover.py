from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.discover import COMMON_PATHS, MAX_CANDIDATES, Candidate, Origin, find_candidates

PAGE = "https://khyber.example/news/index.html"


def found(body: str) -> list[Candidate]:
    return [one for one in find_candidates(body.encode(), None, PAGE) if one.origin is not Origin.GUESSED]


def test_declared_feeds_come_first_and_those_of_comments_last() -> None:
    page = """<head><link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
        <link rel='alternate' type='application/atom+xml; charset=utf-8' title='News &amp; views'
        href='../atom?x=1&amp;y=2'>
        <link rel="alternate" hreflang="ur" type="text/html" href="/ur/"><link rel="stylesheet" href="/rss.css"></head>
        <a href="https://feeds.other.example/khyber">subscribe</a><a href="/rss-help.html">what is RSS?</a>
        <a href="/category/feedback">write to us</a><a href="javascript:feed()">x</a>"""
    assert found(page) == [
        Candidate("https://khyber.example/atom?x=1&y=2", "News & views", Origin.DECLARED),
        Candidate("https://khyber.example/comments/feed/", "Comments", Origin.DECLARED),
        Candidate("https://feeds.other.example/khyber", "", Origin.LINKED),
    ]


@pytest.mark.parametrize(
    "link", ["/rss", "/rss/1/1", "/feeds/home", "/world.rss", "/?feed=rss2", "/index.rdf", "/en/rss.xml", "/atom"]
)
def test_links_that_sound_like_feeds_are_asked(link: str) -> None:
    assert [one.origin for one in found(f'<a href="{link}">x</a>')] == [Origin.LINKED]


@pytest.mark.parametrize(
    "link", ["/press", "/feedback", "/rss.html", "/img/rss.png", "/atomic-energy", "#rss", "/brss"]
)
def test_other_links_are_not(link: str) -> None:
    assert found(f'<a href="{link}">x</a>') == []


def test_addresses_start_at_the_base_a_page_names() -> None:
    page = '<base href="https://cdn.example/a/"><link rel="alternate" type="application/rss+xml" href="b.xml">'
    assert [one.url for one in found(page)] == ["https://cdn.example/a/b.xml"]


@pytest.mark.parametrize(
    "page",
    [
        '<link rel="alternate" type="application/rss+xml" href="b.xml"><base href="https://cdn.example/a/">',
        """<base target="_top"><base href="https://cdn.example/a/"><base href="/c/">
        <link rel="alternate" type="text/xml" href="b.xml">""",
        '<base href="https://cdn.example/a/"><link rel=alternate type=application/xml href="feed://cdn.example/a/b.xml">',
        "<div>" * 1_000 + '<link rel="alternate" type="application/rss+xml" href="https://cdn.example/a/b.xml">',
    ],
)
def test_the_first_base_holds_wherever_it_stands(page: str) -> None:
    assert [one.url.replace("http:", "https:") for one in found(page)] == ["https://cdn.example/a/b.xml"]


@pytest.mark.parametrize(
    ("anchor", "is_asked"),
    [
        ('<a href="/syndication/all">RSS</a>', True),
        ('<a href="/syndication/all">Our  <b>news feed</b></a>', True),
        ('<a href="/xml/9"><img src="/o.png" alt="RSS"></a>', True),
        ('<a href="/story/9">Minister on atomic energy</a>', False),
        ('<a href="/story/9">' + "word " * 20 + "RSS</a>", False),
        ('<a href="/help/rss.html">RSS</a>', False),
    ],
)
def test_links_that_are_called_feeds_are_asked(anchor: str, is_asked: bool) -> None:
    assert bool(found(anchor)) is is_asked


def test_a_page_that_names_nothing_leaves_the_usual_places() -> None:
    assert [one.url for one in find_candidates(b"", None, PAGE)] == [
        f"https://khyber.example{path}" for path in COMMON_PATHS
    ]


def test_no_site_is_asked_without_end() -> None:
    page = "".join(f'<a href="/rss/{number}">x</a>' for number in range(1_000))
    assert len(find_candidates(page.encode(), None, PAGE)) == MAX_CANDIDATES


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_page_makes_the_search_fail(body: bytes) -> None:
    for one in find_candidates(b'<a href="/rss">' + body, None, PAGE):
        assert one.url.startswith(("http://", "https://"))
