"""Open items that a new model puts on the other side of a threshold, with what did it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.classifiers.learned import Lesson
from monitor.classifiers.passages import Judgement
from monitor.pipeline.topics import Topics
from monitor.records import AssessedItem, Item, TopicScore
from monitor.store import assessments, labels
from monitor.store.engine import Database

_FEATURES_SHOWN = 3
_LEAST_CHANGE = 0.05
"""Log-odds; a smaller change of a feature moves no score that anybody would notice."""


@dataclass(frozen=True, slots=True)
class FeatureChange:
    """What a feature added to a score (log-odds) before and adds now; None where too little to be shown."""

    feature: str
    quote: str
    before: float | None
    after: float | None

    @property
    def change(self) -> float:
        """Return by how much it speaks more for the topic than before."""
        return (self.after or 0.0) - (self.before or 0.0)

    def words(self) -> str:
        """Return this in words."""
        quote = f" “{self.quote}”" if self.quote and not self.feature.endswith(f":{self.quote}") else ""
        before, after = ("little" if weight is None else f"{weight:+.2f}" for weight in (self.before, self.after))
        return f"{self.feature}{quote} {before} → {after}"


@dataclass(frozen=True, slots=True)
class Crossing:
    """An item whose score reached a threshold and no longer does, or the other way round. Scores are 0-1."""

    item: str
    title: str
    topic: str
    before: float
    after: float
    thresholds: tuple[float, float]
    """Before and now."""
    features: tuple[FeatureChange, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    """New ones on items with the same words."""

    @property
    def has_risen(self) -> bool:
        """Return whether the item is relevant now and was not before."""
        return self.after >= self.thresholds[1]

    def lines(self) -> tuple[str, ...]:
        """Return this in words: what happened, then what did it."""
        sign = "↑" if self.has_risen else "↓"
        was, now = self.thresholds
        threshold = f" (threshold {was:.2f} → {now:.2f})" if was != now else ""
        lines = [f"{sign} {self.before:.2f} → {self.after:.2f} {self.topic}{threshold}  {self.title}  [{self.item}]"]
        if self.features:
            lines.append(f"    {'; '.join(one.words() for one in self.features)}")
        lines.extend(
            f"    {one.analyst} said {'yes' if one.label else 'no'} to “{one.title}”" for one in self.judgements
        )
        return tuple(lines)


def crossings(
    item: Item, before: Sequence[TopicScore], after: Sequence[TopicScore], lesson: Lesson
) -> tuple[Crossing, ...]:
    """Return the topics whose threshold the item crossed from one model to another, in the order of ``after``."""
    known: Mapping[str, TopicScore] = {score.topic: score for score in before}
    found = []
    for new in after:
        old = known.get(new.topic)
        if old is None or old.is_relevant == new.is_relevant:
            continue
        features = _feature_changes(old, new)
        judgements = {
            (one.item, one.analyst): one
            for feature in features
            for one in lesson.about(new.topic, feature.quote)
            if one.label == new.is_relevant
        }
        found.append(
            Crossing(
                item=item.id,
                title=item.title or item.text[:80],
                topic=new.topic,
                before=old.score,
                after=new.score,
                thresholds=(old.threshold, new.threshold),
                features=features,
                judgements=tuple(judgements.values())[:_FEATURES_SHOWN],
            )
        )
    return tuple(found)


def open_crossings(database: Database, topics: Topics, limit: int) -> tuple[int, tuple[Crossing, ...], str]:
    """Return how many open items were looked at, those the next round moves across a threshold, and what was learned.

    ``limit``: of the open items the newest so many. May fit the model (seconds).
    """
    with database.read() as connection:
        stored = assessments.load(connection, labels.open_items(connection, limit))
    outdated = [one for one in stored if one.assessment.scores and _model(one) != topics.fingerprint]
    lessons = {name: topics.lesson_since(name) for name in dict.fromkeys(map(_model, outdated))}
    scored = topics.model().score([(one.item.title, one.item.text) for one in outdated])
    found = tuple(
        crossing
        for one, scores in zip(outdated, scored, strict=True)
        for crossing in crossings(one.item, one.assessment.scores, scores, lessons[_model(one)])
    )
    words = "; ".join(dict.fromkeys(one.words() for one in lessons.values() if one.words()))
    return len(stored), found, words


def _model(one: AssessedItem) -> str:
    return one.assessment.scores[0].fingerprint


def _feature_changes(old: TopicScore, new: TopicScore) -> tuple[FeatureChange, ...]:
    """Return the features that moved the score the way it went, the strongest first."""
    was = {part.feature: part for part in old.contributions}
    now = {part.feature: part for part in new.contributions}
    # Low scores are stored without their features: then nothing can be said of before.
    changes = [
        FeatureChange(
            feature,
            part.evidence.quote if part.evidence else "",
            was[feature].weight if feature in was else None,
            now[feature].weight if feature in now else None,
        )
        for feature, part in {**was, **now}.items()
    ]
    way = 1 if new.score > old.score else -1
    moved = [one for one in changes if one.change * way >= _LEAST_CHANGE]
    return tuple(sorted(moved, key=lambda one: (-abs(one.change), one.feature))[:_FEATURES_SHOWN])
