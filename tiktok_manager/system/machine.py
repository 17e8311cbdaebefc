"""What tells a machine and a folder from others, by which a copied data folder is noticed.

Never shown, never sent.
"""

import ctypes
import os
import struct
import sys
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from tiktok_manager.system.durable import put_in_place
from tiktok_manager.system.filesystem import type_of

_MARK = "home.mark"
_HERE, _MADE_AT, _STATX_BYTES = -100, 0x800, 256  # AT_FDCWD, STATX_BTIME, struct statx
# Their files get other numbers whenever the disk is mounted.
_NUMBERS_CHANGE = frozenset({"vfat", "msdos", "exfat", "9p"})


class FolderMark:
    """A file by which a data folder is told from what was put in its place.

    The file is empty: its number and the time it was made are what no copy has. It is made anew
    in two steps, so that a database can know the next one before it is there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file, self._next = folder / _MARK, folder / f"{_MARK}.next"

    def here(self) -> str | None:
        """Return the folder's mark; empty if it has none, None if that cannot be told."""
        try:
            return self._read(self._file) if self._is_lasting else None
        except FileNotFoundError:
            return ""
        except OSError:
            return None

    def make_next(self) -> str:
        """Return the mark that is to follow, empty if none can be made here."""
        try:
            if not self._is_lasting:
                return ""
            self._next.unlink(missing_ok=True)
            self._next.touch(mode=0o600)
            return self._read(self._next)
        except OSError:
            return ""

    def change(self, following: str) -> None:
        """Put the next mark in place if it is this one, or leave the one that is there."""
        with suppress(OSError):
            if following and self._read(self._next) == following:
                put_in_place(self._next, self._file)

    @cached_property
    def _is_lasting(self) -> bool:
        kind = type_of(self._folder)
        return kind not in _NUMBERS_CHANGE and not kind.startswith("fuse")

    @staticmethod
    def _read(file: Path) -> str:
        # Linux gives a number again as soon as its file is gone, to the first file of a copy.
        return f"{file.stat().st_ino}-{_made_at(file)}"


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
