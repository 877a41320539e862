"""What was found in an item: evidence, mentions, topic scores and rule matches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum

from monitor.records.item import Field
from monitor.records.place import Source


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """A passage that proves a hit: ``text[start:end] == quote`` in that field, in code points, always."""

    field: Field
    start: int
    end: int
    quote: str
    name: str
    """The listed name, word or phrase that hit, as its author wrote it."""


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """A watched entity found in an item."""

    entity: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Contribution:
    """One feature's part in a score; positive weights speak for the topic, ``evidence`` shows it in the item."""

    feature: str
    weight: float
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class TopicScore:
    """Calibrated relevance (0–1) of an item to a topic, with the features that speak most for and against."""

    topic: str
    score: float
    threshold: float
    fingerprint: str
    """Of the model: definitions, seeds, contrast passages, judgements and feature code."""
    contributions: tuple[Contribution, ...] = ()

    @property
    def is_relevant(self) -> bool:
        """Return whether the score reaches the topic's threshold."""
        return self.score >= self.threshold


class Severity(IntEnum):
    """How bad it is if this rule is right; ordered."""

    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5

    @property
    def label(self) -> str:
        """Return the word analysts write."""
        return self.name.lower()


class Send(StrEnum):
    """What happens when a rule matches."""

    ALERT = "alert"
    DIGEST = "digest"
    RECORD = "record"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A rule that holds for an item. ``evidence`` is never empty; ``id`` is ``owner/rule``."""

    owner: str
    rule: str
    title: str
    severity: Severity
    send: Send
    evidence: tuple[Evidence, ...]
    entities: tuple[str, ...] = ()
    throttle: timedelta | None = None
    declared_at: Source | None = None

    @property
    def id(self) -> str:
        """Return the rule's full name."""
        return f"{self.owner}/{self.rule}"


@dataclass(frozen=True, slots=True)
class RuleStop:
    """A candidate stopped by ``none``, a filter or a score, with the clause and, where there is one, the passage."""

    owner: str
    rule: str
    clause: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class ItemMatches:
    """Everything matching found in one item, mentions and evidence in reading order."""

    mentions: tuple[Mention, ...] = ()
    rules: tuple[RuleMatch, ...] = ()
    stopped: tuple[RuleStop, ...] = ()
