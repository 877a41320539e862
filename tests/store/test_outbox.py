from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.records import DeliveryStatus, OutboxMessage
from monitor.store import outbox
from monitor.store.engine import Database
from tests.store.samples import HOUR, MINUTE, NOON, contents, message_of

FIRST, SECOND = message_of(1), message_of(2, route="folder", recipient="morning.md", kind="digest", about="morning-1")
LATER = NOON + HOUR


def _queue(database: Database, *messages: OutboxMessage) -> None:
    with database.write() as conn:
        outbox.queue(conn, messages)


def _claim(database: Database, message: OutboxMessage, now: datetime = LATER) -> bool:
    with database.write() as conn:
        return outbox.claim(conn, message.id, now)


def _due(database: Database, now: datetime = LATER) -> list[str]:
    with database.read() as conn:
        return [message.id for message in outbox.due(conn, now)]


def _get(database: Database, message: OutboxMessage) -> OutboxMessage:
    with database.read() as conn:
        found = outbox.get(conn, message.id)
    assert found is not None
    return found


def test_a_message_comes_back_to_the_byte(database: Database) -> None:
    frozen = message_of(1, content=bytes(range(256)), subject="حملہ: پانچ زخمی")
    _queue(database, frozen)
    with database.read() as conn:
        assert outbox.due(conn, LATER) == (frozen,)


def test_a_message_queued_again_stays_as_it_was_frozen_first(database: Database) -> None:
    _queue(database, FIRST)
    once = contents(database)
    _queue(database, FIRST, replace(FIRST, content=b"another body", subject="another"))
    assert contents(database) == once


def test_messages_are_due_in_the_order_they_were_queued(database: Database) -> None:
    _queue(database, SECOND, FIRST)
    assert _due(database) == [FIRST.id, SECOND.id]


def test_a_claimed_message_is_nobody_elses(database: Database) -> None:
    _queue(database, FIRST)
    assert _claim(database, FIRST) is True
    assert _claim(database, FIRST) is False
    assert _due(database) == []
    assert (_get(database, FIRST).status, _get(database, FIRST).attempts) == (DeliveryStatus.SENDING, 1)


def test_a_sent_message_is_never_sent_again(database: Database) -> None:
    _queue(database, FIRST)
    _claim(database, FIRST)
    with database.write() as conn:
        outbox.mark(conn, FIRST.id, DeliveryStatus.SENT, "250 queued", LATER)
    once = contents(database)
    with database.write() as conn:
        outbox.mark(conn, FIRST.id, DeliveryStatus.RETRY, "late answer", LATER + HOUR, LATER)
        outbox.recover(conn, LATER + HOUR)
    assert contents(database) == once
    sent = replace(FIRST, status=DeliveryStatus.SENT, attempts=1, reason="250 queued", sent_at=LATER)
    assert _get(database, FIRST) == sent
    assert _due(database, LATER + 24 * HOUR) == []


def test_a_retry_waits_for_its_time(database: Database) -> None:
    _queue(database, FIRST)
    _claim(database, FIRST)
    with database.write() as conn:
        outbox.mark(conn, FIRST.id, DeliveryStatus.RETRY, "451 try later", LATER, LATER + HOUR)
    assert _due(database, LATER + HOUR - MINUTE) == []
    assert _claim(database, FIRST, LATER) is False
    assert _due(database, LATER + HOUR) == [FIRST.id]
    with database.read() as conn:
        assert outbox.next_due_at(conn) == LATER + HOUR


def test_a_refused_message_is_not_tried_again(database: Database) -> None:
    _queue(database, FIRST)
    _claim(database, FIRST)
    with database.write() as conn:
        outbox.mark(conn, FIRST.id, DeliveryStatus.FAILED, "550 no such mailbox", LATER)
    assert _due(database, LATER + 24 * HOUR) == []


