"""Real spellings that must be found, and must not, with the spans they stand at."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from monitor.records import Field
from monitor.rules.compile import compile_rules
from monitor.rules.match import ItemText, match_item
from monitor.rules.syntax import read_rule_file


def test_every_case_is_right_with_its_spans(shared: Path) -> None:
    watchlist = read_rule_file((shared / "rules" / "entities.toml").read_text(encoding="utf-8"), "entities.toml")
    book = compile_rules([watchlist], None)
    wrong: list[str] = []
    lines = (shared / "rules" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        case = json.loads(line)
        item = ItemText("", case["text"], datetime(2026, 11, 21, tzinfo=UTC))
        found = [mention.evidence for mention in match_item(book, item).mentions if mention.entity == case["entity"]]
        spans = [[passage.start, passage.end] for passage in found]
        if spans != case["spans"] or [passage.quote for passage in found] != case["evidence"]:
            wrong.append(f"{case['id']} {case['text']!r}: {spans}, expected {case['spans']}")
        assert all(passage.field is Field.BODY for passage in found)
    assert wrong == []
    assert len(lines) == 97


def test_the_watchlist_of_the_cases_has_no_problem(shared: Path) -> None:
    watchlist = read_rule_file((shared / "rules" / "entities.toml").read_text(encoding="utf-8"), "entities.toml")
    assert [str(problem) for problem in compile_rules([watchlist], None).problems] == []
