"""What tells a folder from a copy put in its place."""

import shutil
from pathlib import Path

import pytest

from tiktok_manager.system import machine
from tiktok_manager.system.machine import FolderMark


def marked(folder: Path) -> FolderMark:
    folder.mkdir(exist_ok=True)
    mark = FolderMark(folder)
    mark.change(mark.make_next())
    return mark


def test_a_folder_stays_itself_when_moved_or_given_other_rights(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = marked(folder).here()
    assert first
    for path in folder.iterdir():
        path.chmod(0o400)
    moved = folder.rename(tmp_path / "elsewhere")
    assert FolderMark(moved).here() == first
    moved.rename(folder)
    assert FolderMark(folder).here() == first


def test_a_copy_in_its_place_is_another(tmp_path: Path) -> None:
    folder, copy = tmp_path / "data", tmp_path / "copy"
    mark = marked(folder)
    first = mark.here()
    shutil.copytree(folder, copy)
    folder.rename(tmp_path / "aside")  # so that its file's number is not free
    copy.rename(folder)
    assert mark.here() not in {first, "", None}


def test_the_next_mark_is_known_before_it_is_there(tmp_path: Path) -> None:
    mark = marked(tmp_path)
    first, following = mark.here(), mark.make_next()
    assert mark.here() == first != following
    mark.change(following)
    assert mark.here() == following


def test_the_next_mark_of_another_process_is_left_to_it(tmp_path: Path) -> None:
    mark = marked(tmp_path)
    first, ours = mark.here(), mark.make_next()
    theirs = f"{ours}, later"
    mark.change(theirs)
    assert mark.here() == first


def test_a_next_mark_left_by_a_process_that_ended_is_no_hindrance(tmp_path: Path) -> None:
    mark = marked(tmp_path)
    first = mark.here()
    mark.make_next()
    following = FolderMark(tmp_path).make_next()
    mark.change(following)
    assert mark.here() == following != first


def test_a_folder_whose_mark_was_taken_away_has_none(tmp_path: Path) -> None:
    assert FolderMark(tmp_path).here() == ""


def test_a_disk_without_lasting_numbers_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "type_of", lambda _folder: "exfat")
    mark = marked(tmp_path)
    assert mark.make_next() == ""
    assert mark.here() is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_marked_keeps_what_it_has(tmp_path: Path) -> None:
    mark = FolderMark(tmp_path / "missing")
    assert mark.make_next() == ""
    mark.change("")
    assert mark.here() == ""
