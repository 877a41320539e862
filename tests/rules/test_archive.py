"""Walking the archive for the workbench: every item once, the same in several processes, the two versions of a diff."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.classifiers.passages import Judgement
from monitor.pipeline.backtest import Archive, try_rules
from monitor.pipeline.progress import Silent
from monitor.pipeline.rulediff import ChangedStory, Side, diff_rules
from monitor.pipeline.slices import each_slice
from monitor.records import (
    Assessment,
    FeedChanges,
    Item,
    ItemChange,
    ItemKey,
    ItemMatches,
    StoryAssignment,
    StoryLink,
)
from monitor.rules.compile import Purpose, RuleBook, compile_rules
from monitor.rules.diff import Pair
from monitor.rules.match import ItemText, match_item
from monitor.rules.narrow import narrow
from monitor.rules.syntax import read_rule_file
from monitor.store import assessments as assessment_rows
from monitor.store import items as item_rows
from monitor.store.archive import ArchivedItem
from monitor.store.engine import Connection, Database, open_database
from tests.rules.conftest import NOW, WATCHLIST
from tests.workspaces import GENEROUS_SECONDS

ITEMS = 1_300
"""Three slices."""
RULES = '[rule.port]\nall = ["@gwadar", "@attack"]\n[rule.snow]\nall = ["snow"]\nnone = ["drill"]\n'
CHANGES = (
    (RULES, WATCHLIST.replace('"Gwadar", ', "")),
    (RULES.replace('["@gwadar", "@attack"]', '["@gwadar", ["@attack", "port"]]'), WATCHLIST),
    (RULES.replace('"@gwadar"', '"@bla"'), WATCHLIST + '\n[entity.x]\nname = "x"\nnames = ["Gwadar Port Authority"]\n'),
    (
        '[rule.port]\nall = ["@attack"]\nnone = ["@ttp"]\n',
        WATCHLIST.replace('names = ["Gwadar"', 'not_in = ["Gwadar fair"]\nnames = ["Gwadar"'),
    ),
    (RULES, WATCHLIST.replace('"BLA"]', '{ text = "BLA", only_with = ["Gwadar"] }]')),
)
TEXTS = st.lists(
    st.sampled_from(
        ["Gwadar", "Gwadar Port Authority", "Gwadar fair", "attack", "blast", "TTP", "snow", "BLA", "drill", "port"]
    ),
    max_size=8,
).map(" ".join)


def _book(rules: str, watchlist: str = WATCHLIST, purpose: Purpose = Purpose.NARROWING) -> RuleBook:
    files = [
        read_rule_file(watchlist, "rules/watchlist.toml"),
        read_rule_file(f'[file]\nowner = "a"\n{rules}', "rules/a.toml"),
    ]
    return compile_rules(files, None, purpose=purpose)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Give an archive: every tenth item tells of an attack in Gwadar, every hundredth in other words."""
    opened = open_database("sqlite:///a.db", Path(tmp_path_factory.mktemp("archive")))
    changes = tuple(ItemChange(item, (ItemKey("link", item.id),)) for item in map(_item, range(ITEMS)))
    with opened.write() as conn:
        item_rows.save_changes(conn, "wire", FeedChanges(new=changes), NOW)
    yield opened
    opened.close()


