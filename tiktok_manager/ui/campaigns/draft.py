"""A campaign being made or changed: what is entered, what it would make, and its start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import AccountSelector
from tiktok_manager.domain.campaigns import CampaignSpec, Pace, Strategy
from tiktok_manager.domain.errors import AppError, Cancelled, InputError
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.domain.schedule import at_instant, parse_duration, resolve
from tiktok_manager.domain.slots import read_weekly
from tiktok_manager.services.planning import Planning
from tiktok_manager.ui.composer.form import new_form
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.post.settings import PostSettings
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktok_manager.domain.campaigns import Campaign
    from tiktok_manager.services.campaign_plan import CampaignPost, CampaignPreview
    from tiktok_manager.services.campaigns import CampaignChange
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.reading import JobProgress

EVENLY, AT_TIMES, IN_SLOTS = "evenly", "times", "slots"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignForm:
    """What is entered; texts are as they are typed. `first` and `last` are wall times."""

    name: str = ""
    videos: tuple[Path, ...] = ()
    first: datetime
    last: datetime
    strategy: Strategy = Strategy.ROUND_ROBIN
    pacing: str = EVENLY
    times: str = "9:00, 18:00"
    per_day: str = ""
    stagger: str = ""
    jitter: str = ""
    caption: str = "{video}"


class CampaignDraft(QObject):
    """A campaign from its first field to its start. A look at its posts keeps it as a draft.

    Attributes:
        form: What is entered.
        settings: For whom, and what TikTok wants decided.
        preview: What it would make, None while that is not known.
        consents: Whether the user agreed to TikTok's line, once for all of them.
        job: The look or the start under way.

    Signals:
        changed: Something of it reads differently.
        started: A CampaignChange.
        failed: An AppError.
    """

    changed = Signal()
    started = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject, campaign: Campaign | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._campaigns = core.workspace.campaigns
        self._campaign = campaign
        self._first_accounts: tuple[str, ...] = ()
        self.settings = PostSettings(core, self)
        self.form = _form_of(core, campaign)
        self.preview: CampaignPreview | None = None
        self.consents = False
        self.job = Job(core.tasks, self)
        self.job.changed.connect(self.changed)
        if campaign is not None:
            self._fill(campaign)
        self.settings.changed.connect(self._on_settings)

    @property
    def timezone(self) -> str:
        """The zone its days are meant in."""
        return self._core.timezone if self._campaign is None else self._campaign.spec.timezone

    def enter(self, form: CampaignForm) -> None:
        """Take what was entered."""
        self.form, self.preview = form, None
        self.changed.emit()

    # -- what is in the way ---------------------------------------------------------------

    def why_not_whom(self) -> str:
        """What is missing of name, videos and accounts."""
        if not self.form.name.strip():
            return tr("Give it a name.")
        return self.settings.why_not if self.form.videos else tr("Choose its videos.")

    def why_not_when(self) -> str:
        """What is missing of its time."""
        form = self.form
        if form.last <= form.first:
            return tr("It ends before it begins.")
        try:
            self._pace()
        except InputError as error:
            return joined(words(error).title, words(error).hint)
        return ""

    def why_not_started(self) -> str:
        """What is in the way of its start."""
        if self.preview is None:
            return "" if self.job.busy else tr("Its posts are not looked at yet.")
        if refused := sum(post.is_refused for post in self.preview.posts):
            return ntr(
                "{count} post cannot be planned.", "{count} posts cannot be planned.", refused
            )
        return ""

    # -- what it would make ---------------------------------------------------------------

    @property
    def posts(self) -> Sequence[tuple[int, CampaignPost]]:
        """The posts it would make with their place, those that cannot be planned first."""
        posts = () if self.preview is None else self.preview.posts
        return sorted(enumerate(posts), key=lambda each: not each[1].is_refused)

    @property
    def consent(self) -> str:
        """TikTok's line for its posts; empty where nothing is published."""
        form = self.settings.form
        return Planning.consent_text(form.choices) if form.mode is PostMode.DIRECT else ""

    @property
    def start_words(self) -> str:
        """What the last button does."""
        count = len(self.posts)
        if self.consent and not self.consents:
            return ntr("Make {count} draft post", "Make {count} draft posts", count)
        return ntr("Start: {count} post", "Start: {count} posts", count)

    def set_consent(self, consents: bool) -> None:
        """Agree to TikTok's line for all of its posts, or do not."""
        self.consents = consents
        self.changed.emit()

    def look(self) -> None:
        """Keep it as a draft, and see what it would make."""
        self.job.cancel()
        said = tr("Looking at the videos")
        self.job.start(self._look, done=self._on_looked, failed=self._on_failed, words=said)

    def start(self) -> None:
        """Plan all its posts as they were shown, in one transaction."""
        preview = self.preview
        if preview is None or self.why_not_started():
            return
        named, consents = preview.campaign, self.consents
        self.job.start(
            lambda _job: self._campaigns.start(
                named.id, seen=named, shown=preview.version, consent=consents
            ),
            done=self.started.emit,
            failed=self._on_failed,
            words=tr("Planning"),
            can_stop=False,
        )

    # -- inside ---------------------------------------------------------------------------

    def _look(self, job: JobProgress) -> CampaignPreview:
        def tell(read_bytes: int, size_bytes: int) -> None:
            job.tell(read_bytes, size_bytes, tr("Looking at the videos"), counted=False)

        spec = self._spec()
        if self._campaign is None:
            self._campaign = self._campaigns.create(spec)
        else:
            self._campaign = self._campaigns.edit(self._campaign.id, spec).after
        return self._campaigns.preview(self._campaign.id, cancel=job.token, progress=tell)

    def _spec(self) -> CampaignSpec:
        form, chosen = self.form, self.settings.form
        ids = chosen.account_ids
        before = None if self._campaign is None else self._campaign.spec
        is_same = before is not None and frozenset(ids) == frozenset(self._first_accounts)
        made = CampaignSpec(
            name=form.name.strip(),
            videos=form.videos,
            accounts=before.accounts if before is not None and is_same else ids,
            starts_at=resolve(form.first, self.timezone).due_at,
            ends_at=resolve(form.last, self.timezone).due_at,
            timezone=self.timezone,
            strategy=form.strategy,
            caption=form.caption,
            pace=self._pace(),
            mode=chosen.mode,
            choices=chosen.choices,
        )
        if before is None:
            return made
        return replace(made, seed=before.seed, captions=before.captions, lateness=before.lateness)

    def _pace(self) -> Pace:
        form = self.form
        per_day = form.per_day.strip()
        if per_day and not (per_day.isdecimal() and int(per_day) > 0):
            raise InputError("no_whole_number", value=per_day)
        in_slots = form.pacing == IN_SLOTS
        jitter = "" if in_slots else form.jitter.strip()
        return Pace(
            slots=in_slots,
            times=read_weekly(form.times)[1] if form.pacing == AT_TIMES else (),
            per_day=int(per_day) if per_day else None,
            stagger=parse_duration(form.stagger) if form.stagger.strip() else None,
            jitter=parse_duration(jitter) if jitter else timedelta(),
        )

    def _fill(self, campaign: Campaign) -> None:
        spec, known = campaign.spec, [entry.account for entry in self._core.accounts.rows]
        selectors = [each for name in spec.accounts if (each := AccountSelector.read(name))]
        self._first_accounts = tuple(
            account.id
            for account in known
            if account.id in spec.accounts
            or account.handle in spec.accounts
            or any(each.takes(account) for each in selectors)
        )
        form = new_form(self._core.now(), self.timezone)
        choices = spec.choices
        disclose = choices.your_brand or choices.branded_content
        self.settings.enter(
            replace(form, account_ids=self._first_accounts, mode=spec.mode, disclose=disclose)
        )
        self.settings.form = replace(self.settings.form, choices=choices)

    def _on_settings(self) -> None:
        self.preview = None
        self.changed.emit()

    def _on_looked(self, preview: CampaignPreview) -> None:
        self.preview = preview
        self.changed.emit()

    def _on_failed(self, error: AppError) -> None:
        if not isinstance(error, Cancelled):
            self.failed.emit(error)
        self.changed.emit()


