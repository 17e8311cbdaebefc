"""One window per data folder; the second launch raises the first."""

import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tiktok_manager.ui.single_instance import SingleInstance, server_name


@pytest.fixture
def first(qapp: QObject, tmp_path: Path) -> Iterator[SingleInstance]:
    instance = SingleInstance(tmp_path)
    assert instance.acquire()
    yield instance
    instance.close()


def test_a_second_launch_raises_the_first_and_ends(
    first: SingleInstance, tmp_path: Path, qtbot: QtBot
) -> None:
    second = SingleInstance(tmp_path)
    with qtbot.waitSignal(first.raise_requested):
        assert not second.acquire()


def test_a_trace_is_seen_without_a_call(first: SingleInstance, tmp_path: Path) -> None:
    assert SingleInstance(tmp_path).may_be_taken


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe leaves no file")
def test_without_a_trace_nobody_is_called(qapp: QObject, tmp_path: Path) -> None:
    instance = SingleInstance(tmp_path)
    assert not instance.may_be_taken
    assert instance.acquire()
    instance.close()
    assert not instance.may_be_taken


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe leaves no file")
def test_what_a_killed_one_left_behind_does_not_stop_the_next(
    qapp: QObject, tmp_path: Path
) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as left:
        left.bind(server_name(tmp_path))
    again = SingleInstance(tmp_path)
    assert again.may_be_taken
    assert again.acquire()
    again.close()


def test_another_data_folder_has_a_window_of_its_own(first: SingleInstance, tmp_path: Path) -> None:
    other = SingleInstance(tmp_path / "other")
    assert other.acquire()
    other.close()


def test_after_the_first_is_gone_the_next_may_start(first: SingleInstance, tmp_path: Path) -> None:
    first.close()
    again = SingleInstance(tmp_path)
    assert again.acquire()
    again.close()


def test_the_name_does_not_tell_the_folder(tmp_path: Path) -> None:
    assert tmp_path.name not in server_name(tmp_path)
    assert server_name(tmp_path) != server_name(tmp_path / "x")


def test_launches_with_other_environments_find_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = server_name(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "elsewhere"))
    assert server_name(tmp_path) == before
