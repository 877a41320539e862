"""How much judgements teach: ``python -m benchmarks.learning GOLD.jsonl``.

GOLD is the file of ``benchmarks.quality`` with a ``story`` per item. Of its stories two thirds are the queue that an
analyst judges, chosen as ``monitor label --next`` chooses or at random; the last third tests. Printed is the average
precision before, and what it gains after so many judgements, averaged over the splits.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality import CHECKOUT, read_pairs, read_training
from monitor.classifiers import train as fitting
from monitor.classifiers.clues import Reader
from monitor.classifiers.evaluate import evaluate
from monitor.classifiers.feedback import choose
from monitor.classifiers.ngrams import Floats
from monitor.classifiers.score import read_batch

STEPS = (10, 20, 50, 100, 200)
AT_A_TIME = 10
"""Judgements between two fits: a sitting asks so many before the order of the queue is looked at again."""


class Curve:
    """Everything that does not change while judgements arrive: features of all texts, labels, thresholds."""

    def __init__(self, gold: Path) -> None:
        self.items = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
        definitions, passages, judgements = read_training(CHECKOUT)
        self._examples = fitting.collect_examples(definitions, passages, judgements)
        reader = Reader(definitions)
        written = read_batch(reader, [(example.title, example.text) for example in self._examples])
        counts = fitting.text_counts(written)
        idf = (np.log((1 + len(self._examples)) / (1 + counts)) + 1).astype(np.float32)
        buckets = np.flatnonzero(counts >= fitting.FEWEST_TEXTS)
        asked = read_batch(reader, read_pairs(gold))
        self.topics = [(definition.id, definition.threshold) for definition in definitions]
        self._names = reader.names
        plain = [fitting.strengths(names, 0) for names in reader.names]
        self._written = [fitting.features(n, own, written, idf, buckets) for n, own in enumerate(plain)]
        self._asked = [fitting.features(n, own, asked, idf, buckets) for n, own in enumerate(plain)]

    def scores(self, number: int, judged: Sequence[int]) -> Floats:
        """Return the score of every item of GOLD after some of them were judged."""
        from scipy import sparse

        topic = self.topics[number][0]
        known = [row for row, example in enumerate(self._examples) if topic in example.labels]
        scale = np.ones(self._written[number].shape[1])
        strengths = fitting.strengths(self._names[number], len(judged))
        scale[: len(strengths)] = strengths
        matrix = sparse.vstack([self._written[number][known], self._asked[number][list(judged)]]).tocsr()
        labels = np.array([self._examples[row].labels[topic] for row in known] + [self.label(n, topic) for n in judged])
        weights = np.array(
            [self._examples[row].weight for row in known] + [fitting.JUDGEMENT_WEIGHT] * len(judged), dtype=np.float64
        )
        coefficients, bias = fitting.fit(matrix.multiply(scale).tocsr(), labels, weights)
        log_odds = self._asked[number].multiply(scale).tocsr() @ coefficients + bias
        result: Floats = 1.0 / (1.0 + np.exp(-(fitting.NEWS_SLOPE * log_odds + fitting.NEWS_SHIFT)))
        return result

    def label(self, item: int, topic: str) -> bool:
        """Return what the labeller said."""
        return bool(self.items[item]["labels"][topic])

    def precision(self, number: int, scores: Floats, tested: Sequence[int]) -> float:
        """Return the average precision on the tested items."""
        labels = [self.label(item, self.topics[number][0]) for item in tested]
        return evaluate(labels, [float(scores[item]) for item in tested], 0.5).average_precision

    def run(self, number: int, split: int, *, is_chosen: bool) -> list[float]:
        """Return average precision before any judgement and after each of STEPS."""
        draw = random.Random(split)  # noqa: S311 # a split of test data, not a secret
        stories = sorted({item["story"] for item in self.items})
        tested_stories = set(draw.sample(stories, len(stories) // 3))
        tested = [n for n, item in enumerate(self.items) if item["story"] in tested_stories]
        queue = [n for n, item in enumerate(self.items) if item["story"] not in tested_stories]
        draw.shuffle(queue)
        judged: list[int] = []
        scores = self.scores(number, judged)
        found = [self.precision(number, scores, tested)]
        while len(judged) < min(STEPS[-1], len(queue)):
            if is_chosen:
                scored = [(str(item), float(scores[item])) for item in queue]
                asked = choose(scored, [str(n) for n in judged], self.topics[number][1], AT_A_TIME, seed=len(judged))
                judged.extend(int(question.item) for question in asked)
            else:
                judged.extend([item for item in queue if item not in set(judged)][:AT_A_TIME])
            scores = self.scores(number, judged)
            if len(judged) in STEPS:
                found.append(self.precision(number, scores, tested))
        # A queue of a few less than the last step ends with all of it judged.
        return found if len(found) > len(STEPS) else [*found, self.precision(number, scores, tested)]


def main() -> None:
    """Print one line per topic and way of choosing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--splits", type=int, default=6)
    asked = parser.parse_args()
    curve = Curve(asked.gold)
    print(f"{'topic':22}{'queue':>8}{'before':>8}" + "".join(f"{step:>8}" for step in STEPS))
    for number, (topic, _) in enumerate(curve.topics):
        for is_chosen in (True, False):
            runs = np.array([curve.run(number, split, is_chosen=is_chosen) for split in range(asked.splits)])
            means = runs.mean(axis=0)
            gains = "".join(f"{gain:>+8.3f}" for gain in means[1:] - means[0])
            print(f"{topic:22}{'chosen' if is_chosen else 'random':>8}{means[0]:>8.3f}{gains}", flush=True)


if __name__ == "__main__":
    main()
