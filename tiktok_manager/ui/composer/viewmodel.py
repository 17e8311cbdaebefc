"""The composer's decisions: what is entered, what TikTok allows, what may be sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, Account, AccountStatus
from tiktok_manager.domain.events import SettingsChanged
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.ui.composer.answers import Advice, Creators, Wish
from tiktok_manager.ui.composer.entry import Entry
from tiktok_manager.ui.composer.form import PostForm, on_day
from tiktok_manager.ui.composer.media import MediaLook, look_into
from tiktok_manager.ui.composer.rules import Rules, rules_for, settle
from tiktok_manager.ui.composer.state import State
from tiktok_manager.ui.composer.submission import Submission
from tiktok_manager.ui.kit.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.ui.frame import Core, NewPost


class ComposerViewModel(QObject):
    """State of the form; knows no widgets.

    Attributes:
        state: All that is shown, made anew with each change.
        entry: Which form is shown, and where it is kept.
        accounts: The accounts to choose from.
        creators: TikTok's answers for the chosen accounts.
        sending: The form on its way.

    Signals:
        changed: `state` or what the entry says of it reads differently: the inputs show it.
    """

    changed = Signal()

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._time_problem = ""
        workspace = core.workspace
        self._pictures_dir = workspace.paths.media_cache_dir / "previews"
        self.sending = Submission(core, self)
        self.entry = Entry(core, lambda: self.sending.busy, self)
        self.accounts = core.accounts
        self.creators = Creators(core, self)
        self._lateness = Reading(
            core.tasks,
            core.bridge,
            lambda _token: workspace.settings.lateness(),
            parent=self,
            stale_on=(SettingsChanged,),
        )
        self._video: Reading[MediaLook] = Reading(
            core.tasks, core.bridge, partial(look_into, self._pictures_dir, Path()), parent=self
        )
        self._advice = Advice(core, self)
        self.state = self._state()
        self._connect()

    def _connect(self) -> None:
        for each in (self.entry, self.sending, self._lateness, self._video, self._advice):
            each.changed.connect(self._tell)
        self.entry.replaced.connect(self._on_replaced)
        self.accounts.reading.changed.connect(self._on_accounts)
        self.creators.changed.connect(self._on_creators)
        self.sending.done.connect(self.entry.sent)

    @property
    def form(self) -> PostForm:
        """What is entered."""
        return self.entry.form

    # -- which form -----------------------------------------------------------------------

    def shown(self) -> None:
        """The form came to the front: read accounts, ask TikTok afresh (1a)."""
        self.entry.drafts.reading.request()
        self.accounts.load()
        self._lateness.request()
        self.creators.ask_again()

    def start_on(self, wanted: NewPost) -> None:
        """Go on with a new post, for this day, and this time and these accounts if named."""
        self.entry.when_begun(lambda: self._start_on(wanted))

    def _start_on(self, wanted: NewPost) -> None:
        self.entry.start_new()
        form = on_day(self.form, wanted.day, self._core.now())
        if wanted.minute is not None:
            at = datetime.combine(wanted.day, time.min) + timedelta(minutes=wanted.minute)
            form = replace(form, wall=at, timezone=wanted.timezone or form.timezone)
        self.enter(replace(form, account_ids=wanted.account_ids or form.account_ids))

    # -- what is entered ------------------------------------------------------------------

    def enter(self, form: PostForm) -> None:
        """Take what was entered, as far as it may be chosen; else the inputs are put back."""
        before = self.form
        if not self.state.is_open:
            self._tell()
            return
        spread = form.spread and form.moment == before.moment
        choices = settle(form, before.choices, self.state.rules)
        self.entry.put(replace(form, choices=choices, spread=spread))
        if form.file != before.file:
            self.look_again()
        self._follow()
        self._tell()

    def choose_file(self, file: Path) -> None:
        """Take this video; the one that is there is looked at again: it may be another by now."""
        is_same = file == self.form.file
        self.enter(replace(self.form, file=file))
        if is_same:
            self.look_again()

    def choose_accounts(self, account_ids: Sequence[str]) -> None:
        """Plan for these accounts and no others; those chosen before keep their order."""
        wanted, before = set(account_ids), self.form.account_ids
        kept = (each for each in before if each in wanted)
        new = (each for each in account_ids if each not in before)
        self.enter(replace(self.form, account_ids=(*kept, *new)))

    def set_wall(self, wall: datetime, problem: str = "") -> None:
        """Choose date and time in the form's zone; `problem` is why what is typed is no time."""
        self._time_problem = problem
        self.enter(replace(self.form, wall=wall.replace(second=0, microsecond=0)))

    def use_free_time(self) -> None:
        """Take the next time at which the one chosen account has room."""
        if len(self.state.full) == 1 and len(self.form.account_ids) == 1:
            free = at_instant(self.state.full[0].free_minute, self.form.timezone)
            self.enter(replace(self.form, wall=free.wall, post_now=False))

    def look_again(self) -> None:
        """Read the file, or read it again after it was mended."""
        if self.form.file is not None:
            look = partial(look_into, self._pictures_dir, self.form.file)
            self._video.ask_anew(look, forget=True)

    # -- sending --------------------------------------------------------------------------

    def submit(self) -> None:
        """Plan, post or save; does nothing while something is missing."""
        if self.state.can_send:
            self.sending.send(self.form, self.entry.shown)

    def minute_passed(self) -> None:
        """Judge the time anew and keep TikTok's answers fresh."""
        self.creators.refresh_stale()
        self._advice.look_again()
        self._tell()

    # -- inside ---------------------------------------------------------------------------

    def _tell(self) -> None:
        chosen = tuple(account.id for account in self._chosen())
        self._advice.follow(self._wish_of_now(), chosen)
        self.state = self._state()
        self.changed.emit()

    def _state(self) -> State:
        entry = self.entry
        is_read = self.accounts.reading.value is not None
        return State(
            form=entry.form,
            now=self._core.now(),
            post=entry.editing,
            locked=entry.locked,
            is_open=entry.is_begun and not entry.locked and not self.sending.busy,
            accounts=self._chosen() if is_read else None,
            creators=self.creators.states,
            rules=self._rules(),
            look=self._look(),
            full=self._advice.full,
            slot_at=self._advice.slot_at,
            lateness=self._lateness.value if entry.editing is None else entry.editing.lateness,
            time_problem=self._time_problem,
        )

    def _chosen(self) -> Sequence[Account]:
        found = (self.accounts.account(each) for each in self.form.account_ids)
        return [account for account in found if account is not None]

    def _rules(self) -> Rules:
        states = self.creators.states
        infos = [state.info for state in states if state.info is not None]
        complete = bool(states) and len(infos) == len(states)
        return rules_for(infos, self.form.choices, complete=complete)

    def _look(self) -> MediaLook | None:
        file, failure = self.form.file, self._video.failure
        if file is None:
            return None
        return self._video.value if failure is None else MediaLook(path=file, error=failure)

    def _wish_of_now(self) -> Wish:
        form, entry = self.form, self.entry
        at = None if form.post_now else form.schedule.due_at
        is_over = bool(entry.locked) or (at is not None and at < self._core.now())
        ids = () if is_over else tuple(account.id for account in self._chosen())
        return ids, form.mode, at, entry.post_id

    def _follow(self) -> None:
        direct = self.form.mode is PostMode.DIRECT
        scope = SCOPE_OF_MODE[PostMode.DIRECT]
        self.creators.follow(
            [
                account
                for account in self._chosen()
                if direct and account.may(scope) and account.status is AccountStatus.CONNECTED
            ]
        )

    def _on_replaced(self) -> None:
        self._time_problem = ""
        self.look_again()
        self._follow()
        self._tell()

    def _on_accounts(self) -> None:
        if self.accounts.reading.value is not None:
            known = tuple(each.id for each in self._chosen())
            self.entry.form = replace(self.form, account_ids=known)
        self._follow()
        self._tell()

    def _on_creators(self) -> None:
        settled = settle(self.form, self.form.choices, self._rules())
        if settled != self.form.choices and not self.sending.busy:
            self.entry.put(replace(self.form, choices=settled))
        self._tell()
