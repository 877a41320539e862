"""What was learned about each feed by polling it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import FeedHealth, FeedState
from monitor.store.columns import AnyRow, storable, stored_span, stored_text, stored_time
from monitor.store.schema import feed_states
from monitor.store.writing import insert_rows

_FIELDS = tuple(field.name for field in fields(FeedState))
_HEALTH = _FIELDS.index("health")
_ALL = sa.select(*(feed_states.c[name] for name in _FIELDS))


def states(conn: Connection) -> dict[str, FeedState]:
    """Return the state of every feed ever polled, by feed name."""
    return {row.feed: _state(row) for row in conn.execute(_ALL)}


def save_state(conn: Connection, state: FeedState) -> None:
    """Keep the newest state of one feed, in the same transaction as the items its poll brought."""
    save_states(conn, (state,))


def save_states(conn: Connection, states: Sequence[FeedState]) -> None:
    """Keep the newest states of several feeds."""
    insert_rows(conn, feed_states, [_row(state) for state in states], replacing=("feed",))


def _state(row: AnyRow) -> FeedState:
    values = list(row)
    values[_HEALTH] = FeedHealth(row.health)
    return FeedState(*values)


def _row(state: FeedState) -> tuple[Any, ...]:
    """Return a state as ``feed_states`` holds it."""
    return (
        storable(state.feed),
        storable(state.url),
        stored_text(state.etag),
        stored_text(state.last_modified),
        stored_text(state.body_hash),
        stored_time(state.next_check_at),
        stored_time(state.last_polled_at),
        stored_time(state.last_success_at),
        stored_time(state.last_new_item_at),
        state.failures,
        state.health.value,
        stored_time(state.since),
        storable(state.problem),
        state.identity_policy,
        stored_time(state.fetched_at),
        stored_text(state.moved_to),
        stored_time(state.moved_since),
        stored_time(state.moved_at),
        stored_span(state.longest_quiet),
        stored_text(state.items_hash),
        stored_span(state.wished_wait),
        storable(state.quiet_times),
    )
