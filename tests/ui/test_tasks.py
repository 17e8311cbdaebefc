"""Work leaves the GUI thread and its outcome comes back onto it, once and in order."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Signal
from pytestqt.qtbot import QtBot

from tests.ui.fakes import refused
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError
from tiktok_manager.ui.tasks import POOL_SIZE, TaskRunner

Done = Callable[[str], None]


@pytest.fixture
def tasks(qapp: QObject) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()


class Answers(QObject):
    """Collects what a runner hands back, and on which thread."""

    told = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.told.connect(self.done)
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


def test_what_is_urgent_waits_behind_no_other_work(tasks: TaskRunner, qtbot: QtBot) -> None:
    answers, gate = Answers(), threading.Event()
    for is_long in (False, True):
        for _turn in range(2 * POOL_SIZE):
            tasks.run(
                lambda _token: gate.wait(),
                done=answers.done,
                failed=answers.failed,
                is_long=is_long,
            )
    tasks.run(lambda _token: "told", done=answers.done, failed=answers.failed, is_urgent=True)
    qtbot.waitUntil(lambda: answers.results == ["told"])
    gate.set()


def test_an_error_for_the_user_is_handed_back(tasks: TaskRunner, qtbot: QtBot) -> None:
    answers = Answers()
    error = refused()

    def work(_token: CancelToken) -> None:
        raise error

    tasks.run(work, done=answers.done, failed=answers.failed)
    qtbot.waitUntil(lambda: bool(answers.errors))
    assert answers.errors == [error]
    assert not answers.results


def test_what_nobody_foresaw_is_reported_and_ends_the_wait_of_who_asked(
    tasks: TaskRunner, qtbot: QtBot
) -> None:
    answers = Answers()

    def work(_token: CancelToken) -> None:
        raise ZeroDivisionError

    with qtbot.waitSignal(tasks.crashed) as caught:
        tasks.run(work, done=answers.done, failed=answers.failed)
    assert isinstance(caught.args[0], ZeroDivisionError)
    assert [error.code for error in answers.errors] == ["unforeseen"]


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


def _method(answers: Answers) -> Done:
    return answers.done


def _lambda(answers: Answers) -> Done:
    return lambda result: answers.done(result.strip())


def _function_with_default(answers: Answers) -> Done:
    def done(result: str, to: Answers = answers) -> None:
        to.done(result)

    return done


def _lambda_in_a_lambda(answers: Answers) -> Done:
    inner = _lambda(answers)
    return lambda result: inner(result.strip())


def _partial(answers: Answers) -> Done:
    return partial(Answers.done, answers)


def _signal(answers: Answers) -> Done:
    return answers.told.emit


def _method_of_qt(answers: Answers) -> Done:
    answers.objectNameChanged.connect(answers.done)
    return answers.setObjectName


@pytest.mark.parametrize(
    "kind",
    [
        _method,
        _lambda,
        _function_with_default,
        _lambda_in_a_lambda,
        _partial,
        _signal,
        _method_of_qt,
    ],
)
@pytest.mark.parametrize("is_gone", [False, True])
def test_who_is_gone_hears_nothing_whatever_waits_for_the_answer(
    tasks: TaskRunner, qtbot: QtBot, kind: Callable[[Answers], Done], is_gone: bool
) -> None:
    answers, gate = Answers(), threading.Event()
    raised: list[BaseException] = []
    handler = kind(answers)
    tasks.run(lambda _token: _after(gate, "whole"), done=handler, failed=raised.append)
    tell = tasks.relay(handler)
    if is_gone:
        shiboken6.delete(answers)
    gate.set()
    tell("half")
    with qtbot.captureExceptions() as exceptions:
        qtbot.waitUntil(lambda: not tasks.busy)
        QCoreApplication.sendPostedEvents(tasks)
    assert not exceptions
    assert sorted(map(str, answers.results)) == ([] if is_gone else ["half", "whole"])


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


def _after(gate: threading.Event, result: str) -> str:
    gate.wait(10)
    return result


def _run_at_once(work: Callable[[CancelToken], object], token: CancelToken) -> Future[object]:
    future: Future[object] = Future()
    future.set_result(work(token))
    return future
