"""Services as the window sees them, in memory, with their failures on demand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Gate
from typing import TYPE_CHECKING, cast

from tiktok_manager.domain.accounts import ALL_SCOPES, Account, AccountStatus, Profile, Scope
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import (
    ActionNeeded,
    AppError,
    Cancelled,
    Failure,
    InputError,
    VaultLocked,
)
from tiktok_manager.domain.events import (
    AccountChanged,
    EventBus,
    MetricsUpdated,
    PublisherStateChanged,
    SettingsChanged,
)
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.domain.holds import Blocker, Standing, waiting
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.domain.post_briefs import ChangedPost
from tiktok_manager.domain.posts import (
    ENDED,
    UNDER_WAY,
    Choices,
    Lateness,
    Post,
    PostFilter,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.domain.quota import Usage
from tiktok_manager.domain.schedule import Schedule
from tiktok_manager.domain.slots import Blackout, Slot
from tiktok_manager.domain.tonight import DryRun
from tiktok_manager.services.accounts import AccountOverview, ConnectStage, SyncResult, SyncStep
from tiktok_manager.services.backups import Backup, BackupKind, BackupOf, Rank
from tiktok_manager.services.planning import PublishOverview
from tiktok_manager.services.settings import DEFINITIONS, SettingValue
from tiktok_manager.services.slots import FreeSlot
from tiktok_manager.services.vault import VaultState

if TYPE_CHECKING:
    from tiktok_manager.services.workspace import Workspace

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def monotonic_s(self) -> float:
        return self.time.timestamp()


def an_account(handle: str = "alice", **changes: object) -> Account:
    """Return a connected account with counters."""
    account = Account(
        id=f"acc-{handle}",
        open_id=f"open-{handle}",
        handle=handle,
        display_name=handle.title(),
        status=AccountStatus.CONNECTED,
        scopes=tuple(scope.value for scope in ALL_SCOPES),
        followers=12_412,
        following=180,
        likes=310_877,
        videos=96,
        last_sync_at=NOW - timedelta(minutes=3),
        connected_at=NOW - timedelta(days=40),
    )
    return replace(account, **changes)  # type: ignore[arg-type]


def a_post(
    post_id: str = "post-1",
    handle: str = "alice",
    due_at: datetime = NOW + timedelta(hours=5, minutes=30),
    status: PostStatus = PostStatus.SCHEDULED,
    **changes: object,
) -> Post:
    """Return a planned direct post."""
    post = Post(
        id=post_id,
        account_id=f"acc-{handle}",
        handle=handle,
        status=status,
        mode=PostMode.DIRECT,
        schedule=Schedule(due_at=due_at, wall=due_at.replace(tzinfo=None), timezone=ZONE),
        media=MediaFile(
            path=Path("/videos/clip.mp4"), size_bytes=12_000_000, mtime_ns=1, file_id="1", sha256=""
        ),
        caption="Autumn walk #slow",
        choices=Choices(privacy=Privacy.PUBLIC),
        consent=None,
        lateness=Lateness(),
        created_at=NOW,
    )
    return replace(post, **changes)  # type: ignore[arg-type]


class FakeSettings:
    """Settings with the real names and checks."""

    def __init__(self, events: EventBus) -> None:
        self._events = events
        self.values: dict[str, str] = {"timezone": ZONE}
        self.refuse: AppError | None = None
        self.unreadable: AppError | None = None
        self.fixed: dict[str, str] = {}

    def list(self) -> Sequence[SettingValue]:
        if self.unreadable is not None:
            raise self.unreadable
        return [
            SettingValue(
                name=d.name,
                value=self.fixed.get(d.name, self._shown(d.name, d.kind, d.default)),
                secret=d.kind == "secret",
                section=d.section,
                kind=d.kind,
                choices=d.choices,
                from_environment=d.name in self.fixed,
            )
            for d in DEFINITIONS
        ]

    def get(self, name: str) -> str | None:
        defaults = {d.name: d.default for d in DEFINITIONS}
        return self.values.get(name, defaults.get(name))

    def set(self, name: str, value: str) -> None:
        if self.refuse is not None:
            raise self.refuse
        definition = next(d for d in DEFINITIONS if d.name == name)
        self.values[name] = definition.check(value.strip())
        self._events.publish(SettingsChanged(name=name))

    def app_keys_ready(self) -> bool:
        return "client-key" in self.values and "client-secret" in self.values

    def requested_scopes(self) -> tuple[Scope, ...]:
        return tuple(Scope(part) for part in (self.get("scopes") or "").split(","))

    def publishing_on(self) -> bool:
        return self.get("publishing") == "on"

    def timezone(self) -> str:
        value = self.values.get("timezone", "system")
        return "UTC" if value == "system" else value

    def _shown(self, name: str, kind: str, default: str | None) -> str | None:
        value = self.values.get(name, default)
        return ("set" if value else None) if kind == "secret" else value


class FakeVault:
    """A vault that may want a passphrase."""

    def __init__(self, passphrase: str | None = None, *, exists: bool = True) -> None:
        self.passphrase = passphrase
        self._exists = exists
        self.asks = True
        self.is_open = passphrase is None

    def state(self) -> VaultState:
        if self.is_open:
            return VaultState.UNLOCKED
        return VaultState.LOCKED if self._exists else VaultState.ABSENT

    def needs_passphrase(self) -> bool:
        return self.asks and not self.is_open

    def unlock(self, passphrase: str | None = None) -> None:
        if self.passphrase is not None and passphrase != self.passphrase:
            raise VaultLocked(why="passphrase_wrong")
        self.is_open = True


class FakeAccounts:
    """Accounts in a list; `consent` lets a test hold a connection at TikTok's page."""

    def __init__(self, events: EventBus, accounts: Sequence[Account] = ()) -> None:
        self._events = events
        self.accounts = {account.id: account for account in accounts}
        self.pictures: dict[str, Path] = {}
        self.planning = FakePlanning()
        self.quota = FakeQuota()
        self.connects: list[str | None] = []
        self.asked: list[tuple[Scope, ...]] = []
        self.nothing_comes_back = False
        self.synced: list[str] = []
        self.disconnected: list[str] = []
        self.consent = Gate()
        self.consent.set()
        self.error: AppError | None = None
        self.warnings: list[Finding] = []
        self.sync_errors: dict[str, AppError] = {}

    def list(self) -> Sequence[Account]:
        if self.error is not None:
            raise self.error
        return list(self.accounts.values())

    def overview(self) -> Sequence[AccountOverview]:
        return [self._overview(account) for account in self.list()]

    def get(self, handle_or_id: str) -> Account:
        return self.accounts[handle_or_id]

    def connect(
        self,
        *,
        open_url: Callable[[str], None],
        cancel: CancelToken,
        scopes: Sequence[Scope] | None = None,
        reconnect: str | None = None,
        confirm: Callable[[Profile], bool] | None = None,
        on_stage: Callable[[ConnectStage], None] | None = None,
        on_overdue: Callable[[], None] | None = None,
    ) -> Account:
        if self.error is not None:
            raise self.error
        self.connects.append(reconnect)
        self.asked.append(tuple(scopes or ()))
        tell = on_stage or (lambda _stage: None)
        tell(ConnectStage.WAITING_FOR_CONSENT)
        open_url("https://www.tiktok.com/v2/auth/authorize/?state=abc")
        if self.nothing_comes_back and on_overdue is not None:
            on_overdue()
        while not self.consent.wait(0.005):
            if cancel.cancelled:
                raise Cancelled(title="Cancelled.")
        tell(ConnectStage.READING_PROFILE)
        account = an_account(reconnect or "newcomer")
        self.accounts[account.id] = account
        self._events.publish(AccountChanged(account_id=account.id))
        return account

    def disconnect(self, account_id: str) -> Sequence[Finding]:
        if self.error is not None:
            raise self.error
        self.disconnected.append(account_id)
        self._change(account_id, status=AccountStatus.DISCONNECTED)
        return self.warnings

    def sync(
        self,
        account_ids: Sequence[str] | None = None,
        cancel: CancelToken | None = None,
        *,
        tell: Callable[[SyncStep], None] = lambda _step: None,
    ) -> Sequence[SyncResult]:
        if self.error is not None:
            raise self.error
        ids = tuple(account_ids or self.accounts)
        return [
            self._sync(account_id, cancel or CancelToken(), number, len(ids), tell)
            for number, account_id in enumerate(ids)
        ]

    def _sync(
        self,
        account_id: str,
        cancel: CancelToken,
        done: int,
        total: int,
        tell: Callable[[SyncStep], None],
    ) -> SyncResult:
        cancel.check()
        handle = self.accounts[account_id].handle
        tell(SyncStep(handle=handle, done=done, total=total))
        while not self.consent.wait(0.005):
            cancel.check()
        self.synced.append(account_id)
        self._change(account_id, last_sync_at=NOW)
        self._events.publish(MetricsUpdated(account_id=account_id))
        error = self.sync_errors.get(account_id)
        return SyncResult(account_id=account_id, handle=handle, videos=3, error=error)

    def avatars(self) -> Mapping[str, Path]:
        return self.pictures

    def _overview(self, account: Account) -> AccountOverview:
        wanted = PostFilter(statuses=frozenset({PostStatus.SCHEDULED}), account_id=account.id)
        planned = self.planning.page(wanted)
        return AccountOverview(
            account=account,
            avatar=self.pictures.get(account.id),
            next_post=next(iter(planned), None),
            planned=len(planned),
            quota=self.quota.usage(account.id),
        )

    def set_paused(self, account_id: str, paused: bool) -> Account:
        if self.error is not None:
            raise self.error
        self._change(account_id, paused=paused)
        return self.accounts[account_id]

    def _change(self, account_id: str, **changes: object) -> None:
        account = self.accounts[account_id]
        self.accounts[account_id] = replace(account, **changes)  # type: ignore[arg-type]
        self._events.publish(AccountChanged(account_id=account_id))


