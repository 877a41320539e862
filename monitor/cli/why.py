"""``monitor why``: every stage of an item that did or did not arrive."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

import click

from monitor.cli.context import Context


@click.command()
@click.argument("asked", nargs=-1, required=True, metavar="ITEM-OR-URL-OR-WORDS")
@click.option("--analyst", metavar="NAME", help="For whom; 'me' of config.toml if absent.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--all", "is_all", is_flag=True, help="Every rule, also those with nothing in the item.")
@click.pass_obj
def why(context: Context, asked: tuple[str, ...], analyst: str | None, *, as_json: bool, is_all: bool) -> int:
    """Say why something did or did not reach an analyst.

    Every stage, and at the end the smallest change that would flip the outcome.

    Give an item's id (or its beginning), its link, or words of its headline. What is not stored is judged as if it
    had come, and the feeds that would carry it are named. Exit code 1: nothing like it is stored.
    """
    # Short and without cycles worth a search: looking for them takes a tenth of the command.
    gc.disable()
    from monitor.cli.why_page import print_why, why_record
    from monitor.pipeline.desk import open_desk
    from monitor.pipeline.why import explain
    from monitor.workspace.layout import Workspace

    now = datetime.now(UTC)
    desk = open_desk(Workspace(context.root), now, is_keeping=False, is_rendering=False)
    try:
        found = explain(desk, " ".join(asked), analyst, now)
    finally:
        desk.database.close()
    if as_json:
        context.echo_json(why_record(found))
    else:
        print_why(found, is_all=is_all)
    return 0 if found.item is not None else 1
