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
    from monitor.pipeline.opening import open_workspace
    from monitor.records import DeliveryStatus
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
            ending = f" [{one.id}]" if one.status is DeliveryStatus.FAILED else ""
            context.echo(f"{head}: {one.subject} {one.reason}".rstrip() + ending)
    return 0


@deliveries.command()
@click.argument("ids", nargs=-1, metavar="[ID…]")
@click.pass_obj
def retry(context: Context, ids: tuple[str, ...]) -> int:
    """Put failed messages back into the queue: all, or those whose id begins with ID.

    The next round sends them, unchanged. Ids stand in: monitor deliveries list
    """
    from monitor.errors import InputError
    from monitor.pipeline.opening import open_workspace
    from monitor.pipeline.progress import utc_now
    from monitor.store import outbox
    from monitor.workspace.layout import Workspace

    _, database = open_workspace(Workspace(context.root))
    try:
        with database.write() as connection:
            queued = outbox.retry_failed(connection, utc_now(), ids)
            for wanted in ids:
                if not any(outbox.begins(message, (wanted,)) for message in queued):
                    # Leaving by an exception undoes the others as well: half a command is hard to repeat.
                    raise InputError(
                        f'no failed message whose id begins with "{wanted}"', "see them with: monitor deliveries list"
                    )
    finally:
        database.close()
    for one in queued:
        context.echo(f"queued again for {one.route}: {one.subject}")
    if queued:
        context.note("they go out with the next round; send them now with: monitor once")
    else:
        context.note("no message has failed")
    return 0


@deliveries.command()
@click.argument("route")
@click.pass_obj
def test(context: Context, route: str) -> int:
    """Send a test message through ROUTE now and say what happened."""
    from monitor.pipeline.opening import read_config
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
