"""What the gallery shows: the demo's world, and in it one of everything that can go wrong."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.window_world import add_rule, add_slots, add_troubles, in_every_state
from tiktok_manager.app import open_workspace
from tiktok_manager.cli import demo_world as demo
from tiktok_manager.domain.posts import PostFilter, PostStatus
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage import posts as post_rows


@contextmanager
def gallery_world() -> Iterator[Mapping[str, str]]:
    """Fill a data folder and keep its local TikTok running; yields the environment of both."""
    with (
        tempfile.TemporaryDirectory(prefix="tiktok-manager-gallery-") as name,
        demo.demo_world(os.environ, demo.WINDOW_ACCOUNTS, Path(name)) as (sim, env),
    ):
        folder = Path(name)
        demo.live_through_history(open_workspace, sim, env, folder)
        with open_workspace(env) as workspace:
            demo.plan_ahead(workspace, folder)
            _add_troubles(workspace)
            add_rule(workspace, workspace.accounts.list()[0], folder / "monthly.mp4")
        yield env


def _add_troubles(workspace: Workspace) -> None:
    """Let posts and accounts be in every state there is."""
    now = workspace.clock.now()
    accounts = workspace.accounts.list()
    planned = workspace.planning.page(PostFilter(statuses=frozenset({PostStatus.SCHEDULED})))
    owners = accounts[: len(accounts) - 2]
    with workspace.database.write() as session:
        post_rows.add_posts(session, in_every_state(planned[0], owners, now), now)
        add_troubles(session, accounts, now)
    workspace.accounts.set_paused(accounts[-1].id, True)
    add_slots(workspace, accounts[1])
