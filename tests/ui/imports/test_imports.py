"""Many posts from a folder or a table: a few steps, nothing before the end, all of it undone."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tiktok_manager.domain.posts import Post, PostFilter, PostStatus, Privacy
from tiktok_manager.services.bulk_import import Verdict
from tiktok_manager.services.bulk_rows import DateOrder
from tiktok_manager.ui.composer.view import dropped_file
from tiktok_manager.ui.dropping import dropped_paths
from tiktok_manager.ui.imports.rows import told_of_row
from tiktok_manager.ui.imports.view import CHECK, COLUMNS, SETTINGS, SOURCE, ImportView

ABLE = 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    for number in range(6):
        (folder / f"clip {number}.mp4").write_bytes(os.urandom(2000))
    return folder


@pytest.fixture
def desk(answered_desk: Desk) -> Desk:
    return answered_desk


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> ImportView:
    view = ImportView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.resize(1024, 640)
    view.show()
    view.activateWindow()
    desk.settle()
    return view


def planned(desk: Desk) -> Sequence[Post]:
    found = desk.core.workspace.planning.page(PostFilter())
    return [post for post in found if post.origin.import_id is not None]


def choose_accounts(view: ImportView, desk: Desk, count: int = ABLE) -> None:
    able = view.settings.accounts.picker.choices.shown_ids()[:count]
    view.model.settings.choose_accounts(able)
    desk.settle()


def choose_privacy(view: ImportView, desk: Desk) -> None:
    box = view.settings.rules.privacy
    place = box.findData(Privacy.PUBLIC)
    box.setCurrentIndex(place)
    box.activated.emit(place)
    desk.settle()


def to_check(view: ImportView, desk: Desk, *paths: Path) -> None:
    view.open_target(paths)
    desk.settle()
    if view.wizard.place == COLUMNS:
        view.wizard.next.click()
    if view.model.settings.needs_accounts:
        choose_accounts(view, desk)
    choose_privacy(view, desk)
    assert view.model.why_not_looked() == ""
    view.wizard.next.click()
    desk.settle()
    assert view.wizard.place == CHECK


def agree(view: ImportView, desk: Desk) -> None:
    view.check.agreement.box.click()
    desk.settle()


def texts(view: ImportView) -> list[str]:
    return [each.text() for each in view.findChildren(QLabel) if each.isVisible()]


def test_a_folder_is_shared_out_over_a_week_and_comes_back_by_one_undo(
    view: ImportView, desk: Desk, folder: Path
) -> None:
    to_check(view, desk, folder)
    assert "0 fine · 6 to look at · 0 cannot be planned" in texts(view)
    assert view.wizard.finish.text() == "Keep 6 drafts"
    agree(view, desk)
    assert view.wizard.finish.text() == "Plan 6 posts"
    view.wizard.finish.click()
    desk.settle()
    posts = planned(desk)
    assert [post.status for post in posts] == [PostStatus.SCHEDULED] * 6
    assert {post.schedule.wall.strftime("%H:%M") for post in posts} == {"18:30"}
    assert sorted(post.caption for post in posts) == [f"clip {n}" for n in range(6)]
    assert len({post.account_id for post in posts}) == ABLE
    assert len({post.schedule.due_at for post in posts}) == 2
    consents = {post.consent.text for post in posts if post.consent is not None}
    assert consents == {desk.core.workspace.planning.consent_text(posts[0].choices)}
    assert desk.frame.jumps == [("calendar", posts[0].schedule.shown.date())]
    assert desk.frame.notices[-1].text.startswith("6 posts planned for ")
    desk.core.undo.undo()
    desk.settle()
    assert {post.status for post in planned(desk)} == {PostStatus.CANCELLED}
    desk.core.undo.redo()
    desk.settle()
    assert {post.status for post in planned(desk)} == {PostStatus.SCHEDULED}


def test_without_agreeing_they_are_kept_as_drafts(
    view: ImportView, desk: Desk, folder: Path
) -> None:
    to_check(view, desk, folder)
    view.wizard.finish.click()
    desk.settle()
    assert [post.status for post in planned(desk)] == [PostStatus.DRAFT] * 6
    assert desk.frame.notices[-1].text.startswith("6 drafts kept for ")


def test_every_video_goes_to_every_account_if_that_is_wanted(
    view: ImportView, desk: Desk, folder: Path
) -> None:
    view.open_target((folder,))
    desk.settle()
    assert view.wizard.place == SETTINGS  # what is read leads on by itself
    choose_accounts(view, desk, 2)
    view.settings.whom.button("each").click()
    view.settings.times.setText("9am, 18:00")
    view.settings.times.textEdited.emit("9am, 18:00")
    choose_privacy(view, desk)
    view.wizard.next.click()
    desk.settle()
    assert len(view.model.posts) == 12
    assert len({post.schedule.due_at for post in view.model.posts}) == 6


def test_what_is_missing_is_said_beside_the_button(
    view: ImportView, desk: Desk, folder: Path
) -> None:
    assert view.wizard.place == SOURCE
    assert "Choose videos or a table." in texts(view)
    view.open_target((folder,))
    desk.settle()
    assert "Choose an account." in texts(view)
    assert not view.wizard.next.isEnabled()
    choose_accounts(view, desk)
    assert "Choose who can watch this video." in texts(view)
    view.settings.times.setText("soon")
    view.settings.times.textEdited.emit("soon")
    choose_privacy(view, desk)
    assert not view.wizard.next.isEnabled()


def test_columns_are_guessed_and_what_can_mean_two_days_is_asked(
    view: ImportView, desk: Desk, folder: Path
) -> None:
    handle = desk.core.workspace.accounts.list()[0].handle
    table = folder / "plan.csv"
    table.write_text(f"film;account;date\nclip 1.mp4;{handle};03/04/2027 18:00\n", encoding="utf-8")
    view.open_target((table,))
    desk.settle()
    assert view.wizard.place == COLUMNS
    assert view.columns.boxes["date"].currentText() == "Time"
    assert view.columns.boxes["film"].currentText() == "Leave out"
    assert "Say which column holds the video." in texts(view)
    box = view.columns.boxes["film"]
    box.activated.emit(box.findData("file"))
    desk.settle()
    assert "Say which comes first in its dates." in texts(view)
    view.columns.dates.button(DateOrder.DAY_FIRST.value).click()
    desk.settle()
    view.wizard.next.click()
    assert view.wizard.place == SETTINGS
    choose_privacy(view, desk)  # every choice is offered: the rows name their accounts
    view.wizard.next.click()
    desk.settle()
    (post,) = view.model.posts
    assert post.schedule.wall.isoformat() == "2027-04-03T18:00:00"


def test_bad_rows_stand_first_say_why_and_can_be_left_out(
    view: ImportView, desk: Desk, folder: Path
) -> None:
    handle = desk.core.workspace.accounts.list()[0].handle
    table = folder / "plan.csv"
    table.write_text(
        "file;account;publish_at;privacy\n"
        f"clip 1.mp4;{handle};2026-12-24 18:00;public\n"
        f"clip 2.mp4;nobody;2026-12-24 19:00;public\n",
        encoding="utf-8",
    )
    to_check(view, desk, table)
    agree(view, desk)
    assert view.model.rows[0].verdict is Verdict.REFUSED
    assert told_of_row(view.model.rows[0]).startswith("Account: ")
    assert not view.wizard.finish.isEnabled()
    view.check.good_rows.click()
    assert view.wizard.finish.isEnabled()
    view.wizard.finish.click()
    desk.settle()
    assert len(planned(desk)) == 1
    assert desk.frame.notices[-1].more == "1 row was left out."


def test_keys_alone_lead_through_it(view: ImportView, desk: Desk, folder: Path) -> None:
    view.open_target((folder,))
    desk.settle()
    picker = view.settings.accounts.picker
    picker.list.setFocus()
    picker.list.setCurrentIndex(picker.choices.index(0, 0))
    QTest.keyClick(picker.list, Qt.Key.Key_Space)
    desk.settle()
    choose_privacy(view, desk)
    QTest.keyClick(picker.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    assert view.wizard.place == CHECK
    view.check.agreement.box.setFocus()
    QTest.keyClick(view.check.agreement.box, Qt.Key.Key_Space)
    desk.settle()
    QTest.keyClick(view.check.agreement.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    assert len(planned(desk)) == 6


def test_one_video_is_for_the_composer_and_more_are_for_an_import(folder: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder / "clip 1.mp4"))])
    assert dropped_file(data) == folder / "clip 1.mp4"
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    assert dropped_file(data) is None
    assert dropped_paths(data) == (folder,)


def test_a_file_that_is_no_table_says_so_and_nothing_is_chosen(
    view: ImportView, desk: Desk, folder: Path
) -> None:
    broken = folder / "plan.xlsx"
    broken.write_bytes(b"PK\x03\x04 and no more")
    view.open_target((broken,))
    desk.settle()
    assert desk.frame.errors
    assert view.wizard.place == SOURCE
    assert view.model.sheet is None
