"""The list of campaigns, and what can be done with one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.campaigns import CampaignStatus
from tiktok_manager.domain.posts import PostFilter, PostStatus
from tiktok_manager.ui.campaigns.draft import undo_of
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.paged_reading import Listing, PagedReading
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.post.columns import account_column, status_column, when_column
from tiktok_manager.ui.post_look import CHANGES_POSTS, changes_posts
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.campaigns import Campaign
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.services.campaigns import CampaignChange
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.paged_reading import PageAsk

_S = CampaignStatus
_STOPPED = (PostStatus.FAILED, PostStatus.MISSED)
_GOES_ON = {_S.DRAFT, _S.SCHEDULED, _S.RUNNING, _S.PAUSED}


class CampaignsViewModel(QObject):
    """All campaigns as they are now.

    Signals:
        failed: An AppError.
    """

    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._service = core.workspace.campaigns
        self.reading: Reading[Sequence[Campaign]] = Reading(
            core.tasks,
            core.bridge,
            lambda _token: self._service.list(),
            parent=self,
            stale_on=CHANGES_POSTS,
            concerns=changes_posts,
            is_empty=lambda found: not found,
        )

    def find(self, campaign_id: str) -> Campaign | None:
        """Return a campaign as it is now, None if it is not there."""
        return next((each for each in self.reading.value or () if each.id == campaign_id), None)

    def status(self, campaign: Campaign) -> CampaignStatus:
        """Return where a campaign is."""
        return campaign.status(self._core.now())

    def posts_of(self, campaign_id: str, parent: QObject) -> PagedReading[Post]:
        """Return the posts of a campaign, by their time, for a table."""
        workspace = self._core.workspace
        wanted = PostFilter(campaign_id=campaign_id)

        def read(ask: PageAsk, _token: CancelToken) -> Sequence[Post]:
            posts = workspace.planning.page(wanted, after=ask.after, limit=ask.limit)
            return workspace.blockers.look_at(posts)

        def itself(post: Post) -> Post:
            return post

        return PagedReading(
            self._core.tasks,
            self._core.bridge,
            Listing(
                columns=(
                    when_column(self._core, itself, words=lambda: tr("Goes out"), width=124),
                    account_column(self._core, itself, 90),
                    replace(status_column(self._core, itself), width=0),
                ),
                key=lambda post: post.id,
                cursor=lambda post: (post.schedule.due_at, post.id),
            ),
            read,
            parent=parent,
            stale_on=CHANGES_POSTS,
            concerns=changes_posts,
        )

    def actions(
        self, of: Callable[[], Campaign | None], edit: Callable[[Campaign], object]
    ) -> Sequence[Action]:
        """Return what can be done with a campaign, for its drawer and its menu."""
        service = self._service

        def is_in(*statuses: CampaignStatus) -> bool:
            found = of()
            return found is not None and self.status(found) in statuses

        open_draft = Action(
            words=lambda: tr("Look and start…"),
            icon="play",
            look="primary",
            shown=lambda: is_in(_S.DRAFT),
            run=lambda: _with(of, edit),
        )
        pause = Action(
            words=lambda: tr("Pause"),
            icon="pause",
            hint=lambda: tr("None of its posts goes out until it is resumed."),
            shown=lambda: is_in(_S.SCHEDULED, _S.RUNNING),
            run=lambda: self._do(of, tr("Pause a campaign"), service.pause),
        )
        resume = Action(
            words=lambda: tr("Resume"),
            icon="play",
            shown=lambda: is_in(_S.PAUSED),
            run=lambda: self._do(of, tr("Resume a campaign"), service.resume),
        )
        cancel = Action(
            words=lambda: tr("Cancel campaign"),
            icon="stop",
            hint=lambda: tr("Everything that has not ended is cancelled."),
            shown=lambda: is_in(*_GOES_ON),
            run=lambda: self._do(of, tr("Cancel a campaign"), service.cancel),
        )
        return (open_draft, pause, resume, self._retry(of), cancel)

    def _retry(self, of: Callable[[], Campaign | None]) -> Action:
        def stopped() -> int:
            found = of()
            if found is None or self.status(found) in {_S.DRAFT, _S.CANCELLED}:
                return 0
            return sum(found.counts.get(each, 0) for each in _STOPPED)

        return Action(
            words=lambda: ntr("Retry {count} post", "Retry {count} posts", stopped()),
            icon="redo",
            shown=lambda: stopped() > 0,
            run=lambda: self._do(of, tr("Retry a campaign"), self._service.retry),
        )

    def _do(
        self, of: Callable[[], Campaign | None], name: str, work: Callable[..., CampaignChange]
    ) -> None:
        """Change the campaign as it was seen, and record the way back."""
        if (seen := of()) is not None:
            self._core.tasks.run(
                lambda _token: work(seen.id, seen=seen),
                done=lambda change: undo_of(self._core, name, change),
                failed=self.failed.emit,
            )


def _with(of: Callable[[], Campaign | None], run: Callable[[Campaign], object]) -> None:
    if (found := of()) is not None:
        run(found)
