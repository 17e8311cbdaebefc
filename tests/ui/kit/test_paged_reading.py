"""A long list is read as far as somebody scrolled, and again as far when it changed."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from PySide6.QtCore import QModelIndex, QObject
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tests.ui.fakes import NOW, refused
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.events import PostsChanged
from tiktok_manager.ui.kit.list_model import Column
from tiktok_manager.ui.kit.paged_reading import Cursor, Listing, PageAsk, PagedReading
from tiktok_manager.ui.kit.reading import Stage

NOWHERE = QModelIndex()


def cursor(number: int) -> Cursor:
    return NOW + timedelta(seconds=number), str(number)


class Numbers:
    """A long list of numbers that remembers what was read of it."""

    def __init__(self, desk: Desk, home: QObject, count: int, *, descending: bool) -> None:
        self.stock = list(range(count))
        self.asked: list[PageAsk] = []
        self.error: AppError | None = None
        self.desk = desk
        self._descending = descending
        self.pages: PagedReading[int] = PagedReading(
            desk.core.tasks,
            desk.core.bridge,
            Listing(
                columns=(Column(words=lambda: "Number", value=str),),
                key=lambda number: number % 100,
                cursor=cursor,
                descending=descending,
                page_size=4,
            ),
            self.read,
            parent=home,
            stale_on=(PostsChanged,),
        )
        fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
        QAbstractItemModelTester(self.pages.model, fatal, self.pages.model)
        self.pages.reading.request()
        desk.settle()

    @property
    def shown(self) -> Sequence[int]:
        return self.pages.model.rows

    def read(self, ask: PageAsk, _token: CancelToken) -> Sequence[int]:
        self.asked.append(ask)
        if self.error is not None:
            raise self.error
        stock = sorted(self.stock, reverse=self._descending)
        rest = [each for each in stock if ask.after is None or self._follows(each, ask.after)]
        return rest[: ask.limit]

    def _follows(self, number: int, end: Cursor) -> bool:
        return cursor(number) < end if self._descending else cursor(number) > end

    def read_on(self) -> None:
        self.pages.model.fetchMore(NOWHERE)
        self.desk.settle()

    def read_to_the_end(self) -> None:
        while self.pages.model.canFetchMore(NOWHERE):
            self.read_on()

    def change(self) -> None:
        self.desk.world.events.publish(PostsChanged())
        self.desk.settle()


Make = Callable[..., Numbers]


@pytest.fixture
def make(desk: Desk) -> Iterator[Make]:
    home = QObject()
    yield lambda count, *, descending=False: Numbers(desk, home, count, descending=descending)
    home.deleteLater()


@pytest.fixture
def numbers(make: Make) -> Numbers:
    return make(9)


@pytest.mark.parametrize("descending", [False, True])
def test_pages_follow_each_other_to_the_end(make: Make, descending: bool) -> None:
    numbers = make(9, descending=descending)
    numbers.read_to_the_end()
    assert list(numbers.shown) == sorted(range(9), reverse=descending)
    assert [ask.limit for ask in numbers.asked] == [4, 4, 4]


def test_a_page_is_asked_for_once(numbers: Numbers) -> None:
    for _ in range(5):
        numbers.pages.model.fetchMore(NOWHERE)
    numbers.desk.settle()
    assert len(numbers.asked) == 2


def test_it_is_read_again_as_far_as_it_was_and_no_further(make: Make) -> None:
    numbers = make(40)
    numbers.read_on()
    numbers.stock[0] = -1
    del numbers.stock[5]
    numbers.change()
    assert numbers.shown == (-1, 1, 2, 3, 4, 6, 7, 8)
    assert [ask.limit for ask in numbers.asked] == [4, 4, 8]
    assert numbers.pages.model.canFetchMore(NOWHERE)


@pytest.mark.parametrize("count", [3, 4, 8, 9])
def test_a_list_that_grew_past_its_page_loses_no_row(make: Make, count: int) -> None:
    numbers = make(count)
    numbers.read_to_the_end()
    numbers.stock += [count, count + 1, count + 2]
    numbers.change()
    numbers.read_to_the_end()
    assert numbers.shown == tuple(range(count + 3))


def test_a_page_that_comes_while_the_list_is_read_anew_stays(numbers: Numbers) -> None:
    numbers.desk.world.events.publish(PostsChanged())
    numbers.read_on()
    assert numbers.shown == tuple(range(8))
    numbers.read_to_the_end()
    assert numbers.shown == tuple(range(9))


def test_what_moved_to_another_page_stands_there_alone(numbers: Numbers) -> None:
    numbers.stock[1] = 101
    numbers.stock.sort()
    numbers.read_to_the_end()
    assert numbers.shown == (0, 2, 3, 4, 5, 6, 7, 8, 101)


def test_another_question_keeps_the_old_rows_until_its_answer(numbers: Numbers) -> None:
    numbers.pages.model.fetchMore(NOWHERE)
    numbers.pages.ask_anew(lambda _ask, _token: [100])
    assert list(numbers.shown) == [0, 1, 2, 3]
    assert not numbers.pages.model.canFetchMore(NOWHERE)
    numbers.desk.settle()
    assert list(numbers.shown) == [100]


def test_it_says_when_there_is_nothing_and_when_it_cannot_be_read(numbers: Numbers) -> None:
    numbers.stock = []
    numbers.change()
    assert numbers.pages.reading.stage is Stage.EMPTY
    numbers.error = refused()
    numbers.change()
    assert numbers.pages.reading.failure is numbers.error


def test_a_page_that_failed_is_read_when_asked_for_once_more(numbers: Numbers) -> None:
    numbers.error = refused()
    numbers.read_on()
    assert numbers.shown == (0, 1, 2, 3)
    numbers.error = None
    numbers.read_on()
    assert numbers.shown == tuple(range(8))


def test_a_view_that_asks_inside_an_insert_gets_no_page_twice(make: Make, qtbot: QtBot) -> None:
    numbers = make(8)
    model = numbers.pages.model
    model.rowsAboutToBeInserted.connect(lambda *_: model.fetchMore(NOWHERE))
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.show()
    numbers.read_to_the_end()
    assert numbers.shown == tuple(range(8))
    after = [ask.after for ask in numbers.asked]
    assert len(after) == len(set(after))
