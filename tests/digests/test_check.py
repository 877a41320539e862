from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from monitor.digests import view
from monitor.digests.check import check_templates
from monitor.records import Problem, Source

README = "digests/README.md lists every name a template may use"


def check(**templates: str) -> list[str]:
    """Check templates given as ``name__kind`` and give each problem's place, code and words."""
    named = {f"digests/{name.replace('__', '.')}.j2": text for name, text in templates.items()}
    return [f"{p.where}: {p.code} {p.what}" for p in check_templates(named)]


def test_the_shipped_templates_are_sound(checkout: Path) -> None:
    shipped = {f"digests/{path.name}": path.read_text(encoding="utf-8") for path in (checkout / "digests").glob("*.j2")}
    assert len(shipped) >= 6
    assert check_templates(shipped) == ()


def test_an_undefined_name_is_reported_with_its_place_and_the_nearest_one() -> None:
    problems = check_templates({"digests/mine.md.j2": "# {{ digest.title }}\n\nOn {{ digest.dat }}\n"})
    assert problems == (
        Problem(Source("digests/mine.md.j2", 3, 14), "P002", 'a digest has no "dat"', f'did you mean "date"? {README}'),
    )


def test_every_mistake_of_every_file_is_reported_in_order_of_place() -> None:
    assert check(
        b__txt="{{ digst.title }}\n{% for s in digest.glance %}{{ s.headlne }}\n{{ s.lead.outlt }}{% endfor %}",
        a__html="{{ digest.coverage.feds }}\n{% if digest.is_preview %}{{ nothing }}{% endif %}",
        c__md="{% if digest.title %}",
    ) == [
        'digests/a.html.j2:1:20: P002 the coverage has no "feds"',
        'digests/a.html.j2:2:30: P002 no name "nothing" here',
        'digests/b.txt.j2:1:4: P002 no name "digst" here',
        'digests/b.txt.j2:2:34: P002 a story has no "headlne"',
        'digests/b.txt.j2:3:11: P002 a report has no "outlt"',
        "digests/c.md.j2:1:1: P001 a {% if %} is not closed before this place",
    ]


def test_an_undefined_name_in_a_sum_is_named_too() -> None:
    assert check(a__md="{{ digest.coverage.reed + 1 }}") == ['digests/a.md.j2:1:20: P002 the coverage has no "reed"']


def test_what_is_tested_or_defaulted_is_no_mistake() -> None:
    assert check(a__md="{% if digest.extra is defined %}x{% endif %}{{ digest.extra | default('none') }}") == []


def test_a_name_used_in_a_branch_no_sample_takes_is_found() -> None:
    assert check(a__md="{% if digest.sections | length > 500 %}{{ typo }}{% endif %}") == [
        'digests/a.md.j2:1:43: P002 no name "typo" here'
    ]


def test_a_misspelt_filter_and_a_missing_part_are_found() -> None:
    assert check(a__md="{{ digest.title | uper }}", b__md='{% include "_storry.md.j2" %}', _story__md="x") == [
        'digests/a.md.j2:1:19: P001 no filter called "uper"',
        'digests/b.md.j2:1:13: P004 no template called "_storry.md.j2"',
    ]


@pytest.mark.parametrize(
    "source",
    [
        "{{ digest.title | safe }}",
        "{% autoescape false %}{{ digest.title }}{% endautoescape %}",
        "{{ digest.title.__class__ }}",
        "{{ 'x' * 10000000 }}",
    ],
)
def test_what_the_sandbox_refuses_is_said(source: str) -> None:
    problems = check_templates({"digests/a.html.j2": source})
    assert [problem.code for problem in problems] == ["P003"]


def test_a_failing_expression_is_reported_with_its_line() -> None:
    assert check(a__md="one\ntwo\n{{ digest.title + 1 }}") == [
        'digests/a.md.j2:3:1: P005 cannot be rendered: can only concatenate str (not "int") to str'
    ]


def test_a_file_that_does_not_say_what_it_writes_is_reported() -> None:
    assert check(morning="{{ digest.title }}") == [
        'digests/morning.j2:1:1: P006 the name "morning.j2" does not say what the template writes'
    ]


def test_an_alert_template_knows_alerts_not_digests() -> None:
    assert check(alert__md="{{ alert.title }} {{ digest.title }}") == [
        'digests/alert.md.j2:1:22: P002 no name "digest" here'
    ]


def test_the_readme_lists_every_name(checkout: Path) -> None:
    text = (checkout / "digests" / "README.md").read_text(encoding="utf-8")
    views = (
        view.DigestView, view.SectionView, view.StoryView, view.EntryView, view.ScoreView, view.RuleView,
        view.CoverageView, view.FeedLine, view.AlertView,
    )  # fmt: skip
    missing = [f"{v.__name__}.{f.name}" for v in views for f in dataclasses.fields(v) if f"`{f.name}`" not in text]
    assert missing == []
