"""A stage with fakes, a video, and a way to wait for the work pool."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from tests.ui.composer.fakes import Stage, an_account, enter, tick
from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.media import MediaInfo
from tiktok_manager.domain.posts import Privacy
from tiktok_manager.system import media
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel

Settle = Callable[[], None]


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file the probe takes for a fine video of 34 seconds."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"video")
    info = MediaInfo(duration_s=34.2, width_px=1080, height_px=1920, fps=30.0, codec="h264")
    monkeypatch.setattr(media, "probe", lambda _path: info)
    monkeypatch.setattr(media, "thumbnail", lambda _path, _out, _max_px: False)
    return path


@pytest.fixture
def _collect_garbage_here() -> Iterator[None]:
    """As the application does: a QObject must not be collected on a thread of the pool."""
    gc.disable()
    gc.freeze()  # what was there before is not looked through for each test
    yield
    gc.collect()
    gc.unfreeze()
    gc.enable()


@pytest.fixture
def stage(tmp_path: Path, qtbot: QtBot, _collect_garbage_here: None) -> Iterator[Stage]:
    """Two accounts that may post, one that has to be connected again, one for drafts only."""
    made = Stage(
        tmp_path,
        [
            an_account("lost", status=AccountStatus.NEEDS_RECONNECT),
            an_account("alice"),
            an_account("bob"),
            an_account("drafts", scopes=("user.info.basic", "video.upload")),
        ],
    )
    yield made
    made.close()


@pytest.fixture
def settle(stage: Stage, qtbot: QtBot) -> Settle:
    """Wait until everything that was asked for has been answered."""

    def answered() -> None:
        QCoreApplication.processEvents()  # a reading begins with the next turn of the loop
        qtbot.waitUntil(lambda: not stage.tasks.busy)

    return answered


@pytest.fixture
def model(stage: Stage, settle: Settle) -> ComposerViewModel:
    """The composer as it comes to the front."""
    made = ComposerViewModel(stage.core, stage.tasks)
    made.shown()
    settle()
    return made


@pytest.fixture
def ready(model: ComposerViewModel, clip: Path, settle: Settle) -> ComposerViewModel:
    """A form that may be sent: a video for @alice, for everyone."""
    model.choose_file(clip)
    tick(model, "alice")
    settle()
    enter(model, privacy=Privacy.PUBLIC)
    return model
