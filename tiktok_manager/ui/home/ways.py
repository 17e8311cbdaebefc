"""The one button beside what is wrong: where it leads, or what it does at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.post.actions import mending_actions
from tiktok_manager.ui.publish_notices import adopt_question
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import Step, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.domain.findings import Finding
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.post.drawer import PostDrawer

    Way = Callable[[], object]


class Ways:
    """Knows the way on from each step."""

    def __init__(
        self, core: Core, frame: Frame, drawer: PostDrawer, look_again: Callable[[], object]
    ) -> None:
        self._core = core
        self._frame = frame
        self._drawer = drawer
        self._look_again = look_again

    def go(self, pane: str, target: object = None) -> Way:
        """Return what leads to a place."""
        return partial(self._frame.go, pane, target)

    def open_post(self, post: Post) -> Way:
        """Return what shows a post in the drawer."""
        return lambda: self._drawer.open_post(post, focus=False)

    def leads(self, words: str, pane: str, target: object = None) -> Action:
        """Return a button that leads to a place."""
        return Action(words=lambda: words, run=self.go(pane, target))

    def page(self, url: str) -> Action:
        """Return a button that opens a video on TikTok."""
        return Action(
            words=lambda: tr("Open on TikTok"), run=lambda: self._frame.open_url(url), look="quiet"
        )

    def of_finding(
        self, finding: Finding, post: Post | None = None, account_id: str | None = None
    ) -> Action | None:
        """Return what mends a finding; None where the user can do nothing here."""
        told = words(finding)
        owner = account_id or (post.account_id if post is not None else None)
        if told.step is Step.ADOPT:
            return Action(
                words=lambda: told.label,
                run=self._core.publishing.adopt,
                question=adopt_question,
                no=lambda: tr("Leave it off"),
            )
        ways: dict[Step, Way] = {
            Step.UNLOCK: lambda: self._frame.ask_passphrase(self._core.publishing.secrets_opened),
            Step.RESUME_PUBLISHING: lambda: self._core.publishing.set_paused(False),
            Step.CONNECT: self.go("accounts", owner),
            Step.RECONNECT: self.go("accounts", owner),
            Step.RESUME_ACCOUNT: self.go("accounts", owner),
            Step.SET_CLIENT_KEY: self.go("settings", "client-key"),
            Step.OPEN_SETTINGS: self.go("settings"),
            Step.OPEN_BACKUPS: self.go("settings", "backups"),
            Step.LOOK_ON_TIKTOK: self.go("calendar", "needs-you"),
            Step.LOOK_AGAIN: self._look_again,
            Step.RETRY: self._core.publishing.start,
        }
        if post is not None:
            edits = (Step.CHOOSE_FILE, Step.CHOOSE_TIME, Step.CHOOSE_PRIVACY)
            ways |= dict.fromkeys((*edits, Step.CONSENT, Step.EDIT_POST), self._edit(post))
        if (way := ways.get(told.step)) is None:
            return None
        return Action(words=lambda: told.label, run=way)

    def of_stopped(self, post: Post) -> Action:
        """Return what mends a post that stopped, or shows it where that takes an answer."""
        actions = mending_actions(self._core, self._frame, self._drawer.changes, lambda: post)
        mending = next((each for each in actions if each.shown()), None)
        if mending is None or mending.look == "danger" or mending is actions[-1]:
            return Action(words=lambda: tr("Look at it"), run=self.open_post(post))
        return mending

    def _edit(self, post: Post) -> Way:
        return self.go("composer", post.id)
