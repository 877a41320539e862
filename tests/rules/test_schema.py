"""The schema for editors says what the loader says, as far as one file's shape goes."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, FormatChecker

from monitor.rules.schema import FILE_NAME, rule_file_schema
from monitor.rules.syntax import TABLES, read_rule_file
from monitor.workspace.starter import starter_folder
from tests.workspaces import monitor

SHAPE = {
    "R001", "R002", "R003", "R004", "R005", "R006", "R007", "R008", "R010", "R011", "R020", "R021", "R023", "R033",
    "R034", "R036",
}  # fmt: skip
"""Codes of what a schema can see: tables, keys, types, choices, ranges, and what is absent."""
BAD = Path(__file__).parent.parent / "data" / "rules" / "bad"
VALIDATOR = Draft7Validator(rule_file_schema(), format_checker=FormatChecker())
TABLE_OF = {
    "entity": ('[entity.x]\nname = "x"\nnames = ["Xanadu"]\n', "[entity.x]\n"),
    "set": ('[set.x]\nof = ["y"]\n', "[set.x]\n"),
    "words": ('[words.x]\nterms = ["xyz"]\n', "[words.x]\n"),
    "rule": ('[file]\nowner = "a"\n[rule.x]\nall = ["xyz"]\n', '[file]\nowner = "a"\n[rule.x]\n'),
    "near": (
        '[file]\nowner = "a"\n[rule.x]\n[[rule.x.near]]\nwords = 3\nall = ["xyz", "abc"]\n',
        '[file]\nowner = "a"\n[rule.x]\n[[rule.x.near]]\n',
    ),
    "example": (
        '[file]\nowner = "a"\n[rule.x]\nall = ["xyz"]\n[[rule.x.example]]\nmatch = true\ntext = "xyz"\n',
        '[file]\nowner = "a"\n[rule.x]\nall = ["xyz"]\n[[rule.x.example]]\n',
    ),
    "tune": ('[file]\nowner = "a"\n[tune."b/x"]\nsend = "off"\n', '[file]\nowner = "a"\n[tune."b/x"]\n'),
    "mute": (
        '[file]\nowner = "a"\n[mute.x]\nentity = "y"\nuntil = 2026-12-20\n',
        '[file]\nowner = "a"\n[mute.x]\n',
    ),
}
"""Every table twice: whole, and bare with its header."""
VALUES = (
    '"word"', '""', "1", "0.5", "true", '["word"]', "[]", '[["word"]]', '[""]', "[1]", "{ x = 0.5 }", "{ x = 7 }",
    '"6h"', "2026-12-20", '"alert"', '"high"', '["title"]', '["state"]',
    '[{ text = "IS", only_with = ["word"] }]', '[{ text = "IS" }]',
)  # fmt: skip


def _is_valid(text: str) -> bool:
    return bool(VALIDATOR.is_valid(_without_dates(tomllib.loads(text))))


def _without_dates(value: object) -> object:
    """Return a value as editors hand it to a schema: dates are texts."""
    match value:
        case dict():
            return {key: _without_dates(one) for key, one in value.items()}
        case list():
            return [_without_dates(one) for one in value]
        case date():
            return value.isoformat()
        case _:
            return value


def _codes(text: str) -> set[str]:
    return {str(problem.code) for problem in read_rule_file(text, "x.toml").problems}


def _keys(table: str) -> tuple[str, ...]:
    """Return the keys that the loader names when it meets an unknown one."""
    _, bare = TABLE_OF[table]
    problems = read_rule_file(f"{bare}qqqqqq = 1\n", "x.toml").problems
    (fix,) = [problem.fix for problem in problems if problem.code == "R002"]
    return tuple(fix.removeprefix("known here: ").split(", "))


@pytest.mark.parametrize("path", sorted((starter_folder() / "rules").glob("*.toml")), ids=lambda path: path.name)
def test_the_starter_files_fit_the_schema(path: Path) -> None:
    value = _without_dates(tomllib.loads(path.read_text(encoding="utf-8")))
    assert [error.message for error in VALIDATOR.iter_errors(value)] == []


def test_the_schema_itself_is_valid() -> None:
    Draft7Validator.check_schema(rule_file_schema())


def test_the_shipped_schema_is_the_one_that_the_command_prints(tmp_path: Path) -> None:
    done = monitor(tmp_path, "rules", "schema")
    assert (done.code, done.out) == (0, (starter_folder() / "rules" / FILE_NAME).read_text(encoding="utf-8"))
    assert json.loads(done.out) == rule_file_schema()


@pytest.mark.parametrize("table", TABLE_OF)
def test_loader_and_schema_know_the_same_keys(table: str) -> None:
    whole, _ = TABLE_OF[table]
    assert _codes(whole) & SHAPE == set()
    assert _is_valid(whole)
    assert not _is_valid(f"{whole}qqqqqq = 1\n")
    assert set(_properties(table)) == set(_keys(table))


def _properties(table: str) -> dict[str, object]:
    schema = json.loads(json.dumps(rule_file_schema()))["properties"]
    if table in {"near", "example"}:
        return dict(schema["rule"]["additionalProperties"]["properties"][table]["items"]["properties"])
    return dict(schema[table]["additionalProperties"]["properties"])


def test_loader_and_schema_know_the_same_tables() -> None:
    assert set(json.loads(json.dumps(rule_file_schema()))["properties"]) == set(TABLES)
    assert not _is_valid("[entiy.x]\nname = 'x'\n")


def _probes() -> Iterator[tuple[str, str, str]]:
    for table in TABLE_OF:
        for key in _keys(table):
            # The loader also reads times of an example; editors hand over both as texts.
            if key not in {"near", "example", "published"}:
                yield from ((table, key, value) for value in VALUES)


def test_loader_and_schema_give_the_same_answer_to_every_type_of_value() -> None:
    differing = []
    for table, key, value in _probes():
        whole, _ = TABLE_OF[table]
        lines = [line for line in whole.splitlines() if not line.startswith(f"{key} = ")]
        text = "\n".join([*lines, f"{key} = {value}", ""])
        codes = _codes(text) & SHAPE
        # A date without quotes reaches the schema as a text, so where texts belong only the loader sees it.
        is_unseen = value == "2026-12-20" and codes == {"R003"}
        if not is_unseen and bool(codes) is _is_valid(text):
            differing.append(f"{table}: {key} = {value} {sorted(codes)}")
    assert differing == []


@pytest.mark.parametrize("path", sorted(BAD.rglob("*.toml")), ids=lambda path: path.stem)
def test_what_is_wrong_by_shape_is_refused_by_the_schema_too(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    codes = _codes(text)
    if any(code.startswith("T") for code in codes) or not codes & SHAPE:
        return
    assert not _is_valid(text), sorted(codes)
