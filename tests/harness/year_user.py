"""The person in front of the machine: plans ahead, looks in once a day, and changes their mind.

Their view of TikTok is the account's own page, so they never guess what became of a video.
"""

import hashlib
import urllib.request
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from threading import Thread
from zoneinfo import ZoneInfo

from tests.harness.year_machine import Machine
from tests.harness.year_permissions import redirect_of
from tests.harness.year_tiktok import FakeTikTok
from tests.harness.year_verdict import Entry
from tiktok_manager.domain.accounts import ALL_SCOPES, AccountStatus
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.posts import (
    RETRYABLE,
    Choices,
    Lateness,
    LatePolicy,
    PostFilter,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.services.planning import PlanRequest

AHEAD = timedelta(days=2)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "Pacific/Auckland",
    "Europe/London",
    "America/Sao_Paulo",
    "UTC",
)
GROUP = 5
CONNECT_TRIES = 3
LATENESS = (
    Lateness(),
    Lateness(),
    Lateness(within=timedelta(hours=6)),
    Lateness(within=timedelta(minutes=20)),
    Lateness(within=timedelta(days=2)),
    Lateness(policy=LatePolicy.ASK),
    Lateness(policy=LatePolicy.NEXT_SLOT),
)


def instant_of(wall: datetime, zone: str) -> datetime:
    """Return what a wall time means, found without the product: gap → after it, overlap → first.

    The first instant, minute by minute, at which a clock on the wall shows this time or later.
    """
    tz = ZoneInfo(zone)
    at = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    if wall.replace(tzinfo=tz).utcoffset() == wall.replace(tzinfo=tz, fold=1).utcoffset():
        return wall.replace(tzinfo=tz).astimezone(UTC)
    while at.astimezone(tz).replace(tzinfo=None) < wall:
        at += timedelta(minutes=1)
    return at


class User:
    """See the module."""

    def __init__(self, machine: Machine, tiktok: FakeTikTok, folder: Path, rng: Random) -> None:
        self.plan: dict[str, Entry] = {}
        self.found: list[str] = []
        self._machine = machine
        self._tiktok = tiktok
        self._folder = folder
        self._rng = rng
        self._posts = 0
        self._files = 0

    def connect(self, handle: str) -> None:
        """Agree on TikTok's page."""
        visitors: list[Thread] = []

        def open_url(url: str) -> None:
            address, state, challenge = redirect_of(url)
            code = self._tiktok.permissions.consent(self._tiktok.creators[handle], challenge)
            visitor = Thread(target=_visit, args=(f"{address}?code={code}&state={state}",))
            visitors.append(visitor)
            visitor.start()

        try:
            self._machine.workspace.accounts.connect(
                open_url=open_url, cancel=CancelToken(), scopes=ALL_SCOPES
            )
        finally:
            for visitor in visitors:
                visitor.join()

    def plan_day(self, day: date, handles: list[str], per_day: int) -> None:
        """Plan a day for groups of accounts that share a zone, some posts for one alone."""
        folder = self._folder / day.isoformat()
        folder.mkdir(exist_ok=True)
        for start in range(0, len(handles), GROUP):
            group = handles[start : start + GROUP]
            zone = ZONES[start // GROUP % len(ZONES)]
            for _post in range(per_day):
                self._plan_one(folder, day, zone, group)

    def _plan_one(self, folder: Path, day: date, zone: str, group: list[str]) -> None:
        rng = self._rng
        wall = datetime.combine(day, time(rng.randrange(24), rng.randrange(60)))
        if rng.random() < 0.05:
            wall = wall.replace(hour=2)  # where most zones have their gaps and overlaps
        inbox = rng.random() < 0.03
        many_chunks = rng.random() < 0.02
        self._files += 1
        path = folder / f"{self._files}.mp4"
        path.write_bytes(rng.randbytes(rng.randint(65_000, 100_000) if many_chunks else 400))
        lateness = rng.choice(LATENESS)
        caption = f"Number {self._posts}" + (" #cursed" if rng.random() < 0.002 else "")
        self._posts += 1
        request = PlanRequest(
            file=path,
            accounts=tuple(group),
            when=wall.isoformat(),
            timezone=zone,
            caption=caption,
            mode=PostMode.INBOX if inbox else PostMode.DIRECT,
            choices=Choices(privacy=rng.choice((Privacy.PUBLIC, Privacy.ONLY_ME))),
            consent=not inbox,
            lateness=lateness,
        )
        due = instant_of(wall, zone)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        for post in self._machine.workspace.planning.plan(request).posts:
            if post.schedule.due_at != due:
                self.found.append(f"post {post.id} is planned for {post.schedule}, not for {due}")
            self.plan[post.id] = Entry(
                post_id=post.id,
                handle=post.handle,
                caption=f"{post.handle} {caption}",
                sha256=sha256,
                due_s=due.timestamp(),
                policy=lateness.policy,
                within_s=lateness.within.total_seconds(),
                direct=not inbox,
                planned_s=self._machine.clock.true_s,
            )

    def glance(self) -> None:
        """Reconnect the accounts that ask for it, most of the time; try anew where that failed."""
        for account in self._machine.workspace.accounts.list():
            if account.status is AccountStatus.NEEDS_RECONNECT and self._rng.random() < 0.9:
                self._reconnect(account.handle)

    def _reconnect(self, handle: str) -> None:
        for _try in range(CONNECT_TRIES):
            try:
                self.connect(handle)
            except AppError:
                continue
            break

    def look_in(self) -> None:
        """Reconnect, finish drafts, and decide about what stopped."""
        self.glance()
        workspace = self._machine.workspace
        since = self._machine.clock.now() - timedelta(days=7)
        wanted = PostFilter(
            statuses=RETRYABLE | {PostStatus.UNCONFIRMED}, due_from=since - timedelta(days=3)
        )
        for post in workspace.planning.page(wanted):
            entry = self.plan.get(post.id)
            if entry is None or self._rng.random() < 0.5:
                continue
            if post.status is PostStatus.UNCONFIRMED:
                self._resolve(entry)
            elif entry.by_user == "" and self._rng.random() < 0.4:
                entry.touched_s = self._machine.clock.true_s
                workspace.planning.retry(post.id)
        self._change_mind()

    def _resolve(self, entry: Entry) -> None:
        sent = self._tiktok.creators[entry.handle].sent
        mine = [publish for publish in sent if publish.sha256 == entry.sha256]
        now_s = self._machine.clock.true_s
        if any((not p.stuck and not p.arrived) or now_s - p.opened_s < 86_400 for p in mine[-1:]):
            return
        planning = self._machine.workspace.planning
        if any(publish.arrived for publish in mine):
            planning.resolve(entry.post_id, posted=True)
            entry.by_user = "posted"
        elif self._rng.random() < 0.5:
            for publish in mine:
                publish.given_up = True
            planning.resolve(entry.post_id, posted=False, post_again=True)
            entry.touched_s = now_s
        else:
            planning.resolve(entry.post_id, posted=False)
            entry.by_user = "not_posted"

    def _change_mind(self) -> None:
        """Cancel a few posts: some to come, some on their way at this very moment."""
        now = self._machine.clock.now()
        planning = self._machine.workspace.planning
        coming = planning.between(now - timedelta(minutes=5), now + timedelta(hours=2))
        for post in coming:
            entry = self.plan.get(post.id)
            if entry is None or self._rng.random() > 0.05:
                continue
            try:
                planning.cancel(post.id)
            except AppError:
                continue
            entry.cancelled_s = self._machine.clock.true_s


def _visit(address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=20) as answer:
        answer.read()
