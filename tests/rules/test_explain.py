from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.rules.compile import RuleBook
from monitor.rules.explain import RuleAnswer, Verdict, explain_rules
from monitor.rules.flip import ChangeKind
from monitor.rules.match import ItemText, match_item
from tests.rules.conftest import Compile, MakeItem

PORT = '[rule.port]\nall = ["@gwadar", "@attack"]\n'


def _only(book: RuleBook, item: ItemText) -> RuleAnswer:
    (answer,) = explain_rules(book, item)
    return answer


def test_a_rule_that_holds_says_what_was_found_for_every_clause(compiled: Compile, item: MakeItem) -> None:
    answer = _only(compiled(PORT), item("Blast in Gwadar, a second blast in 瓜达尔"))
    assert answer.verdict is Verdict.HELD
    assert [clause.quotes for clause in answer.clauses] == [("Gwadar", "瓜达尔"), ("Blast", "blast")]
    assert answer.changes == ()


def test_a_misspelt_name_is_proposed_as_an_alias(compiled: Compile, item: MakeItem) -> None:
    answer = _only(compiled(PORT), item("Blast in Gwader"))
    assert (answer.verdict, answer.decided_by) == (Verdict.NOT_FOUND, 'all "@gwadar" in title or body')
    (change,) = answer.changes
    assert (change.kind, change.line) == (ChangeKind.ALIAS, '"Gwader"')
    assert "@gwadar" in change.what


@pytest.mark.parametrize(
    ("lines", "text", "known", "kind", "line"),
    [
        ('none = ["mock drill"]', "Blast in Gwadar: a mock drill", {}, ChangeKind.CLAUSE, ""),
        (
            "min_score = { cpec-security = 0.50 }", "Blast in Gwadar", {"scores": {"cpec-security": 0.437}},
            ChangeKind.THRESHOLD, "min_score = { cpec-security = 0.43 }",
        ),
        ('langs = ["en"]', "Blast in Gwadar", {"lang": "ur"}, ChangeKind.CLAUSE, 'langs = ["en", "ur"]'),
        ('send = "off"', "Blast in Gwadar", {}, ChangeKind.SETTING, 'send = "digest"'),
        ("expires = 2026-11-01", "Blast in Gwadar", {}, ChangeKind.SETTING, ""),
        ('in = ["title"]', "Blast in Gwadar", {}, ChangeKind.SETTING, 'in = ["title", "body"]'),
        ('max_age = "1d"\nbefore = 2026-01-01', "Blast in Gwadar", {"published_at": None}, None, ""),
    ],
)  # fmt: skip
def test_one_change_that_flips_the_outcome_is_named(  # noqa: PLR0917 # a table
    compiled: Compile,
    item: MakeItem,
    lines: str,
    text: str,
    known: dict[str, object],
    kind: ChangeKind | None,
    line: str,
) -> None:
    answer = _only(compiled(f"{PORT}{lines}\n"), item(text, **known))
    if kind is None:
        assert answer.verdict is Verdict.HELD
        return
    assert [(change.kind, change.line) for change in answer.changes] == [(kind, line)]


def test_a_distance_is_raised_to_what_the_item_needs_and_no_further(compiled: Compile, item: MakeItem) -> None:
    rule = '[rule.near]\n[[rule.near.near]]\nwords = {}\nall = ["@gwadar", "@attack"]\n'
    text = item("Gwadar one two three four five blast")
    (change,) = _only(compiled(rule.format(3)), text).changes
    assert change.line == "words = 5"
    assert match_item(compiled(rule.format(5)), text).rules
    assert not match_item(compiled(rule.format(4)), text).rules


def test_the_nearest_rules_come_first_and_other_owners_only_if_asked(compiled: Compile, item: MakeItem) -> None:
    book = compiled(f'{PORT}[rule.far]\nall = ["snow", "ice"]\n', others='[rule.theirs]\nall = ["Gwadar", "Blast"]\n')
    text = item("Blast in Gwadar")
    assert [answer.rule for answer in explain_rules(book, text)] == [
        "cpec-desk/port", "sanctuaries-desk/theirs", "cpec-desk/far",
    ]  # fmt: skip
    assert [answer.rule for answer in explain_rules(book, text, {"sanctuaries-desk"})] == ["sanctuaries-desk/theirs"]


def test_two_obstacles_are_named_together(compiled: Compile, item: MakeItem) -> None:
    book = compiled(f'{PORT}none = ["drill"]\nlangs = ["en"]\n')
    changes = _only(book, replace(item("Blast in Gwadar drill"), lang="ur")).changes
    assert [change.what.split(" ")[0] for change in changes] == ["remove", "add"]
