"""The outbox: messages frozen when queued, and what became of each.

pending → sending → sent | retry | unknown | failed. At least once: a message whose fate is unknown goes out again,
identical to the byte and under the same id, so that the receiving side can tell the copy.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import DeliveryStatus, OutboxMessage
from monitor.store.columns import UtcTime
from monitor.store.schema import outbox
from monitor.store.writing import insert_or_skip

_WAITING = (DeliveryStatus.PENDING.value, DeliveryStatus.RETRY.value, DeliveryStatus.UNKNOWN.value)


def queue(conn: Connection, messages: Sequence[OutboxMessage]) -> None:
    """Put messages into the outbox; one whose id is there already stays as it was frozen first."""
    if messages:
        rows = [{**asdict(message), "status": message.status.value} for message in messages]
        conn.execute(insert_or_skip(conn, outbox), rows)


def due(conn: Connection, now: datetime, limit: int | None = None) -> tuple[OutboxMessage, ...]:
    """Return the messages to deliver now, in the order they were queued."""
    query = sa.select(outbox).where(_is_due(now)).order_by(outbox.c.created_at, outbox.c.id)
    return tuple(_message(row._mapping) for row in conn.execute(query.limit(limit)))


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    is_time = outbox.c.next_attempt_at.is_(None) | (outbox.c.next_attempt_at <= now)
    return outbox.c.status.in_(_WAITING) & is_time


def next_due_at(conn: Connection) -> datetime | None:
    """Return when the next waiting message may be tried; None when nothing waits for a moment to come."""
    query = sa.select(sa.func.min(outbox.c.next_attempt_at)).where(outbox.c.status.in_(_WAITING))
    return conn.execute(query).scalar()


def claim(conn: Connection, message: str, now: datetime) -> bool:
    """Take a due message for delivery; False if another process took it or it is not due any more.

    Commit before handing the message over: if this process dies then, ``recover`` finds it.
    """
    change = sa.update(outbox).where(outbox.c.id == message, _is_due(now))
    values = {"status": DeliveryStatus.SENDING.value, "attempts": outbox.c.attempts + 1, "next_attempt_at": None}
    return conn.execute(change.values(values)).rowcount == 1


def mark(
    conn: Connection,
    message: str,
    status: DeliveryStatus,
    reason: str,
    now: datetime,
    next_attempt_at: datetime | None = None,
) -> None:
    """Record what became of a message that was claimed; one that was sent stays sent."""
    # Nothing will be tried of a message that failed for good: the column keeps when it failed (``failed_since``).
    attempt = now if status is DeliveryStatus.FAILED else next_attempt_at
    values: dict[str, Any] = {"status": status.value, "reason": reason, "next_attempt_at": attempt}
    if status is DeliveryStatus.SENT:
        values["sent_at"] = now
    is_open = outbox.c.status != DeliveryStatus.SENT.value
    conn.execute(sa.update(outbox).where(outbox.c.id == message, is_open).values(values))


def recover(conn: Connection, now: datetime, repeatable: Collection[str] = ()) -> int:
    """Release the messages a dead process left in ``sending``; return how many there were.

    Call it only when no other process delivers. On routes named in ``repeatable`` (a folder, where a second write
    changes nothing) they become ``retry``, elsewhere ``unknown``. Both are due at once.
    """
    is_left = outbox.c.status == DeliveryStatus.SENDING.value
    is_repeatable = outbox.c.route.in_(sorted(repeatable))
    outcomes = (
        (is_repeatable, DeliveryStatus.RETRY, "monitor was stopped while it wrote this"),
        (~is_repeatable, DeliveryStatus.UNKNOWN, "monitor was stopped while it sent this; it may have arrived"),
    )
    released = 0
    for condition, status, reason in outcomes:
        values = {"status": status.value, "reason": reason, "next_attempt_at": now}
        released += conn.execute(sa.update(outbox).where(is_left, condition).values(values)).rowcount
    return released


def list_messages(
    conn: Connection, statuses: Collection[DeliveryStatus] = (), limit: int = 100
) -> tuple[OutboxMessage, ...]:
    """Return messages in the given states, or in all, the newest first."""
    query = sa.select(outbox).order_by(outbox.c.created_at.desc(), outbox.c.id.desc()).limit(limit)
    if statuses:
        query = query.where(outbox.c.status.in_([status.value for status in statuses]))
    return tuple(_message(row._mapping) for row in conn.execute(query))


def failed_since(conn: Connection, moment: datetime, limit: int = 100) -> tuple[OutboxMessage, ...]:
    """Return the messages that failed for good at or after a moment, the newest first."""
    failed_at = sa.func.coalesce(outbox.c.next_attempt_at, outbox.c.created_at, type_=UtcTime)
    query = sa.select(outbox).where(outbox.c.status == DeliveryStatus.FAILED.value, failed_at >= moment)
    rows = conn.execute(query.order_by(outbox.c.created_at.desc(), outbox.c.id.desc()).limit(limit))
    return tuple(_message(row._mapping) for row in rows)


def retry_failed(conn: Connection, now: datetime, beginnings: Collection[str] = ()) -> tuple[OutboxMessage, ...]:
    """Put messages that failed for good back into the queue, due at once; return them as they were, oldest first.

    ``beginnings`` of ids choose among them, with or without the ``<`` of a Message-ID; none means all. What a
    message says does not change, nor how often it was tried.
    """
    query = sa.select(outbox).where(outbox.c.status == DeliveryStatus.FAILED.value)
    rows = conn.execute(query.order_by(outbox.c.created_at, outbox.c.id))
    chosen = tuple(
        message for message in (_message(row._mapping) for row in rows) if not beginnings or begins(message, beginnings)
    )
    for message in chosen:
        change = sa.update(outbox).where(outbox.c.id == message.id, outbox.c.status == DeliveryStatus.FAILED.value)
        conn.execute(change.values(status=DeliveryStatus.RETRY.value, next_attempt_at=now))
    return chosen


def begins(message: OutboxMessage, beginnings: Collection[str]) -> bool:
    """Return whether a message's id begins with one of the given characters, the ``<`` of a Message-ID aside."""
    return any(message.id.removeprefix("<").startswith(one.removeprefix("<")) for one in beginnings)


