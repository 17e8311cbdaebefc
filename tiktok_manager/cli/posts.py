"""`posts`: plan, list and show; what changes posts stands in `post_changes`."""

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
    note,
    print_json,
    print_line,
    print_table,
    refuse_two_documents,
    said,
    shortened,
)
from tiktok_manager.cli.post_changes import (
    cancel,
    echo_when,
    edit,
    resolve,
    retry,
    warn,
    when_of,
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
    OfAccounts,
    OfOne,
    OfTags,
    PrivacyLevel,
    Spread,
    Strict,
    VideoArgument,
    YourBrand,
    Zone,
    read_choices,
    read_lateness,
    read_status,
)
from tiktok_manager.domain.captions import read_tags
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.holds import Blocker
from tiktok_manager.domain.plans import PlanRequest, PlanResult, Proposal
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
for change in (edit, cancel, retry, resolve):
    app.command()(change)
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
    with command_line(context).workspace() as workspace, cancelled_by_signals() as stop:
        usual = workspace.settings.lateness()
        request = replace(request, lateness=read_lateness(usual, late, late_within))
        proposal = workspace.planning.propose([request], spread=spread, cancel=stop)
        echo_when(at, [row.post for row in proposal.rows])
        warn(proposal.findings)
        workspace.planning.check(proposal, strict=strict)
        result = None if dry_run else workspace.planning.commit(proposal)
        doubts = _zone_doubts(workspace, tz)
    _show_plan(proposal if result is None else result, doubts, as_json=json)


@app.command("list")
def list_posts(
    context: typer.Context,
    status: Annotated[list[str] | None, typer.Option(metavar="S", help="Repeatable.")] = None,
    account: OfAccounts = None,
    tag: OfTags = None,
    campaign: OfOne = None,
    batch: OfOne = None,
    due_from: DueFrom = None,
    due_to: DueTo = None,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """List posts by the time they go out."""
    with command_line(context).workspace() as workspace:
        wanted = PostFilter(
            statuses=frozenset(map(read_status, status or [])),
            account_ids=frozenset(each.id for each in workspace.accounts.select(account or [])),
            tags=frozenset(read_tags(tag or [])),
            campaign_id=campaign,
            batch=batch,
            due_from=_instant(workspace, due_from),
            due_to=_instant(workspace, due_to),
        )
        found = workspace.planning.page(wanted, limit=limit)
    if json:
        print_json([post_json(post, message_and_action) for post in found])
        return
    _show_list(found)


def _show_list(found: Sequence[Post]) -> None:
    if not found:
        print_line(said("no_posts"))
        return
    print_table(
        ("ID", "GOES OUT", "ACCOUNT", "STATUS", "CAPTION", "WHY"),
        (
            (
                post.id[:8],
                when_of(post),
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


def _show_plan(plan: Proposal | PlanResult, doubts: Sequence[Finding], *, as_json: bool) -> None:
    warn(doubts)
    if isinstance(plan, Proposal):
        records = [proposed_json(row, message_and_action) for row in plan.rows]
        lines = [f"Would plan for @{row.post.handle} at {when_of(row.post)}." for row in plan.rows]
    else:
        told = zip(plan.posts, plan.found, strict=True)
        records = [
            {
                **post_json(post, message_and_action),
                **findings_json((*found, *doubts), message_and_action),
            }
            for post, found in told
        ]
        lines = [f"Planned {p.id} for @{p.handle} at {when_of(p)}." for p in plan.posts]
    if as_json:
        print_json(records)
        return
    for line in lines:
        print_line(line)


def _zone_doubts(workspace: Workspace, named: str | None) -> list[Finding]:
    doubt = None if named else workspace.settings.zone_doubt()
    return [] if doubt is None else [doubt]


def _instant(workspace: Workspace, text: str | None) -> datetime | None:
    if text is None:
        return None
    return parse_bound(text, workspace.settings.timezone(), workspace.clock.now())
