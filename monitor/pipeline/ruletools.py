"""What the rule workbench needs of a workspace: its archive, its judgements, and the rules of one file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.classifiers.passages import Judgement, read_judgements
from monitor.errors import InputError
from monitor.pipeline.backtest import Archive, since_days
from monitor.pipeline.opening import open_workspace
from monitor.pipeline.progress import Progress
from monitor.records import Send
from monitor.rules.compile import CompiledRule, RuleBook
from monitor.rules.declared import RuleFile
from monitor.rules.narrow import narrow
from monitor.workspace.files import read_texts
from monitor.workspace.layout import Workspace

if TYPE_CHECKING:
    from monitor.rules.suggest import Miner


@contextmanager
def open_archive(workspace: Workspace, now: datetime, days: int) -> Iterator[Archive]:
    """Open the items of the last ``days`` for reading.

    Raises InputError when config.toml is unreadable, StoreError when the database cannot be used.
    """
    config, database = open_workspace(workspace)
    try:
        yield Archive(
            database=database,
            feeds={feed.name: feed for feed in (*config.feeds, *config.paused)},
            judgements=judgements_of(workspace),
            now=now,
            since=since_days(now, days),
        )
    finally:
        database.close()


def judgements_of(workspace: Workspace) -> tuple[Judgement, ...]:
    """Return what analysts judged; a line that cannot be read is left to `check` to name."""
    texts, _ = read_texts(workspace.classifiers, workspace.root, "feedback/*.jsonl")
    return tuple(judgement for path, text in texts.items() for judgement in read_judgements(text, path)[0])


def trial_book(book: RuleBook, paths: Collection[str], rule: str | None) -> RuleBook:
    """Return a book of the rules declared in ``paths``, or of the one called ``rule`` (its id or ``owner/rule``).

    Rules that are off are tried as if they were on. Raises InputError if none is left.
    """

    def is_wanted(compiled: CompiledRule) -> bool:
        declared = compiled.rule
        is_named = rule is None or rule in {declared.id, declared.full_id}
        return is_named and declared.declared_at.path in paths

    narrowed = narrow(book, is_wanted)
    if not narrowed.rules:
        what = f'no usable rule called "{rule}"' if rule else "no usable rule"
        raise InputError(f"{what} in {', '.join(sorted(paths))}", "see: monitor rules check")
    return replace(narrowed, rules=tuple(_in_force(compiled) for compiled in narrowed.rules))


def _in_force(compiled: CompiledRule) -> CompiledRule:
    rule = compiled.rule
    return replace(compiled, rule=replace(rule, send=Send.RECORD)) if rule.send is Send.OFF else compiled


def mine(archived: Archive, book: RuleBook, files: Sequence[RuleFile], progress: Progress) -> Miner:
    """Read the archive for spellings and names worth listing; ``files`` say where words are listed."""
    from monitor.rules.suggest import Miner

    groups = [term for file in files for words in file.words for term in words.terms]
    own = [term for file in files for rule in file.rules for term in rule.terms]
    miner = Miner(book, {term.text: term.where for term in (*own, *groups)})
    for batch in archived.batches(progress, "reading the archive"):
        texts = [archived.as_text(item) for item in batch]
        each = book.lexicon.find_each((text.title, text.text) for text in texts)
        for item, text, found in zip(batch, texts, each, strict=True):
            miner.add(item.id, text, found)
    return miner
