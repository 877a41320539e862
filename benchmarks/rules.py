"""What matching costs: items of 2 kB against 1,000 rules, beside the bare automaton and other ways, in one run.

    python -m benchmarks.rules [--names 1000 10000 100000] [--items 400] [--texts FILE.jsonl] [--starter]
                               [--peers PYTHON]

Names are popular to different degrees, with readers and with analysts: a few stand in every tenth item and in many
rules, most in none. The rules are those of 40 desks, 25 each (``_rules``). How many names, words and rules an item
gives decides the cost and is printed. It was measured with the watchlist and the 26 rules of the starter:

- whole real items of 1,500 characters or more, unselected, cut to 2 kB (644 of recorded feeds of all kinds): 1.2 names
  and 1.9 words, 0.04 % of the rules with every clause, 0.01 % hold;
- 12,050 unselected short ones of the region's press (130 characters): 1.2 names, 1.5 words, 0.02 % of the rules hold;
- 2 kB put together from short ones of that press: 10 names, 13 words, 0.8 % of the rules hold;
- short ones chosen for their subject: 1.9 % of the rules hold.

*Ordinary* items are more than the first kinds bring: nine of ten are put together from the project's passages of plain
background, with up to two listed names, the tenth is *dense*: paragraphs of the seed articles with up to twelve listed
names, of which some 0.5 to 0.8 % of 1,000 rules hold. ``--texts`` takes items of one's own for both, written as for
``monitor rules match``. ``--starter`` measures instead the starter's rules, copied until there are 1,000, and its
watchlist with the made-up names besides, on the whole items of ``--texts`` as they are. Most is measured as rounds do
it, many items at once; the last row is one item after the other.

``--peers`` is a Python that has pyahocorasick, flashtext or spaCy; what it lacks is said. They find the same names in
folded text, without competition, context or evidence, and pyahocorasick and ``re`` without word boundaries. Each row
is the best of several runs in CPU time of one core; look at the ratios, since other work on the machine slows all.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import ahocorasick_rs

from benchmarks._starterbook import starter_files, whole_items
from monitor.pipeline.loading import loading
from monitor.rules.compile import RuleBook, compile_rules
from monitor.rules.hits import Hits
from monitor.rules.match import ItemText, match_item, match_items
from monitor.rules.syntax import read_rule_file
from monitor.text.fold import fold_tight

ITEM_CHARACTERS = 2_000
DESKS, RULES_PER_DESK = 40, 25
NAMES_PER_ENTITY = 5
WATCHED_PER_DESK = 20
MOST_NAMES_PER_ITEM, FEW_NAMES_PER_ITEM = 12, 2
RUNS = 5
NOW = datetime(2026, 11, 21, tzinfo=UTC)
SEED = 5
SYLLABLES = ("ba", "ger", "khan", "shah", "ul", "zai", "mir", "abad", "pur", "nor", "tal", "wal", "garh", "din", "rah")
WORDS = {
    "attack": ("attack*", "ambush*", "blast*", "bomb*", "assault*", "raid*", "حملہ", "حملے", "袭击"),
    "kidnap": ("kidnap*", "abduct*", "hostage*", "ransom"),
    "casualties": ("killed", "wounded", "injur*", "casualt*", "dead"),
    "threat": ("threat*", "warn*", "vow*", "ultimatum"),
    "arrest": ("arrest*", "detain*", "custody", "raided"),
    "court": ("court*", "trial", "verdict", "sentenced", "bail"),
    "money": ("loan*", "debt*", "invest*", "tariff*", "bailout"),
    "works": ("dam", "port", "highway*", "pipeline*", "power plant*", "railway*"),
    "talks": ("talks", "dialogue", "negotiat*", "ceasefire*", "truce"),
    "border": ("border crossing*", "frontier", "fence", "infiltrat*", "cross-border"),
    "refuge": ("sanctuar*", "safe haven*", "hideout*", "training camp*"),
    "protest": ("protest*", "sit-in*", "rally", "strike call", "shutdown"),
    "guard": ("security forces", "escort*", "checkpoint*", "patrol*", "convoy*"),
    "arms": ("rifle*", "drone*", "missile*", "explosive*", "ammunition"),
    "statement": ("condemn*", "spokesman", "press release", "denied", "claimed responsibility"),
    "listing": ("sanction*", "blacklist*", "designat*", "grey list", "watchlist*"),
}
FORBIDDEN = ("cricket", "film review*", "mock drill", "anniversary", "stock exchange", "obituar*")
PEERS = Path(__file__).parent / "_rulepeers.py"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--names", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--texts", type=Path, help="items as JSON lines instead of the seed articles")
    parser.add_argument(
        "--starter", action="store_true", help="the starter's rules, many times, on whole items as they are"
    )
    parser.add_argument("--peers", default=sys.executable, help="a Python that has other matchers installed")
    asked = parser.parse_args()
    source = random.Random(SEED)  # noqa: S311 # sample text, no secrets
    paragraphs, background = _paragraphs(asked.texts), _background(asked.texts)
    for count in asked.names if asked.starter else ():
        names = _names(count, source)
        book = _compiled(starter_files(names, DESKS * RULES_PER_DESK), count)
        _measure(book, names, whole_items(paragraphs, ITEM_CHARACTERS)[: asked.items], "as they are", asked.peers)
    for count in asked.names if not asked.starter else ():
        names = _names(count, source)
        dense = _items(asked.items, [paragraphs], names, MOST_NAMES_PER_ITEM, source)
        ordinary = _items(asked.items, background, names, FEW_NAMES_PER_ITEM, source)
        ordinary[::10] = dense[::10]
        book = _compiled(_files(names, source), count)
        for density, items in (("ordinary", ordinary), ("dense", dense)):
            _measure(book, names, items, density, asked.peers)


def _compiled(files: Sequence[tuple[str, str]], count: int) -> RuleBook:
    with loading():
        start = time.process_time()
        read = [read_rule_file(text, path) for path, text in files]
        parsed = time.process_time()
        book = compile_rules(read, None)
        # the automaton for many items, which a round has built by its first ones
        list(book.lexicon.find_each([("", "some"), ("", "more")]))
        done = time.process_time()
    print(
        f"\n{count:,} names, {len(book.rules):,} rules: "
        f"read in {parsed - start:.2f} s, compiled in {done - parsed:.2f} s"
    )
    return book


def _measure(book: RuleBook, names: Sequence[str], items: Sequence[str], density: str, peers: str) -> None:
    texts = [ItemText(title=text[:80], text=text[80:], now=NOW, lang="en") for text in items]
    folded = [fold_tight(text).text for text in items]
    _print_density(book, texts, density)
    bare = ahocorasick_rs.AhoCorasick([fold_tight(name).text for name in names])
    rows: list[tuple[str, float]] = [
        (
            "bare automaton, folded text",
            _rate(lambda: [bare.find_matches_as_indexes(text, overlapping=True) for text in folded], len(items)),
        ),
        ("folding alone", _rate(lambda: [fold_tight(text) for text in items], len(items))),
        (
            "names and phrases",
            _rate(lambda: list(book.lexicon.find_each((one.title, one.text) for one in texts)), len(items)),
        ),
        ("monitor, rules and evidence", _rate(lambda: list(match_items(book, texts)), len(items))),
        ("the same, one by one", _rate(lambda: [match_item(book, one) for one in texts], len(items))),
        *_peers(names, folded, peers),
    ]
    print(f"  {'':<32}{'items/s':>12}{'of bare':>10}")
    for name, rate in rows:
        print(f"  {name:<32}{rate:>12,.0f}{rate / rows[0][1]:>10.3f}")


def _print_density(book: RuleBook, texts: Sequence[ItemText], density: str) -> None:
    mentions = words = candidates = holding = passages = 0
    for item in texts:
        found = book.lexicon.find(item.title, item.text)
        matches = match_item(book, item)
        mentions += len(found.mentions)
        words += sum(map(len, found.phrases.values()))
        candidates += book.index.fulfilled(Hits.of(found.mentions, found.phrases).evidence).bit_count()
        holding += len(matches.rules)
        passages += sum(len(match.evidence) for match in matches.rules)
    each = [count / len(texts) for count in (mentions, words, candidates, holding, passages)]
    print(
        "  {}, per item: {:.1f} names, {:.1f} words, {:.1f} rules with every clause, {:.1f} hold on {:.1f} "
        "passages".format(density, *each)
    )


def _peers(names: Sequence[str], folded: Sequence[str], python: str) -> list[tuple[str, float]]:
    """Measure other ways of finding the same names, in a process of the given interpreter."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "given.json"
        given.write_text(json.dumps([[fold_tight(name).text for name in names], list(folded)]), encoding="utf-8")
        answer = subprocess.run([python, str(PEERS), str(given)], check=True, capture_output=True, text=True)
    rows: list[tuple[str, float]] = []
    for line in answer.stdout.splitlines():
        name, _, rate = line.partition("\t")
        if rate:
            rows.append((name, float(rate)))
        else:
            print(f"  {name}")
    return rows


