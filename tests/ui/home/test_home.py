"""One look at Home tells that tonight is safe, or what to do about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QProcess, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.calendar.fakes import PlanWorkspace
from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import NOW, FakeWorkspace, a_post, an_account
from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.errors import ActionNeeded, DiskFull, Failure, FailureClass
from tiktok_manager.domain.events import PostsChanged
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.holds import Blocker
from tiktok_manager.domain.posts import PLANNED_ALONE, Post, PostStatus
from tiktok_manager.domain.tonight import DryRun, Verdict
from tiktok_manager.ui.home import viewmodel
from tiktok_manager.ui.home.lines import Lines
from tiktok_manager.ui.home.view import HomeView
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.kit.reading import Stage
from tiktok_manager.ui.post.details import PostDetails

GONE = Finding(code="file_changed", params={"why": "gone", "file": "clip.mp4", "path": "/x"})
OFF = Finding(code="publishing_off")
HOUR = timedelta(hours=1)


def run(post: Post, verdict: Verdict = Verdict.OK, *findings: Finding) -> DryRun:
    return DryRun(post=post, at=post.schedule.due_at, verdict=verdict, findings=findings)


@pytest.fixture
def world() -> FakeWorkspace:
    world = PlanWorkspace(
        posts=[a_post("soon", due_at=NOW + HOUR), a_post("later", "bob", due_at=NOW + 2 * HOUR)],
        with_accounts=[an_account(), an_account("bob")],
    )
    world.settings.values |= {"client-key": "key", "client-secret": "secret"}
    world.tonight.runs = tuple(run(post) for post in world.planning.posts)
    return world


@pytest.fixture
def desk(make_desk: MakeDesk, world: FakeWorkspace) -> Desk:
    return make_desk(world)


@pytest.fixture(autouse=True)
def pointer(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Say whether the pointer is over the page: not unless a test puts it there."""
    is_there = [False]
    monkeypatch.setattr(Lines, "is_pointed_at", lambda _lines: is_there[0])
    monkeypatch.setattr(viewmodel, "TONIGHT_EVERY_MS", 0)
    return is_there


Show = Callable[[], HomeView]


@pytest.fixture
def show(desk: Desk, qtbot: QtBot) -> Show:
    """Return what shows the pane and lets it read."""

    def shown() -> HomeView:
        desk.publishing.reload()
        view = HomeView(desk.core, desk.frame)
        qtbot.addWidget(view)
        view.resize(1000, 700)
        view.show()
        view.activateWindow()
        desk.settle()
        return view

    return shown


def said(lines: Lines) -> list[str]:
    return [lines.line(key).says.accessibleName() for key in lines.keys]


def press(lines: Lines, key: str) -> None:
    row = lines.line(key).mending
    assert row is not None
    (button,) = row.buttons
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


# -- calm ------------------------------------------------------------------------------------


def test_a_safe_night_is_told_in_one_sentence(show: Show) -> None:
    view = show()
    assert view.headline.text() == "Tonight is safe: 2 posts, the next Sat 14:00 (Berlin) @alice"
    assert said(view.tonight) == [
        "Sat 14:00 (Berlin) @alice · Autumn walk #slow",
        "Sat 15:00 (Berlin) @bob · Autumn walk #slow",
    ]
    assert view.problems.keys == view.away.keys == []
    assert not view.problems.isVisible()


def test_a_night_without_posts_is_not_called_safe(world: FakeWorkspace, show: Show) -> None:
    world.tonight.runs = ()
    view = show()
    assert view.headline.text() == "Nothing goes out in the next 24 hours"
    assert not view.tonight.isVisible()


def test_posts_of_a_batch_are_one_line_and_open_where_they_stand(
    world: FakeWorkspace, desk: Desk, show: Show
) -> None:
    batch = replace(PLANNED_ALONE, batch="b")
    posts = [a_post(f"p{n}", f"a{n}", due_at=NOW + HOUR, origin=batch) for n in range(30)]
    runs = [run(post) for post in posts]
    runs[7] = run(posts[7], Verdict.PROBLEM, GONE)
    world.tonight.runs = tuple(runs)
    view = show()
    (line,) = said(view.tonight)
    assert line.startswith("Sat 14:00 (Berlin) 30 accounts · Autumn walk")
    assert "@a7: clip.mp4 is gone." in line
    (key,) = view.tonight.keys
    QTest.mouseClick(view.tonight.line(key).says, Qt.MouseButton.LeftButton)
    assert desk.frame.jumps == [("calendar", "p7")]


