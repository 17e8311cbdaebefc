"""The process itself: hardened, awake while it sends, and polite about browsers."""

import json
import os
import subprocess
import sys
import threading
import webbrowser
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tiktok_manager.system.browser import open_in_browser
from tiktok_manager.system.power import keep_awake

ADDRESS = "https://www.tiktok.com/v2/auth/authorize/?state=x"

HARDENED = """
import ctypes, json, os, resource
from tiktok_manager.system.hardening import harden_process
harden_process()
PR_GET_DUMPABLE = 3
print(json.dumps({
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "umask": os.umask(0),
    "dumpable": ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0),
}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux knows all three")
def test_a_hardened_process_leaves_no_memory_and_no_open_files_to_others() -> None:
    done = subprocess.run([sys.executable, "-c", HARDENED], capture_output=True, check=True)
    assert json.loads(done.stdout) == {"core": [0, 0], "umask": 0o077, "dumpable": 0}


def test_work_goes_on_where_sleep_cannot_be_held_off(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "tiktok_manager")
    worked = []
    with keep_awake():
        worked.append(1)
    assert worked
    assert len([record for record in caplog.records if "power" in record.name]) <= 1


def test_several_uploads_at_once_each_hold_sleep_off(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "1")
    caplog.set_level("INFO", "tiktok_manager")
    together = threading.Barrier(4, timeout=10)

    def upload(_number: int) -> int:
        with keep_awake():
            return together.wait()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(upload, range(4))) == [0, 1, 2, 3]
    assert not caplog.records


def test_an_error_inside_is_not_swallowed() -> None:
    with pytest.raises(KeyError), keep_awake():
        raise KeyError


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A browser that remembers its pages."""
    pages: list[str] = []

    def open_page(url: str) -> bool:
        pages.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", open_page)
    return pages


def test_a_page_opens_in_the_users_browser(opened: list[str]) -> None:
    assert open_in_browser(ADDRESS, {"DISPLAY": ":0"})
    assert opened == [ADDRESS]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "", "clip.mp4"])
def test_only_web_pages_are_opened(opened: list[str], address: str) -> None:
    assert not open_in_browser(address, {"DISPLAY": ":0"})
    assert opened == []


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="there is always a display")
def test_without_a_display_no_text_browser_takes_the_terminal(opened: list[str]) -> None:
    assert not open_in_browser(ADDRESS, {})
    assert opened == []


def test_a_failing_browser_is_told_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_url: str) -> bool:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "open", fail)
    assert not open_in_browser(ADDRESS, {"DISPLAY": ":0"})


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="xdg-open is Linux")
@pytest.mark.parametrize(("exit_code", "opens"), [(0, True), (3, False)])
def test_a_browser_does_not_load_a_frozen_apps_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exit_code: int, opens: bool
) -> None:
    seen = tmp_path / "seen"
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1 $LD_LIBRARY_PATH" > {seen}\nexit {exit_code}\n')
    opener.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    env = {
        **os.environ,
        "DISPLAY": ":0",
        "LD_LIBRARY_PATH": "/app/_internal",
        "LD_LIBRARY_PATH_ORIG": "/usr/local/lib",
    }
    assert open_in_browser(ADDRESS, env) is opens
    assert seen.read_text() == f"{ADDRESS} /usr/local/lib\n"
