"""Counters are backed up daily in files of their own; a copy of posts carries none of them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.world import VirtualClock
from tests.storage.test_metrics_file import TOTALS, near, record
from tiktok_manager.domain.errors import DatabaseTooNew, InputError
from tiktok_manager.services.backups import BackupOf, Backups, list_backups, restore
from tiktok_manager.storage import metrics, settings
from tiktok_manager.storage.database import open_database
from tiktok_manager.storage.metrics_file import MetricsFile
from tiktok_manager.storage.migrations.metrics import application_id
from tiktok_manager.system.paths import open_data_paths


class House:
    """A data folder with posts and counters, and the backups of both."""

    def __init__(self, root: Path) -> None:
        self.clock = VirtualClock()
        self.paths = open_data_paths({"TIKTOK_MANAGER_DATA_DIR": str(root)})
        self.folder = self.paths.backups_dir
        self.database = open_database(self.paths.database, self.folder, self.clock)
        self.counters = MetricsFile(self.paths.metrics, self.folder, self.clock)
        beside = Backups(self.counters, self.folder, self.clock, of=BackupOf.METRICS)
        self.backups = Backups(self.database, self.folder, self.clock, beside=beside)
        self.changes = 0

    def change(self) -> None:
        """Change both files, an hour later."""
        self.changes += 1
        with self.database.write() as session:
            settings.put_setting(session, "theme", str(self.changes))
        record(self.counters, replace(TOTALS, seen_at=self.clock.now()))
        self.clock.advance(timedelta(hours=1))

    def made(self, of: BackupOf) -> int:
        return len(list_backups(self.folder, of))

    def close(self) -> None:
        self.counters.close()
        self.database.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "data")
    yield made
    made.close()


def test_posts_are_backed_up_hourly_and_counters_daily(house: House) -> None:
    for _hour in range(25):
        house.change()
        house.backups.run_if_due()
    assert house.made(BackupOf.POSTS) == 24
    assert house.made(BackupOf.METRICS) == 2


def test_without_counters_there_is_no_backup_of_them(house: House) -> None:
    house.backups.run_if_due()
    assert house.made(BackupOf.POSTS) == 1
    assert house.made(BackupOf.METRICS) == 0
    assert house.backups.create_beside() is None


def test_two_years_of_counters_do_not_ride_in_a_copy_of_posts(house: House) -> None:
    bare = house.backups.create().size_bytes
    with house.counters.write() as session:
        for day in range(730):
            told = replace(TOTALS, seen_at=TOTALS.seen_at + timedelta(days=day))
            metrics.record_account(session, told)
    copy = house.backups.create()
    assert copy.size_bytes == bare
    with closing(sqlite3.connect(copy.path)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert not {name for name in tables if "snapshot" in name or name == "videos"}
    counters = house.backups.create_beside()
    assert counters is not None
    with closing(sqlite3.connect(counters.path)) as connection:
        assert connection.execute("SELECT count(*) FROM account_snapshots").fetchone() == (730,)


def counters_backup(house: House) -> Path:
    record(house.counters, TOTALS)
    made = house.backups.create_beside()
    assert made is not None
    return made.path


def test_counters_are_restored_and_posts_stay_as_they_are(house: House) -> None:
    name = counters_backup(house).name
    house.backups.verify(name)
    record(house.counters, replace(TOTALS, followers=99))
    house.close()
    before = house.paths.database.read_bytes()
    restored = restore(house.paths, name, house.clock)
    assert restored.of is BackupOf.METRICS
    assert house.paths.database.read_bytes() == before
    assert (restored.former / "metrics.db").is_file()
    assert near(house.counters, TOTALS.seen_at) == TOTALS


def test_posts_are_restored_and_counters_stay_as_they_are(house: House) -> None:
    house.change()
    backup = house.backups.create()
    house.close()
    before = house.paths.metrics.read_bytes()
    assert restore(house.paths, backup.name, house.clock).of is BackupOf.POSTS
    assert house.paths.metrics.read_bytes() == before


@pytest.mark.parametrize(
    "spoil",
    [
        "CREATE TRIGGER t AFTER INSERT ON videos BEGIN SELECT 1; END",
        "CREATE TABLE posts (id TEXT)",
        "DROP TABLE videos",
    ],
)
def test_counters_that_were_tampered_with_are_refused(house: House, spoil: str) -> None:
    backup = counters_backup(house)
    backup.with_name(f"{backup.name}.sha256").unlink()
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute(spoil)
    house.close()
    with pytest.raises(InputError):
        restore(house.paths, backup.name, house.clock)
    assert near(house.counters, TOTALS.seen_at) == TOTALS


def test_counters_of_a_newer_version_are_refused(house: House) -> None:
    backup = counters_backup(house)
    backup.with_name(f"{backup.name}.sha256").unlink()
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute(f"PRAGMA application_id={application_id(99)}")
    house.close()
    with pytest.raises(DatabaseTooNew):
        restore(house.paths, backup.name, house.clock)
