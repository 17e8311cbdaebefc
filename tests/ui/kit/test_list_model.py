"""Lists keep their place while they change; long ones come page by page, none twice."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from tiktok_manager.ui.kit.list_model import (
    ROW_ROLE,
    Column,
    Cursor,
    ListModel,
    PageAsk,
    Paging,
)

NOWHERE = QModelIndex()
FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
START = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(frozen=True)
class Fruit:
    key: int
    name: str
    price: int | None = 0


COLUMNS: tuple[Column[Fruit], ...] = (
    Column(
        words=lambda: "Name",
        value=lambda fruit: fruit.name,
        hint=lambda fruit: f"<b>{fruit.name}</b>",
        sort=lambda fruit: fruit.name,
    ),
    Column(
        words=lambda: "Price",
        value=lambda fruit: f"{fruit.price} €",
        sort=lambda fruit: fruit.price,
        right=True,
    ),
)
FRUITS = [Fruit(1, "Pear", 30), Fruit(2, "Apple", 20), Fruit(3, "Fig", 90)]


@pytest.fixture
def model(qapp: QObject) -> ListModel[Fruit]:
    model = ListModel(COLUMNS, lambda fruit: fruit.key)
    QAbstractItemModelTester(model, FATAL, parent=model)
    return model


def names(model: ListModel[Fruit]) -> list[str]:
    return [fruit.name for fruit in model.rows]


def test_cells_say_what_their_column_says(model: ListModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    index = model.index(1, 1)
    assert index.data() == "20 €"
    assert index.data(ROW_ROLE) == FRUITS[1]
    assert index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Name"


def test_a_hint_is_shown_as_it_is(model: ListModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    tip = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "<span>&lt;b&gt;Pear&lt;/b&gt;</span>"


def test_changed_values_keep_the_place_and_only_they_are_told(model: ListModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    told = QSignalSpy(model.dataChanged)
    place = QPersistentModelIndex(model.index(2, 0))
    model.set_rows([FRUITS[0], replace(FRUITS[1], price=1), FRUITS[2]])
    assert place.data(ROW_ROLE) == FRUITS[2]
    assert model.index(1, 1).data() == "1 €"
    assert [(told.at(0)[0].row(), told.at(0)[1].row())] == [(1, 1)]
    assert told.count() == 1


@pytest.mark.parametrize("seed", range(20))
def test_whatever_changes_rows_are_never_reset_and_places_follow_their_key(
    model: ListModel[Fruit], seed: int
) -> None:
    chance = random.Random(seed)
    resets = QSignalSpy(model.modelReset)
    model.set_rows([Fruit(key, "old") for key in range(12)])
    for _ in range(10):
        places = {
            fruit.key: QPersistentModelIndex(model.index(place, 0))
            for place, fruit in enumerate(model.rows)
        }
        wanted = [Fruit(key, chance.choice("abc")) for key in chance.sample(range(20), 12)]
        model.set_rows(wanted)
        assert list(model.rows) == wanted
        kept = {fruit.key for fruit in wanted}
        for key, place in places.items():
            assert place.isValid() == (key in kept)
            assert not place.isValid() or model.key_at(place) == key
            assert model.position(key) == (place.row() if place.isValid() else None)
    assert resets.count() == 0


def test_a_key_stands_here_once(model: ListModel[Fruit]) -> None:
    model.set_rows([Fruit(1, "old"), Fruit(2, "other"), Fruit(1, "new")])
    assert names(model) == ["new", "other"]


def test_rows_stay_sorted_when_they_are_read_again(model: ListModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert names(model) == ["Fig", "Pear", "Apple"]
    model.set_rows([*FRUITS, Fruit(4, "Quince", 50)])
    assert names(model) == ["Fig", "Quince", "Pear", "Apple"]
    model.sort(-1)
    assert names(model) == ["Pear", "Apple", "Fig", "Quince"]


@pytest.mark.parametrize("order", Qt.SortOrder)
def test_what_is_unknown_comes_last_either_way(
    model: ListModel[Fruit], order: Qt.SortOrder
) -> None:
    model.set_rows([Fruit(0, "Unknown", None), *FRUITS])
    model.sort(1, order)
    assert names(model)[-1] == "Unknown"


def test_the_first_sort_of_a_number_is_from_the_greatest_down(model: ListModel[Fruit]) -> None:
    role = Qt.ItemDataRole.InitialSortOrderRole
    first = [model.headerData(each, Qt.Orientation.Horizontal, role) for each in (0, 1)]
    assert first == [Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder]


def test_a_selection_moves_along_when_sorted(model: ListModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    place = QPersistentModelIndex(model.index(0, 0))
    model.sort(0)
    assert place.data() == "Pear"


def test_one_row_can_be_replaced(model: ListModel[Fruit]) -> None:
    model.set_rows(FRUITS)
    assert model.change_row(Fruit(3, "Fig", 95))
    assert not model.change_row(Fruit(9, "Kiwi"))
    assert model.index(2, 1).data() == "95 €"


class Shop:
    """A long list in pages of 4, answered when a test says so."""

    def __init__(self, count: int, *, descending: bool = False) -> None:
        self.stock = [Fruit(key, "F") for key in range(count)]
        self.asked: list[PageAsk] = []
        self._sign = -1 if descending else 1
        self.model: ListModel[Fruit] = ListModel(
            COLUMNS,
            lambda fruit: fruit.key,
            paging=Paging(cursor=cursor, more=self.asked.append, size=4, descending=descending),
        )
        QAbstractItemModelTester(self.model, FATAL, parent=self.model)
        self.read_anew()

    def read_anew(self, *, reach: int | None = None) -> None:
        self.answer(PageAsk(after=None, limit=reach or self.model.reach))

    def read_on(self) -> None:
        self.model.fetchMore(NOWHERE)
        self.answer(self.asked[-1])

    def answer(self, ask: PageAsk) -> None:
        stock = sorted(self.stock, key=cursor, reverse=self._sign < 0)
        rest = [each for each in stock if ask.after is None or self._follows(each, ask.after)]
        self.model.show_page(ask, rest[: ask.limit])

    def read_to_the_end(self) -> None:
        while self.model.canFetchMore(NOWHERE):
            self.read_on()

    @property
    def keys(self) -> list[int]:
        return [fruit.key for fruit in self.model.rows]

    def _follows(self, fruit: Fruit, end: Cursor) -> bool:
        return cursor(fruit) > end if self._sign > 0 else cursor(fruit) < end


def cursor(fruit: Fruit) -> Cursor:
    return START + timedelta(days=fruit.key), str(fruit.key)


@pytest.mark.parametrize("descending", [False, True])
def test_pages_follow_each_other_to_the_end(qapp: QObject, descending: bool) -> None:
    shop = Shop(9, descending=descending)
    shop.read_to_the_end()
    assert shop.keys == sorted(range(9), reverse=descending)
    assert [ask.limit for ask in shop.asked] == [4, 4]


def test_a_page_is_asked_for_once(qapp: QObject) -> None:
    shop = Shop(9)
    for _ in range(5):
        shop.model.fetchMore(NOWHERE)
    assert len(shop.asked) == 1


@pytest.mark.parametrize("count", [3, 4, 8, 9])
def test_a_list_that_grew_past_its_page_loses_no_row(qapp: QObject, count: int) -> None:
    shop = Shop(count)
    shop.read_to_the_end()
    shop.stock.append(Fruit(count, "New"))
    shop.read_anew()
    shop.read_to_the_end()
    assert shop.keys == list(range(count + 1))


def test_reading_anew_keeps_what_is_shown_and_reads_no_further(qapp: QObject) -> None:
    shop = Shop(40)
    shop.read_on()
    shop.stock[2] = Fruit(2, "Changed")
    del shop.stock[5]
    for _ in range(3):
        shop.read_anew()
    assert shop.keys == [0, 1, 2, 3, 4, 6, 7, 8]
    assert names(shop.model)[2] == "Changed"
    assert shop.model.canFetchMore(NOWHERE)


def test_a_page_that_came_while_the_list_was_read_anew_stays(qapp: QObject) -> None:
    shop = Shop(9)
    reach = shop.model.reach
    shop.read_on()
    shop.read_anew(reach=reach)
    assert shop.keys == list(range(8))
    shop.read_to_the_end()
    assert shop.keys == list(range(9))


def test_what_moved_to_another_page_stands_there_alone(qapp: QObject) -> None:
    shop = Shop(9)
    shop.model.show_page(PageAsk(after=cursor(Fruit(3, "")), limit=4), [Fruit(1, "Moved")])
    assert shop.keys == [0, 2, 3, 1]


def test_another_list_takes_the_place_of_all(qapp: QObject) -> None:
    shop = Shop(9)
    shop.model.show_page(PageAsk(after=None, limit=4), [Fruit(7, "Other")], alone=True)
    assert shop.keys == [7]
    assert not shop.model.canFetchMore(NOWHERE)


def test_a_page_that_failed_can_be_asked_for_again(qapp: QObject) -> None:
    shop = Shop(9)
    shop.model.fetchMore(NOWHERE)
    shop.model.page_failed()
    shop.read_on()
    assert shop.keys == list(range(8))


def test_a_view_that_fetches_inside_an_insert_gets_no_page_twice(qtbot: QtBot) -> None:
    shop = Shop(8)
    shop.model.rowsAboutToBeInserted.connect(lambda *_: shop.model.fetchMore(NOWHERE))
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(shop.model)
    view.show()
    shop.read_on()
    assert shop.keys == list(range(8))
    assert len(shop.asked) == 1
