from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.feeds.fulltext import article_words, wait_after, with_full_text
from monitor.records import FetchFailed, FetchFailure, Item

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LONG = "Drivers said that the convoy had left the depot before dawn and stood at the bridge. " * 4


def item(title: str = "Convoy hit at the bridge", text: str = "Two died.") -> Item:
    return Item("1", "f", "F", "https://a.example/1", title, text, "", "en", None, NOON, 1, "h")


def test_the_teaser_stands_before_the_page_unless_the_page_repeats_it() -> None:
    full = with_full_text(item(), LONG.strip())
    assert isinstance(full, Item)
    assert (full.text, full.revision, full.flags) == (f"Two died.\n\n{LONG.strip()}", 2, ("full-text",))
    again = with_full_text(item(text=LONG[:100]), LONG.strip())
    assert isinstance(again, Item)
    assert again.text == LONG.strip()


@pytest.mark.parametrize(
    ("title", "words", "reason"),
    [
        ("Convoy hit at the bridge", "Please accept cookies.", "the page says no more than the feed"),
        ("Budget debated in parliament", LONG, "the page is about something else"),
        ("巴基斯坦水电站遇袭", "今天天气很好" * 60, "the page is about something else"),
    ],
)
def test_pages_that_are_none_of_the_item_are_refused(title: str, words: str, reason: str) -> None:
    assert with_full_text(item(title), words) == reason


@pytest.mark.parametrize(("title", "words"), [("", LONG), ("巴基斯坦水电站遇袭", "警方说,达苏水电站的车队遇袭。" * 30)])
def test_pages_of_the_item_are_taken(title: str, words: str) -> None:
    assert isinstance(with_full_text(item(title), words), Item)


@pytest.mark.parametrize(
    ("failure", "attempts", "wait"),
    [
        (FetchFailed("u", FetchFailure.BLOCKED, "x", 403), 1, timedelta(minutes=15)),
        (FetchFailed("u", FetchFailure.TIMEOUT, "x"), 3, timedelta(hours=6)),
        (FetchFailed("u", FetchFailure.TIMEOUT, "x"), 4, None),
        (FetchFailed("u", FetchFailure.HTTP_STATUS, "x", 429, timedelta(hours=2)), 1, timedelta(hours=2)),
        (FetchFailed("u", FetchFailure.HTTP_STATUS, "x", 429, timedelta(days=9)), 1, timedelta(hours=6)),
        (FetchFailed("u", FetchFailure.HTTP_STATUS, "x", 404), 1, None),
        (FetchFailed("u", FetchFailure.REFUSED_ADDRESS, "x"), 1, None),
    ],
)
def test_when_a_page_is_asked_for_again(failure: FetchFailed, attempts: int, wait: timedelta | None) -> None:
    assert wait_after(failure, attempts) == wait


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    if len(words) * 8 < len(text):  # a script without spaces
        words = list("".join(words))
    return Counter(zip(*(words[place:] for place in range(4)), strict=False))


@pytest.mark.slow
def test_recorded_articles_are_extracted(shared: Path) -> None:
    pytest.importorskip("trafilatura")
    folder = shared / "corpus" / "articles"
    truth = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))
    found = []
    for name, told in truth.items():
        wanted, got = shingles(told["articleBody"]), shingles(article_words((folder / name).read_bytes(), None))
        shared_words = (wanted & got).total()
        precision = shared_words / got.total() if got else 0.0
        recall = shared_words / wanted.total() if wanted else 1.0
        found.append(2 * precision * recall / (precision + recall) if precision + recall else 0.0)
    assert len(found) == 11
    assert sum(found) / len(found) >= 0.90
