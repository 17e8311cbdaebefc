"""A core over recorded numbers for every test of the analytics pane."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.analytics.fakes import NumbersWorkspace, a_summary, a_video, points
from tests.ui.calendar.fakes import Desk, close_desk, make_desk
from tests.ui.fakes import an_account
from tiktok_manager.domain.metrics import AccountSeries


@pytest.fixture
def numbers() -> NumbersWorkspace:
    """Two accounts, the first with numbers of 40 days."""
    workspace = NumbersWorkspace(with_accounts=[an_account("alice"), an_account("bob")])
    workspace.analytics.summaries["acc-alice"] = a_summary()
    workspace.analytics.known["acc-alice"] = AccountSeries(
        followers=points(*((40 - day, 12_000 + 10 * day) for day in range(41))),
        likes=points((2, 5), (1, 9)),
        videos=points((1, 196)),
    )
    workspace.analytics.counters["acc-alice"] = [a_video(n) for n in range(1, 6)]
    return workspace


@pytest.fixture
def desk(qtbot: QtBot, numbers: NumbersWorkspace) -> Iterator[Desk]:
    """What the pane is given."""
    made = make_desk(numbers, qtbot)
    yield made
    close_desk(made)
