"""`demo`: the whole app on a throw-away workspace and a local TikTok."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktok_manager.cli.context import CommandLine, cancelled_by_signals, command_line
from tiktok_manager.cli.demo_world import HISTORY_DAYS, TOUR_ACCOUNTS, connect_all, demo_world
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import note, print_json, print_line, print_table, said, shortened
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.posts import Choices, Post, PostFilter, PostMode, PostStatus, Privacy
from tiktok_manager.services.planning import PlanRequest
from tiktok_manager.services.serializers import post_json
from tiktok_manager.system.sample_video import make_sample_video
from tiktok_manager.wording import message_and_action

if TYPE_CHECKING:
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.simulator import Simulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One planned video of the demo."""

    account: int
    caption: str
    hue: int
    size_bytes: int | None = None
    mode: PostMode = PostMode.DIRECT
    privacy: Privacy = Privacy.PUBLIC


TOUR = (
    Scene(account=0, caption="Morning run by the lake 🌅 #running #morning", hue=20),
    Scene(account=1, caption="One pan pasta #cooking", hue=90, size_bytes=64_000_001),
    Scene(account=2, caption="All of our studio #behindthescenes", hue=200, size_bytes=90_000_123),
    Scene(account=0, caption="", hue=300, mode=PostMode.INBOX),
)
_ARRIVED = ("PUBLISH_COMPLETE", "SEND_TO_USER_INBOX")


def demo(
    context: typer.Context,
    headless: Annotated[
        bool, typer.Option("--headless", help="Without a window: connect, publish, report.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where the CSV goes.")
    ] = None,
    json: Json = False,
) -> None:
    """Try everything on simulated accounts: nothing reaches TikTok, nothing is kept."""
    line = command_line(context)
    if not headless:
        raise typer.Exit(line.run_window(hidden=False, demo=True))
    with tempfile.TemporaryDirectory(prefix="tiktok-manager-demo-") as name:
        folder = Path(name)
        with demo_world(line.env, TOUR_ACCOUNTS, folder) as (sim, env):
            _tour(line, sim, env, folder, out or _default_csv(), as_json=json)


def _tour(
    line: CommandLine,
    sim: Simulator,
    env: Mapping[str, str],
    folder: Path,
    csv: Path,
    *,
    as_json: bool,
) -> None:
    sim.world.clock.advance(timedelta(days=HISTORY_DAYS).total_seconds())
    with line.open_workspace(env) as workspace:
        connect_all(workspace, sim)
        posts = _plan_tour(workspace, folder)
        note(said("demo_publishes", count=len(posts)))
        _publish(line, workspace)
        results = workspace.accounts.sync()
        rows = workspace.reports.export("posts", csv, message_and_action)
        ended = workspace.planning.page(PostFilter())
    proven = _compare(sim, ended)
    _summary(ended, proven, sum(r.videos for r in results), csv, rows, as_json=as_json)
    good = {PostStatus.PUBLISHED, PostStatus.IN_INBOX}
    if not all(post.status in good and proven[post.id] for post in ended):
        raise AppError("demo_failed")


def _plan_tour(workspace: Workspace, folder: Path) -> list[Post]:
    accounts = workspace.accounts.list()
    planned: list[Post] = []
    for number, scene in enumerate(TOUR):
        video = make_sample_video(
            folder / f"video-{number + 1}.mp4", hue=scene.hue, size_bytes=scene.size_bytes
        )
        request = PlanRequest(
            file=video,
            accounts=(accounts[scene.account].id,),
            when="now",
            caption=scene.caption,
            mode=scene.mode,
            choices=Choices(privacy=scene.privacy, allow_comment=True),
            consent=scene.mode is PostMode.DIRECT,
        )
        planned.extend(workspace.planning.plan(request).posts)
    return planned


def _publish(line: CommandLine, workspace: Workspace) -> None:
    runner = line.make_runner(workspace)
    with cancelled_by_signals() as cancel:
        runner.start()
        try:
            runner.wait_until_idle(cancel)
        finally:
            runner.stop()
        cancel.check()


def _compare(sim: Simulator, posts: Sequence[Post]) -> dict[str, bool]:
    """Say for each post whether the local TikTok holds exactly its bytes, exactly once."""
    with sim.world.at_now():
        publishes = list(sim.world.publishes.values())
    arrived = [_sha256(publish.path) for publish in publishes if publish.status in _ARRIVED]
    return {post.id: arrived.count(post.media.sha256) == 1 for post in posts}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _summary(
    posts: Sequence[Post],
    proven: Mapping[str, bool],
    videos: int,
    csv: Path,
    rows: int,
    *,
    as_json: bool,
) -> None:
    if as_json:
        records = [
            {**post_json(post, message_and_action), "arrived_once": proven[post.id]}
            for post in posts
        ]
        print_json({"posts": records, "synced_videos": videos, "csv": str(csv)})
        return
    print_table(
        ("ACCOUNT", "VIDEO", "SIZE", "STATUS", "BYTES AT TIKTOK"),
        (
            (
                f"@{post.handle}",
                shortened(post.caption, 34) or "(draft)",
                f"{post.media.size_bytes / 1e6:.1f} MB",
                post.status.replace("_", " "),
                "equal, once" if proven[post.id] else "NOT EQUAL",
            )
            for post in posts
        ),
    )
    print_line(said("demo_done", videos=videos, rows=rows, file=str(csv)))


def _default_csv() -> Path:
    return Path(tempfile.gettempdir()) / "tiktok-manager-demo-posts.csv"
