"""``monitor status``: whether everything is all right."""

from __future__ import annotations

import click

from monitor.cli.context import Context


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def status(context: Context, *, as_json: bool) -> int:
    """Show feeds, last round, outbox, digests due and files in fallback.

    Also names the official speakers and languages that no feed covers.
    """
    from monitor.pipeline.desk import open_desk
    from monitor.pipeline.progress import utc_now
    from monitor.pipeline.status import status_now
    from monitor.workspace.layout import Workspace

    now = utc_now()
    desk = open_desk(Workspace(context.root), now, is_keeping=False)
    try:
        found = status_now(desk, now)
    finally:
        desk.database.close()
    if as_json:
        context.echo_json(found.record())
        return 0
    for line in found.lines():
        context.echo(line)
    return 0
