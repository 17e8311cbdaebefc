"""What the composer shows, read from the form, the accounts, TikTok's answers and the video."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.captions import MAX_CAPTION_UNITS
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.posts import Lateness, Post, PostMode, PostStatus
from tiktok_manager.ui.composer.blockers import Blocker, Facts, blockers
from tiktok_manager.ui.composer.creators import Creators
from tiktok_manager.ui.composer.edited_post import EditedPost
from tiktok_manager.ui.composer.form import (
    Form,
    form_of_post,
    new_form,
)
from tiktok_manager.ui.composer.media import Check, MediaLook, checks
from tiktok_manager.ui.composer.quota_check import FullDay, QuotaCheck, Wish, quota_text
from tiktok_manager.ui.composer.roster import AccountChoice, Roster
from tiktok_manager.ui.composer.rules import Rules, rules_for
from tiktok_manager.ui.composer.submission import (
    Outcome,
    Progress,
    Submission,
    keeps_schedule,
    outcome_text,
)
from tiktok_manager.ui.composer.video import ChosenVideo

if TYPE_CHECKING:
    from datetime import datetime

    from tiktok_manager.ui.frame import Core

CAPTION_WARN_UNITS = MAX_CAPTION_UNITS * 9 // 10


class ComposerState(QObject):
    """The readable side of the form: every view binds to this, nothing here changes anything."""

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._form = new_form(core.now(), core.timezone)
        self.restored = False
        self.cleared: Form | None = None
        self.outcome: Outcome | None = None
        self._roster = Roster(core, self)
        self._video = ChosenVideo(core, self)
        self._edited = EditedPost(core, self)
        self._creators = Creators(core, self)
        self._submission = Submission(core, self)
        self._quota_check = QuotaCheck(core, self)

    @property
    def form(self) -> Form:
        """What is entered."""
        return self._form

    @property
    def now(self) -> datetime:
        """The time against which the form is judged."""
        return self._core.now()

    @property
    def editing(self) -> Post | None:
        """The post being changed, None for a new one."""
        return self._edited.post

    @property
    def locked(self) -> str:
        """Why the post cannot be changed any more, empty if it can."""
        return self._edited.locked

    @property
    def accounts_loading(self) -> bool:
        """Whether the accounts have not been read yet."""
        return not self._roster.is_read and self._roster.error is None

    @property
    def accounts_error(self) -> AppError | None:
        """Why there are no accounts to show."""
        return None if self._roster.is_read else self._roster.error

    @property
    def accounts(self) -> Sequence[AccountChoice]:
        """The accounts to choose from: those that can be chosen first."""
        only = None if self.editing is None else self.editing.account_id
        return self._roster.choices(self._form.account_ids, only)

    @property
    def chosen_accounts(self) -> Sequence[Account]:
        """The accounts the post is for."""
        return self._roster.known(self._form.account_ids)

    @property
    def look(self) -> MediaLook | None:
        """What was found in the file, None while it is being read or none is chosen."""
        return self._video.look

    @property
    def checks(self) -> Sequence[Check]:
        """The check list of the video."""
        if self.look is None:
            return []
        rules = self.rules
        limit = rules.max_duration_s if self._form.mode is PostMode.DIRECT else None
        return checks(self.look, limit, rules.shortest, self._form.choices.cover_ms)

    @property
    def creators(self) -> Creators:
        """TikTok's answers for the chosen accounts."""
        return self._creators

    @property
    def rules(self) -> Rules:
        """What may be chosen now."""
        states = self._creators.states
        infos = [state.info for state in states if state.info is not None]
        complete = bool(states) and len(infos) == len(states)
        return rules_for(infos, self._form.choices, complete=complete)

    @property
    def blockers(self) -> Sequence[Blocker]:
        """What is still missing; empty when the form may be sent."""
        if not self._roster.is_read:
            return []
        post = self.editing
        keeps_time = (
            post is not None
            and post.status is PostStatus.SCHEDULED
            and keeps_schedule(post, self._form)
        )
        return blockers(
            Facts(
                form=self._form,
                accounts=self.chosen_accounts,
                creators=self._creators.states,
                rules=self.rules,
                look=self.look,
                now=self.now,
                keeps_time=keeps_time,
            )
        )

    @property
    def full_days(self) -> Sequence[FullDay]:
        """The chosen accounts that have no room for one more post at the chosen time."""
        return self._quota_check.full_days

    @property
    def quota_text(self) -> str:
        """Say which accounts have no room then, and when they have; empty where all have."""
        form = self._form
        return quota_text(
            self.full_days,
            {account.id: account.handle for account in self.chosen_accounts},
            form.mode,
            spread=form.spread,
            timezone=form.timezone,
            now=self.now,
        )

    @property
    def can_send(self) -> bool:
        """Whether the button does something."""
        ready = self._roster.is_read and not self.blockers
        return ready and not self.locked and self.progress is None

    @property
    def button_text(self) -> str:
        """What the button does."""
        form = self._form
        if self.editing is not None:
            return "Save and post now" if form.post_now else "Save changes"
        inbox = form.mode is PostMode.INBOX
        if form.post_now:
            return "Send now" if inbox else "Post now"
        count = len(self.chosen_accounts)
        return f"Plan {count} posts" if count > 1 else "Plan post"

    @property
    def consent_text(self) -> str:
        """TikTok's sentence for these choices; empty where nothing is published (2d, 4)."""
        if self._form.mode is PostMode.INBOX:
            return ""
        return self._core.workspace.planning.consent_text(self._form.choices)

    @property
    def lateness(self) -> Lateness | None:
        """How late the post may go out; None until it is read."""
        return self._roster.lateness if self.editing is None else self.editing.lateness

    @property
    def progress(self) -> Progress | None:
        """How far the form being sent has come, None if none is."""
        return self._submission.progress

    @property
    def is_dirty(self) -> bool:
        """Whether there is input that could be thrown away."""
        return self._form != self._clean_form()

    @property
    def can_undo_outcome(self) -> bool:
        """Whether what was just planned can still be taken back."""
        return self.outcome is not None and self._core.undo.can_undo(self.outcome.step)

    def outcome_text(self) -> str:
        """Say what was planned, and for when."""
        return "" if self.outcome is None else outcome_text(self.outcome, self.now)

    def _wish(self) -> Wish:
        form = self._form
        at = None if form.post_now else form.schedule.due_at
        if self.locked or (at is not None and at < self.now):
            return Wish()
        ids = tuple(account.id for account in self.chosen_accounts)
        return Wish(account_ids=ids, mode=form.mode, at=at, post_id=self._post_id)

    @property
    def _post_id(self) -> str:
        return "" if self.editing is None else self.editing.id

    def _clean_form(self) -> Form:
        if self.editing is not None:
            return form_of_post(self.editing)
        return new_form(self._core.now(), self._core.timezone)
