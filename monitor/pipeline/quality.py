"""How good the topics of a workspace are: on what they learn from, and on the user's own judgements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.classifiers.crossvalidate import HeldOut, LeftOut, cross_validate, labels_and_scores, leave_articles_out
from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.evaluate import Evaluation, evaluate, spread
from monitor.classifiers.intervals import (
    FEWEST_LABELS,
    ThresholdRow,
    best_threshold,
    budget_threshold,
    threshold_rows,
)
from monitor.classifiers.passages import Judgement, latest_judgements
from monitor.pipeline.desk import Desk
from monitor.pipeline.topics import Topics
from monitor.store import labels

FEWEST_DAYS = 2.0
"""An archive of less does not say what a day brings: the first pull takes what had gathered in the feeds."""
_STEPS = tuple(round(0.05 * step, 2) for step in range(1, 20))


@dataclass(frozen=True, slots=True)
class TopicQuality:
    """A topic's figures on everything it learns from, each text scored unseen, and on judged items alone.

    ``intervals``: by name of a figure the ends of its 95 % interval. ``articles``: how the paragraphs of each seed
    article fare when the article is unknown.
    """

    definition: TopicDefinition
    figures: Evaluation
    judged: Evaluation
    intervals: Mapping[str, tuple[float, float]]
    articles: tuple[LeftOut, ...] = ()

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
    days: float
    """Length of the archive that alerts are counted on; 0 if it is too short to say what a day brings."""
    keeps_budget: float | None
    """The lowest threshold that keeps the alert budget; None without budget, or if none does."""
    best_on_labels: float | None
    """The threshold with the highest F1 on the judgements; None while there are too few of either kind."""
    promised: float | None
    """How many of the judged items the scores say are relevant (their sum), beside ``n_yes``; None while too few."""


def evaluate_topics(topics: Topics) -> tuple[TopicQuality, ...]:
    """Return the cross-validated figures of each topic, in the order of their files; takes ten fits or so."""
    found = cross_validate(topics.definitions, topics.passages, topics.judgements)
    articles = leave_articles_out(topics.definitions, topics.passages, topics.judgements)
    return tuple(_quality(definition, found, articles) for definition in topics.definitions)


def _quality(definition: TopicDefinition, found: tuple[HeldOut, ...], articles: tuple[LeftOut, ...]) -> TopicQuality:
    topic, threshold = definition.id, definition.threshold
    labels, scores = labels_and_scores(found, topic)
    families = [one.family for one in found if one.topic == topic]
    return TopicQuality(
        definition,
        evaluate(labels, scores, threshold),
        evaluate(*labels_and_scores([one for one in found if one.is_judged], topic), threshold),
        spread(labels, scores, families, threshold),
        tuple(one for one in articles if one.topic == topic),
    )


def threshold_tables(desk: Desk, now: datetime, days: int) -> tuple[ThresholdTable, ...]:
    """Return what each threshold would mean for each topic, counting alerts over the last ``days`` days."""
    topics = desk.topics
    counts = Counter(one.topic for one in latest_judgements(topics.judgements))
    is_enough = any(counts[topic] >= FEWEST_LABELS for topic in topics.ids)
    found = cross_validate(topics.definitions, topics.passages, topics.judgements) if is_enough else ()
    judged = [one for one in found if one.is_judged]
    since = now - timedelta(days=days)
    with desk.database.read() as connection:
        first = labels.first_news(connection, since)
        span = (now - first) / timedelta(days=1) if first else 0.0
        archive = span if span >= FEWEST_DAYS else 0.0
        return tuple(
            _threshold_table(
                definition,
                labels_and_scores(judged, definition.id),
                labels.news_scores(connection, definition.id, since),
                archive,
                latest_judgements([one for one in topics.judgements if one.topic == definition.id]),
            )
            for definition in topics.definitions
        )


def _threshold_table(
    definition: TopicDefinition,
    judged: tuple[list[bool], list[float]],
    volume: list[float],
    days: float,
    said: tuple[Judgement, ...],
) -> ThresholdTable:
    labelled = tuple(zip(*judged, strict=True))
    keeps = budget_threshold(volume, days, definition.alert_budget) if definition.alert_budget else None
    best = best_threshold(labelled)
    chosen = (definition.threshold, *(one for one in (keeps, best) if one is not None))
    rows = threshold_rows(labelled, volume, days, tuple(sorted({*_STEPS, *chosen})))
    is_enough = len(labelled) >= FEWEST_LABELS
    if not is_enough:
        rows = tuple(replace(row, precision=None, recall=None) for row in rows)
    return ThresholdTable(
        definition=definition,
        n_labels=len(said),
        n_yes=sum(one.label for one in said),
        rows=rows,
        days=days,
        keeps_budget=keeps,
        best_on_labels=best,
        promised=sum(judged[1]) if is_enough else None,
    )
