"""Backups: whole or not there, kept in ranks, and restored only if they are what they claim."""

import errno
import hashlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.fakes.words import says
from tests.fakes.world import VirtualClock
from tiktok_manager.domain.accounts import Profile
from tiktok_manager.domain.errors import (
    AppError,
    DatabaseBusy,
    DatabaseTooNew,
    InputError,
    NotFound,
    PublisherBusy,
    StorageError,
)
from tiktok_manager.services import backups as module
from tiktok_manager.services.backups import (
    Backup,
    BackupKind,
    Backups,
    Rank,
    kept,
    list_backups,
    restore,
)
from tiktok_manager.storage import accounts, installation, settings
from tiktok_manager.storage import backup as files
from tiktok_manager.storage.database import Database, load_driver, open_database
from tiktok_manager.system.locks import PublisherLock
from tiktok_manager.system.paths import DataPaths, open_data_paths
from tiktok_manager.wording import term

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")


class House:
    """A data folder with a database in it, and its backups."""

    def __init__(self, paths: DataPaths, clock: VirtualClock) -> None:
        self.paths = paths
        self.clock = clock
        self.open()

    def open(self) -> None:
        self.database = open_database(self.paths.database, self.paths.backups_dir, self.clock)
        self.backups = Backups(self.database, self.paths.backups_dir, self.clock)

    def close(self) -> None:
        self.database.checkpoint()
        self.database.close()

    def write(self, theme: str) -> None:
        with self.database.write() as session:
            settings.put_setting(session, "theme", theme)

    def theme(self) -> str | None:
        with self.database.read() as session:
            return settings.all_settings(session).get("theme")

    def restore(self, wanted: str) -> module.Restored:
        """Close, restore, and open again whatever happened."""
        self.close()
        try:
            return restore(self.paths, wanted, self.clock)
        finally:
            self.open()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    paths = open_data_paths({"TIKTOK_MANAGER_DATA_DIR": str(tmp_path / "data")})
    house = House(paths, VirtualClock())
    with house.database.write() as session:
        home = {"machine": "machine", "place": str(paths.root)}
        installation.settle_at(session, "install", **home, now=house.clock.now())
        profile = Profile(open_id="open-alice", display_name="Alice", handle="alice")
        accounts.put_connected(session, "alice", profile, (), house.clock.now())
    house.write("dark")
    yield house
    house.close()


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(load_driver().connect(file, isolation_level=None)) as connection:
        yield connection


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# -- making ------------------------------------------------------------------------------------


