"""Ctrl+K finds all there is, keys do what they say, and the last key wins."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import FakeWorkspace, a_post, an_account
from tiktok_manager.domain.events import PostStatusChanged
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.holds import Blocker
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.commands import Commands
from tiktok_manager.ui.frame import Core, Frame, Pane
from tiktok_manager.ui.jump import JumpViewModel
from tiktok_manager.ui.kit.pane import PaneView


def a_pane(name: str, *, in_rail: bool = True) -> Pane:
    def build(_core: Core, _frame: Frame) -> PaneView:
        return PaneView()

    return Pane(name=name, words=name.title, icon="calendar", build=build, in_rail=in_rail)


PANES = (a_pane("accounts"), a_pane("calendar"), a_pane("composer", in_rail=False))


class Palette:
    """The palette over fakes."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        self.desk = desk
        self.left: list[int] = []
        self.home = QObject()
        self.commands = Commands(
            window, desk.frame, PANES, search=int, messages=int, leave=lambda: self.left.append(1)
        )
        self.jump = JumpViewModel(self.commands.all, desk.frame.go, self.home)

    def open(self) -> None:
        self.commands.attach(self.desk.core, self.home)
        self.jump.attach(self.desk.core)
        self.desk.publishing.reload()
        self.desk.settle()

    def find(self, text: str) -> list[str]:
        self.jump.search(text)
        self.desk.until(lambda: not self.jump.is_searching)
        return [result.title for result in self.jump.results]

    def choose(self, text: str, title: str) -> None:
        self.find(text)
        next(r for r in self.jump.results if r.title == title).action.perform()
        self.desk.settle()


@pytest.fixture
def world() -> FakeWorkspace:
    return FakeWorkspace(
        posts=[a_post(), a_post("bad", handle="bob", status=PostStatus.FAILED)],
        with_accounts=[an_account(), an_account("bob")],
    )


@pytest.fixture
def palette(make_desk: MakeDesk, world: FakeWorkspace, qtbot: QtBot) -> Palette:
    window = QWidget()
    qtbot.addWidget(window)
    palette = Palette(make_desk(world), window)
    world.runner.start()
    palette.open()
    return palette


