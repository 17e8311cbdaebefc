"""Secrets at rest: only the right key, at the right place, opens them."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.words import says
from tiktok_manager.domain.errors import InputError, VaultLocked
from tiktok_manager.system.vault import (
    ScryptCost,
    SecretDamaged,
    Vault,
    VaultKind,
    VaultRecord,
)
from tiktok_manager.wording import english

PASSPHRASE = "correct horse"
KEY = bytes(range(32))


class FakeKeys:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def available(self) -> bool:
        return True

    def get(self, key_id: str) -> bytes | None:
        return self.kept.get(key_id)

    def put(self, key_id: str, key: bytes) -> None:
        self.kept[key_id] = key

    def delete(self, key_id: str) -> None:
        self.kept.pop(key_id, None)


class NoKeys(FakeKeys):
    """A machine without a keyring."""

    def get(self, key_id: str) -> bytes | None:
        raise VaultLocked(why="keyring_unusable")

    def put(self, key_id: str, key: bytes) -> None:
        raise VaultLocked(why="keyring_unusable")


class ForgetfulKeys(FakeKeys):
    """A keyring that takes a key and does not keep it."""

    def put(self, key_id: str, key: bytes) -> None:
        return


def stored(record: VaultRecord) -> VaultRecord:
    """Return the record as it comes back from storage."""
    return VaultRecord.from_json(record.to_json())


def test_a_keyring_vault_opens_again_with_the_keyrings_key() -> None:
    keys = FakeKeys()
    record, vault = Vault.create(None, keys)
    sealed = vault.seal("act.token", aad="account/1/access")
    again = Vault.unlock(stored(record), None, keys)
    assert again.open(sealed, aad="account/1/access") == b"act.token"
    assert record.kind is VaultKind.KEYRING
    assert [len(key) for key in keys.kept.values()] == [32]


def test_a_passphrase_vault_needs_no_keyring() -> None:
    record, vault = Vault.create(PASSPHRASE, NoKeys())
    sealed = vault.seal(b"secret", aad="row")
    assert Vault.unlock(stored(record), PASSPHRASE, NoKeys()).open(sealed, aad="row") == b"secret"
    assert record.kind is VaultKind.PASSPHRASE


def test_a_passphrase_typed_on_another_system_opens_too() -> None:
    composed, decomposed = "Käsekuchen", "Ka\u0308sekuchen"
    record, _vault = Vault.create(composed, NoKeys())
    Vault.unlock(stored(record), decomposed, NoKeys())


@pytest.mark.parametrize("passphrase", [f" {PASSPHRASE}", f"{PASSPHRASE}\n", " quite another "])
def test_blanks_that_nobody_sees_are_told_of(passphrase: str) -> None:
    record, _vault = Vault.create(PASSPHRASE, NoKeys())
    with says(VaultLocked, "begins or ends with blanks"):
        Vault.unlock(record, passphrase, NoKeys())


@pytest.mark.parametrize("passphrase", ["wrong horse", "Correct horse", "", None])
def test_a_wrong_passphrase_opens_nothing(passphrase: str | None) -> None:
    record, _vault = Vault.create(PASSPHRASE, NoKeys())
    with pytest.raises(VaultLocked) as caught:
        Vault.unlock(stored(record), passphrase, NoKeys())
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("passphrase", ["", "seven77"])
def test_a_short_passphrase_is_refused(passphrase: str) -> None:
    with says(InputError, "too short"):
        Vault.create(passphrase, FakeKeys())


def test_without_a_keyring_the_user_is_told_of_the_passphrase() -> None:
    with pytest.raises(VaultLocked) as caught:
        Vault.create(None, NoKeys())
    assert "TIKTOK_MANAGER_PASSPHRASE" in english(caught.value).command_hint
    assert caught.value.exit_code == 3


def test_a_keyring_that_keeps_nothing_is_noticed_before_secrets_depend_on_it() -> None:
    with says(VaultLocked, "did not keep"):
        Vault.create(None, ForgetfulKeys())


def test_a_key_gone_from_the_keyring_is_said() -> None:
    keys = FakeKeys()
    record, _vault = Vault.create(None, keys)
    keys.delete(record.key_id)
    with says(VaultLocked, "no longer in the system's keyring"):
        Vault.unlock(record, None, keys)


@pytest.mark.parametrize("key", [KEY, b"", b"short"])
def test_a_foreign_key_in_the_keyring_is_noticed_at_once(key: bytes) -> None:
    keys = FakeKeys()
    record, _vault = Vault.create(None, keys)
    keys.put(record.key_id, key)
    with says(VaultLocked, "does not open your secrets"):
        Vault.unlock(record, None, keys)


def test_a_secret_moved_to_another_row_does_not_open() -> None:
    vault = Vault(KEY)
    sealed = vault.seal("token", aad="account/1/access")
    with pytest.raises(SecretDamaged):
        vault.open(sealed, aad="account/2/access")


@given(st.binary(min_size=0, max_size=100), st.integers(min_value=0), st.integers(1, 255))
def test_a_secret_with_any_byte_changed_does_not_open(plain: bytes, at: int, flip: int) -> None:
    vault = Vault(KEY)
    sealed = bytearray(vault.seal(plain, aad="row"))
    sealed[at % len(sealed)] ^= flip
    with pytest.raises(SecretDamaged):
        vault.open(bytes(sealed), aad="row")


@given(st.binary(min_size=0, max_size=100), st.integers(min_value=0))
def test_a_cut_secret_does_not_open(plain: bytes, length: int) -> None:
    vault = Vault(KEY)
    sealed = vault.seal(plain, aad="row")
    with pytest.raises(SecretDamaged):
        vault.open(sealed[: length % len(sealed)], aad="row")


def test_sealing_twice_gives_different_bytes() -> None:
    vault = Vault(KEY)
    assert vault.seal("same", aad="row") != vault.seal("same", aad="row")


def test_neither_record_nor_sealed_bytes_hold_key_or_plain_text() -> None:
    keys = FakeKeys()
    record, vault = Vault.create(None, keys)
    (key,) = keys.kept.values()
    assert key not in record.verifier
    assert key.hex() not in repr(record) + record.to_json() + repr(vault)
    assert b"plain text" not in vault.seal("plain text", aad="row")
    with pytest.raises(TypeError):
        pickle.dumps(vault)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"kind": "paper", "key_id": "k", "salt": null, "kdf": null, "verifier": ""}',
        '{"kind": "keyring", "key_id": "k", "salt": "?", "kdf": null, "verifier": ""}',
    ],
)
def test_a_damaged_record_is_said(text: str) -> None:
    with says(VaultLocked, "record in the database is damaged"):
        VaultRecord.from_json(text)


@pytest.mark.parametrize("cost", [None, ScryptCost(n=2), ScryptCost(n=2**40), ScryptCost(r=2**20)])
def test_a_record_cannot_make_guessing_cheap_or_eat_all_memory(cost: ScryptCost | None) -> None:
    record = VaultRecord(
        kind=VaultKind.PASSPHRASE, key_id="k", salt=b"salt", kdf=cost, verifier=b""
    )
    with says(VaultLocked, "damaged"):
        Vault.unlock(record, PASSPHRASE, NoKeys())
