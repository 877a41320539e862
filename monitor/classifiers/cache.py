"""A fitted model as arrays and JSON, for a cache on disk; no pickles.

A model is derived data: one that does not fit its fingerprint or is damaged is not loaded, but fitted anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classifiers.clues import column_names
from monitor.classifiers.definition import Clue, Counts, Near, TopicDefinition, WordList
from monitor.classifiers.ngrams import BUCKETS
from monitor.classifiers.score import Model, TopicModel

Arrays = dict[str, NDArray[np.generic]]

_TOPIC_FACTS = ("id", "threshold", "bias", "slope", "shift")


def dump(model: Model) -> tuple[Arrays, str]:
    """Return a model as named arrays and JSON, for ``load``; n-gram rows that say nothing are left out."""
    tables = np.array([topic.gram_weights for topic in model.topics], dtype=np.float32).reshape(-1, BUCKETS)
    used = np.flatnonzero(np.any(tables != 0, axis=0))
    arrays: Arrays = {
        "idf": model.idf,
        "rows": used.astype(np.int32),
        "grams": tables[:, used],
        **{f"signs.{number}": topic.sign_weights for number, topic in enumerate(model.topics)},
    }
    facts = {
        "fingerprint": model.fingerprint,
        "definitions": [asdict(definition) for definition in model.definitions],
        "topics": [{key: getattr(topic, key) for key in _TOPIC_FACTS} for topic in model.topics],
    }
    return arrays, json.dumps(facts, ensure_ascii=False)


def load(arrays: Mapping[str, NDArray[Any]], text: str, expected_fingerprint: str) -> Model | None:
    """Return the model that ``dump`` described, None if it is another one or damaged: fit it anew then."""
    try:
        facts = json.loads(text)
        if facts["fingerprint"] != expected_fingerprint:
            return None
        model = Model(
            definitions=tuple(_definition(one) for one in facts["definitions"]),
            topics=tuple(_topic(arrays, number, one) for number, one in enumerate(facts["topics"])),
            idf=arrays["idf"].astype(np.float32),
            fingerprint=expected_fingerprint,
        )
    except (KeyError, ValueError, TypeError, IndexError, AttributeError):
        return None
    columns = [len(column_names(definition)) for definition in model.definitions]
    is_whole = model.idf.shape == (BUCKETS,) and columns == [len(topic.sign_weights) for topic in model.topics]
    return model if is_whole else None


def _topic(arrays: Mapping[str, NDArray[Any]], number: int, facts: Mapping[str, Any]) -> TopicModel:
    grams = np.zeros(BUCKETS, dtype=np.float32)
    grams[arrays["rows"]] = arrays["grams"][number]
    return TopicModel(
        id=str(facts["id"]),
        threshold=float(facts["threshold"]),
        sign_weights=arrays[f"signs.{number}"].astype(np.float32),
        gram_weights=grams,
        bias=float(facts["bias"]),
        slope=float(facts["slope"]),
        shift=float(facts["shift"]),
    )


def _definition(facts: Mapping[str, Any]) -> TopicDefinition:
    return TopicDefinition(
        id=facts["id"],
        title=facts["title"],
        counts=tuple(facts["counts"]),
        not_counts=tuple(facts["not_counts"]),
        threshold=facts["threshold"],
        alert_budget=facts["alert_budget"],
        floor=facts["floor"],
        lists=tuple(WordList(one["name"], tuple(one["terms"]), one["weight"]) for one in facts["lists"]),
        clues=tuple(_clue(one) for one in facts["clues"]),
    )


def _clue(facts: Mapping[str, Any]) -> Clue:
    return Clue(
        name=facts["name"],
        title=facts["title"],
        counts=Counts(facts["counts"]),
        all_of=_groups(facts["all_of"]),
        none_of=tuple(facts["none_of"]),
        near=tuple(Near(_groups(near["groups"]), near["words"]) for near in facts["near"]),
    )


def _groups(value: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group) for group in value)