def _item(number: int) -> Item:
    place = "گوادر" if number % 100 == 0 else "Gwadar"
    text = f"Blast in {place}" if number % 10 == 0 else f"Rain in {place}"
    return Item(
        id=f"{number:016x}", feed="wire", outlet="Wire", link=None, title=text, text=f"No. {number}", html="",
        lang="en", published_at=None, first_seen_at=NOW - timedelta(minutes=number // 3), revision=1,
        content_hash=f"{number}",
    )  # fmt: skip


def _archive(database: Database) -> Archive:
    return Archive(database, {}, (), NOW, NOW - timedelta(days=30))


def _ids(_conn: Connection, items: Sequence[ArchivedItem]) -> list[str]:
    return [item.id for item in items]


@pytest.mark.parametrize("processes", [1, 2])
def test_every_item_is_read_once_the_newest_first(database: Database, processes: int) -> None:
    bounds = (NOW - timedelta(days=30), NOW + timedelta(seconds=1))
    slices = list(each_slice(database, bounds, _ids, processes))
    read = [id_ for _, ids in slices for id_ in ids]
    assert len(slices) > 1
    assert [count for count, _ in slices] == [len(ids) for _, ids in slices]
    assert sorted(read) == [f"{number:016x}" for number in range(ITEMS)]
    assert [int(id_, 16) // 3 for id_ in read] == [number // 3 for number in range(ITEMS)]


SLOW = """
import sys, time, os
from datetime import UTC, datetime
from pathlib import Path
from monitor.pipeline.slices import each_slice
from monitor.store.engine import open_database

def work(conn, items):
    (Path(sys.argv[1]) / f"{os.getpid()}.pid").touch()
    time.sleep(600)

bounds = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
list(each_slice(open_database("sqlite:///a.db", Path(sys.argv[2])), bounds, work, 2))
"""


def test_processes_end_with_the_one_that_started_them_though_it_was_killed(database: Database, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SLOW, str(tmp_path), str(Path(database.place).parent)]
    with subprocess.Popen(command) as started:
        _wait_until(lambda: len(list(tmp_path.glob("*.pid"))) == 2)
        started.kill()
    others = [int(path.stem) for path in tmp_path.glob("*.pid")]
    _wait_until(lambda: not any(Path(f"/proc/{other}").exists() for other in others))


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + GENEROUS_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_rule_finds_the_same_in_one_process_and_in_two(database: Database, processes: int) -> None:
    trial = try_rules(_archive(database), narrow(_book(RULES), lambda _: True), Silent(), None, processes)
    assert trial.items == ITEMS
    assert [(tally.rule, tally.items, len(tally.stories)) for tally in trial.tallies] == [
        ("a/port", 130, 130),
        ("a/snow", 0, 0),
    ]
    assert trial.tallies[0].examples[0].item.id == f"{0:016x}"


@pytest.mark.parametrize("processes", [1, 2])
def test_a_removed_name_loses_the_stories_it_found_alone(database: Database, processes: int) -> None:
    old, new = _book(RULES), _book(RULES, WATCHLIST.replace('"گوادر", ', ""))
    found = diff_rules(_archive(database), Pair(old, new), Silent(), None, processes)
    (rule,) = found.rules
    assert (rule.rule, len(rule.won), len(rule.lost), rule.kept) == ("a/port", 0, 13, 117)
    assert rule.causes == (('the name "گوادر" of @gwadar', 0, 13),)


@pytest.mark.parametrize("processes", [1, 2])
def test_stories_are_told_while_the_archive_is_read_the_newest_first(database: Database, processes: int) -> None:
    pair = Pair(_book(RULES), _book(RULES, WATCHLIST.replace('"گوادر", ', "")))
    told = _Told()
    diff_rules(_archive(database), pair, told, told.hear, processes)
    assert told.lines == [
        (Side.LOST, f"{number:016x}", 'the name "گوادر" of @gwadar') for number in range(0, ITEMS, 100)
    ]
    assert told.items_read[0] == 0
    assert told.items_read[-1] > 0


class _Told(Silent):
    """Hears of stories, and how many items had been worked off then."""

    def __init__(self) -> None:
        self.lines: list[tuple[Side, str, str]] = []
        self.items_read: list[int] = []
        self.read = 0

    def advance(self, step: str = "", count: int = 1) -> None:  # noqa: ARG002 # as every progress
        self.read += count

    def hear(self, side: Side, story: ChangedStory) -> None:
        self.items_read.append(self.read)
        self.lines.append((side, story.hit.item.id, story.cause))


@pytest.mark.parametrize("is_judged", [False, True])
def test_a_story_is_not_told_as_lost_when_an_older_item_of_it_is_still_found(tmp_path: Path, is_judged: bool) -> None:
    texts = ["Blast in گوادر", "Blast in گوادر", "Rain in Gwadar", "Blast in Gwadar"]
    items = [
        replace(_item(number), id=f"{number:016x}", title=text, text="", first_seen_at=NOW - timedelta(days=number))
        for number, text in enumerate(texts)
    ]
    opened = open_database("sqlite:///b.db", tmp_path)
    changes = tuple(ItemChange(item, (ItemKey("link", item.id),)) for item in items)
    stories = [
        Assessment(
            item.id, 1, (), ItemMatches(), StoryAssignment(item.id, items[story].id, StoryLink.NEAR_COPY), "v", NOW
        )
        for item, story in zip(items, (3, 2, 2, 3), strict=True)
    ]
    with opened.write() as conn:
        item_rows.save_changes(conn, "wire", FeedChanges(new=changes), NOW)
        assessment_rows.save(conn, stories, {item.id: item for item in items}, ())
    # Of the second story a judgement speaks of an older item than the one that is told.
    said = (
        (Judgement(items[2].id, "t", label=True, analyst="a", at="2026-11-20T00:00:00Z", title="", text=""),)
        if is_judged
        else ()
    )
    pair = Pair(_book(RULES), _book(RULES, WATCHLIST.replace('"گوادر", ', "")))
    told: list[tuple[Side, str, bool | None]] = []
    found = diff_rules(
        Archive(opened, {}, said, NOW, NOW - timedelta(days=30)),
        pair,
        Silent(),
        lambda side, story: told.append((side, story.hit.item.id, story.label)),
    )
    opened.close()
    (rule,) = found.rules
    assert told == [(Side.LOST, items[1].id, True if is_judged else None)]
    assert [(one.hit.item.id, one.label) for one in rule.lost] == [(items[1].id, True if is_judged else None)]
    assert rule.kept == 1


@given(TEXTS, TEXTS, st.sampled_from(CHANGES), st.booleans())
def test_a_pair_matches_what_each_version_does(title: str, text: str, change: tuple[str, str], turned: bool) -> None:
    versions = [(RULES, WATCHLIST), change]
    if turned:
        versions.reverse()
    old, new = (_book(rules, watchlist) for rules, watchlist in versions)
    pair = Pair(old, new)
    item = ItemText(title=title, text=text, now=NOW)
    whole = [
        {
            (one.id, one.evidence)
            for one in match_item(_book(rules, watchlist, Purpose.MATCHING), item).rules
            if one.id in pair.changes.affected
        }
        for rules, watchlist in versions
    ]
    assert [{(one.id, one.evidence) for one in side} for side in pair.match(item)] == whole
