"""Opens a page in the user's own browser, where they are signed in to TikTok."""

import logging
import os
import subprocess
import sys
import webbrowser
from collections.abc import Mapping
from urllib.parse import urlsplit

logger = logging.getLogger(__name__)


def open_in_browser(url: str, env: Mapping[str, str] | None = None) -> bool:
    """Open an http(s) address; says whether a browser took it.

    Without a display nothing is opened: a text browser would take over the terminal.
    """
    env = os.environ if env is None else env
    if urlsplit(url).scheme not in {"http", "https"}:
        return False
    if _is_unix_desktop():
        if not (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY") or env.get("BROWSER")):
            return False
        if getattr(sys, "frozen", False) and not env.get("BROWSER"):
            return _open_outside_bundle(url, env)
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError) as exc:
        logger.info("No browser could be opened: %s", exc)
        return False


def _is_unix_desktop() -> bool:
    return os.name == "posix" and sys.platform != "darwin"


def _open_outside_bundle(url: str, env: Mapping[str, str]) -> bool:
    """A frozen app carries libraries that a browser started from it must not load."""
    outer = {name: value for name, value in env.items() if not name.startswith("LD_LIBRARY_PATH")}
    if env.get("LD_LIBRARY_PATH_ORIG"):
        outer["LD_LIBRARY_PATH"] = env["LD_LIBRARY_PATH_ORIG"]
    try:
        done = subprocess.run(["xdg-open", url], env=outer, timeout=10, check=False)
    except subprocess.TimeoutExpired:
        return True  # it stays until its browser ends
    except OSError as exc:
        logger.info("No browser could be opened: %s", exc)
        return False
    return done.returncode == 0
