"""``monitor rules unused`` and ``suggest``: what the archive says about the rule files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from monitor.cli.context import Context
from monitor.cli.rulebook import load_book

if TYPE_CHECKING:
    from monitor.pipeline.ruleuse import Unused
    from monitor.rules.suggest import Suggestion

_DAYS = click.IntRange(1, 36_500)
SHOWN = 20
"""Entries of a list printed without --all."""


@click.command("unused")
@click.option("--days", type=_DAYS, default=90, show_default=True, help="How far back to look.")
@click.option("--all", "is_all", is_flag=True, help="Every name, not the first of each list.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def unused_command(context: Context, *, days: int, is_all: bool, as_json: bool) -> int:
    """List rules, entities, names and words that found nothing in the archive, and those that no rule uses.

    What found nothing may be rare, misspelt or out of date: look before you remove it.
    """
    from monitor.cli.progress import Bar
    from monitor.pipeline.ruletools import open_archive
    from monitor.pipeline.ruleuse import find_unused
    from monitor.rules.syntax import read_rule_file
    from monitor.workspace.layout import Workspace
    from monitor.workspace.rulefiles import read_rule_texts

    book, _ = load_book(context.root)
    files = [read_rule_file(text, path) for path, text in read_rule_texts(context.root)[0].items()]
    with open_archive(Workspace(context.root), datetime.now(UTC), days) as archived:
        found = find_unused(archived, book, files, Bar(is_quiet=context.is_quiet))
    if as_json:
        context.echo_json(
            {
                "days": days,
                "items": found.items,
                "rules": list(found.rules),
                "entities": list(found.entities),
                "names": [{"entity": entity, "name": name} for entity, name in found.names],
                "terms": list(found.terms),
                "unreferenced": list(found.unreferenced),
            }
        )
    else:
        _print_unused(context, found, days, is_all=is_all)
    return 0


def _print_unused(context: Context, found: Unused, days: int, *, is_all: bool) -> None:
    names = [f'{entity}: "{name}"' for entity, name in found.names]
    lists = (
        (f"Rules that held for none of {found.items} items in {days} days", found.rules),
        ("Entities, sets and words that no rule uses", found.unreferenced),
        ("Entities of which no name was found", found.entities),
        ("Names never found, of entities that were", names),
        ("Words and phrases of rules never found", found.terms),
    )
    for head, entries in lists:
        context.echo(f"{head}: {len(entries)}")
        shown = entries if is_all else entries[:SHOWN]
        for entry in shown:
            context.echo(f"  {entry}")
        if len(entries) > len(shown):
            context.echo(f"  and {len(entries) - len(shown)} more: --all")


@click.command("suggest")
@click.option("--days", type=_DAYS, default=30, show_default=True, help="How far back to look.")
@click.option("--limit", type=click.IntRange(1), default=SHOWN, show_default=True, help="How many of each kind.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per suggestion and line.")
@click.pass_obj
def suggest_command(context: Context, *, days: int, limit: int, as_json: bool) -> int:
    """Propose spellings that look like listed ones and names that stand beside them, each as a ready line.

    Nothing is changed: paste what you find right, then see with rules diff what it does.
    """
    from monitor.cli.progress import Bar
    from monitor.pipeline.ruletools import mine, open_archive
    from monitor.rules.syntax import read_rule_file
    from monitor.workspace.layout import Workspace
    from monitor.workspace.rulefiles import read_rule_texts

    book, _ = load_book(context.root)
    files = [read_rule_file(text, path) for path, text in read_rule_texts(context.root)[0].items()]
    with open_archive(Workspace(context.root), datetime.now(UTC), days) as archived:
        found = mine(archived, book, files, Bar(is_quiet=context.is_quiet)).suggestions(limit)
    for suggestion in found:
        if as_json:
            context.echo_json(_suggestion_record(suggestion))
        else:
            _print_suggestion(context, suggestion)
    context.note(f"{len(found)} suggestions")
    return 0


def _print_suggestion(context: Context, one: Suggestion) -> None:
    context.echo(f"{one.quote}: {one.items} items; {one.because}")
    context.echo(f"    for example: {', '.join(f'monitor items show {id_}' for id_ in one.examples[:1])}")
    if one.where:
        context.echo(f"    in {one.where} add")
    for line in one.line.splitlines():
        context.echo(f"    {line}")


def _suggestion_record(one: Suggestion) -> dict[str, object]:
    return {
        "kind": one.kind,
        "quote": one.quote,
        "items": one.items,
        "because": one.because,
        "write": one.line,
        "where": one.where or None,
        "examples": list(one.examples),
    }
