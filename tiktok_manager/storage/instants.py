"""Instants as rows keep them: whole microseconds since 1970 UTC, which sort and compare."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, TypeDecorator
from sqlalchemy.engine import Dialect

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
