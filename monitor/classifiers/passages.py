"""What the classifiers learn from: passages written or labelled by hand, and the analysts' judgements.

Both come from JSON lines: ``classifiers/contrast.jsonl`` and ``classifiers/feedback/ANALYST.jsonl``.
Codes: J001 a line that is not a JSON object, J002 a missing or unusable key, J003 an id used before, J004 a topic that
no file defines.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, fields

from monitor.classifiers.definition import TopicDefinition
from monitor.records import Problem, Source

FEATURES_VERSION = "8"
"""Raise it with every change of code that changes a score: models fitted before are then fitted anew."""

_CONTRAST_KEYS = frozenset({"id", "title", "text", "lang", "topics", "kind", "written"})
_KINDS = ("positive", "near-miss", "background")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text whose topics are known; all topics it does not name are a no. ``weight`` 1 is one sure example.

    ``origin`` names where it comes from; passages of one origin are never split between fitting and calibration.
    """

    text: str
    title: str
    lang: str | None
    topics: frozenset[str]
    origin: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """An analyst's yes or no about one item and one topic; ``at`` is an ISO 8601 time, title and text as then shown."""

    item: str
    topic: str
    label: bool
    analyst: str
    at: str
    title: str
    text: str
    why: str = ""


def read_contrast(
    text: str, path: str, topics: Collection[str] | None = None
) -> tuple[tuple[Passage, ...], tuple[Problem, ...]]:
    """Return the passages of a contrast file, in order; bad lines are left out and reported.

    ``topics`` are those that exist, None if that is not known yet.
    """
    passages: list[Passage] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for where, line in _objects(text, path, problems):
        wrong = _contrast_fault(line)
        identifier = line.get("id")
        if wrong:
            problems.append(Problem(where, "J002", wrong, "see classifiers/contrast.jsonl for the form"))
        elif identifier in seen:
            problems.append(
                Problem(where, "J003", f'the id "{identifier}" was used before', "give it an id of its own")
            )
        else:
            seen.add(str(identifier))
            passage = _passage(line)
            passages.append(passage)
            problems.extend(unknown_topics(where, passage.topics, topics))
    return tuple(passages), tuple(problems)


def read_judgements(
    text: str, path: str, topics: Collection[str] | None = None
) -> tuple[tuple[Judgement, ...], tuple[Problem, ...]]:
    """Return the judgements of a feedback file, in order; bad lines are left out and reported.

    ``topics`` are those that exist, None if that is not known yet.
    """
    judgements: list[Judgement] = []
    problems: list[Problem] = []
    for where, line in _objects(text, path, problems):
        missing = [key for key in ("item", "topic", "analyst", "at") if not isinstance(line.get(key), str)]
        if not isinstance(line.get("label"), bool):
            missing.append("label")
        if missing:
            what = f"missing or unusable: {', '.join(missing)}"
            problems.append(Problem(where, "J002", what, "see classifiers/feedback/README.md for the form"))
            continue
        problems.extend(unknown_topics(where, (str(line["topic"]),), topics))
        judgements.append(
            Judgement(
                item=str(line["item"]),
                topic=str(line["topic"]),
                label=line["label"] is True,
                analyst=str(line["analyst"]),
                at=str(line["at"]),
                title=str(line.get("title") or ""),
                text=str(line.get("text") or ""),
                why=str(line.get("why") or ""),
            )
        )
    return tuple(judgements), tuple(problems)


def unknown_topics(
    where: Source, named: Collection[str], topics: Collection[str] | None, code: str = "J004"
) -> Iterator[Problem]:
    """Yield a problem for each topic named at ``where`` that does not exist, none if ``topics`` is None."""
    for topic in sorted(named) if topics is not None else ():
        if topic not in (topics or ()):
            close = difflib.get_close_matches(topic, sorted(topics or ()), n=1)
            fix = f'did you mean "{close[0]}"?' if close else "topics are defined in classifiers/*.toml"
            yield Problem(where, code, f'no topic called "{topic}"', fix)


def latest_judgements(judgements: Sequence[Judgement]) -> tuple[Judgement, ...]:
    """Return one judgement per item and topic: the last said (by ``at``, then by position), ordered by the first."""
    last: dict[tuple[str, str], Judgement] = {}
    for judgement in judgements:
        key = (judgement.item, judgement.topic)
        if key not in last or judgement.at >= last[key].at:
            last[key] = judgement
    return tuple(last.values())


def fingerprint(
    definitions: tuple[TopicDefinition, ...],
    passages: tuple[Passage, ...],
    feedback: tuple[Judgement, ...],
    background: tuple[tuple[str, str], ...] = (),
) -> str:
    """Return the sha256 (hex) of everything a model is fitted from, the feature code's version included.

    ``background``: title and text of the unlabelled items. Order counts: passages and judgements are read in the order
    of files and lines. Imports nothing heavy.
    """
    digest = hashlib.sha256(f"features {FEATURES_VERSION}\n".encode())
    # Passages and judgements hold no records: copying them as deep as definitions takes four times as long.
    for values in ([asdict(one) for one in definitions], _flat(passages), _flat(feedback)):
        digest.update(f"{len(values)}\n".encode())
        for value in values:
            digest.update(json.dumps(value, sort_keys=True, default=sorted).encode())
            digest.update(b"\n")
    for title, text in background:
        digest.update(json.dumps([title, text]).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _flat(records: tuple[Passage, ...] | tuple[Judgement, ...]) -> list[dict[str, object]]:
    return [{field.name: getattr(record, field.name) for field in fields(record)} for record in records]


def _objects(text: str, path: str, problems: list[Problem]) -> Iterator[tuple[Source, dict[str, object]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = Source(path, number, 1)
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            column = getattr(error, "colno", 1)
            fix = "write one JSON object per line"
            problems.append(Problem(Source(path, number, column), "J001", "this line is not JSON", fix))
            continue
        if isinstance(value, dict):
            yield where, value
        else:
            problems.append(Problem(where, "J001", "this line is no JSON object", "write { … }"))


def _contrast_fault(line: dict[str, object]) -> str:
    unknown = sorted(set(line) - _CONTRAST_KEYS)
    if unknown:
        return f'unknown key "{unknown[0]}"'
    for key in ("id", "title", "text", "lang"):
        if not isinstance(line.get(key), str):
            return f'"{key}" must be a text'
    topics = line.get("topics")
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        return '"topics" must be a list of topic ids'
    if line.get("kind") not in _KINDS:
        return f'"kind" must be one of {", ".join(_KINDS)}'
    if (line["kind"] == "positive") != bool(topics):
        return '"topics" and "kind" disagree: a positive names topics, the others none'
    return ""


def _passage(line: dict[str, object]) -> Passage:
    topics = line["topics"]
    return Passage(
        text=str(line["text"]),
        title=str(line["title"]),
        lang=str(line["lang"]) or None,
        topics=frozenset(str(topic) for topic in topics) if isinstance(topics, list) else frozenset(),
        origin=f"contrast:{line['id']}",
    )
