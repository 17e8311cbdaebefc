"""What will happen in the next 24 hours: a dry run of each post, without network.

It costs a few statements and a look at each file, however many accounts and posts there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppKeysMissing
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.holds import NO_PUBLISHER, Blocker
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.domain.posts import Post, PostFilter, PostStatus
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.domain.tonight import (
    AHEAD,
    Circumstances,
    DryRun,
    FileNow,
    FileState,
    Found,
    Verdict,
    dry_run,
    goes_out_at,
)
from tiktok_manager.services.near_copies import NearCopies
from tiktok_manager.storage import accounts as accounts_of
from tiktok_manager.storage import posts as queries
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.media_facts import MediaFacts, known_media
from tiktok_manager.system.file_looks import FileLook, FileLooks
from tiktok_manager.system.media import Stamp
from tiktok_manager.system.power import battery_percent

if TYPE_CHECKING:
    from tiktok_manager.services.planning import Planning
    from tiktok_manager.services.publish_blockers import PublishBlockers
    from tiktok_manager.services.settings import Settings

_NO_ANSWER = FileNow(state=FileState.SILENT)


class Tonight:
    """Looks ahead for one data folder. Safe from any thread; may take as long as a drive does."""

    def __init__(
        self,
        database: Database,
        planning: Planning,
        blockers: PublishBlockers,
        settings: Settings,
        clock: Clock,
        *,
        files: FileLooks | None = None,
        battery: Callable[[], int | None] = battery_percent,
    ) -> None:
        self._database = database
        self._planning = planning
        self._blockers = blockers
        self._settings = settings
        self._clock = clock
        self._files = files or FileLooks()
        self._battery = battery
        self._near = NearCopies(database, clock)

    def look(self) -> tuple[DryRun, ...]:
        """Return the posts that go out in the next 24 hours, in order, and what speaks against it.

        Drafts due then are among them, and what should have gone out before and still waits.
        """
        now = self._clock.now()
        posts = self._posts(now)
        if not posts:
            return ()
        so = self._circumstances(posts, now)
        rows = self._planning.as_if_planned_now([_as_it_goes_out(post, now) for post in posts])
        near = self._near.of(posts)
        return tuple(
            dry_run(post, [*row.findings, *near.get(post.id, ())], so)
            for post, row in zip(posts, rows, strict=True)
        )

    def look_into_videos(self) -> None:
        """Look into a few files that were not compared with others yet; may take seconds."""
        self._near.look_into_some()

    def _posts(self, now: datetime) -> list[Post]:
        planned = PostFilter(statuses=frozenset({PostStatus.SCHEDULED}), due_to=now + AHEAD)
        drafts = PostFilter(
            statuses=frozenset({PostStatus.DRAFT}), due_from=now, due_to=now + AHEAD
        )
        with self._database.read() as session:
            found = [
                post for each in (planned, drafts) for post in queries.list_posts(session, each)
            ]
        soon = [post for post in found if goes_out_at(post, now) < now + AHEAD]
        return sorted(soon, key=lambda post: (goes_out_at(post, now), post.handle, post.id))

    def _circumstances(self, posts: Sequence[Post], now: datetime) -> Circumstances:
        media = {post.media for post in posts}
        looks = self._files.of(each.path for each in media)
        with self._database.read() as session:
            facts = known_media(session, {each.path for each in media})
            accounts = accounts_of.get_accounts(session, {post.account_id for post in posts})
        blockers = self._blockers.all()
        files = {
            each: _file_now(each, looks.get(each.path), facts.get(each.path)) for each in media
        }
        infos = {each: facts[each.path].info for each in media if each.path in facts}
        return Circumstances(
            now=now,
            blockers=blockers,
            general=tuple(self._of_machine(blockers)),
            files=files,
            infos={each: info for each, info in infos.items() if info is not None},
            accounts=accounts,
        )

    def _of_machine(self, blockers: Sequence[Blocker]) -> Iterator[Found]:
        if not self._settings.app_keys_ready():
            yield Verdict.PROBLEM, Finding(code=AppKeysMissing.code)
        if any(blocker.code == NO_PUBLISHER for blocker in blockers):
            return  # whether this machine sleeps does not matter then
        if (percent := self._battery()) is not None:
            yield Verdict.WARNING, Finding(code="on_battery", params={"percent": percent})


def _as_it_goes_out(post: Post, now: datetime) -> Post:
    at = goes_out_at(post, now)
    if at == post.schedule.due_at:
        return post
    return replace(post, schedule=at_instant(at, post.schedule.timezone))


def _file_now(media: MediaFile, look: FileLook | None, facts: MediaFacts | None) -> FileNow:
    """Say what became of a file; the publisher, which reads it whole, has the last word.

    A drive mounted anew gives its files new identities: size and time tell then.
    """
    if look is None:
        return _NO_ANSWER
    if look.stamp is None:
        return FileNow(state=FileState.GONE if look.has_folder else FileState.NO_FOLDER)
    if look.reason:
        return FileNow(state=FileState.UNREADABLE, reason=look.reason)
    return FileNow(state=_state(media, look.stamp, facts), size_bytes=look.stamp.size_bytes)


def _state(media: MediaFile, stamp: Stamp, facts: MediaFacts | None) -> FileState:
    if stamp.size_bytes != media.size_bytes:
        return FileState.CUT if stamp.size_bytes < media.size_bytes else FileState.GREW
    if stamp.mtime_ns == media.mtime_ns:
        return FileState.SAME
    if facts is None or stamp != _stamp(facts.media):
        return FileState.SAVED_AGAIN
    return FileState.SAME if facts.media.sha256 == media.sha256 else FileState.OTHER


def _stamp(media: MediaFile) -> Stamp:
    return Stamp(media.size_bytes, media.mtime_ns, media.file_id)
