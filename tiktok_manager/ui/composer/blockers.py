"""What still stands between the form and its button, a sentence each. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, Account, AccountStatus
from tiktok_manager.domain.captions import check_caption
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.media import is_longer
from tiktok_manager.domain.posts import Choices, PostMode
from tiktok_manager.ui.composer.creators import CreatorState
from tiktok_manager.ui.composer.form import Form
from tiktok_manager.ui.composer.media import MediaLook
from tiktok_manager.ui.composer.rules import DISCLOSURE_NEEDED, Rules
from tiktok_manager.ui.formats import duration_text
from tiktok_manager.wording import joined, words

_PAST_TOLERANCE = timedelta(minutes=1)


class Field(StrEnum):
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

    field: Field
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that decides whether the form may be sent; `keeps_time`: the post's own time stays."""

    form: Form
    accounts: Sequence[Account]
    creators: Sequence[CreatorState]
    rules: Rules
    look: MediaLook | None
    now: datetime
    keeps_time: bool = False


def blockers(facts: Facts) -> list[Blocker]:
    """Return the reasons in the order in which the form is filled."""
    found = [*_file(facts), *_accounts(facts), *_caption(facts)]
    if facts.form.mode is PostMode.DIRECT:
        found += [*_creators(facts), *_direct(facts)]
    return [*found, *_time(facts)]


def account_reason(account: Account) -> str:
    """Say why an account cannot be chosen, empty if it can."""
    return {
        AccountStatus.CONNECTED: "",
        AccountStatus.NEEDS_RECONNECT: "Connect it again first",
        AccountStatus.TO_CONNECT: "Not connected yet",
        AccountStatus.DISCONNECTED: "Disconnected",
    }[account.status]


def disclosure_missing(form: Form) -> bool:
    """Say whether disclosure is on with neither kind ticked (3a)."""
    choices: Choices = form.choices
    return form.disclose and not (choices.your_brand or choices.branded_content)


def _file(facts: Facts) -> Iterator[Blocker]:
    look = facts.look
    if facts.form.file is None:
        yield Blocker(field=Field.FILE, text="Choose a video.")
    elif look is None:
        yield Blocker(field=Field.FILE, text="The video is being read.")
    elif look.error is not None:
        yield Blocker(field=Field.FILE, text=words(look.error).title)


def _accounts(facts: Facts) -> Iterator[Blocker]:
    if not facts.accounts:
        yield Blocker(field=Field.ACCOUNTS, text="Choose an account.")
    for account in facts.accounts:
        if account_reason(account):
            text = f"@{account.handle} has to be connected first."
            yield Blocker(field=Field.ACCOUNTS, text=text)
        elif not account.may(SCOPE_OF_MODE[facts.form.mode]):
            yield Blocker(field=Field.ACCOUNTS, text=_not_granted(account, facts.form.mode))


def _not_granted(account: Account, mode: PostMode) -> str:
    if mode is PostMode.DIRECT:
        return f"@{account.handle} allows drafts only: send it to the inbox, or connect it again."
    return f"@{account.handle} did not allow drafts: publish directly, or connect it again."


def _caption(facts: Facts) -> Iterator[Blocker]:
    try:
        check_caption(facts.form.caption)
    except InputError as error:
        text = joined(words(error).title, words(error).hint)
        yield Blocker(field=Field.CAPTION, text=text)


def _creators(facts: Facts) -> Iterator[Blocker]:
    for state in facts.creators:
        handle = state.account.handle
        if state.error is not None:
            text = f"@{handle} cannot post now: {words(state.error).title}"
            yield Blocker(field=Field.CREATORS, text=text)
        elif state.loading:
            text = f"Asking TikTok what @{handle} may post."
            yield Blocker(field=Field.CREATORS, text=text)


def _direct(facts: Facts) -> Iterator[Blocker]:
    yield from _length(facts)
    rules = facts.rules
    if rules.complete and not rules.privacy and facts.creators:
        text = "These accounts share no choice of who can watch. Plan them one by one."
        yield Blocker(field=Field.PRIVACY, text=text)
    elif facts.form.choices.privacy is None:
        yield Blocker(field=Field.PRIVACY, text="Choose who can watch this video.")
    if disclosure_missing(facts.form):
        yield Blocker(field=Field.DISCLOSURE, text=DISCLOSURE_NEEDED)


def _length(facts: Facts) -> Iterator[Blocker]:
    limit = facts.rules.max_duration_s
    info = facts.look.info if facts.look is not None else None
    duration_s = info.duration_s if info is not None else None
    if limit is not None and duration_s is not None and is_longer(duration_s, limit):
        yield Blocker(
            field=Field.FILE,
            text=f"The video lasts {duration_text(duration_s)}; "
            f"@{facts.rules.shortest} may post {duration_text(limit)} at most.",
        )


def _time(facts: Facts) -> Iterator[Blocker]:
    form = facts.form
    if form.post_now or facts.keeps_time:
        return
    if form.schedule.due_at < facts.now - _PAST_TOLERANCE:
        yield Blocker(field=Field.TIME, text="That time has passed.")
