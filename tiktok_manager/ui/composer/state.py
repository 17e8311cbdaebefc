"""Everything the composer's cards show, as one plain value; and what still blocks its button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, Account, AccountStatus
from tiktok_manager.domain.captions import check_caption
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.media import is_longer
from tiktok_manager.domain.posts import Lateness, Post, PostMode, PostStatus
from tiktok_manager.services.planning import Planning
from tiktok_manager.ui.composer.rules import DISCLOSURE_NEEDED, Rules
from tiktok_manager.ui.formats import duration_text
from tiktok_manager.ui.recurring.viewmodel import read_end
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tiktok_manager.ui.composer.answers import CreatorState, FullDay
    from tiktok_manager.ui.composer.form import PostForm
    from tiktok_manager.ui.composer.media import MediaLook

_PAST_TOLERANCE = timedelta(minutes=1)


class Part(StrEnum):
    """The part of the form a blocker leads to."""

    FILE = "file"
    ACCOUNTS = "accounts"
    CAPTION = "caption"
    CREATORS = "creators"
    PRIVACY = "privacy"
    DISCLOSURE = "disclosure"
    TIME = "time"


Blocker = tuple[Part, str]
"""Where and why the button does nothing yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is entered, and what is known about it at one moment.

    Attributes:
        form: What is entered.
        now: The time against which it is judged.
        post: The post being changed, None for a new one.
        locked: Why it cannot be changed any more, empty if it can.
        is_open: Whether anything can be entered now.
        accounts: Whom the post is for; None until the accounts are read.
        creators: TikTok's answers for those of them that it is asked about.
        rules: What may be chosen.
        look: What was found in the video, None while it is read or none is chosen.
        full: The accounts without room for one more post at the chosen time.
        slot_at: The next slot that is free for all of them, None for none.
        lateness: How late the post may go out, None until it is read.
        time_problem: Why what is typed there is no time.
    """

    form: PostForm
    now: datetime
    post: Post | None = None
    locked: str = ""
    is_open: bool = True
    accounts: Sequence[Account] | None = None
    creators: Sequence[CreatorState] = ()
    rules: Rules
    look: MediaLook | None = None
    full: Sequence[FullDay] = ()
    slot_at: datetime | None = None
    lateness: Lateness | None = None
    time_problem: str = ""

    @property
    def is_direct(self) -> bool:
        """Whether the video is published, not left as a draft."""
        return self.form.mode is PostMode.DIRECT

    @property
    def consent(self) -> str:
        """TikTok's sentence for these choices; empty where nothing is published (2d, 4)."""
        return Planning.consent_text(self.form.choices) if self.is_direct else ""

    @property
    def handles(self) -> Sequence[str]:
        """Of the accounts the post is for."""
        return [account.handle for account in self.accounts or ()]

    @property
    def is_past(self) -> bool:
        """Whether the chosen time has gone by."""
        form = self.form
        return not form.post_now and form.schedule.due_at < self.now - _PAST_TOLERANCE

    @property
    def keeps_time(self) -> bool:
        """Whether the post waits and its time is left as it is."""
        post = self.post
        waits = post is not None and post.status is PostStatus.SCHEDULED
        return waits and post is not None and self.form.keeps_time_of(post)

    @property
    def blockers(self) -> Sequence[Blocker]:
        """What is still missing, in the order in which the form is filled."""
        if self.accounts is None or self.locked:
            return []
        found = [*_file(self), *_accounts(self), *_caption(self)]
        if self.is_direct:
            found += [*_creators(self), *_direct(self)]
        return [*found, *_time(self)]

    @property
    def can_send(self) -> bool:
        """Whether the button does something."""
        return self.is_open and self.accounts is not None and not self.blockers


def account_reason(account: Account) -> str:
    """Say why an account cannot be chosen, empty if it can."""
    match account.status:
        case AccountStatus.CONNECTED:
            return ""
        case AccountStatus.NEEDS_RECONNECT:
            return tr("Connect it again first")
        case AccountStatus.TO_CONNECT:
            return tr("Not connected yet")
        case AccountStatus.DISCONNECTED:
            return tr("Disconnected")


def _file(state: State) -> Iterator[Blocker]:
    look = state.look
    if state.form.file is None:
        yield Part.FILE, tr("Choose a video.")
    elif look is None:
        yield Part.FILE, tr("The video is being read.")
    elif look.error is not None:
        yield Part.FILE, words(look.error).title


def _accounts(state: State) -> Iterator[Blocker]:
    if not state.accounts:
        yield Part.ACCOUNTS, tr("Choose an account.")
    for account in state.accounts or ():
        handle = account.handle
        if account_reason(account):
            yield Part.ACCOUNTS, tr("@{handle} has to be connected first.", handle=handle)
        elif account.may(SCOPE_OF_MODE[state.form.mode]):
            continue
        elif state.is_direct:
            yield (
                Part.ACCOUNTS,
                tr(
                    "@{handle} allows drafts only: send it to the inbox, or connect it again.",
                    handle=handle,
                ),
            )
        else:
            yield (
                Part.ACCOUNTS,
                tr(
                    "@{handle} did not allow drafts: publish directly, or connect it again.",
                    handle=handle,
                ),
            )


def _caption(state: State) -> Iterator[Blocker]:
    try:
        check_caption(state.form.caption)
    except InputError as error:
        yield Part.CAPTION, joined(words(error).title, words(error).hint)


def _creators(state: State) -> Iterator[Blocker]:
    for each in state.creators:
        handle = each.account.handle
        if each.error is not None:
            why = words(each.error).title
            yield Part.CREATORS, tr("@{handle} cannot post now: {why}", handle=handle, why=why)
        elif each.loading:
            yield Part.CREATORS, tr("Asking TikTok what @{handle} may post.", handle=handle)


def _direct(state: State) -> Iterator[Blocker]:
    rules, info = state.rules, state.look.info if state.look is not None else None
    limit, duration_s = rules.max_duration_s, info.duration_s if info is not None else None
    if limit is not None and duration_s is not None and is_longer(duration_s, limit):
        yield (
            Part.FILE,
            tr(
                "The video lasts {length}; @{handle} may post {limit} at most.",
                length=duration_text(duration_s),
                handle=rules.shortest,
                limit=duration_text(limit),
            ),
        )
    if rules.complete and not rules.privacy and state.creators:
        text = tr("These accounts share no choice of who can watch. Plan them one by one.")
        yield Part.PRIVACY, text
    elif state.form.choices.privacy is None:
        yield Part.PRIVACY, tr("Choose who can watch this video.")
    if state.form.lacks_kind:
        yield Part.DISCLOSURE, DISCLOSURE_NEEDED


def _time(state: State) -> Iterator[Blocker]:
    if state.time_problem and not state.form.post_now:
        yield Part.TIME, state.time_problem
    elif state.is_past and not state.keeps_time:
        yield Part.TIME, tr("That time has passed. Choose a time to come, or post now.")
    elif state.post is None and state.form.repeats and (wrong := repeat_problem(state)):
        yield Part.TIME, wrong


def repeat_problem(state: State) -> str:
    """Say what is wrong with how a post repeats; empty for nothing."""
    from tiktok_manager.services.rrules import read_rrule

    form = state.form
    try:
        read_rrule(form.rrule, [form.wall.time()], form.timezone)
        read_end(form.ends, state.now, form.timezone)
    except InputError as error:
        return joined(words(error).title, words(error).hint)
    return ""
