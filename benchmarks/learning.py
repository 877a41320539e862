"""How much judgements teach: ``python -m benchmarks.learning GOLD.jsonl``.

GOLD is the file of ``benchmarks.quality`` with a ``story`` per item. Of its stories two thirds are the queue that an
analyst judges, chosen as ``monitor label --next`` chooses or at random; the last third tests. Printed is the average
precision before, and what it gains after so many judgements, averaged over the splits; then what all labels of the
queue bring when they are learned in other ways: how much there is to learn from them at all.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.quality import CHECKOUT, Start, read_pairs, read_training
from monitor.classifiers import train as fitting
from monitor.classifiers.evaluate import evaluate
from monitor.classifiers.families import likeness
from monitor.classifiers.feedback import Candidate, choose
from monitor.classifiers.ngrams import Floats
from monitor.classifiers.reading import Reader
from monitor.classifiers.textbatch import read_batch
from monitor.classifiers.train import Fitted, Table

STEPS = (10, 20, 50, 100, 200)
STARTS = {
    "seeds": Start(passages=False, lists=False, clues=False),
    "lists": Start(passages=False, clues=False),
    "others": Start(passages=False, lists=False, clues=False, others=True),
    "others-lists": Start(passages=False, clues=False, others=True),
    "all": Start(),
}
"""What is known of the topic before the first judgement. ``others``: the passages that are not relevant to it, as for a
topic that somebody adds; ``lists``: its word lists too."""
_EVEN = 1e-9
AT_A_TIME = 10
"""Judgements between two fits: a sitting asks so many before the order of the queue is looked at again."""


class Curve:
    """One topic: everything that does not change while judgements arrive."""

    def __init__(self, gold: Path, number: int, start: Start | None = None) -> None:
        self._items = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
        training = read_training(CHECKOUT)
        self.topic, self._threshold = training[0][number].id, training[0][number].threshold
        definitions, passages, judgements = (start or Start()).of(*training, self.topic)
        examples = fitting.collect_examples(definitions, passages, judgements)
        examples = tuple(one for one in examples if self.topic in one.labels and not one.is_judged)
        reader = Reader(definitions)
        written = read_batch(reader, [(example.title, example.text) for example in examples])
        asked = read_batch(reader, read_pairs(gold))
        counts = fitting.text_counts(written)
        idf = (np.log((1 + len(examples)) / (1 + counts)) + 1).astype(np.float32)
        buckets = np.flatnonzero(counts >= fitting.FEWEST_TEXTS)
        self._names = reader.names[number]
        plain = np.ones(len(self._names))
        labels = [
            replace(examples[0], labels={self.topic: bool(item["labels"][self.topic])}, weight=1.0)
            for item in self._items
        ]
        self._taught = fitting.label_table(
            fitting.features(number, plain, written, idf, buckets), written, examples, self.topic
        )
        self.asked = fitting.label_table(
            fitting.features(number, plain, asked, idf, buckets), asked, labels, self.topic
        )
        self._kinds = fitting.kinds_of(self._names, self.asked.matrix.shape[1])
        self._likeness = likeness(read_pairs(gold))
        self._before: dict[int, Fitted] = {}
        self._asked_of: tuple[Table, Fitted] | None = None

    def tables(self, n_judged: int) -> tuple[Table, Table]:
        """Return the passages and the items of GOLD with clues as strong as after so many judgements."""
        scale = np.ones(self._taught.matrix.shape[1])
        scale[: len(self._names)] = fitting.strengths(self._names, n_judged)
        taught, asked = (
            replace(table, matrix=table.matrix.multiply(scale).tocsr()) for table in (self._taught, self.asked)
        )
        return taught, asked

    def scores(self, judged: Sequence[int]) -> Floats:
        """Return the log-odds of every item of GOLD after some of them were judged."""
        taught, asked = self.tables(len(judged))
        own = asked.rows(self._mask(judged))
        known = fitting.with_early(taught, own)
        if known is not taught:
            before = fitting.fit_passages(known)
        else:
            if len(judged) not in self._before:
                self._before[len(judged)] = fitting.fit_passages(taught)
            before = self._before[len(judged)]
        fitted = fitting.corrected(before, own, self._kinds)
        self._asked_of = asked, fitted
        return fitted.log_odds(asked) + asked.lifts

    def together(self, judged: Sequence[int], weight: float, *, with_passages: bool = True) -> Floats:
        """Return the same when judgements are fitted together with the passages, or alone."""
        taught, asked = self.tables(0)
        own = asked.rows(self._mask(judged))
        own = replace(own, weights=np.full(len(own.labels), weight))
        return fitting.fit_passages(fitting.stack(taught, own) if with_passages else own).log_odds(asked) + asked.lifts

    def _mask(self, judged: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        mask = np.zeros(len(self._items), dtype=np.bool_)
        mask[list(judged)] = True
        return mask

    def precision(self, log_odds: Floats, tested: Sequence[int]) -> float:
        """Return the average precision on the tested items."""
        scores = 1.0 / (1.0 + np.exp(-log_odds[list(tested)]))
        return evaluate(self.asked.labels[list(tested)].tolist(), scores.tolist(), 0.5).average_precision

    def split(self, number: int) -> tuple[list[int], list[int]]:
        """Return the queue, in a random order, and the tested items."""
        draw = random.Random(number)  # noqa: S311 # a split of test data, not a secret
        stories = sorted({item["story"] for item in self._items})
        tested_stories = set(draw.sample(stories, len(stories) // 3))
        tested = [n for n, item in enumerate(self._items) if item["story"] in tested_stories]
        queue = [n for n, item in enumerate(self._items) if item["story"] not in tested_stories]
        draw.shuffle(queue)
        return queue, tested

    def run(self, number: int, *, is_chosen: bool, last: int = STEPS[-1]) -> list[float]:
        """Return average precision before any judgement and after each of STEPS, up to ``last`` judgements."""
        queue, tested = self.split(number)
        judged: list[int] = []
        scores = self.scores(judged)
        found = [self.precision(scores, tested)]
        while len(judged) < min(last, len(queue)):
            if is_chosen:
                judged.extend(self._questions(queue, judged, scores))
            else:
                judged.extend([item for item in queue if item not in set(judged)][:AT_A_TIME])
            scores = self.scores(judged)
            if len(judged) in STEPS:
                found.append(self.precision(scores, tested))
        # A queue of a few less than the last step ends with all of it judged.
        steps = [step for step in STEPS if step <= last]
        return found if len(found) > len(steps) else [*found, self.precision(scores, tested)]

    def _questions(self, queue: Sequence[int], judged: Sequence[int], log_odds: Floats) -> list[int]:
        """Return what ``label --next`` would ask about next."""
        left = sorted(set(queue) - set(judged))
        shares = 1.0 / (1.0 + np.exp(-log_odds))
        assert self._asked_of is not None, "scores come before questions"
        asked, fitted = self._asked_of
        is_gram = self._kinds == len(fitting.KINDS) - 1
        parts = [asked.matrix[left] @ np.where(is_gram == of_grams, fitted.weights, 0.0) for of_grams in (False, True)]
        # A topic without lists says nothing by them, and disputes nothing.
        apart = parts[0] / max(parts[0].std(), _EVEN) - parts[1] / max(parts[1].std(), _EVEN)
        disputes = np.abs(apart - apart.mean())
        candidates = [Candidate(str(n), float(shares[n]), float(d)) for n, d in zip(left, disputes, strict=True)]
        alike = self._likeness[np.ix_(left, [*left, *judged])]
        return [int(one.item) for one in choose(candidates, alike, self._threshold, AT_A_TIME, seed=len(judged))]

    def ceilings(self, number: int) -> list[float]:
        """Return average precision without judgements, then with all of the queue, learned in five ways."""
        queue, tested = self.split(number)
        return [
            self.precision(scores, tested)
            for scores in (
                self.scores([]),
                self.scores(queue),
                *(self.together(queue, weight) for weight in (1.0, 2.0, 5.0)),
                self.together(queue, 1.0, with_passages=False),
            )
        ]


def main() -> None:
    """Print one line per topic and way of choosing, then what there is to learn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--splits", type=int, default=12)
    parser.add_argument("--first", type=int, default=0, help="number of the first split")
    parser.add_argument("--start", choices=STARTS, default="all", help="what is known before the first judgement")
    asked = parser.parse_args()
    splits = range(asked.first, asked.first + asked.splits)
    count = len(read_training(CHECKOUT)[0])
    curves = [Curve(asked.gold, number, STARTS[asked.start]) for number in range(count)]
    print(f"{'topic':22}{'queue':>8}{'before':>8}" + "".join(f"{step:>8}" for step in STEPS) + "   lowest split")
    for curve in curves:
        for is_chosen in (True, False):
            runs = np.array([curve.run(split, is_chosen=is_chosen) for split in splits])
            gains = runs[:, 1:] - runs[:, :1]
            means = "".join(f"{gain:>+8.3f}" for gain in gains.mean(axis=0))
            name = "chosen" if is_chosen else "random"
            print(f"{curve.topic:22}{name:>8}{runs[:, 0].mean():>8.3f}{means}   {gains.min():+.3f}", flush=True)
    print("\nall of the queue judged: corrected, fitted together at weight 1, 2 and 5, without passages")
    for curve in curves:
        ends = np.array([curve.ceilings(split) for split in splits])
        gains = (ends[:, 1:] - ends[:, :1]).mean(axis=0)
        print(f"{curve.topic:30}{ends[:, 0].mean():>8.3f}" + "".join(f"{gain:>+8.3f}" for gain in gains), flush=True)


if __name__ == "__main__":
    main()
