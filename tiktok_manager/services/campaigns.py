"""Campaigns: made as drafts, looked at, started in one transaction, held, ended and reported.

Each change is compare-and-set on the campaign's version and returns what takes it back.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from tiktok_manager.domain.campaigns import (
    MAX_NAME,
    Campaign,
    CampaignSpec,
    CampaignStatus,
    Stage,
    Strategy,
)
from tiktok_manager.domain.captions import check_whole, normalize_handle
from tiktok_manager.domain.errors import ChangedMeanwhile, InputError, NotFound
from tiktok_manager.domain.events import PostsChanged
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import (
    EDITABLE,
    ON_TIME,
    Consent,
    Post,
    PostFilter,
    PostStatus,
)
from tiktok_manager.services import plan_rules as rules
from tiktok_manager.services.campaign_plan import CampaignPlans, check_templates
from tiktok_manager.storage import attempts, downtime
from tiktok_manager.storage import campaigns as queries
from tiktok_manager.storage import posts as post_queries

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.clock import Clock
    from tiktok_manager.domain.events import EventBus
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.campaign_plan import CampaignPost, CampaignPreview
    from tiktok_manager.services.plan_videos import Progress
    from tiktok_manager.services.planning import Planning
    from tiktok_manager.services.quota import Quota
    from tiktok_manager.services.settings import Settings
    from tiktok_manager.storage.database import Database, Session

_CANCELLABLE = EDITABLE | {PostStatus.PUBLISHING}
_RETRIED = frozenset({PostStatus.FAILED, PostStatus.MISSED})
_S = CampaignStatus
_MAY = {
    "edited": {_S.DRAFT},
    "started": {_S.DRAFT},
    "paused": {_S.SCHEDULED, _S.RUNNING},
    "resumed": {_S.PAUSED},
    # Once more for what TikTok gave back since.
    "cancelled": {_S.DRAFT, _S.SCHEDULED, _S.RUNNING, _S.PAUSED, _S.CANCELLED},
    "retried": {_S.SCHEDULED, _S.RUNNING, _S.PAUSED, _S.COMPLETED},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignChange:
    """A change of a campaign, with what takes it back: each post before and after it."""

    before: Campaign
    after: Campaign
    posts: tuple[tuple[Post, Post], ...] = ()
    made: tuple[Post, ...] = ()


class Campaigns:
    """The campaigns of one data folder. Safe from any thread; every call may block.

    A campaign is named by its id, a unique beginning of it, or its name. A change may say how the
    campaign was `seen`: as a value, or by its version; it raises ChangedMeanwhile for another.
    """

    def __init__(
        self,
        database: Database,
        planning: Planning,
        accounts: Accounts,
        quota: Quota,
        settings: Settings,
        events: EventBus,
        clock: Clock,
    ) -> None:
        self._database = database
        self._planning = planning
        self._settings = settings
        self._plans = CampaignPlans(database, planning, accounts, quota, settings, clock)
        self._events = events
        self._clock = clock

    def list(self) -> Sequence[Campaign]:
        """Return every campaign, the one that starts last first."""
        with self._database.read() as session:
            return queries.list_campaigns(session)

    def get(self, named: str) -> Campaign:
        """Return a campaign with how far it is; raises NotFound, InputError."""
        found = self.list()
        exact = [each for each in found if each.id == named]
        alike = exact or [each for each in found if each.spec.name.casefold() == named.casefold()]
        fitting = alike or [each for each in found if named and each.id.startswith(named)]
        if not fitting:
            raise NotFound("not_found", what="campaign", id=named)
        if len(fitting) > 1:
            raise InputError("campaign_not_unique", id=named)
        return fitting[0]

    def create(self, spec: CampaignSpec, *, consent: bool = False) -> Campaign:
        """Make a draft; a folder among the videos stands for those in it. Raises InputError."""
        now = self._clock.now()
        spec = self._as_usual(self._checked(spec))
        campaign = Campaign(
            id=uuid.uuid4().hex,
            spec=spec,
            stage=Stage.DRAFT,
            consent=_consent(spec, self._clock) if consent else None,
            version=1,
            created_at=now,
        )
        with self._database.write() as session:
            queries.add_campaign(session, campaign, now)
        self._events.publish(PostsChanged())
        return self.get(campaign.id)

    def edit(
        self,
        named: str,
        spec: CampaignSpec,
        *,
        consent: bool = False,
        seen: Campaign | int | None = None,
    ) -> CampaignChange:
        """Change a draft. A consent given before counts as long as it is to the same words."""
        before = self._get(named, "edited", seen)
        spec = self._as_usual(self._checked(spec))
        agreed = self._kept(before, spec, consent=consent)
        return self._change(before, replace(before, spec=spec, consent=agreed))

    def _checked(self, spec: CampaignSpec) -> CampaignSpec:
        spec = _whole(spec)
        self._plans.check(spec)
        return spec

    def preview(
        self,
        named: str,
        *,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> CampaignPreview:
        """Look at every post that a draft would make, as `CampaignPlans.preview`."""
        return self._plans.preview(self._get(named, "started"), cancel, progress)

    def start(
        self,
        named: str,
        *,
        seen: Campaign | int | None = None,
        shown: str | None = None,
        consent: bool = False,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> CampaignChange:
        """Plan every post in one transaction; without consent to direct posts they are drafts.

        `shown` is the version of a preview: what is planned is what that showed. Raises
        ChangedMeanwhile if it is another by now, InputError for posts that cannot be planned or
        do not fit the window; then nothing is planned.
        """
        before = self._get(named, "started", seen)
        ready = replace(before, consent=self._kept(before, before.spec, consent=consent))
        preview = self._plans.preview(ready, cancel, progress)
        if shown is not None and preview.version != shown:
            raise ChangedMeanwhile("plan", before.id, findings=_findings(preview.posts))
        _check_fits(preview)
        started = replace(ready, stage=Stage.STARTED)
        result = self._planning.commit(
            preview.proposal, first=lambda session: self._write(session, before, started)
        )
        return self._changed(before, started, made=result.posts)

    def pause(self, named: str, *, seen: Campaign | int | None = None) -> CampaignChange:
        """Hold its posts; one being uploaded just now is finished."""
        before = self._get(named, "paused", seen)
        return self._change(before, replace(before, stage=Stage.PAUSED))

    def resume(self, named: str, *, seen: Campaign | int | None = None) -> CampaignChange:
        """Let its posts go out again; lateness decides about those whose time has passed."""
        before = self._get(named, "resumed", seen)
        return self._change(before, replace(before, stage=Stage.STARTED))

    def cancel(self, named: str, *, seen: Campaign | int | None = None) -> CampaignChange:
        """Cancel every post that has not ended; nothing of it is sent afterwards.

        A post whose last bytes may have left runs on to its end, as with `planning.cancel`.
        """
        before = self._get(named, "cancelled", seen)
        cancelled = replace(before, stage=Stage.CANCELLED)

        def find(session: Session) -> list[tuple[Post, Post]]:
            self._write(session, before, cancelled)
            return [
                (post, rules.cancelled(post))
                for post in _within_recall(session, before.id, _CANCELLABLE)
            ]

        return self._changed(before, cancelled, self._planning.change_found(find, "cancelled"))

    def retry(self, named: str, *, seen: Campaign | int | None = None) -> CampaignChange:
        """Let its failed and missed posts go out again, of which TikTok surely has nothing."""
        before, now = self._get(named, "retried", seen), self._clock.now()

        def find(session: Session) -> list[tuple[Post, Post]]:
            self._write(session, before, before)
            return [
                (post, rules.retried(post, now))
                for post in _within_recall(session, before.id, _RETRIED)
            ]

        changed = self._planning.change_found(find, "retried", started=True)
        return self._changed(before, before, changed)

    def put_back(self, change: CampaignChange) -> CampaignChange:
        """Undo or redo a change: campaign and posts are again what they were before it.

        Posts that a start made are cancelled. Raises ChangedMeanwhile if anybody changed one of
        them since, InputError as `planning.put_back` does; then nothing is changed.
        """
        before, after = change.before, change.after
        gone = [(rules.cancelled(p), p) for p in change.made]
        pairs = [*change.posts, *gone]
        written = self._planning.put_back_many(
            pairs, first=lambda session: self._write(session, after, before)
        )
        taken = [(over, now) for (_wanted, over), now in zip(pairs, written, strict=True)]
        return self._changed(after, before, taken)

    def _get(self, named: str, change: str, seen: Campaign | int | None = None) -> Campaign:
        """Return a campaign that may be changed so, if it is as it was `seen`."""
        campaign = self.get(named)
        version = seen.version if isinstance(seen, Campaign) else seen
        if version is not None and version != campaign.version:
            raise ChangedMeanwhile("campaign", campaign.id)
        status = campaign.status(self._clock.now())
        if status not in _MAY[change]:
            raise InputError(
                "campaign_wrong_status",
                status=status.value,
                change=change,
                allowed=tuple(sorted(_MAY[change])),
            )
        return campaign

    def _as_usual(self, spec: CampaignSpec) -> CampaignSpec:
        """Keep accounts that get the same video as far apart as the user wants them anyway."""
        usual = self._settings.plan_limits().stagger
        if usual is None or spec.strategy is not Strategy.ALL or spec.pace.stagger is not None:
            return spec
        return replace(spec, pace=replace(spec.pace, stagger=usual))

    def _kept(self, before: Campaign, spec: CampaignSpec, *, consent: bool) -> Consent | None:
        if consent:
            return _consent(spec, self._clock)
        known = before.consent
        return known if known and known.text == rules.consent_text(spec.choices) else None

    def _change(self, before: Campaign, after: Campaign) -> CampaignChange:
        with self._database.write() as session:
            self._write(session, before, after)
        return self._changed(before, after)

    def _changed(
        self,
        before: Campaign,
        after: Campaign,
        posts: Sequence[tuple[Post, Post]] = (),
        made: Sequence[Post] = (),
    ) -> CampaignChange:
        """Tell of a change, and return it with how far the campaign is then."""
        self._events.publish(PostsChanged())
        now = self.get(before.id)
        # By now another hand may have been at it: what takes this back must not take that back.
        after = replace(
            after, version=before.version + 1, counts=now.counts, first_due=now.first_due
        )
        return CampaignChange(before=before, after=after, posts=tuple(posts), made=tuple(made))

    def _write(self, session: Session, before: Campaign, after: Campaign) -> None:
        now = self._clock.now()
        if before.stage is Stage.PAUSED and after.stage is Stage.STARTED:
            downtime.forget_tries(session, now, ON_TIME, campaign_id=before.id)
        queries.update_campaign(session, before, after, now)


def _within_recall(
    session: Session, campaign_id: str, statuses: frozenset[PostStatus]
) -> list[Post]:
    """Return its posts in these statuses of which TikTok cannot have everything."""
    gone = attempts.beyond_recall(session)
    found = post_queries.list_posts(session, PostFilter(campaign_id=campaign_id))
    return [post for post in found if post.status in statuses and post.id not in gone]


def _whole(spec: CampaignSpec) -> CampaignSpec:
    """Return a campaign with its folders opened, where it can be one; raises InputError."""
    if not spec.name.strip() or len(spec.name) > MAX_NAME:
        raise InputError("bad_campaign_name", most=MAX_NAME)
    check_whole(spec.name)
    if spec.starts_at >= spec.ends_at:
        raise InputError("campaign_window_reversed")
    if not spec.accounts:
        raise InputError("no_account_chosen")
    if spec.pace.slots and (spec.pace.times or spec.pace.jitter):
        raise InputError("campaign_slots_alone")
    check_templates(spec)
    captions = {normalize_handle(name).casefold(): text for name, text in spec.captions.items()}
    videos = tuple(_videos(spec.videos))
    return replace(spec, name=spec.name.strip(), videos=videos, captions=captions)


def _videos(named: Iterable[Path]) -> Iterable[Path]:
    from tiktok_manager.services.bulk_reading import videos_in  # late: most commands read no table

    found: dict[Path, None] = {}
    for path in named:
        for video in videos_in(path.absolute()) if path.is_dir() else [path.absolute()]:
            found.setdefault(video)
    if not found:
        raise InputError("no_video_chosen")
    return found


def _consent(spec: CampaignSpec, clock: Clock) -> Consent | None:
    return rules.consent_for(spec.mode, spec.choices, agreed=True, now=clock.now())


def _findings(posts: Iterable[CampaignPost]) -> Sequence[Finding]:
    """Return what is to be known of posts, the first of each kind."""
    found: dict[str, Finding] = {}
    for finding in chain.from_iterable(post.findings for post in posts):
        found.setdefault(finding.code, finding)
    return list(found.values())


def _check_fits(preview: CampaignPreview) -> None:
    """Raise InputError for posts that cannot be planned, with what to know of them."""
    refused = [post for post in preview.posts if post.is_refused]
    left = Counter(post.handle for post in refused if post.schedule is None)
    if left:
        raise InputError(
            "campaign_does_not_fit",
            left=left.total(),
            all=len(preview.posts),
            accounts=tuple(f"@{handle}: {number}" for handle, number in left.items()),
        )
    if refused:
        raise InputError("campaign_posts_refused", count=len(refused), findings=_findings(refused))
