"""Cut titles and texts into segments that show the evidence in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.digests.view import Segment
from monitor.records import Evidence

_SENTENCE_ENDS = re.compile(r"[.!?۔؟।。！？]['\"”’»)]*\s+|[。！？]|\n\s*")
_SPACE = re.compile(r"\s")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")

# A Chinese character says about as much as two and a half Latin ones.
_DENSE_SHARE = 0.4
_ELLIPSIS = "…"

Span = tuple[int, int]


def spans_in(text: str, evidence: Iterable[Evidence]) -> tuple[Span, ...]:
    """Return where evidence stands in the text, merged and sorted; what does not quote the text is left out.

    Evidence of an older revision would mark the wrong words, which is worse than marking none.
    """
    merged: list[Span] = []
    for start, end in sorted({(e.start, e.end) for e in evidence if e.quote and text[e.start : e.end] == e.quote}):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def marked(text: str, spans: Sequence[Span], start: int = 0, end: int | None = None) -> tuple[Segment, ...]:
    """Return the text from ``start`` to ``end`` as segments, the spans as hits."""
    stop = len(text) if end is None else end
    segments: list[Segment] = []
    at = start
    for hit_start, hit_end in spans:
        left, right = max(hit_start, start), min(hit_end, stop)
        if left >= right:
            continue
        if left > at:
            segments.append(Segment(text[at:left]))
        segments.append(Segment(text[left:right], is_hit=True))
        at = right
    if at < stop:
        segments.append(Segment(text[at:stop]))
    return tuple(segments)


def snippet(text: str, spans: Sequence[Span], room: int) -> tuple[Segment, ...]:
    """Return about ``room`` characters of a text: the passage with most evidence, a second if some is elsewhere.

    Passages begin and end at sentences or words, never inside a hit; an ellipsis stands where text was left out.
    Texts of scripts that say more per character get less room.
    """
    text = text.rstrip()
    if len(_DENSE.findall(text[:400])) > len(text[:400]) // 3:
        room = int(room * _DENSE_SHARE)
    if len(text) <= room:
        return marked(text, spans)
    first = _window(text, spans, room)
    outside = [span for span in spans if span[0] >= first[1] or span[1] <= first[0]]
    windows = [first]
    if outside:
        second = _window(text, outside, room // 2)
        windows = _joined(text, first, second)
    segments: list[Segment] = []
    for start, end in windows:
        if start > 0:
            segments.append(Segment(f" {_ELLIPSIS} " if segments else f"{_ELLIPSIS} "))
        segments.extend(marked(text, spans, start, end))
    if windows[-1][1] < len(text):
        segments.append(Segment(f" {_ELLIPSIS}"))
    return tuple(segments)


def shortened(text: str, room: int) -> str:
    """Return a text of at most ``room`` characters, cut at a word, an ellipsis where it was cut."""
    if len(text) <= room:
        return text
    end = text.rfind(" ", room // 2, room - 1)
    return text[: end if end > 0 else room - 1].rstrip() + _ELLIPSIS


def _joined(text: str, first: Span, second: Span) -> list[Span]:
    early, late = sorted((first, second))
    # Two passages that touch read better as one.
    if late[0] - early[1] <= len(_ELLIPSIS) + 2 or not text[early[1] : late[0]].strip():
        return [(early[0], max(early[1], late[1]))]
    return [early, late]


def _window(text: str, spans: Sequence[Span], room: int) -> Span:
    """Return the stretch of about ``room`` characters that holds most hits, the earliest of equals."""
    best = (0, 0)
    if spans and spans[0][0] >= room // 2:
        best = max(
            ((sum(1 for s, e in spans if s >= begin and e <= begin + room * 3 // 4), -begin) for begin, _ in spans),
        )
    anchor = -best[1]
    start = _start_before(text, anchor, max(room // 4, 40)) if anchor else 0
    end = min(len(text), start + room)
    if end < len(text):
        end = _end_before(text, max(start + room // 2, anchor), end)
    for hit_start, hit_end in spans:
        if hit_start < start < hit_end:
            start = hit_start
        if hit_start < end < hit_end:
            end = hit_end
    return start, end


def _start_before(text: str, anchor: int, reach: int) -> int:
    """Return the start of the sentence that holds ``anchor`` if it is within reach, else of a word."""
    low = max(0, anchor - reach)
    ends = [found.end() for found in _SENTENCE_ENDS.finditer(text, low, anchor)]
    if ends:
        return ends[-1]
    if low == 0:
        return 0
    space = _SPACE.search(text, low, anchor)
    return space.end() if space is not None else low


def _end_before(text: str, low: int, high: int) -> int:
    """Return the end of the last sentence between ``low`` and ``high``, else of a word, else ``high``."""
    ends = [found.end() for found in _SENTENCE_ENDS.finditer(text, low, high)]
    if ends:
        return len(text[: ends[-1]].rstrip())
    space = max(text.rfind(" ", low, high), text.rfind("\n", low, high))
    return space if space > low else high
