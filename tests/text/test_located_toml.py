"""Every key and value has its exact place, and every syntax error its own line."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.located_toml import KeyPath, parse_toml

RULES = """\
# who we watch
[entity.ttp]
name  = "Tehreek-e-Taliban Pakistan"
names = ["TTP", "تحریک طالبان", { text = "IS", only_with = ["Khorasan"] }]  # three
max.age = "3d"

[[rule.hotel.near]]
words = 15

[[rule.hotel.near]]
all = [
    "@militants",  # one
    ["safe haven*"],
]

[rule.hotel.near.extra]
x = 1

[tune."desk/rule é".deep]
send = "digest"
"""


def line_and_column(text: str, path: KeyPath) -> tuple[int, int]:
    place = parse_toml(text, "rules/x.toml").where(path)
    return place.line, place.column


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("entity", "ttp"), (2, 1)),
        (("entity",), (2, 1)),
        (("entity", "ttp", "name"), (3, 9)),
        (("entity", "ttp", "names"), (4, 9)),
        (("entity", "ttp", "names", 0), (4, 10)),
        (("entity", "ttp", "names", 1), (4, 17)),
        (("entity", "ttp", "names", 2), (4, 33)),
        (("entity", "ttp", "names", 2, "text"), (4, 42)),
        (("entity", "ttp", "names", 2, "only_with", 0), (4, 61)),
        (("entity", "ttp", "max", "age"), (5, 11)),
        (("rule", "hotel", "near", 0, "words"), (8, 9)),
        (("rule", "hotel", "near", 1), (10, 1)),
        (("rule", "hotel", "near", 1, "all", 0), (12, 5)),
        (("rule", "hotel", "near", 1, "all", 1, 0), (13, 6)),
        (("rule", "hotel", "near", 1, "extra", "x"), (17, 5)),
        (("tune", "desk/rule é", "deep", "send"), (20, 8)),
        (("entity", "ttp", "names", 9), (4, 9)),
        (("nothing", "here"), (1, 1)),
    ],
)
def test_a_value_is_found_where_it_was_written(path: KeyPath, place: tuple[int, int]) -> None:
    assert line_and_column(RULES, path) == place


def test_a_key_is_found_where_it_was_written() -> None:
    document = parse_toml(RULES, "rules/x.toml")
    assert str(document.key_where(("entity", "ttp"))) == "rules/x.toml:2:9"
    assert str(document.key_where(("entity", "ttp", "max", "age"))) == "rules/x.toml:5:5"
    assert str(document.key_where(("tune", "desk/rule é", "deep"))) == "rules/x.toml:19:21"
    assert str(document.key_where(("entity", "ttp", "names", 1))) == "rules/x.toml:4:17"


def test_values_are_those_of_tomllib() -> None:
    document = parse_toml(RULES, "x")
    assert document.value == tomllib.loads(RULES)
    assert document.problems == ()


def test_a_byte_order_mark_and_windows_line_ends_move_nothing() -> None:
    document = parse_toml('\ufeff[a]\r\nb = "x"\r\nc = "y"\r\n', "x")
    assert document.value == {"a": {"b": "x", "c": "y"}}
    assert str(document.where(("a", "c"))) == "x:3:5"


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("a 1", "1:3", "T001"),
        ("a=1 b=2", "1:5", "T001"),
        ('a="x" "y"', "1:7", "T001"),
        ("= 1", "1:1", "T001"),
        ('a = "x\nb = 2', "1:5", "T002"),
        ('a = """x\nb', "1:5", "T002"),
        ("a = 'x", "1:5", "T002"),
        ("a = [1, 2\nb = 3", "1:5", "T003"),
        ('a = ["x",\n[rule.y]\nz = 1', "1:5", "T003"),
        ('a = ["x" "y"]', "1:10", "T003"),
        ("a = { b = 1,\nc = 2 }", "1:5", "T003"),
        ("a = { b = 1, }", "1:14", "T003"),
        ("a = yes", "1:5", "T004"),
        ("a = “x”", "1:5", "T004"),
        ("a = 007", "1:5", "T004"),
        ("a =", "1:4", "T004"),
        ("a = 2027-02-30", "1:5", "T004"),
        ("a = " + "1" * 5000, "1:5", "T004"),
        ("a = 1\na = 2", "2:1", "T005"),
        ("[a]\n[a]", "2:2", "T005"),
        ("a = 1\n[[a]]", "2:3", "T005"),
        ("[entity.گوادر]", "1:9", "T006"),
        ("[a\nb = 1", "1:3", "T006"),
        ("[]", "1:2", "T006"),
        ('a = "\\q"', "1:6", "T007"),
        ("a = '\x01'", "1:6", "T007"),
        ("a = " + "[" * 100_000, "1:55", "T008"),
    ],
)
def test_a_syntax_error_is_cited_where_it_must_be_corrected(text: str, place: str, code: str) -> None:
    document = parse_toml(text, "f")
    assert [(str(problem.where), problem.code) for problem in document.problems] == [(f"f:{place}", code)]
    assert document.value == {}
    assert document.problems[0].what
    assert document.problems[0].fix


