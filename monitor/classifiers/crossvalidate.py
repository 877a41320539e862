"""Score every text by a model that was fitted without it and without its relatives."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.passages import Judgement, Passage, latest_judgements
from monitor.classifiers.train import train
from monitor.text.fold import fold

FOLDS = 5


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One text with what is known and what a model that never saw it says; ``is_judged``: a real item."""

    topic: str
    label: bool
    score: float
    lang: str | None
    is_judged: bool


def cross_validate(
    definitions: tuple[TopicDefinition, ...],
    passages: tuple[Passage, ...],
    feedback: tuple[Judgement, ...],
    folds: int = FOLDS,
) -> tuple[HeldOut, ...]:
    """Return each passage and latest judgement scored by a model fitted on the other folds.

    Paragraphs of one seed article, copies of one text and judgements on one item are never parted.
    """
    judged = latest_judgements(feedback)
    found: list[HeldOut] = []
    for fold_number in range(folds):
        out = [one for one in passages if _fold_of(_family(one), folds) == fold_number]
        out_judged = [one for one in judged if _fold_of(_words(one.title, one.text), folds) == fold_number]
        if not out and not out_judged:
            continue
        kept = tuple(one for one in passages if _fold_of(_family(one), folds) != fold_number)
        kept_judged = tuple(one for one in judged if _fold_of(_words(one.title, one.text), folds) != fold_number)
        model = train(definitions, kept, kept_judged)
        for passage, scores in zip(out, model.score([(one.title, one.text) for one in out]), strict=True):
            found.extend(
                HeldOut(one.topic, one.topic in passage.topics, one.score, passage.lang, is_judged=False)
                for one in scores
            )
        for one, scores in zip(out_judged, model.score([(j.title, j.text) for j in out_judged]), strict=True):
            found.extend(
                HeldOut(one.topic, one.label, score.score, None, is_judged=True)
                for score in scores
                if score.topic == one.topic
            )
    return tuple(found)


def labels_and_scores(found: Sequence[HeldOut], topic: str) -> tuple[list[bool], list[float]]:
    """Return labels and scores of one topic, in the order found."""
    own = [one for one in found if one.topic == topic]
    return [one.label for one in own], [one.score for one in own]


def _family(passage: Passage) -> str:
    """Return what keeps relatives together: a seed article by its file, everything else by its words."""
    if passage.origin.startswith("seed:"):
        return passage.origin.rsplit(":", 1)[0]
    return _words(passage.title, passage.text)


def _words(title: str, text: str) -> str:
    return f"{fold(title).text} {fold(text).text}".strip()


def _fold_of(family: str, folds: int) -> int:
    return int.from_bytes(hashlib.sha256(family.encode("utf-8", "surrogatepass")).digest()[:4], "big") % folds
