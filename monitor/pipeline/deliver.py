"""Deliver what waits in the outbox: claim, send, mark; at least once, identical to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import assert_never

from monitor.deliver.email import send_mail
from monitor.deliver.folder import write_file
from monitor.deliver.routes import EmailRoute, FolderRoute, Route
from monitor.log import Log
from monitor.pipeline.progress import Clock
from monitor.records import DeliveryStatus, OutboxMessage, SendFailed, SendOutcome, Sent
from monitor.store import outbox
from monitor.store.engine import Database

log = Log("deliver")

RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""Waits between attempts; the last one repeats. A mail server is often back within minutes."""
GIVE_UP_AFTER = timedelta(days=3)
"""An alert older than that is no alert; it stays in the outbox as failed, and `deliveries list` shows it."""

_FAILED_BEFORE = (DeliveryStatus.RETRY, DeliveryStatus.UNKNOWN)
_RETRIED_NOW = 1000
"""At most so many at once: whoever waits at the terminal sees an end of it; the others are tried in their time."""


@dataclass(frozen=True, slots=True)
class DeliverReport:
    """What became of the messages that were due."""

    sent: tuple[OutboxMessage, ...] = ()
    waiting: tuple[OutboxMessage, ...] = ()
    """Not taken this time; they are tried again."""
    failed: tuple[OutboxMessage, ...] = ()
    """Refused for good."""

    def joined(self, later: DeliverReport) -> DeliverReport:
        """Return this and a later delivery as one."""
        return DeliverReport((*self.sent, *later.sent), (*self.waiting, *later.waiting), (*self.failed, *later.failed))


def deliver(
    database: Database, routes: Mapping[str, Route], root: Path, clock: Clock, *, is_retrying_now: bool = False
) -> DeliverReport:
    """Deliver every message that is due. The caller holds the round lock.

    With ``is_retrying_now`` messages that failed before are tried without waiting for their time; alerts held back
    by quiet hours or a cap never are. Raises StoreError when the database fails; the messages then stay as they are.
    """
    with database.write() as connection:
        # Whoever claimed these is dead, since the lock is ours. A file is written again under its name; a mail may
        # arrive twice, with the same Message-ID, which beats never.
        folders = [name for name, route in routes.items() if isinstance(route, FolderRoute)]
        outbox.recover(connection, clock(), folders)
        if is_retrying_now:
            for message in outbox.list_messages(connection, _FAILED_BEFORE, limit=_RETRIED_NOW):
                outbox.mark(connection, message.id, message.status, message.reason, clock(), next_attempt_at=clock())
    with database.read() as connection:
        due = outbox.due(connection, clock())
    sent: list[OutboxMessage] = []
    waiting: list[OutboxMessage] = []
    failed: list[OutboxMessage] = []
    for message in due:
        with database.write() as connection:
            outbox.claim(connection, message.id, clock())
        outcome = hand_over(routes, root, message)
        after = _after(message, outcome, clock())
        with database.write() as connection:
            outbox.mark(connection, after.id, after.status, after.reason, clock(), after.next_attempt_at)
        log.info("delivery", id=message.id, route=message.route, status=after.status, reason=after.reason)
        {DeliveryStatus.SENT: sent, DeliveryStatus.FAILED: failed}.get(after.status, waiting).append(after)
    return DeliverReport(tuple(sent), tuple(waiting), tuple(failed))


def hand_over(routes: Mapping[str, Route], root: Path, message: OutboxMessage) -> SendOutcome:
    """Send one message through its route, once, and return what became of it."""
    route = routes.get(message.route)
    match route:
        case FolderRoute():
            return write_file(root / route.path, message.recipient, message.content)
        case EmailRoute():
            return send_mail(_in_workspace(route, root), message.content, (message.recipient,))
        case None:
            return SendFailed(f'config.toml has no route called "{message.route}" any more')
        case _:
            assert_never(route)


def _in_workspace(route: EmailRoute, root: Path) -> EmailRoute:
    """Return the route with the paths of its secrets taken from the workspace."""
    return replace(
        route,
        password_file=root / route.password_file if route.password_file else None,
        ca_file=root / route.ca_file if route.ca_file else None,
    )


def _after(message: OutboxMessage, outcome: SendOutcome, now: datetime) -> OutboxMessage:
    attempts = message.attempts + 1
    match outcome:
        case Sent(detail=detail):
            return replace(message, status=DeliveryStatus.SENT, reason=detail, attempts=attempts, sent_at=now)
        case SendFailed(reason=reason, is_permanent=is_permanent, is_uncertain=is_uncertain):
            if is_permanent or now - message.created_at > GIVE_UP_AFTER:
                return replace(message, status=DeliveryStatus.FAILED, reason=reason, attempts=attempts)
            wait = RETRY_AFTER[min(message.attempts, len(RETRY_AFTER) - 1)]
            status = DeliveryStatus.UNKNOWN if is_uncertain else DeliveryStatus.RETRY
            return replace(message, status=status, reason=reason, attempts=attempts, next_attempt_at=now + wait)
        case _:
            assert_never(outcome)
