"""What is planned is known by its SHA-256, and what cannot be planned is named."""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path, PureWindowsPath

import pytest

from tests.fakes.words import says
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import Cancelled, InputError, NotFound
from tiktok_manager.domain.media import MAX_VIDEO_BYTES
from tiktok_manager.system import media
from tiktok_manager.system.media import BLOCK_BYTES, fingerprint
from tiktok_manager.wording import english


def test_a_file_is_known_by_size_time_identity_and_content(tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    content = os.urandom(3 * BLOCK_BYTES + 5)
    video.write_bytes(content)
    found = fingerprint(video)
    stat = video.stat()
    assert found.path == video
    assert (found.size_bytes, found.mtime_ns) == (len(content), stat.st_mtime_ns)
    assert found.file_id == f"{stat.st_dev}:{stat.st_ino}"
    assert found.sha256 == hashlib.sha256(content).hexdigest()


def test_a_relative_path_is_kept_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"video")
    monkeypatch.chdir(tmp_path)
    assert fingerprint(Path("clip.mp4")).path == tmp_path / "clip.mp4"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with says(NotFound, r"There is no file .*gone\.mp4") as caught:
        fingerprint(tmp_path / "gone.mp4")
    assert caught.value.exit_code == 2


def empty(path: Path) -> None:
    path.touch()


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MAX_VIDEO_BYTES + 1)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in the file system there")
@pytest.mark.parametrize(
    ("make", "reason"),
    [(empty, "empty"), (folder, "folder"), (pipe, "not a regular file"), (too_large, "too large")],
)
def test_what_is_no_video_file_is_refused_by_name(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    path = tmp_path / "clip.mp4"
    make(path)
    with says(InputError, reason) as caught:
        fingerprint(path)
    assert "clip.mp4" in english(caught.value).title


@pytest.mark.parametrize("name", ["clip.avi", "clip", "clip.mp4.exe"])
def test_another_format_is_refused_before_it_is_opened(tmp_path: Path, name: str) -> None:
    with says(InputError, "not a format TikTok takes"):
        fingerprint(tmp_path / name)


def test_a_file_one_may_not_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: str, _flags: int) -> int:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "clip.mp4").write_bytes(b"video")
    monkeypatch.setattr(media, "_open_at_once", refuse)
    with says(InputError, r"clip\.mp4 cannot be read.*Permission denied"):
        fingerprint(tmp_path / "clip.mp4")


def test_a_name_too_long_for_the_system_is_said(tmp_path: Path) -> None:
    with says(InputError, "name is too long"):
        fingerprint(tmp_path / ("x" * 5000 + ".mp4"))


def test_a_file_still_being_written_is_refused(tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(b"first part")

    def write_on(_done: int, _size: int) -> None:
        with video.open("ab") as file:
            file.write(b", second part")

    with says(InputError, "still writing"):
        fingerprint(video, progress=write_on)


def test_progress_ends_with_everything(tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(bytes(2 * BLOCK_BYTES + 1))
    told: list[tuple[int, int]] = []
    fingerprint(video, progress=lambda done, size: told.append((done, size)))
    assert told[-1] == (2 * BLOCK_BYTES + 1, 2 * BLOCK_BYTES + 1)


def test_reading_stops_when_cancelled(tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(b"video")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        fingerprint(video, cancel)


@pytest.mark.parametrize(
    ("path", "away"),
    [
        (r"C:\videos\clip.mp4", False),
        (r"Z:\clip.mp4", False),
        (r"\\server\share\clip.mp4", True),
        (r"\\?\C:\clip.mp4", True),
        (r"\\.\pipe\clip.mp4", True),
        (r"C:\notes.txt:clip.mp4", True),
    ],
)
def test_windows_paths_that_lead_elsewhere_are_known(path: str, away: bool) -> None:
    assert media._leads_away(PureWindowsPath(path)) is away
