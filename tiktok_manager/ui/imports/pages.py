"""The pages of an import: what to take, what its columns are, for whom and when, and the check."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QWidget

from tiktok_manager.services.bulk_import import Verdict
from tiktok_manager.services.bulk_rows import DateOrder
from tiktok_manager.ui.composer.cards import AccountsCard
from tiktok_manager.ui.composer.creators_card import CreatorsCard
from tiktok_manager.ui.composer.rules_card import RulesCard
from tiktok_manager.ui.formats import exact_number
from tiktok_manager.ui.imports.rows import column_names, row_columns
from tiktok_manager.ui.kit.controls import Segment, push_button
from tiktok_manager.ui.kit.form import Field
from tiktok_manager.ui.kit.inputs import CalmComboBox, Switch
from tiktok_manager.ui.kit.labels import NoteLabel, PlainLabel
from tiktok_manager.ui.kit.layout import Card, clear, column, row, scrolled
from tiktok_manager.ui.kit.list_model import ListModel
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.post.agreement import Agreement
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, Type

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.services.bulk_import import ImportRow
    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.imports.viewmodel import ImportViewModel
    from tiktok_manager.ui.post.settings import PostSettings

_SIDE_PX, _EXAMPLE_ROWS = 392, 3
_DAILY, _SLOTS, _SHARED, _EACH = "daily", "slots", "shared", "each"


class SourcePage(QWidget):
    """What to take: chosen here, or dropped anywhere on the window."""

    def __init__(self, model: ImportViewModel, save_template: Callable[[], object]) -> None:
        super().__init__()
        about = EmptyState(
            "upload",
            tr("Many posts at once"),
            tr(
                "From a folder of videos, or from a table with a row for each post. "
                "You can also drop them here. Nothing is planned before you have seen it."
            ),
        )
        self._model = model
        self.folder = push_button(
            tr("A folder of videos…"), look="primary", icon_name="folder", clicked=self._on_folder
        )
        self.table = push_button(tr("A table…"), icon_name="file", clicked=self._on_table)
        template = push_button(tr("Save an empty table…"), look="quiet", clicked=save_template)
        self._chosen = PlainLabel("", type=Type.STRONG)
        ways = row(None, self.folder, self.table, template, None)
        layout = column(about, ways, row(None, self._chosen, None), None, spacing=SPACE_L)
        layout.setStretch(0, 2)
        layout.setStretch(3, 1)
        self.setLayout(layout)

    def refresh(self) -> None:
        """Say what is chosen."""
        sheet = self._model.sheet
        count = 0 if sheet is None else len(sheet.table.rows)
        name = "" if sheet is None else sheet.table.path.name
        self._chosen.setText(
            ntr("{name}: {count} row", "{name}: {count} rows", count, name=name) if sheet else ""
        )
        for button in (self.folder, self.table):
            button.setEnabled(not self._model.job.busy)

    def _on_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Choose a folder of videos"))
        if name:
            self._model.choose([Path(name)])

    def _on_table(self) -> None:
        kinds = tr("Tables ({endings})", endings="*.csv *.tsv *.txt *.xlsx")
        name, _kind = QFileDialog.getOpenFileName(self, tr("Choose a table"), "", kinds)
        if name:
            self._model.choose([Path(name)])


class ColumnsPage(QWidget):
    """Which column of the table is what, guessed by its name; and the order of its dates."""

    def __init__(self, model: ImportViewModel) -> None:
        super().__init__()
        self._model = model
        self._headers: tuple[str, ...] = ()
        self.boxes: dict[str, CalmComboBox] = {}
        orders = {
            DateOrder.DAY_FIRST.value: tr("Day first"),
            DateOrder.MONTH_FIRST.value: tr("Month first"),
        }
        self.dates = Segment(tr("Order of its dates"), {"": tr("Choose"), **orders})
        self.dates.button("").hide()
        self.dates.chosen.connect(lambda order: model.set_dates(DateOrder(order)))
        self._question = PlainLabel("", tone="attention", wrap=True)
        self._dates = Card(padding=SPACE_M)
        self._dates.body.addWidget(self._question)
        self._dates.body.addLayout(row(self.dates, None))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE_L)
        self._grid.setColumnStretch(1, 1)
        page = QWidget()
        page.setLayout(column(self._grid, None))
        self.setLayout(column(self._dates, scrolled(page), spacing=SPACE_M))

    def refresh(self) -> None:
        """Show how the table is understood."""
        sheet = self._model.sheet
        if sheet is None:
            return
        if sheet.table.columns != self._headers:
            self._headers = sheet.table.columns
            self._build(
                [[str(cell) for cell in each.cells] for each in sheet.table.rows[:_EXAMPLE_ROWS]]
            )
        taken = {header: name for name, header in sheet.mapping.items()}
        for header, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(taken.get(header, "")))
        self._dates.setVisible(bool(sheet.doubtful))
        self._question.setText(
            tr("{date} can mean two days. What comes first in this table?", date=sheet.doubtful)
        )
        self.dates.choose("" if sheet.dates is None else sheet.dates.value)

    def _build(self, examples: list[list[str]]) -> None:
        clear(self._grid)
        self.boxes = {}
        for number, header in enumerate(filter(None, self._headers)):
            place = self._headers.index(header)
            said = " · ".join(cells[place] for cells in examples if cells[place])
            box = self.boxes[header] = CalmComboBox()
            box.setAccessibleName(tr("What “{header}” is", header=header))
            box.addItem(tr("Leave out"), "")
            for name, words in column_names().items():
                box.addItem(words, name)
            box.activated.connect(partial(self._on_chosen, header))
            self._grid.addWidget(PlainLabel(header, type=Type.STRONG, elided=True), number, 0)
            self._grid.addWidget(PlainLabel(said, tone="soft", elided=True), number, 1)
            self._grid.addWidget(box, number, 2)

    def _on_chosen(self, header: str, place: int) -> None:
        self._model.understand(header, str(self.boxes[header].itemData(place)))


class SettingsPage(QWidget):
    """For whom and when, with which words, and what TikTok wants decided."""

    def __init__(self, model: ImportViewModel, frame: Frame) -> None:
        super().__init__()
        self._model = model
        self._settings: PostSettings = model.settings
        self.accounts = AccountsCard(
            model.settings, lambda: frame.go("accounts"), model.settings.reason
        )
        self.creators = CreatorsCard(
            model.settings, lambda account_id: frame.go("accounts", account_id)
        )
        self.creators.mode.chosen.connect(lambda _mode: self.accounts.picker.look_again())
        self.rules = RulesCard(model.settings)
        self.when = Segment(tr("When"), {_DAILY: tr("Every day at"), _SLOTS: tr("Next free slots")})
        self.times = QLineEdit(model.ways.times)
        self.whom = Segment(
            tr("Each video"), {_SHARED: tr("To one of them"), _EACH: tr("To all of them")}
        )
        self.template = QLineEdit(model.ways.template)
        self._note = NoteLabel()
        for signal in (self.when.chosen, self.whom.chosen):
            signal.connect(lambda _key: self._on_ways())
        for line in (self.times, self.template):
            line.textEdited.connect(lambda _text: self._on_ways())
        self._build()

    def _build(self) -> None:
        self._ways = Card(padding=SPACE_M)
        help_text = tr(
            "{name} is the file’s name, {n} its number, {date} its day. A text file of "
            "the same name beside a video is its caption instead.",
            name="{name}",
            n="{n}",
            date="{date}",
        )
        self._times = Field(tr("Times of each day"), self.times, tr("As 18:30, or 9am, 6pm"))
        self._whom = Field(tr("Each video"), self.whom)
        caption = Field(tr("Caption"), self.template, help_text)
        for part in (Field(tr("When"), self.when), self._times, self._whom, caption):
            self._ways.body.addWidget(part)
        side = QWidget()
        side.setLayout(column(self._ways, self._note, self.rules, self.creators, None))
        area = scrolled(side)
        area.setFixedWidth(_SIDE_PX)
        layout = row(self.accounts, area, spacing=SPACE_M)
        layout.setStretch(0, 1)
        self.setLayout(layout)

    def refresh(self) -> None:
        """Show what is chosen and what of it is possible."""
        model, state = self._model, self._settings.state
        for card in (self.accounts, self.creators, self.rules):
            card.refresh(state)
        self._ways.setVisible(not model.is_table)
        self.when.choose(_DAILY if model.ways.daily else _SLOTS)
        self._times.setVisible(model.ways.daily)
        self.whom.choose(_SHARED if model.ways.shared else _EACH)
        self._whom.setVisible(len(state.form.account_ids) > 1)
        said = tr("These go for the rows of the table that do not say otherwise.")
        self._note.say(said if model.is_table else "")

    def _on_ways(self) -> None:
        ways = replace(
            self._model.ways,
            daily=self.when.current == _DAILY,
            times=self.times.text(),
            shared=self.whom.current == _SHARED,
            template=self.template.text(),
        )
        self._model.set_ways(ways)


class CheckPage(QWidget):
    """Every row with its verdict, the bad ones first; and TikTok's line, once for all."""

    def __init__(self, model: ImportViewModel, core: Core, frame: Frame) -> None:
        super().__init__()
        self._model = model
        self._counts = PlainLabel("", type=Type.STRONG)
        self.good_rows = Switch()
        self.good_rows.setText(tr("Leave out rows that cannot be planned"))
        self.good_rows.clicked.connect(model.set_good_rows)
        rows: ListModel[ImportRow] = ListModel(row_columns(core), lambda each: each.number, self)
        self.table: Table[ImportRow] = Table(rows, tr("Rows"), memory=(frame.memory, "import"))
        self.agreement = Agreement(frame, model.set_consent)
        head = row(self._counts, None, self.good_rows)
        layout = column(head, self.table, self.agreement, spacing=SPACE_S)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def refresh(self) -> None:
        """Show what the rows come to."""
        model = self._model
        self.table.rows.set_rows(model.rows)
        self._counts.setText(self._count_words())
        refused = model.count(Verdict.REFUSED)
        self.good_rows.setVisible(bool(refused) and refused < len(model.rows))
        self.good_rows.setChecked(model.good_rows)
        self.agreement.show_consent(model.consent, agreed=model.consents)

    def _count_words(self) -> str:
        model = self._model
        if model.proposal is None:
            return ""
        fine = exact_number(model.count(Verdict.OK))
        warned, refused = model.count(Verdict.WARNING), model.count(Verdict.REFUSED)
        return tr(
            "{fine} fine · {warned} to look at · {refused} cannot be planned",
            fine=fine,
            warned=exact_number(warned),
            refused=exact_number(refused),
        )
