"""A document cut off anywhere, or with anything put in anywhere, loses at most what the damage touches."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.parse import parse_feed

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ITEM = (
    '<item><title>Item {0}</title><link>https://a.example/{0}</link><guid isPermaLink="false">{0}</guid>'
    "<description><![CDATA[<p>Words {0} &amp; more</p>]]></description>"
    "<pubDate>Sat, 21 Nov 2026 0{0}:00:00 GMT</pubDate></item>"
)
LISTED = "".join(ITEM.format(number) for number in (1, 2, 3))
DOCUMENT = f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>F</title>{LISTED}</channel></rss>'.encode()
HEAD = DOCUMENT.index(b"<channel>")
ENDS = [place + 7 for place in range(len(DOCUMENT)) if DOCUMENT.startswith(b"</item>", place)]
STRAYS = (
    b"\xff", b"<", b"&", b"\0", b"]]>", b">", b'"', b"</", b"<![CDATA[", b"<!--", b"&#0;", b"&nbsp;", b"\xed\xa0\x80",
    b"</item>", b"<item>", b"</rss>", b"</channel>", b"<?", b"\xfe\xff", b"\x85", b"<b>", b"</title>", b"\r", b"--",
)  # fmt: skip  # a list to be read as one


def titles(body: bytes) -> list[str]:
    return [item.title for item in parse_feed(body, "", None, "https://a.example/feed", NOON).items]


def test_a_document_cut_off_anywhere_keeps_its_whole_items() -> None:
    for cut in range(len(DOCUMENT)):
        whole = [f"Item {number}" for number, end in enumerate(ENDS, 1) if end <= cut]
        found = titles(DOCUMENT[:cut])
        assert found[: len(whole)] == whole, cut
        assert len(found) <= len(whole) + 1, cut


@settings(max_examples=400, deadline=None)
@given(st.integers(HEAD, len(DOCUMENT)), st.sampled_from(STRAYS))
def test_what_is_put_in_anywhere_costs_one_item_at_most(place: int, stray: bytes) -> None:
    found = titles(DOCUMENT[:place] + stray + DOCUMENT[place:])
    assert len({"Item 1", "Item 2", "Item 3"} & set(found)) >= 2


@settings(max_examples=200, deadline=None)
@given(st.integers(HEAD, len(DOCUMENT) - 1), st.integers(0, 255))
def test_a_byte_changed_anywhere_costs_one_item_at_most(place: int, byte: int) -> None:
    found = titles(DOCUMENT[:place] + bytes([byte]) + DOCUMENT[place + 1 :])
    assert len({"Item 1", "Item 2", "Item 3"} & set(found)) >= 2
