"""Edits of rule files that commands make for a person: an example from the archive, a mute, a tune.

An edit is written only if the file reads as well after it as before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from monitor.errors import InputError
from monitor.records import AssessedItem, Item
from monitor.rules.compile import CompiledRule, RuleBook, compile_rules
from monitor.rules.edit import Value, append_block, block, insert_example, toml_string
from monitor.rules.examples import ExampleResult, run_examples
from monitor.rules.syntax import read_rule_file
from monitor.workspace.files import read_text, write_text
from monitor.workspace.rulefiles import FOLDER, read_rule_texts

EXAMPLE_CHARACTERS = 600
"""Of an item's text in an example: enough for its point, and rules stay readable."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A file with a block added: what was written where."""

    path: str
    added: str


def find_rule(book: RuleBook, name: str) -> CompiledRule:
    """Return the rule called ``name``, by its id or ``owner/rule``. Raises InputError if none or several are."""
    found = [one for one in book.rules if name in {one.rule.id, one.rule.full_id}]
    if not found:
        raise InputError(f'no usable rule called "{name}"', "list them with: monitor rules test -v, or see rules check")
    if len(found) > 1:
        raise InputError(
            f'"{name}" is a rule of several owners', f"say which: {', '.join(one.rule.full_id for one in found)}"
        )
    return found[0]


def add_example(root: Path, compiled: CompiledRule, one: AssessedItem, *, is_match: bool) -> tuple[Edit, ExampleResult]:
    """Write an item as the last example of a rule; return the edit and what the rule says to the example now.

    Raises InputError if the file would read worse than before, DiskError if it cannot be written.
    """
    rule = compiled.rule
    path = rule.declared_at.path
    text = read_text(root / path, path)
    added = block(f"[[rule.{_key(rule.id)}.example]]", _example_values(compiled, one, is_match=is_match))
    changed = insert_example(text, path, rule.id, added)
    if changed is None:
        raise InputError(f"{path} does not hold [rule.{rule.id}] any more", "save the file and try again")
    _check(path, text, changed)
    texts = {**read_rule_texts(root)[0], path: changed}
    book = compile_rules([read_rule_file(content, name) for name, content in texts.items()], None)
    results = [result for result in run_examples(book) if f"{result.owner}/{result.rule}" == rule.full_id]
    write_text(root / path, changed)
    return Edit(path, added), results[-1]


def _example_values(compiled: CompiledRule, one: AssessedItem, *, is_match: bool) -> dict[str, Value]:
    item = one.item
    values: dict[str, Value] = {"match": is_match}
    if item.title:
        values["title"] = " ".join(item.title.split())
    values["text"] = _lead(item)
    if item.lang:
        values["lang"] = item.lang
    if compiled.rule.min_score:
        values["scores"] = {score.topic: score.score for score in one.assessment.scores}
    return values


def _lead(item: Item) -> str:
    """Return the beginning of the text, cut at a space; a text is required, so the title stands in for none."""
    text = " ".join(item.text.split()) or " ".join(item.title.split())
    if len(text) <= EXAMPLE_CHARACTERS:
        return text
    return text[:EXAMPLE_CHARACTERS].rsplit(" ", 1)[0]


def file_of(root: Path, owner: str) -> tuple[str, str]:
    """Return the path and text of an analyst's own rule file; a new one if there is none."""
    texts, _ = read_rule_texts(root)
    for path, text in texts.items():
        if read_rule_file(text, path).owner == owner:
            return path, text
    path = f"{FOLDER}/{owner}.toml"
    if path in texts:
        raise InputError(f'{path} does not say owner = "{owner}"', f'add to it: [file] and owner = "{owner}"')
    return path, f"[file]\nowner = {toml_string(owner)}\n"


def write_mute(root: Path, owner: str, id_: str, values: Mapping[str, Value]) -> Edit:
    """Write ``[mute.id]`` at the end of an analyst's own file. Raises InputError, DiskError."""
    path, text = file_of(root, owner)
    known = {mute.id for mute in read_rule_file(text, path).mutes}
    number = next(number for number in range(1, len(known) + 2) if _numbered(id_, number) not in known)
    return _append(root, path, text, block(f"[mute.{_key(_numbered(id_, number))}]", values))


def write_tune(root: Path, owner: str, target: str, values: Mapping[str, Value]) -> Edit:
    """Write ``[tune."owner/rule"]`` at the end of an analyst's own file. Raises InputError, DiskError."""
    path, text = file_of(root, owner)
    known = [tune for tune in read_rule_file(text, path).tunes if tune.target == target]
    if known:
        raise InputError(f"{owner} has a tune of {target} already", f"edit it: {known[0].declared_at}")
    return _append(root, path, text, block(f"[tune.{toml_string(target)}]", values))


def mute_values(entity: str, words: tuple[str, ...], until: date, why: str) -> dict[str, Value]:
    """Return the lines of a mute."""
    values: dict[str, Value] = {}
    if entity:
        values["entity"] = entity
    if words:
        values["with"] = words
    return {**values, "until": until, "why": why}


def _append(root: Path, path: str, text: str, added: str) -> Edit:
    changed = append_block(text, added)
    _check(path, text, changed)
    write_text(root / path, changed)
    return Edit(path, added)


def _check(path: str, before: str, after: str) -> None:
    """Raise InputError if an edit brings an error that was not there."""
    known = {(problem.code, problem.what) for problem in read_rule_file(before, path).problems}
    fresh = [
        problem
        for problem in read_rule_file(after, path).problems
        if problem.is_error and (problem.code, problem.what) not in known
    ]
    if fresh:
        raise InputError(f"{path} was left as it is: the change would break it", "mend the file first", fresh)


def _numbered(id_: str, number: int) -> str:
    return id_ if number == 1 else f"{id_}-{number}"


def _key(id_: str) -> str:
    return id_ if id_.isascii() and all(one.isalnum() or one in "-_" for one in id_) else toml_string(id_)
