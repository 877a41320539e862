"""Items as JSON lines, as scripts give them (DESIGN §7)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import InputError


@dataclass(frozen=True, slots=True)
class JsonItem:
    """One item of a script; ``id`` is given back as it came. What is absent is empty or None."""

    id: object
    title: str
    text: str
    lang: str | None = None
    source: str | None = None
    published_at: datetime | None = None
    scores: dict[str, float] | None = None


def read_lines(file: Path) -> Iterator[tuple[int, JsonItem | str]]:
    """Iterate over (line number, item or what is wrong with the line); empty lines are skipped, ``-`` is stdin.

    ``summary`` is accepted for ``text``, ``outlet`` for ``source``, ``date`` for ``published``; unknown keys are
    ignored. Raises InputError if the file cannot be read.
    """
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})", "name a file, or - for standard input") from None
    text = raw.decode("utf-8-sig", "surrogateescape")
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, _read(line)


def read_items(file: Path) -> list[JsonItem]:
    """Return the items of a file. Raises InputError naming the first line that is none."""
    items = []
    for number, item in read_lines(file):
        if isinstance(item, str):
            raise InputError(f"{file}:{number}: {item}", "write one JSON object per line, with title or text")
        items.append(item)
    return items


def _read(line: str) -> JsonItem | str:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"this is no JSON ({error})"
    if not isinstance(value, dict):
        return "this is no JSON object"
    title, text, lang, source, published = (
        next((value[key] for key in keys if value.get(key) is not None), None)
        for keys in (("title",), ("text", "summary"), ("lang",), ("source", "outlet"), ("published", "date"))
    )
    if not (isinstance(title, str | None) and isinstance(text, str | None)):
        return '"title" and "text" must be texts'
    return JsonItem(
        id=value.get("id"),
        title=title or "",
        text=text or "",
        lang=lang if isinstance(lang, str) else None,
        source=source if isinstance(source, str) else None,
        published_at=_time(published),
        scores=_scores(value.get("scores")),
    )


def _time(value: object) -> datetime | None:
    try:
        when = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if when is None else when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _scores(value: object) -> dict[str, float] | None:
    if not isinstance(value, dict):
        return None
    return {topic: score for topic, score in value.items() if isinstance(score, int | float) and 0 <= score <= 1}
