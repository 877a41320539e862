"""Score every text by a model that was fitted without it and without its relatives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.families import families
from monitor.classifiers.passages import Judgement, Passage, latest_judgements
from monitor.classifiers.train import Model, train
from monitor.text.fold import fold

FOLDS = 5


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One text with what is known and what a model that never saw it says; ``is_judged``: a real item.

    Texts of one ``family`` tell of one event or come from one article.
    """

    topic: str
    label: bool
    score: float
    lang: str | None
    is_judged: bool
    family: int = 0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The paragraphs of one seed article, scored by a model fitted without the article and without copies of it.

    ``relevant``: how many speak to the topic, of which ``found`` reach its threshold; ``others``: the rest, of which
    ``false`` reach it.
    """

    article: str
    topic: str
    relevant: int
    found: int
    others: int
    false: int


def cross_validate(
    definitions: tuple[TopicDefinition, ...],
    passages: tuple[Passage, ...],
    feedback: tuple[Judgement, ...],
    folds: int = FOLDS,
) -> tuple[HeldOut, ...]:
    """Return each passage and latest judgement scored by a model fitted on the other folds.

    Paragraphs of one seed article, near copies (two reports of one event) and judgements on one item are never parted.
    """
    judged = latest_judgements(feedback)
    kinship, texts = _kinship(passages, judged), _texts(passages, judged)
    fold_of = [_fold_of(*texts[head], folds) for head in kinship]
    found: list[HeldOut] = []
    for number in range(folds):
        out = [place for place, fold_number in enumerate(fold_of) if fold_number == number]
        if not out:
            continue
        kept = tuple(one for place, one in enumerate(passages) if fold_of[place] != number)
        kept_judged = tuple(one for place, one in enumerate(judged, len(passages)) if fold_of[place] != number)
        model = train(definitions, kept, kept_judged)
        found.extend(_held_out(model, out, (passages, judged), kinship))
    return tuple(found)


def leave_articles_out(
    definitions: tuple[TopicDefinition, ...], passages: tuple[Passage, ...], feedback: tuple[Judgement, ...]
) -> tuple[LeftOut, ...]:
    """Return per seed article and topic how its paragraphs fare when the article is unknown; a fit per article.

    A sanity check: what is learned must carry from one article to another, not only within one.
    """
    articles = dict.fromkeys(kin for kin in map(_article, passages) if kin)
    judged = latest_judgements(feedback)
    kinship = _kinship(passages, judged)
    found = []
    for article in articles:
        own = [one for one in passages if _article(one) == article]
        relatives = {kinship[place] for place, one in enumerate(passages) if _article(one) == article}
        kept = tuple(one for place, one in enumerate(passages) if kinship[place] not in relatives)
        kept_judged = tuple(one for place, one in enumerate(judged, len(passages)) if kinship[place] not in relatives)
        scores = train(definitions, kept, kept_judged).score([(one.title, one.text) for one in own], inf)
        for column, definition in enumerate(definitions):
            reached = [score[column].is_relevant for score in scores]
            labels = [definition.id in one.topics for one in own]
            hits = sum(label and hit for label, hit in zip(labels, reached, strict=True))
            counts = (sum(labels), hits, len(own) - sum(labels), sum(reached) - hits)
            found.append(LeftOut(article.removeprefix("seed:"), definition.id, *counts))
    return tuple(found)


def labels_and_scores(found: Sequence[HeldOut], topic: str) -> tuple[list[bool], list[float]]:
    """Return labels and scores of one topic, in the order found."""
    own = [one for one in found if one.topic == topic]
    return [one.label for one in own], [one.score for one in own]


def _held_out(
    model: Model,
    places: Sequence[int],
    known: tuple[tuple[Passage, ...], tuple[Judgement, ...]],
    kinship: Sequence[int],
) -> Iterator[HeldOut]:
    passages, judged = known
    texts: list[Passage | Judgement] = [*passages, *judged]
    scored = model.score([(texts[place].title, texts[place].text) for place in places], inf)
    for place, scores in zip(places, scored, strict=True):
        text = texts[place]
        for score in scores:
            if isinstance(text, Passage):
                label, lang, is_judged = score.topic in text.topics, text.lang, False
            elif text.topic == score.topic:
                label, lang, is_judged = text.label, None, True
            else:
                continue
            yield HeldOut(score.topic, label, score.score, lang, is_judged, kinship[place])


def _kinship(passages: Sequence[Passage], judged: Sequence[Judgement]) -> list[int]:
    """Return the family of each passage, then of each judgement."""
    return families(_texts(passages, judged), [*map(_article, passages), *(f"item:{one.item}" for one in judged)])


def _texts(passages: Sequence[Passage], judged: Sequence[Judgement]) -> list[tuple[str, str]]:
    return [*((one.title, one.text) for one in passages), *((one.title, one.text) for one in judged)]


def _article(passage: Passage) -> str:
    """Return the seed article a passage is from, "" if none."""
    return passage.origin.rsplit(":", 1)[0] if passage.origin.startswith("seed:") else ""


def _fold_of(title: str, text: str, folds: int) -> int:
    words = f"{fold(title).text} {fold(text).text}".strip()
    return int.from_bytes(hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()[:4], "big") % folds
