"""Records for the tests of this folder: valid everywhere, different where a test says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import (
    Assessment,
    DigestMember,
    Evidence,
    FeedChanges,
    Field,
    Item,
    ItemChange,
    ItemKey,
    ItemMatches,
    Mention,
    OutboxMessage,
    RuleMatch,
    Send,
    Severity,
    StoryAssignment,
    StoryEntry,
    StoryLink,
    TopicScore,
)
from monitor.store import assessments, items
from monitor.store.engine import Database

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def item_of(number: int, **changes: Any) -> Item:
    """Return item number n, first seen n minutes after noon."""
    values: dict[str, Any] = {
        "id": f"{number:016x}",
        "feed": "dawn",
        "outlet": "Dawn",
        "link": f"https://news.example/{number}",
        "title": f"Convoy attacked near Dasu, report {number}",
        "text": "Five engineers were hurt when a convoy was ambushed.",
        "html": "<p>Five engineers were hurt when a convoy was ambushed.</p>",
        "lang": "en",
        "published_at": NOON - HOUR,
        "first_seen_at": NOON + number * MINUTE,
        "revision": 1,
        "content_hash": f"hash-{number}",
    }
    return Item(**{**values, **changes})


def key_of(item: Item, kind: str = "guid") -> ItemKey:
    return ItemKey(kind, f"guid-{item.id}")


def changes_of(*new: Item, changed: Sequence[Item] = ()) -> FeedChanges:
    return FeedChanges(
        new=tuple(ItemChange(item, (key_of(item),)) for item in new),
        changed=tuple(ItemChange(item, (key_of(item),)) for item in changed),
    )


def store(database: Database, *new: Item, changed: Sequence[Item] = (), now: datetime = NOON) -> None:
    with database.write() as conn:
        items.save_changes(conn, "dawn", changes_of(*new, changed=changed), now)


EVIDENCE = Evidence(Field.TITLE, 21, 25, "Dasu", "Dasu")


def match_of(rule: str = "cpec-desk/attack", send: Send = Send.ALERT) -> RuleMatch:
    owner, _, name = rule.partition("/")
    return RuleMatch(owner, name, "Attack on a CPEC site", Severity.HIGH, send, (EVIDENCE,), ("dasu",))


def assessment_of(item: Item, **changes: Any) -> Assessment:
    """Return an assessment in which the item is relevant, mentions Dasu and matches one alert rule."""
    values: dict[str, Any] = {
        "item": item.id,
        "revision": item.revision,
        "scores": (
            TopicScore("cpec-security", 0.9, 0.5, "model-1"),
            TopicScore("militant-sanctuaries", 0.2, 0.4, "model-1"),
        ),
        "matches": ItemMatches(mentions=(Mention("dasu", EVIDENCE),), rules=(match_of(),)),
        "story": StoryAssignment(item.id, f"story-{item.id}", StoryLink.FIRST),
        "rules_version": "rules-1",
        "assessed_at": item.first_seen_at + HOUR,
    }
    return Assessment(**{**values, **changes})


def assess(database: Database, *assessed: Item, is_alerting_later: bool = False, **changes: Any) -> None:
    decided = [assessment_of(item, **changes) for item in assessed]
    entries = [
        StoryEntry(each.item, each.story.story, item.first_seen_at, item.content_hash, (1, 2**64 - 1))
        for each, item in zip(decided, assessed, strict=True)
    ]
    with database.write() as conn:
        by_id = {item.id: item for item in assessed}
        assessments.save(conn, decided, by_id, entries, is_alerting_later=is_alerting_later)


def member_of(item: Item, *, is_shown: bool = True, reason: str = "relevant to cpec-security") -> DigestMember:
    return DigestMember(item.id, item.revision, is_shown, reason)


def message_of(number: int = 1, **changes: Any) -> OutboxMessage:
    values: dict[str, Any] = {
        "id": f"<{number}@monitor.example>",
        "route": "desk-mail",
        "recipient": "desk@example.org",
        "kind": "alert",
        "about": "cpec-desk/story-1",
        "subject": "HIGH: convoy attacked near Dasu",
        "content": b"From: monitor\r\n\r\nConvoy attacked\r\n",
        "created_at": NOON + number * MINUTE,
    }
    return OutboxMessage(**{**values, **changes})


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, to see that nothing changed; numbers handed out and not used do not count."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sqlite_sequence'"
    with database.read() as conn:
        return {
            name: sorted((tuple(row) for row in conn.exec_driver_sql(f'SELECT * FROM "{name}"')), key=repr)
            for name in conn.exec_driver_sql(tables).scalars().all()
        }


def plans_of(database: Database, ask: Callable[[Connection], object]) -> list[list[str]]:
    """Return the plan of each query that a call makes, as SQLite explains it."""
    asked: list[tuple[str, Any]] = []
    with database.read() as conn:

        def note(_conn: object, _cursor: object, query: str, values: Any, *_: object) -> None:
            asked.append((query, values))

        sa.event.listen(conn, "before_cursor_execute", note)
        ask(conn)
        sa.event.remove(conn, "before_cursor_execute", note)
        return [
            [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)] for query, values in asked
        ]
