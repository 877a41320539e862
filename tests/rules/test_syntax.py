from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import Field, Problem, Send, Severity, Source
from monitor.rules.compile import compile_rules
from monitor.rules.proof import lint_examples_prove
from monitor.rules.slips import lint_sources
from monitor.rules.syntax import read_rule_file
from tests.rules.conftest import ANALYSTS, TODAY, TOPICS

BAD = Path(__file__).parent.parent / "data" / "rules" / "bad"
SOURCES = ("dawn-home", "Dawn", "Geo News")
CASES = sorted(path for path in BAD.iterdir() if path.suffix != ".txt")

EVERYTHING = """
[entity.ttp]
name    = "Tehreek-e-Taliban Pakistan"
kind    = "armed group"
names   = ["TTP", { text = "IS", only_with = ["Khorasan"] }]
not_in  = ["tactics, techniques and procedures (TTP)"]
part_of = "umbrella"

[set.militants]
of = ["ttp"]

[words.attack]
terms = ["attack*", "حملہ", "袭击"]

[file]
owner = "cpec-desk"

[rule.chinese-nationals-attacked]
title     = "Attack on Chinese nationals"
severity  = "critical"
send      = "alert"
in        = ["title"]
all       = [["@militants", "Chinese engineers"], "@attack"]
none      = ["mock drill"]
min_score = { cpec-security = 0.50, militant-sanctuaries = 1 }
langs     = ["en", "fa-AF"]
sources   = ["Dawn"]
stances   = ["state"]
max_age   = "3d"
after     = 2026-01-01
before    = 2027-01-01
throttle  = "6h"
expires   = 2027-03-31
false_alarms = "Film reviews"

[[rule.chinese-nationals-attacked.near]]
words = 15
all   = ["@militants", ["sanctuar*", "safe haven*"]]

[[rule.chinese-nationals-attacked.near]]
within = "sentence"
all    = ["@militants", "@attack"]

[[rule.chinese-nationals-attacked.example]]
match     = true
title     = "Five killed"
text      = "Engineers killed in blast"
lang      = "en"
source    = "Dawn"
published = 2026-11-20
scores    = { cpec-security = 0.9 }

[[rule.chinese-nationals-attacked.example]]
match = false
text  = "Engineers finish a bridge"

[tune."sanctuaries-desk/havens"]
send      = "record"
severity  = "low"
throttle  = "1d"
min_score = { militant-sanctuaries = 0.7 }
also_none = ["verdict"]

[mute.quetta-trial]
entity = "ttp"
with   = ["anti-terrorism court", ["hearing", "trial"]]
until  = 2026-12-20
why    = "Weekly hearings"
"""


def test_every_key_of_the_grammar_is_read() -> None:
    file = read_rule_file(EVERYTHING, "rules/all.toml")
    rule = file.rules[0]
    assert file.problems == ()
    assert file.owner == "cpec-desk"
    assert [name.text for name in file.entities[0].names] == ["TTP", "IS"]
    assert [term.text for term in file.entities[0].names[1].only_with] == ["Khorasan"]
    assert rule.full_id == "cpec-desk/chinese-nationals-attacked"
    assert (rule.severity, rule.send, rule.fields) == (Severity.CRITICAL, Send.ALERT, (Field.TITLE,))
    assert [str(clause) for clause in rule.all] == ['["@militants", "Chinese engineers"]', '"@attack"']
    assert [near.words for near in rule.near] == [15, None]
    assert [(bound.topic, bound.least) for bound in rule.min_score] == [
        ("cpec-security", 0.5),
        ("militant-sanctuaries", 1.0),
    ]
    assert rule.filters.langs == ("en", "fa-af")
    assert rule.filters.sources == ("dawn",)
    assert (rule.filters.max_age, rule.throttle) == (timedelta(days=3), timedelta(hours=6))
    assert (rule.filters.after, rule.filters.before) == (date(2026, 1, 1), date(2027, 1, 1))
    assert rule.expires == date(2027, 3, 31)
    assert [example.is_match for example in rule.examples] == [True, False]
    assert rule.examples[0].published_at == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert file.tunes[0].throttle == timedelta(days=1)
    assert file.mutes[0].until == date(2026, 12, 20)
    assert rule.declared_at == Source("rules/all.toml", 18, 1)


def test_what_a_rule_does_not_say_has_its_default() -> None:
    rule = read_rule_file('[file]\nowner = "a"\n[rule.x]\nall = ["TTP"]\n', "rules/x.toml").rules[0]
    assert (rule.title, rule.severity, rule.send) == ("x", Severity.MEDIUM, Send.DIGEST)
    assert rule.fields == (Field.TITLE, Field.BODY)
    assert (rule.throttle, rule.expires, rule.none, rule.near) == (None, None, (), ())


