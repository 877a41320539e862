"""``monitor digests``: what was sent, and what would be."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.context import Context


@click.group()
def digests() -> None:
    """List and build digests."""


@digests.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per digest and line.")
@click.pass_obj
def list_command(context: Context, *, as_json: bool) -> int:
    """List the digests that were closed, newest first."""
    from monitor.cli.shapes import iso
    from monitor.pipeline.opening import open_workspace
    from monitor.store import digests as digest_rows
    from monitor.workspace.layout import Workspace

    _, database = open_workspace(Workspace(context.root))
    try:
        with database.read() as connection:
            closed = digest_rows.list_closed(connection)
    finally:
        database.close()
    for one in closed:
        if as_json:
            record = {"id": one.id, "name": one.name, "slot": iso(one.slot), "since": iso(one.since)}
            context.echo_json({**record, "until": iso(one.until)})
        else:
            asked = f"due {one.slot:%Y-%m-%d %H:%M} UTC" if one.slot else "asked for by hand"
            context.echo(f"{one.id}  {asked}, closed {one.until:%Y-%m-%d %H:%M} UTC")
    return 0


@digests.command()
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the files.")
@click.pass_obj
def build(context: Context, name: str, out: Path) -> int:
    """Write digest NAME as it would close now: HTML, text and Markdown; closes and sends nothing."""
    from monitor.pipeline.desk import open_desk
    from monitor.pipeline.preview import preview_digest
    from monitor.pipeline.progress import utc_now
    from monitor.workspace.files import write_text
    from monitor.workspace.layout import Workspace

    desk = open_desk(Workspace(context.root), utc_now(), is_keeping=False)
    try:
        pages = preview_digest(desk, name, utc_now())
    finally:
        desk.database.close()
    for ending, text in (("md", pages.md), ("html", pages.html), ("txt", pages.txt)):
        path = out / f"{name}.{ending}"
        write_text(path, text)
        context.echo(str(path))
    for problem in pages.problems:
        context.warn(str(problem))
    return 2 if pages.problems else 0
