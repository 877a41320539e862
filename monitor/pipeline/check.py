"""`monitor check`: every problem of every file a person edits, without touching the database."""

from __future__ import annotations

from datetime import date

from monitor.config import Config, parse_config
from monitor.deliver.routes import EmailRoute
from monitor.errors import InputError
from monitor.pipeline.desk import load_templates, template_names
from monitor.pipeline.fulltext import PACKAGE, REMEDY, is_available
from monitor.pipeline.references import CONFIG, Named, reference_problems
from monitor.pipeline.topicfiles import build_topics
from monitor.pipeline.topics import read_passage_texts, read_topic_texts
from monitor.records import Problem, Source
from monitor.rules.compile import compile_rules
from monitor.rules.proof import lint_examples_prove
from monitor.rules.slips import lint_sources
from monitor.rules.syntax import read_rule_file
from monitor.text.located_toml import parse_toml
from monitor.workspace.files import read_text, read_texts
from monitor.workspace.layout import Workspace
from monitor.workspace.rulefiles import unread_rule_files


def check_workspace(workspace: Workspace, today: date) -> tuple[Problem, ...]:
    """Return the problems of config.toml, rules/, classifiers/, seeds/ and digests/, sorted by place."""
    config, config_text, found = _check_config(workspace)
    analysts = [analyst.name for analyst in config.analysts] if config else None
    defining, unreadable = read_topic_texts(workspace)
    passages, lost = read_passage_texts(workspace)
    topics, topic_problems = build_topics(defining, passages, workspace.models)
    texts, unreadable_rules = read_texts(workspace.rules, workspace.root, "*.toml")
    files = [read_rule_file(text, path) for path, text in texts.items()]
    book = compile_rules(files, topics.ids, analysts=analysts, today=today)
    own = [problem for file in files for problem in file.problems]
    _, template_problems = load_templates(workspace)
    named = Named(topics.ids, book, template_names(workspace))
    dangling = reference_problems(config, config_text, named) if config else ()
    rule_problems = (
        unreadable_rules,
        own,
        book.problems,
        lint_examples_prove(book),
        lint_sources((one.rule for one in book.rules), config.sources) if config else (),
        unread_rule_files(workspace.root),
    )
    secrets = _missing_secrets(workspace, config, config_text) if config else ()
    pages = _unread_pages(config, config_text, is_available=is_available()) if config else ()
    every = (found, secrets, pages, unreadable, lost, topic_problems, *rule_problems, template_problems, dangling)
    return tuple(sorted({problem for problems in every for problem in problems}))


def _unread_pages(config: Config, text: str, *, is_available: bool) -> tuple[Problem, ...]:
    """Return where config.toml asks for full texts that cannot or will not be read."""
    document = parse_toml(text, CONFIG)
    problems = []
    for feed in (*config.feeds, *config.paused):
        where = feed.declared_at or document.where(("feed",))
        if feed.wants_full_text and feed.is_sensitive:
            what = f"feed {feed.name} is sensitive, so its full_text = true does nothing"
            problems.append(Problem(where, "C007", what, "take out one of the two lines", is_error=False))
        elif feed.wants_full_text and not is_available:
            what = f'feed {feed.name} has full_text = true, but the package "{PACKAGE}" that reads articles is missing'
            problems.append(Problem(where, "C007", what, REMEDY))
    if config.full_text_margin and not is_available:
        what = f'[fetch] has full_text_margin, but the package "{PACKAGE}" that reads articles is missing'
        problems.append(Problem(document.where(("fetch", "full_text_margin")), "C007", what, REMEDY))
    return tuple(problems)


def _missing_secrets(workspace: Workspace, config: Config, text: str) -> tuple[Problem, ...]:
    """Return the files of passwords and certificates that routes name and that are not there."""
    document = parse_toml(text, CONFIG)
    problems = []
    for route in config.routes:
        if isinstance(route, EmailRoute):
            for key, path in (("password_file", route.password_file), ("ca_file", route.ca_file)):
                if path is not None and not (workspace.root / path).is_file():
                    what = f'route.{route.name}: there is no file "{path}"'
                    fix = (
                        f"make it before the first mail, or mend {key}; then try: monitor deliveries test {route.name}"
                    )
                    problems.append(Problem(document.where(("route", route.name, key)), "C006", what, fix))
    return tuple(problems)


def _check_config(workspace: Workspace) -> tuple[Config | None, str, tuple[Problem, ...]]:
    """Return the settings, None if they cannot be used, with the text of config.toml and its problems."""
    try:
        text = read_text(workspace.config, CONFIG)
    except InputError as error:
        found = tuple(problem for problem in error.problems if isinstance(problem, Problem))
        return None, "", found or (Problem(Source(CONFIG, 1, 1), "F001", error.what, error.fix),)
    config, problems = parse_config(text, CONFIG)
    return config, text, problems
