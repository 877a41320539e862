"""Edit the text of config.toml as a careful person would: lines added, changed or taken out, nothing else touched.

Comments, order, spacing and line ends stay as they are. Every edit is proved before it is returned: the new text must
hold exactly what the old one held, with the feeds changed as asked; else InputError says what to do by hand.
"""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from monitor.errors import InputError
from monitor.text.located_toml import Document, parse_toml

Setting = str | bool
Settings = dict[str, Setting]
"""The keys of one [[feed]], in the order they are to be written."""

_PATH = "config.toml"
_PAUSED_LINE = re.compile(r"^\s*paused\s*=\s*(true|false)\s*$")
_STRING = re.compile(r"""\"(?:[^"\\]|\\.)*\"|'[^']*'""")
_COMMA_BEHIND = re.compile(r"^[ \t]*,[ \t]*")
_COMMA_BEFORE = re.compile(r"[ \t]*,[ \t]*$")
_LOGICAL = re.compile(r"true|false")


@dataclass(frozen=True, slots=True)
class Addition:
    """A feed to add: its settings, and a comment to stand above it."""

    settings: Settings
    comment: str = ""


def add_feeds(text: str, additions: Sequence[Addition]) -> str:
    """Return the file with a [[feed]] block for each addition at its end. Raises InputError if that cannot be done."""
    newline = _newline(text)
    blocks = [newline.join(_block(addition)) for addition in additions]
    body = text.rstrip("\r\n \t")
    added = (newline * 2).join([body, *blocks] if body else blocks) + newline

    def change(feeds: list[Settings]) -> None:
        feeds.extend({key: _storable(value) for key, value in one.settings.items()} for one in additions)

    return _proved(text, added, change, "write the [[feed]] block at the end of the file by hand")


def remove_feeds(text: str, names: Collection[str]) -> str:
    """Return the file without the blocks of these feeds, comments above them kept. Raises InputError.

    Their names leave the lists of ``[coverage]`` too, lest these name feeds that are not there.
    """
    unnamed = _without_names(text, names)
    document = parse_toml(unnamed, _PATH)
    text, before = unnamed, text
    lines = text.split("\n")
    blocks = _blocks(text, document)
    doomed = [blocks[index] for index, feed in enumerate(_feeds(document)) if feed.get("name") in names]
    for start, end in reversed(doomed):
        del lines[start : _own_end(lines, start, end)]

    def change(feeds: list[Settings]) -> None:
        feeds[:] = [feed for feed in feeds if feed.get("name") not in names]

    return _proved(before, "\n".join(lines), change, "take the [[feed]] blocks out by hand", unnamed=names)


def _without_names(text: str, names: Collection[str]) -> str:
    """Return the file whose ``[coverage]`` names none of these feeds; all else, comments too, is left as it is."""
    document = parse_toml(text, _PATH)
    lines = text.split("\n")
    places = [
        document.where(("coverage", "watch", number, "feeds", place))
        for number, watch in enumerate(_watches(document.value))
        for place, name in enumerate(watch.get("feeds", ()))
        if name in names
    ]
    for where in sorted(places, reverse=True):
        line = lines[where.line - 1]
        head, tail = line[: where.column - 1], line[where.column - 1 :]
        written = _STRING.match(tail)
        if not written:
            continue  # written in no way we know: the proof will say so
        rest, follows = _COMMA_BEHIND.subn("", tail[written.end() :], count=1)
        line = (head if follows else _COMMA_BEFORE.sub("", head)) + rest
        lines[where.line - 1 : where.line] = [line] if line.strip() else []
    return "\n".join(lines)


def _watches(settings: Mapping[str, object]) -> list[dict[str, list[str]]]:
    coverage = settings.get("coverage")
    return coverage.get("watch", []) if isinstance(coverage, dict) else []


def pause_feeds(text: str, names: Collection[str], *, is_paused: bool) -> str:
    """Return the file with ``paused`` of these feeds set or taken out. Raises InputError."""
    document = parse_toml(text, _PATH)
    lines = text.split("\n")
    blocks = _blocks(text, document)
    for index, feed in reversed(list(enumerate(_feeds(document)))):
        if feed.get("name") not in names:
            continue
        if "paused" in feed:
            place = document.where(("feed", index, "paused"))
            line = lines[place.line - 1]
            head, tail = line[: place.column - 1], line[place.column - 1 :]
            if not is_paused and _PAUSED_LINE.match(line):
                del lines[place.line - 1]
            else:
                lines[place.line - 1] = head + _LOGICAL.sub(str(is_paused).lower(), tail, count=1)
        elif is_paused:
            after = document.key_where(("feed", index, "url")).line
            lines.insert(min(after, blocks[index][1]), _paused_like(lines[after - 1]))

    def change(feeds: list[Settings]) -> None:
        for feed in feeds:
            if feed.get("name") in names:
                feed["paused"] = is_paused

    return _proved(text, "\n".join(lines), change, f"write paused = {str(is_paused).lower()} into the block by hand")


