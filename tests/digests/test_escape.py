from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from monitor.digests.escape import (
    clean,
    html_marked,
    markdown_code,
    markdown_link,
    markdown_marked,
    markdown_text,
    web_address,
)
from monitor.digests.view import Segment

COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def read(markdown: str) -> tuple[str, set[str]]:
    """Give what a reader of the Markdown sees, and the kinds of markup it was taken for."""
    kinds: set[str] = set()
    words: list[str] = []
    for block in COMMONMARK.parse(markdown):
        if block.type != "inline":
            kinds.add(block.type)
        for part in block.children or ():
            kinds.add(part.type)
            words.append(" " if part.type in ("softbreak", "hardbreak") else part.content)
    return "".join(words), kinds


PLAIN = {"paragraph_open", "paragraph_close", "text", "text_special"}


@pytest.mark.parametrize(
    "title",
    [
        "# Not a heading",
        "- not a list",
        "1. not a list either",
        "> not a quotation",
        "*stars* and _lines_ and **more**",
        "[label](https://evil.example)",
        "![image](https://evil.example/x.png)",
        "<script>alert(1)</script> <b>bold</b>",
        "`code` and ```more",
        "a | b | c",
        "~~gone~~ &amp; &#60; AT&T",
        "back\\slash \\*",
        "=== ---",
        "snake_case_name 2*3*4",
        "+ plus",
        "12) twelve",
        "https://evil.example/a_b www.evil.example",
        "<https://evil.example>",
    ],
)
def test_a_title_reads_as_it_was_written_and_is_no_markup(title: str) -> None:
    words, kinds = read(markdown_text(title))
    assert words == title
    assert kinds <= PLAIN


def test_a_title_s_line_breaks_do_not_break_the_list_it_stands_in() -> None:
    words, kinds = read(f"- {markdown_text(chr(10).join(['one', '# two', '', '- three']))}")
    assert words == "one # two - three"
    assert "heading_open" not in kinds


def test_ordinary_titles_are_left_readable() -> None:
    assert markdown_text("Blast kills 5 (toll rising) - police, 21.11. at 3.5 km!") == (
        "Blast kills 5 (toll rising) - police, 21.11. at 3.5 km!"
    )


@given(st.text(max_size=60))
def test_any_text_reads_as_it_was_written(text: str) -> None:
    words, kinds = read(f"x {markdown_text(text)} y")
    assert words.split() == f"x {clean(text)} y".split()
    assert kinds <= PLAIN


@given(st.lists(st.builds(Segment, st.text(max_size=12), st.booleans()), max_size=5))
def test_marked_text_reads_as_it_was_written_save_for_stars(segments: list[Segment]) -> None:
    words, kinds = read(f"x {markdown_marked(tuple(segments))} y")
    expected = clean("".join(clean(part.text) for part in segments))
    # Beside punctuation CommonMark may show the stars of an emphasis; they are never anything else.
    assert words.replace("*", "").split() == f"x {expected.replace('*', '')} y".split()
    assert kinds <= PLAIN | {"strong_open", "strong_close", "em_open", "em_close"}


@given(st.text(max_size=40))
def test_a_code_span_holds_any_text(text: str) -> None:
    words, kinds = read(f"x {markdown_code(text)} y")
    assert words.split() == f"x {clean(text)} y".split()
    assert kinds <= PLAIN | {"code_inline"}


def test_only_web_addresses_become_links() -> None:
    assert markdown_link("Title", "javascript:alert(1)") == "Title"
    assert markdown_link("A [b]", "https://a.example/x_(1)?q=1&copy;=2") == (
        "[A \\[b\\]](<https://a.example/x_(1)?q=1&amp;copy;=2>)"
    )
    assert web_address("data:text/html,x") == ""
    assert web_address(None) == ""
    assert web_address("https://") == ""
    assert web_address(' https://a.example/"><b> x\n') == "https://a.example/%22%3E%3Cb%3E%20x"


def test_controls_and_direction_marks_are_taken_out_and_joiners_kept() -> None:
    assert clean("a\u202eb\u2066c\x00d\x1fe\u2028f\ud800g") == "abc d e fg"
    assert clean("می\u200cشود") == "می\u200cشود"


def test_html_hits_are_marked_and_everything_is_escaped() -> None:
    marked = html_marked((Segment("<b>"), Segment('"&', is_hit=True)))
    assert str(marked) == "&lt;b&gt;<mark>&#34;&amp;</mark>"
    assert re.search(r"<(?!/?mark>)", marked) is None


def test_hits_that_touch_are_one_run_of_bold() -> None:
    touching = (Segment("达苏", is_hit=True), Segment("遇袭", is_hit=True), Segment("事件"))
    assert markdown_marked(touching) == "**达苏遇袭**事件"
