"""The demo's world: a local TikTok, accounts with some weeks behind them, and plans ahead."""

import secrets
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tiktok_manager.cli.output import note, said
from tiktok_manager.domain.accounts import ALL_SCOPES
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.posts import Choices, Privacy
from tiktok_manager.services.planning import PlanRequest
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.system.sample_video import make_sample_video

if TYPE_CHECKING:
    from tiktok_manager.cli.context import OpenWorkspace
    from tiktok_manager.simulator import Simulator

HISTORY_DAYS = 28
WINDOW_ACCOUNTS = 6
TOUR_ACCOUNTS = 3
PLAN_FILES = 3
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
PAST = (
    "Bread without kneading #baking",
    "A walk before the city wakes #slow",
    "Mending a zip in two minutes #diy",
    "The view nobody stops for #hiking",
    "Tuning by ear, step by step #guitar",
    "What is in my bag today",
    "Soup from what was left #cooking",
    "Ten minutes of rain #calm",
)
_PAST_HOURS = (3, 6.5, 9.25, 5, 12, 7.75)
_UNDER_WAY = timedelta(minutes=1)
_MOST_ROUNDS = 60


class PastClock(SystemClock):
    """The machine's clock, some days behind: lets the demo live through its past weeks at once.

    Waiting takes no time: it skips, and the local TikTok with it.
    """

    def __init__(self, sim: "Simulator", behind: timedelta) -> None:
        self._sim = sim
        self._start = behind
        self.behind = behind

    def now(self) -> datetime:
        """Return the wall time of that day."""
        return super().now() - self.behind

    def monotonic_s(self) -> float:
        """Return the time that passed, skipped time and all."""
        return super().monotonic_s() + (self._start - self.behind).total_seconds()

    def pause(self, cancel: CancelToken, duration_s: float) -> bool:
        """Let the time pass at once."""
        self.skip(timedelta(seconds=duration_s))
        return cancel.cancelled

    def skip(self, step: timedelta) -> None:
        """Come nearer to the present, at most up to it."""
        step = min(max(step, timedelta()), self.behind)
        self.behind -= step
        self._sim.world.clock.advance(step.total_seconds())


@contextmanager
def demo_world(
    env: Mapping[str, str], accounts: int, folder: Path
) -> "Iterator[tuple[Simulator, dict[str, str]]]":
    """Start a local TikTok of some weeks ago; yields the environment of a data folder beside it."""
    from tiktok_manager.simulator import Simulator, SimulatorConfig

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
        yield (
            sim,
            {
                **env,
                "TIKTOK_MANAGER_DATA_DIR": str(data_folder(folder)),
                "TIKTOK_MANAGER_API_URL": sim.base_url,
                "TIKTOK_MANAGER_AUTH_URL": sim.base_url,
                "TIKTOK_MANAGER_CLIENT_KEY": "sim-key",
                "TIKTOK_MANAGER_CLIENT_SECRET": "sim-secret",
                "TIKTOK_MANAGER_PASSPHRASE": secrets.token_urlsafe(24),
            },
        )


def data_folder(folder: Path) -> Path:
    """Return where the demo keeps its data inside its own folder."""
    return folder / "data"


def prepare_window(
    open_workspace: "OpenWorkspace",
    env: Mapping[str, str],
    folder: Path,
    closing: ExitStack,
    tell: Callable[[str], object],
) -> dict[str, str]:
    """Make all that the demo's window shows; returns the environment it lives in.

    `tell` hears how far it is, and may raise to stop it.
    """
    tell(said("demo_prepares"))
    sim, demo_env = closing.enter_context(demo_world(env, WINDOW_ACCOUNTS, folder))
    live_through_history(open_workspace, sim, demo_env, folder, tell)
    with open_workspace(demo_env) as workspace:
        plan_ahead(workspace, folder)
    return demo_env


def live_through_history(
    open_workspace: "OpenWorkspace",
    sim: "Simulator",
    env: Mapping[str, str],
    folder: Path,
    tell: Callable[[str], object] = note,
) -> None:
    """Connect the accounts weeks ago; publish and sync them day by day until now."""
    clock = PastClock(sim, timedelta(days=HISTORY_DAYS))
    videos = _sample_videos(folder, "past")
    with open_workspace(env, clock) as workspace:
        workspace.settings.set("scopes", "all")  # the local TikTok tells numbers
        connect_all(workspace, sim, tell)
        workspace.accounts.sync()
        for day in range(1, HISTORY_DAYS + 1):
            tell(said("demo_day", day=day, days=HISTORY_DAYS))
            ends_at = clock.behind - timedelta(days=1)
            if day < HISTORY_DAYS:
                _publish_on(day, workspace, clock, videos[day % len(videos)])
            clock.skip(clock.behind - ends_at)
            workspace.accounts.sync()


def _publish_on(day: int, workspace: Workspace, clock: PastClock, video: Path) -> None:
    """Plan one video for this day and let its time come."""
    accounts = workspace.accounts.list()
    due_at = _quarter_hour(clock.now() + timedelta(hours=_PAST_HOURS[day % len(_PAST_HOURS)]))
    workspace.planning.plan(
        PlanRequest(
            file=video,
            accounts=(accounts[day % len(accounts)].id,),
            when=due_at.isoformat(),
            caption=PAST[day % len(PAST)],
            choices=Choices(privacy=Privacy.PUBLIC, allow_comment=True),
            consent=True,
        )
    )
    clock.skip(due_at - clock.now())
    _work_off(workspace, clock)


def _work_off(workspace: Workspace, clock: PastClock) -> None:
    """Send what is due and follow it to its end, skipping every wait."""
    publishing, cancel = workspace.publishing, CancelToken()
    for _round in range(_MOST_ROUNDS):
        if not publishing.is_busy(_UNDER_WAY):
            return
        publishing.get_ready()
        sends, asks = publishing.claim(uploads=1, checks=8)
        for claim in sends:
            publishing.send(claim, cancel)
        for claim in asks:
            publishing.check(claim)
        wake_at = publishing.next_wake()
        if not sends and not asks and wake_at is not None:
            clock.skip(wake_at - clock.now())


def connect_all(
    workspace: Workspace, sim: "Simulator", tell: Callable[[str], object] = note
) -> None:
    """Connect every account of the local TikTok, each by its own consent."""
    for number in range(1, sim.world.config.accounts + 1):
        visitors: list[threading.Thread] = []

        visit = partial(_visit, visitors, f"sim{number:02}")
        account = workspace.accounts.connect(
            open_url=visit, cancel=CancelToken(), scopes=ALL_SCOPES
        )
        for visitor in visitors:
            visitor.join()
        tell(said("connected", handle=account.handle, name=account.display_name))


def _visit(visitors: list[threading.Thread], handle: str, url: str) -> None:
    # The consent page answers with a redirect to us, so another thread has to open it.
    address = f"{url}&sim_user={handle}"
    visitors.append(threading.Thread(target=_open, args=(address,), name="demo-browser"))
    visitors[-1].start()


def _open(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=30) as answer:
        answer.read()


def plan_ahead(workspace: Workspace, folder: Path) -> None:
    """Plan a fortnight so that the calendar has something to show."""
    accounts = workspace.accounts.list()
    now = workspace.clock.now()
    files = _sample_videos(folder, "plan")
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


def _sample_videos(folder: Path, name: str) -> list[Path]:
    return [
        make_sample_video(folder / f"{name}-{index}.mp4", hue=index * 120, seconds=2)
        for index in range(PLAN_FILES)
    ]
