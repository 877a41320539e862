from __future__ import annotations

from monitor.classifiers.definition_file import parse_definition
from monitor.classifiers.watched import watched_names

WATCHLIST = """
[entity.stork]
names = ["stork", "白鹳", { text = "Adebar", only_with = ["nest"] }]
[entity.black-stork]
names = ["black stork"]
part_of = "stork"
[set.birds]
of = ["stork", "heron", "birds"]
[entity.heron]
names = ["heron"]
"""
DEFINITION = """
[topic]
id = "birds"
title = "Birds"
counts = ["A bird is seen."]
[lexicon.bird]
terms = ["wren", "@birds", "@stork", "@eagle"]
"""


def test_an_entity_stands_for_its_names_and_its_parts_and_a_set_for_its_members() -> None:
    watched = watched_names(("this is [no toml", WATCHLIST, "entity = 3"))
    assert watched["stork"] == ("stork", "白鹳", "black stork")
    assert watched["birds"] == ("stork", "白鹳", "black stork", "heron")


def test_a_list_holds_the_names_of_watched_entities_and_an_unknown_one_is_a_warning() -> None:
    definition, problems = parse_definition(DEFINITION, "birds.toml", watched_names((WATCHLIST,)))
    assert definition is not None
    assert definition.lists[0].terms == ("wren", "stork", "白鹳", "black stork", "heron")
    assert [(problem.where.line, problem.code, problem.is_error) for problem in problems] == [(7, "D007", False)]
