"""`campaigns`: videos for accounts over a window of time, as one that is started and held."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktok_manager.cli.campaign_options import (
    CampaignArgument,
    CampaignEdit,
    CampaignVersion,
    NewCampaign,
    read_spec,
    taking,
)
from tiktok_manager.cli.context import cancelled_by_signals, command_line, interrupted_by_signals
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import (
    local_time,
    note,
    print_json,
    print_line,
    print_table,
    refuse_two_documents,
    said,
    shortened,
    told_of,
)
from tiktok_manager.cli.post_options import ConsentGiven
from tiktok_manager.domain.campaigns import Campaign, CampaignSpec
from tiktok_manager.domain.plans import each_once
from tiktok_manager.domain.posts import PostFilter, PostStatus
from tiktok_manager.domain.schedule import Schedule, zone
from tiktok_manager.services.serializers import campaign_json, campaign_post_json, post_json
from tiktok_manager.system.files import is_stdout
from tiktok_manager.wording import message_and_action, term

if TYPE_CHECKING:
    from tiktok_manager.services.campaign_plan import CampaignPreview
    from tiktok_manager.services.campaigns import CampaignChange
    from tiktok_manager.services.workspace import Workspace

app = typer.Typer(no_args_is_help=True)


@app.command()
@taking(NewCampaign)
def create(context: typer.Context, given: NewCampaign) -> None:
    """Make a draft of a campaign: nothing is planned before it is started."""
    with command_line(context).workspace() as workspace:
        now, usual = workspace.clock.now(), workspace.settings
        blank = CampaignSpec(
            name=given.name,
            videos=(),
            accounts=(),
            starts_at=now,
            ends_at=now,
            timezone=usual.timezone(),
        )
        spec = read_spec(blank, given, now, usual.lateness())
        campaign = workspace.campaigns.create(spec, consent=given.consent)
        made = said("campaign_made", name=campaign.spec.name, id=campaign.id[:8])
        _show(workspace, campaign, made, as_json=given.json)


@app.command()
@taking(CampaignEdit)
def edit(context: typer.Context, given: CampaignEdit) -> None:
    """Change a draft. What is not named stays as it is."""
    with command_line(context).workspace() as workspace:
        campaign = workspace.campaigns.get(given.campaign_id)
        now, usual = workspace.clock.now(), workspace.settings.lateness()
        spec = read_spec(campaign.spec, given, now, usual)
        seen = campaign if given.version is None else given.version
        change = workspace.campaigns.edit(campaign.id, spec, consent=given.consent, seen=seen)
        _show_change(workspace, change, as_json=given.json)


@app.command()
def preview(context: typer.Context, campaign_id: CampaignArgument, json: Json = False) -> None:
    """Show every post that a draft would make, with what is to be known; nothing is made."""
    with command_line(context).workspace() as workspace, cancelled_by_signals() as cancel:
        found = workspace.campaigns.preview(campaign_id, cancel=cancel)
    if json:
        print_json([campaign_post_json(p, found.version, message_and_action) for p in found.posts])
        return
    _show_preview(found)


@app.command()
def start(
    context: typer.Context,
    campaign_id: CampaignArgument,
    version: Annotated[
        str | None,
        typer.Option("--version", metavar="V", help="Only as the preview with it showed it."),
    ] = None,
    consent: ConsentGiven = False,
    json: Json = False,
) -> None:
    """Plan all its posts at once; without consent direct posts are drafts."""
    is_number = version is not None and version.isdecimal()
    with command_line(context).workspace() as workspace, cancelled_by_signals() as cancel:
        change = workspace.campaigns.start(
            campaign_id,
            seen=int(version) if version and is_number else None,
            shown=None if is_number else version,
            consent=consent,
            cancel=cancel,
        )
        if any(post.status is PostStatus.DRAFT for post in change.made):
            note(said("campaign_drafts"))
        name = change.after.spec.name
        planned = said("campaign_started", count=len(change.made), name=name)
        _show(workspace, change.after, planned, as_json=json)


@app.command()
def pause(
    context: typer.Context,
    campaign_id: CampaignArgument,
    version: CampaignVersion = None,
    json: Json = False,
) -> None:
    """Hold its posts; one being uploaded just now is finished."""
    with command_line(context).workspace() as workspace:
        change = workspace.campaigns.pause(campaign_id, seen=version)
        _show_change(workspace, change, as_json=json)


@app.command()
def resume(
    context: typer.Context,
    campaign_id: CampaignArgument,
    version: CampaignVersion = None,
    json: Json = False,
) -> None:
    """Let its posts go out again; those whose time has passed as late posts do."""
    with command_line(context).workspace() as workspace:
        change = workspace.campaigns.resume(campaign_id, seen=version)
        _show_change(workspace, change, as_json=json)


@app.command()
def cancel(
    context: typer.Context,
    campaign_id: CampaignArgument,
    version: CampaignVersion = None,
    json: Json = False,
) -> None:
    """Cancel every post that has not ended; nothing is sent afterwards."""
    with command_line(context).workspace() as workspace:
        change = workspace.campaigns.cancel(campaign_id, seen=version)
        left = change.after.posts - change.after.ended
        if left:
            note(said("campaign_runs_on", count=left))
        cancelled = said("campaign_cancelled_posts", count=len(change.posts))
        _show(workspace, change.after, cancelled, as_json=json)


@app.command()
def retry(
    context: typer.Context,
    campaign_id: CampaignArgument,
    version: CampaignVersion = None,
    json: Json = False,
) -> None:
    """Let its failed and missed posts go out again, of which TikTok surely has nothing."""
    with command_line(context).workspace() as workspace:
        change = workspace.campaigns.retry(campaign_id, seen=version)
        again = said("posts_again", count=len(change.posts))
        _show(workspace, change.after, again, as_json=json)


@app.command()
def show(
    context: typer.Context,
    campaign_id: CampaignArgument,
    posts: Annotated[bool, typer.Option("--posts", help="Each of its posts, too.")] = False,
    json: Json = False,
) -> None:
    """Show a campaign and how far it is."""
    with command_line(context).workspace() as workspace:
        campaign = workspace.campaigns.get(campaign_id)
        wanted = PostFilter(campaign_id=campaign.id)
        jobs = workspace.planning.page(wanted) if posts else []
        record = campaign_json(campaign, workspace.clock.now())
    if json:
        told = {"jobs": [post_json(post, message_and_action) for post in jobs]} if posts else {}
        print_json(record | told)
        return
    for name, value in record.items():
        print_line(f"{name:16} {_plain(value)}")
    for post in jobs:
        print_line(f"  {post.id[:8]}  {_when(post.schedule)}  @{post.handle}  {term(post.status)}")


@app.command("list")
def list_campaigns(context: typer.Context, json: Json = False) -> None:
    """List the campaigns, the one that starts last first."""
    with command_line(context).workspace() as workspace:
        found = workspace.campaigns.list()
        now = workspace.clock.now()
    if json:
        print_json([campaign_json(campaign, now) for campaign in found])
    elif not found:
        print_line(said("no_campaigns"))
    else:
        print_table(
            ("ID", "NAME", "STATUS", "POSTS", "ENDED", "FROM", "TO"), (_row(c, now) for c in found)
        )


@app.command()
def report(
    context: typer.Context,
    campaign_id: CampaignArgument,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="CSV, or XLSX if named so; - is stdout.")
    ],
    json: Json = False,
) -> None:
    """Write a table of its posts and what became of each."""
    refuse_two_documents(out, as_json=json)
    with command_line(context).workspace() as workspace, interrupted_by_signals():
        campaign = workspace.campaigns.get(campaign_id)
        wanted = PostFilter(campaign_id=campaign.id)
        rows = workspace.reports.export("posts", out, message_and_action, wanted=wanted)
    if json:
        print_json({"campaign": campaign.id, "file": str(out), "rows": rows})
    elif is_stdout(out):
        note(said("rows_printed", rows=rows))
    else:
        print_line(said("rows_written", rows=rows, file=str(out)))


def _show_preview(found: CampaignPreview) -> None:
    for finding in each_once(finding for post in found.posts for finding in post.findings):
        note(said("command_warning", told=told_of(finding)))
    print_table(
        ("GOES OUT", "ACCOUNT", "FILE", "CAPTION"),
        (
            (
                _when(p.schedule) if p.schedule else "-",
                f"@{p.handle}",
                p.file.name,
                shortened(p.caption),
            )
            for p in found.posts
        ),
    )
    count = sum(not post.is_refused for post in found.posts)
    id_ = found.campaign.id[:8]
    print_line(said("campaign_would", count=count, id=id_, version=found.version))


def _show_change(workspace: Workspace, change: CampaignChange, *, as_json: bool) -> None:
    campaign = change.after
    status = campaign.status(workspace.clock.now()).value
    told = said("campaign_is", name=campaign.spec.name, status=status)
    _show(workspace, campaign, told, as_json=as_json)


def _show(workspace: Workspace, campaign: Campaign, told: str, *, as_json: bool) -> None:
    if as_json:
        print_json(campaign_json(campaign, workspace.clock.now()))
    else:
        print_line(told)


def _row(campaign: Campaign, now: datetime) -> tuple[object, ...]:
    spec = campaign.spec
    place = zone(spec.timezone)
    last = spec.ends_at - timedelta(minutes=1)
    return (
        campaign.id[:8],
        shortened(spec.name, 32),
        term(campaign.status(now)),
        campaign.posts,
        campaign.ended,
        f"{spec.starts_at.astimezone(place):%Y-%m-%d}",
        f"{last.astimezone(place):%Y-%m-%d}",
    )


def _when(schedule: Schedule) -> str:
    return local_time(None, schedule.shown, schedule.timezone)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {each}" for key, each in value.items() if each)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
