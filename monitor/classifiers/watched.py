"""The names that word lists may refer to as ``@entity`` or ``@set``: those of the rule files, in every script."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping


def watched_names(rule_files: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the spellings of each entity and of each set, by id; parts of an entity and members of a set included.

    Names that count only in company (``only_with``) are left out: a word list has no company. Files that are no TOML
    and tables of the wrong shape are passed over; ``monitor rules check`` reports them.
    """
    entities: dict[str, tuple[str, ...]] = {}
    members: dict[str, list[str]] = {}
    for text in rule_files:
        try:
            tables = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError):
            continue
        for id_, entity in _tables(tables, "entity"):
            entities.setdefault(id_, tuple(name for name in _list(entity, "names") if isinstance(name, str)))
            if isinstance(entity.get("part_of"), str):
                members.setdefault(str(entity["part_of"]), []).append(id_)
        for id_, group in _tables(tables, "set"):
            members.setdefault(id_, []).extend(name for name in _list(group, "of") if isinstance(name, str))
    ids = (*entities, *(id_ for id_ in members if id_ not in entities))
    return {id_: tuple(dict.fromkeys(_spellings(id_, entities, members, set()))) for id_ in ids}


def _spellings(
    id_: str, entities: Mapping[str, tuple[str, ...]], members: Mapping[str, list[str]], seen: set[str]
) -> Iterator[str]:
    if id_ in seen:
        return
    seen.add(id_)
    yield from entities.get(id_, ())
    for member in members.get(id_, ()):
        yield from _spellings(member.removeprefix("@"), entities, members, seen)


def _tables(top: Mapping[str, object], name: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    value = top.get(name)
    if isinstance(value, dict):
        yield from ((id_, table) for id_, table in value.items() if isinstance(table, dict))


def _list(table: Mapping[str, object], key: str) -> list[object]:
    value = table.get(key)
    return value if isinstance(value, list) else []
