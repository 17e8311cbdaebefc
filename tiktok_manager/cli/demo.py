"""`demo`: the whole app on a throw-away workspace and a local TikTok."""

import hashlib
import secrets
import tempfile
import threading
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktok_manager.cli.context import CommandLine, cancelled_by_signals, command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import note, print_json, print_line, print_table, shortened
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.posts import Choices, Post, PostMode, PostStatus, Privacy
from tiktok_manager.services.planning import PlanRequest
from tiktok_manager.services.views import post_json
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage.posts import PostFilter
from tiktok_manager.system.sample_video import make_sample_video

if TYPE_CHECKING:
    from tiktok_manager.simulator import Simulator

HISTORY_DAYS = 28
WINDOW_ACCOUNTS = 6
TOUR_ACCOUNTS = 3
PLAN_FILES = 3


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
PLANS = (
    "Three stretches before you sit down again #office",
    "What we cut from last week's video #behindthescenes",
    "Lemon cake, no mixer #baking",
    "Answering your questions from Sunday",
    "The quiet way up to the viewpoint #hiking",
    "Two chords, one song #guitar",
    "Packing for a weekend in one bag #travel",
    "How the light changes in an hour #timelapse",
)


class RewoundClock(SystemClock):
    """The machine's clock, some days ago: lets the demo live through its past weeks."""

    def __init__(self, days_ago: int) -> None:
        self.days_ago = days_ago

    def now(self) -> datetime:
        """Return the wall time of that day."""
        return super().now() - timedelta(days=self.days_ago)


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
    with _world(line.env, TOUR_ACCOUNTS if headless else WINDOW_ACCOUNTS) as (sim, env, folder):
        if headless:
            _tour(line, sim, env, folder, out or _default_csv(), as_json=json)
            return
        note("Preparing accounts, their last weeks and some plans …")
        _live_through_history(line, sim, env)
        with line.open_workspace(env) as workspace:
            _plan_ahead(workspace, folder)
        code = line.run_window(hidden=False, env=env)
    raise typer.Exit(code)


@contextmanager
def _world(
    env: Mapping[str, str], accounts: int
) -> "Iterator[tuple[Simulator, dict[str, str], Path]]":
    """Start a local TikTok and name a throw-away data folder with its own passphrase."""
    from tiktok_manager.simulator import Simulator, SimulatorConfig

    with tempfile.TemporaryDirectory(prefix="tiktok-manager-demo-") as name:
        folder = Path(name)
        now = SystemClock().now()
        start = now - timedelta(days=HISTORY_DAYS)
        config = SimulatorConfig(
            accounts=accounts,
            auto_approve=True,
            media_dir=folder / "tiktok",
            history_days=60,
            history_posts=24,
            history_until_s=now.timestamp(),
            start_s=start.timestamp(),
            seed=7,
        )
        with Simulator(config) as sim:
            demo_env = {
                **env,
                "TIKTOK_MANAGER_DATA_DIR": str(folder / "data"),
                "TIKTOK_MANAGER_API_URL": sim.base_url,
                "TIKTOK_MANAGER_AUTH_URL": sim.base_url,
                "TIKTOK_MANAGER_CLIENT_KEY": "sim-key",
                "TIKTOK_MANAGER_CLIENT_SECRET": "sim-secret",
                "TIKTOK_MANAGER_PASSPHRASE": secrets.token_urlsafe(24),
            }
            yield sim, demo_env, folder


def _live_through_history(line: CommandLine, sim: "Simulator", env: Mapping[str, str]) -> None:
    """Connect the accounts weeks ago and sync them once a day until now."""
    clock = RewoundClock(HISTORY_DAYS)
    with line.open_workspace(env, clock) as workspace:
        _connect_all(workspace, sim)
        workspace.accounts.sync()
        while clock.days_ago:
            clock.days_ago -= 1
            sim.world.clock.advance(timedelta(days=1).total_seconds())
            workspace.accounts.sync()


def _connect_all(workspace: Workspace, sim: "Simulator") -> None:
    for number in range(1, sim.world.config.accounts + 1):
        visitors: list[threading.Thread] = []

        visit = partial(_visit, visitors, f"sim{number:02}")
        account = workspace.accounts.connect(open_url=visit, cancel=CancelToken())
        for visitor in visitors:
            visitor.join()
        note(f"Connected @{account.handle} ({account.display_name}).")


def _visit(visitors: list[threading.Thread], handle: str, url: str) -> None:
    # The consent page answers with a redirect to us, so another thread has to open it.
    address = f"{url}&sim_user={handle}"
    visitors.append(threading.Thread(target=_open, args=(address,), name="demo-browser"))
    visitors[-1].start()


def _open(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=30) as answer:
        answer.read()


def _plan_ahead(workspace: Workspace, folder: Path) -> None:
    """Plan a fortnight so that the calendar has something to show."""
    accounts = workspace.accounts.list()
    now = workspace.clock.now()
    files = [
        make_sample_video(folder / f"plan-{index}.mp4", hue=index * 120, seconds=2)
        for index in range(PLAN_FILES)
    ]
    starts = [timedelta(minutes=1), *(timedelta(hours=5 + 9 * step) for step in range(27))]
    for index, ahead in enumerate(starts):
        account = accounts[index % len(accounts)]
        when = now + ahead if index == 0 else _quarter_hour(now + ahead)
        workspace.planning.plan(
            PlanRequest(
                file=files[index % len(files)],
                accounts=(account.id,),
                when=when.isoformat(),
                caption=PLANS[index % len(PLANS)],
                choices=Choices(privacy=Privacy.PUBLIC, allow_comment=True),
                consent=True,
            )
        )


def _quarter_hour(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _tour(
    line: CommandLine,
    sim: "Simulator",
    env: Mapping[str, str],
    folder: Path,
    csv: Path,
    *,
    as_json: bool,
) -> None:
    sim.world.clock.advance(timedelta(days=HISTORY_DAYS).total_seconds())
    with line.open_workspace(env) as workspace:
        _connect_all(workspace, sim)
        posts = _plan_tour(workspace, folder)
        note(f"Planned {len(posts)} videos; publishing …")
        _publish(line, workspace)
        results = workspace.accounts.sync()
        rows = workspace.reports.export("posts", csv)
        ended = workspace.planning.page(PostFilter())
    proven = _compare(sim, ended)
    _summary(ended, proven, sum(r.videos for r in results), csv, rows, as_json=as_json)
    good = {PostStatus.PUBLISHED, PostStatus.IN_INBOX}
    if not all(post.status in good and proven[post.id] for post in ended):
        raise AppError("The demo did not end as it should.", "See the table above.")


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


def _compare(sim: "Simulator", posts: Sequence[Post]) -> dict[str, bool]:
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
        records = [{**post_json(post), "arrived_once": proven[post.id]} for post in posts]
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
    print_line(f"Synced the counters of {videos} videos. Wrote {rows} rows to {csv}.")


def _default_csv() -> Path:
    return Path(tempfile.gettempdir()) / "tiktok-manager-demo-posts.csv"
