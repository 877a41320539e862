"""Closed digests, and for every item revision they decided about: shown or not, and why.

A digest decides about each assessed revision once (DESIGN §4). ``digest_names.decided_up_to`` is its low-water mark:
every assessment numbered up to there is decided, so that closing looks at what came since, never at the archive.
The mark stops before the first assessment without a row, so nothing can slip below it undecided.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from monitor.records import AssessedItem, DigestMember
from monitor.store import assessments as assessment_rows
from monitor.store.failures import SlotTakenError
from monitor.store.schema import assessments, digest_members, digest_names, digests, is_no, items, revisions
from monitor.store.writing import in_batches, insert_or_skip

SUPERSEDED = "superseded by a later revision"
ARCHIVED = "archived at first pull"
BEFORE = "stored before this digest began"

FIRST_REACH = timedelta(days=7)
"""How far before the newest item a digest reaches that was just added: a week of items fits one digest and the
memory of a small machine, an archive of a million does not. What is older gets its reason from ``why``."""


@dataclass(frozen=True, slots=True)
class ClosedDigest:
    """A digest that was closed; ``slot`` is the due moment it answers, None when a person asked for it."""

    id: str
    name: str
    slot: datetime | None
    since: datetime | None
    until: datetime
    manifest: str = ""
    """What is needed to build it again."""


def begin(conn: Connection, name: str) -> None:
    """Fix where a digest begins, the first time its name is seen; later calls change nothing.

    From then on nothing stored is lost to it, however long it takes until one closes.
    """
    if conn.execute(sa.select(digest_names.c.name).where(digest_names.c.name == name)).scalar() is None:
        start = _beginning(conn)
        row = {"name": name, "begins_after": start, "decided_up_to": start}
        conn.execute(insert_or_skip(conn, digest_names), row)


def _beginning(conn: Connection) -> int:
    newest = conn.execute(sa.select(sa.func.max(items.c.first_seen_at))).scalar()
    if newest is None:
        return 0
    recent = items.c.first_seen_at >= newest - FIRST_REACH
    query = sa.select(sa.func.min(assessments.c.number)).join_from(items, assessments, assessments.c.item == items.c.id)
    first = conn.execute(query.where(recent)).scalar()
    return _newest_number(conn) if first is None else first - 1


def _newest_number(conn: Connection) -> int:
    return conn.execute(sa.select(sa.func.max(assessments.c.number))).scalar() or 0


def _decided_up_to(conn: Connection, name: str) -> int:
    mark = conn.execute(sa.select(digest_names.c.decided_up_to).where(digest_names.c.name == name)).scalar()
    return _beginning(conn) if mark is None else mark


def _undecided(name: str, mark: int) -> sa.ColumnElement[bool]:
    """Return the condition on items joined with their current assessments that a digest has yet to decide."""
    member = digest_members
    decided = sa.exists().where(
        member.c.name == name, member.c.item == assessments.c.item, member.c.revision == assessments.c.revision
    )
    return sa.and_(assessments.c.number > mark, is_no(items.c.is_backlog), ~decided)


_CURRENT = (assessments.c.item == items.c.id) & (assessments.c.revision == items.c.revision)


def candidates(conn: Connection, name: str) -> tuple[AssessedItem, ...]:
    """Return every assessed item whose current revision this digest has not decided about, oldest first.

    Items archived at a feed's first pull are not among them; ``why`` says so when asked.
    """
    query = sa.select(items.c.first_seen_at, items.c.id).join_from(assessments, items, _CURRENT)
    rows = conn.execute(query.where(_undecided(name, _decided_up_to(conn, name)))).all()
    # Sorted here: asked for an order, SQLite would walk all items in it instead of the few that came since the mark.
    return assessment_rows.load(conn, [row.id for row in sorted(rows)])


def close(conn: Connection, digest: ClosedDigest, members: Sequence[DigestMember]) -> None:
    """Close a digest over its members, shown or not; earlier revisions of them are recorded as superseded.

    Raises SlotTakenError, and writes nothing, if this slot of this name or this id was closed before.
    """
    row = {
        "id": digest.id,
        "name": digest.name,
        "slot": digest.slot,
        "since": digest.since,
        "until": digest.until,
        "manifest": digest.manifest,
    }
    try:
        with conn.begin_nested():
            conn.execute(sa.insert(digests), row)
    except IntegrityError as error:
        raise SlotTakenError(
            f"digest {digest.name}: {digest.id} was closed before", "nothing to do: it was sent by the other command"
        ) from error
    begin(conn, digest.name)
    _save_members(conn, digest, members)
    _move_mark(conn, digest.name)


def _save_members(conn: Connection, digest: ClosedDigest, members: Sequence[DigestMember]) -> None:
    for batch in in_batches(members):
        rows = [
            {
                "name": digest.name,
                "item": member.item,
                "revision": member.revision,
                "digest": digest.id,
                "is_shown": member.is_shown,
                "reason": member.reason,
            }
            for member in batch
        ]
        conn.execute(insert_or_skip(conn, digest_members), rows)
        _save_superseded(conn, digest, {member.item: member.revision for member in batch})
        ids = [member.item for member in batch]
        conn.execute(sa.update(items).where(items.c.id.in_(ids)).values(is_open=False))


def _save_superseded(conn: Connection, digest: ClosedDigest, newest: dict[str, int]) -> None:
    edited = [item for item, revision in newest.items() if revision > 1]
    query = sa.select(revisions.c.item, revisions.c.revision).where(revisions.c.item.in_(edited))
    rows = [
        {
            "name": digest.name,
            "item": row.item,
            "revision": row.revision,
            "digest": digest.id,
            "is_shown": False,
            "reason": SUPERSEDED,
        }
        for row in (conn.execute(query) if edited else ())
        if row.revision < newest[row.item]
    ]
    if rows:
        conn.execute(insert_or_skip(conn, digest_members), rows)


def _move_mark(conn: Connection, name: str) -> None:
    query = sa.select(sa.func.min(assessments.c.number)).join_from(assessments, items, _CURRENT)
    first = conn.execute(query.where(_undecided(name, _decided_up_to(conn, name)))).scalar()
    mark = _newest_number(conn) if first is None else first - 1
    conn.execute(sa.update(digest_names).where(digest_names.c.name == name).values(decided_up_to=mark))


def previous_memberships(conn: Connection, name: str, ids: Collection[str]) -> dict[str, DigestMember]:
    """Return what a digest last showed of each item, or, if it never showed one, its last decision; by item id."""
    found: dict[str, DigestMember] = {}
    query = sa.select(digest_members).where(digest_members.c.name == name)
    for batch in in_batches(ids):
        rows = conn.execute(query.where(digest_members.c.item.in_(batch)).order_by(digest_members.c.revision))
        for row in rows:
            earlier = found.get(row.item)
            if earlier is None or row.is_shown or not earlier.is_shown:
                found[row.item] = DigestMember(row.item, row.revision, row.is_shown, row.reason)
    return found


def why(conn: Connection, name: str, item: str) -> DigestMember | None:
    """Return what a digest decided about an item's newest decided revision, None while it has yet to decide."""
    rows = conn.execute(
        sa.select(digest_members)
        .where(digest_members.c.name == name, digest_members.c.item == item)
        .order_by(digest_members.c.revision.desc())
    )
    row = rows.first()
    if row is not None:
        return DigestMember(row.item, row.revision, row.is_shown, row.reason)
    stored = conn.execute(sa.select(items.c.revision, items.c.is_backlog).where(items.c.id == item)).one_or_none()
    if stored is None:
        return None
    if stored.is_backlog:
        return DigestMember(item, stored.revision, is_shown=False, reason=ARCHIVED)
    begins_after = conn.execute(sa.select(digest_names.c.begins_after).where(digest_names.c.name == name)).scalar()
    same = (assessments.c.item == item) & (assessments.c.revision == stored.revision)
    number = conn.execute(sa.select(assessments.c.number).where(same)).scalar()
    if number is None or number > (_beginning(conn) if begins_after is None else begins_after):
        return None
    return DigestMember(item, stored.revision, is_shown=False, reason=BEFORE)


