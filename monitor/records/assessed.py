"""An item with everything decided about it, as lists, digests and alerts need it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.records.item import Item
from monitor.records.match import ItemMatches, TopicScore
from monitor.records.story import StoryAssignment


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was decided about one revision of an item, and by which versions of model and rules."""

    item: str
    revision: int
    scores: tuple[TopicScore, ...]
    matches: ItemMatches
    story: StoryAssignment
    rules_version: str
    assessed_at: datetime
    is_repeat: bool = False
    """True when an earlier model or rule version had assessed this revision already: never alerts."""


@dataclass(frozen=True, slots=True)
class AssessedItem:
    """An item and the assessment of its current revision."""

    item: Item
    assessment: Assessment

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the topics whose threshold the item reaches, highest score first."""
        relevant = [score for score in self.assessment.scores if score.is_relevant]
        return tuple(score.topic for score in sorted(relevant, key=lambda score: -score.score))
