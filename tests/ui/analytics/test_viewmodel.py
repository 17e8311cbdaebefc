"""What the analytics pane decides, without a window."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.ui.analytics.fakes import NumbersWorkspace, a_summary
from tests.ui.calendar.fakes import Desk
from tests.ui.fakes import NOW, an_account, refused
from tiktok_manager.domain.accounts import POSTING_SCOPES, AccountStatus
from tiktok_manager.domain.events import AccountChanged, MetricsUpdated
from tiktok_manager.services.analytics import Figure
from tiktok_manager.ui.analytics.figures import FigureItem, Metric, counted_from, figures
from tiktok_manager.ui.analytics.viewmodel import AnalyticsViewModel, Missing, Period
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.reading import Stage


class Room:
    """A viewmodel with all that it said."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.model = AnalyticsViewModel(desk.core, desk.home)
        self.said: list[Notice] = []
        self.model.said.connect(self.said.append)
        self.model.reading.set_shown(True)
        desk.settle()

    def choose(self, account_id: str) -> None:
        self.model.choose_account(account_id)
        self.desk.settle()

    def stage(self) -> Stage:
        return self.model.reading.stage


@pytest.fixture
def room(desk: Desk) -> Room:
    return Room(desk)


# -- numbers ---------------------------------------------------------------------------------


def test_it_shows_the_first_account_over_28_days(room: Room) -> None:
    assert room.stage() is Stage.READY
    assert room.model.account_id == "acc-alice"
    assert room.model.as_of_words == "As of 3 min ago"
    assert len(room.model.points) == 29
    assert len(room.model.numbers.videos) == 5


def test_an_account_that_is_connected_is_shown_before_others(
    desk: Desk, numbers: NumbersWorkspace
) -> None:
    alice = numbers.accounts.accounts["acc-alice"]
    lost = replace(alice, status=AccountStatus.NEEDS_RECONNECT)
    numbers.accounts.accounts["acc-alice"] = lost
    assert Room(desk).model.account_id == "acc-bob"


def test_each_of_the_four_numbers_has_its_chart(room: Room) -> None:
    lengths = {}
    for metric in Metric:
        room.model.choose_metric(metric)
        lengths[metric.value] = len(room.model.points)
    assert lengths == {"followers": 29, "likes": 2, "videos": 1, "views": 0}


@pytest.mark.parametrize(
    ("prepare", "missing"),
    [
        (lambda numbers: numbers.accounts.accounts.clear(), Missing.ACCOUNT),
        (lambda numbers: numbers.analytics.summaries.clear(), Missing.SYNC),
        (
            lambda numbers: (
                numbers.accounts.accounts.update(
                    {"acc-alice": an_account(scopes=tuple(POSTING_SCOPES))}
                )
                or numbers.analytics.summaries.clear()
            ),
            Missing.PERMISSION,
        ),
    ],
)
def test_why_there_are_no_numbers_is_told_apart(
    desk: Desk,
    numbers: NumbersWorkspace,
    prepare: Callable[[NumbersWorkspace], object],
    missing: Missing,
) -> None:
    prepare(numbers)
    room = Room(desk)
    assert room.stage() is Stage.EMPTY
    assert room.model.numbers.missing is missing
    assert room.model.figures == {}


def test_numbers_of_one_account_never_stand_under_another(room: Room) -> None:
    room.model.choose_account("acc-bob")
    assert room.stage() is Stage.LOADING
    room.desk.settle()
    assert room.stage() is Stage.EMPTY
    room.choose("acc-alice")
    assert room.stage() is Stage.READY


def test_a_first_reading_that_failed_can_be_tried_again(
    desk: Desk, numbers: NumbersWorkspace
) -> None:
    numbers.analytics.error = refused("The database is busy.")
    room = Room(desk)
    assert room.stage() is Stage.FAILED
    numbers.analytics.error = None
    room.model.reading.retry()
    desk.settle()
    assert room.stage() is Stage.READY


