"""Records as plain values: what is read back equals what was written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.records import Severity, Source
from monitor.rules.declared import RuleFile
from monitor.rules.syntax import read_rule_file
from monitor.workspace.plain import from_plain, to_plain

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Everything:
    """A record with every kind of field there is."""

    name: str
    where: Source | None
    severity: Severity
    pair: tuple[int, str]
    spans: tuple[timedelta, ...]
    at: datetime
    day: date
    hour: time
    path: Path
    places: dict[str, Source] = field(default_factory=dict)
    hours: tuple[time, time] | None = None


def kept(record: Any, kind: type[Any]) -> Any:
    return from_plain(json.loads(json.dumps(to_plain(record, kind))), kind)


def test_every_kind_of_field_comes_back() -> None:
    one = Everything(
        name="حملہ \ud800",
        where=Source("a.toml", 1, 2),
        severity=Severity.HIGH,
        pair=(3, "x"),
        spans=(timedelta(days=3, microseconds=1), timedelta(0)),
        at=datetime(2026, 11, 30, 12, 1, 2, 3, tzinfo=UTC),
        day=date(2026, 12, 31),
        hour=time(7, 30),
        path=Path("out/mail"),
        places={"in": Source("a.toml", 9, 9)},
        hours=(time(22), time(6)),
    )
    assert kept(one, Everything) == one


@pytest.mark.parametrize("path", sorted((ROOT / "rules").glob("*.toml")), ids=lambda path: path.name)
def test_a_rule_file_comes_back(path: Path) -> None:
    file = read_rule_file(path.read_text(encoding="utf-8"), path.name)
    assert kept(file, RuleFile) == file


def test_every_key_of_a_rule_file_comes_back() -> None:
    text = """
[file]
owner = "desk"
[entity.a]
name = "A"
kind = "place"
names = ["Alpha", { text = "AL", only_with = ["Alpha", "city*"] }]
not_in = ["Alpha Centauri"]
[set.s]
of = ["a"]
[words.w]
terms = ["attack*"]
[rule.r]
title = "R"
severity = "critical"
send = "record"
in = ["title"]
all = ["@s", ["@w", "blast"]]
none = ["drill"]
min_score = { cpec-security = 0.5 }
langs = ["en"]
not_langs = ["ur"]
sources = ["One"]
not_sources = ["Two"]
stances = ["state"]
not_stances = ["party"]
max_age = "3d"
after = 2026-01-01
before = 2027-01-01
throttle = "6h"
expires = 2027-03-31
false_alarms = "none known"
[[rule.r.near]]
words = 5
all = ["@a", "@w"]
[[rule.r.near]]
within = "sentence"
all = ["@a", "@w"]
[[rule.r.example]]
match = true
title = "Alpha attacked"
text = "x"
lang = "en"
source = "One"
stance = "state"
published = 2026-11-21T12:00:00Z
scores = { cpec-security = 0.9 }
[tune."other/rule"]
send = "digest"
severity = "low"
min_score = { cpec-security = 0.7 }
throttle = "2d"
also_none = ["verdict"]
[mute.m]
entity = "a"
with = ["court", ["trial", "hearing"]]
until = 2026-12-20
why = "weekly"
"""
    file = read_rule_file(text, "rules/desk.toml")
    assert file.problems == ()
    assert kept(file, RuleFile) == file


@pytest.mark.parametrize("plain", [None, 3, [], ["x"], {"path": "x"}, [[]] * 11])
def test_what_is_no_record_raises_what_the_reader_expects(plain: object) -> None:
    with pytest.raises((ValueError, TypeError, IndexError, AttributeError)):
        from_plain(plain, RuleFile)
