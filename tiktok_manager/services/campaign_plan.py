"""What the posts of a campaign would be: dealt, timed, in words, and judged as any plan is.

The same campaign, accounts and plan give the same posts; nothing is written here.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import AccountSelector
from tiktok_manager.domain.campaigns import Campaign, CampaignSpec, deal
from tiktok_manager.domain.captions import check_template, fill_template
from tiktok_manager.domain.errors import InputError, NotFound
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.pacing import Place, Room, Window, pace
from tiktok_manager.domain.plans import PlanRequest, PlanRow, Proposal
from tiktok_manager.domain.posts import Origin
from tiktok_manager.domain.quota import WINDOW
from tiktok_manager.domain.schedule import Schedule, zone
from tiktok_manager.domain.slots import LEAST_AHEAD
from tiktok_manager.services.plan_guards import Grounds
from tiktok_manager.services.plan_slots import free_slots, has_slots
from tiktok_manager.storage.plan_facts import read_plan_facts
from tiktok_manager.system.media import stamp_of

if TYPE_CHECKING:
    from tiktok_manager.domain.accounts import Account
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.clock import Clock
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.plan_videos import Progress
    from tiktok_manager.services.planning import Planning
    from tiktok_manager.services.quota import Quota
    from tiktok_manager.services.settings import Settings
    from tiktok_manager.storage.database import Database

VARIABLES = ("account", "name", "n", "date", "video", "campaign")
"""What a caption's template may name."""

NO_ROOM = "campaign_no_room"
_LOOKS_BACK = timedelta(days=30)
"""How far posts count for how much an account is used."""

_STEP = timedelta(minutes=5)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPost:
    """A post that a campaign would make; without a time where its account has no room.

    One that `is_refused` keeps the campaign from starting: its findings say why.
    """

    handle: str
    file: Path
    schedule: Schedule | None
    caption: str
    findings: tuple[Finding, ...]
    is_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPreview:
    """All posts that a campaign would make, by time, those without one last.

    `version` names it: a start may insist on what was seen.
    """

    campaign: Campaign
    posts: tuple[CampaignPost, ...] = field(repr=False)
    proposal: Proposal = field(repr=False)
    version: str


