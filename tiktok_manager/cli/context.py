"""What every command gets: the way to a workspace, a runner and the window."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Protocol

import typer

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.system.shutdown_signals import shutdown_signals

if TYPE_CHECKING:
    from tiktok_manager.scheduler.runner import Runner
    from tiktok_manager.services.workspace import Workspace


class OpenWorkspace(Protocol):
    """Opens the services of the data folder that an environment names."""

    def __call__(
        self, env: Mapping[str, str], clock: Clock | None = None
    ) -> AbstractContextManager[Workspace]:
        """Return a context that closes everything at its end."""


class MakeRunner(Protocol):
    """Makes the publisher of a workspace."""

    def __call__(self, workspace: Workspace, *, standby: bool = False) -> Runner:
        """Return it, not yet started."""


class RunWindow(Protocol):
    """Opens the window."""

    def __call__(self, *, hidden: bool, demo: bool = False) -> int:
        """Return the exit code; the demo's window makes its own world behind its first frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """Handed in by the composition root."""

    env: Mapping[str, str]
    open_workspace: OpenWorkspace
    make_runner: MakeRunner
    run_window: RunWindow

    def workspace(self) -> AbstractContextManager[Workspace]:
        """Open the workspace of this environment."""
        return self.open_workspace(self.env)


def command_line(context: typer.Context) -> CommandLine:
    """Return what the composition root handed in."""
    found = context.find_object(CommandLine)
    if found is None:
        raise RuntimeError("commands run through cli.main.run")
    return found


@contextmanager
def cancelled_by_signals() -> Iterator[CancelToken]:
    """Give a token that SIGINT, SIGTERM and SIGHUP set, so that work stops in order."""
    token = CancelToken()

    def stop(_number: int, _frame: FrameType | None) -> None:
        token.cancel()

    before = [(number, signal.signal(number, stop)) for number in shutdown_signals()]
    try:
        yield token
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP interrupt as Ctrl+C does, wherever the command waits just then."""
    interrupt = signal.default_int_handler
    before = [(number, signal.signal(number, interrupt)) for number in shutdown_signals()]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
