"""`once --dry-run`: what a round would poll and send, computed from what is stored, changing nothing."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.digests.present import Limits, present
from monitor.digests.view import DigestView
from monitor.pipeline.desk import Desk
from monitor.pipeline.digest import build_now, slots_due
from monitor.pipeline.messages import legend
from monitor.pipeline.progress import Clock
from monitor.pipeline.round import Wish, chosen_feeds, wished_digests
from monitor.records import Feed, OutboxMessage
from monitor.store import items as item_rows
from monitor.store import outbox


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round would do now."""

    feeds: tuple[Feed, ...]
    waiting: int
    """Items stored and not yet assessed."""
    digests: tuple[DigestView, ...]
    messages: tuple[OutboxMessage, ...]
    """Messages that wait in the outbox and are due."""


def plan_round(desk: Desk, wish: Wish, clock: Clock) -> Plan:
    """Return what a round would do now, from what is stored: feeds are not asked.

    Raises InputError for a feed or digest that config.toml does not have.
    """
    feeds = chosen_feeds(desk, wish, clock)
    asked = wished_digests(desk, wish)
    due = [spec for spec, _ in slots_due(desk, clock())]
    views = []
    with desk.database.read() as connection:
        for spec in (*due, *(spec for spec in asked if spec not in due)):
            digest, _ = build_now(connection, desk, spec, clock(), is_preview=True)
            views.append(present(digest, legend(desk), Limits()))
        waiting = item_rows.count_unassessed(connection)
        messages = outbox.due(connection, clock())
    return Plan(feeds, waiting, tuple(views), messages)
