"""Keep a desk working while one of its files is broken: use the file's last good version, loudly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from monitor.log import Log
from monitor.records import Problem
from monitor.store import rulefiles
from monitor.store.engine import Database

log = Log("files")

_FOLDERS = ("classifiers", "rules")
"""Places of problems of a folder as a whole."""
_UNREADABLE = ("F001", "F002")
"""Codes of problems that leave nothing of a file."""

Built = TypeVar("Built")
Build = Callable[[Mapping[str, str]], tuple[Built, tuple[Problem, ...]]]


@dataclass(frozen=True, slots=True)
class Settled(Generic[Built]):
    """What was built from a set of files, and which of them were replaced or left out to build it."""

    built: Built
    problems: tuple[Problem, ...]
    """Of the files as they stand on disk, also those of replaced files."""
    fallbacks: tuple[str, ...] = ()
    """In words, one per file that is not used as it stands."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The files it was built from, by path."""


def settle(
    database: Database, name: str, texts: Mapping[str, str], build: Build[Built], keep: datetime | None
) -> Settled[Built]:
    """Build from the set of files called ``name`` (``texts`` by path), broken ones in their last good version.

    Files that cite each other are good only together: if replacing the files with errors does not mend the set,
    every file goes back to the last version that was good as a set. Where no good version is known, the broken
    file is built from as far as it can be read. A set without errors becomes the last good one,
    as of ``keep``; None keeps nothing.
    """
    built, problems = build(texts)
    bad = _paths_with_errors(problems)
    # Files of lines are read line by line: a bad line is left out and named, and no earlier version is better.
    whole = {problem.where.path for problem in problems if problem.code in _UNREADABLE}
    partly = [
        f"{path} cannot be read: it is not used" if path in whole else f"{path} has errors: its other lines are used"
        for path in sorted(bad)
        if path.endswith(".jsonl")
    ]
    broken = {path for path in bad if not path.endswith(".jsonl")}
    if not broken:
        if keep is not None:
            _keep(database, name, texts, keep)
        return Settled(built, problems, tuple(partly), dict(texts))
    good = _good(database, name)
    mended = {path: good.get(path, text) if path in broken else text for path, text in texts.items()}
    replaced = broken & good.keys()
    if good:
        built, left = build(mended)
        if {path for path in _paths_with_errors(left) if not path.endswith(".jsonl")}:
            mended, replaced = good, {*good, *broken}
            built, _ = build(mended)
    return Settled(built, problems, (*_fallbacks(texts, mended, broken, replaced), *partly), mended)


def _good(database: Database, name: str) -> dict[str, str]:
    prefix = f"{name}:"
    with database.read() as connection:
        versions = rulefiles.good_versions(connection, prefix)
    return {path.removeprefix(prefix): version.text for path, version in versions.items()}


def _keep(database: Database, name: str, texts: Mapping[str, str], now: datetime) -> None:
    good = _good(database, name)
    if good == dict(texts):
        return
    for path in sorted(good.keys() - texts.keys()):
        # Allowed, and worth a word: whoever moved the file by mistake gets no more alerts from it.
        log.warning("a file is gone, and what it held is off from now on", path=path)
    prefix = f"{name}:"
    with database.write() as connection:
        rulefiles.save_good_set(connection, prefix, {prefix + path: text for path, text in texts.items()}, now)


def _paths_with_errors(problems: tuple[Problem, ...]) -> set[str]:
    return {problem.where.path for problem in problems if problem.is_error}


def _fallbacks(texts: Mapping[str, str], used: Mapping[str, str], broken: set[str], replaced: set[str]) -> list[str]:
    lines = []
    for path in sorted(broken | {path for path in replaced if used.get(path) != texts.get(path)}):
        if path in _FOLDERS:
            instead = "its last good files are used" if replaced else "nothing is used in its place"
            lines.append(f"{path}/ holds nothing that can be used: {instead}")
        elif path not in used:
            lines.append(f"{path} has errors and no earlier version: it is not used")
        elif path not in texts:
            lines.append(f"{path} is gone and others need it: its last good version is used")
        elif path in replaced:
            lines.append(f"{path} has errors: its last good version is used")
        else:
            lines.append(f"{path} has errors and no earlier version: only its sound parts are used")
    return lines
