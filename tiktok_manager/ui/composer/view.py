"""The composer pane: what is planned can be seen while planning, in three columns, two or one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
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
    QShowEvent,
)
from PySide6.QtWidgets import QBoxLayout, QWidget

from tiktok_manager.domain.errors import AppError, ChangedMeanwhile
from tiktok_manager.ui.composer.cards import AccountsCard, CaptionCard, WhenCard
from tiktok_manager.ui.composer.creators_card import CreatorsCard
from tiktok_manager.ui.composer.foot import Foot
from tiktok_manager.ui.composer.media_card import MediaCard, ask_video
from tiktok_manager.ui.composer.rules_card import RulesCard
from tiktok_manager.ui.composer.state import Part
from tiktok_manager.ui.composer.submission import Planned
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.composer.wording import outcome_text
from tiktok_manager.ui.dropping import dropped_paths, is_import
from tiktok_manager.ui.frame import Core, Frame, NewPost
from tiktok_manager.ui.kit.access import announce, has_focus_inside, lead_to
from tiktok_manager.ui.kit.action import Action, ActionRow
from tiktok_manager.ui.kit.badges import StatusBadge
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import column, row, scrolled
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.link_gate import tiktok_url
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, SPACE_XL
from tiktok_manager.wording import words

_WIDE_PX, _NARROW_PX = 980, 640
_SIDE_PX = 392


class ComposerView(PaneView):
    """A new post, or one being changed.

    Targets: `"new"`, a `date` (new, on that day), or the id of a post.
    """

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__()
        self._frame = frame
        self._core = core
        self.model = model = ComposerViewModel(core, self)
        self._shape: tuple[bool, bool] | None = None
        self._wants_caret = False
        self._is_stale = True
        self.media = MediaCard(model, self._on_choose_file)
        self.accounts = AccountsCard(model, lambda: frame.go("accounts"))
        self.caption = CaptionCard(model)
        self.creators = CreatorsCard(model, lambda account_id: frame.go("accounts", account_id))
        self.rules = RulesCard(model)
        self.when = WhenCard(model)
        self.foot = Foot(model, send=self._on_send, lead=self._on_missing, open_link=self._on_link)
        self._title = PlainLabel("", elided=True)
        self._badge = StatusBadge()
        self.ways_out = ActionRow(self._actions())
        self._build()
        self._connect()
        self._refresh()
        self.follow(model.entry.drafts.reading)
        model.entry.drafts.reading.changed.connect(self._on_form_there)

    # -- what the frame asks --------------------------------------------------------------

    @override
    def open_target(self, target: object) -> None:
        if target == "new":
            self.model.entry.start_new()
        elif isinstance(target, date):
            self.model.start_on(NewPost(day=target))
        elif isinstance(target, NewPost):
            self.model.start_on(target)
        elif isinstance(target, str):
            self.model.entry.open(target)
        self._begin()

    @override
    def take_focus(self) -> None:
        """Put the caret into the form, as soon as there is one."""
        self._wants_caret = not self.caption.editor.isVisible()
        self.caption.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def pane_shown(self) -> None:
        self.model.shown()

    @override
    def minute_passed(self) -> None:
        self.model.minute_passed()

    # -- Qt -------------------------------------------------------------------------------

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._refresh()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.model.sending.busy:
            self.model.sending.stop()
        else:  # back to where the user came from; what was entered is kept
            self._frame.go(self._frame.memory.word("pane", "calendar"))

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

    def _actions(self) -> list[Action]:
        model, entry = self.model, self.model.entry
        return [
            Action(
                words=lambda: tr("Open in the calendar"),
                run=lambda: self._frame.go("calendar", entry.post_id or None),
                shown=lambda: bool(entry.locked),
                look="quiet",
            ),
            Action(
                words=lambda: tr("Bring it back"),
                run=entry.bring_back,
                shown=lambda: entry.cleared is not None,
                look="quiet",
            ),
            Action(
                words=lambda: tr("Undo my changes") if entry.editing else tr("Clear"),
                run=entry.discard,
                allowed=lambda: entry.is_dirty and model.state.is_open,
                shown=lambda: entry.cleared is None and not entry.locked,
                look="quiet",
            ),
        ]

    def _build(self) -> None:
        self.setAcceptDrops(True)
        self.add_controls(self._title, self._badge, self.ways_out)
        self.controls.setStretch(0, 1)
        self.controls.setAlignment(self.ways_out, Qt.AlignmentFlag.AlignVCenter)
        settings = column(self.when, self.creators, self.rules, None)
        self._settings, content = QWidget(), QWidget()
        self._settings.setLayout(settings)
        self._side = scrolled(self._settings)
        self._side.setFixedWidth(_SIDE_PX)
        words = column(self.accounts, self.caption)
        for card, stretch in ((self.accounts, 3), (self.caption, 2)):
            words.setStretchFactor(card, stretch)
        self._post = row(self.media, words)
        self._post.setStretch(1, 1)
        self._post.setAlignment(self.media, Qt.AlignmentFlag.AlignTop)
        self._columns = row(self._post, self._side, margins=(SPACE_XL, SPACE_S, SPACE_S, SPACE_S))
        self._columns.setStretch(0, 1)
        content.setLayout(self._columns)
        self._page = scrolled(content)
        self.body.addWidget(self._page)
        self.add_foot(self.foot)

    def _connect(self) -> None:
        model = self.model
        model.changed.connect(self._refresh)
        model.sending.done.connect(self._on_finished)
        for each in (model.sending, model.entry):
            each.failed.connect(self._on_failed)
        model.creators.vault_needed.connect(self._frame.ask_passphrase)
        model.sending.changed.connect(self._on_sending)
        send = QShortcut(QKeySequence("Ctrl+Return"), self)
        send.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        send.activated.connect(self._on_send)

    def _arrange(self) -> None:
        shape = is_wide, is_narrow = self.width() >= _WIDE_PX, self.width() < _NARROW_PX
        if shape == self._shape:
            return
        self._shape = shape
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._post.setDirection(beside if is_wide else below)
        self._columns.setDirection(below if is_narrow else beside)
        if is_narrow:
            self._side.takeWidget()
            self._columns.addWidget(self._settings)
            self._settings.show()
        else:
            self._columns.removeWidget(self._settings)
            self._side.setWidget(self._settings)
        # In one column all of it scrolls together; else there is room for the scroll bar.
        room_px = 0 if is_narrow else SPACE_M
        margins = (0, 0, room_px, 0) if self.isLeftToRight() else (room_px, 0, 0, 0)
        self._settings.setContentsMargins(*margins)
        self._side.setVisible(not is_narrow)
        self.media.set_flat(not is_wide)

    def _refresh(self) -> None:
        """Show how everything is now; while nobody looks, remember that it is not shown."""
        self.foot.setVisible(self.model.entry.is_begun)
        self._is_stale = not self.isVisible()
        if self._is_stale:
            return
        state = self.model.state
        self.media.refresh(state)
        self.accounts.refresh(state)
        self.caption.refresh(state)
        self.when.refresh(state)
        self.creators.refresh(state)
        self.rules.refresh(state)
        self.foot.refresh()
        post = state.post
        self.setWindowTitle("" if post is None else tr("Edit post"))
        self._badge.setVisible(post is not None)
        if post is not None:
            self._badge.set_status(post.status)
        text, tone = self._title_words()
        if text != self._title.text() and tone != "soft":
            announce(self, text, urgent=tone == "bad")
        self._title.setText(text)
        self._title.set_tone(tone)
        self.ways_out.refresh()

    def _title_words(self) -> tuple[str, str]:
        """What is to be known of the form as a whole, and its tone."""
        entry = self.model.entry
        post = entry.editing
        if entry.locked:
            return entry.locked, "attention"
        if entry.drafts.trouble is not None:
            why = words(entry.drafts.trouble).title
            return tr("What you enter cannot be saved now: {why}", why=why), "bad"
        if entry.cleared is not None:
            return tr("Cleared."), ""
        if post is None:
            back = tr("Your draft is back. Saved as you type.")
            return (back, "accent") if entry.restored else (tr("Saved as you type."), "soft")
        if entry.restored:
            said = tr("Your changes of the post of @{handle} are back.", handle=post.handle)
            return said, "accent"
        return tr("Changing the post of @{handle}", handle=post.handle), "soft"

    def _begin(self) -> None:
        """Start at the top of the form, with the caret in it."""
        self.take_focus()
        # Another form was left scrolled, or was scrolled by a focus that its inputs let go.
        for area in (self._side, self._page):
            area.verticalScrollBar().setValue(0)

    def _on_form_there(self) -> None:
        if self._wants_caret:  # only now: whatever is clicked later keeps the focus
            self._begin()

    def _on_sending(self) -> None:
        is_busy = self.model.sending.busy
        if is_busy and has_focus_inside(self):
            self.foot.cancel.setFocus()
        elif not is_busy and self.foot.cancel.hasFocus():
            self.foot.send.setFocus()

    def _on_send(self) -> None:
        if self.when.moment.commit():
            self.model.submit()

    def _on_finished(self, outcome: Planned) -> None:
        """Go on where the work goes on: at the post, in the calendar, if nobody went elsewhere."""
        if self.isVisible() and outcome.posts:
            self._frame.go("calendar", outcome.posts[0].id)
        elif self.isVisible():
            self._frame.go("campaigns", "recurring")
        notice = Notice(
            text=outcome_text(outcome, self._core.now()),
            more="\n".join(outcome.warnings),
            tone=Tone.WARNING if outcome.warnings else Tone.GOOD,
            stays=bool(outcome.warnings),
        )
        if not outcome.at_once:  # what is on its way is not brought back
            notice = replace(notice, step=self._core.undo.way_back(outcome.step))
        self._frame.notify(notice)

    def _on_failed(self, error: AppError) -> None:
        if isinstance(error, ChangedMeanwhile) and self.model.entry.editing is not None:
            self._frame.show_error(error, self.model.entry.look_again)
        else:
            self._frame.show_error(error)

    def _on_choose_file(self) -> None:
        if name := ask_video(self):
            self.model.choose_file(Path(name))

    def _on_link(self, url: str) -> None:
        if tiktok_url(url):
            self._frame.open_url(url)

    def _on_missing(self) -> None:
        blockers = self.model.state.blockers
        if not blockers:
            return
        target: QWidget = {
            Part.FILE: self.media.focus_target,
            Part.ACCOUNTS: self.accounts.focus_target or self.creators.focus_target,
            Part.CAPTION: self.caption.editor,
            Part.CREATORS: self.creators.focus_target,
            Part.PRIVACY: self.rules.privacy,
            Part.DISCLOSURE: self.rules.your_brand,
            Part.TIME: self.when.moment.time,
        }[blockers[0][0]]
        lead_to(target)
        for area in (self._side, self._page):
            if area.isAncestorOf(target):
                area.ensureWidgetVisible(target, SPACE_XL, SPACE_XL)


def dropped_file(data: QMimeData) -> Path | None:
    """Return the one video that is dragged; several, a folder or a table are for an import."""
    paths = dropped_paths(data)
    return paths[0] if len(paths) == 1 and not is_import(paths) else None
