"""The services the composer uses, in memory; gates hold an answer back until a test lets it go."""

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import shiboken6

from tiktok_manager.domain.accounts import (
    ALL_SCOPES,
    Account,
    AccountStatus,
    CreatorInfo,
)
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.drafts import Draft
from tiktok_manager.domain.errors import AppError, ChangedMeanwhile, NotFound
from tiktok_manager.domain.events import EventBus, PostStatusChanged
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.domain.plans import PlanRow, Proposal, Wish
from tiktok_manager.domain.posts import (
    Choices,
    Consent,
    Lateness,
    Post,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.domain.quota import WINDOW, Ledger, Usage
from tiktok_manager.domain.schedule import at_instant, parse_when, resolve
from tiktok_manager.services.planning import Planning, PlanRequest, PlanResult, PostEdit
from tiktok_manager.services.slots import FreeSlot
from tiktok_manager.ui.bridge import QtEventBridge
from tiktok_manager.ui.composer.form import PostForm
from tiktok_manager.ui.composer.rules import rules_for
from tiktok_manager.ui.composer.state import State
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.frame import Core
from tiktok_manager.ui.kit.account_model import AccountModel
from tiktok_manager.ui.tasks import TaskRunner
from tiktok_manager.ui.undo import UndoHistory

if TYPE_CHECKING:
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.publish_state import PublishState

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # 13:00 in Berlin
ZONE = "Europe/Berlin"
PUBLIC_OPTIONS = (Privacy.PUBLIC, Privacy.FRIENDS, Privacy.ONLY_ME)
PRIVATE_OPTIONS = (Privacy.FOLLOWERS, Privacy.FRIENDS, Privacy.ONLY_ME)


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def monotonic_s(self) -> float:
        return self.time.timestamp()


def an_account(handle: str = "alice", **changes: object) -> Account:
    """Return a connected account that granted everything."""
    account = Account(
        id=f"acc-{handle}",
        open_id=f"open-{handle}",
        handle=handle,
        display_name=handle.title(),
        status=AccountStatus.CONNECTED,
        scopes=tuple(scope.value for scope in ALL_SCOPES),
    )
    return replace(account, **changes)  # type: ignore[arg-type]


def an_info(handle: str = "alice", **changes: object) -> CreatorInfo:
    """Return what a public account may post."""
    info = CreatorInfo(
        username=handle,
        nickname=f"{handle.title()} Nick",
        avatar_url="",
        privacy_options=PUBLIC_OPTIONS,
        comment_disabled=False,
        duet_disabled=False,
        stitch_disabled=False,
        max_duration_s=600,
        asked_at=NOW,
    )
    return replace(info, **changes)  # type: ignore[arg-type]


def a_post(file: Path, **changes: object) -> Post:
    """Return a planned direct post of @alice, for 18:30 in Berlin."""
    post = Post(
        id="post-1",
        account_id="acc-alice",
        handle="alice",
        status=PostStatus.SCHEDULED,
        mode=PostMode.DIRECT,
        schedule=resolve(datetime.fromisoformat("2026-11-21T18:30"), ZONE),
        media=MediaFile(path=file, size_bytes=1, mtime_ns=1, file_id="1", sha256=""),
        caption="Autumn walk #slow",
        choices=Choices(privacy=Privacy.PUBLIC, allow_comment=True),
        consent=Consent(text=Planning.consent_text(Choices()), given_at=NOW),
        lateness=Lateness(),
        created_at=NOW,
    )
    return replace(post, **changes)  # type: ignore[arg-type]


class FakeAccounts:
    """Accounts in a list, and TikTok's answers or errors by account."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.accounts = {account.id: account for account in accounts}
        self.infos: dict[str, CreatorInfo | AppError] = {}
        self.pictures: dict[str, Path] = {}
        self.error: AppError | None = None
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def list(self) -> Sequence[Account]:
        if self.error is not None:
            raise self.error
        return list(self.accounts.values())

    def avatars(self) -> Mapping[str, Path]:
        return self.pictures

    def creator_info(self, account_id: str) -> CreatorInfo:
        self.asked.append(account_id)
        self.gate.wait(10)
        answer = self.infos.get(account_id) or an_info(self.accounts[account_id].handle)
        if isinstance(answer, AppError):
            raise answer
        return answer


class FakePlanning:
    """Keeps what it was asked for; `gate` holds a plan while its file is read."""

    consent_text = staticmethod(Planning.consent_text)

    def __init__(self, events: EventBus) -> None:
        self._events = events
        self.posts: dict[str, Post] = {}
        self.requests: list[PlanRequest] = []
        self.spread: list[bool] = []
        self.edits: list[PostEdit] = []
        self._proposed: dict[str, PostEdit] = {}
        self.findings: tuple[Finding, ...] = ()
        self.error: AppError | None = None
        self.surprise: Exception | None = None
        self.reading = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def plan(
        self,
        request: PlanRequest,
        *,
        strict: bool = False,
        spread: bool = False,
        cancel: CancelToken | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> PlanResult:
        if progress is not None:
            progress(120_000_000, 270_000_000)
        self.reading.set()
        while not self.gate.wait(0.005):
            if cancel is not None:
                cancel.check()
        self._stumble()
        self.requests.append(request)
        self.spread.append(spread)
        schedule = parse_when(request.when, request.timezone or ZONE, NOW)
        made = [
            a_post(
                request.file,
                id=uuid.uuid4().hex,
                account_id=account_id,
                handle=account_id.removeprefix("acc-"),
                schedule=schedule,
                caption=request.caption,
                choices=request.choices,
                mode=request.mode,
            )
            for account_id in request.accounts
        ]
        self.posts |= {post.id: post for post in made}
        return PlanResult(posts=tuple(made), found=(self.findings,) * len(made))

    def get(self, post_id: str) -> Post:
        if post_id not in self.posts:
            raise NotFound("not_found", what="post", id=post_id)
        return self.posts[post_id]

    def propose_edit(
        self,
        post_id: str,
        edit: PostEdit,
        *,
        seen: Post | None = None,
        cancel: CancelToken | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Proposal:
        self._check(post_id, seen)
        if edit.file is not None and progress is not None:
            progress(120_000_000, 270_000_000)
        self.reading.set()
        while not self.gate.wait(0.005):
            if cancel is not None:
                cancel.check()
        self._stumble()
        before = self.posts[post_id]
        schedule = before.schedule
        if edit.when is not None:
            schedule = parse_when(edit.when, edit.timezone or schedule.timezone, NOW)
        changed = replace(
            before,
            status=PostStatus.SCHEDULED,
            error=None,
            schedule=schedule,
            caption=before.caption if edit.caption is None else edit.caption,
            choices=edit.choices or before.choices,
            mode=edit.mode or before.mode,
        )
        row = PlanRow(
            wish=Wish(post=changed, before=before),
            post=changed,
            findings=self.findings,
            free=schedule,
            quota=Usage(used=1, cap=15),
        )
        self._proposed[post_id] = edit
        return Proposal(rows=(row,), made_at=NOW)

    def _stumble(self) -> None:
        if (error := self.error or self.surprise) is not None:
            raise error

    def commit(self, proposal: Proposal) -> PlanResult:
        (row,) = proposal.rows
        assert row.wish.before is not None
        self._check(row.post.id, row.wish.before)
        self.edits.append(self._proposed.pop(row.post.id))
        return PlanResult(posts=(self._put(row.post),), found=(row.findings,))

    def change(self, post_id: str, **changes: object) -> Post:
        """Change a post as another hand would."""
        return self._put(replace(self.posts[post_id], **changes))  # type: ignore[arg-type]

    def _put(self, post: Post) -> Post:
        version = self.posts[post.id].version + 1
        self.posts[post.id] = replace(post, version=version)
        return self.posts[post.id]

    def _check(self, post_id: str, seen: Post | None) -> None:
        if seen is not None and seen.version != self.posts[post_id].version:
            raise ChangedMeanwhile("post", post_id)

    def put_back(self, before: Post, over: Post) -> Post:
        self._check(before.id, over)
        return self._put(before)

    def cancel(self, post_id: str, *, seen: Post | None = None) -> Post:
        self._check(post_id, seen)
        return self.move(post_id, PostStatus.CANCELLED)

    def restore(self, post_id: str, *, seen: Post | None = None) -> Post:
        self._check(post_id, seen)
        return self.move(post_id, PostStatus.SCHEDULED)

    def move(self, post_id: str, status: PostStatus) -> Post:
        """Change a status as the publisher or the user would."""
        post = self.change(post_id, status=status)
        self._events.publish(
            PostStatusChanged(post_id=post_id, account_id=post.account_id, status=status)
        )
        return post


class FakeQuota:
    """Accounts that are full until a time a test names."""

    def __init__(self) -> None:
        self.full_until: dict[str, datetime] = {}
        self.asked: list[tuple[str, datetime, str]] = []

    def ledgers(
        self,
        account_ids: Sequence[str],
        mode: PostMode,
        at: datetime,
        *,
        without: Sequence[str] = (),
    ) -> dict[str, Ledger]:
        return {each: self._ledger(each, mode, at, without) for each in account_ids}

    def _ledger(
        self, account_id: str, mode: PostMode, at: datetime, without: Sequence[str]
    ) -> Ledger:
        self.asked.append((account_id, at, "".join(without)))
        full_until = self.full_until.get(account_id)
        cap = self.usage(account_id, mode).cap
        return Ledger([] if full_until is None else [full_until - WINDOW] * cap, cap)

    def usage(self, _account_id: str, mode: PostMode) -> Usage:
        return Usage(used=0, cap=15 if mode is PostMode.DIRECT else 5)


class FakeSlots:
    """The free slots of accounts, as a test names them."""

    def __init__(self) -> None:
        self.free: dict[str, list[datetime]] = {}

    def free_between(
        self, names: Sequence[str], start: datetime, end: datetime, mode: PostMode
    ) -> list[FreeSlot]:
        (account_id,) = names
        return [
            FreeSlot(account_id=account_id, handle="", schedule=at_instant(at, ZONE))
            for at in self.free.get(account_id, ())
            if start <= at < end
        ]


class FakeDrafts:
    """The drafts, with what would be in the database; `gate` holds the first reading back."""

    def __init__(self) -> None:
        self.saved: dict[str, Draft] = {}
        self.error: AppError | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.restart()

    def restart(self) -> None:
        """Forget what was never saved, as a killed process does."""
        self._kept: dict[str, Draft] = {}
        self._is_read = False

    def read(self) -> int:
        self.gate.wait(10)
        if not self._is_read:
            self._kept, self._is_read = dict(self.saved), True
        return len(self._kept)

    def get(self, post_id: str = "") -> Draft | None:
        return self._kept.get(post_id)

    def keep(self, draft: Draft) -> None:
        self._kept[draft.post_id] = draft

    def forget(self, post_id: str = "") -> None:
        self._kept.pop(post_id, None)

    @property
    def is_saved(self) -> bool:
        return self._kept == self.saved

    def save(self) -> None:
        if self.error is not None:
            raise self.error
        self.saved = dict(self._kept)


class FakeSettings:
    """The default lateness."""

    def lateness(self) -> Lateness:
        return Lateness(within=timedelta(hours=2))


@dataclass(kw_only=True)
class FakePaths:
    """Where pictures of videos go."""

    media_cache_dir: Path


@dataclass(kw_only=True)
class FakeWorkspace:
    """All the composer sees of a data folder."""

    paths: FakePaths
    with_accounts: Sequence[Account] = ()
    events: EventBus = field(default_factory=EventBus)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.accounts = FakeAccounts(self.with_accounts)
        self.planning = FakePlanning(self.events)
        self.drafts = FakeDrafts()
        self.settings = FakeSettings()
        self.quota = FakeQuota()
        self.slots = FakeSlots()


@dataclass(kw_only=True)
class FakePublishing:
    """Knows the zone."""

    timezone: str = ZONE


class FakeMemory:
    """The window's memory."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def word(self, name: str, default: str = "") -> str:
        return self.words.get(name, default)

    def set_word(self, name: str, value: str) -> None:
        self.words[name] = value


class Stage:
    """A core over fakes."""

    def __init__(self, folder: Path, accounts: Sequence[Account]) -> None:
        paths = FakePaths(media_cache_dir=folder / "media-cache")
        self.workspace = FakeWorkspace(paths=paths, with_accounts=accounts)
        self.accounts = self.workspace.accounts
        self.planning = self.workspace.planning
        self.drafts = self.workspace.drafts
        self.clock = self.workspace.clock
        self.memory = FakeMemory()
        self.tasks = TaskRunner()
        self.bridge = QtEventBridge(self.workspace.events)
        self.undo = UndoHistory(self.tasks, self.bridge)
        self.core = Core(
            workspace=cast("Workspace", self.workspace),
            tasks=self.tasks,
            bridge=self.bridge,
            undo=self.undo,
            publishing=cast("PublishState", FakePublishing()),
            accounts=AccountModel(
                cast("Workspace", self.workspace), self.tasks, self.bridge, self.bridge
            ),
        )

    def close(self) -> None:
        """End the threads, whatever still waits."""
        self.accounts.gate.set()
        self.planning.gate.set()
        self.drafts.gate.set()
        self.bridge.close()
        self.tasks.close()
        # In this order and now: swept up together, a stack and its commands are freed twice.
        for each in (self.undo, self.bridge, self.tasks):
            shiboken6.delete(each)


def a_state(form: PostForm, **known: object) -> State:
    """Return what is known of a form for which TikTok was not asked."""
    rules = rules_for([], form.choices, complete=False)
    return replace(State(form=form, now=NOW, rules=rules), **known)  # type: ignore[arg-type]


def enter(model: ComposerViewModel, **changes: object) -> None:
    """Enter something: a part of the form, or one of the creator's choices."""
    names = {each.name for each in fields(Choices)}
    form = model.form.chosen(**{name: changes.pop(name) for name in names & changes.keys()})
    model.enter(replace(form, **changes))  # type: ignore[arg-type]


def tick(model: ComposerViewModel, handle: str) -> None:
    """Choose one more account."""
    model.choose_accounts([*model.form.account_ids, f"acc-{handle}"])


def untick(model: ComposerViewModel, handle: str) -> None:
    """Choose one account less."""
    model.choose_accounts([each for each in model.form.account_ids if each != f"acc-{handle}"])
