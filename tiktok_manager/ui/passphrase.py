"""Opens the vault with the user's passphrase, only when a secret is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.services.vault import VaultState
    from tiktok_manager.ui.frame import Core


class PassphraseViewModel(QObject):
    """Opens the vault, or makes it with a new passphrase.

    Signals:
        asked: A passphrase is needed; True if it is a new one.
        unlocked: The vault is open.
        refused: An AppError: the passphrase did not do.
    """

    asked = Signal(bool)
    unlocked = Signal()
    refused = Signal(object)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._then: list[Callable[[], object]] = []
        self._otherwise: Callable[[], object] | None = None
        self._is_asking = False
        self._tries = 0

    def require(
        self, then: Callable[[], object], otherwise: Callable[[], object] | None = None
    ) -> None:
        """Run `then` with an open vault; asks the user first where that is needed.

        `otherwise` runs instead where the vault is shut and no passphrase would open it.
        """
        self._then.append(then)
        self._otherwise = otherwise
        self._look()

    def look_again(self) -> None:
        """Somebody else may have opened the vault that is being asked about."""
        if self._is_asking:
            self._look()

    def unlock(self, passphrase: str) -> None:
        """Try this passphrase."""
        self._tries += 1
        vault = self._core.workspace.vault
        self._core.tasks.run(
            lambda _token: vault.unlock(passphrase),
            done=lambda _none: self._on_unlocked(),
            failed=self.refused.emit,
        )

    def give_up(self) -> None:
        """Forget what waited for the vault."""
        self._is_asking = False
        self._then.clear()

    def _look(self) -> None:
        vault, tries = self._core.workspace.vault, self._tries
        self._core.tasks.run(
            lambda _token: (vault.needs_passphrase(), vault.state()),
            done=lambda answer: self._on_state(answer, tries),
            failed=self._on_failed,
            group="vault",
        )

    def _on_state(self, answer: tuple[bool, VaultState], tries: int) -> None:
        needs_passphrase, state = answer
        if tries != self._tries:
            self._look()  # a passphrase was tried meanwhile: this may be the state before it
        elif needs_passphrase:
            self._is_asking = True
            self.asked.emit(state.value == "absent")
        elif state.value == "unlocked" or self._otherwise is None:
            self._on_unlocked()
        else:
            self.give_up()
            self._otherwise()

    def _on_unlocked(self) -> None:
        self._is_asking = False
        waiting, self._then = self._then, []
        self.unlocked.emit()
        for then in waiting:
            then()

    def _on_failed(self, error: AppError) -> None:
        self.give_up()
        self.refused.emit(error)
