"""``monitor feeds``: what is polled, how it fares, and what a document holds."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor.cli.context import Context
from monitor.cli.feeds_edit import add, export, import_command, pause, remove, resume
from monitor.cli.feeds_find import check, discover
from monitor.errors import InputError


@click.group()
def feeds() -> None:
    """List, check, find, add and pause feeds."""


for _command in (check, add, remove, pause, resume, discover, import_command, export):
    feeds.add_command(_command)


@feeds.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per feed and line.")
@click.pass_obj
def list_command(context: Context, *, as_json: bool) -> int:
    """List the feeds of config.toml with their state."""
    from monitor.pipeline.feedlist import feed_lines
    from monitor.pipeline.opening import open_workspace
    from monitor.pipeline.progress import utc_now
    from monitor.workspace.layout import Workspace

    config, database = open_workspace(Workspace(context.root))
    try:
        lines = feed_lines(database, config, utc_now())
    finally:
        database.close()
    if as_json:
        for line in lines:
            context.echo_json(line.record())
        return 0
    if not lines:
        context.note("no feed in config.toml; find those of a site with: monitor feeds discover URL")
        context.note("then add them with: monitor feeds add URL, or a list of them with: monitor feeds import FILE")
        return 0
    from rich.table import Table
    from rich.text import Text

    from monitor.cli.show import console

    table = Table(box=None, pad_edge=False)
    for name in ("name", "outlet", "lang", "grade", "stance", "state", "items", "last answer (UTC)", "problem"):
        table.add_column(name, no_wrap=name not in ("outlet", "problem"))
    for line in lines:
        feed = line.feed
        answered = f"{line.last_success_at:%m-%d %H:%M}" if line.last_success_at else "never"
        facts = (feed.lang or "", feed.grade, feed.stance.value, line.state, str(line.items), answered)
        table.add_row(feed.name, Text(feed.outlet), *facts, Text(line.problem or line.note))
    console().print(table)
    return 0


@feeds.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--url", required=True, help="Where the document comes from: relative links start there.")
@click.option("--content-type", default="", help="The Content-Type header it came with.")
@click.pass_obj
def parse(context: Context, file: Path, url: str, content_type: str) -> int:
    """Print what would be stored of a feed document, as JSON lines; touches nothing.

    The first line describes the feed and its problems, each further line is an item. FILE may be - for stdin.
    """
    import json

    from monitor.feeds.links import clean_link
    from monitor.feeds.parse import parse_feed
    from monitor.feeds.shapes import feed_line, item_line
    from monitor.fetch.headers import media_type
    from monitor.pipeline.progress import utc_now

    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})", "name a file, or - for standard input") from None
    if clean_link(None, url) is None:
        context.warn(f'"{url}" is no web address, so relative links of the document are left out')
    kind, charset = media_type({"Content-Type": content_type})
    parsed = parse_feed(body, kind, charset, url, utc_now())
    click.echo(json.dumps(feed_line(parsed), ensure_ascii=False))
    for item in parsed.items:
        click.echo(json.dumps(item_line(item), ensure_ascii=False))
    return 0 if parsed.is_feed else 2
