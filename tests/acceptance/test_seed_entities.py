"""The shipped watchlist finds every name that a reader listed in the seed articles."""

from __future__ import annotations

import json
from pathlib import Path

from monitor.rules.compile import compile_rules
from monitor.rules.match import ItemText, match_item
from monitor.rules.syntax import read_rule_file
from tests.conftest import CHECKOUT
from tests.moments import NOON


def test_every_name_a_reader_found_in_the_seed_articles_is_found_where_it_stands() -> None:
    listed = [
        json.loads(line)
        for line in (CHECKOUT / "tests" / "data" / "seed_entities.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert len(listed) >= 120
    texts = {path.name: path for path in (CHECKOUT / "seeds").glob("*.txt")}
    files = [
        read_rule_file(path.read_text(encoding="utf-8"), path.name)
        for path in sorted((CHECKOUT / "rules").glob("*.toml"))
    ]
    book = compile_rules(files, ("cpec-security", "militant-sanctuaries"))
    missed = []
    for name, path in sorted(texts.items()):
        text = _as_stored(path)
        found = {
            (mention.entity, mention.evidence.start, mention.evidence.end)
            for mention in match_item(book, ItemText(title="", text=text, now=NOON)).mentions
        }
        for entry in listed:
            if entry["file"] == name:
                assert text[entry["start"] : entry["end"]] == entry["quote"]
                if (entry["entity"], entry["start"], entry["end"]) not in found:
                    missed.append((name, entry["entity"], entry["quote"]))
    assert missed == []


def _as_stored(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()
