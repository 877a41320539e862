"""What rules mean (DESIGN §6), clause by clause and script by script: a rule, an item, and whether it holds."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.rules.compile import compile_rules
from monitor.rules.match import ItemText, match_item
from monitor.rules.syntax import read_rule_file
from tests.rules.conftest import NOW

WATCHED = """
[entity.corps]
name = "Sand Corps"
names = ["Sand Corps","SaC","جيش الرمل","沙军","रेत सेना",
         {text = "SC", only_with = ["Sand Corps","fighters","جنگجو","武装","बंदूकधारी"]}]
not_in = ["Sand Corps of Engineers","沙军棋"]
[entity.wing]
name = "East Wing"
names = ["East Wing","مشرقی ونگ"]
part_of = "corps"
[entity.cell]
name = "Cell Nine"
names = ["Cell Nine"]
part_of = "wing"
[entity.port]
name = "Ras Port"
names = ["Ras Port","راس بندرگاہ","拉斯港","रास बंदरगाह"]
[set.a]
of = ["b","port"]
[set.b]
of = ["corps"]
[words.hit]
terms = ["attack*","raid*","袭击","遇袭","حملہ","हमला"]
"""

ROWS: list[tuple[bool, str, str, str, dict[str, Any]]] = [
    (True, '[rule.x]\nall = ["@a"]\n', "", "Cell Nine said", {}),
    (True, '[rule.x]\nall = ["@a"]\n', "", "مشرقی ونگ نے", {}),
    (True, '[rule.x]\nall = ["@a"]\n', "", "拉斯港", {}),
    (False, '[rule.x]\nall = ["@wing"]\n', "", "Sand Corps", {}),
    (True, '[rule.x]\nall = ["@corps"]\n', "", "Cell Nine", {}),
    (False, '[rule.x]\nall = ["@a"]\n', "", "the Sand Corps of Engineers", {}),
    (False, '[rule.x]\nall = ["@a"]\n', "", "沙军棋", {}),
    (True, '[rule.x]\nall = ["@a"]\n', "", "沙军袭击", {}),
    (True, '[rule.x]\nall = ["@a"]\n', "", "Sand Corps of Engineers and Sand Corps", {}),
    (False, '[rule.x]\nall = ["@a"]\n', "", "SC ruled", {}),
    (True, '[rule.x]\nall = ["@a"]\n', "", "SC fighters", {}),
    (True, '[rule.x]\nall = ["@a"]\n', "", "SC 武装人员", {}),
    (True, '[rule.x]\nall = ["@a"]\n', "", "SC جنگجو", {}),
    (True, '[rule.x]\nall = ["@a"]\n', "", "SC के बंदूकधारी", {}),
    (True, '[rule.x]\nall = ["@a"]\n', "Fighters", "SC ruled", {}),
    (False, '[rule.x]\nall = ["@a"]\n', "", "sc fighters", {}),
    (True, '[rule.x]\n[[rule.x.near]]\nwords = 2\nall = ["@corps","@port"]\n', "", "沙军今天早上拉斯港", {}),
    (False, '[rule.x]\n[[rule.x.near]]\nwords = 2\nall = ["@corps","@port"]\n', "", "沙军在今天早上拉斯港", {}),
    (True, '[rule.x]\n[[rule.x.near]]\nwords = 3\nall = ["@corps","@port"]\n', "", "沙军在今天早上拉斯港", {}),
    (True, '[rule.x]\n[[rule.x.near]]\nwords = 1\nall = ["@corps","@port"]\n', "", "沙军拉斯港", {}),
    (True, '[rule.x]\n[[rule.x.near]]\nwords = 1\nall = ["@corps","@port"]\n', "", "沙军，拉斯港", {}),
    (True, '[rule.x]\n[[rule.x.near]]\nwords = 1\nall = ["@corps","@port"]\n', "", "沙军在拉斯港", {}),
    (False, '[rule.x]\n[[rule.x.near]]\nwords = 1\nall = ["@corps","@port"]\n', "", "沙军今天在拉斯港", {}),
    (True, '[rule.x]\n[[rule.x.near]]\nwords = 2\nall = ["@corps","@port"]\n', "", "Sand Corps near the Ras Port", {}),
    (False, '[rule.x]\n[[rule.x.near]]\nwords = 1\nall = ["@corps","@port"]\n', "", "Sand Corps near the Ras Port", {}),
    (True, '[rule.x]\n[[rule.x.near]]\nwords = 2\nall = ["@corps","@port"]\n', "", "Sand Corps’ men at Ras Port", {}),
    (True, '[rule.x]\n[[rule.x.near]]\nwords = 1\nall = ["@corps","@port"]\n', "", "Ras Port's Sand Corps", {}),
    (True, '[rule.x]\n[[rule.x.near]]\nwords = 2\nall = ["@corps","@port"]\n', "", "रेत सेना ने फिर रास बंदरगाह", {}),
    (False, '[rule.x]\n[[rule.x.near]]\nwords = 1\nall = ["@corps","@port"]\n', "", "रेत सेना ने फिर रास बंदरगाह", {}),
    (True, '[rule.x]\n[[rule.x.near]]\nwords = 2\nall = ["@corps","@port"]\n', "", "مشرقی ونگ نے آج راس بندرگاہ", {}),
    (False, '[rule.x]\n[[rule.x.near]]\nwords = 1\nall = ["@corps","@port"]\n', "", "مشرقی ونگ نے آج راس بندرگاہ", {}),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwords = 1\nall = ["@corps","@port"]\n',
        "",
        "مشرقی ونگ می\u200cرود راس بندرگاہ",
        {},
    ),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwords = 2\nall = ["@corps","@hit","@port"]\n',
        "",
        "raid by Sand Corps one two Ras Port",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwords = 1\nall = ["@corps","@hit","@port"]\n',
        "",
        "raid by Sand Corps one two Ras Port",
        {},
    ),
    (False, '[rule.x]\n[[rule.x.near]]\nwords = 5\nall = ["@corps","@port"]\n', "Sand Corps", "Ras Port", {}),
    (True, '[rule.x]\n[[rule.x.near]]\nwords = 1\nall = ["@corps","@port"]\n', "", "x\n\nSand Corps\n\nRas Port", {}),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "Sand Corps, it said, hit Ras Port.",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "Sand Corps left. Ras Port is calm.",
        {},
    ),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "Sand Corps of Gen. Li hit Ras Port.",
        {},
    ),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "Sand Corps killed 3.5 men at Ras Port.",
        {},
    ),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "Sand Corps, the U.S. said, hit Ras Port.",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "Sand Corps fled the U.S. The Ras Port is calm.",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "مشرقی ونگ گیا۔ راس بندرگاہ میں امن۔",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "مشرقی ونگ گیا۔راس بندرگاہ میں امن۔",
        {},
    ),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "مشرقی ونگ، راس بندرگاہ میں۔",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "مشرقی ونگ؟ راس بندرگاہ",
        {},
    ),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "مشرقی ونگ؛ راس بندرگاہ",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "रेत सेना गई। रास बंदरगाह शांत है।",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "रेत सेना गई।रास बंदरगाह शांत है।",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "沙军撤退。拉斯港平静。",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "沙军撤退！拉斯港平静",
        {},
    ),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "沙军，拉斯港，平静。",
        {},
    ),
    (True, '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n', "", "沙军（拉斯港）", {}),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "Sand Corps\n\nRas Port",
        {},
    ),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "Sand Corps\nRas Port",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "“Sand Corps fled.” Ras Port is calm.",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "Sand Corps fled… Ras Port is calm",
        {},
    ),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "S.C. fighters? no. The Sand Corps of Mr. Ras Port",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "沙军“撤退。”拉斯港平静。",
        {},
    ),
    (
        False,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "Sand Corps fled! Ras Port",
        {},
    ),
    (
        True,
        '[rule.x]\n[[rule.x.near]]\nwithin = "sentence"\nall = ["@corps","@port"]\n',
        "",
        "Sand Corps vs. Ras Port",
        {},
    ),
    (True, '[rule.x]\nall = ["@corps"]\nnone = ["mock drill","@port"]\n', "", "Sand Corps", {}),
    (False, '[rule.x]\nall = ["@corps"]\nnone = ["mock drill","@port"]\n', "", "Sand Corps in mock-drills", {}),
    (False, '[rule.x]\nall = ["@corps"]\nnone = ["mock drill","@port"]\n', "拉斯港", "Sand Corps", {}),
    (False, '[rule.x]\nall = ["@corps"]\nnone = ["mock drill","@port"]\n', "", "Sand Corps: mock\ndrill", {}),
    (True, '[rule.x]\nall = ["@corps"]\nnone = ["mock drill","@port"]\n', "", "Sand Corps: mock. drill", {}),
    (False, '[rule.x]\nin = ["title"]\nall = ["@corps"]\nnone = ["drill"]\n', "", "Sand Corps", {}),
    (True, '[rule.x]\nin = ["title"]\nall = ["@corps"]\nnone = ["drill"]\n', "Sand Corps", "drill", {}),
    (False, '[rule.x]\nin = ["title"]\nall = ["@corps"]\nnone = ["drill"]\n', "Sand Corps drill", "", {}),
    (True, '[rule.x]\nin = ["body"]\nall = ["@corps"]\nnone = ["drill"]\n', "drill", "Sand Corps", {}),
    (True, '[rule.x]\nin = ["title"]\nall = ["@corps"]\nnone = ["drill"]\n', "Sand Corps", "", {}),
    (False, '[rule.x]\nall = ["@a"]\n', "", "", {}),
    (True, '[rule.x]\nall = ["@a"]\n', "Sand Corps", "", {}),
    (False, '[rule.x]\nall = ["@a"]\n', "\n", " \n ", {}),
    (False, '[rule.x]\nall = ["@a"]\n', "Sand", "Corps", {}),
    (False, '[rule.x]\nall = ["safe haven"]\n', "safe", "haven", {}),
    (True, '[rule.x]\nall = ["@corps","@hit"]\n', "Sand Corps", "raids", {}),
    (True, '[rule.x]\nin = ["title","title"]\nall = ["@corps"]\n', "Sand Corps", "", {}),
    (False, '[rule.x]\nin = ["title","title"]\nall = ["@corps"]\n', "x", "Sand Corps", {}),
    (True, '[rule.x]\nall = ["attack*"]\n', "", "ATTACKERS", {}),
    (False, '[rule.x]\nall = ["attack*"]\n', "", "counterattack", {}),
    (True, '[rule.x]\nall = ["attack*"]\n', "", "counter-attack", {}),
    (True, '[rule.x]\nall = ["attack*"]\n', "", "l'attacco attack", {}),
    (True, '[rule.x]\nall = ["हमल*"]\n', "", "हमलावर", {}),
    (True, '[rule.x]\nall = ["حمل*"]\n', "", "حملوں", {}),
    (True, '[rule.x]\nall = ["взрыв*"]\n', "", "ВЗРЫВОМ", {}),
    (True, '[rule.x]\nall = ["safe haven*"]\n', "", "safe—havens", {}),
    (False, '[rule.x]\nall = ["attack"]\n', "", "attacker", {}),
    (True, '[rule.x]\nall = ["attack"]\n', "", "attacks", {}),
    (True, '[rule.x]\nall = ["@corps"]\nmin_score = {t1 = 0.5,t2 = 0.5}\n', "", "Sand Corps", {}),
    (True, '[rule.x]\nall = ["@corps"]\nmin_score = {t1 = 0.5,t2 = 0.5}\n', "", "Sand Corps", {"scores": {"t1": 0.6}}),
    (
        False,
        '[rule.x]\nall = ["@corps"]\nmin_score = {t1 = 0.5,t2 = 0.5}\n',
        "",
        "Sand Corps",
        {"scores": {"t1": 0.6, "t2": 0.4}},
    ),
    (True, '[rule.x]\nall = ["@corps"]\nmin_score = {t1 = 0.5,t2 = 0.5}\n', "", "Sand Corps", {"scores": {}}),
    (
        True,
        '[rule.x]\nall = ["@corps"]\nmin_score = {t1 = 0.5,t2 = 0.5}\n',
        "",
        "Sand Corps",
        {"scores": {"t1": 0.5, "t2": 0.5}},
    ),
    (True, '[rule.x]\nall = ["@corps"]\nlangs = ["zh"]\n', "", "Sand Corps", {"lang": "zh-Hant"}),
    (True, '[rule.x]\nall = ["@corps"]\nlangs = ["zh"]\n', "", "Sand Corps", {"lang": "ZH"}),
    (False, '[rule.x]\nall = ["@corps"]\nlangs = ["zh"]\n', "", "Sand Corps", {"lang": "en"}),
    (True, '[rule.x]\nall = ["@corps"]\nlangs = ["zh"]\n', "", "Sand Corps", {}),
]


@pytest.mark.parametrize(("holds", "rule", "title", "text", "known"), ROWS)
def test_a_rule_holds_where_its_clauses_do(
    holds: bool, rule: str, title: str, text: str, known: dict[str, Any]
) -> None:
    files = [
        read_rule_file(WATCHED, "rules/watchlist.toml"),
        read_rule_file(f'[file]\nowner = "desk"\n{rule}', "rules/desk.toml"),
    ]
    book = compile_rules(files, None)
    assert not any(problem.is_error for problem in book.problems)
    matches = match_item(book, ItemText(title, text, NOW, **known))
    assert bool(matches.rules) is holds
