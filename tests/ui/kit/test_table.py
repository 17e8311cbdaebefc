"""The table: rows that keep their place, many at once, and a header that is remembered."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.menus import Entry
from tiktok_manager.ui.kit.table import DropTarget, Table
from tiktok_manager.ui.memory import WindowMemory
from tiktok_manager.ui.theme import Theme

EVIL = "<img src=x><b>bold</b>"
WORD, LENGTH, PLAIN = range(3)
NO_KEY = Qt.KeyboardModifier.NoModifier


def columns() -> tuple[Column[str], ...]:
    return (
        Column(words=lambda: "Word", value=str, sort=str),
        Column(
            words=lambda: "Letters",
            value=lambda word: str(len(word)),
            sort=len,
            right=True,
            width=90,
        ),
        Column(words=lambda: "Plain", value=str, width=80, hide_below=300),
    )


def shown(
    qtbot: QtBot,
    *,
    several: bool = False,
    opens_by_click: bool = True,
    memory: WindowMemory | None = None,
    drop: DropTarget[str] | None = None,
    menu: Callable[[Sequence[str]], Sequence[Entry]] | None = None,
    drag: Callable[[Sequence[str]], QMimeData | None] | None = None,
) -> Table[str]:
    model = ListModel(columns(), str)
    table: Table[str] = Table(
        model,
        "Words",
        several=several,
        opens_by_click=opens_by_click,
        memory=None if memory is None else (memory, "words"),
        drop=drop,
        menu=menu,
        drag=drag,
    )
    qtbot.addWidget(table)
    model.setParent(table)
    model.set_rows(["b", "a", "ccc"])
    table.resize(400, 300)
    table.show()
    return table


def click(table: Table[str], row: int, keys: Qt.KeyboardModifier = NO_KEY) -> None:
    at = table.visualRect(table.rows.index(row, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, keys, at)


def header_click(table: Table[str], section: int) -> None:
    header = table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(section) + 20, 10)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_enter_opens_the_row_under_the_keys(qtbot: QtBot) -> None:
    table = shown(qtbot)
    table.sortByColumn(WORD, Qt.SortOrder.AscendingOrder)
    table.choose("a")
    QTest.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.row_opened) as opened:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["b", True]


def test_a_click_opens_a_row(qtbot: QtBot) -> None:
    table = shown(qtbot)
    with qtbot.waitSignal(table.row_opened) as opened:
        click(table, 1)
    assert opened.args == ["a", False]


def test_what_a_click_must_not_open_is_opened_by_two(qtbot: QtBot) -> None:
    table = shown(qtbot, opens_by_click=False)
    opened = QSignalSpy(table.row_opened)
    click(table, 1)
    assert opened.count() == 0
    at = table.visualRect(table.rows.index(1, 0)).center()
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert opened.count() == 1


def test_tab_leaves_a_table(qtbot: QtBot) -> None:
    assert not shown(qtbot).tabKeyNavigation()


def test_delete_tells_which_rows(qtbot: QtBot) -> None:
    table = shown(qtbot, several=True)
    table.selectAll()
    with qtbot.waitSignal(table.delete_wanted) as wanted:
        QTest.keyClick(table, Qt.Key.Key_Delete)
    assert wanted.args == [["b", "a", "ccc"]]


def test_the_chosen_row_stays_chosen_when_rows_come_and_go(qtbot: QtBot) -> None:
    table = shown(qtbot)
    table.choose("a")
    table.rows.set_rows(["z", "a"])
    assert table.chosen_key == "a"


def test_a_row_that_goes_leaves_the_focus_to_one_that_lives_and_opens_nothing(
    qtbot: QtBot,
) -> None:
    table = shown(qtbot)
    table.choose("a")
    chosen = QSignalSpy(table.row_chosen)
    table.rows.set_rows(["b", "ccc"])
    assert table.chosen_key in ("b", "ccc")
    assert chosen.count() == 0
    table.rows.set_rows([])
    assert not table.currentIndex().isValid()
    QTest.keyClick(table, Qt.Key.Key_Return)


def test_many_rows_are_selected_and_stay_so_while_the_list_changes(qtbot: QtBot) -> None:
    table = shown(qtbot, several=True)
    opened = QSignalSpy(table.row_opened)
    click(table, 0)
    click(table, 2, Qt.KeyboardModifier.ControlModifier)
    assert table.selected_rows == ("b", "ccc")
    assert opened.count() == 1  # a click that selects more opens nothing
    table.rows.set_rows(["new", "ccc", "b"])
    assert table.selected_rows == ("ccc", "b")
    QTest.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(table.selected_rows) == 3


def test_escape_lets_go_of_many_rows_and_then_passes_on(qtbot: QtBot) -> None:
    table = shown(qtbot, several=True)
    table.selectAll()
    passed = []
    for _ in range(2):
        event = QKeyEvent(
            QKeyEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier
        )
        table.keyPressEvent(event)
        passed.append(not event.isAccepted())
    assert passed == [False, True]
    assert table.selected_rows == ()


def test_a_click_on_a_header_sorts_and_a_number_from_the_greatest_down(qtbot: QtBot) -> None:
    table = shown(qtbot)
    header_click(table, LENGTH)
    assert table.rows.rows[0] == "ccc"
    header_click(table, LENGTH)
    assert table.rows.rows[-1] == "ccc"


def test_what_cannot_be_sorted_by_leaves_the_order_and_its_mark(qtbot: QtBot) -> None:
    table = shown(qtbot)
    header_click(table, WORD)
    header_click(table, PLAIN)
    assert table.horizontalHeader().sortIndicatorSection() == WORD
    assert table.rows.rows == ("a", "b", "ccc")


def test_widths_order_and_sorting_are_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    memory = WindowMemory(tmp_path / "window.ini")
    first = shown(qtbot, memory=memory)
    first.setColumnWidth(LENGTH, 123)
    first.horizontalHeader().moveSection(PLAIN, LENGTH)
    header_click(first, LENGTH)
    again = shown(qtbot, memory=memory)
    assert again.columnWidth(LENGTH) == 123
    assert again.horizontalHeader().visualIndex(PLAIN) == 1
    assert again.rows.rows[0] == "ccc"


def test_a_column_goes_where_there_is_no_room_and_comes_back(qtbot: QtBot) -> None:
    table = shown(qtbot)
    table.resize(260, 300)
    assert table.isColumnHidden(PLAIN)
    table.resize(400, 300)
    assert not table.isColumnHidden(PLAIN)


def test_the_menu_is_about_what_is_selected(qtbot: QtBot) -> None:
    run: list[Sequence[str]] = []

    def menu(rows: Sequence[str]) -> Sequence[Entry]:
        return [Action(words=lambda: "Do", run=lambda: run.append(rows))]

    table = shown(qtbot, several=True, menu=menu)
    click(table, 0)
    click(table, 2, Qt.KeyboardModifier.ControlModifier)
    at = table.visualRect(table.rows.index(2, 0)).center()
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(
        table.viewport(), QContextMenuEvent(reason, at, table.viewport().mapToGlobal(at))
    )
    shown_menu = table.findChild(QMenu)
    assert isinstance(shown_menu, QMenu)
    shown_menu.actions()[0].trigger()
    shown_menu.close()
    assert run == [("b", "ccc")]


def test_there_is_no_menu_beside_the_rows(qtbot: QtBot) -> None:
    table = shown(qtbot, menu=lambda _rows: ["A line"])
    at = QPoint(20, 290)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(
        table.viewport(), QContextMenuEvent(reason, at, table.viewport().mapToGlobal(at))
    )
    assert table.findChild(QMenu) is None


def test_cells_paint_markup_as_text(qtbot: QtBot, look: Theme) -> None:
    table = shown(qtbot)
    table.rows.set_rows([EVIL])
    table.grab()
    assert table.rows.index(0, 0).data() == EVIL


@pytest.mark.parametrize("wanted", [True, False])
def test_what_is_dropped_reaches_the_row_it_fell_on_if_that_takes_it(
    qtbot: QtBot, wanted: bool
) -> None:
    dropped: list[tuple[str, str | None]] = []
    target: DropTarget[str] = DropTarget(
        accepts=lambda _data, _row: wanted,
        dropped=lambda data, row: dropped.append((data.text(), row)),
    )
    table = shown(qtbot, drop=target)
    data = QMimeData()
    data.setText("x")
    at = QPointF(table.visualRect(table.rows.index(1, 0)).center())
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, NO_KEY)
    move = QDragMoveEvent(at.toPoint(), *rest)
    for event in (QDragEnterEvent(at.toPoint(), *rest), move, QDropEvent(at, *rest)):
        QApplication.sendEvent(table.viewport(), event)
    assert table.viewport().acceptDrops()
    assert move.isAccepted() is wanted
    assert dropped == ([("x", "a")] if wanted else [])


def test_what_is_dragged_is_what_is_selected(qtbot: QtBot) -> None:
    dragged: list[Sequence[str]] = []
    table = shown(qtbot, several=True, drag=dragged.append)
    click(table, 0)
    click(table, 2, Qt.KeyboardModifier.ControlModifier)
    at = table.visualRect(table.rows.index(2, 0)).center()
    QTest.mousePress(table.viewport(), Qt.MouseButton.LeftButton, NO_KEY, at)
    for step in range(1, 6):
        QTest.mouseMove(table.viewport(), at - QPoint(0, 8 * step))
    QTest.mouseRelease(table.viewport(), Qt.MouseButton.LeftButton, NO_KEY, at)
    assert dragged[0] == ("b", "ccc")
