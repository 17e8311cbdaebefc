"""The accounts of the window: read once, changed by key; nobody waits for their pictures."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import FakeWorkspace, an_account
from tiktok_manager.domain.events import AccountChanged
from tiktok_manager.ui.kit import avatar as avatar_module
from tiktok_manager.ui.kit.account_model import AccountBox, AccountModel
from tiktok_manager.ui.kit.account_picker import AccountPicker
from tiktok_manager.ui.kit.avatar import AvatarLabel, initials
from tiktok_manager.ui.kit.layout import row
from tiktok_manager.ui.kit.list_model import Index
from tiktok_manager.ui.overrides import override

RED, BLUE = QColor("#FF0000"), QColor("#0000FF")


def a_picture(path: Path, colour: QColor = RED) -> Path:
    square = QImage(300, 200, QImage.Format.Format_RGB32)
    square.fill(colour)
    assert square.save(str(path))
    return path


@pytest.fixture
def desk(make_desk: MakeDesk, tmp_path: Path) -> Desk:
    world = FakeWorkspace(with_accounts=[an_account(name) for name in ("alice", "bob", "carol")])
    world.accounts.pictures["acc-alice"] = a_picture(tmp_path / "alice.png")
    return make_desk(world)


@pytest.fixture
def accounts(desk: Desk) -> AccountModel:
    model = desk.core.accounts
    QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, parent=model
    )
    model.load()
    desk.settle()
    return model


def colour_of(model: AccountModel, account_id: str = "acc-alice") -> QColor:
    image = model.picture(account_id, "alice", 40, 2.0).toImage()
    return image.pixelColor(40, 40)


def test_it_is_read_when_somebody_asks_and_once(desk: Desk) -> None:
    model = desk.core.accounts
    reads = QSignalSpy(model.reading.changed)
    desk.settle()
    assert not model.rows
    for _ in range(3):
        model.load()
    desk.settle()
    assert [entry.account.handle for entry in model.rows] == ["alice", "bob", "carol"]
    assert reads.count() == 1


def test_a_changed_account_changes_its_row_alone(accounts: AccountModel, desk: Desk) -> None:
    told = QSignalSpy(accounts.dataChanged)
    desk.world.accounts.set_paused("acc-bob", True)
    desk.until(lambda: told.count() > 0)
    assert [told.at(0)[place].row() for place in (0, 1)] == [1, 1]
    account = accounts.account("acc-bob")
    assert account is not None
    assert account.paused


def test_who_did_not_change_is_the_same_entry_and_is_not_compared(
    accounts: AccountModel, desk: Desk
) -> None:
    before = accounts.find("acc-alice")
    desk.world.accounts.set_paused("acc-bob", True)
    desk.until(lambda: bool((bob := accounts.account("acc-bob")) and bob.paused))
    assert accounts.find("acc-alice") is before


def test_a_picture_is_never_read_while_painting(
    accounts: AccountModel, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[str] = []
    read = avatar_module._read_square

    def noted(path: Path, side_px: int) -> QImage | None:
        from threading import current_thread

        readers.append(current_thread().name)
        return read(path, side_px)

    monkeypatch.setattr(avatar_module, "_read_square", noted)
    assert colour_of(accounts) != RED  # initials stand in for it
    desk.until(lambda: colour_of(accounts) == RED)
    assert len(readers) == 1
    assert readers[0].startswith("window-work")


def test_a_picture_is_round_and_sharp(accounts: AccountModel, desk: Desk) -> None:
    desk.until(lambda: colour_of(accounts) == RED)
    image = accounts.picture("acc-alice", "alice", 40, 2.0).toImage()
    assert image.width() == 80
    assert image.pixelColor(1, 1).alpha() == 0


def test_a_new_picture_takes_the_place_of_the_old_one(accounts: AccountModel, desk: Desk) -> None:
    desk.until(lambda: colour_of(accounts) == RED)
    path = a_picture(desk.world.accounts.pictures["acc-alice"], BLUE)
    os.utime(path, ns=(1, 1))  # clocks of file systems may be coarse
    desk.world.events.publish(AccountChanged(account_id="acc-alice"))
    assert colour_of(accounts) == RED  # no initials meanwhile
    desk.until(lambda: colour_of(accounts) == BLUE)


def test_what_shows_a_picture_paints_it_when_it_arrives_and_no_row_changes(
    accounts: AccountModel, desk: Desk, qtbot: QtBot
) -> None:
    picker, box = AccountPicker(accounts), AccountBox(accounts)
    box.show_account("acc-alice")
    for widget in (picker, box):
        qtbot.addWidget(widget)
        widget.resize(300, 300)
        widget.show()
    desk.settle()
    told, paints = QSignalSpy(accounts.dataChanged), Paints()
    painted = (picker.list.viewport(), box)
    for each in painted:
        each.installEventFilter(paints)
    accounts.avatars.arrived.emit()
    desk.until(lambda: paints.seen == set(painted))
    assert told.count() == 0


def test_a_box_of_300_accounts_is_laid_out_by_the_measure_of_a_few(
    make_desk: MakeDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [an_account(f"a{number:03}") for number in range(300)]
    desk = make_desk(FakeWorkspace(with_accounts=many))
    accounts = desk.core.accounts
    accounts.load()
    desk.settle()
    asked: set[int] = set()
    plain = AccountModel.data

    def noting(model: AccountModel, index: Index, role: int) -> object:
        asked.add(index.row())
        return plain(model, index, role)

    monkeypatch.setattr(AccountModel, "data", noting)
    page = QWidget()
    page.setLayout(row(AccountBox(accounts)))
    qtbot.addWidget(page)
    page.show()
    desk.settle()
    assert len(asked) < 20


class Paints(QObject):
    """Sees what is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[QObject] = set()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt calls it so
        if event.type() == QEvent.Type.Paint:
            self.seen.add(watched)
        return False


def test_a_broken_picture_falls_back_to_initials(
    accounts: AccountModel, desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "avatar"
    path.write_bytes(b"<html>not a picture")
    label = AvatarLabel(accounts.avatars, 40)
    qtbot.addWidget(label)
    label.show_account("alice", path)
    label.grab()
    desk.settle()
    label.grab()
    assert label.accessibleName() == "Picture of alice"


def test_an_account_that_is_not_known_has_initials(accounts: AccountModel) -> None:
    assert accounts.account("acc-nobody") is None
    assert not accounts.picture("acc-nobody", "nobody", 20, 1.0).isNull()


@pytest.mark.parametrize(
    ("name", "letters"),
    [("alice.walks", "AW"), ("_", "?"), ("", "?"), ("zoë", "Z"), ("<b>", "?")],
)
def test_initials_stand_in_for_a_picture(name: str, letters: str) -> None:
    assert initials(name) == letters
