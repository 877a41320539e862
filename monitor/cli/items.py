"""``monitor items``: list, search and show what is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from monitor.cli.context import Context
from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.records import AssessedItem
    from monitor.store.lists import ItemFilter


@click.group()
def items() -> None:
    """List, search and show stored items."""


def _filters(command: Callable[..., int]) -> Callable[..., int]:
    """Add the filter options that list and search share."""
    options = (
        click.option("--topic", help="At or above this topic's threshold, or --min-score."),
        click.option("--entity", help="Mentions this watched entity (its id)."),
        click.option("--rule", help="Matched by this rule (owner/rule)."),
        click.option("--analyst", help="Matched by a rule of this analyst."),
        click.option("--source", help="From this outlet."),
        click.option("--feed", help="From this feed (its name)."),
        click.option("--lang", help="In this language (a code like ur)."),
        click.option("--since", metavar="TIME", help="First seen at or after, e.g. 2026-11-20 or 2026-11-20T07:30."),
        click.option("--until", metavar="TIME", help="First seen before."),
        click.option("--min-score", type=click.FloatRange(0, 1), help="Lowest score."),
        click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many at most."),
        click.option("--json", "as_json", is_flag=True, help="One JSON object per item and line."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@items.command("list")
@_filters
@click.pass_obj
def list_command(context: Context, /, **asked: object) -> int:
    """List items, newest first, narrowed by filters."""
    return _list(context, None, asked)


@items.command()
@click.argument("words", nargs=-1, required=True)
@_filters
@click.pass_obj
def search(context: Context, /, words: tuple[str, ...], **asked: object) -> int:
    """Search titles and texts for WORDS; all must be found, quoted ones together, in any script."""
    return _list(context, " ".join(words), asked)


@items.command()
@click.argument("item")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def show(context: Context, item: str, *, as_json: bool) -> int:
    """Show one item with its scores, matches, story and history.

    ITEM is an id, the beginning of one, or the item's link.
    """
    from monitor.cli.item_page import item_record, print_item
    from monitor.pipeline.desk import load_topics
    from monitor.pipeline.opening import open_workspace
    from monitor.pipeline.reasons import lacks_reasons, with_reasons
    from monitor.store import alerts, assessments, digests, stories
    from monitor.store import items as item_rows
    from monitor.workspace.layout import Workspace

    _, database = open_workspace(Workspace(context.root))
    try:
        with database.read() as connection:
            ids = item_rows.find_ids(connection, item)
            if not ids:
                raise InputError(f'no item has the id or link "{item}"', "find it with: monitor items search WORDS")
            if len(ids) > 1 and ids[0] != item:
                raise InputError(f'"{item}" is the beginning of {len(ids)} ids', f"for example: {', '.join(ids[:3])}")
            (one,) = assessments.load(connection, [ids[0]])
            history = item_rows.history(connection, ids[0])
            memberships = digests.memberships(connection, ids[0])
            decisions = alerts.of_item(connection, ids[0])
            story = stories.get(connection, one.assessment.story.story)
    finally:
        database.close()
    if lacks_reasons(one):
        one = with_reasons(load_topics(Workspace(context.root)), one)
    if as_json:
        context.echo_json(item_record(one, history))
    else:
        print_item(one, history, memberships, decisions, story)
    return 0


def _list(context: Context, query: str | None, asked: dict[str, object]) -> int:
    from monitor.cli.shapes import item_line
    from monitor.pipeline.names import check_names
    from monitor.pipeline.opening import open_workspace
    from monitor.store.lists import list_items
    from monitor.workspace.layout import Workspace

    as_json = asked.pop("as_json")
    workspace = Workspace(context.root)
    _, database = open_workspace(workspace)
    try:
        with database.read() as connection:
            found = list_items(connection, _item_filter(query, asked))
    finally:
        database.close()
    if not found:
        check_names(workspace, asked)
    if as_json:
        for one in found:
            context.echo_json(item_line(one))
    else:
        _print_table(found)
        noun = "item" if len(found) == 1 else "items"
        context.note(f"{len(found)} {noun}" + (" (more with --limit)" if len(found) == asked["limit"] else ""))
    return 0


def _item_filter(query: str | None, asked: dict[str, object]) -> ItemFilter:
    from monitor.store.lists import ItemFilter

    values = {**asked, "since": _moment(asked["since"], "--since"), "until": _moment(asked["until"], "--until")}
    return ItemFilter(query=query, **values)  # type: ignore[arg-type] # click checked the types of its options


def _moment(value: object, option: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise InputError(f'{option} "{value}" is no time', "write 2026-11-20 or 2026-11-20T07:30 (UTC)") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _print_table(found: tuple[AssessedItem, ...]) -> None:
    from rich.table import Table
    from rich.text import Text

    from monitor.cli.show import console

    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in ("id", "first seen (UTC)", "outlet", "scores", "rules", "title"):
        table.add_column(name, no_wrap=name != "title", overflow="fold")
    for one in found:
        scores = " ".join(f"{score.score:.2f}{'*' if score.is_relevant else ''}" for score in one.assessment.scores)
        table.add_row(
            one.item.id,
            f"{one.item.first_seen_at:%m-%d %H:%M}",
            Text(one.item.outlet),
            scores,
            str(len(one.assessment.matches.rules) or ""),
            Text(one.item.title or one.item.text[:100]),
        )
    console().print(table)
