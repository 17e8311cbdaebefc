"""On what kind of disk a folder lies.

A database on a shared or synchronised disk is lost sooner or later: locks do not hold there, and
files are exchanged behind SQLite's back.
"""

import ctypes
import os
import platform
import subprocess
from pathlib import Path

from tiktok_manager.domain.errors import StorageError

# Only what is surely shared: unknown kinds, containers' and sandboxes' disks are taken.
_SHARED_TYPES = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afs", "afpfs", "webdav"),
        *("davfs", "davfs2", "fuse.davfs2", "fuse.sshfs", "fuse.rclone"),
    }
)
# As the services name them, letter by letter: others' folders may be called alike.
_SYNCED_NAMES = frozenset(
    {
        *("OneDrive", "Dropbox", "Google Drive", "GoogleDrive", "My Drive", "iCloud Drive"),
        *("iCloudDrive", "pCloudDrive", "Nextcloud", "ownCloud", "Box Sync", "Yandex.Disk"),
    }
)
_SYNCED_IN_LIBRARY = frozenset({"CloudStorage", "Mobile Documents"})
_MOUNTS = Path("/proc/self/mountinfo")
_DRIVE_REMOTE = 4


def refuse_shared(folder: Path) -> None:
    """Raise StorageError for a folder on another machine's disk, or one kept in sync with others.

    The folder need not exist yet.
    """
    if service := _sync_service(folder):
        raise _shared(folder, "synchronised", service)
    if found := _network_type(folder):
        raise _shared(folder, *found)


def type_of(folder: Path) -> str:
    """Return the kind of file system a folder lies on, empty where that cannot be told."""
    system = platform.system()
    if system == "Linux":
        return _mounted_type(_existing(folder), _read_mounts())
    if system == "Darwin":
        return _mac_type(_existing(folder), _mac_mounts())
    return ""


def _network_type(folder: Path) -> tuple[str, str] | None:
    if os.name == "nt":
        return ("network_drive", "") if _is_remote_drive(folder) else None
    found = type_of(folder)
    return ("network_disk", found) if found in _SHARED_TYPES else None


def _shared(folder: Path, kind: str, name: str) -> StorageError:
    return StorageError(
        "data_folder_shared",
        folder=str(folder),
        kind=kind,
        name=name,
        variable="TIKTOK_MANAGER_DATA_DIR",
    )


def _sync_service(folder: Path) -> str:
    """Return the name of the synchronised folder that this one lies in."""
    parts = _existing(folder).parts
    for before, name in zip(("", *parts), parts, strict=False):
        # Some add whose it is: a company after a dash, a person in brackets.
        service = name.split(" - ")[0].split(" (")[0]
        if service in _SYNCED_NAMES or (before == "Library" and name in _SYNCED_IN_LIBRARY):
            return name
    return ""


def _existing(folder: Path) -> Path:
    """Return the folder as the system resolves it; what does not exist yet is kept."""
    return Path(os.path.realpath(folder))


def _read_mounts() -> str:
    try:
        return _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _mounted_type(folder: Path, mounts: str) -> str:
    """Find the deepest mount above a folder; of several at one place the last is on top."""
    found, depth = "", -1
    for line in mounts.splitlines():
        mount, _, source = line.partition(" - ")
        fields = mount.split(" ")
        if len(fields) < 5 or not source:
            continue
        place = Path(_unescaped(fields[4]))
        if len(place.parts) >= depth and folder.is_relative_to(place):
            found, depth = source.split(" ")[0], len(place.parts)
    return found


def _unescaped(place: str) -> str:
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, char)
    return place


def _mac_mounts() -> str:
    try:
        return subprocess.run(
            ["/sbin/mount"], capture_output=True, text=True, timeout=5, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _mac_type(folder: Path, mounts: str) -> str:
    """Read what `mount` says: `//me@nas/video on /Volumes/video (smbfs, nodev, mounted by me)`."""
    found, depth = "", -1
    for line in mounts.splitlines():
        place_and_kind = line.partition(" on ")[2]
        place, _, kind = place_and_kind.rpartition(" (")
        if place and len(Path(place).parts) >= depth and folder.is_relative_to(place):
            found, depth = kind.split(",")[0].rstrip(")"), len(Path(place).parts)
    return found


def _is_remote_drive(folder: Path) -> bool:
    drive = _existing(folder).drive
    if drive.startswith("\\\\"):
        return True
    windows = getattr(ctypes, "windll", None)
    return windows is not None and windows.kernel32.GetDriveTypeW(drive + "\\") == _DRIVE_REMOTE
