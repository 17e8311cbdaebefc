"""Settings hold at once, refuse in place, keep secrets unseen, and can be undone."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, Flashes, MakeDesk
from tests.ui.fakes import FakeWorkspace
from tiktok_manager.domain.accounts import ALL_SCOPES, POSTING_SCOPES
from tiktok_manager.domain.errors import VaultLocked
from tiktok_manager.services.settings import DEFINITIONS
from tiktok_manager.tiktok.loopback import LoopbackReceiver
from tiktok_manager.ui.settings.editors import (
    ChoiceEditor,
    ScopesEditor,
    SecretEditor,
    SwitchEditor,
    TextEditor,
)
from tiktok_manager.ui.settings.rows import CopyLine
from tiktok_manager.ui.settings.view import SettingsView
from tiktok_manager.ui.settings.wording import PORTAL_URL, REDIRECT_URI

MakeView = Callable[..., tuple[Desk, SettingsView]]


@pytest.fixture
def make_view(make_desk: MakeDesk, qtbot: QtBot) -> MakeView:
    def make(world: FakeWorkspace | None = None) -> tuple[Desk, SettingsView]:
        desk = make_desk(world or FakeWorkspace())
        view = SettingsView(desk.core, desk.frame)
        qtbot.addWidget(view)
        view.resize(900, 640)
        view.show()
        view.activateWindow()
        desk.settle()
        return desk, view

    return make


@pytest.fixture
def desk_and_view(make_view: MakeView) -> tuple[Desk, SettingsView]:
    return make_view()


DeskAndView = tuple[Desk, SettingsView]


def secret_field(view: SettingsView) -> QLineEdit:
    editor = view._rows["client-secret"].editor
    assert isinstance(editor, SecretEditor)
    return editor.field


def text_editor(view: SettingsView, name: str) -> TextEditor:
    editor = view._rows[name].editor
    assert isinstance(editor, TextEditor)
    return editor


def test_every_setting_has_a_row_with_words_of_its_own(desk_and_view: DeskAndView) -> None:
    _desk, view = desk_and_view
    assert set(view._rows) == {definition.name for definition in DEFINITIONS}
    for item in view.model.items:
        assert item.label[0].isupper()
        assert item.label != item.name


def test_a_change_holds_at_once_and_can_be_undone(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    editor = view._rows["theme"].editor
    assert isinstance(editor, ChoiceEditor)
    editor.box.setCurrentIndex(editor.box.findData("dark"))
    editor.box.activated.emit(editor.box.currentIndex())
    desk.settle()
    assert desk.world.settings.get("theme") == "dark"
    desk.core.undo.undo()
    desk.settle()
    assert desk.world.settings.get("theme") == "system"
    assert editor.box.currentData() == "system"


def test_a_switch_turns_with_the_space_key(desk_and_view: DeskAndView, qtbot: QtBot) -> None:
    desk, view = desk_and_view
    editor = view._rows["close-to-tray"].editor
    assert isinstance(editor, SwitchEditor)
    assert editor.switch.isChecked()
    editor.switch.setFocus()
    QTest.keyClick(editor.switch, Qt.Key.Key_Space)
    desk.settle()
    assert desk.world.settings.get("close-to-tray") == "off"
    assert editor.switch.accessibleName() == "Keep publishing when the window is closed"


def test_text_is_kept_on_enter(desk_and_view: DeskAndView, qtbot: QtBot) -> None:
    desk, view = desk_and_view
    editor = text_editor(view, "late-within")
    editor.field.selectAll()
    QTest.keyClicks(editor.field, "30m")
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    desk.settle()
    assert desk.world.settings.get("late-within") == "30m"


def test_escape_brings_the_old_text_back(desk_and_view: DeskAndView, qtbot: QtBot) -> None:
    desk, view = desk_and_view
    editor = text_editor(view, "late-within")
    editor.field.selectAll()
    QTest.keyClicks(editor.field, "30")
    QTest.keyClick(editor.field, Qt.Key.Key_Escape)
    assert editor.field.text() == "2h"
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    desk.settle()
    assert desk.world.settings.get("late-within") == "2h"


def test_a_value_that_is_not_possible_is_refused_beside_it(
    desk_and_view: DeskAndView, qtbot: QtBot
) -> None:
    desk, view = desk_and_view
    editor = text_editor(view, "uploads-at-once")
    editor.field.selectAll()
    QTest.keyClicks(editor.field, "99")
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    desk.settle()
    result = view._rows["uploads-at-once"]._result
    assert "from 1 to 16" in result.text()
    assert not result.isHidden()
    assert desk.world.settings.get("uploads-at-once") == "8"
    assert not desk.core.undo.stack.canUndo()


def test_typing_is_not_overwritten_by_changes_elsewhere(
    desk_and_view: DeskAndView, qtbot: QtBot
) -> None:
    desk, view = desk_and_view
    editor = text_editor(view, "client-key")
    QTest.keyClicks(editor.field, "half a k")
    desk.world.settings.set("theme", "dark")
    desk.settle()
    assert editor.field.text() == "half a k"


def test_a_secret_is_masked_kept_and_never_shown_again(
    desk_and_view: DeskAndView, qtbot: QtBot
) -> None:
    desk, view = desk_and_view
    field = secret_field(view)
    assert field.echoMode() == QLineEdit.EchoMode.Password
    QTest.keyClicks(field, "s3cret")
    QTest.keyClick(field, Qt.Key.Key_Return)
    desk.settle()
    assert desk.world.settings.values["client-secret"] == "s3cret"
    assert field.text() == ""
    assert field.placeholderText().startswith("Kept")
    assert not desk.core.undo.stack.canUndo()
    shown = " ".join(label.text() for label in view.findChildren(QLabel))
    assert "s3cret" not in shown


def test_a_locked_vault_is_told_and_the_secret_kept_after(
    desk_and_view: DeskAndView, qtbot: QtBot
) -> None:
    desk, view = desk_and_view
    desk.world.settings.refuse = VaultLocked(title="Locked.")
    QTest.keyClicks(secret_field(view), "s3cret")
    QTest.keyClick(secret_field(view), Qt.Key.Key_Return)
    desk.until(lambda: bool(desk.frame.errors))
    desk.world.settings.refuse = None
    retry = desk.frame.retries[0]
    assert retry is not None
    retry()
    desk.settle()
    assert desk.world.settings.values["client-secret"] == "s3cret"


def test_permissions_are_ticked_not_typed(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    editor = view._rows["scopes"].editor
    assert isinstance(editor, ScopesEditor)
    for box in editor._boxes.values():
        if not box.isChecked():
            box.click()
    editor._boxes["video.publish"].click()
    desk.settle()
    expected = ",".join(scope for scope in ALL_SCOPES if scope != "video.publish")
    assert desk.world.settings.get("scopes") == expected
    assert not editor._boxes["user.info.basic"].isEnabled()


def test_the_redirect_uri_to_register_is_the_one_used() -> None:
    receiver = LoopbackReceiver.__new__(LoopbackReceiver)
    receiver._port = 4711
    assert receiver.redirect_uri == REDIRECT_URI.replace("*", "4711")


def test_what_has_to_be_copied_is_copied_exactly(desk_and_view: DeskAndView) -> None:
    _, view = desk_and_view
    copied = []
    for line in view.findChildren(CopyLine):
        line.copy.click()
        copied.append(QGuiApplication.clipboard().text())
    assert copied == ["http://127.0.0.1:*/callback/", ", ".join(POSTING_SCOPES)]


def test_the_portal_opens_on_a_click_only(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    assert desk.frame.urls == []
    portal = next(b for b in view.findChildren(QAbstractButton) if "developer portal" in b.text())
    portal.click()
    assert desk.frame.urls == [PORTAL_URL]


def test_nothing_flashes_up_while_the_pane_is_built(make_view: MakeView, flashes: Flashes) -> None:
    make_view()
    assert flashes.windows == ["SettingsView"]


def test_a_search_leaves_what_it_finds(desk_and_view: DeskAndView, qtbot: QtBot) -> None:
    _, view = desk_and_view
    QTest.keyClicks(view.search, "dark")
    shown = {name for name, row in view._rows.items() if not row.isHidden()}
    assert shown == set()
    assert not view._nothing.isHidden()
    view.search.clear()
    QTest.keyClicks(view.search, "appear")
    assert {name for name, row in view._rows.items() if not row.isHidden()} == {"theme"}
    cards = {name for name, (card, _) in view._cards.items() if not card.isHidden()}
    assert cards == {"Window"}


def test_a_jump_puts_the_focus_on_the_setting(make_view: MakeView) -> None:
    _desk, view = make_view()
    view.open_target("client-secret")
    assert secret_field(view).hasFocus()


def test_a_jump_before_the_answer_waits_for_it(make_desk: MakeDesk, qtbot: QtBot) -> None:
    desk = make_desk(FakeWorkspace())
    view = SettingsView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.show()
    view.activateWindow()
    view.open_target("client-key")
    desk.settle()
    assert text_editor(view, "client-key").field.hasFocus()


def test_a_value_from_the_environment_is_shown_but_fixed(make_view: MakeView) -> None:
    world = FakeWorkspace()
    world.settings.fixed = {"client-key": "from-env"}
    _, view = make_view(world)
    editor = text_editor(view, "client-key")
    assert editor.field.text() == "from-env"
    assert not editor.field.isEnabled()
    assert "environment" in view._rows["client-key"]._help.text()


def test_zones_can_be_found_by_typing(desk_and_view: DeskAndView) -> None:
    _, view = desk_and_view
    editor = view._rows["timezone"].editor
    assert isinstance(editor, ChoiceEditor)
    assert editor.box.isEditable()
    assert editor.box.findData("America/New_York") >= 0
    assert editor.box.currentData() == "Europe/Berlin"


def test_the_data_folder_is_named(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    assert any(label.text() == str(desk.world.paths.root) for label in view.findChildren(QLabel))
