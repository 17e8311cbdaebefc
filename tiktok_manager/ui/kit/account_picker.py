"""Choosing accounts: one list with boxes, a search over it, and whole groups by one click."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from tiktok_manager.domain.accounts import Account
from tiktok_manager.ui.icons import icon, paint_icon
from tiktok_manager.ui.kit.account_choices import AccountChoices, no_note
from tiktok_manager.ui.kit.account_model import AccountModel
from tiktok_manager.ui.kit.badges import Chip
from tiktok_manager.ui.kit.cells import paint_line
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import FlowLayout, column, mirrored, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_ROW_PX, _AVATAR_PX, _BOX_PX, _CHIP_PX = 44, 28, 18, 26
_SEARCH_FROM, _MOST_SETS = 8, 12
_UNBOUND_PX = 16_777_215


class AccountPicker(QWidget):
    """Accounts to be ticked: with the mouse, Space, Shift for all between, Ctrl+A for all shown.

    `reason` says why an account cannot be chosen, `note` what is to be known of one that can. The
    focus stays where it is whatever is ticked. While it is hidden nothing is counted: it catches up
    when it is shown, and then once for all accounts that changed together.

    Signals:
        changed: The user chose; read `chosen`.
    """

    changed = Signal()

    def __init__(
        self,
        accounts: AccountModel,
        *,
        reason: Callable[[Account], str] = no_note,
        note: Callable[[Account], str] = no_note,
        rows_shown: int | None = 6,
    ) -> None:
        """`rows_shown` None takes what room there is."""
        super().__init__()
        self._accounts = accounts
        self._rows_shown = rows_shown
        self._only: str | None = None
        self._is_told = True
        self._is_stale = True
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.catch_up)
        self.choices = AccountChoices(accounts, reason=reason, note=note, parent=self)
        self.list = _ChoiceList(self.choices, accounts)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search accounts, groups, tags"))
        self.search.setAccessibleName(tr("Search accounts, groups, tags"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._count = PlainLabel("", tone="soft", tabular=True)
        self._count.setMinimumHeight(_CHIP_PX)
        self._sets: list[tuple[QPushButton, frozenset[str]]] = []
        self._labels: tuple[str, ...] = ()
        self._chips = QWidget()
        self._flow = FlowLayout()
        self._chips.setLayout(self._flow)
        self._build()
        self.search.textChanged.connect(self._on_search)
        self.choices.chosen_changed.connect(self._on_chosen)
        for change in (accounts.dataChanged, accounts.rowsInserted, accounts.rowsRemoved):
            change.connect(self._on_accounts)
        accounts.avatars.arrived.connect(self.list.viewport().update)
        accounts.load()
        self.catch_up()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the chosen accounts, in the order of the list."""
        return self.choices.chosen

    def set_chosen(self, account_ids: Collection[str]) -> None:
        """Show these as chosen; nobody is told."""
        self._is_told = False
        self.choices.set_chosen(account_ids)
        self._is_told = True

    def set_fixed(self, *, only: str | None = None, fixed: bool = False) -> None:
        """Show one account alone, by its id; `fixed` lets nothing be changed."""
        if fixed != self.list.fixed:
            self.list.fixed = fixed
            self._chips.setEnabled(not fixed)
        if only != self._only:
            self._only = only
            self.choices.show_only(self.search.text(), only)
            if self.isVisible():
                self._fit()
                self._show_sets()
            else:
                self._is_stale = True

    def catch_up(self) -> None:
        """Show the accounts as they are now; it happens by itself when this is shown."""
        if not self._is_stale:
            return
        self._is_stale = False
        self._soon.stop()
        self.choices.look_again()
        self._fit()
        self._show_sets()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.catch_up()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.list.setFocus(event.reason())  # a focus proxy would let Tab skip the search

    def _build(self) -> None:
        sets = row(self._chips, self._count, spacing=SPACE_M)
        sets.setStretch(0, 1)
        sets.setAlignment(self._count, Qt.AlignmentFlag.AlignTop)
        layout = column(self.search, sets, self.list, spacing=SPACE_S)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def _on_search(self) -> None:
        self.choices.show_only(self.search.text(), self._only)
        self._show_sets()

    def _on_accounts(self) -> None:
        self._is_stale = True
        if self.isVisible():
            self._soon.start()

    def _fit(self) -> None:
        """Be as high as the accounts need."""
        count = 1 if self._only is not None else self._accounts.rowCount()
        shown = min(max(count, 1), self._rows_shown or count)
        if self._rows_shown is None and self._only is None:
            self.list.setMinimumHeight(self.list.sizeHint().height())
            self.list.setMaximumHeight(_UNBOUND_PX)
        else:
            rest = _ROW_PX // 2 if count > shown else 0  # half a row says that there are more
            self.list.setFixedHeight(shown * _ROW_PX + rest)
        self.search.setVisible(count >= _SEARCH_FROM)
        self._count.setVisible(self._only is None)

    def _on_chosen(self) -> None:
        if self.isVisible():
            self._show_sets()
        else:
            self._is_stale = True
        if self._is_told:
            self.changed.emit()

    def _show_sets(self) -> None:
        """Write the chips anew: all, each group, each tag; built again only if they are others."""
        sets = dict(islice(self._make_sets(), _MOST_SETS))  # the search finds the others
        labels = tuple(sets)
        if labels != self._labels:
            self._labels = labels
            self._build_chips(labels)
        chosen = frozenset(self.chosen)
        chips = [chip for chip, _members in self._sets]
        self._sets = list(zip(chips, sets.values(), strict=True))
        for chip, members in self._sets:
            chip.setChecked(bool(members) and members <= chosen)
            chip.setEnabled(bool(members))
        self._chips.setVisible(self._only is None and self._accounts.rowCount() > 1)
        total = self._accounts.rowCount()
        self._count.setText(tr("{chosen} of {total}", chosen=len(chosen), total=total))
        self._count.setAccessibleName(
            ntr("{count} account chosen", "{count} accounts chosen", len(chosen))
        )

    def _make_sets(self) -> Iterable[tuple[str, frozenset[str]]]:
        shown = frozenset(self.choices.shown_ids())
        searched = bool(self.search.text().strip())
        yield (tr("All found") if searched else tr("All")), shown
        if searched:
            return
        able = self.choices.able()
        yield from _members((name, each.id) for each in able for name in each.groups)
        yield from _members((f"#{name}", each.id) for each in able for name in each.tags)

    def _build_chips(self, labels: Iterable[str]) -> None:
        for old, _members in self._sets:
            self._flow.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._sets = []
        for label in labels:
            chip = Chip(label)
            chip.clicked.connect(lambda on, chip=chip: self._on_set(chip, on))
            self._flow.addWidget(chip)
            last = self._sets[-1][0] if self._sets else self.search
            self.setTabOrder(last, chip)  # made later, it would come last
            chip.show()
            self._sets.append((chip, frozenset()))

    def _on_set(self, chip: QPushButton, on: bool) -> None:
        members: Mapping[QPushButton, frozenset[str]] = dict(self._sets)
        self.choices.mark(members[chip], on=on)


