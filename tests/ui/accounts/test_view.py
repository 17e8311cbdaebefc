"""The accounts pane on screen: keys, details, questions in place."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, Flashes, MakeDesk
from tests.ui.fakes import NOW, FakeWorkspace, a_post, an_account
from tiktok_manager.domain.accounts import ALL_SCOPES, AccountStatus, without_publishing
from tiktok_manager.domain.errors import AppKeysMissing, Failure, FailureClass
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.accounts.connect_card import ConnectCard
from tiktok_manager.ui.accounts.details import AccountDetails
from tiktok_manager.ui.accounts.table import (
    ACCOUNT,
    FOLLOWERS,
    HEALTH,
    LAST_SYNC,
    NEXT_POST,
    QUOTA,
)
from tiktok_manager.ui.accounts.view import AccountsView
from tiktok_manager.ui.accounts.viewmodel import AccountsViewModel
from tiktok_manager.ui.kit.action import Action

EVIL = "<b>Studio</b><img src='x'>"
MakeView = Callable[..., tuple[Desk, AccountsView]]


@pytest.fixture
def make_view(make_desk: MakeDesk, qtbot: QtBot) -> MakeView:
    def make(world: FakeWorkspace | None = None) -> tuple[Desk, AccountsView]:
        desk = make_desk(
            world
            or FakeWorkspace(
                with_accounts=[
                    an_account("alice"),
                    an_account("bob", display_name=EVIL, status=AccountStatus.NEEDS_RECONNECT),
                ],
                posts=[a_post()],
            )
        )
        model = AccountsViewModel(desk.core, open_browser=lambda _url: True)
        view = AccountsView(desk.core, desk.frame, model)
        model.setParent(view)
        qtbot.addWidget(view)
        view.resize(1000, 600)
        view.show()
        desk.settle()
        return desk, view

    return make


def button(parent: QWidget, text: str) -> QAbstractButton:
    return next(
        b
        for b in parent.findChildren(QAbstractButton)
        if b.text().strip() == text and not b.isHidden()
    )


def opened_details(desk: Desk) -> AccountDetails:
    assert isinstance(desk.frame.drawer, AccountDetails)
    return desk.frame.drawer


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if not label.isHidden()]


def test_a_row_tells_the_account_at_a_glance(make_view: MakeView) -> None:
    desk, view = make_view()
    desk.world.quota.used["acc-alice"] = 3
    view.model.reading.retry()
    desk.settle()
    model = view.table.model()
    cells = {column: model.index(0, column).data() for column in range(6)}
    assert cells == {
        ACCOUNT: "@alice, Alice",
        HEALTH: "Ready",
        QUOTA: "3/15",
        NEXT_POST: "Sat 18:30 (Berlin)",
        FOLLOWERS: "12.4k",
        LAST_SYNC: "3 min ago",
    }
    tip = model.index(0, FOLLOWERS).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "12,412"
    tip = model.index(0, QUOTA).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "3 of 15 direct posts in the last 24 hours"
    view.grab()


def test_a_next_post_that_will_not_go_out_by_itself_says_so_first(make_view: MakeView) -> None:
    world = FakeWorkspace(with_accounts=[an_account("alice")], posts=[a_post()])
    why = Failure(code="own_direct_cap", kind=FailureClass.WAIT_RESET)
    until = a_post().schedule.due_at + timedelta(hours=1)
    world.blockers.full = {("acc-alice", PostMode.DIRECT): (until, why)}
    desk, view = make_view(world)
    cell = view.table.model().index(0, NEXT_POST)
    assert str(cell.data()).startswith("Cap until ")
    assert str(cell.data()).endswith(" · Sat 18:30 (Berlin)")
    view.table.row_opened.emit("acc-alice", False)
    assert button(opened_details(desk), f"Next post {cell.data()}").isEnabled()
    world.blockers.full = {}
    world.clock.time = until
    view.minute_passed()
    desk.until(lambda: cell.data() == "Sat 18:30 (Berlin)")


def test_a_nickname_is_never_markup(make_view: MakeView) -> None:
    desk, view = make_view()
    tip = view.table.model().index(1, ACCOUNT).data(Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tip
    view.open_target("acc-bob")
    details = opened_details(desk)
    label = next(label for label in details.findChildren(QLabel) if label.text() == EVIL)
    assert label.textFormat() == Qt.TextFormat.PlainText
    for label in (*details.findChildren(QLabel), *view.findChildren(QLabel)):
        if label.text():
            assert label.textFormat() == Qt.TextFormat.PlainText


def test_keys_walk_the_table_and_open_details(make_view: MakeView, qtbot: QtBot) -> None:
    desk, view = make_view()
    view.table.setFocus()
    view.table.choose("acc-alice")
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    assert desk.frame.drawer_title == "@alice"
    QTest.keyClick(view.table, Qt.Key.Key_Down)
    assert desk.frame.drawer_title == "@bob"


def test_details_tell_numbers_permissions_and_their_age(make_view: MakeView) -> None:
    desk, view = make_view()
    view.open_target("acc-alice")
    shown = texts(opened_details(desk))
    for words in ("12.4k", "As of 3 min ago", "Publish videos", "Since Mon 12 Oct 2026"):
        assert words in shown
    button(opened_details(desk), "Next post Sat 18:30 (Berlin)").click()
    assert desk.frame.jumps == [("calendar", "post-1")]


def test_missing_permissions_are_named_and_can_be_asked_for(make_view: MakeView) -> None:
    account = an_account("dora", scopes=without_publishing(ALL_SCOPES))
    desk, view = make_view(FakeWorkspace(with_accounts=[account]))
    view.open_target("acc-dora")
    details = opened_details(desk)
    label = next(lb for lb in details.findChildren(QLabel) if lb.text() == "Publish videos")
    assert label.accessibleName() == "Publish videos: not allowed"
    button(details, "Reconnect").click()
    desk.settle()
    assert desk.world.accounts.connects == ["acc-dora"]


def test_details_follow_the_account(make_view: MakeView) -> None:
    desk, view = make_view()
    view.open_target("acc-alice")
    details = opened_details(desk)
    button(details, "Pause").click()
    desk.until(lambda: button_or_none(details, "Resume") is not None)
    assert "Its posts wait until you resume the account." in texts(details)


def test_disconnecting_is_asked_in_place_with_the_harmless_answer_first(
    make_view: MakeView, qtbot: QtBot
) -> None:
    desk, view = make_view()
    view.open_target("acc-alice")
    details = opened_details(desk)
    details.window().activateWindow()
    button(details, "Disconnect…").click()
    desk.until(lambda: any("1 planned post stops" in text for text in texts(details)))
    desk.until(button(details, "Keep it").hasFocus)
    button(details, "Keep it").click()
    assert desk.world.accounts.disconnected == []
    button(details, "Disconnect…").click()
    desk.settle()
    button(details, "Disconnect").click()
    desk.until(lambda: desk.world.accounts.disconnected == ["acc-alice"])
    desk.until(lambda: bool(desk.frame.notices))
    assert desk.frame.notices[0].text == "@alice is disconnected."


def test_connecting_shows_progress_link_and_a_way_out(make_view: MakeView) -> None:
    desk, view = make_view()
    desk.world.accounts.consent.clear()
    view.connect_button.click()
    desk.until(lambda: not view.connect_card.copy_link.isHidden())
    assert not view.connect_button.isEnabled()
    view.connect_card.copy_link.click()
    assert QGuiApplication.clipboard().text().startswith("https://www.tiktok.com/v2/auth/")
    view.connect_card.cancel.click()
    assert view.connect_card.isHidden()
    assert view.connect_button.isEnabled()


def test_a_connection_is_seen_where_it_was_asked_for(make_view: MakeView) -> None:
    world = FakeWorkspace()
    desk, view = make_view(world)
    world.accounts.consent.clear()
    view.connect_button.click()
    desk.until(view.connect_card.isVisible)  # below the first steps, too
    view.connect_card.cancel.click()
    desk, view = make_view()
    view.open_target("acc-bob")
    desk.world.accounts.consent.clear()
    button(opened_details(desk), "Reconnect").click()
    card = opened_details(desk).findChild(ConnectCard)
    assert isinstance(card, ConnectCard)
    desk.until(card.isVisible)
    assert view.connect_card.isHidden()
    desk.frame.close_drawer()
    desk.until(view.connect_card.isVisible)
    view.connect_card.cancel.click()


def test_a_sync_is_told_below_the_rows_and_can_be_stopped(make_view: MakeView) -> None:
    _, view = make_view()
    view.model.syncing.start(
        lambda progress: progress.token.wait(10), failed=print, words="Reading"
    )
    line = view.sync_line
    assert line.isVisible()
    assert not view.sync_all.isEnabled()
    assert line._words.geometry().right() < line._bar.geometry().left()
    line.cancel.click()
    assert line.isHidden()


def test_what_was_connected_is_chosen_in_the_table(make_view: MakeView) -> None:
    desk, view = make_view()
    view.search.setText("bob")
    view.connect_button.click()
    desk.until(lambda: view.table.chosen_key == "acc-newcomer")
    assert desk.frame.drawer is None


def test_a_silent_page_offers_to_ask_for_fewer_permissions(make_view: MakeView) -> None:
    world = FakeWorkspace()
    world.accounts.consent.clear()
    world.accounts.nothing_comes_back = True
    desk, view = make_view(world)
    view.connect_button.click()
    assert view.connect_card.fewer.isHidden()
    desk.until(lambda: not view.connect_card.fewer.isHidden())
    view.connect_card.fewer.click()
    desk.until(lambda: len(world.accounts.asked) == 2)
    assert len(world.accounts.asked[1]) < len(world.accounts.asked[0])
    view.connect_card.cancel.click()


def test_without_keys_connecting_shows_the_error_with_a_retry(make_view: MakeView) -> None:
    desk, view = make_view()
    desk.world.accounts.error = AppKeysMissing(title="There are no TikTok app keys yet.")
    view.connect_button.click()
    desk.until(lambda: bool(desk.frame.errors))
    assert desk.frame.retries[0] is not None


def test_the_empty_page_leads_step_by_step(make_view: MakeView) -> None:
    desk, view = make_view(FakeWorkspace())
    assert view.empty is not None
    assert view.empty.isVisible()
    button(view.empty, "Add keys").click()
    assert desk.frame.jumps == [("settings", "client-key")]
    desk.world.settings.set("client-key", "k")
    desk.world.settings.set("client-secret", "s")
    desk.until(lambda: button_or_none(view, "Connect") is not None)
    button(view, "Connect").click()
    desk.until(view.table.isVisible)
    button(view.next_step, "New post").click()
    assert desk.frame.jumps[-1] == ("composer", "new")


def test_the_next_step_that_was_closed_stays_closed(make_view: MakeView) -> None:
    desk, view = make_view(FakeWorkspace(with_accounts=[an_account("alice")]))
    assert view.next_step.isVisible()
    view.next_step.dismiss()
    view.model.reading.retry()
    desk.settle()
    assert not view.next_step.isVisible()


def test_a_filter_without_matches_says_so(make_view: MakeView, qtbot: QtBot) -> None:
    _, view = make_view()
    QTest.keyClicks(view.search, "zzz")
    assert not view.table.isVisible()
    assert "No account matches" in texts(view)
    view.search.clear()
    assert view.table.isVisible()


def test_a_sync_of_all_is_asked_for_before_the_accounts_are_read(
    make_desk: MakeDesk, qtbot: QtBot
) -> None:
    desk = make_desk(FakeWorkspace(with_accounts=[an_account(), an_account("bob")]))
    view = AccountsView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.show()
    view.open_target("sync")
    desk.until(lambda: desk.world.accounts.synced == ["acc-alice", "acc-bob"])
    desk.settle()


def test_a_jump_to_an_account_that_is_filtered_out_opens_it(make_view: MakeView) -> None:
    desk, view = make_view()
    view.search.setText("bob")
    view.open_target("acc-alice")
    assert desk.frame.drawer_title == "@alice"
    assert view.table.chosen_key == "acc-alice"
    assert view.search.text() == ""


def test_a_jump_to_an_account_that_is_gone_opens_nothing_later(make_view: MakeView) -> None:
    desk, view = make_view()
    view.open_target("acc-late")
    desk.world.accounts.accounts["acc-late"] = an_account("late")
    view.model.reading.retry()
    desk.settle()
    assert desk.frame.drawer is None


def test_what_was_asked_of_an_empty_list_is_not_done_later(make_view: MakeView) -> None:
    desk, view = make_view(FakeWorkspace())
    for target in ("sync", "acc-late"):
        view.open_target(target)
    desk.world.accounts.accounts["acc-late"] = an_account("late")
    view.model.reading.retry()
    desk.settle()
    assert len(view.table.rows.rows) == 1
    assert desk.frame.drawer is None
    assert desk.world.accounts.synced == []


def test_a_jump_before_the_accounts_were_read_opens_the_account_then(
    make_desk: MakeDesk, qtbot: QtBot
) -> None:
    desk = make_desk(FakeWorkspace(with_accounts=[an_account("alice")]))
    view = AccountsView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.open_target("acc-alice")
    view.show()
    desk.until(lambda: desk.frame.drawer_title == "@alice")


def test_many_accounts_are_paused_from_the_bar_below_them(make_view: MakeView) -> None:
    desk, view = make_view()
    assert view.bulk.isHidden()
    view.table.selectAll()
    assert not view.bulk.isHidden()
    button(view.bulk, "Pause").click()
    desk.until(lambda: desk.world.accounts.accounts["acc-alice"].paused)
    desk.until(lambda: button_or_none(view.bulk, "Resume") is not None)
    assert len(view.table.selected_rows) == 2  # what was selected stays so
    button(view.bulk, "Clear").click()
    assert view.bulk.isHidden()


def test_the_menu_of_a_row_offers_what_its_drawer_does(make_view: MakeView) -> None:
    _, view = make_view()
    entries = view._menu([view.table.rows.rows[1]])
    words = [entry.words() for entry in entries if isinstance(entry, Action) and entry.shown()]
    assert words == ["Reconnect", "Analytics", "Open on TikTok", "Disconnect…"]


def test_of_300_accounts_an_event_touches_the_one_row_it_is_about(make_view: MakeView) -> None:
    desk, view = make_view(
        FakeWorkspace(with_accounts=[an_account(f"a{number:03}") for number in range(300)])
    )
    rows = view.table.rows
    told = QSignalSpy(rows.dataChanged)
    others = [
        QSignalSpy(signal)
        for signal in (rows.modelReset, rows.rowsInserted, rows.rowsRemoved, rows.layoutChanged)
    ]
    desk.world.accounts.set_paused("acc-a007", True)
    desk.until(lambda: told.count() > 0)
    assert [told.at(0)[place].row() for place in (0, 1)] == [7, 7]
    assert told.count() == 1
    assert not any(spy.count() for spy in others)


def test_groups_narrow_the_list(make_view: MakeView) -> None:
    world = FakeWorkspace(with_accounts=[an_account("alice", groups=("Food",)), an_account("bob")])
    _, view = make_view(world)
    view.groups.setCurrentIndex(1)
    view.groups.activated.emit(1)
    assert [item.account.handle for item in view.table.rows.rows] == ["alice"]


def test_before_the_answer_there_are_skeletons(make_desk: MakeDesk, qtbot: QtBot) -> None:
    desk = make_desk(FakeWorkspace())
    view = AccountsView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.show()
    assert not view.table.isVisible()
    assert view.empty is None
    desk.settle()


def test_nothing_flashes_up_while_the_pane_is_built(make_view: MakeView, flashes: Flashes) -> None:
    desk, view = make_view()
    view.open_target("acc-alice")
    desk.settle()
    assert flashes.windows == ["AccountsView", "AccountDetails"]  # the second by our fake frame


def test_narrow_panes_drop_columns_not_buttons(make_view: MakeView, qtbot: QtBot) -> None:
    _, view = make_view()
    view.resize(608, 560)
    assert view.table.isColumnHidden(LAST_SYNC)
    assert view.connect_button.width() >= view.connect_button.minimumSizeHint().width()
    qtbot.waitUntil(lambda: view.table.horizontalScrollBar().maximum() == 0)
    view.resize(1000, 560)
    assert not view.table.isColumnHidden(LAST_SYNC)


def button_or_none(parent: QWidget, text: str) -> QAbstractButton | None:
    found = [
        b
        for b in parent.findChildren(QAbstractButton)
        if b.text().strip() == text and not b.isHidden()
    ]
    return found[0] if found else None


def test_the_drawer_tells_how_long_the_sign_in_lasts_and_warns(
    make_view: MakeView,
) -> None:
    ends_soon = an_account(sign_in_expires_at=NOW + timedelta(days=12, hours=1))
    desk, view = make_view(FakeWorkspace(with_accounts=[ends_soon]))
    view.open_target(ends_soon.id)
    desk.settle()
    details = desk.frame.drawer
    assert isinstance(details, AccountDetails)
    assert "Sign-in lasts until Thu 3 Dec 2026, in 12 days" in details._sign_in.text()
    assert details._sign_in.property("tone") == "attention"
    assert button_or_none(details, "Reconnect") is not None
