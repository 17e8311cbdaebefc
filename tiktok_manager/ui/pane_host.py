"""What stands around the panes and serves them: jumps, drawer, notices, passphrase, undo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QStyle

from tiktok_manager.domain.errors import (
    ActionNeeded,
    AppError,
    Cancelled,
    ChangedMeanwhile,
    VaultLocked,
)
from tiktok_manager.ui.commands import Commands
from tiktok_manager.ui.jump import JumpResult, JumpViewModel
from tiktok_manager.ui.jump_popup import JumpPopup
from tiktok_manager.ui.kit.action import Action, perform_over
from tiktok_manager.ui.kit.drawer import Drawer
from tiktok_manager.ui.kit.messages import Messages
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.link_gate import profile_url
from tiktok_manager.ui.publish_notices import PublishNotices
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import DRAWER_WIDTH
from tiktok_manager.wording import Step, joined, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from tiktok_manager.ui.frame import Core, Frame, Pane
    from tiktok_manager.ui.kit.pane import PaneView
    from tiktok_manager.ui.main_window import MainWindow
    from tiktok_manager.ui.memory import WindowMemory

    Way = Callable[[], object]

_AGES_MS = 60_000
_WIDE_PX = 1280
"""From here on a pane that may get narrower without moving its rows makes room for the drawer."""


class PaneHost(QObject):
    """Fills the window with panes; implements `Frame` for them.

    Signals:
        reopen_requested: What to say meanwhile, and what to run while the workspace is closed.
        quit_requested: The user wants to end the application.
    """

    reopen_requested = Signal(str, object)
    quit_requested = Signal()

    def __init__(self, window: MainWindow, panes: Sequence[Pane], memory: WindowMemory) -> None:
        super().__init__(window)
        self._window = window
        self._panes = {pane.name: pane for pane in panes}
        self._views: dict[str, PaneView] = {}
        self._memory = memory
        self._core: Core | None = None
        self._current = ""
        self._messages = Messages(window.page_area, focus_elsewhere=self._focus_page)
        self._commands = Commands(
            window,
            self,
            panes,
            search=window.top_bar.search.begin,
            messages=self._messages.take_focus,
            leave=self.quit_requested.emit,
        )
        self._build()
        self._ages = QTimer(self)
        self._ages.setInterval(_AGES_MS)
        self._ages.timeout.connect(self._on_minute)
        window.looked_at.connect(self._on_looked_at)
        window.dropped.connect(lambda paths: self.go("imports", paths))
        self._on_looked_at(window.isVisible())

    # -- what panes may ask ---------------------------------------------------------------

    @property
    def memory(self) -> WindowMemory:
        """Sizes and states that outlive the session."""
        return self._memory

    def notify(self, notice: Notice) -> None:
        """Say something: what stands in the banner, what passes in a toast."""
        self._place()  # the foot of the page may have grown
        self._messages.notify(notice)

    def show_error(self, error: AppError, retry: Callable[[], object] | None = None) -> None:
        """Say what went wrong with the step that mends it; `retry` runs after an unlock."""
        if isinstance(error, Cancelled):
            return
        notice = self._leading_on(error, retry)
        if isinstance(error, VaultLocked) and self._core is not None:
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
            self._window.rail.select(pane)
            self._show_title(pane)
            self._window.show_page(view)
            self._place()
            view.pane_shown()
        if self._panes[pane].in_rail:
            self._memory.set_word("pane", pane)
            self._window.opens_with = pane
        if target is not None:
            view.open_target(target)

    def open_drawer(self, title: str, content: QWidget) -> None:
        """Show details on the right; the drawer owns and deletes `content`."""
        if (view := self._views.get(self._current)) is not None:
            is_beside = view.gives_way and self._window.width() >= _WIDE_PX
            view.make_room(DRAWER_WIDTH if is_beside else 0, DRAWER_WIDTH)
        self._drawer.open_with(title, content)
        self._place()

    def close_drawer(self) -> None:
        """Take the details away."""
        self._drawer.clear()

    def ask_passphrase(
        self, then: Callable[[], object], otherwise: Callable[[], object] | None = None
    ) -> None:
        """Ask in place for the passphrase of the vault; run `then` once it is open.

        Where no passphrase would help (a locked keyring), `otherwise` runs instead.
        """
        self._standing.ask_passphrase(then, otherwise)

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
    def messages(self) -> Messages:
        """What lies over the foot of the page: banner and toasts."""
        return self._messages

    def attach(self, core: Core) -> None:
        """The workspace is open: fill the frame."""
        self._core = core
        self._jump.attach(core)
        self._commands.attach(core, self)
        self._standing.follow(core)
        self._status.follow(core.publishing)
        core.undo.done.connect(self._on_undone)
        core.undo.refused.connect(self._on_undone)
        core.undo.failed.connect(self.show_error)
        core.publishing.failed.connect(self.show_error)
        self._top_bar.new_post.setEnabled("composer" in self._panes)
        self._top_bar.import_posts.setEnabled("imports" in self._panes)
        self.go(self._window.opens_with)

    def detach(self, words: str) -> None:
        """Let the workspace and all its panes go; not from within a pane's own call."""
        self._core, self._current = None, ""
        self._jump.attach(None)
        self._commands.detach()
        self._standing.follow(None)
        self._messages.clear()
        self._drawer.clear()
        self._status.rest(words)
        self._top_bar.new_post.setEnabled(False)
        self._top_bar.import_posts.setEnabled(False)
        self._window.show_opening()
        for view in self._views.values():
            view.deleteLater()
        self._views = {}
        # Now: their timers must not ask a workspace that is being closed.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def show_failure(self, error: AppError, retry: Callable[[], object]) -> None:
        """The workspace could not be opened: say why, offer to try again."""
        told = words(error)
        text = joined(told.message, told.hint)
        page = EmptyState("database", told.title, text, action_text=tr("Try again"), action=retry)
        self._window.show_passing(page)
        self._top_bar.set_title(tr("Cannot open"))
        self._window.rail.select("")

    def show_keys(self) -> None:
        """Show the sheet of keys."""
        self._commands.show_keys()

    def new_post(self) -> None:
        """Open the composer."""
        self.go("composer", "new")

    # -- inside ---------------------------------------------------------------------------

    def _build(self) -> None:
        window = self._window
        self._jump = JumpViewModel(self._commands.all, self.go, self)
        self._search = window.top_bar.search
        self.popup = JumpPopup(self._search)
        self._search.attach(self._jump, self.popup)
        self._search.jumped.connect(self._on_jumped)
        self._standing = PublishNotices(self._messages.banner, self)
        self._drawer = Drawer(window.page_area, focus_elsewhere=self._focus_page)
        self._drawer.closed.connect(self._on_drawer_closed)
        self._status = window.status_line
        self._top_bar = window.top_bar
        window.page_area.resized.connect(self._place)
        window.escape_pressed.connect(self.close_drawer)
        window.rail.chosen.connect(self.go)
        window.top_bar.new_post_clicked.connect(self.new_post)
        window.top_bar.import_clicked.connect(lambda: self.go("imports", "new"))
        window.status_line.state_clicked.connect(self._on_state_clicked)
        window.status_line.needs_clicked.connect(lambda: self.go("calendar", "needs-you"))

    def _leading_on(self, error: AppError, retry: Callable[[], object] | None) -> Notice:
        """Return what an error says, with the button that mends it."""
        notice = Notice.of_error(error)
        if isinstance(error, ActionNeeded | ChangedMeanwhile):
            notice = replace(notice, tone=Tone.ATTENTION)
        return replace(notice, step=next_step(error, self, retry))

    def _view(self, name: str) -> PaneView:
        if self._core is None:
            raise RuntimeError("A pane was asked for before the workspace is open.")
        if name not in self._views:
            view = self._panes[name].build(self._core, self)
            self._views[name] = view
            view.windowTitleChanged.connect(lambda _title: self._show_title(name))
            view.foot_moved.connect(self._place, Qt.ConnectionType.QueuedConnection)
            self._show_title(name)
        return self._views[name]

    def _show_title(self, name: str) -> None:
        title = self._views[name].windowTitle() or self._panes[name].title
        self._views[name].setAccessibleName(title)
        if name == self._current:
            self._top_bar.set_title(title)

    def _place(self) -> None:
        """Lay drawer and messages over the page, clear of its controls, its foot and each other."""
        view, area = self._views.get(self._current), self._window.page_area
        top = 0 if view is None else view.bar_height_px
        foot = 0 if view is None else view.foot_height_px
        drawer = QRect(0, top, DRAWER_WIDTH, area.height() - top)
        drawer.moveRight(area.width() - 1)
        is_open = self._drawer.content() is not None
        free = QRect(0, 0, drawer.left() if is_open else area.width(), area.height() - foot)
        direction = self._window.layoutDirection()
        self._drawer.setGeometry(QStyle.visualRect(direction, area.rect(), drawer))
        self._messages.place(QStyle.visualRect(direction, area.rect(), free))

    def _on_drawer_closed(self) -> None:
        if (view := self._views.get(self._current)) is not None:
            view.make_room(0, 0)
        self._place()

    def _focus_page(self) -> None:
        if (view := self._views.get(self._current)) is not None:
            view.take_focus()

    def _on_undone(self, sentence: str) -> None:
        self.notify(Notice(text=sentence, key="undo", stays=False))

    def _on_jumped(self, result: JumpResult) -> None:
        perform_over(self._window, result.action)

    def _on_state_clicked(self) -> None:
        if self._standing.lead_on():
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


