"""Close digests: membership, and the frozen messages that carry it, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.digests.build import Edition, build
from monitor.digests.due import due_slot, next_slot
from monitor.log import Log
from monitor.pipeline.coverage import coverage_now
from monitor.pipeline.desk import Desk
from monitor.pipeline.messages import digest_messages
from monitor.pipeline.muting import hidden_from_all
from monitor.pipeline.nearly import near_misses
from monitor.records import AssessedItem, Digest, DigestMember, DigestSpec, OutboxMessage
from monitor.store import assessments as assessment_rows
from monitor.store import digests as digest_rows
from monitor.store import nearmisses, outbox
from monitor.store.engine import Connection

log = Log("digest")

FIRST_WAITS = timedelta(hours=1)
"""How near the next slot must be for the first digest of a service to wait for it."""


@dataclass(frozen=True, slots=True)
class ClosedDigest:
    """A digest that was closed just now, and the messages that carry it to its routes."""

    digest: Digest
    messages: tuple[OutboxMessage, ...]


def slots_due(desk: Desk, now: datetime, *, is_first_awaited: bool = False) -> tuple[tuple[DigestSpec, datetime], ...]:
    """Return the digests that are due now, each with the slot to close (UTC).

    A digest that was never closed is due at once; with ``is_first_awaited`` it waits for a slot that is near, so
    that a service started at 07:25 sends its first 07:30 digest at 07:30, and one digest, not two.
    """
    due = []
    with desk.database.read() as connection:
        for spec in desk.config.digests:
            last = digest_rows.last_slot(connection, spec.name)
            slot = due_slot(spec, last, now)
            coming = next_slot(spec, now)
            is_near = coming is not None and coming - now <= FIRST_WAITS
            if slot is not None and not (is_first_awaited and last is None and is_near):
                due.append((spec, slot))
    return tuple(due)


def build_now(
    connection: Connection,
    desk: Desk,
    spec: DigestSpec,
    now: datetime,
    gaps: Sequence[str] = (),
    *,
    is_preview: bool = False,
) -> tuple[Digest, tuple[DigestMember, ...]]:
    """Return the digest as it would close now, and every candidate's membership."""
    candidates = digest_rows.candidates(connection, spec.name)
    ids = [candidate.item.id for candidate in candidates]
    previous = digest_rows.previous_memberships(connection, spec.name, ids)
    last = digest_rows.last_closed(connection, spec.name)
    edition = Edition(
        since=last.until if last else None,
        until=now,
        topics=desk.topics.titles,
        coverage=coverage_now(connection, desk, gaps, last.until if last else None),
        previous=previous,
        earlier=_earlier(connection, previous),
        feeds={feed.name: feed for feed in (*desk.config.feeds, *desk.config.paused)},
        is_hidden=hidden_from_all(desk.book, spec.analysts, now),
        is_preview=is_preview,
    )
    digest, members = build(spec, candidates, edition)
    return replace(digest, nearly=near_misses(desk, spec, candidates, digest, now)), members


def _earlier(connection: Connection, previous: dict[str, DigestMember]) -> dict[str, AssessedItem]:
    shown = {item: member.revision for item, member in previous.items() if member.is_shown}
    return assessment_rows.of_revisions(connection, shown)


def close(desk: Desk, spec: DigestSpec, slot: datetime | None, now: datetime, gaps: Sequence[str] = ()) -> ClosedDigest:
    """Close a digest: what it contains is decided and queued for its routes in one transaction.

    Raises SlotTakenError if another process closed this slot meanwhile, StoreError when the database fails.
    """
    with desk.database.write() as connection:
        digest, members = build_now(connection, desk, spec, now, gaps)
        messages = digest_messages(desk, spec, digest, now)
        manifest = _manifest(desk, members, [message.recipient for message in messages])
        closed = digest_rows.ClosedDigest(digest.id, spec.name, slot, digest.since, digest.until, manifest)
        digest_rows.close(connection, closed, members)
        nearmisses.save(connection, digest.id, [miss for _, miss in digest.nearly])
        outbox.queue(connection, messages)
    log.info("digest closed", digest=digest.id, shown=sum(member.is_shown for member in members), seen=len(members))
    return ClosedDigest(digest, messages)


def _manifest(desk: Desk, members: Sequence[DigestMember], messages: list[str]) -> str:
    """Return what `digests replay` needs to rebuild the digest: versions, and what was shown."""
    shown = [[member.item, member.revision] for member in members if member.is_shown]
    versions = {"model": desk.topics.fingerprint, "rules": desk.book.version}
    return json.dumps({**versions, "shown": shown, "messages": messages}, ensure_ascii=False)
