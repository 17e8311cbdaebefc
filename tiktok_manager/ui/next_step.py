"""Every failure leads on: the one action that mends it, by the step its words name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.link_gate import profile_url
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import Step, words

if TYPE_CHECKING:
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.frame import Frame

Way = Callable[[], object]


def next_step(error: AppError, frame: Frame, retry: Way | None = None) -> Action | None:
    """Return the action that mends an error from anywhere in the window; None if there is none.

    A step whose place is the form the user stands in (a caption, a time, a file) is taken there;
    from outside it, trying again is all there is.
    """
    told = words(error)
    way = _ways(error, frame, retry).get(told.step)
    if way is not None:
        return Action(words=lambda: told.label, run=way)
    return None if retry is None else Action(words=lambda: tr("Try again"), run=retry)


def _ways(error: AppError, frame: Frame, retry: Way | None) -> dict[Step, Way]:
    def go(pane: str, target: object = None) -> Way:
        return lambda: frame.go(pane, target)

    ways = {
        Step.CONNECT: go("accounts"),
        Step.RECONNECT: go("accounts"),
        Step.RESUME_ACCOUNT: go("accounts"),
        Step.SET_CLIENT_KEY: go("settings", "client-key"),
        Step.OPEN_SETTINGS: go("settings"),
        Step.OPEN_BACKUPS: go("settings", "backups"),
        Step.LOOK_AGAIN: retry or go("calendar", error.params.get("id")),
    }
    if "handle" in error.params:
        page = profile_url(str(error.params["handle"]))
        ways[Step.LOOK_ON_TIKTOK] = lambda: frame.open_url(page)
    return ways
