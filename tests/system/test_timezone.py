"""A zone that cannot be told is not silently UTC."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest
import tzlocal

from tiktok_manager.system.timezone import local_zone, local_zone_name

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not hasattr(time, "tzset"), reason="sets the system's own zone")


@pytest.fixture
def two_hours_ahead(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "XXX-2")  # an offset without a name
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("two_hours_ahead")
def test_a_zone_that_is_not_told_is_in_doubt_where_the_clock_differs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> str:
        raise ZoneInfoNotFoundError

    monkeypatch.setattr(tzlocal, "get_localzone_name", fail)
    found = local_zone(NOW)
    assert (found.name, found.offset, found.is_sure) == ("UTC", timedelta(hours=2), False)


@pytest.mark.usefixtures("two_hours_ahead")
@pytest.mark.parametrize(("name", "is_sure"), [("Europe/Berlin", True), ("Asia/Tokyo", False)])
def test_a_named_zone_is_compared_with_the_clock(
    monkeypatch: pytest.MonkeyPatch, name: str, is_sure: bool
) -> None:
    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: name)
    assert local_zone(NOW).is_sure is is_sure


@pytest.mark.parametrize("told", ["", "local", "Mars/Olympus"])
def test_a_name_that_is_no_zone_is_not_used(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: told)
    assert local_zone_name() == "UTC"
