"""The topics of a workspace: definitions, passages and judgements from files, and the model fitted from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.classifiers.definition import TopicDefinition, parse_definition
from monitor.classifiers.passages import Judgement, Passage, fingerprint, read_contrast, read_judgements
from monitor.classifiers.seeds import check_labels, labelled_passages, read_labels
from monitor.log import Log
from monitor.records import Problem, Source
from monitor.workspace.files import read_texts
from monitor.workspace.layout import Workspace
from monitor.workspace.models import load_arrays, save_arrays

if TYPE_CHECKING:
    from monitor.classifiers.train import Model

log = Log("topics")

LABELS = "seeds/labels.toml"
CONTRAST = "classifiers/contrast.jsonl"


@dataclass(slots=True)
class Topics:
    """What relevance is learned from. ``fingerprint`` names the model these give; fitting waits until it is needed."""

    definitions: tuple[TopicDefinition, ...]
    passages: tuple[Passage, ...]
    judgements: tuple[Judgement, ...]
    fingerprint: str
    models: Path
    """Folder of fitted models."""
    _model: Model | None = field(default=None, repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the topics in the order of their files."""
        return tuple(definition.id for definition in self.definitions)

    @property
    def titles(self) -> tuple[tuple[str, str], ...]:
        """Return (id, title) in the order of their files."""
        return tuple((definition.id, definition.title) for definition in self.definitions)

    def model(self) -> Model:
        """Return the fitted model: from memory, from its cache, or fitted now (seconds) and cached."""
        if self._model is None:
            self._model = self._cached() or self._fitted()
        return self._model

    def _cached(self) -> Model | None:
        from monitor.classifiers.train import load

        stored = load_arrays(self.models, self.fingerprint)
        return None if stored is None else load(*stored, expected_fingerprint=self.fingerprint)

    def _fitted(self) -> Model:
        from monitor.classifiers.train import dump, train

        model = train(self.definitions, self.passages, self.judgements)
        arrays, text = dump(model)
        save_arrays(self.models, self.fingerprint, arrays, text)
        log.info("model fitted", fingerprint=self.fingerprint, passages=len(self.passages))
        return model


def read_topic_texts(workspace: Workspace) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the files a topic is defined by: the definitions and the labels of the seeds, by path."""
    definitions, problems = read_texts(workspace.classifiers, workspace.root, "*.toml")
    labels, more = read_texts(workspace.seeds, workspace.root, "labels.toml")
    return {**definitions, **labels}, (*problems, *more)


def read_passage_texts(workspace: Workspace) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the texts topics are learned from: seed articles, contrast passages and judgements, by path."""
    seeds, problems = read_texts(workspace.seeds, workspace.root, "*.txt")
    contrast, more = read_texts(workspace.classifiers, workspace.root, "contrast.jsonl")
    feedback, most = read_texts(workspace.classifiers, workspace.root, "feedback/*.jsonl")
    return {**seeds, **contrast, **feedback}, (*problems, *more, *most)


def build_topics(
    defining: Mapping[str, str], learned_from: Mapping[str, str], models: Path
) -> tuple[Topics, tuple[Problem, ...]]:
    """Return the topics and every problem of their files; what cannot be read is left out and named."""
    problems: list[Problem] = []
    definitions = []
    for path, text in defining.items():
        if path == LABELS:
            continue
        definition, found = parse_definition(text, path)
        problems.extend(found)
        if definition is not None:
            definitions.append(definition)
    passages = [*_seed_passages(defining, learned_from, problems), *_contrast_passages(learned_from, problems)]
    judgements = _judgements(learned_from, problems)
    problems.extend(_unknown_topics(definitions, defining))
    known, said = tuple(definitions), tuple(judgements)
    mark = fingerprint(known, tuple(passages), said)
    return Topics(known, tuple(passages), said, mark, models), tuple(sorted(problems))


def _seed_passages(
    defining: Mapping[str, str], learned_from: Mapping[str, str], problems: list[Problem]
) -> tuple[Passage, ...]:
    articles, found = read_labels(defining.get(LABELS, ""), LABELS)
    problems.extend(found)
    texts = {Path(path).name: text for path, text in learned_from.items() if path.startswith("seeds/")}
    if not found:
        problems.extend(check_labels(articles, texts))
    return labelled_passages(articles, texts)


def _contrast_passages(learned_from: Mapping[str, str], problems: list[Problem]) -> tuple[Passage, ...]:
    passages, found = read_contrast(learned_from.get(CONTRAST, ""), CONTRAST)
    problems.extend(found)
    return passages


def _judgements(learned_from: Mapping[str, str], problems: list[Problem]) -> list[Judgement]:
    judgements: list[Judgement] = []
    for path, text in learned_from.items():
        if path.startswith("classifiers/feedback/"):
            read, found = read_judgements(text, path)
            judgements.extend(read)
            problems.extend(found)
    return judgements


def _unknown_topics(definitions: list[TopicDefinition], defining: Mapping[str, str]) -> list[Problem]:
    if definitions or not any(path != LABELS for path in defining):
        return []
    path = next(path for path in defining if path != LABELS)
    return [Problem(Source(path, 1, 1), "K001", "no topic can be used", "mend the files in classifiers/")]
