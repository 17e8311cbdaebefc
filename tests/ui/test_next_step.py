"""The button beside an error says what mends it, and does that."""

import pytest

from tests.ui.conftest import Desk
from tests.ui.fakes import refused
from tiktok_manager.domain.errors import (
    ActionNeeded,
    AppError,
    AppKeysMissing,
    ChangedMeanwhile,
    OutcomeUnknown,
    ReconnectNeeded,
    StorageError,
)
from tiktok_manager.ui.pane_host import next_step


@pytest.mark.parametrize(
    ("error", "says", "leads"),
    [
        (AppKeysMissing(), "Enter app keys", ("settings", "client-key")),
        (ReconnectNeeded(handle="alice"), "Reconnect", ("accounts", None)),
        (ActionNeeded("account_never_connected"), "Connect", ("accounts", None)),
        (ChangedMeanwhile("post", "post-1"), "Look again", ("calendar", "post-1")),
        (
            StorageError("vault_locked", why="record_damaged"),
            "Open backups",
            ("settings", "backups"),
        ),
    ],
)
def test_an_error_leads_where_it_is_mended(
    desk: Desk, error: AppError, says: str, leads: tuple[str, object]
) -> None:
    action = next_step(error, desk.frame)
    assert action is not None
    assert action.words() == says
    action.perform()
    assert desk.frame.jumps == [leads]


def test_what_only_tiktok_shows_is_looked_at_there(desk: Desk) -> None:
    action = next_step(OutcomeUnknown(handle="alice"), desk.frame)
    assert action is not None
    assert action.words() == "Look on TikTok"
    action.perform()
    assert desk.frame.urls == ["https://www.tiktok.com/@alice"]


def test_what_changed_meanwhile_is_read_again_where_it_is_shown(desk: Desk) -> None:
    tried: list[str] = []
    action = next_step(ChangedMeanwhile("post", "post-1"), desk.frame, lambda: tried.append("x"))
    assert action is not None
    action.perform()
    assert (tried, desk.frame.jumps) == (["x"], [])


def test_anything_else_is_tried_again_if_it_can_be(desk: Desk) -> None:
    assert next_step(refused(), desk.frame) is None
    tried: list[str] = []
    action = next_step(refused(), desk.frame, lambda: tried.append("x"))
    assert action is not None
    assert action.words() == "Try again"
    action.perform()
    assert tried == ["x"]
