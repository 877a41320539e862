from __future__ import annotations

from pathlib import Path

from benchmarks.quality import read_training
from monitor.classifiers.background import SAMPLE, SMALLEST_ARCHIVE, background_sample
from monitor.classifiers.passages import fingerprint
from monitor.classifiers.train import train

DAILY = ("Sports desk: local club wins the trophy", "The captain thanked supporters after the final.")


def ids(count: int) -> list[str]:
    return [f"item-{n}" for n in range(count)]


def test_a_small_archive_says_nothing() -> None:
    assert background_sample(ids(SMALLEST_ARCHIVE - 1)) == ()


def test_the_sample_changes_only_when_the_archive_has_doubled() -> None:
    first = background_sample(ids(SMALLEST_ARCHIVE))
    assert len(first) == len(set(first)) == SAMPLE
    assert background_sample(ids(2 * SMALLEST_ARCHIVE - 1)) == first
    assert background_sample(ids(2 * SMALLEST_ARCHIVE)) != first


def test_ordinary_items_of_the_archive_lower_what_is_like_them(checkout: Path) -> None:
    definitions, passages, _ = read_training(checkout)
    few = passages[:400]
    archive = tuple((f"{DAILY[0]} {n}", DAILY[1]) for n in range(200))
    without, with_archive = train(definitions, few, ()), train(definitions, few, (), archive)
    assert without.fingerprint != with_archive.fingerprint == fingerprint(definitions, few, (), archive)
    for before, after in zip(without.score([DAILY])[0], with_archive.score([DAILY])[0], strict=True):
        assert after.score < before.score


def test_relevant_items_of_the_archive_are_not_taken_for_background(checkout: Path) -> None:
    definitions, passages, _ = read_training(checkout)
    attack = ("Gunmen attack Chinese engineers near Dasu, two killed", "The convoy was ambushed in Kohistan, Pakistan.")
    model = train(definitions, passages, (), (attack,) * 50)
    assert model.score([attack])[0][0].is_relevant
