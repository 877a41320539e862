from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.records import RuleStop, Send, Severity
from monitor.rules.match import match_item
from monitor.rules.personal import matches_for, mutings
from tests.rules.conftest import Compile, MakeItem

RULE = '[rule.port]\nall = ["@gwadar", "@attack"]\nseverity = "high"\nsend = "alert"\nthrottle = "6h"\n'
TUNE = """
[tune."cpec-desk/port"]
send      = "digest"
severity  = "low"
throttle  = "1d"
min_score = { cpec-security = 0.6 }
also_none = ["verdict"]
"""
FOLLOWS = ("cpec-desk",)


def test_a_tune_replaces_the_rule_for_its_owner_alone(compiled: Compile, item: MakeItem) -> None:
    book = compiled(RULE, others=TUNE)
    matches = match_item(book, item("Attack in Gwadar", scores={"cpec-security": 0.8}))
    own = matches_for(book, matches, "cpec-desk")[0]
    tuned = matches_for(book, matches, "sanctuaries-desk", FOLLOWS)[0]
    assert (own.send, own.severity, own.throttle) == (Send.ALERT, Severity.HIGH, timedelta(hours=6))
    assert (tuned.send, tuned.severity, tuned.throttle) == (Send.DIGEST, Severity.LOW, timedelta(days=1))
    assert matches_for(book, matches, "sanctuaries-desk") == ()


def test_a_tune_that_stops_a_rule_says_why(compiled: Compile, item: MakeItem) -> None:
    book = compiled(RULE, others=TUNE)
    verdict = match_item(book, item("Verdict on the attack in Gwadar"))
    doubtful = match_item(book, item("Attack in Gwadar", scores={"cpec-security": 0.5}))
    assert verdict.stopped == (RuleStop("sanctuaries-desk", "cpec-desk/port", 'also_none "verdict"', "Verdict"),)
    assert [stop.clause for stop in doubtful.stopped] == ["min_score cpec-security 0.60; the item has 0.50"]
    for matches in (verdict, doubtful):
        assert len(matches_for(book, matches, "cpec-desk")) == 1
        assert matches_for(book, matches, "sanctuaries-desk", FOLLOWS) == ()


def test_a_rule_tuned_off_reaches_its_owner(compiled: Compile, item: MakeItem) -> None:
    book = compiled(RULE, others='[tune."cpec-desk/port"]\nsend = "off"\n')
    matches = match_item(book, item("Attack in Gwadar"))
    assert len(matches_for(book, matches, "cpec-desk")) == 1
    assert matches_for(book, matches, "sanctuaries-desk", FOLLOWS) == ()


MUTE = """
[mute.trial]
entity = "ttp"
with   = ["anti-terrorism court", ["hearing*", "trial*"]]
until  = 2026-12-01
why    = "Weekly hearings"
"""


def test_a_mute_needs_its_entity_and_every_line(compiled: Compile, item: MakeItem) -> None:
    book = compiled(MUTE)
    covered = item("The anti-terrorism court held a hearing against TTP members")
    muting = mutings(book, covered)[0]
    assert (muting.owner, muting.mute, muting.why) == ("cpec-desk", "trial", "Weekly hearings")
    assert [passage.quote for passage in muting.evidence] == ["TTP", "anti-terrorism court", "hearing"]
    assert mutings(book, item("The anti-terrorism court held a hearing")) == ()
    assert mutings(book, item("The anti-terrorism court convicted TTP members")) == ()


def test_a_mute_holds_on_its_last_day_and_no_longer(compiled: Compile, item: MakeItem) -> None:
    book = compiled(MUTE)
    text = "anti-terrorism court hearing of Jamaat-ul-Ahrar"
    assert len(mutings(book, item(text, now=datetime(2026, 12, 1, 23, 59, tzinfo=UTC)))) == 1
    assert mutings(book, item(text, now=datetime(2026, 12, 2, tzinfo=UTC))) == ()
