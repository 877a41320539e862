"""Alerts: every decision with its reason, also those that sent nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import Alert, AssessedItem, Decision, PastAlert, Severity
from monitor.store import assessments
from monitor.store.columns import AnyRow
from monitor.store.schema import alerts, is_yes, items, revisions
from monitor.store.writing import in_batches, insert_or_skip

_SENT = tuple(decision.value for decision in Decision if decision.is_sent)


@dataclass(frozen=True, slots=True)
class Said:
    """What one revision of an item says, and who says it."""

    feed: str
    outlet: str
    title: str
    text: str


def save(conn: Connection, saved: Sequence[Alert]) -> None:
    """Keep decisions; the first one for an analyst, rule, story and item revision stays. Their items are decided."""
    if not saved:
        return
    rows = [
        {
            "analyst": alert.analyst,
            "owner": alert.owner,
            "rule": alert.rule,
            "story": alert.story,
            "item": alert.item,
            "revision": alert.revision,
            "severity": alert.severity.value,
            "decision": alert.decision.value,
            "reason": alert.reason,
            "decided_at": alert.decided_at,
        }
        for alert in saved
    ]
    conn.execute(insert_or_skip(conn, alerts), rows)
    mark_decided(conn, {alert.item for alert in saved})


def pending_candidates(conn: Connection, limit: int | None = None) -> tuple[AssessedItem, ...]:
    """Return assessed items that a rule wants to alert about and nobody has decided yet, oldest first."""
    query = sa.select(items.c.id).where(is_yes(items.c.is_pending)).order_by(items.c.first_seen_at, items.c.id)
    return assessments.load(conn, conn.execute(query.limit(limit)).scalars().all())


def mark_decided(conn: Connection, ids: Collection[str]) -> None:
    """Take items out of ``pending_candidates``: their alerts are decided, or nobody wants any."""
    for batch in in_batches(sorted(ids)):
        conn.execute(sa.update(items).where(items.c.id.in_(batch)).values(is_pending=False))


def past(conn: Connection, analyst: str, rule: str, story: str) -> tuple[PastAlert, ...]:
    """Return earlier decisions for an analyst, a rule (``rule`` or ``owner/rule``) and a story, oldest first."""
    owner, _, name = rule.rpartition("/")
    query = sa.select(alerts).where(alerts.c.story == story, alerts.c.analyst == analyst, alerts.c.rule == name)
    if owner:
        query = query.where(alerts.c.owner == owner)
    rows = conn.execute(query.order_by(alerts.c.decided_at, alerts.c.item, alerts.c.revision))
    return tuple(_past(row) for row in rows)


def past_of_stories(conn: Connection, stories: Collection[str]) -> dict[tuple[str, str, str], tuple[PastAlert, ...]]:
    """Return every earlier decision about stories, oldest first, by (analyst, ``owner/rule``, story)."""
    found: defaultdict[tuple[str, str, str], list[PastAlert]] = defaultdict(list)
    order = (alerts.c.decided_at, alerts.c.item, alerts.c.revision)
    for batch in in_batches(sorted(stories)):
        for row in conn.execute(sa.select(alerts).where(alerts.c.story.in_(batch)).order_by(*order)):
            found[row.analyst, f"{row.owner}/{row.rule}", row.story].append(_past(row))
    return {key: tuple(decisions) for key, decisions in found.items()}


def said(conn: Connection, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], Said]:
    """Return what revisions say, by (item, revision); revisions that are not stored are absent."""
    found: dict[tuple[str, int], Said] = {}
    query = sa.select(
        revisions.c.item, revisions.c.revision, revisions.c.title, revisions.c.text, items.c.feed, items.c.outlet
    ).join_from(revisions, items, revisions.c.item == items.c.id)
    for batch in in_batches(sorted({item for item, _ in wanted})):
        for row in conn.execute(query.where(revisions.c.item.in_(batch))):
            if (row.item, row.revision) in wanted:
                found[row.item, row.revision] = Said(row.feed, row.outlet, row.title, row.text)
    return found


def sent_in_last_hour(conn: Connection, analyst: str, now: datetime) -> int:
    """Return how many stories an analyst was alerted about in the hour before ``now``."""
    query = sa.select(sa.func.count(alerts.c.story.distinct())).where(
        alerts.c.analyst == analyst,
        alerts.c.decision.in_(_SENT),
        alerts.c.decided_at > now - timedelta(hours=1),
        alerts.c.decided_at <= now,
    )
    return conn.execute(query).scalar_one()


def of_item(conn: Connection, item: str) -> tuple[Alert, ...]:
    """Return every decision about an item, oldest first."""
    query = sa.select(alerts).where(alerts.c.item == item)
    order = (alerts.c.decided_at, alerts.c.analyst, alerts.c.owner, alerts.c.rule)
    return tuple(_alert(row) for row in conn.execute(query.order_by(*order)))


def since(conn: Connection, moment: datetime) -> tuple[Alert, ...]:
    """Return every decision made at or after a moment, oldest first."""
    query = sa.select(alerts).where(alerts.c.decided_at >= moment)
    order = (alerts.c.decided_at, alerts.c.analyst, alerts.c.owner, alerts.c.rule, alerts.c.item)
    return tuple(_alert(row) for row in conn.execute(query.order_by(*order)))


def _past(row: AnyRow) -> PastAlert:
    return PastAlert(row.item, row.revision, Decision(row.decision), Severity(row.severity), row.decided_at)


def _alert(row: AnyRow) -> Alert:
    return Alert(
        analyst=row.analyst,
        owner=row.owner,
        rule=row.rule,
        story=row.story,
        item=row.item,
        revision=row.revision,
        severity=Severity(row.severity),
        decision=Decision(row.decision),
        reason=row.reason,
        decided_at=row.decided_at,
    )
