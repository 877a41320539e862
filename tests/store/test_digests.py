from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.records import DigestMember, Item
from monitor.store import digests, items
from monitor.store.digests import ClosedDigest
from monitor.store.engine import Database
from monitor.store.failures import SlotTakenError
from tests.store.samples import HOUR, NOON, assess, changes_of, contents, item_of, member_of, plans_of, store

ONE, TWO, THREE = (item_of(number) for number in (1, 2, 3))
EDITED = replace(ONE, title="Toll rises to six", content_hash="other", revision=2)


def _digest(number: int = 1, name: str = "morning", slot: datetime | None = NOON) -> ClosedDigest:
    return ClosedDigest(f"{name}-{number}", name, slot, None, NOON + number * HOUR, '{"items": 1}')


def _close(database: Database, digest: ClosedDigest, *members: DigestMember) -> None:
    with database.write() as conn:
        digests.close(conn, digest, members)


def _candidates(database: Database, name: str = "morning") -> list[tuple[str, int]]:
    with database.read() as conn:
        return [(each.item.id, each.item.revision) for each in digests.candidates(conn, name)]


def _hidden(item: Item, reason: str) -> DigestMember:
    return member_of(item, is_shown=False, reason=reason)


def _filled(database: Database, *filled: Item) -> None:
    store(database, *filled)
    assess(database, *filled)


def test_a_digest_takes_every_assessed_item_oldest_first(database: Database) -> None:
    store(database, TWO, ONE, THREE)
    assess(database, TWO, ONE)
    assert _candidates(database) == [(ONE.id, 1), (TWO.id, 1)]


def test_what_it_decided_about_it_does_not_take_again_shown_or_not(database: Database) -> None:
    _filled(database, ONE, TWO)
    _close(database, _digest(), member_of(ONE), _hidden(TWO, "below every threshold"))
    assert _candidates(database) == []
    assert _candidates(database, "weekly") == [(ONE.id, 1), (TWO.id, 1)]
    with database.read() as conn:
        assert digests.members(conn, "morning-1") == (
            member_of(ONE),
            _hidden(TWO, "below every threshold"),
        )


def test_an_item_assessed_while_the_digest_was_built_is_in_the_next_one(database: Database) -> None:
    _filled(database, ONE, TWO)
    _close(database, _digest(), member_of(TWO))
    assert _candidates(database) == [(ONE.id, 1)]
    _filled(database, THREE)
    _close(database, _digest(2, slot=NOON + HOUR), member_of(THREE))
    assert _candidates(database) == [(ONE.id, 1)]
    _close(database, _digest(3, slot=None), member_of(ONE))
    assert _candidates(database) == []


def test_an_item_assessed_late_is_not_lost_below_the_mark(database: Database) -> None:
    store(database, ONE, TWO)
    assess(database, TWO)
    _close(database, _digest(), member_of(TWO))
    assess(database, ONE)
    assert _candidates(database) == [(ONE.id, 1)]


def test_an_edit_is_taken_again_and_the_revision_before_is_superseded(database: Database) -> None:
    _filled(database, ONE)
    store(database, changed=(EDITED,))
    assert _candidates(database) == []
    assess(database, EDITED)
    assert _candidates(database) == [(ONE.id, 2)]
    _close(database, _digest(), member_of(EDITED))
    with database.read() as conn:
        assert digests.memberships(conn, ONE.id) == (
            ("morning-1", _hidden(ONE, "superseded by a later revision")),
            ("morning-1", member_of(EDITED)),
        )


def test_an_edit_of_a_shown_item_knows_what_was_shown(database: Database) -> None:
    _filled(database, ONE)
    _close(database, _digest(), member_of(ONE))
    store(database, changed=(EDITED,))
    assess(database, EDITED)
    with database.read() as conn:
        assert digests.previous_memberships(conn, "morning", [ONE.id, TWO.id]) == {ONE.id: member_of(ONE)}
        assert digests.previous_memberships(conn, "weekly", [ONE.id]) == {}
    unshown = _hidden(EDITED, "nothing that matters changed")
    _close(database, _digest(2, slot=None), unshown)
    with database.read() as conn:
        assert digests.previous_memberships(conn, "morning", [ONE.id]) == {ONE.id: member_of(ONE)}
        assert digests.why(conn, "morning", ONE.id) == unshown


def test_the_archive_of_a_first_pull_is_in_no_digest_and_why_says_so(database: Database) -> None:
    archived = item_of(1, is_backlog=True, is_first_pull=True)
    _filled(database, archived, TWO)
    assert _candidates(database) == [(TWO.id, 1)]
    _close(database, _digest(), member_of(TWO))
    assert _candidates(database) == []
    with database.read() as conn:
        assert digests.why(conn, "morning", archived.id) == _hidden(archived, "archived at first pull")


def test_why_is_silent_about_what_is_not_decided_yet(database: Database) -> None:
    _filled(database, ONE)
    store(database, TWO)
    with database.read() as conn:
        assert [digests.why(conn, "morning", item) for item in (ONE.id, TWO.id, "0" * 16)] == [None, None, None]


