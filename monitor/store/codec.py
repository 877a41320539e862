"""The one place that knows how lists and nested records look inside a column.

JSON with short names; what has its default is left out. Reading accepts a missing name, so that a field added later
needs no migration. A record read back equals the record written.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from monitor.records import (
    Contribution,
    Enclosure,
    Evidence,
    Field,
    ItemMatches,
    Mention,
    RuleMatch,
    RuleStop,
    Send,
    Severity,
    Source,
    TopicScore,
)

_FIELDS = {"t": Field.TITLE, "b": Field.BODY}
_LETTERS = {field: letter for letter, field in _FIELDS.items()}
_MICROSECOND = timedelta(microseconds=1)


def encode_strings(values: Sequence[str]) -> str:
    """Return a tuple of strings as stored."""
    return _as_list(tuple(values)) if values else "[]"


@lru_cache(maxsize=2_000)
def _as_list(values: tuple[str, ...]) -> str:
    # The same few authors, tags and flags come again and again.
    return _dump(list(values))


def decode_strings(stored: str) -> tuple[str, ...]:
    """Return the strings that were stored."""
    return () if stored == "[]" else tuple(json.loads(stored))


def encode_enclosures(enclosures: Sequence[Enclosure]) -> str:
    """Return the enclosures of an item as stored."""
    return _dump([[each.url, each.media_type, each.length] for each in enclosures]) if enclosures else "[]"


def decode_enclosures(stored: str) -> tuple[Enclosure, ...]:
    """Return the enclosures that were stored."""
    return () if stored == "[]" else tuple(Enclosure(*each) for each in json.loads(stored))


def encode_scores(scores: Sequence[TopicScore]) -> str:
    """Return the topic scores of an item as stored."""
    return _dump(
        [
            {
                "topic": score.topic,
                "score": score.score,
                "threshold": score.threshold,
                "model": score.fingerprint,
                "why": [_contribution(each) for each in score.contributions],
            }
            for score in scores
        ]
    )


def decode_scores(stored: str) -> tuple[TopicScore, ...]:
    """Return the topic scores that were stored."""
    return tuple(
        TopicScore(
            topic=each["topic"],
            score=float(each["score"]),
            threshold=float(each["threshold"]),
            fingerprint=each["model"],
            contributions=tuple(
                Contribution(feature, float(weight), None if where is None else _evidence_of(where))
                for feature, weight, where in each.get("why", ())
            ),
        )
        for each in json.loads(stored)
    )


def encode_matches(matches: ItemMatches) -> str:
    """Return everything matched in an item as stored."""
    stored: dict[str, Any] = {}
    if matches.mentions:
        stored["mentions"] = [[mention.entity, *_evidence(mention.evidence)] for mention in matches.mentions]
    if matches.rules:
        stored["rules"] = [_rule(match) for match in matches.rules]
    if matches.stopped:
        stored["stopped"] = [[stop.owner, stop.rule, stop.clause, stop.quote] for stop in matches.stopped]
    return _dump(stored)


def decode_matches(stored: str) -> ItemMatches:
    """Return the mentions, rule matches and stops that were stored."""
    if stored == "{}":
        return ItemMatches()
    value = json.loads(stored)
    return ItemMatches(
        mentions=tuple(Mention(entity, _evidence_of(where)) for entity, *where in value.get("mentions", ())),
        rules=tuple(_rule_of(each) for each in value.get("rules", ())),
        stopped=tuple(RuleStop(*each) for each in value.get("stopped", ())),
    )


def encode_shingles(shingles: Sequence[int]) -> bytes:
    """Return unsigned 64-bit hashes as little-endian bytes."""
    packed = array("Q", shingles)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def decode_shingles(stored: bytes) -> tuple[int, ...]:
    """Return the hashes that were stored."""
    packed = array("Q")
    packed.frombytes(stored)
    if sys.byteorder == "big":
        packed.byteswap()
    return tuple(packed)


def encode_summary(summary: Mapping[str, int | str]) -> str:
    """Return the counts and words a round reports as stored."""
    return _dump(dict(summary))


def decode_summary(stored: str) -> dict[str, int | str]:
    """Return the counts and words that were stored."""
    value: dict[str, int | str] = json.loads(stored)
    return value


def _dump(value: object) -> str:
    # Urdu and Chinese as they are: six bytes of escape for each letter would triple the archive.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _evidence(evidence: Evidence) -> list[Any]:
    return [_LETTERS[evidence.field], evidence.start, evidence.end, evidence.quote, evidence.name]


def _evidence_of(stored: Sequence[Any]) -> Evidence:
    letter, start, end, quote, name = stored
    return Evidence(_FIELDS[letter], start, end, quote, name)


def _contribution(contribution: Contribution) -> list[Any]:
    evidence = contribution.evidence
    return [contribution.feature, contribution.weight, None if evidence is None else _evidence(evidence)]


def _rule(match: RuleMatch) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "owner": match.owner,
        "rule": match.rule,
        "title": match.title,
        "severity": match.severity.label,
        "send": match.send.value,
        "evidence": [_evidence(each) for each in match.evidence],
    }
    if match.entities:
        stored["entities"] = list(match.entities)
    if match.throttle is not None:
        stored["throttle"] = match.throttle // _MICROSECOND
    if match.declared_at is not None:
        stored["at"] = [match.declared_at.path, match.declared_at.line, match.declared_at.column]
    return stored


def _rule_of(stored: dict[str, Any]) -> RuleMatch:
    throttle, place = stored.get("throttle"), stored.get("at")
    return RuleMatch(
        owner=stored["owner"],
        rule=stored["rule"],
        title=stored["title"],
        severity=Severity[stored["severity"].upper()],
        send=Send(stored["send"]),
        evidence=tuple(_evidence_of(each) for each in stored["evidence"]),
        entities=tuple(stored.get("entities", ())),
        throttle=None if throttle is None else timedelta(microseconds=throttle),
        declared_at=None if place is None else Source(*place),
    )
