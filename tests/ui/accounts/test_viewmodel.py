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
from tiktok_manager.ui.accounts.actions import account_actions
from tiktok_manager.ui.accounts.viewmodel import AccountFilter, AccountsViewModel
from tiktok_manager.ui.first_steps import Setup
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.reading import Stage


class Bench(QObject):
    """A viewmodel over fakes, and what it said."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.opened: list[str] = []
        self.browser_works = True
        self.model = AccountsViewModel(desk.core, self, open_browser=self._open)
        self.said: list[Notice] = []
        self.errors: list[AppError] = []
        self.retries: list[object] = []
        self.model.said.connect(self.said.append)
        self.model.failed.connect(self._on_failed)

    def loaded(self) -> "Bench":
        self.model.reading.request()
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
            an_account("bob", status=AccountStatus.NEEDS_RECONNECT, groups=("Food",)),
            an_account(
                "carla", paused=True, display_name="Carla Cooks", groups=("Food",), tags=("new",)
            ),
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
    assert [bench.model.may_reconnect(item) for item in bench.model.items] == [False]
    world.settings.set("scopes", ",".join(ALL_SCOPES))
    bench.desk.until(lambda: bench.model.may_reconnect(bench.model.items[0]))


def test_filters_count_and_narrow(bench: Bench) -> None:
    counts = {show: bench.model.count(show) for show in AccountFilter}
    assert counts == {AccountFilter.ALL: 3, AccountFilter.NEEDS_USER: 1, AccountFilter.PAUSED: 1}
    for show, search_text, group, left in (
        (AccountFilter.NEEDS_USER, "", "", ["bob"]),
        (AccountFilter.ALL, " @CARLA ", "", ["carla"]),
        (AccountFilter.ALL, "cooks", "", ["carla"]),
        (AccountFilter.PAUSED, "alice", "", []),
        (AccountFilter.ALL, "", "Food", ["bob", "carla"]),
        (AccountFilter.ALL, "", "#new", ["carla"]),
    ):
        bench.model.filter_by(show=show, search_text=search_text, group=group)
        assert bench.handles() == left
    assert bench.model.groups == ("Food", "#new")


def test_what_hides_an_account_is_taken_away_when_somebody_jumps_to_it(bench: Bench) -> None:
    bench.model.filter_by(show=AccountFilter.NEEDS_USER, search_text="bob", group="Food")
    assert bench.model.reveal("acc-bob") is not None
    assert bench.handles() == ["bob"]  # nothing hid it
    assert bench.model.reveal("acc-nobody") is None
    assert bench.handles() == ["bob"]
    assert bench.model.reveal("acc-alice") is not None
    assert bench.handles() == ["alice", "bob", "carla"]


def test_an_empty_workspace_knows_what_comes_first(make_desk: MakeDesk) -> None:
    bench = Bench(make_desk(FakeWorkspace()))
    stages = [bench.model.reading.stage]  # not read yet: nothing is claimed
    bench.loaded()
    stages.append(bench.model.reading.stage)
    assert stages == [Stage.LOADING, Stage.EMPTY]
    assert bench.model.setup == Setup(has_keys=False, has_account=False, has_post=False)


def test_after_the_first_account_the_first_post_is_next(make_desk: MakeDesk) -> None:
    bench = Bench(make_desk(FakeWorkspace(with_accounts=[an_account()]))).loaded()
    assert bench.model.wants_first_post
    bench.desk.world.planning.posts.append(a_post())
    bench.desk.world.events.publish(PostsChanged())
    bench.desk.until(lambda: not bench.model.wants_first_post)


def test_a_change_in_the_core_is_shown(bench: Bench) -> None:
    bench.desk.world.accounts.set_paused("acc-alice", True)
    bench.desk.until(lambda: bench.model.count(AccountFilter.PAUSED) == 2)


def test_a_list_that_cannot_be_read_says_so(bench: Bench) -> None:
    bench.desk.world.accounts.error = refused()
    bench.model.reading.retry()
    bench.desk.settle()
    assert bench.model.reading.failure is bench.desk.world.accounts.error
    assert len(bench.handles()) == 3


def test_connecting_opens_the_browser_and_offers_the_link(bench: Bench) -> None:
    bench.desk.world.accounts.consent.clear()
    bench.model.connecting.start()
    bench.desk.until(lambda: bool(bench.opened))
    bench.desk.until(lambda: bool(_link(bench)))
    assert "browser" in _doing(bench)
    assert [_link(bench)] == bench.opened
    bench.desk.world.accounts.consent.set()
    bench.desk.until(lambda: bool(bench.said))
    assert not bench.model.connecting.job.busy
    assert bench.said[0].text == "@newcomer is connected."
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
    assert not bench.model.connecting.job.busy
    assert not _link(bench)
    assert not bench.errors
    assert "newcomer" not in bench.handles()


def test_a_fault_of_ours_ends_connecting(bench: Bench) -> None:
    bench.desk.world.accounts.error = ZeroDivisionError()  # type: ignore[assignment]
    bench.model.connecting.start()
    bench.desk.until(lambda: bool(bench.errors))
    assert not bench.model.connecting.job.busy
    assert [error.code for error in bench.errors] == ["unforeseen"]
    bench.desk.world.accounts.error = None
    bench.desk.crashes.clear()


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
    said = bench.said[0]
    assert (said.text, said.tone, said.stays) == ("2 of 2 accounts are up to date.", "good", False)


def test_sync_says_which_account_failed_and_why(bench: Bench) -> None:
    bench.desk.world.accounts.sync_errors["acc-alice"] = refused("TikTok is busy.")
    bench.model.sync()
    bench.desk.until(lambda: bool(bench.said))
    said = bench.said[0]
    assert said.text == "1 of 2 accounts are up to date."
    assert said.more.startswith("@alice: TikTok is busy.")
    assert (said.tone, said.stays) == (Tone.WARNING, True)


def test_sync_shows_how_much_is_left(bench: Bench) -> None:
    seen: list[tuple[int, int, str]] = []

    def note() -> None:
        if (progress := bench.model.syncing.progress) is not None and progress.total:
            seen.append((progress.done, progress.total, progress.words))

    bench.model.syncing.changed.connect(note)
    bench.model.sync()
    bench.desk.settle()
    assert sorted(set(seen)) == [(0, 2, "Reading @alice"), (1, 2, "Reading @carla")]
    assert not bench.model.syncing.busy


@pytest.mark.parametrize("what", ["sync", "connect"])
def test_a_fault_of_ours_ends_what_is_under_way_and_is_told(bench: Bench, what: str) -> None:
    def broken(*_args: object, **_more: object) -> object:
        raise RuntimeError("nobody foresaw this")

    setattr(bench.desk.world.accounts, what, broken)
    if what == "sync":
        bench.model.sync()
    else:
        bench.model.connecting.start()
    bench.desk.until(lambda: bool(bench.errors))
    assert not bench.model.syncing.busy
    assert not bench.model.connecting.job.busy
    assert callable(bench.retries[0])
    bench.desk.crashes.clear()


def test_pausing_can_be_undone(bench: Bench) -> None:
    bench.model.set_paused(["acc-alice"], True)
    bench.desk.settle()
    accounts = bench.desk.world.accounts.accounts
    assert accounts["acc-alice"].paused
    step = bench.desk.core.undo.next_undo
    assert step is not None
    assert step.name == "Pause @alice"
    bench.desk.core.undo.undo()
    bench.desk.settle()
    assert not accounts["acc-alice"].paused


def test_pausing_many_is_one_step_and_leaves_those_alone_that_were_paused(bench: Bench) -> None:
    bench.model.set_paused(["acc-alice", "acc-bob", "acc-carla"], True)
    bench.desk.settle()
    accounts = bench.desk.world.accounts.accounts
    assert all(account.paused for account in accounts.values())
    step = bench.desk.core.undo.next_undo
    assert step is not None
    assert step.name == "Pause 2 accounts"
    (said,) = bench.said
    assert said.text == "2 accounts are paused."
    assert said.step is not None
    said.step.perform()  # not Resume, which would let go of who was paused before
    bench.desk.settle()
    assert [each.handle for each in accounts.values() if each.paused] == ["carla"]


def test_disconnecting_asks_first_and_names_what_stops(bench: Bench) -> None:
    _others, disconnect = account_actions(bench.model, bench.desk.frame, "acc-alice")
    assert "2 planned posts stop" in disconnect.question()


def test_disconnecting_tells_what_tiktok_could_not_be_told(bench: Bench) -> None:
    bench.desk.world.accounts.warnings = [
        Finding(code="x", params={"title": "TikTok could not be reached."})
    ]
    bench.model.disconnect_account("acc-alice")
    bench.desk.settle()
    assert bench.desk.world.accounts.disconnected == ["acc-alice"]
    assert [(said.text, said.more, said.tone) for said in bench.said] == [
        ("@alice is disconnected.", "TikTok could not be reached.", Tone.WARNING)
    ]
    assert bench.desk.core.undo.next_undo is None


def test_an_account_nobody_knows_is_left_alone(bench: Bench) -> None:
    bench.model.disconnect_account("nobody")
    bench.model.set_paused(["nobody"], True)
    bench.desk.settle()
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
    return bench.model.connecting.asked.doubt


def _doing(bench: Bench) -> str:
    progress = bench.model.connecting.job.progress
    return progress.words if progress else ""


def _can_ask_fewer(bench: Bench) -> bool:
    return "“scope”" in _doubt(bench) and bench.model.connecting.asked.fewer is not None


def _link(bench: Bench) -> str:
    return bench.model.connecting.asked.link
