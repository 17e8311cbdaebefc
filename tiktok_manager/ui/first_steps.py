"""The way from nothing to the first post, for the panes that stand empty until then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktok_manager.ui.kit.placeholders import FirstStep
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from tiktok_manager.ui.frame import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Which of the first three steps are done."""

    has_keys: bool = False
    has_account: bool = False
    has_post: bool = False


def first_steps(setup: Setup, frame: Frame, connect: Callable[[], object]) -> tuple[FirstStep, ...]:
    """Return the three steps, as far as they are done."""
    return (
        FirstStep(
            title=tr("Add your TikTok app keys"),
            text=tr("Free, from TikTok’s developer portal. We show you how."),
            action_text=tr("Add keys"),
            action=lambda: frame.go("settings", "client-key"),
            done=setup.has_keys,
        ),
        FirstStep(
            title=tr("Connect an account"),
            text=tr("You allow access on TikTok’s own page in your browser."),
            action_text=tr("Connect"),
            action=connect,
            done=setup.has_account,
        ),
        FirstStep(
            title=tr("Plan your first post"),
            text=first_post_words(),
            action_text=tr("New post"),
            action=lambda: frame.go("composer", "new"),
            done=setup.has_post,
        ),
    )


def first_post_words() -> str:
    """Say how little the first post takes."""
    return tr("Choose a video and a time; it goes out by itself.")
