"""What a model was fitted from, kept beside it, so that the next one can say what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.passages import Judgement, Passage, latest_judgements
from monitor.text.fold import fold

_Key = tuple[str, str, str, bool]
"""Item, topic, analyst, answer."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a model was fitted from: judgements by what they say, definitions and passages by a hash."""

    judgements: frozenset[_Key]
    definitions: dict[str, str]
    passages: dict[str, str]
    background: int = 0
    """Size of the archive that background items were drawn from."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one model was taught that an earlier one was not."""

    new: tuple[Judgement, ...] = ()
    taken_back: int = 0
    """Judgements the earlier model had learned from and this one has not."""
    definitions: tuple[str, ...] = ()
    """Topics whose definition is another; new and removed ones included."""
    passages: int = 0
    """Passages that were added, removed or changed."""
    has_other_background: bool = False

    def words(self) -> str:
        """Return this in words, "" if nothing of it changed."""
        parts = []
        if self.new:
            parts.append(f"{len(self.new)} new judgement{'s' if len(self.new) > 1 else ''}")
        if self.taken_back:
            parts.append(f"{self.taken_back} taken back")
        if self.definitions:
            parts.append(f"changed definition of {', '.join(self.definitions)}")
        if self.passages:
            parts.append(f"{self.passages} passage{'s' if self.passages > 1 else ''} changed")
        if self.has_other_background:
            parts.append("background items drawn anew from the archive")
        return ", ".join(parts)

    def about(self, topic: str, quote: str, limit: int = 3) -> tuple[Judgement, ...]:
        """Return the new judgements on a topic whose item holds the same words, newest first."""
        words = fold(quote).text.strip()
        held = [
            one for one in self.new if one.topic == topic and words and words in fold(f"{one.title}\n{one.text}").text
        ]
        return tuple(sorted(held, key=lambda one: one.at, reverse=True)[:limit])


def learned(
    definitions: Sequence[TopicDefinition],
    passages: Sequence[Passage],
    judgements: Sequence[Judgement],
    background: int = 0,
) -> Learned:
    """Return what a model fitted from these was taught; ``background`` is the size of the archive drawn from."""
    return Learned(
        judgements=frozenset(_key(one) for one in latest_judgements(judgements)),
        definitions={one.id: _hash(asdict(one)) for one in definitions},
        passages={one.origin: _hash(asdict(one)) for one in passages},
        background=background,
    )


def lesson(before: Learned, now: Learned, judgements: Sequence[Judgement]) -> Lesson:
    """Return what changed from one model to another; ``judgements`` are those of the later one."""
    topics = {**before.definitions, **now.definitions}
    origins = {**before.passages, **now.passages}
    return Lesson(
        new=tuple(one for one in latest_judgements(judgements) if _key(one) not in before.judgements),
        taken_back=len(before.judgements - now.judgements),
        definitions=tuple(one for one in topics if before.definitions.get(one) != now.definitions.get(one)),
        passages=sum(before.passages.get(one) != now.passages.get(one) for one in origins),
        has_other_background=before.background != now.background,
    )


def dump_learned(what: Learned) -> str:
    """Return this as JSON, for ``load_learned``."""
    return json.dumps([sorted(what.judgements), what.definitions, what.passages, what.background])


def load_learned(text: str) -> Learned | None:
    """Return what ``dump_learned`` wrote, None if it is something else."""
    try:
        judgements, definitions, passages, background = json.loads(text)
        keys = frozenset(
            (str(item), str(topic), str(analyst), label is True) for item, topic, analyst, label in judgements
        )
        return Learned(keys, dict(definitions), dict(passages), int(background))
    except (ValueError, TypeError):
        return None


def _key(one: Judgement) -> _Key:
    return (one.item, one.topic, one.analyst, one.label)


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=sorted).encode()).hexdigest()[:16]
