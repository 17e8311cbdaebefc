"""Damaged files and folders that are not ours: told in words, never published from, and mended."""

import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.fakes.words import says, told
from tests.fakes.world import START, VirtualClock, World, claim_due, environment, make_world
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.errors import AppError, InputError, StorageError
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.services import backups
from tiktok_manager.services.backups import BackupKind
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage.database import load_driver
from tiktok_manager.storage.integrity import side_files

FLIPS = 40
PAGE_BYTES = 4096


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A closed data folder with a planned and a published post, and a backup of before."""
    with make_world(tmp_path) as world:
        world.connect()
        world.workspace.backups.create()
        world.clock.advance_hours(1)
        for _ in range(3):
            world.plan()
        world.workspace.backups.create(BackupKind.AUTOMATIC)
        world.clock.advance_hours(1)
        world.run(timedelta(hours=2))
        world.workspace.database.checkpoint()
        world.workspace.database.close()
        yield world


def _try_to_back_up(workspace: Workspace) -> None:
    """See that a damaged database gives no backup, or one that the copying mended."""
    made = len(workspace.backups.list())
    try:
        backup = workspace.backups.create()
    except StorageError:
        assert len(workspace.backups.list()) == made
        return
    with closing(load_driver().connect(backup.path)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def use(world: World) -> str:
    """Use the data folder in every way; returns what its owner is told."""
    clock = VirtualClock(world.clock.now())
    paths = world.workspace.paths
    try:
        with open_workspace(environment(world.sim.base_url, paths.root), clock) as workspace:
            World(workspace, world.sim, clock, world.folder).posts()
            workspace.accounts.list()
            verdict = workspace.database.integrity()
            if verdict != "ok":
                _try_to_back_up(workspace)
                return verdict
            workspace.publishing.resume()
            claim_due(workspace.publishing, 8, 8)
    except AppError as exc:
        return told(exc)
    return ""


def test_flipped_bits_are_told_or_harmless_and_never_crash(world: World) -> None:
    path = world.workspace.paths.database
    whole = path.read_bytes()
    rng = random.Random(7)
    told = 0
    for number in range(FLIPS):
        for side in side_files(path):
            side.unlink(missing_ok=True)
        flipped = bytearray(whole)
        # In the head of a page, or anywhere: most of a young database is empty.
        page = rng.randrange(len(whole) // PAGE_BYTES) * PAGE_BYTES
        is_head = number % 2 == 0
        flipped[page + rng.randrange(8 if is_head else PAGE_BYTES)] ^= 1 << rng.randrange(8)
        path.write_bytes(flipped)
        told += bool(use(world)) and is_head
    assert told > FLIPS / 4, "hardly anything was noticed"
    assert len(world.arrived()) == 3


@pytest.mark.parametrize("part", [0.0, 0.01, 0.3, 0.7])
def test_a_database_cut_short_is_told(world: World, part: float) -> None:
    path = world.workspace.paths.database
    whole = path.read_bytes()
    path.write_bytes(whole[: max(1, int(len(whole) * part))])
    assert use(world) != ""
    assert len(world.arrived()) == 3


def test_a_damaged_database_names_the_last_backup_that_is_whole(world: World) -> None:
    paths = world.workspace.paths
    paths.database.write_bytes(b"damaged" * 10_000)
    newest, older = backups.list_backups(paths.backups_dir)
    newest.path.write_bytes(newest.path.read_bytes()[:-1] + b"x")
    words = use(world)
    assert f"backup restore {older.name}" in words
    backups.restore(paths, older.name, world.clock)
    assert use(world) == ""


def test_the_copy_made_before_an_upgrade_is_a_way_out(world: World) -> None:
    paths = world.workspace.paths
    kept = next(iter(backups.list_backups(paths.backups_dir))).path.read_bytes()
    shutil.rmtree(paths.backups_dir)
    paths.backups_dir.mkdir()
    copy = paths.backups_dir / "before-upgrade-20261101T120000.sqlite3"  # as a migration makes it
    copy.write_bytes(kept)
    paths.database.write_bytes(b"damaged" * 10_000)
    assert f"backup restore {copy.name}" in use(world)
    backups.restore(paths, copy.name, world.clock)
    assert use(world) == ""


def test_without_a_whole_backup_nobody_is_sent_to_one(world: World) -> None:
    paths = world.workspace.paths
    shutil.rmtree(paths.backups_dir)
    paths.database.write_bytes(b"damaged" * 10_000)
    assert "There is no backup" in use(world)


def test_after_the_restore_nothing_goes_out_again(world: World) -> None:
    paths = world.workspace.paths
    paths.database.write_bytes(b"damaged" * 10_000)
    newest, _older = backups.list_backups(paths.backups_dir)
    assert newest.name in use(world)
    backups.restore(paths, newest.name, world.clock)
    with open_workspace(environment(world.sim.base_url, paths.root), world.clock) as workspace:
        again = World(workspace, world.sim, world.clock, world.folder)
        again.workspace.publishing.resume()
        again.run(timedelta(hours=2))
        assert {post.status for post in again.posts()} == {PostStatus.UNCONFIRMED}
        again.connect()  # the backup's sign-in was renewed since, so it is dead
        again.run(timedelta(hours=2))
        assert {post.status for post in again.posts()} == {PostStatus.PUBLISHED}
        assert again.calls("video_init") == 3
    assert len(world.arrived()) == 3


@pytest.mark.parametrize("left", [None, b""])
def test_a_lost_database_is_not_silently_replaced_by_an_empty_one(
    world: World, left: bytes | None
) -> None:
    path = world.workspace.paths.database
    path.unlink()
    if left is not None:
        path.write_bytes(left)
    words = use(world)
    assert "The database is gone." in words
    assert "backup restore" in words
    assert not path.exists() or path.read_bytes() == left


# -- the write-ahead log -----------------------------------------------------------------------


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[World]:
    """A data folder as a killed app leaves it: what was published stands in the log only."""
    with make_world(tmp_path) as world:
        world.connect()
        for _ in range(3):
            world.plan()
        world.workspace.database.checkpoint()
        world.settle()
        paths = world.workspace.paths
        held = {path: path.read_bytes() for path in (paths.database, *side_files(paths.database))}
        world.workspace.database.close()
        for path, content in held.items():
            path.write_bytes(content)
        yield world


def test_a_deleted_log_makes_nothing_go_out_twice(killed: World) -> None:
    for side in side_files(killed.workspace.paths.database):
        side.unlink()
    root = killed.workspace.paths.root
    with open_workspace(environment(killed.sim.base_url, root), killed.clock) as workspace:
        again = World(workspace, killed.sim, killed.clock, killed.folder)
        assert {post.status for post in again.posts()} == {PostStatus.SCHEDULED}
        again.settle()
        assert {post.status for post in again.posts()} == {PostStatus.PUBLISHED}
        assert again.calls("video_init") == 3
    assert len(killed.arrived()) == 3


@pytest.mark.parametrize("part", [0.0, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("how", ["cut", "damaged"])
def test_a_log_that_ends_early_gives_an_earlier_instant_and_nothing_goes_out_twice(
    killed: World, part: float, how: str
) -> None:
    wal, shm = side_files(killed.workspace.paths.database)
    shm.unlink()
    whole = wal.read_bytes()
    kept = int(len(whole) * part)
    rest = b"" if how == "cut" else b"\xa5" * (len(whole) - kept)
    wal.write_bytes(whole[:kept] + rest)
    root = killed.workspace.paths.root
    with open_workspace(environment(killed.sim.base_url, root), killed.clock) as workspace:
        assert workspace.database.integrity() == "ok"
        again = World(workspace, killed.sim, killed.clock, killed.folder)
        again.workspace.publishing.resume()
        killed.clock.advance_hours(1)
        again.run(timedelta(hours=2))
        assert {post.status for post in again.posts()} == {PostStatus.PUBLISHED}
    assert len(killed.arrived()) == 3


def test_a_stale_index_of_the_log_is_made_anew(killed: World) -> None:
    _wal, shm = side_files(killed.workspace.paths.database)
    shm.write_bytes(b"\xa5" * len(shm.read_bytes()))
    root = killed.workspace.paths.root
    with open_workspace(environment(killed.sim.base_url, root), killed.clock) as workspace:
        again = World(workspace, killed.sim, killed.clock, killed.folder)
        assert {post.status for post in again.posts()} == {PostStatus.PUBLISHED}
        assert workspace.database.integrity() == "ok"


# -- backups of unknown origin -----------------------------------------------------------------


def test_a_file_far_too_large_is_not_even_copied(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = tmp_path / "bomb.sqlite3"
    with bomb.open("wb") as file:
        file.write(b"SQLite format 3\0")
        file.truncate(30_000_000_000)
    monkeypatch.setattr(shutil, "copyfile", lambda *_args, **_named: pytest.fail("it was copied"))
    with says(InputError, "far larger"):
        backups.restore(world.workspace.paths, str(bomb), world.clock)
    bomb.write_bytes(b"no database")
    with says(InputError, "not a database"):
        backups.restore(world.workspace.paths, str(bomb), world.clock)


def test_a_file_the_disk_has_no_room_for_is_not_copied(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    newest, _older = backups.list_backups(world.workspace.paths.backups_dir)
    with says(StorageError, "no room"):
        backups.restore(world.workspace.paths, newest.name, world.clock)


def test_a_view_in_a_backup_is_never_asked(world: World, tmp_path: Path) -> None:
    paths = world.workspace.paths
    crafted = tmp_path / "crafted.sqlite3"
    shutil.copy(backups.list_backups(paths.backups_dir)[0].path, crafted)
    connection = load_driver().connect(crafted, isolation_level=None)
    connection.execute("ALTER TABLE install RENAME TO hidden")
    connection.execute("CREATE VIEW install AS SELECT *, load_extension('/tmp/evil') FROM hidden")
    connection.close()
    with says(InputError, "tables, triggers or views"):
        backups.restore(paths, str(crafted), world.clock)


# -- other owners ------------------------------------------------------------------------------

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that other users can get to."""
    with tempfile.TemporaryDirectory(prefix="tm-owners-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def as_nobody(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the program as a user who owns nothing; skips where that cannot be done."""
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv")
    python = [*NOBODY, sys.executable, "-B"]
    checkout = Path(__file__).resolve().parents[2]
    can = subprocess.run(
        [*python, "-c", "import tiktok_manager.app"], cwd=checkout, capture_output=True, check=False
    )
    if can.returncode:
        pytest.skip("needs root, and Python where others can read it")
    return subprocess.run(
        [*python, "-m", "tiktok_manager", *arguments],
        cwd=checkout,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            **environment("http://127.0.0.1:9", folder / "data"),
        },
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.mark.parametrize("command", [("posts", "list"), ("publisher", "run", "--until-idle")])
def test_a_folder_of_somebody_else_is_told_and_nothing_is_done(
    public: Path, command: tuple[str, ...]
) -> None:
    (public / "data").mkdir(mode=0o755)
    done = as_nobody(public, *command)
    assert done.returncode == 1
    assert f"The data folder {public}/data cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_left_by_root_is_told_with_its_owner(public: Path) -> None:
    env = environment("http://127.0.0.1:9", public / "data")
    with open_workspace(env, VirtualClock(START)):
        pass
    for path in [public / "data", *(public / "data").rglob("*")]:
        shutil.chown(path, 65534, 65534)
    database = public / "data" / "tiktok-manager.db"
    shutil.chown(database, 0, 0)
    database.chmod(0o644)
    done = as_nobody(public, "posts", "list")
    assert done.returncode == 1
    assert f"{database} cannot be written" in done.stderr
    assert "It belongs to root." in done.stderr
