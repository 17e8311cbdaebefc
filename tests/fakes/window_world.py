"""A workspace with one of everything in it, and the whole window on it, without a TikTok.

What people wrote is Greek, so that every other word on the screen is one of the window's own.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tests.fakes.world import VirtualClock
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.accounts import ALL_SCOPES, Account, Profile
from tiktok_manager.domain.campaigns import CampaignSpec, Stage
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.events import PublisherStateChanged
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.domain.metrics import AccountCounters, VideoCounters
from tiktok_manager.domain.posts import (
    Choices,
    Consent,
    Lateness,
    Post,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.domain.recurring import PoolVideo
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.services.rule_specs import RuleRequest
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage import accounts as account_rows
from tiktok_manager.storage import campaigns as campaign_rows
from tiktok_manager.storage import metrics as metric_rows
from tiktok_manager.storage import posts as post_rows
from tiktok_manager.storage.schema import ACCOUNT_GROUPS, ACCOUNT_TAGS, GroupRow, TagRow
from tiktok_manager.system.locks import PublisherLock
from tiktok_manager.ui.application import Front, application
from tiktok_manager.ui.panes import PANES
from tiktok_manager.ui.session import WindowSession
from tiktok_manager.ui.single_instance import SingleInstance

ZONE = "Europe/Berlin"
NOWHERE = "http://127.0.0.1:9"
CAPTIONS = (
    "Δέκα λεπτά στη θάλασσα #θάλασσα",
    "Ψωμί χωρίς ζύμωμα #ψωμί",
    "Βόλτα πριν ξημερώσει",
    "Σούπα από ό,τι έμεινε #κουζίνα",
)
NAMES = ("άλφα", "βήτα", "γάμμα", "δέλτα", "έψιλον", "ζήτα", "ήτα", "θήτα")

_WAIT, _RETRY, _EDIT = FailureClass.WAIT_RESET, FailureClass.RETRY, FailureClass.NEEDS_EDIT
# Status, hours from now, what happened.
_STATES: tuple[tuple[PostStatus, float, Failure | None], ...] = (
    (PostStatus.FAILED, -3, Failure(code="frame_rate_check_failed", kind=FailureClass.PERMANENT)),
    (PostStatus.NEEDS_ATTENTION, -2, Failure(code="spam_risk_text", kind=_EDIT)),
    (PostStatus.UNCONFIRMED, -1.5, None),
    (PostStatus.MISSED, -26, None),
    (PostStatus.IN_INBOX, -5, None),
    (PostStatus.PUBLISHED, -30, None),
    (PostStatus.CANCELLED, 2, None),
    (PostStatus.DRAFT, 4, None),
    (PostStatus.PUBLISHING, -0.01, None),
    (PostStatus.PROCESSING, -0.05, None),
    (PostStatus.SCHEDULED, -0.1, Failure(code="daily_cap", params={"cap": 15}, kind=_WAIT)),
    (PostStatus.SCHEDULED, -0.2, Failure(code="network_connect", kind=_RETRY)),
)
BUSY_DAY_POSTS = 7
_HISTORY_DAYS = 28


class StillPublisher:
    """Says that it runs and sends nothing, so that what is seen stays as it is."""

    def __init__(self, workspace: Workspace) -> None:
        self._events = workspace.events
        self._lock = PublisherLock(workspace.paths.publisher_lock)

    def start(self) -> None:
        """Say that it runs."""
        self._lock.acquire()
        self._events.publish(PublisherStateChanged(running=True))

    def stop(self, timeout_s: float = 10) -> None:
        """Say that it does not."""
        self._lock.release()
        self._events.publish(PublisherStateChanged(running=False))

    def set_paused(self, paused: bool) -> None:
        """Nothing is sent anyway."""

    def wake(self) -> None:
        """Nothing is sent anyway."""


def window_environment(folder: Path) -> dict[str, str]:
    """Return the variables of a data folder that reaches no TikTok."""
    return {
        "TIKTOK_MANAGER_DATA_DIR": str(folder),
        "TIKTOK_MANAGER_API_URL": NOWHERE,
        "TIKTOK_MANAGER_AUTH_URL": NOWHERE,
        "TIKTOK_MANAGER_CLIENT_KEY": "key",
        "TIKTOK_MANAGER_CLIENT_SECRET": "secret",
        "TIKTOK_MANAGER_PASSPHRASE": "correct horse battery",
    }


@contextmanager
def window_workspace(
    folder: Path, *, accounts: int = 6, posts: int = 20, clock: Clock | None = None
) -> Iterator[Workspace]:
    """Open a filled data folder; `posts` are planned, nine hours apart, besides those of trouble.

    The clock stands still unless one is given.
    """
    with open_workspace(window_environment(folder), clock or VirtualClock()) as workspace:
        workspace.settings.set("timezone", ZONE)
        owners = _add_accounts(workspace, accounts)
        now = workspace.clock.now()
        planned = [
            invent_post(owners[n % len(owners)], now + timedelta(hours=3 + 9 * n), n)
            for n in range(posts)
        ]
        with workspace.database.write() as session:
            post_rows.add_posts(session, [*planned, *in_every_state(planned[0], owners, now)], now)
        _add_history(workspace, owners)
        video = folder / "βίντεο.mp4"
        add_rule(workspace, owners[0], video)
        _add_campaign(workspace, planned, video)
        yield workspace


@contextmanager
def window_on(workspace: Workspace, folder: Path) -> Iterator[WindowSession]:
    """Open the window on a workspace, with a publisher that sends nothing."""
    instance = SingleInstance(folder)
    instance.acquire()
    front = Front(application(["tiktok-manager"]), folder, PANES)
    session = WindowSession(front, lambda: workspace, StillPublisher, instance)
    try:
        session.start(hidden=False)
        yield session
    finally:
        session.dispose()
        session.deleteLater()


def in_every_state(like: Post, owners: Sequence[Account], now: datetime) -> list[Post]:
    """Return posts in every state there is, and a day with more of them than it can show."""
    found = [
        _in_state(like, owners[number % len(owners)], status, now, hours, failure)
        for number, (status, hours, failure) in enumerate(_STATES)
    ]
    busy_day = now.replace(hour=6, minute=15) + timedelta(days=2)
    for number in range(BUSY_DAY_POSTS):
        owner = owners[number % len(owners)]
        found.append(_in_state(like, owner, PostStatus.SCHEDULED, busy_day, number * 1.5, None))
    return found


def add_troubles(session: Session, accounts: Sequence[Account], now: datetime) -> None:
    """Let one account be limited, one not read, one without permission."""
    account_rows.set_restriction(session, accounts[2].id, "limited")
    failed = Failure(code="network_connect", kind=FailureClass.RETRY)
    account_rows.record_sync_error(session, accounts[1].id, failed)
    lost = Profile(open_id="lost", handle="νύχτα", display_name="Νυχτερινή κουζίνα")
    unknown = account_rows.put_connected(session, uuid.uuid4().hex, lost, (), now)
    account_rows.lose_permission(session, unknown.id, 1)


def add_slots(workspace: Workspace, account: Account) -> None:
    """Give an account times of its own, some paused, and all accounts one and a day off."""
    slots = workspace.slots
    slots.add([account.id], range(5), [time(18, 30), time(12)], ZONE)
    weekend = slots.add([account.id], (5, 6), [time(11)], ZONE).added
    slots.set_paused([each.id for each in weekend], paused=True)
    slots.add(["all"], (4,), [time(20)], ZONE)
    day = workspace.clock.now().date()
    slots.add_blackout(["all"], day + timedelta(days=40), day + timedelta(days=42), NAMES[0])


def invent_post(account: Account, due_at: datetime, number: int) -> Post:
    """Return a planned direct post."""
    media = MediaFile(
        path=Path(f"/βίντεο/διακοπές-{number}.mp4"),
        size_bytes=40_000_000,
        mtime_ns=1,
        file_id=f"1:{number}",
        sha256=f"{number:064}",
    )
    return Post(
        id=uuid.uuid4().hex,
        account_id=account.id,
        handle=account.handle,
        status=PostStatus.SCHEDULED,
        mode=PostMode.DIRECT,
        schedule=at_instant(due_at, ZONE),
        media=media,
        caption=CAPTIONS[number % len(CAPTIONS)],
        choices=Choices(privacy=Privacy.PUBLIC, allow_comment=True),
        consent=Consent(text="✓", given_at=due_at),
        lateness=Lateness(),
        created_at=due_at - timedelta(days=2),
    )


def _in_state(
    like: Post,
    owner: Account,
    status: PostStatus,
    start: datetime,
    hours: float,
    failure: Failure | None,
) -> Post:
    is_waiting = status is PostStatus.SCHEDULED and failure is not None
    return replace(
        like,
        id=uuid.uuid4().hex,
        account_id=owner.id,
        handle=owner.handle,
        status=status,
        schedule=at_instant(start + timedelta(hours=hours), like.schedule.timezone),
        error=failure,
        attempts=1 if failure is not None else 0,
        next_try_at=start + timedelta(minutes=25) if is_waiting else None,
    )


def _add_accounts(workspace: Workspace, count: int) -> list[Account]:
    now = workspace.clock.now()
    found = []
    with workspace.database.write() as session:
        session.add_all([GroupRow(id=1, name="πελάτες"), TagRow(id=1, name="νέα")])
        for number in range(count):
            name = NAMES[number % len(NAMES)] + ("" if number < len(NAMES) else f"{number}")
            profile = Profile(
                open_id=f"open-{number}",
                handle=name,
                display_name=name.title(),
                followers=12_412 * (number + 1),
                following=120,
                likes=1_250_000,
                videos=24,
            )
            ident = uuid.uuid4().hex
            account_rows.put_connected(session, ident, profile, ALL_SCOPES, now)
            found.append(account_rows.record_profile(session, ident, profile, now))
        ids = [account.id for account in found]
        grouped = [{"account_id": ident, "group_id": 1} for ident in ids[::2]]
        session.execute(insert(ACCOUNT_GROUPS), grouped)
        session.execute(insert(ACCOUNT_TAGS), [{"account_id": ids[0], "tag_id": 1}])
        add_troubles(session, found, now)
    workspace.accounts.set_paused(found[-1].id, True)
    add_slots(workspace, found[0])
    return found


def add_rule(workspace: Workspace, account: Account, video: Path) -> None:
    """Let an account post a video every month."""
    video.write_bytes(CAPTIONS[0].encode())
    videos = (PoolVideo(file=video, captions=(CAPTIONS[1],)),)
    rrule, choices = "FREQ=MONTHLY;BYMONTHDAY=1", Choices(privacy=Privacy.PUBLIC)
    request = RuleRequest(videos=videos, accounts=(account.id,), rrule=rrule, choices=choices)
    workspace.recurring.add(replace(request, times=(time(3),), timezone=ZONE))


def _add_campaign(workspace: Workspace, planned: Sequence[Post], video: Path) -> None:
    """Let a few of the planned posts be a campaign's that is under way."""
    now = workspace.clock.now()
    spec = CampaignSpec(
        name=NAMES[0],
        videos=(video,),
        accounts=("all",),
        starts_at=now,
        ends_at=now + timedelta(days=7),
        timezone=ZONE,
    )
    campaign = workspace.campaigns.create(spec)
    with workspace.database.write() as session:
        started = replace(campaign, stage=Stage.STARTED)
        campaign_rows.update_campaign(session, campaign, started, now)
        for post in planned[:4]:
            origin = replace(post.origin, campaign_id=campaign.id)
            post_rows.update_posts(session, [(post, replace(post, origin=origin))], now)


