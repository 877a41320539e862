"""Build the topics of a workspace from its files: definitions, passages and judgements, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.definition_file import parse_definition
from monitor.classifiers.passages import Judgement, Passage, fingerprint, read_contrast, read_judgements
from monitor.classifiers.seeds import check_labels, labelled_passages, read_labels
from monitor.classifiers.watched import watched_names
from monitor.pipeline.background import read_background
from monitor.pipeline.topics import Lessons, Topics
from monitor.records import Problem, Source

LABELS = "seeds/labels.toml"
CONTRAST = "classifiers/contrast.jsonl"


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
