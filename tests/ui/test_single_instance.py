"""One window per data folder; the second launch raises the first."""

from collections.abc import Iterator
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
