"""When a digest is due, computed from its last slot and the clock; the zone's own rules decide, not a cron."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.records import DigestSpec

# A digest is due at least once a week, so eight dates back always hold the newest slot; two more cover
# zones that once skipped a calendar date (Samoa, 2011) and dates that differ between the zone and UTC.
_DATES_BACK = 10


def due_slot(spec: DigestSpec, last_slot: datetime | None, now: datetime) -> datetime | None:
    """Return the newest slot (UTC) that has come and is later than ``last_slot``, or None when nothing is due.

    Without a last slot the digest has never been closed: its newest slot is due at once, so that the first round
    gives the first digest. However many slots were missed, only the newest is due (DESIGN §8).
    """
    newest = newest_slot(spec, now)
    if newest is None or (last_slot is not None and newest <= last_slot):
        return None
    return newest


def newest_slot(spec: DigestSpec, now: datetime) -> datetime | None:
    """Return the latest slot (UTC) at or before ``now``; None only for a digest without days."""
    zone = ZoneInfo(spec.zone)
    today = now.astimezone(zone).date()
    slots = (
        slot_at(today - timedelta(days=back), spec.at, zone)
        for back in range(-1, _DATES_BACK)
        if (today - timedelta(days=back)).weekday() in spec.days
    )
    return max((slot for slot in slots if slot <= now), default=None)


def next_slot(spec: DigestSpec, now: datetime) -> datetime | None:
    """Return the earliest slot (UTC) after ``now``; None only for a digest without days."""
    zone = ZoneInfo(spec.zone)
    today = now.astimezone(zone).date()
    slots = (
        slot_at(today + timedelta(days=ahead), spec.at, zone)
        for ahead in range(-2, _DATES_BACK)
        if (today + timedelta(days=ahead)).weekday() in spec.days
    )
    return min((slot for slot in slots if slot > now), default=None)


def slot_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) of a local time on a date.

    A time that happens twice gives its first occurrence; one that does not exist gives the first instant after
    the gap, to the second.
    """
    wanted = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    first = wanted.replace(tzinfo=zone).astimezone(UTC)
    if _local(first, zone) == wanted:
        return first
    # In a gap the two folds read the time with the offsets after and before it; the change lies between them.
    before = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    low, high = 0, int((first - before).total_seconds())
    while low < high:
        middle = (low + high) // 2
        if _local(before + timedelta(seconds=middle), zone) >= wanted:
            high = middle
        else:
            low = middle + 1
    return before + timedelta(seconds=low)


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)
