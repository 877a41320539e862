from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.compile import RuleBook, compile_rules
from monitor.rules.diff import cause_of, compare_books
from monitor.rules.match import ItemText, match_item
from monitor.rules.narrow import narrow
from monitor.rules.syntax import read_rule_file
from tests.rules.conftest import NOW, WATCHLIST, Compile, MakeItem

PORT = '[rule.port]\nall = ["@gwadar", "@attack"]\n[rule.snow]\nall = ["snow"]\n'
WORDS = st.lists(
    st.sampled_from(
        [
            "Gwadar",
            "Gwadar Port Authority",
            "attack",
            "blast",
            "TTP",
            "Tehreek-e-Taliban Pakistan",
            "snow",
            "BLA",
            "drill",
        ]
    ),
    max_size=8,
).map(" ".join)


def test_comments_examples_and_order_change_nothing(compiled: Compile) -> None:
    other = '# new\n[rule.snow]\nall = ["snow"]\n[rule.port]\nall = ["@gwadar", "@attack"]\nfalse_alarms = "none"\n'
    assert compare_books(compiled(PORT), compiled(other)).is_empty


def test_a_new_name_affects_the_rules_that_use_it_and_is_the_cause(compiled: Compile, item: MakeItem) -> None:
    old = compiled(PORT)
    new = compiled(PORT, watchlist=WATCHLIST.replace('"瓜达尔"]', '"瓜达尔", "Gawadar"]'))
    changes = compare_books(old, new)
    assert changes.lines == ('@gwadar: name "Gawadar" added',)
    assert changes.affected == {"cpec-desk/port"}
    text = item("Blast in Gawadar")
    (match,) = match_item(new, text).rules
    assert cause_of(new, old, match, text) == 'the name "Gawadar" of @gwadar'


def test_a_longer_name_affects_the_rules_whose_names_it_hides(compiled: Compile) -> None:
    longer = WATCHLIST + '\n[entity.gpa]\nname = "x"\nnames = ["Gwadar Port Authority"]\n'
    changes = compare_books(compiled(PORT), compiled(PORT, watchlist=longer))
    assert changes.affected == {"cpec-desk/port"}


def test_a_changed_clause_is_the_cause(compiled: Compile, item: MakeItem) -> None:
    old, new = compiled(PORT), compiled(PORT.replace('"@attack"]', '"@attack"]\nnone = ["drill"]'))
    assert compare_books(old, new).lines == ('cpec-desk/port: "drill" added', "cpec-desk/port: none changed")[:1]
    text = item("Blast in Gwadar drill")
    (match,) = match_item(old, text).rules
    assert cause_of(old, new, match, text) == 'none "drill": “drill”'


@given(WORDS, WORDS)
def test_a_narrowed_book_matches_what_the_whole_one_does(title: str, text: str) -> None:
    item = ItemText(title=title, text=text, now=NOW)
    whole = [match for match in match_item(_BOOK, item).rules if match.rule == "port"]
    assert list(match_item(narrow(_BOOK, lambda one: one.rule.id == "port"), item).rules) == whole


def _book() -> RuleBook:
    names = WATCHLIST + '\n[entity.gpa]\nname = "x"\nnames = ["Gwadar Port Authority"]\n'
    desk = f'[file]\nowner = "a"\n{PORT}none = ["drill"]\n[rule.ttp]\nall = ["@ttp"]\n'
    return compile_rules([read_rule_file(names, "rules/watchlist.toml"), read_rule_file(desk, "rules/a.toml")], None)


_BOOK = _book()
