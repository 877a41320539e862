"""The archive as background: drawn once it is large enough, anew only when it has doubled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.pipeline.background import read_background, renew_background
from monitor.pipeline.topicfiles import build_topics
from monitor.store.engine import Database, open_database
from tests.store.samples import item_of, store

DEFINITION = '[topic]\nid = "a"\ntitle = "A"\ncounts = ["An attack."]\nnot = ["A match."]\n'
OTHERS = {"seeds/labels.toml": "", "classifiers/contrast.jsonl": ""}


def fingerprint(models: Path) -> str:
    topics, _ = build_topics({"classifiers/a.toml": DEFINITION}, OTHERS, models)
    return topics.fingerprint


def archive(database: Database, start: int, end: int) -> None:
    store(database, *(item_of(number, title=f"Report {number}", text="x" * 3_000) for number in range(start, end)))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database("sqlite:///.monitor/monitor.db", tmp_path)
    yield opened
    opened.close()


def test_a_sample_is_drawn_at_5000_items_and_stays_until_they_have_doubled(database: Database, tmp_path: Path) -> None:
    models = tmp_path / "models"
    archive(database, 0, 4_999)
    assert renew_background(database, models) is None
    before = fingerprint(models)
    archive(database, 4_999, 5_200)
    assert renew_background(database, models) == 2_000
    drawn = read_background(models)
    assert (drawn.drawn_from, len(drawn.items)) == (5_000, 2_000)
    assert {len(text) for _, text in drawn.items} == {2_000}
    assert all(int(title.removeprefix("Report ")) < 5_000 for title, _ in drawn.items)
    after = fingerprint(models)
    assert after != before
    archive(database, 5_200, 5_300)
    assert renew_background(database, models) is None
    assert fingerprint(models) == after
    (models / "background.json").unlink()
    assert renew_background(database, models) == 2_000
    assert read_background(models) == drawn


@pytest.mark.parametrize("content", ["", "[]", '{"drawn_from": 5000}', '{"drawn_from": "x", "items": []}', "\x00"])
def test_a_damaged_sample_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "background.json").write_text(content, encoding="utf-8")
    assert read_background(tmp_path).items == ()


def test_an_odd_text_is_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "background.json").write_text(
        json.dumps({"drawn_from": 5_000, "items": [["\ud800", "حملہ"]]}), encoding="utf-8"
    )
    assert read_background(tmp_path).items == (("\ud800", "حملہ"),)
    assert len(fingerprint(tmp_path)) == 64