def test_a_backup_holds_everything_committed_and_is_one_whole_file(house: House) -> None:
    backup = house.backups.create()
    assert names(house.paths.backups_dir) == {backup.name, f"{backup.name}.sha256"}
    with opened(backup.path) as copy:
        assert copy.execute("SELECT value FROM settings").fetchall() == [("dark",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_backup_is_its_owners_alone_and_its_sha256_is_recorded(house: House) -> None:
    backup = house.backups.create()
    assert backup.sha256 == hashlib.sha256(backup.path.read_bytes()).hexdigest()
    if os.name != "nt":
        assert backup.path.stat().st_mode & 0o777 == 0o600


def test_writers_go_on_during_a_backup(house: House) -> None:
    with house.database.write() as session:
        settings.put_setting(session, "theme", "light")
        session.flush()
        backup = house.backups.create()
    with opened(backup.path) as copy:
        assert copy.execute("SELECT value FROM settings").fetchall() == [("dark",)]
    assert house.theme() == "light"


def test_two_backups_of_one_second_do_not_meet(house: House) -> None:
    assert house.backups.create().path != house.backups.create().path
    assert len(house.backups.list()) == 2


@pytest.mark.parametrize("step", ["copy_database", "digest", "_record_digest", "put_in_place"])
def test_a_backup_that_fails_leaves_no_half_file(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files if step == "copy_database" else module, step, fail)
    with says(StorageError, "could not be written"):
        house.backups.create()
    assert house.backups.list() == []
    assert not [name for name in names(house.paths.backups_dir) if name.startswith(".")]


def test_a_damaged_database_is_not_backed_up_and_old_backups_stay(house: House) -> None:
    house.backups.create(BackupKind.AUTOMATIC)
    house.close()
    damage(house.paths.database)
    house.database = Database(house.paths.database, load_driver(), house.clock)
    house.backups = Backups(house.database, house.paths.backups_dir, house.clock)
    with pytest.raises(StorageError):
        house.backups.create()
    house.clock.advance_hours(2)
    house.backups.run_if_due()
    assert len(house.backups.list()) == 1


def test_no_backup_is_begun_that_the_disk_cannot_hold(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    with says(StorageError, "no room"):
        house.backups.create()
    assert names(house.paths.backups_dir) == set()


# -- when, and how long ------------------------------------------------------------------------


def test_one_is_due_an_hour_after_the_last_if_something_changed(house: House) -> None:
    assert house.backups.due()
    house.backups.run_if_due()
    house.write("light")
    assert not house.backups.due()
    house.clock.advance_hours(1)
    touch_later(house.paths.database)
    assert house.backups.due()


def test_a_clock_that_was_once_ahead_does_not_end_the_backups(house: House) -> None:
    house.clock.advance_hours(24 * 365)
    house.backups.create()
    house.clock.advance_hours(-24 * 365)
    assert house.backups.due()


def test_an_idle_app_makes_no_more_backups(house: House) -> None:
    house.backups.run_if_due()
    house.clock.advance_hours(50)
    house.backups.run_if_due()
    assert len(house.backups.list()) == 1


def touch_later(file: Path) -> None:
    """Let the file look changed, however coarse the file system's clock is."""
    seen = file.stat().st_mtime_ns + 60_000_000_000
    os.utime(file, ns=(seen, seen))


def test_a_failing_automatic_backup_disturbs_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    house.backups.run_if_due()
    assert "automatic backup failed" in caplog.text


def test_the_ranks_keep_24_hours_7_days_and_4_weeks() -> None:
    newest = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    times = [newest - timedelta(minutes=30 * n) for n in range(2 * 24 * 60)]
    keep = sorted(kept(times), reverse=True)
    assert keep[:24] == [newest - timedelta(hours=n) for n in range(24)]
    older = [at for at in keep if at < newest - timedelta(hours=23)]
    assert len({at.date() for at in keep}) == 7 + 2
    assert all(at.time().hour == 23 for at in older)
    assert {at.isocalendar()[1] for at in keep} == {47, 46, 45, 44}


def test_a_backup_tells_how_long_it_is_kept(house: House) -> None:
    house.backups.create()
    for _ in range(26):
        house.clock.advance_hours(1)
        touch_later(house.paths.database)
        house.backups.create(BackupKind.AUTOMATIC)
    told = [(b.kind, b.rank, term(b.kept_as)) for b in house.backups.list()]
    assert told[0][1:] == (Rank.WEEKLY, "4 weeks")
    assert told[1][1:] == (Rank.HOURLY, "24 hours")
    assert told[-2][1:] == (None, "until the next backup")
    assert told[-1] == (BackupKind.MANUAL, None, "until you delete it")


def test_a_backup_is_verified_without_being_restored(house: House) -> None:
    backup = house.backups.create()
    house.write("light")
    house.backups.verify(backup.name)
    assert house.theme() == "light"
    assert names(house.paths.backups_dir) == {backup.name, f"{backup.name}.sha256"}
    damage(backup.path)
    with says(InputError, "cannot be restored"):
        house.backups.verify(backup.name)
    with pytest.raises(NotFound):
        house.backups.verify("manual-20200101T000000Z.sqlite3")


def test_a_machine_that_is_seldom_on_keeps_as_many() -> None:
    newest = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    weekly = [newest - timedelta(days=9 * n) for n in range(40)]
    assert len(kept(weekly)) == 24


def test_old_automatic_backups_go_and_those_made_by_hand_stay(house: House) -> None:
    by_hand = house.backups.create()
    for _ in range(30):
        house.clock.advance_hours(1)
        touch_later(house.paths.database)
        house.backups.run_if_due()
    left = house.backups.list()
    assert [b.kind for b in left].count(BackupKind.AUTOMATIC) == 24
    assert by_hand.name in {b.name for b in left}
    digests = {name for name in names(house.paths.backups_dir) if name.endswith(".sha256")}
    assert len(digests) == len(left)


def test_what_a_killed_backup_left_is_swept_up(house: House) -> None:
    old, new = (house.paths.backups_dir / f".partial-{age}.sqlite3" for age in ("old", "new"))
    for file in (old, new):
        file.touch()
    day_before = (house.clock.now() - timedelta(days=2)).timestamp()
    os.utime(old, (day_before, day_before))
    os.utime(new, (house.clock.now().timestamp(),) * 2)
    house.backups.run_if_due()
    assert (old.exists(), new.exists()) == (False, True)


def test_the_list_shows_backups_only_the_newest_first(house: House) -> None:
    old = house.backups.create()
    house.clock.advance_hours(1)
    new = house.backups.create()
    folder = house.paths.backups_dir
    for name in ("notes.txt", "auto-99999999T999999Z.sqlite3", ".partial-x.sqlite3"):
        (folder / name).touch()
    (folder / "before-upgrade-20260101T000000.sqlite3").touch()
    assert [b.name for b in list_backups(folder)] == [
        new.name, old.name, "before-upgrade-20260101T000000.sqlite3",
    ]  # fmt: skip
    assert list_backups(folder / "missing") == []


# -- restoring ---------------------------------------------------------------------------------


@pytest.fixture
def backup(house: House) -> Backup:
    """A backup with the dark theme; the theme is light since."""
    made = house.backups.create()
    house.clock.advance_hours(3)
    house.write("light")
    return made


def test_a_restored_backup_takes_the_place_and_the_former_database_is_kept(
    house: House, backup: Backup
) -> None:
    done = house.restore(backup.name)
    assert house.theme() == "dark"
    assert done.backup_at == backup.taken_at
    with opened(done.former / house.paths.database.name) as former:
        assert former.execute("SELECT value FROM settings").fetchall() == [("light",)]


def test_a_restored_database_knows_when_its_backup_was_taken(house: House, backup: Backup) -> None:
    house.restore(backup.name)
    with house.database.read() as session:
        known = installation.get_install(session)
    assert known is not None
    assert (known.backup_at, known.restored_at) == (backup.taken_at, house.clock.now())


def test_a_backup_of_a_restore_nobody_looked_at_keeps_its_age(house: House, backup: Backup) -> None:
    house.restore(backup.name)
    house.clock.advance_hours(1)
    house.restore(house.backups.create().name)
    with house.database.read() as session:
        known = installation.get_install(session)
    assert known is not None
    assert known.backup_at == backup.taken_at


def test_nothing_is_left_beside_the_database(house: House, backup: Backup) -> None:
    house.close()
    before = names(house.paths.root)
    restore(house.paths, backup.name, house.clock)
    assert names(house.paths.root) == before | {"publisher.lock"}
    house.open()


def test_a_backup_lying_elsewhere_is_named_by_its_path(
    house: House, backup: Backup, tmp_path: Path
) -> None:
    moved = tmp_path / "on a stick.sqlite3"
    shutil.move(backup.path, moved)
    house.restore(str(moved))
    assert house.theme() == "dark"


def test_a_damaged_database_can_be_replaced(house: House, backup: Backup) -> None:
    house.close()
    house.paths.database.write_bytes(b"no database any more" * 1000)
    log = house.paths.database.with_name(f"{house.paths.database.name}-wal")
    log.write_bytes(b"stale log")
    done = restore(house.paths, backup.name, house.clock)
    assert names(done.former) == {house.paths.database.name, log.name}
    assert not log.exists()
    house.open()
    assert house.theme() == "dark"


def test_a_lost_database_can_be_replaced(house: House, backup: Backup) -> None:
    house.close()
    house.paths.database.unlink()
    restore(house.paths, backup.name, house.clock)
    house.open()
    assert house.theme() == "dark"


@pytest.mark.parametrize("step", ["_keep", "sync_folder", "put_in_place"])
def test_a_restore_cut_short_leaves_the_former_database(
    house: House, backup: Backup, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_args: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(module, step, fail)
        with pytest.raises(StorageError):
            house.restore(backup.name)
    assert house.theme() == "light"


def test_a_working_publisher_is_not_pulled_the_rug(house: House, backup: Backup) -> None:
    lock = PublisherLock(house.paths.publisher_lock)
    assert lock.acquire()
    with says(PublisherBusy, "publisher works"):
        house.restore(backup.name)
    lock.release()
    assert house.theme() == "light"


def test_an_open_window_is_not_pulled_the_rug(
    house: House, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_FOLD_TIMEOUT_S", 0.0)
    house.theme()
    with says(DatabaseBusy, "in use"):
        restore(house.paths, backup.name, house.clock)
    assert house.theme() == "light"
    assert not [name for name in names(house.paths.backups_dir) if name.startswith("replaced")]


def refused(house: House, wanted: str, words: str, error: type[AppError] = InputError) -> None:
    before = (house.theme(), names(house.paths.backups_dir))
    with says(error, words):
        house.restore(wanted)
    assert (house.theme(), names(house.paths.backups_dir)) == before


def forget_digest(backup: Backup) -> None:
    backup.path.with_name(f"{backup.name}.sha256").unlink()


def test_a_backup_changed_since_it_was_made_is_refused(house: House, backup: Backup) -> None:
    with opened(backup.path) as copy:
        copy.execute("UPDATE settings SET value = 'light'")
    refused(house, backup.name, "cannot be restored")


@pytest.mark.parametrize("digest", ["", "junk", "../../etc/passwd  x", "é"])
def test_a_broken_record_of_the_digest_trusts_nothing(
    house: House, backup: Backup, digest: str
) -> None:
    backup.path.with_name(f"{backup.name}.sha256").write_text(digest, encoding="utf-8")
    refused(house, backup.name, "cannot be restored")


def damage(file: Path) -> None:
    """Overwrite the middle of a database."""
    with file.open("r+b") as raw:
        raw.seek(file.stat().st_size // 3)
        raw.write(b"\xa5" * (file.stat().st_size // 3))


@pytest.mark.parametrize("how", ["bytes", "cut", "empty", "text"])
def test_a_damaged_backup_is_refused(house: House, backup: Backup, how: str) -> None:
    forget_digest(backup)
    if how == "bytes":
        damage(backup.path)
    else:
        whole = backup.path.read_bytes()
        content = {"cut": whole[: len(whole) // 2], "empty": b"", "text": b"SELECT 1;" * 99}[how]
        backup.path.write_bytes(content)
    refused(house, backup.name, "cannot be restored")


def test_a_newer_apps_backup_is_refused(house: House, backup: Backup) -> None:
    forget_digest(backup)
    with opened(backup.path) as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
    refused(house, backup.name, "newer version", DatabaseTooNew)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER UPDATE ON posts BEGIN DELETE FROM posts; END",
        "CREATE VIEW evil AS SELECT * FROM tokens",
        "CREATE TABLE evil (x)",
        "CREATE INDEX evil ON posts (lower(caption))",
        "CREATE VIRTUAL TABLE evil USING fts5(x)",
        "DROP TABLE step_log",
        "ALTER TABLE settings ADD COLUMN evil TEXT DEFAULT (1)",
    ],
)
def test_a_backup_with_anything_else_in_it_is_refused(
    house: House, backup: Backup, statement: str
) -> None:
    forget_digest(backup)
    with opened(backup.path) as copy:
        copy.execute(statement)
    refused(house, backup.name, "cannot be restored")


def test_a_view_in_the_place_of_a_table_is_not_even_read(house: House, backup: Backup) -> None:
    forget_digest(backup)
    with opened(backup.path) as copy:
        copy.execute("DROP TABLE alembic_version")
        copy.execute("CREATE VIEW alembic_version AS SELECT 'r0001' AS version_num")
    refused(house, backup.name, "not made by TikTok Manager")


def test_rows_that_belong_to_nothing_are_refused(house: House, backup: Backup) -> None:
    forget_digest(backup)
    with opened(backup.path) as copy:
        copy.execute("DELETE FROM accounts")
        copy.execute(
            "INSERT INTO step_log (post_id, at, epoch, actor, kind, params)"
            " VALUES ('nobody', 1, 1, 'user', 'made', '{}')",
        )
    refused(house, backup.name, "cannot be restored")


def test_another_programs_database_is_refused(house: House, tmp_path: Path) -> None:
    with opened(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE recipes (text)")
    refused(house, str(tmp_path / "other.db"), "not made by TikTok Manager")


def test_a_bomb_is_refused_by_its_size(
    house: House, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 10_000)
    refused(house, backup.name, "cannot be restored")


@pytest.mark.parametrize(
    "name",
    ["../data/backups/x.sqlite3", "..", "a/../../b", "\\\\host\\share\\x", "//host/x", "a\0b"],
)
def test_a_name_that_leads_elsewhere_is_refused(house: House, name: str) -> None:
    refused(house, name, "not the name of a backup")


@posix_only
def test_what_is_no_plain_file_is_refused(house: House, backup: Backup) -> None:
    folder = house.paths.backups_dir
    (folder / "link.sqlite3").symlink_to(backup.path)
    (folder / "folder.sqlite3").mkdir()
    os.mkfifo(folder / "pipe.sqlite3")
    for name in ("link.sqlite3", "folder.sqlite3", "pipe.sqlite3"):
        refused(house, name, "not a file of its own")


def test_a_backup_that_is_not_there_is_named(house: House) -> None:
    refused(house, "manual-20260101T000000Z.sqlite3", "no backup manual-2026", NotFound)


def test_statistics_for_the_planner_do_no_harm(house: House) -> None:
    with house.database.write() as session:
        session.connection().exec_driver_sql("ANALYZE")
    made = house.backups.create()
    house.write("light")
    house.restore(made.name)
    assert house.theme() == "dark"


def test_a_bare_copy_of_an_empty_database_is_dated_now(house: House, backup: Backup) -> None:
    forget_digest(backup)
    with opened(backup.path) as copy:
        copy.execute("UPDATE install SET backup_at = NULL")
        copy.execute("DELETE FROM install")
    assert house.restore(backup.name).backup_at == house.clock.now()
