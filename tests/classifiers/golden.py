"""Scores that must not change by accident: ``python -m tests.classifiers.golden`` writes them anew.

The model is made up, not fitted: weights follow from the names of features and the numbers of rows, so that only the
code that reads and scores items can change a score. If it was meant to, raise FEATURES_VERSION too.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from monitor.classifiers.definition_file import parse_definition
from monitor.classifiers.ngrams import BUCKETS
from monitor.classifiers.reading import Reader
from monitor.classifiers.score import Model, TopicModel
from monitor.records import TopicScore

_DATA = Path(__file__).parents[1] / "data" / "classifiers"
_FEEDS = Path(__file__).parents[1] / "demo" / "feeds"
GOLDEN = _DATA / "golden.jsonl"


def golden_model() -> Model:
    """Return a model of one topic whose weights say nothing, yet differ from feature to feature."""
    definition, problems = parse_definition((_DATA / "golden.toml").read_text(encoding="utf-8"), "golden.toml")
    assert definition is not None, problems
    (names,) = Reader((definition,)).names
    signs = np.array([_weight(name) for name in names], dtype=np.float32)
    rows = np.arange(BUCKETS, dtype=np.int64)
    grams = ((rows * 2_654_435_761 % 4_093) / 4_093 - 0.5).astype(np.float32)
    idf = (1 + rows * 40_503 % 1_021 / 200).astype(np.float32)
    topic = TopicModel(definition.id, definition.threshold, signs, grams, bias=-0.5, slope=0.8, shift=-0.1)
    return Model((definition,), (topic,), idf, "golden")


def golden_items() -> list[tuple[str, str]]:
    """Return title and summary of every sample item, and texts that are long, odd or empty."""
    lines = [line for path in sorted(_FEEDS.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    items = [(one["title"], one["summary"]) for one in map(json.loads, lines) if "title" in one]
    long = "\n\n".join(f"{title}\n{text}" for title, text in items[:40])
    return [*items, ("", ""), ("😀", "\u200c"), ("", long), (items[0][0], f"{long}’s l'attaque \ud800 {long}")]


def golden_lines(scores: list[tuple[TopicScore, ...]]) -> list[str]:
    """Return a line per item: the score, and each feature shown with its weight and words."""
    return [
        json.dumps([score.score, *([part.feature, part.weight, _quote(part.evidence)] for part in score.contributions)])
        for (score,) in scores
    ]


def _quote(evidence: object) -> str:
    return getattr(evidence, "quote", "")


def _weight(name: str) -> float:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:2], "big") / 32_768 - 1


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(golden_lines(golden_model().score(golden_items()))) + "\n", encoding="utf-8")
