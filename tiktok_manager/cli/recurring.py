"""`recurring`: posts that repeat by a rule, and pools of videos that take turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktok_manager.cli.context import command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import note, print_json, print_line, print_table, said
from tiktok_manager.cli.post_options import (
    AiGenerated,
    AllowComment,
    AllowDuet,
    AllowStitch,
    BrandedContent,
    ConsentGiven,
    Inbox,
    Late,
    LateWithin,
    NewAiGenerated,
    NewAllowComment,
    NewAllowDuet,
    NewAllowStitch,
    NewBrandedContent,
    NewMode,
    NewYourBrand,
    PrivacyLevel,
    YourBrand,
    read_choices,
    read_lateness,
    read_mode,
)
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import Choices, PostMode, PostStatus
from tiktok_manager.domain.recurring import PoolVideo
from tiktok_manager.domain.schedule import parse_duration
from tiktok_manager.domain.slots import read_clock
from tiktok_manager.services.recurring import RuleChange, RuleEdit, RuleRequest, RuleView
from tiktok_manager.services.serializers import findings_json, rule_json
from tiktok_manager.wording import message_and_action, words

if TYPE_CHECKING:
    from tiktok_manager.services.workspace import Workspace

app = typer.Typer(no_args_is_help=True)

RuleId = Annotated[str, typer.Argument(metavar="ID", help="An id, or a unique beginning of one.")]
Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE…", help="MP4, MOV or WebM; several are a pool that takes turns."),
]
RuleAccounts = Annotated[
    list[str],
    typer.Option(
        "--account",
        metavar="HANDLE",
        help="Or group:NAME, tag:NAME, all: whoever is in it when posts are made. Repeatable.",
    ),
]
RRule = Annotated[
    str,
    typer.Option(
        "--rrule", metavar="RULE", help="RFC 5545, as FREQ=WEEKLY;BYDAY=MO,TH or FREQ=DAILY."
    ),
]
Times = Annotated[
    list[str] | None,
    typer.Option("--time", metavar="HH:MM", help="Local time; repeatable. Else: the next hour."),
]
RuleZone = Annotated[
    str | None, typer.Option("--tz", metavar="ZONE", help="IANA zone, as Europe/Berlin.")
]
Until = Annotated[str | None, typer.Option("--until", metavar="DAY", help="The last day.")]
Count = Annotated[int | None, typer.Option("--count", metavar="N", help="So many times.")]
Captions = Annotated[
    list[str] | None,
    typer.Option("--caption", help="Repeated: they take turns, as a pool does."),
]
Pool = Annotated[
    Path | None,
    typer.Option(
        "--pool",
        metavar="FOLDER",
        help="Every video in it; NAME.txt beside one has its captions, parted by lines of ---.",
    ),
]
Cooldown = Annotated[
    str | None,
    typer.Option(
        "--cooldown", metavar="60d", help="Rest of a pool's video on an account; usually 30d."
    ),
]
Start = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="The first day; else today.")
]
Following = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="DAY",
        help="Only that day and those that follow: the rule ends before it, a new one goes on.",
    ),
]
Everything = Annotated[
    bool, typer.Option("--all", help="All that is to come; so it is without --from.")
]
NewFiles = Annotated[
    list[Path] | None, typer.Option("--file", metavar="FILE", help="Other videos; repeatable.")
]
NewAccounts = Annotated[list[str] | None, typer.Option("--account", metavar="HANDLE")]
NewRRule = Annotated[str | None, typer.Option("--rrule", metavar="RULE")]
Forever = Annotated[bool, typer.Option("--forever", help="Without an end.")]


@app.command()
def add(
    context: typer.Context,
    account: RuleAccounts,
    rrule: RRule,
    file: Files = None,
    time: Times = None,
    tz: RuleZone = None,
    start: Start = None,
    until: Until = None,
    count: Count = None,
    caption: Captions = None,
    pool: Pool = None,
    cooldown: Cooldown = None,
    privacy: PrivacyLevel = None,
    allow_comment: AllowComment = False,
    allow_duet: AllowDuet = False,
    allow_stitch: AllowStitch = False,
    your_brand: YourBrand = False,
    branded_content: BrandedContent = False,
    ai_generated: AiGenerated = False,
    inbox: Inbox = False,
    late: Late = None,
    late_within: LateWithin = None,
    consent: ConsentGiven = False,
    json: Json = False,
) -> None:
    """Repeat a post by a rule, in the local time of its zone; without --consent as drafts."""
    ticked = (allow_comment, allow_duet, allow_stitch, your_brand, branded_content, ai_generated)
    videos, accounts = _videos(file, pool, caption), tuple(account)
    request = RuleRequest(videos=videos, accounts=accounts, rrule=rrule, times=_times(time))
    request = replace(request, timezone=tz, start=_day(start), until=_day(until), count=count)
    request = replace(request, is_pool=pool is not None, cooldown=_cooldown(cooldown))
    request = replace(request, choices=read_choices(Choices(), privacy, ticked, None))
    request = replace(request, mode=PostMode.INBOX if inbox else PostMode.DIRECT, consent=consent)
    with command_line(context).workspace() as workspace:
        usual = workspace.settings.lateness()
        request = replace(request, lateness=read_lateness(usual, late, late_within))
        _added(workspace, workspace.recurring.add(request), as_json=json)


@app.command("list")
def list_rules(context: typer.Context, json: Json = False) -> None:
    """List every rule."""
    with command_line(context).workspace() as workspace:
        found = workspace.recurring.list()
    if json:
        print_json([_record(view) for view in found])
    elif not found:
        print_line(said("no_rules"))
    else:
        print_table(("ID", "RULE", "AT", "ACCOUNT", "NEXT", "STATUS", "FILE"), map(_line, found))


@app.command()
def show(context: typer.Context, rule_id: RuleId, json: Json = False) -> None:
    """Show a rule: its next dates, its posts, and what stands in its way."""
    with command_line(context).workspace() as workspace:
        view = workspace.recurring.get(rule_id)
    if json:
        print_json(_record(view))
        return
    for name, value in rule_json(view).items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        print_line(f"{name:13} {'' if shown is None else shown}")
    _warn(view.rule.told)


@app.command()
def edit(
    context: typer.Context,
    rule_id: RuleId,
    start: Following = None,
    everything: Everything = False,
    file: NewFiles = None,
    account: NewAccounts = None,
    rrule: NewRRule = None,
    time: Times = None,
    tz: RuleZone = None,
    until: Until = None,
    count: Count = None,
    forever: Forever = False,
    caption: Captions = None,
    pool: Pool = None,
    cooldown: Cooldown = None,
    privacy: PrivacyLevel = None,
    allow_comment: NewAllowComment = None,
    allow_duet: NewAllowDuet = None,
    allow_stitch: NewAllowStitch = None,
    your_brand: NewYourBrand = None,
    branded_content: NewBrandedContent = None,
    ai_generated: NewAiGenerated = None,
    mode: NewMode = None,
    late: Late = None,
    late_within: LateWithin = None,
    consent: ConsentGiven = False,
    json: Json = False,
) -> None:
    """Change a rule and its posts, but those changed by hand; `posts edit` changes one alone."""
    first = _first_of(start, everything=everything)
    ticked = (allow_comment, allow_duet, allow_stitch, your_brand, branded_content, ai_generated)
    times, accounts = _times(time) or None, None if account is None else tuple(account)
    change = RuleEdit(rrule=rrule, times=times, timezone=tz, until=_day(until), count=count)
    change = replace(change, accounts=accounts, cooldown=_cooldown(cooldown), forever=forever)
    change = replace(change, mode=read_mode(mode), consent=consent)
    change = _with_videos(change, file, pool, caption)
    with command_line(context).workspace() as workspace:
        change = _with_choices(workspace, rule_id, change, privacy, ticked, (late, late_within))
        _done(workspace, workspace.recurring.edit(rule_id, change, start=first), json)


@app.command()
def skip(
    context: typer.Context,
    rule_id: RuleId,
    day: Annotated[str, typer.Argument(metavar="DAY", help="As 2026-12-24.")],
    json: Json = False,
) -> None:
    """Leave a date out, for good: its posts are cancelled and never made again."""
    left_out = _day(day)
    if left_out is None:
        raise InputError("bad_day", text=day)
    with command_line(context).workspace() as workspace:
        _done(workspace, workspace.recurring.skip(rule_id, left_out), json)


@app.command()
def pause(context: typer.Context, rule_id: RuleId, json: Json = False) -> None:
    """Make no posts; those made ahead become drafts that wait until the rule is resumed."""
    with command_line(context).workspace() as workspace:
        _done(workspace, workspace.recurring.pause(rule_id), json)


@app.command()
def resume(context: typer.Context, rule_id: RuleId, json: Json = False) -> None:
    """Plan the posts of a paused rule again; those whose time has passed are left out."""
    with command_line(context).workspace() as workspace:
        _done(workspace, workspace.recurring.resume(rule_id), json)


@app.command()
def remove(
    context: typer.Context,
    rule_id: RuleId,
    keep_posts: Annotated[
        bool, typer.Option("--keep-posts", help="Leave what is planned in the plan.")
    ] = False,
    json: Json = False,
) -> None:
    """Remove a rule, and cancel the posts planned from it."""
    with command_line(context).workspace() as workspace:
        view = workspace.recurring.get(rule_id)
        change = workspace.recurring.remove(view.rule, keep_posts=keep_posts)
    if json:
        print_json({**_record(view), "status": "ended", "cancelled": len(change.posts)})
    else:
        print_line(said("rule_gone", rule=view.rule.id[:8], count=len(change.posts)))


def _first_of(start: str | None, *, everything: bool) -> date | None:
    if everything and start is not None:
        raise InputError("one_day_or_all")
    return _day(start)


def _with_videos(
    change: RuleEdit,
    files: Sequence[Path] | None,
    pool: Path | None,
    captions: Sequence[str] | None,
) -> RuleEdit:
    """Return an edit with other videos, or with other captions for those that are there."""
    if files is not None or pool is not None:
        videos = _videos(files, pool, captions)
        return replace(change, videos=videos, is_pool=pool is not None)
    return change if captions is None else replace(change, captions=tuple(captions))


def _with_choices(
    workspace: Workspace,
    rule_id: str,
    change: RuleEdit,
    privacy: str | None,
    ticked: Sequence[bool | None],
    late: tuple[str | None, str | None],
) -> RuleEdit:
    """Return an edit that changes of a rule's choices and lateness what was named."""
    spec = workspace.recurring.get(rule_id).rule.spec
    return replace(
        change,
        choices=read_choices(spec.choices, privacy, ticked, None),
        lateness=read_lateness(spec.lateness, *late),
    )


