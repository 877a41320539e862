"""``monitor classifiers``: fit the model and score items with it."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.context import Context

if TYPE_CHECKING:
    from monitor.pipeline.topics import Topics
    from monitor.records import TopicScore
    from monitor.store.engine import Database

_BATCH = 1000


@click.group()
def classifiers() -> None:
    """Train the topic classifier and score items with it."""


@classifiers.command()
@click.pass_obj
def train(context: Context) -> int:
    """Fit the model from seeds/ and classifiers/ and cache it; a round does this by itself when needed.

    Lists the open items (those no digest has closed) that the next round will move across a threshold.
    """
    from monitor.pipeline.background import renew_background
    from monitor.pipeline.desk import load_topics
    from monitor.pipeline.opening import open_if_there
    from monitor.workspace.layout import Workspace

    workspace = Workspace(context.root)
    # No database is made here: what has not been polled has no open items.
    database = open_if_there(workspace)
    try:
        if database is not None:
            renew_background(database, workspace.models)
        topics = load_topics(workspace)
        topics.model()
        _print_model(context, topics)
        if database is not None:
            _print_crossings(context, topics, database)
    finally:
        if database is not None:
            database.close()
    return 0


def _print_model(context: Context, topics: Topics) -> None:
    learned_from = f"{len(topics.passages)} passages, {len(topics.judgements)} judgements"
    if topics.background.items:
        learned_from += f", {len(topics.background.items)} background items of your archive"
    context.echo(f"model {topics.fingerprint[:12]}: {learned_from}")
    for definition in topics.definitions:
        positive = sum(definition.id in passage.topics for passage in topics.passages)
        context.echo(f"  {definition.id}: {positive} passages speak to it, threshold {definition.threshold:.2f}")


def _print_crossings(context: Context, topics: Topics, database: Database) -> None:
    from monitor.pipeline.crossed import open_crossings
    from monitor.pipeline.label import OPEN_LOOKED_AT

    looked_at, crossed, learned = open_crossings(database, topics, OPEN_LOOKED_AT)
    if learned:
        context.echo(f"since the open items were scored: {learned}")
    if not looked_at:
        return
    rose = sum(one.has_risen for one in crossed)
    counts = f"{rose} will rise above a threshold, {len(crossed) - rose} will fall below"
    context.echo(f"of the newest {looked_at} open items {counts} with the next round")
    for one in crossed:
        for line in one.lines():
            context.echo(f"  {line}")


@classifiers.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Accepted for uniformity: the output is always JSON lines.")
@click.pass_obj
def score(context: Context, file: Path, *, as_json: bool) -> int:  # noqa: ARG001 # the output has one form
    """Score items given as JSON lines, {"id", "title", "text", …}; FILE may be - for stdin.

    Prints {"id", "scores", "topics"} per item, in the same order.
    """
    from monitor.cli.jsonitems import read_items
    from monitor.pipeline.desk import load_topics
    from monitor.pipeline.loading import loading
    from monitor.workspace.layout import Workspace

    with loading():
        items = read_items(file)
        model = load_topics(Workspace(context.root)).model()
    for start in range(0, len(items), _BATCH):
        batch = items[start : start + _BATCH]
        records = [
            {
                "id": item.id,
                "scores": {one.topic: round(one.score, 6) for one in scores},
                "topics": [one.topic for one in scores if one.is_relevant],
            }
            for item, scores in zip(batch, model.score([(one.title, one.text) for one in batch], inf), strict=True)
        ]
        # One write for many lines: a thousand flushes take as long as scoring.
        context.echo("\n".join(json.dumps(record, ensure_ascii=False) for record in records))
    return 0


@classifiers.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per topic.")
@click.pass_obj
def evaluate(context: Context, *, as_json: bool) -> int:
    """Cross-validate the topics on everything they learn from, and compare with their floors.

    By story: reports of one event, paragraphs of one article and judgements on one item are never parted. Then each
    seed article is left out in turn. Exit code 1 if a topic's average precision is below the `floor` of its definition.
    """
    from monitor.cli.classifier_pages import quality_lines, quality_record
    from monitor.pipeline.desk import load_topics
    from monitor.pipeline.quality import evaluate_topics
    from monitor.workspace.layout import Workspace

    found = evaluate_topics(load_topics(Workspace(context.root)))
    for one in found:
        if as_json:
            context.echo_json(quality_record(one))
        else:
            for line in quality_lines(one):
                context.echo(line)
    return 1 if any(one.is_below for one in found) else 0


@classifiers.command()
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="Count alerts over this time.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per topic.")
@click.pass_obj
def thresholds(context: Context, *, days: int, as_json: bool) -> int:
    """Show precision, recall and alerts per day against the threshold, from your own judgements.

    Judged items are scored by models that had not seen their judgement; intervals are 95 %. A topic with fewer than
    20 judgements gets no rates. Precision and recall are those of the judged items: what `label --next` put before
    you, not a random draw of the news. Also says which threshold would have kept the topic's alert budget, and from
    20 judgements of each kind on which one suits them best.
    """
    from monitor.cli.classifier_pages import threshold_lines, threshold_record
    from monitor.pipeline.desk import open_desk
    from monitor.pipeline.progress import utc_now
    from monitor.pipeline.quality import threshold_tables
    from monitor.workspace.layout import Workspace

    now = utc_now()
    desk = open_desk(Workspace(context.root), now, is_keeping=False)
    try:
        tables = threshold_tables(desk, now, days)
    finally:
        desk.database.close()
    for table in tables:
        if as_json:
            context.echo_json(threshold_record(table))
        else:
            for line in threshold_lines(table):
                context.echo(line)
    return 0


@classifiers.command()
@click.argument("what")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per item and topic.")
@click.pass_obj
def explain(context: Context, what: str, *, as_json: bool) -> int:
    """Show what speaks for and against, in the item's own words.

    WHAT is a file of items as JSON lines (- for stdin), or a stored item: its id, the beginning of one, or its link.
    The model as the files stand now is used, whatever the last round did.
    """
    from monitor.cli.jsonitems import read_items
    from monitor.cli.stored import one_item
    from monitor.pipeline.desk import load_topics
    from monitor.workspace.layout import Workspace

    if what == "-" or Path(what).is_file():
        texts = [(str(one.id), one.title, one.text) for one in read_items(Path(what))]
    else:
        item = one_item(context.root, what).item
        texts = [(item.id, item.title, item.text)]
    model = load_topics(Workspace(context.root)).model()
    for (name, title, _), scores in zip(texts, model.score([(title, text) for _, title, text in texts]), strict=True):
        if not as_json:
            context.echo(f"{name}  {title}")
        for score in scores:
            if as_json:
                context.echo_json(_explained(name, score))
            else:
                _print_explained(context, score)
    return 0


def _explained(name: str, score: TopicScore) -> dict[str, object]:
    parts: list[dict[str, object]] = []
    for one in score.contributions:
        part: dict[str, object] = {"feature": one.feature, "weight": one.weight}
        if one.evidence is not None:
            part["field"], part["quote"] = one.evidence.field.value, one.evidence.quote
            part["start"], part["end"] = one.evidence.start, one.evidence.end
        parts.append(part)
    return {
        "id": name,
        "topic": score.topic,
        "score": score.score,
        "threshold": score.threshold,
        "is_relevant": score.is_relevant,
        "model": score.fingerprint,
        "contributions": parts,
    }


def _print_explained(context: Context, score: TopicScore) -> None:
    context.echo(f"  {score.topic} {score.score:.2f} (from {score.threshold:.2f})")
    for one in score.contributions:
        words = f": {one.evidence.quote}" if one.evidence else ""
        context.echo(f"    {one.weight:+6.2f}  {one.feature}{words}")
