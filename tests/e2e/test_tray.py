"""The real program on a desktop of its own, seen and touched from outside."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import PROGRAM, Program
from tests.e2e.desktop import (
    END_S,
    LOOK_AGAIN,
    PATIENCE_S,
    TITLE,
    Desktop,
    a_desktop,
    needs_desktop,
    running,
    until,
)

pytestmark = needs_desktop


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    with a_desktop(tmp_path) as made:
        yield made


@pytest.fixture
def window(program: Program, desktop: Desktop) -> Iterator["subprocess.Popen[str]"]:
    """The program without a command, as a click on its icon starts it."""
    env = {**program.env, "DISPLAY": desktop.env["DISPLAY"], "QT_QPA_PLATFORM": "xcb"}
    with running(*PROGRAM, env=env) as process:
        until(lambda: desktop.windows(TITLE), "the window appears")
        until(desktop.icons, "the icon is in the tray")
        yield process


def close(desktop: Desktop) -> None:
    """Close the window as its frame's button does (WM_DELETE_WINDOW, through the manager)."""

    def is_closed() -> bool:
        # A key pressed while the manager still takes its grabs goes nowhere: press it again.
        for found in desktop.windows(TITLE):
            desktop.ask("xdotool", "windowactivate", "--sync", found)
            desktop.ask("xdotool", "key", "--clearmodifiers", "alt+F4")
            LOOK_AGAIN.wait(0.5)
        return not desktop.windows(TITLE)

    until(is_closed, "the window closes")


def test_closed_into_the_tray_it_publishes_on_until_it_is_told_to_end(
    program: Program, desktop: Desktop, window: "subprocess.Popen[str]"
) -> None:
    assert program.connect("sim01").code == 0
    close(desktop)
    assert desktop.icons()
    assert window.poll() is None

    video = program.folder / "clip.mp4"
    video.write_bytes(os.urandom(50_000))
    chosen = ("--privacy", "PUBLIC_TO_EVERYONE", "--consent")
    planned = program.run("posts", "add", str(video), "--account", "sim01", "--at", "now", *chosen)
    assert planned.code == 0, planned.err
    until(lambda: arrived(program), "the post is published from the tray")
    assert window.poll() is None

    window.send_signal(signal.SIGTERM)
    assert window.wait(END_S) == 0
    until(lambda: not desktop.icons(), "the icon goes")


def test_a_second_start_brings_the_window_back(
    program: Program, desktop: Desktop, window: "subprocess.Popen[str]"
) -> None:
    close(desktop)
    env = {**program.env, "DISPLAY": desktop.env["DISPLAY"], "QT_QPA_PLATFORM": "xcb"}
    with running(*PROGRAM, env=env) as second:
        assert second.wait(PATIENCE_S) == 0
    until(lambda: desktop.windows(TITLE), "the window comes back")
    assert window.poll() is None
    window.send_signal(signal.SIGTERM)
    assert window.wait(END_S) == 0


def test_the_demo_shows_its_window_before_its_world_is_made_and_leaves_nothing(
    desktop: Desktop, tmp_path: Path
) -> None:
    env = {**os.environ, "DISPLAY": desktop.env["DISPLAY"], "QT_QPA_PLATFORM": "xcb"}
    env |= {"TMPDIR": str(tmp_path / "throw-away"), "HOME": str(tmp_path)}
    (tmp_path / "throw-away").mkdir()
    with running(*PROGRAM, "demo", env=env) as process:
        until(lambda: desktop.windows(TITLE), "the window appears")
        (folder,) = (tmp_path / "throw-away").glob("tiktok-manager-demo-*")
        until((folder / "tiktok").exists, "its world begins")
        assert not list(folder.glob("plan-*.mp4"))  # made last
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_S) == 0
    assert not folder.exists()


def a_crowded_day(program: Program) -> None:
    """Plan more for one day than fits into its cell."""
    assert program.connect("sim01").code == 0
    there = ("--account", "sim01", "--privacy", "PUBLIC_TO_EVERYONE", "--consent")
    for number in range(8):
        video = program.folder / f"clip-{number}.mp4"
        video.write_bytes(os.urandom(20_000))
        at = ("--at", f"tomorrow {10 + number}:00")
        planned = program.run("posts", "add", str(video), *there, *at)
        assert planned.code == 0, planned.err


def test_rows_of_a_busy_day_are_clicked_by_a_real_mouse(program: Program, desktop: Desktop) -> None:
    a_crowded_day(program)
    env = {**program.env, "DISPLAY": desktop.env["DISPLAY"], "QT_QPA_PLATFORM": "xcb"}
    hand = Path(__file__).with_name("hand.py")
    done = subprocess.run(
        [sys.executable, str(hand)],
        env={**env, "PYTHONPATH": str(hand.parents[2])},
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "7 posts opened\n"), done.stderr


def arrived(program: Program) -> bool:
    """Say whether the local TikTok holds a published video."""
    with program.sim.world.at_now():
        publishes = list(program.sim.world.publishes.values())
    return any(publish.status == "PUBLISH_COMPLETE" for publish in publishes)
