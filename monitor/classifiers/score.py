"""Score items with a fitted model: calibrated relevance per topic, explained in the item's own words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.clues import Reader, Sign
from monitor.classifiers.definition import Clue, Counts, Near, TopicDefinition, WordList
from monitor.classifiers.ngrams import BUCKETS, Floats, Grams, read_grams
from monitor.records import Contribution, Evidence, Field, TopicScore
from monitor.text.fold import Folded, fold, slice_of

Weights = NDArray[np.float32]

MAX_TITLE = 1_000
MAX_TEXT = 20_000
"""Code points read of a title and a text: the main points of a news item stand at its beginning."""

_BATCH = 1_000
_SHOWN = 4
"""Features shown for, and as many against."""
_LEAST_SHOWN = 0.05
"""Log-odds; what moves the score less than a percent point or so is not worth showing."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """The fitted weights of one topic, as log-odds.

    ``sign_weights``: shape (n_columns of the reader,); ``gram_weights``: shape (BUCKETS,). The calibrated log-odds are
    ``slope * (bias + signs + grams) + shift``.
    """

    id: str
    threshold: float
    sign_weights: Weights
    gram_weights: Weights
    bias: float
    slope: float
    shift: float


@dataclass(frozen=True, slots=True)
class TextBatch:
    """What is read of a batch of items before any weight is applied; signs are per item, per topic."""

    signs: tuple[tuple[list[Sign], ...], ...]
    grams: Grams
    folded: tuple[tuple[Folded, Folded], ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted classifier of all topics. ``idf``: shape (BUCKETS,). Derived data: rebuilt or loaded, never edited."""

    definitions: tuple[TopicDefinition, ...]
    topics: tuple[TopicModel, ...]
    idf: Weights
    fingerprint: str
    _reader: list[Reader] = field(default_factory=list, compare=False, repr=False)

    def score(self, items: Sequence[tuple[str, str]]) -> list[tuple[TopicScore, ...]]:
        """Return for each (title, text) one score per topic, in definition order, with the features that speak most.

        Items are independent of each other and of their order. Never raises on any text.
        """
        scores: list[tuple[TopicScore, ...]] = []
        for start in range(0, len(items), _BATCH):
            scores.extend(self._score_batch(items[start : start + _BATCH]))
        return scores

    @property
    def reader(self) -> Reader:
        """Return the compiled lists and clues, made at first use."""
        if not self._reader:
            self._reader.append(Reader(self.definitions))
        return self._reader[0]

    def _score_batch(self, items: Sequence[tuple[str, str]]) -> Iterator[tuple[TopicScore, ...]]:
        batch = read_batch(self.reader, items)
        values = batch.grams.normalised(self.idf)
        by_topic = [self._score_topic(number, batch, values) for number in range(len(self.topics))]
        return zip(*by_topic, strict=True) if by_topic else iter([()] * len(items))

    def _score_topic(self, number: int, batch: TextBatch, values: Floats) -> list[TopicScore]:
        topic, names = self.topics[number], self.reader.names[number]
        grams = batch.grams
        of_words = np.bincount(
            grams.words, weights=values * topic.gram_weights[grams.buckets], minlength=len(grams.word_items)
        )
        from_words = np.bincount(grams.word_items, weights=of_words, minlength=grams.n_items)
        bounds = np.searchsorted(grams.word_items, np.arange(grams.n_items + 1))
        scores = []
        for item, signs in enumerate(batch.signs):
            parts = _sign_parts(signs[number], names, topic)
            total = topic.bias + float(from_words[item]) + sum(weight for weight, _ in parts.values())
            words = slice(int(bounds[item]), int(bounds[item + 1]))
            shown = (*_contributions(parts), *_word_contributions(batch, item, words, of_words))
            scores.append(
                TopicScore(
                    topic=topic.id,
                    score=_probability(topic.slope * total + topic.shift),
                    threshold=topic.threshold,
                    fingerprint=self.fingerprint,
                    contributions=_strongest(shown),
                )
            )
        return scores


def read_batch(reader: Reader, items: Sequence[tuple[str, str]]) -> TextBatch:
    """Return what is read of (title, text) pairs, cut to MAX_TITLE and MAX_TEXT."""
    cut = [(title[:MAX_TITLE], text[:MAX_TEXT]) for title, text in items]
    folded = tuple((fold(title), fold(text)) for title, text in cut)
    grams = read_grams([f"{title.text}\n{text.text}" for title, text in folded])
    return TextBatch(tuple(reader.read(title, text) for title, text in cut), grams, folded)