def _block(addition: Addition) -> list[str]:
    comment = [f"# {line}" for line in addition.comment.splitlines() if line.strip()]
    return [*comment, "[[feed]]", *(f"{key} = {_written(value)}" for key, value in addition.settings.items())]


def _written(value: Setting) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped.
    return json.dumps(_storable(value), ensure_ascii=False).replace("\x7f", "\\u007F")


def _storable(value: Setting) -> Setting:
    """Return the value without lone surrogates, which no file in UTF-8 can hold."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _paused_like(line: str) -> str:
    """Return ``paused = true`` with the indent, the equals sign and the line end of a neighbouring line."""
    found = re.match(r"(\s*)[^=]*", line)
    indent = found[1] if found else ""
    column = line.find("=")
    key = f"{indent}paused ".ljust(column) if column > 0 else "paused "
    return f"{key}= true{chr(13) if line.endswith(chr(13)) else ''}"


def _blocks(text: str, document: Document) -> list[tuple[int, int]]:
    """Return the lines of each [[feed]], from its header up to the next header that is not its own, counted from 0."""
    headers = _headers(text)
    blocks = []
    for index, feed in enumerate(_feeds(document)):
        place = document.where(("feed", index))
        start = place.line - 1
        if start not in headers:
            raise InputError(
                f'{place}: the feed "{feed.get("name")}" is not written as a [[feed]] block of its own',
                "change it by hand",
            )
        later = (line for line, is_part in headers.items() if line > start and not is_part)
        blocks.append((start, min(later, default=len(text.split("\n")))))
    return blocks


def _headers(text: str) -> dict[int, bool]:
    """Return the lines of all table headers, from 0; True for a table inside a feed, such as [feed.headers]."""
    tree = Parser(Language(tree_sitter_toml.language())).parse(text.replace("\r\n", "\n").encode("utf-8", "replace"))
    tables = [node for node in tree.root_node.children if node.type in ("table", "table_array_element")]
    return {node.start_point[0]: _is_part_of_feed(node) for node in tables}


def _is_part_of_feed(table: Node) -> bool:
    key = next((child for child in table.children if child.type in ("bare_key", "quoted_key", "dotted_key")), None)
    written = (key.text or b"").decode() if key is not None else ""
    return re.match(r"""["']?feed["']?\s*\.""", written) is not None


def _feeds(document: Document) -> list[Settings]:
    feeds = document.value.get("feed")
    return [feed for feed in feeds if isinstance(feed, dict)] if isinstance(feeds, list) else []


def _own_end(lines: Sequence[str], start: int, end: int) -> int:
    """Return where a block ends that reaches from ``start`` to the next header: what speaks of the next is not its own.

    Comments right below its last key are its own if an empty line follows them; all others belong to what comes next.
    """
    last = end
    while last > start + 1 and _is_between(lines[last - 1]):
        last -= 1
    last = next((number for number in range(last, end) if not lines[number].strip()), last)
    is_gap_left = start == 0 or not lines[start - 1].strip()
    if is_gap_left and last < len(lines) and not lines[last].strip():
        last += 1  # one empty line between blocks, not two
    return last


def _is_between(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _proved(
    before: str, after: str, change: Callable[[list[Settings]], None], by_hand: str, *, unnamed: Collection[str] = ()
) -> str:
    """Return ``after`` if it holds what ``before`` holds with its feeds changed; ``paused = false`` says nothing.

    ``unnamed`` are feeds that ``[coverage]`` names no more.
    """
    wanted = copy.deepcopy(tomllib.loads(before))
    change(wanted.setdefault("feed", []))
    for watch in _watches(wanted):
        if "feeds" in watch:
            watch["feeds"] = [name for name in watch["feeds"] if name not in unnamed]
    try:
        found = tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        found = {}
    found.setdefault("feed", [])
    for feed in [*wanted["feed"], *found["feed"]]:
        if feed.get("paused") is False:
            del feed["paused"]
    if found != wanted:
        raise InputError(f"{_PATH} is written so that this command cannot change it safely; it was left alone", by_hand)
    return after
