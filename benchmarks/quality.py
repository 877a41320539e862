"""How well the classifiers of this checkout find what is relevant: ``python -m benchmarks.quality GOLD.jsonl …``.

GOLD: JSON lines ``{"id", "title", "summary", "labels": {topic: 0 or 1}, "conf"?: "h" or "l"}``; never trained on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor.classifiers.definition import TopicDefinition
from monitor.classifiers.definition_file import parse_definition
from monitor.classifiers.evaluate import Evaluation, evaluate
from monitor.classifiers.passages import Judgement, Passage, read_contrast, read_judgements
from monitor.classifiers.seeds import labelled_passages, read_labels
from monitor.classifiers.train import Model, train
from monitor.classifiers.watched import watched_names
from monitor.records import Problem

CHECKOUT = Path(__file__).resolve().parent.parent
BANDS = 5
FEEDBACK_SPLITS = 6
FEEDBACK = 50
"""Judgements of the last row of the ablation."""

Training = tuple[tuple[TopicDefinition, ...], tuple[Passage, ...], tuple[Judgement, ...]]


def fit(root: Path) -> Model:
    """Return the model of the content folders under ``root``; problems of their files stop it."""
    return train(*read_training(root))


def read_training(root: Path) -> Training:
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


@dataclass(frozen=True, slots=True)
class Start:
    """What is known of a topic beside the seed articles and the definition's own sentences.

    ``others``: without passages of its own, those are learned that are not relevant to it.
    """

    passages: bool = True
    lists: bool = True
    clues: bool = True
    others: bool = False

    def of(
        self,
        definitions: tuple[TopicDefinition, ...],
        passages: tuple[Passage, ...],
        judgements: tuple[Judgement, ...],
        topic: str = "",
    ) -> Training:
        """Return what a model that knows so much of a topic is fitted from."""
        own = tuple(
            replace(one, lists=one.lists if self.lists else (), clues=one.clues if self.clues else ())
            for one in definitions
        )
        texts = tuple(
            one
            for one in passages
            if self.passages or one.origin.startswith("seed:") or (self.others and topic not in one.topics)
        )
        return own, texts, judgements


@dataclass(frozen=True, slots=True)
class Load:
    """How many of 1,000 unlabelled items are tagged: at the shipped threshold, and at the score of recall 0.8."""

    at_threshold: float
    at_recall_80: float
    score_at_recall_80: float


def read_items(gold: Path, lang: str | None = None) -> list[dict[str, Any]]:
    """Return the items of a labelled file, of one language if ``lang`` names it."""
    items = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [item for item in items if lang is None or item.get("lang", "en") == lang]


def pairs_of(items: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return title and text of each item."""
    return [(item.get("title", ""), item.get("text", item.get("summary", ""))) for item in items]


def read_pairs(gold: Path) -> list[tuple[str, str]]:
    """Return title and text of each item of a labelled file."""
    return pairs_of(read_items(gold))


def measure(model: Model, gold: Path, lang: str | None = None) -> dict[str, tuple[Evaluation, Evaluation]]:
    """Return per topic the figures over all items of a labelled file, and over those whose label is sure.

    ``lang``: only the items of that language.
    """
    items = read_items(gold, lang)
    scores = model.score(pairs_of(items))
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
    """Print average precision per topic and file as one source of knowledge after the other is added.

    ``+ feedback``: after 50 judgements chosen as an analyst would be asked, on two thirds of the stories of a file that
    names stories; measured on the other third, the row above it on the same third (benchmarks.learning).
    """
    from benchmarks.learning import Curve

    definitions, *_ = read_training(root)
    names = [f"{path.stem[:12]}/{definition.id[:4]}" for path in files for definition in definitions]
    print("\naverage precision    " + "".join(f"{name:>20}" for name in names))
    for name, start in (
        ("seeds only", Start(passages=False, lists=False, clues=False)),
        ("+ contrast", Start(lists=False, clues=False)),
        ("+ lexicon", Start(clues=False)),
        ("+ clues", Start()),
    ):
        model = train(*start.of(*read_training(root)))
        found = [figures[0].average_precision for path in files for figures in measure(model, path).values()]
        print(f"{name:21}" + "".join(f"{value:20.3f}" for value in found))
    curves = [Curve(files[0], number) for number in range(len(definitions))]
    runs = [[curve.run(split, is_chosen=True, last=FEEDBACK) for split in range(FEEDBACK_SPLITS)] for curve in curves]
    for name, step in (("the same, one third", 0), (f"+ feedback, {FEEDBACK}", -1)):
        means = [sum(run[step] for run in own) / len(own) for own in runs]
        print(f"{name:21}" + "".join(f"{value:20.3f}" for value in means))


