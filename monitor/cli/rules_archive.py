"""``monitor rules try`` and ``diff``: what rules would have found, and what a change would do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import Context, counted
from monitor.cli.rulebook import load_book, load_versions, warn_of_errors

if TYPE_CHECKING:
    from monitor.cli.progress import Bar
    from monitor.pipeline.backtest import Hit, Tally, Trial
    from monitor.pipeline.rulediff import ChangedStory, Side

FIRST_HITS = 5
"""Stories printed per rule as soon as they are found; the others are counted."""
_DAYS = click.IntRange(1, 36_500)


@click.command("try")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--days", type=_DAYS, default=30, show_default=True, help="How far back to look.")
@click.option("--rule", "rule_id", metavar="RULE", help="Only this rule of the file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per rule and line.")
@click.pass_obj
def try_command(context: Context, file: Path, *, days: int, rule_id: str | None, as_json: bool) -> int:
    """Run the rules of FILE over the archive and show what they would have found.

    FILE is one of rules/ or a draft anywhere, which may use the watchlist. Nothing is stored or sent. The first
    stories are printed as they are found, the newest first; then, per rule: stories, counts per day, sources, how
    many were above a threshold or judged already, and which other rules found them too. Exit code 2: FILE has errors.
    """
    from monitor.pipeline.loading import loading

    with loading():
        from monitor.cli.progress import Bar
        from monitor.pipeline.backtest import try_rules
        from monitor.pipeline.ruletools import open_archive, trial_book
        from monitor.workspace.layout import Workspace
        from monitor.workspace.rulefiles import name_of

        book, unreadable = load_book(context.root, beside=(file,), is_part=True)
    has_errors = warn_of_errors(context, (*book.problems, *unreadable))
    tried = trial_book(book, {name_of(file, context.root)}, rule_id)
    with open_archive(Workspace(context.root), datetime.now(UTC), days) as archived:
        bar = Bar(is_quiet=context.is_quiet)
        shown = _FirstHits(context, bar, is_silent=as_json)
        trial = try_rules(archived, tried, bar, shown.show)
    if as_json:
        for tally in trial.tallies:
            context.echo_json(_tally_record(tally, trial))
    else:
        _print_trial(context, trial)
    return 2 if has_errors else 0


class _FirstHits:
    """Prints the first stories of every rule while the search goes on."""

    def __init__(self, context: Context, bar: Bar, *, is_silent: bool) -> None:
        self._context = context
        self._bar = bar
        self._is_silent = is_silent
        self._shown: dict[str, int] = {}

    def show(self, hit: Hit) -> None:
        count = self._shown.get(hit.match.id, 0)
        self._shown[hit.match.id] = count + 1
        if count < FIRST_HITS and not self._is_silent:
            with self._bar.lifted():
                self._context.echo(_hit_line(hit))
                for line in _marked_lines(hit):
                    self._context.echo(f"    {line}")


def _hit_line(hit: Hit) -> str:
    item = hit.item
    return f"{item.first_seen_at:%Y-%m-%d} {hit.match.rule} · {item.outlet}: {item.title or item.text[:80]} ({item.id})"


def _marked_lines(hit: Hit) -> list[str]:
    from monitor.rules.marks import marked_passages

    return marked_passages(hit.item.title, hit.item.text, hit.match.evidence)


def _print_trial(context: Context, trial: Trial) -> None:
    from monitor.pipeline.backtest import MAX_SOURCES, chart

    for tally in trial.tallies:
        count = len(tally.stories)
        days = max((trial.until - trial.since).days, 1)
        context.echo(f"\n{tally.rule}: {counted(count, 'story', 'stories')}, {counted(tally.items, 'item', 'items')}")
        if not count:
            context.echo(f"  nothing in {days} days: is a clause too narrow? try one of its examples with: monitor why")
            continue
        rate = f"{count / days:.1f} a day" if count >= days else f"{count} in {counted(days, 'day', 'days')}"
        context.echo(f"  per day   {chart(tally.days, trial.since.date(), trial.until.date())}  {rate}")
        sources = ", ".join(f"{name} {number}" for name, number in tally.sources.most_common(MAX_SOURCES))
        context.echo(f"  sources   {sources}")
        judged = f"judged relevant {tally.judged_relevant}, judged noise {tally.judged_noise}"
        context.echo(f"  topics    {tally.above_threshold} of {count} were above a threshold; {judged}")
        overlaps = ", ".join(f"{name} {number}" for name, number in tally.overlaps.most_common(MAX_SOURCES))
        context.echo(f"  overlaps  {overlaps or 'no other rule found any of them'}")
    context.note(f"{trial.items} items since {trial.since:%Y-%m-%d}")


def _tally_record(tally: Tally, trial: Trial) -> dict[str, object]:
    from monitor.cli.shapes import evidence_line

    return {
        "rule": tally.rule,
        "since": trial.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "searched": trial.items,
        "stories": len(tally.stories),
        "items": tally.items,
        "days": {day.isoformat(): number for day, number in sorted(tally.days.items())},
        "sources": dict(tally.sources.most_common()),
        "above_threshold": tally.above_threshold,
        "judged_relevant": tally.judged_relevant,
        "judged_noise": tally.judged_noise,
        "overlaps": dict(tally.overlaps.most_common()),
        "examples": [
            {
                "id": hit.item.id,
                "source": hit.item.outlet,
                "title": hit.item.title,
                "evidence": [evidence_line(one) for one in hit.match.evidence],
            }
            for hit in tally.examples
        ],
    }


@click.command("diff")
@click.argument("old")
@click.argument("new", required=False)
@click.option("--days", type=_DAYS, default=30, show_default=True, help="How far back to look.")
@click.option("--markdown", is_flag=True, help="One document for a review, written at the end.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per rule and line.")
@click.pass_obj
def diff_command(context: Context, old: str, new: str | None, *, days: int, markdown: bool, as_json: bool) -> int:
    """Show which stories the rules win and lose from OLD to NEW, rule by rule and cause by cause.

    OLD and NEW are git revisions of the workspace, folders, or rule files (each in place of the one of its name);
    without NEW, the workspace as it is. What was changed comes first; then the stories won and lost as they are found,
    the newest first, with the name or clause that did it; then the counts of every rule. Exit code 1: a story that
    analysts judged relevant is found by no rule any more; 2: a version has errors.
    """
    from monitor.pipeline.loading import loading

    with loading():
        from monitor.cli import diff_page
        from monitor.cli.progress import Bar
        from monitor.pipeline.rulediff import diff_rules
        from monitor.pipeline.ruletools import open_archive
        from monitor.rules.diff import Pair
        from monitor.workspace.layout import Workspace

        (before, unreadable), (after, more) = load_versions(context.root, old, new)
        pair = Pair(before, after)
    has_errors = warn_of_errors(context, (*after.problems, *more, *unreadable))
    title = f"Rules from {old} to {new or 'the workspace'}, last {days} days"
    is_told = not (as_json or markdown)
    if is_told:
        context.echo("\n".join(diff_page.head_lines(title, pair.changes)))
    bar = Bar(is_quiet=context.is_quiet)

    def tell(side: Side, story: ChangedStory) -> None:
        with bar.lifted():
            context.echo(diff_page.told_line(side, story))

    with open_archive(Workspace(context.root), datetime.now(UTC), days) as archived:
        found = diff_rules(archived, pair, bar, tell if is_told else None)
    if as_json:
        for record in diff_page.diff_records(found):
            context.echo_json(record)
    elif markdown:
        context.echo(diff_page.markdown_of(found, title))
    else:
        for line in diff_page.summary_lines(found):
            context.echo(line)
        if not found.changes.is_empty:
            context.note(f"{counted(found.items, 'item')} since {archived.since:%Y-%m-%d}")
    if found.lost_relevant:
        context.warn(f"{counted(len(found.lost_relevant), 'story', 'stories')} judged relevant would be lost")
    return 2 if has_errors else int(bool(found.lost_relevant))