def test_what_holds_every_post_is_told_once_and_undone_there(
    world: FakeWorkspace, desk: Desk, show: Show
) -> None:
    world.settings.set("publishing", "off")
    world.blockers.standing = (Blocker(finding=OFF, is_fault=False),)
    posts = world.planning.posts
    world.tonight.runs = tuple(run(post, Verdict.PROBLEM, OFF) for post in posts)
    view = show()
    assert not any("switched off" in line for line in said(view.tonight))
    assert not view.general.isVisible()
    press(view.problems, "publishing_off")
    desk.settle()
    assert world.settings.publishing_on()


def test_what_goes_for_every_post_of_tonight_stands_once_above_them(
    world: FakeWorkspace, show: Show
) -> None:
    battery = Finding(code="on_battery", params={"percent": 43})
    posts = world.planning.posts
    world.tonight.runs = tuple(run(post, Verdict.WARNING, battery) for post in posts)
    view = show()
    assert view.headline.text() == "Tonight: 2 of 2 posts are in doubt"
    assert view.general.text().startswith("This computer runs on battery (43 %).")
    assert not any("battery" in line for line in said(view.tonight))


# -- problems --------------------------------------------------------------------------------


def test_problems_stand_first_each_with_the_button_that_mends_it(
    world: FakeWorkspace, desk: Desk, show: Show
) -> None:
    lost = an_account("carol", status=AccountStatus.NEEDS_RECONNECT)
    world.accounts.accounts[lost.id] = lost
    error = Failure(code="network_connect", kind=FailureClass.RETRY)
    world.planning.posts.append(a_post("failed", status=PostStatus.FAILED, error=error))
    view = show()
    assert view.problems.keys == [lost.id, "failed"]
    press(view.problems, lost.id)
    assert desk.frame.jumps == [("accounts", lost.id)]
    press(view.problems, "failed")
    desk.settle()
    statuses = {post.id: post.status for post in world.planning.posts}
    assert statuses["failed"] is PostStatus.SCHEDULED
    assert "failed" not in view.problems.keys


def test_what_the_user_can_only_wait_for_has_no_button(world: FakeWorkspace, show: Show) -> None:
    world.blockers.standing = (Blocker(finding=Finding(code=DiskFull.code), until=NOW + HOUR),)
    view = show()
    (line,) = said(view.problems)
    assert "disk is full" in line
    assert "Goes on Sat 14:00 (Berlin)." in line
    assert view.problems.line("disk_full").mending is None


def test_many_stopped_posts_and_lost_accounts_end_in_one_line_each(
    world: FakeWorkspace, show: Show
) -> None:
    for number in range(9):
        lost = an_account(f"lost{number}", status=AccountStatus.NEEDS_RECONNECT)
        world.accounts.accounts[lost.id] = lost
        world.planning.posts.append(a_post(f"m{number}", status=PostStatus.MISSED))
    view = show()
    assert view.problems.keys == ["accounts-lost", *(f"m{n}" for n in range(5)), "more-stopped"]
    assert said(view.problems)[-1] == "4 more posts need you"


def test_a_post_that_takes_an_answer_is_opened(
    world: FakeWorkspace, desk: Desk, show: Show
) -> None:
    world.planning.posts.append(a_post("doubt", status=PostStatus.UNCONFIRMED))
    view = show()
    press(view.problems, "doubt")
    desk.settle()
    assert isinstance(desk.frame.drawer, PostDetails)


def test_a_copied_folder_is_adopted_only_after_a_question(
    world: FakeWorkspace, desk: Desk, show: Show
) -> None:
    error = ActionNeeded("copied_data_folder", place="/other", elsewhere=False)
    world.blockers.standing = (Blocker(finding=Finding(code=error.code, params=error.params)),)
    world.installation.copied = True
    view = show()
    press(view.problems, error.code)
    assert world.installation.copied
    row = view.problems.line(error.code).mending
    assert row is not None
    assert row.card.isVisible()
    QTest.mouseClick(row.card.yes, Qt.MouseButton.LeftButton)
    desk.settle()
    assert not world.installation.copied


