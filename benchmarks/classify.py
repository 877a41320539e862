"""How fast relevance is told: ``python -m benchmarks.classify [--texts FILE …]``. Items a second, as rounds score them.

Items are made of the project's own passages, joined until they have the wanted length: of ten *ordinary* ones eight are
background, one is a near miss and one is relevant, more than feeds bring; *dense* ones are near misses and
relevant ones only, so that every sentence names militants, states or attacks. FILE holds real items (JSON lines with
title and summary, also .gz): they are scored as they are, and as pieces of the wanted length cut from all of them
written one after the other. CPU time of one core, the best of three runs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from math import inf
from pathlib import Path

from benchmarks.quality import CHECKOUT, pairs_of, read_training
from monitor.classifiers.cache import dump, load
from monitor.classifiers.passages import Judgement, Passage
from monitor.classifiers.score import Model
from monitor.pipeline.assess import BATCH, EXPLAINED_FROM
from monitor.pipeline.loading import loading
from monitor.workspace.models import load_arrays, save_arrays

LENGTHS = (300, 2_000)
_ITEMS = 2_000
_JUDGEMENTS = 2_000
_TURN = ("background",) * 4 + ("near-miss",) + ("background",) * 4 + ("positive",)
_RUNS = 3

Pair = tuple[str, str]


def main() -> None:
    """Fit the model of this checkout with and without judgements, then score in a process that only scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="score with this cached model (folder:fingerprint) and print the table")
    parser.add_argument(
        "--texts", type=Path, nargs="+", default=[], help="real items to score as well (.jsonl, .jsonl.gz)"
    )
    asked = parser.parse_args()
    if asked.model:
        folder, fingerprint = asked.model.rsplit(":", 1)
        _score(folder, fingerprint, asked.texts)
        return
    from monitor.classifiers.train import train  # imports scikit-learn, which scoring must not need

    definitions, passages, judgements = read_training(CHECKOUT)
    started = time.process_time()
    model = train(definitions, passages, judgements)
    print(f"fitted from {len(passages):,} passages in {time.process_time() - started:.1f} s of CPU")
    started = time.process_time()
    train(definitions, passages, _judgements(passages, model.topics[0].id))
    print(f"fitted with {_JUDGEMENTS:,} judgements more in {time.process_time() - started:.1f} s of CPU\n")
    with tempfile.TemporaryDirectory() as folder:
        save_arrays(Path(folder), model.fingerprint, *dump(model))
        command = [sys.executable, "-m", "benchmarks.classify", "--model", f"{folder}:{model.fingerprint}"]
        command += ["--texts", *map(str, asked.texts)] if asked.texts else []
        subprocess.run(command, check=True)


def _score(folder: str, fingerprint: str, texts: Sequence[Path]) -> None:
    started = time.process_time()
    # As rounds do: what was loaded is never looked at for garbage.
    with loading():
        stored = load_arrays(Path(folder), fingerprint)
        model = load(*stored, expected_fingerprint=fingerprint) if stored else None
    assert model is not None
    model.score([("", "")])
    print(f"read from its cache in {time.process_time() - started:.2f} s; scikit-learn: {'sklearn' in sys.modules}")
    print("\n| items a second | reasons of notable scores | scores alone |\n|---|---|---|")
    for name, items in _sets(texts):
        rates = [f"{_rate(model, items, explained_from):,.0f}" for explained_from in (EXPLAINED_FROM, inf)]
        print(f"| {name} | {rates[0]} | {rates[1]} |", flush=True)


def _sets(texts: Sequence[Path]) -> Iterator[tuple[str, list[Pair]]]:
    for name, turn in (("ordinary", _TURN), ("dense", ("near-miss", "positive"))):
        for length in LENGTHS:
            yield f"{name}, {length:,} characters", _made(turn, length)
    for path in texts:
        own = _read(path)
        average = sum(len(title) + len(text) for title, text in own) / len(own)
        yield f"{path.name}, as they are ({average:.0f} on average)", [own[n % len(own)] for n in range(_ITEMS)]
        for length in LENGTHS:
            yield f"{path.name}, {length:,} characters", _cut(own, length)


def _read(path: Path) -> list[Pair]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return pairs_of([json.loads(line) for line in content.decode("utf-8").splitlines() if line.strip()])


def _cut(own: list[Pair], length: int) -> list[Pair]:
    """Return pieces of ``length`` characters, from one beginning every 211 characters of all items joined."""
    joined = " ".join(f"{title} {text}" for title, text in own)
    titles = [own[number % len(own)][0][:80] for number in range(_ITEMS)]
    starts = [number * 211 % max(len(joined) - length, 1) for number in range(_ITEMS)]
    return [(title, joined[at : at + length - len(title)]) for title, at in zip(titles, starts, strict=True)]


def _made(turn: tuple[str, ...], length: int) -> list[Pair]:
    lines = (CHECKOUT / "classifiers" / "contrast.jsonl").read_text(encoding="utf-8").splitlines()
    by_kind: dict[str, list[Pair]] = {}
    for one in map(json.loads, lines):
        by_kind.setdefault(one["kind"], []).append((one["title"], one["text"]))
    place = dict.fromkeys(by_kind, 0)
    items = []
    for number in range(_ITEMS):
        kind = turn[number % len(turn)]
        own = by_kind[kind]
        title, text = own[place[kind] % len(own)]
        title = title[: length // 3]
        while len(title) + len(text) < length:
            place[kind] += 1
            text = f"{text} {' '.join(own[place[kind] % len(own)])}".strip()
        items.append((title, text[: length - len(title)]))
    return items


def _rate(model: Model, items: list[Pair], explained_from: float) -> float:
    best = inf
    for _ in range(_RUNS):
        started = time.process_time()
        for start in range(0, len(items), BATCH):
            model.score(items[start : start + BATCH], explained_from)
        best = min(best, time.process_time() - started)
    return len(items) / best


def _judgements(passages: tuple[Passage, ...], topic: str) -> tuple[Judgement, ...]:
    every = [passages[number % len(passages)] for number in range(_JUDGEMENTS)]
    return tuple(
        Judgement(f"i{number}", topic, topic in one.topics, "ana", f"{number:05}", one.title, f"{one.text} ({number})")
        for number, one in enumerate(every)
    )


if __name__ == "__main__":
    main()
