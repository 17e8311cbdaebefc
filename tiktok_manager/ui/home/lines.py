"""Lines of the home pane: something that is so, and beside it the one thing to do about it.

What appears or goes moves nothing under the pointer: it waits until that leaves or rests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from tiktok_manager.ui.kit.action import Action, ActionRow
from tiktok_manager.ui.kit.controls import PushButton
from tiktok_manager.ui.kit.labels import IconLabel, PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_LOOK_MS, _RESTS_MS = 1000, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeLine:
    """A line; `key` says what it is about. `open` shows more of it; `mends` is its one button."""

    key: str
    icon: str
    tint: str
    title: str
    more: str = ""
    lead: str = ""
    open: Callable[[], object]
    mends: Action | None = None


class PartsButton(PushButton):
    """A button that shows parts, as large as they need."""

    def __init__(self, look: str = "option") -> None:
        super().__init__(look=look)

    @override
    def sizeHint(self) -> QSize:
        layout = self.layout()
        return super().sizeHint() if layout is None else layout.sizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return super().minimumSizeHint() if layout is None else layout.minimumSize()


class Lines(QWidget):
    """Lines one below another, each kept as long as it is about the same.

    Signals:
        settled: Lines came or went.
    """

    settled = Signal()

    def __init__(self, page: QWidget) -> None:
        """`page` is what the pointer is over when nothing may move."""
        super().__init__()
        self._page = page
        self._rows: dict[str, _Row] = {}
        self._is_settled = False
        self._wanted: Sequence[HomeLine] = ()
        self._column = column(spacing=0)
        self.setLayout(self._column)
        self._at = QPoint()
        self._rests = QElapsedTimer()
        self._waits = QTimer(self, interval=_LOOK_MS)
        self._waits.timeout.connect(self._look_at_pointer)

    @property
    def keys(self) -> list[str]:
        """What the lines shown are about, in order."""
        return list(self._rows)

    def line(self, key: str) -> _Row:
        """Return the line that is about this."""
        return self._rows[key]

    def show_lines(self, lines: Sequence[HomeLine]) -> None:
        """Show these lines; under the pointer only those that are there change their words."""
        self._wanted = lines
        for line in lines:
            if line.key in self._rows:
                self._rows[line.key].show_line(line)
        if [line.key for line in lines] == self.keys:
            self._is_settled = True
            self._waits.stop()
        elif self._is_settled and self.is_pointed_at():
            for key in set(self.keys) - {line.key for line in lines}:
                self._rows[key].show_over()
            self._at = QCursor.pos()
            self._rests.start()
            self._waits.start()
        else:
            self._settle()

    def is_pointed_at(self) -> bool:
        """Say whether a change of lines would move what is under the pointer."""
        return self._page.window().isActiveWindow() and self._page.underMouse()

    def _look_at_pointer(self) -> None:
        at = QCursor.pos()
        if at != self._at:
            self._at = at
            self._rests.start()
        if not self.is_pointed_at() or self._rests.elapsed() >= _RESTS_MS:
            self._settle()

    def _settle(self) -> None:
        self._waits.stop()
        gone = set(self.keys) - {line.key for line in self._wanted}
        for key in gone:
            old = self._rows.pop(key)
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        kept = self._rows
        self._rows = {}
        for place, line in enumerate(self._wanted):
            shown = kept.get(line.key) or _Row(line)
            self._rows[line.key] = shown
            if self._column.indexOf(shown) != place:
                self._column.insertWidget(place, shown)
        self._align()
        self._is_settled = True
        self.settled.emit()

    def _align(self) -> None:
        """Let what the lines say begin one below the other."""
        leads = [shown.lead for shown in self._rows.values()]
        width = max((lead.sizeHint().width() for lead in leads), default=0)
        for lead in leads:
            lead.setMinimumWidth(width)


class _Row(QWidget):
    """One line: what it says opens more, its button mends it."""

    def __init__(self, line: HomeLine) -> None:
        super().__init__()
        self._line = line
        self._sign = IconLabel(line.icon, line.tint)
        self.lead = PlainLabel("", tabular=True, tone="soft")
        self._title = PlainLabel("", type=Type.STRONG, elided=True)
        self._more = PlainLabel("", tone="soft", wrap=True)
        self.says = PartsButton()
        self.says.clicked.connect(lambda _checked: self._line.open())
        words = column(self._title, self._more, spacing=0)
        margins = (SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        parts = row(self._sign, self.lead, words, spacing=SPACE_M, margins=margins)
        parts.setStretch(2, 1)
        self.says.setLayout(parts)
        self._actions: ActionRow | None = None
        self._outer = row(self.says, spacing=SPACE_S)
        self._outer.setStretch(0, 1)
        self.setLayout(self._outer)
        self.show_line(line)

    @property
    def mending(self) -> ActionRow | None:
        """Its button, None for none."""
        return self._actions

    def show_line(self, line: HomeLine) -> None:
        """Say this now."""
        had_action, self._line = self._actions is not None, line
        self._sign.show_icon(line.icon, line.tint)
        for label, text in ((self.lead, line.lead), (self._title, line.title)):
            label.setText(text)
        self._more.setText(line.more)
        self._more.setVisible(bool(line.more))
        self.lead.setVisible(bool(line.lead))
        spoken = tr("{title} {more}", title=f"{line.lead} {line.title}".strip(), more=line.more)
        self.says.setAccessibleName(spoken.strip())
        if had_action != (line.mends is not None):
            self._show_action()
        elif self._actions is not None:
            self._actions.setEnabled(True)
            self._actions.refresh()

    def show_over(self) -> None:
        """Say that it is so no more, in its place."""
        self._sign.show_icon("check", "good")
        self._more.setText(tr("Done."))
        self._more.show()
        self.says.setAccessibleName(tr("{title} Done.", title=self._line.title))
        if self._actions is not None:
            self._actions.setEnabled(False)

    def _show_action(self) -> None:
        if self._actions is not None:
            self._outer.removeWidget(self._actions)
            self._actions.hide()
            self._actions.deleteLater()
            self._actions = None
        if self._line.mends is not None:
            self._actions = ActionRow([self._action_now()])
            self._outer.addWidget(self._actions, 0, Qt.AlignmentFlag.AlignVCenter)
            self._actions.refresh()

    def _action_now(self) -> Action:
        """Return the action of whatever the line says at the moment: the post is read anew."""

        def now() -> Action:
            return self._line.mends or Action(words=lambda: "", run=lambda: None)

        return Action(
            words=lambda: now().words(),
            run=lambda: now().run(),
            allowed=lambda: now().allowed(),
            why_not=lambda: now().why_not(),
            question=lambda: now().question(),
            no=lambda: now().no(),
        )
