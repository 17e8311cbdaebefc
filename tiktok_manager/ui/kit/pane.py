"""The shape all panes have, and what stands in the place of content that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget

from tiktok_manager.ui.kit.access import focus_into, has_focus_inside
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import IconLabel, PlainLabel
from tiktok_manager.ui.kit.layout import Item, Skeleton, column, fill, row
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.kit.reading import Reading, Stage
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent

    from tiktok_manager.domain.errors import AppError


class Stages(QStackedWidget):
    """Content, or what stands in its place: a skeleton, why there is nothing, why it failed.

    Content that was shown once stays while it is read anew; where that fails, a line over its
    foot says so. Readings rest while this is hidden: another pane in front, the window in the tray.
    """

    def __init__(
        self,
        content: QWidget | None = None,
        *,
        empty: Callable[[], QWidget] | None = None,
        skeleton_rows: int = 8,
    ) -> None:
        """`empty` builds what is shown where there is nothing; content stands without one."""
        super().__init__()
        self._content = content or QWidget()
        self._make_empty = empty
        self._stage = Stage.READY
        self._passing: QWidget | None = None
        self._skeleton = Skeleton(rows=skeleton_rows)
        self._reading: Reading[Any] | None = None
        self._readings: list[Reading[Any]] = []
        self.addWidget(self._content)
        self.addWidget(self._skeleton)
        self._stale: _StaleLine | None = None

    def show_stage(
        self,
        stage: Stage,
        failure: AppError | None = None,
        retry: Callable[[], object] | None = None,
    ) -> None:
        """Show the content, or what stands in its place."""
        before, self._stage = self._stage, stage
        if stage is Stage.LOADING:
            self._bring(self._skeleton)
        elif stage is Stage.FAILED and failure is not None:
            self._bring(_failed_page(failure, retry))
        elif stage is not Stage.EMPTY or self._make_empty is None:
            self._bring(self._content)
        elif before is not Stage.EMPTY or not has_focus_inside(self):
            self._bring(self._make_empty())  # rebuilt under the focus, its button would lose it

    def follow(self, reading: Reading[Any]) -> None:
        """Show the stage of this reading from now on."""
        self._reading = reading
        self.add_reading(reading)
        reading.changed.connect(self._on_changed)
        self._on_changed()

    def add_reading(self, reading: Reading[Any]) -> None:
        """Let one more reading rest while this is hidden; its stage is shown elsewhere."""
        self._readings.append(reading)
        reading.set_shown(self.isVisible())

    def _set_shown(self, shown: bool) -> None:
        for reading in self._readings:
            if shiboken6.isValid(reading):
                reading.set_shown(shown)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._set_shown(True)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._set_shown(False)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._stale is not None:
            self._stale.place()

    def _on_changed(self) -> None:
        reading = self._reading
        if reading is None:
            return
        self.show_stage(reading.stage, reading.failure, reading.retry)
        if reading.failure is not None and reading.stage is not Stage.FAILED:
            self._stale = self._stale or _StaleLine(self)
            self._stale.tell(reading.failure, reading.retry)
        elif self._stale is not None:
            self._stale.hide()

    def _bring(self, page: QWidget) -> None:
        had_focus = has_focus_inside(self)
        before, self._passing = self._passing, None
        if page not in (self._content, self._skeleton):
            self.addWidget(page)
            self._passing = page
        self.setCurrentWidget(page)
        if before is not None:
            self.removeWidget(before)
            before.hide()
            before.deleteLater()  # its own button may be what brought this page
        if had_focus and not has_focus_inside(page):
            focus_into(page)


class _StaleLine(QFrame):
    """Over the foot of content that could not be read anew; it moves nothing."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setProperty("look", "notice")
        self.setProperty("tone", "attention")
        self._words = PlainLabel("", elided=True)
        self._retry: Callable[[], object] | None = None
        again = push_button(tr("Try again"), look="quiet", clicked=self._on_retry)
        margins = (SPACE_M, SPACE_XS, SPACE_S, SPACE_XS)
        sign = IconLabel("status-needs_attention", "attention")
        layout = row(sign, self._words, again, margins=margins)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.hide()

    def tell(self, failure: AppError, retry: Callable[[], object]) -> None:
        """Say that what is shown may be old, and why."""
        text = tr("Not up to date. {why}", why=words(failure).title)
        self._retry = retry
        self._words.setText(text)
        self.setAccessibleName(text)
        self.show()
        self.place()

    def place(self) -> None:
        """Lie over the foot, whatever size the content has now."""
        over, height = self._over, self.sizeHint().height()
        self.setGeometry(SPACE_S, over.height() - height - SPACE_S, over.width() - SPACE_L, height)
        self.raise_()

    def _on_retry(self) -> None:
        if self._retry is not None:
            self._retry()


