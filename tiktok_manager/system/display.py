"""Whether a window can be shown here, asked before Qt is: Qt ends the process with a dump."""

import ctypes
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from tiktok_manager.domain.errors import AppError

_PLUGIN = Path("Qt", "plugins", "platforms", "libqxcb.so")


def check_display(env: Mapping[str, str]) -> None:
    """Raise AppError where Qt would find no screen, or not the libraries it draws with."""
    if sys.platform != "linux" or env.get("QT_QPA_PLATFORM"):
        return  # elsewhere there is always one; and who names a platform knows better
    if _has_wayland(env):
        return
    if not env.get("DISPLAY"):
        raise AppError("no_display")
    if missing := _missing_library():
        raise missing_library(missing)
    if not _answers(env["DISPLAY"]):
        raise AppError("display_not_open", display=env["DISPLAY"])


def missing_library(told: str) -> AppError:
    """Return the error for a library that the system's loader did not find, in its words."""
    return AppError("library_missing", library=told.partition(":")[0].strip(), reason=told)


def _has_wayland(env: Mapping[str, str]) -> bool:
    name = env.get("WAYLAND_DISPLAY")
    return bool(name) and Path(env.get("XDG_RUNTIME_DIR", "/"), str(name)).exists()


def _missing_library() -> str:
    """Return why the part of Qt that speaks to X11 does not load; empty if it does."""
    found = find_spec("PySide6")
    plugin = Path(found.origin or "").parent / _PLUGIN if found else None
    if plugin is None or not plugin.exists():  # a packaged app, or the system's own Qt
        return ""
    try:
        ctypes.CDLL(os.fspath(plugin))
    except OSError as exc:
        return str(exc)
    return ""


def _answers(display: str) -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # nobody to ask: Qt will see
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    has_error = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not has_error
