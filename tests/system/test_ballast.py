"""Room for a full disk: really there, given up at once, and back by itself."""

import errno
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tiktok_manager.system import ballast as module
from tiktok_manager.system.ballast import BALLAST_BYTES, SPARE_BYTES, Ballast


@pytest.fixture
def ballast(tmp_path: Path) -> Ballast:
    return Ballast(tmp_path / "ballast")


def free(monkeypatch: pytest.MonkeyPatch, size_bytes: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=size_bytes))


@pytest.mark.skipif(sys.platform == "win32", reason="no count of blocks there")
def test_its_blocks_are_real_and_its_owners_alone(ballast: Ballast, tmp_path: Path) -> None:
    assert ballast.make()
    found = (tmp_path / "ballast").stat()
    assert found.st_size == BALLAST_BYTES
    assert found.st_blocks * 512 >= BALLAST_BYTES
    assert found.st_mode & 0o777 == 0o600


def test_it_cannot_be_compressed_away(ballast: Ballast, tmp_path: Path) -> None:
    import zlib

    ballast.make()
    block = (tmp_path / "ballast").read_bytes()[:131_072]
    assert len(zlib.compress(block)) >= len(block)


def test_it_is_not_made_where_it_would_fill_the_disk(
    ballast: Ballast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, BALLAST_BYTES + SPARE_BYTES - 1)
    assert not ballast.make()
    assert ballast.is_low()
    assert list(tmp_path.iterdir()) == []
    free(monkeypatch, BALLAST_BYTES + SPARE_BYTES)
    assert not ballast.is_low()
    assert ballast.make()


def test_with_it_in_place_a_disk_with_little_room_is_not_low(
    ballast: Ballast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballast.make()
    free(monkeypatch, 0)
    assert not ballast.is_low()


def test_given_up_it_makes_room_and_the_disk_is_low_until_it_is_back(
    ballast: Ballast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballast.make()
    ballast.give_up()
    assert list(tmp_path.iterdir()) == []
    with monkeypatch.context() as full:
        free(full, BALLAST_BYTES)
        assert ballast.is_low()
    assert not ballast.is_low()
    assert (tmp_path / "ballast").stat().st_size == BALLAST_BYTES


def test_a_quota_that_statistics_do_not_show_is_respected(
    ballast: Ballast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def over_quota(_fd: int) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    ballast.make()
    ballast.give_up()
    with monkeypatch.context() as quota:
        quota.setattr(module, "sync_file", over_quota)
        assert ballast.is_low()
        assert list(tmp_path.iterdir()) == []
    assert not ballast.is_low()


def test_half_of_it_left_by_a_killed_process_is_made_anew(ballast: Ballast, tmp_path: Path) -> None:
    (tmp_path / "ballast").write_bytes(b"half")
    assert ballast.make()
    assert (tmp_path / "ballast").stat().st_size == BALLAST_BYTES


def test_giving_up_what_is_not_there_is_harmless(ballast: Ballast) -> None:
    ballast.give_up()
    ballast.give_up()
    assert not ballast.is_low()


def test_a_folder_that_is_gone_has_no_room(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "gone" / "ballast")
    assert not ballast.make()
    assert ballast.is_low()
