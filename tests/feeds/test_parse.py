from __future__ import annotations

import gzip
import json
import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.parse import parse_feed
from monitor.records import Enclosure, ParsedFeed, ParsedItem

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://frontier.example/feeds/all.xml"


def parse(document: str | bytes, media_type: str = "application/rss+xml") -> ParsedFeed:
    body = document.encode() if isinstance(document, str) else document
    return parse_feed(body, media_type, None, URL, NOON)


def item(inside: str, namespaces: str = "") -> ParsedItem:
    [only] = parse(f'<rss version="2.0" {namespaces}><channel><item>{inside}</item></channel></rss>').items
    return only


RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
  <title>Frontier Post</title><link>https://frontier.example/</link><language>en-PK</language><ttl>15</ttl>
  <item>
    <title><![CDATA[Two engineers killed near Dasu]]></title>
    <link>https://frontier.example/dasu?utm_source=rss</link>
    <guid isPermaLink="false">dasu-1</guid>
    <pubDate>Sat, 21 Nov 2026 10:00:00 PKT</pubDate>
    <dc:creator>Gul Khan</dc:creator>
    <category>Kohistan</category><category>CPEC</category>
    <description>A short summary &lt;b&gt;in bold&lt;/b&gt;.</description>
    <content:encoded><![CDATA[<p>Hit at dawn.</p><p>Read <a href="/more">more</a>.</p>]]></content:encoded>
    <enclosure url="https://frontier.example/dasu.mp3" length="1234" type="audio/mpeg"/>
  </item>
</channel></rss>"""


def test_an_rss_feed_is_read_in_full() -> None:
    parsed = parse(RSS)
    assert replace(parsed, entries=()) == ParsedFeed(
        title="Frontier Post",
        link="https://frontier.example/",
        lang="en-PK",
        format="rss20",
        ttl=timedelta(minutes=15),
    )
    assert parsed.items == (
        ParsedItem(
            guid="dasu-1",
            link="https://frontier.example/dasu?utm_source=rss",
            title="Two engineers killed near Dasu",
            text="A short summary in bold.\n\nHit at dawn.\n\nRead more.",
            html="A short summary <b>in bold</b>.\n"
            '<p>Hit at dawn.</p><p>Read <a href="https://frontier.example/more" '
            'rel="noopener noreferrer nofollow">more</a>.</p>',
            published_at=datetime(2026, 11, 21, 5, tzinfo=UTC),
            authors=("Gul Khan",),
            tags=("Kohistan", "CPEC"),
            enclosures=(Enclosure("https://frontier.example/dasu.mp3", "audio/mpeg", 1234),),
        ),
    )


def test_an_atom_feed_is_read_in_full() -> None:
    parsed = parse(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ur" xml:base="https://khabar.example/">
        <title>خبر</title><link href="https://khabar.example/"/>
        <entry><id>tag:khabar.example,2026:1</id><title type="html">حملہ &amp;amp; ہلاکتیں</title>
        <link rel="alternate" href="news/1"/><updated>2026-11-21T09:00:00+05:00</updated>
        <published>2026-11-21T08:00:00+05:00</published><author><name>نامہ نگار</name></author>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>دو ہلاک</p></div></content></entry></feed>"""
    )
    [entry] = parsed.items
    assert (parsed.format, parsed.lang, parsed.title) == ("atom10", "ur", "خبر")
    assert entry.guid == "tag:khabar.example,2026:1"
    assert entry.link == "https://khabar.example/news/1"
    assert (entry.title, entry.text, entry.html) == ("حملہ & ہلاکتیں", "دو ہلاک", "<p>دو ہلاک</p>")
    assert entry.published_at == datetime(2026, 11, 21, 3, tzinfo=UTC)
    assert entry.updated_at == datetime(2026, 11, 21, 4, tzinfo=UTC)
    assert entry.authors == ("نامہ نگار",)


