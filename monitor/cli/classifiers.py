"""``monitor classifiers``: fit the model and score items with it."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.context import Context

_BATCH = 1000


@click.group()
def classifiers() -> None:
    """Train the topic classifier and score items with it."""


@classifiers.command()
@click.pass_obj
def train(context: Context) -> int:
    """Fit the model from seeds/ and classifiers/ and cache it; a round does this by itself when needed."""
    from monitor.pipeline.desk import load_topics
    from monitor.workspace.layout import Workspace

    topics = load_topics(Workspace(context.root))
    topics.model()
    learned_from = f"{len(topics.passages)} passages, {len(topics.judgements)} judgements"
    context.echo(f"model {topics.fingerprint[:12]}: {learned_from}")
    for definition in topics.definitions:
        positive = sum(definition.id in passage.topics for passage in topics.passages)
        context.echo(f"  {definition.id}: {positive} passages speak to it, threshold {definition.threshold:.2f}")
    return 0


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
    from monitor.workspace.layout import Workspace

    items = read_items(file)
    model = load_topics(Workspace(context.root)).model()
    for start in range(0, len(items), _BATCH):
        batch = items[start : start + _BATCH]
        for item, scores in zip(batch, model.score([(one.title, one.text) for one in batch]), strict=True):
            context.echo_json(
                {
                    "id": item.id,
                    "scores": {one.topic: round(one.score, 6) for one in scores},
                    "topics": [one.topic for one in scores if one.is_relevant],
                }
            )
    return 0
