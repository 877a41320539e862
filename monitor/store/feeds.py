"""What was learned about each feed by polling it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import FeedHealth, FeedState
from monitor.store.schema import feed_states
from monitor.store.writing import insert_or_replace

_FIELDS = tuple(field.name for field in fields(FeedState))


def states(conn: Connection) -> dict[str, FeedState]:
    """Return the state of every feed ever polled, by feed name."""
    rows = conn.execute(sa.select(feed_states)).mappings()
    return {row["feed"]: FeedState(**{**row, "health": FeedHealth(row["health"])}) for row in rows}


def save_state(conn: Connection, state: FeedState) -> None:
    """Keep the newest state of one feed, in the same transaction as the items its poll brought."""
    save_states(conn, (state,))


def save_states(conn: Connection, states: Sequence[FeedState]) -> None:
    """Keep the newest states of several feeds."""
    if states:
        conn.execute(insert_or_replace(conn, feed_states, ("feed",)), [_row(state) for state in states])


def _row(state: FeedState) -> dict[str, Any]:
    # Not asdict: it copies every value, which costs more than the write.
    row = {name: getattr(state, name) for name in _FIELDS}
    row["health"] = state.health.value
    return row