def _add_history(workspace: Workspace, accounts: Sequence[Account]) -> None:
    """Keep four weeks of numbers for a few accounts."""
    now = workspace.clock.now()
    with workspace.metrics.write() as session:
        for account in accounts[:4]:
            for day in range(_HISTORY_DAYS, -1, -1):
                growth = _HISTORY_DAYS - day
                counters = AccountCounters(
                    account_id=account.id,
                    seen_at=now - timedelta(days=day),
                    followers=(account.followers or 0) + 37 * growth,
                    following=120,
                    likes=1_250_000 + 900 * growth,
                    videos=24 + growth // 3,
                )
                metric_rows.record_account(session, counters)
            metric_rows.record_videos(
                session, account.id, [_video(account, n, now) for n in range(24)]
            )


def _video(account: Account, number: int, now: datetime) -> VideoCounters:
    ident = f"{account.handle}-{number}"
    return VideoCounters(
        tiktok_id=ident,
        posted_at=now - timedelta(days=number + 1),
        caption=CAPTIONS[number % len(CAPTIONS)],
        share_url=f"https://www.tiktok.com/@{account.handle}/video/{number}",
        cover_url="",
        duration_s=32,
        views=9_000 * (number + 1),
        likes=700 * (number + 1),
        comments=12,
        shares=None,
        seen_at=now,
    )
