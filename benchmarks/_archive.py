"""Write an archive of very many items into a workspace's database, the same one every time.

Titles and sentences are the project's own passages and sample items: plain news in most items, in some what is about
the topics or nearly so; made-up names stand between them. What rules find is found by the starter rules, scores are
drawn by chance, one item in seven is a copy in an earlier story.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from monitor.pipeline.desk import open_desk
from monitor.records import (
    Assessment,
    Feed,
    FeedChanges,
    Item,
    ItemChange,
    ItemKey,
    ItemMatches,
    StoryAssignment,
    StoryLink,
    TopicScore,
)
from monitor.rules.compile import RuleBook
from monitor.rules.match import ItemText, match_item
from monitor.store import assessments as assessment_rows
from monitor.store import digests
from monitor.store import items as item_rows
from monitor.store.engine import Connection, Database
from monitor.store.schema import items
from monitor.workspace.layout import Workspace
from monitor.workspace.starter import make_workspace

ROOT = Path(__file__).resolve().parent.parent
SEED = 7
PER_DAY = 1_100
"""33,000 items in 30 days, whatever the size of the archive."""
SUBJECT_SHARE = 0.04
"""Items about the topics or nearly so; the starter feeds bring about as many."""
COPY_SHARE = 1 / 7
FARTHEST_COPY = 900
"""Copies follow within a day."""
BATCH = 5_000
MODEL = "generated"
SYLLABLES = ("ba", "ger", "khan", "shah", "ul", "zai", "mir", "abad", "pur", "nor", "tal", "wal", "garh", "din", "rah")
_SENTENCE = re.compile(r"(?<=[.!?।])\s+|(?<=[。！？۔])\s*")


@dataclass(frozen=True, slots=True)
class Pool:
    """The sentences of one language: plain news, and what is about the topics or nearly so."""

    plain: tuple[str, ...]
    subject: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """One item, whether it has a sentence about the topics, and the place of an earlier item it copies."""

    item: Item
    has_subject: bool
    copy_of: int | None


def read_pools() -> dict[str, Pool]:
    """Return the project's sentences by language."""
    plain: dict[str, list[str]] = {}
    subject: dict[str, list[str]] = {}
    for lang, is_plain, text in _passages():
        target = (plain if is_plain else subject).setdefault(lang, [])
        target.extend(sentence for sentence in _SENTENCE.split(text) if len(sentence) > 15)
    return {lang: Pool(tuple(plain[lang]), tuple(subject[lang])) for lang in sorted(plain.keys() & subject.keys())}


def _passages() -> Iterator[tuple[str, bool, str]]:
    for line in (ROOT / "classifiers" / "contrast.jsonl").read_text(encoding="utf-8").splitlines():
        passage = json.loads(line)
        for text in (passage["title"], passage["text"]):
            yield passage["lang"].split("-")[0], passage["kind"] == "background", text
    for path in sorted((ROOT / "tests" / "demo" / "feeds").glob("*.jsonl")):
        head, *rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        for row in rows:
            for text in (row["title"], re.sub(r"<[^>]+>", " ", row["summary"])):
                yield head["feed"]["lang"].split("-")[0], not row["topics"], text


def write_archive(database: Database, feeds: Sequence[Feed], book: RuleBook, count: int, now: datetime) -> None:
    """Fill an empty database with ``count`` items, the newest first seen just before ``now``."""
    made = made_items(read_pools(), feeds, count, now)
    stories: dict[int, str] = {}
    first = 0
    while batch := list(islice(made, BATCH)):
        with database.write() as conn:
            _save(conn, batch, stories, first, book)
        first += len(batch)


def begin_digests(database: Database, names: Sequence[str]) -> None:
    """Fix where digests begin, as the first round does."""
    with database.write() as conn:
        for name in names:
            digests.begin(conn, name)


