"""What a topic is, as analysts define it: what belongs, with word lists and clues."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DEFAULT_THRESHOLD = 0.5
DEFAULT_WEIGHT = 1.0


class Counts(StrEnum):
    """Which way a clue is expected to speak; how much is learned."""

    FOR = "for"
    AGAINST = "against"


@dataclass(frozen=True, slots=True)
class WordList:
    """A list of words and phrases in every watched language; ``weight`` is how strongly it may speak unlearned."""

    name: str
    terms: tuple[str, ...]
    weight: float = DEFAULT_WEIGHT


@dataclass(frozen=True, slots=True)
class Near:
    """Groups of terms that must stand near each other in one field; ``words`` None means within one sentence."""

    groups: tuple[tuple[str, ...], ...]
    words: int | None


@dataclass(frozen=True, slots=True)
class Clue:
    """What several lists say together. Every group of ``all_of`` and every near must hold, nothing of ``none_of``.

    Terms are ``@list`` of the same file, or words and phrases.
    """

    name: str
    title: str
    counts: Counts
    all_of: tuple[tuple[str, ...], ...] = ()
    none_of: tuple[str, ...] = ()
    near: tuple[Near, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicDefinition:
    """A topic as analysts define it. ``threshold`` is a score, ``alert_budget`` tagged items a day (0: not said).

    ``floor``: the average precision (0-1) that cross-validation must reach (0: not said).
    """

    id: str
    title: str
    counts: tuple[str, ...]
    not_counts: tuple[str, ...]
    threshold: float = DEFAULT_THRESHOLD
    alert_budget: int = 0
    floor: float = 0.0
    lists: tuple[WordList, ...] = ()
    clues: tuple[Clue, ...] = ()
