"""The bar above every pane: its title, search or jump, and New post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.access import focus_living
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_XL, Type

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent

    from tiktok_manager.ui.jump import JumpResult, JumpViewModel
    from tiktok_manager.ui.jump_popup import JumpPopup


_WIDE_PX = 760


class TopBar(QFrame):
    """Title, search field and the one primary action.

    Signals:
        new_post_clicked: Begin a new post.
        import_clicked: Make many posts at once.
    """

    new_post_clicked = Signal()
    import_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top-bar")
        self._title = PlainLabel("", type=Type.PAGE)
        self.new_post = push_button(
            tr("New post"), look="primary", icon_name="plus", tip=tr("New post (Ctrl+N)")
        )
        self.new_post.clicked.connect(self.new_post_clicked)
        self.import_posts = icon_button("upload", tr("Import posts…"))
        self.import_posts.clicked.connect(self.import_clicked)
        self.import_posts.setEnabled(False)
        self.new_post.setEnabled(False)  # until there is a workspace
        self._demo = PlainLabel("", type=Type.CAPTION, tone="accent")
        self._demo.setProperty("look", "marker")
        self._demo.hide()
        self.search = JumpField()
        self.search.setMaximumWidth(360)
        parts = (self._title, None, self._demo, self.search, self.import_posts, self.new_post)
        layout = row(*parts, spacing=SPACE_M, margins=(SPACE_XL, 0, SPACE_L, 0))
        layout.setAlignment(self._demo, Qt.AlignmentFlag.AlignVCenter)
        layout.setStretchFactor(self.search, 4)
        self.setLayout(layout)

    def show_demo(self) -> None:
        """Say for as long as the window stands that nothing in it is real."""
        self._demo.setToolTip(
            tr("Simulated accounts on this computer. What you do here is not kept.")
        )
        self._demo.show()
        self._fit_demo()

    def set_title(self, title: str) -> None:
        """Name the pane shown."""
        self._title.setText(title)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_demo()

    def _fit_demo(self) -> None:
        words = tr("Demo: nothing reaches TikTok")
        self._demo.setText(words if self.width() >= _WIDE_PX else tr("Demo"))
        self._demo.setAccessibleName(words)

    @property
    def title(self) -> str:
        """The name of the pane shown."""
        return self._title.text()


class JumpField(QLineEdit):
    """The search field with its list of places below; Enter goes, Escape leaves.

    Signals:
        jumped: A JumpResult was chosen.
    """

    jumped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: JumpViewModel | None = None
        self._popup: JumpPopup | None = None
        self._came_from: QWidget | None = None
        self.setProperty("look", "search")
        self.setPlaceholderText(tr("Search or jump (Ctrl+K)"))
        self.setAccessibleName(tr("Search or jump to a page, an action, an account or a post"))
        self.setClearButtonEnabled(False)
        self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)

    def attach(self, model: JumpViewModel, popup: JumpPopup) -> None:
        """Search with `model` and list in `popup` from now on."""
        self._model = model
        self._popup = popup
        self.textEdited.connect(model.search)
        model.results_changed.connect(self._on_results)
        popup.picked.connect(self._on_picked)

    def begin(self) -> None:
        """Take the focus and list what there is."""
        self._came_from = self.window().focusWidget()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        if self._model is not None:
            self._model.search(self.text())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._popup is None:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape:
            self._leave()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._popup.choose_next(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._popup.pick_current()
        else:
            super().keyPressEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._hide_popup()

    def _hide_popup(self) -> None:
        if self._popup is not None:
            self._popup.hide()

    def _leave(self) -> None:
        self.clear()
        self._hide_popup()
        focus_living(self._came_from, self.window())

    def _on_results(self) -> None:
        if self.hasFocus() and self._model is not None and self._popup is not None:
            self._popup.show_results(self._model.results, is_searching=self._model.is_searching)

    def _on_picked(self, result: JumpResult) -> None:
        self._leave()
        self.jumped.emit(result)
