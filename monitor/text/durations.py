"""Durations as analysts write them: ``90s``, ``30m``, ``6h``, ``3d``, ``2w``."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_FORM = re.compile(r"([0-9]{1,6})\s*([smhdw])")


def parse_duration(text: str) -> timedelta | None:
    """Return the span ``text`` names, None if it is not a whole number followed by s, m, h, d or w."""
    found = _FORM.fullmatch(text.strip())
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else None


def format_duration(span: timedelta) -> str:
    """Return the shortest form that names ``span`` to the second, e.g. ``90m`` or ``2d``."""
    seconds = int(span.total_seconds())
    for unit, size in sorted(_UNITS.items(), key=lambda pair: -pair[1]):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
