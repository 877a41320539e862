"""Who receives an alert, and when: owners, followers, quiet hours and caps. Delays, never drops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_WINDOW = timedelta(hours=1)


def recipients(owner: str, follows: Iterable[tuple[str, Sequence[str]]]) -> tuple[str, ...]:
    """Return the analysts an alert of ``owner``'s rules goes to: the owner, then who follows the owner.

    ``follows``: (analyst, the analysts it follows). An owner who is no analyst of the configuration gets nothing.
    """
    pairs = list(follows)
    known = [analyst for analyst, _ in pairs]
    followers = [analyst for analyst, followed in pairs if owner in followed and analyst != owner]
    return (*([owner] if owner in known else []), *followers)


def send_after(now: datetime, quiet: tuple[time, time] | None, zone: str) -> datetime:
    """Return when a message may go out: now, or the end of the quiet hours that hold now in ``zone``."""
    if quiet is None:
        return now
    start, end = quiet
    local = now.astimezone(ZoneInfo(zone))
    at = local.time()
    is_overnight = start > end
    is_quiet = (at >= start or at < end) if is_overnight else start <= at < end
    if not is_quiet:
        return now
    day = local.date() + timedelta(days=1 if is_overnight and at >= start else 0)
    return datetime.combine(day, end, local.tzinfo).astimezone(now.tzinfo)


def capped(after: datetime, limit: int | None, recent: Sequence[datetime]) -> datetime:
    """Return when a message may go out under a cap per hour.

    ``recent``: when this analyst's other alerts went or will go out. The result is ``after`` or the first moment
    at which fewer than ``limit`` of them lie in the hour before.
    """
    if limit is None:
        return after
    while True:
        inside = sorted(moment for moment in recent if after - _WINDOW < moment <= after)
        if len(inside) < limit:
            return after
        after = inside[-limit] + _WINDOW
