"""Without a screen or Qt's libraries the program says so and ends; it does not dump."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tiktok_manager.domain.errors import AppError
from tiktok_manager.system import display
from tiktok_manager.system.display import check_display, missing_library
from tiktok_manager.wording import english

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is a screen")


def refusal(**env: str) -> AppError:
    with pytest.raises(AppError) as refused:
        check_display(env)
    return refused.value


@pytest.mark.parametrize("arguments", [(), ("--hidden",)])
def test_the_program_without_a_screen_names_the_way_without_a_window(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    unset = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    env = {name: value for name, value in os.environ.items() if name not in unset}
    done = subprocess.run(
        [sys.executable, "-m", "tiktok_manager", *arguments],
        env={**env, "TIKTOK_MANAGER_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: There is no screen to show the window on.\n")
    assert "publisher run" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Aborted" not in done.stderr
    assert len(done.stderr.splitlines()) == 3


def test_a_screen_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_missing_library", lambda: "")
    monkeypatch.setattr(display, "_answers", lambda _display: False)
    refused = refusal(DISPLAY=":999")
    assert (refused.code, ":999" in english(refused).title) == ("display_not_open", True)


def test_a_library_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    told = "libxcb-cursor.so.0: cannot open shared object file: No such file or directory"
    monkeypatch.setattr(display, "_missing_library", lambda: told)
    refused = refusal(DISPLAY=":0")
    assert str(refused) == str(missing_library(told))
    assert "libxcb-cursor.so.0" in english(refused).title
    assert "publisher run" in english(refused).command_hint


def test_who_names_a_platform_or_has_wayland_is_let_on(tmp_path: Path) -> None:
    check_display({"QT_QPA_PLATFORM": "offscreen"})
    (tmp_path / "wayland-0").touch()
    check_display({"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)})
    assert refusal(WAYLAND_DISPLAY="gone", XDG_RUNTIME_DIR=str(tmp_path)).code == "no_display"