def _members(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, frozenset[str]]]:
    """Return who belongs to each name, by the names."""
    found: dict[str, set[str]] = {}
    for name, account_id in pairs:
        found.setdefault(name, set()).add(account_id)
    return ((name, frozenset(found[name])) for name in sorted(found))


class _ChoiceList(QListView):
    """Rows that are ticked; what was ticked last is where Shift counts from."""

    def __init__(self, choices: AccountChoices, accounts: AccountModel) -> None:
        super().__init__()
        self.fixed = False
        self._choices = choices
        self._from: str | None = None
        self.setModel(choices)
        self.setItemDelegate(_ChoiceDelegate(self, choices, accounts))
        self.setAccessibleName(tr("Accounts"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)

    @override
    def sizeHint(self) -> QSize:
        return QSize(240, 2 * _ROW_PX + _ROW_PX // 2)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._tick(index, through=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # two quick clicks are two clicks

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._tick(self.currentIndex(), through=shift)
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._tick_all()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _tick(self, index: QModelIndex, *, through: bool) -> None:
        if self.fixed or not index.isValid() or not index.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        account_id = self._choices.entry(index).account.id
        able = self._choices.shown_ids()
        if through and self._from in able:
            ends = sorted((able.index(self._from), able.index(account_id)))
            on = self._choices.is_chosen(able[able.index(self._from)])
            self._choices.mark(able[ends[0] : ends[1] + 1], on=on)
            return
        self._from = account_id
        self._choices.mark([account_id], on=not self._choices.is_chosen(account_id))

    def _tick_all(self) -> None:
        able = self._choices.shown_ids()
        if not self.fixed:
            self._choices.mark(able, on=not all(map(self._choices.is_chosen, able)))


class _ChoiceDelegate(QStyledItemDelegate):
    """A box, the picture, and two lines."""

    def __init__(self, view: QListView, choices: AccountChoices, accounts: AccountModel) -> None:
        super().__init__(view)
        self._view = view
        self._choices = choices
        self._accounts = accounts

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, _ROW_PX)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect
        account = self._choices.entry(index).account
        is_able = self._choices.may_choose(account)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & option.state.State_MouseOver and is_able:
            painter.fillRect(rect, QColor(tokens().hover))
        if index == self._view.currentIndex() and self._view.hasFocus():
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), QColor(tokens().accent))
        painter.setOpacity(1 if is_able else 0.6)
        left = self._paint_signs(painter, QRectF(rect), account)
        painter.setOpacity(1)
        self._paint_words(painter, QRectF(rect), left, account)
        painter.restore()

    def _paint_signs(self, painter: QPainter, whole: QRectF, account: Account) -> float:
        """Paint box and picture; returns where words begin."""
        middle, left = whole.center().y(), whole.left() + SPACE_S
        box = QRectF(left, middle - _BOX_PX / 2, _BOX_PX, _BOX_PX)
        is_on = self._choices.is_chosen(account.id)
        _paint_box(painter, mirrored(painter, box, whole), is_on=is_on)
        left += _BOX_PX + SPACE_M
        ratio = painter.device().devicePixelRatio()
        picture = self._accounts.picture(account.id, account.handle, _AVATAR_PX, ratio)
        place = QRectF(left, middle - _AVATAR_PX / 2, _AVATAR_PX, _AVATAR_PX)
        painter.drawPixmap(mirrored(painter, place, whole).topLeft(), picture)
        return left + _AVATAR_PX + SPACE_M

    def _paint_words(self, painter: QPainter, whole: QRectF, left: float, account: Account) -> None:
        look = tokens()
        caption, is_barred = self._choices.caption(account)
        line = QRectF(left, whole.center().y() - 17, whole.right() - left - SPACE_S, 18)
        line = mirrored(painter, line, whole)
        painter.setFont(type_font(Type.STRONG))
        ink = look.soft_ink if is_barred else look.ink
        paint_line(painter, line, account.display_name or account.handle, ink)
        painter.setFont(type_font(Type.CAPTION))
        tint = look.attention if is_barred else look.soft_ink
        paint_line(painter, line.translated(0, 17), caption, tint)


def _paint_box(painter: QPainter, rect: QRectF, *, is_on: bool) -> None:
    look = tokens()
    painter.setPen(QPen(QColor(look.accent if is_on else look.field_line), 1))
    painter.setBrush(QColor(look.accent if is_on else look.paper))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    if is_on:
        paint_icon(painter, "check", rect.adjusted(2, 2, -2, -2), look.on_accent)
