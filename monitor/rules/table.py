"""A TOML table read key by key, every wrong value becoming a problem at its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TypeVar

from monitor.records import Problem, Source
from monitor.rules.codes import Code, did_you_mean
from monitor.text.durations import parse_duration
from monitor.text.located_toml import Document, KeyPath

E = TypeVar("E", bound=Enum)
Value = TypeVar("Value")

MAX_BITS = 1000
"""Of whole numbers that messages print."""


class Table:
    """One table of a document; ``spoken`` is how messages call it, e.g. ``[rule.convoy]``.

    The readers return None (or nothing listed) for a key that is absent or wrong; a wrong one is also a problem.
    """

    def __init__(self, document: Document, path: KeyPath, spoken: str, problems: list[Problem]) -> None:
        value = _lookup(document.partial, path)
        self.path = path
        self.spoken = spoken
        self._document = document
        self._value: Mapping[str, object] = value if isinstance(value, dict) else {}
        self._problems = problems
        self._first = len(problems)

    @property
    def is_sound(self) -> bool:
        """Return whether no error was reported since reading this table began."""
        return not any(problem.is_error for problem in self._problems[self._first :])

    @property
    def declared_at(self) -> Source:
        """Return the place of its header."""
        return self._document.where(self.path)

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys it has, in the order written."""
        return tuple(self._value)

    def has(self, key: str) -> bool:
        """Return whether the key is there, with whatever value."""
        return key in self._value

    def where(self, key: str, *more: str | int) -> Source:
        """Return the place of a value."""
        return self._document.where((*self.path, key, *more))

    def key_where(self, *keys: str) -> Source:
        """Return the place of a key."""
        return self._document.key_where((*self.path, *keys))

    def keys_of(self, key: str) -> tuple[str, ...]:
        """Return the keys of the table that is its value."""
        value = self._value[key]
        return tuple(value) if isinstance(value, dict) else ()

    def is_table(self, *keys: str | int) -> bool:
        """Return whether a value is a table."""
        return isinstance(_lookup(self._value, keys), dict)

    def is_list(self, *keys: str | int) -> bool:
        """Return whether a value is a list."""
        return isinstance(_lookup(self._value, keys), list)

    def table(self, *keys: str | int, spoken: str) -> Table:
        """Return the table that is a value; problems with it go to the same list."""
        return Table(self._document, (*self.path, *keys), spoken, self._problems)

    def places(self) -> dict[str, Source]:
        """Return the places of its values, by key."""
        return {key: self.where(key) for key in self._value}

    def report(self, code: Code, where: Source, what: str, fix: str, *, is_error: bool = True) -> None:
        """Add a problem."""
        self._problems.append(Problem(where, code, what, fix, is_error))

    def check_keys(self, known: Iterable[str], elsewhere: Mapping[str, str] | None = None) -> None:
        """Report every key that is not ``known``; ``elsewhere`` says for some keys where they belong."""
        known = tuple(known)
        for key in self._value:
            if key in known:
                continue
            close = did_you_mean(key, known)
            fix = f'did you mean "{close}"?' if close else f"known here: {', '.join(known)}"
            if elsewhere and key in elsewhere:
                fix = elsewhere[key]
            self.report(Code.UNKNOWN_KEY, self.key_where(key), f'{self.spoken} has an unknown key "{key}"', fix)

    def require(self, key: str, example: str) -> bool:
        """Report a key that is absent; return whether it is there."""
        if key not in self._value:
            self.report(Code.MISSING_KEY, self.declared_at, f'{self.spoken} has no "{key}"', f"add: {example}")
        return key in self._value

    def text(self, key: str) -> str | None:
        """Read a text that is not empty."""
        value = self._typed(key, str, "a text in quotes", f'write it in quotes: {key} = "…"')
        if value is not None and not value.strip():
            self.report(
                Code.EMPTY, self.where(key), f'"{key}" is empty', "write something between the quotes, or remove it"
            )
            return None
        return value

    def texts(self, key: str) -> tuple[tuple[str, Source], ...]:
        """Read a list of texts, each with its place; empty ones are reported and left out."""
        found: list[tuple[str, Source]] = []
        for number, value in enumerate(self.values(key)):
            where = self.where(key, number)
            if not isinstance(value, str):
                what = f'"{key}" lists texts, and this is {spoken_type(value)}'
                self.report(Code.WRONG_TYPE, where, what, "write every entry in quotes")
            elif self.is_filled(value, where):
                found.append((value, where))
        return tuple(found)

    def is_filled(self, value: str, where: Source) -> bool:
        """Report a text of nothing but spaces; return whether it holds anything."""
        if not value.strip():
            self.report(Code.EMPTY, where, "an empty text is searched for", "remove it; it would stand in every item")
        return bool(value.strip())

    def values(self, key: str) -> list[object]:
        """Read a list of anything; an empty one is reported."""
        example = str(self._value.get(key)) if isinstance(self._value.get(key), str) else "…"
        value = self._typed(key, list, "a list in [ ]", f'write: {key} = ["{example}"]')
        if value is not None and not value:
            self.report(Code.EMPTY, self.where(key), f'"{key}" lists nothing', "list something, or remove the line")
        return value or []

    def boolean(self, key: str) -> bool | None:
        """Read true or false."""
        return self._typed(key, bool, "true or false", f"write: {key} = true  or  {key} = false  (without quotes)")

    def choice(self, key: str, choices: Mapping[str, Value]) -> Value | None:
        """Read one of the words in ``choices`` and return what it stands for."""
        value = self.text(key)
        return self._chosen(key, value, self.where(key), choices) if value is not None else None

    def chosen(self, key: str, choices: Mapping[str, Value]) -> tuple[Value, ...]:
        """Read a list of words out of ``choices``."""
        found = [self._chosen(key, value, where, choices) for value, where in self.texts(key)]
        return tuple(value for value in found if value is not None)

    def _chosen(self, key: str, value: str, where: Source, choices: Mapping[str, Value]) -> Value | None:
        if value in choices:
            return choices[value]
        close = did_you_mean(value, choices)
        listed = ", ".join(choices)
        fix = f'did you mean "{close}"? it can be: {listed}' if close else f"it can be: {listed}"
        self.report(Code.UNKNOWN_CHOICE, where, f'"{key}" cannot be "{value}"', fix)
        return None

    def is_number(self, key: str) -> bool:
        """Return whether a number stands here, where something else is wanted."""
        return isinstance(self._value.get(key), int | float) and not isinstance(self._value[key], bool)

    def shown(self, key: str) -> str:
        """Return a value as messages print it."""
        return _shown(self._value.get(key))

    def number(self, key: str, least: int, most: int) -> int | None:
        """Read a whole number between ``least`` and ``most``."""
        given = self._value.get(key)
        if isinstance(given, float):
            fix = f"write: {key} = {round(given) if abs(given) <= most else most}"
            self.report(Code.WRONG_TYPE, self.where(key), f'"{key}" must be a whole number, and this is {given}', fix)
            return None
        value = self._typed(key, int, "a whole number", f"write: {key} = 15  (without quotes)")
        if value is not None and not least <= value <= most:
            self._report_range(self.where(key), f'"{key}"', value, f"{least} and {most}")
            return None
        return value

    def scores(self, key: str) -> tuple[tuple[str, float, Source], ...]:
        """Read a table of topics and scores between 0 and 1, each with the place of its topic."""
        example = f"{key} = {{ cpec-security = 0.50 }}"
        table = self._typed(key, dict, "a table of topics and scores", f"write: {example}")
        found: list[tuple[str, float, Source]] = []
        for topic, value in (table or {}).items():
            where = self.where(key, topic)
            if isinstance(value, bool) or not isinstance(value, int | float):
                what = f'the score of "{topic}" must be a number, and this is {spoken_type(value)}'
                self.report(Code.WRONG_TYPE, where, what, f"write: {example}")
                continue
            is_score = 0 <= value <= 1
            if not is_score:
                self._report_range(where, f'the score of "{topic}"', value, "0 and 1")
            found.append((topic, float(value) if is_score else 0.0, self._document.key_where((*self.path, key, topic))))
        return tuple(found)

    def _report_range(self, where: Source, what: str, value: float, bounds: str) -> None:
        percent = f"; did you mean {value / 100:.2f}?" if bounds == "0 and 1" and 2 <= value <= 100 else ""
        self.report(Code.OUT_OF_RANGE, where, f"{what} is {_shown(value)}", f"it must lie between {bounds}{percent}")

    def duration(self, key: str) -> timedelta | None:
        """Read a length of time, like "6h"."""
        if not self.has(key):
            return None
        value = self._value[key]
        span = parse_duration(value) if isinstance(value, str) else None
        if span is None:
            written = f'"{value}"' if isinstance(value, str) else _shown(value)
            meant = _meant_duration(value) if isinstance(value, str) else ""
            fix = f'write a whole number and s, m, h, d or w, in quotes: {key} = "{meant or "6h"}"'
            self.report(Code.BAD_DURATION, self.where(key), f'"{key}" is {written}, which is no length of time', fix)
        return span

    def day(self, key: str) -> date | None:
        """Read a date."""
        if not self.has(key):
            return None
        value = self._value[key]
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self._report_date(key, value, "2026-12-31")
        return None

    def moment(self, key: str) -> date | None:
        """Read a date or a date and time."""
        if not self.has(key):
            return None
        value = self._value[key]
        if isinstance(value, date):
            return value
        self._report_date(key, value, "2026-12-31T08:00:00Z")
        return None

    def _report_date(self, key: str, value: object, example: str) -> None:
        written = f'"{value}"' if isinstance(value, str) else f"{_shown(value)} ({spoken_type(value)})"
        fix = f"write year, month and day without quotes: {key} = {_meant_day(value) or example}"
        self.report(Code.BAD_DATE, self.where(key), f'"{key}" is {written}, which is not a date here', fix)

    def tables(self, key: str, spoken: str) -> Iterator[Table]:
        """Iterate over a list of tables, ``[[header]]`` each; read one before asking for the next."""
        header = ".".join(str(part) for part in (*self.path, key))
        if self.is_table(key):
            what = f'"{key}" may be given several times, so its header needs double brackets'
            self.report(Code.BRACKETS, self.where(key), what, f"write [[{header}]]")
            return
        for number, entry in enumerate(self.values(key)):
            if isinstance(entry, dict):
                yield self.table(key, number, spoken=spoken)
            else:
                what = f'"{key}" lists tables, and this is {spoken_type(entry)}'
                self.report(Code.WRONG_TYPE, self.where(key, number), what, f"write it below a header [[{header}]]")

    def _typed(self, key: str, kind: type[Value], wanted: str, fix: str) -> Value | None:
        if key not in self._value:
            return None
        value = self._value[key]
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        self.report(
            Code.WRONG_TYPE, self.where(key), f'"{key}" must be {wanted}, and this is {spoken_type(value)}', fix
        )
        return None


