from __future__ import annotations

import html.parser
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.digests.build import build
from monitor.digests.present import Legend
from monitor.digests.render import Pages, Renderer
from monitor.digests.sample import LEGEND, empty_digest, sample_alert, sample_digest
from monitor.errors import InputError
from monitor.records import (
    AssessedItem,
    Coverage,
    Digest,
    Feed,
    FeedHealth,
    FeedReport,
    Problem,
    Severity,
    Source,
    Stance,
)
from tests.digests.stories import EDITION, SPEC, UNTIL, copy_of, item, matched, scored


@pytest.fixture(scope="session")
def starter(checkout: Path) -> dict[str, str]:
    """Give the shipped templates, by path."""
    return {f"digests/{path.name}": path.read_text(encoding="utf-8") for path in (checkout / "digests").glob("*.j2")}


@pytest.fixture(scope="session")
def renderer(starter: dict[str, str]) -> Renderer:
    return Renderer(starter, starter)


def digest_of(*candidates: AssessedItem, coverage: Coverage | None = None) -> Digest:
    return build(SPEC, candidates, replace(EDITION, coverage=coverage or Coverage()))[0]


class Shape(html.parser.HTMLParser):
    """What a mail program makes of the page: open tags, links, and the text of each language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.directions: dict[str, set[str]] = {}
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.attributes |= set(found)
        if tag not in ("meta", "br", "link", "img"):
            self.open.append(tag)
        if tag == "a":
            self.links.append(found.get("href") or "")
        if found.get("lang"):
            self.directions.setdefault(found["lang"] or "", set()).add(found.get("dir") or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_three_formats_tell_the_same(renderer: Renderer) -> None:
    pages = renderer.pages(sample_digest(), LEGEND)
    assert pages.problems == ()
    assert pages.subject == "Morning digest, Saturday 21 November: 18 stories (1 critical, 1 high)"
    for page in (pages.md, pages.html, pages.txt):
        assert "18 stories (1 critical, 1 high) from 19 of the 19 items read; 2 of 3 feeds answered." in " ".join(
            page.split()
        )
        assert "20 Nov 22:10" in page
        assert "the server answered 503 three times" in " ".join(page.split())
        assert "Chinese ministries" in page
        assert "monitor items show 0000000000000007" in page


def test_evidence_is_marked_in_each_format_s_way(renderer: Renderer) -> None:
    pages = renderer.pages(sample_digest(), LEGEND)
    assert "Five **Chinese engineers** killed" in pages.md
    assert "A **blast** struck a convoy" in pages.md
    assert re.search(r"Five <mark[^>]*>Chinese engineers</mark> killed", pages.html)
    assert "Five *Chinese engineers* killed" in pages.txt


def test_the_html_is_one_a_mail_program_can_show(renderer: Renderer) -> None:
    page = renderer.render(sample_digest(), "html", LEGEND)
    shape = Shape(page)
    assert shape.open == []
    assert shape.tags.isdisjoint({"img", "svg", "script", "table", "link", "iframe", "form"})
    assert "data:" not in page
    assert "@media (prefers-color-scheme: dark)" in page
    assert "@media (max-width: 480px)" in page
    assert 'style="' in page
    assert page.index("<meta charset") < 200
    assert len(page.encode()) < 80_000
    assert all(link.startswith(("https://", "#")) for link in shape.links)


def test_each_text_has_its_language_and_direction(renderer: Renderer) -> None:
    chinese = scored(item("zh", "五名工程师遇难", lang="zh"), cpec=0.9)
    unknown = scored(item("none", "Unknown", lang=None), cpec=0.8)
    urdu = scored(item("ur", "پانچ ہلاک", "پولیس نے کہا۔", lang="ur"), cpec=0.7)
    page = renderer.render(digest_of(chinese, unknown, urdu), "html")
    directions = Shape(page).directions
    assert directions["zh"] == {"ltr"}
    assert directions["ur"] == {"rtl"}
    assert 'dir="auto"' in page


def test_a_sensitive_feed_is_never_linked(renderer: Renderer) -> None:
    feed = Feed("exile-feed", "u", "Exile", country="GB", grade="D", stance=Stance.EXILE, is_sensitive=True)
    first = matched(scored(item("exile"), cpec=0.9), "cpec-desk/a", Severity.CRITICAL)
    second = replace(copy_of(scored(item("again", hours=0.5), cpec=0.9), "exile"))
    second = replace(second, item=replace(second.item, feed="exile-feed"))
    tail = [scored(item(f"t{n}", feed="exile-feed"), cpec=0.6) for n in range(20)]
    pages = renderer.pages(digest_of(first, second, *tail), Legend({"exile-feed": feed}))
    assert [link for link in Shape(pages.html).links if not link.startswith("#")] == []
    assert "https://exile.example/1" in pages.html
    assert "`https://exile.example/1`" in pages.md
    assert "](<https" not in pages.md
    assert "United Kingdom, exile, grade D" in pages.txt
    assert "monitor items show exile" in pages.html


HOSTILE = (
    '<script>alert("x")</script> *bold* [link](javascript:alert(1)) | ``` \x00 \u202e reversed\n'
    "# Heading\n- list {{ digest }}"
)


def test_a_hostile_title_stays_a_title(renderer: Renderer) -> None:
    hostile = matched(
        scored(item("evil", HOSTILE, HOSTILE, link='https://evil.example/"><img src=x>', outlet=HOSTILE), cpec=0.9),
        "cpec-desk/x",
        Severity.HIGH,
        word='<script>alert("x")',
    )
    pages = renderer.pages(digest_of(hostile))
    assert "<script" not in pages.html
    assert "<img" not in pages.html
    assert Shape(pages.html).open == []
    assert "&lt;script&gt;" in pages.html
    assert "\n# Heading" not in pages.md
    assert re.search(r"(?<!\\)\]\(javascript", pages.md) is None
    assert "\\<script\\>" in pages.md
    for page in (pages.md, pages.html, pages.txt):
        assert "\x00" not in page
        assert "\u202e" not in page
        assert "{{ digest }}" in page.replace("\\", "")


def long_digest(stories: int, severity: Severity | None = None) -> Digest:
    text = "Police said that the convoy was hit near the dam by a roadside bomb on Friday morning. " * 6
    made = [
        scored(item(f"n{number:04}", f"Report {number} on the road", text), cpec=0.9 - number / 10_000)
        for number in range(stories)
    ]
    if severity is not None:
        made = [matched(each, "cpec-desk/x", severity) for each in made]
    return digest_of(*made)


@pytest.mark.parametrize("stories", [15, 60, 400, 2000])
def test_html_stays_under_its_limit_and_the_markdown_has_everything(renderer: Renderer, stories: int) -> None:
    pages = renderer.pages(long_digest(stories))
    assert len(pages.html.encode()) < 80_000
    assert len(set(re.findall(r"Report (\d+) on the road", pages.md))) == stories
    assert f"{stories:,} stories" in pages.html
    told = len(set(re.findall(r"Report (\d+) on the road", pages.html)))
    left = re.search(r"and (\d+) more, listed in the Markdown file", pages.html)
    assert told + (int(left[1]) if left else 0) == stories


def test_tails_are_cut_before_top_stories(renderer: Renderer) -> None:
    top = matched(
        scored(item("top", "Top story on the road", "It is told in full. " * 40), cpec=0.56),
        "cpec-desk/x",
        Severity.CRITICAL,
    )
    many = [scored(item(f"n{n}", f"Report {n}", "Some text here. " * 40), cpec=0.9) for n in range(300)]
    page = renderer.render(digest_of(*many, top), "html")
    assert len(page.encode()) < 80_000
    assert page.index("Top</mark> story") < page.index("Report 1")
    assert page.count("It is told in full.") >= 3
    assert 'id="story-1"' in page


def test_the_cut_off_headlines_are_counted(renderer: Renderer) -> None:
    page = renderer.render(long_digest(40), "txt")
    assert "CPEC SECURITY (40)" in page
    assert "AND 28 MORE" in page
    assert len(set(re.findall(r"Report (\d+) on the road", page))) == 40


def test_with_no_answer_at_all_the_absence_of_news_is_not_news(renderer: Renderer) -> None:
    pages = renderer.pages(empty_digest())
    assert pages.subject == "Morning digest, Saturday 21 November: no feed answered"
    for page in (pages.md, pages.html, pages.txt):
        words = " ".join(page.split())
        assert "the absence of news here is not news" in words
        assert "No feed answered, so nothing could be read." in words
        assert "never answered" in words


def test_an_empty_digest_says_out_of_how_much(renderer: Renderer) -> None:
    reports = tuple(FeedReport(f"f{n}", f"F{n}", FeedHealth.OK, UNTIL, UNTIL, "") for n in range(4))
    digest = digest_of(*(scored(item(f"i{n}"), cpec=0.1) for n in range(120)), coverage=Coverage(reports))
    for kind in ("md", "html", "txt"):
        page = " ".join(renderer.render(digest, kind).split())
        assert "Nothing reached the thresholds out of 120 items read; 4 of 4 feeds answered." in page
    assert renderer.pages(digest).subject == "Morning digest, Saturday 21 November: nothing to report"


def test_many_silent_feeds_are_said_at_the_head(renderer: Renderer) -> None:
    reports = tuple(
        FeedReport(
            f"f{n}",
            f"F{n}",
            FeedHealth.FAILING if n % 2 else FeedHealth.OK,
            UNTIL - timedelta(hours=5),
            None,
            "HTTP 503",
        )
        for n in range(10)
    )
    page = renderer.render(digest_of(scored(item("a"), cpec=0.9), coverage=Coverage(reports)), "txt")
    words = " ".join(page.split())
    assert "NOTE: Only 5 of 10 feeds answered. What the others reported is missing here." in words
    assert "F1: failing since 21 Nov 02:30, never answered: HTTP 503" in words


def test_a_broken_template_is_replaced_and_every_format_says_so(starter: dict[str, str]) -> None:
    broken = {
        "digests/morning.html.j2": "<p>\n{% for story in digest.storys %}{% endfor %}",
        "digests/morning.md.j2": "# {{ digest.title }}\n{{ digest.coverage.fallbacks | join }}",
    }
    pages = Renderer(broken, starter).pages(sample_digest(), LEGEND, "morning")
    assert pages.problems == (
        Problem(
            Source("digests/morning.html.j2", 2, 24), "P002", 'a digest has no "storys"',
            "digests/README.md lists every name a template may use",
        ),
    )  # fmt: skip
    note = 'digests/morning.html.j2:2:24: a digest has no "storys"; the shipped template was used'
    assert note in pages.txt.replace("\n  ", " ")
    assert note in pages.html.replace("&#34;", '"')
    assert note in pages.md
    assert pages.html.startswith("<!DOCTYPE html>")
    assert pages.md.startswith("# Morning digest\n")


def test_a_template_that_is_not_there_is_said_with_those_that_are(starter: dict[str, str]) -> None:
    pages = Renderer(starter, starter).pages(sample_digest(), LEGEND, "evening")
    assert [str(problem) for problem in pages.problems] == [
        f'digests/evening.{kind}.j2:1:1: P006 there is no template "evening.{kind}.j2"\n    there are: alert, digest'
        for kind in ("html", "md", "txt")
    ]
    assert "Files not used as written" in pages.html


def test_a_template_may_change_one_block_of_a_shipped_one(starter: dict[str, str]) -> None:
    mine = {"digests/mine.html.j2": '{% extends "digest.html.j2" %}{% block heading %}<h1>Good day</h1>{% endblock %}'}
    page = Renderer(mine, starter).pages(sample_digest(), LEGEND, "mine").html
    assert "Good day</h1>" in page
    assert "Chinese ministries" in page


@pytest.mark.parametrize(
    "source",
    [
        "{{ digest.__class__.__mro__ }}",
        "{{ digest.title.__init__.__globals__ }}",
        "{{ ''.__class__ }}",
        "{{ 'x' * 100000000 }}",
        "{{ 9 ** 99999999 }}",
        "{% for a in range(90000) %}{% for b in range(90000) %}" + "x" * 40 + "{% endfor %}{% endfor %}",
        "{{ digest.sections.append(1) }}",
        "{{ cycler.__init__ }}",
        "{{ 1 / 0 }}",
    ],
)
def test_the_sandbox_holds(starter: dict[str, str], source: str) -> None:
    pages = Renderer({"digests/evil.md.j2": source}, starter).pages(sample_digest(), LEGEND, "evil")
    assert [problem.code for problem in pages.problems if problem.where.path == "digests/evil.md.j2"] in (
        ["P003"],
        ["P002"],
        ["P005"],
    )
    assert pages.md.startswith("**For internal use**")


def test_without_shipped_templates_a_broken_one_is_an_input_error() -> None:
    with pytest.raises(InputError) as caught:
        Renderer({"digests/x.md.j2": "{{ digest.tittle }}"}).render(sample_digest(), "md", template="x")
    assert 'did you mean "title"?' in str(caught.value)


def test_an_alert_tells_rule_story_and_reason(renderer: Renderer) -> None:
    pages: Pages = renderer.render_alert(sample_alert(), LEGEND)
    assert pages.problems == ()
    assert pages.subject == (
        "[critical, escalated] Attack on Chinese nationals: Five Chinese engineers killed as convoy is hit near Dasu"
    )
    for page in (pages.md, pages.html, pages.txt):
        words = " ".join(page.split())
        assert "Sent because: new" in words
        assert "Alert for cpec-desk, 21 Nov 07:30 PKT (UTC+5)" in words
        assert "Subh-e-Nau" in words
        assert "monitor items show 0000000000000009" in words
    assert Shape(pages.html).open == []


def test_an_alert_s_subject_is_one_short_line(renderer: Renderer) -> None:
    alert = sample_alert()
    story = replace(alert.story, headline="Blast\r\nBcc: x@example.org " + "and more words " * 40)
    subject = renderer.render_alert(replace(alert, story=story, is_escalated=False), LEGEND).subject
    assert subject.startswith("[critical] Attack on Chinese nationals: Blast Bcc: x@example.org and more words")
    assert len(subject) <= 160
    assert "\n" not in subject


def test_an_undated_and_a_slow_item_say_so(renderer: Renderer) -> None:
    undated = scored(item("undated", published_at=None), cpec=0.9)
    slow = scored(item("slow", published_at=UNTIL - timedelta(days=400)), cpec=0.8)
    words = " ".join(renderer.render(digest_of(undated, slow), "txt").split())
    assert "undated news, 21 Nov 06:30 (no usable date in the feed, time first seen)" in words
    assert "slow news, 17 Oct 2025 07:30 (first seen 21 Nov 06:30)" in words
