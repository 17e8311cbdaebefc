"""What a pane is given: services to work with, and the frame of the window around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date, datetime

    from PySide6.QtWidgets import QWidget

    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.bridge import QtEventBridge
    from tiktok_manager.ui.kit.account_model import AccountModel
    from tiktok_manager.ui.kit.notices import Notice
    from tiktok_manager.ui.kit.pane import PaneView
    from tiktok_manager.ui.memory import WindowMemory
    from tiktok_manager.ui.publish_state import PublishState
    from tiktok_manager.ui.tasks import TaskRunner
    from tiktok_manager.ui.undo import UndoHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Everything a viewmodel may use; none of it is a widget.

    `publishing` knows the zone times are shown in and what the publisher does right now,
    `accounts` the accounts with their pictures, read once for all panes.
    """

    workspace: Workspace
    tasks: TaskRunner
    bridge: QtEventBridge
    undo: UndoHistory
    publishing: PublishState
    accounts: AccountModel

    @property
    def timezone(self) -> str:
        """IANA name of the zone in which times are shown."""
        return self.publishing.timezone

    def now(self) -> datetime:
        """Return the wall time, UTC-aware."""
        return self.workspace.clock.now()


class Frame(Protocol):
    """What a view may ask of the window around it."""

    @property
    def memory(self) -> WindowMemory:
        """Sizes and states that outlive the session."""

    def notify(self, notice: Notice) -> None:
        """Say something above the content."""

    def show_error(self, error: AppError, retry: Callable[[], object] | None = None) -> None:
        """Say what went wrong with the step that mends it; `retry` runs after an unlock."""

    def go(self, pane: str, target: object = None) -> None:
        """Bring a pane to the front and let it show `target`."""

    def open_drawer(self, title: str, content: QWidget) -> None:
        """Show details on the right; the drawer owns and deletes `content`."""

    def close_drawer(self) -> None:
        """Take the details away."""

    def ask_passphrase(
        self, then: Callable[[], object], otherwise: Callable[[], object] | None = None
    ) -> None:
        """Ask in place for the passphrase of the vault; run `then` once it is open.

        Where no passphrase would help (a locked keyring), `otherwise` runs instead.
        """

    def reopen(self, words: str, between: Callable[[], Notice]) -> None:
        """Close the workspace, run `between` on a worker thread, and open it anew.

        `words` say meanwhile what goes on. The notice it returns, or the AppError it raises, is
        shown afterwards. Every pane is built again: what it held is gone.
        """

    def open_url(self, url: str) -> None:
        """Open a page in the user's browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """What the composer is asked for: a post on a day, at a minute of it and for accounts if named.

    The minute is that of the clock in `timezone`.
    """

    day: date
    minute: int | None = None
    timezone: str | None = None
    account_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """A page of the window. `build` imports late and is called when it is first shown."""

    name: str
    words: Callable[[], str]
    icon: str
    build: Callable[[Core, Frame], PaneView]
    in_rail: bool = True

    @property
    def title(self) -> str:
        """What the page is called, in the language of now."""
        return self.words()