def test_period_decides_what_is_read(room: Room, numbers: NumbersWorkspace) -> None:
    room.model.choose_period(Period.WEEK)
    room.desk.settle()
    assert numbers.analytics.asked[-1] == ("acc-alice", 7)
    assert len(room.model.points) == 8
    room.model.choose_period(Period.ALL)
    room.desk.settle()
    assert len(room.model.points) == 41
    assert numbers.analytics.asked[-1][1] > 3650


@pytest.mark.parametrize(
    ("event", "reads"),
    [
        (MetricsUpdated(account_id="acc-alice"), 1),
        (AccountChanged(account_id="acc-alice"), 1),
        (MetricsUpdated(account_id="acc-bob"), 0),
        (AccountChanged(account_id="acc-bob"), 0),
    ],
)
def test_new_numbers_of_the_shown_account_are_read_by_themselves(
    room: Room, numbers: NumbersWorkspace, event: MetricsUpdated | AccountChanged, reads: int
) -> None:
    before = len(numbers.analytics.asked)
    numbers.events.publish(event)
    room.desk.settle()
    assert len(numbers.analytics.asked) - before == reads


def test_changes_say_over_what_time_they_are_counted(room: Room, numbers: NumbersWorkspace) -> None:
    assert room.model.figures[Metric.LIKES].note == "in 28 days"
    numbers.analytics.summaries["acc-alice"] = replace(a_summary(), since=NOW - timedelta(days=5))
    room.choose("acc-alice")
    assert room.model.figures[Metric.LIKES].note == "since Mon 16 Nov 2026"


# -- what may be said of a number ------------------------------------------------------------


def test_a_number_is_told_with_what_it_gained() -> None:
    found = figures(a_summary(), sees_videos=True, span="in 28 days")
    assert found[Metric.FOLLOWERS] == FigureItem(value=128_431, gained=4_120, note="in 28 days")
    assert found[Metric.VIEWS].note == "known videos, in 28 days"


@pytest.mark.parametrize(
    ("figure", "item"),
    [
        (Figure(now=5, gained=None), FigureItem(value=5, note="No change can be told yet")),
        (Figure(now=None, gained=None), FigureItem(note="Unknown: TikTok did not tell it")),
    ],
)
def test_what_is_not_known_is_not_claimed(figure: Figure, item: FigureItem) -> None:
    assert figures(a_summary(likes=figure), True, "in 28 days")[Metric.LIKES] == item


def test_views_are_not_claimed_without_the_permission() -> None:
    views = figures(a_summary(), sees_videos=False, span="in 28 days")[Metric.VIEWS]
    assert (views.value, views.gained) == (None, None)
    assert "did not allow" in views.note


@pytest.mark.parametrize(
    ("since_days", "start_days", "counted"),
    [(9, 28, True), (28.1, 28, False), (80, 7, True), (80, None, True), (None, 28, False)],
)
def test_from_when_a_change_is_counted_is_said_where_it_is_not_the_period(
    since_days: float | None, start_days: float | None, counted: bool
) -> None:
    since = None if since_days is None else NOW - timedelta(days=since_days)
    start = None if start_days is None else NOW - timedelta(days=start_days)
    expected = since if counted else None
    assert counted_from(replace(a_summary(), since=since), start) == expected


# -- doing -----------------------------------------------------------------------------------


def test_sync_brings_numbers_of_the_shown_account(room: Room, numbers: NumbersWorkspace) -> None:
    room.model.sync()
    room.desk.settle()
    assert numbers.accounts.synced == ["acc-alice"]


def test_the_last_syncs_problem_is_told_beside_the_numbers(
    desk: Desk, numbers: NumbersWorkspace
) -> None:
    error = refused("TikTok is busy.").failure
    account = an_account(sync_error=error, status=AccountStatus.CONNECTED)
    numbers.accounts.accounts["acc-alice"] = account
    assert "TikTok is busy." in Room(desk).model.sync_problem


def test_export_writes_all_videos(room: Room, numbers: NumbersWorkspace) -> None:
    room.model.export(Path("/tmp/videos.csv"))
    room.desk.settle()
    assert numbers.reports.written == [("videos", Path("/tmp/videos.csv"))]
    assert [notice.text for notice in room.said] == ["96 videos written to videos.csv."]
