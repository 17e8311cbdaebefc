"""The system's keyring as it really behaves: there, locked, silent, absent, or set up to harm."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, NoKeyringError, PasswordDeleteError

from tests.fakes.words import says
from tiktok_manager.domain.errors import VaultLocked
from tiktok_manager.system.os_keyring import SERVICE, OsKeyring
from tiktok_manager.wording import english

KEY = bytes(range(32))


class MemoryBackend(KeyringBackend):
    """What the keyring library calls a backend, in memory."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(username)


def refusing(error: Exception) -> Callable[[], KeyringBackend]:
    def make() -> KeyringBackend:
        raise error

    return make


def test_a_key_is_kept_under_its_name_until_deleted() -> None:
    backend = MemoryBackend()
    keys = OsKeyring(lambda: backend)
    keys.put("one", KEY)
    assert keys.available()
    assert keys.get("one") == KEY
    assert keys.get("other") is None
    keys.delete("one")
    keys.delete("one")
    assert keys.get("one") is None


def test_an_entry_that_is_no_key_is_handed_on_as_none_of_ours() -> None:
    backend = MemoryBackend()
    backend.set_password(SERVICE, "one", "ä not base64")
    assert OsKeyring(lambda: backend).get("one") == b""


def test_a_locked_keyring_says_so_and_what_to_do() -> None:
    with says(VaultLocked, "is locked") as caught:
        OsKeyring(refusing(KeyringLocked("no"))).get("one")
    assert "Unlock it" in english(caught.value).command_hint
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    "error", [NoKeyringError("none"), RuntimeError("no D-Bus"), OSError("vault full")]
)
def test_an_unusable_keyring_is_said_with_its_reason(error: Exception) -> None:
    keys = OsKeyring(refusing(error))
    assert not keys.available()
    with says(VaultLocked, "cannot be used") as caught:
        keys.put("one", KEY)
    assert str(error) in english(caught.value).message


@pytest.fixture
def unanswered_prompt() -> Iterator[threading.Event]:
    """A prompt the user answers only when the test ends."""
    answered = threading.Event()
    yield answered
    answered.set()


def test_an_unanswered_prompt_is_given_up_and_not_asked_again_meanwhile(
    unanswered_prompt: threading.Event,
) -> None:
    asked = []

    def make() -> KeyringBackend:
        asked.append(1)
        unanswered_prompt.wait()
        return MemoryBackend()

    keys = OsKeyring(make, timeout_s=0.01)
    for _ in range(3):
        with says(VaultLocked, "does not answer"):
            keys.get("one")
    assert len(asked) == 1


def run_python(code: str, *prefix: str, **env: str) -> dict[str, Any]:
    """Run code in a process of its own and return the JSON it prints."""
    # Warnings off: the library leaves its bus connection open when the keyring is locked.
    done = subprocess.run(
        [*prefix, sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Secret Service is Linux")


@on_linux
def test_a_machine_without_dbus_is_told_of_the_passphrase() -> None:
    code = """
import json
from tiktok_manager.domain.errors import VaultLocked
from tiktok_manager.system.vault import OsKeyring, Vault
from tiktok_manager.wording import words
try: Vault.create(None, OsKeyring())
except VaultLocked as exc:
    said = words(exc)
    print(json.dumps({"title": said.title, "hint": said.command_hint}))
"""
    told = run_python(code)
    assert "cannot be used" in told["title"]
    assert "TIKTOK_MANAGER_PASSPHRASE" in told["hint"]


EVIL = "open({marker!r}, 'w').close()\nfrom keyring.backends.null import Keyring\n"

USE_OURS = """
import json
from tiktok_manager.domain.errors import VaultLocked
from tiktok_manager.system.vault import OsKeyring
try: OsKeyring().get("one")
except VaultLocked: pass
print(json.dumps({}))
"""

USE_THE_LIBRARYS_CHOICE = "import json, keyring; keyring.get_keyring(); print(json.dumps({}))"


@pytest.fixture
def evil(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """Set the traps for the keyring library; gives the environment and what a bite leaves."""
    marker = tmp_path / "was-run"
    (tmp_path / "evil.py").write_text(EVIL.format(marker=str(marker)))
    config = tmp_path / "config" / "python_keyring"
    config.mkdir(parents=True)
    (config / "keyringrc.cfg").write_text(
        f"[backend]\ndefault-keyring=evil.Keyring\nkeyring-path={tmp_path}\n"
    )
    env = {"XDG_CONFIG_HOME": str(config.parent), "KEYRING_PROPERTY_PREFERRED_COLLECTION": "/evil"}
    return env, marker


@on_linux
@pytest.mark.parametrize("by_environment", [True, False])
def test_an_evil_backend_is_never_imported(
    evil: tuple[dict[str, str], Path], tmp_path: Path, by_environment: bool
) -> None:
    env, marker = evil
    if by_environment:
        env |= {"PYTHON_KEYRING_BACKEND": "evil.Keyring", "PYTHONPATH": str(tmp_path)}
    run_python(USE_OURS, **env)
    assert not marker.exists()
    run_python(USE_THE_LIBRARYS_CHOICE, **env)
    assert marker.exists()  # the trap does bite


SESSION = """
import json, subprocess
from contextlib import closing
import secretstorage
from tiktok_manager.domain.errors import VaultLocked
from tiktok_manager.system.vault import OsKeyring, Vault
from tiktok_manager.wording import words

def refusal(action):
    try: action()
    except VaultLocked as exc: return words(exc).title
    return None

subprocess.run(
    ["gnome-keyring-daemon", "--unlock", "--components=secrets"],
    input=b"login", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
)
keys = OsKeyring()
record, vault = Vault.create(None, keys)
sealed = vault.seal("secret", aad="row")
told = {
    "available": keys.available(),
    "opened": Vault.unlock(record, None, OsKeyring()).open(sealed, aad="row").decode(),
}
deleted, _vault = Vault.create(None, keys)
keys.delete(deleted.key_id)
told["deleted"] = refusal(lambda: Vault.unlock(deleted, None, keys))
with closing(secretstorage.dbus_init()) as bus:
    secretstorage.get_default_collection(bus).lock()
    told["locked"] = refusal(lambda: Vault.unlock(record, None, OsKeyring()))
    told["create_locked"] = refusal(lambda: Vault.create(None, OsKeyring()))
print(json.dumps(told))
"""

with_secret_service = pytest.mark.skipif(
    not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")),
    reason="needs dbus-run-session and gnome-keyring-daemon",
)


@on_linux
@with_secret_service
def test_a_real_secret_service_keeps_and_forgets_keys_and_its_lock_is_respected() -> None:
    told = run_python(
        SESSION, "dbus-run-session", "--", KEYRING_PROPERTY_PREFERRED_COLLECTION="/evil"
    )
    assert told["available"]
    assert told["opened"] == "secret"
    assert "no longer in the system's keyring" in told["deleted"]
    assert "is locked" in told["locked"]
    assert "is locked" in told["create_locked"]
