"""The command line. Commands are imported when they are called, so that ``--help`` answers at once."""

from __future__ import annotations

import errno
import gc
import sys
from importlib import import_module
from pathlib import Path

import click

from monitor import __version__
from monitor.cli.context import Context
from monitor.errors import InputError, MonitorError

# name → (module:attribute, the line in --help). The help stands here because importing a command costs more than
# printing it; tests/cli compares it with what each command says of itself.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("monitor.cli.start:init", "Make a workspace; never overwrites a file."),
    "check": ("monitor.cli.start:check", "Read every file a person edits and print every problem."),
    "once": ("monitor.cli.rounds:once", "Run one full round now: pull, tag, match, alert, send what is due."),
    "run": ("monitor.cli.rounds:run", "Poll and send on schedule until stopped."),
    "status": ("monitor.cli.status:status", "Show feeds, last round, outbox, digests due and files in fallback."),
    "feeds": ("monitor.cli.feeds:feeds", "List, check, find, add and pause feeds."),
    "why": ("monitor.cli.why:why", "Say why something did or did not reach an analyst."),
    "quiet": ("monitor.cli.quiet:quiet", "Silence the subject of an item: asks what, for whom and how long."),
    "items": ("monitor.cli.items:items", "List, search and show stored items."),
    "label": ("monitor.cli.label:label", "Say whether items are relevant; the classifiers learn from it."),
    "classifiers": ("monitor.cli.classifiers:classifiers", "Train the topic classifier and score items with it."),
    "rules": ("monitor.cli.rules:rules", "Check, test and try the rule files."),
    "stories": ("monitor.cli.stories:stories", "Group items into stories."),
    "digests": ("monitor.cli.digests:digests", "List and build digests."),
    "deliveries": ("monitor.cli.deliveries:deliveries", "List what is waiting to be sent, and test a route."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 # click's signature
        """Return the commands in the order a new user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 # click's signature
        """Import and return one command, None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{attribute} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 # as above
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="monitor")
@click.option(
    "-w",
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The workspace to work in; the current folder if absent.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say only what failed.")
@click.option("-v", "--verbose", count=True, help="Say what happens; twice for details.")
@click.pass_context
def cli(ctx: click.Context, workspace: Path, *, quiet: bool, verbose: int) -> None:
    """Read news feeds for security analysts.

    Pulls feeds, tags items for two topics, matches rule files, sends alerts and digests, with evidence for
    every decision. Results go to standard output, everything else to standard error.

    Exit codes: 0 fine, 1 findings or failed examples, 2 bad input, 3 network, database, disk or mail failed.
    """
    from monitor.log import set_up_logging

    set_up_logging(-1 if quiet else verbose)
    ctx.obj = Context(root=workspace, is_quiet=quiet, verbosity=verbose)


def main() -> None:
    """Run the command line and exit with the code of DESIGN §7."""
    try:
        _run()
    finally:
        # The process ends and the system takes its memory back: Python's own last search for garbage among all that was
        # loaded would take a tenth of a short command.
        gc.freeze()


def _run() -> None:
    try:
        code = cli.main(standalone_mode=False)
    except SystemExit:
        # click and rich leave so when the reader of our output went away (`monitor items list | head`): all is well.
        sys.exit(0)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except MonitorError as error:
        if isinstance(error, InputError) and error.problems:
            for problem in error.problems:
                click.echo(str(problem), err=True)
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        click.echo(f"error: the output cannot be written ({error.strerror})\n    free some space", err=True)
        sys.exit(3)
    sys.exit(code if isinstance(code, int) else 0)
