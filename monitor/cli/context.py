"""What every command gets: the workspace and how to speak."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from monitor.records import Problem


@dataclass(frozen=True, slots=True)
class Context:
    """The workspace a command works in; results go to stdout through ``echo``, the rest to stderr through ``note``."""

    root: Path
    is_quiet: bool = False
    verbosity: int = 0

    def echo(self, text: str = "") -> None:
        """Print a result."""
        click.echo(text)

    def echo_json(self, record: object) -> None:
        """Print one result as one line of JSON."""
        click.echo(json.dumps(record, ensure_ascii=False))

    def note(self, text: str) -> None:
        """Print something that is not a result, unless asked to be quiet."""
        if not self.is_quiet:
            click.echo(text, err=True)

    def warn(self, text: str) -> None:
        """Print something a person must see even when asked to be quiet."""
        click.echo(text, err=True)

    def echo_problems(self, problems: Iterable[Problem], *, as_json: bool) -> None:
        """Print problems as results, one JSON object per line or as text."""
        for problem in problems:
            if as_json:
                self.echo_json(problem_line(problem))
            else:
                self.echo(str(problem))


def counted(number: int, one: str, more: str = "") -> str:
    """Return a number with its noun, in the plural where it takes one."""
    return f"{number} {one if number == 1 else more or f'{one}s'}"


def problem_line(problem: Problem) -> dict[str, object]:
    """Return a problem in the JSON shape of ``check`` (DESIGN §7)."""
    return {
        "path": problem.where.path,
        "line": problem.where.line,
        "column": problem.where.column,
        "code": problem.code,
        "what": problem.what,
        "fix": problem.fix,
    }
