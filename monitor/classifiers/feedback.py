"""Judgements as they are given: one line each, what they contradict, and which items to ask about next."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np

from monitor.classifiers.ngrams import Floats
from monitor.classifiers.passages import Judgement, latest_judgements
from monitor.text.fold import fold


class Asked(StrEnum):
    """Why an item is put before an analyst."""

    TOP = "top"
    """It has the highest score of what nobody judged."""
    NEAR = "near"
    """The classifier is in doubt about it: a yes or no teaches most."""
    AUDIT = "audit"
    """Drawn at random from below the threshold: what the classifier misses shows only here."""


TURN = (Asked.NEAR, Asked.TOP, Asked.NEAR, Asked.AUDIT)
"""Half in doubt, a quarter from the top, a quarter at random; measured by benchmarks/learning.py."""

_DOUBTFUL, _HIGHEST, _DRAWN = 200, 60, 40
"""Items of each kind among which a few questions are chosen with care."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that could be asked about, with its score (0-1)."""

    item: str
    score: float
    dispute: float = 0.0
    """How far what its lists and clues say is from what its other words say, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Question:
    """An item to ask about, with its score (0-1) and the reason."""

    item: str
    score: float
    asked: Asked


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two judgements on one item, or on the same words, that cannot both be right."""

    first: Judgement
    second: Judgement


def judgement_line(judgement: Judgement) -> str:
    """Return a judgement as the line of a feedback file, without the end of the line."""
    return json.dumps(asdict(judgement), ensure_ascii=False)


def shortlist(
    scored: Sequence[tuple[str, float]], judged: Collection[str], threshold: float, seed: int = 0
) -> tuple[tuple[str, float], ...]:
    """Return the (item, score 0-1) worth a closer look by ``choose``, none of ``judged``, in the order of items."""
    left = dict(sorted(one for one in scored if one[0] not in judged))
    below = [item for item in left if left[item] < threshold]
    doubtful = sorted(left, key=lambda item: (abs(left[item] - 0.5), item))[:_DOUBTFUL]
    highest = sorted(left, key=lambda item: (-left[item], item))[:_HIGHEST]
    wanted = {*doubtful, *highest, *_shuffled(below, seed)[:_DRAWN]}
    return tuple(one for one in left.items() if one[0] in wanted)


def choose(
    candidates: Sequence[Candidate], likeness: Floats, threshold: float, count: int, seed: int = 0
) -> tuple[Question, ...]:
    """Return up to ``count`` items to ask about, kinds in the order of TURN.

    ``likeness``: 0-1 of each candidate to all candidates, then to what was judged before, shape (n, n + n_judged):
    of two reports of one event the second teaches little. The same input and seed give the same questions.
    """
    scores = np.array([one.score for one in candidates], dtype=np.float64)
    doubt = scores * (1.0 - scores) * (1.0 + np.array([one.dispute for one in candidates], dtype=np.float64))
    names = [one.item for one in candidates]
    drawn = {item: place for place, item in enumerate(_shuffled(names, seed))}
    draw = np.array(
        [-drawn[item] if score < threshold else -math.inf for item, score in zip(names, scores, strict=True)],
        dtype=np.float64,
    )
    news = 1.0 - likeness[:, len(names) :].max(axis=1, initial=0.0)
    chosen: dict[int, Question] = {}
    turn = 0
    while len(chosen) < min(count, len(names)):
        kind = TURN[turn % len(TURN)]
        turn += 1
        worth = {Asked.NEAR: doubt * news, Asked.TOP: scores * news, Asked.AUDIT: draw}[kind].copy()
        worth[list(chosen)] = -math.inf
        best = int(worth.argmax())
        if worth[best] > -math.inf:
            chosen[best] = Question(names[best], candidates[best].score, kind)
            news = np.minimum(news, 1.0 - likeness[:, best])
    return tuple(chosen.values())


def _shuffled(items: list[str], seed: int) -> list[str]:
    """Return the items in an order that says nothing about them; the core draws no random numbers."""
    return sorted(items, key=lambda item: hashlib.sha256(f"{seed}:{item}".encode("utf-8", "surrogatepass")).digest())


def contradictions(judgements: Sequence[Judgement]) -> tuple[Contradiction, ...]:
    """Return where analysts disagree: their latest judgements on one item, or on items of the same words, differ.

    Ordered by the later of the two. A judgement that its own analyst has replaced contradicts nothing.
    """
    latest: dict[tuple[str, str, str], Judgement] = {}
    for one in judgements:
        key = (one.analyst, one.item, one.topic)
        if key not in latest or one.at >= latest[key].at:
            latest[key] = one
    found: list[Contradiction] = []
    said: dict[tuple[str, str], list[Judgement]] = {}
    for one in sorted(latest.values(), key=lambda judgement: judgement.at):
        about: dict[int, Judgement] = {}
        for name in _names(one):
            for other in said.setdefault((one.topic, name), []):
                if other.label != one.label:
                    about[id(other)] = other
            said[one.topic, name].append(one)
        found.extend(Contradiction(other, one) for other in about.values())
    return tuple(found)


def contradicted_by(judgement: Judgement, earlier: Sequence[Judgement]) -> tuple[Judgement, ...]:
    """Return the earlier judgements that a new one contradicts, the analyst's own change of mind included."""
    names = set(_names(judgement))
    same_topic = [one for one in earlier if one.topic == judgement.topic and one.label != judgement.label]
    return tuple(one for one in same_topic if not names.isdisjoint(_names(one)))


def judged_items(judgements: Sequence[Judgement], topic: str) -> frozenset[str]:
    """Return the items somebody has judged for a topic."""
    return frozenset(one.item for one in latest_judgements(judgements) if one.topic == topic)


def _names(judgement: Judgement) -> tuple[str, ...]:
    """Return what a judgement is about: the item's id, and its words if it has any."""
    words = f"{fold(judgement.title).text}\n{fold(judgement.text).text}".strip()
    return (f"item {judgement.item}", f"words {words}") if words else (f"item {judgement.item}",)
