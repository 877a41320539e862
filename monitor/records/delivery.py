"""Deliveries: messages frozen in the outbox, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeliveryStatus(StrEnum):
    """The states of the outbox (DESIGN §8)."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    UNKNOWN = "unknown"
    """The process died or the connection broke after the message was handed over: it may have arrived."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message to one route; ``content`` is frozen, so a retry is identical to the byte.

    ``id`` is the Message-ID for mail. For a folder route, ``content`` is the file's bytes and ``recipient`` its name.
    """

    id: str
    route: str
    recipient: str
    kind: str
    """``alert`` or ``digest``."""
    about: str
    """What it tells of: a digest id or an alert's analyst/story."""
    subject: str
    content: bytes
    created_at: datetime
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: int = 0
    next_attempt_at: datetime | None = None
    reason: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The route took the message."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class SendFailed:
    """The route did not take the message; ``is_permanent`` means that trying again cannot help.

    ``is_uncertain`` means the message was handed over and the answer was lost.
    """

    reason: str
    is_permanent: bool = False
    is_uncertain: bool = False


SendOutcome = Sent | SendFailed
