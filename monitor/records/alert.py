"""Alerts: one analyst, one rule, one story, one decision with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.records.match import Severity


class Decision(StrEnum):
    """What became of an alert candidate; the first that applies, in this order (DESIGN §7)."""

    OFF = "off"
    EXPIRED = "expired"
    MUTED = "muted"
    SILENCED = "silenced"
    ALREADY_SENT = "already-sent"
    ESCALATED = "escalated"
    THROTTLED = "throttled"
    REPEAT = "repeat"
    NEW = "new"
    FIRST_PULL = "first-pull"
    """The item came with a feed's first pull: it may enter the digest, it does not alert."""
    SEEN_BEFORE = "seen-before"
    """A new rule or model matched an item assessed before: digest only."""

    @property
    def is_sent(self) -> bool:
        """Return whether a message goes out."""
        return self in (Decision.NEW, Decision.ESCALATED)


@dataclass(frozen=True, slots=True)
class PastAlert:
    """What was decided before for the same analyst, rule and story."""

    item: str
    revision: int
    decision: Decision
    severity: Severity
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """One decision for one analyst, rule and story, about one item revision."""

    analyst: str
    owner: str
    rule: str
    story: str
    item: str
    revision: int
    severity: Severity
    decision: Decision
    reason: str
    decided_at: datetime
