"""The fast reader of words: the same words as the HTML parser's, or none."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.fuzz import MARKUP, check_words
from monitor.feeds.clean import plain_text, safe_html
from monitor.feeds.fast_text import simple_text
from monitor.feeds.parse import parse_feed
from monitor.text.html import html_to_text
from tests.feeds.test_parse import NOON


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Two engineers killed", "Two engineers killed"),
        ("One line\nand another  one", "One line\nand another one"),
        ("AT&amp;T &lt;b&gt;", "AT&T <b>"),
        ("<p>Hit at dawn.</p><p>Two\ndied.</p>", "Hit at dawn.\n\nTwo died."),
        ('<a href="/x?a=1">Dasu</a>,<br/>Kohistan <img src="x">', "Dasu,\nKohistan"),
        ("<ul><li>one<li>two</li></ul>then", "one\ntwo\n\nthen"),
        ("<P>حملہ &nbsp; &#8217;چین</P>", "حملہ ’چین"),
        ("", ""),
    ],
)
def test_simple_html_is_read(html: str, text: str) -> None:
    found = simple_text(html)
    assert found is not None
    assert found.text == text
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<script>x</script>",
        "<table><tr><td>1</td></tr></table>",
        "<p>1 < 2</p>",
        "<p>a</b>",
        "<p/>a",
        "<p>a<hr>b</p>c",
        "<li>a</li> b",
        "<!-- a -->b",
        "&#146;",
        "<p>&copy</p>",
        "<p>\u202eabc</p>",
        "a\r\nb",
    ],
)
def test_anything_else_is_left_to_the_parser(html: str) -> None:
    assert simple_text(html) is None
    assert plain_text(html).text == html_to_text(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Hit at dawn.</p>\n<p>Two <b>died</b>.<br>Police said so.</p>",
        "<ul><li>one</li><li><p>two</p></li></ul>",
        "<div><blockquote>حملہ <em>گوادر</em></blockquote></div><hr>袭击",
        " <p>Two died</p> ",
    ],
)
def test_what_is_safe_as_it_stands_is_not_given_to_the_sanitiser(html: str) -> None:
    assert plain_text(html).html == html.strip()
    assert safe_html(html, None) == html.strip()


@pytest.mark.parametrize(
    "html",
    [
        "<p>Two died",  # the parser adds the end
        "<ul><li>one<li>two</li></ul>",
        "<P>Two died</P>",
        "<p>Two died<br/></p>",
        "<p>AT&amp;T</p>",
        "<p>2 > 1</p>",
        "<p>Two\xa0died</p>",
        "<a>Two died</a>",  # every link is marked as one not to be followed
        "<p class='x'>Two died</p>",
        "<h2>Two <h3>died</h3></h2>",
        "<p>Two\x00 died</p>",
        "<script>x</script>",
        "Two died",
        "<p>" + "Two died. " * 20_000 + "</p>",
    ],
)
def test_anything_else_is_sanitised(html: str) -> None:
    assert plain_text(html).html is None


def test_random_fragments_give_the_parsers_words() -> None:
    rng = random.Random(20261121)
    fragments = ("".join(rng.choice(MARKUP) for _ in range(rng.randint(1, 12))) for _ in range(5_000))
    assert [fragment for fragment in fragments if check_words(fragment)] == []


@pytest.mark.slow
def test_recorded_items_give_the_parsers_words(shared: Path) -> None:
    fragments = simple = 0
    for path in sorted((shared / "corpus" / "real").iterdir())[::4]:
        for item in parse_feed(path.read_bytes(), "", None, "https://feeds.example/", NOON).items:
            found = simple_text(item.html)
            fragments += 1
            simple += found is not None
            assert found is None or found.text == html_to_text(item.html)
    assert fragments > 2_000
    assert simple > 0.8 * fragments
