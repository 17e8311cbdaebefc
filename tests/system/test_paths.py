"""The data folder: the owner's alone, proven writable, and told about when it is not."""

import subprocess
import sys
from pathlib import Path

import pytest

from tiktok_manager.domain.errors import StorageError
from tiktok_manager.system import durable
from tiktok_manager.system.paths import ENV_DATA_DIR, DataPaths, open_data_paths, resources_dir
from tiktok_manager.wording import english

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")


def open_at(folder: Path) -> DataPaths:
    return open_data_paths({ENV_DATA_DIR: str(folder)})


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@posix_only
def test_every_folder_is_the_owners_alone(tmp_path: Path) -> None:
    paths = open_at(tmp_path / "new" / "data")
    folders = (paths.root, paths.logs_dir, paths.media_cache_dir, paths.backups_dir)
    assert [mode_of(folder) for folder in folders] == [0o700] * 4


def test_everything_lies_in_the_named_folder_and_no_trace_of_the_check_stays(
    tmp_path: Path,
) -> None:
    paths = open_at(tmp_path)
    files = (paths.database, paths.publisher_lock, paths.journal)
    assert {file.parent for file in files} == {tmp_path}
    assert {entry.name for entry in tmp_path.iterdir()} == {"logs", "media-cache", "backups"}


@posix_only
def test_an_empty_folder_open_to_others_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    open_at(tmp_path)
    assert mode_of(tmp_path) == 0o700


@posix_only
def test_our_own_folder_open_to_others_is_closed(tmp_path: Path) -> None:
    open_at(tmp_path).database.touch()
    tmp_path.chmod(0o777)
    open_at(tmp_path)
    assert mode_of(tmp_path) == 0o700


@posix_only
def test_a_folder_that_holds_other_things_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    tmp_path.chmod(0o755)
    paths = open_at(tmp_path)
    assert mode_of(tmp_path) == 0o755
    assert mode_of(paths.logs_dir) == 0o700


@pytest.mark.parametrize("killed_once", [False, True])
def test_a_new_data_folders_name_is_on_disk_before_anything_is_kept_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, killed_once: bool
) -> None:
    root = tmp_path / "new" / "data"
    if killed_once:
        root.mkdir(parents=True)
    synced: list[Path] = []
    monkeypatch.setattr(durable, "sync_folder", synced.append)
    open_at(root)
    assert synced == ([tmp_path / "new"] if killed_once else [tmp_path / "new", tmp_path])


@posix_only
def test_a_parent_that_may_not_be_opened_is_left_to_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(folder)

    monkeypatch.setattr(durable, "sync_folder", refuse)
    assert open_at(tmp_path / "data").root.is_dir()


def test_a_place_that_cannot_be_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as caught:
        open_at(tmp_path / "file" / "data")
    assert str(tmp_path / "file" / "data") in english(caught.value).title
    assert "cannot be written" in english(caught.value).title
    assert ENV_DATA_DIR in english(caught.value).command_hint
    assert caught.value.exit_code == 1


@posix_only
def test_a_folder_that_takes_no_bytes_is_found_out_by_writing(tmp_path: Path) -> None:
    code = (
        "import resource, sys\n"
        "from tiktok_manager.domain.errors import StorageError\n"
        "from tiktok_manager.system.paths import open_data_paths\n"
        "from tiktok_manager.wording import words\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        f"try: open_data_paths({{{ENV_DATA_DIR!r}: sys.argv[1]}})\n"
        "except StorageError as exc: sys.exit(words(exc).message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("env", [{}, {ENV_DATA_DIR: ""}])
def test_without_a_name_the_users_own_data_folder_is_taken(env: dict[str, str]) -> None:
    root = open_data_paths(env).root
    assert root.name == "TikTok Manager"
    assert Path.home() in root.parents


def test_a_relative_name_is_fixed_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_data_paths({ENV_DATA_DIR: "data"}).root == tmp_path / "data"


def test_resources_of_a_checkout_are_found() -> None:
    assert resources_dir() == Path(__file__).resolve().parents[2] / "resources"


def test_resources_of_a_frozen_app_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "resources").mkdir()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources_dir() == tmp_path / "resources"
