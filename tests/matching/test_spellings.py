"""The names of a watchlist in the scripts of the press: every passage that must be found, at its place, no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.matching.lexicon import Lexicon
from monitor.records import Field
from monitor.rules.compile import compile_rules
from monitor.rules.syntax import read_rule_file

FOLDER = Path(__file__).parent.parent / "data" / "rules" / "spellings"
_ESCAPE = re.compile(r"\\(n|t|r|u[0-9a-f]{4})")
_SIGNS = {"n": "\n", "t": "\t", "r": "\r"}


def rows() -> list[tuple[str, str, str]]:
    """Give (entity, marked text, why) of every row."""
    lines = (FOLDER / "cases.txt").read_text(encoding="utf-8").split("\n")
    return [(row[0], row[1], row[2]) for row in (line.split("\t") for line in lines if line and line[0] != "#")]


def unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """Give the text of a row, and the places of what stands in brackets."""
    text = _ESCAPE.sub(lambda found: _SIGNS.get(found[1]) or chr(int(found[1][1:], 16)), marked)
    plain, spans = "", []
    for number, piece in enumerate(re.split("[⟦⟧]", text)):
        if number % 2:
            spans.append((len(plain), len(plain) + len(piece)))
        plain += piece
    return plain, spans


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    path = FOLDER / "watchlist.toml"
    book = compile_rules([read_rule_file(path.read_text(encoding="utf-8"), path.name)], None)
    assert not any(problem.is_error for problem in book.problems)
    return book.lexicon


@pytest.mark.parametrize(("entity", "marked", "why"), rows())
@pytest.mark.parametrize("field", Field)
def test_a_name_is_found_where_it_stands_and_nowhere_else(
    lexicon: Lexicon, entity: str, marked: str, why: str, field: Field
) -> None:
    text, spans = unmarked(marked)
    found = lexicon.find(text, "") if field is Field.TITLE else lexicon.find("", text)
    passages = [mention.evidence for mention in found.mentions if mention.entity == entity]
    assert [(passage.start, passage.end) for passage in passages] == spans, why
    assert all(passage.field is field for passage in passages)
    assert all(text[passage.start : passage.end] == passage.quote for passage in passages)
