"""Backups in the settings: seen, made, checked, and restored only after a question in place."""

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import FakeWorkspace, refused
from tiktok_manager.services.backups import BackupKind, BackupOf, Rank, Restored
from tiktok_manager.ui.kit.action import QuestionCard
from tiktok_manager.ui.settings import backups as module
from tiktok_manager.ui.settings.backups import BackupsCard
from tiktok_manager.ui.settings.view import SettingsView

DeskAndView = tuple[Desk, SettingsView]


@pytest.fixture
def desk_and_view(make_desk: MakeDesk, qtbot: QtBot) -> DeskAndView:
    world = FakeWorkspace()
    world.backups.add(BackupKind.AUTOMATIC, timedelta(hours=1), Rank.WEEKLY)
    world.backups.add(BackupKind.AUTOMATIC, timedelta(days=2), Rank.DAILY)
    world.backups.add(BackupKind.UPGRADE, timedelta(days=9))
    desk = make_desk(world)
    view = SettingsView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.resize(1080, 700)
    view.show()
    view.activateWindow()
    desk.settle()
    return desk, view


def shown(card: BackupsCard) -> list[list[str]]:
    model = card.rows
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def button(card: BackupsCard, words: str) -> QAbstractButton:
    return next(each for each in card.buttons.buttons if each.text().strip() == words)


def answer(view: QWidget, words: str) -> None:
    """Press an answer of the question that is asked, wherever it is."""
    buttons = view.window().findChildren(QAbstractButton)
    press(next(each for each in buttons if each.isVisible() and each.text() == words))


def press(button: QWidget, key: Qt.Key = Qt.Key.Key_Space) -> None:
    QTest.keyClick(button, key)


def test_the_list_tells_when_how_big_how_long_and_whether_checked(
    desk_and_view: DeskAndView,
) -> None:
    _desk, view = desk_and_view
    assert [" | ".join(row) for row in shown(view.backups)] == [
        "Sat 12:00 (Berlin) | Posts and accounts | By itself | 1.2 MB | 4 weeks | When made",
        "Thu 19 Nov 13:00 (Berlin) | Posts and accounts | By itself | 1.2 MB | 7 days | When made",
        "Thu 12 Nov 13:00 (Berlin) | Posts and accounts | Before an update | 1.2 MB | "
        "Until you delete it | When made",
    ]


