"""Show the line a problem stands in, with carets under what is meant."""

from __future__ import annotations

import re
import unicodedata

WIDTH = 110
"""Columns of a line that are shown; of a longer one, those around the place."""

_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|\[\[?[^\]\n]*\]\]?|[^\s=,\[\]{}#"\']+|.', re.DOTALL)
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


def span_at(line: str, column: int) -> tuple[int, int]:
    """Return the slice of a line that a problem at ``column`` (from 1) speaks of: one word, text, key or header."""
    start = min(max(column - 1, 0), len(line))
    token = _TOKEN.match(line, start)
    if token is None:
        return start, start
    end = token.end()
    is_header = line[start] == "[" and not line[:start].strip()
    if line[start] == "[" and not is_header:
        # A list, which may go on for lines: its bracket stands for it.
        end = start + 1
    return start, end


def caret_lines(line: str, column: int) -> tuple[str, ...]:
    """Return a line and the carets under the text that a problem at ``column`` speaks of; nothing for an empty line.

    In a line with right-to-left letters carets mislead, since it is shown in another order than it is stored: there
    the text itself is printed alone.
    """
    line = line.rstrip("\r\n")
    start, end = span_at(line, column)
    if not line.strip():
        return ()
    if start == end:
        # Something is missing at the end of the line.
        start, end = len(line), len(line) + 1
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in line):
        return (f"here: {_visible(line[start:end])}",)
    first = _first_shown(line, start)
    shown = line[first : first + WIDTH]
    mark = "…" if line[:first].strip() else ""
    pad = len(mark) + _cells(shown[: start - first])
    carets = "^" * max(_cells(line[start : min(end, first + WIDTH)]), 1)
    return mark + _visible(shown), " " * pad + carets


def _first_shown(line: str, start: int) -> int:
    """Return where the shown part of a line begins: after its indentation, or so that the place is in sight."""
    return min(len(line) - len(line.lstrip()), start) if start < WIDTH - 20 else start - WIDTH // 3


def _cells(text: str) -> int:
    """Return how many columns of a terminal a text takes: wide characters two, marks none, a tab one."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _visible(text: str) -> str:
    """Return a text whose controls cannot move what follows it."""
    return "".join(" " if unicodedata.category(character).startswith("C") else character for character in text)