def made_items(pools: Mapping[str, Pool], feeds: Sequence[Feed], count: int, now: datetime) -> Iterator[Written]:
    """Yield the items, the oldest first."""
    source = random.Random(SEED)  # noqa: S311 # sample text, no secrets
    of_lang = {lang: [feed for feed in feeds if (feed.lang or "").split("-")[0] == lang] for lang in pools}
    langs = [lang for lang, found in of_lang.items() if found]
    shares = [6.0 if lang == "en" else 1.0 for lang in langs]
    step = timedelta(days=1) / PER_DAY
    for number in range(count):
        lang = source.choices(langs, shares)[0]
        text, has_subject = _body(source, pools[lang])
        title, *rest = text
        body = " ".join(rest)
        id_ = hashlib.sha256(f"{number}".encode()).hexdigest()[:16]
        feed = source.choice(of_lang[lang])
        seen = now - step * (count - number)
        item = Item(
            id=id_,
            feed=feed.name,
            outlet=feed.outlet or feed.name,
            link=f"https://{feed.name}.example/{number}-{id_[:4]}",
            title=title.rstrip(".。۔।"),
            text=body,
            html=f"<p>{body}</p>",
            lang=lang,
            published_at=seen - timedelta(minutes=source.randint(1, 300)),
            first_seen_at=seen,
            revision=1,
            content_hash=id_,
        )
        copied = number - source.randint(1, FARTHEST_COPY) if source.random() < COPY_SHARE else -1
        yield Written(item, has_subject, copied if copied >= 0 else None)


def _body(source: random.Random, pool: Pool) -> tuple[list[str], bool]:
    """Return a title and three to eight sentences, in one item of ten thirty; most are as long as feeds give them."""
    length = 31 if source.random() < 0.1 else source.randint(4, 9)
    has_subject = source.random() < SUBJECT_SHARE
    # A report of an attack has its share of plain sentences.
    sentences = [
        source.choice(pool.subject if has_subject and (not number or source.random() < 0.5) else pool.plain)
        for number in range(length)
    ]
    name = "".join(source.choices(SYLLABLES, k=source.randint(2, 4))).title()
    sentences.insert(1, f"{name} {source.randint(1, 99_999)}.")
    return sentences, has_subject


def _save(conn: Connection, batch: Sequence[Written], stories: dict[int, str], first: int, book: RuleBook) -> None:
    """Store a batch as rounds leave it: assessed, listed and searchable, with its digest closed."""
    source = random.Random(first)  # noqa: S311 # as above
    assessed = []
    for number, written in enumerate(batch, start=first):
        item = written.item
        story = stories.get(written.copy_of, item.id) if written.copy_of is not None else item.id
        stories[number] = story
        stories.pop(number - 2 * FARTHEST_COPY, None)
        link = StoryLink.FIRST if story == item.id else StoryLink.NEAR_COPY
        assessed.append(
            Assessment(
                item=item.id,
                revision=1,
                scores=_scores(source, has_subject=written.has_subject),
                matches=_matches(book, item) if written.has_subject else ItemMatches(),
                story=StoryAssignment(item.id, story, link),
                rules_version=book.version,
                assessed_at=item.first_seen_at,
            )
        )
    changes: defaultdict[str, list[ItemChange]] = defaultdict(list)
    for written in batch:
        item = written.item
        changes[item.feed].append(ItemChange(item, (ItemKey("link", item.link or ""),)))
    brought = [(feed, FeedChanges(new=tuple(found))) for feed, found in changes.items()]
    item_rows.save_all_changes(conn, brought, batch[-1].item.first_seen_at)
    assessment_rows.save(conn, assessed, {written.item.id: written.item for written in batch}, ())
    conn.execute(sa.update(items).where(items.c.is_open == sa.true()).values(is_open=False))


def _matches(book: RuleBook, item: Item) -> ItemMatches:
    text = ItemText(title=item.title, text=item.text, now=item.first_seen_at, lang=item.lang, source=item.outlet)
    return match_item(book, text)


def _scores(source: random.Random, *, has_subject: bool) -> tuple[TopicScore, ...]:
    most = 0.7 if has_subject else 0.2
    return tuple(
        TopicScore(topic, round(source.random() * most, 4), 0.5, MODEL)
        for topic in ("cpec-security", "militant-sanctuaries")
    )


def main() -> None:
    """Make a workspace in a folder and its archive: ``FOLDER COUNT``."""
    folder, count, now = Path(sys.argv[1]), int(sys.argv[2]), datetime.now(UTC)
    began = time.monotonic()
    make_workspace(folder)
    subprocess.run([sys.executable, "-m", "monitor", "-w", str(folder), "classifiers", "train"], check=True)
    desk = open_desk(Workspace(folder), now)
    write_archive(desk.database, desk.config.feeds, desk.book, count, now)
    begin_digests(desk.database, [spec.name for spec in desk.config.digests])
    desk.database.close()
    megabytes = (folder / ".monitor" / "monitor.db").stat().st_size / 1e6
    print(f"{count:,} items in {time.monotonic() - began:.0f} s, {megabytes:,.0f} MB")


if __name__ == "__main__":
    main()
