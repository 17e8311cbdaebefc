"""What the gallery shows: the demo's world, and in it one of everything that can go wrong."""

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from tiktok_manager.app import make_runner, open_workspace
from tiktok_manager.cli import demo_world as demo
from tiktok_manager.cli.context import CommandLine
from tiktok_manager.domain.accounts import Account, Profile
from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.events import EventBus, PublisherStateChanged
from tiktok_manager.domain.posts import Post, PostFilter, PostStatus
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage import accounts as account_rows
from tiktok_manager.storage import posts as post_rows

_WAIT = FailureClass.WAIT_RESET
_EDIT = FailureClass.NEEDS_EDIT
# Status, hours from now, what happened.
_TROUBLES: tuple[tuple[PostStatus, float, Failure | None], ...] = (
    (PostStatus.FAILED, -3, Failure(code="frame_rate_check_failed", kind=FailureClass.PERMANENT)),
    (PostStatus.NEEDS_ATTENTION, -2, Failure(code="spam_risk_text", kind=_EDIT)),
    (PostStatus.UNCONFIRMED, -1.5, None),
    (PostStatus.MISSED, -26, None),
    (PostStatus.IN_INBOX, -5, None),
    (PostStatus.CANCELLED, 2, None),
    (PostStatus.DRAFT, 4, None),
    (PostStatus.PUBLISHING, -0.01, None),
    (PostStatus.PROCESSING, -0.05, None),
    (PostStatus.SCHEDULED, -0.1, Failure(code="daily_cap", params={"cap": 15}, kind=_WAIT)),
    (PostStatus.SCHEDULED, -0.2, Failure(code="network_down", kind=FailureClass.RETRY)),
)
_BUSY_DAY_POSTS = 7


class StillPublisher:
    """Says that it runs and sends nothing, so that every picture shows the same."""

    def __init__(self, events: EventBus) -> None:
        self._events = events

    def start(self) -> None:
        """Say that it runs."""
        self._events.publish(PublisherStateChanged(running=True))

    def stop(self, timeout_s: float = 10) -> None:
        """Say that it does not."""
        self._events.publish(PublisherStateChanged(running=False))

    def set_paused(self, paused: bool) -> None:
        """Nothing is sent anyway."""

    def wake(self) -> None:
        """Nothing is sent anyway."""


@contextmanager
def gallery_world() -> Iterator[Mapping[str, str]]:
    """Fill a data folder and keep its local TikTok running; yields the environment of both."""
    line = CommandLine(
        env=dict(os.environ),
        open_workspace=open_workspace,
        make_runner=make_runner,
        run_window=lambda **_: 0,
    )
    with demo.demo_world(line.env, demo.WINDOW_ACCOUNTS) as (sim, env, folder):
        demo.live_through_history(line, sim, env, folder)
        with open_workspace(env) as workspace:
            demo.plan_ahead(workspace, folder)
            _add_troubles(workspace)
        yield env


def _add_troubles(workspace: Workspace) -> None:
    """Let posts and accounts be in every state there is."""
    now = workspace.clock.now()
    accounts = workspace.accounts.list()
    planned = workspace.planning.page(PostFilter(statuses=frozenset({PostStatus.SCHEDULED})))
    owners = accounts[: len(accounts) - 2]
    posts = [
        _in_state(planned[index], owners[index % len(owners)], status, now, hours, failure)
        for index, (status, hours, failure) in enumerate(_TROUBLES)
    ]
    busy_day = now.replace(hour=6, minute=15) + timedelta(days=2)
    posts += [
        _in_state(
            planned[number],
            owners[number % len(owners)],
            PostStatus.SCHEDULED,
            busy_day,
            number * 1.5,
            None,
        )
        for number in range(_BUSY_DAY_POSTS)
    ]
    with workspace.database.write() as session:
        post_rows.add_posts(session, posts, now)
        account_rows.set_restriction(session, accounts[2].id, "limited")
        account_rows.record_sync_error(
            session, accounts[1].id, Failure(code="network_down", kind=FailureClass.RETRY)
        )
        lost = Profile(open_id="gone", handle="nightkitchen", display_name="Night Kitchen")
        unknown = account_rows.put_connected(session, uuid.uuid4().hex, lost, (), now)
        account_rows.lose_permission(session, unknown.id, 1)
    workspace.accounts.set_paused(accounts[-1].id, True)


def _in_state(
    like: Post,
    owner: Account,
    status: PostStatus,
    start: datetime,
    hours: float,
    failure: Failure | None,
) -> Post:
    due_at = start + timedelta(hours=hours)
    is_waiting = status is PostStatus.SCHEDULED and failure is not None
    return replace(
        like,
        id=uuid.uuid4().hex,
        account_id=owner.id,
        handle=owner.handle,
        status=status,
        schedule=at_instant(due_at, like.schedule.timezone),
        error=failure,
        attempts=1 if failure is not None else 0,
        next_try_at=start + timedelta(minutes=25) if is_waiting else None,
    )