def _failed_page(failure: AppError, retry: Callable[[], object] | None) -> QWidget:
    told = words(failure)
    text = joined(told.message, told.hint)
    return EmptyState("status-failed", told.title, text, action_text=tr("Try again"), action=retry)


class PaneView(QWidget):
    """A pane: an optional 44 px row of controls above its content.

    Add controls to `controls` (hidden while empty) and content to `body`; `stages` shows what
    stands in the content's place. A window title, if one is set, stands in the top bar in place of
    the pane's own.

    Signals:
        foot_moved: The foot came, went or has another height.
    """

    foot_moved = Signal()
    gives_way = False
    """Whether rows keep their place when the pane gets narrower, so that the drawer may stand
    beside them in a wide window; else it lies over them."""

    def __init__(self, *, empty: Callable[[], QWidget] | None = None) -> None:
        super().__init__()
        self._bar = QFrame(self)
        self._bar.setObjectName("pane-bar")
        self._bar.hide()
        self.controls = row(margins=(SPACE_XL, 0, SPACE_L, 0))
        self._bar.setLayout(self.controls)
        content = QWidget()
        self.body = column(spacing=0)
        content.setLayout(self.body)
        self.stages = Stages(content, empty=empty)
        self._middle = row(self.stages)
        self._foot = column(spacing=0)
        self._outer = column(self._bar, self._middle, self._foot, spacing=0)
        self._outer.setStretch(1, 1)
        self.setLayout(self._outer)

    @property
    def bar_height_px(self) -> int:
        """Height of the row of controls, which nothing ever lies over."""
        self._outer.activate()
        return self.stages.y()

    def add_controls(self, *items: Item) -> None:
        """Put controls into the pane's row; None is a stretch, a number a gap in px."""
        fill(self.controls, items)
        self._bar.show()

    def add_foot(self, *parts: QWidget) -> None:
        """Put parts below the content, and below what stands in its place."""
        for part in parts:
            self._foot.addWidget(part)
            self.watch_foot(part)

    def watch_foot(self, part: QWidget) -> None:
        """Tell when this part of the foot moves."""
        part.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            self.foot_moved.emit()
        return super().eventFilter(watched, event)

    def follow(self, reading: Reading[Any]) -> None:
        """Show the stage of this reading from now on; it reads only while the pane is shown."""
        self.stages.follow(reading)

    @property
    def foot_height_px(self) -> int:
        """Height of the foot, which messages never lie over; panes with another one override it."""
        self._outer.activate()
        return int(self._foot.geometry().height())

    def make_room(self, width_px: int, foot_px: int) -> None:
        """Leave so much to the drawer where lines end, beside the content and the foot."""
        for part, room_px in ((self._middle, width_px), (self._foot, foot_px)):
            left, right = (0, room_px) if self.isLeftToRight() else (room_px, 0)
            part.setContentsMargins(left, 0, right, 0)

    def take_focus(self) -> None:
        """Take the keyboard: what had it is gone. Panes override it to choose the place."""
        focus_into(self)

    def open_target(self, target: object) -> None:
        """Show what somebody jumped to (an account id, a post id…); panes override it."""

    def pane_shown(self) -> None:
        """The pane came to the front; panes override it to refresh."""

    def minute_passed(self) -> None:
        """A minute went by while the pane is in front; panes with ages on them override it."""
