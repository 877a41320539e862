"""The JSON shapes of items in lists and exports (DESIGN §7)."""

from __future__ import annotations

from datetime import datetime

from monitor.records import AssessedItem, Evidence


def iso(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 UTC, None for None."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def item_line(one: AssessedItem) -> dict[str, object]:
    """Return an item in the shape of ``items list --json``."""
    item = one.item
    return {
        "id": item.id,
        "feed": item.feed,
        "source": item.outlet,
        "link": item.link,
        "title": item.title,
        "lang": item.lang,
        "published_at": iso(item.published_at),
        "first_seen_at": iso(item.first_seen_at),
        "scores": {score.topic: round(score.score, 4) for score in one.assessment.scores},
        "rules": [match.id for match in one.assessment.matches.rules],
        "story": one.assessment.story.story,
    }


def evidence_line(evidence: Evidence) -> dict[str, object]:
    """Return a passage with its code-point offsets."""
    return {
        "field": evidence.field.value,
        "start": evidence.start,
        "end": evidence.end,
        "quote": evidence.quote,
        "name": evidence.name,
    }
