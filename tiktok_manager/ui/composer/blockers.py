"""What still stands between the form and its button, a sentence each. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, Account
from tiktok_manager.domain.captions import check_caption
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.media import is_longer
from tiktok_manager.domain.posts import Choices, PostMode
from tiktok_manager.ui.composer.creators import CreatorState
from tiktok_manager.ui.composer.form import PostForm
from tiktok_manager.ui.composer.media import MediaLook
from tiktok_manager.ui.composer.rules import DISCLOSURE_NEEDED, Rules
from tiktok_manager.ui.composer.wording import account_reason, is_past
from tiktok_manager.ui.formats import duration_text
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import joined, words


class Part(StrEnum):
    """The part of the form a blocker leads to."""

    FILE = "file"
    ACCOUNTS = "accounts"
    CAPTION = "caption"
    CREATORS = "creators"
    PRIVACY = "privacy"
    DISCLOSURE = "disclosure"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A reason why the button does nothing yet."""

    field: Part
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that decides whether the form may be sent.

    `keeps_time`: the post's own time stays. `time_problem`: what is typed there is no time.
    """

    form: PostForm
    accounts: Sequence[Account]
    creators: Sequence[CreatorState]
    rules: Rules
    look: MediaLook | None
    now: datetime
    keeps_time: bool = False
    time_problem: str = ""


def blockers(facts: Situation) -> list[Blocker]:
    """Return the reasons in the order in which the form is filled."""
    found = [*_file(facts), *_accounts(facts), *_caption(facts)]
    if facts.form.mode is PostMode.DIRECT:
        found += [*_creators(facts), *_direct(facts)]
    return [*found, *_time(facts)]


def disclosure_missing(form: PostForm) -> bool:
    """Say whether disclosure is on with neither kind ticked (3a)."""
    choices: Choices = form.choices
    return form.disclose and not (choices.your_brand or choices.branded_content)


def _file(facts: Situation) -> Iterator[Blocker]:
    look = facts.look
    if facts.form.file is None:
        yield Blocker(field=Part.FILE, text=tr("Choose a video."))
    elif look is None:
        yield Blocker(field=Part.FILE, text=tr("The video is being read."))
    elif look.error is not None:
        yield Blocker(field=Part.FILE, text=words(look.error).title)


def _accounts(facts: Situation) -> Iterator[Blocker]:
    if not facts.accounts:
        yield Blocker(field=Part.ACCOUNTS, text=tr("Choose an account."))
    for account in facts.accounts:
        if account_reason(account):
            text = tr("@{handle} has to be connected first.", handle=account.handle)
            yield Blocker(field=Part.ACCOUNTS, text=text)
        elif not account.may(SCOPE_OF_MODE[facts.form.mode]):
            yield Blocker(field=Part.ACCOUNTS, text=_not_granted(account, facts.form.mode))


def _not_granted(account: Account, mode: PostMode) -> str:
    if mode is PostMode.DIRECT:
        return tr(
            "@{handle} allows drafts only: send it to the inbox, or connect it again.",
            handle=account.handle,
        )
    return tr(
        "@{handle} did not allow drafts: publish directly, or connect it again.",
        handle=account.handle,
    )


def _caption(facts: Situation) -> Iterator[Blocker]:
    try:
        check_caption(facts.form.caption)
    except InputError as error:
        text = joined(words(error).title, words(error).hint)
        yield Blocker(field=Part.CAPTION, text=text)


def _creators(facts: Situation) -> Iterator[Blocker]:
    for state in facts.creators:
        handle = state.account.handle
        if state.error is not None:
            why = words(state.error).title
            text = tr("@{handle} cannot post now: {why}", handle=handle, why=why)
            yield Blocker(field=Part.CREATORS, text=text)
        elif state.loading:
            text = tr("Asking TikTok what @{handle} may post.", handle=handle)
            yield Blocker(field=Part.CREATORS, text=text)


def _direct(facts: Situation) -> Iterator[Blocker]:
    yield from _length(facts)
    rules = facts.rules
    if rules.complete and not rules.privacy and facts.creators:
        text = tr("These accounts share no choice of who can watch. Plan them one by one.")
        yield Blocker(field=Part.PRIVACY, text=text)
    elif facts.form.choices.privacy is None:
        yield Blocker(field=Part.PRIVACY, text=tr("Choose who can watch this video."))
    if disclosure_missing(facts.form):
        yield Blocker(field=Part.DISCLOSURE, text=DISCLOSURE_NEEDED)


def _length(facts: Situation) -> Iterator[Blocker]:
    limit = facts.rules.max_duration_s
    info = facts.look.info if facts.look is not None else None
    duration_s = info.duration_s if info is not None else None
    if limit is not None and duration_s is not None and is_longer(duration_s, limit):
        yield Blocker(
            field=Part.FILE,
            text=tr(
                "The video lasts {length}; @{handle} may post {limit} at most.",
                length=duration_text(duration_s),
                handle=facts.rules.shortest,
                limit=duration_text(limit),
            ),
        )


def _time(facts: Situation) -> Iterator[Blocker]:
    form = facts.form
    if facts.time_problem and not form.post_now:
        yield Blocker(field=Part.TIME, text=facts.time_problem)
    elif not facts.keeps_time and is_past(form, facts.now):
        yield Blocker(field=Part.TIME, text=tr("That time has passed."))
