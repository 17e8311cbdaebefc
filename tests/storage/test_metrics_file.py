"""Counters stand alone, each for itself, in a file of their own that no post depends on."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Mapper

from tests.fakes.world import VirtualClock
from tiktok_manager.domain.errors import DatabaseTooNew, StorageError
from tiktok_manager.domain.metrics import AccountCounters, AccountSeries, VideoCounters
from tiktok_manager.storage import metrics
from tiktok_manager.storage.database import Database, open_database
from tiktok_manager.storage.metrics_file import MetricsFile
from tiktok_manager.storage.metrics_schema import MetricsBase, VideoSnapshotRow
from tiktok_manager.storage.migrations.metrics import application_id

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
TOTALS = AccountCounters(account_id="a", seen_at=NOW, followers=10, following=2, likes=30, videos=4)
VIDEO = VideoCounters(
    tiktok_id="1",
    posted_at=NOW,
    caption="",
    share_url="",
    cover_url="",
    duration_s=12,
    views=100,
    likes=10,
    comments=1,
    shares=0,
    seen_at=NOW,
)


FIGURES = ("followers", "likes", "videos", "views")
Told = TypeVar("Told", AccountCounters, VideoCounters)


@pytest.fixture
def counters(tmp_path: Path) -> Iterator[MetricsFile]:
    made = MetricsFile(tmp_path / "metrics.db", tmp_path, VirtualClock())
    yield made
    made.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "posts.db", tmp_path, VirtualClock())
    yield opened
    opened.close()


def record(counters: MetricsFile, *seen: AccountCounters | VideoCounters) -> None:
    for each in seen:
        with counters.write() as session:
            if isinstance(each, AccountCounters):
                metrics.record_account(session, each)
            else:
                metrics.record_videos(session, "a", [each])


def without(told: Told, missing: str) -> Told:
    changes: dict[str, Any] = {missing: None}
    return replace(told, **changes)


def near(counters: MetricsFile, at: datetime) -> AccountCounters | None:
    with counters.read() as session:
        return metrics.account_near(session, "a", at)


def test_the_tables_are_those_that_the_code_sees(counters: MetricsFile) -> None:
    record(counters, TOTALS)
    with closing(sqlite3.connect(counters.path)) as connection:
        made = {
            name: {row[1]: (row[2], bool(row[3])) for row in connection.execute(query)}
            for name in MetricsBase.metadata.tables
            if (query := f"PRAGMA table_info({name})")
        }
    for name, table in MetricsBase.metadata.tables.items():
        assert made[name].keys() == {column.name for column in table.columns}
        for column in table.columns:
            assert made[name][column.name][1] == (not column.nullable)
    mappers: list[Mapper[object]] = [inspect(m.class_) for m in MetricsBase.registry.mappers]
    assert len(mappers) == 3


@pytest.mark.parametrize("missing", ["followers", "following", "likes", "videos"])
def test_a_total_that_is_not_told_keeps_none_of_the_others_away(
    counters: MetricsFile, missing: str
) -> None:
    record(counters, without(TOTALS, missing))
    found = near(counters, NOW)
    assert found is not None
    assert found.missing_fields == (missing,)
    assert replace(found, **{missing: getattr(TOTALS, missing)}) == TOTALS


def test_a_total_told_once_is_known_from_then_on(counters: MetricsFile) -> None:
    later, last = NOW + timedelta(days=1), NOW + timedelta(days=2)
    record(
        counters,
        replace(TOTALS, likes=None),
        replace(TOTALS, likes=31, seen_at=later),
        replace(TOTALS, likes=None, followers=12, seen_at=last),
    )
    assert near(counters, last) == replace(TOTALS, likes=31, followers=12, seen_at=last)
    first = near(counters, NOW)
    assert first is not None
    assert first.likes == 31  # as it was told first


def test_nothing_told_is_nothing_recorded(counters: MetricsFile) -> None:
    nothing = replace(TOTALS, followers=None, following=None, likes=None, videos=None)
    record(counters, nothing)
    assert near(counters, NOW) is None


@pytest.mark.parametrize("missing", ["views", "likes", "comments", "shares", "duration_s"])
def test_a_counter_of_a_video_that_is_not_told_is_unknown_and_the_others_are_kept(
    counters: MetricsFile, missing: str
) -> None:
    record(counters, without(VIDEO, missing))
    with counters.read() as session:
        (found,) = metrics.list_videos(session, "a", None)
        (views,) = session.scalars(select(VideoSnapshotRow.views))
    assert found == without(VIDEO, missing)
    assert (views is None) == (missing == "views")
    record(counters, replace(VIDEO, seen_at=NOW + timedelta(hours=1)))
    with counters.read() as session:
        (found,) = metrics.list_videos(session, "a", None)
    assert found.missing_fields == ()


def test_the_views_of_all_videos_are_unknown_only_if_none_were_told(
    counters: MetricsFile,
) -> None:
    record(counters, replace(VIDEO, views=None))
    with counters.read() as session:
        assert metrics.total_views(session, "a", NOW) == (None, None)
    record(counters, replace(VIDEO, tiktok_id="2", views=7))
    with counters.read() as session:
        assert metrics.total_views(session, "a", NOW) == (7, 7)
        assert metrics.total_views(session, "b", NOW) == (0, 0)


def test_all_four_numbers_are_known_at_every_sync(counters: MetricsFile) -> None:
    def day(number: int) -> datetime:
        return NOW + timedelta(days=number)

    record(
        counters,
        replace(VIDEO, views=100),
        replace(TOTALS, followers=10, likes=None, videos=1),
        replace(VIDEO, tiktok_id="2", views=7, seen_at=day(1)),
        replace(VIDEO, views=130, seen_at=day(1)),
        replace(TOTALS, followers=12, likes=30, videos=2, seen_at=day(1)),
        replace(VIDEO, tiktok_id="2", views=None, likes=99, seen_at=day(2)),
        replace(TOTALS, followers=11, likes=31, videos=2, seen_at=day(2)),
    )
    with counters.read() as session:
        series = metrics.account_series(session, "a", None)
        since = metrics.account_series(session, "a", day(2))
        nobody = metrics.account_series(session, "b", None)
    values = [[point.value for point in getattr(series, name)] for name in FIGURES]
    assert values == [[10, 12, 11], [30, 31], [1, 2, 2], [100, 137, 137]]
    assert [point.at for point in series.likes] == [day(1), day(2)]
    assert [[point.value for point in getattr(since, name)] for name in FIGURES] == [
        [11],
        [31],
        [2],
        [137],
    ]
    assert nobody == AccountSeries()


def test_a_lost_file_is_made_anew_with_a_warning(
    counters: MetricsFile, caplog: pytest.LogCaptureFixture
) -> None:
    record(counters, TOTALS)
    assert "gone" not in caplog.text
    counters.close()
    counters.path.unlink()
    again = MetricsFile(
        counters.path, counters.path.parent, VirtualClock(), is_expected=lambda: True
    )
    with caplog.at_level(logging.WARNING):
        assert near(again, NOW) is None
    assert "is gone" in caplog.text
    record(again, TOTALS)
    again.close()


def test_a_file_that_is_none_is_set_aside_and_made_anew(
    counters: MetricsFile, tmp_path: Path
) -> None:
    counters.path.write_bytes(b"not a database" * 1000)
    record(counters, TOTALS)
    assert near(counters, NOW) == TOTALS
    (aside,) = tmp_path.glob("metrics-damaged-*/metrics.db")
    assert aside.read_bytes().startswith(b"not a database")


def test_damage_found_later_costs_one_answer(counters: MetricsFile, tmp_path: Path) -> None:
    with counters.write() as session:
        for day in range(1000):
            told = replace(TOTALS, seen_at=NOW + timedelta(days=day))
            metrics.record_account(session, told)
    counters.close()
    data = bytearray(counters.path.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    counters.path.write_bytes(data)
    with pytest.raises(StorageError) as refusal, counters.read() as session:
        metrics.account_series(session, "a", None)
    assert refusal.value.code == "metrics_damaged"
    assert near(counters, NOW) is None
    assert len(list(tmp_path.glob("metrics-damaged-*/metrics.db"))) == 1


def looked_at(counters: MetricsFile, *, thorough: bool = False) -> str | None:
    found = counters.look(thorough=thorough)
    return found.code if found is not None else None


def test_a_look_tells_a_lost_file_from_one_not_begun(tmp_path: Path) -> None:
    counters = MetricsFile(tmp_path / "metrics.db", tmp_path, VirtualClock())
    assert looked_at(counters) is None
    assert not counters.path.exists()
    lost = MetricsFile(counters.path, tmp_path, VirtualClock(), is_expected=lambda: True)
    assert [looked_at(lost), looked_at(lost)] == ["metrics_lost", None]
    lost.close()


def test_a_look_tells_where_a_damaged_file_lies(counters: MetricsFile, tmp_path: Path) -> None:
    counters.path.write_bytes(b"not a database" * 1000)
    found = counters.look(thorough=False)
    (aside,) = tmp_path.glob("metrics-damaged-*")
    assert found is not None
    assert (found.code, found.params) == ("metrics_damaged", {"folder": str(aside)})
    assert looked_at(counters, thorough=True) is None


def test_a_thorough_look_finds_what_a_first_glance_cannot(counters: MetricsFile) -> None:
    with counters.write() as session:
        for day in range(1000):
            told = replace(TOTALS, seen_at=NOW + timedelta(days=day))
            metrics.record_account(session, told)
    counters.close()
    data = bytearray(counters.path.read_bytes())
    data[-4096:] = b"\xff" * 4096
    counters.path.write_bytes(data)
    assert looked_at(counters) is None
    assert looked_at(counters, thorough=True) == "metrics_damaged"
    assert looked_at(counters, thorough=True) is None


def test_a_newer_file_is_left_alone(counters: MetricsFile) -> None:
    record(counters, TOTALS)
    counters.close()
    with closing(sqlite3.connect(counters.path)) as connection:
        connection.execute(f"PRAGMA application_id={application_id(99)}")
    with pytest.raises(DatabaseTooNew):
        near(counters, NOW)
    assert counters.path.exists()


def test_two_files_are_never_written_at_once(counters: MetricsFile, database: Database) -> None:
    with database.write(), pytest.raises(RuntimeError, match="written while"):
        record(counters, TOTALS)
    with counters.write(), pytest.raises(RuntimeError, match="written while"), database.write():
        pass
    record(counters, TOTALS)


def test_counters_wake_nobody_who_waits_for_posts(
    counters: MetricsFile, database: Database
) -> None:
    with database.watch() as watch:
        watch.changed()
        record(counters, TOTALS)
        assert not watch.changed()


def test_posts_are_written_while_counters_are_locked_or_lost(
    counters: MetricsFile, database: Database
) -> None:
    record(counters, TOTALS)
    with closing(sqlite3.connect(counters.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with database.write() as session:
            session.connection()
    counters.close()
    counters.path.unlink()
    counters.path.mkdir()
    with database.write() as session:
        session.connection()