def about(conn: Connection, subject_matter: str) -> tuple[OutboxMessage, ...]:
    """Return the messages about one digest or one alert, oldest first."""
    query = sa.select(outbox).where(outbox.c.about == subject_matter)
    rows = conn.execute(query.order_by(outbox.c.created_at, outbox.c.id))
    return tuple(_message(row._mapping) for row in rows)


def alert_times(conn: Connection, analyst: str, since: datetime) -> tuple[datetime, ...]:
    """Return when alerts of an analyst went out or will, at or after a moment, each alert once, oldest first."""
    at = sa.func.coalesce(outbox.c.sent_at, outbox.c.next_attempt_at, outbox.c.created_at, type_=UtcTime)
    query = (
        sa.select(sa.func.max(at, type_=UtcTime))
        .where(outbox.c.kind == "alert", outbox.c.about.startswith(f"{analyst}/", autoescape=True), at >= since)
        .group_by(outbox.c.about, outbox.c.created_at)
    )
    return tuple(sorted(conn.execute(query).scalars()))


def get(conn: Connection, message: str) -> OutboxMessage | None:
    """Return one message."""
    row = conn.execute(sa.select(outbox).where(outbox.c.id == message)).one_or_none()
    return None if row is None else _message(row._mapping)


def counts(conn: Connection) -> dict[DeliveryStatus, int]:
    """Return how many messages are in each state; states without messages are absent."""
    query = sa.select(outbox.c.status, sa.func.count().label("number")).group_by(outbox.c.status)
    return {DeliveryStatus(row.status): row.number for row in conn.execute(query)}


def _message(row: sa.RowMapping) -> OutboxMessage:
    return OutboxMessage(**{**row, "status": DeliveryStatus(row["status"])})
