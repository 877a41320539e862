"""What matching costs: items of 2 kB against 1,000 rules, beside the bare automaton and other ways, in one run.

    python -m benchmarks.rules [--names 1000 10000 100000] [--items 400]

The text is made of the sample feeds' words, so that common words, names and scripts stand in it as they do in the news.
Each row is the best of three runs; look at the ratios, since the machine may have other work.
"""

from __future__ import annotations

import argparse
import importlib
import random
import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import ahocorasick_rs

from monitor.rules.compile import RuleBook, compile_rules
from monitor.rules.match import ItemText, match_item
from monitor.rules.syntax import read_rule_file
from monitor.text.fold import fold_tight

ITEM_CHARACTERS = 2_000
RULES = 1_000
RUNS = 3
NOW = datetime(2026, 11, 21, tzinfo=UTC)
SEED = 5
SYLLABLES = ("ba", "ger", "khan", "shah", "ul", "zai", "mir", "abad", "pur", "nor", "tal", "wal", "garh", "din", "rah")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--names", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--items", type=int, default=400)
    asked = parser.parse_args()
    source = random.Random(SEED)  # noqa: S311 # sample text, no secrets
    print(f"{'':34}{'items/s':>12}{'of bare':>10}")
    for count in asked.names:
        names = _names(count, source)
        items = _items(asked.items, names, source)
        start = time.perf_counter()
        book = _book(names, source)
        print(f"{count:,} names, {RULES:,} rules: compiled in {time.perf_counter() - start:.2f} s")
        _measure(book, names, items)


def _measure(book: RuleBook, names: Sequence[str], items: Sequence[str]) -> None:
    texts = [ItemText(title=text[:80], text=text[80:], now=NOW, lang="en") for text in items]
    folded = [fold_tight(text).text for text in items]
    bare = ahocorasick_rs.AhoCorasick([fold_tight(name).text for name in names])
    bound = _rate(lambda: [bare.find_matches_as_indexes(text, overlapping=True) for text in folded], len(items))
    rows: list[tuple[str, float]] = [
        ("bare automaton, folded text", bound),
        ("folding alone", _rate(lambda: [fold_tight(text) for text in items], len(items))),
        ("names and phrases", _rate(lambda: [book.lexicon.find(one.title, one.text) for one in texts], len(items))),
        ("monitor, rules and evidence", _rate(lambda: [match_item(book, one) for one in texts], len(items))),
        *_peers(names, folded),
    ]
    for name, rate in rows:
        print(f"  {name:<32}{rate:>12,.0f}{rate / bound:>10.2f}")


def _peers(names: Sequence[str], folded: Sequence[str]) -> list[tuple[str, float]]:
    """Measure other ways of finding the same names in folded text: no boundaries, competition, context or evidence."""
    rows: list[tuple[str, float]] = []
    few = folded[: max(len(folded) // 8, 1)]
    if len(names) <= 10_000:
        pattern = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)), re.IGNORECASE)
        part = few[:5]
        rows.append(("re, one alternation", _rate(lambda: [pattern.findall(text) for text in part], len(part), runs=1)))
    try:
        peer = importlib.import_module("ahocorasick")
    except ImportError:
        rows_missing = "pyahocorasick is not installed"
        print(f"  {rows_missing}")
    else:
        automaton = peer.Automaton()
        for number, name in enumerate(names):
            automaton.add_word(fold_tight(name).text, number)
        automaton.make_automaton()
        rows.append(("pyahocorasick", _rate(lambda: [list(automaton.iter(text)) for text in few], len(few))))
    try:
        flashtext = importlib.import_module("flashtext")
    except ImportError:
        print("  flashtext is not installed")
    else:
        keywords = flashtext.KeywordProcessor()
        for name in names:
            keywords.add_keyword(name)
        rows.append(("flashtext", _rate(lambda: [keywords.extract_keywords(text) for text in few], len(few))))
    return rows


def _rate(work: Callable[[], object], count: int, runs: int = RUNS) -> float:
    best = min(_seconds(work) for _ in range(runs))
    return count / best


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _names(count: int, source: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        words = [
            "".join(source.choices(SYLLABLES, k=source.randint(2, 4))).title() for _ in range(source.randint(1, 3))
        ]
        found.setdefault(" ".join(words))
    return list(found)


def _items(count: int, names: Sequence[str], source: random.Random) -> list[str]:
    """Make items of the starter rules' and seeds' words, a few listed names in each."""
    root = Path(__file__).resolve().parent.parent
    texts = [path.read_text(encoding="utf-8") for path in sorted((root / "seeds").glob("*.txt"))]
    sentences = [one for text in texts for one in re.split(r"(?<=[.!?])\s+", text) if len(one) > 40]
    items = []
    for _ in range(count):
        parts: list[str] = []
        while sum(map(len, parts)) < ITEM_CHARACTERS:
            parts.append(source.choice(sentences))
        for _ in range(source.randint(0, 6)):
            parts.insert(source.randrange(len(parts)), source.choice(names))
        items.append(" ".join(parts)[:ITEM_CHARACTERS])
    return items


def _book(names: Sequence[str], source: random.Random) -> RuleBook:
    per_entity = 5
    entities = [names[first : first + per_entity] for first in range(0, len(names), per_entity)]
    lines = []
    for number, listed in enumerate(entities):
        quoted = ", ".join(f'"{name}"' for name in listed)
        lines.append(f'[entity.e{number}]\nname = "{listed[0]}"\nnames = [{quoted}]\n')
    lines.append('[words.attack]\nterms = ["attack*", "ambush*", "blast*", "kill*", "حملہ", "حملے", "袭击"]\n')
    rules = ['[file]\nowner = "bench"\n']
    for number in range(RULES):
        some = ", ".join(f'"@e{source.randrange(len(entities))}"' for _ in range(3))
        near = f'[[rule.r{number}.near]]\nwords = 15\nall = [[{some}], "@attack"]\n' if number % 3 == 0 else ""
        rules.append(f'[rule.r{number}]\nall = [[{some}], "@attack"]\nnone = ["cricket"]\n{near}')
    files = [read_rule_file("".join(lines), "rules/watchlist.toml"), read_rule_file("".join(rules), "rules/bench.toml")]
    return compile_rules(files, None)


if __name__ == "__main__":
    main()