def test_a_slot_is_closed_once(database: Database) -> None:
    _filled(database, ONE)
    _close(database, _digest(), member_of(ONE))
    before = contents(database)
    with pytest.raises(SlotTakenError, match="digest morning: morning-2 was closed before"):
        _close(database, _digest(2), member_of(ONE))
    with pytest.raises(SlotTakenError):
        _close(database, _digest(1, slot=None), member_of(ONE))
    assert contents(database) == before
    _close(database, _digest(1, name="evening"), member_of(ONE))


def test_what_a_transaction_wrote_before_a_taken_slot_is_still_its_own(database: Database) -> None:
    _close(database, _digest())
    with database.write() as conn:
        items.save_changes(conn, "dawn", changes_of(ONE), NOON)
        with pytest.raises(SlotTakenError):
            digests.close(conn, _digest(2), ())
    with database.read() as conn:
        assert items.count(conn) == 1


def test_digests_a_person_asks_for_have_no_slot_and_do_not_collide(database: Database) -> None:
    _close(database, _digest(1, slot=None))
    _close(database, _digest(2, slot=None))
    with database.read() as conn:
        assert [each.id for each in digests.list_closed(conn)] == ["morning-2", "morning-1"]
        assert digests.last_slot(conn, "morning") is None


def test_closed_digests_are_remembered(database: Database) -> None:
    first, second, other = _digest(), _digest(2, slot=NOON + 24 * HOUR), _digest(9, "weekly")
    for each in (first, second, other):
        _close(database, each)
    with database.read() as conn:
        assert digests.last_closed(conn, "morning") == second
        assert digests.last_closed(conn, "evening") is None
        assert digests.last_slot(conn, "morning") == NOON + 24 * HOUR
        assert digests.list_closed(conn, "morning") == (second, first)
        assert digests.list_closed(conn, limit=1) == (other,)
        assert digests.get(conn, "weekly-9") == other
        assert digests.get(conn, "weekly-8") is None


def test_a_closed_item_is_not_assessed_again_for_new_rules(database: Database) -> None:
    _filled(database, ONE, TWO)
    _close(database, _digest(), member_of(ONE))
    with database.read() as conn:
        assert items.unassessed(conn, "model-1", "rules-2", 10, is_reassessing=True) == ((TWO, True),)


def test_a_repeated_assessment_of_a_decided_item_is_not_taken_again(database: Database) -> None:
    _filled(database, ONE)
    _close(database, _digest(), member_of(ONE))
    assess(database, ONE, rules_version="rules-2", is_repeat=True)
    assert _candidates(database) == []


def test_a_digest_added_later_reaches_back_a_week_and_why_knows_the_rest(database: Database) -> None:
    old = item_of(1, first_seen_at=NOON - timedelta(days=30))
    recent = item_of(2, first_seen_at=NOON - timedelta(days=6))
    _filled(database, old)
    _filled(database, recent, THREE)
    assert _candidates(database) == [(recent.id, 1), (THREE.id, 1)]
    _close(database, _digest(), member_of(recent), member_of(THREE))
    with database.read() as conn:
        assert digests.why(conn, "morning", old.id) == _hidden(old, "stored before this digest began")


def test_a_digest_that_began_loses_nothing_however_long_it_cannot_close(database: Database) -> None:
    _filled(database, ONE)
    with database.write() as conn:
        digests.begin(conn, "morning")
    later = item_of(2, first_seen_at=NOON + timedelta(days=30))
    _filled(database, later)
    assert _candidates(database) == [(ONE.id, 1), (later.id, 1)]
    before = contents(database)
    with database.write() as conn:
        digests.begin(conn, "morning")
    assert contents(database) == before


def test_an_edit_of_an_item_from_before_the_digest_is_taken(database: Database) -> None:
    old = item_of(1, first_seen_at=NOON - timedelta(days=30))
    _filled(database, old)
    _filled(database, TWO)
    with database.write() as conn:
        digests.begin(conn, "morning")
    edited = replace(old, content_hash="other", revision=2)
    store(database, changed=(edited,))
    assess(database, edited)
    assert _candidates(database) == [(old.id, 2), (TWO.id, 1)]


def test_hundreds_of_members_are_closed_at_once(database: Database) -> None:
    many = [item_of(number) for number in range(1100)]
    _filled(database, *many)
    _close(database, _digest(), *(member_of(item) for item in many))
    assert _candidates(database) == []
    with database.read() as conn:
        assert len(digests.members(conn, "morning-1")) == 1100


def test_closing_an_empty_digest_still_takes_the_slot(database: Database) -> None:
    _close(database, _digest())
    with pytest.raises(SlotTakenError):
        _close(database, _digest(2))


def test_looking_for_candidates_does_not_walk_the_archive(database: Database) -> None:
    """The walk begins at the low-water mark: a range of assessments by number."""
    _filled(database, ONE)
    _close(database, _digest(), member_of(ONE))
    plans = plans_of(database, lambda conn: digests.candidates(conn, "morning"))
    assert plans[1][0] == "SEARCH assessments USING INTEGER PRIMARY KEY (rowid>?)", plans
    with database.write() as conn:
        digests.close(conn, _digest(2, slot=None), ())
    moving = plans_of(database, lambda conn: digests._move_mark(conn, "morning"))
    assert moving[1][0] == "SEARCH assessments USING INTEGER PRIMARY KEY (rowid>?)", moving
