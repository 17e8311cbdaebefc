"""Lists keep their place while they change; long ones come page by page, none twice."""

from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from tiktok_manager.ui.kit.list_model import ROW_ROLE, Column, PagedTableModel, RowTableModel

NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Fruit:
    key: int
    name: str
    price: int = 0


COLUMNS: tuple[Column[Fruit], ...] = (
    Column(
        title="Name",
        text=lambda fruit: fruit.name,
        hint=lambda fruit: f"<b>{fruit.name}</b>",
        sort_key=lambda fruit: fruit.name,
    ),
    Column(
        title="Price",
        text=lambda fruit: f"{fruit.price} €",
        sort_key=lambda fruit: fruit.price,
        right=True,
    ),
)
FRUITS = [Fruit(1, "Pear", 30), Fruit(2, "Apple", 20), Fruit(3, "Fig", 90)]


@pytest.fixture
def model(qapp: QObject) -> RowTableModel[Fruit]:
    model = RowTableModel(COLUMNS, lambda fruit: fruit.key)
    QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, parent=model
    )
    return model


def test_cells_say_what_their_column_says(model: RowTableModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    index = model.index(1, 1)
    assert index.data() == "20 €"
    assert index.data(ROW_ROLE) == FRUITS[1]
    assert index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Name"


def test_a_hint_is_shown_as_it_is(model: RowTableModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    tip = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "<span>&lt;b&gt;Pear&lt;/b&gt;</span>"


def test_changed_values_keep_the_place(model: RowTableModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    resets = QSignalSpy(model.modelReset)
    place = QPersistentModelIndex(model.index(2, 0))
    model.set_rows([replace(fruit, price=1) for fruit in FRUITS])
    assert resets.count() == 0
    assert place.isValid()
    assert model.index(0, 1).data() == "1 €"


def test_rows_stay_sorted_when_they_are_read_again(model: RowTableModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert [fruit.name for fruit in model.rows] == ["Fig", "Pear", "Apple"]
    model.set_rows([*FRUITS, Fruit(4, "Quince", 50)])
    assert [fruit.name for fruit in model.rows] == ["Fig", "Quince", "Pear", "Apple"]


def test_a_selection_moves_along_when_sorted(model: RowTableModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    place = QPersistentModelIndex(model.index(0, 0))
    model.sort(0)
    assert place.data() == "Pear"


def test_one_row_can_be_replaced(model: RowTableModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    assert model.update_row(Fruit(3, "Fig", 95))
    assert not model.update_row(Fruit(9, "Kiwi"))
    assert model.index(2, 1).data() == "95 €"


class Shop:
    """Answers page requests when a test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int | None]] = []
        self.model = PagedTableModel(
            COLUMNS,
            lambda fruit: fruit.key,
            lambda generation, cursor: self.asked.append((generation, cursor)),
            lambda fruit: fruit.key,
        )

    def answer(self, count: int, *, is_last: bool = False) -> None:
        generation, cursor = self.asked[-1]
        first = (cursor or 0) + 1
        page = [Fruit(key, f"F{key}") for key in range(first, first + count)]
        self.model.append_page(generation, page, is_last=is_last)

    @property
    def keys(self) -> list[int]:
        return [fruit.key for fruit in self.model.rows]


@pytest.fixture
def shop(qapp: QObject) -> Shop:
    return Shop()


def test_pages_follow_each_other_by_cursor(shop: Shop) -> None:
    shop.model.restart()
    shop.answer(3)
    assert shop.model.canFetchMore(NOWHERE)
    shop.model.fetchMore(NOWHERE)
    shop.answer(2, is_last=True)
    assert shop.keys == [1, 2, 3, 4, 5]
    assert [cursor for _, cursor in shop.asked] == [None, 3]
    assert not shop.model.canFetchMore(NOWHERE)


def test_a_page_is_asked_for_once(shop: Shop) -> None:
    shop.model.restart()
    for _ in range(5):
        shop.model.fetchMore(NOWHERE)
    assert len(shop.asked) == 1


def test_a_late_page_of_an_older_list_is_dropped(shop: Shop) -> None:
    shop.model.restart()
    generation, _ = shop.asked[-1]
    shop.model.restart()
    shop.model.append_page(generation, [Fruit(7, "Late")], is_last=True)
    assert shop.keys == []
    shop.answer(1, is_last=True)
    assert shop.keys == [1]


def test_a_page_that_failed_can_be_asked_for_again(shop: Shop) -> None:
    shop.model.restart()
    shop.model.page_failed(shop.asked[-1][0])
    shop.model.fetchMore(NOWHERE)
    assert len(shop.asked) == 2


def test_a_view_that_fetches_inside_an_insert_gets_no_page_twice(shop: Shop, qtbot: QtBot) -> None:
    shop.model.rowsAboutToBeInserted.connect(lambda *_: shop.model.fetchMore(NOWHERE))
    QAbstractItemModelTester(
        shop.model, QAbstractItemModelTester.FailureReportingMode.Fatal, parent=shop.model
    )
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(shop.model)
    view.show()
    shop.model.restart()
    shop.answer(4)
    shop.model.fetchMore(NOWHERE)
    shop.answer(4, is_last=True)
    assert shop.keys == list(range(1, 9))
