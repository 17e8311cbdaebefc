"""The card of the settings that lists the backups, makes one, and restores one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QFrame, QProgressBar

from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, column, row
from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.messages import Banner
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.settings.backups import BackupItem, BackupsViewModel
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.frame import Core, Frame

_ROW_PX = 40
_HEADER_PX = 36
_SHOWN_ROWS = 6
_ABOUT = (
    "The app backs itself up every hour while something changes, and keeps the last of 24 hours, "
    "7 days and 4 weeks. Numbers are backed up every day, in files of their own. Each backup is "
    "checked as it is made; passwords and tokens in it stay encrypted. The videos themselves are "
    "not in it."
)


class BackupsCard(Card):
    """List, Back up now, Check, Restore… with its question in place, Open folder."""

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__("Backups")
        self._frame = frame
        self._wanted = ""
        self.model = BackupsViewModel(core, self)
        self._make_list()
        self._make_buttons()
        self._make_question()
        self._lay_out()
        self.model.changed.connect(self._on_changed)
        self.model.failed.connect(self._on_failed)
        self.model.made.connect(self.table.choose)
        self._on_changed()
        self.model.load()

    def _make_list(self) -> None:
        self._rows: ListModel[BackupItem] = ListModel(
            _columns(self.model), lambda item: item.backup.name, self
        )
        self.table: Table[BackupItem] = Table(self._rows, tr("Backups"), row_height_px=_ROW_PX)
        self.table.row_chosen.connect(self._on_chosen)

    def _make_buttons(self) -> None:
        self.back_up = push_button(
            "Back up now", look="primary", icon_name="download", clicked=self.model.create
        )
        self.restore = push_button("Restore…", icon_name="undo", clicked=self._on_restore)
        self.check = push_button("Check", icon_name="shield", clicked=self._on_check)
        self.other = push_button("Restore a file…", icon_name="file", clicked=self._on_other)
        self.folder = push_button("Open folder", icon_name="folder", clicked=self._on_folder)
        self._none = PlainLabel("There is no backup yet.", tone="soft")
        self._said = PlainLabel("", tone="good", wrap=True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self.trouble = Banner()

    def _make_question(self) -> None:
        self._question = PlainLabel("", wrap=True)
        self.sure = push_button("Restore it", look="danger", clicked=self._on_sure)
        self.keep = push_button("Leave things as they are", clicked=self._on_keep)
        self._confirm = QFrame()
        self._confirm.setProperty("look", "notice")
        self._confirm.setProperty("tone", "attention")
        inner = column(
            self._question,
            row(self.sure, self.keep, None),
            spacing=SPACE_M,
            margins=(SPACE_M, SPACE_M, SPACE_M, SPACE_M),
        )
        self._confirm.setLayout(inner)
        self._confirm.hide()

    def _lay_out(self) -> None:
        self.body.addWidget(PlainLabel(_ABOUT, tone="soft", wrap=True))
        self.body.addWidget(self.table)
        self.body.addWidget(self._none)
        self.body.addWidget(self._confirm)
        self.body.addLayout(
            column(
                row(self.back_up, self.restore, self.check, None),
                row(self.other, self.folder, None),
                spacing=SPACE_S,
            )
        )
        for widget in (self._bar, self._said, self.trouble):
            self.body.addWidget(widget)

    def _on_changed(self) -> None:
        model = self.model
        self._rows.set_rows(model.items)
        shown = min(len(model.items), _SHOWN_ROWS)
        self.table.setFixedHeight(_HEADER_PX + shown * _ROW_PX + 2)
        self.table.setVisible(bool(model.items))
        self._none.setVisible(model.loaded and not model.items)
        self._said.setText(model.said)
        self._said.setVisible(bool(model.said))
        self._bar.setVisible(bool(model.busy))
        self._bar.setAccessibleName(model.busy)
        self.back_up.setText(f" {model.busy or 'Back up now'}")
        if model.busy:
            self.trouble.hide()
        self._enable()

    def _enable(self) -> None:
        idle = not self.model.busy
        chosen = self.table.chosen_key is not None
        self.back_up.setEnabled(idle)
        self.other.setEnabled(idle)
        for button in (self.restore, self.check):
            button.setEnabled(idle and chosen)

    def _on_chosen(self, _name: object) -> None:
        self._confirm.hide()
        self._enable()

    def _on_restore(self) -> None:
        item = self.model.item(self.table.chosen_key)
        if item is not None:
            self._ask(item.backup.name, self.model.question(item))

    def _on_other(self) -> None:
        name = ask_backup(self, self.model.folder)
        if name:
            self._ask(name, self.model.question_of_file(Path(name)))

    def _ask(self, wanted: str, question: str) -> None:
        self._wanted = wanted
        self._question.setText(question)
        self._confirm.setAccessibleName(question)
        self._confirm.show()
        self.keep.setFocus()

    def _on_sure(self) -> None:
        self._confirm.hide()
        restore = self.model.restoring(self._wanted)
        go = self._frame.go

        def between() -> Notice:
            told = restore()
            if not told.holds_posts:
                return Notice(text=told.text, more=told.more, tone=Tone.GOOD)
            return Notice(
                text=told.text,
                more=told.more,
                tone=Tone.ATTENTION,
                action_text="Show what needs you",
                action=lambda: go("calendar", "needs-you"),
            )

        self._frame.reopen("Restoring the backup…", between)

    def _on_keep(self) -> None:
        self._confirm.hide()
        self.restore.setFocus()

    def _on_check(self) -> None:
        name = self.table.chosen_key
        if isinstance(name, str):
            self.model.check(name)

    def _on_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.model.folder)))

    def _on_failed(self, error: AppError) -> None:
        self.trouble.show_notice(Notice.of_error(error))


def ask_backup(parent: Card, folder: Path) -> str:
    """Let the user pick a file; empty if none was picked."""
    name, _filter = QFileDialog.getOpenFileName(
        parent, "Choose a backup", str(folder), "Backups (*.sqlite3 *.db);;All files (*)"
    )
    return name


def _columns(model: BackupsViewModel) -> Sequence[Column[BackupItem]]:
    def plain(
        words: Callable[[], str], width: int, value: Callable[[BackupItem], str]
    ) -> Column[BackupItem]:
        return Column(words=words, value=value, width=width, hint=lambda item: item.backup.name)

    return (
        Column(words=lambda: tr("When"), value=model.when, hint=model.stamp),
        plain(lambda: tr("What"), 144, lambda item: item.what_words),
        plain(lambda: tr("Made"), 116, lambda item: item.kind_words),
        Column(words=lambda: tr("Size"), value=lambda item: item.size_words, width=88, right=True),
        plain(lambda: tr("Kept for"), 152, lambda item: item.kept_words),
        plain(lambda: tr("Checked"), 118, lambda item: item.checked_words),
    )
