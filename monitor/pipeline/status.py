"""The state of a workspace, in words and as a record."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.digests.due import due_slot, next_slot
from monitor.pipeline.coverage import coverage_now
from monitor.pipeline.desk import Desk
from monitor.pipeline.drift import TopicVolume, volumes
from monitor.records import Coverage, DeliveryStatus, FeedHealth
from monitor.store import digests as digest_rows
from monitor.store import items as item_rows
from monitor.store import outbox, rounds

_HEALTHY = (FeedHealth.OK, FeedHealth.NEW, FeedHealth.SILENT)


@dataclass(frozen=True, slots=True)
class DigestStatus:
    """When a digest was closed last and when it is due next (UTC)."""

    name: str
    zone: str
    last_closed_at: datetime | None
    is_due: bool
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything ``monitor status`` tells."""

    coverage: Coverage
    items: int
    last_round: rounds.Round | None
    outbox: dict[DeliveryStatus, int]
    digests: tuple[DigestStatus, ...]
    paused: tuple[str, ...]
    topics: tuple[TopicVolume, ...] = ()

    def record(self) -> dict[str, object]:
        """Return the status for a script."""
        last = self.last_round
        return {
            "feeds": dict(Counter(feed.health.value for feed in self.coverage.feeds)),
            "items": self.items,
            "unassessed": self.coverage.unassessed,
            "last_round": None if last is None else {"at": _iso(last.started_at), **last.summary},
            "outbox": {status.value: number for status, number in self.outbox.items()},
            "digests": [
                {"name": d.name, "last": _iso(d.last_closed_at), "is_due": d.is_due, "next": _iso(d.next_at)}
                for d in self.digests
            ],
            "fallbacks": list(self.coverage.fallbacks),
            "unwatched": list(self.coverage.unwatched),
            "topics": [
                {
                    "topic": one.topic,
                    "per_day": round(one.recent_per_day, 2),
                    "per_day_before": None if one.before_per_day is None else round(one.before_per_day, 2),
                    "has_changed": one.has_changed,
                    "is_over_budget": one.is_over_budget,
                }
                for one in self.topics
            ],
        }

    def lines(self) -> list[str]:
        """Return the status as lines for a person."""
        counts = Counter(feed.health.value for feed in self.coverage.feeds)
        states = ", ".join(f"{number} {state}" for state, number in counts.most_common()) or "none to ask"
        lines = [f"feeds      {len(self.coverage.feeds)}: {states}"]
        if not self.coverage.feeds:
            lines.append(
                "           find those of a site with: monitor feeds discover URL, add one with: monitor feeds add URL"
            )
        if self.paused:
            lines.append(f"paused     {', '.join(self.paused)}")
        for feed in self.coverage.feeds:
            if feed.health not in _HEALTHY:
                since = f" since {feed.since:%Y-%m-%d %H:%M} UTC" if feed.since else ""
                lines.append(f"           {feed.name} {feed.health}{since}: {feed.problem}")
        lines.append(f"items      {self.items} stored, {self.coverage.unassessed} wait to be assessed")
        lines.append(f"last round {self._last_round()}")
        if self.last_round and (crossed := str(self.last_round.summary.get("crossed", ""))):
            lines.extend(f"           {line}" for line in crossed.splitlines())
        waiting = {status: number for status, number in self.outbox.items() if status is not DeliveryStatus.SENT}
        queue = ", ".join(f"{number} {status}" for status, number in waiting.items()) or "nothing waits"
        lines.append(f"outbox     {queue}; {self.outbox.get(DeliveryStatus.SENT, 0)} sent")
        lines.extend(f"           {line}" for line in self.coverage.undelivered)
        lines.extend(f"digest     {self._digest(one)}" for one in self.digests)
        lines.extend(f"topic      {one.line()}" for one in self.topics)
        lines.extend(f"fallback   {line}" for line in self.coverage.fallbacks)
        lines.extend(f"no feed    {what}" for what in self.coverage.unwatched)
        return lines

    def _last_round(self) -> str:
        last = self.last_round
        if last is None:
            return "none yet; run: monitor once"
        end = "" if last.finished_at else " (not finished: at work now, or it was killed)"
        facts = ", ".join(f"{value} {key}" for key, value in last.summary.items() if isinstance(value, int))
        return f"{last.started_at:%Y-%m-%d %H:%M} UTC {facts}{end}".rstrip()

    def _digest(self, one: DigestStatus) -> str:
        last = f"last {one.last_closed_at:%Y-%m-%d %H:%M} UTC" if one.last_closed_at else "never sent"
        if one.is_due:
            return f"{one.name}: {last}, due now"
        if one.next_at is None:
            return f"{one.name}: {last}, never due (no days)"
        local = one.next_at.astimezone(ZoneInfo(one.zone))
        return f"{one.name}: {last}, next {local:%Y-%m-%d %H:%M} {one.zone}"


def status_now(desk: Desk, now: datetime) -> Status:
    """Return the state of the workspace at this moment."""
    with desk.database.read() as connection:
        digests = []
        for spec in desk.config.digests:
            last = digest_rows.last_closed(connection, spec.name)
            slot = due_slot(spec, digest_rows.last_slot(connection, spec.name), now)
            until = last.until if last else None
            digests.append(DigestStatus(spec.name, spec.zone, until, slot is not None, next_slot(spec, now)))
        return Status(
            coverage=coverage_now(connection, desk),
            items=item_rows.count(connection),
            last_round=rounds.last(connection),
            outbox=outbox.counts(connection),
            digests=tuple(digests),
            paused=tuple(feed.name for feed in desk.config.paused),
            topics=volumes(connection, desk.definitions, now),
        )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
