"""Rounds: when a command worked, and what it reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.store.codec import decode_summary, encode_summary
from monitor.store.schema import rounds


@dataclass(frozen=True, slots=True)
class Round:
    """One round; ``finished_at`` is None while it works, or for ever if it was killed."""

    number: int
    command: str
    started_at: datetime
    finished_at: datetime | None
    summary: Mapping[str, int | str]


def start(conn: Connection, now: datetime, command: str) -> int:
    """Record that a round begins; return its number."""
    insert = sa.insert(rounds).values(command=command, started_at=now, summary="{}")
    number: int = conn.execute(insert.returning(rounds.c.number)).scalar_one()
    return number


def finish(conn: Connection, number: int, now: datetime, summary: Mapping[str, int | str]) -> None:
    """Record that a round ended, and what it did."""
    values = {"finished_at": now, "summary": encode_summary(summary)}
    conn.execute(sa.update(rounds).where(rounds.c.number == number).values(values))


def last(conn: Connection, *, is_finished: bool = False) -> Round | None:
    """Return the newest round, or the newest that was finished."""
    query = sa.select(rounds).order_by(rounds.c.number.desc()).limit(1)
    if is_finished:
        query = query.where(rounds.c.finished_at.is_not(None))
    row = conn.execute(query).one_or_none()
    return None if row is None else _round(row)


def since(conn: Connection, moment: datetime) -> tuple[Round, ...]:
    """Return the rounds that began at or after a moment, oldest first."""
    query = sa.select(rounds).where(rounds.c.started_at >= moment).order_by(rounds.c.number)
    return tuple(_round(row) for row in conn.execute(query))


def _round(row: sa.Row[Any]) -> Round:
    return Round(row.number, row.command, row.started_at, row.finished_at, decode_summary(row.summary))
