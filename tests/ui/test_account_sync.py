"""One sync for all panes: it names who is read, can be stopped, and sums up what came of it."""

from dataclasses import dataclass, field

import pytest

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import FakeWorkspace, an_account, refused
from tiktok_manager.domain.errors import AppError
from tiktok_manager.ui.account_sync import AccountSync
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.wording import words


@dataclass
class Bench:
    """A sync with all that it said."""

    desk: Desk
    sync: AccountSync
    said: list[Notice] = field(default_factory=list)
    errors: list[AppError] = field(default_factory=list)


@pytest.fixture
def bench(make_desk: MakeDesk) -> Bench:
    desk = make_desk(FakeWorkspace(with_accounts=[an_account("alice"), an_account("bob")]))
    bench = Bench(desk, AccountSync(desk.core, desk.bridge))
    bench.sync.said.connect(bench.said.append)
    bench.sync.failed.connect(lambda error, _again: bench.errors.append(error))
    return bench


def test_it_names_who_is_read_and_how_many_are_left(bench: Bench) -> None:
    steps: list[tuple[str, int, int]] = []

    def note() -> None:
        if (step := bench.sync.progress) is not None:
            steps.append((step.words, step.done, step.total))

    bench.sync.changed.connect(note)
    bench.sync.begin()
    bench.desk.settle()
    assert steps[1:] == [("Reading @alice", 0, 2), ("Reading @bob", 1, 2)]
    assert [(each.text, each.tone, each.stays) for each in bench.said] == [
        ("2 of 2 accounts are up to date.", Tone.GOOD, False)
    ]


def test_one_account_is_named(bench: Bench) -> None:
    bench.sync.begin(["acc-bob"])
    bench.desk.settle()
    assert [each.text for each in bench.said] == ["@bob is up to date."]


def test_stopped_it_reads_no_more_and_says_nothing(bench: Bench) -> None:
    bench.desk.world.accounts.consent.clear()
    bench.sync.begin()
    bench.sync.cancel()
    bench.desk.settle()
    assert bench.desk.world.accounts.synced == []
    assert (bench.said, bench.errors, bench.sync.busy) == ([], [], False)


def test_who_could_not_be_read_is_named_with_the_reason_and_a_way_to_try_again(
    bench: Bench,
) -> None:
    accounts = bench.desk.world.accounts
    accounts.sync_errors["acc-alice"] = refused("TikTok is busy.")
    bench.sync.begin()
    bench.desk.settle()
    (said,) = bench.said
    assert (said.text, said.stays) == ("1 of 2 accounts are up to date.", True)
    assert said.more.startswith("@alice: TikTok is busy.")
    accounts.sync_errors.clear()
    assert said.step is not None
    said.step.perform()
    bench.desk.settle()
    assert bench.said[-1].text == "2 of 2 accounts are up to date."


def test_what_keeps_all_from_being_read_is_told(bench: Bench) -> None:
    bench.desk.world.accounts.error = refused("The vault is locked.")
    bench.sync.begin()
    bench.desk.settle()
    assert [words(error).title for error in bench.errors] == ["The vault is locked."]
    assert not bench.sync.busy


def test_a_fault_of_ours_ends_it_and_it_can_be_begun_again(bench: Bench) -> None:
    accounts = bench.desk.world.accounts
    accounts.error = ZeroDivisionError()  # type: ignore[assignment]
    bench.sync.begin()
    bench.desk.settle()
    assert [error.code for error in bench.errors] == ["unforeseen"]
    accounts.error = None
    bench.sync.begin()
    bench.desk.settle()
    assert accounts.synced == ["acc-alice", "acc-bob"]
    bench.desk.crashes.clear()
