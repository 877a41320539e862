"""What was decided about each revision of an item, and everything that is true only together with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.records import (
    AssessedItem,
    Assessment,
    Item,
    ItemMatches,
    Send,
    StoryAssignment,
    StoryEntry,
    StoryLink,
)
from monitor.store import items as item_rows
from monitor.store import search, stories
from monitor.store.codec import decode_matches, decode_scores, encode_matches, encode_scores
from monitor.store.columns import AnyRow
from monitor.store.schema import assessments, assessors, facets, items, revisions
from monitor.store.writing import in_batches, insert_or_replace, insert_or_skip

TOPIC, ENTITY, RULE, OWNER, BEST = "topic", "entity", "rule", "owner", "best"
"""The kinds of facets: a rule's value is ``owner/rule``; ``BEST`` has no value and the highest of all scores."""


def model_version(fingerprints: Iterable[str]) -> str:
    """Return the name of the model that gave these scores: their fingerprints, each once, joined."""
    return "+".join(sorted(set(fingerprints)))


def save(
    conn: Connection,
    assessments: Sequence[Assessment],
    items: Mapping[str, Item],
    entries: Sequence[StoryEntry],
    *,
    is_alerting_later: bool = False,
) -> None:
    """Store what was decided about items: scores, mentions, matches, stops, stories, lists and search index.

    ``items`` are the assessed items by id, in the revision that was assessed; an assessment of a revision that was
    edited meanwhile is kept, and the item goes on waiting. With ``is_alerting_later`` items that a rule wants to
    alert about are kept in ``alerts.pending_candidates``; without it the caller decides in this transaction.
    Repeating it changes nothing.
    """
    if not assessments:
        return
    numbers = _assessors(conn, assessments)
    states = _states(conn, [each.item for each in assessments])
    current = [each for each in assessments if states[each.item].revision == each.revision]
    _save_rows(conn, assessments, numbers, states)
    _save_items(conn, current, numbers, states, is_alerting_later=is_alerting_later)
    _save_facets(conn, current, items)
    stories.save_entries(conn, entries)
    search.index(conn, [items[each.item] for each in current])


def _version(assessment: Assessment) -> tuple[str, str]:
    return model_version(score.fingerprint for score in assessment.scores), assessment.rules_version


def _assessors(conn: Connection, saved: Sequence[Assessment]) -> dict[tuple[str, str], int]:
    numbers: dict[tuple[str, str], int] = {}
    for model, rules in sorted({_version(each) for each in saved}):
        conn.execute(insert_or_skip(conn, assessors), {"model": model, "rules_version": rules})
        same = (assessors.c.model == model) & (assessors.c.rules_version == rules)
        numbers[model, rules] = conn.execute(sa.select(assessors.c.number).where(same)).scalar_one()
    return numbers


def _states(conn: Connection, ids: Sequence[str]) -> dict[str, AnyRow]:
    query = sa.select(items.c.id, items.c.revision, items.c.first_seen_at, items.c.is_pending)
    return {row.id: row for batch in in_batches(ids) for row in conn.execute(query.where(items.c.id.in_(batch)))}


def _save_rows(
    conn: Connection,
    saved: Sequence[Assessment],
    numbers: Mapping[tuple[str, str], int],
    states: Mapping[str, AnyRow],
) -> None:
    rows = [
        {
            "item": each.item,
            "revision": each.revision,
            "assessor": numbers[_version(each)],
            "assessed_at": each.assessed_at,
            # Nobody has decided its alerts yet, so this counts as its first assessment.
            "is_repeat": each.is_repeat and not states[each.item].is_pending,
            "story": each.story.story,
            "link": each.story.link.value,
            "similarity": each.story.similarity,
            "copy_of": each.story.copy_of,
            "scores": encode_scores(each.scores),
            "matches": encode_matches(each.matches),
        }
        for each in saved
    ]
    conn.execute(insert_or_replace(conn, assessments, ("item", "revision")), rows)


def _save_items(
    conn: Connection,
    saved: Sequence[Assessment],
    numbers: Mapping[tuple[str, str], int],
    states: Mapping[str, AnyRow],
    *,
    is_alerting_later: bool,
) -> None:
    rows = [
        {
            "of_item": each.item,
            "to_story": each.story.story,
            "to_assessor": numbers[_version(each)],
            "to_pending": states[each.item].is_pending or (is_alerting_later and _wants_alert(each.matches)),
        }
        for each in saved
    ]
    if rows:
        change = sa.update(items).where(items.c.id == sa.bindparam("of_item"))
        names = {"story": "to_story", "assessor": "to_assessor", "is_pending": "to_pending"}
        conn.execute(change.values({column: sa.bindparam(name) for column, name in names.items()}), rows)


