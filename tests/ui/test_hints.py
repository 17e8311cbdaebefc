"""What the window says never asks for something to be typed into a terminal, unless it must."""

import pytest

from tests.ui.fakes import a_post
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.posts import PostError
from tiktok_manager.ui.calendar.wording import trouble
from tiktok_manager.ui.hints import in_window
from tiktok_manager.ui.widgets import Notice


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        ("Give it a new time: `--at`, or `now`.", "Give it a new time."),
        ("Choose a time to come, or `now`.", "Choose a time to come."),
        (
            "It goes out when a place is free. `settings set direct-posts-per-day` changes it.",
            "It goes out when a place is free. The limit is in Settings.",
        ),
        (
            "Set them with `settings set client-key` and `settings set client-secret`.",
            "Enter them in Settings.",
        ),
        ("Add `--consent` to agree.", "Tick the consent to agree."),
        (
            "Use `--privacy` with one of: PUBLIC_TO_EVERYONE, SELF_ONLY.",
            "Choose who can see the video.",
        ),
        ("`posts list` shows the posts.", ""),
        ("Connect it again: `accounts connect --reconnect a.b.`.", "Connect it again."),
        ("Stop it first, or use `--standby` to take over when it ends.", "Stop it first."),
        (
            "Export what you need, then restore a backup: `tiktok-manager backup list` shows them.",
            "Export what you need, then restore a backup.",
        ),
        ("Enter it, or set TIKTOK_MANAGER_PASSPHRASE.", "Enter it."),
    ],
)
def test_what_would_be_typed_is_left_out_or_said_in_the_windows_words(hint: str, said: str) -> None:
    assert in_window(hint) == said


@pytest.mark.parametrize(
    "hint",
    [
        "",
        "Put the file back, or choose another one.",
        "Close TikTok Manager and run `tiktok-manager backup restore a.sqlite3`. Posts are kept.",
        "Make it 1080×1920 (H.264). Then choose the new file.",
    ],
)
def test_what_anybody_can_do_stays_word_for_word(hint: str) -> None:
    assert in_window(hint) == hint


def test_notices_and_the_drawer_say_it_so() -> None:
    hint = "Choose a time to come, or `now`."
    assert Notice.of_error(AppError("Too late.", "It passed.", hint)).more == (
        "It passed. Choose a time to come."
    )
    error = PostError(code="daily_cap", message="Full.", action=hint)
    shown = trouble(a_post(error=error))
    assert shown is not None
    assert shown.action == "Choose a time to come."


def test_what_tiktok_said_itself_is_kept() -> None:
    said = "TikTok did not accept it. It said: “`chunk_size` is invalid”."
    assert Notice.of_error(AppError("No.", said)).more == said
