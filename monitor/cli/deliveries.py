"""``monitor deliveries``: what waits, what was sent, and whether a route works."""

from __future__ import annotations

import click

from monitor.cli.context import Context


@click.group()
def deliveries() -> None:
    """List what is waiting to be sent, and test a route."""


@deliveries.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per message and line.")
@click.pass_obj
def list_command(context: Context, *, as_json: bool) -> int:
    """List messages, newest first, with what became of them."""
    from monitor.cli.shapes import iso
    from monitor.pipeline.desk import open_workspace
    from monitor.store import outbox
    from monitor.workspace.layout import Workspace

    _, database = open_workspace(Workspace(context.root))
    try:
        with database.read() as connection:
            messages = outbox.list_messages(connection)
    finally:
        database.close()
    for one in messages:
        if as_json:
            record = {"id": one.id, "route": one.route, "recipient": one.recipient, "kind": one.kind}
            times = {"created_at": iso(one.created_at), "sent_at": iso(one.sent_at)}
            more = {"subject": one.subject, "status": one.status.value, "attempts": one.attempts, "reason": one.reason}
            context.echo_json({**record, **more, **times})
        else:
            head = f"{one.created_at:%Y-%m-%d %H:%M} {one.status:8} {one.route}"
            context.echo(f"{head}: {one.subject} {one.reason}".rstrip())
    return 0


@deliveries.command()
@click.argument("route")
@click.pass_obj
def test(context: Context, route: str) -> int:
    """Send a test message through ROUTE now and say what happened."""
    from monitor.pipeline.desk import read_config
    from monitor.pipeline.progress import utc_now
    from monitor.pipeline.routetest import test_route
    from monitor.records import Sent
    from monitor.workspace.layout import Workspace

    workspace = Workspace(context.root)
    outcome = test_route(read_config(workspace), workspace.root, route, utc_now())
    if isinstance(outcome, Sent):
        context.echo(f"{route}: sent. {outcome.detail}".rstrip())
        return 0
    context.warn(f"{route}: not sent. {outcome.reason}")
    return 3
