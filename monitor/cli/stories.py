"""``monitor stories``: group items into stories."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.context import Context


@click.group()
def stories() -> None:
    """Group items into stories."""


@stories.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Accepted for uniformity: the output is always JSON lines.")
@click.pass_obj
def group(context: Context, file: Path, *, as_json: bool) -> int:  # noqa: ARG001 # the output has one form
    """Group items given as JSON lines in time order; prints {"id", "story"} per item."""
    from monitor.cli.jsonitems import read_items
    from monitor.pipeline.grouping import group_items

    items = read_items(file)
    groups = group_items([(one.title, one.text, one.source, one.published_at) for one in items])
    for item, story in zip(items, groups, strict=True):
        context.echo_json({"id": item.id, "story": story})
    return 0
