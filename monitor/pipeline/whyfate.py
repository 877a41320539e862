"""What became of an item for one analyst: alerts, digests, deliveries, and what is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.digests.due import next_slot
from monitor.pipeline.desk import Desk
from monitor.pipeline.muting import hidden_from_all
from monitor.pipeline.whyfind import Sought
from monitor.records import Alert, AssessedItem, DigestMember, DigestSpec, NearMiss, OutboxMessage, Story
from monitor.store import alerts as alert_rows
from monitor.store import digests as digest_rows
from monitor.store import nearmisses, outbox, silences, stories
from monitor.store.engine import Connection


@dataclass(frozen=True, slots=True)
class DigestFate:
    """One digest's decision about an item; ``digest`` is empty and ``next_at`` given while it is still to be made."""

    name: str
    digest: str
    is_shown: bool
    reason: str
    next_at: datetime | None = None
    deliveries: tuple[OutboxMessage, ...] = ()

    @property
    def is_open(self) -> bool:
        """Return whether the digest has yet to decide."""
        return not self.digest and self.next_at is not None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an item for one analyst."""

    answer: str
    has_arrived: bool
    """True when a digest shows it, or will at its next slot, or an alert went out."""
    alerts: tuple[Alert, ...] = ()
    alert_deliveries: tuple[OutboxMessage, ...] = ()
    digests: tuple[DigestFate, ...] = ()
    story: Story | None = None
    silenced: str = ""
    """Why alerts about its story do not reach the analyst, if they do not."""
    nearly: tuple[tuple[str, NearMiss], ...] = ()
    """(digest id, what it lacked) of every digest that left it out by little."""


def read_fate(connection: Connection, desk: Desk, sought: Sought, analyst: str, now: datetime) -> Fate:
    """Return what became, or will become, of the item that was found."""
    one = sought.item
    if one is None:
        return Fate("Nothing like this is stored: no feed has brought it.", has_arrived=False)
    item = one.item
    decisions = tuple(alert for alert in alert_rows.of_item(connection, item.id) if alert.analyst == analyst)
    story_id = one.assessment.story.story
    specs = [spec for spec in desk.config.digests if not spec.analysts or analyst in spec.analysts]
    digests = tuple(_digest(connection, desk, spec, one, now) for spec in specs or desk.config.digests)
    silence = silences.in_force(connection, (story_id,), now).get((analyst, story_id))
    is_alerted = any(alert.decision.is_sent for alert in decisions)
    return Fate(
        answer=_answer(one, is_alerted=is_alerted, digests=digests, analyst=analyst),
        has_arrived=is_alerted or any(digest.is_shown for digest in digests),
        alerts=decisions,
        alert_deliveries=outbox.about(connection, f"{analyst}/{story_id}") if is_alerted else (),
        digests=digests,
        story=stories.get(connection, story_id),
        silenced=silence.reason if silence else "",
        nearly=nearmisses.of_item(connection, item.id),
    )


def _digest(connection: Connection, desk: Desk, spec: DigestSpec, one: AssessedItem, now: datetime) -> DigestFate:
    decided = digest_rows.why(connection, spec.name, one.item.id)
    if decided is not None and (decided.revision >= one.item.revision or one.item.is_backlog):
        digest = _closed_over(connection, spec.name, one.item.id, decided)
        sent = outbox.about(connection, digest) if digest and decided.is_shown else ()
        return DigestFate(spec.name, digest, decided.is_shown, decided.reason, deliveries=sent)
    member = _preview(connection, desk, spec, one, now)
    return DigestFate(spec.name, "", member.is_shown, member.reason, next_at=next_slot(spec, now))


def _closed_over(connection: Connection, name: str, item: str, decided: DigestMember) -> str:
    prefix = f"{name}-"
    return next(
        (
            digest
            for digest, member in digest_rows.memberships(connection, item)
            if digest.startswith(prefix) and member == decided
        ),
        "",
    )


def _preview(connection: Connection, desk: Desk, spec: DigestSpec, one: AssessedItem, now: datetime) -> DigestMember:
    """Return what the digest would decide if it closed now."""
    if not one.assessment.rules_version:
        return DigestMember(one.item.id, one.item.revision, is_shown=False, reason="not assessed yet")
    from monitor.digests.build import Edition, build

    last = digest_rows.last_closed(connection, spec.name)
    edition = Edition(
        since=last.until if last else None,
        until=now,
        topics=desk.topics.titles,
        previous=digest_rows.previous_memberships(connection, spec.name, [one.item.id]),
        is_hidden=hidden_from_all(desk.book, spec.analysts, now),
        is_preview=True,
    )
    _, (member,) = build(spec, (one,), edition)
    return member


def _answer(one: AssessedItem, *, is_alerted: bool, digests: tuple[DigestFate, ...], analyst: str) -> str:
    shown = [digest for digest in digests if digest.is_shown and not digest.is_open]
    coming = [digest for digest in digests if digest.is_shown and digest.is_open]
    parts = []
    if is_alerted:
        parts.append(f"an alert to {analyst} was decided")
    parts += [f"digest {digest.digest or digest.name} shows it" for digest in shown]
    parts += [
        f"digest {digest.name} will show it (next: {digest.next_at:%Y-%m-%d %H:%M} UTC)"
        for digest in coming
        if digest.next_at
    ]
    if parts:
        return f"It arrived: {'; '.join(parts)}."
    if not one.assessment.rules_version:
        return "It is stored and not assessed yet: the next round scores it and matches the rules."
    if digests:
        return f"It did not arrive: {digests[0].name} leaves it out, {digests[0].reason}."
    return "It did not arrive: no digest of config.toml is read by this analyst, and no alert was decided."
