"""Column types that hold the same values on every database the store runs on.

Times are whole microseconds since 1970 UTC: they sort, compare and index as integers. Flags are 0 or 1. Text never
holds what a database refuses (lone surrogates, NUL): each such code point becomes U+FFFD, so offsets stay true.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

AnyRow: TypeAlias = sa.Row[*tuple[Any, ...]]
"""A row of a query; what its columns are, the query says."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# SQLite's STRICT tables know INTEGER, REAL, TEXT and BLOB only; elsewhere 64 bits must be asked for.
Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Real: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def to_microseconds(moment: datetime) -> int:
    """Return a time as stored; a naive one is a bug and raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"a stored time needs its zone: {moment!r}")
    return (moment - EPOCH) // MICROSECOND


def from_microseconds(value: int) -> datetime:
    """Return the aware UTC time that was stored."""
    return EPOCH + timedelta(microseconds=value)


def storable(text: str) -> str:
    """Return the text with lone surrogates and NUL replaced by U+FFFD, each by one code point."""
    if "\0" in text:
        text = text.replace("\0", REPLACEMENT)
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(REPLACEMENT if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


def all_storable(*texts: str) -> tuple[str, ...]:
    """Return texts as ``storable`` gives them, asking once for all of a row: hardly ever is one to be changed."""
    together = "".join(texts)
    if "\0" not in together and (together.isascii() or storable(together) is together):
        return texts
    return tuple(map(storable, texts))


def stored_time(moment: datetime | None) -> int | None:
    """Return a time as its column holds it."""
    return None if moment is None else to_microseconds(moment)


def stored_span(span: timedelta | None) -> int | None:
    """Return a length of time as its column holds it, in whole microseconds."""
    return None if span is None else span // MICROSECOND


def stored_text(text: str | None) -> str | None:
    """Return text from outside as its column holds it."""
    return None if text is None else storable(text)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Store as a 64-bit integer."""
        return dialect.type_descriptor(sa.Integer() if dialect.name == "sqlite" else sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the base's signature
        """Turn a time into microseconds."""
        return stored_time(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base's signature
        """Turn microseconds into a time."""
        return None if value is None else from_microseconds(value)


class Span(TypeDecorator[timedelta]):
    """A length of time, in whole microseconds."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Store as a 64-bit integer."""
        return dialect.type_descriptor(sa.Integer() if dialect.name == "sqlite" else sa.BigInteger())

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the base's signature
        """Turn a span into microseconds."""
        return stored_span(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002 - the base's signature
        """Turn microseconds into a span."""
        return None if value is None else timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """Text from outside, made storable."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base's signature
        """Replace what a database refuses."""
        return stored_text(value)


class Flag(TypeDecorator[bool]):
    """Yes or no."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the base's signature
        """Turn a truth value into 0 or 1."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:  # noqa: ARG002 - the base's signature
        """Turn 0 or 1 into a truth value."""
        return None if value is None else value == 1
