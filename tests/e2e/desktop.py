"""A desktop of its own: an X server nobody sees, a window manager and a tray.

What a program shows there is read from outside, with the tools of the X server.
"""

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

TOOLS = ("Xvfb", "openbox", "trayer", "xdotool", "xwininfo", "xprop")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
PATIENCE_S = 60.0
END_S = 60.0
TITLE = "TikTok Manager"
LOOK_AGAIN = threading.Event()


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


@contextmanager
def a_desktop(home: Path) -> Iterator[Desktop]:
    """Start a display with a window manager and a tray."""
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
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


needs_desktop = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
