"""`monitor check`: every problem of every file a person edits, without touching the database."""

from __future__ import annotations

from datetime import date

from monitor.config import parse_config
from monitor.errors import InputError
from monitor.pipeline.desk import load_templates
from monitor.pipeline.topics import build_topics, read_passage_texts, read_topic_texts
from monitor.records import Problem, Source
from monitor.rules.compile import compile_rules
from monitor.rules.syntax import read_rule_file
from monitor.workspace.files import read_text, read_texts
from monitor.workspace.layout import Workspace


def check_workspace(workspace: Workspace, today: date) -> tuple[Problem, ...]:
    """Return the problems of config.toml, rules/, classifiers/, seeds/ and digests/, sorted by place."""
    analysts, found = _check_config(workspace)
    defining, unreadable = read_topic_texts(workspace)
    passages, lost = read_passage_texts(workspace)
    topics, topic_problems = build_topics(defining, passages, workspace.models)
    texts, unreadable_rules = read_texts(workspace.rules, workspace.root, "*.toml")
    files = [read_rule_file(text, path) for path, text in texts.items()]
    book = compile_rules(files, topics.ids, analysts=analysts, today=today)
    own = [problem for file in files for problem in file.problems]
    _, template_problems = load_templates(workspace)
    every = (found, unreadable, lost, topic_problems, unreadable_rules, own, book.problems, template_problems)
    return tuple(sorted({problem for problems in every for problem in problems}))


def _check_config(workspace: Workspace) -> tuple[list[str] | None, tuple[Problem, ...]]:
    """Return the analysts' names, None if config.toml cannot tell, and its problems."""
    try:
        config, problems = parse_config(read_text(workspace.config, "config.toml"), "config.toml")
    except InputError as error:
        found = tuple(problem for problem in error.problems if isinstance(problem, Problem))
        return None, found or (Problem(Source("config.toml", 1, 1), "F001", error.what, error.fix),)
    return ([analyst.name for analyst in config.analysts] if config else None), problems
