"""What tells a machine and a folder from others, by which a copied data folder is noticed.

Never shown, never sent.
"""

import ctypes
import os
import struct
import sys
from contextlib import suppress
from pathlib import Path

from tiktok_manager.system.filesystem import type_of

_MARK = "home.mark"
_HERE, _MADE_AT, _STATX_BYTES = -100, 0x800, 256  # AT_FDCWD, STATX_BTIME, struct statx
# Their files get other numbers whenever the disk is mounted.
_NUMBERS_CHANGE = frozenset({"vfat", "msdos", "exfat", "9p"})


def folder_id(folder: Path) -> str:
    """Return what tells a folder from a copy put in its place, by a file made in it once.

    Empty if that cannot be told. A copy written over the folder's own files goes unnoticed.
    """
    kind = type_of(folder)
    if kind in _NUMBERS_CHANGE or kind.startswith("fuse"):
        return ""
    mark = folder / _MARK
    try:
        if not mark.exists():
            mark.touch(mode=0o600)
        found = mark.stat()
    except OSError:
        return ""
    # Linux gives a number again as soon as its file is gone, to the first file of the copy.
    return f"{found.st_ino}-{_made_at(mark)}"


def _made_at(file: Path) -> str:
    """Return when a file was made, as Linux tells it to `statx` alone; empty elsewhere."""
    statx = getattr(ctypes.CDLL(None), "statx", None) if sys.platform == "linux" else None
    told = ctypes.create_string_buffer(_STATX_BYTES)
    if statx is None or statx(_HERE, os.fsencode(file), 0, _MADE_AT, told) != 0:
        return ""
    known, made_s, made_ns = struct.unpack_from("=I76xqI", told)
    return f"{made_s}.{made_ns:09}" if known & _MADE_AT else ""


if sys.platform == "win32":
    import winreg

    def machine_id() -> str:
        """Return what tells this machine from others, empty if the system has nothing."""
        with (
            suppress(OSError),
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key,
        ):
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        return ""

elif sys.platform == "darwin":
    import uuid

    def machine_id() -> str:
        """Return what tells this machine from others, empty if the system has nothing."""
        told = ctypes.create_string_buffer(16)
        patience = (ctypes.c_long * 2)(1, 0)
        if ctypes.CDLL(None).gethostuuid(told, patience) != 0:
            return ""
        return str(uuid.UUID(bytes=told.raw))

else:

    def machine_id() -> str:
        """Return what tells this machine from others, empty if the system has nothing."""
        for name in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
            with suppress(OSError):
                if told := Path(name).read_text(encoding="ascii", errors="replace").strip():
                    return told
        return ""
