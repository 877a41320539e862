"""Silences: stories about which an analyst wants no alerts until a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.store.schema import silences
from monitor.store.writing import in_batches, insert_or_replace


@dataclass(frozen=True, slots=True)
class Silence:
    """A story is quiet for an analyst until a moment; the digest tells of it as before."""

    analyst: str
    story: str
    until: datetime
    why: str

    @property
    def reason(self) -> str:
        """Return why a decision falls so, in words."""
        why = f": {self.why}" if self.why else ""
        return f"{self.analyst} silenced the story until {self.until:%Y-%m-%d %H:%M UTC}{why}"


def save(conn: Connection, silence: Silence, now: datetime) -> None:
    """Keep a silence, in place of an earlier one of the same story."""
    row = {
        "analyst": silence.analyst,
        "story": silence.story,
        "until": silence.until,
        "why": silence.why,
        "made_at": now,
    }
    conn.execute(insert_or_replace(conn, silences, ("analyst", "story")), row)


def end(conn: Connection, analyst: str, story: str) -> bool:
    """Forget a silence; return whether there was one."""
    mine = (silences.c.analyst == analyst) & (silences.c.story == story)
    return bool(conn.execute(sa.delete(silences).where(mine)).rowcount)


def in_force(conn: Connection, stories: Collection[str], now: datetime) -> dict[tuple[str, str], Silence]:
    """Return the silences of stories that hold at a moment, by analyst and story."""
    query = sa.select(silences).where(silences.c.until > now)
    rows = (row for batch in in_batches(stories) for row in conn.execute(query.where(silences.c.story.in_(batch))))
    return {(row.analyst, row.story): Silence(row.analyst, row.story, row.until, row.why) for row in rows}
