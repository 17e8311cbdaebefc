"""What stands is not wiped by what passes; what passes stays while somebody is at it."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tiktok_manager.domain.errors import Failure, FailureClass, TikTokRefused
from tiktok_manager.ui.kit import banner as of_banner
from tiktok_manager.ui.kit import messages as of_messages
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.banner import Banner
from tiktok_manager.ui.kit.messages import TOAST_MS, Messages, Toast
from tiktok_manager.ui.kit.notices import Notice, Tone

pytestmark = pytest.mark.usefixtures("look")

ERROR = Notice(text="TikTok said no.", tone=Tone.BAD)
NEWS = Notice(text="Restored.", tone=Tone.GOOD)


def a_step(words: str, run: Callable[[], object] = lambda: None) -> Action:
    return Action(words=lambda: words, run=run)


MOVED = Notice(text="Moved.", step=a_step("Undo"), stays=False)


class Stage(QWidget):
    """A page with messages over it, and what screen readers were told."""

    def __init__(self) -> None:
        super().__init__()
        self.spoken: list[str] = []
        self.page_button = QPushButton("On the page")
        layout = QVBoxLayout(self)
        layout.addWidget(self.page_button)
        self.messages = Messages(self, focus_elsewhere=self.page_button.setFocus)
        self.resize(900, 600)
        self.messages.place(QRect(0, 0, 900, 600))

    @property
    def banner(self) -> Banner:
        return self.messages.banner

    def shown(self) -> Notice | None:
        return self.banner.notice

    @property
    def toasts(self) -> list[Toast]:
        """Newest first, as they stand."""
        found = [each for each in self.findChildren(Toast) if each.isVisible()]
        return sorted(found, key=lambda toast: toast.y())

    def button(self, text: str) -> QPushButton:
        buttons = self.findChildren(QPushButton)
        return next(each for each in buttons if each.text().strip() == text and each.isVisible())


@pytest.fixture
def stage(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage()
    qtbot.addWidget(made)

    def told(_widget: QWidget, text: str, *, urgent: bool = False) -> None:
        made.spoken.append(f"{text}!" if urgent else text)

    for module in (of_banner, of_messages):
        monkeypatch.setattr(module, "announce", told)
    made.show()
    made.activateWindow()
    QTest.mouseMove(made, made.rect().topRight())  # away from where the messages come
    return made


def test_a_passing_notice_leaves_a_standing_error_alone(stage: Stage) -> None:
    stage.messages.notify(ERROR)
    stage.messages.notify(MOVED)
    assert stage.shown() is ERROR
    assert stage.messages.passing == [MOVED]


def test_the_gravest_stands_first_and_the_others_wait(stage: Stage) -> None:
    for notice in (ERROR, NEWS):
        stage.messages.notify(notice)
    assert stage.shown() is ERROR
    QTest.mouseClick(stage.button("1 more"), Qt.MouseButton.LeftButton)
    assert stage.shown() is NEWS
    QTest.mouseClick(stage.button("1 more"), Qt.MouseButton.LeftButton)
    stage.banner.dismiss()
    assert stage.shown() is NEWS
    stage.banner.dismiss()
    assert stage.shown() is None
    assert stage.messages.isHidden()


def test_a_newer_notice_of_one_subject_takes_its_place(stage: Stage) -> None:
    stage.messages.notify(Notice(text="Held.", key="publishing", tone=Tone.ATTENTION))
    stage.messages.notify(Notice(text="Held until 10:00.", key="publishing", tone=Tone.ATTENTION))
    assert stage.banner.waiting == 0
    stage.banner.withdraw("publishing")
    assert stage.shown() is None


def test_what_is_said_is_announced_once(stage: Stage) -> None:
    for notice in (ERROR, MOVED, ERROR):
        stage.messages.notify(notice)
    assert stage.spoken == ["TikTok said no.!", "Moved."]


def test_one_step_is_offered_and_taken(stage: Stage) -> None:
    done: list[int] = []
    retry = Notice(text="No.", tone=Tone.BAD, step=a_step("Again", lambda: done.append(1)))
    stage.messages.notify(retry)
    assert stage.banner.accessibleName() == "No."
    QTest.mouseClick(stage.button("Again"), Qt.MouseButton.LeftButton)
    assert done == [1]
    assert stage.shown() is None


def test_a_question_is_asked_in_place_with_the_focus_on_no(stage: Stage) -> None:
    done: list[int] = []
    asks = Notice(
        text="It is a copy.",
        tone=Tone.ATTENTION,
        step=Action(
            words=lambda: "Adopt…",
            run=lambda: done.append(1),
            question=lambda: "Really?",
            no=lambda: "Leave it",
        ),
    )
    stage.messages.notify(asks)
    QTest.keyClick(stage.button("Adopt…"), Qt.Key.Key_Space)
    assert stage.spoken[-1] == "Really?"
    assert stage.button("Leave it").hasFocus()
    QTest.keyClick(stage.button("Leave it"), Qt.Key.Key_Space)
    assert not done
    QTest.keyClick(stage.button("Adopt…"), Qt.Key.Key_Space)
    stage.messages.notify(NEWS)  # does not take the question away
    QTest.keyClick(stage.button("Adopt"), Qt.Key.Key_Space)
    assert done == [1]
    assert stage.shown() is NEWS


def test_a_refusal_keeps_tiktoks_code_one_click_away(stage: Stage) -> None:
    failure = Failure(
        code="spam_risk",
        kind=FailureClass.WAIT_RESET,
        log_id="2026ABC",
        params={"title": "TikTok asked us to slow down.", "hint": "We try again."},
    )
    stage.messages.notify(Notice.of_error(TikTokRefused(failure)))
    QTest.mouseClick(stage.button("Copy details"), Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert "spam_risk" in copied
    assert "2026ABC" in copied


def test_a_secret_is_typed_unseen_and_forgotten(stage: Stage) -> None:
    tried: list[str] = []
    asks = Notice(text="Unlock.", key="v", step=a_step("Unlock"), secret=tried.append)
    stage.page_button.setFocus()
    stage.messages.notify(ERROR)
    stage.messages.notify(asks)
    assert stage.shown() is asks
    assert not stage.banner.field.hasFocus()
    stage.banner.take_focus()
    QTest.keyClicks(stage.banner.field, "horse")
    QTest.keyClick(stage.banner.field, Qt.Key.Key_Return)
    assert tried == ["horse"]
    assert not stage.button("Unlock").isEnabled()
    stage.messages.notify(
        Notice(text="Wrong.", key="v", step=a_step("Unlock"), secret=tried.append)
    )
    assert stage.banner.field.hasFocus()
    assert stage.button("Unlock").isEnabled()
    stage.banner.withdraw("v")
    assert stage.banner.field.text() == ""
    assert stage.shown() is ERROR


def test_focus_comes_back_when_the_banner_goes(stage: Stage) -> None:
    stage.page_button.setFocus()
    stage.messages.notify(ERROR)
    stage.messages.take_focus()
    focused = stage.focusWidget()
    assert focused is not None
    assert stage.banner.isAncestorOf(focused)
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert stage.shown() is None
    assert stage.page_button.hasFocus()


# -- toasts -------------------------------------------------------------------------------


def enter(stage: Stage) -> None:
    QApplication.sendEvent(stage.messages, QEnterEvent(QPointF(), QPointF(), QPointF()))


def leave(stage: Stage) -> None:
    QApplication.sendEvent(stage.messages, QEvent(QEvent.Type.Leave))


def test_a_toast_leaves_by_itself_after_ten_seconds(stage: Stage) -> None:
    stage.messages.notify(MOVED)
    (toast,) = stage.toasts
    assert toast.is_counting
    assert toast._timer.interval() == TOAST_MS >= 10_000
    toast._timer.timeout.emit()
    assert stage.messages.passing == []
    assert stage.messages.isHidden()


@pytest.mark.parametrize("how", ["hovered", "focused"])
def test_a_toast_stays_while_somebody_is_at_it(stage: Stage, how: str) -> None:
    def come() -> None:
        enter(stage) if how == "hovered" else stage.messages.take_focus()

    def go() -> None:
        leave(stage) if how == "hovered" else stage.page_button.setFocus()

    stage.page_button.setFocus()
    stage.messages.notify(MOVED)
    (toast,) = stage.toasts
    come()
    assert not toast.is_counting
    stage.messages.notify(Notice(text="Cancelled.", stays=False))
    assert not any(each.is_counting for each in stage.toasts)
    go()
    assert all(each.is_counting for each in stage.toasts)


def test_each_toast_undoes_its_own(stage: Stage) -> None:
    undone: list[str] = []

    def undo(name: str) -> Callable[[], None]:
        return lambda: undone.append(name)

    for name in ("one", "two"):
        stage.messages.notify(Notice(text=name, step=a_step("Undo", undo(name)), stays=False))
    newest, oldest = stage.toasts
    assert newest.y() < oldest.y()
    before = oldest.mapTo(stage, oldest.rect().bottomLeft())
    QTest.mouseClick(oldest._action, Qt.MouseButton.LeftButton)
    assert undone == ["one"]
    assert [each.text for each in stage.messages.passing] == ["two"]
    assert newest.mapTo(stage, newest.rect().bottomLeft()) == before


def test_of_too_many_toasts_those_without_a_step_leave_first(stage: Stage) -> None:
    stage.messages.notify(MOVED)
    for name in ("a", "b", "c"):
        stage.messages.notify(Notice(text=name, stays=False))
    assert [each.text for each in stage.messages.passing] == ["Moved.", "b", "c"]


def test_messages_lie_within_the_page(stage: Stage) -> None:
    stage.messages.notify(Notice(text="Something happened. " * 9, more="And more. " * 30))
    stage.messages.notify(MOVED)
    for width in (900, 420):
        stage.messages.place(QRect(0, 0, width, 600))
        box = stage.messages.geometry()
        assert box.left() >= 0
        assert box.right() <= width
        assert box.bottom() <= 600
        for button in stage.messages.findChildren(QPushButton):
            if button.isVisible():
                assert button.width() >= button.minimumSizeHint().width(), button.text()