def main() -> None:
    """Fit, then print one table per labelled file, a row per topic and, where there are several, per language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--ablation", action="store_true", help="also show what each source of knowledge brings")
    parser.add_argument("--background", type=Path, help="unlabelled items (.jsonl.gz): how many would be tagged")
    asked = parser.parse_args()
    files: list[Path] = asked.gold
    started = time.process_time()
    model = fit(CHECKOUT)
    print(f"fitted in {time.process_time() - started:.1f} s of processor time, model {model.fingerprint[:12]}")
    for path in files:
        print_figures(model, path)
    if asked.background:
        print(f"\ntagged of 1,000 items of {asked.background.name}")
        for topic, load in alert_load(model, files[0], asked.background).items():
            at = f"at recall 0.8 ({load.score_at_recall_80:.2f})"
            print(f"{topic:22}{load.at_threshold:7.2f} at the threshold{load.at_recall_80:9.2f} {at}")
    print_reliability(model, files[0])
    time_training()
    if asked.ablation:
        ablate(CHECKOUT, files)
    pairs = [pair for path in files for pair in read_pairs(path)]
    for length in (300, 2_000):
        time_scoring(model, pairs, length)


def print_figures(model: Model, gold: Path) -> None:
    """Print the figures of one labelled file, and below them those of each of its languages."""
    columns = "n yes AP AP(sure) F1 P R at best-F1 at P@R.8 R@P.9 Brier ECE"
    print(f"\n{gold.name}\n{'topic':25}" + "".join(f"{name:>9}" for name in columns.split()))
    langs = sorted({item.get("lang", "en") for item in read_items(gold)})
    for lang in (None, *(langs if len(langs) > 1 else ())):
        for topic, (all_items, sure) in measure(model, gold, lang).items():
            name = topic if lang is None else f"{lang} {topic}"
            print(f"{name:25}{all_items.n_items:9}{all_items.n_positive:9}" + _row(all_items, sure))


def print_reliability(model: Model, gold: Path) -> None:
    """Print, for scores in five bands, how many items there are and what share of them is relevant."""
    items = read_items(gold)
    scores = model.score(pairs_of(items))
    print(f"\nshare relevant of the items of {gold.name} by score")
    for column, topic in enumerate(model.topics):
        bands = []
        for band in range(BANDS):
            own = [
                (score[column].score, item["labels"][topic.id])
                for score, item in zip(scores, items, strict=True)
                if min(int(score[column].score * BANDS), BANDS - 1) == band
            ]
            said, true = (sum(one[place] for one in own) / max(len(own), 1) for place in (0, 1))
            bands.append(f"{said:.2f}: {true:.2f} of {len(own):3}")
        print(f"{topic.id:22}" + "   ".join(bands))


def alert_load(model: Model, gold: Path, background: Path) -> dict[str, Load]:
    """Return per topic how many of 1,000 unlabelled items (.jsonl.gz) are tagged; GOLD says where recall is 0.8."""
    lines = gzip.decompress(background.read_bytes()).decode("utf-8").splitlines()
    ordinary = [json.loads(line) for line in lines]
    scores = model.score([(item["title"], item["summary"]) for item in ordinary])
    items = read_items(gold)
    known = model.score(pairs_of(items))
    loads = {}
    for column, topic in enumerate(model.topics):
        own = sorted((s[column].score for s, item in zip(known, items, strict=True) if item["labels"][topic.id]))
        at_recall = own[len(own) - math.ceil(0.8 * len(own))]
        counts = [
            sum(s[column].score >= at for s in scores) * 1_000 / len(scores) for at in (topic.threshold, at_recall)
        ]
        loads[topic.id] = Load(counts[0], counts[1], at_recall)
    return loads


def time_training(n_judged: int = 2_000) -> None:
    """Print how long fitting takes with judgements made of the passages, in processor time of one core."""
    definitions, passages, _ = read_training(CHECKOUT)
    topics = [definition.id for definition in definitions]
    written = [passage for passage in passages if passage.origin.startswith("contrast:")]
    judgements = tuple(
        Judgement(
            item=f"item-{number}",
            topic=topics[number % len(topics)],
            label=topics[number % len(topics)] in written[number % len(written)].topics,
            analyst="me",
            at="2026-11-21T00:00:00Z",
            title=written[number % len(written)].title,
            text=written[number % len(written)].text,
        )
        for number in range(n_judged)
    )
    started = time.process_time()
    train(definitions, passages, judgements)
    print(f"\nfitted with {n_judged:,} judgements in {time.process_time() - started:.1f} s of processor time")


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
