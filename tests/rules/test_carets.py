from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import Problem
from monitor.rules.carets import caret_lines, span_at
from monitor.rules.compile import compile_rules
from monitor.rules.syntax import read_rule_file


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ('all      = ["@tpp", "@attack"]', 13, ('all      = ["@tpp", "@attack"]', "            ^^^^^^")),
        ("  severty = 1", 3, ("severty = 1", "^^^^^^^")),
        ("[rule.port]", 1, ("[rule.port]", "^^^^^^^^^^^")),
        ("names = []", 9, ("names = []", "        ^")),
        ('terms = ["袭击*"]', 10, ('terms = ["袭击*"]', "         ^^^^^^^")),
        ('terms = ["attack*", "حملہ*"]', 21, ('here: "حملہ*"',)),
        ("", 1, ()),
    ],
)
def test_carets_stand_under_what_is_meant(line: str, column: int, expected: tuple[str, ...]) -> None:
    assert caret_lines(line, column) == expected


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    line = f'names = [{", ".join(f"{chr(34)}name {n}{chr(34)}" for n in range(60))}, "@wrong"]'
    shown, carets = caret_lines(line, line.index('"@wrong"') + 1)
    assert shown.startswith("…")
    assert shown[carets.index("^") : carets.rindex("^") + 1] == '"@wrong"'


@given(st.lists(st.sampled_from(["Gwadar", "port of call", "a-b", "x y"]), max_size=12), st.integers(0, 12))
def test_the_caret_points_at_the_offending_text(names: list[str], place: int) -> None:
    listed = [*names[:place], "@nobody", *names[place:]]
    clause = ", ".join(f'"{name}"' for name in listed)
    text = f'[file]\nowner = "a"\n[rule.x]\n  all = [[{clause}], "y"]\n'
    (problem,) = [one for one in _problems(text) if one.code == "R012"]
    line = text.split("\n")[problem.where.line - 1]
    start, end = span_at(line, problem.where.column)
    assert line[start:end] == '"@nobody"'
    shown, carets = caret_lines(line, problem.where.column)
    assert shown[carets.index("^") : carets.rindex("^") + 1] == '"@nobody"'


@given(st.text(max_size=300), st.integers(-5, 400))
def test_any_line_and_column_gives_lines_without_controls(line: str, column: int) -> None:
    for shown in caret_lines(line, column):
        assert "\n" not in shown
        assert "\u202e" not in shown


def _problems(text: str) -> tuple[Problem, ...]:
    return compile_rules([read_rule_file(text, "rules/x.toml")], None).problems
