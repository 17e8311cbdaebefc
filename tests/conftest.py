"""House rules every test lives by: no display, no network, no leftovers, nobody's home."""

import ipaddress
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import settings

from tests.fakes.first_steps import shared_statements

# What is compiled once is kept: the workers and the many processes that tests start read it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Qt reads it when the first application object is made.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")

HOME_VARIABLES = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
XDG_VARIABLES = (
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
)
# The developer's own app, session bus and proxies must not reach a test.
FOREIGN_VARIABLES = ("DBUS_SESSION_BUS_ADDRESS", "PYTHON_KEYRING_BACKEND")
FOREIGN_PREFIXES = ("TIKTOK_MANAGER_", "KEYRING_PROPERTY_")
PROXY_SUFFIX = "_proxy"

# How long a thread that was told to end may take to do so.
THREAD_END_S = 5.0


@pytest.fixture(autouse=True, scope="session")
def _statements() -> Iterator[None]:
    """Compile each statement once, not for each test's database anew."""
    with shared_statements():
        yield


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    for name in HOME_VARIABLES:
        monkeypatch.setenv(name, str(home))
    for name in XDG_VARIABLES:
        folder = home / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))
    for name in [name for name in os.environ if _is_foreign(name)]:
        monkeypatch.delenv(name)


def _is_foreign(name: str) -> bool:
    return (
        name in FOREIGN_VARIABLES
        or name.startswith(FOREIGN_PREFIXES)
        or name.lower().endswith(PROXY_SUFFIX)
    )


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse to leave this machine, and fail the test even when the refusal was swallowed."""
    refused: list[str] = []
    for method in ("connect", "connect_ex", "sendto"):
        original = getattr(socket.socket, method)
        monkeypatch.setattr(socket.socket, method, _guarded_method(original, refused))
    monkeypatch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo, refused))
    yield
    assert not refused, f"tried to leave this machine: {refused}"


def _guarded_method(original: Callable[..., Any], refused: list[str]) -> Callable[..., Any]:
    def guarded(sock: socket.socket, *args: Any) -> Any:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_outsiders(args[-1][0], refused)
        return original(sock, *args)

    return guarded


def _guarded_lookup(original: Callable[..., Any], refused: list[str]) -> Callable[..., Any]:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_outsiders(host, refused)
        return original(host, *args, **kwargs)

    return guarded


def _refuse_outsiders(host: Any, refused: list[str]) -> None:
    if not _is_loopback(host):
        refused.append(str(host))
        raise ConnectionRefusedError(f"tests reach this machine only, not {host!r}")


def _is_loopback(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _no_leftovers() -> Iterator[None]:
    """Fail the test that leaves a thread running or a window open."""
    before = set(threading.enumerate())
    yield
    leaked = [thread.name for thread in threading.enumerate() if _outlives(thread, before)]
    assert not leaked, f"left threads running: {leaked}"
    windows = _open_windows()
    assert not windows, f"left windows open: {windows}"


def _outlives(thread: threading.Thread, before: set[threading.Thread]) -> bool:
    if thread in before or isinstance(thread, threading._DummyThread):
        return False  # a dummy stands for a foreign thread and never ends
    thread.join(THREAD_END_S)
    return thread.is_alive()


def _open_windows() -> list[str]:
    if "PySide6.QtWidgets" not in sys.modules:
        return []
    from PySide6.QtWidgets import QApplication

    windows = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
    names = [f"{type(window).__name__} {window.windowTitle()!r}" for window in windows]
    for window in windows:
        window.close()
    return names
