"""Where data and resources lie, known before anything is opened: the first frame waits for it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ENV_DATA_DIR = "TIKTOK_MANAGER_DATA_DIR"


def resources_dir() -> Path:
    """Return the `resources` folder: of a frozen app, an installed package or a checkout."""
    package = Path(__file__).resolve().parents[1]
    frozen = Path(getattr(sys, "_MEIPASS", package))
    candidates = (frozen / "resources", package / "resources", package.parent / "resources")
    return next((path for path in candidates if path.is_dir()), candidates[-1])


def data_root(env: Mapping[str, str]) -> Path:
    """Return the data folder, which may not exist yet: the one named, else the platform's usual."""
    named = env.get(ENV_DATA_DIR)
    if named:
        return Path(os.path.abspath(Path(named).expanduser()))  # noqa: PTH100 - keeps symlinks
    import platformdirs  # late: whoever names the folder does not pay for it

    return platformdirs.user_data_path("TikTok Manager", appauthor=False)
