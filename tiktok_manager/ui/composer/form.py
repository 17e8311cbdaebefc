"""What the user has entered so far, as one plain value that can be kept and restored."""

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.posts import Choices, Post, PostMode, Privacy
from tiktok_manager.domain.schedule import (
    LEAST_LEAD,
    Schedule,
    at_instant,
    next_full_hour,
    resolve,
    zone,
)

_VERSION = 1
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Repeat(StrEnum):
    """How often a post goes out; a `RULE` is written in the words of RFC 5545."""

    NEVER = ""
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostForm:
    """The composer's input. `wall` is naive local time in `timezone`.

    `disclose` is the content disclosure switch; the two kinds it uncovers are in `choices`.
    `spread` lets accounts without room at that time post at their next free time instead. What
    repeats may have a `rule` of its own, and `ends` as it is typed.
    """

    timezone: str
    wall: datetime
    file: Path | None = None
    account_ids: tuple[str, ...] = ()
    caption: str = ""
    mode: PostMode = PostMode.DIRECT
    choices: Choices = Choices()
    disclose: bool = False
    post_now: bool = False
    spread: bool = False
    repeat: Repeat = Repeat.NEVER
    rule: str = ""
    ends: str = ""

    @property
    def repeats(self) -> bool:
        """Whether it goes out more than once."""
        return self.repeat is not Repeat.NEVER and not self.post_now

    @property
    def rrule(self) -> str:
        """How it repeats, in the words of RFC 5545, from its first time on."""
        weekday, day = _DAYS[self.wall.weekday()], self.wall.day
        return {
            Repeat.DAILY: "FREQ=DAILY",
            Repeat.WEEKLY: f"FREQ=WEEKLY;BYDAY={weekday}",
            Repeat.MONTHLY: f"FREQ=MONTHLY;BYMONTHDAY={day}",
        }.get(self.repeat, self.rule)

    @property
    def schedule(self) -> Schedule:
        """The instant the chosen wall time names."""
        return resolve(self.wall, self.timezone)

    @property
    def moment(self) -> tuple[object, ...]:
        """What decides which accounts have room: who posts what kind, and when."""
        return (self.wall, self.timezone, self.post_now, self.mode, self.account_ids)

    @property
    def lacks_kind(self) -> bool:
        """Whether disclosure is on with neither kind ticked (3a)."""
        return self.disclose and not (self.choices.your_brand or self.choices.branded_content)

    def keeps_time_of(self, post: Post) -> bool:
        """Say whether the post's time is left as it is."""
        wall = post.schedule.wall.replace(second=0, microsecond=0)
        same = self.wall == wall and self.timezone == post.schedule.timezone
        return same and not self.post_now

    def chosen(self, **changes: object) -> "PostForm":
        """Return the form with some of the creator's choices changed."""
        return replace(self, choices=replace(self.choices, **changes))  # type: ignore[arg-type]


def new_form(now: datetime, timezone: str) -> PostForm:
    """Return an empty form: nothing ticked, the next full hour as its time."""
    return PostForm(timezone=timezone, wall=next_full_hour(now, timezone))


def on_day(form: PostForm, day: date, now: datetime) -> PostForm:
    """Return the form for another day at the same time of day, or the next sensible one today."""
    wall = datetime.combine(day, form.wall.time())
    local = now.astimezone(zone(form.timezone)).replace(tzinfo=None)
    if wall - local < LEAST_LEAD and day <= local.date():
        wall = new_form(now, form.timezone).wall
    return replace(form, wall=wall, post_now=False)


def form_of_post(post: Post) -> PostForm:
    """Return the form that shows a post as it is planned."""
    return PostForm(
        timezone=post.schedule.timezone,
        wall=post.schedule.wall.replace(second=0, microsecond=0),
        file=post.media.path,
        account_ids=(post.account_id,),
        caption=post.caption,
        mode=post.mode,
        choices=post.choices,
        disclose=post.choices.your_brand or post.choices.branded_content,
    )


def carried_over(form: PostForm, shown: PostForm, now: PostForm) -> PostForm:
    """Return what was entered over a post as it was `shown`, over the post as it is `now`.

    What the user left as it was follows the post.
    """
    entered = {
        field.name: getattr(form, field.name)
        for field in fields(PostForm)
        if getattr(form, field.name) != getattr(shown, field.name)
    }
    return replace(now, **entered)


def with_timezone(form: PostForm, timezone: str) -> PostForm:
    """Return the form for the same instant, told in another zone."""
    if timezone == form.timezone:
        return form
    schedule = at_instant(form.schedule.due_at, timezone)
    return replace(form, timezone=timezone, wall=schedule.wall)


def same_input(one: PostForm, other: PostForm) -> bool:
    """Compare what was entered; the time an empty form proposes is not input."""
    if one.file is None and not one.caption and not one.account_ids:
        return replace(one, wall=other.wall) == other
    return one == other


def to_text(form: PostForm) -> str:
    """Write a form as JSON, in ASCII so that any store can keep it."""
    record = asdict(form) | {
        "version": _VERSION,
        "file": None if form.file is None else str(form.file),
        "wall": form.wall.isoformat(),
    }
    return json.dumps(record)


def from_text(text: str) -> PostForm | None:
    """Read what `to_text` wrote; None for anything else, which is no loss but a draft's."""
    try:
        record = json.loads(text)
        if record["version"] != _VERSION:
            return None
        return _read(record)
    except (ValueError, KeyError, TypeError, AttributeError, InputError):
        return None


def _read(record: dict[str, Any]) -> PostForm:
    choices = dict(record["choices"])
    privacy = choices.pop("privacy")
    form = PostForm(
        timezone=str(record["timezone"]),
        wall=datetime.fromisoformat(record["wall"]),
        file=Path(record["file"]) if record["file"] else None,
        account_ids=tuple(str(each) for each in record["account_ids"]),
        caption=str(record["caption"]),
        mode=PostMode(record["mode"]),
        choices=Choices(privacy=Privacy(privacy) if privacy else None, **choices),
        disclose=bool(record["disclose"]),
        post_now=bool(record["post_now"]),
        spread=bool(record.get("spread", False)),
        repeat=Repeat(record.get("repeat", "")),
        rule=str(record.get("rule", "")),
        ends=str(record.get("ends", "")),
    )
    zone(form.timezone)
    return form
