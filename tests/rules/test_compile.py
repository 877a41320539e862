from __future__ import annotations

from datetime import date

from monitor.records import Evidence, Field
from monitor.rules.compile import compile_rules
from monitor.rules.match import match_item
from monitor.rules.syntax import read_rule_file
from tests.rules.conftest import WATCHLIST, Compile, MakeItem

RULE = """
[rule.ttp-attacks]
all = ["@ttp", "@attack"]
"""


def test_a_rule_is_looked_at_only_where_every_clause_is_found_in_its_fields(compiled: Compile) -> None:
    book = compiled(
        RULE
        + '[rule.port]\nall = ["@gwadar", "port"]\n'
        + '[rule.title]\nin = ["title"]\nall = [["port", "TTP"]]\n'
        + '[[rule.title.near]]\nwords = 3\nall = ["attack*", "@bla"]\n'
    )

    def looked_at(*found: str, field: Field = Field.BODY) -> list[str]:
        rules = book.index.fulfilled({atom: (Evidence(field, 0, 1, "", ""),) for atom in found})
        return [rule.rule.id for number, rule in enumerate(book.rules) if rules >> number & 1]

    assert looked_at("@gwadar", "port", "attack*") == ["port"]
    assert looked_at("attack*", "port") == []
    assert looked_at("@jamaat-ul-ahrar", "attack*") == ["ttp-attacks"]
    assert looked_at("@bla", "attack*", "TTP", field=Field.TITLE) == ["title"]
    assert looked_at("@bla", "attack*", "TTP") == []
    assert looked_at("@bla", "TTP", field=Field.TITLE) == []
    assert looked_at() == []
    assert compiled().index.fulfilled({"@bla": (Evidence(Field.BODY, 0, 1, "", ""),)}) == 0


def test_the_version_changes_with_what_decides_a_match_and_with_nothing_else(compiled: Compile) -> None:
    before = compiled(RULE).version
    example = '[[rule.ttp-attacks.example]]\nmatch = true\ntext = "TTP attack"\n'
    assert compiled(f"# a comment\n\n{RULE}{example}").version == before
    assert compiled(RULE.replace('"@attack"', '"@attack", "Peshawar"')).version != before
    assert compiled(RULE + 'none = ["drill"]\n').version != before
    assert compiled(RULE + 'send = "alert"\n').version != before
    assert compiled(RULE + "expires = 2027-01-01\n").version != before
    assert compiled(RULE + 'langs = ["ur"]\n').version != before
    assert compiled(RULE, watchlist=WATCHLIST.replace('"TTP", ', '"TTP", "T.T.P", ')).version != before
    assert compiled(RULE, watchlist=WATCHLIST.replace('part_of = "ttp"', "")).version != before
    assert compiled(RULE, others='[tune."cpec-desk/ttp-attacks"]\nsend = "record"\n').version != before


def test_an_unknown_reference_does_not_silence_the_rest_of_its_list(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\nall = [["@ttp", "@nobody"], "@attack"]\nnone = ["@drills"]\n')
    assert [problem.code for problem in book.problems if problem.is_error] == ["R012", "R012"]
    assert [match.id for match in match_item(book, item("TTP attack")).rules] == ["cpec-desk/x"]


def test_a_rule_with_nothing_left_to_search_for_is_left_out(compiled: Compile) -> None:
    assert compiled('[rule.x]\nall = ["@nobody", "attack*"]\n').rules == ()


def test_a_duplicate_in_an_analysts_file_does_not_displace_the_watchlist(compiled: Compile, item: MakeItem) -> None:
    book = compiled(RULE + '[words.ttp]\nterms = ["cricket"]\n')
    assert [match.id for match in match_item(book, item("TTP attack")).rules] == ["cpec-desk/ttp-attacks"]
    assert match_item(book, item("cricket attack")).rules == ()


def test_a_rule_is_reported_as_expired_from_the_day_after(compiled: Compile) -> None:
    rule = '[rule.x]\nall = ["TTP"]\nexpires = 2026-11-{}\n'
    assert "R042" not in {problem.code for problem in compiled(rule.format(21)).problems}
    assert "R042" in {problem.code for problem in compiled(rule.format(20)).problems}


def test_topics_and_analysts_that_nobody_knows_are_not_checked() -> None:
    file = read_rule_file(
        '[file]\nowner = "who"\n[rule.x]\nall = ["a b"]\nmin_score = { moon = 0.5 }\n', "rules/x.toml"
    )
    assert [problem.code for problem in compile_rules([file], None).problems] == ["R025"]
    assert [problem.code for problem in compile_rules([file], ["sun"], date(2026, 1, 1), analysts=["me"]).problems] == [
        "R027",
        "R025",
        "R024",
    ]


def test_sets_in_circles_and_parts_in_circles_come_to_an_end(compiled: Compile, item: MakeItem) -> None:
    circles = WATCHLIST.replace('of = ["bla"]', 'of = ["bla", "militants"]').replace(
        'names = ["Baloch', 'part_of = "bla"\nnames = ["Baloch'
    )
    book = compiled('[rule.x]\nall = ["@militants"]\n', watchlist=circles)
    assert [problem.code for problem in book.problems if problem.is_error] == ["R015", "R015", "R015"]
    assert len(match_item(book, item("BLA")).rules) == 1