def test_one_is_made_now_and_chosen(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    back_up = button(view.backups, "Back up now")
    press(back_up)
    assert not back_up.isEnabled()
    assert any(label.text() == "Backing up…" for label in view.backups.findChildren(QLabel))
    desk.settle()
    assert back_up.isEnabled()
    made = [backup.name for backup in desk.world.backups.list_all()[:2]]
    assert [row[1:3] for row in shown(view.backups)[:2]] == [
        ["Numbers", "By you"],
        ["Posts and accounts", "By you"],
    ]
    assert view.backups.table.chosen_key == made[1]
    assert "Backed up" in view.backups.said.text()


@pytest.mark.parametrize("what", ["Back up now", "Check"])
@pytest.mark.parametrize(
    "error", [refused("There is no room for a backup.", "Free space."), RuntimeError("a bug")]
)
def test_what_failed_says_why_beside_the_button_and_leaves_nothing_busy(
    desk_and_view: DeskAndView, what: str, error: Exception
) -> None:
    desk, view = desk_and_view
    view.backups.table.choose(desk.world.backups.list_all()[0].name)
    desk.world.backups.error = error
    press(button(view.backups, what))
    desk.settle()
    assert desk.crashes == [error] * isinstance(error, RuntimeError)
    desk.crashes.clear()
    is_judged = what == "Check" and not isinstance(error, RuntimeError)
    assert (shown(view.backups)[0][5] == "Cannot be restored") == is_judged
    assert view.backups.said.property("tone") == "bad"
    if what == "Back up now" and not isinstance(error, RuntimeError):
        assert view.backups.said.text() == "There is no room for a backup. Because. Free space."
    desk.world.backups.error = None
    press(button(view.backups, what))
    desk.settle()
    assert view.backups.said.property("tone") == "good"


@pytest.mark.parametrize(("whole", "words"), [(True, "Whole"), (False, "Cannot be restored")])
def test_one_is_checked_on_demand(desk_and_view: DeskAndView, whole: bool, words: str) -> None:
    desk, view = desk_and_view
    name = desk.world.backups.list_all()[1].name
    view.backups.table.choose(name)
    desk.world.backups.error = None if whole else refused("It is damaged.")
    press(button(view.backups, "Check"))
    desk.settle()
    assert desk.world.backups.verified == [name]
    assert shown(view.backups)[1][5].startswith(words)
    assert view.backups.said.property("tone") == ("good" if whole else "bad")


def test_restoring_is_asked_in_place_and_the_harmless_answer_has_the_focus(
    desk_and_view: DeskAndView,
) -> None:
    desk, view = desk_and_view
    card = view.backups
    restore = button(card, "Restore…")
    assert not restore.isEnabled()
    assert restore.accessibleDescription() == "Choose a backup in the list first."
    card.table.choose(desk.world.backups.list_all()[0].name)
    press(restore)
    question = card.buttons.card.question
    assert "Restore the backup of Sat 12:00 (Berlin)?" in question
    assert "due since Fri 20 Nov 12:00 (Berlin) are held" in question
    assert card.buttons.card.no.hasFocus()
    answer(view, "Leave things as they are")
    assert not card.buttons.card.isVisible()
    assert desk.frame.reopened == []


def test_a_question_about_one_never_stands_for_another(desk_and_view: DeskAndView) -> None:
    desk, view = desk_and_view
    first, second, _third = desk.world.backups.list_all()
    view.backups.table.choose(first.name)
    press(button(view.backups, "Restore…"))
    view.backups.table.choose(second.name)
    assert not view.backups.buttons.card.isVisible()


def test_a_restore_runs_while_the_workspace_is_closed_and_tells_what_follows(
    desk_and_view: DeskAndView, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, view = desk_and_view
    asked: list[object] = []

    def restore(paths: object, wanted: str, clock: object) -> Restored:
        asked.append((paths, wanted))
        return Restored(
            backup_at=desk.world.backups.list_all()[0].taken_at,
            former=Path("/data/backups/replaced"),
        )

    monkeypatch.setattr(module, "restore", restore)
    name = desk.world.backups.list_all()[0].name
    view.backups.table.choose(name)
    press(button(view.backups, "Restore…"))
    answer(view, "Restore it")
    ((words, between),) = desk.frame.reopened
    assert words == "Restoring the backup…"
    assert asked == []
    notice = between()
    assert asked == [(desk.world.paths, name)]
    assert notice.text == "Restored as of Sat 12:00 (Berlin)."
    assert "held until it is known" in notice.more
    assert "/data/backups/replaced" in notice.more
    assert notice.step is not None
    notice.step.perform()
    assert desk.frame.jumps == [("calendar", "needs-you")]


def test_numbers_are_restored_without_a_word_of_held_posts(
    desk_and_view: DeskAndView, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, view = desk_and_view
    card = view.backups
    numbers = desk.world.backups.add(
        BackupKind.AUTOMATIC, timedelta(hours=3), Rank.DAILY, BackupOf.METRICS
    )
    view.pane_shown()
    desk.settle()

    def restore(_paths: object, wanted: str, _clock: object) -> Restored:
        assert wanted == numbers.name
        former = Path("/data/backups/replaced")
        return Restored(backup_at=numbers.taken_at, former=former, of=BackupOf.METRICS)

    monkeypatch.setattr(module, "restore", restore)
    card.table.choose(numbers.name)
    press(button(card, "Restore…"))
    question = card.buttons.card.question
    assert "Restore the numbers of Sat 10:00 (Berlin)?" in question
    assert "held" not in question
    answer(view, "Restore it")
    ((_words, between),) = desk.frame.reopened
    notice = between()
    assert notice.text == "Numbers restored as of Sat 10:00 (Berlin)."
    assert "held" not in notice.more
    assert notice.step is None


def test_a_file_of_numbers_from_elsewhere_is_told_by_its_name(
    desk_and_view: DeskAndView,
) -> None:
    _desk, view = desk_and_view
    file = "/stick/metrics-manual-20261121T110000Z.sqlite3"
    assert "views and likes" in view.backups.model.question(file)


def test_a_file_from_elsewhere_is_restored_the_same_way(
    desk_and_view: DeskAndView, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, view = desk_and_view
    chosen = iter(["", "/stick/copy.sqlite3"])
    monkeypatch.setattr(module, "ask_backup", lambda _parent, _folder: next(chosen))
    other = button(view.backups, "Restore a file…")
    press(other)
    assert view.findChildren(QuestionCard, "asked-over") == []
    press(other)
    (asked,) = view.findChildren(QuestionCard, "asked-over")
    assert "Restore copy.sqlite3?" in asked.question
    answer(view, "Restore it")
    assert len(desk.frame.reopened) == 1


def test_without_a_backup_it_says_so(make_desk: MakeDesk, qtbot: QtBot) -> None:
    desk = make_desk(FakeWorkspace())
    card = BackupsCard(desk.core, desk.frame)
    qtbot.addWidget(card)
    card.show()
    desk.settle()
    assert not card.table.isVisible()
    (said,) = [each for each in card.list.findChildren(QLabel) if each.isVisible()]
    assert said.text() == "There is no backup yet."


def test_the_search_and_a_jump_find_it(desk_and_view: DeskAndView) -> None:
    _desk, view = desk_and_view
    view.search.setText("restore")
    assert view.backups.isVisible()
    assert [card for card, _names, _words in view._cards if card.isVisible()] == [view.backups]
    view.open_target("backups")
    assert view.search.text() == ""
    assert button(view.backups, "Back up now").hasFocus()
