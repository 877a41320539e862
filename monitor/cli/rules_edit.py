"""``monitor rules add-example``: an archived item becomes a test of a rule."""

from __future__ import annotations

import click

from monitor.cli.context import Context
from monitor.cli.rulebook import load_book


@click.command("add-example")
@click.argument("item")
@click.argument("rule")
@click.option(
    "--match/--no-match", "is_match", default=True, show_default=True, help="Whether the rule must match the item."
)
@click.pass_obj
def add_example_command(context: Context, item: str, rule: str, *, is_match: bool) -> int:
    """Write the stored ITEM into the file of RULE as its last example; the rest of the file stays as it is.

    ITEM is an id, the beginning of one, or a link; RULE an id or owner/rule. Long texts are cut. Shorten the example
    to its point afterwards. Exit code 1: the rule does not answer as the example says; change it until it does.
    """
    from monitor.cli.stored import one_item
    from monitor.pipeline.ruleedits import add_example, find_rule

    book, _ = load_book(context.root)
    compiled = find_rule(book, rule)
    edit, result = add_example(context.root, compiled, one_item(context.root, item), is_match=is_match)
    context.echo(f"{edit.path}: added to {compiled.rule.full_id}")
    context.echo(edit.added)
    verdict = "as the example says" if result.is_passed else "not as the example says"
    context.note(f"the rule answers {verdict}: {result.decided_by}")
    return 0 if result.is_passed else 1
