"""What claiming waits for and must not do itself: it asks the keyring, the disk, and TikTok.

The tick only reads whether it was done; `prepare` does it, on a thread that may wait.
"""

import logging
from collections.abc import Callable

from tiktok_manager.domain.errors import AppError, VaultLocked
from tiktok_manager.services.publishing.publish_gate import PublishGate
from tiktok_manager.services.publishing.restoring import Restoring
from tiktok_manager.services.vault import VaultService, VaultState

logger = logging.getLogger(__name__)


class Readiness:
    """Open secrets, a journal that was compared, and a clock that somebody confirmed.

    Safe from any thread; `prepare` on one at a time.
    """

    def __init__(
        self,
        vault: VaultService,
        restoring: Restoring,
        publish_gate: PublishGate,
        ask_time: Callable[[str], None],
    ) -> None:
        self._vault = vault
        self._restoring = restoring
        self._publish_gate = publish_gate
        self._ask_time = ask_time
        self._is_missed = False
        self._question: str | None = None
        self._is_asked = False

    @property
    def is_lacking(self) -> bool:
        """Whether something was missed that `prepare` brings about."""
        return self._is_missed or self._question is not None

    def is_open(self) -> bool:
        """Say whether tokens can be read and the journal was compared; else that is missed.

        Without a vault there is no token: it is made, and the keyring asked, with the first secret.
        """
        vault = self._vault.state()
        is_open = self._restoring.is_compared and vault is VaultState.UNLOCKED
        self._is_missed = not is_open and vault is not VaultState.ABSENT
        return is_open

    def has_asked_time(self, account_id: str) -> bool:
        """Say whether TikTok was asked for the time, with whatever result; else that is missed.

        Counts for one judgement: the next that lacks the time asks anew.
        """
        was_asked, self._is_asked = self._is_asked, False
        if not was_asked:
            self._question = account_id
        return was_asked

    def knows_time(self) -> None:
        """Nobody needs to ask for the time."""
        self._question, self._is_asked = None, False

    def prepare(self) -> None:
        """Do what is missed. Raises VaultLocked, and StorageError for an unreadable journal."""
        self._unlock()
        self._restoring.compare()
        self._is_missed = False
        if (account_id := self._question) is not None:
            try:
                self._ask_time(account_id)
            except AppError as exc:
                logger.info("Nobody confirms the time: %s", exc)
            finally:
                self._question, self._is_asked = None, True

    def _unlock(self) -> None:
        try:
            self._vault.unlock()
        except VaultLocked as exc:
            if not self._vault.needs_passphrase():
                self._publish_gate.cannot_open_secrets(exc)
            raise
        self._publish_gate.opened_secrets()