def _added(workspace: Workspace, change: RuleChange, *, as_json: bool) -> None:
    view = workspace.recurring.get(change.rule.id)
    if not as_json:
        when = f"{view.next[0].schedule.shown:%Y-%m-%d %H:%M} ({_zone(view)})"
        print_line(said("rule_added", rule=view.rule.id[:8], next=when, count=len(change.posts)))
    if drafts := sum(now.status is PostStatus.DRAFT for _, now in change.posts):
        note(said("drafts_made", count=drafts))
    _tell(view, change, as_json=as_json)


def _done(workspace: Workspace, change: RuleChange, as_json: bool) -> None:
    view = workspace.recurring.get(change.rule.id)
    if not as_json:
        params = {"rule": view.rule.id[:8], "status": view.status.value}
        print_line(said("rule_now", **params, count=len(change.posts)))
    _tell(view, change, as_json=as_json)


def _tell(view: RuleView, change: RuleChange, *, as_json: bool) -> None:
    found = list(change.findings)
    if change.kept:
        found.append(Finding(code="rule_posts_kept", params={"count": len(change.kept)}))
    _warn(found)
    if as_json:
        kept = [post.id for post in change.kept]
        told = findings_json(found, message_and_action)
        print_json({**_record(view), **told, "kept": kept})


