"""Whether the topics still see what they used to see: tagged items of the last week beside the weeks before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from monitor.classifiers.definition import TopicDefinition
from monitor.store import labels
from monitor.store.engine import Connection

RECENT = timedelta(days=7)
BEFORE = timedelta(days=28)
_FEWEST_DAYS_BEFORE = 7.0
_FEWEST_DAYS = 2.0
"""The first pull brings what had gathered in the feeds: less does not say what a day brings."""
_SURPRISE = 3.0
"""Standard deviations of a count (the root of its expectation) from which a change is worth a word."""


@dataclass(frozen=True, slots=True)
class TopicVolume:
    """Tagged items per day of one topic in the last week and, None while too short, in the four weeks before."""

    topic: str
    recent_per_day: float
    before_per_day: float | None
    recent_share: float
    """Tagged items among all assessed ones, 0-1, in the last week."""
    before_share: float | None
    alert_budget: int
    """Tagged items a day the desk is ready to read; 0 if the definition does not say, or nobody can know yet."""
    has_changed: bool

    @property
    def is_over_budget(self) -> bool:
        """Return whether more is tagged than the desk is ready to read."""
        return 0 < self.alert_budget < self.recent_per_day

    def line(self) -> str:
        """Return this in words."""
        parts = [f"{self.topic}: {self.recent_per_day:.1f} tagged a day in the last week"]
        if self.before_per_day is not None:
            parts.append(f"{self.before_per_day:.1f} in the four weeks before")
        if self.is_over_budget:
            parts.append(f"OVER the budget of {self.alert_budget}: see monitor classifiers thresholds")
        if self.has_changed:
            parts.append("CHANGED: news or drift, look with monitor label --next")
        return ", ".join(parts)


def volumes(connection: Connection, definitions: tuple[TopicDefinition, ...], now: datetime) -> tuple[TopicVolume, ...]:
    """Return how much each topic tags, in the order of the files; topics without any assessed item are left out."""
    start = now - RECENT - BEFORE
    first = labels.first_seen(connection, start)
    if first is None:
        return ()
    recent_days = min(RECENT, now - first) / timedelta(days=1)
    before_days = max((now - RECENT - first) / timedelta(days=1), 0.0)
    found = []
    for definition in definitions:
        every = labels.count_tagged(connection, definition.id, start, now - RECENT)
        recent = labels.count_tagged(connection, definition.id, now - RECENT, None)
        if every.items + recent.items:
            found.append(_volume(definition, recent, every, (recent_days, before_days)))
    return tuple(found)


def _volume(
    definition: TopicDefinition, recent: labels.Tagged, before: labels.Tagged, days: tuple[float, float]
) -> TopicVolume:
    is_known = days[1] >= _FEWEST_DAYS_BEFORE and before.items > 0
    share = before.tagged / before.items if is_known else None
    # Measured against how many items came at all: twice the feeds are no drift.
    expected = recent.items * share if share is not None else 0.0
    has_changed = share is not None and abs(recent.tagged - expected) > _SURPRISE * sqrt(max(expected, 1.0))
    return TopicVolume(
        topic=definition.id,
        recent_per_day=recent.tagged / max(days[0], 1.0),
        before_per_day=before.tagged / days[1] if is_known else None,
        recent_share=recent.tagged / max(recent.items, 1),
        before_share=share,
        alert_budget=definition.alert_budget if days[0] >= _FEWEST_DAYS else 0,
        has_changed=has_changed,
    )
