"""Work leaves the GUI thread and its outcome comes back onto it, once and in order."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tests.ui.fakes import refused
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError
from tiktok_manager.ui.tasks import Coalesced, TaskRunner


@pytest.fixture
def tasks(qapp: QObject) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()


class Answers(QObject):
    """Collects what a runner hands back, and on which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[object] = []
        self.errors: list[AppError] = []
        self.threads: set[int] = set()

    def done(self, result: object) -> None:
        self.results.append(result)
        self.threads.add(threading.get_ident())

    def failed(self, error: AppError) -> None:
        self.errors.append(error)
        self.threads.add(threading.get_ident())


def test_work_runs_elsewhere_and_is_delivered_here(tasks: TaskRunner, qtbot: QtBot) -> None:
    answers = Answers()
    tasks.run(lambda _token: threading.get_ident(), done=answers.done, failed=answers.failed)
    qtbot.waitUntil(lambda: bool(answers.results))
    assert answers.results != [threading.get_ident()]
    assert answers.threads == {threading.get_ident()}


def test_an_answer_never_comes_inside_the_question(tasks: TaskRunner, qtbot: QtBot) -> None:
    answers = Answers()
    ended = threading.Event()
    tasks._pool.submit = _run_at_once  # type: ignore[method-assign, assignment]
    tasks.run(lambda _token: ended.set(), done=answers.done, failed=answers.failed)
    assert ended.is_set()
    assert not answers.results
    qtbot.waitUntil(lambda: answers.results == [None])


def test_an_error_for_the_user_is_handed_back(tasks: TaskRunner, qtbot: QtBot) -> None:
    answers = Answers()
    error = refused()

    def work(_token: CancelToken) -> None:
        raise error

    tasks.run(work, done=answers.done, failed=answers.failed)
    qtbot.waitUntil(lambda: bool(answers.errors))
    assert answers.errors == [error]
    assert not answers.results


def test_what_nobody_foresaw_goes_to_the_crash_hook(tasks: TaskRunner, qtbot: QtBot) -> None:
    answers = Answers()

    def work(_token: CancelToken) -> None:
        raise ZeroDivisionError

    with qtbot.waitSignal(tasks.crashed) as caught:
        tasks.run(work, done=answers.done, failed=answers.failed)
    assert isinstance(caught.args[0], ZeroDivisionError)
    assert not answers.errors


def test_the_newest_of_a_group_wins_however_slow_the_older(tasks: TaskRunner, qtbot: QtBot) -> None:
    answers = Answers()
    gate = threading.Event()

    def slow(_token: CancelToken) -> str:
        gate.wait(10)
        return "old"

    old = tasks.run(slow, done=answers.done, failed=answers.failed, group="page")
    tasks.run(lambda _token: "new", done=answers.done, failed=answers.failed, group="page")
    gate.set()
    qtbot.waitUntil(lambda: not tasks.busy)
    assert old.cancelled
    assert answers.results == ["new"]


def test_other_groups_are_left_alone(tasks: TaskRunner, qtbot: QtBot) -> None:
    answers = Answers()
    for group in ("one", "two", None, None):
        tasks.run(lambda _token: 1, done=answers.done, failed=answers.failed, group=group)
    qtbot.waitUntil(lambda: len(answers.results) == 4)


def test_cancelled_work_is_not_delivered(tasks: TaskRunner, qtbot: QtBot) -> None:
    answers = Answers()
    gate = threading.Event()

    def work(token: CancelToken) -> None:
        gate.wait(10)
        token.check()

    token = tasks.run(work, done=answers.done, failed=answers.failed)
    token.cancel()
    gate.set()
    qtbot.waitUntil(lambda: not tasks.busy)
    assert not answers.results
    assert not answers.errors


def test_a_receiver_that_is_gone_gets_nothing(tasks: TaskRunner, qtbot: QtBot) -> None:
    answers = Answers()
    gate = threading.Event()
    tasks.run(lambda _token: gate.wait(10), done=answers.done, failed=answers.failed)
    answers.deleteLater()
    qtbot.waitUntil(lambda: not _is_alive(answers))
    gate.set()
    qtbot.waitUntil(lambda: not tasks.busy)
    assert not answers.results


def test_a_relay_brings_any_threads_call_here(tasks: TaskRunner, qtbot: QtBot) -> None:
    answers = Answers()
    tell = tasks.relay(answers.done)
    worker = threading.Thread(target=lambda: tell("half"))
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: answers.results == ["half"])
    assert answers.threads == {threading.get_ident()}


def test_closing_ends_the_threads_and_silences_them(qapp: QObject) -> None:
    runner = TaskRunner()
    answers = Answers()
    runner.run(lambda token: token.wait(10), done=answers.done, failed=answers.failed)
    runner.close()
    runner.run(lambda _token: 1, done=answers.done, failed=answers.failed)
    assert not runner.busy
    assert not answers.results
    assert not [t for t in threading.enumerate() if t.name.startswith("window-work")]


def test_a_burst_leads_to_one_reload(qapp: QObject, qtbot: QtBot) -> None:
    owner = QObject()
    calls: list[int] = []
    soon = Coalesced(lambda: calls.append(1), owner, delay_ms=0)
    for _ in range(50):
        soon.request()
    qtbot.waitUntil(lambda: bool(calls))
    assert calls == [1]
    soon.request()
    soon.cancel()
    soon.request()
    qtbot.waitUntil(lambda: len(calls) == 2)


def _is_alive(thing: QObject) -> bool:
    import shiboken6

    return shiboken6.isValid(thing)


def _run_at_once(work: Callable[[CancelToken], object], token: CancelToken) -> Future[object]:
    future: Future[object] = Future()
    future.set_result(work(token))
    return future
