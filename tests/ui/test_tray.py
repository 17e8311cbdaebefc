"""The tray tells next and last, pauses, and appears whenever the desktop is ready."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import NOW, FakeWorkspace, a_holder, a_post
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.events import PublisherStateChanged, PublishingHeld
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.tokens import Mood
from tiktok_manager.ui.tray import Tray, tray_icon

# Said by the offscreen plugin when an icon is shown.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


class Desktop:
    """Has a tray, or not yet."""

    def __init__(self) -> None:
        self.has_tray = True

    def is_available(self) -> bool:
        return self.has_tray


@pytest.fixture
def desktop() -> Desktop:
    return Desktop()


@pytest.fixture
def tray(qapp: QObject, look: object, desktop: Desktop) -> Iterator[Tray]:
    tray = Tray(is_available=desktop.is_available)
    yield tray
    tray.close()


def following(tray: Tray, make_desk: MakeDesk, world: FakeWorkspace) -> Desk:
    desk = make_desk(world)
    world.runner.start()
    tray.follow(desk.publishing)
    desk.publishing.reload()
    desk.settle()
    tray.rebuild()
    return desk


def words(tray: Tray) -> list[str]:
    return [action.text() for action in tray.menu.actions() if action.text()]


def action(tray: Tray, text: str) -> QAction:
    return next(a for a in tray.menu.actions() if a.text() == text)


def test_the_first_line_is_the_state_and_then_comes_the_last_result(
    tray: Tray, make_desk: MakeDesk
) -> None:
    following(tray, make_desk, FakeWorkspace(posts=[a_post()]))
    assert words(tray)[:2] == [
        "Publishing: next Sat 18:30 (Berlin) @alice",
        "Nothing published yet",
    ]
    assert "Publishing: next Sat 18:30 (Berlin) @alice" in tray.tool_tip


def test_a_pause_is_said_above_what_waits_for_it(tray: Tray, make_desk: MakeDesk) -> None:
    world = FakeWorkspace(posts=[a_post()])
    world.settings.set("publishing", "off")
    following(tray, make_desk, world)
    assert words(tray)[:3] == [
        "Paused: nothing is published until you resume",
        "Next: Sat 18:30 (Berlin) @alice",
        "Nothing published yet",
    ]


def test_a_hold_is_said_with_its_reason_and_end_in_lines_a_menu_can_hold(
    tray: Tray, make_desk: MakeDesk
) -> None:
    desk = following(tray, make_desk, FakeWorkspace(posts=[a_post()]))
    held = PublishingHeld(
        code="clock_wrong",
        until=NOW + timedelta(minutes=42),
        failure=Failure(
            code="told",
            params={
                "title": "This computer's clock is 3 h ahead of TikTok's.",
            },
        ),
    )
    desk.world.events.publish(held)
    said = words(tray)[: words(tray).index("Next: Sat 18:30 (Berlin) @alice")]
    assert " ".join(said) == (
        "Publishing is held: This computer's clock is 3 h ahead of TikTok's. "
        "Goes on Sat 13:42 (Berlin)."
    )
    assert max(map(len, said)) <= 64


def test_who_publishes_instead_is_said_first(tray: Tray, make_desk: MakeDesk) -> None:
    desk = following(tray, make_desk, FakeWorkspace())
    desk.world.events.publish(PublisherStateChanged(running=False, holder=a_holder()))
    assert words(tray)[0].startswith("Not publishing here: process 4711")


def test_no_name_becomes_markup_in_a_message(tray: Tray, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, str]] = []
    monkeypatch.setattr(tray._icon, "showMessage", lambda *said: shown.append(said[:2]))
    tray.say("@<b>a&b", "<img src=x>")
    assert not set("<>&") & set("".join(shown[0]))


def test_a_click_on_a_message_opens_the_window(tray: Tray, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tray.open_requested):
        tray._icon.messageClicked.emit()


def test_the_menu_is_true_when_it_opens(tray: Tray, make_desk: MakeDesk) -> None:
    desk = following(tray, make_desk, FakeWorkspace(posts=[a_post()]))
    desk.publishing.timezone = "Asia/Tokyo"
    tray.menu.aboutToShow.emit()
    assert words(tray)[0] == "Publishing: next Sun 02:30 (Tokyo) @alice"


def test_equal_states_leave_menu_icon_and_tip_alone(tray: Tray, make_desk: MakeDesk) -> None:
    desk = following(tray, make_desk, FakeWorkspace(posts=[a_post()]))
    entries, icon = tray.menu.actions(), tray._icon.icon().cacheKey()
    touched: list[int] = []
    for entry in entries:
        entry.changed.connect(lambda: touched.append(1))
    for _ in range(3):
        desk.publishing.reload()
        desk.settle()
        tray.menu.aboutToShow.emit()
    assert tray.menu.actions() == entries
    assert not touched
    assert tray._icon.icon().cacheKey() == icon


def test_pause_and_resume_take_one_click(tray: Tray, make_desk: MakeDesk) -> None:
    desk = following(tray, make_desk, FakeWorkspace())
    action(tray, "Pause publishing").trigger()
    desk.until(lambda: desk.publishing.mood is Mood.PAUSED)
    assert "Paused" in tray.tool_tip
    tray.rebuild()
    action(tray, "Resume publishing").trigger()
    desk.until(lambda: desk.publishing.mood is Mood.ON)


def test_what_needs_the_user_is_in_the_menu_and_the_tip(tray: Tray, make_desk: MakeDesk) -> None:
    world = FakeWorkspace(posts=[a_post(status=PostStatus.FAILED)])
    following(tray, make_desk, world)
    assert "1 needs you…" in words(tray)
    assert "1 needs you" in tray.tool_tip


def test_its_acts_are_asked_for(tray: Tray, qtbot: QtBot) -> None:
    for text, signal in (
        ("Open TikTok Manager", tray.open_requested),
        ("New post…", tray.new_post_requested),
        ("Quit", tray.quit_requested),
    ):
        with qtbot.waitSignal(signal):
            action(tray, text).trigger()


def test_a_click_on_the_icon_opens_the_window(tray: Tray, qtbot: QtBot) -> None:
    with qtbot.waitSignal(tray.open_requested):
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)


def test_a_tray_that_comes_late_is_found(tray: Tray, desktop: Desktop, qtbot: QtBot) -> None:
    desktop.has_tray = False
    tray.try_to_appear()
    seen = [tray.is_there]
    desktop.has_tray = True
    with qtbot.waitSignal(tray.appeared):
        tray._retry.timeout.emit()
    seen.append(tray.is_there)
    assert seen == [False, True]
    assert not tray._retry.isActive()


def test_no_text_of_others_becomes_a_shortcut(tray: Tray, make_desk: MakeDesk) -> None:
    following(tray, make_desk, FakeWorkspace(posts=[a_post(handle="a&b")]))
    assert words(tray)[0].endswith("@a&&b")


@pytest.mark.parametrize("mood", Mood)
def test_every_state_that_is_not_well_looks_different(look: object, mood: Mood) -> None:
    fine = tray_icon(Mood.ON, needs_user=False).pixmap(32, 32).toImage()
    shown = tray_icon(mood, needs_user=False).pixmap(32, 32).toImage()
    assert (shown == fine) == (mood in (Mood.ON, Mood.OPENING))
    assert tray_icon(mood, needs_user=True).pixmap(32, 32).toImage() != fine
