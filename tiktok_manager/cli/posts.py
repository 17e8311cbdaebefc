"""`posts`: plan, list, show, change, cancel, retry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktok_manager.cli.bulk import import_posts
from tiktok_manager.cli.context import cancelled_by_signals, command_line
from tiktok_manager.cli.options import Json, Limit, PostArgument
from tiktok_manager.cli.output import (
    blocker_json,
    blocker_line,
    local_time,
    note,
    print_json,
    print_line,
    print_table,
    refuse_two_documents,
    said,
    shortened,
)
from tiktok_manager.cli.post_options import (
    Accounts,
    AiGenerated,
    AllowComment,
    AllowDuet,
    AllowStitch,
    At,
    BrandedContent,
    Caption,
    ConsentGiven,
    CoverMs,
    DryRun,
    DueFrom,
    DueTo,
    Inbox,
    Late,
    LateWithin,
    NewAiGenerated,
    NewAllowComment,
    NewAllowDuet,
    NewAllowStitch,
    NewAt,
    NewBrandedContent,
    NewCaption,
    NewFile,
    NewMode,
    NewYourBrand,
    PrivacyLevel,
    Spread,
    Strict,
    Version,
    VideoArgument,
    YourBrand,
    Zone,
    read_choices,
    read_lateness,
    read_mode,
    read_status,
)
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.holds import Blocker
from tiktok_manager.domain.plans import PlanRequest, PlanResult, PostEdit, Proposal
from tiktok_manager.domain.posts import (
    Choices,
    Post,
    PostFilter,
    PostMode,
    TrailEntry,
)
from tiktok_manager.domain.schedule import parse_bound
from tiktok_manager.services.serializers import (
    findings_json,
    flight_record,
    post_json,
    proposed_json,
    stamp,
    trail_json,
    write_flight_record,
)
from tiktok_manager.wording import message_and_action, step_words, words

if TYPE_CHECKING:
    from tiktok_manager.services.workspace import Workspace

app = typer.Typer(no_args_is_help=True)
app.command("import")(import_posts)


@app.command()
def add(
    context: typer.Context,
    file: VideoArgument,
    account: Accounts,
    at: At,
    tz: Zone = None,
    caption: Caption = "",
    privacy: PrivacyLevel = None,
    allow_comment: AllowComment = False,
    allow_duet: AllowDuet = False,
    allow_stitch: AllowStitch = False,
    your_brand: YourBrand = False,
    branded_content: BrandedContent = False,
    ai_generated: AiGenerated = False,
    cover_ms: CoverMs = None,
    inbox: Inbox = False,
    late: Late = None,
    late_within: LateWithin = None,
    consent: ConsentGiven = False,
    strict: Strict = False,
    spread: Spread = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Plan a video for one or more accounts."""
    ticked = (allow_comment, allow_duet, allow_stitch, your_brand, branded_content, ai_generated)
    choices = read_choices(Choices(), privacy, ticked, cover_ms)
    request = PlanRequest(file=file, accounts=tuple(account), when=at, timezone=tz, caption=caption)
    mode = PostMode.INBOX if inbox else PostMode.DIRECT
    request = replace(request, mode=mode, choices=choices, consent=consent)
    with command_line(context).workspace() as workspace, cancelled_by_signals() as cancel:
        usual = workspace.settings.lateness()
        request = replace(request, lateness=read_lateness(usual, late, late_within))
        proposal = workspace.planning.propose([request], spread=spread, cancel=cancel)
        _warn(proposal.findings)
        workspace.planning.check(proposal, strict=strict)
        result = None if dry_run else workspace.planning.commit(proposal)
        doubts = _zone_doubts(workspace, tz)
    _show_plan(proposal if result is None else result, doubts, as_json=json)


