"""The rule book of a workspace, as commands that need no database read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.context import Context
from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.records import Problem
    from monitor.rules.compile import RuleBook
    from monitor.rules.declared import RuleFile


def load_book(
    root: Path, *, beside: Sequence[Path] = (), instead: Sequence[Path] = (), is_part: bool = False
) -> tuple[RuleBook, tuple[Problem, ...]]:
    """Read and compile the workspace's rule files and those ``beside`` them, or only those named ``instead``.

    With ``is_part`` the book is for ``narrow``, see ``compile_rules``.
    """
    from monitor.pipeline.kept import read_rule_files
    from monitor.rules.compile import Purpose, compile_rules
    from monitor.workspace.rulefiles import read_given_texts, read_rule_texts

    texts, unreadable = ({}, ()) if instead else read_rule_texts(root)
    given, more = read_given_texts(instead or beside, root)
    if not (texts or given or unreadable or more):
        fix = "go to a workspace or name one with -w; monitor init makes one"
        raise InputError(f"{root / 'rules'}: there is no rule file", fix)
    files = read_rule_files(root, {**texts, **given})
    today = datetime.now(UTC).date()
    purpose = Purpose.NARROWING if is_part else Purpose.CHECKING
    book = compile_rules(files, _topics(root), today, analysts=_analysts(root), purpose=purpose)
    return book, (*unreadable, *more)


def load_versions(root: Path, *versions: str | None) -> list[tuple[RuleBook, tuple[Problem, ...]]]:
    """Read and compile the rules of each version: a git revision, a folder, a file, or (None) the workspace as it is.

    The books are for comparing and ``narrow``, see ``compile_rules``.
    """
    from monitor.pipeline.kept import read_rule_files
    from monitor.rules.compile import Purpose, compile_rules
    from monitor.workspace.versions import read_version

    today, topics, analysts = datetime.now(UTC).date(), _topics(root), _analysts(root)
    found = []
    known: dict[tuple[str, str], RuleFile] = {}
    for version in versions:
        texts, unreadable = read_version(root, version)
        # Of two versions most files are the same.
        new = {path: text for path, text in texts.items() if (path, text) not in known}
        known |= zip(new.items(), read_rule_files(root, new), strict=True)
        files = [known[one] for one in texts.items()]
        book = compile_rules(files, topics, today, analysts=analysts, purpose=Purpose.NARROWING)
        found.append((book, unreadable))
    return found


def _topics(root: Path) -> tuple[str, ...] | None:
    """Return the topics that classifiers/ defines, None in a folder without any; a broken definition counts by name."""
    if not (root / "classifiers").is_dir():
        return None
    from monitor.pipeline.kept import defined_topics
    from monitor.workspace.files import read_texts

    texts, _ = read_texts(root / "classifiers", root, "*.toml")
    return defined_topics(root, texts) or None


def _analysts(root: Path) -> tuple[str, ...] | None:
    """Return the analysts of config.toml, None where it is missing or cannot be used."""
    config = _config(root)
    return None if config is None else tuple(analyst.name for analyst in config.analysts)


def _config(root: Path) -> Config | None:
    if not (root / "config.toml").exists():
        return None
    from monitor.pipeline.opening import read_config
    from monitor.workspace.layout import Workspace

    try:
        return read_config(Workspace(root))
    except InputError:
        return None  # `check` and whoever needs the settings say what is wrong with them


def known_sources(root: Path) -> tuple[str, ...] | None:
    """Return the names of the feeds of config.toml and of their outlets, None where it is missing or unusable."""
    config = _config(root)
    return None if config is None else config.sources


def warn_of_errors(context: Context, problems: Sequence[Problem]) -> bool:
    """Print the errors among problems to standard error; return whether there are any."""
    errors = [problem for problem in sorted(problems) if problem.is_error]
    for problem in errors:
        context.warn(str(problem))
    return bool(errors)
