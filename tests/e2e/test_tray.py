"""The real program on a desktop of its own: an X server, a window manager and a tray.

What the program shows is read from outside, with the tools of the X server.
"""

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import PROGRAM, Program

TOOLS = ("Xvfb", "openbox", "trayer", "xdotool", "xwininfo", "xprop")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
PATIENCE_S = 60.0
END_S = 60.0
TITLE = "TikTok Manager"
LOOK_AGAIN = threading.Event()

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


class Desktop:
    """A display that nobody sees, with a place for tray icons."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env

    def ask(self, *command: str) -> str:
        """Return what a tool of the X server prints, nothing where it finds nothing."""
        done = subprocess.run(
            command, env=self.env, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        return done.stdout

    def is_managed(self) -> bool:
        """Say whether a window manager rules the display."""
        return "window id" in self.ask("xprop", "-root", "_NET_SUPPORTING_WM_CHECK")

    def has_tray(self) -> bool:
        """Say whether there is a place for tray icons."""
        return bool(self.ask("xwininfo", "-name", "panel"))

    def windows(self, title: str) -> list[str]:
        """Return the visible windows of a title."""
        return self.ask("xdotool", "search", "--onlyvisible", "--name", f"^{title}$").split()

    def icons(self) -> list[str]:
        """Return the windows that programs embedded into the tray (XEmbed)."""
        tree = self.ask("xwininfo", "-tree", "-name", "panel")
        inner = re.findall(r"^ +(0x[0-9a-f]+) ", tree, re.MULTILINE)
        return [each for each in inner if "= 0x" in self.ask("xprop", "-id", each, "_XEMBED_INFO")]


@contextmanager
def running(
    *command: str, env: dict[str, str], **more: object
) -> Iterator["subprocess.Popen[str]"]:
    """Run a program until the end of the block."""
    process = subprocess.Popen(
        command,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        **more,  # type: ignore[call-overload]
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(END_S)
                except subprocess.TimeoutExpired:
                    process.kill()


def until(is_so: Callable[[], object], what: str) -> None:
    """Look again and again, up to a deadline."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, f"did not happen: {what}"
        LOOK_AGAIN.wait(0.1)


def start_tray(desktop: Desktop, stack: ExitStack) -> None:
    """Start the tray, again where it ended at once, until it shows."""
    started: list[subprocess.Popen[str]] = []

    def is_there() -> bool:
        if not started or started[-1].poll() is not None:
            started.append(
                stack.enter_context(running("trayer", "--edge", "bottom", env=desktop.env))
            )
        return desktop.has_tray()

    until(is_there, "the tray appears")


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    read_end, write_end = os.pipe()
    with ExitStack() as stack:
        stack.callback(os.close, read_end)
        # A server resets, and drops who is just connecting, when its last client leaves.
        server = ("Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x800x24", "-noreset")
        stack.enter_context(running(*server, "-nolisten", "tcp", env=env, pass_fds=(write_end,)))
        os.close(write_end)
        env["DISPLAY"] = f":{os.read(read_end, 32).decode().strip()}"
        made = Desktop(env)
        stack.enter_context(running("openbox", env=env))
        until(made.is_managed, "the window manager is there")
        start_tray(made, stack)
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


def arrived(program: Program) -> bool:
    """Say whether the local TikTok holds a published video."""
    with program.sim.world.at_now():
        publishes = list(program.sim.world.publishes.values())
    return any(publish.status == "PUBLISH_COMPLETE" for publish in publishes)
