from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classifiers.definition import Clue, Counts, Near, TopicDefinition, WordList
from monitor.classifiers.definition_file import parse_definition
from monitor.classifiers.watched import watched_names

GOOD = """\
[topic]
id = "storks"
title = "Storks"
counts = ["A stork is seen."]
not = ["A chimney smokes."]
threshold = 0.4
alert_budget = 3

[lexicon.bird]
weight = 1.5
terms = ["stork*", "白鹳"]

[lexicon.sight]
terms = ["seen", "spotted"]

[clue.bird-seen]
title = "A bird is seen"
counts = "for"
all = [["@bird", "long beak"]]
none = ["@sight"]
[[clue.bird-seen.near]]
words = 5
all = ["@bird", ["nest", "roof"]]
[[clue.bird-seen.near]]
within = "sentence"
all = ["@bird", "wing"]
"""


def test_a_definition_is_read_as_written() -> None:
    definition, problems = parse_definition(GOOD, "storks.toml")
    assert problems == ()
    assert definition == TopicDefinition(
        id="storks",
        title="Storks",
        counts=("A stork is seen.",),
        not_counts=("A chimney smokes.",),
        threshold=0.4,
        alert_budget=3,
        lists=(WordList("bird", ("stork*", "白鹳"), 1.5), WordList("sight", ("seen", "spotted"), 1.0)),
        clues=(
            Clue(
                name="bird-seen",
                title="A bird is seen",
                counts=Counts.FOR,
                all_of=(("@bird", "long beak"),),
                none_of=("@sight",),
                near=(Near((("@bird",), ("nest", "roof")), 5), Near((("@bird",), ("wing",)), None)),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "where", "code"),
    [
        ('title = "Storks"', 'titel = "Storks"', "storks.toml:3:1", "D001"),
        ("weight = 1.5", "wieght = 1.5", "storks.toml:10:1", "D001"),
        ('id = "storks"\n', "", "storks.toml:1:1", "D002"),
        ("threshold = 0.4", "threshold = 40", "storks.toml:6:13", "D003"),
        ('terms = ["seen", "spotted"]', 'terms = "seen"', "storks.toml:14:9", "D003"),
        ('counts = "for"', 'counts = "maybe"', "storks.toml:18:10", "D003"),
        ("words = 5\n", "", "storks.toml:21:1", "D003"),
        ('none = ["@sight"]', 'none = ["@sihgt"]', "storks.toml:20:9", "D004"),
        ('"白鹳"', '"白鹳*"', "storks.toml:11:20", "D005"),
        ('"stork*"', '"st*rk"', "storks.toml:11:10", "D005"),
        ('"seen"', '"!?"', "storks.toml:14:10", "D005"),
        ('all = ["@bird", "wing"]', 'all = ["@bird"]', "storks.toml:24:1", "D006"),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, where: str, code: str) -> None:
    assert old in GOOD
    definition, problems = parse_definition(GOOD.replace(old, new, 1), "storks.toml")
    assert definition is None
    assert (where, code) in [(str(problem.where), problem.code) for problem in problems]
    assert all(problem.fix for problem in problems)


def test_a_misspelt_list_is_suggested() -> None:
    _, problems = parse_definition(GOOD.replace("@sight", "@sihgt"), "storks.toml")
    assert problems[0].fix == 'did you mean "@sight"?'


def test_all_mistakes_are_reported_sorted_by_place() -> None:
    text = GOOD.replace("title = ", "titel = ").replace('"seen"', '"*"')
    _, problems = parse_definition(text, "storks.toml")
    lines = [problem.where.line for problem in problems]
    assert lines == sorted(lines)
    assert {problem.code for problem in problems} == {"D001", "D002", "D005"}


def test_broken_toml_gives_its_own_problems() -> None:
    definition, problems = parse_definition('[topic]\nid = "x\n', "x.toml")
    assert definition is None
    assert problems
    assert problems[0].code.startswith("T")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*GOOD.split("\n"), "[topic]", "all = 3", "near = 1", "terms = [[1]]", "[clue]", "x"])))
def test_no_arrangement_of_lines_raises(lines: list[str]) -> None:
    definition, problems = parse_definition("\n".join(lines), "x.toml")
    assert definition is not None or problems


def test_the_shipped_definitions_have_no_problem(checkout: Path) -> None:
    watched = watched_names(path.read_text(encoding="utf-8") for path in (checkout / "rules").glob("*.toml"))
    for path in sorted((checkout / "classifiers").glob("*.toml")):
        definition, problems = parse_definition(path.read_text(encoding="utf-8"), path.name, watched)
        assert problems == ()
        assert definition is not None
        assert definition.id == path.stem
        assert definition.clues
