"""Edit the text of a rule file as a careful person would: whole blocks added, nothing else touched.

Comments, order, spacing and line ends of the file stay as they are. Callers read the result again before they write it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from monitor.text.located_toml import Document, parse_toml

_HEADER = re.compile(r"^\s*\[")

Value = str | bool | float | date | Sequence[str] | Mapping[str, float]


def toml_string(text: str) -> str:
    """Return a text as a TOML string on one line; every script stays readable."""
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped, and lone surrogates, which it cannot hold.
    clean = text.encode("utf-8", "replace").decode()
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007F")


def block(header: str, values: Mapping[str, Value]) -> str:
    """Return a table with its lines, the equals signs in one column."""
    width = max(len(key) for key in values)
    return "\n".join([header, *(f"{key:<{width}} = {_written(value)}" for key, value in values.items())])


def append_block(text: str, added: str) -> str:
    """Return a file with a block at its end, after one empty line."""
    newline = _newline(text)
    body = text.rstrip()
    return f"{body}{newline * 2 if body else ''}{added.replace(chr(10), newline)}{newline}"


def insert_example(text: str, path: str, rule: str, added: str) -> str | None:
    """Return a file with an example after the last one of a rule, or after the rule; None if the rule is not in it."""
    document = parse_toml(text, path)
    lines = text.split("\n")
    last = _last_header(document, rule)
    if last is None:
        return None
    # Positions count lines from 1, so this is the index of the line after the header.
    end = next((number for number in range(last, len(lines)) if _HEADER.match(lines[number])), len(lines))
    while end > last and _is_between(lines[end - 1]):
        end -= 1
    newline = _newline(text).removesuffix("\n")
    block_lines = [f"{line}{newline}" for line in ("", *added.split("\n"))]
    if end == len(lines):
        block_lines.append("")
    return "\n".join([*lines[:end], *block_lines, *lines[end:]])


def _last_header(document: Document, rule: str) -> int | None:
    """Return the line of the last table that belongs to a rule: its last example, else its last near, else itself."""
    tables = document.partial.get("rule")
    table = tables.get(rule) if isinstance(tables, dict) else None
    if not isinstance(table, dict):
        return None
    places = [document.where(("rule", rule)).line]
    for key in ("near", "example"):
        entries = table.get(key)
        if isinstance(entries, list):
            places += [document.where(("rule", rule, key, number)).line for number in range(len(entries))]
    return max(places)


def _is_between(line: str) -> bool:
    """Return whether a line speaks of what follows it rather than of what stands before: empty, or a comment."""
    return not line.strip() or line.lstrip().startswith("#")


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _written(value: Value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return toml_string(value)
        case float() | date():
            return str(value)
        case Mapping():
            return "{ " + ", ".join(f"{key} = {number:.2f}" for key, number in value.items()) + " }"
        case _:
            return "[" + ", ".join(toml_string(one) for one in value) + "]"
