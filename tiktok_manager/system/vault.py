"""Secrets at rest: AES-256-GCM under one random master key, bound to the row they belong to.

The master key lies in the operating system's keyring, or sealed under a passphrase. Only the
services' vault calls this, off the GUI thread: a keyring may ask the user, a passphrase takes
about 100 ms.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from tiktok_manager.domain.errors import ActionNeeded, InputError, VaultLocked
from tiktok_manager.system.os_keyring import OsKeyring

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = [
    "KeyStore",
    "OsKeyring",
    "ScryptCost",
    "SecretDamaged",
    "Vault",
    "VaultKind",
    "VaultRecord",
]

KEY_BYTES = 32
MIN_PASSPHRASE_CHARS = 8
_NONCE_BYTES = 12
_SALT_BYTES = 16
_HEADER = b"TM1"
_VERIFIER_AAD = "vault-verifier"
_VERIFIER_TEXT = b"TikTok Manager vault"
_OTHER_WAY = "TIKTOK_MANAGER_PASSPHRASE"

RandomBytes = Callable[[int], bytes]


class VaultKind(StrEnum):
    """Where a vault's master key lies. A vault keeps its kind for life."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"  # noqa: S105 - a kind, not a password


class SecretDamaged(ActionNeeded):
    """A stored secret was altered, cut, or moved from another row."""

    code = "secret_damaged"


class KeyStore(Protocol):
    """The operating system's keyring. Every call may block for seconds and raise VaultLocked."""

    def available(self) -> bool:
        """Say whether there is a keyring at all; it may still be locked."""

    def get(self, key_id: str) -> bytes | None:
        """Return a key, None if the keyring has none of that name."""

    def put(self, key_id: str, key: bytes) -> None:
        """Keep a key."""

    def delete(self, key_id: str) -> None:
        """Forget a key; harmless if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScryptCost:
    """How dear a guess at the passphrase is: 32 MiB and about 100 ms by default."""

    n: int = 2**15
    r: int = 8
    p: int = 1

    def is_sane(self) -> bool:
        """Refuse a record that would make us guess cheaply or eat all memory."""
        return 2**14 <= self.n <= 2**20 and 1 <= self.r <= 16 and 1 <= self.p <= 4


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultRecord:
    """What storage keeps of a vault. It opens nothing without the keyring or the passphrase.

    `verifier` is a known text sealed with the master key (keyring), or the master key itself
    sealed with the key derived from the passphrase.
    """

    kind: VaultKind
    key_id: str
    salt: bytes | None
    kdf: ScryptCost | None
    verifier: bytes

    def to_json(self) -> str:
        """Return the record as one line of JSON."""
        kdf = self.kdf
        return json.dumps(
            {
                "kind": self.kind.value,
                "key_id": self.key_id,
                "salt": None if self.salt is None else base64.b64encode(self.salt).decode(),
                "kdf": None if kdf is None else {"n": kdf.n, "r": kdf.r, "p": kdf.p},
                "verifier": base64.b64encode(self.verifier).decode(),
            }
        )

    @staticmethod
    def from_json(text: str) -> VaultRecord:
        """Read what `to_json` wrote; raises VaultLocked for anything else."""
        try:
            told = json.loads(text)
            salt, kdf = told["salt"], told["kdf"]
            return VaultRecord(
                kind=VaultKind(told["kind"]),
                key_id=str(told["key_id"]),
                salt=None if salt is None else base64.b64decode(salt, validate=True),
                kdf=None if kdf is None else ScryptCost(n=kdf["n"], r=kdf["r"], p=kdf["p"]),
                verifier=base64.b64decode(told["verifier"], validate=True),
            )
        except (ValueError, KeyError, TypeError) as exc:
            raise _damaged_record() from exc


class Vault:
    """Seals and opens secrets. Safe from any thread; neither repr nor pickle shows the key."""

    __slots__ = ("_cipher", "_master_key", "_random")

    def __init__(self, master_key: bytes, random: RandomBytes = secrets.token_bytes) -> None:
        # Late, as below: most commands need no secret.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher: AESGCM = AESGCM(master_key)
        self._master_key = master_key
        self._random = random

    @staticmethod
    def create(
        passphrase: str | None, keys: KeyStore, random: RandomBytes = secrets.token_bytes
    ) -> tuple[VaultRecord, Vault]:
        """Make a new vault: under the passphrase if one is given, else in the keyring.

        Raises InputError for a passphrase under 8 characters, VaultLocked without a usable keyring.
        """
        master_key = random(KEY_BYTES)
        vault = Vault(master_key, random)
        if passphrase is not None:
            return _under_passphrase(passphrase, master_key, random), vault
        key_id = f"master-key-{random(8).hex()}"
        _entrust(keys, key_id, master_key)
        record = VaultRecord(
            kind=VaultKind.KEYRING,
            key_id=key_id,
            salt=None,
            kdf=None,
            verifier=vault.seal(_VERIFIER_TEXT, aad=_VERIFIER_AAD),
        )
        return record, vault

    @staticmethod
    def unlock(record: VaultRecord, passphrase: str | None, keys: KeyStore) -> Vault:
        """Open an existing vault; raises VaultLocked if its key cannot be had."""
        if record.kind is VaultKind.PASSPHRASE:
            return Vault(_master_key(record, passphrase))
        key = keys.get(record.key_id)
        if key is None:
            raise VaultLocked(why="key_gone", key_id=record.key_id)
        if len(key) != KEY_BYTES or not Vault(key).verifies(record):
            raise VaultLocked(why="key_wrong")
        return Vault(key)

    def verifies(self, record: VaultRecord) -> bool:
        """Say whether this is the key the record was made with."""
        try:
            return self.open(record.verifier, aad=_VERIFIER_AAD) == _VERIFIER_TEXT
        except SecretDamaged:
            return False

    def seal(self, plain: bytes | str, *, aad: str) -> bytes:
        """Encrypt for the place named by `aad` (row and field); only there it opens again."""
        data = plain.encode() if isinstance(plain, str) else plain
        nonce = self._random(_NONCE_BYTES)
        return _HEADER + nonce + self._cipher.encrypt(nonce, data, _bound(aad))

    def open(self, sealed: bytes, *, aad: str) -> bytes:
        """Decrypt; raises SecretDamaged if the bytes or their place are not the sealed ones."""
        from cryptography.exceptions import InvalidTag

        body = sealed.removeprefix(_HEADER)
        if len(body) == len(sealed):
            raise _damaged_secret()
        nonce, ciphertext = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, ciphertext, _bound(aad))
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            raise _damaged_secret() from None

    def derive_key(self, purpose: str) -> bytes:
        """Return a 32-byte key for one purpose; it tells nothing of the master key (HKDF)."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        info = _HEADER + b" derived key: " + purpose.encode()
        return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(self._master_key)


