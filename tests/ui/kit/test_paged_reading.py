"""A long list is read as far as somebody scrolled, and again as far when it changed."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from PySide6.QtCore import QModelIndex, QObject

from tests.ui.conftest import Desk
from tests.ui.fakes import NOW, refused
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.events import PostsChanged
from tiktok_manager.ui.kit.list_model import Column, Cursor, PageAsk
from tiktok_manager.ui.kit.paged_reading import Listing, PagedReading
from tiktok_manager.ui.kit.reading import Stage

NOWHERE = QModelIndex()


def cursor(number: int) -> Cursor:
    return NOW + timedelta(seconds=number), str(number)


class Numbers:
    """A long list of numbers that remembers what was read of it."""

    def __init__(self, desk: Desk, home: QObject) -> None:
        self.stock = list(range(9))
        self.asked: list[PageAsk] = []
        self.error: AppError | None = None
        self.desk = desk
        self.pages: PagedReading[int] = PagedReading(
            desk.core.tasks,
            desk.core.bridge,
            Listing(
                columns=(Column(words=lambda: "Number", value=str),),
                key=lambda number: number,
                cursor=cursor,
                page_size=4,
            ),
            self.read,
            parent=home,
            stale_on=(PostsChanged,),
            every_ms=0,
        )

    @property
    def shown(self) -> Sequence[int]:
        return self.pages.model.rows

    def read(self, ask: PageAsk, _token: CancelToken) -> Sequence[int]:
        self.asked.append(ask)
        if self.error is not None:
            raise self.error
        rest = [each for each in self.stock if ask.after is None or cursor(each) > ask.after]
        return rest[: ask.limit]

    def read_on(self) -> None:
        self.pages.model.fetchMore(NOWHERE)
        self.desk.settle()

    def change(self) -> None:
        self.desk.world.events.publish(PostsChanged())
        self.desk.settle()


@pytest.fixture
def numbers(desk: Desk) -> Iterator[Numbers]:
    home = QObject()
    numbers = Numbers(desk, home)
    numbers.pages.reading.request()
    desk.settle()
    yield numbers
    home.deleteLater()


def test_it_is_read_page_by_page_and_again_as_far_as_that(numbers: Numbers) -> None:
    numbers.read_on()
    numbers.stock[0] = -1
    numbers.change()
    assert numbers.shown == (-1, 1, 2, 3, 4, 5, 6, 7)
    assert [ask.limit for ask in numbers.asked] == [4, 4, 8]


def test_a_list_that_grew_past_its_page_loses_no_row(numbers: Numbers) -> None:
    while numbers.pages.model.canFetchMore(NOWHERE):
        numbers.read_on()
    numbers.stock += [9, 10, 11]
    numbers.change()
    numbers.read_on()
    assert numbers.shown == tuple(range(12))


def test_another_question_keeps_the_old_rows_until_its_answer(numbers: Numbers) -> None:
    numbers.pages.model.fetchMore(NOWHERE)
    numbers.pages.ask_anew(lambda _ask, _token: [100])
    assert list(numbers.shown) == [0, 1, 2, 3]
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
