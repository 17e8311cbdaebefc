"""The list of places below the search field."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.jump import JumpResult
from tiktok_manager.ui.kit.access import announce
from tiktok_manager.ui.kit.labels import PlainLabel, paint_line
from tiktok_manager.ui.kit.layout import column
from tiktok_manager.ui.kit.menus import key_words
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import RADIUS, SPACE_M, SPACE_XS, Type

Index = QModelIndex | QPersistentModelIndex
_RESULT_ROLE = Qt.ItemDataRole.UserRole + 1


class JumpPopup(QFrame):
    """The places found, below the field. The focus stays in the field.

    Signals:
        picked: A JumpResult.
    """

    picked = Signal(object)
    _ROW_PX = 40
    _MOST_ROWS = 10

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field)
        self._field = field
        self.setProperty("look", "popup")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list = QListWidget()
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setAccessibleName(tr("What was found"))
        self._list.setItemDelegate(_ResultCells(self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.itemClicked.connect(self._on_clicked)
        self._nothing = PlainLabel("", tone="soft")
        self._nothing.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        margins = (SPACE_XS, SPACE_XS, SPACE_XS, SPACE_XS)
        self.setLayout(column(self._list, self._nothing, margins=margins))
        self.hide()

    def show_results(self, results: tuple[JumpResult, ...], *, is_searching: bool = False) -> None:
        """List places; the first is chosen, unless what was chosen is still where it was."""
        chosen, title = self._list.currentRow(), ""
        if (item := self._list.currentItem()) is not None:
            title = item.text()
        self._list.clear()
        for result in results:
            item = QListWidgetItem(_said(result))
            item.setData(_RESULT_ROLE, result)
            item.setSizeHint(QSize(0, self._ROW_PX))
            self._list.addItem(item)
        kept = self._list.item(chosen) if chosen > 0 else None
        self._list.setCurrentRow(chosen if kept is not None and kept.text() == title else 0)
        self._list.setVisible(bool(results))
        self._nothing.setText(tr("Searching…") if is_searching else tr("Nothing found"))
        self._nothing.setVisible(not results)
        self._place(len(results))

    def choose_next(self, step: int) -> None:
        """Choose the place `step` further down, around the ends."""
        count = self._list.count()
        if count:
            self._list.setCurrentRow((self._list.currentRow() + step) % count)
            announce(self._field, self._list.currentItem().text())

    def pick_current(self) -> None:
        """Go to the chosen place."""
        if self.isVisible() and self._list.count():
            self.picked.emit(self._list.currentItem().data(_RESULT_ROLE))

    def _place(self, count: int) -> None:
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        corner = self._field.mapTo(window, QPoint(0, self._field.height() + SPACE_XS))
        rows = min(max(count, 1), self._MOST_ROWS)
        height = rows * self._ROW_PX + 3 * SPACE_XS
        self.setGeometry(corner.x(), corner.y(), self._field.width(), height)
        self.show()
        self.raise_()

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self.picked.emit(item.data(_RESULT_ROLE))


def _said(result: JumpResult) -> str:
    """Return what a screen reader says of a row."""
    said = (result.title, result.detail, key_words(result.action))
    return ", ".join(part for part in said if part)


class _ResultCells(QStyledItemDelegate):
    """Where to or what to do, what it is, and its keys."""

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        result: JumpResult = index.data(_RESULT_ROLE)
        look = tokens()
        is_allowed = result.action.allowed()
        ink, tint = (look.ink, look.soft_ink) if is_allowed else (look.soft_ink, look.field_line)
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.selected))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        middle, left = rect.center().y(), rect.left() + 2 * SPACE_M + 20
        side = QRectF(rect.left() + SPACE_M, middle - 10, 20, 20)
        paint_icon(painter, result.action.icon or "arrow-right", _placed(option, side), tint)
        painter.setFont(type_font(Type.BODY))
        line = QRectF(left, middle - 9, rect.right() - left - SPACE_M, 18)
        if keys := key_words(result.action):
            paint_line(painter, _placed(option, line), keys, tint, right=True)
            line.setRight(line.right() - painter.fontMetrics().horizontalAdvance(keys) - SPACE_M)
        if result.detail:
            line.translate(0, -8)
        paint_line(painter, _placed(option, line), result.title, ink)
        painter.setFont(type_font(Type.CAPTION))
        below = _placed(option, line.translated(0, 17))
        paint_line(painter, below, result.detail, look.soft_ink)
        painter.restore()


def _placed(option: QStyleOptionViewItem, rect: QRectF) -> QRectF:
    """Return where this stands in the user's direction of reading."""
    return QRectF(QStyle.visualRect(option.direction, option.rect, rect.toRect()))
