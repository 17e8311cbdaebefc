"""The icon in the system tray: publishing goes on there while the window is closed."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from tiktok_manager.ui.icons import paint_icon, painted
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.menus import ActionMenu, Entry
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import DARK, LIGHT, Mood

if TYPE_CHECKING:
    from tiktok_manager.ui.publish_state import PublishState

_RETRY_MS = 5000
_MENU_WIDTH = 64
# Desktops read messages as markup: a name from outside must not become a link or a picture.
_NO_MARKUP = str.maketrans({"<": "(", ">": ")", "&": "+"})
_IS_WELL = (Mood.OPENING, Mood.ON)


class Tray(QObject):
    """Shows state, next post and last result; offers the few acts that need no window.

    Signals:
        open_requested: Show the window.
        new_post_requested: Show the window with a new post.
        quit_requested: End the application.
        appeared: The desktop has a tray now and the icon is in it.
    """

    open_requested = Signal()
    new_post_requested = Signal()
    quit_requested = Signal()
    appeared = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        is_available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        super().__init__(parent)
        self._is_available = is_available
        self._state: PublishState | None = None
        self._menu = QMenu()
        self._menu.setAccessibleName("TikTok Manager")
        self._icon = QSystemTrayIcon(tray_icon(Mood.OPENING, needs_user=False), self)
        self._icon.setToolTip(tr("TikTok Manager: opening…"))
        self._icon.setContextMenu(self._menu)
        self._icon.messageClicked.connect(self.open_requested)
        self._icon.activated.connect(self._on_activated)
        self._menu.aboutToShow.connect(self.rebuild)
        self._retry = QTimer(self)
        self._retry.setInterval(_RETRY_MS)
        self._retry.timeout.connect(self.try_to_appear)
        self._face = ActionMenu(self._menu, Action.perform)
        self._shown = (Mood.OPENING, False)
        self.rebuild()

    @property
    def is_there(self) -> bool:
        """Whether the icon is in a tray, so that the window may be closed into it."""
        return self._icon.isVisible() and self._is_available()

    @property
    def menu(self) -> QMenu:
        """The menu as it was built last."""
        return self._menu

    @property
    def tool_tip(self) -> str:
        """The state in words."""
        return self._icon.toolTip()

    def try_to_appear(self) -> None:
        """Show the icon; where the desktop has no tray yet, look again every few seconds."""
        if not self._is_available():
            self._retry.start()
            return
        self._retry.stop()
        self._icon.show()
        self.appeared.emit()

    def follow(self, state: PublishState | None) -> None:
        """Show this state from now on; None while there is none."""
        if self._state is not None:
            self._state.changed.disconnect(self._on_changed)
        self._state = state
        if state is None:
            self.rebuild()
            return
        state.changed.connect(self._on_changed)
        self._on_changed()

    def say(self, title: str, text: str) -> None:
        """Show a message of the desktop beside the icon; a click on it opens the window."""
        plain_title, plain_text = title.translate(_NO_MARKUP), text.translate(_NO_MARKUP)
        self._icon.showMessage(plain_title, plain_text, self._icon.icon())

    def rebuild(self) -> None:
        """Make the menu true; where it is already, the desktop hears nothing of it."""
        self._face.show_entries(self._entries())

    def close(self) -> None:
        """Take the icon away."""
        self._retry.stop()
        self._icon.hide()
        self._menu.deleteLater()

    def _entries(self) -> list[Entry]:
        state, needs = self._state, self._state.needs_line if self._state else ""
        opens = self.open_requested.emit
        return [
            *_lines(state),
            Action(words=lambda: f"{needs}…", run=opens, shown=lambda: bool(needs)),
            None,
            Action(words=lambda: tr("Open TikTok Manager"), run=opens),
            Action(words=lambda: tr("New post…"), run=self.new_post_requested.emit),
            *(() if state is None else (pause_action(state),)),
            None,
            Action(words=lambda: tr("Quit"), run=self.quit_requested.emit),
        ]

    def _on_changed(self) -> None:
        if self._state is None:
            return
        needs = self._state.needs_line
        parts = ("TikTok Manager", self._state.line, needs)
        tip = "\n".join(part for part in parts if part)
        if tip != self._icon.toolTip():
            self._icon.setToolTip(tip)
        if self._shown != (self._state.mood, bool(needs)):
            self._shown = (self._state.mood, bool(needs))
            self._icon.setIcon(tray_icon(self._state.mood, needs_user=bool(needs)))
        if not self._menu.isVisible():
            self.rebuild()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (
            QSystemTrayIcon.ActivationReason.Trigger,
            QSystemTrayIcon.ActivationReason.DoubleClick,
        ):
            self.open_requested.emit()


def _lines(state: PublishState | None) -> Sequence[str]:
    """Return what is to be read in the menu: the state first, then what it does not say itself."""
    if state is None:
        return (tr("Opening…"),)
    says_next = state.mood in (Mood.OPENING, Mood.ON, Mood.WORKING)
    others = (state.last_line,) if says_next else (state.next_line, state.last_line)
    return (*textwrap.wrap(state.line, _MENU_WIDTH), *others)


def pause_action(state: PublishState) -> Action:
    """Return what holds publishing or lets it go on, as its words say: not what they would say."""
    was_paused = state.paused
    return Action(
        words=lambda: tr("Resume publishing") if was_paused else tr("Pause publishing"),
        icon="play" if was_paused else "pause",
        run=lambda: state.set_paused(not was_paused),
        shown=lambda: state.mood in (Mood.ON, Mood.WORKING, Mood.PAUSED, Mood.HELD),
    )


def tray_icon(mood: Mood, *, needs_user: bool) -> QIcon:
    """Return the product's icon with a sign of the state in its corner.

    It carries its own ground, so it reads on light and dark panels alike.
    """
    result = QIcon()
    for size in (16, 22, 24, 32, 48, 64):
        result.addPixmap(_tray_pixmap(size, mood, needs_user=needs_user))
    return result


def _tray_pixmap(size: int, mood: Mood, *, needs_user: bool) -> QPixmap:
    def paint(painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon(painter, "app", QRectF(0, 0, size, size), LIGHT.on_accent)
        if needs_user or mood not in _IS_WELL:
            _paint_sign(painter, size, *(("dot", "attention") if needs_user else mood.sign))

    return painted(QSize(size, size), paint)


def _paint_sign(painter: QPainter, size: int, name: str, tint: str) -> None:
    side = size * 0.56
    corner = QRectF(size - side, size - side, side, side)
    painter.setPen(Qt.PenStyle.NoPen)
    for share, colour in ((0.0, DARK.ink), (0.1, str(getattr(LIGHT, tint)))):
        inset = side * share
        painter.setBrush(QColor(colour))
        painter.drawEllipse(corner.adjusted(inset, inset, -inset, -inset))
    inset = side * 0.22
    glyph = corner.adjusted(inset, inset, -inset, -inset)
    paint_icon(painter, name, glyph, LIGHT.on_accent)