def memberships(conn: Connection, item: str) -> tuple[tuple[str, DigestMember], ...]:
    """Return every (digest id, decision) about an item, by digest name and revision."""
    member = digest_members
    query = sa.select(member).where(member.c.item == item).order_by(member.c.name, member.c.revision)
    return tuple(
        (row.digest, DigestMember(row.item, row.revision, row.is_shown, row.reason)) for row in conn.execute(query)
    )


def members(conn: Connection, digest_id: str) -> tuple[DigestMember, ...]:
    """Return everything a digest decided about, in the order of item ids."""
    member = digest_members
    query = sa.select(member).where(member.c.digest == digest_id).order_by(member.c.item, member.c.revision)
    return tuple(DigestMember(row.item, row.revision, row.is_shown, row.reason) for row in conn.execute(query))


def last_closed(conn: Connection, name: str) -> ClosedDigest | None:
    """Return the digest of this name that closed last."""
    return next(iter(list_closed(conn, name, limit=1)), None)


def last_slot(conn: Connection, name: str) -> datetime | None:
    """Return the newest slot that a digest of this name answered."""
    return conn.execute(sa.select(sa.func.max(digests.c.slot)).where(digests.c.name == name)).scalar()


def list_closed(conn: Connection, name: str | None = None, limit: int = 100) -> tuple[ClosedDigest, ...]:
    """Return closed digests, of one name or of all, the newest first."""
    query = sa.select(digests).order_by(digests.c.until.desc(), digests.c.id.desc()).limit(limit)
    if name is not None:
        query = query.where(digests.c.name == name)
    return tuple(
        ClosedDigest(row.id, row.name, row.slot, row.since, row.until, row.manifest) for row in conn.execute(query)
    )


def get(conn: Connection, digest_id: str) -> ClosedDigest | None:
    """Return one closed digest with its manifest."""
    row = conn.execute(sa.select(digests).where(digests.c.id == digest_id)).one_or_none()
    return None if row is None else ClosedDigest(row.id, row.name, row.slot, row.since, row.until, row.manifest)
