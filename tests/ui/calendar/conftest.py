"""A core over fakes for every test of the calendar."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.calendar.fakes import Desk, PlanWorkspace, at, close_desk, make_desk
from tests.ui.fakes import a_post, an_account
from tiktok_manager.domain.posts import PostStatus


@pytest.fixture
def plan(qtbot: QtBot) -> Iterator[Desk]:
    """A plan with posts yesterday, today, and five on one day."""
    posts = [
        a_post("old", "alice", at(20, 8), PostStatus.PUBLISHED),
        a_post("first", "alice", at(21, 15)),
        a_post("second", "bob", at(21, 17, 30), PostStatus.FAILED),
        *(a_post(f"crowd-{hour}", "bob", at(24, hour)) for hour in range(8, 13)),
    ]
    accounts = [an_account("alice"), an_account("bob")]
    desk = make_desk(PlanWorkspace(with_accounts=accounts, posts=posts), qtbot)
    yield desk
    close_desk(desk)
