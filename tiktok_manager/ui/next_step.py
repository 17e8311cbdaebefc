"""Every failure leads on: which button stands beside which error."""

from collections.abc import Callable
from dataclasses import replace

from tiktok_manager.domain.errors import AppError, AppKeysMissing, ChangedMeanwhile, ReconnectNeeded
from tiktok_manager.ui.kit.notices import Notice, Tone


def with_next_step(
    notice: Notice,
    error: AppError,
    go: Callable[[str, object], object],
    retry: Callable[[], object] | None,
) -> Notice:
    """Return the notice with the one button that mends this error."""
    if isinstance(error, AppKeysMissing):
        return replace(
            notice,
            tone=Tone.ATTENTION,
            action_text="Add app keys",
            action=lambda: go("settings", "client-key"),
        )
    if isinstance(error, ReconnectNeeded):
        return replace(
            notice,
            tone=Tone.ATTENTION,
            action_text="Show accounts",
            action=lambda: go("accounts", None),
        )
    if isinstance(error, ChangedMeanwhile):
        return replace(
            notice,
            tone=Tone.ATTENTION,
            action_text="Look again",
            action=retry or (lambda: go("calendar", error.id)),
        )
    if retry is not None:
        return replace(notice, action_text="Try again", action=retry)
    return notice
