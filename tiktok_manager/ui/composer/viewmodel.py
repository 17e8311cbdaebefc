"""The composer's decisions: what is entered, what TikTok allows, what may be sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, Account, AccountStatus
from tiktok_manager.domain.errors import AppError, Cancelled
from tiktok_manager.domain.events import SettingsChanged
from tiktok_manager.domain.posts import Choices, Lateness, Post, PostMode, PostStatus, Privacy
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.ui.composer.blockers import Blocker, Situation, blockers
from tiktok_manager.ui.composer.creators import Creators, CreatorState
from tiktok_manager.ui.composer.entry import Entry
from tiktok_manager.ui.composer.form import PostForm, on_day
from tiktok_manager.ui.composer.media import Check, ChosenVideo, MediaLook, checks
from tiktok_manager.ui.composer.quota_check import FullDay, QuotaCheck, QuotaWish
from tiktok_manager.ui.composer.rules import Interaction, Rules, rules_for, settle
from tiktok_manager.ui.composer.submission import Planned, Submission, keeps_schedule
from tiktok_manager.ui.composer.wording import button_words, quota_text
from tiktok_manager.ui.formats import zoned_time
from tiktok_manager.ui.kit.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from tiktok_manager.ui.frame import Core


class ComposerViewModel(QObject):
    """State of the form; knows no widgets.

    Attributes:
        entry: Which form is shown, and where it is kept.
        accounts: The accounts to choose from.
        creators: TikTok's answers for the chosen accounts.
        sending: The form on its way.

    Signals:
        changed: Anything may read differently.
        form_replaced: Another form is shown: all inputs are to be filled again.
        finished: An Planned: the posts are planned or changed.
        failed: An AppError of the last attempt to send the form, or to open a post.
        vault_needed: Secrets are locked; carries what to do once they are open.
    """

    changed = Signal()
    form_replaced = Signal()
    finished = Signal(object)
    failed = Signal(object)
    vault_needed = Signal(object)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._time_problem = ""
        nothing = Choices()
        self._joined: tuple[tuple[CreatorState, ...], Choices, Rules] = (
            (),
            nothing,
            rules_for((), nothing, complete=False),
        )
        self.sending = Submission(core, self)
        self.entry = Entry(core, lambda: self.sending.busy, self)
        self.accounts = core.accounts
        settings = core.workspace.settings
        self._lateness = Reading(
            core.tasks,
            core.bridge,
            lambda _token: settings.lateness(),
            parent=self,
            stale_on=(SettingsChanged,),
        )
        self.creators = Creators(core, self)
        self._video = ChosenVideo(core, self)
        self._quota_check = QuotaCheck(core, self)
        self._connect()

    def _connect(self) -> None:
        for each in (self.entry, self._video, self.sending, self._quota_check):
            each.changed.connect(self.changed)
        self.entry.replaced.connect(self._on_replaced)
        self.entry.failed.connect(self.failed)
        self.accounts.reading.changed.connect(self._on_accounts)
        self._lateness.changed.connect(self.changed)
        self.creators.changed.connect(self._on_creators)
        self.creators.vault_needed.connect(self.vault_needed)
        self.sending.done.connect(self._on_done)
        self.sending.failed.connect(self._on_failed)
        self.changed.connect(self._look_for_quota)

    # -- what is shown --------------------------------------------------------------------

    @property
    def form(self) -> PostForm:
        """What is entered."""
        return self.entry.form

    @property
    def now(self) -> datetime:
        """The time against which the form is judged."""
        return self._core.now()

    @property
    def editing(self) -> Post | None:
        """The post being changed, None for a new one."""
        return self.entry.editing

    @property
    def locked(self) -> str:
        """Why the post cannot be changed any more, empty if it can."""
        return self.entry.locked

    @property
    def is_open(self) -> bool:
        """Whether anything can be entered now."""
        return self.entry.is_begun and not self.locked and not self.sending.busy

    @property
    def chosen_accounts(self) -> Sequence[Account]:
        """The accounts the post is for."""
        found = (self.accounts.account(each) for each in self.form.account_ids)
        return [account for account in found if account is not None]

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
        limit = rules.max_duration_s if self.form.mode is PostMode.DIRECT else None
        return checks(self.look, limit, rules.shortest, self.form.choices.cover_ms)

    @property
    def rules(self) -> Rules:
        """What may be chosen now."""
        question = (self.creators.states, self.form.choices)
        if question != self._joined[:2]:  # asked many times for each change of the form
            states, choices = question
            infos = [state.info for state in states if state.info is not None]
            complete = bool(states) and len(infos) == len(states)
            self._joined = (*question, rules_for(infos, choices, complete=complete))
        return self._joined[2]

    @property
    def blockers(self) -> Sequence[Blocker]:
        """What is still missing; empty when the form may be sent."""
        if self.accounts.reading.value is None:
            return []
        post = self.editing
        waits = post is not None and post.status is PostStatus.SCHEDULED
        return blockers(
            Situation(
                form=self.form,
                accounts=self.chosen_accounts,
                creators=self.creators.states,
                rules=self.rules,
                look=self.look,
                now=self.now,
                keeps_time=waits and post is not None and keeps_schedule(post, self.form),
                time_problem=self._time_problem,
            )
        )

    @property
    def can_send(self) -> bool:
        """Whether the button does something."""
        is_read = self.accounts.reading.value is not None
        return self.is_open and is_read and not self.blockers

    @property
    def button_text(self) -> str:
        """What the button does."""
        handles = [account.handle for account in self.chosen_accounts]
        return button_words(self.form, handles, self.now, editing=self.editing is not None)

    @property
    def full_days(self) -> Sequence[FullDay]:
        """The chosen accounts that have no room for one more post at the chosen time."""
        return self._quota_check.full_days

    @property
    def quota_text(self) -> str:
        """Say which accounts have no room then, and when they have; empty where all have."""
        handles = {account.id: account.handle for account in self.chosen_accounts}
        full = [day for day in self.full_days if day.account_id in handles]
        is_one = len(handles) == 1  # a time of one's own is to the minute, a spread one is not
        times = [
            (
                handles[day.account_id],
                zoned_time(
                    day.free_minute if is_one else day.free_at, self.form.timezone, self.now
                ),
            )
            for day in full
        ]
        cap = full[0].cap if full else 0
        return quota_text(times, len(handles), cap, self.form.mode, spread=self.form.spread)

    @property
    def consent_text(self) -> str:
        """TikTok's sentence for these choices; empty where nothing is published (2d, 4)."""
        if self.form.mode is PostMode.INBOX:
            return ""
        return self._core.workspace.planning.consent_text(self.form.choices)

    @property
    def lateness(self) -> Lateness | None:
        """How late the post may go out; None until it is read."""
        return self._lateness.value if self.editing is None else self.editing.lateness

    # -- which form -----------------------------------------------------------------------

    def shown(self) -> None:
        """The form came to the front: read accounts, ask TikTok afresh (1a)."""
        self.entry.drafts.reading.request()
        self.accounts.load()
        self._lateness.request()
        self.creators.ask_again()

    def start_on(self, day: date) -> None:
        """Go on with a new post, for this day."""
        self.entry.when_begun(lambda: self._start_on(day))

    def _start_on(self, day: date) -> None:
        self.entry.start_new()
        self._change(on_day(self.form, day, self.now))
        self.form_replaced.emit()

    # -- what is entered ------------------------------------------------------------------

    def choose_file(self, path: Path | None) -> None:
        """Take this video, or None again."""
        if self._change(replace(self.form, file=path)):
            self._video.show(path)

    def look_again(self) -> None:
        """Read the file again, after it was mended."""
        self._video.show(self.form.file)

    def choose_accounts(self, account_ids: Sequence[str]) -> None:
        """Plan for these accounts and no others; those chosen before keep their order."""
        wanted, before = set(account_ids), set(self.form.account_ids)
        kept = (each for each in self.form.account_ids if each in wanted)
        new = (each for each in account_ids if each not in before)
        self._change(replace(self.form, account_ids=(*kept, *new)))
        self._follow()

    def set_caption(self, caption: str) -> None:
        """Change the words."""
        self._change(replace(self.form, caption=caption))

    def set_mode(self, mode: PostMode) -> None:
        """Publish directly, or leave a draft in TikTok's inbox."""
        self._change(replace(self.form, mode=mode))
        self._follow()

    def set_privacy(self, privacy: Privacy | None) -> None:
        """Choose who can watch; what may not be chosen is not taken."""
        option = self.rules.privacy.get(privacy) if privacy is not None else None
        if privacy is None or (option is not None and option.allowed):
            self._change(self.form.chosen(privacy=privacy))

    def set_interaction(self, which: Interaction, on: bool) -> None:
        """Allow comments, duets or stitches."""
        self._change(self.form.chosen(**{which.value: on}))

    def set_disclose(self, on: bool) -> None:
        """Turn content disclosure on or off; off takes back both kinds (3a)."""
        self._change(replace(self.form, disclose=on))

    def set_your_brand(self, on: bool) -> None:
        """The video promotes the creator's own business."""
        self._change(self.form.chosen(your_brand=on))

    def set_branded_content(self, on: bool) -> None:
        """The video promotes a third party; never together with only-you (3c)."""
        if not on or self.rules.branded.allowed:
            self._change(self.form.chosen(branded_content=on))

    def set_ai_generated(self, on: bool) -> None:
        """TikTok labels the video as AI-generated."""
        self._change(self.form.chosen(ai_generated=on))

    def set_post_now(self, on: bool) -> None:
        """Post at once instead of at a time."""
        self._change(replace(self.form, post_now=on))

    def set_wall(self, wall: datetime, problem: str = "") -> None:
        """Choose date and time in the form's zone; `problem` is why what is typed is no time."""
        self._time_problem = problem
        self._change(replace(self.form, wall=wall.replace(second=0, microsecond=0)))

    def use_free_time(self) -> None:
        """Take the next time at which the one chosen account has room."""
        if len(self.full_days) == 1 and len(self.form.account_ids) == 1:
            free = at_instant(self.full_days[0].free_minute, self.form.timezone)
            self._change(replace(self.form, wall=free.wall, post_now=False))
            self.form_replaced.emit()

    def set_spread(self, on: bool) -> None:
        """Let accounts without room post at their next free time, or all at one time."""
        self._change(replace(self.form, spread=on))

    # -- sending --------------------------------------------------------------------------

    def submit(self) -> None:
        """Plan, post or save; does nothing while something is missing."""
        if not self.can_send:
            return
        if self.entry.shown is None:
            self.sending.plan(self.form)
        else:
            self.sending.edit(self.entry.shown, self.form)

    def undo(self, outcome: Planned) -> None:
        """Take back what was just planned."""
        self._core.undo.undo_only(outcome.step)

    def minute_passed(self) -> None:
        """Judge the time anew and keep TikTok's answers fresh."""
        self.creators.refresh_stale()
        self._quota_check.look_again()
        self.changed.emit()

    # -- inside ---------------------------------------------------------------------------

    def _look_for_quota(self) -> None:
        self._quota_check.look_for(self._wish())

    def _wish(self) -> QuotaWish:
        form = self.form
        at = None if form.post_now else form.schedule.due_at
        if self.locked or (at is not None and at < self.now):
            return QuotaWish()
        ids = tuple(account.id for account in self.chosen_accounts)
        return QuotaWish(account_ids=ids, mode=form.mode, at=at, post_id=self.entry.post_id)

    def _change(self, form: PostForm) -> bool:
        if not self.is_open:
            self.form_replaced.emit()  # puts the inputs back to what holds
            return False
        spread = form.spread and form.moment == self.form.moment
        self.entry.put(replace(form, choices=self._settled(form), spread=spread))
        self.changed.emit()
        return True

    def _settled(self, form: PostForm) -> Choices:
        return settle(form.choices, self.rules, disclose=form.disclose)

    def _on_replaced(self) -> None:
        self._time_problem = ""
        self._video.show(self.form.file)
        self._follow()
        self.form_replaced.emit()
        self.changed.emit()

    def _follow(self) -> None:
        direct = self.form.mode is PostMode.DIRECT
        scope = SCOPE_OF_MODE[PostMode.DIRECT]
        self.creators.follow(
            [
                account
                for account in self.chosen_accounts
                if direct and account.may(scope) and account.status is AccountStatus.CONNECTED
            ]
        )

    def _on_accounts(self) -> None:
        if self.accounts.reading.value is not None:
            known = tuple(each.id for each in self.chosen_accounts)
            self.entry.form = replace(self.form, account_ids=known)
        self._follow()
        self.changed.emit()

    def _on_creators(self) -> None:
        settled = self._settled(self.form)
        if settled != self.form.choices and not self.sending.busy:
            self.entry.put(replace(self.form, choices=settled))
        self.changed.emit()

    def _on_done(self, outcome: Planned) -> None:
        self.entry.sent()
        self.finished.emit(outcome)

    def _on_failed(self, error: AppError) -> None:
        if not isinstance(error, Cancelled):
            self.failed.emit(error)
