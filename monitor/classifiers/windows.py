"""Long texts in parts: what one paragraph of a round-up is about is lost among all its other words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp

from monitor.records import Contribution, TopicScore
from monitor.text.sentences import sentences

LONG_ITEM = 600
"""Characters of title and text above which parts are scored as well; feeds seldom send so much."""
PART = 250
"""Characters from which some sentences are a part: about as many as an item of a feed has."""
PART_FALL = 0.5
"""Log-odds a part loses: it is not the main point of its item. Of relevant passages among seven others 41 to 49 % are
found without parts, 63 to 70 % with them; without the loss a third more round-ups of near misses are tagged."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the text of the item of that number."""

    item: int
    begin: int
    end: int


def parts(text: str) -> list[tuple[int, int]]:
    """Return where the parts of a text begin and end: whole sentences, PART characters or a little more."""
    found: list[tuple[int, int]] = []
    begin: int | None = None
    for start, end in sentences(text):
        begin = start if begin is None else begin
        if end - begin >= PART:
            found.append((begin, end))
            begin = None
    if begin is not None:
        # A short rest says too little alone.
        if found and len(text) - begin < PART // 2:
            begin = found.pop()[0]
        found.append((begin, len(text)))
    return found


def of_part(score: TopicScore, begin: int) -> TopicScore:
    """Return what the score of a part that begins at ``begin`` says about its item."""
    odds = exp(-PART_FALL) * score.score
    shown = tuple(_moved(one, begin) for one in score.contributions)
    return replace(score, score=round(odds / (odds + 1.0 - score.score), 6), contributions=shown)


def _moved(one: Contribution, begin: int) -> Contribution:
    found = one.evidence
    return (
        one
        if found is None
        else replace(one, evidence=replace(found, start=found.start + begin, end=found.end + begin))
    )