def test_all_errors_of_a_file_are_reported_and_the_rest_can_still_be_checked() -> None:
    document = parse_toml('a = yes\n[b]\nc = "x\nd = 1\nd = 2\ne = [1\nf = 3\n', "f")
    assert [str(problem.where) for problem in document.problems] == ["f:1:5", "f:3:5", "f:5:1", "f:6:5"]
    assert document.value == {}
    assert document.partial == {"b": {"d": 1, "f": 3}}
    assert str(document.where(("b", "f"))) == "f:7:5"


def test_a_problem_is_said_in_plain_words() -> None:
    (problem,) = parse_toml('[entity.x]\nname = "A"\nname = "B"\n', "rules/x.toml").problems
    assert str(problem) == (
        'rules/x.toml:3:1: T005 "name" is given a second time; the first is in line 2\n    keep one of the two lines'
    )


@given(st.text() | st.text(alphabet="ab=[]{}\"'.,\n #1\\"))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    document = parse_toml(text, "f")
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    for problem in document.problems:
        assert 1 <= problem.where.line <= len(lines)
        assert 1 <= problem.where.column <= len(lines[problem.where.line - 1]) + 1


keys = st.text(alphabet="abz09-_é ط'.\"\\", min_size=1, max_size=5)
words = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="'\x85"), max_size=6
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(st.dictionaries(keys, st.dictionaries(keys, st.lists(words, max_size=3), max_size=3), max_size=3), st.booleans())
def test_the_cited_place_holds_the_text(tables: dict[str, dict[str, list[str]]], is_spread: bool) -> None:
    comma = ",\n  # a, remark\n  " if is_spread else ", "
    text = "# first\n"
    for table, pairs in tables.items():
        text += f"[t . {quoted(table)}]\n"
        for key, entries in pairs.items():
            text += f"{quoted(key)} = [{comma.join(quoted(entry) for entry in entries)}] # end\n"
    document = parse_toml(text, "f")
    lines = text.split("\n")
    for table, pairs in tables.items():
        place = document.key_where(("t", table))
        assert lines[place.line - 1][place.column - 1 :].startswith(quoted(table))
        for key, entries in pairs.items():
            place = document.key_where(("t", table, key))
            assert lines[place.line - 1][place.column - 1 :].startswith(quoted(key))
            for number, entry in enumerate(entries):
                place = document.where(("t", table, key, number))
                assert lines[place.line - 1][place.column - 1 :].startswith(quoted(entry))


def test_the_shared_watchlist_is_placed_throughout(shared: Path) -> None:
    text = (shared / "rules" / "entities.toml").read_text(encoding="utf-8")
    document = parse_toml(text, "entities.toml")
    lines = text.split("\n")
    entities = document.value["entity"]
    assert isinstance(entities, dict)
    for name, entity in entities.items():
        for number, spelling in enumerate(entity["names"]):
            if isinstance(spelling, str):
                place = document.where(("entity", name, "names", number))
                assert lines[place.line - 1][place.column - 1 :].startswith(f'"{spelling}"')
