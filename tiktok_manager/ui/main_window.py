"""The window: rail, top bar, notices, the pane in front, drawer and status line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QHideEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from tiktok_manager.domain.errors import AppError, Cancelled, VaultLocked
from tiktok_manager.ui.drawer import Drawer
from tiktok_manager.ui.frame import Core, Pane
from tiktok_manager.ui.icons import app_icon
from tiktok_manager.ui.jump import JumpResult, JumpViewModel
from tiktok_manager.ui.memory import WindowMemory
from tiktok_manager.ui.next_step import with_next_step
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.passphrase import PassphraseBar, PassphraseViewModel
from tiktok_manager.ui.publish_state import Mood
from tiktok_manager.ui.rail import Rail
from tiktok_manager.ui.shortcuts import add_shortcut
from tiktok_manager.ui.status_line import StatusLine
from tiktok_manager.ui.top_bar import JumpField, TopBar
from tiktok_manager.ui.trouble_bar import TroubleBar
from tiktok_manager.ui.widgets import EmptyState, Notice, NoticeBar, PaneView, Skeleton, Slot, Tone

_NARROW_PX = 1080
_AGES_MS = 60_000


class MainWindow(QWidget):
    """The frame around the panes; implements `Frame` for them.

    Signals:
        first_frame_painted: Emitted once: now slow things may load.
        close_requested: The user closed the window; whoever owns it decides what that means.
        reopen_requested: What to say meanwhile, and what to run while the workspace is closed.
        looked_at: True when the window is shown, False when it is hidden or minimized.
    """

    first_frame_painted = Signal()
    close_requested = Signal()
    looked_at = Signal(bool)
    reopen_requested = Signal(str, object)

    def __init__(self, panes: Sequence[Pane], memory: WindowMemory) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("TikTok Manager")
        self.setWindowIcon(app_icon())
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._panes = {pane.name: pane for pane in panes}
        self._views: dict[str, PaneView] = {}
        self._memory = memory
        self._core: Core | None = None
        self._passphrase: PassphraseViewModel | None = None
        self._current = ""
        self._painted = False
        self._may_close = False
        self._asked_to_unlock = False
        self._jump = JumpViewModel([pane for pane in panes if pane.in_rail], self)
        self._build([pane for pane in panes if pane.in_rail])
        self._add_shortcuts([pane for pane in panes if pane.in_rail])
        self._restore()
        self.setFocus()  # else the first rail button begins with a focus ring
        self._ages = QTimer(self)
        self._ages.setInterval(_AGES_MS)
        self._ages.timeout.connect(self._on_minute)
        self.looked_at.connect(self._on_looked_at)

    # -- what panes may ask ---------------------------------------------------------------

    @property
    def memory(self) -> WindowMemory:
        """Sizes and states that outlive the session."""
        return self._memory

    def notify(self, notice: Notice) -> None:
        """Say something above the content."""
        self._notices.show_notice(notice)

    def show_error(self, error: AppError, retry: Callable[[], object] | None = None) -> None:
        """Say what went wrong with the step that mends it; `retry` runs after an unlock."""
        if isinstance(error, Cancelled):
            return
        notice = with_next_step(Notice.of_error(error), error, self.go, retry)
        if isinstance(error, VaultLocked) and self._passphrase is not None:
            self.ask_passphrase(retry or (lambda: None), lambda: self.notify(notice))
        else:
            self.notify(notice)

    def go(self, pane: str, target: object = None) -> None:
        """Bring a pane to the front and let it show `target`."""
        if self._core is None or pane not in self._panes:
            return
        view = self._view(pane)
        if pane != self._current:
            self._drawer.clear()
            self._current = pane
            self._rail.select(pane)
            self._top_bar.set_title(self._panes[pane].title)
            self._stack.setCurrentWidget(view)
            view.pane_shown()
        if self._panes[pane].in_rail:
            self._memory.set_word("pane", pane)
        if target is not None:
            view.open_target(target)

    def open_drawer(self, title: str, content: QWidget) -> None:
        """Show details on the right; the drawer owns and deletes `content`."""
        self._drawer.open_with(title, content)
        self._fit_rail()

    def close_drawer(self) -> None:
        """Take the details away."""
        self._drawer.clear()
        self._fit_rail()

    def ask_passphrase(
        self, then: Callable[[], object], otherwise: Callable[[], object] | None = None
    ) -> None:
        """Ask in place for the passphrase of the vault; run `then` once it is open.

        Where no passphrase would help (a locked keyring), `otherwise` runs instead.
        """
        if self._passphrase is not None:
            self._passphrase.require(then, otherwise)

    def reopen(self, words: str, between: Callable[[], Notice]) -> None:
        """Close the workspace, run `between` on a worker thread, and open it anew."""
        self.reopen_requested.emit(words, between)

    def open_url(self, url: str) -> None:
        """Open a page in the user's browser."""
        QDesktopServices.openUrl(QUrl(url))

    # -- what the application asks --------------------------------------------------------

    @property
    def current_pane(self) -> str:
        """Name of the pane in front, empty while the workspace is being opened."""
        return self._current

    @property
    def drawer(self) -> Drawer:
        """The right drawer."""
        return self._drawer

    @property
    def notices(self) -> NoticeBar:
        """The bar above the content."""
        return self._notices

    @property
    def status_line(self) -> StatusLine:
        """The line at the bottom."""
        return self._status

    def attach(self, core: Core) -> None:
        """The workspace is open: fill the frame."""
        self._core = core
        self._jump.attach(core)
        self._passphrase = PassphraseViewModel(core, self)
        self._passphrase_bar.attach(self._passphrase)
        self._passphrase.unlocked.connect(core.publishing.secrets_opened)
        core.publishing.changed.connect(self._on_state_changed)
        self._status.follow(core.publishing)
        self._trouble.follow(core.publishing)
        core.undo.done.connect(self._on_undone)
        core.undo.failed.connect(self.show_error)
        self._top_bar.new_post.setEnabled("composer" in self._panes)
        wanted = self._memory.word("pane")
        self.go(wanted if wanted in self._panes else next(iter(self._panes)))

    def detach(self, words: str) -> None:
        """Let the workspace and all its panes go; not from within a pane's own call."""
        self._core, self._current, self._asked_to_unlock = None, "", False
        self._jump.attach(None)
        self._passphrase_bar.hide()
        self._notices.dismiss()
        self._trouble.follow(None)
        self._drawer.clear()
        self._status.rest(words)
        self._top_bar.new_post.setEnabled(False)
        self.show_opening()
        for view in (*self._views.values(), self._passphrase):
            if view is not None:
                view.deleteLater()
        self._views, self._passphrase = {}, None
        # Now: their timers must not ask a workspace that is being closed.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def show_failure(self, error: AppError, retry: Callable[[], object]) -> None:
        """The workspace could not be opened: say why, offer to try again."""
        text = " ".join(part for part in (error.message, error.hint) if part)
        page = EmptyState("database", error.title, text, action_text="Try again", action=retry)
        self._show_page(page)
        self._top_bar.set_title("Cannot open")

    def show_opening(self) -> None:
        """Stand-ins while the workspace is being opened."""
        self._show_page(Skeleton(rows=8))

    def bring_to_front(self) -> None:
        """Show the window, whatever state it is in."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def new_post(self) -> None:
        """Open the composer."""
        self.go("composer", "new")

    def close_for_good(self) -> None:
        """Remember sizes and close without asking anyone."""
        self._memory.set_state("window", self.saveGeometry())
        self._may_close = True
        self._ages.stop()
        self.close()

    # -- Qt -------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.first_frame_painted.emit)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self._memory.set_state("window", self.saveGeometry())
        self.close_requested.emit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_rail()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.looked_at.emit(True)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.looked_at.emit(False)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.looked_at.emit(self.isVisible() and not self.isMinimized())

    # -- inside ---------------------------------------------------------------------------

    def _build(self, rail_panes: Sequence[Pane]) -> None:
        self._rail = Rail(rail_panes)
        self._rail.chosen.connect(self.go)
        self._rail.folded.connect(lambda folded: self._memory.set_flag("rail-folded", folded))
        self._search = JumpField(self._jump)
        self._search.jumped.connect(self._on_jumped)
        self._top_bar = TopBar(self._search)
        self._top_bar.new_post_clicked.connect(self.new_post)
        self._top_bar.new_post.setEnabled(False)
        self._notices = NoticeBar()
        self._trouble = TroubleBar()
        self._passphrase_bar = PassphraseBar()
        self._stack = QStackedWidget()
        self._drawer = Drawer()
        self._drawer.closed.connect(self._fit_rail)
        self._status = StatusLine()
        self._status.state_clicked.connect(self._on_state_clicked)
        self._status.needs_clicked.connect(lambda: self.go("calendar", "needs-you"))
        self._lay_out()
        self.show_opening()

    def _lay_out(self) -> None:
        centre = QVBoxLayout()
        centre.setSpacing(0)
        centre.addWidget(Slot(self._trouble, self._passphrase_bar, self._notices))
        centre.addWidget(self._stack, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(centre, 1)
        middle.addWidget(self._drawer)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._top_bar)
        right.addLayout(middle, 1)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self._rail)
        upper.addLayout(right, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(upper, 1)
        outer.addWidget(self._status)

    def _add_shortcuts(self, rail_panes: Sequence[Pane]) -> None:
        add_shortcut(self, "Undo", QKeySequence.StandardKey.Undo, self._undo)
        add_shortcut(self, "Redo", QKeySequence.StandardKey.Redo, self._redo)
        add_shortcut(self, "New post", "Ctrl+N", self.new_post)
        add_shortcut(self, "Search or jump", "Ctrl+K", self._search.begin)
        for number, pane in enumerate(rail_panes[:9], start=1):
            add_shortcut(self, pane.title, f"Ctrl+{number}", partial(self.go, pane.name))

    def _restore(self) -> None:
        self._rail.set_folded(self._memory.flag("rail-folded"))
        state: QByteArray | None = self._memory.state("window")
        if state is None or not self.restoreGeometry(state):
            self.resize(1280, 800)
        self.setMinimumSize(720, 480)

    def _fit_rail(self) -> None:
        narrow = self.width() < _NARROW_PX and self._drawer.isVisibleTo(self)
        self._rail.set_folded(narrow or self._memory.flag("rail-folded"))

    def _view(self, name: str) -> PaneView:
        if self._core is None:
            raise RuntimeError("A pane was asked for before the workspace is open.")
        if name not in self._views:
            view = self._panes[name].build(self._core, self)
            view.setAccessibleName(self._panes[name].title)
            self._views[name] = view
            self._stack.addWidget(view)
        return self._views[name]

    def _show_page(self, page: QWidget) -> None:
        old = self._stack.currentWidget()
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        if old is not None and old not in self._views.values():
            self._stack.removeWidget(old)
            old.deleteLater()

    def _undo(self) -> None:
        if self._core is not None:
            self._core.undo.undo()

    def _redo(self) -> None:
        if self._core is not None:
            self._core.undo.redo()

    def _on_undone(self, sentence: str) -> None:
        self.notify(Notice(text=sentence, tone=Tone.INFO, stays=False))

    def _on_jumped(self, result: JumpResult) -> None:
        self.go(result.pane, result.target)

    def _on_state_changed(self) -> None:
        """Ask for the passphrase once by itself; later the status line leads there."""
        core = self._core
        if core is not None and core.publishing.mood is Mood.LOCKED and not self._asked_to_unlock:
            self._asked_to_unlock = True
            self.ask_passphrase(lambda: None)

    def _on_state_clicked(self) -> None:
        if self._core is not None and self._core.publishing.mood is Mood.LOCKED:
            self.ask_passphrase(lambda: None)
            return
        if self._trouble.show_again():
            return
        overview = self._core.publishing.overview if self._core is not None else None
        post = overview.next_due if overview is not None else None
        self.go("calendar", post.id if post is not None else None)

    def _on_looked_at(self, looked_at: bool) -> None:
        if looked_at:
            self._on_minute()
            self._ages.start()
        else:
            self._ages.stop()

    def _on_minute(self) -> None:
        self._status.refresh()
        if (view := self._views.get(self._current)) is not None:
            view.minute_passed()