def _bound(aad: str) -> bytes:
    return _HEADER + aad.encode()


def _entrust(keys: KeyStore, key_id: str, master_key: bytes) -> None:
    try:
        keys.put(key_id, master_key)
        kept = keys.get(key_id) == master_key
    except VaultLocked as exc:
        raise exc.adding(variable=_OTHER_WAY) from exc
    if not kept:
        raise VaultLocked(why="key_not_kept", variable=_OTHER_WAY)


def _under_passphrase(passphrase: str, master_key: bytes, random: RandomBytes) -> VaultRecord:
    if len(passphrase) < MIN_PASSPHRASE_CHARS:
        raise InputError("passphrase_too_short", length=len(passphrase), least=MIN_PASSPHRASE_CHARS)
    salt, cost = random(_SALT_BYTES), ScryptCost()
    return VaultRecord(
        kind=VaultKind.PASSPHRASE,
        key_id=f"passphrase-{random(8).hex()}",
        salt=salt,
        kdf=cost,
        verifier=Vault(_derive(passphrase, salt, cost), random).seal(master_key, aad=_VERIFIER_AAD),
    )


def _master_key(record: VaultRecord, passphrase: str | None) -> bytes:
    if not passphrase:
        raise VaultLocked(why="passphrase_needed")
    if record.salt is None or record.kdf is None or not record.kdf.is_sane():
        raise _damaged_record()
    try:
        key = Vault(_derive(passphrase, record.salt, record.kdf)).open(
            record.verifier, aad=_VERIFIER_AAD
        )
    except SecretDamaged:
        # A shell, a file or the clipboard adds blanks that nobody sees.
        has_blanks = passphrase != passphrase.strip()
        raise VaultLocked(why="passphrase_blanks" if has_blanks else "passphrase_wrong") from None
    if len(key) != KEY_BYTES:
        raise _damaged_record()
    return key


def _derive(passphrase: str, salt: bytes, cost: ScryptCost) -> bytes:
    # NFC: the same words typed on another system give the same key.
    words = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogateescape")
    needed_bytes = 128 * cost.r * (cost.n + cost.p + 2)
    return hashlib.scrypt(
        words, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=2 * needed_bytes, dklen=KEY_BYTES
    )


def _damaged_secret() -> SecretDamaged:
    return SecretDamaged()


def _damaged_record() -> VaultLocked:
    return VaultLocked(why="record_damaged")
