"""What a rule missed by little, and what a digest makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.rules.compile import RuleBook
from monitor.rules.explain import variants_for
from monitor.rules.match import ItemText, owner_hits
from monitor.rules.nearly import Nearly, Shortfall, nearly_holds
from tests.rules.conftest import Compile, MakeItem
from tests.web import Reply, TestServer
from tests.workspaces import config_of, copy_workspace, feed_block, monitor, rows

THREE = '[rule.three]\nall = ["@gwadar", "@attack", "convoy"]\n'
NEAR = '[rule.near]\n[[rule.near.near]]\nwords = 4\nall = ["@gwadar", "@attack"]\n'
SCORED = '[rule.scored]\nall = ["@gwadar"]\nmin_score = { cpec-security = 0.50 }\n'


def _nearly(book: RuleBook, text: ItemText) -> Nearly | None:
    (compiled,) = book.rules
    hits = owner_hits(book, compiled.rule.owner, book.lexicon.find(text.title, text.text))
    return nearly_holds(compiled, hits, text, variants_for(book, book.rules, text))


def test_one_clause_of_three_is_nearly(compiled: Compile, item: MakeItem) -> None:
    found = _nearly(compiled(THREE), item("Blast in Gwadar"))
    assert found is not None
    assert (found.shortfall, found.lacks) == (Shortfall.CLAUSE, 'all "convoy" in title or body')


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (THREE, "Blast on a convoy in Gwadar"),
        (THREE, "Blast somewhere"),
        ('[rule.two]\nall = ["@gwadar", "@attack"]\n', "Rain in Gwadar"),
        (f'{THREE}none = ["drill"]\n', "Blast on a convoy in Gwadar was a drill"),
    ],
)
def test_what_holds_lacks_more_or_was_stopped_is_not_nearly(
    compiled: Compile, item: MakeItem, rule: str, text: str
) -> None:
    assert _nearly(compiled(rule), item(text)) is None


def test_another_spelling_is_nearly_also_in_a_rule_of_two_clauses(compiled: Compile, item: MakeItem) -> None:
    found = _nearly(compiled('[rule.two]\nall = ["@gwadar", "@attack"]\n'), item("Blast in Gwadarr port"))
    assert found is not None
    assert (found.shortfall, found.change.line) == (Shortfall.SPELLING, '"Gwadarr"')


@pytest.mark.parametrize(("words", "is_nearly"), [(6, True), (12, False)])
def test_a_few_words_more_between_hits_are_nearly(
    compiled: Compile, item: MakeItem, words: int, *, is_nearly: bool
) -> None:
    found = _nearly(compiled(NEAR), item(f"Gwadar {'word ' * words} blast"))
    assert (found is not None and found.shortfall is Shortfall.DISTANCE) is is_nearly


@pytest.mark.parametrize(("score", "is_nearly"), [(0.47, True), (0.4, False)])
def test_a_thin_margin_of_a_score_is_nearly(
    compiled: Compile, item: MakeItem, score: float, *, is_nearly: bool
) -> None:
    found = _nearly(compiled(SCORED), item("Gwadar", scores={"cpec-security": score}))
    assert (found is not None and found.shortfall is Shortfall.SCORE) is is_nearly


FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>https://wire.example/</link>
{items}</channel></rss>"""
ITEM = "<item><guid>{n}</guid><title>{title}</title><link>https://wire.example/{n}</link></item>"
RULES = """[file]
owner = "cpec-desk"
[entity.tarnol]
name  = "Tarnol works"
names = ["Tarnol works"]
[words.break-in]
terms = ["burglar*"]
[rule.tarnol]
all = ["@tarnol", "@break-in", "night"]
"""
TITLES = (
    "Burglars came by night to the Tarnoll works",
    "Tarnol works open at night",
    "Weather: mild and dry",
)


def test_a_digest_stores_and_tells_what_it_left_out_by_little(fitted: Path, tmp_path: Path) -> None:
    items = "".join(ITEM.format(n=number, title=title) for number, title in enumerate(TITLES))
    with TestServer() as server:
        server.set("/wire", Reply(body=FEED.format(items=items).encode(), headers={"Content-Type": "text/xml"}))
        digest = 'at = "00:00"\nzone = "UTC"\n'
        config = config_of(feed_block("wire", server.url("/wire")))
        assert digest in config
        root = copy_workspace(fitted, tmp_path / "desk", config)
        (root / "rules" / "desk-cpec.toml").write_text(RULES, encoding="utf-8")
        assert monitor(root, "once").code == 0
    stored = rows(root, "select about, missing, write from near_misses order by number")
    assert stored == [
        (
            "rule cpec-desk/tarnol",
            '"Tarnoll works" looks like "Tarnol works", a name of @tarnol: add it to its names',
            '"Tarnoll works"',
        ),
        ("rule cpec-desk/tarnol", 'not found: all "@break-in" in title or body', ""),
    ]
    page = next((root / "out").rglob("*.md")).read_text(encoding="utf-8")
    assert "## Nearly matched" in page
    assert "Weather: mild and dry" not in page
    done = monitor(root, "why", "Burglars came by night")
    assert 'rule cpec-desk/tarnol: "Tarnoll works" looks like "Tarnol works"' in done.out
    (record,) = [json.loads(line) for line in monitor(root, "why", "Tarnol works open", "--json").out.splitlines()]
    assert record["nearly"][0]["missing"] == 'not found: all "@break-in" in title or body'
