"""``monitor init`` and ``monitor check``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from monitor.cli.context import Context, counted


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--quiet", "-q", "is_quiet", is_flag=True, help="Say nothing when all goes well.")
@click.pass_obj
def init(context: Context, folder: Path, *, is_quiet: bool) -> None:
    """Make a workspace; never overwrites a file.

    Copies the starter files into FOLDER (the current one if absent): config.toml, seeds/, classifiers/, rules/ and
    digests/. Files that are there already stay as they are, so it is safe to run again.
    """
    from monitor.workspace.starter import make_workspace

    made, kept = make_workspace(folder)
    if is_quiet:
        return
    context.echo(f"{folder}: {len(made)} files made, {len(kept)} were there and stay as they are")
    context.echo("next: put your address into config.toml (contact), then run: monitor check, monitor once")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per problem and line.")
@click.pass_obj
def check(context: Context, *, as_json: bool) -> int:
    """Read every file a person edits and print every problem.

    Problems are sorted by place; those of TOML files are shown in their line. Exit code 0: none, or only warnings; 2: a
    file cannot be used as it is.
    """
    from monitor.cli.problems_page import print_problems
    from monitor.pipeline.check import check_workspace
    from monitor.workspace.files import read_shown
    from monitor.workspace.layout import Workspace

    problems = check_workspace(Workspace(context.root), datetime.now(UTC).date())
    if as_json:
        context.echo_problems(problems, as_json=True)
    else:
        paths = {problem.where.path for problem in problems if problem.where.path.endswith(".toml")}
        print_problems(context, problems, read_shown(context.root, paths))
    errors = sum(problem.is_error for problem in problems)
    context.note(f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}")
    return 2 if errors else 0
