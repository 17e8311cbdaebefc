"""On what kind of disk a folder lies.

A database on a shared or synchronised disk is lost sooner or later: locks do not hold there, and
files are exchanged behind SQLite's back.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tiktok_manager.domain.errors import StorageError

if TYPE_CHECKING:
    from psutil._ntuples import sdiskpart

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
# What they leave in the uppermost folder that they keep in sync, whatever its name is.
_MARKS = (
    (".stfolder", "Syncthing"),
    (".stignore", "Syncthing"),
    (".dropbox", "Dropbox"),
    (".dropbox.cache", "Dropbox"),
    (".tmp.drivedownload", "Google Drive"),
    (".owncloudsync.log", "Nextcloud or ownCloud"),
    (".nextcloudsync.log", "Nextcloud"),
    (".sync_*.db", "Nextcloud or ownCloud"),
    ("._sync_*.db", "Nextcloud or ownCloud"),
)


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
    mount = _mount_of(folder)
    return "" if mount is None else mount.fstype


def _network_type(folder: Path) -> tuple[str, str] | None:
    mount = _mount_of(folder)
    if _existing(folder).drive.startswith("\\\\") or (mount and "remote" in mount.opts.split(",")):
        return "network_drive", ""
    return ("network_disk", mount.fstype) if mount and mount.fstype in _SHARED_TYPES else None


def _mount_of(folder: Path) -> "sdiskpart | None":
    """Return the deepest mount above a folder; of several at one place the last is on top."""
    place = _existing(folder)
    found, depth = None, -1
    for mount in _mounts():
        parts = Path(mount.mountpoint).parts
        if len(parts) >= depth and place.is_relative_to(mount.mountpoint):
            found, depth = mount, len(parts)
    return found


def _mounts() -> "list[sdiskpart]":
    try:
        return psutil.disk_partitions(all=True)
    except (OSError, RuntimeError):
        return []


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
    place = _existing(folder)
    for before, name in zip(("", *place.parts), place.parts, strict=False):
        # Some add whose it is: a company after a dash, a person in brackets.
        service = name.split(" - ")[0].split(" (")[0]
        if service in _SYNCED_NAMES or (before == "Library" and name in _SYNCED_IN_LIBRARY):
            return name
    marks = (
        (service, above, mark) for above in (place, *place.parents) for mark, service in _MARKS
    )
    return next((service for service, above, mark in marks if _has(above, mark)), "")


def _has(folder: Path, mark: str) -> bool:
    try:
        return any(True for _ in folder.glob(mark)) if "*" in mark else (folder / mark).exists()
    except OSError:  # a folder that may not be looked into is not ours to judge
        return False


def _existing(folder: Path) -> Path:
    """Return the folder as the system resolves it; what does not exist yet is kept."""
    return Path(os.path.realpath(folder))
