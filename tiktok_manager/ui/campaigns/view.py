"""The campaigns pane: how far each is, one in the drawer, and the steps that make one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget

from tiktok_manager.ui.campaigns.details import CampaignDetails
from tiktok_manager.ui.campaigns.draft import CampaignDraft, undo_of
from tiktok_manager.ui.campaigns.pages import PreviewPage, WhenPage, WhomPage
from tiktok_manager.ui.campaigns.viewmodel import CampaignsViewModel
from tiktok_manager.ui.campaigns.wording import campaign_columns
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.controls import Segment, push_button
from tiktok_manager.ui.kit.list_model import ListModel
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.pane import PaneView, Stages
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.kit.wizard import Wizard, WizardStep
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.recurring.page import RulesPage
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.domain.campaigns import Campaign
    from tiktok_manager.services.campaigns import CampaignChange
    from tiktok_manager.ui.frame import Core, Frame

WHOM, WHEN, PREVIEW = range(3)
_CAMPAIGNS, _RECURRING = "campaigns", "recurring"


class CampaignsView(PaneView):
    """Campaigns, and beside them what recurs.

    Targets: `new`, a campaign's id, or `recurring`.
    """

    gives_way = True

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__()
        self._core = core
        self._frame = frame
        self._wanted = ""
        self.model = CampaignsViewModel(core, self)
        self.draft: CampaignDraft | None = None
        self.wizard: Wizard | None = None
        rows: ListModel[Campaign] = ListModel(campaign_columns(core), lambda each: each.id, self)
        self.table: Table[Campaign] = Table(
            rows, tr("Campaigns"), memory=(frame.memory, "campaigns"), menu=self._menu
        )
        self.listing = Stages(self.table, empty=self._nothing)
        self.listing.follow(self.model.reading)
        self.rules = RulesPage(core, frame)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.listing)
        self._pages.addWidget(self.rules)
        self.body.addWidget(self._pages)
        self.new = push_button(tr("New campaign"), icon_name="plus", clicked=self.begin)
        kinds = {_CAMPAIGNS: tr("Campaigns"), _RECURRING: tr("Recurring")}
        self.kind = Segment(tr("Show"), kinds)
        self.kind.chosen.connect(lambda _kind: self._show_list())
        self.add_controls(self.kind, None, self.new)
        self.table.row_opened.connect(self._on_opened)
        self.model.reading.changed.connect(self._on_read)
        self.model.failed.connect(frame.show_error)

    @override
    def open_target(self, target: object) -> None:
        if target == "new":
            self.begin()
        elif target == _RECURRING:
            self.kind.choose(_RECURRING)
            self._show_list()
        else:
            self.kind.choose(_CAMPAIGNS)
            self._wanted = str(target)
            self._open_wanted()

    @override
    def take_focus(self) -> None:
        if self.wizard is None:
            (self.rules.table if self._shows_rules else self.table).setFocus()
        else:
            self.wizard.go_to(self.wizard.place)

    @override
    def minute_passed(self) -> None:
        for table in (self.table, self.rules.table):
            table.viewport().update()

    def begin(self, campaign: Campaign | None = None) -> None:
        """Make a campaign, or go on with a draft."""
        self._frame.close_drawer()
        self._put_wizard_away()
        self.kind.choose(_CAMPAIGNS)
        self.draft = draft = CampaignDraft(self._core, self, campaign)
        self.whom = WhomPage(draft, self._frame)
        self.when = WhenPage(draft, self._core)
        self.preview = PreviewPage(draft, self._core, self._frame)
        steps = (
            WizardStep(title=tr("What and for whom"), page=self.whom, why_not=draft.why_not_whom),
            WizardStep(title=tr("When"), page=self.when, why_not=draft.why_not_when),
            WizardStep(title=tr("Look"), page=self.preview, entered=draft.look),
        )
        finish = Action(
            words=lambda: draft.start_words,
            look="primary",
            run=draft.start,
            allowed=lambda: draft.preview is not None and not draft.why_not_started(),
            why_not=draft.why_not_started,
        )
        self.wizard = wizard = Wizard(steps, finish=finish, job=draft.job)
        wizard.left.connect(self._on_left)
        draft.changed.connect(self._refresh_draft)
        draft.started.connect(self._on_started)
        draft.failed.connect(self._frame.show_error)
        self._pages.addWidget(wizard)
        self._pages.setCurrentWidget(wizard)
        self.new.hide()
        self._refresh_draft()
        wizard.go_to(WHOM)

    # -- inside ---------------------------------------------------------------------------

    def _nothing(self) -> EmptyState:
        return EmptyState(
            "campaigns",
            tr("No campaign yet"),
            tr(
                "A campaign shares many videos out over accounts and days. "
                "You see every post before any is made."
            ),
            action_text=tr("New campaign"),
            action=self.begin,
        )

    def _menu(self, rows: Sequence[Campaign]) -> Sequence[Action]:
        (campaign,) = rows
        return self.model.actions(lambda: self.model.find(campaign.id), self.begin)

    def _refresh_draft(self) -> None:
        for page in (self.whom, self.when, self.preview):
            page.refresh()
        if self.wizard is not None:
            self.wizard.refresh()

    def _on_read(self) -> None:
        self.table.rows.set_rows(self.model.reading.value or ())
        self._open_wanted()

    def _open_wanted(self) -> None:
        if self._wanted and self.model.find(self._wanted) is not None:
            wanted, self._wanted = self._wanted, ""
            self._show_list()
            self.table.choose(wanted)
            self._on_opened(wanted, by_keyboard=False)

    def _on_opened(self, campaign_id: str, by_keyboard: bool) -> None:
        campaign = self.model.find(campaign_id)
        if campaign is not None:
            details = CampaignDetails(self._frame, self.model, campaign, self.begin)
            self._frame.open_drawer(campaign.spec.name, details)
            if by_keyboard:
                details.deeds.focus_first()

    def _on_started(self, change: CampaignChange) -> None:
        """Go on at the campaign, in the list."""
        undo_of(self._core, tr("Start a campaign"), change)
        count = len(change.made)
        said = ntr(
            "{name} starts: {count} post is planned.",
            "{name} starts: {count} posts are planned.",
            count,
            name=change.after.spec.name,
        )
        step = self._core.undo.next_undo
        way_back = None if step is None else self._core.undo.way_back(step)
        self._frame.notify(Notice(text=said, tone=Tone.GOOD, stays=False, step=way_back))
        self._wanted = change.after.id
        self._on_left()
        self._open_wanted()

    def _on_left(self) -> None:
        self._show_list()
        self.model.reading.request()
        self.table.setFocus()

    def _show_list(self) -> None:
        self._put_wizard_away()
        self._frame.close_drawer()
        self.new.setVisible(not self._shows_rules)
        self._pages.setCurrentWidget(self.rules if self._shows_rules else self.listing)

    @property
    def _shows_rules(self) -> bool:
        return self.kind.current == _RECURRING

    def _put_wizard_away(self) -> None:
        for old in (self.wizard, self.draft):
            if old is not None:
                old.deleteLater()
        if self.wizard is not None:
            self._pages.removeWidget(self.wizard)
            self.wizard.hide()
        self.wizard = self.draft = None
