"""The machine's own id, by which a copied data folder is noticed. Never shown, never sent."""

import sys
from contextlib import suppress
from pathlib import Path

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
