"""The options of `campaigns create` and `campaigns edit`, and the campaign that they ask for.

They are many, so a command takes them as one value: `taking` spells them out for Typer.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar, get_type_hints

import typer

from tiktok_manager.cli import post_options as of_posts
from tiktok_manager.cli.options import Json
from tiktok_manager.domain.campaigns import CampaignSpec, Pace, Strategy
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.posts import Lateness, PostMode
from tiktok_manager.domain.schedule import (
    at_instant,
    parse_bound,
    parse_duration,
    parse_when,
    shifted,
    zone,
)
from tiktok_manager.domain.slots import read_clock

T = TypeVar("T")

_OF_A_DAY = "A day, or a time as `posts add` takes it."
_WHOSE = "Or group:NAME, tag:NAME, status:connected, all; repeatable."
_VARIABLES = "With {account} {name} {n} {date} {video} {campaign}; {{ is a brace."
_TEMPLATES = "For one account; repeatable."
_APART = "Between posts of one video; with --strategy all 10m unless named."
CampaignArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The campaign's id, a beginning of it, or its name.")
]
CampaignVersion = Annotated[
    int | None, typer.Option("--version", metavar="N", help="Only if this is still its version.")
]
_Captions = typer.Option("--account-caption", metavar="HANDLE=TEMPLATE", help=_TEMPLATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignOptions:
    """What both commands take; None is what was not named."""

    strategy: Annotated[
        str | None,
        typer.Option("--strategy", metavar="|".join(Strategy), help="Who gets which video."),
    ] = None
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Repeats what is random.")
    ] = None
    caption: Annotated[
        str | None, typer.Option("--caption", metavar="TEMPLATE", help=_VARIABLES)
    ] = None
    account_caption: Annotated[list[str] | None, _Captions] = None
    per_day: Annotated[
        int | None,
        typer.Option("--per-day", metavar="N", min=1, help="At most so many of an account."),
    ] = None
    stagger: Annotated[str | None, typer.Option("--stagger", metavar="2h", help=_APART)] = None
    slots: Annotated[
        bool | None, typer.Option("--slots/--no-slots", help="At the accounts' free slots.")
    ] = None
    times: Annotated[
        str | None,
        typer.Option("--times", metavar="09:00,18:00", help="At these local times, in turn."),
    ] = None
    jitter: Annotated[
        str | None,
        typer.Option("--jitter", metavar="15m", help="Moves each time by at most so much."),
    ] = None
    tz: Annotated[
        str | None, typer.Option("--tz", metavar="ZONE", help="IANA zone of its days and times.")
    ] = None
    privacy: of_posts.PrivacyLevel = None
    allow_comment: of_posts.NewAllowComment = None
    allow_duet: of_posts.NewAllowDuet = None
    allow_stitch: of_posts.NewAllowStitch = None
    your_brand: of_posts.NewYourBrand = None
    branded_content: of_posts.NewBrandedContent = None
    ai_generated: of_posts.NewAiGenerated = None
    cover_ms: of_posts.CoverMs = None
    late: of_posts.Late = None
    late_within: of_posts.LateWithin = None
    consent: of_posts.ConsentGiven = False
    json: Json = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign(CampaignOptions):
    """What `create` takes."""

    name: Annotated[str, typer.Argument(metavar="NAME")]
    video: Annotated[
        list[Path], typer.Option("--video", metavar="FILE", help="Or a folder; repeatable.")
    ]
    account: Annotated[list[str], typer.Option("--account", metavar="HANDLE", help=_WHOSE)]
    first: Annotated[
        str, typer.Option("--from", metavar="DAY", help=f"It begins then. {_OF_A_DAY}")
    ]
    last: Annotated[
        str, typer.Option("--to", metavar="DAY", help=f"It ends with that day. {_OF_A_DAY}")
    ]
    inbox: of_posts.Inbox = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEdit(CampaignOptions):
    """What `edit` takes."""

    campaign_id: CampaignArgument
    name: Annotated[str | None, typer.Option("--name")] = None
    video: Annotated[
        list[Path] | None, typer.Option("--video", metavar="FILE", help="In place of all before.")
    ] = None
    account: Annotated[
        list[str] | None,
        typer.Option("--account", metavar="HANDLE", help="In place of all before."),
    ] = None
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help=_OF_A_DAY)] = None
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help=_OF_A_DAY)] = None
    mode: of_posts.NewMode = None
    version: CampaignVersion = None


def taking(
    options: type[T],
) -> Callable[[Callable[[typer.Context, T], None]], Callable[..., None]]:
    """Let a command be given as one value what its fields name as options and arguments."""
    hints = get_type_hints(options, include_extras=True)
    named = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(options)  # type: ignore[arg-type]
    ]
    first = inspect.Parameter(
        "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )

    def decorate(command: Callable[[typer.Context, T], None]) -> Callable[..., None]:
        def run(context: typer.Context, **values: object) -> None:
            command(context, options(**values))

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        setattr(run, "__signature__", inspect.Signature([first, *named]))  # noqa: B010
        return run

    return decorate


def read_spec(
    old: CampaignSpec,
    given: NewCampaign | CampaignEdit,
    now: datetime,
    usual: Lateness,
) -> CampaignSpec:
    """Return a campaign with what was named in place of what it was; raises InputError."""
    timezone = zone(given.tz or old.timezone).key
    ticked = (
        given.allow_comment,
        given.allow_duet,
        given.allow_stitch,
        given.your_brand,
        given.branded_content,
        given.ai_generated,
    )
    is_late_named = given.late is not None or given.late_within is not None
    lateness = of_posts.read_lateness(old.lateness or usual, given.late, given.late_within)
    return replace(
        old,
        name=old.name if given.name is None else given.name,
        videos=tuple(given.video or old.videos),
        accounts=tuple(given.account or old.accounts),
        starts_at=old.starts_at if given.first is None else _bound(given.first, timezone, now, 0),
        ends_at=old.ends_at if given.last is None else _bound(given.last, timezone, now, 1),
        timezone=timezone,
        strategy=_strategy(given.strategy) or old.strategy,
        seed=old.seed if given.seed is None else given.seed,
        caption=old.caption if given.caption is None else given.caption,
        captions={**old.captions, **_captions(given.account_caption)},
        pace=_pace(old.pace, given),
        mode=_mode(given) or old.mode,
        choices=of_posts.read_choices(old.choices, given.privacy, ticked, given.cover_ms),
        lateness=lateness if is_late_named else old.lateness,
    )


def _mode(given: NewCampaign | CampaignEdit) -> PostMode | None:
    if isinstance(given, NewCampaign):
        return PostMode.INBOX if given.inbox else PostMode.DIRECT
    return of_posts.read_mode(given.mode)


def _bound(text: str, timezone: str, now: datetime, days: int) -> datetime:
    """Read a time, or a day: that stands for its first moment, `days` later."""
    try:
        return parse_when(text, timezone, now).due_at
    except InputError as error:
        if error.code != "time_missing":
            raise
    start = parse_bound(text, timezone, now)
    return shifted(at_instant(start, timezone), days=days).due_at


def _strategy(text: str | None) -> Strategy | None:
    if text is not None and text not in tuple(Strategy):
        choices = tuple(Strategy)
        raise InputError("not_a_choice", value=text, option="--strategy", choices=choices)
    return None if text is None else Strategy(text)


def _captions(texts: Sequence[str] | None) -> dict[str, str]:
    """Return templates by the account they are for."""
    found = {}
    for text in texts or ():
        handle, equals, template = text.partition("=")
        if not equals or not handle.strip():
            raise InputError("bad_account_caption", text=text)
        found[handle] = template
    return found


def _pace(old: Pace, given: CampaignOptions) -> Pace:
    """Return a pace with what was named; times that are named as nothing are taken out."""
    named = given.times
    times = None if named is None else [read_clock(at) for at in named.split(",") if at.strip()]
    return Pace(
        slots=old.slots if given.slots is None else given.slots,
        times=old.times if times is None else tuple(sorted(set(times))),
        per_day=given.per_day or old.per_day,
        stagger=old.stagger if given.stagger is None else parse_duration(given.stagger),
        jitter=old.jitter if given.jitter is None else parse_duration(given.jitter),
    )
