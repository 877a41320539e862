"""``monitor rules``: check, test and try the rule files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import Context, counted
from monitor.cli.jsonitems import JsonItem, read_lines
from monitor.cli.rulebook import known_sources, load_book, warn_of_errors
from monitor.cli.rules_archive import diff_command, try_command
from monitor.cli.rules_edit import add_example_command
from monitor.cli.rules_mine import suggest_command, unused_command

if TYPE_CHECKING:
    from monitor.records import Evidence, ItemMatches
    from monitor.rules.examples import ExampleResult
    from monitor.rules.match import ItemText


@click.group()
def rules() -> None:
    """Check, test and try the rule files."""


for _command in (try_command, diff_command, unused_command, suggest_command, add_example_command):
    rules.add_command(_command)


@rules.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per problem and line.")
@click.pass_obj
def check(context: Context, *, as_json: bool) -> int:
    """Print every problem of every file in rules/.

    Problems are sorted by place, each with what is wrong and what to do. Exit code 0: none, or only warnings;
    2: a file cannot be used as it is.
    """
    from monitor.cli.problems_page import print_problems
    from monitor.rules.proof import lint_examples_prove
    from monitor.rules.slips import lint_sources
    from monitor.workspace.rulefiles import read_rule_texts, unread_rule_files

    book, unreadable = load_book(context.root)
    unread = unread_rule_files(context.root)
    sources = known_sources(context.root)
    strangers = () if sources is None else lint_sources((one.rule for one in book.rules), sources)
    problems = sorted((*book.problems, *unreadable, *unread, *lint_examples_prove(book), *strangers))
    if as_json:
        context.echo_problems(problems, as_json=True)
    else:
        print_problems(context, problems, read_rule_texts(context.root)[0])
    errors = sum(problem.is_error for problem in problems)
    context.note(f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}")
    return 2 if errors else 0


@rules.command()
@click.pass_obj
def schema(context: Context) -> int:
    """Print the JSON Schema of rule files, for editors that complete and check TOML (taplo, Even Better TOML).

    rules/rules.schema.json is the same, and the shipped rule files name it in their first line.
    """
    from monitor.rules.schema import rule_file_schema

    context.echo(json.dumps(rule_file_schema(), indent=2))
    return 0


@rules.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON object per example and line, passed ones too.")
@click.pass_obj
def test(context: Context, files: tuple[Path, ...], *, as_json: bool) -> int:
    """Run the examples that rules carry: of FILES, or of every file in rules/.

    A file outside the workspace is read beside rules/, so that a draft can use the watchlist. For a failed example it
    says which clause decided. Exit code 1: an example failed; 2: a file has errors.
    """
    from monitor.rules.examples import run_examples
    from monitor.workspace.rulefiles import name_of

    book, unreadable = load_book(context.root, beside=files)
    results = run_examples(book, [name_of(path, context.root) for path in files] or None)
    has_errors = warn_of_errors(context, (*book.problems, *unreadable))
    for result in results:
        if as_json:
            context.echo_json(_result_line(result))
        elif not result.is_passed or context.verbosity:
            context.echo(_spoken_result(result))
    failed = sum(not result.is_passed for result in results)
    tested = len({(result.owner, result.rule) for result in results})
    total = f"{counted(len(results), 'example')} of {counted(tested, 'rule')}"
    context.note(f"{total}: {len(results) - failed} passed, {failed} failed")
    return 2 if has_errors else int(failed > 0)


@rules.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--watchlist",
    "watchlists",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Rule file to use instead of rules/; may be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Accepted for symmetry: the output is always JSON lines.")
@click.pass_obj
def match(context: Context, file: Path, watchlists: tuple[Path, ...], *, as_json: bool) -> int:  # noqa: ARG001 # see help
    """Match the items of FILE, one JSON object per line, and print what was found in each, in the same order.

    FILE may be - for standard input. An item is {"id", "title"?, "text"?, "lang"?, "source"?, "published"?, "scores"?}.
    Exit code 2: a line is no item, or a rule file has errors; everything else is matched all the same.
    """
    from monitor.rules.match import match_item, match_items

    book, unreadable = load_book(context.root, instead=watchlists)
    has_errors = warn_of_errors(context, (*book.problems, *unreadable))
    now = datetime.now(UTC)
    wrong: list[int] = []

    def readable() -> Iterator[JsonItem]:
        for number, item in read_lines(file):
            if isinstance(item, str):
                context.warn(f"{file}:{number}: {item}\n    write one JSON object per line, with title or text")
                wrong.append(number)
            else:
                yield item

    given, looked_at = tee(readable())
    texts = (_item_text(item, now) for item in looked_at)
    # A program that writes to us may wait for each answer before it writes on.
    answers = match_items(book, texts) if str(file) != "-" else (match_item(book, text) for text in texts)
    for item, matches in zip(given, answers, strict=True):
        _print_line({"id": item.id, **_matches_line(matches)})
    return 2 if has_errors or wrong else 0


def _result_line(result: ExampleResult) -> dict[str, object]:
    where = result.declared_at
    return {
        "rule": f"{result.owner}/{result.rule}",
        "example": result.number,
        "path": where.path,
        "line": where.line,
        "column": where.column,
        "expected": result.is_expected,
        "matched": result.is_match,
        "passed": result.is_passed,
        "decided_by": result.decided_by,
    }


def _spoken_result(result: ExampleResult) -> str:
    wanted = "must match" if result.is_expected else "must not match"
    happened = "does" if result.is_match else "does not"
    verdict = "passed" if result.is_passed else f"and {happened}"
    head = f"{result.declared_at}: example {result.number} of {result.owner}/{result.rule} {wanted}, {verdict}"
    return f"{head}\n    {result.decided_by}"


def _item_text(item: JsonItem, now: datetime) -> ItemText:
    """Return an item as rules see it; a language it does not name is guessed."""
    from monitor.rules.match import ItemText
    from monitor.text.language import guess_language

    return ItemText(
        title=item.title,
        text=item.text,
        now=now,
        lang=item.lang or guess_language(f"{item.title}\n{item.text}", None),
        source=item.source,
        published_at=item.published_at,
        scores=item.scores,
    )


def _matches_line(matches: ItemMatches) -> dict[str, object]:
    """Return what was found in the shape of DESIGN §7; a passage that no entity gave has the entity null."""
    entity_of = {mention.evidence: mention.entity for mention in matches.mentions}
    return {
        "entities": [_passage_line(mention.entity, mention.evidence) for mention in matches.mentions],
        "rules": [
            {
                "rule": rule.id,
                "send": rule.send.value,
                "severity": rule.severity.label,
                "evidence": [_passage_line(entity_of.get(passage), passage) for passage in rule.evidence],
            }
            for rule in matches.rules
        ],
    }


def _passage_line(entity: str | None, passage: Evidence) -> dict[str, object]:
    return {
        "entity": entity,
        "field": passage.field.value,
        "start": passage.start,
        "end": passage.end,
        "quote": passage.quote,
    }


def _print_line(record: dict[str, object]) -> None:
    line = json.dumps(record, ensure_ascii=False)
    # A lone surrogate has no UTF-8 form; written as an escape it still arrives as it was.
    is_writable = not any("\ud800" <= character <= "\udfff" for character in line)
    sys.stdout.write(f"{line if is_writable else json.dumps(record)}\n")