def _meant_duration(written: str) -> str:
    """Return a length of time as it is written here ("3 days"), empty if nobody can tell what it means."""
    found = re.fullmatch(r"(\d{1,4})\s*(s|m|h|d|w)(?:ec|in|r|ou|ay|eek|econd|inute|our)?s?", written.strip().lower())
    return f"{int(found[1])}{found[2]}" if found else ""


def _meant_day(value: object) -> str:
    """Return the day of a date in quotes, or of a time, empty if there is none."""
    with suppress(ValueError):
        return date.fromisoformat(str(value)[:10]).isoformat()
    return ""


def _lookup(value: object, path: KeyPath) -> object:
    for part in path:
        match value, part:
            case dict(), str():
                value = value.get(part)
            case list(), int() if part < len(value):
                value = value[part]
            case _:
                return None
    return value


def _shown(value: object) -> str:
    """Return a value as messages print it; Python refuses to print a number of thousands of digits."""
    is_long = isinstance(value, int) and value.bit_length() > MAX_BITS
    return "a number of very many digits" if is_long else str(value)


def enum_choices(kind: type[E]) -> dict[str, E]:
    """Return the words of a closed set, as analysts write them."""
    return {str(member.value) if isinstance(member.value, str) else member.name.lower(): member for member in kind}


def spoken_type(value: object) -> str:
    """Return what a TOML value is, in words."""
    match value:
        case bool():
            return f"{str(value).lower()} without quotes"
        case str():
            return "a text"
        case int() | float():
            return "a number"
        case dict():
            return "a table"
        case list():
            return "a list"
        case _:
            return "a date or time"
