"""``monitor label``: say whether items are relevant; the classifiers learn from it."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from monitor.cli.context import Context
from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.classifiers.feedback import Question
    from monitor.classifiers.passages import Judgement
    from monitor.pipeline.desk import Desk
    from monitor.pipeline.label import Change, Labelling

_KEYS = "y yes · n no · s skip · u undo · q quit"
_TEXT_SHOWN = 600
_CROSSED_SHOWN = 5


@click.command()
@click.argument("item", required=False)
@click.argument("topic", required=False)
@click.argument("answer", required=False, type=click.Choice(["yes", "no"]))
@click.option("--why", default="", help="The reason, for colleagues.")
@click.option("--next", "is_next", is_flag=True, help="Ask about the most useful items, one key each.")
@click.option("--count", type=click.IntRange(1), default=20, show_default=True, help="With --next: items per topic.")
@click.option("--topic", "only", help="With --next: ask about this topic only.")
@click.option("--undo", "is_undo", is_flag=True, help="Take your last judgement back.")
@click.option("--conflicts", "is_conflicts", is_flag=True, help="List where analysts contradict each other.")
@click.option("--analyst", help="Who judges; config.toml's `me` if absent.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per judgement.")
@click.pass_obj
def label(  # noqa: PLR0913 # one parameter per argument, as click gives them
    context: Context,
    *,
    item: str | None,
    topic: str | None,
    answer: str | None,
    why: str,
    is_next: bool,
    count: int,
    only: str | None,
    is_undo: bool,
    is_conflicts: bool,
    analyst: str | None,
    as_json: bool,
) -> int:
    """Say whether items are relevant; the classifiers learn from it.

    ITEM TOPIC yes|no judges one item and shows what that changes; ITEM is an id, the beginning of one, or the item's
    link. Judgements are appended to classifiers/feedback/ANALYST.jsonl, and the classifiers learn from them.
    """
    from monitor.pipeline.desk import open_desk
    from monitor.pipeline.label import Labelling
    from monitor.pipeline.progress import utc_now
    from monitor.workspace.layout import Workspace

    asked = sum((is_next, is_undo, is_conflicts, answer is not None))
    if asked != 1 or (item is not None and answer is None):
        raise InputError("say what to do, one thing", "monitor label ITEM TOPIC yes|no, or --next, --undo, --conflicts")
    now = utc_now()
    desk = open_desk(Workspace(context.root), now, is_keeping=False)
    try:
        for problem in desk.problems:
            if problem.where.path.startswith("classifiers/feedback/"):
                context.warn(str(problem))
        work = Labelling(desk, analyst or desk.config.me)
        if is_conflicts:
            return _print_conflicts(context, work, as_json=as_json)
        if is_undo:
            _print_change(context, work.undo(), as_json=as_json, is_undo=True)
        elif is_next:
            _ask(context, desk, work, (only,) if only else work.topics, count)
        else:
            _judge_one(context, work, (str(item), str(topic), answer == "yes", why), now, as_json=as_json)
    finally:
        desk.database.close()
    return 0


def _judge_one(
    context: Context, work: Labelling, said: tuple[str, str, bool, str], now: datetime, *, as_json: bool
) -> None:
    from monitor.cli.stored import one_item

    name, topic, is_relevant, why = said
    work.threshold(topic)
    found = one_item(context.root, name).item
    _print_change(context, work.judge(found, topic, is_relevant=is_relevant, why=why, now=now), as_json=as_json)


def _print_change(context: Context, change: Change, *, as_json: bool, is_undo: bool = False) -> None:
    said = change.judgement
    if as_json:
        context.echo_json(
            {
                "item": said.item,
                "topic": said.topic,
                "label": None if is_undo else said.label,
                "analyst": said.analyst,
                "before": change.before,
                "after": change.after,
                "threshold": change.threshold,
                "rose": change.rose,
                "fell": change.fell,
                "crossed": [{"item": one.item, "before": one.before, "after": one.after} for one in change.crossed],
                "contradicts": [
                    {"analyst": one.analyst, "at": one.at, "label": one.label} for one in change.contradicts
                ],
            }
        )
        return
    did = "taken back: " if is_undo else ""
    context.echo(f"{did}{said.item} {said.topic} {_yes_no(said)} ({said.analyst})")
    context.echo(f"  score {change.before:.2f} → {change.after:.2f}, threshold {change.threshold:.2f}")
    crossed = f"{change.rose} rise above the threshold, {change.fell} fall below it"
    context.echo(f"  of {change.looked_at} open items {crossed}; the next round scores them again")
    for one in change.crossed[:_CROSSED_SHOWN]:
        for line in one.lines():
            context.echo(f"    {line}")
    if len(change.crossed) > _CROSSED_SHOWN:
        context.echo(f"    and {len(change.crossed) - _CROSSED_SHOWN} more")
    for said_before in change.contradicts:
        context.echo(f"  contradicts {_spoken(said_before)}")


def _print_conflicts(context: Context, work: Labelling, *, as_json: bool) -> int:
    from monitor.classifiers.feedback import contradictions

    found = contradictions(work.judgements)
    for one in found:
        if as_json:
            sides = [
                {"analyst": j.analyst, "at": j.at, "label": j.label, "item": j.item} for j in (one.first, one.second)
            ]
            context.echo_json({"item": one.second.item, "topic": one.second.topic, "judgements": sides})
        else:
            context.echo(f"{one.second.item} {one.second.topic}: {one.second.title}")
            context.echo(f"  {_spoken(one.first)}")
            context.echo(f"  {_spoken(one.second)}")
    context.note(f"{len(found)} contradictions in {len(work.judgements)} judgements")
    return 1 if found else 0


def _ask(context: Context, desk: Desk, work: Labelling, topics: tuple[str, ...], count: int) -> None:
    from monitor.pipeline.progress import utc_now
    from monitor.store import items as item_rows

    given = 0
    for topic in topics:
        questions = work.questions(topic, count, seed=len(work.judgements))
        if not questions:
            context.note(f"{topic}: nothing to ask about; assess some items first with: monitor once")
        number = 0
        while number < len(questions):
            question = questions[number]
            with desk.database.read() as connection:
                item = item_rows.get(connection, question.item)
            if item is None:
                number += 1
                continue
            _print_question(
                context, topic, question, (item.title, item.text, item.outlet), (number + 1, len(questions))
            )
            match _key():
                case "y" | "n" as key:
                    change = work.judge(item, topic, is_relevant=key == "y", why="", now=utc_now())
                    _print_change(context, change, as_json=False)
                    given += 1
                    number += 1
                case "s":
                    number += 1
                case "u" if given:
                    _print_change(context, work.undo(), as_json=False, is_undo=True)
                    given -= 1
                    number = max(number - 1, 0)
                case "u":
                    context.echo("  nothing to undo yet")
                case "q" | "":
                    context.note(f"{given} judgements given")
                    return
                case _:
                    context.echo(f"  {_KEYS}")
    context.note(f"{given} judgements given")


def _print_question(
    context: Context, topic: str, question: Question, shown: tuple[str, str, str], place: tuple[int, int]
) -> None:
    title, text, outlet = shown
    context.echo(f"\n[{place[0]}/{place[1]}] {topic}? score {question.score:.2f} ({question.asked.value}) · {outlet}")
    context.echo(f"  {title}")
    if text:
        context.echo(f"  {text[:_TEXT_SHOWN]}")
    context.echo(f"  {_KEYS}")


def _key() -> str:
    """Return the key pressed, in lower case; "" when the input has ended."""
    if sys.stdin.isatty():
        return click.getchar().lower()
    # Keys that come through a pipe: one character each, line ends between them are not keys.
    key = sys.stdin.read(1)
    while key in {"\n", "\r", " "}:
        key = sys.stdin.read(1)
    return key.lower()


def _yes_no(judgement: Judgement) -> str:
    return "yes" if judgement.label else "no"


def _spoken(judgement: Judgement) -> str:
    why = f": {judgement.why}" if judgement.why else ""
    return f"{judgement.analyst}, {judgement.at}: {_yes_no(judgement)}{why}"
