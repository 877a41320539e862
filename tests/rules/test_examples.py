from __future__ import annotations

from monitor.rules.examples import run_examples
from tests.rules.conftest import Compile

RULE = """
[rule.port]
all       = ["@gwadar", "@attack"]
none      = ["mock drill"]
langs     = ["en", "ur"]
min_score = { cpec-security = 0.5 }
expires   = 2020-01-01
send      = "off"
"""


def _example(match: str, text: str, more: str = "") -> str:
    return f'[[rule.port.example]]\nmatch = {match}\ntext = "{text}"\n{more}\n'


def test_examples_are_judged_as_if_the_rule_were_in_force(compiled: Compile) -> None:
    examples = (
        _example("true", "Attack in Gwadar") + _example("true", "گوادر میں حملہ") + _example("false", "Gwadar fair")
    )
    results = run_examples(compiled(RULE + examples))
    assert [result.is_passed for result in results] == [True, True, True]
    assert [result.number for result in results] == [1, 2, 3]


def test_a_result_says_which_clause_decided(compiled: Compile) -> None:
    examples = (
        _example("true", "Fair in Gwadar"),
        _example("true", "Attack in Gwadar was a mock drill"),
        _example("true", "Attack in Gwadar", "scores = { cpec-security = 0.4 }"),
        _example("true", "瓜达尔袭击"),
        _example("false", "Attack in Gwadar"),
    )
    results = run_examples(compiled(RULE + "".join(examples)))
    assert [result.is_passed for result in results] == [False] * 5
    assert [result.decided_by for result in results] == [
        'not found: all "@attack" in title or body',
        'stopped by none "mock drill": "mock drill"',
        "stopped by min_score cpec-security 0.50; the item has 0.40",
        "stopped by langs en, ur; the item is in zh",
        '"@gwadar" found as "Gwadar"; "@attack" found as "Attack"',
    ]


def test_ages_are_those_of_the_day_the_example_was_published(compiled: Compile) -> None:
    rule = '[rule.port]\nall = ["@gwadar"]\nmax_age = "3d"\nafter = 2026-01-01\n'
    old = _example("false", "Gwadar", "published = 2025-12-31")
    new = _example("true", "Gwadar", "published = 2026-01-01T00:00:00Z")
    assert [result.is_passed for result in run_examples(compiled(rule + old + new))] == [True, True]


def test_examples_can_be_run_for_one_file(compiled: Compile) -> None:
    book = compiled(RULE + _example("true", "Attack in Gwadar"))
    assert len(run_examples(book, ["rules/desk-cpec.toml"])) == 1
    assert run_examples(book, ["rules/watchlist.toml"]) == ()
