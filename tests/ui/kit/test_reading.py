"""A reading is delivered however often it becomes stale; a job ends whatever happens to it."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import QObject

from tests.ui.conftest import Desk
from tests.ui.fakes import refused
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.events import AccountChanged, Event, MetricsUpdated, PostsChanged
from tiktok_manager.ui.kit.reading import Job, JobProgress, Progress, Reading, Stage


class Source:
    """Something to read: counts, waits at its gate, refuses if a test says so."""

    def __init__(self) -> None:
        self.reads = 0
        self.error: BaseException | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.is_empty = False

    def read(self, _token: CancelToken) -> list[int]:
        self.reads += 1
        number = self.reads
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        return [] if self.is_empty else [number]


class Shelf:
    """A reading over a source, with all that it said."""

    def __init__(self, desk: Desk, parent: QObject, every_ms: int = 0, gather_ms: int = 0) -> None:
        self.desk = desk
        self.source = Source()
        self.seen: list[tuple[Stage, list[int] | None]] = []
        self.reading: Reading[list[int]] = Reading(
            desk.tasks,
            desk.bridge,
            self.source.read,
            parent=parent,
            stale_on=(PostsChanged, MetricsUpdated),
            concerns=self._concerns,
            is_empty=lambda value: not value,
            every_ms=every_ms,
            gather_ms=gather_ms,
        )
        self.failed: list[bool] = []
        self.reading.changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        self.seen.append((self.reading.stage, self.reading.value))
        self.failed.append(isinstance(self.reading.failure, AppError))

    def publish(self, event: Event) -> None:
        self.desk.world.events.publish(event)

    def _concerns(self, event: Event) -> bool:
        return not isinstance(event, MetricsUpdated) or event.account_id == "mine"


@pytest.fixture
def owner(desk: Desk) -> QObject:
    return QObject(desk.tasks)


@pytest.fixture
def shelf(desk: Desk, owner: QObject) -> Shelf:
    return Shelf(desk, owner)


# -- readings --------------------------------------------------------------------------------


def test_events_faster_than_a_reading_do_not_starve_it(shelf: Shelf) -> None:
    shelf.source.gate.clear()
    shelf.reading.request()
    for _ in range(20):
        shelf.publish(PostsChanged())
    assert shelf.source.reads <= 1
    shelf.source.gate.set()
    shelf.desk.settle()
    assert shelf.seen == [(Stage.READY, [1]), (Stage.READY, [2])]


def test_what_changed_during_a_reading_is_read_after_it(shelf: Shelf) -> None:
    shelf.source.gate.clear()
    shelf.reading.request()
    shelf.reading.request()
    assert shelf.reading.stage is Stage.LOADING
    shelf.source.gate.set()
    shelf.desk.settle()
    assert shelf.reading.value == [2]


def test_a_burst_is_read_at_its_begin_and_once_after_the_interval(
    desk: Desk, owner: QObject
) -> None:
    shelf = Shelf(desk, owner, every_ms=40)
    shelf.reading.request()
    desk.until(lambda: shelf.source.reads == 1 and not desk.tasks.busy)
    for _ in range(50):
        shelf.publish(PostsChanged())
    desk.until(lambda: shelf.reading.value == [2])
    desk.settle()
    assert shelf.source.reads == 2


def test_one_that_gathers_reads_once_for_a_burst(desk: Desk, owner: QObject) -> None:
    shelf = Shelf(desk, owner, gather_ms=20)
    for _ in range(50):
        shelf.reading.request()
    assert not desk.tasks.busy
    desk.until(lambda: shelf.reading.value is not None)
    desk.settle()
    assert shelf.source.reads == 1


def test_nothing_is_read_before_it_is_asked_for(shelf: Shelf) -> None:
    shelf.publish(PostsChanged())
    shelf.desk.settle()
    assert shelf.source.reads == 0
    assert shelf.reading.stage is Stage.LOADING


@pytest.mark.parametrize(
    ("event", "reads"),
    [
        (MetricsUpdated(account_id="mine"), 2),
        (MetricsUpdated(account_id="another"), 1),
        (AccountChanged(account_id="mine"), 1),
    ],
)
def test_only_events_that_concern_it_make_it_stale(shelf: Shelf, event: Event, reads: int) -> None:
    shelf.reading.request()
    shelf.desk.settle()
    shelf.publish(event)
    shelf.desk.settle()
    assert shelf.source.reads == reads


def test_hidden_it_rests_and_catches_up_once_when_shown(shelf: Shelf) -> None:
    shelf.reading.set_shown(True)
    shelf.desk.settle()
    shelf.reading.set_shown(False)
    for _ in range(3):
        shelf.publish(PostsChanged())
    shelf.reading.request()
    shelf.desk.settle()
    assert shelf.source.reads == 1
    shelf.reading.set_shown(True)
    shelf.desk.settle()
    assert shelf.source.reads == 2


def test_shown_again_unchanged_it_reads_nothing(shelf: Shelf) -> None:
    for is_shown in (True, False, True):
        shelf.reading.set_shown(is_shown)
        shelf.desk.settle()
    assert shelf.source.reads == 1


@pytest.mark.parametrize("error", [refused(), ZeroDivisionError()])
def test_a_first_reading_that_failed_says_so_and_can_be_tried_again(
    shelf: Shelf, error: BaseException
) -> None:
    shelf.source.error = error
    shelf.reading.request()
    shelf.desk.settle()
    shelf.source.error = None
    shelf.reading.retry()
    shelf.desk.settle()
    assert shelf.failed == [True, False, False]
    assert [stage for stage, _value in shelf.seen] == [Stage.FAILED, Stage.LOADING, Stage.READY]
    shelf.desk.crashes.clear()


def test_what_could_not_be_read_is_read_when_it_is_shown_again(shelf: Shelf) -> None:
    shelf.source.error = refused()
    shelf.reading.set_shown(True)
    shelf.desk.settle()
    shelf.source.error = None
    for is_shown in (False, True):
        shelf.reading.set_shown(is_shown)
    shelf.desk.settle()
    assert shelf.reading.value == [2]


def test_an_old_value_stays_when_reading_it_again_failed(shelf: Shelf) -> None:
    shelf.reading.request()
    shelf.desk.settle()
    shelf.source.error = refused()
    shelf.reading.request()
    shelf.desk.settle()
    assert (shelf.reading.stage, shelf.reading.value) == (Stage.READY, [1])
    assert shelf.reading.failure is shelf.source.error


def test_nothing_there_is_not_the_same_as_not_read_yet(shelf: Shelf) -> None:
    shelf.source.is_empty = True
    assert shelf.reading.stage is Stage.LOADING
    shelf.reading.request()
    shelf.desk.settle()
    assert shelf.seen == [(Stage.EMPTY, [])]


def test_another_question_drops_the_answer_to_the_old_one(shelf: Shelf) -> None:
    shelf.source.gate.clear()
    shelf.reading.request()
    shelf.desk.until(lambda: shelf.source.reads == 1)
    shelf.reading.ask_anew(lambda _token: [99])
    shelf.source.gate.set()
    shelf.desk.settle()
    assert shelf.seen == [(Stage.READY, [99])]


def test_the_old_value_stays_until_the_new_question_is_answered(shelf: Shelf) -> None:
    shelf.reading.request()
    shelf.desk.settle()
    shelf.reading.ask_anew()
    assert (shelf.reading.stage, shelf.reading.value) == (Stage.READY, [1])
    shelf.desk.settle()
    shelf.reading.ask_anew(forget=True)
    assert (shelf.reading.stage, shelf.reading.value) == (Stage.LOADING, None)
    shelf.desk.settle()
    assert shelf.reading.value == [3]


def test_of_many_questions_asked_soon_only_the_last_is_answered(desk: Desk, owner: QObject) -> None:
    asked: list[int] = []

    def look(number: int, _token: CancelToken) -> list[int]:
        asked.append(number)
        return [number]

    reading = Reading(
        desk.core.tasks, desk.core.bridge, partial(look, 9), parent=owner, gather_ms=20
    )
    for number in range(5):
        reading.ask_anew(partial(look, number), forget=True, soon=True)
    desk.until(lambda: reading.value == [4])
    assert asked == [4]


def test_that_there_was_nothing_says_nothing_of_another_question(shelf: Shelf) -> None:
    shelf.source.is_empty = True
    shelf.reading.request()
    shelf.desk.settle()
    shelf.reading.ask_anew(lambda _token: [5])
    assert shelf.reading.stage is Stage.LOADING
    shelf.desk.settle()
    assert [stage for stage, _value in shelf.seen] == [Stage.EMPTY, Stage.LOADING, Stage.READY]


def test_an_old_answer_is_not_shown_for_a_question_that_failed(shelf: Shelf) -> None:
    shelf.reading.request()
    shelf.desk.settle()
    shelf.source.error = refused()
    shelf.reading.ask_anew()
    shelf.desk.settle()
    assert (shelf.reading.stage, shelf.reading.value) == (Stage.FAILED, None)


def test_an_answer_for_a_reading_that_is_gone_is_dropped(shelf: Shelf, owner: QObject) -> None:
    shelf.source.gate.clear()
    shelf.reading.request()
    shiboken6.delete(owner)
    shelf.source.gate.set()
    shelf.desk.settle()
    assert shelf.seen == []


# -- jobs ------------------------------------------------------------------------------------


class Bench:
    """A job with all that was heard of it."""

    def __init__(self, desk: Desk, owner: QObject) -> None:
        self.desk = desk
        self.gate = threading.Event()
        self.job = Job(desk.tasks, owner)
        self.steps: list[Progress | None] = []
        self.done: list[object] = []
        self.errors: list[AppError] = []
        self.job.changed.connect(lambda: self.steps.append(self.job.progress))

    def start(self, work: Callable[[JobProgress], object]) -> bool:
        return self.job.start(
            work, done=self.done.append, failed=self.errors.append, words="Starting"
        )

    def wait(self, progress: JobProgress) -> str:
        self.gate.wait(10)
        progress.check()
        return "finished"


@pytest.fixture
def bench(desk: Desk, owner: QObject) -> Bench:
    return Bench(desk, owner)


def test_a_job_tells_how_far_it_is_and_ends(bench: Bench) -> None:
    def work(progress: JobProgress) -> str:
        progress.tell(1, 2, "One of two")
        return "finished"

    assert bench.start(work)
    assert bench.job.busy
    bench.desk.settle()
    assert bench.steps == [
        Progress(words="Starting"),
        Progress(done=1, total=2, words="One of two"),
        None,
    ]
    assert (bench.job.busy, bench.done, bench.errors) == (False, ["finished"], [])


def test_one_job_at_a_time(bench: Bench) -> None:
    assert bench.start(bench.wait)
    assert not bench.start(bench.wait)
    bench.gate.set()
    bench.desk.settle()
    assert bench.done == ["finished"]


@pytest.mark.parametrize(
    ("error", "code"), [(refused(), refused().code), (ZeroDivisionError(), "unforeseen")]
)
def test_a_job_that_fails_in_any_way_is_told_and_leaves_nothing_busy(
    bench: Bench, error: BaseException, code: str
) -> None:
    def fail(_progress: JobProgress) -> None:
        raise error

    bench.start(fail)
    bench.desk.settle()
    assert (bench.job.busy, [each.code for each in bench.errors]) == (False, [code])
    assert bench.start(lambda _progress: "again")
    bench.desk.settle()
    assert bench.done == ["again"]
    bench.desk.crashes.clear()


def test_a_cancelled_job_is_over_at_once_and_says_no_more(bench: Bench) -> None:
    bench.start(bench.wait)
    bench.job.cancel()
    assert not bench.job.busy
    assert bench.start(lambda _progress: "another")
    bench.gate.set()
    bench.desk.settle()
    assert (bench.done, bench.errors) == (["another"], [])


def test_a_job_ends_although_who_asked_for_it_is_gone(bench: Bench) -> None:
    asker = QObject()
    bench.job.start(
        bench.wait,
        done=asker.setObjectName,
        failed=lambda error: asker.setObjectName(error.code),
    )
    shiboken6.delete(asker)
    bench.gate.set()
    bench.desk.settle()
    assert not bench.job.busy


def test_a_job_after_the_window_closed_does_not_begin(bench: Bench) -> None:
    bench.desk.tasks.close()
    assert not bench.start(bench.wait)
    assert not bench.job.busy


def test_jobs_keep_no_reading_waiting_however_many_there_are(bench: Bench, owner: QObject) -> None:
    jobs = [Job(bench.desk.tasks, owner) for _ in range(20)]
    for job in jobs:
        job.start(bench.wait, failed=bench.errors.append)
    shelf = Shelf(bench.desk, owner)
    shelf.reading.request()
    bench.desk.until(lambda: shelf.reading.value == [1])
    assert all(job.busy for job in jobs)
    bench.gate.set()
    bench.desk.settle()
