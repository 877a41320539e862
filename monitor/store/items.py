"""Items: identity, every revision of what they say, and which of them wait to be assessed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import FeedChanges, Item, ItemChange, ItemKey, KnownItem
from monitor.store.codec import decode_enclosures, decode_strings, encode_enclosures, encode_strings
from monitor.store.columns import AnyRow, all_storable, storable, stored_text, stored_time, to_microseconds
from monitor.store.schema import assessors, is_no, is_yes, item_keys, items, revisions
from monitor.store.writing import in_batches, insert_rows


@dataclass(frozen=True, slots=True)
class Revision:
    """What an item said from ``seen_at`` on, until the next revision was seen."""

    item: str
    revision: int
    title: str
    text: str
    published_at: datetime | None
    seen_at: datetime
    content_hash: str


def known(conn: Connection, feed: str, keys: Collection[ItemKey]) -> dict[ItemKey, KnownItem]:
    """Return the stored item behind each of the keys that the feed used before; unknown keys are absent."""
    if not keys:
        return {}
    wanted = {(key.kind, storable(key.value)): key for key in keys}
    owners: dict[ItemKey, str] = {}
    their_keys: dict[str, list[ItemKey]] = {}
    rest: dict[str, tuple[int, str, bytes | None]] = {}
    values = json.dumps([value for _, value in wanted], ensure_ascii=False)
    rows = conn.execute(_BEHIND_KEYS, {"feed": feed, "keys": values}).all()
    for item, kind, value, revision, content_hash, entry_hash in rows:
        key = wanted.get((kind, value))
        if key is None:
            key = ItemKey(kind, value)
        else:
            owners[key] = item
        if item in rest:
            their_keys[item].append(key)
        else:
            their_keys[item], rest[item] = [key], (revision, content_hash, entry_hash)
    found = {
        item: KnownItem(item, revision, content_hash, tuple(their_keys[item]), entry_hash)
        for item, (revision, content_hash, entry_hash) in rest.items()
    }
    return {key: found[item] for key, item in owners.items()}


def _behind_keys() -> sa.Select[*tuple[Any, ...]]:
    """Return the query for every key of the items that any of the asked keys belongs to.

    Made once and with one value for all keys: a query built anew for each feed, with a parameter for each key, takes
    five times as long.
    """
    asked = sa.func.json_each(sa.bindparam("keys", type_=sa.Text)).table_valued("value")
    by_key = sa.select(item_keys.c.item).where(
        item_keys.c.feed == sa.bindparam("feed"), item_keys.c.value.in_(sa.select(asked.c.value))
    )
    its = item_keys.alias()
    described = (its.c.item, its.c.kind, its.c.value, items.c.revision, items.c.content_hash, items.c.entry_hash)
    return (
        sa.select(*described)
        .join_from(items, its, (its.c.item == items.c.id) & (its.c.feed == sa.bindparam("feed")))
        .where(items.c.id.in_(by_key))
    )


_BEHIND_KEYS = _behind_keys()


def save_changes(conn: Connection, feed: str, changes: FeedChanges, now: datetime) -> None:
    """Store what one poll of a feed brought: new items, new revisions of known ones, and their identity keys.

    Repeating it changes nothing. An edited item keeps its id and first_seen_at, waits to be assessed again and is
    open to the next digest.
    """
    save_all_changes(conn, ((feed, changes),), now)


def save_all_changes(conn: Connection, brought: Sequence[tuple[str, FeedChanges]], now: datetime) -> None:
    """Store what polls of several feeds brought, as ``save_changes`` does for one, in fewer statements."""
    new = [change for _, changes in brought for change in changes.new]
    insert_rows(conn, items, [_item_row(change) for change in new])
    seen_at = to_microseconds(now)
    insert_rows(conn, revisions, [_revision_row(change.item, seen_at) for change in new])
    for _, changes in brought:
        for change in changes.changed:
            _save_edit(conn, change, now)
    _save_entry_hashes(conn, [pair for _, changes in brought for pair in changes.entry_hashes])
    insert_rows(conn, item_keys, [row for feed, changes in brought for row in _key_rows(feed, changes)])


def _key_rows(feed: str, changes: FeedChanges) -> Iterable[tuple[str, str, str, str]]:
    feed = storable(feed)
    for change in (*changes.new, *changes.changed):
        item = change.item.id
        for kind, value in change.keys:
            yield feed, storable(value), kind, item
    for item, (kind, value) in changes.aliases:
        yield feed, storable(value), kind, item


def _save_edit(conn: Connection, change: ItemChange, now: datetime) -> None:
    item = change.item
    stored = sa.select(items.c.revision, items.c.content_hash, items.c.is_backlog, items.c.is_first_pull)
    current = conn.execute(stored.where(items.c.id == item.id)).one_or_none()
    if current is None:
        # Its first save was undone (a crash between two polls): it is new after all.
        insert_rows(conn, items, [_item_row(change)])
        insert_rows(conn, revisions, [_revision_row(item, to_microseconds(now))])
        return
    if current.content_hash == item.content_hash:
        _save_entry_hashes(conn, [(item.id, change.entry_hash)])
        return
    edited = replace(item, revision=max(item.revision, current.revision + 1))
    insert_rows(conn, revisions, [_revision_row(edited, to_microseconds(now))])
    # Its id, feed, story and first_seen_at are ours, and true for ever; the caller compares with a parsed item that
    # cannot know them.
    row = {
        "outlet": edited.outlet,
        "link": edited.link,
        "lang": edited.lang,
        "revision": edited.revision,
        "content_hash": edited.content_hash,
        "is_backlog": edited.is_backlog,
        # An edit of what was archived is open to the digest, but stays known as old news, which does not alert.
        "is_first_pull": current.is_backlog or (current.is_first_pull and current.revision > 1),
        "assessor": None,
        "is_open": not edited.is_backlog,
        "is_pending": False,
        "entry_hash": change.entry_hash,
    }
    conn.execute(sa.update(items).where(items.c.id == item.id).values(row))


def save_full_text(conn: Connection, item: Item, now: datetime) -> None:
    """Store a revision with the words of the page behind an item; the item waits to be assessed in it.

    ``items.content_hash`` stays that of the feed's words: the next poll brings those again, and nothing changed.
    """
    insert_rows(conn, revisions, [_revision_row(item, to_microseconds(now))])
    row = {"revision": item.revision, "assessor": None, "is_open": not item.is_backlog, "is_pending": False}
    conn.execute(sa.update(items).where(items.c.id == item.id).values(row))


def _save_entry_hashes(conn: Connection, hashes: Sequence[tuple[str, bytes | None]]) -> None:
    if hashes:
        conn.execute(_NEW_ENTRY, [{"of": item, "entry_hash": entry_hash} for item, entry_hash in hashes])


_NEW_ENTRY = sa.update(items).where(items.c.id == sa.bindparam("of")).values(entry_hash=sa.bindparam("entry_hash"))


def _item_row(change: ItemChange) -> tuple[Any, ...]:
    """Return a new item as ``items`` holds it: in no story, assessed by nobody."""
    item = change.item
    return (
        item.id,
        storable(item.feed),
        storable(item.outlet),
        stored_text(item.link),
        stored_text(item.lang),
        to_microseconds(item.first_seen_at),
        item.revision,
        item.content_hash,
        int(item.is_backlog),
        int(item.is_first_pull),
        None,  # story
        None,  # assessor
        int(not item.is_backlog),  # is_open
        0,  # is_pending
        change.entry_hash,
    )


def _revision_row(item: Item, seen_at: int) -> tuple[Any, ...]:
    """Return what an item says, and since when, as ``revisions`` holds it."""
    return (
        item.id,
        item.revision,
        item.content_hash,
        seen_at,
        stored_text(item.lang),
        stored_time(item.published_at),
        stored_time(item.updated_at),
        *all_storable(
            item.title,
            encode_strings(item.authors),
            encode_strings(item.tags),
            encode_enclosures(item.enclosures),
            encode_strings(item.flags),
            item.text,
            item.html,
        ),
    )


def get(conn: Connection, item: str) -> Item | None:
    """Return the current revision of an item, None if the id is unknown."""
    return load(conn, (item,)).get(item)


def load(conn: Connection, ids: Iterable[str]) -> dict[str, Item]:
    """Return the current revisions of several items by id; unknown ids are absent."""
    found: dict[str, Item] = {}
    for batch in in_batches(dict.fromkeys(ids)):
        for row in conn.execute(_CURRENT.where(items.c.id.in_(batch))):
            found[row.id] = _item(row)
    return found


_CURRENT = sa.select(
    items.c.id,
    items.c.feed,
    items.c.outlet,
    items.c.link,
    items.c.first_seen_at,
    items.c.is_backlog,
    items.c.is_first_pull,
    revisions,
).join_from(items, revisions, (revisions.c.item == items.c.id) & (revisions.c.revision == items.c.revision))


def _item(row: AnyRow) -> Item:
    return Item(
        id=row.id,
        feed=row.feed,
        outlet=row.outlet,
        link=row.link,
        title=row.title,
        text=row.text,
        html=row.html,
        lang=row.lang,
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        revision=row.revision,
        content_hash=row.content_hash,
        updated_at=row.updated_at,
        authors=decode_strings(row.authors),
        tags=decode_strings(row.tags),
        enclosures=decode_enclosures(row.enclosures),
        flags=decode_strings(row.flags),
        is_backlog=row.is_backlog,
        is_first_pull=row.is_first_pull,
    )


def count(conn: Connection) -> int:
    """Return how many items are stored."""
    return conn.execute(sa.select(sa.func.count()).select_from(items)).scalar_one()


def count_by_feed(conn: Connection) -> dict[str, int]:
    """Return how many items each feed has brought."""
    rows = conn.execute(sa.select(items.c.feed, sa.func.count().label("number")).group_by(items.c.feed))
    return {row.feed: row.number for row in rows}


def seen_by_feed(conn: Connection, since: datetime) -> dict[str, tuple[datetime, int]]:
    """Return, by feed, when we saw its first item since a moment, and how many came after its first pull."""
    later = sa.func.sum(sa.case((is_no(items.c.is_first_pull), 1), else_=0))
    query = sa.select(items.c.feed, sa.func.min(items.c.first_seen_at), later)
    rows = conn.execute(query.where(items.c.first_seen_at >= since).group_by(items.c.feed))
    return {feed: (first, int(number)) for feed, first, number in rows}


def count_unassessed(conn: Connection) -> int:
    """Return how many items wait for their first assessment in their current revision."""
    query = sa.select(sa.func.count()).select_from(items).where(items.c.assessor.is_(None))
    return conn.execute(query).scalar_one()


def count_waiting(conn: Connection, model: str, rules_version: str) -> int:
    """Return how many items ``unassessed`` would give in all, repeats included."""
    assessor = _assessor(conn, model, rules_version)
    repeats = sa.select(sa.func.count()).select_from(items).where(is_yes(items.c.is_open))
    earlier, later = items.c.assessor < assessor, items.c.assessor > assessor
    return count_unassessed(conn) + sum(conn.execute(repeats.where(others)).scalar_one() for others in (earlier, later))


def unassessed(
    conn: Connection, model: str, rules_version: str, limit: int, *, is_reassessing: bool
) -> tuple[tuple[Item, bool], ...]:
    """Return items to assess, and for each whether this is a repeat; each group oldest first.

    First those whose current revision nobody assessed. Then, if ``is_reassessing``, those assessed by another model
    (see ``assessments.model_version``) or other rules, as long as no digest has closed over them. An item whose
    alerts are still undecided is no repeat: it may alert as if this were its first assessment.
    """
    by_time = (items.c.first_seen_at, items.c.id)
    query = sa.select(items.c.id).where(items.c.assessor.is_(None)).order_by(*by_time).limit(limit)
    repeats = dict.fromkeys(conn.execute(query).scalars(), False)
    if is_reassessing and len(repeats) < limit:
        repeats |= _assessed_by_others(conn, _assessor(conn, model, rules_version), limit - len(repeats))
    found = load(conn, repeats)
    return tuple((found[item], is_repeat) for item, is_repeat in repeats.items())


def _assessor(conn: Connection, model: str, rules_version: str) -> int:
    same = (assessors.c.model == storable(model)) & (assessors.c.rules_version == storable(rules_version))
    return conn.execute(sa.select(assessors.c.number).where(same)).scalar() or 0


def _assessed_by_others(conn: Connection, assessor: int, limit: int) -> dict[str, bool]:
    found: dict[str, bool] = {}
    # Two ranges of one index, not "different from": a rule change must not sort the whole archive for each batch.
    for others in (items.c.assessor < assessor, items.c.assessor > assessor):
        query = (
            sa.select(items.c.id, items.c.is_pending)
            .where(is_yes(items.c.is_open), others)
            .order_by(items.c.assessor, items.c.first_seen_at, items.c.id)
            .limit(limit - len(found))
        )
        found |= {row.id: not row.is_pending for row in conn.execute(query)}
    return found


def find_ids(conn: Connection, prefix_or_url: str) -> tuple[str, ...]:
    """Return the ids that begin with the given characters, or of the items with this link, newest first.

    At most 50, so that a prefix of one letter is answered like any other.
    """
    wanted = prefix_or_url.strip()
    if not wanted:
        return ()
    page = wanted.split("#")[0].rstrip("/")
    links = {wanted, page, f"{page}/"}
    # Ids are hexadecimal: "g" comes after everything that continues the prefix.
    starts = (items.c.id >= wanted) & (items.c.id < wanted + "g")
    query = sa.select(items.c.id).where(starts | items.c.link.in_(sorted(links)))
    return tuple(conn.execute(query.order_by(items.c.first_seen_at.desc(), items.c.id.desc()).limit(50)).scalars())


def history(conn: Connection, item: str) -> tuple[Revision, ...]:
    """Return every revision of an item, the first one first."""
    query = sa.select(revisions).where(revisions.c.item == item).order_by(revisions.c.revision)
    return tuple(
        Revision(row.item, row.revision, row.title, row.text, row.published_at, row.seen_at, row.content_hash)
        for row in conn.execute(query)
    )
