"""Lists keep their place while they change."""

import random
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from tiktok_manager.ui.kit.list_model import ROW_ROLE, Column, ListModel

NOWHERE = QModelIndex()
FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


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


def test_a_long_list_asks_for_more_only_while_there_is_some(qapp: QObject) -> None:
    asked: list[int] = []
    model = ListModel(COLUMNS, lambda fruit: fruit.key, more=lambda: asked.append(1))
    model.set_rows(FRUITS)
    model.fetchMore(NOWHERE)
    assert not asked
    model.has_more = True
    model.fetchMore(NOWHERE)
    model.sort(0)
    assert asked == [1]
    assert list(model.rows) == FRUITS