@app.command("list")
def list_posts(
    context: typer.Context,
    status: Annotated[list[str] | None, typer.Option(metavar="S", help="Repeatable.")] = None,
    account: Annotated[str | None, typer.Option(metavar="HANDLE")] = None,
    due_from: DueFrom = None,
    due_to: DueTo = None,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """List posts by the time they go out."""
    with command_line(context).workspace() as workspace:
        wanted = PostFilter(
            statuses=frozenset(map(read_status, status or [])),
            account_id=None if account is None else workspace.accounts.get(account).id,
            due_from=_instant(workspace, due_from),
            due_to=_instant(workspace, due_to),
        )
        found = workspace.planning.page(wanted, limit=limit)
    if json:
        print_json([post_json(post, message_and_action) for post in found])
        return
    if not found:
        print_line(said("no_posts"))
        return
    print_table(
        ("ID", "GOES OUT", "ACCOUNT", "STATUS", "CAPTION", "WHY"),
        (
            (
                post.id[:8],
                _when(post),
                f"@{post.handle}",
                post.status.replace("_", " "),
                shortened(post.caption, 32),
                shortened(words(post.error).cause, 48) if post.error else "",
            )
            for post in found
        ),
    )


@app.command()
def show(
    context: typer.Context,
    post_id: PostArgument,
    trail_only: Annotated[
        bool, typer.Option("--trail", help="Only what happened to it, with every detail.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it all as JSON there.")
    ] = None,
    json: Json = False,
) -> None:
    """Show a post and all that happened to it."""
    refuse_two_documents(out, as_json=json)
    with command_line(context).workspace() as workspace:
        post = workspace.planning.get(post_id)
        trail = workspace.planning.trail(post.id)
        blockers = workspace.blockers.of(post)
    if out is not None:
        write_flight_record(out, post, trail, message_and_action, step_words)
        note(said("record_written", post=post.id, file=str(out)))
    if json:
        told = {"blockers": [blocker_json(each) for each in blockers]}
        record = flight_record(post, trail, message_and_action, step_words)
        print_json(trail_json(trail, step_words) if trail_only else record | told)
    elif out is None:
        if not trail_only:
            _show_post(post)
            _show_blockers(blockers)
        _show_trail(trail, detailed=trail_only)


def _show_post(post: Post) -> None:
    for name, value in post_json(post, message_and_action).items():
        if name != "error":
            print_line(f"{name:13} {'' if value is None else value}")
    if post.error:
        print_line(f"{'why':13} {words(post.error).cause}")
        print_line(f"{'what to do':13} {words(post.error).command_hint}")
        print_line(f"{'code':13} {post.error.code} {post.error.log_id}".rstrip())


def _show_blockers(blockers: Iterable[Blocker]) -> None:
    for number, blocker in enumerate(blockers):
        print_line(f"{'' if number else 'waits':13} {blocker_line(blocker)}")


def _show_trail(trail: Sequence[TrailEntry], *, detailed: bool) -> None:
    for entry in trail:
        print_line(f"  {stamp(entry.at)}  {step_words(entry)}")
        for name, value in entry.params.items() if detailed else ():
            if value not in (None, ""):
                print_line(f"{'':24}{name}: {value}")


@app.command()
def edit(
    context: typer.Context,
    post_id: PostArgument,
    file: NewFile = None,
    at: NewAt = None,
    tz: Zone = None,
    caption: NewCaption = None,
    privacy: PrivacyLevel = None,
    allow_comment: NewAllowComment = None,
    allow_duet: NewAllowDuet = None,
    allow_stitch: NewAllowStitch = None,
    your_brand: NewYourBrand = None,
    branded_content: NewBrandedContent = None,
    ai_generated: NewAiGenerated = None,
    cover_ms: CoverMs = None,
    mode: NewMode = None,
    late: Late = None,
    late_within: LateWithin = None,
    consent: ConsentGiven = False,
    strict: Strict = False,
    version: Version = None,
    json: Json = False,
) -> None:
    """Change a post that is not on its way yet. What is not named stays as it is."""
    ticked = (allow_comment, allow_duet, allow_stitch, your_brand, branded_content, ai_generated)
    change = PostEdit(file=file, when=at, timezone=tz, caption=caption, consent=consent)
    with command_line(context).workspace() as workspace, cancelled_by_signals() as cancelled:
        planning = workspace.planning
        post = planning.get(post_id)
        choices = read_choices(post.choices, privacy, ticked, cover_ms)
        lateness = read_lateness(post.lateness, late, late_within)
        change = replace(change, mode=read_mode(mode), choices=choices, lateness=lateness)
        seen = post.version if version is None else version
        proposal = planning.propose_edit(post.id, change, seen=seen, cancel=cancelled)
        _warn(proposal.findings)
        result = planning.commit(proposal, strict=strict)
    (changed,) = result.posts
    told = f"Changed {changed.id}: goes out at {_when(changed)}."
    _done(changed, told, findings=result.findings, as_json=json)


@app.command()
def cancel(
    context: typer.Context, post_id: PostArgument, version: Version = None, json: Json = False
) -> None:
    """Take a post out of the plan; works until its last bytes are about to leave."""
    with command_line(context).workspace() as workspace:
        post = workspace.planning.cancel(post_id, seen=version)
    _done(post, said("post_cancelled", post=post.id), as_json=json)


@app.command()
def retry(
    context: typer.Context,
    post_id: Annotated[str | None, typer.Argument(metavar="ID")] = None,
    all_failed: Annotated[bool, typer.Option("--all-failed", help="Every failed post.")] = False,
    version: Version = None,
    json: Json = False,
) -> None:
    """Let a stopped post go out again: now, or at its time if that is still to come."""
    if (post_id is None) != all_failed or (all_failed and version is not None):
        raise InputError("one_post_or_all")
    with command_line(context).workspace() as workspace:
        if post_id is not None:
            post = workspace.planning.retry(post_id, seen=version)
            _done(post, said("post_again", post=post.id), as_json=json)
            return
        retried = workspace.planning.retry_all_failed()
    if json:
        print_json([post_json(post, message_and_action) for post in retried])
    else:
        print_line(said("posts_again", count=len(retried)))


@app.command()
def resolve(
    context: typer.Context,
    post_id: PostArgument,
    posted: Annotated[bool, typer.Option("--posted", help="The video is on TikTok.")] = False,
    not_posted: Annotated[
        bool, typer.Option("--not-posted", help="The video is not on TikTok.")
    ] = False,
    post_again: Annotated[
        bool, typer.Option("--post-again", help="With --not-posted: post it anew.")
    ] = False,
    version: Version = None,
    json: Json = False,
) -> None:
    """Say what became of an unconfirmed video, after a look at the account on TikTok."""
    if posted == not_posted or (post_again and posted):
        raise InputError("posted_or_not")
    with command_line(context).workspace() as workspace:
        post = workspace.planning.resolve(
            post_id, posted=posted, post_again=post_again, seen=version
        )
    _done(post, said("post_is", post=post.id, status=post.status.value), as_json=json)


def _warn(findings: Iterable[Finding]) -> None:
    for finding in findings:
        note(said("command_warning", told=words(finding).title))


def _show_plan(plan: Proposal | PlanResult, doubts: Sequence[Finding], *, as_json: bool) -> None:
    _warn(doubts)
    if isinstance(plan, Proposal):
        records = [proposed_json(row, message_and_action) for row in plan.rows]
        lines = [f"Would plan for @{row.post.handle} at {_when(row.post)}." for row in plan.rows]
    else:
        told = zip(plan.posts, plan.found, strict=True)
        records = [
            {
                **post_json(post, message_and_action),
                **findings_json((*found, *doubts), message_and_action),
            }
            for post, found in told
        ]
        lines = [f"Planned {p.id} for @{p.handle} at {_when(p)}." for p in plan.posts]
    if as_json:
        print_json(records)
        return
    for line in lines:
        print_line(line)


def _done(post: Post, text: str, *, findings: Iterable[Finding] = (), as_json: bool) -> None:
    if as_json:
        print_json(
            {**post_json(post, message_and_action), **findings_json(findings, message_and_action)}
        )
    else:
        print_line(text)


def _when(post: Post) -> str:
    return local_time(None, post.schedule.shown, post.schedule.timezone)


def _zone_doubts(workspace: Workspace, named: str | None) -> list[Finding]:
    doubt = None if named else workspace.settings.zone_doubt()
    return [] if doubt is None else [doubt]


def _instant(workspace: Workspace, text: str | None) -> datetime | None:
    if text is None:
        return None
    return parse_bound(text, workspace.settings.timezone(), workspace.clock.now())
