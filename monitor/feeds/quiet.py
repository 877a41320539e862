"""Hours and days in which a feed asks not to be asked: skipHours and skipDays of RSS (RSS 2.0, channel elements)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

_SEARCHED_AT_START: Final = 10_000
_SEARCHED_AT_END: Final = 2_000
"""Characters in which a channel says so: before its items, or behind them."""

_HOURS = re.compile(r"<skipHours[^>]{0,50}>(.{0,2000}?)</skipHours>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour[^>]{0,50}>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAYS = re.compile(r"<skipDays[^>]{0,50}>(.{0,2000}?)</skipDays>", re.IGNORECASE | re.DOTALL)
_DAY = re.compile(r"<day[^>]{0,50}>\s*(\w{3})\w{0,6}\s*</day>", re.IGNORECASE)
_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def quiet_times(document: str) -> str:
    """Return the hours (0 to 23, GMT) and days (0 is Monday) of a document's channel: ``hours 0 1 days 5 6``, or "".

    Whoever names every hour or every day means none: no feed is given up for a mistake.
    """
    around = document[:_SEARCHED_AT_START] + document[_SEARCHED_AT_START:][-_SEARCHED_AT_END:]
    if "<skip" not in around and "<SKIP" not in around:
        return ""
    hours, days = _HOURS.search(around), _DAYS.search(around)
    # RSS 0.91 counts them from 1 to 24.
    skipped = {int(hour) % 24 for hour in _HOUR.findall(hours[1]) if int(hour) <= 24} if hours else set()
    named = [day.lower() for day in _DAY.findall(days[1])] if days else []
    closed = {_NAMES.index(day) for day in named if day in _NAMES}
    parts = [("hours", skipped, 24), ("days", closed, 7)]
    return " ".join(
        word for name, found, most in parts if 0 < len(found) < most for word in (name, *map(str, sorted(found)))
    )


def open_at(moment: datetime, quiet: str) -> datetime:
    """Return the first time from ``moment`` on, in UTC, that lies in none of the quiet times."""
    if not quiet:
        return moment
    hours, _, days = quiet.partition("days")
    skipped = {int(word) for word in hours.split() if word.isdigit()}
    closed = {int(word) for word in days.split()}
    for _ in range(8 * 24):
        if moment.hour not in skipped and moment.weekday() not in closed:
            break
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment
