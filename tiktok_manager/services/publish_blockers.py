"""The one answer to "why is nothing published?", for window and command line alike.

It is read from the database and the data folder, so that any process can give it: what the
publisher of another one holds posts for is kept in the database.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from tiktok_manager.domain.campaigns import Stage
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import ActionNeeded, AppError, Failure, VaultLocked
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.holds import (
    ACCOUNTS_NOT_CONNECTED,
    ACCOUNTS_PAUSED,
    CAMPAIGNS_CANCELLED,
    CAMPAIGNS_PAUSED,
    HOLD_NAMES,
    NO_PUBLISHER,
    Blocker,
    Hold,
    Standing,
    seen_waiting,
    waiting,
)
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.services.hold_reasons import PUBLISHING_OFF
from tiktok_manager.services.installation import Installation
from tiktok_manager.services.quota import Quota
from tiktok_manager.services.settings import Settings
from tiktok_manager.services.storage_guard import StorageGuard
from tiktok_manager.services.vault import VaultService, VaultState
from tiktok_manager.storage import campaigns, holds
from tiktok_manager.storage.database import Database
from tiktok_manager.system.locks import PublisherLock

RESTORED_WAIT = "restored_posts_wait"
_FORESEEN = timedelta(days=30)
"""A hold that lasts longer ends when somebody ends it, not at an instant to be told."""


class PublishBlockers:
    """Asks everything that can stand in the way. Safe from any thread; may take a moment."""

    def __init__(
        self,
        *,
        database: Database,
        settings: Settings,
        vault: VaultService,
        guard: StorageGuard,
        installation: Installation,
        clock: Clock,
        quota: Quota,
        publisher: PublisherLock,
    ) -> None:
        self._database = database
        self._settings = settings
        self._vault = vault
        self._guard = guard
        self._installation = installation
        self._clock = clock
        self._quota = quota
        self._publisher = publisher

    def all(self) -> tuple[Blocker, ...]:
        """Return what blocks posts now: first what stops everything, then what stops some."""
        return (
            *self._of_folder(),
            *self._of_publisher(),
            *self._of_accounts(),
            *self._of_campaigns(),
        )

    def of(self, post: Post) -> tuple[Blocker, ...]:
        """Return what keeps a planned post from going out when its time comes."""
        if post.status is not PostStatus.SCHEDULED:
            return ()
        return tuple(blocker for blocker in self.all() if blocker.blocks(post))

    def look_at(
        self, posts: Iterable[Post], standing: Sequence[Blocker] | None = None
    ) -> list[Post]:
        """Return the posts with how the planned ones wait, all judged by one look.

        `standing` is what `all` said just now, if it was asked anyway.
        """
        posts = list(posts)
        planned = {post.account_id for post in posts if post.status is PostStatus.SCHEDULED}
        if not planned:
            return posts
        blockers = self.all() if standing is None else standing
        full = self._quota.full_until(planned)
        return [seen_waiting(post, waiting(post, blockers, full)) for post in posts]

    def now(self) -> Standing:
        """Return all that stands in the way of posts now, of whatever account."""
        with self._database.read() as session:
            ready = holds.ready_accounts(session)
        return Standing(blockers=self.all(), full=self._quota.full_until(ready))

    def _of_folder(self) -> Iterator[Blocker]:
        try:
            self._installation.check()
        except ActionNeeded as exc:
            yield Blocker(finding=_finding(exc))
        if (trouble := self._guard.look()) is not None:
            yield Blocker(finding=_finding(trouble))

    def _of_publisher(self) -> Iterator[Blocker]:
        if not self._publisher.is_held():
            yield Blocker(finding=Finding(code=NO_PUBLISHER), is_fault=False)
        if not self._settings.publishing_on():
            yield Blocker(finding=_told(PUBLISHING_OFF), is_fault=False)
        kept = self._holds()
        known = {hold.error.code for hold in kept}
        is_ours = (
            not self._publisher.is_held_elsewhere()
        )  # else its vault counts, and it tells of that
        if VaultLocked.code not in known and is_ours and self._needs_passphrase():
            yield Blocker(finding=_finding(VaultLocked()))
        foreseen = self._clock.now() + _FORESEEN
        for hold in kept:
            until = hold.until if hold.until < foreseen else None
            yield Blocker(finding=_told(hold.error), until=until)

    def _needs_passphrase(self) -> bool:
        return self._vault.state() is VaultState.LOCKED and self._vault.needs_passphrase()

    def _holds(self) -> list[Hold]:
        now = self._clock.now()
        with self._database.read() as session:
            kept = [holds.get_hold(session, name) for name in HOLD_NAMES]
        return [hold for hold in kept if hold is not None and hold.until > now]

    def _of_accounts(self) -> Iterator[Blocker]:
        with self._database.read() as session:
            held = holds.held_accounts(session)
            restored = holds.restored_posts(session)
        paused = [each for each in held if each.paused]
        lost = [each for each in held if not each.paused]
        yield from _of_some(ACCOUNTS_PAUSED, paused, is_fault=False)
        yield from _of_some(ACCOUNTS_NOT_CONNECTED, lost, is_fault=True)
        if restored:
            counted = Finding(code=RESTORED_WAIT, params={"count": sum(restored.values())})
            yield Blocker(finding=counted, account_ids=frozenset(restored))

    def _of_campaigns(self) -> Iterator[Blocker]:
        with self._database.read() as session:
            held = campaigns.held_campaigns(session)
        for code, stage in (
            (CAMPAIGNS_PAUSED, Stage.PAUSED),
            (CAMPAIGNS_CANCELLED, Stage.CANCELLED),
        ):
            named = {id_: name for id_, (is_at, name) in held.items() if is_at is stage}
            if named:
                finding = Finding(code=code, params={"names": tuple(named.values())})
                yield Blocker(finding=finding, campaign_ids=frozenset(named), is_fault=False)


def _of_some(code: str, some: Sequence[holds.HeldAccount], *, is_fault: bool) -> Iterator[Blocker]:
    if some:
        handles = tuple(each.handle for each in some)
        finding = Finding(code=code, params={"handles": handles})
        ids = frozenset(each.id for each in some)
        yield Blocker(finding=finding, account_ids=ids, is_fault=is_fault)


def _finding(error: AppError) -> Finding:
    return Finding(code=error.code, params=error.params)


def _told(error: Failure) -> Finding:
    return Finding(code=error.code, params=error.params)
