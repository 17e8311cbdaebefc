"""Files that are surely on disk: what survives a power cut depends on these calls.

The data folder, the publish journal and the backups use them.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform == "darwin":
    import fcntl

    def sync_file(fd: int) -> None:
        """Return when the file's bytes are on disk; plain fsync stops at the drive's cache here."""
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)

else:

    def sync_file(fd: int) -> None:
        """Return when the file's bytes are on disk."""
        os.fsync(fd)


def sync_folder(folder: Path) -> None:
    """Return when the folder's names are on disk; Windows does so by itself."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder, and its parents where they lack; on return their names are on disk.

    A folder that is there already is synced too: whoever made it may have been killed before it
    could. A parent that belongs to others and may not be opened is left to the system.
    """
    lacking = [path for path in folder.parents if not path.exists()]
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    for made in (folder, *lacking):
        with suppress(PermissionError):
            sync_folder(made.parent)


def put_in_place(file: Path, destination: Path) -> None:
    """Rename a finished file over its destination: at any instant it is the old or the new one."""
    fd = os.open(file, os.O_RDWR)
    try:
        sync_file(fd)
    finally:
        os.close(fd)
    file.replace(destination)
    sync_folder(destination.parent)
