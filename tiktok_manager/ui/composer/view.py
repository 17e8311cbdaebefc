"""The composer pane: three columns that become two or one as the window narrows."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from tiktok_manager.domain.errors import AppError, ChangedMeanwhile
from tiktok_manager.ui.composer.blockers import Field
from tiktok_manager.ui.composer.creators_card import CreatorsCard
from tiktok_manager.ui.composer.foot import Foot
from tiktok_manager.ui.composer.media_card import MediaCard, ask_video
from tiktok_manager.ui.composer.parts import Strip
from tiktok_manager.ui.composer.rules_card import RulesCard
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.composer.when_card import WhenCard
from tiktok_manager.ui.composer.words_card import AccountsCard, CaptionCard
from tiktok_manager.ui.frame import Core, Frame
from tiktok_manager.ui.kit.badges import StatusBadge
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.notices import Tone
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.link_gate import tiktok_url
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.tokens import SPACE_L, SPACE_S, SPACE_XL

_WIDE_PX, _NARROW_PX = 980, 640
_MEDIA_PX, _RULES_PX = 272, 356


class ComposerView(PaneView):
    """A new post, or one being changed.

    Targets: `"new"`, a `date` (new, on that day), or the id of a post.
    """

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__()
        self._frame = frame
        self.model = ComposerViewModel(core, self)
        self._columns = 0
        self._done = Strip(Tone.GOOD, "Open calendar", "Undo")
        self._draft = Strip(Tone.INFO, "Start afresh")
        self._cleared = Strip(Tone.INFO, "Bring it back")
        self._lock = Strip(Tone.ATTENTION, "Open calendar")
        self.media = MediaCard(self.model)
        self.accounts = AccountsCard(self.model, lambda: frame.go("accounts"))
        self.caption = CaptionCard(self.model)
        self.creators = CreatorsCard(
            self.model, lambda account_id: frame.go("accounts", account_id)
        )
        self.rules = RulesCard(self.model)
        self.when = WhenCard(self.model)
        self.foot = Foot(self.model)
        self._title = PlainLabel()
        self._badge = StatusBadge()
        self._clear = push_button("Clear", look="quiet", clicked=self.model.discard)
        self._build()
        self._connect()
        self._on_form_replaced()

    # -- what the frame asks --------------------------------------------------------------

    @override
    def open_target(self, target: object) -> None:
        if target == "new":
            self.model.start_new()
            self._focus_first()
        elif isinstance(target, date):
            self.model.start_on(target)
            self._focus_first()
        elif isinstance(target, str):
            self.model.open_post(target)

    @override
    def pane_shown(self) -> None:
        self.model.shown()

    @override
    def minute_passed(self) -> None:
        self.model.minute_passed()

    # -- Qt -------------------------------------------------------------------------------

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.model.progress is not None:
                self.model.cancel_submit()
            else:
                self._leave()
            return
        super().keyPressEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()
            self.media.preview.set_hot(True)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.media.preview.set_hot(False)
        super().dragLeaveEvent(event)

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self.media.preview.set_hot(False)
        if (path := dropped_file(event.mimeData())) is not None:
            event.acceptProposedAction()
            self.model.choose_file(path)

    # -- inside ---------------------------------------------------------------------------

    def _build(self) -> None:
        self.setAcceptDrops(True)
        self.add_controls(self._title, self._badge, None, self._clear)
        self._content = QWidget()
        self._slots = [QVBoxLayout() for _ in range(3)]
        line = QHBoxLayout(self._content)
        line.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_L)
        line.setSpacing(SPACE_L)
        for slot in self._slots:
            slot.setSpacing(SPACE_L)
            line.addLayout(slot)
        self._line = line
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._content)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        self._content.setAutoFillBackground(False)
        self._strips = QWidget()
        strips = QVBoxLayout(self._strips)
        strips.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, 0)
        strips.setSpacing(SPACE_S)
        for strip in (self._done, self._draft, self._cleared, self._lock):
            strips.addWidget(strip)
        self.body.addWidget(self._strips)
        self.body.addWidget(self._scroll, 1)
        self.body.addWidget(self.foot)
        self._arrange()

    def _connect(self) -> None:
        model = self.model
        model.changed.connect(self._refresh)
        model.accounts_changed.connect(self.accounts.rebuild)
        model.accounts_changed.connect(self._order_tabs)
        model.creators.changed.connect(self._order_tabs)
        model.form_replaced.connect(self._on_form_replaced)
        model.progressed.connect(self._on_progress)
        model.failed.connect(self._on_failed)
        model.vault_needed.connect(self._frame.ask_passphrase)
        self.media.file_wanted.connect(self._on_choose_file)
        self.foot.link_clicked.connect(self._on_link)
        self.foot.missing_clicked.connect(self._on_missing)
        self._done.first_clicked.connect(lambda: self._frame.go("calendar"))
        self._done.second_clicked.connect(model.undo_outcome)
        self._draft.first_clicked.connect(model.discard)
        self._cleared.first_clicked.connect(model.bring_back)
        self._lock.first_clicked.connect(self._on_open_calendar)
        send = QShortcut(QKeySequence("Ctrl+Return"), self)
        send.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        send.activated.connect(model.submit)

    def _order_tabs(self) -> None:
        """Rows made later would come last otherwise."""
        stops = [
            *self.media.tab_stops,
            *self.accounts.tab_stops,
            self.caption.editor,
            *self.creators.tab_stops,
            self.rules.privacy,
        ]
        for before, after in pairwise(stops):
            self.setTabOrder(before, after)

    def _arrange(self) -> None:
        width = self.width()
        columns = 3 if width >= _WIDE_PX else 2 if width >= _NARROW_PX else 1
        if columns == self._columns:
            return
        self._columns = columns
        parts: list[list[QWidget]] = [
            [self.media],
            [self.accounts, self.caption],
            [self.creators, self.rules, self.when],
        ]
        if columns == 2:
            parts = [[*parts[0], *parts[1]], [], parts[2]]
        elif columns == 1:
            parts = [[*parts[0], *parts[1], *parts[2]], [], []]
        self._empty_slots()
        for index, (slot, widgets) in enumerate(zip(self._slots, parts, strict=True)):
            for widget in widgets:
                slot.addWidget(widget)
            slot.addStretch(1)
            self._line.setStretch(index, 1 if widgets else 0)
        self._fit_columns()

    def _empty_slots(self) -> None:
        cards = (self.media, self.accounts, self.caption, self.creators, self.rules, self.when)
        for slot in self._slots:
            for card in cards:
                # Not takeAt: an item that outlives the move keeps its card's old height for good.
                slot.removeWidget(card)
            while slot.takeAt(0) is not None:
                pass

    def _fit_columns(self) -> None:
        wide = self._columns == 3
        unbound = 16_777_215
        self.media.setMaximumWidth(_MEDIA_PX if wide else unbound)
        for card in (self.creators, self.rules, self.when):
            card.setMaximumWidth(_RULES_PX if wide else unbound)
            card.setMinimumWidth(_RULES_PX if wide else 0)
        self.media.setMinimumWidth(_MEDIA_PX if wide else 0)
        self._line.setSpacing(SPACE_L if self._columns > 1 else 0)

    def _refresh(self) -> None:
        model = self.model
        for part in (self.media, self.accounts, self.caption, self.creators):
            part.refresh()
        for rest in (self.rules, self.when, self.foot):
            rest.refresh()
        post = model.editing
        new = "This draft cannot be saved now" if model.draft_trouble else "Saved as you type"
        self._title.setText(new if post is None else f"Changing the post of @{post.handle}")
        self.setWindowTitle("" if post is None else "Edit post")
        self._badge.setVisible(post is not None)
        if post is not None:
            self._badge.set_status(post.status)
        self._clear.setText("Clear" if post is None else "Undo my changes")
        self._clear.setEnabled(model.is_dirty and not model.locked and model.progress is None)
        self._refresh_strips()

    def _refresh_strips(self) -> None:
        model = self.model
        outcome = model.outcome
        more = "\n".join(outcome.warnings) if outcome is not None else ""
        self._done.set_tone(Tone.WARNING if more else Tone.GOOD)
        self._done.say(model.outcome_text(), more)
        self._done.second.setVisible(model.can_undo_outcome)
        restored = "Your unsaved changes are back." if model.editing else "Your draft is back."
        self._draft.say(restored if model.restored and not model.locked else "")
        self._cleared.say("Cleared." if model.cleared is not None else "")
        self._lock.say(model.locked)
        said = outcome or model.locked or model.restored or model.cleared
        self._strips.setVisible(bool(said))

    def _on_form_replaced(self) -> None:
        self.caption.fill()
        self.when.fill()
        self._refresh()

    def _on_progress(self) -> None:
        self.foot.refresh_progress()
        progress = self.model.progress
        if progress is None or not progress.read_bytes:
            self._refresh()
            (self.media.choose if progress is None else self.foot.cancel).setFocus()

    def _on_failed(self, error: AppError) -> None:
        if isinstance(error, ChangedMeanwhile) and self.model.editing is not None:
            self._frame.show_error(error, self.model.look_again_at_post)
        else:
            self._frame.show_error(error)

    def _on_choose_file(self) -> None:
        if name := ask_video(self):
            self.model.choose_file(Path(name))

    def _on_link(self, url: str) -> None:
        if tiktok_url(url):
            self._frame.open_url(url)

    def _on_open_calendar(self) -> None:
        post = self.model.editing
        self._frame.go("calendar", None if post is None else post.id)

    def _on_missing(self) -> None:
        if self.model.blockers:
            self._focus(self.model.blockers[0].field)

    def _focus(self, field: Field) -> None:
        target: QWidget = {
            Field.FILE: self.media.choose,
            Field.ACCOUNTS: self.accounts.first_box,
            Field.CAPTION: self.caption.editor,
            Field.CREATORS: self.creators.focus_target,
            Field.PRIVACY: self.rules.privacy,
            Field.DISCLOSURE: self.rules.your_brand,
            Field.TIME: self.when.moment,
        }[field]
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._scroll.ensureWidgetVisible(target, SPACE_XL, SPACE_XL)

    def _focus_first(self) -> None:
        empty = self.model.form.file is None
        first = self.media.choose if empty else self.caption.editor
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _leave(self) -> None:
        """Go back to where the user came from; what was entered is kept."""
        self._frame.go(self._frame.memory.word("pane", "calendar"))


def dropped_file(data: QMimeData) -> Path | None:
    """Return the first local file of what is dragged, None if there is none."""
    for url in data.urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    return None
