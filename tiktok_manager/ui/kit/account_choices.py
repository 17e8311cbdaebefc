"""Which accounts are chosen, and which can be: the model and the list behind `account_picker`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from tiktok_manager.domain.accounts import Account
from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.account_model import AccountModel
from tiktok_manager.ui.kit.cells import paint_account
from tiktok_manager.ui.kit.layout import mirrored
from tiktok_manager.ui.kit.list_model import Column, Index, ListModel
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROW_PX = 44
_AVATAR_PX, _BOX_PX = 28, 18
_Role = Qt.ItemDataRole


@dataclass(frozen=True, slots=True)
class Choice:
    """An account with what is to be known of it, which may be why it cannot be chosen."""

    account: Account
    note: str
    is_barred: bool

    @property
    def caption(self) -> str:
        """What stands below the name."""
        handle = self.account.handle
        return (
            tr("@{handle} · {note}", handle=handle, note=self.note) if self.note else f"@{handle}"
        )


class AccountChoices(ListModel[Choice]):
    """The accounts with a box each; those that cannot be chosen come last and say why.

    It follows the accounts when told to `look`: once for all that changed, not for each row.

    Signals:
        chosen_changed: Read `chosen`.
    """

    chosen_changed = Signal()

    def __init__(
        self,
        accounts: AccountModel,
        reason: Callable[[Account], str],
        note: Callable[[Account], str],
        parent: QObject,
    ) -> None:
        column: Column[Choice] = Column(
            words=lambda: tr("Account"),
            value=lambda choice: f"{choice.account.display_name}, {choice.caption}",
        )
        super().__init__((column,), lambda choice: choice.account.id, parent)
        self._accounts = accounts
        self._reason = reason
        self._note = note
        self._able: Sequence[Account] = ()
        self._chosen: frozenset[str] = frozenset()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the chosen accounts, in the order of the whole list."""
        known = (entry.account.id for entry in self._accounts.rows)
        return tuple(each for each in known if each in self._chosen)

    @property
    def able(self) -> Sequence[Account]:
        """All accounts that can be chosen, in the order of the whole list."""
        return self._able

    def is_chosen(self, account_id: str) -> bool:
        """Say whether an account is chosen."""
        return account_id in self._chosen

    def shown_ids(self) -> list[str]:
        """Return the accounts shown that can be chosen, from the top."""
        return [each.account.id for each in self.rows if not each.is_barred]

    def choice(self, index: Index) -> Choice:
        """Return what a row shows."""
        return self._rows[index.row()]

    def set_chosen(self, account_ids: Iterable[str]) -> None:
        """Choose exactly these."""
        chosen = frozenset(account_ids)
        if chosen == self._chosen:
            return
        self._chosen = chosen
        if self.rows:
            last = self.index(len(self.rows) - 1, 0)
            self.dataChanged.emit(self.index(0, 0), last, [_Role.CheckStateRole])
        self.chosen_changed.emit()

    def mark(self, account_ids: Iterable[str], *, on: bool) -> None:
        """Choose these too, or not any more."""
        ids = frozenset(account_ids)
        self.set_chosen(self._chosen | ids if on else self._chosen - ids)

    def look(self, search: str) -> None:
        """Ask of each account anew whether it can be chosen, and show those that are searched for.

        Found are those whose names, groups or tags hold the text.
        """
        choices = [self._look_at(entry.account) for entry in self._accounts.rows]
        self._able = [each.account for each in choices if not each.is_barred]
        text = search.strip().removeprefix("@").removeprefix("#").casefold()
        shown = [each for each in choices if _is_found(each.account, text)]
        self.set_rows(sorted(shown, key=lambda each: each.is_barred))

    def _look_at(self, account: Account) -> Choice:
        reason = self._reason(account)
        return Choice(account, reason or self._note(account), bool(reason))

    @override
    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if role != _Role.CheckStateRole or not index.isValid():
            return super().data(index, role)
        is_on = self.choice(index).account.id in self._chosen
        return Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag
        if not index.isValid():
            return flags.NoItemFlags
        if self.choice(index).is_barred:
            return flags.ItemIsSelectable
        return flags.ItemIsSelectable | flags.ItemIsEnabled | flags.ItemIsUserCheckable

    @override
    def setData(self, index: Index, value: object, role: int = _Role.EditRole) -> bool:
        if role != _Role.CheckStateRole or not self.flags(index) & Qt.ItemFlag.ItemIsEnabled:
            return False
        on = value in (Qt.CheckState.Checked, Qt.CheckState.Checked.value)
        self.mark([self.choice(index).account.id], on=on)
        return True


def _is_found(account: Account, text: str) -> bool:
    names = (account.handle, account.display_name, *account.groups, *account.tags)
    return any(text in name.casefold() for name in names)


class ChoiceList(QListView):
    """Rows that are ticked; what was ticked last is where Shift counts from."""

    def __init__(self, choices: AccountChoices, accounts: AccountModel) -> None:
        super().__init__()
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
        return QSize(240, 2 * ROW_PX + ROW_PX // 2)

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
        if not index.isValid() or not index.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        account_id = self._choices.choice(index).account.id
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
        self._choices.mark(able, on=not all(map(self._choices.is_chosen, able)))


class _ChoiceDelegate(QStyledItemDelegate):
    """A box, the picture, and two lines."""

    def __init__(self, view: QListView, choices: AccountChoices, accounts: AccountModel) -> None:
        super().__init__(view)
        self._view = view
        self._choices = choices
        self._accounts = accounts

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW_PX)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        look, choice = tokens(), self._choices.choice(index)
        account, barred = choice.account, choice.is_barred
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & option.state.State_MouseOver and not barred:
            painter.fillRect(rect, QColor(look.hover))
        if index == self._view.currentIndex() and self._view.hasFocus():
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), QColor(look.accent))
        painter.setOpacity(0.6 if barred else 1)
        whole = QRectF(rect).adjusted(SPACE_S, 0, -SPACE_S, 0)
        box = QRectF(whole.left(), whole.center().y() - _BOX_PX / 2, _BOX_PX, _BOX_PX)
        is_on = self._choices.is_chosen(account.id)
        _paint_box(painter, mirrored(painter, box, whole), is_on=is_on)
        ratio = painter.device().devicePixelRatio()
        picture = self._accounts.picture(account.id, account.handle, _AVATAR_PX, ratio)
        paint_account(
            painter,
            mirrored(painter, whole.adjusted(_BOX_PX + SPACE_M, 0, 0, 0), whole),
            picture,
            (account.display_name or account.handle, look.soft_ink if barred else look.ink),
            (choice.caption, look.attention if barred else look.soft_ink),
        )
        painter.restore()


def _paint_box(painter: QPainter, rect: QRectF, *, is_on: bool) -> None:
    look = tokens()
    painter.setPen(QPen(QColor(look.accent if is_on else look.field_line), 1))
    painter.setBrush(QColor(look.accent if is_on else look.paper))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    if is_on:
        paint_icon(painter, "check", rect.adjusted(2, 2, -2, -2), look.on_accent)