def test_an_rdf_feed_is_read() -> None:
    parsed = parse(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example/"><title>A</title></channel>
        <item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link>
        <dc:date>2026-11-21T10:00:00Z</dc:date></item></rdf:RDF>"""
    )
    [entry] = parsed.items
    assert (parsed.format, entry.guid, entry.title) == ("rss10", "https://a.example/1", "One")
    assert entry.published_at == datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_a_json_feed_is_read_in_full() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Gulf Wire",
        "home_page_url": "https://gulf.example/",
        "language": "en",
        "items": [
            {
                "id": 4711,
                "url": "/news/1",
                "title": "Port reopens",
                "content_html": "<p>Ships moved.</p>",
                "summary": "Ships moved.",
                "date_published": "2026-11-21T10:00:00+04:00",
                "date_modified": "2026-11-21T11:00:00+04:00",
                "authors": [{"name": "A. Rahim"}, {"url": "x"}],
                "tags": ["Gwadar", 5],
                "language": "ar",
                "attachments": [
                    {"url": "https://gulf.example/a.mp4", "mime_type": "video/mp4", "size_in_bytes": 10**30},
                    {"url": "javascript:x()"},
                ],
            },
            {"id": "2", "content_text": "Only words,\nin two lines.", "external_url": "https://else.example/2"},
            "not an item",
        ],
    }
    parsed = parse(json.dumps(document), "application/feed+json")
    assert (parsed.format, parsed.title, parsed.link, parsed.lang) == (
        "json11",
        "Gulf Wire",
        "https://gulf.example/",
        "en",
    )
    first, second = parsed.items
    assert first == ParsedItem(
        guid="4711",
        link="https://frontier.example/news/1",
        title="Port reopens",
        text="Ships moved.",
        html="<p>Ships moved.</p>",
        published_at=datetime(2026, 11, 21, 6, tzinfo=UTC),
        updated_at=datetime(2026, 11, 21, 7, tzinfo=UTC),
        authors=("A. Rahim",),
        tags=("Gwadar",),
        enclosures=(Enclosure("https://gulf.example/a.mp4", "video/mp4", None),),
        lang="ar",
    )
    assert (second.guid, second.link, second.text) == ("2", "https://else.example/2", "Only words,\nin two lines.")


def test_an_aggregators_outlet_is_told_and_cut_from_the_title() -> None:
    found = item('<title>Convoy attacked - Quetta Voice</title><source url="https://q.example">Quetta Voice</source>')
    assert (found.outlet, found.title) == ("Quetta Voice", "Convoy attacked")
    assert item("<title>Convoy attacked - Quetta Voice</title>").title == "Convoy attacked - Quetta Voice"


def test_text_is_the_content_and_a_teaser_only_where_it_says_something_else() -> None:
    body = "The convoy was hit at dawn by a roadside bomb near the bridge, police in Turbat said on Saturday."
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
    full = f"<content:encoded>{body} Two died.</content:encoded>"
    assert item(f"<description>{body[:80]} …</description>{full}", space).text == f"{body} Two died."
    assert (
        item(f"<description>TTP claimed it.</description>{full}", space).text == f"TTP claimed it.\n\n{body} Two died."
    )
    caption = "<media:content><media:description>A burnt lorry.</media:description></media:content>"
    assert item(f"<description>{body}</description>{caption}", space).text == f"{body}\n\nA burnt lorry."


def test_links_that_are_none_are_left_out() -> None:
    assert item("<title>t</title><link>javascript:alert(1)</link>").link is None
    assert item("<title>t</title><guid>4711</guid>").link is None
    assert item("<title>t</title><guid>https://frontier.example/1</guid>").link == "https://frontier.example/1"
    assert item("<title>t</title><link>/1</link>").link == "https://frontier.example/1"


def test_dates_that_cannot_be_believed_are_flagged() -> None:
    found = item("<title>t</title><pubDate>Sat, 21 Nov 2036 10:00:00 GMT</pubDate>")
    assert (found.published_at, found.flags) == (None, ("date-in-future",))


@pytest.mark.parametrize(
    ("markup", "link"),
    [
        ("<link/><guid>https://frontier.example/1</guid>", "https://frontier.example/1"),
        ("<guid>https://frontier.example/1</guid><link></link>", "https://frontier.example/1"),
        ('<guid isPermaLink="TRUE">https://frontier.example/1</guid>', "https://frontier.example/1"),
        ('<link/><guid isPermaLink="false">https://frontier.example/1</guid>', None),
        ("<link/><guid>4711</guid>", None),
    ],
)
def test_a_guid_is_the_link_where_the_link_was_left_empty(markup: str, link: str | None) -> None:
    assert item(f"<title>t</title>{markup}").link == link


def test_an_element_left_empty_names_nothing_whatever_its_base() -> None:
    parsed = parse(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/x/"><title>F</title>
        <entry><id/><title>t</title><link href=""/></entry></feed>"""
    )
    assert (parsed.items[0].guid, parsed.items[0].link) == (None, None)


