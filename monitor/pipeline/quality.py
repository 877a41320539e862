"""How good the topics of a workspace are: on what they learn from, and on the user's own judgements."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.classifiers.crossvalidate import cross_validate, labels_and_scores
from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.evaluate import Evaluation, evaluate
from monitor.classifiers.intervals import FEWEST_LABELS, ThresholdRow, threshold_rows
from monitor.pipeline.desk import Desk
from monitor.pipeline.topics import Topics
from monitor.store import labels

_STEPS = tuple(round(0.05 * step, 2) for step in range(1, 20))


@dataclass(frozen=True, slots=True)
class TopicQuality:
    """A topic's figures on everything it learns from, each text scored unseen, and on judged items alone."""

    definition: TopicDefinition
    figures: Evaluation
    judged: Evaluation

    @property
    def is_below(self) -> bool:
        """Return whether average precision is below the floor of the definition."""
        return self.figures.average_precision < self.definition.floor


@dataclass(frozen=True, slots=True)
class ThresholdTable:
    """What each threshold would mean for one topic; without enough judgements rows hold no rates."""

    definition: TopicDefinition
    n_labels: int
    n_yes: int
    rows: tuple[ThresholdRow, ...]


def evaluate_topics(topics: Topics) -> tuple[TopicQuality, ...]:
    """Return the cross-validated figures of each topic, in the order of their files; takes some fits (seconds)."""
    found = cross_validate(topics.definitions, topics.passages, topics.judgements)
    judged = [one for one in found if one.is_judged]
    return tuple(
        TopicQuality(
            definition,
            evaluate(*labels_and_scores(found, definition.id), definition.threshold),
            evaluate(*labels_and_scores(judged, definition.id), definition.threshold),
        )
        for definition in topics.definitions
    )


def threshold_tables(desk: Desk, now: datetime, days: int) -> tuple[ThresholdTable, ...]:
    """Return what each threshold would mean for each topic, counting alerts over the last ``days`` days."""
    topics = desk.topics
    enough = {topic: sum(one.topic == topic for one in topics.judgements) >= FEWEST_LABELS for topic in topics.ids}
    found = cross_validate(topics.definitions, topics.passages, topics.judgements) if any(enough.values()) else ()
    judged = [one for one in found if one.is_judged]
    since = now - timedelta(days=days)
    tables = []
    with desk.database.read() as connection:
        first = labels.first_seen(connection, since)
        span = max((now - first) / timedelta(days=1), 1.0) if first else 0.0
        for definition in topics.definitions:
            volume = [score for _, score in labels.topic_scores(connection, definition.id, since)]
            known, scores = labels_and_scores(judged, definition.id)
            steps = tuple(sorted({*_STEPS, definition.threshold}))
            rows = threshold_rows(tuple(zip(known, scores, strict=True)), volume, span, steps)
            if len(known) < FEWEST_LABELS:
                rows = tuple(replace(row, precision=None, recall=None) for row in rows)
            said = {one.item: one.label for one in topics.judgements if one.topic == definition.id}
            tables.append(ThresholdTable(definition, len(said), sum(said.values()), rows))
    return tuple(tables)
