"""TOML with places: values from tomllib, the line and column of every key and value from tree-sitter's grammar.

tomllib keeps no positions, and tree-sitter no values; each is asked only for what it is sure of. A file with syntax
errors gives every one of them (``monitor.text.toml_problems``) and, beside the empty ``value``, what the rest holds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from monitor.records import Problem, Source
from monitor.text.toml_problems import SyntaxProblem, find_syntax_problems

KeyPath = tuple[str | int, ...]
_KEYS = frozenset({"bare_key", "quoted_key", "dotted_key"})
MAX_DEPTH = 64
"""Places deeper than this many levels are given as those of what encloses them; no file of ours has ten."""


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file read with its places; ``value`` is what tomllib gives, and empty when the file does not parse."""

    path: str
    value: dict[str, object]
    problems: tuple[Problem, ...] = ()
    """Syntax errors, sorted by place, codes T001 …"""
    partial: dict[str, object] = field(default_factory=dict)
    """``value``, or for a broken file what is left without its broken lines: to check the rest, never to use it."""
    _keys: Mapping[KeyPath, Source] = field(default_factory=dict)
    _values: Mapping[KeyPath, Source] = field(default_factory=dict)

    def where(self, path: KeyPath) -> Source:
        """Return the place of the value at ``path`` (list positions are integers from 0).

        A table's place is its header's bracket. An unknown path gives the nearest enclosing place, at last 1:1.
        """
        return self._nearest(self._values, path)

    def key_where(self, path: KeyPath) -> Source:
        """Return the place of the key at ``path``; for an entry of a list, which has no key, that of its value."""
        return self._keys[path] if path in self._keys else self._nearest(self._values, path)

    def _nearest(self, places: Mapping[KeyPath, Source], path: KeyPath) -> Source:
        while path and path not in places:
            path = path[:-1]
        return places[path] if path else Source(self.path, 1, 1)


def parse_toml(text: str, path: str) -> Document:
    """Read a TOML file; never raises on any text. ``path`` is what the places print.

    A byte order mark is ignored. Lines end at LF or CRLF; columns count code points from 1.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n")
    errors: tuple[SyntaxProblem, ...] = ()
    readable, partial = lines, _loaded(lines)
    if partial is None:
        errors, readable = find_syntax_problems(lines)
        partial = tomllib.loads(readable)
    index = _Index(readable, path)
    problems = [Problem(Source(path, error.line, error.column), error.code, error.what, error.fix) for error in errors]
    return Document(path, {} if problems else partial, tuple(sorted(problems)), partial, index.keys, index.values)


def _loaded(text: str) -> dict[str, object] | None:
    """Return what a faultless text holds; reading takes long, so that it is not read first for its faults."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_toml.language()))


class _Index:
    """The first place of every key and value of one document."""

    def __init__(self, text: str, path: str) -> None:
        self.keys: dict[KeyPath, Source] = {}
        self.values: dict[KeyPath, Source] = {}
        self._path = path
        # A lone surrogate has no UTF-8 form; positions need only something of one code point in its place.
        self._lines = text.encode("utf-8", "replace").split(b"\n")
        self._lengths: dict[KeyPath, int] = {}
        root = _parser().parse(b"\n".join(self._lines)).root_node
        for child in root.children:
            match child.type:
                case "pair":
                    self._read_pairs([(child, ())])
                case "table" | "table_array_element":
                    self._read_table(child)
                case _:
                    continue

    def _place(self, node: Node) -> Source:
        row, column = node.start_point
        return Source(self._path, row + 1, len(self._lines[row][:column].decode("utf-8", "replace")) + 1)

    def _read_table(self, table: Node) -> None:
        header = next((child for child in table.children if child.type in _KEYS), None)
        if header is None:
            return
        is_array = table.type == "table_array_element"
        parts = list(_key_parts(header))
        prefix: KeyPath = ()
        for number, (part, node) in enumerate(parts, start=1):
            prefix += (part,)
            self.keys.setdefault(prefix, self._place(node))
            self.values.setdefault(prefix, self._place(table))
            if is_array and number == len(parts):
                self._lengths[prefix] = self._lengths.get(prefix, 0) + 1
            if prefix in self._lengths:
                prefix += (self._lengths[prefix] - 1,)
                self.values.setdefault(prefix, self._place(table))
        self._read_pairs([(child, prefix) for child in table.children if child.type == "pair"])

    def _read_pairs(self, waiting: list[tuple[Node, KeyPath]]) -> None:
        # A list instead of recursion: depth is the file author's choice, the interpreter's stack is not.
        while waiting:
            node, path = waiting.pop()
            if len(path) > MAX_DEPTH:
                continue
            if node.type == "pair":
                key, value = _key_and_value(node)
                if key is None or value is None:
                    continue
                for part, part_node in _key_parts(key):
                    path += (part,)
                    self.keys.setdefault(path, self._place(part_node))
                    self.values.setdefault(path, self._place(value))
                node = value
            self.values.setdefault(path, self._place(node))
            if node.type == "array":
                entries = (child for child in node.children if child.is_named and child.type != "comment")
                waiting.extend((child, (*path, number)) for number, child in enumerate(entries))
            elif node.type == "inline_table":
                waiting.extend((child, path) for child in node.children if child.type == "pair")


def _key_and_value(pair: Node) -> tuple[Node | None, Node | None]:
    named = [child for child in pair.children if child.is_named and child.type != "comment"]
    return (named[0], named[1]) if len(named) > 1 else (None, None)


def _key_parts(key: Node) -> Iterator[tuple[str, Node]]:
    waiting = [key]
    parts = list[Node]()
    while waiting:
        node = waiting.pop()
        if node.type == "dotted_key":
            waiting.extend(child for child in node.children if child.type in _KEYS)
        else:
            parts.append(node)
    for node in reversed(parts[-MAX_DEPTH:]):
        written = (node.text or b"").decode("utf-8", "replace")
        yield next(iter(tomllib.loads(f"{written}=0"))) if node.type == "quoted_key" else written, node
