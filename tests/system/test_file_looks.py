"""Looking at many files, whatever a drive does."""

import threading
from pathlib import Path

from tiktok_manager.system.file_looks import FileLook, FileLooks, look_at
from tiktok_manager.system.media import stamp_of


def test_files_folders_and_what_is_missing_are_told_apart(tmp_path: Path) -> None:
    here = tmp_path / "here.mp4"
    here.write_bytes(b"x")
    gone, away = tmp_path / "gone.mp4", tmp_path / "drive" / "away.mp4"
    found = FileLooks().of([here, gone, away])
    assert found == {
        here: FileLook(stamp=stamp_of(here)),
        gone: FileLook(stamp=None),
        away: FileLook(stamp=None, has_folder=False),
    }


def test_a_drive_that_hangs_holds_up_no_other_and_is_not_asked_twice(tmp_path: Path) -> None:
    answers = threading.Event()
    asked: list[str] = []

    def look(path: Path) -> FileLook:
        asked.append(path.parent.name)
        if path.parent.name == "hung":
            answers.wait()
        return look_at(path)

    hung, other = tmp_path / "hung" / "a.mp4", tmp_path / "b.mp4"
    looks = FileLooks(look, patience_s=0.05)
    assert list(looks.of([hung, other])) == [other]
    assert list(looks.of([hung, other])) == [other]
    assert asked.count("hung") == 1
    answers.set()
