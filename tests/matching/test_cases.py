"""Every real spelling collected for the matcher, against the watchlist it was collected for."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from monitor.matching.lexicon import Lexicon, compile_lexicon
from monitor.matching.terms import Entity, Name


def watchlist(path: Path) -> Lexicon:
    entities = tomllib.loads(path.read_text(encoding="utf-8"))["entity"]
    return compile_lexicon(
        [
            Entity(
                id=key,
                name=entity["name"],
                kind=entity["kind"],
                names=tuple(
                    Name(name) if isinstance(name, str) else Name(name["text"], tuple(name["only_with"]))
                    for name in entity["names"]
                ),
                not_in=tuple(entity.get("not_in", ())),
            )
            for key, entity in entities.items()
        ],
        [],
    )


def test_every_collected_case_is_found_with_its_exact_span(shared: Path) -> None:
    lexicon = watchlist(shared / "rules" / "entities.toml")
    wrong = []
    for line in (shared / "rules" / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        for title, body in ((case["text"], ""), ("", case["text"])):
            hits = [
                mention.evidence for mention in lexicon.find(title, body).mentions if mention.entity == case["entity"]
            ]
            spans = [[hit.start, hit.end] for hit in hits]
            if spans != case["spans"] or [hit.quote for hit in hits] != case["evidence"]:
                wrong.append((case["id"], case["why"], spans))
    assert wrong == []
