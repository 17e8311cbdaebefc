"""Says in the banner what keeps posts from going out, and lets the user mend it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import PlanMoved
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import Mood
from tiktok_manager.wording import Step, joined, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.services.vault import VaultState
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.banner import Banner
    from tiktok_manager.ui.publish_state import PublishState, Trouble

TROUBLE = "publishing-trouble"
VAULT = "vault"
PAUSED = "publishing-paused"


class PublishNotices(QObject):
    """What stands: a trouble, a locked vault, the user's own pause once he asks about it.

    A trouble that was put away comes back by the status line, or when something else is wrong.
    """

    def __init__(self, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._banner = banner
        self._core: Core | None = None
        self._passphrase: PassphraseViewModel | None = None
        self._trouble: Trouble | None = None
        self._is_put_away = False
        self._was_locked = False
        self._asked_to_unlock = False
        self._takes_focus = False
        banner.put_away.connect(self._on_put_away)

    def follow(self, core: Core | None) -> None:
        """Tell of this workspace from now on; None while there is none."""
        if self._core is not None:
            self._core.publishing.changed.disconnect(self._on_state)
        for subject in (TROUBLE, VAULT, PAUSED):
            self._banner.withdraw(subject)
        if self._passphrase is not None:
            self._passphrase.deleteLater()
        self._core, self._passphrase, self._trouble = core, None, None
        self._was_locked = self._asked_to_unlock = False
        if core is not None:
            self._passphrase = model = PassphraseViewModel(core, self)
            model.asked.connect(self._on_asked)
            model.refused.connect(self._on_refused)
            model.unlocked.connect(self._on_unlocked)
            core.publishing.changed.connect(self._on_state)
            core.bridge.listen(PlanMoved, self._on_plan_moved)
            self._on_state()

    def ask_passphrase(
        self,
        then: Callable[[], object] = lambda: None,
        otherwise: Callable[[], object] | None = None,
        *,
        takes_focus: bool = True,
    ) -> None:
        """Ask for the passphrase of the vault and run `then` once it is open.

        Where no passphrase would help (a locked keyring), `otherwise` runs instead.
        """
        if self._passphrase is not None:
            self._takes_focus = takes_focus
            self._passphrase.require(then, otherwise)

    def lead_on(self) -> bool:
        """Say again what keeps posts from going out; False if nothing does."""
        if self._core is None:
            return False
        state = self._core.publishing
        if state.mood is Mood.LOCKED:
            self.ask_passphrase()
        elif state.mood is Mood.PAUSED:
            self._banner.show_notice(_paused(state))
        elif self._trouble is not None:
            self._is_put_away = False
            self._banner.show_notice(_notice_of(state, self._trouble, takes_focus=True))
        else:
            return False
        return True

    # -- inside ---------------------------------------------------------------------------

    def _on_plan_moved(self, event: PlanMoved) -> None:
        told = words(event.finding)
        more = joined(told.message, told.hint)
        notice = Notice(key=event.finding.code, text=told.title, more=more, tone=Tone.WARNING)
        self._banner.show_notice(notice)

    def _on_state(self) -> None:
        core = self._core
        if core is None:
            return
        state = core.publishing
        self._tell_trouble(state)
        if not state.paused:
            self._banner.withdraw(PAUSED)
        is_locked, was_locked = state.mood is Mood.LOCKED, self._was_locked
        self._was_locked = is_locked
        if is_locked and not self._asked_to_unlock:
            self._asked_to_unlock = True  # once by itself; later the status line leads there
            self.ask_passphrase(takes_focus=False)
        elif was_locked and not is_locked and self._passphrase is not None:
            self._passphrase.look_again()  # it may have been opened elsewhere

    def _tell_trouble(self, state: PublishState) -> None:
        before, trouble = self._trouble, state.trouble
        if trouble == before:
            return
        self._trouble = trouble
        if trouble is None:
            self._banner.withdraw(TROUBLE)
            return
        if before is None or before.code != trouble.code:
            self._is_put_away = False
        if not self._is_put_away:
            self._banner.show_notice(_notice_of(state, trouble))

    def _on_put_away(self, subject: str) -> None:
        if subject == TROUBLE:
            self._is_put_away = True
        elif subject == VAULT and self._passphrase is not None:
            self._passphrase.give_up()

    # -- the passphrase -------------------------------------------------------------------

    def _on_asked(self, is_new: bool) -> None:
        shown = self._banner.notice
        if shown is not None and shown.key == VAULT:  # what was typed, and why it did not do, stays
            if self._takes_focus:
                self._banner.take_focus()
        elif is_new:
            more = tr(
                "This system has no keyring. The passphrase encrypts your TikTok keys and tokens; "
                "it has at least 8 characters and cannot be recovered."
            )
            self._ask(tr("Choose a passphrase"), more, tr("Use it"))
        else:
            more = tr("TikTok keys and tokens are encrypted with your passphrase.")
            self._ask(tr("Unlock your secrets"), more, tr("Unlock"))

    def _on_refused(self, error: AppError) -> None:
        self._takes_focus = True
        more = joined(words(error).title, words(error).hint)
        self._ask(tr("Unlock your secrets"), more, tr("Unlock"), Tone.BAD)

    def _ask(self, text: str, more: str, step: str, tone: Tone = Tone.INFO) -> None:
        if self._passphrase is not None:
            self._banner.show_notice(
                Notice(
                    key=VAULT,
                    text=text,
                    more=more,
                    tone=tone,
                    step=Action(words=lambda: step, run=self._banner.take_focus),
                    secret=self._passphrase.unlock,
                    takes_focus=self._takes_focus,
                )
            )

    def _on_unlocked(self) -> None:
        self._banner.withdraw(VAULT)
        if self._core is not None:
            self._core.publishing.secrets_opened()


def _paused(state: PublishState) -> Notice:
    """Offer to resume instead of doing it: what goes out at once then, no undo brings back."""
    return Notice(
        key=PAUSED,
        text=tr("Publishing is paused."),
        more=tr("Once resumed, posts that are due go out at once."),
        tone=Tone.ATTENTION,
        step=Action(words=lambda: tr("Resume publishing"), run=lambda: state.set_paused(False)),
        takes_focus=True,
    )


def _notice_of(state: PublishState, trouble: Trouble, *, takes_focus: bool = False) -> Notice:
    steps = {
        Step.ADOPT: Action(
            words=lambda: trouble.label,
            run=state.adopt,
            question=adopt_question,
            no=lambda: tr("Leave it off"),
        ),
        Step.RETRY: Action(words=lambda: trouble.label, run=state.start),
    }
    return Notice(
        key=TROUBLE,
        text=trouble.title,
        more=joined(trouble.more, state.until_words(trouble)),
        tone=Tone.ATTENTION,
        step=steps.get(trouble.step),
        takes_focus=takes_focus,
    )


def adopt_question() -> str:
    """Ask whether this data folder, which is a copy, is to publish from now on."""
    return tr(
        "Publish from this computer from now on? Then use no other copy of this data folder: if "
        "two of them published, posts would go out twice. What the other copy may have sent "
        "already is held until it is known that it is not on TikTok."
    )


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
