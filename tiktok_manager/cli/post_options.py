"""The options of `posts add`, `posts edit` and `posts list`, each with its name and its words."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.posts import (
    Choices,
    Lateness,
    LatePolicy,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.domain.schedule import parse_duration

if TYPE_CHECKING:
    from tiktok_manager.services.bulk_rows import DateOrder

WHEN_HELP = "ISO 8601, `now`, `next-slot`, or such as `fri 18:00`, `tomorrow 9am`, `in 2 hours`."
VideoArgument = Annotated[Path, typer.Argument(metavar="FILE", help="MP4, MOV or WebM.")]
Accounts = Annotated[
    list[str], typer.Option("--account", metavar="HANDLE", help="Who posts it; repeatable.")
]
At = Annotated[str, typer.Option("--at", metavar="WHEN", help=WHEN_HELP)]
Zone = Annotated[
    str | None, typer.Option("--tz", metavar="ZONE", help="IANA zone of WHEN, as Europe/Berlin.")
]
Caption = Annotated[str, typer.Option("--caption", help="At most 2200 UTF-16 units.")]
PrivacyLevel = Annotated[
    str | None,
    typer.Option("--privacy", metavar="LEVEL", help=f"Who may see it: {', '.join(Privacy)}."),
]
AllowComment = Annotated[bool, typer.Option("--allow-comment", help="Off unless named.")]
AllowDuet = Annotated[bool, typer.Option("--allow-duet", help="Off unless named.")]
AllowStitch = Annotated[bool, typer.Option("--allow-stitch", help="Off unless named.")]
YourBrand = Annotated[bool, typer.Option("--your-brand", help="It promotes your own business.")]
BrandedContent = Annotated[
    bool, typer.Option("--branded-content", help="It is a paid partnership.")
]
AiGenerated = Annotated[bool, typer.Option("--ai-generated", help="Made with AI: labelled so.")]
CoverMs = Annotated[
    int | None,
    typer.Option(
        "--cover-ms",
        metavar="N",
        min=0,
        max=2**31 - 1,  # TikTok: video_cover_timestamp_ms is an int32
        help="The frame of the cover.",
    ),
]
Inbox = Annotated[bool, typer.Option("--inbox", help="A draft in the creator's TikTok inbox.")]
Late = Annotated[
    str | None,
    typer.Option("--late", metavar="publish|ask|next-slot", help="If its time was missed."),
]
LateWithin = Annotated[
    str | None, typer.Option("--late-within", metavar="2h", help="How late it may still go out.")
]
ConsentGiven = Annotated[
    bool,
    typer.Option(
        "--consent",
        help="By posting, I agree to TikTok's Music Usage Confirmation, "
        "and for branded content to its Branded Content Policy.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse on any warning.")]
Spread = Annotated[
    bool, typer.Option("--spread", help="Over an account's daily cap: take the next free time.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be planned; plan nothing.")
]
Version = Annotated[
    int | None,
    typer.Option(
        "--version",
        metavar="N",
        help="Only if this is still its version, as `posts show --json` tells it.",
    ),
]

PostIds = Annotated[
    list[str] | None, typer.Argument(metavar="ID…", help="Ids, or unique beginnings of them.")
]
BatchIds = Annotated[
    list[str] | None,
    typer.Option("--batch", metavar="ID", help="All posts of a batch that can be; repeatable."),
]
ShiftBy = Annotated[
    str | None,
    typer.Option(
        "--shift", metavar="2d|-3h", help="Move them: days and weeks keep the local hour."
    ),
]
NewTags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Other tags; repeatable, empty for none."),
]
NewFile = Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Another video.")]
NewAt = Annotated[str | None, typer.Option("--at", metavar="WHEN", help=WHEN_HELP)]
NewCaption = Annotated[str | None, typer.Option("--caption", help="Other words.")]
NewAllowComment = Annotated[bool | None, typer.Option("--allow-comment/--no-comment")]
NewAllowDuet = Annotated[bool | None, typer.Option("--allow-duet/--no-duet")]
NewAllowStitch = Annotated[bool | None, typer.Option("--allow-stitch/--no-stitch")]
NewYourBrand = Annotated[bool | None, typer.Option("--your-brand/--no-your-brand")]
NewBrandedContent = Annotated[bool | None, typer.Option("--branded-content/--no-branded-content")]
NewAiGenerated = Annotated[bool | None, typer.Option("--ai-generated/--no-ai-generated")]
NewMode = Annotated[str | None, typer.Option("--mode", metavar="direct|inbox")]

OfAccounts = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="HANDLE", help="Or group:NAME, tag:NAME, all; repeatable."),
]
OfTags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Posts that carry it; repeatable."),
]
OfOne = Annotated[str | None, typer.Option(metavar="ID", help="Posts that it made.")]
DueFrom = Annotated[
    str | None, typer.Option("--from", metavar="WHEN", help="From then on; a day: its start.")
]
DueTo = Annotated[
    str | None, typer.Option("--to", metavar="WHEN", help="Before then; a day: its start.")
]

TableArgument = Annotated[
    Path | None,
    typer.Argument(metavar="FILE|FOLDER", help="A CSV or XLSX file, or a folder of videos."),
]
RowAccounts = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="HANDLE", help="Where a row names none; repeatable."),
]
RowAt = Annotated[
    str, typer.Option("--at", metavar="WHEN", help=f"Where a row has no time. {WHEN_HELP}")
]
Every = Annotated[
    str | None, typer.Option("--every", metavar="1d", help="Of a folder: from one to the next.")
]
Template = Annotated[
    str,
    typer.Option("--caption", help="Of a folder: a template with {name}, {stem}, {date}, {n}."),
]
Mapped = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="COLUMN=HEADER", help="Which header is a column; kept. Repeatable."
    ),
]
Dates = Annotated[
    str | None,
    typer.Option("--dates", metavar="day-first|month-first", help="What 03/04/2027 means."),
]
GoodRows = Annotated[
    bool, typer.Option("--good-rows", help="Plan the rows that are fine; the others are named.")
]
UndoImport = Annotated[
    str | None, typer.Option("--undo", metavar="ID", help="Take an import's posts back.")
]
TableTemplate = Annotated[
    Path | None, typer.Option("--template", metavar="FILE", help="Write a table to fill in.")
]

_SWITCHES = (
    "allow_comment",
    "allow_duet",
    "allow_stitch",
    "your_brand",
    "branded_content",
    "ai_generated",
)


def read_choices(
    old: Choices, privacy: str | None, ticked: Sequence[bool | None], cover_ms: int | None
) -> Choices:
    """Return choices with what was named; `ticked` are the switches by the order of `_SWITCHES`."""
    values: dict[str, object] = dict(zip(_SWITCHES, ticked, strict=True))
    values |= {"privacy": _privacy(privacy), "cover_ms": cover_ms}
    named = {name: value for name, value in values.items() if value is not None}
    return replace(old, **named)  # type: ignore[arg-type]


def _privacy(level: str | None) -> Privacy | None:
    if level is None:
        return None
    return Privacy(_choice("--privacy", level.upper(), tuple(Privacy)))


def read_status(name: str) -> PostStatus:
    """Return the status named; raises InputError."""
    return PostStatus(_choice("--status", name, tuple(PostStatus)))


def read_mode(name: str | None) -> PostMode | None:
    """Return the mode named, if any; raises InputError."""
    return None if name is None else PostMode(_choice("--mode", name, tuple(PostMode)))


def read_dates(name: str | None) -> "DateOrder | None":
    """Return the order of dates named, if any; raises InputError."""
    from tiktok_manager.services.bulk_rows import DateOrder  # of imports alone

    return None if name is None else DateOrder(_choice("--dates", name, tuple(DateOrder)))


def _choice(option: str, value: str, possible: Sequence[str]) -> str:
    if value not in possible:
        raise InputError("not_a_choice", value=value, option=option, choices=tuple(possible))
    return value


def read_lateness(old: Lateness, policy: str | None, within: str | None) -> Lateness:
    """Return a lateness with what was named; raises InputError."""
    possible = tuple(LatePolicy)
    return Lateness(
        policy=old.policy if policy is None else LatePolicy(_choice("--late", policy, possible)),
        within=old.within if within is None else parse_duration(within),
    )
