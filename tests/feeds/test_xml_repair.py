from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.xml_repair import to_xml

ITEM = "<item><title>One</title></item>"
FEED = f'<rss version="2.0"><channel>{ITEM}</channel></rss>'


def test_sound_xml_is_left_alone() -> None:
    document = to_xml('<?xml version="1.0"?>\n<!-- cached -->' + FEED)
    assert (document.text, document.root, document.is_well_formed, document.problems) == (FEED, "rss", True, ())


@pytest.mark.parametrize(
    ("text", "repaired", "problem"),
    [
        ("Warning: mysql\n" + FEED, FEED, "text before the feed was skipped"),
        (FEED + "<script>x</script>junk", FEED, "text behind the feed was skipped"),
        (FEED.replace("One", "O\x00n\x07e"), FEED, "2 control characters removed"),
        (FEED.replace("One", "A & B"), FEED.replace("One", "A &amp; B"), "characters that are not XML were escaped"),
        (FEED.replace("One", "a < b"), FEED.replace("One", "a &lt; b"), "characters that are not XML were escaped"),
        (FEED.replace("One", "a&nbsp;b"), FEED.replace("One", "a&#160;b"), "characters that are not XML were escaped"),
        (FEED.replace("One", "a&#x1f;b"), FEED.replace("One", "ab"), "characters that are not XML were escaped"),
        (
            FEED.replace("title>", "dc:title>"),
            FEED.replace("title>", "dc:title>").replace("<rss", '<rss xmlns:dc="http://purl.org/dc/elements/1.1/"'),
            "undeclared namespaces were declared",
        ),
        (
            FEED.replace("</channel></rss>", "<item><title>Tw"),
            FEED,
            "the document ends in the middle; its complete items were kept",
        ),
    ],
)
def test_what_is_wrong_is_repaired_and_told(text: str, repaired: str, problem: str) -> None:
    document = to_xml(text)
    assert document.text == repaired
    assert document.is_well_formed
    assert document.problems == (problem,)


def test_nothing_inside_cdata_is_touched() -> None:
    cdata = "<link><![CDATA[https://frontier.example/?a=1&b=2]]></link>"
    assert cdata in to_xml(FEED.replace(ITEM, f"<item>{cdata}<title>A & B</title></item>")).text


def test_entities_are_never_expanded_but_those_of_plain_characters() -> None:
    laughs = (
        '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY uuml "ü"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    )
    document = to_xml(laughs + FEED.replace("One", "&b; &uuml; &x;"))
    assert document.is_well_formed
    assert "&amp;b; &#252; &amp;x;" in document.text
    assert "ENTITY" not in document.text


@pytest.mark.parametrize(
    ("text", "first"),
    [("<html><body><p>hi</p></body></html>", "html"), ('<opml version="2.0"/>', "opml"), ("plain words", ""), ("", "")],
)
def test_what_is_no_feed_has_no_root(text: str, first: str) -> None:
    document = to_xml(text)
    assert (document.root, document.first) == ("", first)


def test_a_broken_item_is_taken_out_and_kept_with_its_place() -> None:
    broken = "<item><title>x</item>"
    document = to_xml(f"<rss><channel>\n{ITEM}{broken}{ITEM}</channel></rss>")
    assert document.text == f"<rss><channel>\n{ITEM}{ITEM}</channel></rss>"
    assert document.broken == ((1, f"<rss>{broken}"),)
    assert document.problems == (
        "not well-formed XML (mismatched tag, line 2 of the feed)",
        "1 broken items were read leniently",
    )


def test_what_cannot_be_repaired_is_told() -> None:
    document = to_xml("<rss><channel><title>x</channel></rss>")
    assert not document.is_well_formed
    assert document.problems == ("not well-formed XML (mismatched tag, line 1 of the feed)",)


@given(st.text(max_size=200))
def test_any_words_in_a_title_can_be_made_xml(words: str) -> None:
    text = words.replace("<", "").replace("]]>", "")
    assert to_xml(FEED.replace("One", text)).is_well_formed


@given(st.text(st.sampled_from("<>/!?-[]CDATArssfeeditem &;:\"'= \n"), max_size=200))
def test_no_text_raises(text: str) -> None:
    to_xml("<rss>" + text)
