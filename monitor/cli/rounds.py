"""``monitor once`` and ``monitor run``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from monitor.cli.context import Context
from monitor.pipeline.loading import loading

if TYPE_CHECKING:
    from monitor.pipeline.desk import Desk
    from monitor.pipeline.round import RoundReport, Wish


@click.command()
@click.option("--due", "only_due", is_flag=True, help="Poll only feeds whose time has come.")
@click.option("--feed", "feeds", multiple=True, metavar="NAME", help="Poll only this feed; may be repeated.")
@click.option("--digest", "digests", multiple=True, metavar="NAME", help="Close and send this digest now.")
@click.option("--dry-run", is_flag=True, help="Show what would be polled and sent; change nothing.")
@click.option("--no-send", is_flag=True, help="Pull and assess, but close no digest and deliver nothing.")
@click.pass_obj
def once(  # one parameter per option
    context: Context,
    feeds: tuple[str, ...],
    digests: tuple[str, ...],
    *,
    only_due: bool,
    dry_run: bool,
    no_send: bool,
) -> int:
    """Run one full round now: pull, tag, match, alert, send what is due.

    Prints what is new, by topic, with the evidence marked, and what failed. Exit code 0: a polled feed answered, or
    none was due; 2: a file is used in its last good version; 3: no feed answered, or delivery or database failed.
    """
    with loading():
        from monitor.pipeline.desk import open_desk
        from monitor.pipeline.progress import utc_now
        from monitor.pipeline.round import Wish
        from monitor.workspace.layout import Workspace

        wish = Wish(feeds=feeds, only_due=only_due, digests=digests, is_sending=not no_send)
        workspace = Workspace(context.root)
        if dry_run:
            return _dry_run(context, wish)
        desk = open_desk(workspace, utc_now())
    try:
        report = _work(context, desk, wish)
        _print_round(context, desk, report)
        return report.exit_code(desk)
    finally:
        desk.database.close()


def _work(context: Context, desk: Desk, wish: Wish) -> RoundReport:
    from monitor.cli.progress import Bar
    from monitor.pipeline.progress import utc_now
    from monitor.pipeline.round import LOCK_PATIENCE, run_round
    from monitor.workspace.lock import round_lock

    with round_lock(desk.workspace.private, LOCK_PATIENCE):
        return run_round(desk, wish, utc_now, Bar(is_quiet=context.is_quiet))


def _dry_run(context: Context, wish: Wish) -> int:
    from monitor.cli.show import console, print_coverage, print_news
    from monitor.pipeline.desk import open_desk
    from monitor.pipeline.dryrun import plan_round
    from monitor.pipeline.progress import utc_now
    from monitor.workspace.layout import Workspace

    out = console()
    desk = open_desk(Workspace(context.root), utc_now(), is_keeping=False)
    try:
        plan = plan_round(desk, wish, utc_now)
    finally:
        desk.database.close()
    out.print(f"would poll {len(plan.feeds)} feeds; {plan.waiting} items wait to be assessed")
    for view in plan.digests:
        out.print(f"\nwould send digest {view.name}: {view.summary}", style="bold")
        print_news(out, view)
        print_coverage(out, view.coverage)
    for message in plan.messages:
        out.print(f"would send to {message.route}: {message.subject}", highlight=False, markup=False)
    if not plan.digests:
        out.print("no digest is due")
    return 0


def _print_round(context: Context, desk: Desk, report: RoundReport) -> None:
    from monitor.cli.show import console, print_coverage, print_crossings, print_news
    from monitor.pipeline.news import news_of
    from monitor.pipeline.progress import utc_now

    out = console()
    now = utc_now()
    poll = report.poll
    none = "no feed was due" if desk.config.feeds else "no feed to ask: add one with monitor feeds add URL"
    answered = f"{poll.answered} of {poll.polled} feeds answered" if poll.polled else none
    head = f"{answered} · {poll.new} new items, {poll.changed} edited"
    view = news_of(desk, report, now)
    if not context.is_quiet:
        out.print(f"[bold]monitor[/] · {view.date}, {view.time} {view.zone} · {head}")
        print_news(out, view)
    if not context.is_quiet:
        print_crossings(out, report.assess)
    print_coverage(out, view.coverage)
    for closed in () if context.is_quiet else report.closed:
        out.print(f"\n[bold]Digest {closed.digest.name}[/] · closed {closed.digest.until:%Y-%m-%d %H:%M} UTC")
    for message in () if context.is_quiet else report.deliver.sent:
        out.print(f"  {message.kind} → {_where(desk, message.route, message.recipient)}", markup=False)
    for message in (*report.deliver.waiting, *report.deliver.failed):
        context.warn(f"{message.kind} to {message.route} not delivered ({message.status}): {message.reason}")
    for failure in report.failures:
        context.warn(f"error: {failure}")
    if poll.polled and not poll.answered:
        context.warn("no feed answered: is there a network? To see a full round without one, run: make demo")


def _where(desk: Desk, route: str, recipient: str) -> str:
    from monitor.deliver.routes import FolderRoute

    known = {one.name: one for one in desk.config.routes}
    target = known.get(route)
    if isinstance(target, FolderRoute):
        return str(desk.workspace.root / target.path / recipient)
    return f"{route}: {recipient}"


@click.command()
@click.pass_obj
def run(context: Context) -> int:
    """Poll and send on schedule until stopped.

    Feeds are polled when their time has come, digests are sent at their local time. Stops after the round at work
    on SIGTERM or Ctrl-C. Rule files, settings and templates are read anew when they change.
    """
    with loading():
        from monitor.pipeline.progress import utc_now
        from monitor.pipeline.service import serve
        from monitor.workspace.layout import Workspace

    context.note(f"monitor runs on {context.root.resolve()}; stop it with Ctrl-C")

    def on_round(desk: Desk, report: RoundReport) -> None:
        poll = report.poll
        if poll.polled:
            line = f"{utc_now():%Y-%m-%d %H:%M:%S} UTC · {poll.answered} of {poll.polled} feeds answered"
            context.note(f"{line} · {poll.new} new items, {poll.changed} edited · {report.assess.alerts} alerts")
        for closed in report.closed:
            context.note(f"{utc_now():%Y-%m-%d %H:%M:%S} UTC · digest {closed.digest.id} closed")
        for message in report.deliver.sent:
            context.note(f"{message.kind} → {_where(desk, message.route, message.recipient)}")
        for message in (*report.deliver.waiting, *report.deliver.failed):
            context.warn(f"{message.kind} to {message.route} not delivered ({message.status}): {message.reason}")

    serve(Workspace(context.root), utc_now, on_round)
    return 0
