"""Lists keep their place while they change; long ones come page by page, none twice."""

import random
from collections.abc import Sequence
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

    def __init__(self, count: int = 0, *, descending: bool = False) -> None:
        self.stock = [Fruit(key, "F") for key in range(count)]
        self.asked: list[PageAsk] = []
        self._sign = -1 if descending else 1
        self.model: ListModel[Fruit] = ListModel(
            COLUMNS,
            lambda fruit: fruit.key,
            paging=Paging(
                ask=self.asked.append, cursor=self._cursor, size=4, descending=descending
            ),
        )
        QAbstractItemModelTester(self.model, FATAL, parent=self.model)

    def answer(self, ask: PageAsk | None = None) -> None:
        ask = ask or self.asked[-1]
        stock = sorted(self.stock, key=self._cursor, reverse=self._sign < 0)
        rest = [each for each in stock if ask.after is None or self._follows(each, ask.after)]
        self.model.show_page(ask, rest[: ask.limit])

    def read_on(self) -> None:
        self.model.fetchMore(NOWHERE)
        self.answer()

    @property
    def keys(self) -> Sequence[int]:
        return [fruit.key for fruit in self.model.rows]

    def _cursor(self, fruit: Fruit) -> Cursor:
        return START + timedelta(days=fruit.key), str(fruit.key)

    def _follows(self, fruit: Fruit, end: Cursor) -> bool:
        return self._cursor(fruit) > end if self._sign > 0 else self._cursor(fruit) < end


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("descending", [False, True])
def test_pages_follow_each_other_to_the_end(descending: bool) -> None:
    shop = Shop(9, descending=descending)
    shop.model.restart()
    shop.answer()
    while shop.model.canFetchMore(NOWHERE):
        shop.read_on()
    assert (
        sorted(shop.keys, reverse=descending)
        == shop.keys
        == (list(reversed(range(9))) if descending else list(range(9)))
    )
    assert [ask.limit for ask in shop.asked] == [4, 4, 4]


@pytest.mark.usefixtures("qapp")
def test_nothing_is_asked_for_before_the_list_was_started() -> None:
    shop = Shop(9)
    shop.model.fetchMore(NOWHERE)
    assert not shop.asked


@pytest.mark.usefixtures("qapp")
def test_a_page_is_asked_for_once() -> None:
    shop = Shop(9)
    shop.model.restart()
    shop.answer()
    for _ in range(5):
        shop.model.fetchMore(NOWHERE)
    assert len(shop.asked) == 2


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("count", [3, 4, 8, 9])
def test_a_list_that_grew_past_its_page_loses_no_row(count: int) -> None:
    shop = Shop(count)
    shop.model.restart()
    shop.answer()
    while shop.model.canFetchMore(NOWHERE):
        shop.read_on()
    shop.stock.insert(0, Fruit(count, "New"))
    shop.model.reread()
    shop.answer()
    while shop.model.canFetchMore(NOWHERE):
        shop.read_on()
    assert shop.keys == list(range(count + 1))


@pytest.mark.usefixtures("qapp")
def test_reading_anew_keeps_what_is_shown_and_reads_no_further() -> None:
    shop = Shop(40)
    shop.model.restart()
    shop.answer()
    shop.read_on()
    shop.stock[2] = Fruit(2, "Changed")
    del shop.stock[5]
    for _ in range(3):
        shop.model.reread()
        shop.answer()
    assert shop.keys == [0, 1, 2, 3, 4, 6, 7, 8]
    assert names(shop.model)[2] == "Changed"
    assert shop.model.canFetchMore(NOWHERE)


@pytest.mark.usefixtures("qapp")
def test_a_change_while_a_page_is_read_is_read_after_it() -> None:
    shop = Shop(9)
    shop.model.restart()
    shop.answer()
    shop.model.fetchMore(NOWHERE)
    shop.model.reread()
    shop.model.reread()
    assert len(shop.asked) == 2
    shop.answer()
    assert [(ask.after is None, ask.limit) for ask in shop.asked[2:]] == [(True, 8)]


@pytest.mark.usefixtures("qapp")
def test_scrolling_on_while_the_list_is_read_anew_is_not_forgotten() -> None:
    shop = Shop(9)
    shop.model.restart()
    shop.answer()
    shop.model.reread()
    shop.model.fetchMore(NOWHERE)
    shop.answer()
    shop.answer()
    assert shop.keys == list(range(8))


@pytest.mark.usefixtures("qapp")
def test_a_late_page_of_another_list_is_dropped_and_the_old_one_stays_meanwhile() -> None:
    shop = Shop(3)
    shop.model.restart()
    shop.answer()
    shop.model.reread()
    late = shop.asked[-1]
    shop.stock = [Fruit(7, "Other")]
    shop.model.restart()
    shop.model.show_page(late, [Fruit(5, "Late")])
    assert shop.keys == [0, 1, 2]
    shop.answer()
    assert shop.keys == [7]


@pytest.mark.usefixtures("qapp")
def test_a_page_that_failed_can_be_asked_for_again() -> None:
    shop = Shop(9)
    shop.model.restart()
    shop.answer()
    shop.model.fetchMore(NOWHERE)
    shop.model.page_failed(shop.asked[-1])
    shop.read_on()
    assert shop.keys == list(range(8))


def test_a_view_that_fetches_inside_an_insert_gets_no_page_twice(qtbot: QtBot) -> None:
    shop = Shop(8)
    shop.model.rowsAboutToBeInserted.connect(lambda *_: shop.model.fetchMore(NOWHERE))
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(shop.model)
    view.show()
    shop.model.restart()
    shop.answer()
    shop.read_on()
    assert shop.keys == list(range(8))
