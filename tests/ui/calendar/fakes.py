"""The plan as the calendar sees it, with everything a busy month can hold."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.fakes import NOW, ZONE, FakePlanning, FakeWorkspace, a_post
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError, ChangedMeanwhile, NotFound
from tiktok_manager.domain.events import EventBus, PostStatusChanged
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.domain.holds import Standing
from tiktok_manager.domain.plans import PlanResult, PlanRow, Proposal, Wish
from tiktok_manager.domain.post_briefs import PostBrief
from tiktok_manager.domain.posts import Consent, Post, PostFilter, PostStatus, TrailEntry
from tiktok_manager.domain.quota import Usage
from tiktok_manager.services.plan_rules import consent_text, copied, edited
from tiktok_manager.services.planning import PostEdit
from tiktok_manager.ui.bridge import QtEventBridge
from tiktok_manager.ui.frame import Core
from tiktok_manager.ui.kit.account_model import AccountModel
from tiktok_manager.ui.kit.drawer import Drawer
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.memory import WindowMemory
from tiktok_manager.ui.publish_state import PublishState
from tiktok_manager.ui.tasks import TaskRunner
from tiktok_manager.ui.undo import UndoHistory


class CalendarPlanning(FakePlanning):
    """Posts in a list that can be cancelled, restored and retried; remembers what was asked."""

    def __init__(self, events: EventBus, posts: Sequence[Post] = ()) -> None:
        super().__init__(posts)
        self._events = events
        self.pages: list[PostFilter] = []
        self.trails: dict[str, list[TrailEntry]] = {}
        self.resolved: list[tuple[str, bool, bool]] = []
        self.edits: list[tuple[str, PostEdit]] = []
        self.findings: tuple[Finding, ...] = ()

    def page(
        self,
        wanted: PostFilter,
        *,
        after: tuple[datetime, str] | None = None,
        limit: int | None = None,
    ) -> list[Post]:
        if self.error is not None:
            raise self.error
        self.pages.append(wanted)
        found = [
            post
            for post in self._ordered()
            if (not wanted.statuses or post.status in wanted.statuses)
            and (not wanted.account_ids or post.account_id in wanted.account_ids)
            and (wanted.due_from is None or post.schedule.due_at >= wanted.due_from)
            and (wanted.due_to is None or post.schedule.due_at < wanted.due_to)
            and (after is None or (post.schedule.due_at, post.id) > after)
        ]
        return found[:limit]

    def briefs(
        self, wanted: PostFilter, standing: Standing, ids: Collection[str] | None = None
    ) -> list[PostBrief]:
        found = [PostBrief.of(post) for post in self.page(wanted) if ids is None or post.id in ids]
        if ids is not None:
            self.pages.pop()  # not a page
        return [replace(post, waiting=standing.of(post)) for post in found]

    def get_all(self, ids: Collection[str]) -> list[Post]:
        return [self.get(each) for each in ids if any(each == post.id for post in self.posts)]

    def get(self, post_id: str) -> Post:
        if self.error is not None:
            raise self.error
        found = next((post for post in self.posts if post.id == post_id), None)
        if found is None:
            raise NotFound("not_found", what="post", id=post_id)
        return found

    def trail(self, post_id: str) -> list[TrailEntry]:
        return self.trails.get(post_id, [])

    def cancel(self, post_id: str, *, seen: Post | None = None) -> Post:
        self._check(post_id, seen)
        return self.put(replace(self.get(post_id), status=PostStatus.CANCELLED, error=None))

    def put_back(self, before: Post, over: Post) -> Post:
        self._check(before.id, over)
        return self.put(before)

    def cancel_many(self, posts: Sequence[Post]) -> list[Post]:
        return [self.cancel(post.id, seen=post) for post in posts]

    def put_back_many(self, changes: Sequence[tuple[Post, Post]]) -> list[Post]:
        return [self.put_back(before, over) for before, over in changes]

    def restore(self, post_id: str, *, seen: Post | None = None) -> Post:
        self._check(post_id, seen)
        return self.put(replace(self.get(post_id), status=PostStatus.SCHEDULED))

    def retry(self, post_id: str, *, seen: Post | None = None) -> Post:
        self._check(post_id, seen)
        return self.put(replace(self.get(post_id), status=PostStatus.SCHEDULED, error=None))

    def retry_all_failed(self) -> list[Post]:
        if self.error is not None:
            raise self.error
        failed = [post for post in self.posts if post.status is PostStatus.FAILED]
        return [self.retry(post.id) for post in failed]

    def propose_edit(self, post_id: str, edit: PostEdit, *, seen: Post | None = None) -> Proposal:
        self._check(post_id, seen)
        return self.propose_edits([(self.get(post_id), edit)])

    def propose_edits(
        self, changes: Sequence[tuple[Post, PostEdit]], *, cancel: CancelToken | None = None
    ) -> Proposal:
        for post, _edit in changes:
            self._check(post.id, post)
        self.edits += [(post.id, edit) for post, edit in changes]
        rows = [self._row(_edited(self.get(post.id), edit), post) for post, edit in changes]
        return Proposal(rows=tuple(rows), made_at=NOW)

    def propose_copies(
        self, copies: Sequence[tuple[str, PostEdit]], *, cancel: CancelToken | None = None
    ) -> Proposal:
        rows = [self._row(copied(self.get(each), edit, None, NOW)) for each, edit in copies]
        return Proposal(rows=tuple(rows), made_at=NOW)

    def _row(self, post: Post, before: Post | None = None) -> PlanRow:
        return PlanRow(
            wish=Wish(post=post, before=before),
            post=post,
            findings=self.findings,
            free=post.schedule,
            quota=Usage(used=1, cap=15),
        )

    def commit(self, proposal: Proposal) -> PlanResult:
        known = {post.id for post in self.posts}
        self.posts += [row.post for row in proposal.rows if row.post.id not in known]
        posts = tuple(self.put(row.post) for row in proposal.rows)
        return PlanResult(posts=posts, found=tuple(row.findings for row in proposal.rows))

    def change(self, post_id: str, **changes: object) -> Post:
        """Change a post as another hand would; the window has not read it again yet."""
        post = self.get(post_id)
        changed = replace(post, version=post.version + 1, **changes)  # type: ignore[arg-type]
        self.posts = [changed if each is post else each for each in self.posts]
        return changed

    def _check(self, post_id: str, seen: Post | None) -> None:
        if seen is not None and seen.version != self.get(post_id).version:
            raise ChangedMeanwhile("post", post_id)

    def resolve(
        self,
        post_id: str,
        *,
        posted: bool,
        post_again: bool = False,
        seen: Post | None = None,
    ) -> Post:
        self._check(post_id, seen)
        self.resolved.append((post_id, posted, post_again))
        again = PostStatus.SCHEDULED if post_again else PostStatus.NEEDS_ATTENTION
        status = PostStatus.PUBLISHED if posted else again
        return self.put(replace(self.get(post_id), status=status, error=None))

    def put(self, post: Post) -> Post:
        """Keep a post as it is now and say that it changed."""
        self.posts = [post if each.id == post.id else each for each in self.posts]
        self._events.publish(
            PostStatusChanged(post_id=post.id, account_id=post.account_id, status=post.status)
        )
        return post


def _edited(post: Post, edit: PostEdit) -> Post:
    """Edit as the planner does; the invented posts lack a consent, and keep lacking it."""
    agreed = replace(post, consent=Consent(text=consent_text(post.choices), given_at=NOW))
    return replace(edited(agreed, edit, NOW), consent=post.consent)


class PlanWorkspace(FakeWorkspace):
    """A data folder whose plan can be worked with."""

    planning: CalendarPlanning

    def __post_init__(self) -> None:
        super().__post_init__()
        self.planning = CalendarPlanning(self.events, self.posts)


@dataclass(kw_only=True)
class FakeFrame:
    """The window around a pane: remembers what the pane asked for."""

    memory: WindowMemory
    drawer: Drawer
    notices: list[Notice] = field(default_factory=list)
    errors: list[AppError] = field(default_factory=list)
    retries: list[Callable[[], object] | None] = field(default_factory=list)
    went: list[tuple[str, object]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def notify(self, notice: Notice) -> None:
        self.notices.append(notice)

    def show_error(self, error: AppError, retry: Callable[[], object] | None = None) -> None:
        self.errors.append(error)
        self.retries.append(retry)

    def go(self, pane: str, target: object = None) -> None:
        self.went.append((pane, target))

    def open_drawer(self, title: str, content: QWidget) -> None:
        self.drawer.open_with(title, content)

    def close_drawer(self) -> None:
        self.drawer.clear()

    def ask_passphrase(
        self, then: Callable[[], object], otherwise: Callable[[], object] | None = None
    ) -> None:
        then()

    def reopen(self, words: str, between: Callable[[], Notice]) -> None:
        raise AssertionError("the calendar reopens nothing")

    def open_url(self, url: str) -> None:
        self.opened.append(url)


@dataclass(kw_only=True)
class Desk:
    """A core over fakes, and the way to let its work come back.

    Whatever a test makes belongs to `home`: a QObject without parent might be collected, and so
    deleted, on a worker thread.
    """

    workspace: PlanWorkspace
    core: Core
    qtbot: QtBot
    home: QObject

    def settle(self) -> None:
        """Let everything that was asked for arrive."""
        self.qtbot.waitUntil(lambda: not self.core.tasks.busy)
        QApplication.processEvents()


def make_desk(workspace: PlanWorkspace, qtbot: QtBot) -> Desk:
    """Build what a pane is given."""
    home = QObject()
    tasks = TaskRunner(home)
    bridge = QtEventBridge(workspace.events, home)
    state = PublishState(workspace.typed(), tasks, bridge, ZONE, home)
    core = Core(
        workspace=workspace.typed(),
        tasks=tasks,
        bridge=bridge,
        undo=UndoHistory(tasks, bridge, home),
        publishing=state,
        accounts=AccountModel(workspace.typed(), tasks, bridge, home),
    )
    return Desk(workspace=workspace, core=core, qtbot=qtbot, home=home)


def close_desk(desk: Desk) -> None:
    """End its threads and delete its objects here, before a collection elsewhere does."""
    desk.core.bridge.close()
    desk.core.tasks.close()
    shiboken6.delete(desk.home)


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """Return an instant in November 2026, UTC."""
    return NOW.replace(day=day, hour=hour, minute=minute)


def many_posts(count: int, days: int = 30) -> list[Post]:
    """Return posts spread over days, of every status."""
    statuses = list(PostStatus)
    start = at(1, 6)
    return [
        a_post(
            f"post-{number:05}",
            f"account{number % 12}",
            start + timedelta(days=number % days, minutes=7 * (number // days)),
            statuses[number % len(statuses)],
        )
        for number in range(count)
    ]


def entry(text: str, kind: str = "note", minute: int = 0, **detail: Param) -> TrailEntry:
    """Return a line of a flight record."""
    return TrailEntry(at=at(21, 12, minute), epoch=1, kind=kind, params={"text": text, **detail})
