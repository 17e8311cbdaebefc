"""Says in the banner what keeps posts from going out, and lets the user mend it there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.mood import Mood
from tiktok_manager.ui.passphrase import PassphraseViewModel
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import Step, joined, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.domain.errors import AppError
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
            return
        if is_new:
            text = tr("Choose a passphrase")
            more = tr(
                "This system has no keyring. The passphrase encrypts your TikTok keys and tokens; "
                "it has at least 8 characters and cannot be recovered."
            )
        else:
            text = tr("Unlock your secrets")
            more = tr("TikTok keys and tokens are encrypted with your passphrase.")
        step = tr("Use it") if is_new else tr("Unlock")
        self._ask(text, more, step, Tone.INFO, takes_focus=self._takes_focus)

    def _on_refused(self, error: AppError) -> None:
        text = joined(words(error).title, words(error).hint)
        self._ask(tr("Unlock your secrets"), text, tr("Unlock"), Tone.BAD, takes_focus=True)

    def _ask(self, text: str, more: str, step: str, tone: Tone, *, takes_focus: bool) -> None:
        if self._passphrase is not None:
            self._banner.show_notice(
                Notice(
                    key=VAULT,
                    text=text,
                    more=more,
                    tone=tone,
                    step=Action(words=lambda: step, run=self._banner.take_focus),
                    secret=self._passphrase.unlock,
                    takes_focus=takes_focus,
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
    more = joined(trouble.more, state.until_words(trouble))
    notice = {
        Step.ADOPT: Notice(
            text=trouble.title,
            step=Action(
                words=lambda: tr("Publish from this computer…"),
                run=state.adopt,
                question=_adopt_question,
                yes=lambda: tr("Publish from this computer"),
                no=lambda: tr("Leave it off"),
            ),
        ),
        Step.RETRY: Notice(
            text=trouble.title, step=Action(words=lambda: tr("Try again"), run=state.start)
        ),
        Step.NONE: Notice(text=trouble.title),
    }[trouble.step]
    return replace(notice, key=TROUBLE, more=more, tone=Tone.ATTENTION, takes_focus=takes_focus)


def _adopt_question() -> str:
    return tr(
        "Publish from this computer from now on? Then use no other copy of this data folder: if "
        "two of them published, posts would go out twice. What the other copy may have sent "
        "already is held until it is known that it is not on TikTok."
    )