def _problems(case: Path) -> tuple[Problem, ...]:
    paths = sorted(case.glob("*.toml")) if case.is_dir() else [case]
    files = [read_rule_file(path.read_text(encoding="utf-8"), f"rules/{path.name}") for path in paths]
    book = compile_rules(files, TOPICS, TODAY, analysts=ANALYSTS)
    strangers = lint_sources((compiled.rule for compiled in book.rules), SOURCES)
    return tuple(sorted((*book.problems, *lint_examples_prove(book), *strangers)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_wrong_file_gives_exactly_the_reviewed_messages(case: Path) -> None:
    told = "".join(f"{'error' if problem.is_error else 'warning'} {problem}\n" for problem in _problems(case))
    assert told == case.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_place_of_a_problem_holds_the_text_it_quotes(case: Path) -> None:
    folder = case if case.is_dir() else case.parent
    for problem in _problems(case):
        lines = (folder / Path(problem.where.path).name).read_text(encoding="utf-8").split("\n")
        rest = lines[problem.where.line - 1][problem.where.column - 1 :]
        assert rest
        assert not rest[0].isspace()
        if problem.code in {"R012", "R016", "R017", "R018", "R019", "R040", "R044", "R045", "R046", "R047", "R057"}:
            assert problem.what.split('"')[1].removeprefix("@") in rest


def test_three_mistakes_in_one_rule_give_three_messages() -> None:
    problems = _problems(BAD / "three-mistakes.toml")
    assert [(problem.where.line, problem.where.column, problem.code) for problem in problems] == [
        (13, 12, "R008"),
        (14, 13, "R012"),
        (15, 12, "R010"),
    ]
    assert all(problem.fix for problem in problems)


def test_of_a_file_with_broken_lines_no_rule_is_used() -> None:
    file = read_rule_file((BAD / "t-broken-lines.toml").read_text(encoding="utf-8"), "rules/t.toml")
    assert [rule.is_sound for rule in file.rules] == [False]
    assert [entity.id for entity in file.entities] == ["ttp"]


def test_a_wrong_rule_does_not_take_its_neighbours_with_it() -> None:
    text = '[file]\nowner = "a"\n[rule.bad]\nall = ["TTP"]\nthrottle = 5\n[rule.good]\nall = ["TTP"]\n'
    file = read_rule_file(text, "rules/x.toml")
    assert [(rule.id, rule.is_sound) for rule in file.rules] == [("bad", False), ("good", True)]


@pytest.mark.parametrize("number", ["9" * 4000, "0x" + "f" * 6000, "-" + "9" * 400, "inf", "nan", "1e999"])
def test_a_monstrous_number_is_a_problem_like_any_other(number: str) -> None:
    head = ["[file]", 'owner = "cpec-desk"', "[rule.x]", 'all = ["TTP"]']
    values = [f"throttle = {number}", f"expires = {number}", f"min_score = {{ cpec-security = {number} }}"]
    lines = [*head, *values, "[[rule.x.near]]", f"words = {number}", 'all = ["a b", "c d"]']
    file = read_rule_file("\n".join(lines), "rules/x.toml")
    assert {problem.where.line for problem in file.problems} == {5, 6, 7, 9}


_KEYS = ("entity", "set", "words", "file", "rule", "tune", "mute", "near", "example", "all", "names", "until", "x")
_VALUES = st.recursive(
    st.sampled_from(
        ['"@x"', '"a*"', '""', "1", "-1.5", "nan", "true", "2026-01-01", "0001-01-01T00:00:00+14:00", '"6h"']
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]")
        | st.tuples(st.sampled_from(_KEYS), inner).map(lambda pair: f"{{ {pair[0]} = {pair[1]} }}")
    ),
    max_leaves=5,
)
_LINES = st.one_of(
    st.lists(st.sampled_from(_KEYS), min_size=1, max_size=3).map(lambda keys: f"[{'.'.join(keys)}]"),
    st.lists(st.sampled_from(_KEYS), min_size=1, max_size=3).map(lambda keys: f"[[{'.'.join(keys)}]]"),
    st.tuples(st.sampled_from(_KEYS), _VALUES).map(lambda pair: f"{pair[0]} = {pair[1]}"),
    st.text(max_size=20),
)


@given(st.lists(_LINES, max_size=12).map("\n".join))
def test_reading_and_compiling_never_raise(text: str) -> None:
    file = read_rule_file(text, "rules/x.toml")
    book = compile_rules([file], TOPICS, TODAY, analysts=ANALYSTS)
    lines = text.count("\n") + 1
    assert all(1 <= problem.where.line <= lines and problem.where.column >= 1 for problem in book.problems)
    assert list(book.problems) == sorted(book.problems)


@pytest.mark.parametrize(
    ("line", "column", "code", "what", "fix"),
    [
        ('all\u00a0= ["@ttp"]', 4, "T007", "a no-break space (U+00A0) stands here", "delete it"),
        ('\ufeffall = ["@ttp"]', 1, "T007", "a byte order mark (U+FEFF) stands here", "delete it"),
        ("all = ['Jama'at', 'x']", 13, "T002", "the apostrophe here ends the text", 'into "double quotes"'),
        (
            'all = ["x"]\nexpires = 2027-02-30',
            11,
            "T004",
            '"2027-02-30" is no day of the calendar',
            "a day that exists",
        ),
        ('all = ["TTP.*attack"]', 8, "R016", "does not stand at the end of a word", "there are no patterns"),
        ('all = ["x"]\nafter = "2026-11-01"', 9, "R011", "is not a date here", "after = 2026-11-01"),
        ('all = ["x"]\nmax_age = "3 days"', 11, "R010", "no length of time", 'max_age = "3d"'),
        ('all = ["x"]\nthrottle = "2 Weeks"', 12, "R010", "no length of time", 'throttle = "2w"'),
        ('[[rule.x.near]]\nwords = 5.0\nall = ["x", "y"]', 9, "R003", "a whole number, and this is 5.0", "words = 5"),
        ('[[rule.x.near]]\nwithin = 5\nall = ["x", "y"]', 10, "R003", "and this is a number", "words = 5"),
        ('all = ["x"]\n[[example]]\nmatch = true', 3, "R001", 'unknown table "example"', "[[rule.some-id.example]]"),
        ('all = ["x"]\n[[rule.z.example]]\nmatch = true\ntext = "x"', 1, "R020", "[rule.z] has neither", "is its id"),
    ],
)
def test_a_slip_is_told_in_words(line: str, column: int, code: str, what: str, fix: str) -> None:
    file = read_rule_file(f'[file]\nowner = "a"\n[rule.x]\n{line}\n', "rules/x.toml")
    found = [problem for problem in file.problems if problem.code == code]
    assert [(problem.where.column, what in problem.what, fix in problem.fix) for problem in found] == [
        (column, True, True)
    ], [str(problem) for problem in file.problems]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('all = ["TTP attack"]\nnone = ["attack"]', ["R043"]),
        ('all = ["attacks"]\nnone = ["attack*"]', ["R043"]),
        ('all = ["attack*"]\nnone = ["attack"]', []),
        ('all = ["attack*"]\nnone = ["att*"]', ["R043"]),
        ('all = ["suicide attack*"]\nnone = ["suicide"]', ["R043"]),
        ('all = [["TTP attack", "raid"]]\nnone = ["attack"]', []),
        ('all = ["raid"]\nmax_age = "0d"', ["R043"]),
        ('all = ["TTP"]\nlangs = ["fa-AF"]\nnot_langs = ["fa"]', ["R043"]),
        ('all = ["TTP"]\nlangs = ["fa"]\nnot_langs = ["fa-AF"]', []),
        ('all = ["raid"]\nbefore = 2026-11-21', ["R042"]),
        ('all = ["raid"]\nbefore = 2026-11-22', []),
        ('all = ["raid"]\n[mute.m]\nwith = ["said"]\nuntil = 2026-12-01', ["R044"]),
        ('[[rule.x.near]]\nwords = 3\nall = ["raid", ["raid", "blast"]]', ["R057"]),
        ('[[rule.x.near]]\nwords = 3\nall = ["raid", ["convoy", "blast"]]', []),
        ('all = ["1,000 rupees", "COMMAND AND CONTROL", "law, order and justice"]', []),
        ('all = ["co-operation", "H-1B", "Why?"]', ["R056"]),
    ],
)
def test_what_is_legal_and_wrong_is_warned_of(line: str, told: list[str]) -> None:
    file = read_rule_file(f'[file]\nowner = "cpec-desk"\n[rule.x]\n{line}\n', "rules/x.toml")
    assert file.problems == ()
    problems = compile_rules([file], TOPICS, TODAY, analysts=ANALYSTS).problems
    assert [problem.code for problem in problems if problem.code != "R025"] == told


def test_a_circle_of_thousands_of_sets_is_told_in_few_words() -> None:
    text = "".join(f'[set.s{number}]\nof = ["s{(number + 1) % 3000}"]\n' for number in range(3000))
    circles = [
        problem for problem in compile_rules([read_rule_file(text, "x.toml")], None).problems if problem.code == "R015"
    ]
    assert len(circles) == 100
    assert circles[0].what == '"s0" goes in a circle: s0 → s1 → s2 → s3 → … → s2999 → s0 (3000 steps)'
