"""What the composer says about a form: its button, its time, the room its accounts have."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import Account, AccountStatus
from tiktok_manager.domain.posts import Lateness, LatePolicy, PostMode
from tiktok_manager.ui.formats import age_text, zoned_time
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.composer.form import PostForm

_LEGAL = "https://www.tiktok.com/legal/page/global"
LINKS = {
    "Branded Content Policy": f"{_LEGAL}/bc-policy/en",
    "Music Usage Confirmation": f"{_LEGAL}/music-usage-confirmation/en",
}
_NAMED = 3
_PAST_TOLERANCE = timedelta(minutes=1)


def consent_html(text: str, colour: str) -> str:
    """Return TikTok's sentence with its known names as links in one `#RRGGBB` colour."""
    html = escape(text, quote=False)
    for name, url in LINKS.items():
        link = f'<a href="{url}" style="color: {colour}">{name}</a>'
        html = html.replace(name, link)
    return html


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


def account_note(account: Account) -> str:
    """Say what is to be known of an account that can be chosen."""
    return tr("Paused: its posts wait") if account.paused else ""


def button_words(form: PostForm, handles: Sequence[str], now: datetime, *, editing: bool) -> str:
    """Say what the button does: `Plan 3 posts · Sat 12 Dec 11:00 (Berlin)`."""
    if form.post_now:
        return _now_words(form.mode, handles, editing=editing)
    when, count = zoned_time(form.schedule.due_at, form.timezone, now), max(1, len(handles))
    if editing:
        return tr("Save changes · {when}", when=when)
    if form.spread:
        return ntr(
            "Plan {count} post · from {when}", "Plan {count} posts · from {when}", count, when=when
        )
    return ntr("Plan {count} post · {when}", "Plan {count} posts · {when}", count, when=when)


def _now_words(mode: PostMode, handles: Sequence[str], *, editing: bool) -> str:
    inbox = mode is PostMode.INBOX
    if not handles:
        return tr("Send now") if inbox else tr("Post now")
    who = who_words(handles)
    if editing:
        return tr("Save and send now: {who}", who=who)
    if inbox:
        return tr("Send to the inbox now: {who}", who=who)
    return tr("Post now: {who}", who=who)


def who_words(handles: Sequence[str]) -> str:
    """`@alice`, `@alice and @bob`, `@alice and 4 more`."""
    first, *others = (f"@{handle}" for handle in handles)
    if not others:
        return first
    if len(others) == 1:
        return tr("{first} and {second}", first=first, second=others[0])
    return ntr("{first} and {count} more", "{first} and {count} more", len(others), first=first)


def when_text(form: PostForm, now: datetime) -> str:
    """`Tue 18:30 (Berlin), in 5 h`."""
    if form.post_now:
        return tr("It goes out as soon as you press the button.")
    due_at = form.schedule.due_at
    when = zoned_time(due_at, form.timezone, now)
    return tr("{when}, {age}", when=when, age=age_text(due_at, now))


def is_past(form: PostForm, now: datetime) -> bool:
    """Say whether the chosen time has gone by."""
    return not form.post_now and form.schedule.due_at < now - _PAST_TOLERANCE


def past_text(form: PostForm, now: datetime) -> str:
    """Say how long ago the chosen time was, empty if it is to come."""
    if not is_past(form, now):
        return ""
    age = age_text(form.schedule.due_at, now)
    return tr("That was {age}. Choose a time to come, or post now.", age=age)


def late_text(lateness: Lateness | None) -> str:
    """Say what happens when the app does not run at that time."""
    if lateness is None:
        return ""
    if lateness.policy is LatePolicy.NEXT_SLOT:
        return tr("If this computer is off then, it moves to the next free slot.")
    if lateness.policy is LatePolicy.ASK:
        return tr("If this computer is off then, you decide what happens to it.")
    span = _span_text(int(lateness.within.total_seconds() // 60))
    return tr(
        "If this computer is off then, it still goes out up to {span} late; after that you decide.",
        span=span,
    )


def _span_text(minutes: int) -> str:
    if minutes % 1440 == 0:
        return ntr("{count} day", "{count} days", minutes // 1440)
    if minutes % 60 == 0:
        return ntr("{count} hour", "{count} hours", minutes // 60)
    return ntr("{count} minute", "{count} minutes", minutes)


def outcome_text(
    posts: Sequence[Post], now: datetime, *, edited: bool = False, at_once: bool = False
) -> str:
    """Say what was planned or changed, for whom and when."""
    who = who_words([post.handle for post in posts])
    if at_once:
        return tr("On its way: {who}.", who=who)
    times = {post.schedule.due_at for post in posts}
    when = zoned_time(min(times), posts[0].schedule.timezone, now)
    if edited:
        return tr("Changed for {who}: {when}.", who=who, when=when)
    if len(times) > 1:
        return tr("Planned for {who}: from {when}.", who=who, when=when)
    return tr("Planned for {who}: {when}.", who=who, when=when)


def quota_text(
    full: Sequence[tuple[str, str]], chosen: int, cap: int, mode: PostMode, *, spread: bool
) -> str:
    """Say who has no room then, and when there is some: `full` are handles and times."""
    if not full:
        return ""
    if spread and len(full) == chosen:
        return tr("Spread over free times: {times}.", times=_listed(full))
    if spread:
        return tr(
            "Spread over free times: {times}. The others keep the chosen time.",
            times=_listed(full),
        )
    who = who_words([handle for handle, _when in full])
    times = full[0][1] if len(full) == 1 else _listed(full)
    if mode is PostMode.INBOX:
        return ntr(
            "{who}: {count} draft in those 24 hours already, so one more would wait. "
            "Next free time: {times}.",
            "{who}: {count} drafts in those 24 hours already, so one more would wait. "
            "Next free time: {times}.",
            cap,
            who=who,
            times=times,
        )
    return ntr(
        "{who}: {count} post in those 24 hours already, so one more would wait. "
        "Next free time: {times}.",
        "{who}: {count} posts in those 24 hours already, so one more would wait. "
        "Next free time: {times}.",
        cap,
        who=who,
        times=times,
    )


def _listed(times: Sequence[tuple[str, str]]) -> str:
    shown = ", ".join(f"@{handle} {when}" for handle, when in times[:_NAMED])
    rest = len(times) - _NAMED
    if rest <= 0:
        return shown
    return ntr("{times} and {count} more", "{times} and {count} more", rest, times=shown)
