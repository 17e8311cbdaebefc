"""What the analytics pane decides, without a window."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.ui.analytics.fakes import NumbersWorkspace, a_summary
from tests.ui.calendar.fakes import Desk
from tests.ui.fakes import NOW, an_account, refused
from tiktok_manager.domain.accounts import POSTING_SCOPES, AccountStatus
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.events import MetricsUpdated
from tiktok_manager.ui.analytics.viewmodel import AnalyticsViewModel, Period, Stage
from tiktok_manager.wording import words


def opened(desk: Desk) -> AnalyticsViewModel:
    model = AnalyticsViewModel(desk.core, desk.home)
    model.refresh()
    desk.settle()
    desk.settle()
    return model


def stage(model: AnalyticsViewModel) -> Stage:
    return model.stage


def is_syncing(model: AnalyticsViewModel) -> bool:
    return model.sync_progress is not None


def test_it_shows_the_first_account_over_28_days(desk: Desk) -> None:
    model = opened(desk)
    assert stage(model) is Stage.READY
    assert model.account is not None
    assert model.account.handle == "alice"
    assert model.as_of_words == "As of 3 min ago"
    assert len(model.series) == 29
    assert len(model.videos) == 5


def test_no_account_is_told_apart_from_no_sync(desk: Desk, numbers: NumbersWorkspace) -> None:
    model = AnalyticsViewModel(desk.core, desk.home)
    assert stage(model) is Stage.LOADING
    numbers.accounts.accounts.clear()
    model.refresh()
    desk.settle()
    assert stage(model) is Stage.NO_ACCOUNT


def test_account_without_a_reading_asks_for_a_sync(desk: Desk) -> None:
    model = opened(desk)
    model.choose_account("acc-bob")
    assert stage(model) is Stage.LOADING
    desk.settle()
    assert stage(model) is Stage.NO_SYNC
    assert model.figures == ()


def test_numbers_that_were_not_granted_are_not_promised(
    desk: Desk, numbers: NumbersWorkspace
) -> None:
    bob = numbers.accounts.accounts["acc-bob"]
    numbers.accounts.accounts["acc-bob"] = replace(bob, scopes=tuple(POSTING_SCOPES))
    model = opened(desk)
    model.choose_account("acc-bob")
    desk.settle()
    assert stage(model) is Stage.UNTOLD


def test_period_decides_what_is_read(desk: Desk, numbers: NumbersWorkspace) -> None:
    model = opened(desk)
    model.choose_period(Period.WEEK)
    desk.settle()
    assert numbers.analytics.asked[-1] == ("acc-alice", 7)
    assert len(model.series) == 8
    model.choose_period(Period.ALL)
    desk.settle()
    assert len(model.series) == 41
    assert numbers.analytics.asked[-1][1] > 3650


def test_changes_say_over_what_time_they_are_counted(desk: Desk, numbers: NumbersWorkspace) -> None:
    model = opened(desk)
    assert model.span_words == "in 28 days"
    numbers.analytics.summaries["acc-alice"] = replace(a_summary(), since=NOW - timedelta(days=5))
    model.choose_account("acc-alice")
    desk.settle()
    assert model.span_words == "since Mon 16 Nov 2026"


def test_new_numbers_are_shown_by_themselves(desk: Desk, numbers: NumbersWorkspace) -> None:
    model = opened(desk)
    numbers.analytics.summaries["acc-alice"] = replace(a_summary(), as_of=NOW)
    with desk.qtbot.waitSignal(model.changed):
        numbers.events.publish(MetricsUpdated(account_id="acc-alice"))
    assert model.as_of_words == "As of just now"


def test_sync_brings_numbers_of_the_shown_account(desk: Desk, numbers: NumbersWorkspace) -> None:
    model = opened(desk)
    told: list[str] = []
    model.synced.connect(told.append)
    model.sync()
    desk.settle()
    assert numbers.accounts.synced == ["acc-alice"]
    assert told == ["Numbers of @alice are up to date."]
    assert not is_syncing(model)


def test_sync_of_all_names_who_is_read_and_what_is_left(
    desk: Desk, numbers: NumbersWorkspace
) -> None:
    gone = an_account("gone", status=AccountStatus.DISCONNECTED)
    numbers.accounts.accounts[gone.id] = gone
    model = opened(desk)
    steps: list[tuple[str, int, int] | None] = []

    def note() -> None:
        p = model.sync_progress
        steps.append((p.handle, p.done, p.count) if p else None)

    model.sync_changed.connect(note)
    model.sync_all()
    desk.settle()
    assert ("alice", 0, 2) in steps
    assert ("bob", 1, 2) in steps
    assert steps[-1] is None
    assert numbers.accounts.synced == ["acc-alice", "acc-bob"]


def test_sync_can_be_cancelled(desk: Desk, numbers: NumbersWorkspace) -> None:
    model = opened(desk)
    numbers.accounts.consent.clear()
    model.sync_all()
    assert is_syncing(model)
    model.cancel_sync()
    assert not is_syncing(model)
    desk.settle()
    assert numbers.accounts.synced == []


def test_a_second_sync_waits_for_the_first(desk: Desk, numbers: NumbersWorkspace) -> None:
    model = opened(desk)
    numbers.accounts.consent.clear()
    model.sync()
    model.sync()
    numbers.accounts.consent.set()
    desk.settle()
    assert numbers.accounts.synced == ["acc-alice"]


def test_what_went_wrong_with_a_sync_is_told(desk: Desk, numbers: NumbersWorkspace) -> None:
    model = opened(desk)
    errors: list[AppError] = []
    model.sync_failed.connect(errors.append)
    numbers.accounts.sync_errors["acc-alice"] = refused("TikTok is busy.")
    model.sync()
    desk.settle()
    assert [words(error).title for error in errors] == ["TikTok is busy."]


def test_numbers_that_cannot_be_read_are_told(desk: Desk, numbers: NumbersWorkspace) -> None:
    model = opened(desk)
    errors: list[AppError] = []
    model.failed.connect(errors.append)
    numbers.analytics.error = refused("The database is busy.")
    model.choose_period(Period.WEEK)
    desk.settle()
    assert [words(error).title for error in errors] == ["The database is busy."]


def test_export_writes_all_videos(desk: Desk, numbers: NumbersWorkspace) -> None:
    model = opened(desk)
    told: list[str] = []
    model.exported.connect(told.append)
    model.export(Path("/tmp/videos.csv"))
    desk.settle()
    assert numbers.reports.written == [("videos", Path("/tmp/videos.csv"))]
    assert told == ["96 videos written to videos.csv."]
