from __future__ import annotations

from dataclasses import replace

from monitor.records import Alert, Decision, FeedChanges, ItemChange, ItemMatches, PastAlert, Send, Severity
from monitor.store import alerts, items
from monitor.store.engine import Database
from tests.store.samples import HOUR, MINUTE, NOON, assess, contents, item_of, match_of, store

ONE, TWO = item_of(1), item_of(2)
ALERT = Alert(
    analyst="night-desk",
    owner="cpec-desk",
    rule="attack",
    story="story-1",
    item=ONE.id,
    revision=1,
    severity=Severity.HIGH,
    decision=Decision.NEW,
    reason="first alert of this rule about this story",
    decided_at=NOON,
)
LATER = replace(ALERT, item=TWO.id, decision=Decision.THROTTLED, reason="quiet until 18:00", decided_at=NOON + HOUR)


def _save(database: Database, *saved: Alert) -> None:
    with database.write() as conn:
        alerts.save(conn, saved)


def test_a_decision_comes_back_with_its_reason(database: Database) -> None:
    store(database, ONE, TWO)
    _save(database, LATER, ALERT)
    with database.read() as conn:
        assert alerts.of_item(conn, ONE.id) == (ALERT,)
        assert alerts.since(conn, NOON) == (ALERT, LATER)
        assert alerts.since(conn, NOON + MINUTE) == (LATER,)


def test_saving_decisions_again_changes_nothing_and_the_first_one_stays(database: Database) -> None:
    store(database, ONE)
    _save(database, ALERT)
    once = contents(database)
    _save(database, ALERT, replace(ALERT, decision=Decision.REPEAT, decided_at=NOON + HOUR))
    assert contents(database) == once


def test_the_past_of_a_rule_and_story_is_what_was_decided_for_this_analyst(database: Database) -> None:
    store(database, ONE, TWO)
    _save(database, LATER, ALERT, replace(ALERT, analyst="day-desk"), replace(ALERT, story="story-2"))
    past = (
        PastAlert(ONE.id, 1, Decision.NEW, Severity.HIGH, NOON),
        PastAlert(TWO.id, 1, Decision.THROTTLED, Severity.HIGH, NOON + HOUR),
    )
    with database.read() as conn:
        assert alerts.past(conn, "night-desk", "attack", "story-1") == past
        assert alerts.past(conn, "night-desk", "cpec-desk/attack", "story-1") == past
        assert alerts.past(conn, "night-desk", "other-desk/attack", "story-1") == ()
        assert alerts.past_of_stories(conn, ["story-1", "story-3"]) == {
            ("night-desk", "cpec-desk/attack", "story-1"): past,
            ("day-desk", "cpec-desk/attack", "story-1"): past[:1],
        }


def test_stories_sent_in_the_last_hour_are_counted_once(database: Database) -> None:
    store(database, ONE, TWO)
    _save(
        database,
        ALERT,
        replace(ALERT, rule="chinese-nationals", decided_at=NOON + MINUTE),
        replace(ALERT, story="story-2", decision=Decision.ESCALATED, decided_at=NOON + MINUTE),
        replace(ALERT, story="story-3", decision=Decision.MUTED, decided_at=NOON + MINUTE),
        replace(ALERT, analyst="day-desk", story="story-4"),
    )
    with database.read() as conn:
        assert alerts.sent_in_last_hour(conn, "night-desk", NOON + HOUR - MINUTE) == 2
        assert alerts.sent_in_last_hour(conn, "night-desk", NOON + HOUR) == 2
        assert alerts.sent_in_last_hour(conn, "night-desk", NOON + 2 * HOUR) == 0


def test_items_to_alert_about_later_wait_until_they_are_decided(database: Database) -> None:
    store(database, ONE, TWO, item_of(3))
    assess(database, TWO, ONE, is_alerting_later=True)
    for_the_digest = ItemMatches(rules=(match_of(send=Send.DIGEST),))
    assess(database, item_of(3), is_alerting_later=True, matches=for_the_digest)
    with database.read() as conn:
        assert [each.item.id for each in alerts.pending_candidates(conn)] == [ONE.id, TWO.id]
        assert [each.item.id for each in alerts.pending_candidates(conn, limit=1)] == [ONE.id]
    _save(database, ALERT)
    with database.read() as conn:
        assert [each.item.id for each in alerts.pending_candidates(conn)] == [TWO.id]
    with database.write() as conn:
        alerts.mark_decided(conn, [TWO.id])
    with database.read() as conn:
        assert alerts.pending_candidates(conn) == ()


def test_items_whose_alerts_are_decided_with_them_do_not_wait(database: Database) -> None:
    store(database, ONE)
    assess(database, ONE)
    with database.read() as conn:
        assert alerts.pending_candidates(conn) == ()


def test_saving_nothing_is_fine(database: Database) -> None:
    _save(database)
    with database.read() as conn:
        assert alerts.since(conn, NOON) == ()


def test_what_a_revision_said_is_found_after_it_was_edited(database: Database) -> None:
    first = item_of(1)
    edited = replace(first, title="Toll rises to six", content_hash="other", revision=2)
    store(database, first)
    with database.write() as conn:
        items.save_changes(conn, first.feed, FeedChanges(changed=(ItemChange(edited, ()),)), NOON)
    with database.read() as conn:
        said = alerts.said(conn, [(first.id, 1), (first.id, 2), (first.id, 3), ("0" * 16, 1)])
    assert {key: (one.feed, one.outlet, one.title, one.text) for key, one in said.items()} == {
        (first.id, 1): (first.feed, first.outlet, first.title, first.text),
        (first.id, 2): (first.feed, first.outlet, "Toll rises to six", first.text),
    }