def next_step(error: AppError, frame: Frame, retry: Way | None = None) -> Action | None:
    """Return the action that mends an error from anywhere in the window; None if there is none.

    A step whose place is the form the user stands in (a caption, a time, a file) is taken there;
    from outside it, trying again is all there is.
    """
    told = words(error)
    way = _ways(error, frame, retry).get(told.step)
    if way is not None:
        return Action(words=lambda: told.label, run=way)
    return None if retry is None else Action(words=lambda: tr("Try again"), run=retry)


def _ways(error: AppError, frame: Frame, retry: Way | None) -> dict[Step, Way]:
    def go(pane: str, target: object = None) -> Way:
        return lambda: frame.go(pane, target)

    ways = {
        Step.CONNECT: go("accounts"),
        Step.RECONNECT: go("accounts"),
        Step.RESUME_ACCOUNT: go("accounts"),
        Step.SET_CLIENT_KEY: go("settings", "client-key"),
        Step.OPEN_SETTINGS: go("settings"),
        Step.OPEN_BACKUPS: go("settings", "backups"),
        Step.LOOK_AGAIN: retry or go("calendar", error.params.get("id")),
    }
    if "handle" in error.params:
        page = profile_url(str(error.params["handle"]))
        ways[Step.LOOK_ON_TIKTOK] = lambda: frame.open_url(page)
    return ways