class FakePlanning:
    """Posts in a list."""

    def __init__(self, posts: Sequence[Post] = ()) -> None:
        self.posts = list(posts)
        self.held_accounts: set[str] = set()
        self.changed_at: dict[str, datetime] = {}
        self.searches: list[tuple[str, CancelToken]] = []
        self.search_gate = Gate()
        self.search_gate.set()
        self.error: AppError | None = None

    def between(self, start: datetime, end: datetime) -> Sequence[Post]:
        if self.error is not None:
            raise self.error
        return [post for post in self._ordered() if start <= post.schedule.due_at < end]

    def page(
        self,
        wanted: PostFilter,
        *,
        after: tuple[datetime, str] | None = None,
        limit: int | None = None,
    ) -> list[Post]:
        if self.error is not None:
            raise self.error
        found = [
            post
            for post in self._ordered()
            if (not wanted.statuses or post.status in wanted.statuses)
            and wanted.account_id in (None, post.account_id)
            and (after is None or (post.schedule.due_at, post.id) > after)
        ]
        return found[:limit]

    def changed(
        self,
        wanted: PostFilter,
        *,
        text: str = "",
        before: tuple[datetime, str] | None = None,
        limit: int,
        cancel: CancelToken | None = None,
    ) -> list[ChangedPost]:
        if self.error is not None:
            raise self.error
        found = [
            ChangedPost(post=post, changed_at=self.changed_at.get(post.id, post.created_at))
            for post in self.posts
            if (not wanted.statuses or post.status in wanted.statuses)
            and wanted.account_id in (None, post.account_id)
            and (text.casefold() in post.caption.casefold() or text.casefold() in post.handle)
        ]
        found.sort(key=lambda each: each.key, reverse=True)
        return [each for each in found if before is None or each.key < before][:limit]

    def search(self, text: str, limit: int, cancel: CancelToken | None = None) -> list[Post]:
        self.searches.append((text, cancel or CancelToken()))
        self.search_gate.wait(10)
        return [each.post for each in self.changed(PostFilter(), text=text, limit=limit)]

    def overview(self) -> PublishOverview:
        if self.error is not None:
            raise self.error
        scheduled = [
            post
            for post in self._ordered()
            if post.status is PostStatus.SCHEDULED and post.account_id not in self.held_accounts
        ]
        ended = [p for p in self._ordered() if p.status in ENDED]
        needs = {
            PostStatus.NEEDS_ATTENTION,
            PostStatus.UNCONFIRMED,
            PostStatus.MISSED,
            PostStatus.FAILED,
        }
        return PublishOverview(
            next_due=scheduled[0] if scheduled else None,
            last_result=ended[-1] if ended else None,
            needs_user=sum(post.status in needs for post in self.posts),
            under_way=sum(post.status in UNDER_WAY for post in self.posts),
            uploading=sum(post.status is PostStatus.PUBLISHING for post in self.posts),
            failed=sum(post.status is PostStatus.FAILED for post in self.posts),
            paused=sum(
                post.status is PostStatus.SCHEDULED and post.account_id in self.held_accounts
                for post in self.posts
            ),
        )

    def _ordered(self) -> Sequence[Post]:
        return sorted(self.posts, key=lambda post: (post.schedule.due_at, post.id))


