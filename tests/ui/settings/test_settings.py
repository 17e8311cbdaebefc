"""Settings hold at once, refuse in place, keep secrets unseen, and can be undone."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, Flashes, MakeDesk
from tests.ui.fakes import FakeWorkspace, an_account, refused
from tiktok_manager.domain.accounts import ALL_SCOPES, POSTING_SCOPES
from tiktok_manager.domain.errors import VaultLocked
from tiktok_manager.services.settings import DEFINITIONS
from tiktok_manager.tiktok.loopback import LoopbackReceiver
from tiktok_manager.ui.kit.controls import CopyButton
from tiktok_manager.ui.kit.inputs import ChoiceInput, SearchBox, SwitchInput, TicksInput
from tiktok_manager.ui.settings.view import PORTAL_URL, REDIRECT_URI, SettingsView

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


def line_of(view: SettingsView, name: str) -> QLineEdit:
    line = view.form.fields[name].control.focusProxy()
    assert isinstance(line, QLineEdit)
    return line


def type_over(line: QLineEdit, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, key)


def shown_cards(view: SettingsView) -> list[str]:
    cards = [card for card, _names, _words in view._cards if not card.isHidden()]
    return [card.findChildren(QLabel)[0].text() for card in cards]


def test_every_setting_has_a_field_with_words_of_its_own(desk_and_view: DeskAndView) -> None:
    _desk, view = desk_and_view
    assert list(view.form.fields) == [definition.name for definition in DEFINITIONS]
    for name, field in view.form.fields.items():
        label = field.control.accessibleName()
        assert label[0].isupper()
        assert label != name


def test_a_change_holds_at_once_and_can_be_undone(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    control = view.form.fields["theme"].control
    assert isinstance(control, ChoiceInput)
    control.box.setCurrentIndex(control.box.findData("dark"))
    control.box.activated.emit(control.box.currentIndex())
    desk.settle()
    assert desk.world.settings.get("theme") == "dark"
    desk.core.undo.undo()
    desk.settle()
    assert desk.world.settings.get("theme") == "system"
    assert control.box.currentData() == "system"


def test_a_change_that_could_not_be_kept_is_not_shown_as_if_it_were(
    desk_and_view: DeskAndView,
) -> None:
    desk, view = desk_and_view
    desk.world.settings.refuse = VaultLocked(title="Locked.")
    control = view.form.fields["close-to-tray"].control
    assert isinstance(control, SwitchInput)
    control.switch.click()
    desk.settle()
    assert len(desk.frame.errors) == 1
    assert control.switch.isChecked()


def test_a_value_that_is_not_possible_is_refused_beside_it(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    line = line_of(view, "uploads-at-once")
    type_over(line, "99")
    desk.settle()
    assert "from 1 to 16" in view.form.fields["uploads-at-once"].said.text()
    assert "from 1 to 16" in line.accessibleDescription()
    assert (line.text(), desk.world.settings.get("uploads-at-once")) == ("99", "8")
    assert desk.core.undo.next_undo is None
    type_over(line, "4")
    desk.settle()
    assert not view.form.fields["uploads-at-once"].has_error


def test_a_secret_is_masked_kept_and_never_shown_again(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    line = line_of(view, "client-secret")
    assert line.echoMode() == QLineEdit.EchoMode.Password
    type_over(line, "s3cret")
    desk.settle()
    assert desk.world.settings.values["client-secret"] == "s3cret"
    assert line.text() == ""
    assert line.placeholderText().startswith("Kept")
    assert desk.core.undo.next_undo is None
    shown = " ".join(label.text() for label in view.findChildren(QLabel))
    assert "s3cret" not in shown


def test_a_locked_vault_is_told_and_the_secret_kept_after(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    desk.world.settings.refuse = VaultLocked(title="Locked.")
    type_over(line_of(view, "client-secret"), "s3cret")
    desk.until(lambda: bool(desk.frame.errors))
    desk.world.settings.refuse = None
    retry = desk.frame.retries[0]
    assert retry is not None
    retry()
    desk.settle()
    assert desk.world.settings.values["client-secret"] == "s3cret"


def test_permissions_are_ticked_not_typed(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    control = view.form.fields["scopes"].control
    assert isinstance(control, TicksInput)
    for box in control.boxes.values():
        if not box.isChecked():
            box.click()
    control.boxes["video.publish"].click()
    desk.settle()
    expected = ",".join(scope for scope in ALL_SCOPES if scope != "video.publish")
    assert desk.world.settings.get("scopes") == expected
    assert not control.boxes["user.info.basic"].isEnabled()


def test_the_redirect_uri_to_register_is_the_one_used() -> None:
    receiver = LoopbackReceiver.__new__(LoopbackReceiver)
    receiver._port = 4711
    assert receiver.redirect_uri == REDIRECT_URI.replace("*", "4711")


def test_what_has_to_be_copied_is_copied_exactly(desk_and_view: DeskAndView) -> None:
    _, view = desk_and_view
    copied = []
    for button in view.guide.findChildren(CopyButton):
        button.click()
        copied.append(QGuiApplication.clipboard().text())
    assert copied == ["http://127.0.0.1:*/callback/", ", ".join(POSTING_SCOPES)]


def test_the_portal_opens_on_a_click_only(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    assert desk.frame.urls == []
    portal = next(b for b in view.findChildren(QAbstractButton) if "developer portal" in b.text())
    portal.click()
    assert desk.frame.urls == [PORTAL_URL]


def test_the_way_to_the_keys_is_folded_away_once_they_are_there(make_view: MakeView) -> None:
    _, without = make_view()
    assert without.guide.fold.isChecked()
    world = FakeWorkspace()
    world.settings.values.update({"client-key": "k", "client-secret": "s"})
    _, view = make_view(world)
    assert not view.guide.fold.isChecked()
    view.guide.fold.click()
    assert any(button.isVisible() for button in view.guide.findChildren(CopyButton))


@pytest.mark.parametrize("connected", [False, True])
def test_both_keys_lead_on_to_the_first_account(make_view: MakeView, connected: bool) -> None:
    accounts = [an_account()] if connected else []
    desk, view = make_view(FakeWorkspace(with_accounts=accounts))
    type_over(line_of(view, "client-key"), "awabcdefghijklmn")
    desk.settle()
    assert desk.frame.notices == []
    type_over(line_of(view, "client-secret"), "abcdefghijklmnop0123456789")
    desk.settle()
    assert len(desk.frame.notices) == (0 if connected else 1)
    for notice in desk.frame.notices:
        assert notice.step is not None
        notice.step.perform()
        assert desk.frame.jumps == [("accounts", "connect")]


def test_nothing_flashes_up_while_the_pane_is_built(make_view: MakeView, flashes: Flashes) -> None:
    make_view()
    assert flashes.windows == ["SettingsView"]


def test_a_first_reading_that_failed_says_so_and_can_be_tried_again(
    make_desk: MakeDesk, qtbot: QtBot
) -> None:
    desk = make_desk(FakeWorkspace())
    desk.world.settings.unreadable = refused("The database is busy.")
    view = SettingsView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.show()
    desk.settle()
    assert view.form.fields == {}
    desk.world.settings.unreadable = None
    again = next(b for b in view.findChildren(QAbstractButton) if b.text() == "Try again")
    again.click()
    desk.settle()
    assert view.form.fields["theme"].isVisible()


@pytest.mark.parametrize(
    ("text", "cards"),
    [
        ("appear", ["Window"]),
        ("dark", ["Window"]),
        ("tokyo", ["Planning"]),
        ("restore", ["Data and backups"]),
        ("folder", ["Data and backups"]),
        ("atlantis", []),
    ],
)
def test_a_search_leaves_what_it_finds(
    desk_and_view: DeskAndView, text: str, cards: list[str]
) -> None:
    _, view = desk_and_view
    QTest.keyClicks(view.search, text)
    assert shown_cards(view) == cards
    assert view._nothing.isHidden() is bool(cards)
    if cards == ["Window"]:
        shown = {name for name, field in view.form.fields.items() if not field.isHidden()}
        assert shown == {"theme"}
    view.search.clear()
    assert len(shown_cards(view)) == len(view._cards)


def test_a_jump_puts_the_focus_on_the_setting(make_view: MakeView) -> None:
    _desk, view = make_view()
    view.search.setText("theme")
    view.open_target("client-secret")
    assert line_of(view, "client-secret").hasFocus()
    assert view.search.text() == ""


def test_a_jump_before_the_answer_waits_for_it(make_desk: MakeDesk, qtbot: QtBot) -> None:
    desk = make_desk(FakeWorkspace())
    view = SettingsView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.show()
    view.activateWindow()
    view.open_target("client-key")
    desk.settle()
    assert line_of(view, "client-key").hasFocus()


def test_a_value_from_the_environment_is_shown_but_fixed(make_view: MakeView) -> None:
    world = FakeWorkspace()
    world.settings.fixed = {"client-key": "from-env"}
    _, view = make_view(world)
    line = line_of(view, "client-key")
    assert line.text() == "from-env"
    assert not line.isEnabled()
    assert "environment" in view.form.fields["client-key"].help.text()


def test_zones_are_all_there_and_named(desk_and_view: DeskAndView) -> None:
    _, view = desk_and_view
    control = view.form.fields["timezone"].control
    assert isinstance(control, ChoiceInput)
    assert isinstance(control.box, SearchBox)
    assert control.box.findData("America/New_York") >= 0
    assert control.box.currentData() == "Europe/Berlin"


def test_the_data_folder_is_named_and_opened(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    folder = desk.world.paths.root
    assert any(label.text() == str(folder) for label in view.findChildren(QLabel))
    view.backups.buttons.buttons[-1].click()
    assert desk.frame.urls == [folder.as_uri()]
