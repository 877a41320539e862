"""The reasons of low scores: they are not stored, but worked out when somebody asks."""

from __future__ import annotations

from dataclasses import replace

from monitor.pipeline.topics import Topics
from monitor.records import AssessedItem


def lacks_reasons(one: AssessedItem) -> bool:
    """Return whether a score of a stored item came without its reasons, being low."""
    has_words = bool(one.item.title or one.item.text)
    return has_words and any(not score.contributions for score in one.assessment.scores)


def with_reasons(topics: Topics, one: AssessedItem) -> AssessedItem:
    """Return the item with the reasons of every score.

    Only the model that scored it can give them: once definitions, passages or judgements have changed, the item is
    returned as it is. May fit the model (seconds).
    """
    if not lacks_reasons(one) or any(score.fingerprint != topics.fingerprint for score in one.assessment.scores):
        return one
    (scores,) = topics.model().score([(one.item.title, one.item.text)])
    reasons = {score.topic: score.contributions for score in scores}
    explained = tuple(
        score if score.contributions else replace(score, contributions=reasons.get(score.topic, ()))
        for score in one.assessment.scores
    )
    return replace(one, assessment=replace(one.assessment, scores=explained))