def _wants_alert(matches: ItemMatches) -> bool:
    return any(match.send is Send.ALERT for match in matches.rules)


def _save_facets(conn: Connection, saved: Sequence[Assessment], of: Mapping[str, Item]) -> None:
    for batch in in_batches([each.item for each in saved]):
        conn.execute(sa.delete(facets).where(facets.c.item.in_(batch)))
    rows = [row for each in saved for row in _facet_rows(each, of[each.item])]
    if rows:
        conn.execute(insert_or_skip(conn, facets), rows)


def _facet_rows(assessment: Assessment, item: Item) -> list[dict[str, Any]]:
    matches = assessment.matches
    values = [(ENTITY, mention.entity) for mention in matches.mentions]
    values += [(RULE, match.id) for match in matches.rules]
    values += [(OWNER, match.owner) for match in matches.rules]
    row = {"at": item.first_seen_at, "item": item.id}
    rows: list[dict[str, Any]] = [
        {**row, "kind": kind, "value": value, "score": 1.0, "is_relevant": True}
        for kind, value in dict.fromkeys(values)
    ]
    rows += [
        {**row, "kind": TOPIC, "value": score.topic, "score": score.score, "is_relevant": score.is_relevant}
        for score in assessment.scores
    ]
    if assessment.scores:
        best = max(score.score for score in assessment.scores)
        is_relevant = any(score.is_relevant for score in assessment.scores)
        rows.append({**row, "kind": BEST, "value": "", "score": best, "is_relevant": is_relevant})
    return rows


def get(conn: Connection, ids: Collection[str]) -> dict[str, Assessment]:
    """Return the assessments of the current revisions of items; those without one are absent."""
    query = (
        sa.select(assessments, assessors.c.rules_version)
        .join_from(
            assessments, items, (items.c.id == assessments.c.item) & (items.c.revision == assessments.c.revision)
        )
        .join(assessors, assessors.c.number == assessments.c.assessor)
    )
    rows = (row for batch in in_batches(ids) for row in conn.execute(query.where(assessments.c.item.in_(batch))))
    return {row.item: _assessment(row) for row in rows}


def of_revisions(conn: Connection, wanted: Mapping[str, int]) -> dict[str, AssessedItem]:
    """Return items as they were assessed in given revisions, by id; what was never assessed is absent."""
    query = (
        sa.select(assessments, assessors.c.rules_version, revisions.c.title, revisions.c.text)
        .join_from(assessments, assessors, assessors.c.number == assessments.c.assessor)
        .join(revisions, (revisions.c.item == assessments.c.item) & (revisions.c.revision == assessments.c.revision))
    )
    current = item_rows.load(conn, wanted)
    found: dict[str, AssessedItem] = {}
    for batch in in_batches(sorted(current)):
        for row in conn.execute(query.where(assessments.c.item.in_(batch))):
            if row.revision == wanted[row.item]:
                item = replace(current[row.item], title=row.title, text=row.text, revision=row.revision)
                found[row.item] = AssessedItem(item, _assessment(row))
    return found


def assignments(conn: Connection, ids: Collection[str]) -> dict[str, StoryAssignment]:
    """Return the stories that items were put into at their last assessment, in whatever revision."""
    query = sa.select(assessments).order_by(assessments.c.revision)
    rows = (row for batch in in_batches(ids) for row in conn.execute(query.where(assessments.c.item.in_(batch))))
    return {row.item: _assignment(row) for row in rows}


def load(conn: Connection, ids: Sequence[str]) -> tuple[AssessedItem, ...]:
    """Return items with their assessments in the given order; unknown ids are left out.

    An item that nobody assessed yet has no scores, no matches, a story of its own and an empty ``rules_version``.
    """
    found = item_rows.load(conn, ids)
    assessed = get(conn, list(found))
    known = (found[item] for item in ids if item in found)
    return tuple(AssessedItem(item, assessed.get(item.id) or _waiting(item)) for item in known)


def _waiting(item: Item) -> Assessment:
    story = StoryAssignment(item.id, item.id, StoryLink.FIRST)
    return Assessment(item.id, item.revision, (), ItemMatches(), story, "", item.first_seen_at)


def _assessment(row: AnyRow) -> Assessment:
    return Assessment(
        item=row.item,
        revision=row.revision,
        scores=decode_scores(row.scores),
        matches=decode_matches(row.matches),
        story=_assignment(row),
        rules_version=row.rules_version,
        assessed_at=row.assessed_at,
        is_repeat=row.is_repeat,
    )


def _assignment(row: AnyRow) -> StoryAssignment:
    return StoryAssignment(row.item, row.story, StoryLink(row.link), row.similarity, row.copy_of)
