"""What tells a machine and a folder from others, by which a copied data folder is noticed.

Never shown, never sent.
"""

import sys
from contextlib import suppress
from pathlib import Path

from tiktok_manager.system.filesystem import type_of

_MARK = "home.mark"
# Their files get other numbers whenever the disk is mounted.
_NUMBERS_CHANGE = frozenset({"vfat", "msdos", "exfat", "9p"})


def folder_id(folder: Path) -> str:
    """Return what tells a folder from a copy put in its place, by a file made in it once.

    Empty if that cannot be told. Changing the file's owner or rights changes it, too.
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
    made = f"-{found.st_ctime_ns}" if sys.platform == "linux" else ""
    return f"{found.st_ino}{made}"


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
    import ctypes
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
