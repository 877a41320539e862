"""Records as plain lists and texts for JSON, and back: for what is kept to save reading it again.

Nothing of it is a format for others: fields stand in the order of their class without names, so that what was kept by
another version of the program must not be read; whoever keeps it sees to that.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Record = TypeVar("Record")
_Convert = Callable[[Any], Any]
_AS_IT_IS = (str, int, float, bool, type(None))
_MICROSECOND = timedelta(microseconds=1)


def to_plain(value: object, kind: Any) -> Any:
    """Return a record of a type as what JSON can hold."""
    return _encoder(kind)(value)


def from_plain(plain: object, kind: type[Record]) -> Record:
    """Return the record that ``to_plain`` was given.

    Raises ValueError, TypeError, IndexError or AttributeError for what is no such record.
    """
    decode: Callable[[object], Record] = _decoder(cast("Hashable", kind))
    return decode(plain)


def _same(value: Any) -> Any:
    return value


@cache
def _encoder(kind: Any) -> _Convert:
    return _converter(kind, _encoder, _ENCODE, _encoded_record)


@cache
def _decoder(kind: Any) -> _Convert:
    return _converter(kind, _decoder, _DECODE, _decoded_record)


def _converter(
    kind: Any,
    of: Callable[[Any], _Convert],
    simple: Mapping[type, _Convert],
    record: Callable[[type, list[tuple[str, _Convert]]], _Convert],
) -> _Convert:
    """Return what converts values of a type; ``of`` does so for the types within it."""
    if get_origin(kind) is not None:
        return _composed(get_origin(kind), get_args(kind), of, simple)
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return record(cast("type", kind), [(one.name, of(hints[one.name])) for one in dataclasses.fields(kind)])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return simple[Enum] if simple is _ENCODE else kind
    return _same if kind in _AS_IT_IS else simple[kind]


def _composed(
    origin: Any, inner: Sequence[Any], of: Callable[[Any], _Convert], simple: Mapping[type, _Convert]
) -> _Convert:
    if origin is Union or origin is types.UnionType:
        return _optional(inner, of)
    if origin is tuple:
        return _many(of(inner[0]), simple) if inner[1:] == (...,) else _some([of(one) for one in inner], simple)
    return _by_key(of(inner[1]))


def _optional(inner: Sequence[Any], of: Callable[[Any], _Convert]) -> _Convert:
    kinds = [one for one in inner if one is not type(None)]
    if len(kinds) > 1:
        return _one_of(kinds, of)
    convert = of(kinds[0])
    return lambda value: None if value is None else convert(value)


def _one_of(kinds: Sequence[type], of: Callable[[Any], _Convert]) -> _Convert:
    """Return what converts a record of one of several classes, with the number of its class before it."""
    converts = [of(kind) for kind in kinds]
    if of is _decoder:
        return lambda value: converts[value[0]](value[1])

    def encode(record: Any) -> Any:
        number = kinds.index(type(record))
        return [number, converts[number](record)]

    return encode


def _many(convert: _Convert, simple: Mapping[type, _Convert]) -> _Convert:
    kind: type = list if simple is _ENCODE else tuple
    if convert is _same:
        return kind
    return lambda values: kind([convert(one) for one in values])


def _some(converts: list[_Convert], simple: Mapping[type, _Convert]) -> _Convert:
    kind: type = list if simple is _ENCODE else tuple
    return lambda values: kind([convert(one) for convert, one in zip(converts, values, strict=True)])


def _by_key(convert: _Convert) -> _Convert:
    return lambda values: {key: convert(one) for key, one in values.items()}


def _encoded_record(_cls: type, fields: list[tuple[str, _Convert]]) -> _Convert:
    return lambda record: [convert(getattr(record, name)) for name, convert in fields]


def _decoded_record(cls: type, fields: list[tuple[str, _Convert]]) -> _Convert:
    converts = [convert for _, convert in fields]
    if all(convert is _same for convert in converts):
        return lambda values: cls(*values)
    return lambda values: cls(*[convert(one) for convert, one in zip(converts, values, strict=True)])


_ENCODE: dict[type, _Convert] = {
    Enum: lambda member: member.value,
    date: date.isoformat,
    datetime: datetime.isoformat,
    time: time.isoformat,
    timedelta: lambda span: span // _MICROSECOND,
    Path: str,
}
_DECODE: dict[type, _Convert] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    time: time.fromisoformat,
    timedelta: lambda count: count * _MICROSECOND,
    Path: Path,
}