def dump(model: Model) -> tuple[dict[str, NDArray[np.generic]], str]:
    """Return a model as arrays and JSON, for ``load``. Rows of the n-gram tables that say nothing are left out."""
    used = np.flatnonzero(np.any([topic.gram_weights != 0 for topic in model.topics] or [model.idf != 0], axis=0))
    arrays: dict[str, NDArray[np.generic]] = {
        "idf": model.idf,
        "rows": used.astype(np.int32),
        "grams": np.array([topic.gram_weights[used] for topic in model.topics], dtype=np.float32),
        **{f"signs.{number}": topic.sign_weights for number, topic in enumerate(model.topics)},
    }
    facts = {
        "fingerprint": model.fingerprint,
        "definitions": [asdict(definition) for definition in model.definitions],
        "topics": [{key: getattr(topic, key) for key in _TOPIC_FACTS} for topic in model.topics],
    }
    return arrays, json.dumps(facts, ensure_ascii=False)


def load(arrays: Mapping[str, NDArray[np.generic]], text: str, expected_fingerprint: str) -> Model | None:
    """Return the model ``dump`` described, or None if it is another one or cannot be used: then fit it anew."""
    try:
        facts = json.loads(text)
        if facts["fingerprint"] != expected_fingerprint:
            return None
        topics = []
        for number, topic in enumerate(facts["topics"]):
            grams = np.zeros(BUCKETS, dtype=np.float32)
            grams[arrays["rows"].astype(np.int64)] = arrays["grams"][number].astype(np.float32)
            signs = arrays[f"signs.{number}"].astype(np.float32)
            topics.append(TopicModel(sign_weights=signs, gram_weights=grams, **{key: topic[key] for key in _TOPIC_FACTS}))
        definitions = tuple(_definition(one) for one in facts["definitions"])
        model = Model(definitions, tuple(topics), arrays["idf"].astype(np.float32), expected_fingerprint)
    except (KeyError, ValueError, TypeError, IndexError):
        return None
    return model if _is_whole(model) else None


_TOPIC_FACTS = ("id", "threshold", "bias", "slope", "shift")


def _is_whole(model: Model) -> bool:
    columns = [2 * len(definition.lists) + len(definition.clues) for definition in model.definitions]
    return model.idf.shape == (BUCKETS,) and columns == [len(topic.sign_weights) for topic in model.topics]


def _definition(facts: dict[str, object]) -> TopicDefinition:
    """Return a definition from its ``asdict`` form after a trip through JSON."""
    lists, clues = facts.pop("lists"), facts.pop("clues")
    assert isinstance(lists, list)  # noqa: S101 # a wrong type is a TypeError below at the latest; this is for the checker
    assert isinstance(clues, list)  # noqa: S101 # as above
    return TopicDefinition(
        **{key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()},  # type: ignore[arg-type] # JSON of asdict
        lists=tuple(WordList(one["name"], tuple(one["terms"]), one["weight"]) for one in lists),
        clues=tuple(
            Clue(
                name=one["name"],
                title=one["title"],
                counts=Counts(one["counts"]),
                all_of=_groups(one["all_of"]),
                none_of=tuple(one["none_of"]),
                near=tuple(Near(_groups(near["groups"]), near["words"]) for near in one["near"]),
            )
            for one in clues
        ),
    )


def _groups(value: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group) for group in value)


def _sign_parts(
    signs: Sequence[Sign], names: Sequence[str], topic: TopicModel
) -> dict[str, tuple[float, Evidence]]:
    """Return what each list and clue adds; a list's part in the title and in the whole item are one."""
    parts: dict[str, tuple[float, Evidence]] = {}
    for sign in signs:
        kind, name = names[sign.column].split(":", 1)
        feature = f"{'clue' if kind == 'clue' else 'list'}:{name}"
        before, evidence = parts.get(feature, (0.0, sign.evidence))
        parts[feature] = (before + float(topic.sign_weights[sign.column]) * sign.value, evidence)
    return parts


def _contributions(parts: Mapping[str, tuple[float, Evidence]]) -> Iterator[Contribution]:
    for feature, (weight, evidence) in parts.items():
        if abs(weight) >= _LEAST_SHOWN:
            yield Contribution(feature, round(weight, 3), evidence)


def _word_contributions(batch: TextBatch, item: int, words: slice, of_words: Floats) -> Iterator[Contribution]:
    own = of_words[words]
    if not len(own):
        return
    for index in {int(own.argmax()), int(own.argmin())}:
        if abs(own[index]) < _LEAST_SHOWN:
            continue
        word = words.start + index
        evidence = _word(batch, item, int(batch.grams.word_starts[word]), int(batch.grams.word_ends[word]))
        yield Contribution(f"word:{evidence.quote}", round(float(own[index]), 3), evidence)


def _word(batch: TextBatch, item: int, start: int, end: int) -> Evidence:
    raise NotImplementedError


def _strongest(contributions: Sequence[Contribution]) -> tuple[Contribution, ...]:
    """Return the strongest for, then the strongest against, strongest first."""
    ranked = sorted(contributions, key=lambda one: (-abs(one.weight), one.feature))
    speaking_for = [one for one in ranked if one.weight > 0][:_SHOWN]
    return (*speaking_for, *[one for one in ranked if one.weight < 0][:_SHOWN])


def _probability(log_odds: float) -> float:
    return round(float(1.0 / (1.0 + np.exp(-min(max(log_odds, -30.0), 30.0)))), 6)
