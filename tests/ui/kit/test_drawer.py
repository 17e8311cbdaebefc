"""The drawer swaps its content without ever deleting what is in use."""

from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QStringListModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tiktok_manager.ui.kit.drawer import Drawer

pytestmark = pytest.mark.usefixtures("look")


class Stage(QWidget):
    """A window with a drawer in it."""

    def __init__(self) -> None:
        super().__init__()
        self.drawer = Drawer(self)
        layout = QVBoxLayout(self)
        layout.addWidget(QPushButton("Outside"))
        layout.addWidget(self.drawer)
        self.resize(420, 500)


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    made = Stage()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    return made


@pytest.fixture
def drawer(stage: Stage) -> Drawer:
    return stage.drawer


def a_list(then: Callable[[], object]) -> QListView:
    """A list whose row, once pressed, asks for other content: the way of a day's list."""
    view = QListView()
    view.setModel(QStringListModel(["18:30 @alice", "19:30 @bob"], view))
    view.clicked.connect(lambda _index: then())
    return view


def a_button(then: Callable[[], object]) -> QPushButton:
    button = QPushButton("Open")
    button.clicked.connect(lambda _checked: then())
    return button


def a_box(then: Callable[[], object]) -> QComboBox:
    box = QComboBox()
    box.addItems(["18:30", "19:30"])
    box.currentIndexChanged.connect(lambda _index: then())
    return box


def a_field(then: Callable[[], object]) -> QPlainTextEdit:
    field = QPlainTextEdit()
    field.textChanged.connect(then)
    return field


def use(content: QWidget) -> None:
    """Do with the mouse or the keyboard what makes this content ask for other content."""
    if isinstance(content, QListView):
        rect = content.visualRect(content.model().index(1, 0))
        QTest.mouseClick(content.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    elif isinstance(content, QComboBox):
        QTest.keyClick(content, Qt.Key.Key_Down)
    elif isinstance(content, QPlainTextEdit):
        QTest.keyClick(content, Qt.Key.Key_A)
    else:
        QTest.mouseClick(content, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("make", [a_list, a_button, a_box, a_field])
@pytest.mark.parametrize("how", ["swap", "close"])
def test_content_outlives_the_event_that_replaces_it(
    drawer: Drawer, qtbot: QtBot, make: Callable[[Callable[[], object]], QWidget], how: str
) -> None:
    alive_after: list[bool] = []

    def replace() -> None:
        if how == "swap":
            drawer.open_with("A post", QPushButton("Details"))
        else:
            drawer.clear()
        alive_after.append(shiboken6.isValid(content))

    content = make(replace)
    drawer.open_with("A day", content)
    qtbot.waitUntil(content.isVisible)
    use(content)
    assert alive_after == [True]
    assert not shiboken6.isValid(content) or content.isHidden()
    qtbot.waitUntil(lambda: not shiboken6.isValid(content))
    assert (drawer.content() is None) == (how == "close")


def test_content_that_is_shown_again_stays(drawer: Drawer, qtbot: QtBot) -> None:
    content = QPushButton("Details")
    drawer.open_with("One", content)
    drawer.open_with("Two", content)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert drawer.content() is content
    assert drawer.accessibleName() == "Details: Two"


def test_focus_in_replaced_content_stays_in_the_drawer(drawer: Drawer) -> None:
    before = QPushButton("Before")
    drawer.open_with("One", before)
    before.setFocus()
    drawer.open_with("Two", QPushButton("After"))
    focused = drawer.window().focusWidget()
    assert focused is not None
    assert drawer.isAncestorOf(focused)
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert drawer.isHidden()
