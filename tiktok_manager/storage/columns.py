"""What all tables are made of: their base, and instants as rows keep them.

An instant is kept as whole microseconds since 1970 UTC, which sort and compare.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, LargeBinary, Text, TypeDecorator, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcInstant(TypeDecorator[datetime]):
    """An aware datetime kept as whole microseconds since 1970 UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive datetimes: they have no instant."""
        return None if value is None else to_stored(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        return None if value is None else from_stored(value)


def to_stored(instant: datetime) -> int:
    """Return an instant as rows keep it."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no instant")
    return (instant - _EPOCH) // _MICROSECOND


def from_stored(value: int) -> datetime:
    """Return the instant that a row keeps."""
    return _EPOCH + value * _MICROSECOND


class Base(DeclarativeBase):
    """Registry of the tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcInstant,
        str: Text,
        bytes: LargeBinary,
    }


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index of the rows for which `where` holds."""
    # Migrations say it for PostgreSQL too; here that would load its dialect at every start.
    return Index(name, *columns, unique=unique, sqlite_where=text(where))
