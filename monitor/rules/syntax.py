"""Read one rule file: its tables, and every problem that shows without the other files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.records import Problem, Source
from monitor.rules.codes import ABSENCES, Code, did_you_mean
from monitor.rules.declared import RuleFile
from monitor.rules.syntax_names import read_entity, read_set, read_words
from monitor.rules.syntax_personal import read_mute, read_tune
from monitor.rules.syntax_rules import read_rule
from monitor.rules.table import Table
from monitor.text.located_toml import parse_toml

TABLES = ("entity", "set", "words", "file", "rule", "tune", "mute")
_OWNED = ("rule", "tune", "mute")
"""These tables belong to somebody, so their file has to say whom."""
_SIGNS = (
    ({"all", "near", "example"}, "rule"),
    ({"names", "not_in", "part_of"}, "entity"),
    ({"terms"}, "words"),
    ({"of"}, "set"),
    ({"until"}, "mute"),
)
"""Keys that only one kind of table has."""


def read_rule_file(text: str, path: str) -> RuleFile:
    """Return what the file declares, and its problems sorted by place. Never raises.

    ``path`` is what messages print. Of a file with syntax errors the names are still given, since other files point to
    them, but no rule, tune or mute of it is sound: a rule that lost a line is a different rule.
    """
    document = parse_toml(text, path)
    problems: list[Problem] = []
    top = Table(document, (), "the file", problems)
    _check_tables(top)
    owner, owner_at = _read_owner(top)
    # One after the other: a table counts as sound by the problems found since its reading began.
    entities = [read_entity(table, id_) for id_, table in _entries(top, "entity")]
    sets = [read_set(table, id_) for id_, table in _entries(top, "set")]
    words = [read_words(table, id_) for id_, table in _entries(top, "words")]
    rules = [read_rule(table, id_, owner or "") for id_, table in _entries(top, "rule")]
    tunes = [read_tune(table, id_, owner or "") for id_, table in _entries(top, "tune")]
    mutes = [read_mute(table, id_, owner or "") for id_, table in _entries(top, "mute")]
    is_used = owner is not None and not document.problems
    if document.problems:
        problems = [problem for problem in problems if problem.code not in ABSENCES]
    return RuleFile(
        path=path,
        owner=owner,
        owner_at=owner_at,
        entities=tuple(entities),
        sets=tuple(sets),
        words=tuple(words),
        rules=tuple(replace(rule, is_sound=rule.is_sound and is_used) for rule in rules),
        tunes=tuple(replace(tune, is_sound=tune.is_sound and is_used) for tune in tunes),
        mutes=tuple(replace(mute, is_sound=mute.is_sound and is_used) for mute in mutes),
        problems=tuple(sorted({*document.problems, *problems})),
    )


def _check_tables(top: Table) -> None:
    for key in top.keys:
        if key in TABLES:
            continue
        close = did_you_mean(key, TABLES)
        listed = ", ".join(f"[{name}]" if name == "file" else f"[{name}.…]" for name in TABLES)
        fix = _meant(top, key) or (f"did you mean [{close}]?" if close else f"a rule file holds: {listed}")
        top.report(Code.UNKNOWN_TABLE, top.key_where(key), f'unknown table "{key}"', fix)


def _meant(top: Table, key: str) -> str:
    """Return what an unknown table was probably meant to be, by what it holds; empty if that says nothing."""
    if key == "owner":
        return "put a line [file] above it"
    if key in {"example", "near"}:
        return f"write the rule it belongs to before it: [[rule.some-id.{key}]]"
    held = set(top.keys_of(key)) if top.is_table(key) else set()
    kind = next((kind for signs, kind in _SIGNS if held & signs), None)
    return f"did you mean [{kind}.{key}]?" if kind else ""


def _read_owner(top: Table) -> tuple[str | None, Source | None]:
    if top.is_table("file"):
        table = top.table("file", spoken="[file]")
        table.check_keys(("owner",))
        owner = table.text("owner") if table.require("owner", 'owner = "cpec-desk"') else None
        return owner, table.where("owner")
    if top.has("file"):
        top.report(
            Code.WRONG_TYPE,
            top.where("file"),
            "[file] must be a table of its own",
            'write [file] and below it: owner = "cpec-desk"',
        )
        return None, None
    owned = sorted(top.key_where(key) for key in _OWNED if top.has(key))
    if owned:
        fix = 'put two lines at the top: [file] and owner = "…", the name of an [analyst.…] in config.toml'
        top.report(Code.NO_OWNER, owned[0], "the file has rules and does not say whose they are", fix)
    return None, None


def _entries(top: Table, name: str) -> Iterator[tuple[str, Table]]:
    """Iterate over the tables ``[name.id]``, reporting what is not one."""
    if not top.has(name):
        return
    if not top.is_table(name):
        what = f"[[{name}]] has double brackets and no id" if top.is_list(name) else f'"{name}" must be a table'
        top.report(Code.BRACKETS, top.where(name), what, f"give every one a header of its own: [{name}.some-id]")
        return
    for id_ in top.keys_of(name):
        if not top.is_table(name, id_):
            what = f'[{name}] holds "{id_}", but has no id'
            fix = f"give it an id in its header: [{name}.some-id]"
            top.report(Code.BRACKETS, top.key_where(name, id_), what, fix)
            return
        if name != "tune" and not _is_id(id_):
            what = f'"{id_}" cannot be an id'
            fix = f"use letters, digits and hyphens, like [{name}.{_as_id(id_)}]"
            top.report(Code.BAD_ID, top.key_where(name, id_), what, fix)
            continue
        yield id_, top.table(name, id_, spoken=f"[{name}.{_quoted(id_)}]")


def _is_id(text: str) -> bool:
    return bool(text) and all(character.isalnum() or character in "-_" for character in text)


def _as_id(text: str) -> str:
    words = "".join(character if character.isalnum() else " " for character in text.lower()).split()
    return "-".join(words) or "some-id"


def _quoted(id_: str) -> str:
    return id_ if _is_id(id_) else f'"{id_}"'
