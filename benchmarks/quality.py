"""How well the classifiers of this checkout find what is relevant: ``python -m benchmarks.quality GOLD.jsonl …``.

GOLD: JSON lines ``{"id", "title", "summary", "labels": {topic: 0 or 1}, "conf"?: "h" or "l"}``; never trained on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import time
from dataclasses import replace
from pathlib import Path

from monitor.classifiers.definition import TopicDefinition, parse_definition
from monitor.classifiers.evaluate import Evaluation, evaluate
from monitor.classifiers.passages import Judgement, Passage, read_contrast, read_judgements
from monitor.classifiers.seeds import labelled_passages, read_labels
from monitor.classifiers.train import Model, train
from monitor.classifiers.watched import watched_names
from monitor.records import Problem

CHECKOUT = Path(__file__).resolve().parent.parent


def fit(root: Path) -> Model:
    """Return the model of the content folders under ``root``; problems of their files stop it."""
    return train(*read_training(root))


def read_training(root: Path) -> tuple[tuple[TopicDefinition, ...], tuple[Passage, ...], tuple[Judgement, ...]]:
    """Return everything a model is fitted from; problems of the files stop it."""
    problems: list[Problem] = []
    definitions: list[TopicDefinition] = []
    watched = watched_names(path.read_text(encoding="utf-8") for path in sorted((root / "rules").glob("*.toml")))
    for path in sorted((root / "classifiers").glob("*.toml")):
        definition, found = parse_definition(path.read_text(encoding="utf-8"), path.name, watched)
        problems.extend(found)
        definitions.extend([definition] if definition else [])
    articles, found = read_labels((root / "seeds" / "labels.toml").read_text(encoding="utf-8"), "labels.toml")
    problems.extend(found)
    texts = {path.name: path.read_text(encoding="utf-8") for path in (root / "seeds").glob("*.txt")}
    contrast, found = read_contrast(
        (root / "classifiers" / "contrast.jsonl").read_text(encoding="utf-8"), "contrast.jsonl"
    )
    problems.extend(found)
    judgements: list[Judgement] = []
    for path in sorted((root / "classifiers" / "feedback").glob("*.jsonl")):
        read, found = read_judgements(path.read_text(encoding="utf-8"), path.name)
        judgements.extend(read)
        problems.extend(found)
    assert not problems, "\n".join(map(str, problems))
    return tuple(definitions), (*labelled_passages(articles, texts), *contrast), tuple(judgements)


def read_pairs(gold: Path) -> list[tuple[str, str]]:
    """Return title and text of each item of a labelled file."""
    items = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(item.get("title", ""), item.get("text", item.get("summary", ""))) for item in items]


def measure(model: Model, gold: Path) -> dict[str, tuple[Evaluation, Evaluation]]:
    """Return per topic the figures over all items of a labelled file, and over those whose label is sure."""
    items = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    scores = model.score(read_pairs(gold))
    sure = [number for number, item in enumerate(items) if item.get("conf", "h") == "h"]
    figures = {}
    for column, topic in enumerate(model.topics):
        labels = [bool(item["labels"][topic.id]) for item in items]
        values = [score[column].score for score in scores]
        figures[topic.id] = (
            evaluate(labels, values, topic.threshold),
            evaluate([labels[n] for n in sure], [values[n] for n in sure], topic.threshold),
        )
    return figures


def ablate(root: Path, files: list[Path]) -> None:
    """Print average precision per topic and file as one source of knowledge after the other is added."""
    definitions, passages, judgements = read_training(root)
    bare = tuple(replace(definition, lists=(), clues=()) for definition in definitions)
    listed = tuple(replace(definition, clues=()) for definition in definitions)
    seeds = tuple(passage for passage in passages if passage.origin.startswith("seed:"))
    names = [f"{path.stem[:12]}/{definition.id[:4]}" for path in files for definition in definitions]
    print("\naverage precision    " + "".join(f"{name:>20}" for name in names))
    for name, own, texts in (
        ("seeds only", bare, seeds),
        ("+ contrast", bare, passages),
        ("+ lexicon", listed, passages),
        ("+ clues", definitions, passages),
    ):
        model = train(own, texts, judgements)
        found = [figures[0].average_precision for path in files for figures in measure(model, path).values()]
        print(f"{name:21}" + "".join(f"{value:20.3f}" for value in found))


def main() -> None:
    """Fit, then print one table per labelled file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--ablation", action="store_true", help="also show what each source of knowledge brings")
    parser.add_argument("--background", type=Path, help="unlabelled items (.jsonl.gz): how many would be tagged")
    asked = parser.parse_args()
    files: list[Path] = asked.gold
    started = time.perf_counter()
    model = fit(CHECKOUT)
    print(f"fitted in {time.perf_counter() - started:.1f} s, model {model.fingerprint[:12]}")
    columns = "n yes AP AP(sure) F1 P R at best-F1 at P@R.8 R@P.9 Brier ECE"
    for path in files:
        print(f"\n{path.name}\n{'topic':22}" + "".join(f"{name:>9}" for name in columns.split()))
        for topic, (all_items, sure) in measure(model, path).items():
            print(f"{topic:22}{all_items.n_items:9}{all_items.n_positive:9}" + _row(all_items, sure))
    if asked.background:
        load(model, files[0], asked.background)
    if asked.ablation:
        ablate(CHECKOUT, files)
    pairs = [pair for path in files for pair in read_pairs(path)]
    for length in (300, 2_000):
        time_scoring(model, pairs, length)


def load(model: Model, gold: Path, background: Path) -> None:
    """Print how many of 1,000 unlabelled items are tagged, at the shipped threshold and where recall on GOLD is 0.8."""
    lines = gzip.decompress(background.read_bytes()).decode("utf-8").splitlines()
    ordinary = [json.loads(line) for line in lines]
    scores = model.score([(item["title"], item["summary"]) for item in ordinary])
    items = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    known = model.score(read_pairs(gold))
    print(f"\ntagged of 1,000 items of {background.name}")
    for column, topic in enumerate(model.topics):
        own = sorted((s[column].score for s, item in zip(known, items, strict=True) if item["labels"][topic.id]))
        at_recall = own[len(own) - math.ceil(0.8 * len(own))]
        counts = [
            sum(s[column].score >= at for s in scores) * 1_000 / len(scores) for at in (topic.threshold, at_recall)
        ]
        print(f"{topic.id:22}{counts[0]:7.2f} at {topic.threshold:.2f}{counts[1]:9.2f} at recall 0.8 ({at_recall:.2f})")


def time_scoring(model: Model, pairs: list[tuple[str, str]], length: int) -> None:
    """Print how many items of ``length`` characters, made of the given ones, are scored in a second of one core."""
    text = " ".join(f"{title} {body}" for title, body in pairs)
    made = [
        (pair[0][:80], text[n * 211 % len(text) :][: length - len(pair[0][:80])]) for n, pair in enumerate(pairs * 8)
    ]
    model.score(made[:500])
    started = time.process_time()
    model.score(made)
    print(f"{len(made) / (time.process_time() - started):,.0f} items of {length:,} characters a second on one core")


def _row(all_items: Evaluation, sure: Evaluation) -> str:
    values = (
        all_items.average_precision, sure.average_precision, all_items.f1, all_items.precision, all_items.recall,
        all_items.threshold, all_items.best_f1, all_items.best_threshold, all_items.precision_at_recall_80,
        all_items.recall_at_precision_90, all_items.brier, all_items.calibration_error,
    )  # fmt: skip
    return "".join(f"{value:9.3f}" for value in values)


if __name__ == "__main__":
    main()