def test_before_there_is_a_workspace_only_the_window_itself_can_be_told(
    make_desk: MakeDesk, world: FakeWorkspace, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    palette = Palette(make_desk(world), window)
    assert palette.find("") == ["Go to the messages", "Show the keys", "Quit"]
    palette.choose("qui", "Quit")
    assert palette.left == [1]


def test_nothing_typed_lists_the_pages_first_and_all_that_can_be_done(palette: Palette) -> None:
    found = palette.find("")
    assert found[:3] == ["Accounts", "Calendar", "New post"]
    assert {"Pause publishing", "Back up now", "Sync all accounts", "Quit"} <= set(found)


def test_words_are_found_by_how_they_begin_in_any_order(palette: Palette) -> None:
    assert palette.find("now back")[0] == "Back up now"
    assert palette.find("pub res") == []
    assert palette.find("pub pau") == ["Pause publishing"]


def test_a_post_that_will_not_go_out_by_itself_is_not_found_as_scheduled(
    palette: Palette, world: FakeWorkspace
) -> None:
    paused = Finding(code="accounts_paused", params={"handles": ("alice",)})
    world.blockers.standing = (Blocker(finding=paused, account_ids=frozenset({"acc-alice"})),)
    palette.find("autumn")
    details = [each.detail for each in palette.jump.results]
    assert any(each.startswith("Paused") for each in details)
    assert not any(each.startswith("Scheduled") for each in details)


def test_accounts_posts_and_settings_are_found_too(palette: Palette) -> None:
    assert palette.find("@bob") == ["@bob"] or "@bob" in palette.find("bob")
    assert "Autumn walk #slow" in palette.find("autumn")
    assert "Time zone" in palette.find("time zo")
    palette.choose("time zo", "Time zone")
    palette.choose("autumn", "Autumn walk #slow")
    palette.choose("alice", "@alice")
    assert palette.desk.frame.jumps == [
        ("settings", "timezone"),
        ("calendar", "post-1"),
        ("accounts", "acc-alice"),
    ]


def test_a_key_stops_what_the_key_before_asked_for(palette: Palette, world: FakeWorkspace) -> None:
    gate = world.planning.search_gate
    gate.clear()
    palette.jump.search("aut")
    palette.desk.until(lambda: bool(world.planning.searches))
    palette.jump.search("autu")
    assert world.planning.searches[0][1].cancelled
    gate.set()
    palette.desk.settle()
    assert [text for text, _cancel in world.planning.searches] == ["aut", "autu"]
    assert not world.planning.searches[1][1].cancelled


def test_while_it_is_searched_nobody_says_that_nothing_was_found(
    palette: Palette, world: FakeWorkspace
) -> None:
    world.planning.search_gate.clear()
    palette.jump.search("autumn")
    assert palette.jump.is_searching
    world.planning.search_gate.set()
    palette.desk.settle()
    assert not palette.jump.is_searching


def test_what_cannot_be_done_says_why(palette: Palette) -> None:
    palette.jump.search("undo")
    (undo,) = (r for r in palette.jump.results if r.title == "Undo")
    assert undo.detail == "Nothing was changed in this session."
    undone: list[int] = []
    palette.desk.undo.did("Move post", undo=lambda _t: undone.append(1), redo=lambda _t: None)
    palette.choose("undo", "Undo: Move post")
    assert undone == [1]


def test_what_has_left_is_not_offered_to_be_undone(palette: Palette, world: FakeWorkspace) -> None:
    palette.desk.undo.did(
        "Plan a post", undo=lambda _t: None, redo=lambda _t: None, posts=[a_post("post-1")]
    )
    assert "Undo: Plan a post" in palette.find("undo")
    left = PostStatusChanged(post_id="post-1", account_id="a", status=PostStatus.PUBLISHING)
    world.events.publish(left)
    palette.desk.settle()
    assert "Undo: Plan a post" not in palette.find("undo")
    (undo,) = (r for r in palette.jump.results if r.title == "Undo")
    assert undo.detail.endswith("“Plan a post” cannot be undone any more.")


def test_publishing_is_paused_and_resumed(palette: Palette, world: FakeWorkspace) -> None:
    palette.choose("pause", "Pause publishing")
    assert not world.settings.publishing_on()
    palette.choose("resume", "Resume publishing")
    assert world.settings.publishing_on()


def test_a_backup_is_made_and_told(palette: Palette) -> None:
    palette.choose("back", "Back up now")
    (notice,) = palette.desk.frame.notices
    assert notice.text.startswith("Backed up: ")


@pytest.mark.parametrize(
    ("title", "value"), [("Dark appearance", "dark"), ("Light appearance", "light")]
)
def test_the_appearance_is_changed(
    palette: Palette, world: FakeWorkspace, title: str, value: str
) -> None:
    palette.choose("app", title)
    assert world.settings.get("theme") == value


def test_the_appearance_is_changed_back_by_undo(palette: Palette, world: FakeWorkspace) -> None:
    palette.choose("app", "Appearance as the system")
    assert palette.desk.undo.next_undo is None  # it was so
    palette.choose("app", "Dark appearance")
    palette.choose("undo", "Undo: Change “Appearance”")
    assert world.settings.get("theme") == "system"
    palette.choose("redo", "Redo: Change “Appearance”")
    assert world.settings.get("theme") == "dark"


def test_actions_lead_where_their_work_is_shown(palette: Palette) -> None:
    palette.choose("sync", "Sync all accounts")
    palette.choose("connect", "Connect an account")
    palette.choose("needs", "Show what needs you")
    palette.choose("new", "New post")
    assert palette.desk.frame.jumps == [
        ("accounts", "sync"),
        ("accounts", "connect"),
        ("calendar", "needs-you"),
        ("composer", "new"),
    ]


def test_an_export_is_written_where_the_user_says(
    palette: Palette, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, str]] = []

    class Reports:
        def export(self, kind: str, out: object, _say: Callable[..., object]) -> int:
            written.append((kind, str(out)))
            return 2

    monkeypatch.setattr(palette.desk.core.workspace, "reports", Reports(), raising=False)
    monkeypatch.setattr(
        "tiktok_manager.ui.commands.QFileDialog.getSaveFileName", lambda *_a: ("/x/p.csv", "")
    )
    palette.choose("export po", "Export all posts…")
    assert written == [("posts", "/x/p.csv")]
    assert palette.desk.frame.notices[-1].text == "2 rows written to p.csv."


def test_what_needs_the_workspace_goes_with_it(palette: Palette) -> None:
    palette.jump.attach(None)
    palette.commands.detach()
    assert palette.find("") == ["Go to the messages", "Show the keys", "Quit"]
