"""`publisher run`: the scheduler without a window."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from tiktok_manager.cli.context import cancelled_by_signals, command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import blocker_line, note, print_json, said, told_of
from tiktok_manager.domain.events import (
    PlanMoved,
    PostStatusChanged,
    PublisherStateChanged,
    PublishingHeld,
)
from tiktok_manager.domain.holds import NO_PUBLISHER
from tiktok_manager.domain.posts import PostFilter, PostStatus
from tiktok_manager.services.vault import VaultState
from tiktok_manager.wording import words

if TYPE_CHECKING:
    from tiktok_manager.services.workspace import Workspace

app = typer.Typer(no_args_is_help=True)


@app.callback()
def publisher() -> None:
    """Publish without a window."""


@app.command()
def run(
    context: typer.Context,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when nothing is due within a minute.")
    ] = False,
    standby: Annotated[
        bool, typer.Option("--standby", help="Wait for another publisher to end.")
    ] = False,
    json: Json = False,
) -> None:
    """Publish what is due, until SIGTERM or Ctrl+C."""
    line = command_line(context)
    with line.workspace() as workspace, cancelled_by_signals() as cancel:
        if workspace.vault.state() is VaultState.LOCKED:
            workspace.vault.unlock()
        workspace.events.subscribe(PostStatusChanged, lambda event: _tell(workspace, event))
        workspace.events.subscribe(PublisherStateChanged, _tell_state)
        workspace.events.subscribe(PublishingHeld, _tell_held)
        workspace.events.subscribe(PlanMoved, lambda event: note(told_of(event.finding)))
        _tell_blockers(workspace)
        runner = line.make_runner(workspace, standby=standby)
        runner.start()
        try:
            if until_idle:
                runner.wait_until_idle(cancel)
            else:
                while not cancel.wait(3600):
                    pass
        finally:
            runner.stop()
        _tell_waiting(workspace)
        if json:
            numbers = Counter(post.status for post in workspace.planning.page(PostFilter()))
            print_json({"posts": {status.value: number for status, number in numbers.items()}})


def _tell(workspace: Workspace, event: PostStatusChanged) -> None:
    post = workspace.planning.get(event.post_id)
    note(
        said(
            "post_told",
            time=f"{workspace.clock.now():%H:%M:%S}",
            post=post.id[:8],
            handle=post.handle,
            status=event.status.value,
            told=told_of(post.error) if post.error else "",
        )
    )


def _tell_blockers(workspace: Workspace) -> None:
    """Say what the user has to see to; what stops everything, the publisher tells by itself."""
    for blocker in workspace.blockers.all():
        is_of_user = bool(blocker.account_ids) or not blocker.is_fault
        if is_of_user and blocker.code != NO_PUBLISHER:
            note(blocker_line(blocker))


def _tell_waiting(workspace: Workspace) -> None:
    """Say which posts whose time has come are left, and why."""
    wanted = PostFilter(statuses=frozenset({PostStatus.SCHEDULED}), due_to=workspace.clock.now())
    for post in workspace.planning.page(wanted):
        if post.error is not None:
            told = told_of(post.error)
            note(said("post_waits", post=post.id[:8], handle=post.handle, told=told))


def _tell_held(event: PublishingHeld) -> None:
    if event.failure is None:
        note(said("publishing_goes_on"))
    else:
        note(said("publishing_held", told=told_of(event.failure)))


def _tell_state(event: PublisherStateChanged) -> None:
    if event.holder is not None:
        note(said("standing_by", told=words(event.holder).title))
    elif event.running:
        note(said("publisher_runs"))
