"""Planning posts in two steps: `propose` looks and writes nothing, `commit` writes all or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.captions import check_caption
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import (
    Change,
    ChangedMeanwhile,
    InputError,
    OutcomeUnknown,
)
from tiktok_manager.domain.events import EventBus
from tiktok_manager.domain.plans import (
    LookedInto,
    PlanRequest,
    PlanResult,
    PostEdit,
    Proposal,
    Wish,
)
from tiktok_manager.domain.posts import (
    EDITABLE,
    RETRYABLE,
    Choices,
    Lateness,
    Post,
    PostFilter,
    PostStatus,
    changed_meanwhile,
)
from tiktok_manager.services import plan_rules as rules
from tiktok_manager.services.hold_reasons import HoldReasons
from tiktok_manager.services.plan_changes import PlanChanges
from tiktok_manager.services.plan_videos import PlanVideos, Progress
from tiktok_manager.services.planned_posts import PlannedPosts, PublishOverview
from tiktok_manager.services.quota import Quota
from tiktok_manager.services.settings import Settings
from tiktok_manager.storage.database import Database
from tiktok_manager.system import video

if TYPE_CHECKING:
    from tiktok_manager.services.accounts import Accounts

__all__ = ["PlanRequest", "PlanResult", "Planning", "PostEdit", "PublishOverview"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usual:
    """What goes for requests that say nothing of their own."""

    timezone: str
    lateness: Lateness


Seen = Post | int | None
"""A post as the user saw it, its version, or nothing for whatever it is now."""


class Planning(PlannedPosts):
    """The posts of one data folder, up to the moment the publisher claims them.

    A change may say how the post was `seen`: it raises ChangedMeanwhile, and changes nothing, if
    the post has another version by now.
    """

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        quota: Quota,
        settings: Settings,
        events: EventBus,
        clock: Clock,
    ) -> None:
        super().__init__(database, HoldReasons(database, settings))
        self._accounts, self._settings = accounts, settings
        self._changes = PlanChanges(database, quota, events, clock)
        self._videos = PlanVideos(database, clock)
        self._clock = clock

    @staticmethod
    def consent_text(choices: Choices) -> str:
        """Return TikTok's wording the user agrees to (content sharing guidelines, 2d and 4)."""
        return rules.consent_text(choices)

    def propose(
        self,
        requests: Sequence[PlanRequest],
        *,
        spread: bool = False,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> Proposal:
        """Look at what requests would come to: a row per post, in order. Writes nothing.

        What is wrong with a request stands in `refused`, with no row. Each file is read once, each
        account's times once, and a row sees the rows before it. `spread` moves posts over a daily
        cap to the next free time. `progress` gets (bytes read, size of all files). Raises
        Cancelled.
        """
        now = self._clock.now()
        usual = _Usual(timezone=self._settings.timezone(), lateness=self._settings.lateness())
        accounts: dict[str, Sequence[Account]] = {}
        checked: list[rules.Checked] = []
        refused: dict[int, InputError] = {}
        for place, request in enumerate(requests):
            try:
                checked.append(self._checked(place, request, accounts, usual, now))
            except InputError as error:
                refused[place] = error
        videos = self._videos.read([each.request.file for each in checked], cancel, progress)
        wishes: list[Wish] = []
        for each in checked:
            found = videos[each.request.file]
            if isinstance(found, InputError):
                refused[each.place] = found
            else:
                wishes += rules.wishes(each, found.media, found.info, usual.lateness, now)
        return self._changes.propose(wishes, refused, spread=spread)

    def propose_edit(
        self,
        post_id: str,
        edit: PostEdit,
        *,
        seen: Seen = None,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> Proposal:
        """Look at what an edit would come to, with the checks of a new plan. Writes nothing.

        A new file is read whole; `progress` gets
        (bytes read, size). Raises ChangedMeanwhile, InputError, NotFound, Cancelled.
        """
        change = partial(rules.edited, edit=edit, now=self._clock.now())
        post = self._get(post_id, seen, change)
        rules.check_status(post, EDITABLE, "edited")
        changed = change(post)
        looked: LookedInto | None = None
        if edit.file is not None:
            found = self._videos.read([edit.file], cancel, progress)[edit.file]
            if isinstance(found, InputError):
                raise found
            changed, looked = replace(changed, media=found.media), LookedInto(info=found.info)
        elif changed.choices.cover_ms != post.choices.cover_ms:
            info = video.probe(post.media.path)
            looked = None if info is None else LookedInto(info=info)
        return self._changes.propose([Wish(post=changed, video=looked, before=post)], {})

    def check(self, proposal: Proposal, *, strict: bool = False) -> None:
        """Raise what was refused first; and InputError if `strict` and there are findings."""
        rules.check(proposal, strict=strict)

    def commit(self, proposal: Proposal, *, strict: bool = False) -> PlanResult:
        """Write what was proposed, all or none, and tell the publisher.

        Raises what was refused first; InputError for findings if `strict`; ChangedMeanwhile if a
        post was changed since, or if there is something to know by now that the proposal did not
        tell (an account disconnected, a day that filled up).
        """
        return self._changes.commit(proposal, strict=strict)

    def plan(
        self,
        request: PlanRequest,
        *,
        strict: bool = False,
        spread: bool = False,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> PlanResult:
        """Propose one request and commit it at once; raises as both do."""
        proposal = self.propose([request], spread=spread, cancel=cancel, progress=progress)
        return self.commit(proposal, strict=strict)

    def edit(
        self,
        post_id: str,
        edit: PostEdit,
        *,
        seen: Seen = None,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> Post:
        """Propose an edit and commit it at once; raises as both do."""
        proposal = self.propose_edit(post_id, edit, seen=seen, cancel=cancel, progress=progress)
        return self.commit(proposal).posts[0]

    def cancel(self, post_id: str, *, seen: Seen = None) -> Post:
        """Take a post out of the plan; works until its last bytes are about to leave.

        A post being sent is fenced: its worker stops before the last byte. Raises OutcomeUnknown
        once TikTok may have everything.
        """
        post = self._get(post_id, seen)
        if post.status in {PostStatus.PROCESSING, PostStatus.UNCONFIRMED}:
            raise rules.too_late(post)
        rules.check_status(post, EDITABLE | {PostStatus.PUBLISHING}, "cancelled")
        return self._changes.write(
            post, replace(post, status=PostStatus.CANCELLED, error=None), "cancelled"
        )

    def restore(self, post_id: str, *, seen: Seen = None) -> Post:
        """Undo a cancellation: plan the post again as it was, or make it a draft again."""
        post = self._get(post_id, seen)
        rules.check_status(post, frozenset({PostStatus.CANCELLED}), "restored")
        status = rules.status_of(post.mode, post.consent, or_draft=True)
        changed = replace(post, status=status, error=None, next_try_at=None)
        return self._changes.write(post, changed, "planned_again")

    def put_back(self, before: Post, over: Post) -> Post:
        """Undo or redo a change: make a post again what it was before, status and error included.

        `over` is the post as that change left it. Raises InputError if anybody changed it since,
        or if it had stopped and would be planned for a time that has passed.
        """
        return self._changes.put_back(before, over)

    def retry(self, post_id: str, *, seen: Seen = None) -> Post:
        """Let a stopped post go out again, at its time or now; raises OutcomeUnknown, InputError.

        Only posts of which TikTok surely has nothing may be retried.
        """
        post = self._get(post_id, seen)
        if post.status is PostStatus.UNCONFIRMED:
            raise OutcomeUnknown(handle=post.handle)
        rules.check_status(post, RETRYABLE, "retried")
        return self._retry(post)

    def resolve(
        self,
        post_id: str,
        *,
        posted: bool,
        post_again: bool = False,
        seen: Seen = None,
    ) -> Post:
        """Take the user's word for what became of an unconfirmed video.

        `posted`: it is on TikTok. Otherwise it is not, and with `post_again` it goes out anew.
        Raises InputError for a post whose outcome is not in doubt.
        """
        post = self._get(post_id, seen)
        rules.check_status(post, frozenset({PostStatus.UNCONFIRMED}), "resolved")
        after, what = rules.resolved(
            post, posted=posted, post_again=post_again, now=self._clock.now()
        )
        return self._changes.write(post, after, "resolved", what=what, started=True, by_user=True)

    def retry_all_failed(self) -> list[Post]:
        """Retry every failed post of which TikTok surely has nothing; returns those."""
        retried = []
        for post in self.page(PostFilter(statuses=frozenset({PostStatus.FAILED}))):
            with suppress(OutcomeUnknown, InputError):  # something else got there first
                retried.append(self._retry(post))
        return retried

    def _retry(self, post: Post) -> Post:
        changed = rules.retried(post, self._clock.now())
        return self._changes.write(post, changed, "retried", started=True)

    def _get(
        self, post_id: str, seen: Seen, change: Callable[[Post], Post] = lambda post: post
    ) -> Post:
        """Return a post; raises ChangedMeanwhile unless it is still as it was `seen`."""
        post = self.get(post_id)
        if isinstance(seen, Post) and seen.version != post.version:
            raise changed_meanwhile(seen, change(seen), post)
        if isinstance(seen, int) and seen != post.version:
            changes = [Change(field="version", yours=str(seen), theirs=str(post.version))]
            raise ChangedMeanwhile("post", post.id, changes)
        return post

    def _checked(
        self,
        place: int,
        request: PlanRequest,
        known: dict[str, Sequence[Account]],
        usual: _Usual,
        now: datetime,
    ) -> rules.Checked:
        for name in request.accounts:
            if name not in known:
                known[name] = self._accounts.select([name])
        accounts = {each.id: each for name in request.accounts for each in known[name]}
        rules.check_accounts(accounts.values())
        check_caption(request.caption)
        return rules.Checked(
            place=place,
            request=request,
            accounts=tuple(accounts.values()),
            consent=rules.consent_for(
                request.mode,
                request.choices,
                agreed=request.consent,
                now=now,
                or_draft=request.or_draft,
            ),
            schedule=rules.read_time(request.when, request.timezone or usual.timezone, now),
        )
