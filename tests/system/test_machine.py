"""What tells a folder from a copy put in its place."""

import shutil
import sys
from pathlib import Path

import pytest

from tiktok_manager.system import machine
from tiktok_manager.system.machine import folder_id


def test_a_folder_stays_itself_when_moved_or_given_other_rights(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    first = folder_id(folder)
    assert first
    for path in folder.iterdir():
        path.chmod(0o400)
    moved = folder.rename(tmp_path / "elsewhere")
    assert folder_id(moved) == first
    moved.rename(folder)
    assert folder_id(folder) == first


def test_a_copy_in_its_place_is_another(tmp_path: Path) -> None:
    folder, copy = tmp_path / "data", tmp_path / "copy"
    folder.mkdir()
    first = folder_id(folder)
    shutil.copytree(folder, copy)
    folder.rename(tmp_path / "aside")  # so that its file's number is not free
    copy.rename(folder)
    assert folder_id(folder) not in {first, ""}


def test_a_disk_without_lasting_numbers_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "type_of", lambda _folder: "exfat")
    assert folder_id(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="rights work otherwise there")
def test_a_folder_that_cannot_be_marked_tells_nothing(tmp_path: Path) -> None:
    assert folder_id(tmp_path / "missing") == ""