def _rate(work: Callable[[], object], count: int) -> float:
    return count / min(_seconds(work) for _ in range(RUNS))


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _names(count: int, source: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        words = [
            "".join(source.choices(SYLLABLES, k=source.randint(2, 4))).title() for _ in range(source.randint(1, 3))
        ]
        found.setdefault(" ".join(words))
    return list(found)


def _paragraphs(texts: Path | None) -> list[str]:
    if texts is not None:
        rows = [json.loads(line) for line in texts.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [f"{row.get('title') or ''} {row.get('text') or row.get('summary') or ''}".strip() for row in rows]
    root = Path(__file__).resolve().parent.parent
    articles = [path.read_text(encoding="utf-8") for path in sorted((root / "seeds").glob("*.txt"))]
    return [one for text in articles for one in re.split(r"\n\s*\n", text) if len(one) > 40]


def _background(texts: Path | None) -> list[list[str]]:
    """Return passages of plain background, by language."""
    if texts is not None:
        return [_paragraphs(texts)]
    path = Path(__file__).resolve().parent.parent / "classifiers" / "contrast.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    by_lang: dict[str, list[str]] = {}
    for row in rows:
        if row["kind"] == "background":
            by_lang.setdefault(row["lang"], []).append(f"{row['title']}. {row['text']}".strip())
    return list(by_lang.values())


def _items(
    count: int, languages: Sequence[Sequence[str]], names: Sequence[str], most_names: int, source: random.Random
) -> list[str]:
    """Make items of paragraphs of one language each, with up to some listed names where words were."""
    known = _popularity(len(names))
    items = []
    for _ in range(count):
        paragraphs = source.choices(languages, weights=list(map(len, languages)))[0]
        parts: list[str] = []
        while sum(map(len, parts)) < ITEM_CHARACTERS:
            parts.append(source.choice(paragraphs))
        words = "\n\n".join(parts)[:ITEM_CHARACTERS].split(" ")
        for name in source.choices(names, cum_weights=known, k=source.randint(0, most_names)):
            words[source.randrange(len(words))] = name
        items.append(" ".join(words)[:ITEM_CHARACTERS])
    return items


def _popularity(count: int) -> list[float]:
    """Return the weights, summed up, of ``count`` things of which the first are the most popular (Zipf's law)."""
    return list(accumulate(1 / (rank + 10) for rank in range(count)))


def _files(names: Sequence[str], source: random.Random) -> list[tuple[str, str]]:
    """Make a watchlist of all names and the rule files of the desks."""
    entities = [names[first : first + NAMES_PER_ENTITY] for first in range(0, len(names), NAMES_PER_ENTITY)]
    lines = []
    for number, listed in enumerate(entities):
        quoted = ", ".join(f'"{name}"' for name in listed)
        lines.append(f'[entity.e{number}]\nname = "{listed[0]}"\nnames = [{quoted}]\n')
    for group, terms in WORDS.items():
        lines.append(
            f"[words.{group}]\nterms = [{', '.join(json.dumps(term, ensure_ascii=False) for term in terms)}]\n"
        )
    known = _popularity(len(entities))
    watchlist = ("rules/watchlist.toml", "".join(lines))
    return [watchlist, *((f"rules/desk{desk}.toml", _rules(desk, known, source)) for desk in range(DESKS))]


def _rules(desk: int, known: Sequence[float], source: random.Random) -> str:
    """Write the rules of one desk, in the shape of the starter's.

    A desk watches some entities, popular ones rather than others. A rule asks for some of them (one in three: for all),
    for words of a group and, in nine of ten, for words of another; in three of four the first two must stand within 15
    or 25 words or in one sentence. One in four has a ``none``, one in ten a least score, one in ten languages.
    """
    watched = sorted(set(source.choices(range(len(known)), cum_weights=known, k=WATCHED_PER_DESK)))
    members = ", ".join(f'"e{number}"' for number in watched)
    lines = [f'[file]\nowner = "desk{desk}"\n[set.watched{desk}]\nof = [{members}]\n']
    for number in range(RULES_PER_DESK):
        some = source.sample(watched, k=min(len(watched), source.randint(2, 5)))
        who = f'["@watched{desk}"]' if number % 3 == 0 else "[" + ", ".join(f'"@e{one}"' for one in some) + "]"
        what, context = source.sample(list(WORDS), k=2)
        near = ("words = 15", "words = 25", 'within = "sentence"', "")[number % 4]
        anywhere = [] if near else [f'{who}, "@{what}"']
        anywhere += [] if number % 10 == 0 and near else [f'"@{context}"']
        lines.append(f"[rule.r{number}]\n")
        lines.append(f"all = [{', '.join(anywhere)}]\n" if anywhere else "")
        lines.append(f'none = ["{source.choice(FORBIDDEN)}"]\n' if number % 4 == 1 else "")
        lines.append("min_score = { cpec-security = 0.2 }\n" if number % 10 == 3 else "")
        lines.append('langs = ["en", "ur"]\n' if number % 10 == 7 else "")
        lines.append(f'[[rule.r{number}.near]]\n{near}\nall = [{who}, "@{what}"]\n' if near else "")
    return "".join(lines)


if __name__ == "__main__":
    main()
