from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.near import near_hits
from monitor.records import Evidence, Field, RuleStop
from monitor.rules.compile import compile_rules
from monitor.rules.hits import Hits
from monitor.rules.match import Held, ItemText, evaluate, match_item, match_items, owner_hits
from monitor.rules.syntax import read_rule_file
from tests.rules.conftest import NOW, TODAY, TOPICS, WATCHLIST, Compile, MakeItem


def test_a_match_shows_a_passage_for_every_clause(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\nall = ["@militants", "@attack", "convoy"]\n')
    match = match_item(book, item("A convoy was hit when BLA gunmen attacked.", title="Blasts")).rules[0]
    assert match.evidence == (
        Evidence(Field.TITLE, 0, 6, "Blasts", "blast*"),
        Evidence(Field.BODY, 2, 8, "convoy", "convoy"),
        Evidence(Field.BODY, 22, 25, "BLA", "BLA"),
        Evidence(Field.BODY, 33, 41, "attacked", "attack*"),
    )
    assert match.entities == ("bla",)


def test_every_line_must_be_found_and_inside_brackets_one_is_enough(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\nall = [["@gwadar", "Jiwani"], "@attack"]\n')
    assert len(match_item(book, item("Attack in Jiwani")).rules) == 1
    assert len(match_item(book, item("گوادر میں حملہ")).rules) == 1
    assert len(match_item(book, item("瓜达尔遇袭击")).rules) == 1
    assert match_item(book, item("Attack in Turbat")).rules == ()
    assert match_item(book, item("Gwadar is calm")).rules == ()


def test_clauses_may_hold_in_different_fields(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\nall = ["@gwadar", "@attack"]\n')
    assert len(match_item(book, item("An attack was reported.", title="Gwadar")).rules) == 1


def test_in_says_where_all_none_and_near_look(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\nin = ["title"]\nall = ["@gwadar"]\nnone = ["cricket"]\n')
    assert match_item(book, item("Gwadar")).rules == ()
    assert len(match_item(book, item("Gwadar cricket", title="Gwadar news")).rules) == 1
    assert match_item(book, item("", title="Gwadar cricket")).rules == ()


def test_near_counts_words_and_stays_within_one_field(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\n[[rule.x.near]]\nwords = 3\nall = ["@ttp", "sanctuar*"]\n')
    assert len(match_item(book, item("TTP has many old sanctuaries")).rules) == 1
    assert match_item(book, item("TTP has many old and hidden sanctuaries")).rules == ()
    assert match_item(book, item("sanctuaries", title="TTP")).rules == ()


def test_near_within_a_sentence(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@ttp", "sanctuar*"]\n')
    assert len(match_item(book, item("The TTP, he said, has sanctuaries. It rained.")).rules) == 1
    assert match_item(book, item("The TTP denied it. Bird sanctuaries opened.")).rules == ()


def test_several_near_must_all_hold(compiled: Compile, item: MakeItem) -> None:
    near = (
        '[[rule.x.near]]\nwords = 2\nall = ["@ttp", "sanctuar*"]\n[[rule.x.near]]\nwords = 2\nall = ["@bla", "camp*"]\n'
    )
    book = compiled(f"[rule.x]\n{near}")
    assert len(match_item(book, item("TTP sanctuaries and BLA camps")).rules) == 1
    assert match_item(book, item("TTP sanctuaries, and the BLA is said to have no camps")).rules == ()


def test_a_rule_on_the_parent_sees_its_parts(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\nall = ["@militants"]\n')
    match = match_item(book, item("Jamaat-ul-Ahrar said")).rules[0]
    assert match.entities == ("jamaat-ul-ahrar",)


@pytest.mark.parametrize(
    ("lines", "known", "clause", "quote"),
    [
        ('none = ["mock drill"]', {"title": "A mock drill"}, 'none "mock drill"', "mock drill"),
        ('langs = ["ur"]', {"lang": "en"}, "langs ur; the item is in en", ""),
        ('not_langs = ["en"]', {"lang": "en-GB"}, "not_langs en; the item is in en-GB", ""),
        ('sources = ["Dawn"]', {"source": "Geo"}, "sources; the item is from Geo", ""),
        ('not_sources = ["geo"]', {"source": "Geo"}, "not_sources; the item is from Geo", ""),
        ('stances = ["state"]', {"stance": "exile"}, "stances state; the source is exile", ""),
        ('not_stances = ["exile"]', {"stance": "exile"}, "not_stances exile; the source is exile", ""),
        (
            'max_age = "3d"',
            {"published_at": datetime(2026, 11, 18, 11, tzinfo=UTC)},
            "max_age 3d; the item is of 2026-11-18",
            "",
        ),
        (
            "after = 2026-11-21",
            {"first_seen_at": datetime(2026, 11, 20, 23, tzinfo=UTC)},
            "after 2026-11-21; the item is of 2026-11-20",
            "",
        ),
        (
            "before = 2026-11-21",
            {"published_at": datetime(2026, 11, 21, tzinfo=UTC)},
            "before 2026-11-21; the item is of 2026-11-21",
            "",
        ),
        (
            "min_score = { cpec-security = 0.5 }",
            {"scores": {"cpec-security": 0.31}},
            "min_score cpec-security 0.50; the item has 0.31",
            "",
        ),
        ("expires = 2026-11-20", {}, "expires 2026-11-20", ""),
        ('send = "off"', {}, "send off", ""),
    ],
)
def test_a_stopped_candidate_says_which_clause_stopped_it(
    compiled: Compile, item: MakeItem, lines: str, known: dict[str, object], clause: str, quote: str
) -> None:
    book = compiled(f'[rule.x]\nall = ["@gwadar", "@attack"]\n{lines}\n')
    matches = match_item(book, item("Attack in Gwadar", **known))
    assert matches.rules == ()
    assert matches.stopped == (RuleStop("cpec-desk", "x", clause, quote),)


def test_what_is_not_known_of_an_item_is_not_tested(compiled: Compile, item: MakeItem) -> None:
    filters = (
        'langs = ["ur"]\nsources = ["Dawn"]\nstances = ["state"]\nmax_age = "1d"\nmin_score = { cpec-security = 0.5 }\n'
    )
    book = compiled(f'[rule.x]\nall = ["@gwadar"]\n{filters}')
    assert len(match_item(book, item("Gwadar")).rules) == 1
    assert len(match_item(book, item("Gwadar", scores={"militant-sanctuaries": 0.1})).rules) == 1


def test_a_rule_is_in_force_on_the_day_it_expires(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\nall = ["@gwadar"]\nexpires = 2026-11-21\n')
    assert len(match_item(book, item("Gwadar")).rules) == 1


def test_a_feed_may_be_named_as_a_source(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\nall = ["@gwadar"]\nsources = ["dawn-home"]\n')
    assert len(match_item(book, item("Gwadar", source="Dawn", feed="dawn-home")).rules) == 1


def test_one_passage_found_by_two_terms_is_shown_once(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\nall = ["@gwadar", ["gwadar", "gwad*"]]\n')
    match = match_item(book, item("Gwadar")).rules[0]
    assert [passage.quote for passage in match.evidence] == ["Gwadar"]
    assert match.entities == ("gwadar",)


OWN = '[entity.gwadar-gazette]\nname = "Gwadar Gazette"\nnames = ["Gwadar Gazette"]\n'


def test_an_analysts_longer_name_wins_for_that_analyst_alone(compiled: Compile, item: MakeItem) -> None:
    rule = '[rule.x]\nall = ["@gwadar"]\n'
    book = compiled(rule + OWN, others=rule)
    assert [match.owner for match in match_item(book, item("says the Gwadar Gazette")).rules] == ["sanctuaries-desk"]
    assert len(match_item(book, item("Gwadar, says the Gwadar Gazette")).rules) == 2


def test_a_rule_may_name_an_entity_of_another_analyst(compiled: Compile, item: MakeItem) -> None:
    own = '[entity.turbat]\nname = "Turbat"\nnames = ["Turbat"]\n'
    book = compiled('[rule.x]\nall = ["@gwadar-gazette"]\n' + own, others=OWN)
    assert [match.id for match in match_item(book, item("says the Gwadar Gazette")).rules] == ["cpec-desk/x"]


def test_a_score_that_just_reaches_the_bound_is_enough(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\nall = ["@gwadar"]\nmin_score = { cpec-security = 0.5 }\n')
    assert len(match_item(book, item("Gwadar", scores={"cpec-security": 0.5})).rules) == 1


_WORDS = st.sampled_from(
    ["TTP", "BLA", "attack", "blasts", "Gwadar", "گوادر", "حملہ", "袭击", "drill", ".", "\n\n", "and", "ʼs"]
)
_TEXTS = st.lists(_WORDS | st.text(max_size=4), max_size=12).map(" ".join)
_RULES = """
[file]
owner = "a"
[rule.one]
all = [["@militants", "@gwadar"], "@attack"]
[rule.two]
[[rule.two.near]]
words = 4
all = ["@gwadar", "@attack"]
"""


@given(_TEXTS, _TEXTS)
def test_evidence_is_always_a_slice_of_the_item_and_never_empty(title: str, text: str) -> None:
    files = [read_rule_file(WATCHLIST, "rules/w.toml"), read_rule_file(_RULES, "rules/a.toml")]
    matches = match_item(compile_rules(files, TOPICS, TODAY), ItemText(title, text, NOW))
    passages = [mention.evidence for mention in matches.mentions]
    for match in matches.rules:
        assert match.evidence
        passages.extend(match.evidence)
    for passage in passages:
        field = title if passage.field is Field.TITLE else text
        assert field[passage.start : passage.end] == passage.quote


@given(_TEXTS)
def test_adding_a_none_or_a_tune_never_adds_a_match(text: str) -> None:
    watchlist = read_rule_file(WATCHLIST, "rules/w.toml")
    plain = compile_rules([watchlist, read_rule_file(_RULES, "rules/a.toml")], TOPICS, TODAY)
    stricter = _RULES.replace("[rule.two]", 'none = ["drill"]\n[rule.two]\nnone = ["and"]')
    tune = read_rule_file('[file]\nowner = "b"\n[tune."a/one"]\nsend = "off"\nalso_none = ["drill"]\n', "rules/b.toml")
    tuned = compile_rules([watchlist, read_rule_file(stricter, "rules/a.toml"), tune], TOPICS, TODAY)
    item = ItemText("", text, NOW)
    before = {match.id for match in match_item(plain, item).rules}
    assert {match.id for match in match_item(tuned, item).rules} <= before


_MANY = """
[file]
owner = "a"
[entity.drill]
name = "Gwadar drill"
names = ["Gwadar drill", "blasts and"]
[rule.one]
all = ["@gwadar", ["@attack", "drill"]]
none = ["and"]
[rule.two]
in = ["title"]
all = [["@gwadar", "gwadar"]]
[[rule.two.near]]
words = 1
all = [["@militants", "TTP"], ["@attack", "and"]]
[rule.three]
in = ["body"]
[[rule.three.near]]
within = "sentence"
all = ["@gwadar", ["@attack", "blasts"]]
[rule.four]
[[rule.four.near]]
words = 2
all = ["@gwadar", "@militants", "@attack"]
[rule.five]
all = ["@drill"]
langs = ["en"]
"""


@given(_TEXTS, _TEXTS, st.sampled_from(["en", "ur", None]))
def test_the_rules_an_item_matches_are_those_that_hold_one_by_one(title: str, text: str, lang: str | None) -> None:
    files = [
        read_rule_file(WATCHLIST, "rules/w.toml"),
        read_rule_file(_MANY, "rules/a.toml"),
        read_rule_file(_RULES.replace('"a"', '"b"'), "rules/b.toml"),
    ]
    book = compile_rules(files, TOPICS, TODAY)
    assert len(book.rules) == 7
    item = ItemText(title, text, NOW, lang=lang)
    found = book.lexicon.find(title, text)
    one_by_one = []
    for compiled in book.rules:
        outcome = evaluate(compiled, owner_hits(book, compiled.rule.owner, found), item)
        if isinstance(outcome, Held):
            one_by_one.append((compiled.rule.full_id, outcome.evidence, outcome.entities))
    matches = match_item(book, item).rules
    assert [(f"{match.owner}/{match.rule}", match.evidence, match.entities) for match in matches] == one_by_one


@given(_TEXTS, st.integers(1, 4), st.booleans())
def test_what_stands_near_in_a_rule_is_what_near_hits_finds(text: str, words: int, is_sentence: bool) -> None:
    near = 'within = "sentence"' if is_sentence else f"words = {words}"
    rule = f'[file]\nowner = "a"\n[rule.x]\n[[rule.x.near]]\n{near}\nall = [["@gwadar", "and"], ["@attack", "and"]]\n'
    book = compile_rules([read_rule_file(WATCHLIST, "w.toml"), read_rule_file(rule, "a.toml")], TOPICS, TODAY)
    found = book.lexicon.find("", text)
    hits = Hits.of(found.mentions, found.phrases)
    groups = [hits.of_clause(wanted) for wanted in book.rules[0].near[0].clauses]
    close = near_hits(text, groups, None if is_sentence else words, is_sentence)
    matches = match_item(book, ItemText("", text, NOW)).rules
    assert [(passage.start, passage.end) for match in matches for passage in match.evidence] == sorted(
        {(passage.start, passage.end) for passage in close or ()}
    )


def test_a_passage_that_is_name_and_word_is_the_name_wherever_it_proves_a_rule(
    compiled: Compile, item: MakeItem
) -> None:
    near = '[[rule.x.near]]\nwords = 3\nall = [["BLA", "@bla"], "@attack"]\n'
    match = match_item(compiled(f"[rule.x]\n{near}"), item("BLA attack")).rules[0]
    assert match.entities == ("bla",)
    assert [passage.quote for passage in match.evidence] == ["BLA", "attack"]


def test_a_field_named_twice_is_looked_in_alone(compiled: Compile, item: MakeItem) -> None:
    book = compiled('[rule.x]\nin = ["title", "title"]\nall = ["@gwadar"]\n')
    assert match_item(book, item("Gwadar")).rules == ()
    assert len(match_item(book, item("", title="Gwadar")).rules) == 1


def test_memory_grows_with_the_hits_and_not_with_their_square(compiled: Compile, item: MakeItem) -> None:
    near = '[[rule.x.near]]\nwords = 5\nall = ["@gwadar", "@attack"]\n'
    book = compiled(f'[rule.x]\nall = ["@ttp"]\n{near}')

    def peak(times: int) -> int:
        tracemalloc.start()
        matches = match_item(book, item("TTP attack. Gwadar. " * times))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(matches.rules) == 1
        return used

    assert peak(8_000) < 8 * peak(2_000)


def test_entities_at_the_same_place_come_by_their_names() -> None:
    watchlist = """
[entity.zhob]
name = "Zhob"
names = ["Zhob Camp"]
[entity.camp]
name = "Camp"
names = ["zhob camp", "Quetta"]
"""
    book = compile_rules([read_rule_file(watchlist, "w.toml")], TOPICS, TODAY)
    for text, entities in (("Quetta, Zhob Camp", ["camp", "zhob", "camp"]), ("Quetta, Quetta", ["camp", "camp"])):
        found = match_item(book, ItemText("", text, NOW)).mentions
        assert [mention.entity for mention in found] == entities
        assert list(match_items(book, [ItemText("", text, NOW)] * 2))[1].mentions == found


@given(st.lists(st.tuples(_TEXTS, _TEXTS, st.sampled_from(["en", "ur", None])), max_size=6))
def test_items_matched_together_match_as_each_alone(drawn: list[tuple[str, str, str | None]]) -> None:
    tune = '[file]\nowner = "c"\n[tune."a/one"]\nalso_none = ["drill"]\n'
    private = f'{_RULES}[entity.port]\nname = "Port"\nnames = ["Gwadar attack"]\n'
    files = [
        read_rule_file(WATCHLIST, "rules/w.toml"),
        read_rule_file(_MANY, "rules/a.toml"),
        read_rule_file(private.replace('"a"', '"b"'), "rules/b.toml"),
        read_rule_file(tune, "rules/c.toml"),
    ]
    book = compile_rules(files, TOPICS, TODAY)
    items = [ItemText(title, text, NOW, lang=lang) for title, text, lang in drawn]
    assert list(match_items(book, items)) == [match_item(book, item) for item in items]


@given(_TEXTS, _TEXTS, st.integers(1, 4))
def test_what_stands_near_is_looked_for_in_the_title_before_the_text(title: str, text: str, words: int) -> None:
    near = f'words = {words}\nall = ["@gwadar", ["@attack", "drill"]]\n'
    rule = f'[file]\nowner = "a"\n[rule.x]\n[[rule.x.near]]\n{near}'
    book = compile_rules([read_rule_file(WATCHLIST, "w.toml"), read_rule_file(rule, "a.toml")], TOPICS, TODAY)
    found = book.lexicon.find(title, text)
    hits = Hits.of(found.mentions, found.phrases)
    close: tuple[Evidence, ...] = ()
    for field, content in ((Field.TITLE, title), (Field.BODY, text)):
        groups = [hits.of_clause(wanted, (field,)) for wanted in book.rules[0].near[0].clauses]
        close = close or near_hits(content, groups, words, sentence=False) or ()
    matches = next(iter(match_items(book, [ItemText(title, text, NOW), ItemText("", "", NOW)]))).rules
    proof = {(passage.field, passage.start, passage.end) for match in matches for passage in match.evidence}
    assert proof == {(passage.field, passage.start, passage.end) for passage in close}