class FakeQuota:
    """A ledger that tells what a test wrote into it."""

    def __init__(self) -> None:
        self.used: dict[str, int] = {}

    def usage(self, account_id: str, mode: PostMode = PostMode.DIRECT) -> Usage:
        return Usage(used=self.used.get(account_id, 0), cap=15)

    def next_free(
        self, account_id: str, mode: PostMode, at: datetime, *, without: str = ""
    ) -> datetime:
        return at


class FakeSlots:
    """No slots and no days off but the `free` ones; the rest is tested on the real ones."""

    def __init__(self) -> None:
        self.free: list[FreeSlot] = []

    def free_between(
        self, names: Sequence[str], start: datetime, end: datetime
    ) -> Sequence[FreeSlot]:
        found = [s for s in self.free if s.account_id in names and start <= s.schedule.due_at < end]
        return sorted(found, key=lambda slot: slot.schedule.due_at)

    def list(self) -> Sequence[Slot]:
        return []

    def blackouts(self) -> Sequence[Blackout]:
        return []


class FakeBackups:
    """Backups that cost nothing; `error` refuses the next thing."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.folder = Path("/data/backups")
        self.backups: list[Backup] = []
        self.error: Exception | None = None
        self.verified: list[str] = []

    def add(
        self,
        kind: BackupKind,
        age: timedelta,
        rank: Rank | None = None,
        of: BackupOf = BackupOf.POSTS,
    ) -> Backup:
        """Let there be a backup of this age."""
        taken_at = self._clock.now() - age
        prefix = "metrics-" if of is BackupOf.METRICS else ""
        name = f"{prefix}{kind.value}-{taken_at:%Y%m%dT%H%M%S}Z.sqlite3"
        backup = Backup(
            path=self.folder / name,
            kind=kind,
            taken_at=taken_at,
            size_bytes=1_240_000,
            sha256="ab" * 32,
            rank=rank,
            of=of,
        )
        self.backups.append(backup)
        return backup

    def list_all(self) -> Sequence[Backup]:
        return sorted(self.backups, key=lambda each: (each.taken_at, each.name), reverse=True)

    def create(self) -> Backup:
        self._refuse()
        return self.add(BackupKind.MANUAL, timedelta(0))

    def create_beside(self) -> Backup | None:
        return self.add(BackupKind.MANUAL, timedelta(0), of=BackupOf.METRICS)

    def verify(self, name: str) -> None:
        self.verified.append(name)
        self._refuse()

    def _refuse(self) -> None:
        if self.error is not None:
            raise self.error


class FakeInstallation:
    """The home of a data folder; `copied` until it is adopted."""

    def __init__(self) -> None:
        self.copied = False

    def check(self) -> None:
        if self.copied:
            raise ActionNeeded("copied_data_folder", place="/other", elsewhere=False)

    def adopt(self) -> bool:
        was_copied, self.copied = self.copied, False
        return was_copied


class FakeRunner:
    """A publisher that publishes nothing and says so truthfully."""

    def __init__(
        self, events: EventBus, settings: FakeSettings, installation: FakeInstallation
    ) -> None:
        self._events = events
        self._settings = settings
        self._installation = installation
        self.calls: list[str] = []
        self.error: AppError | None = None

    def start(self) -> None:
        self.calls.append("start")
        self._installation.check()
        if self.error is not None:
            raise self.error
        self._events.publish(PublisherStateChanged(running=True))

    def stop(self, timeout_s: float = 10) -> None:
        self.calls.append("stop")
        self._events.publish(PublisherStateChanged(running=False))

    def wake(self) -> None:
        self.calls.append("wake")

    def set_paused(self, paused: bool) -> None:
        self._settings.set("publishing", "off" if paused else "on")


class FakeBlockers:
    """Says why nothing is published."""

    def __init__(self) -> None:
        self.standing: tuple[Blocker, ...] = ()
        self.full: dict[tuple[str, PostMode], tuple[datetime, Failure]] = {}

    def all(self) -> tuple[Blocker, ...]:
        return self.standing

    def now(self) -> Standing:
        return Standing(blockers=self.standing, full=self.full)

    def look_at(
        self, posts: Iterable[Post], standing: Sequence[Blocker] | None = None
    ) -> list[Post]:
        blockers = self.standing if standing is None else standing
        return [replace(post, waiting=waiting(post, blockers, self.full)) for post in posts]


class FakeTonight:
    """What a dry run found."""

    def __init__(self) -> None:
        self.runs: tuple[DryRun, ...] = ()
        self.error: AppError | None = None
        self.looks = 0

    def look(self) -> tuple[DryRun, ...]:
        self.looks += 1
        if self.error is not None:
            raise self.error
        return self.runs


class FakePresets:
    """What was given a name."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def all(self, kind: str) -> Mapping[str, str]:
        return {name: body for (each, name), body in sorted(self.kept.items()) if each == kind}

    def save(self, kind: str, name: str, body: str) -> None:
        self.kept[kind, name] = body

    def remove(self, kind: str, name: str) -> None:
        self.kept.pop((kind, name), None)


