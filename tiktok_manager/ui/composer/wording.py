"""What the composer says about a form: its button, its time, the room its accounts have."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.posts import Lateness, LatePolicy, PostMode
from tiktok_manager.ui.composer.form import Repeat
from tiktok_manager.ui.composer.rules import who_words
from tiktok_manager.ui.formats import age_text, weekday_name, zoned_time
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from tiktok_manager.ui.composer.form import PostForm
    from tiktok_manager.ui.composer.state import State
    from tiktok_manager.ui.composer.submission import Planned

_LEGAL = "https://www.tiktok.com/legal/page/global"
LINKS = {
    "Branded Content Policy": f"{_LEGAL}/bc-policy/en",
    "Music Usage Confirmation": f"{_LEGAL}/music-usage-confirmation/en",
}
_NAMED = 3


def consent_html(text: str, colour: str) -> str:
    """Return TikTok's sentence with its known names as links in one `#RRGGBB` colour."""
    html = escape(text, quote=False)
    for name, url in LINKS.items():
        link = f'<a href="{url}" style="color: {colour}">{name}</a>'
        html = html.replace(name, link)
    return html


def account_note(account: Account) -> str:
    """Say what is to be known of an account that can be chosen."""
    return tr("Paused: its posts wait") if account.paused else ""


def button_words(state: State) -> str:
    """Say what the button does: `Plan 3 posts · Sat 12 Dec 11:00 (Berlin)`."""
    form, count = state.form, len(state.form.account_ids)
    if not count:
        return tr("Choose an account")
    if form.post_now:
        return _now_words(state)
    when = zoned_time(form.schedule.due_at, form.timezone, state.now)
    if state.post is not None:
        return tr("Save changes · {when}", when=when)
    if form.repeats:
        return tr("Repeat from {when}", when=when)
    if form.spread:
        return ntr(
            "Plan {count} post · from {when}", "Plan {count} posts · from {when}", count, when=when
        )
    return ntr("Plan {count} post · {when}", "Plan {count} posts · {when}", count, when=when)


def _now_words(state: State) -> str:
    if not state.handles:  # the accounts are still being read
        return tr("Post now") if state.is_direct else tr("Send now")
    who = who_words(state.handles)
    if state.post is not None:
        return tr("Save and send now: {who}", who=who)
    if state.is_direct:
        return tr("Post now: {who}", who=who)
    return tr("Send to the inbox now: {who}", who=who)


def when_text(state: State) -> str:
    """`Tue 18:30 (Berlin), in 5 h`."""
    form, now = state.form, state.now
    if form.post_now:
        return tr("It goes out as soon as you press the button.")
    when = zoned_time(form.schedule.due_at, form.timezone, now)
    return tr("{when}, {age}", when=when, age=age_text(form.schedule.due_at, now))


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


def outcome_text(outcome: Planned, now: datetime) -> str:
    """Say what was planned or changed, for whom and when."""
    if outcome.repeats:
        count = len(outcome.posts)
        return ntr(
            "It repeats: {count} post is planned so far.",
            "It repeats: {count} posts are planned so far.",
            count,
        )
    who = who_words([post.handle for post in outcome.posts])
    if outcome.at_once:
        return tr("On its way: {who}.", who=who)
    times = {post.schedule.due_at for post in outcome.posts}
    when = zoned_time(min(times), outcome.posts[0].schedule.timezone, now)
    if outcome.edited:
        return tr("Changed for {who}: {when}.", who=who, when=when)
    if len(times) > 1:
        return tr("Planned for {who}: from {when}.", who=who, when=when)
    return tr("Planned for {who}: {when}.", who=who, when=when)


def room_text(state: State) -> str:
    """Say which accounts have no room at that time, and when they have; empty where all have."""
    form, handles = state.form, {each.id: each.handle for each in state.accounts or ()}
    full = [day for day in state.full if day.account_id in handles]
    if not full:
        return ""
    is_one = len(handles) == 1  # a time of one's own is to the minute, a spread one is not
    free = (day.free_minute if is_one else day.free_at for day in full)
    times = [zoned_time(at, form.timezone, state.now) for at in free]
    who = [handles[day.account_id] for day in full]
    listed = _listed([f"@{handle} {when}" for handle, when in zip(who, times, strict=True)])
    if form.spread and len(full) == len(handles):
        return tr("Spread over free times: {times}.", times=listed)
    if form.spread:
        return tr("Spread over free times: {times}. The others keep the chosen time.", times=listed)
    named = {"who": who_words(who), "times": times[0] if len(full) == 1 else listed}
    if form.mode is PostMode.INBOX:
        return ntr(
            "{who}: {count} draft in those 24 hours already, so one more would wait. "
            "Next free time: {times}.",
            "{who}: {count} drafts in those 24 hours already, so one more would wait. "
            "Next free time: {times}.",
            full[0].cap,
            **named,
        )
    return ntr(
        "{who}: {count} post in those 24 hours already, so one more would wait. "
        "Next free time: {times}.",
        "{who}: {count} posts in those 24 hours already, so one more would wait. "
        "Next free time: {times}.",
        full[0].cap,
        **named,
    )


def _listed(times: Sequence[str]) -> str:
    shown, rest = ", ".join(times[:_NAMED]), len(times) - _NAMED
    if rest <= 0:
        return shown
    return ntr("{times} and {count} more", "{times} and {count} more", rest, times=shown)


def repeat_words(form: PostForm) -> Mapping[Repeat, str]:
    """Say how often a post may go out, from its first time on."""
    return {
        Repeat.NEVER: tr("Does not repeat"),
        Repeat.DAILY: tr("Every day"),
        Repeat.WEEKLY: tr("Every {weekday}", weekday=weekday_name(form.wall.isoweekday())),
        Repeat.MONTHLY: tr("Every month on day {day}", day=form.wall.day),
        Repeat.RULE: tr("By a rule of its own…"),
    }
