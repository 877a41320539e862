"""HTML becomes readable text, and hostile HTML costs no more than its length."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.html import clean_text, html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>First &amp; second.</p><p>Third<br>fourth</p>", "First & second.\n\nThird\nfourth"),
        ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
        ("<h2>Head</h2>text", "Head\n\ntext"),
        ("<ul><li>one<li>two</ul>after", "one\ntwo\n\nafter"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("one\n two <b>three</b>", "one two three"),
        ("<pre>a\nb</pre>", "a\nb"),
        ("<script>x()</script>kept<style>p{}</style>", "kept"),
        ("<!--><script>x()</script>kept", "kept"),
        ("<title>t</title><svg><text>no</text></svg>yes", "yes"),
        ("Gwa<wbr>dar<b>s</b>", "Gwadars"),
        ("گوا&zwnj;در&nbsp;<i>بندر</i>", "گوا\u200cدر بندر"),
        ("<meta charset=latin1><p>é ط 港", "é ط 港"),
        ("&lt;b&gt; is not markup", "<b> is not markup"),
        ("no markup\n\nat all, 3 < 4", "no markup\n\nat all, 3 < 4"),
        ("<p>&lt;script&gt;</p>", "<script>"),
        ("<!-- only this -->", ""),
        ("", ""),
        ("<", "<"),
        ("<p>\ud800x\0y&#0;", "xy\ufffd"),
    ],
)
def test_markup_becomes_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>" * 200_000 + "the news<p>goes on", "the news\n\ngoes on"),
        ("<b>" * 200_000 + "x" + "</b>" * 200_000 + "<p>y", "x\n\ny"),
        ("<a href='" + "x" * 11_000_000 + "'>link</a> end", "link end"),
        ("<!--" * 500_000, ""),
        ("<p " + "a=b " * 500_000 + ">z", "z"),
    ],
    ids=["deep", "deep and closed", "long attribute", "comments", "attributes"],
)
def test_hostile_markup_loses_no_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_large_document_is_read_to_its_end() -> None:
    text = html_to_text("<p>word &amp; word</p>" * 150_000)
    assert len(text) == 150_000 * 13 - 2
    assert text.endswith("word & word\n\nword & word")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (" a \t b\u00a0\u3000c ", "a b c"),
        ("a \r\n b\rc\u2028d\u2029e", "a\nb\nc\nd\n\ne"),
        ("a\n \n\t\n\nb", "a\n\nb"),
        ("a\0b\x07c\x9bd\ud800e\ufefff", "abcdef"),
        ("safe\u202etxt.exe\u2066!\u2069", "safetxt.exe!"),
        ("می\u200cرود नि\u200dक", "می\u200cرود नि\u200dक"),
        ("e\u0301 é", "e\u0301 é"),
        ("so\u00adft", "so\u00adft"),
    ],
)
def test_text_is_cleaned(text: str, clean: str) -> None:
    assert clean_text(text) == clean


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert "\0" not in once
    once.encode()


@given(st.text() | st.text(alphabet="<>/&;!-pscript ab\n\"'="))
def test_any_html_is_read(html: str) -> None:
    text = html_to_text(html)
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "before",
    [
        "<!--",
        "<script>open",
        "<pre>a",
        "<meta charset=utf-16><p>x",
        "<svg><title>",
        "<p>ü" * 9_000,
        "<b" * 600,
        "<\0a>",
    ],
)
def test_a_text_is_read_as_if_it_were_the_first(before: str) -> None:
    after = "<p>é ط 港</p>\n<p>two\n words</p>"
    html_to_text(before)
    assert html_to_text(after) == "é ط 港\n\ntwo words"


def test_texts_are_read_by_several_threads_at_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(html_to_text, [f"<p>{number}</p><p>{'word ' * 500}</p>" for number in range(400)]))
    assert [text.partition("\n")[0] for text in texts] == [str(number) for number in range(400)]
