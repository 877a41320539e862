"""Problems for a person: place, what is wrong, the line with carets, and the fix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.cli.context import Context
from monitor.records import Problem
from monitor.rules.carets import caret_lines


def print_problems(context: Context, problems: Sequence[Problem], texts: Mapping[str, str]) -> None:
    """Print problems as results, each with its line; ``texts`` are the files by path."""
    lines = {path: text.split("\n") for path, text in texts.items()}
    for problem in problems:
        context.echo(f"{problem.where}: {problem.code} {problem.what}")
        found = lines.get(problem.where.path, [])
        if 0 < problem.where.line <= len(found):
            for line in caret_lines(found[problem.where.line - 1], problem.where.column):
                context.echo(f"    {line}")
        if problem.fix:
            context.echo(f"    {problem.fix}")
