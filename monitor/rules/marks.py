"""Show a passage with what a rule found in it, marked so that a pipe carries it too."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.records import Evidence, Field

AROUND = 40
"""Characters shown on each side of a passage."""
MAX_LINES = 3


def marked_passages(title: str, text: str, evidence: Sequence[Evidence]) -> list[str]:
    """Return at most three lines of the item around its evidence, every hit in [brackets]; title before body."""
    lines: list[str] = []
    for field, content in ((Field.TITLE, title), (Field.BODY, text)):
        spans = _merged(sorted({(one.start, one.end) for one in evidence if one.field is field}))
        lines.extend(_line(content, group) for group in _groups(spans))
    return lines[:MAX_LINES]


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _groups(spans: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Put passages that fit into one line together."""
    groups: list[list[tuple[int, int]]] = []
    for span in spans:
        if groups and span[0] - groups[-1][-1][1] <= 2 * AROUND:
            groups[-1].append(span)
        else:
            groups.append([span])
    return groups


def _line(content: str, spans: Sequence[tuple[int, int]]) -> str:
    first, last = max(spans[0][0] - AROUND, 0), min(spans[-1][1] + AROUND, len(content))
    parts: list[str] = ["…" if first else ""]
    place = first
    for start, end in spans:
        parts += [content[place:start], "[", content[start:end], "]"]
        place = end
    parts += [content[place:last], "…" if last < len(content) else ""]
    return " ".join("".join(parts).split())
