"""The pages of a campaign being made: what and for whom, when, and every post it would make."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from tiktok_manager.domain.campaigns import Strategy
from tiktok_manager.services.campaign_plan import VARIABLES
from tiktok_manager.ui.campaigns.draft import AT_TIMES, EVENLY, IN_SLOTS
from tiktok_manager.ui.campaigns.wording import preview_columns, strategy_words
from tiktok_manager.ui.composer.cards import AccountsCard
from tiktok_manager.ui.composer.creators_card import CreatorsCard
from tiktok_manager.ui.composer.rules_card import RulesCard
from tiktok_manager.ui.kit.controls import Segment, push_button
from tiktok_manager.ui.kit.form import Field
from tiktok_manager.ui.kit.inputs import CalmComboBox
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, column, row, scrolled
from tiktok_manager.ui.kit.list_model import ListModel
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.kit.when_field import WhenField
from tiktok_manager.ui.post.agreement import Agreement
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type

if TYPE_CHECKING:
    from tiktok_manager.services.campaign_plan import CampaignPost
    from tiktok_manager.ui.campaigns.draft import CampaignDraft
    from tiktok_manager.ui.frame import Core, Frame

_SIDE_PX = 392


class WhomPage(QWidget):
    """Name and videos, accounts, and what TikTok wants decided."""

    def __init__(self, model: CampaignDraft, frame: Frame) -> None:
        super().__init__()
        self._model = model
        settings = model.settings
        self.name = QLineEdit(model.form.name)
        self.name.textEdited.connect(lambda text: model.enter(replace(model.form, name=text)))
        self.folder = push_button(tr("A folder…"), icon_name="folder", clicked=self._on_folder)
        self.files = push_button(tr("Videos…"), icon_name="video", clicked=self._on_files)
        self._videos = PlainLabel("", tone="soft", elided=True)
        chosen = QWidget()
        line = row(self.folder, self.files, self._videos)
        line.setStretch(2, 1)
        chosen.setLayout(line)
        self._what = Card(padding=SPACE_M)
        for part in (Field(tr("Name"), self.name), Field(tr("Videos"), chosen)):
            self._what.body.addWidget(part)
        self.accounts = AccountsCard(settings, lambda: frame.go("accounts"), settings.reason)
        self.rules = RulesCard(settings)
        self.creators = CreatorsCard(settings, partial(frame.go, "accounts"))
        self.creators.mode.chosen.connect(lambda _mode: self.accounts.picker.look_again())
        side = QWidget()
        side.setLayout(column(self.rules, self.creators, None))
        area = scrolled(side)
        area.setFixedWidth(_SIDE_PX)
        left = column(self._what, self.accounts)
        left.setStretch(1, 1)
        layout = row(left, area, spacing=SPACE_M)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def refresh(self) -> None:
        """Show what is chosen and what of it is possible."""
        state, videos = self._model.settings.state, self._model.form.videos
        for card in (self.accounts, self.rules, self.creators):
            card.refresh(state)
        names = ", ".join(path.name for path in videos)
        self._videos.setText(names)
        self._videos.setToolTip("\n".join(path.name for path in videos[:20]))

    def take(self, paths: list[Path]) -> None:
        """Take these videos and folders of them, with those chosen before."""
        known = self._model.form.videos
        new = tuple(path for path in paths if path not in known)
        self._model.enter(replace(self._model.form, videos=(*known, *new)))

    def _on_folder(self) -> None:
        if name := QFileDialog.getExistingDirectory(self, tr("Choose a folder of videos")):
            self.take([Path(name)])

    def _on_files(self) -> None:
        kinds = tr("Videos TikTok takes ({endings})", endings="*.mp4 *.mov *.webm")
        names, _kind = QFileDialog.getOpenFileNames(self, tr("Choose videos"), "", kinds)
        if names:
            self.take([Path(name) for name in names])


class WhenPage(QWidget):
    """Its days, who gets which video, when each goes out, and with which words."""

    def __init__(self, model: CampaignDraft, core: Core) -> None:
        super().__init__()
        self._model = model
        self._moments = (WhenField(core.now), WhenField(core.now))
        for moment in self._moments:
            moment.changed.connect(self._on_moments)
        self.strategy = CalmComboBox()
        for strategy, said in strategy_words().items():
            self.strategy.addItem(said, strategy.value)
        self.strategy.activated.connect(lambda _row: self._on_entered())
        paces = {
            EVENLY: tr("Evenly"),
            AT_TIMES: tr("At times of the day"),
            IN_SLOTS: tr("In free slots"),
        }
        self.pacing = Segment(tr("When posts go out"), paces)
        self.pacing.chosen.connect(lambda _key: self._on_entered())
        form = model.form
        self.lines = {
            name: QLineEdit(getattr(form, name))
            for name in ("times", "per_day", "stagger", "jitter", "caption")
        }
        for line in self.lines.values():
            line.textEdited.connect(lambda _text: self._on_entered())
        self._lay_out()

    def _lay_out(self) -> None:
        lines = self.lines
        names = ", ".join(f"{{{name}}}" for name in VARIABLES)
        self._fields = {
            "times": Field(tr("Times of each day"), lines["times"], tr("As 18:30, or 9am, 6pm")),
            "per_day": Field(
                tr("Posts a day"), lines["per_day"], tr("At most so many of each account; or none.")
            ),
            "stagger": Field(
                tr("Apart"), lines["stagger"], tr("Between posts of one video, as 10m or 2h.")
            ),
            "jitter": Field(
                tr("Sooner or later by"), lines["jitter"], tr("By chance, at most, as 15m.")
            ),
            "caption": Field(
                tr("Caption"), lines["caption"], tr("It may name {variables}.", variables=names)
            ),
        }
        left, right = Card(padding=SPACE_M), Card(padding=SPACE_M)
        for part in (
            Field(tr("From"), self._moments[0]),
            Field(tr("To"), self._moments[1]),
            Field(tr("Who gets which video"), self.strategy),
            self._fields["caption"],
        ):
            left.body.addWidget(part)
        for part in (Field(tr("When posts go out"), self.pacing), *list(self._fields.values())[:4]):
            right.body.addWidget(part)
        page = QWidget()
        layout = row(column(left, None), column(right, None), spacing=SPACE_M)
        page.setLayout(layout)
        self.setLayout(column(scrolled(page)))

    def refresh(self) -> None:
        """Show what is entered."""
        form, timezone = self._model.form, self._model.timezone
        for moment, wall in zip(self._moments, (form.first, form.last), strict=True):
            moment.show_wall(wall, timezone)
        self.strategy.setCurrentIndex(self.strategy.findData(form.strategy.value))
        self.pacing.choose(form.pacing)
        self._fields["times"].setVisible(form.pacing == AT_TIMES)
        self._fields["jitter"].setVisible(form.pacing != IN_SLOTS)

    def _on_moments(self) -> None:
        first, last = (moment.wall for moment in self._moments)
        self._model.enter(replace(self._model.form, first=first, last=last))

    def _on_entered(self) -> None:
        lines = self.lines
        form = replace(
            self._model.form,
            strategy=Strategy(self.strategy.currentData()),
            pacing=self.pacing.current,
            times=lines["times"].text(),
            per_day=lines["per_day"].text(),
            stagger=lines["stagger"].text(),
            jitter=lines["jitter"].text(),
            caption=lines["caption"].text(),
        )
        self._model.enter(form)


class PreviewPage(QWidget):
    """Every post that it would make, those that cannot be planned first."""

    def __init__(self, model: CampaignDraft, core: Core, frame: Frame) -> None:
        super().__init__()
        self._model = model
        self._count = PlainLabel("", type=Type.STRONG)
        rows: ListModel[tuple[int, CampaignPost]] = ListModel(
            preview_columns(core), lambda each: each[0], self
        )
        self.table: Table[tuple[int, CampaignPost]] = Table(
            rows, tr("Posts"), memory=(frame.memory, "campaign-preview")
        )
        self.agreement = Agreement(frame, model.set_consent)
        layout = column(self._count, self.table, self.agreement, spacing=SPACE_S)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def refresh(self) -> None:
        """Show what it would make now."""
        model = self._model
        self.table.rows.set_rows(model.posts)
        told = sum(bool(post.findings) for _place, post in model.posts)
        self._count.setText(
            ntr(
                "{count} post, {told} to look at",
                "{count} posts, {told} to look at",
                len(model.posts),
                told=told,
            )
            if model.preview is not None
            else ""
        )
        self.agreement.show_consent(model.consent if model.posts else "", agreed=model.consents)