class CampaignPlans:
    """Plans campaigns. Safe from any thread; may take a while."""

    def __init__(
        self,
        database: Database,
        planning: Planning,
        accounts: Accounts,
        quota: Quota,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._planning = planning
        self._accounts = accounts
        self._quota = quota
        self._settings = settings
        self._clock = clock

    def check(self, spec: CampaignSpec) -> None:
        """Raise NotFound for an account or a video that is not there, InputError for a past end.

        Who is in a group or bears a tag is asked when it is looked at and started.
        """
        for name in spec.accounts:
            if AccountSelector.read(name) is None:
                self._accounts.get(name)
        for video in spec.videos:
            if stamp_of(video) is None:
                raise NotFound("not_found", what="file", file=str(video))
        if spec.ends_at <= self._clock.now():
            raise InputError("campaign_window_over", end=_local(spec, spec.ends_at))

    def preview(
        self,
        campaign: Campaign,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> CampaignPreview:
        """Look at what a campaign would make.

        Raises NotFound for accounts, InputError for a window that is over, Cancelled.
        """
        accounts = self._accounts.select(campaign.spec.accounts)
        places, grounds = self._places(campaign.spec, accounts)
        cast = _Cast(campaign=campaign, accounts=accounts, grounds=grounds)
        placed = [place for place in places if place.schedule is not None]
        proposal = self._planning.propose(
            list(cast.requests(placed)), cancel=cancel, progress=progress
        )
        posts = [cast.without_room(place) for place in places if place.schedule is None]
        posts += [cast.refused(placed[n], error) for n, error in proposal.refused.items()]
        posts += [cast.planned(placed[row.wish.request], row) for row in proposal.rows]
        posts.sort(key=_by_time)
        return CampaignPreview(
            campaign=campaign,
            posts=tuple(posts),
            proposal=proposal,
            version=f"{campaign.version}-{_digest(posts)}",
        )

    def _places(
        self, spec: CampaignSpec, accounts: Sequence[Account]
    ) -> tuple[list[Place], Grounds]:
        now = self._clock.now()
        window = Window(start=_start(spec, now), end=spec.ends_at, timezone=spec.timezone)
        if window.start >= window.end:
            raise InputError("campaign_window_over", end=_local(spec, spec.ends_at))
        since = min(window.start - 2 * WINDOW, now - _LOOKS_BACK)
        with self._database.read() as session:
            facts = read_plan_facts(
                session,
                places={(account.id, spec.mode) for account in accounts},
                videos={},
                since=since,
            )
        grounds = Grounds(facts=facts, caps=self._quota.caps(), limits=self._settings.plan_limits())
        loads = [len(facts.standing[account.id]) for account in accounts]
        turns = deal(spec.strategy, len(spec.videos), loads, spec.seed)
        rooms = [_room(spec, account, grounds, window) for account in accounts]
        return pace(spec, turns, rooms, window), grounds


def check_templates(spec: CampaignSpec) -> None:
    """Raise InputError for a template that names what there is not."""
    for template in (spec.caption, *spec.captions.values()):
        check_template(template, VARIABLES)


def _start(spec: CampaignSpec, now: datetime) -> datetime:
    """Return when the first post may go out: soon, at a time that stays the same for minutes."""
    soonest = now + LEAST_AHEAD
    soonest += (_STEP - timedelta(seconds=soonest.timestamp() % _STEP.total_seconds())) % _STEP
    return max(spec.starts_at, soonest)


def _room(spec: CampaignSpec, account: Account, grounds: Grounds, window: Window) -> Room:
    slots = free_slots(account.id, grounds, window.start)
    return Room(
        name=account.handle,
        diary=grounds.diary(account.id),
        ledger=grounds.ledger((account.id, spec.mode)),
        gap=grounds.limits.gap,
        blackouts=grounds.blackouts(account),
        slots=slots.times(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cast:
    """A campaign and the accounts it is for now: says what each post is."""

    campaign: Campaign
    accounts: Sequence[Account]
    grounds: Grounds

    def requests(self, places: Sequence[Place]) -> Iterator[PlanRequest]:
        """Ask for each post that has a time; those of one video for several are a batch."""
        spec, consent = self.campaign.spec, self.campaign.consent
        times_given = Counter(place.number for place in places)
        batches = {n: uuid.uuid4().hex for n, count in times_given.items() if count > 1}
        for place in places:
            if (schedule := place.schedule) is None:
                continue
            yield PlanRequest(
                file=spec.videos[place.video],
                accounts=(self.accounts[place.account].id,),
                when=schedule.due_at.isoformat(),
                timezone=schedule.timezone,
                caption=self._caption(place),
                mode=spec.mode,
                choices=spec.choices,
                consent=consent is not None,
                agreed_at=None if consent is None else consent.given_at,
                or_draft=True,
                lateness=spec.lateness,
                origin=Origin(campaign_id=self.campaign.id, batch=batches.get(place.number)),
            )

    def planned(self, place: Place, row: PlanRow) -> CampaignPost:
        """Return a post as it would be planned."""
        return self._post(place, row.post.schedule, row.findings)

    def refused(self, place: Place, error: InputError) -> CampaignPost:
        """Return a post that planning refuses, with what is wrong."""
        finding = Finding(code=error.code, params=error.params)
        return self._post(place, place.schedule, (finding,), is_refused=True)

    def without_room(self, place: Place) -> CampaignPost:
        """Return a post for which its account has no room in the window, or no slots at all."""
        spec, account = self.campaign.spec, self.accounts[place.account]
        found = Finding(
            code=NO_ROOM,
            params={
                "account": account.handle,
                "file": spec.videos[place.video].name,
                "start": _local(spec, spec.starts_at),
                "end": _local(spec, spec.ends_at),
            },
        )
        if spec.pace.slots and not has_slots(account.id, self.grounds):
            found = Finding(code="no_slots", params={"account": account.handle})
        return self._post(place, None, (found,), is_refused=True)

    def _post(
        self,
        place: Place,
        schedule: Schedule | None,
        findings: tuple[Finding, ...],
        *,
        is_refused: bool = False,
    ) -> CampaignPost:
        return CampaignPost(
            handle=self.accounts[place.account].handle,
            file=self.campaign.spec.videos[place.video],
            schedule=schedule,
            caption=self._caption(place),
            findings=findings,
            is_refused=is_refused,
        )

    def _caption(self, place: Place) -> str:
        spec, account = self.campaign.spec, self.accounts[place.account]
        at = spec.starts_at if place.schedule is None else place.schedule.due_at
        values = {
            "account": account.handle,
            "name": account.display_name,
            "n": str(place.number),
            "date": f"{at.astimezone(zone(spec.timezone)):%Y-%m-%d}",
            "video": spec.videos[place.video].stem,
            "campaign": spec.name,
        }
        return fill_template(spec.captions.get(account.handle.casefold(), spec.caption), values)


def _local(spec: CampaignSpec, at: datetime) -> str:
    return f"{at.astimezone(zone(spec.timezone)):%Y-%m-%d %H:%M}"


def _by_time(post: CampaignPost) -> tuple[datetime, str]:
    return post.schedule.due_at if post.schedule else _NEVER, post.handle


def _digest(posts: Sequence[CampaignPost]) -> str:
    """Return what stands for all that a person was shown."""
    shown = [
        (
            post.handle,
            str(post.file),
            post.schedule and post.schedule.due_at.isoformat(),
            post.caption,
            [finding.code for finding in post.findings],
        )
        for post in posts
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:8]