def test_what_is_wrong_with_a_post_of_tonight_leads_to_its_remedy(
    world: FakeWorkspace, desk: Desk, show: Show
) -> None:
    soon, later = world.planning.posts
    world.tonight.runs = (run(soon, Verdict.PROBLEM, GONE), run(later))
    view = show()
    assert view.headline.text() == "Tonight: 1 of 2 posts will not go out as things are"
    press(view.tonight, "soon")
    assert desk.frame.jumps == [("composer", "soon")]


# -- meanwhile -------------------------------------------------------------------------------


def test_what_happened_since_the_last_look_is_told_with_the_way_to_the_video(
    world: FakeWorkspace, desk: Desk, show: Show
) -> None:
    desk.frame.memory.set_word("home-looked-at", (NOW - 8 * HOUR).isoformat())
    page = "https://www.tiktok.com/@alice/video/7"
    world.planning.posts += [
        a_post("out", status=PostStatus.PUBLISHED, url=page),
        a_post("lost", status=PostStatus.FAILED),
        a_post("old", status=PostStatus.PUBLISHED),
    ]
    world.planning.changed_at |= {"out": NOW - HOUR, "lost": NOW - 2 * HOUR, "old": NOW - 9 * HOUR}
    view = show()
    assert view.away.keys == ["out", "lost"]
    assert view.away_words.text() == "Since Sat 05:00 (Berlin) · Published: 1 · Failed: 1"
    press(view.away, "out")
    assert desk.frame.urls == [page]


def test_the_first_look_and_one_a_moment_later_have_nothing_to_tell(
    world: FakeWorkspace, desk: Desk, show: Show
) -> None:
    world.planning.posts.append(a_post("out", status=PostStatus.PUBLISHED))
    view = show()
    assert view.away.keys == []
    view.hide()
    world.clock.time += timedelta(minutes=1)
    view.show()
    desk.settle()
    assert view.away.keys == []


# -- accounts, start, life -------------------------------------------------------------------


def test_an_account_opens_from_the_strip(world: FakeWorkspace, desk: Desk, show: Show) -> None:
    world.quota.used["acc-alice"] = 3
    view = show()
    tiles = {tile.accessibleName(): tile for tile in view.accounts.findChildren(QPushButton)}
    alice = next(tile for name, tile in tiles.items() if name.startswith("@alice"))
    assert "3/15 today" in alice.accessibleName()
    QTest.mouseClick(alice, Qt.MouseButton.LeftButton)
    assert desk.frame.jumps == [("accounts", "acc-alice")]


def test_an_empty_start_leads_on_in_three_steps_or_opens_the_demo(
    make_desk: MakeDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(PlanWorkspace())
    view = HomeView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    desk.settle()
    assert view.model.board.stage is Stage.EMPTY
    (empty,) = view.findChildren(EmptyState)
    words = {button.text() for button in empty.findChildren(QPushButton)}
    assert words == {"Try with sample data", "Add keys"}
    started: list[list[str]] = []
    monkeypatch.setattr(
        QProcess, "startDetached", lambda _program, arguments: started.append(arguments)
    )
    sample = next(b for b in empty.findChildren(QPushButton) if b.text().startswith("Try"))
    QTest.mouseClick(sample, Qt.MouseButton.LeftButton)
    assert started == [["-m", "tiktok_manager", "demo"]]


def test_the_pane_follows_what_happens(world: FakeWorkspace, desk: Desk, show: Show) -> None:
    view = show()
    world.tonight.runs = world.tonight.runs[1:]
    world.events.publish(PostsChanged())
    desk.until(lambda: view.tonight.keys == ["later"])


def test_nothing_moves_under_the_pointer(
    world: FakeWorkspace, desk: Desk, show: Show, pointer: list[bool]
) -> None:
    view = show()
    pointer[0] = True
    world.planning.posts.append(a_post("failed", status=PostStatus.FAILED))
    world.tonight.runs = world.tonight.runs[1:]
    world.events.publish(PostsChanged())
    desk.settle()
    assert view.tonight.keys == ["soon", "later"]
    assert said(view.tonight)[0].endswith("Done.")
    assert not view.problems.isVisible()
    pointer[0] = False
    desk.until(lambda: view.tonight.keys == ["later"])
    assert view.problems.isVisible()