def test_links_in_a_text_start_where_the_text_says() -> None:
    content = '<content type="html" xml:base="../d/">&lt;a href="2"&gt;x&lt;/a&gt;</content>'
    parsed = parse(
        f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/c/"><title>F</title>
        <entry><id>1</id><title>t</title><link href="https://a.example/1"/>{content}</entry></feed>"""
    )
    assert 'href="https://b.example/d/2"' in parsed.items[0].html


def test_nothing_a_feed_says_of_itself_breaks_a_line() -> None:
    version = "x\n2026-11-21 INFO forged\x1b[31m\u202e"
    told = {
        "id": "a\0b\x1b",
        "title": "t",
        "language": "en\nx",
        "attachments": [{"url": "/a", "mime_type": "a\nb\x1b"}],
    }
    parsed = parse(json.dumps({"version": version, "language": "x" * 50, "items": [told]}))
    assert parsed.problems == ('the feed names no JSON Feed version ("x 2026-11-21 INFO forged[31m")',)
    [entry] = parsed.items
    assert (parsed.lang, entry.guid, entry.lang, entry.enclosures[0].media_type) == (None, "ab", None, "a b")


def test_a_guid_too_long_for_a_key_is_hashed() -> None:
    found = item(f'<title>t</title><guid isPermaLink="false">{"x" * 1_000_000}</guid>')
    assert (found.guid or "").startswith("sha256:")
    assert len(found.guid or "") == 71


@pytest.mark.parametrize(
    ("tag", "ttl"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl>-5</ttl>", None),
        ("<ttl>1e309</ttl>", timedelta(days=30)),
        ("<ttl>soon</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", timedelta(minutes=15)),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", timedelta(days=1)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>1e-300</sy:updateFrequency>", timedelta(days=30)),
    ],
)
def test_how_long_a_feed_asks_to_be_left_alone(tag: str, ttl: timedelta | None) -> None:
    space = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    assert parse(f'<rss version="2.0" {space}><channel><title>t</title>{tag}</channel></rss>').ttl == ttl


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"", "not a feed: the answer was empty"),
        (b" \n", "not a feed: the answer was empty"),
        (b"nothing here", "not a feed: neither XML nor JSON"),
        (b"<note><to>you</to></note>", "not a feed: XML that begins with <note>"),
        (b'{"error": "gone"}', "not a feed: JSON without a list of items"),
        (b"[" * 200_000, "not a feed: neither XML nor JSON"),
        (
            b"{" * 200_000,
            "not a feed: broken JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))",
        ),
        (b'{"items":' + b"[" * 200_000, "not a feed: broken JSON (nested too deeply)"),
        (b'<opml version="2.0"/>', "not a feed: an OPML list of feeds; import it with: monitor feeds import FILE"),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 50, "not a feed: the compressed answer is broken"),
        (
            b'<html><head><title>Access denied</title><link type="application/rss+xml" href="/feed"></head></html>',
            'not a feed: a web page titled "Access denied"; it names a feed at https://frontier.example/feed',
        ),
    ],
)
def test_what_is_no_feed_says_what_it_is(document: bytes, problem: str) -> None:
    parsed = parse(document)
    assert not parsed.is_feed
    assert parsed.items == ()
    assert len(parsed.problems) == 1
    assert parsed.problems[0].startswith(problem)


def test_a_feed_without_items_is_a_feed() -> None:
    parsed = parse('<rss version="2.0"><channel><title>Quiet</title></channel></rss>')
    assert parsed.is_feed
    assert (parsed.items, parsed.problems) == ((), ())


def test_compressed_bytes_nobody_declared_are_read() -> None:
    assert parse(gzip.compress(RSS.encode())) == parse(RSS)


@pytest.mark.parametrize("shift", [0, 1, 4_000, 4_095])
def test_a_flood_of_attributes_costs_only_them(shift: int) -> None:
    flood = " ".join(f'a{number}="1"' for number in range(1_200))
    words = "".join(f"<item><title>{title}</title>%s</item>" for title in ("One", "Two")) % (
        f"<description>{'x' * shift}</description><enclosure {flood}/>",
        '<enclosure url="https://frontier.example/a.mp3"/>',
    )
    first, second = parse(f'<rss version="2.0"><channel>{words}</channel></rss>').items
    assert (first.title, first.text, first.enclosures) == ("One", "x" * shift, ())
    assert (second.title, second.enclosures[0].url) == ("Two", "https://frontier.example/a.mp3")


def test_one_broken_item_costs_no_other() -> None:
    broken = "<item><title>Broken</tilte><link>https://frontier.example/2</link></item>"
    unclosed = "<item><title>Open</title><description><![CDATA[never closed</description></item>"
    one, four = (f"<item><title>{n}</title><description><![CDATA[{n}]]></description></item>" for n in "14")
    parsed = parse(f"<rss version='2.0'><channel><title>F</title>{one}{broken}{unclosed}{four}</channel></rss>")
    assert [entry.title for entry in parsed.items][::3] == ["1", "4"]
    assert (parsed.items[2].title, parsed.items[2].flags) == ("Open", ("item-broken",))
    assert parsed.title == "F"
    assert parsed.problems == (
        "not well-formed XML (mismatched tag, line 1 of the feed)",
        "2 broken items were read leniently",
    )


def test_a_broken_head_costs_no_item() -> None:
    parsed = parse("<rss version='2.0'><channel><title>F</titel><item><title>One</title></item></channel></rss>")
    assert [entry.title for entry in parsed.items] == ["One"]


def test_parsing_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(parse_feed)) is parse_feed
    parsed = parse(RSS)
    assert pickle.loads(pickle.dumps(parsed)) == parsed


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["text/xml", "application/json", ""]))
def test_no_bytes_raise(body: bytes, media_type: str) -> None:
    parse(body, media_type)
    parse(b"<rss version='2.0'><channel><item>" + body, media_type)
    parse(b'{"version": "https://jsonfeed.org/version/1", "items": [' + body, media_type)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
members = st.sampled_from(
    [
        "id",
        "url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "date_published",
        "authors",
        "author",
        "tags",
        "attachments",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(members, json_values), max_size=4))
def test_a_json_feed_with_members_of_any_kind_loses_no_item(items: list[dict[str, object]]) -> None:
    assert len(parse(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})).items) == len(items)


tags = st.sampled_from(
    ["item", "title", "link", "guid", "pubDate", "description", "content:encoded", "source", "image", "b"]
)
soup = st.lists(st.tuples(tags, st.text(max_size=15), st.booleans()), max_size=12)


@settings(max_examples=200, deadline=None)
@given(soup)
def test_tag_soup_does_not_raise(pieces: list[tuple[str, str, bool]]) -> None:
    inner = "".join(f"<{tag}>{text}" + (f"</{tag}>" if is_closed else "") for tag, text, is_closed in pieces)
    parse(f'<rss version="2.0"><channel>{inner}'.encode("utf-8", "surrogatepass"))
