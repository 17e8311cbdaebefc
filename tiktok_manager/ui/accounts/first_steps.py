"""The way from nothing to the first post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_manager.ui.kit.form import Step
from tiktok_manager.ui.kit.notices import Notice

if TYPE_CHECKING:
    from tiktok_manager.ui.accounts.viewmodel import AccountsViewModel
    from tiktok_manager.ui.frame import Frame

_FIRST_POST = "Choose a video and a time; it goes out by itself."


def first_steps(model: AccountsViewModel, frame: Frame) -> tuple[Step, ...]:
    """Return the three steps, ticked as far as they are done."""
    setup = model.setup
    return (
        Step(
            title="Add your TikTok app keys",
            text="Free, from TikTok’s developer portal. We show you how.",
            action_text="Add keys",
            action=lambda: frame.go("settings", "client-key"),
            done=setup is not None and setup.has_keys,
        ),
        Step(
            title="Connect an account",
            text="You allow access on TikTok’s own page in your browser.",
            action_text="Connect",
            action=model.connecting.start,
            done=setup is not None and setup.has_account,
        ),
        Step(
            title="Plan your first post",
            text=_FIRST_POST,
            action_text="New post",
            action=lambda: frame.go("composer", "new"),
            done=setup is not None and setup.has_post,
        ),
    )


def first_post_notice(frame: Frame) -> Notice:
    """Return what leads on when an account is there but no post."""
    return Notice(
        text="Next step: plan your first post",
        more=_FIRST_POST,
        action_text="New post",
        action=lambda: frame.go("composer", "new"),
    )
