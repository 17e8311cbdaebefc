"""Paths of the app's resources, and of the data folder and what lies in it."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

OWNER_ONLY = 0o700
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPaths:
    """The places of one data folder. The folders exist; the files may not yet."""

    root: Path
    database: Path
    metrics: Path
    logs_dir: Path
    media_cache_dir: Path
    backups_dir: Path
    publisher_lock: Path
    journal: Path
    ballast: Path


def open_data_paths(env: Mapping[str, str]) -> DataPaths:
    """Return the data folder's places, made for its owner only and proven writable.

    `TIKTOK_MANAGER_DATA_DIR` names the folder, else the platform's usual one is taken.
    Raises StorageError if nothing can be written there, or if it is not on a disk of this computer.
    """
    # Late: the first frame asks for the resources only, and waits for no more than that.
    from tiktok_manager.domain.errors import StorageError
    from tiktok_manager.system.durable import make_folder
    from tiktok_manager.system.filesystem import refuse_shared

    root = data_root(env)
    refuse_shared(root)
    paths = DataPaths(
        root=root,
        database=root / "tiktok-manager.db",
        metrics=root / "metrics.db",
        logs_dir=root / "logs",
        media_cache_dir=root / "media-cache",
        backups_dir=root / "backups",
        publisher_lock=root / "publisher.lock",
        journal=root / "publish-journal.jsonl",
        ballast=root / "room-for-a-full-disk",
    )
    try:
        if paths.database.exists():
            root.mkdir(mode=OWNER_ONLY, exist_ok=True)
        else:  # what is kept in a folder is lost with the folder's name
            make_folder(root, OWNER_ONLY)
        _make_folders(paths)
    except OSError as exc:
        raise StorageError(
            "data_folder_not_writable",
            folder=str(root),
            variable=ENV_DATA_DIR,
            reason=exc.strerror or str(exc),
        ) from exc
    return paths


def _make_folders(paths: DataPaths) -> None:
    """Make what lies in the data folder; raises OSError where nothing can be written there."""
    import tempfile

    _close_to_others(paths)
    for folder in (paths.logs_dir, paths.media_cache_dir, paths.backups_dir):
        folder.mkdir(mode=OWNER_ONLY, exist_ok=True)
    with tempfile.NamedTemporaryFile(prefix=".write-check-", dir=paths.root) as probe:
        probe.write(b"x")
        probe.flush()


def _close_to_others(paths: DataPaths) -> None:
    """Take group and others out of our own folder, but not out of one that holds other things."""
    if os.name == "nt" or not paths.root.stat().st_mode & 0o077:
        return
    if paths.database.exists() or not any(paths.root.iterdir()):
        paths.root.chmod(OWNER_ONLY)
