from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.clean import bounded, plain_line, plain_text, plain_title, plain_words, safe_html


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("Convoy attacked near Gwadar", "Convoy attacked near Gwadar"),
        ("  Convoy\r\n attacked\t", "Convoy attacked"),
        ("AT&amp;T &#8217;s", "AT&T ’s"),
        ("Sales & Marketing, 5 < 6", "Sales & Marketing, 5 < 6"),
        ("T<b>TP</b> attack<br/>Gwadar", "TTP attack Gwadar"),
        ("&lt;b&gt;TTP&lt;/b&gt; attack", "TTP attack"),
        ("Use of <vector> in C++", "Use of <vector> in C++"),
        ("<script>alert(1)</script> Blast", "Blast"),
        ("&amp;lt;img src=x onerror=alert(1)&amp;gt; Blast", "Blast"),
        ("<svg/onload=alert(1)> Blast", "Blast"),
        ("<math><style></math><img src onerror=alert(1)> Blast", "Blast"),
        ("<strange onclick=alert(1)> Blast", "Blast"),
        ("<!--><script>x</script>--> Blast", "--> Blast"),
        ("تحریک&nbsp;طالبان", "تحریک طالبان"),
        ("تحریک\u200cطالبان", "تحریک\u200cطالبان"),
        ("safe \u202egnp.exe", "safe gnp.exe"),
        ("a\x00b\x07c\ud800d", "abcd"),
        ("<scr\x00ipt>x()</scr\x00ipt> Blast", "Blast"),
        ("<i\u202emg src=x onerror=x()> Blast", "Blast"),
        ("&lt;scr&#8238;ipt&gt;x()&lt;/scr&#8238;ipt&gt; Blast", "Blast"),
        ("Toll rises <a week after the quake", "Toll rises <a week after the quake"),
        ("Blast <img src=x onerror=x()", "Blast"),
        ("Blast <b", "Blast"),
        ("", ""),
    ],
)
def test_titles_become_one_plain_line(value: str, title: str) -> None:
    assert plain_title(value).text == title


def test_piled_up_marks_are_taken_down_and_vowels_left_alone() -> None:
    assert plain_title("G" + "\u0301" * 500 + "wadar").text == "G\u0301\u0301\u0301\u0301wadar"
    assert plain_title("تَحرِیکِ طَالِبَانّ").text == "تَحرِیکِ طَالِبَانّ"
    assert plain_title("हिंदुस्तानी भाषाएँ").text == "हिंदुस्तानी भाषाएँ"
    for mark in "\u064f\u05b0\u0e47\u0941\u20dd\ufe0f\u200d":
        assert plain_title("G" + mark * 900).text == "G" + mark * 4


def test_long_values_are_cut_and_say_so() -> None:
    title = plain_title("x" * 3_000)
    assert (len(title.text), title.flags) == (1_000, ("title-cut",))
    text = plain_text("<p>" + "word " * 100_000 + "</p>")
    assert (len(text.text), text.flags) == (200_000, ("text-cut",))
    assert len(plain_line("x" * 3_000)) == 200


def test_paragraphs_stay_apart_and_scripts_go() -> None:
    html = "<p>Two <b>killed</b>.</p><script>x()</script><p>Police said&nbsp;so.</p>"
    assert plain_text(html).text == "Two killed.\n\nPolice said so."


def test_markup_escaped_twice_is_read() -> None:
    assert plain_text("&lt;p&gt;Two killed.&lt;/p&gt;&lt;p&gt;Police.&lt;/p&gt;").text == "Two killed.\n\nPolice."


def test_an_article_about_markup_keeps_its_words() -> None:
    html = "<p>Put &lt;script&gt; last.</p><p>Then &lt;/div&gt; follows.</p>"
    assert plain_text(html).text == "Put <script> last.\n\nThen </div> follows."


def test_a_broken_end_tag_swallows_nothing() -> None:
    assert "data leaked" in plain_text("<p>System <//aPo attack, data leaked").text


def test_plain_text_keeps_its_lines_and_only_evident_markup_is_removed() -> None:
    assert plain_words("a < b\n\nc > d").text == "a < b\n\nc > d"
    assert plain_words("<p>Two killed.</p>").text == "Two killed."


@pytest.mark.parametrize(
    "opening",
    ["<svg class=icon/>", "<svg>", "<math>", "<embed src=x>", "<iframe src=x/>", "<object data=x>", "<noscript>",
     "<video src=x>", "<audio/>", "<canvas>", "<select>", "<template>", "<TEXTAREA>", "<title>"],
)  # fmt: skip  # a list to be read as one
def test_an_element_that_hides_and_never_ends_takes_nothing_with_it(opening: str) -> None:
    html = f"<p>Two killed.</p>{opening}<p>TTP claimed it.</p>"
    assert plain_text(html).text == "Two killed.\n\nTTP claimed it."
    assert safe_html(html, None) == "<p>Two killed.</p><p>TTP claimed it.</p>"


def test_elements_that_hide_and_end_stay_hidden() -> None:
    html = "<p>Two killed.</p><svg><text>x</text></svg><noscript>y</noscript><svg></svg><p>TTP claimed it.</p>"
    assert plain_text(html).text == "Two killed.\n\nTTP claimed it."
    assert safe_html(html, None) == "<p>Two killed.</p><p>TTP claimed it.</p>"


def test_html_keeps_structure_and_loses_everything_that_acts() -> None:
    html = (
        '<p onclick="x()" style="color:red" dir="rtl">See <a href="../b?x=1" target="_blank">this</a>'
        '<img src="https://t.example/pixel.gif"><a href="javascript:x()">that</a></p><!--><script>x()</script>-->'
        '<iframe src="https://evil.example"></iframe><form action="/x"><input name="p"></form>'
        "<svg><script>x()</script></svg>"
    )
    assert safe_html(html, "https://frontier.example/a/") == (
        '<p dir="rtl">See <a href="https://frontier.example/b?x=1" rel="noopener noreferrer nofollow">this</a>'
        '<a rel="noopener noreferrer nofollow">that</a></p>--&gt;'
    )


def test_deep_and_wide_markup_is_cut_down_and_its_words_stay() -> None:
    assert bounded("<div>" * 10_000 + "word").count("<div>") == 256
    assert bounded("<div>" * 10_000 + "word").endswith("word")
    attributes = "".join(f" a{number}=1" for number in range(20_000))
    assert bounded(f"before <b{attributes}> after").split() == ["before", "after"]
    paragraphs = "<p>word</p>" * 2_000 + "<li>word" * 2_000
    assert bounded(paragraphs) == paragraphs
    long = "words " * 3_000
    assert bounded(f"<p>{long}</p><p>{long}</p>") == f"<p>{long}</p><p>{long}</p>"
    assert bounded(f"before <img alt='{long}'> after").split() == ["before", "after"]


@given(st.text(st.sampled_from("<>/!-&;=\"' abpscriptdv\x00\u202e\u0301"), max_size=300))
def test_no_markup_raises_or_survives(value: str) -> None:
    title = plain_title(value).text
    assert "\n" not in title
    assert "<script" not in title.lower()
    plain_text(value)
    assert "<script" not in safe_html(value, None).lower()