def _record(view: RuleView) -> dict[str, object]:
    trouble = findings_json(view.rule.told, message_and_action)["findings"]
    return {**rule_json(view), "trouble": trouble}


def _warn(findings: Iterable[Finding]) -> None:
    for finding in findings:
        told = words(finding)
        note(said("command_warning", told=f"{told.cause} {told.command_hint}".strip()))


def _line(view: RuleView) -> Sequence[object]:
    spec = view.rule.spec
    times = ", ".join(f"{at:%H:%M}" for at in spec.cadence.times)
    return (
        view.rule.id[:8],
        spec.cadence.rrule,
        f"{times} ({_zone(view)})",
        ", ".join(view.accounts),
        f"{view.next[0].schedule.shown:%Y-%m-%d %H:%M}" if view.next else "",
        view.status.value,
        ", ".join(video.file.name for video in spec.videos),
    )


def _zone(view: RuleView) -> str:
    return view.rule.spec.cadence.timezone


def _videos(
    files: Sequence[Path] | None, folder: Path | None, captions: Sequence[str] | None
) -> tuple[PoolVideo, ...]:
    usual = tuple(captions or ())
    found = [PoolVideo(file=file, captions=usual) for file in files or ()]
    if folder is not None:
        from tiktok_manager.services.bulk_reading import pool_of

        pool = pool_of(folder).items()
        found += [PoolVideo(file=file, captions=own or usual) for file, own in pool]
    return tuple(found)


def _times(texts: Sequence[str] | None) -> tuple[time, ...]:
    return tuple(read_clock(text) for text in texts or ())


def _cooldown(text: str | None) -> timedelta | None:
    return None if text is None else parse_duration(text)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text.strip())
    except ValueError as exc:
        raise InputError("bad_day", text=text or "") from exc
