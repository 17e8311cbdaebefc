"""One window per user and data folder: a second launch raises the first and ends."""

import getpass
import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_ANSWER_TIMEOUT_MS = 1000
_RAISE = b"raise\n"


class SingleInstance(QObject):
    """Holds the name of this data folder among the user's processes.

    Signals:
        raise_requested: Another launch of the same data folder wants the window in front.
    """

    raise_requested = Signal()

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = server_name(data_dir)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def acquire(self) -> bool:
        """Become the one instance, or ask the running one to show itself and return False."""
        if self._call_running():
            return False
        if not self._server.listen(self._name):
            # The socket file of a killed process is still there; nobody answered it above.
            QLocalServer.removeServer(self._name)
            self._server.listen(self._name)
        return True

    def close(self) -> None:
        """Give the name back."""
        self._server.close()

    def _call_running(self) -> bool:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_ANSWER_TIMEOUT_MS):
            return False
        socket.write(_RAISE)
        socket.waitForBytesWritten(_ANSWER_TIMEOUT_MS)
        socket.disconnectFromServer()
        return True

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.raise_requested.emit()


def server_name(data_dir: Path) -> str:
    """Return the name that belongs to this user and data folder."""
    key = f"{getpass.getuser()}\0{data_dir.resolve()}"
    return "tiktok-manager-" + hashlib.sha256(key.encode()).hexdigest()[:16]
