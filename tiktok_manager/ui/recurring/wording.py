"""How recurring posts are said: their rule, their times, how they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_manager.domain.recurring import RuleStatus
from tiktok_manager.ui.accounts.posting_times import days_words
from tiktok_manager.ui.composer.rules import who_words
from tiktok_manager.ui.formats import date_text, time_text, zoned_time
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.list_model import Column
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.domain.recurring import Cadence
    from tiktok_manager.services.recurring import RuleView
    from tiktok_manager.ui.frame import Core

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SIGNS = {
    RuleStatus.ACTIVE: ("status-scheduled", "accent"),
    RuleStatus.PAUSED: ("pause", "warning"),
    RuleStatus.ENDED: ("check", "good"),
}


def rule_status_words(status: RuleStatus) -> str:
    """Say whether a rule makes posts."""
    return {
        RuleStatus.ACTIVE: tr("Active"),
        RuleStatus.PAUSED: tr("Paused"),
        RuleStatus.ENDED: tr("Ended"),
    }[status]


def rule_sign(status: RuleStatus) -> tuple[str, str]:
    """Return the icon of a status and its colour."""
    return _SIGNS[status]


def rrule_words(rrule: str) -> str:
    """`Every day`, `Weekly: Mon, Thu`, `Monthly: day 24`; any other rule as it is written."""
    parts = dict(part.partition("=")[::2] for part in rrule.split(";"))
    frequency, days = parts.pop("FREQ", ""), parts.pop("BYDAY", "")
    month_day = parts.pop("BYMONTHDAY", "")
    if parts:
        return rrule
    if frequency == "DAILY" and not days and not month_day:
        return tr("Every day")
    if frequency == "WEEKLY" and days and not month_day and set(days.split(",")) <= set(_DAYS):
        named = sorted(_DAYS.index(each) for each in days.split(","))
        return tr("Weekly: {days}", days=days_words(named))
    if frequency == "MONTHLY" and month_day and not days:
        return tr("Monthly: day {day}", day=month_day)
    return rrule


def cadence_words(cadence: Cadence) -> str:
    """`Weekly: Tue, 18:30`, with its end if it has one."""
    times = ", ".join(time_text(each) for each in cadence.times)
    said = tr("{rule}, {times}", rule=rrule_words(cadence.rrule), times=times)
    if cadence.until is not None:
        last = date_text(cadence.until.date(), year=True)
        return tr("{rule}, until {day}", rule=said, day=last)
    if cadence.count is not None:
        return ntr("{rule}, {count} time", "{rule}, {count} times", cadence.count, rule=said)
    return said


def what_words(view: RuleView) -> str:
    """Say what is posted: the caption, or how many videos take turns."""
    videos = view.rule.spec.videos
    if len(videos) > 1:
        return ntr("Pool of {count} video", "Pool of {count} videos", len(videos))
    caption = next(iter(videos[0].captions), "")
    return " ".join(caption.split()) or videos[0].file.name


def next_words(core: Core, view: RuleView) -> str:
    """Say when it posts next."""
    if view.rule.paused or not view.next:
        return rule_status_words(view.status)
    return zoned_time(view.next[0].schedule.due_at, core.timezone, core.now())


def account_words(view: RuleView) -> str:
    """Say for whom it posts."""
    return who_words(view.accounts) if view.accounts else ""


def rule_columns(core: Core) -> Sequence[Column[RuleView]]:
    """Return the columns of recurring posts."""
    return (
        Column(words=lambda: tr("Post"), value=what_words, sort=what_words, hint=what_words),
        Column(
            words=lambda: tr("Status"),
            width=120,
            value=lambda each: rule_status_words(each.status),
            sort=lambda each: each.status,
            icon=lambda each: icon(*_SIGNS[each.status]),
        ),
        Column(
            words=lambda: tr("Repeats"),
            width=190,
            value=lambda each: cadence_words(each.rule.spec.cadence),
            hint=lambda each: each.rule.spec.cadence.rrule,
        ),
        Column(
            words=lambda: tr("Next"),
            width=170,
            value=lambda each: next_words(core, each),
            sort=lambda each: each.next[0].schedule.due_at if each.next else None,
        ),
        Column(words=lambda: tr("Account"), width=150, hide_below=800, value=account_words),
    )
