"""Which matches become messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.alerts.decide import Circumstances, decide
from monitor.records import Decision, Evidence, Field, PastAlert, RuleMatch, Send, Severity

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVIDENCE = Evidence(Field.TITLE, 0, 6, "attack", "attack*")
MATCH = RuleMatch("cpec-desk", "attacks", "Attacks", Severity.HIGH, Send.ALERT, (EVIDENCE,))


def sent(at: datetime, *, item: str = "older", severity: Severity = Severity.HIGH) -> PastAlert:
    return PastAlert(item, 1, Decision.NEW, severity, at)


def decided(match: RuleMatch, known: Circumstances) -> Decision:
    return decide(match, "item", known, NOON)[0]


def test_the_first_item_of_a_story_alerts() -> None:
    assert decided(MATCH, Circumstances(1)) is Decision.NEW


def test_a_rule_that_only_feeds_the_digest_is_off_for_alerts() -> None:
    assert decided(replace(MATCH, send=Send.DIGEST), Circumstances(1)) is Decision.OFF


def test_a_first_pull_never_alerts() -> None:
    assert decided(MATCH, Circumstances(1, is_first_pull=True)) is Decision.FIRST_PULL


def test_an_item_assessed_before_never_alerts() -> None:
    assert decided(MATCH, Circumstances(1, is_seen_before=True)) is Decision.SEEN_BEFORE


def test_a_mute_gives_its_own_reason() -> None:
    assert decide(MATCH, "item", Circumstances(1, muted="muted by quetta-trial"), NOON) == (
        Decision.MUTED,
        "muted by quetta-trial",
    )


def test_the_same_revision_is_not_sent_twice() -> None:
    past = [sent(NOON - timedelta(days=2), item="item")]
    assert decided(MATCH, Circumstances(1, past)) is Decision.ALREADY_SENT


def test_without_throttle_a_story_alerts_once() -> None:
    assert decided(MATCH, Circumstances(1, [sent(NOON - timedelta(days=2))])) is Decision.REPEAT


def test_within_the_throttle_the_story_is_quiet() -> None:
    match = replace(MATCH, throttle=timedelta(hours=6))
    assert decided(match, Circumstances(1, [sent(NOON - timedelta(hours=2))])) is Decision.THROTTLED


def test_after_the_throttle_the_story_alerts_again() -> None:
    match = replace(MATCH, throttle=timedelta(hours=6))
    assert decided(match, Circumstances(1, [sent(NOON - timedelta(hours=7))])) is Decision.NEW


def test_a_risen_severity_beats_the_throttle_but_not_a_mute() -> None:
    match = replace(MATCH, throttle=timedelta(hours=6), severity=Severity.CRITICAL)
    past = [sent(NOON - timedelta(hours=2))]
    assert decided(match, Circumstances(1, past)) is Decision.ESCALATED
    assert decided(match, Circumstances(1, past, muted="muted")) is Decision.MUTED


def test_a_candidate_that_was_throttled_does_not_count_as_sent() -> None:
    past = [PastAlert("older", 1, Decision.THROTTLED, Severity.HIGH, NOON)]
    assert decided(MATCH, Circumstances(1, past)) is Decision.NEW
