"""Shared widgets: text from outside stays text, every control has a name."""

from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Flashes
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.kit.badges import NumberLabel, StatusBadge
from tiktok_manager.ui.kit.banner import Banner
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, Slot
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.placeholders import EmptyState, FirstStep
from tiktok_manager.ui.theme import Theme

EVIL = "<img src='http://192.0.2.1/x'><b>bold</b>&lt;"

pytestmark = pytest.mark.usefixtures("look")


def test_a_label_never_reads_markup(qtbot: QtBot) -> None:
    for elided in (False, True):
        label = PlainLabel(EVIL, elided=elided)
        qtbot.addWidget(label)
        assert label.textFormat() == Qt.TextFormat.PlainText
        assert label.text() == EVIL
        assert "<img" not in label.toolTip()


def test_a_number_keeps_the_exact_one_for_hover_and_readers(qtbot: QtBot) -> None:
    label = NumberLabel(12_412)
    qtbot.addWidget(label)
    assert (label.text(), label.toolTip(), label.accessibleName()) == (
        "12.4k",
        "12,412",
        "12,412",
    )


@pytest.mark.parametrize("status", PostStatus)
def test_a_badge_says_its_status_to_readers(status: PostStatus, qtbot: QtBot) -> None:
    badge = StatusBadge(status)
    qtbot.addWidget(badge)
    assert badge.accessibleName().startswith("Status: ")
    words = badge.fontMetrics().horizontalAdvance(badge.accessibleName()[8:])
    assert badge.sizeHint().width() > words


def test_every_button_has_a_name(qtbot: QtBot) -> None:
    plain, sign = push_button("Sync", icon_name="sync"), icon_button("close", "Close")
    for button, name in ((plain, "Sync"), (sign, "Close")):
        qtbot.addWidget(button)
        assert button.accessibleName() == name
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_slot_takes_no_room_while_its_messages_are_hidden(qtbot: QtBot) -> None:
    bar = Banner()
    slot = Slot(bar)
    qtbot.addWidget(slot)
    assert slot.isHidden()
    bar.show_notice(Notice(text="Here."))
    assert not slot.isHidden()
    bar.dismiss()
    assert slot.isHidden()


def test_only_the_next_step_has_a_button(qtbot: QtBot) -> None:
    page = EmptyState("accounts", "Begin", "Three steps.")
    qtbot.addWidget(page)
    done: list[str] = []
    steps = tuple(
        FirstStep(title=name, text="", action_text=name, action=partial(done.append, name))
        for name in ("Keys", "Account", "Post")
    )
    page.set_steps((replace(steps[0], done=True), *steps[1:]))
    buttons = [b for b in page.findChildren(QAbstractButton) if not b.isHidden()]
    assert [b.text() for b in buttons] == ["Account"]
    buttons[0].click()
    assert done == ["Account"]


def test_the_same_steps_keep_the_focus(qtbot: QtBot) -> None:
    page = EmptyState("accounts", "Begin")
    qtbot.addWidget(page)
    page.set_steps([FirstStep(title="Keys", text="", action_text="Go", action=int)])
    button = page.findChild(QPushButton)
    page.set_steps([FirstStep(title="Keys", text="", action_text="Go", action=int)])
    assert page.findChild(QPushButton) is button


def test_an_empty_page_shows_all_its_words(qtbot: QtBot) -> None:
    page = EmptyState("search", "Nothing", "A sentence that needs more than a line. " * 4)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    for label in page.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width())


def test_widgets_do_not_come_up_as_windows_of_their_own(flashes: Flashes, qtbot: QtBot) -> None:
    made = (
        EmptyState("plus", "Title", "Text", action_text="Go", action=int),
        Banner(),
        Slot(Banner()),
        Card("Title"),
        PaneView(),
    )
    for widget in made:
        qtbot.addWidget(widget)
    assert flashes.windows == []


def test_widgets_go_with_their_parent(qtbot: QtBot, look: Theme) -> None:
    parent = QWidget()
    for widget in (PlainLabel("x"), Banner(), StatusBadge(), EmptyState("plus", "x")):
        widget.setParent(parent)
    gone: list[int] = []
    for child in parent.children():
        child.destroyed.connect(lambda: gone.append(1))
    parent.deleteLater()
    qtbot.waitUntil(lambda: len(gone) == 4)
