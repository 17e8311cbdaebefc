"""Accounts: what is decided without a window."""

from datetime import timedelta
from threading import Event

import pytest
from PySide6.QtCore import QObject

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import NOW, FakeWorkspace, a_post, an_account, refused
from tiktok_manager.domain.accounts import ALL_SCOPES, POSTING_SCOPES, AccountStatus, Scope
from tiktok_manager.domain.errors import AppError, ConsentRefused
from tiktok_manager.domain.events import AccountChanged, PostsChanged
from tiktok_manager.domain.findings import Finding
from tiktok_manager.ui.accounts.viewmodel import (
    AccountsViewModel,
    DisconnectQuestion,
    Setup,
    Show,
)


class Bench(QObject):
    """A viewmodel over fakes, and what it said."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.opened: list[str] = []
        self.browser_works = True
        self.model = AccountsViewModel(desk.core, self, open_browser=self._open)
        self.said: list[tuple[str, str, str]] = []
        self.errors: list[AppError] = []
        self.retries: list[object] = []
        self.questions: list[DisconnectQuestion] = []
        self.model.said.connect(lambda *words: self.said.append(words))
        self.model.failed.connect(self._on_failed)
        self.model.disconnect_asked.connect(self.questions.append)

    def loaded(self) -> "Bench":
        self.model.load()
        self.desk.settle()
        return self

    def handles(self) -> list[str]:
        return [item.account.handle for item in self.model.visible_items]

    def _open(self, url: str) -> bool:
        self.opened.append(url)
        return self.browser_works

    def _on_failed(self, error: AppError, retry: object) -> None:
        self.errors.append(error)
        self.retries.append(retry)


@pytest.fixture
def bench(make_desk: MakeDesk) -> Bench:
    world = FakeWorkspace(
        with_accounts=[
            an_account("alice"),
            an_account("bob", status=AccountStatus.NEEDS_RECONNECT),
            an_account("carla", paused=True, display_name="Carla Cooks"),
        ],
        posts=[
            a_post("later", "alice", NOW + timedelta(days=3)),
            a_post("soon", "alice", NOW + timedelta(hours=2)),
        ],
    )
    return Bench(make_desk(world)).loaded()


def test_each_account_comes_with_its_next_post(bench: Bench) -> None:
    alice = bench.model.item("acc-alice")
    bob = bench.model.item("acc-bob")
    assert alice is not None
    assert bob is not None
    assert alice.next_post is not None
    assert alice.next_post.id == "soon"
    assert bob.next_post is None


def test_a_posting_only_account_need_not_reconnect_until_more_is_asked_for(
    make_desk: MakeDesk,
) -> None:
    world = FakeWorkspace(with_accounts=[an_account(scopes=POSTING_SCOPES)])
    bench = Bench(make_desk(world)).loaded()
    assert [item.may_reconnect for item in bench.model.items] == [False]
    world.settings.set("scopes", ",".join(ALL_SCOPES))
    bench.desk.until(lambda: bench.model.items[0].may_reconnect)


def test_filters_count_and_narrow(bench: Bench) -> None:
    counts = {show: bench.model.count(show) for show in Show}
    assert counts == {Show.ALL: 3, Show.NEEDS_USER: 1, Show.PAUSED: 1}
    bench.model.set_filter(Show.NEEDS_USER, "")
    assert bench.handles() == ["bob"]
    bench.model.set_filter(Show.ALL, " @CARLA ")
    assert bench.handles() == ["carla"]
    bench.model.set_filter(Show.ALL, "cooks")
    assert bench.handles() == ["carla"]
    bench.model.set_filter(Show.PAUSED, "alice")
    assert bench.handles() == []


def test_an_empty_workspace_knows_what_comes_first(make_desk: MakeDesk) -> None:
    bench = Bench(make_desk(FakeWorkspace()))
    claims = [bench.model.is_empty]  # not read yet: nothing is claimed
    bench.loaded()
    claims.append(bench.model.is_empty)
    assert claims == [False, True]
    assert bench.model.setup == Setup(has_keys=False, has_account=False, has_post=False)


def test_after_the_first_account_the_first_post_is_next(make_desk: MakeDesk) -> None:
    bench = Bench(make_desk(FakeWorkspace(with_accounts=[an_account()]))).loaded()
    assert bench.model.wants_first_post
    bench.desk.world.planning.posts.append(a_post())
    bench.desk.world.events.publish(PostsChanged())
    bench.desk.until(lambda: not bench.model.wants_first_post)


def test_a_change_in_the_core_is_shown(bench: Bench) -> None:
    bench.desk.world.accounts.set_paused("acc-alice", True)
    bench.desk.until(lambda: bench.model.count(Show.PAUSED) == 2)


def test_a_list_that_cannot_be_read_says_so(bench: Bench) -> None:
    bench.desk.world.accounts.error = refused()
    bench.model.load()
    bench.desk.settle()
    assert bench.errors == [bench.desk.world.accounts.error]
    assert bench.retries == [bench.model.load]
    assert len(bench.handles()) == 3


def test_connecting_opens_the_browser_and_offers_the_link(bench: Bench) -> None:
    bench.desk.world.accounts.consent.clear()
    bench.model.connecting.start()
    bench.desk.until(lambda: bool(bench.opened))
    bench.desk.until(lambda: bool(_link(bench)))
    progress = bench.model.connecting.progress
    assert progress is not None
    assert "browser" in progress.text
    assert [progress.link] == bench.opened
    bench.desk.world.accounts.consent.set()
    bench.desk.until(lambda: bool(bench.said))
    assert bench.model.connecting.progress is None
    assert bench.said[0][0] == "@newcomer is connected."
    bench.desk.until(lambda: "newcomer" in bench.handles())
    assert bench.desk.world.accounts.synced == ["acc-newcomer"]


def test_a_browser_that_does_not_open_leaves_the_link(bench: Bench) -> None:
    bench.browser_works = False
    bench.desk.world.accounts.consent.clear()
    bench.model.connecting.start()
    bench.desk.until(lambda: bool(_link(bench)))
    bench.model.connecting.open_page_again()
    bench.desk.until(lambda: len(bench.opened) == 2)
    bench.model.connecting.cancel()


def test_a_browser_that_stays_in_front_does_not_hold_up_the_answer(bench: Bench) -> None:
    closed = Event()
    bench.model.connecting._open_browser = lambda _url: closed.wait(10)
    bench.model.connecting.start()
    bench.desk.until(lambda: bool(bench.said))
    assert not closed.is_set()
    closed.set()


def test_a_silent_page_is_explained_and_fewer_permissions_can_be_asked_for(bench: Bench) -> None:
    accounts, settings = bench.desk.world.accounts, bench.desk.world.settings
    settings.set("scopes", "all")
    accounts.consent.clear()
    accounts.nothing_comes_back = True
    bench.model.connecting.start("acc-bob")
    bench.desk.until(lambda: _can_ask_fewer(bench))
    bench.model.connecting.ask_for_fewer()
    bench.desk.until(lambda: len(accounts.asked) == 2 and _can_ask_fewer(bench))
    bench.model.connecting.ask_for_fewer()
    bench.desk.until(lambda: len(accounts.asked) == 3 and bool(_doubt(bench)))
    drafts = (Scope.BASIC, Scope.UPLOAD)
    assert accounts.asked == [ALL_SCOPES, POSTING_SCOPES, drafts]
    assert accounts.connects == ["acc-bob"] * 3
    assert not _can_ask_fewer(bench)  # there is no smaller set that posts
    bench.model.connecting.cancel()


def test_cancelling_stops_the_question_and_keeps_nothing(bench: Bench) -> None:
    bench.desk.world.accounts.consent.clear()
    bench.model.connecting.start()
    bench.desk.until(lambda: bool(bench.opened))
    bench.model.connecting.cancel()
    bench.desk.settle()
    assert bench.model.connecting.progress is None
    assert not bench.errors
    assert "newcomer" not in bench.handles()


def test_a_refusal_is_told_and_can_be_tried_again(bench: Bench) -> None:
    bench.desk.world.accounts.error = ConsentRefused(title="You said no on TikTok’s page.")
    bench.model.connecting.start()
    bench.desk.until(lambda: bool(bench.errors))
    bench.desk.world.accounts.error = None
    retry = bench.retries[0]
    assert callable(retry)
    retry()
    bench.desk.until(lambda: bool(bench.said))


def test_only_one_connection_at_a_time(bench: Bench) -> None:
    bench.desk.world.accounts.consent.clear()
    bench.model.connecting.start()
    bench.model.connecting.start()
    bench.desk.until(lambda: bool(bench.opened))
    bench.desk.world.accounts.consent.set()
    bench.desk.settle()
    assert bench.desk.world.accounts.connects == [None]


def test_reconnecting_insists_on_the_account(bench: Bench) -> None:
    bench.model.connecting.start("acc-bob")
    bench.desk.settle()
    assert bench.desk.world.accounts.connects == ["acc-bob"]


def test_sync_reads_every_connected_account_and_sums_up(bench: Bench) -> None:
    bench.model.sync()
    bench.desk.until(lambda: bool(bench.said))
    assert bench.desk.world.accounts.synced == ["acc-alice", "acc-carla"]
    assert bench.said[0] == ("2 of 2 accounts are up to date.", "", "good")


def test_sync_says_which_account_failed_and_why(bench: Bench) -> None:
    bench.desk.world.accounts.sync_errors["acc-alice"] = refused("TikTok is busy.")
    bench.model.sync()
    bench.desk.until(lambda: bool(bench.said))
    text, more, tone = bench.said[0]
    assert text == "1 of 2 accounts are up to date."
    assert more.startswith("@alice: TikTok is busy.")
    assert tone == "warning"


def test_sync_shows_how_much_is_left(bench: Bench) -> None:
    seen: list[tuple[int, int]] = []

    def note() -> None:
        if bench.model.syncing is not None:
            seen.append((bench.model.syncing.done, bench.model.syncing.total))

    bench.model.syncing_changed.connect(note)
    bench.model.sync()
    bench.desk.settle()
    assert sorted(set(seen)) == [(0, 2), (1, 2)]
    assert bench.model.syncing is None


def test_pausing_can_be_undone(bench: Bench) -> None:
    bench.model.set_paused("acc-alice", True)
    bench.desk.settle()
    accounts = bench.desk.world.accounts.accounts
    assert accounts["acc-alice"].paused
    assert bench.desk.core.undo.stack.undoText() == "Pause @alice"
    bench.desk.core.undo.undo()
    bench.desk.settle()
    assert not accounts["acc-alice"].paused


def test_disconnecting_asks_first_and_names_what_stops(bench: Bench) -> None:
    bench.model.ask_disconnect("acc-alice")
    bench.desk.settle()
    assert bench.desk.world.accounts.disconnected == []
    assert "2 planned posts stop" in bench.questions[0].text


def test_disconnecting_tells_what_tiktok_could_not_be_told(bench: Bench) -> None:
    bench.desk.world.accounts.warnings = [
        Finding(code="x", params={"title": "TikTok could not be reached."})
    ]
    bench.model.disconnect_account("acc-alice")
    bench.desk.settle()
    assert bench.desk.world.accounts.disconnected == ["acc-alice"]
    assert bench.said == [("@alice is disconnected.", "TikTok could not be reached.", "warning")]
    assert not bench.desk.core.undo.stack.canUndo()


def test_an_account_nobody_knows_is_left_alone(bench: Bench) -> None:
    bench.model.ask_disconnect("nobody")
    bench.model.disconnect_account("nobody")
    bench.desk.settle()
    assert not bench.questions
    assert bench.desk.world.accounts.disconnected == []


def test_a_burst_of_events_reads_the_list_once(bench: Bench) -> None:
    reads: list[int] = []
    original = bench.desk.world.accounts.list

    def counted() -> object:
        reads.append(1)
        return original()

    bench.desk.world.accounts.list = counted  # type: ignore[method-assign, assignment]
    for _ in range(30):
        bench.desk.world.events.publish(AccountChanged(account_id="acc-alice"))
    bench.desk.settle()
    assert reads == [1]


def _doubt(bench: Bench) -> str:
    progress = bench.model.connecting.progress
    return progress.doubt if progress else ""


def _can_ask_fewer(bench: Bench) -> bool:
    progress = bench.model.connecting.progress
    return progress is not None and "“scope”" in progress.doubt and progress.can_ask_fewer


def _link(bench: Bench) -> str:
    progress = bench.model.connecting.progress
    return progress.link if progress is not None else ""
