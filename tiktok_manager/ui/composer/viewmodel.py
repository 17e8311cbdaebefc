"""The composer's decisions: what is entered, what TikTok allows, what may be sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, AccountStatus
from tiktok_manager.domain.errors import AppError, Cancelled, NotFound
from tiktok_manager.domain.posts import Choices, Post, PostMode, Privacy
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.ui.composer.draft import DraftKeeper
from tiktok_manager.ui.composer.form import (
    Form,
    carried_over,
    form_of_post,
    on_day,
    same_input,
    with_timezone,
)
from tiktok_manager.ui.composer.rules import Interaction, settle
from tiktok_manager.ui.composer.state import ComposerState
from tiktok_manager.ui.composer.submission import (
    Outcome,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from pathlib import Path

    from tiktok_manager.ui.frame import Core


class ComposerViewModel(ComposerState):
    """State of the form; knows no widgets.

    Signals:
        changed: Anything may read differently.
        accounts_changed: The list of accounts was read anew.
        form_replaced: Another form is shown: all inputs are to be filled again.
        progressed: `progress` reads differently.
        finished: An Outcome: the posts are planned or changed.
        failed: An AppError of the last attempt to send the form, or to open a post.
        vault_needed: Secrets are locked; carries what to do once they are open.
    """

    changed = Signal()
    accounts_changed = Signal()
    form_replaced = Signal()
    progressed = Signal()
    finished = Signal(object)
    failed = Signal(object)
    vault_needed = Signal(object)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(core, parent)
        self.avatars = core.accounts.avatars
        self._drafts = DraftKeeper(core, self)
        self._drafts.changed.connect(self.changed)
        self._begun = False
        self._first: Callable[[], object] | None = None
        self._roster.changed.connect(self._on_roster)
        self._video.changed.connect(self.changed)
        self._edited.opened.connect(self._on_post)
        self._edited.changed.connect(self._on_post_again)
        self._edited.looked_again.connect(self._on_looked_again)
        self._edited.failed.connect(self._on_post_failed)
        self._creators.changed.connect(self._on_creators)
        self._creators.vault_needed.connect(self.vault_needed)
        self._submission.progressed.connect(self.progressed)
        self._submission.done.connect(self._on_done)
        self._submission.failed.connect(self._on_failed)
        self._quota_check.changed.connect(self.changed)
        self.changed.connect(self._look_for_quota)
        core.undo.done.connect(self._on_undone)
        core.undo.changed.connect(self.changed)

    def shown(self) -> None:
        """The form came to the front: read accounts, ask TikTok afresh (1a)."""
        if not self._begun:
            self._read_drafts()
        self._roster.load()
        self._creators.ask_again()

    def reload_accounts(self) -> None:
        """Read the accounts again after a failure."""
        self._roster.error = None
        self.accounts_changed.emit()
        self._roster.load()

    @property
    def draft_trouble(self) -> AppError | None:
        """Why what was entered last is not saved, None if it is or soon will be."""
        return self._drafts.trouble

    def start_new(self) -> None:
        """Go on with a new post, as it was left."""
        if self.editing is not None and self.progress is None:
            self._edited.show(None)
            self._restore()
            self.accounts_changed.emit()

    def start_on(self, day: date) -> None:
        """Go on with a new post, for this day."""
        if not self._begun:
            self._first = lambda: self.start_on(day)
            return
        self.start_new()
        self._change(on_day(self._form, day, self.now))
        self.form_replaced.emit()

    def open_post(self, post_id: str) -> None:
        """Edit a planned post."""
        self._edited.open(post_id)

    def look_again_at_post(self) -> None:
        """Show the post as it is by now; what was entered stays."""
        self._edited.look_again()

    def choose_file(self, path: Path) -> None:
        """Take this video."""
        self.outcome = None
        if self._change(replace(self._form, file=path)):
            self._video.show(path)

    def remove_file(self) -> None:
        """Take the video out again."""
        if self._change(replace(self._form, file=None)):
            self._video.show(None)

    def look_again(self) -> None:
        """Read the file again, after it was mended."""
        self._video.show(self._form.file)

    def choose_account(self, account_id: str, chosen: bool) -> None:
        """Plan for this account too, or not any more."""
        ids = tuple(each for each in self._form.account_ids if each != account_id)
        self._change(replace(self._form, account_ids=(*ids, account_id) if chosen else ids))
        self._follow()

    def set_caption(self, caption: str) -> None:
        """Change the words."""
        self._change(replace(self._form, caption=caption))

    def set_mode(self, mode: PostMode) -> None:
        """Publish directly, or leave a draft in TikTok's inbox."""
        self._change(replace(self._form, mode=mode))
        self._follow()

    def set_privacy(self, privacy: Privacy | None) -> None:
        """Choose who can watch; what may not be chosen is not taken."""
        option = self.rules.privacy.get(privacy) if privacy is not None else None
        if privacy is None or (option is not None and option.allowed):
            self._change(self._form.chosen(privacy=privacy))

    def set_interaction(self, which: Interaction, on: bool) -> None:
        """Allow comments, duets or stitches."""
        self._change(self._form.chosen(**{which.value: on}))

    def set_disclose(self, on: bool) -> None:
        """Turn content disclosure on or off; off takes back both kinds (3a)."""
        self._change(replace(self._form, disclose=on))

    def set_your_brand(self, on: bool) -> None:
        """The video promotes the creator's own business."""
        self._change(self._form.chosen(your_brand=on))

    def set_branded_content(self, on: bool) -> None:
        """The video promotes a third party; never together with only-you (3c)."""
        if not on or self.rules.branded.allowed:
            self._change(self._form.chosen(branded_content=on))

    def set_ai_generated(self, on: bool) -> None:
        """TikTok labels the video as AI-generated."""
        self._change(self._form.chosen(ai_generated=on))

    def set_post_now(self, on: bool) -> None:
        """Post at once instead of at a time."""
        self._change(replace(self._form, post_now=on))

    def set_wall(self, wall: datetime) -> None:
        """Choose date and time in the form's zone."""
        self._change(replace(self._form, wall=wall.replace(second=0, microsecond=0)))

    def use_free_time(self) -> None:
        """Take the next time at which the one chosen account has room."""
        if len(self.full_days) == 1 and len(self._form.account_ids) == 1:
            free = at_instant(self.full_days[0].free_minute, self._form.timezone)
            self._change(replace(self._form, wall=free.wall, post_now=False))
            self.form_replaced.emit()

    def set_spread(self, on: bool) -> None:
        """Let accounts without room post at their next free time, or all at one time."""
        self._change(replace(self._form, spread=on))

    def discard(self) -> None:
        """Throw the input away: an empty form, or the post as it is planned."""
        before = self._form
        self._drafts.forget(self._post_id)
        self._show(self._clean_form())
        self.cleared = before
        self.changed.emit()

    def bring_back(self) -> None:
        """Undo `discard`."""
        if self.cleared is not None:
            form = self.cleared
            self._show(form)
            self._drafts.keep(form, self._edited.shown)

    def submit(self) -> None:
        """Plan, post or save; does nothing while something is missing."""
        if not self.can_send:
            return
        self.outcome = None
        if self._edited.shown is None:
            self._submission.plan(self._form)
        else:
            self._submission.edit(self._edited.shown, self._form)
        self.changed.emit()

    def cancel_submit(self) -> None:
        """Stop reading the file; nothing is planned."""
        self._submission.cancel()

    def undo_outcome(self) -> None:
        """Take back what was just planned."""
        if self.outcome is not None:
            self._core.undo.undo_only(self.outcome.step)

    def minute_passed(self) -> None:
        """Judge the time anew and keep TikTok's answers fresh."""
        self._creators.refresh_stale()
        self._quota_check.look_again()
        self.changed.emit()

    # -- inside ---------------------------------------------------------------------------

    def _read_drafts(self) -> None:
        drafts = self._core.workspace.drafts
        self._core.tasks.run(
            lambda _token: drafts.read(), done=self._on_drafts, failed=self.failed.emit
        )

    def _on_drafts(self, _none: None) -> None:
        if self._begun:
            return
        self._begun = True
        if self.editing is None:
            self._restore()
        first, self._first = self._first, None
        if first is not None:
            first()

    def _change(self, form: Form) -> bool:
        if not self._begun or self.locked or self.progress is not None:
            self.form_replaced.emit()  # puts the inputs back to what holds
            return False
        self.cleared = None
        spread = form.spread and form.moment == self._form.moment
        self._form = replace(form, choices=self._settled(form), spread=spread)
        self._drafts.keep(self._form, self._edited.shown)
        self.changed.emit()
        return True

    def _look_for_quota(self) -> None:
        self._quota_check.look_for(self._wish())

    def _settled(self, form: Form) -> Choices:
        return settle(form.choices, self.rules, disclose=form.disclose)

    def _restore(self) -> None:
        kept = self._drafts.load(self._post_id)
        if kept is not None and self.editing is None and kept.timezone != self._core.timezone:
            kept = with_timezone(kept, self._core.timezone)
        clean = self._clean_form()
        holds_input = kept is not None and not same_input(kept, clean)
        if holds_input and self.editing is not None:
            shown = self._drafts.shown(self.editing)
            holds_input = kept != form_of_post(shown)
            self._edited.show(self.editing, shown if holds_input else None)
        self._show(kept if kept is not None and holds_input else clean)
        self.restored = holds_input

    def _show(self, form: Form) -> None:
        self._form = form
        self.restored = False
        self.cleared = None
        self._video.show(form.file)
        self._follow()
        self.form_replaced.emit()
        self.changed.emit()

    def _follow(self) -> None:
        direct = self._form.mode is PostMode.DIRECT
        scope = SCOPE_OF_MODE[PostMode.DIRECT]
        self._creators.follow(
            [
                account
                for account in self.chosen_accounts
                if direct and account.may(scope) and account.status is AccountStatus.CONNECTED
            ]
        )
        self.changed.emit()

    def _on_roster(self) -> None:
        if self._roster.is_read:
            known = tuple(each.id for each in self.chosen_accounts)
            self._form = replace(self._form, account_ids=known)
        self.accounts_changed.emit()
        self._follow()

    def _on_creators(self) -> None:
        settled = self._settled(self._form)
        if settled != self._form.choices and self.progress is None:
            self._form = replace(self._form, choices=settled)
            self._drafts.keep(self._form, self._edited.shown)
        self.changed.emit()

    def _on_post(self, post: Post) -> None:
        if self.progress is not None:
            return
        self._begun, self.outcome = True, None
        self._edited.show(post)
        self._restore()
        self.accounts_changed.emit()

    def _on_post_again(self, before: Post) -> None:
        untouched = self._form == form_of_post(before)
        clean = self._clean_form()
        if untouched and self.progress is None:
            self._edited.show(self.editing)
        if untouched and clean != self._form and self.progress is None:
            self._show(clean)
        else:
            self.changed.emit()

    def _on_looked_again(self, post: Post) -> None:
        shown = self._edited.shown
        if shown is None or shown.id != post.id or self.progress is not None:
            return
        form = carried_over(self._form, form_of_post(shown), form_of_post(post))
        self._edited.show(post)
        self._show(form)
        self._drafts.keep(form, self._edited.shown)

    def _on_post_failed(self, error: AppError) -> None:
        if isinstance(error, NotFound):
            self.start_new()
        self.failed.emit(error)

    def _on_done(self, outcome: Outcome) -> None:
        self._drafts.forget(self._post_id)
        self.outcome = outcome
        if self.editing is not None:
            self._edited.show(outcome.posts[0])
        self._show(self._clean_form())
        self.finished.emit(outcome)

    def _on_undone(self, _sentence: str) -> None:
        if not self.can_undo_outcome:
            self.outcome = None
        self.changed.emit()

    def _on_failed(self, error: AppError) -> None:
        self.changed.emit()
        if not isinstance(error, Cancelled):
            self.failed.emit(error)