def test_what_a_dead_process_was_sending_goes_out_again(database: Database) -> None:
    _queue(database, FIRST, SECOND)
    _claim(database, FIRST)
    _claim(database, SECOND)
    with database.write() as conn:
        assert outbox.recover(conn, LATER, repeatable=("folder",)) == 2
        assert outbox.recover(conn, LATER, repeatable=("folder",)) == 0
    assert _get(database, FIRST).status is DeliveryStatus.UNKNOWN
    assert _get(database, SECOND).status is DeliveryStatus.RETRY
    assert _due(database) == [FIRST.id, SECOND.id]
    assert _claim(database, FIRST) is True
    assert _get(database, FIRST).attempts == 2


def test_messages_are_listed_newest_first_and_counted_by_state(database: Database) -> None:
    _queue(database, FIRST, SECOND)
    _claim(database, FIRST)
    with database.read() as conn:
        assert [each.id for each in outbox.list_messages(conn)] == [SECOND.id, FIRST.id]
        assert [each.id for each in outbox.list_messages(conn, [DeliveryStatus.SENDING])] == [FIRST.id]
        assert [each.id for each in outbox.list_messages(conn, limit=1)] == [SECOND.id]
        assert [each.id for each in outbox.about(conn, "morning-1")] == [SECOND.id]
        assert outbox.counts(conn) == {DeliveryStatus.SENDING: 1, DeliveryStatus.PENDING: 1}
        assert outbox.get(conn, "<none@monitor.example>") is None
        assert outbox.next_due_at(conn) is None


def test_an_alert_counts_when_it_goes_out_once_for_all_its_routes(database: Database) -> None:
    held = message_of(5, next_attempt_at=NOON + 3 * HOUR, about="cpec-desk/story-2")
    both = (FIRST, message_of(3, route="folder", created_at=FIRST.created_at))
    _queue(database, *both, held, SECOND, message_of(6, about="night-desk/story-1"))
    with database.read() as conn:
        assert outbox.alert_times(conn, "cpec-desk", NOON) == (NOON + MINUTE, NOON + 3 * HOUR)
        assert outbox.alert_times(conn, "cpec-desk", NOON + HOUR) == (NOON + 3 * HOUR,)
        assert outbox.alert_times(conn, "cpec", NOON) == ()


def _fail(database: Database, message: OutboxMessage, now: datetime) -> None:
    _claim(database, message, now)
    with database.write() as conn:
        outbox.mark(conn, message.id, DeliveryStatus.FAILED, "550 no such mailbox", now)


def test_what_failed_is_found_by_when_it_failed_not_by_when_it_was_queued(database: Database) -> None:
    _queue(database, FIRST, SECOND)
    _fail(database, FIRST, LATER)
    _fail(database, SECOND, LATER + HOUR)
    with database.read() as conn:
        assert [each.id for each in outbox.failed_since(conn, LATER)] == [SECOND.id, FIRST.id]
        assert [each.id for each in outbox.failed_since(conn, LATER + MINUTE)] == [SECOND.id]
        assert outbox.failed_since(conn, LATER + 2 * HOUR) == ()
        assert outbox.next_due_at(conn) is None


def test_failed_messages_go_back_into_the_queue_all_or_by_the_beginning_of_their_ids(database: Database) -> None:
    third = message_of(3)
    _queue(database, FIRST, SECOND, third)
    for message in (FIRST, SECOND):
        _fail(database, message, LATER)
    with database.write() as conn:
        assert outbox.retry_failed(conn, LATER, ["nothing"]) == ()
        chosen = FIRST.id.removeprefix("<")[:-2]
        assert [each.id for each in outbox.retry_failed(conn, LATER + HOUR, [chosen])] == [FIRST.id]
    assert _due(database, LATER + HOUR) == [FIRST.id, third.id]
    assert _get(database, FIRST).content == FIRST.content
    with database.write() as conn:
        assert [each.id for each in outbox.retry_failed(conn, LATER + HOUR)] == [SECOND.id]
        assert outbox.retry_failed(conn, LATER + HOUR) == ()
