"""Which matches become messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.alerts.decide import Circumstances, Toll, decide
from monitor.records import Decision, Evidence, Field, PastAlert, RuleMatch, Send, Severity, Stance

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


THROTTLED = replace(MATCH, throttle=timedelta(hours=6))
SENT = [sent(NOON - timedelta(hours=2))]
FIVE, NINE = Toll(5, "Indus Courier"), Toll(9, "Meridian Wire")


def test_a_risen_toll_beats_throttle_and_repeat_and_says_so() -> None:
    expected = (Decision.ESCALATED, "the stated toll rose from 5 to 9 since 2026-11-21 10:00 UTC (Meridian Wire)")
    for match in (THROTTLED, MATCH):
        known = Circumstances(1, SENT, toll=NINE, past_tolls=[FIVE, Toll(3, "Radio")])
        assert decide(match, "item", known, NOON) == expected


def test_a_toll_beats_no_mute_and_no_silence() -> None:
    known = Circumstances(1, SENT, toll=NINE, past_tolls=[FIVE])
    assert decided(THROTTLED, replace(known, muted="muted")) is Decision.MUTED
    assert decided(THROTTLED, replace(known, silenced="silenced")) is Decision.SILENCED


def test_a_toll_that_fell_or_stayed_does_not_escalate() -> None:
    for toll in (FIVE, NINE, None):
        assert decided(THROTTLED, Circumstances(1, SENT, toll=toll, past_tolls=[NINE])) is Decision.THROTTLED


def test_the_first_toll_of_a_story_escalates() -> None:
    assert decide(THROTTLED, "item", Circumstances(1, SENT, toll=NINE), NOON) == (
        Decision.ESCALATED,
        "a toll of 9 is stated, none was before or at 2026-11-21 10:00 UTC (Meridian Wire)",
    )


def test_the_word_of_a_party_to_the_conflict_does_not_escalate() -> None:
    for stance in (Stance.STATE, Stance.MILITARY, Stance.MILITANT):
        known = Circumstances(1, SENT, toll=Toll(200, "Press wing", stance), past_tolls=[FIVE])
        assert decided(THROTTLED, known) is Decision.THROTTLED
    for stance in (Stance.INDEPENDENT, Stance.EXILE, Stance.PARTY):
        known = Circumstances(1, SENT, toll=Toll(9, "Paper", stance), past_tolls=[FIVE])
        assert decided(THROTTLED, known) is Decision.ESCALATED


def test_a_partys_high_figure_does_not_hide_that_others_count_more() -> None:
    claim = Toll(200, "Press wing", Stance.MILITANT)
    assert decided(THROTTLED, Circumstances(1, SENT, toll=NINE, past_tolls=[FIVE, claim])) is Decision.ESCALATED
    assert decided(THROTTLED, Circumstances(1, SENT, toll=NINE, past_tolls=[claim])) is Decision.THROTTLED


def test_the_same_revision_is_not_sent_again_for_its_toll() -> None:
    known = Circumstances(1, [sent(NOON, item="item")], toll=NINE, past_tolls=[FIVE])
    assert decided(THROTTLED, known) is Decision.ALREADY_SENT


def test_an_edit_of_what_was_archived_does_not_alert() -> None:
    assert decide(MATCH, "item", Circumstances(2, is_archived_edit=True), NOON) == (
        Decision.FIRST_PULL,
        "archived at the first pull, and edited since",
    )
