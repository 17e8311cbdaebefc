"""What the drawer shows of one campaign: how far it is, what can be done, its posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from tiktok_manager.ui.campaigns.wording import (
    campaign_status_words,
    counts_words,
    progress_words,
    status_sign,
    strategy_words,
    window_words,
)
from tiktok_manager.ui.formats import exact_number
from tiktok_manager.ui.kit.action import ActionRow
from tiktok_manager.ui.kit.badges import StatusBadge
from tiktok_manager.ui.kit.controls import Fact, Facts
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Line, column, row
from tiktok_manager.ui.kit.pane import Stages
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, Type

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.domain.campaigns import Campaign
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.campaigns.viewmodel import CampaignsViewModel
    from tiktok_manager.ui.frame import Frame

_TABLE_PX = 320


class CampaignDetails(QWidget):
    """A campaign as it is now; a row of its posts opens it in the calendar."""

    def __init__(
        self,
        frame: Frame,
        model: CampaignsViewModel,
        campaign: Campaign,
        edit: Callable[[Campaign], object],
    ) -> None:
        super().__init__()
        self._model = model
        self.campaign_id = campaign.id
        self._badge = StatusBadge()
        self._facts = Facts()
        self.deeds = ActionRow(model.actions(lambda: model.find(self.campaign_id), edit))
        self.posts = model.posts_of(campaign.id, self)
        self.table: Table[Post] = Table(self.posts.model, tr("Posts"), row_height_px=40)
        self.table.setMinimumHeight(_TABLE_PX)
        self.table.row_opened.connect(lambda post_id, _keys: frame.go("calendar", post_id))
        self._none = PlainLabel(tr("It makes its posts when it starts."), tone="soft", wrap=True)
        self._shown = Stages(self.table, empty=lambda: PlainLabel(self._none.text(), tone="soft"))
        self._shown.follow(self.posts.reading)
        self._shown.setMinimumHeight(_TABLE_PX)
        self._heading = PlainLabel(tr("Posts"), type=Type.STRONG)
        above = (row(self._badge, None), self._facts, self.deeds, Line(), self._heading)
        margins = (SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        parts = (*above, self._none, self._shown, None)
        self.setLayout(column(*parts, spacing=SPACE_M, margins=margins))
        model.reading.changed.connect(self.refresh)
        self._show(campaign)

    def refresh(self) -> None:
        """Show the campaign as it is now."""
        campaign = self._model.find(self.campaign_id)
        if campaign is not None:
            self._show(campaign)

    def _show(self, campaign: Campaign) -> None:
        spec, status = campaign.spec, self._model.status(campaign)
        icon_name, tone = status_sign(status)
        self._badge.show_state(icon_name, campaign_status_words(status), tone)
        facts = [
            Fact(label=tr("Progress"), value=progress_words(campaign)),
            Fact(label=tr("Posts"), value=counts_words(campaign) or exact_number(0)),
            Fact(label=tr("From – to"), value=window_words(campaign)),
            Fact(label=tr("Videos"), value=exact_number(len(spec.videos))),
            Fact(label=tr("Who gets which"), value=strategy_words()[spec.strategy]),
        ]
        self._facts.show_facts(facts)
        self.deeds.refresh()
        self._none.setVisible(not campaign.posts)
        self._shown.setVisible(bool(campaign.posts))
