"""The operating system's keyring, built by ourselves: the vault's master key lies there.

The keyring library would let environment and config files name any module as backend and run it,
so its own choice of a backend is never asked for. A keyring may wait for the user's answer to a
prompt: every call runs on a thread of its own and is given up after 20 s.
"""

import base64
import binascii
import logging
import sys
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

# keyring is imported late: it costs 0.1 s that the start of the window should not pay.
from tiktok_manager.domain.errors import VaultLocked

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

logger = logging.getLogger(__name__)

SERVICE = "TikTok Manager"
TIMEOUT_S = 20.0

ResultT = TypeVar("ResultT")


def system_backend() -> "KeyringBackend":
    """Return this platform's keyring; raises RuntimeError where there is none."""
    if sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as Backend
    elif sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring as Backend
    else:
        from keyring.backends.SecretService import Keyring as Backend

    class SystemKeyring(Backend):
        """The platform's keyring, deaf to `KEYRING_PROPERTY_*` and `KEYCHAIN_PATH`."""

        keychain = None

        def set_properties_from_env(self) -> None:
            return

    _priority = SystemKeyring.priority  # raises RuntimeError if the service is not there
    backend: KeyringBackend = SystemKeyring()  # type: ignore[no-untyped-call]
    return backend


class OsKeyring:
    """Keeps keys in the system's keyring (a `KeyStore`). Safe from any thread."""

    def __init__(
        self,
        make_backend: "Callable[[], KeyringBackend]" = system_backend,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._make_backend = make_backend
        self._timeout_s = timeout_s
        self._pending: threading.Thread | None = None

    def available(self) -> bool:
        """Say whether there is a keyring at all; it may still be locked."""
        try:
            self._call(lambda backend: None)
        except VaultLocked:
            return False
        return True

    def get(self, key_id: str) -> bytes | None:
        """Return a key, None if there is none of that name; raises VaultLocked."""
        text = self._call(lambda backend: backend.get_password(SERVICE, key_id))
        if text is None:
            return None
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return b""  # not a key of ours: the vault's verifier refuses it

    def put(self, key_id: str, key: bytes) -> None:
        """Keep a key; raises VaultLocked."""
        text = base64.b64encode(key).decode()
        self._call(lambda backend: backend.set_password(SERVICE, key_id, text))

    def delete(self, key_id: str) -> None:
        """Forget a key; raises VaultLocked."""
        self._call(lambda backend: _delete(backend, key_id))

    def _call(self, action: "Callable[[KeyringBackend], ResultT]") -> ResultT:
        if self._pending is not None and self._pending.is_alive():
            raise _silent()
        answers: SimpleQueue[tuple[ResultT] | VaultLocked] = SimpleQueue()

        def work() -> None:
            try:
                answers.put((action(self._make_backend()),))
            except Exception as exc:  # noqa: BLE001 - each platform has errors of its own
                logger.info("The keyring failed: %s: %s", type(exc).__name__, exc)
                answers.put(_refusal(exc))

        # A daemon: a prompt nobody answers must not keep the app from ending.
        thread = threading.Thread(target=work, name="keyring", daemon=True)
        thread.start()
        try:
            answer = answers.get(timeout=self._timeout_s)
        except Empty:
            self._pending = thread
            raise _silent() from None
        thread.join()
        if isinstance(answer, VaultLocked):
            raise answer
        return answer[0]


def _delete(backend: "KeyringBackend", key_id: str) -> None:
    from keyring.errors import PasswordDeleteError

    try:
        backend.delete_password(SERVICE, key_id)
    except PasswordDeleteError:
        return


def _silent() -> VaultLocked:
    return VaultLocked(why="keyring_silent")


def _refusal(exc: Exception) -> VaultLocked:
    from keyring.errors import KeyringLocked

    if isinstance(exc, KeyringLocked):
        return VaultLocked(why="keyring_locked")
    return VaultLocked(why="keyring_unusable", reason=str(exc))
