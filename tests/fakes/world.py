"""A whole small world: the services on a real database, against the local TikTok, in virtual time.

`run` works off what is due on the calling thread and lets time jump to the next due instant, so
that hours of waiting pass in milliseconds and nothing depends on the machine's speed.
"""

import hashlib
import os
import threading
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.fakes.first_steps import lay_empty_database, quick_keys
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.accounts import ALL_SCOPES, Account, Scope
from tiktok_manager.domain.attempts import Claim
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.posts import (
    ON_TIME,
    Choices,
    Lateness,
    Post,
    PostFilter,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.services.planning import PlanRequest
from tiktok_manager.services.publishing import Publishing
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.simulator import Fault, Simulator, SimulatorConfig

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SMALL_BYTES = 40_000
TICKS_AT_ONCE = 1_000
STEPS_TO_READINESS = 2
STEPS_OF_A_RUN = 30
LONGEST_STEP = ON_TIME / 2  # no tick takes itself for having been away


class VirtualClock(SystemClock):
    """A clock that stands still until it is moved; it moves the local TikTok's with it."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._elapsed_s = 0.0
        self.followers: list[Simulator] = []

    def now(self) -> datetime:
        """Return the virtual wall time."""
        return self._now

    def monotonic_s(self) -> float:
        """Return the virtual time that passed."""
        return self._elapsed_s

    def pause(self, cancel: CancelToken, duration_s: float) -> bool:
        """Let virtual time pass at once."""
        self.advance(timedelta(seconds=duration_s))
        return cancel.cancelled

    def advance_hours(self, hours: float) -> None:
        """Move on by hours."""
        self.advance(timedelta(hours=hours))

    def set_by(self, step: timedelta) -> None:
        """Let somebody set the wall clock; no time passes."""
        self._now += step

    def advance(self, step: timedelta) -> None:
        """Move on."""
        self._now += step
        self._elapsed_s += step.total_seconds()
        for sim in self.followers:
            sim.world.clock.advance(step.total_seconds())


class World:
    """See the module."""

    def __init__(
        self, workspace: Workspace, sim: Simulator, clock: VirtualClock, folder: Path
    ) -> None:
        self.workspace = workspace
        self.sim = sim
        self.clock = clock
        self.folder = folder
        self.cancel = CancelToken()
        self._files = 0

    def connect(self, handle: str = "sim01", scopes: Sequence[Scope] = ALL_SCOPES) -> Account:
        """Connect an account through the consent page."""
        with Browser(handle) as browser:
            return self.workspace.accounts.connect(
                open_url=browser.open, cancel=CancelToken(), scopes=scopes
            )

    def file(self, size_bytes: int = SMALL_BYTES, name: str | None = None) -> Path:
        """Write a file of random bytes, a new one unless a name is given."""
        self._files += 1
        path = self.folder / (name or f"video-{self._files}.mp4")
        path.write_bytes(os.urandom(size_bytes))
        return path

    def plan(
        self,
        account: str = "sim01",
        *,
        file: Path | None = None,
        size_bytes: int = SMALL_BYTES,
        after: timedelta = timedelta(),
        mode: PostMode = PostMode.DIRECT,
        choices: Choices | None = None,
        caption: str = "A caption",
        lateness: Lateness | None = None,
    ) -> Post:
        """Plan a post for an account."""
        request = PlanRequest(
            file=file or self.file(size_bytes),
            accounts=(account,),
            when=(self.clock.now() + after).isoformat(),
            mode=mode,
            caption=caption,
            choices=choices or Choices(privacy=Privacy.PUBLIC),
            consent=mode is PostMode.DIRECT,
            lateness=lateness,
        )
        return self.workspace.planning.plan(request).posts[0]

    def fault(self, **parts: object) -> None:
        """Put a fault in force at the local TikTok."""
        self.sim.world.faults.add(Fault(**parts))  # type: ignore[arg-type]

    def claim(self, uploads: int, checks: int) -> tuple[list[Claim], list[Claim]]:
        """Claim what is due now, as the runner does."""
        return claim_due(self.workspace.publishing, uploads, checks)

    def tick(self) -> int:
        """Work off what is due now; returns how much that was."""
        publishing = self.workspace.publishing
        sends, asks = self.claim(uploads=8, checks=8)
        for claim in sends:
            publishing.send(claim, self.cancel)
        for claim in asks:
            publishing.check(claim)
        return len(sends) + len(asks)

    def failed_post(self) -> Post:
        """Connect an account and let TikTok refuse a post of it for good."""
        self.connect()
        self.fault(
            endpoint="video_init", status=403, code="spam_risk_user_banned_from_posting", times=1
        )
        post = self.plan()
        self.settle()
        failed = self.post(post)
        assert failed.status is PostStatus.FAILED
        return failed

    def run(self, limit: timedelta = timedelta(hours=100), *, exactly: bool = False) -> None:
        """Let time pass until nothing is left to do, or the limit is reached.

        The longer the time, the rougher its steps, as on a computer that is busy; `exactly` wakes
        at every instant that was asked for.
        """
        end = self.clock.now() + limit
        step = timedelta() if exactly else min(limit / STEPS_OF_A_RUN, LONGEST_STEP)
        while True:
            self.work_off()
            wake = self.workspace.publishing.next_wake()
            if wake is None or wake > end:
                return
            now = self.clock.now()
            self.clock.advance(max(wake, min(now + step, end)) - now)

    def work_off(self) -> None:
        """Work until nothing is due at this instant."""
        for _ in range(TICKS_AT_ONCE):
            if not self.tick():
                return
        raise AssertionError("posts are taken up again and again although no time passes")

    def settle(self) -> None:
        """Run until no post is under way or coming up within a minute."""
        publishing = self.workspace.publishing
        while publishing.is_busy(timedelta(minutes=1)):
            self.work_off()
            if publishing.is_busy(timedelta(minutes=1)):
                wake = publishing.next_wake()
                assert wake is not None, "busy, but nothing to wait for"
                self.clock.advance(wake - self.clock.now())

    def post(self, post: Post) -> Post:
        """Read a post again."""
        return self.workspace.planning.get(post.id)

    def posts(self) -> list[Post]:
        """Return every post."""
        return self.workspace.planning.page(PostFilter())

    def arrived(self) -> list[str]:
        """Return the SHA-256 of every video TikTok posted or put into an inbox."""
        self.sim.world.settle_all()
        return [
            hashlib.sha256(publish.path.read_bytes()).hexdigest()
            for publish in self.sim.world.publishes.values()
            if publish.status in {"PUBLISH_COMPLETE", "SEND_TO_USER_INBOX"}
        ]

    def calls(self, endpoint: str) -> int:
        """Return how often an endpoint was asked."""
        return sum(entry.endpoint == endpoint for entry in self.sim.world.records.ledger)


def claim_due(publishing: Publishing, uploads: int, checks: int) -> tuple[list[Claim], list[Claim]]:
    """Claim what is due, as the runner does: what claiming waits for is done between two tries."""
    sends, asks = publishing.claim(uploads, checks)
    for _ in range(STEPS_TO_READINESS):
        if publishing.lacks_readiness:
            publishing.get_ready()
            more = publishing.claim(uploads - len(sends), checks - len(asks))
            sends, asks = sends + more[0], asks + more[1]
    return sends, asks


class Browser:
    """Opens a consent page like a browser would, on another thread."""

    def __init__(self, handle: str) -> None:
        self._handle = handle
        self._threads: list[threading.Thread] = []
        self.callback = ""
        self.page = ""

    def open(self, url: str) -> None:
        """Visit the page and follow its redirect."""
        address = f"{url}&sim_user={self._handle}"
        self._threads.append(threading.Thread(target=self._visit, args=(address,)))
        self._threads[-1].start()

    def _visit(self, address: str) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=20) as answer:
            self.callback = answer.geturl()
            self.page = answer.read().decode()

    def reload(self) -> str:
        """Load the page again on which the sign-in ended."""
        self._visit(self.callback)
        return self.page

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_error: object) -> None:
        for thread in self._threads:
            thread.join()


def environment(base_url: str, data_dir: Path) -> dict[str, str]:
    """Return the variables with which the app finds the local TikTok and its own data."""
    return {
        "TIKTOK_MANAGER_DATA_DIR": str(data_dir),
        "TIKTOK_MANAGER_API_URL": base_url,
        "TIKTOK_MANAGER_AUTH_URL": base_url,
        "TIKTOK_MANAGER_CLIENT_KEY": "sim-key",
        "TIKTOK_MANAGER_CLIENT_SECRET": "sim-secret",
        "TIKTOK_MANAGER_PASSPHRASE": "correct horse battery",
    }


@contextmanager
def make_world(
    folder: Path, *, env: Mapping[str, str] | None = None, **config: object
) -> Iterator[World]:
    """Open a world; `config` are fields of SimulatorConfig, `env` goes before the usual one."""
    clock = VirtualClock()
    settings: dict[str, object] = {
        "accounts": 3,
        "auto_approve": True,
        "media_dir": folder / "tiktok",
        "start_s": START.timestamp(),
        "speed": 0.0,
        **config,
    }
    with ExitStack() as stack:
        sim = stack.enter_context(Simulator(SimulatorConfig(**settings)))  # type: ignore[arg-type]
        clock.followers.append(sim)
        variables = {**environment(sim.base_url, folder / "data"), **(env or {})}
        stack.enter_context(quick_keys())
        lay_empty_database(Path(variables["TIKTOK_MANAGER_DATA_DIR"]))
        workspace = stack.enter_context(open_workspace(variables, clock))
        yield World(workspace, sim, clock, folder)


@contextmanager
def reopened(world: World, data_dir: Path | None = None) -> Iterator[World]:
    """Close the app and open it again on its data folder, or on a copy of it."""
    folder = data_dir or world.workspace.paths.root
    with open_workspace(environment(world.sim.base_url, folder), world.clock) as workspace:
        again = World(workspace, world.sim, world.clock, world.folder)
        again.workspace.vault.unlock()
        yield again
