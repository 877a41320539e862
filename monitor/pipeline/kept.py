"""Rule files and topics as they were read before: most starts read all of them again for nothing.

Only what was read without any problem is kept, so that problems are always those of a reading. What reads is imported
where something must be read: that takes longer than taking out what is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.classifiers.definition import TopicDefinition
from monitor.pipeline.background import background_state
from monitor.pipeline.topics import Topics
from monitor.records import Problem
from monitor.rules.declared import RuleFile
from monitor.workspace.kept import Kept, key_of
from monitor.workspace.layout import Workspace
from monitor.workspace.plain import to_plain

if TYPE_CHECKING:
    from monitor.pipeline.topics import Lessons


@dataclass(frozen=True, slots=True)
class _Defined:
    """What is kept of topics: who asks for lessons reads the files again."""

    definitions: tuple[TopicDefinition, ...]
    fingerprint: str


def read_rule_files(root: Path, texts: Mapping[str, str]) -> list[RuleFile]:
    """Return what rule files (text by path) declare: from what is kept in the workspace, else read and then kept."""
    kept = Kept(Workspace(root).private, "rules")
    return list(_rule_files(kept, texts))


def _rule_files(kept: Kept, texts: Mapping[str, str]) -> Iterator[RuleFile]:
    for path, text in texts.items():
        key = key_of(path, text)
        file = kept.restored(key, RuleFile)
        if file is None:
            from monitor.rules.syntax import read_rule_file

            file = read_rule_file(text, path)
            if not file.problems:
                kept.save(key, to_plain(file, RuleFile))
        yield file


def defined_topics(root: Path, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids of the topics that these files (text by path) define; a broken one counts by its file's name."""
    kept = Kept(Workspace(root).private, "definitions")
    found = []
    for path, text in texts.items():
        key = key_of(path, text)
        definition = kept.restored(key, TopicDefinition)
        if definition is None:
            from monitor.classifiers.definition_file import parse_definition

            definition, problems = parse_definition(text, path)
            if definition is not None and not any(problem.is_error for problem in problems):
                kept.save(key, to_plain(definition, TopicDefinition))
        found.append(definition.id if definition else Path(path).stem)
    return tuple(found)


def read_topics(
    workspace: Workspace, defining: Mapping[str, str], learned_from: Mapping[str, str]
) -> tuple[Topics, tuple[Problem, ...]]:
    """Do as ``build_topics`` does, from what is kept where these texts were read before."""
    models = workspace.models
    kept = Kept(workspace.private, "topics")
    texts = (text for files in (defining, learned_from) for pair in files.items() for text in pair)
    key = key_of(background_state(models), texts)
    defined = kept.restored(key, _Defined)
    if defined is None:
        from monitor.pipeline.topicfiles import build_topics

        topics, problems = build_topics(defining, learned_from, models)
        if not problems:
            kept.save(key, to_plain(_Defined(topics.definitions, topics.fingerprint), _Defined))
        return topics, problems

    def read_lessons() -> Lessons:
        from monitor.pipeline.topicfiles import build_topics

        return build_topics(defining, learned_from, models)[0].lessons

    return Topics(defined.definitions, defined.fingerprint, models, read_lessons), ()