def _form_of(core: Core, campaign: Campaign | None) -> CampaignForm:
    """Return the form of a campaign, or an empty one for the seven days from tomorrow on."""
    wall = partial(at_instant, timezone=core.timezone)
    if campaign is None:
        today = wall(core.now()).wall.replace(hour=0, minute=0, second=0, microsecond=0)
        return CampaignForm(first=today + timedelta(days=1), last=today + timedelta(days=8))
    spec, pace = campaign.spec, campaign.spec.pace
    return CampaignForm(
        name=spec.name,
        videos=spec.videos,
        first=at_instant(spec.starts_at, spec.timezone).wall,
        last=at_instant(spec.ends_at, spec.timezone).wall,
        strategy=spec.strategy,
        pacing=IN_SLOTS if pace.slots else AT_TIMES if pace.times else EVENLY,
        times=", ".join(f"{each:%H:%M}" for each in pace.times) or "9:00, 18:00",
        per_day="" if pace.per_day is None else str(pace.per_day),
        stagger="" if pace.stagger is None else _typed(pace.stagger),
        jitter=_typed(pace.jitter) if pace.jitter else "",
        caption=spec.caption,
    )


def _typed(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def undo_of(core: Core, name: str, change: CampaignChange) -> None:
    """Record a change of a campaign with the way back to its exact former state."""
    campaigns, now = core.workspace.campaigns, [change]

    def turn() -> None:
        now[0] = campaigns.put_back(now[0])

    core.undo.did(name, undo=lambda _token: turn(), redo=lambda _token: turn())
