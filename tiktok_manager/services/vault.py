"""The vault of one data folder: unlocked when a secret is first needed, never before."""

import threading
from collections.abc import Mapping
from enum import StrEnum

from tiktok_manager.domain.errors import VaultLocked
from tiktok_manager.storage import settings as queries
from tiktok_manager.storage.database import Database
from tiktok_manager.system.redaction import Redactor
from tiktok_manager.system.vault import KeyStore, Vault, VaultKind, VaultRecord

ENV_PASSPHRASE = "TIKTOK_MANAGER_PASSPHRASE"  # noqa: S105 - a variable's name


class VaultState(StrEnum):
    """Whether secrets can be read now."""

    ABSENT = "absent"
    LOCKED = "locked"
    UNLOCKED = "unlocked"


class VaultService:
    """Seals and opens secrets; asks the keyring or the passphrase once. Safe from any thread.

    Whatever passes through is told to the log's redactor.

    It may block for seconds (a keyring prompt, the key derivation): never call it on the GUI
    thread.
    """

    def __init__(
        self, database: Database, keys: KeyStore, env: Mapping[str, str], redactor: Redactor
    ) -> None:
        self._database = database
        self._keys = keys
        self._passphrase = env.get(ENV_PASSPHRASE) or None
        self._redactor = redactor
        redactor.register(self._passphrase or "", for_good=True)
        self._lock = threading.Lock()
        self._vault: Vault | None = None

    def state(self) -> VaultState:
        """Say whether there is a vault and whether it is open."""
        if self._vault is not None:
            return VaultState.UNLOCKED
        return VaultState.ABSENT if self._record() is None else VaultState.LOCKED

    def needs_passphrase(self) -> bool:
        """Say whether only a passphrase from the user can open the vault."""
        if self._vault is not None or self._passphrase is not None:
            return False
        record = self._record()
        if record is not None:
            return record.kind is VaultKind.PASSPHRASE
        return not self._keys.available()

    def unlock(self, passphrase: str | None = None) -> None:
        """Open the vault, making it first if there is none; raises VaultLocked, InputError."""
        self._redactor.register(passphrase or "", for_good=True)
        with self._lock:
            self._vault = self._vault or self._open_or_create(passphrase or self._passphrase)

    def seal(self, plain: str, *, aad: str, lasting: bool = False) -> bytes:
        """Encrypt a secret for the place named by `aad`; a `lasting` one no token pushes out."""
        self._redactor.register(plain, for_good=lasting)
        return self._unlocked().seal(plain.encode(), aad=aad)

    def open(self, sealed: bytes, *, aad: str, lasting: bool = False) -> str:
        """Decrypt a secret; raises if it was damaged or moved from another place."""
        plain = self._unlocked().open(sealed, aad=aad).decode()
        self._redactor.register(plain, for_good=lasting)
        return plain

    def hide(self, secret: str) -> None:
        """Keep a secret that is kept elsewhere out of the log too."""
        self._redactor.register(secret)

    def derive_key(self, purpose: str) -> bytes:
        """Return a key of its own for one purpose; the same for the life of the vault."""
        return self._unlocked().derive_key(purpose)

    def _unlocked(self) -> Vault:
        self.unlock()
        if self._vault is None:
            raise VaultLocked()
        return self._vault

    def _open_or_create(self, passphrase: str | None) -> Vault:
        record = self._record()
        if record is not None:
            return Vault.unlock(record, passphrase, self._keys)
        record, vault = Vault.create(passphrase, self._keys)
        with self._database.write() as session:
            added = queries.add_vault_record(session, record.to_json())
        if added:
            return vault
        # Another process made the vault between our look and our write: theirs holds.
        if record.kind is VaultKind.KEYRING:
            self._keys.delete(record.key_id)
        theirs = self._record()
        if theirs is None:
            raise VaultLocked(why="vanished")
        return Vault.unlock(theirs, passphrase, self._keys)

    def _record(self) -> VaultRecord | None:
        with self._database.read() as session:
            text = queries.get_vault_record(session)
        return None if text is None else VaultRecord.from_json(text)
