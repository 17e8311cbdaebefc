"""One window per user and data folder: a second launch raises the first and ends."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QCryptographicHash, QObject, Signal

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtNetwork import QLocalServer

_ANSWER_TIMEOUT_MS = 1000
_RAISE = b"raise\n"


class SingleInstance(QObject):
    """Holds the name of this data folder among the user's processes.

    QtNetwork is imported by the first call that needs it: a start that finds no trace of another
    one needs it only behind its first frame.

    Signals:
        raise_requested: Another launch of the same data folder wants the window in front.
    """

    raise_requested = Signal()

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = server_name(data_dir)
        self._server: QLocalServer | None = None

    @property
    def may_be_taken(self) -> bool:
        """Whether there is a trace of another instance, at the cost of one look at a folder.

        No is certain but for one that has not come up yet; `acquire` tells for sure.
        """
        # A pipe of Windows is no file one could look for.
        return sys.platform == "win32" or os.path.exists(self._name)  # noqa: PTH110

    def acquire(self) -> bool:
        """Become the one instance, or ask the running one to show itself and return False."""
        if self._server is not None:
            return True
        if self._call_running():
            return False
        from PySide6.QtNetwork import QLocalServer

        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._on_connection)
        if not server.listen(self._name):
            if self._call_running():
                return False  # it came up just now
            # The socket file of a killed process is still there; nobody answered it above.
            QLocalServer.removeServer(self._name)
            server.listen(self._name)
        self._server = server
        return True

    def close(self) -> None:
        """Give the name back."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _call_running(self) -> bool:
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_ANSWER_TIMEOUT_MS):
            return False
        socket.write(_RAISE)
        socket.waitForBytesWritten(_ANSWER_TIMEOUT_MS)
        socket.disconnectFromServer()
        return True

    def _on_connection(self) -> None:
        while self._server is not None and (
            (socket := self._server.nextPendingConnection()) is not None
        ):
            socket.disconnected.connect(socket.deleteLater)
            self.raise_requested.emit()


def server_name(data_dir: Path) -> str:
    """Return the name that belongs to this user and data folder: a pipe's, or a socket's path.

    Not below TMPDIR: two launches from places with other environments are to find each other.
    """
    user = os.environ.get("USERNAME", "") if sys.platform == "win32" else str(os.getuid())
    key = f"{user}\0{data_dir.resolve()}".encode()
    digest = QCryptographicHash.hash(key, QCryptographicHash.Algorithm.Sha256)
    name = "tiktok-manager-" + bytes(digest.toHex().data()).decode()[:16]
    return name if sys.platform == "win32" else f"/tmp/{name}"  # noqa: S108 - it is for this user only
