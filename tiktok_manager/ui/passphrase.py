"""Asks for the vault's passphrase in place, only when a secret is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
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

    def require(
        self, then: Callable[[], object], otherwise: Callable[[], object] | None = None
    ) -> None:
        """Run `then` with an open vault; asks the user first where that is needed.

        `otherwise` runs instead where the vault is shut and no passphrase would open it.
        """
        self._then.append(then)
        self._otherwise = otherwise
        vault = self._core.workspace.vault
        self._core.tasks.run(
            lambda _token: (vault.needs_passphrase(), vault.state()),
            done=self._on_state,
            failed=self._on_failed,
            group="vault",
        )

    def unlock(self, passphrase: str) -> None:
        """Try this passphrase."""
        vault = self._core.workspace.vault
        self._core.tasks.run(
            lambda _token: vault.unlock(passphrase),
            done=lambda _none: self._on_unlocked(),
            failed=self.refused.emit,
            group="vault",
        )

    def give_up(self) -> None:
        """Forget what waited for the vault."""
        self._then.clear()

    def _on_state(self, answer: tuple[bool, VaultState]) -> None:
        needs_passphrase, state = answer
        if needs_passphrase:
            self.asked.emit(state.value == "absent")
        elif state.value == "unlocked" or self._otherwise is None:
            self._on_unlocked()
        else:
            self._then.clear()
            self._otherwise()

    def _on_unlocked(self) -> None:
        waiting, self._then = self._then, []
        self.unlocked.emit()
        for then in waiting:
            then()

    def _on_failed(self, error: AppError) -> None:
        self._then.clear()
        self.refused.emit(error)


class PassphraseBar(QFrame):
    """A row with a password field above the content."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: PassphraseViewModel | None = None
        self._came_from: QWidget | None = None
        self.setProperty("look", "notice")
        self.setProperty("tone", "accent")
        self._title = PlainLabel("", type=Type.STRONG, wrap=True)
        self._text = PlainLabel("", tone="soft", wrap=True)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName("Passphrase")
        self.field.setPlaceholderText("Passphrase")
        self.field.setMinimumWidth(220)
        self.field.returnPressed.connect(self._on_unlock)
        self._unlock = push_button("Unlock", look="primary", clicked=self._on_unlock)
        cancel = push_button("Not now", look="quiet", clicked=self._on_cancel)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._text)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        layout.setSpacing(SPACE_S)
        layout.addLayout(words, 1)
        for widget in (self.field, self._unlock, cancel):
            layout.addWidget(widget)
        self.hide()

    def attach(self, model: PassphraseViewModel) -> None:
        """Ask whenever this model needs it."""
        self._model = model
        model.asked.connect(self.ask)
        model.unlocked.connect(self._put_away)
        model.refused.connect(self._on_refused)

    def ask(self, is_new: bool) -> None:
        """Show the row and take the focus."""
        self._title.setText("Choose a passphrase" if is_new else "Unlock your secrets")
        self._text.setText(
            "This system has no keyring. The passphrase encrypts your TikTok keys and tokens; "
            "it has at least 8 characters and cannot be recovered."
            if is_new
            else "TikTok keys and tokens are encrypted with your passphrase."
        )
        self._unlock.setText("Use it" if is_new else "Unlock")
        self._unlock.setEnabled(True)
        self._text.set_tone("soft")
        self.field.clear()
        if self.isHidden():
            self._came_from = self.window().focusWidget()
        self.show()
        self.field.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._on_cancel()
            return
        super().keyPressEvent(event)

    def _on_unlock(self) -> None:
        if self._model is not None and self.field.text():
            self._unlock.setEnabled(False)
            self._model.unlock(self.field.text())

    def _put_away(self) -> None:
        self.field.clear()
        came_from, self._came_from = self._came_from, None
        if came_from is not None and self.field.hasFocus():
            came_from.setFocus()
        self.hide()

    def _on_cancel(self) -> None:
        self._put_away()
        if self._model is not None:
            self._model.give_up()

    def _on_refused(self, error: AppError) -> None:
        self._unlock.setEnabled(True)
        self._text.setText(joined(words(error).title, words(error).hint))
        self._text.set_tone("bad")
        self.show()
        self.field.selectAll()
        self.field.setFocus()
