"""The topics of a workspace: definitions, passages and judgements from files, and the model fitted from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.classifiers.definition import TopicDefinition, parse_definition
from monitor.classifiers.learned import Learned, Lesson, dump_learned, learned, lesson, load_learned
from monitor.classifiers.passages import Judgement, Passage, fingerprint, read_contrast, read_judgements
from monitor.classifiers.seeds import check_labels, labelled_passages, read_labels
from monitor.classifiers.watched import watched_names
from monitor.errors import DiskError
from monitor.log import Log
from monitor.pipeline.background import Background, read_background
from monitor.records import Problem, Source
from monitor.workspace.files import read_texts
from monitor.workspace.layout import Workspace
from monitor.workspace.models import as_bytes, load_arrays, save_arrays

if TYPE_CHECKING:
    from monitor.classifiers.train import Model

log = Log("topics")

LABELS = "seeds/labels.toml"
CONTRAST = "classifiers/contrast.jsonl"


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
        from monitor.classifiers.train import load

        stored = load_arrays(self.models, self.fingerprint)
        return None if stored is None else load(*stored, expected_fingerprint=self.fingerprint)

    def _fitted(self) -> Model:
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
        stored = load_arrays(self.models, fingerprint) if fingerprint != self.fingerprint else None
        before = (
            load_learned(stored[0]["learned"].tobytes().decode("utf-8", "surrogatepass"))
            if stored and "learned" in stored[0]
            else None
        )
        return lesson(before, self._learned(), self.judgements) if before else Lesson()

    def _learned(self) -> Learned:
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


def build_topics(
    defining: Mapping[str, str], learned_from: Mapping[str, str], models: Path
) -> tuple[Topics, tuple[Problem, ...]]:
    """Return the topics and every problem of their files; what cannot be read is left out and named."""
    problems: list[Problem] = []
    definitions: list[tuple[str, TopicDefinition]] = []
    watched = watched_names(text for path, text in learned_from.items() if path.startswith("rules/"))
    for path, text in defining.items():
        if path == LABELS:
            continue
        definition, found = parse_definition(text, path, watched)
        problems.extend(found)
        if definition is not None:
            definitions.append((path, definition))
    problems.extend(_id_problems(definitions))
    ids = [definition.id for _, definition in definitions] or None
    passages = (*_seed_passages(defining, learned_from, ids, problems), *_contrast(learned_from, ids, problems))
    judgements = _judgements(learned_from, ids, problems)
    problems.extend(_unsaid(definitions, passages))
    known, said = tuple({one.id: one for _, one in reversed(definitions)}.values())[::-1], tuple(judgements)
    background = read_background(models)
    name = fingerprint(known, passages, said, background.items)
    lessons = Lessons(passages, said, background)
    return Topics(known, name, models, lambda: lessons), tuple(sorted(problems))


def _seed_passages(
    defining: Mapping[str, str], learned_from: Mapping[str, str], ids: list[str] | None, problems: list[Problem]
) -> tuple[Passage, ...]:
    if LABELS not in defining:
        what = "there is no such file, so no seed article is learned from, and scores change"
        problems.append(Problem(Source(LABELS, 1, 1), "F001", what, "restore it; an empty file says none is wanted"))
    articles, found = read_labels(defining.get(LABELS, ""), LABELS, ids)
    problems.extend(found)
    texts = {Path(path).name: text for path, text in learned_from.items() if path.startswith("seeds/")}
    if not found:
        problems.extend(check_labels(articles, texts))
    return labelled_passages(articles, texts)


def _contrast(learned_from: Mapping[str, str], ids: list[str] | None, problems: list[Problem]) -> tuple[Passage, ...]:
    text = learned_from.get(CONTRAST)
    if text is None:
        what = "there is no such file, so the model cannot tell near misses from news, and scores change"
        problems.append(Problem(Source(CONTRAST, 1, 1), "F001", what, "restore it; an empty file says none is wanted"))
    passages, found = read_contrast(text or "", CONTRAST, ids)
    problems.extend(found)
    return passages


def _judgements(learned_from: Mapping[str, str], ids: list[str] | None, problems: list[Problem]) -> list[Judgement]:
    judgements: list[Judgement] = []
    for path, text in learned_from.items():
        if path.startswith("classifiers/feedback/"):
            read, found = read_judgements(text, path, ids)
            judgements.extend(read)
            problems.extend(found)
    return judgements


def _unsaid(definitions: list[tuple[str, TopicDefinition]], passages: tuple[Passage, ...]) -> Iterator[Problem]:
    """Yield a warning for each topic of which nothing says what belongs to it: it could never tag an item."""
    spoken_of = {topic for passage in passages for topic in passage.topics}
    for path, definition in definitions:
        if not definition.counts and definition.id not in spoken_of:
            what = f'nothing says what belongs to "{definition.id}", so every item scores 0'
            fix = "write sentences under counts, or passages that name the topic in classifiers/contrast.jsonl"
            yield Problem(Source(path, 1, 1), "K003", what, fix, is_error=False)


def _id_problems(definitions: list[tuple[str, TopicDefinition]]) -> list[Problem]:
    """Return what is wrong with the topics as a whole: none at all, or two with one id."""
    if not definitions:
        fix = "mend or restore the files in classifiers/; without a topic no item can be relevant"
        return [Problem(Source("classifiers", 1, 1), "K001", "no topic can be used", fix)]
    first: dict[str, str] = {}
    problems = []
    for path, definition in definitions:
        if definition.id in first:
            what = f'the topic "{definition.id}" is defined in {first[definition.id]} too'
            problems.append(Problem(Source(path, 1, 1), "K002", what, "give one of the two another id"))
        first.setdefault(definition.id, path)
    return problems
