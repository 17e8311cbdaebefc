"""Files are read once, and anew when they change; what was found is no more than a memory."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import Cancelled, InputError
from tiktok_manager.services.plan_videos import PlanVideos
from tiktok_manager.storage.media_facts import MediaFacts
from tiktok_manager.system import media as media_files
from tiktok_manager.system import video
from tiktok_manager.system.sample_video import make_sample_video


class Counted:
    """Counts what is read and looked into."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: list[Path] = []
        self.probed: list[Path] = []
        read, probe = media_files.fingerprint, video.probe
        monkeypatch.setattr(media_files, "fingerprint", self._noting(self.read, read))
        monkeypatch.setattr(video, "probe", self._noting(self.probed, probe))

    def _noting(self, noted: list[Path], work: Callable[..., object]) -> Callable[..., object]:
        def noting(path: Path, *rest: object) -> object:
            noted.append(path)
            return work(path, *rest)

        return noting


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


def age(world: World, file: Path, by: timedelta = timedelta(hours=1)) -> None:
    """Let a file have been saved some time ago."""
    saved_s = (world.clock.now() - by).timestamp()
    os.utime(file, (saved_s, saved_s))


def videos(world: World) -> PlanVideos:
    return PlanVideos(world.workspace.database, world.clock)


def clip(world: World) -> Path:
    file = world.folder / "clip.mp4"
    make_sample_video(file, hue=20, seconds=0.1)
    age(world, file)
    return file


def test_a_known_file_is_neither_read_nor_looked_into_again(world: World, counted: Counted) -> None:
    file = clip(world)
    first = videos(world).read([file], None, None)[file]
    again = videos(world).read([file], None, None)[file]
    assert again == first
    assert isinstance(again, MediaFacts)
    assert again.info is not None
    assert (len(counted.read), len(counted.probed)) == (1, 1)


@pytest.mark.parametrize("hours_later", [1, 2])
def test_a_changed_file_is_read_anew(world: World, hours_later: int) -> None:
    file = clip(world)
    first = videos(world).read([file], None, None)[file]
    file.write_bytes(os.urandom(file.stat().st_size))
    age(world, file, timedelta(hours=1 + hours_later))
    again = videos(world).read([file], None, None)[file]
    assert isinstance(first, MediaFacts)
    assert isinstance(again, MediaFacts)
    assert again.media.sha256 != first.media.sha256


def test_a_file_put_in_the_place_of_another_is_read_anew(world: World, counted: Counted) -> None:
    file, other = world.file(name="a.mp4"), world.file(name="b.mp4")
    for each in (file, other):
        age(world, each)
    first = videos(world).read([file], None, None)[file]
    other.replace(file)
    again = videos(world).read([file], None, None)[file]
    assert again != first
    assert len(counted.read) == 2


def test_a_file_saved_a_moment_ago_is_not_remembered(world: World, counted: Counted) -> None:
    file = world.file()
    age(world, file, timedelta(seconds=1))
    for _ in range(2):
        videos(world).read([file], None, None)
    assert len(counted.read) == 2


def test_a_file_that_is_no_video_is_looked_at_again_but_not_read(
    world: World, counted: Counted
) -> None:
    file = world.file()
    age(world, file)
    for _ in range(2):
        videos(world).read([file], None, None)
    assert (len(counted.read), len(counted.probed)) == (1, 2)


def test_of_many_files_each_is_read_once_and_what_is_wrong_is_told(world: World) -> None:
    files = [world.file() for _ in range(7)]
    for file in files:
        age(world, file)
    missing, folder = world.folder / "gone.mp4", world.folder / "folder.mp4"
    folder.mkdir()
    told: list[tuple[int, int]] = []
    found = videos(world).read([*files, missing, folder], None, lambda *done: told.append(done))
    assert [isinstance(found[file], MediaFacts) for file in files] == [True] * 7
    assert all(isinstance(found[each], InputError) for each in (missing, folder))
    total_bytes = sum(file.stat().st_size for file in files)
    assert told[-1][0] == total_bytes


def test_reading_many_files_can_be_cancelled(world: World) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        videos(world).read([world.file() for _ in range(4)], cancel, None)
