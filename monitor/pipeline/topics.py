"""The topics of a workspace, and the model fitted from their definitions, passages and judgements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.classifiers.definition import TopicDefinition
from monitor.errors import DiskError
from monitor.log import Log
from monitor.pipeline.background import Background
from monitor.records import Problem
from monitor.workspace.files import read_texts
from monitor.workspace.layout import Workspace
from monitor.workspace.models import as_bytes, load_arrays, save_arrays

if TYPE_CHECKING:
    from monitor.classifiers.learned import Learned, Lesson
    from monitor.classifiers.passages import Judgement, Passage
    from monitor.classifiers.score import Model

log = Log("topics")


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a model is fitted from besides the definitions; ``background`` is learned as what is ordinary."""

    passages: tuple[Passage, ...]
    judgements: tuple[Judgement, ...]
    background: Background = field(default_factory=Background)


@dataclass(slots=True)
class Topics:
    """What relevance is learned from. ``fingerprint`` names the model these give; fitting waits until it is needed."""

    definitions: tuple[TopicDefinition, ...]
    fingerprint: str
    models: Path
    """Folder of fitted models."""
    read_lessons: Callable[[], Lessons] = field(repr=False)
    """Called once, when somebody asks: thousands of passages need not be read where nothing is fitted."""
    _lessons: Lessons | None = field(default=None, repr=False)
    _model: Model | None = field(default=None, repr=False)

    @property
    def lessons(self) -> Lessons:
        """Return what is learned from."""
        if self._lessons is None:
            self._lessons = self.read_lessons()
        return self._lessons

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Return the passages written or quoted for learning."""
        return self.lessons.passages

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Return what analysts said of items."""
        return self.lessons.judgements

    @property
    def background(self) -> Background:
        """Return unlabelled items of the archive."""
        return self.lessons.background

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
        from monitor.classifiers.cache import load

        stored = load_arrays(self.models, self.fingerprint)
        return None if stored is None else load(*stored, expected_fingerprint=self.fingerprint)

    def _fitted(self) -> Model:
        from monitor.classifiers.learned import dump_learned
        from monitor.classifiers.train import dump, train

        model = train(self.definitions, self.passages, self.judgements, self.background.items)
        arrays, text = dump(model)
        arrays["learned"] = as_bytes(dump_learned(self._learned()))
        try:
            save_arrays(self.models, self.fingerprint, arrays, text)
        except DiskError as error:
            # The model is fitted; not being able to keep it costs seconds next time, and no item its assessment.
            log.warning("the fitted model cannot be kept", what=error.what, fix=error.fix)
        log.info("model fitted", fingerprint=self.fingerprint, passages=len(self.passages))
        return model

    def lesson_since(self, fingerprint: str) -> Lesson:
        """Return what these topics teach that an earlier model had not learned; nothing if that one is not kept."""
        from monitor.classifiers.learned import Lesson, lesson, load_learned

        stored = load_arrays(self.models, fingerprint) if fingerprint != self.fingerprint else None
        before = (
            load_learned(stored[0]["learned"].tobytes().decode("utf-8", "surrogatepass"))
            if stored and "learned" in stored[0]
            else None
        )
        return lesson(before, self._learned(), self.judgements) if before else Lesson()

    def _learned(self) -> Learned:
        from monitor.classifiers.learned import learned

        return learned(self.definitions, self.passages, self.judgements, self.background.drawn_from)


def read_topic_texts(workspace: Workspace) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the files a topic is defined by: the definitions and the labels of the seeds, by path."""
    definitions, problems = read_texts(workspace.classifiers, workspace.root, "*.toml")
    labels, more = read_texts(workspace.seeds, workspace.root, "labels.toml")
    return {**definitions, **labels}, (*problems, *more)


def read_passage_texts(workspace: Workspace) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the texts topics are learned from, by path: seeds, contrast passages, judgements, watched names."""
    seeds, problems = read_texts(workspace.seeds, workspace.root, "*.txt")
    contrast, more = read_texts(workspace.classifiers, workspace.root, "contrast.jsonl")
    feedback, most = read_texts(workspace.classifiers, workspace.root, "feedback/*.jsonl")
    # Problems of the rule files are reported where these are compiled.
    rules, _ = read_texts(workspace.rules, workspace.root, "*.toml")
    return {**seeds, **contrast, **feedback, **rules}, (*problems, *more, *most)
