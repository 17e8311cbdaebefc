"""Actions as menus, as keys of the window, and as a bar over what is selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QMenu, QToolButton, QWidget

from tiktok_manager.ui.formats import plain_tip
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.action import Action, ActionRow, perform_over
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import row
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_XL, SPACE_XS, Type

Entry = Action | str | None
"""Of a menu: an action, a line to be read, or a separator."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What an entry of a menu looks like now."""

    words: str = ""
    icon: str = ""
    tip: str = ""
    keys: str = ""
    is_enabled: bool = False


class ActionMenu:
    """Keeps a QMenu as its entries are, and touches it only where they read differently."""

    def __init__(self, menu: QMenu, perform: Callable[[Action], object]) -> None:
        self.menu = menu
        self._perform = perform
        self._shown: list[_Shown | None] = []
        self._actions: list[Action | None] = []
        menu.setToolTipsVisible(True)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these entries from now on, without those that make no sense now."""
        present = [each for each in entries if not isinstance(each, Action) or each.shown()]
        looks = [_look(each) for each in present]
        self._actions = [each if isinstance(each, Action) else None for each in present]
        same_kinds = [each is None for each in looks] == [each is None for each in self._shown]
        if not same_kinds or len(looks) != len(self._shown):
            self._rebuild(looks)
            return
        for place, (look, before) in enumerate(zip(looks, self._shown, strict=True)):
            if look is not None and look != before:
                _dress(self.menu.actions()[place], look)
        self._shown = looks

    def _rebuild(self, looks: list[_Shown | None]) -> None:
        self.menu.clear()
        self._shown = looks
        for place, look in enumerate(looks):
            if look is None:
                self.menu.addSeparator()
                continue
            item = self.menu.addAction("")
            _dress(item, look)
            item.triggered.connect(lambda _checked=False, place=place: self._on_triggered(place))

    def _on_triggered(self, place: int) -> None:
        action = self._actions[place]
        if action is not None:
            self._perform(action)


def add_to_menu(menu: QMenu, entries: Sequence[Entry], *, over: QWidget) -> ActionMenu:
    """Fill a menu; questions are asked over the given widget."""
    face = ActionMenu(menu, lambda action: perform_over(over, action))
    face.show_entries(entries)
    return face


def more_button(entries: Callable[[], Sequence[Entry]], *, over: QWidget) -> QToolButton:
    """Return a button with a menu of what is done rarely; it is looked at when it opens."""
    button = icon_button("more", tr("More"))
    menu = QMenu(button)
    face = add_to_menu(menu, entries(), over=over)
    menu.aboutToShow.connect(lambda: face.show_entries(entries()))
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


def _look(entry: Entry) -> _Shown | None:
    if entry is None:
        return None
    if isinstance(entry, str):
        return _Shown(words=entry.replace("&", "&&"))
    return _Shown(
        words=entry.words().replace("&", "&&"),
        icon=entry.icon,
        tip=entry.tip,
        keys=key_words(entry),
        is_enabled=entry.allowed(),
    )


def _dress(item: QAction, look: _Shown) -> None:
    item.setText(f"{look.words}\t{look.keys}" if look.keys else look.words)
    item.setToolTip(plain_tip(look.tip))
    item.setEnabled(look.is_enabled)
    if look.icon:
        item.setIcon(icon(look.icon))


def key_words(action: Action) -> str:
    """Return the first of its keys as the platform writes them, empty for none."""
    keys = action.keys()  # the others may be on no keyboard, such as F14 for Undo
    return keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else ""


def add_shortcuts(window: QWidget, actions: Sequence[Action]) -> list[QAction]:
    """Run these actions by their keys, wherever in the window the focus is."""
    added = []
    for action in actions:
        if not (keys := action.keys()):
            continue
        item = QAction(action.words(), window)
        item.setShortcuts(keys)
        item.triggered.connect(lambda _checked=False, each=action: perform_over(window, each))
        window.addAction(item)
        added.append(item)
    return added


class BulkBar(QFrame):
    """What can be done with all that is selected: `3 accounts selected`, the actions, Clear.

    Put it below the list, so that no row moves when it comes.
    """

    def __init__(
        self, actions: Sequence[Action], *, words: Callable[[int], str], clear: Callable[[], object]
    ) -> None:
        super().__init__()
        self._words = words
        self._count = PlainLabel("", type=Type.STRONG)
        self.row = ActionRow(actions)
        self.clear = push_button(tr("Clear"), look="quiet", clicked=clear)
        self.setObjectName("bulk-bar")
        margins = (SPACE_XL, SPACE_XS, SPACE_L, SPACE_XS)
        layout = row(self._count, self.row, self.clear, spacing=SPACE_M, margins=margins)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.hide()

    def show_count(self, count: int) -> None:
        """So many are selected now; the bar is not there for none."""
        self._count.setText(self._words(count))
        self.row.refresh()
        self.setVisible(count > 0)