class FakeImports:
    """Knows the campaigns there are."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def campaigns(self) -> dict[str, str]:
        return self.known


@dataclass(kw_only=True)
class FakePaths:
    """Where the data would be."""

    root: Path = Path("/data")

    @property
    def logs_dir(self) -> Path:
        return self.root / "logs"


@dataclass(kw_only=True)
class FakeWorkspace:
    """All fakes of one data folder; `typed()` is what the window takes."""

    events: EventBus = field(default_factory=EventBus)
    clock: FakeClock = field(default_factory=FakeClock)
    paths: FakePaths = field(default_factory=FakePaths)
    posts: Sequence[Post] = ()
    with_accounts: Sequence[Account] = ()

    def __post_init__(self) -> None:
        self.settings = FakeSettings(self.events)
        self.vault = FakeVault()
        self.accounts = FakeAccounts(self.events, self.with_accounts)
        self.planning = FakePlanning(self.posts)
        self.quota = FakeQuota()
        self.accounts.planning, self.accounts.quota = self.planning, self.quota
        self.slots = FakeSlots()
        self.backups = FakeBackups(self.clock)
        self.installation = FakeInstallation()
        self.blockers = FakeBlockers()
        self.tonight = FakeTonight()
        self.presets = FakePresets()
        self.imports = FakeImports()
        self.runner = FakeRunner(self.events, self.settings, self.installation)

    def typed(self) -> "Workspace":
        return cast("Workspace", self)


def refused(title: str = "TikTok said no.", hint: str = "Try again.") -> InputError:
    """Return an error as a service raises it."""
    return InputError(title=title, message="Because.", hint=hint)


def a_holder() -> Finding:
    """Return another publisher, as the lock tells of it."""
    params: dict[str, Param] = {"pid": 4711, "host": "desk", "since": "2026-11-21 12:00 UTC"}
    return Finding(code="lock_holder", params=params)
