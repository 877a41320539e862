"""Everything the files of a workspace say, ready for use: settings, rules, topics, templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.classifiers.definition import TopicDefinition
from monitor.config import Config
from monitor.errors import InputError
from monitor.pipeline.kept import read_rule_files, read_topics
from monitor.pipeline.lastgood import Settled, settle
from monitor.pipeline.opening import config_text, open_workspace, read_config
from monitor.pipeline.references import Named, reference_problems
from monitor.pipeline.topics import Topics, read_passage_texts, read_topic_texts
from monitor.records import Problem
from monitor.rules.compile import Purpose, RuleBook, compile_rules
from monitor.store.engine import Database
from monitor.workspace.files import read_texts
from monitor.workspace.layout import Workspace
from monitor.workspace.rulefiles import unread_rule_files
from monitor.workspace.starter import starter_templates

if TYPE_CHECKING:
    from monitor.digests.render import Renderer

__all__ = ["Desk", "open_desk", "open_workspace", "read_config"]


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace in use: its settings, database, rules, topics and templates, and what is not used as it stands."""

    workspace: Workspace
    config: Config
    database: Database
    book: RuleBook
    topics: Topics
    _renderer: Renderer | None = None
    fallbacks: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def definitions(self) -> tuple[TopicDefinition, ...]:
        """Return the topics in the order of their files."""
        return self.topics.definitions

    @property
    def renderer(self) -> Renderer:
        """Return what renders digests; a desk opened without it writes none."""
        if self._renderer is None:
            raise ValueError("this desk was opened without its templates")
        return self._renderer


def load_topics(workspace: Workspace) -> Topics:
    """Return the topics as the files stand, without the database. Raises InputError if one of them cannot be used."""
    defining, unreadable = read_topic_texts(workspace)
    passages, lost = read_passage_texts(workspace)
    topics, problems = read_topics(workspace, defining, passages)
    found = tuple(sorted({*problems, *unreadable, *lost}))
    if any(problem.is_error for problem in found) or not topics.definitions:
        raise InputError("the topics cannot be used", "mend the lines above, see: monitor check", found)
    return topics


def open_desk(workspace: Workspace, now: datetime, *, is_keeping: bool = True, is_rendering: bool = True) -> Desk:
    """Open a workspace for work; broken rule files, topics and templates fall back and are named.

    ``is_keeping`` false leaves the last good versions as they are: for commands that change nothing. ``is_rendering``
    false leaves the templates of the workspace unread, for those that write no digest: trying out changed ones takes
    as long as everything else here.

    Raises InputError when config.toml is unreadable or no topic can be used, StoreError for the database.
    """
    config, database = open_workspace(workspace)
    try:
        templates = load_templates(workspace) if is_rendering else (None, ())
        return _settled_desk(workspace, (config, database), templates, now, is_keeping=is_keeping)
    except BaseException:
        # Nobody else knows of this connection pool.
        database.close()
        raise


def _settled_desk(
    workspace: Workspace,
    opened: tuple[Config, Database],
    templates: tuple[Renderer | None, tuple[Problem, ...]],
    now: datetime,
    *,
    is_keeping: bool,
) -> Desk:
    config, database = opened
    renderer, template_problems = templates
    keep = now if is_keeping else None
    topics = settle_topics(workspace, database, keep)
    if not topics.built.definitions:
        raise InputError("no topic can be used, so nothing was done", "mend the lines above", topics.problems)
    rules = settle_rules(workspace, config, database, topics.built.ids, now.date(), keep)
    named = Named(topics.built.ids, rules.built, template_names(workspace))
    dangling = reference_problems(config, config_text(workspace), named)
    return Desk(
        workspace=workspace,
        config=config,
        database=database,
        book=rules.built,
        topics=topics.built,
        _renderer=renderer,
        fallbacks=(
            *topics.fallbacks,
            *rules.fallbacks,
            *_template_fallbacks(template_problems),
            *(f"{problem.where}: {problem.what}" for problem in dangling),
        ),
        problems=tuple(sorted((*topics.problems, *rules.problems, *template_problems, *dangling))),
    )


def settle_rules(
    workspace: Workspace,
    config: Config,
    database: Database,
    topics: tuple[str, ...],
    today: date,
    keep: datetime | None,
) -> Settled[RuleBook]:
    """Return the rule book of rules/, with broken files replaced. Warnings are left to `check`."""
    texts, unreadable = read_texts(workspace.rules, workspace.root, "*.toml")
    unread = unread_rule_files(workspace.root)

    def build(files: Mapping[str, str]) -> tuple[RuleBook, tuple[Problem, ...]]:
        read = read_rule_files(workspace.root, files)
        analysts = [one.name for one in config.analysts]
        book = compile_rules(read, topics, today, analysts=analysts, purpose=Purpose.MATCHING)
        lost = [problem for problem in unreadable if not files.get(problem.where.path)]
        own = [problem for file in read for problem in file.problems]
        misplaced = [problem for problem in unread if not (problem.is_error and files)]
        return book, tuple(sorted({*book.problems, *own, *lost, *misplaced}))

    # A file that cannot be read stands as an empty one, so that it counts as broken and falls back like the others.
    return settle(database, "rules", {**texts, **{problem.where.path: "" for problem in unreadable}}, build, keep)


def settle_topics(workspace: Workspace, database: Database, keep: datetime | None) -> Settled[Topics]:
    """Return the topics of classifiers/ and seeds/, with broken files replaced."""
    texts, unreadable = read_topic_texts(workspace)
    passages, lost_passages = read_passage_texts(workspace)

    def build(files: Mapping[str, str]) -> tuple[Topics, tuple[Problem, ...]]:
        topics, problems = read_topics(workspace, files, passages)
        lost = [problem for problem in unreadable if not files.get(problem.where.path)]
        return topics, tuple(sorted({*problems, *lost, *lost_passages}))

    return settle(database, "topics", {**texts, **{problem.where.path: "" for problem in unreadable}}, build, keep)


def load_templates(workspace: Workspace) -> tuple[Renderer, tuple[Problem, ...]]:
    """Return a renderer for digests/; broken or missing templates are replaced by the shipped ones."""
    from monitor.digests.check import check_templates
    from monitor.digests.render import Renderer

    texts, unreadable = read_texts(workspace.digests, workspace.root, "*.j2")
    starter = starter_templates()
    # The shipped ones are known to be good, and trying a template out costs more than a round with nothing new.
    changed = {name: text for name, text in texts.items() if starter.get(Path(name).name) != text}
    found = check_templates(texts, starter) if changed else ()
    return Renderer(texts, starter), (*unreadable, *found)


def template_names(workspace: Workspace) -> frozenset[str]:
    """Return the file names of the templates a digest can ask for, the shipped ones included."""
    return frozenset((*starter_templates(), *(path.name for path in workspace.digests.glob("*.j2"))))


def _template_fallbacks(problems: tuple[Problem, ...]) -> list[str]:
    paths = sorted({problem.where.path for problem in problems if problem.is_error})
    return [f"{path} has errors: the shipped template is used" for path in paths]
