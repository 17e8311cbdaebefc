"""What can be done from anywhere in the window: by keys, and by Ctrl+K."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from tiktok_manager.ui.formats import size_text
from tiktok_manager.ui.key_sheet import KeySheet
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.menus import add_shortcuts
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import ThemeChoice
from tiktok_manager.ui.tray import pause_action
from tiktok_manager.ui.undo import change_setting
from tiktok_manager.wording import message_and_action

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.ui.frame import Core, Frame, Pane
    from tiktok_manager.ui.undo import UndoStep


class Commands:
    """The actions of the window; those that need a workspace come and go with it."""

    def __init__(
        self,
        window: QWidget,
        frame: Frame,
        panes: Sequence[Pane],
        *,
        search: Callable[[], object],
        messages: Callable[[], object],
        leave: Callable[[], object],
    ) -> None:
        self._window = window
        self._frame = frame
        self._panes = tuple(panes)
        self._work: _Work | None = None
        self._search = Action(words=lambda: tr("Search or jump"), run=search, shortcut="Ctrl+K")
        self._always = (
            Action(words=lambda: tr("Go to the messages"), run=messages, shortcut="F6"),
            Action(words=lambda: tr("Show the keys"), run=self.show_keys, shortcut="?; Shift+?"),
            Action(words=lambda: tr("Quit"), icon="power", run=leave, shortcut="Ctrl+Q"),
        )
        add_shortcuts(window, (self._search, *self._always))

    def attach(self, core: Core, parent: QObject) -> None:
        """The workspace is open: offer what needs it too, in the name of `parent`."""
        self._work = _Work(self._window, self._frame, self._panes, core, parent)
        self._work.shortcuts = add_shortcuts(self._window, self._work.all())

    def detach(self) -> None:
        """Offer no more what needs a workspace."""
        if self._work is not None:
            for item in self._work.shortcuts:
                self._window.removeAction(item)
            for each in self._work.owned:
                each.deleteLater()
            self._work = None

    def all(self) -> list[Action]:
        """Return all that can be done now, the more wanted first."""
        return [*(self._work.all() if self._work is not None else ()), *self._always]

    def show_keys(self) -> None:
        """Show the sheet of keys."""
        KeySheet(self._window, (self._search, *self.all()))


class _Work:
    """What can be done with an open workspace."""

    def __init__(
        self, window: QWidget, frame: Frame, panes: Sequence[Pane], core: Core, parent: QObject
    ) -> None:
        self._window = window
        self._frame = frame
        self._panes = panes
        self._core = core
        self._backup = Job(core.tasks, parent)
        self._export = Job(core.tasks, parent)
        self.shortcuts: list[QAction] = []

    @property
    def owned(self) -> list[QObject]:
        """What goes with the workspace."""
        return [self._backup, self._export, *self.shortcuts]

    def all(self) -> list[Action]:
        return [
            *self._places(),
            Action(
                words=lambda: tr("New post"),
                icon="plus",
                run=lambda: self._frame.go("composer", "new"),
                shortcut="Ctrl+N",
            ),
            self._leads(lambda: tr("Import posts…"), "upload", "imports", "new"),
            self._leads(lambda: tr("New campaign"), "campaigns", "campaigns", "new"),
            *self._undo_and_redo(),
            pause_action(self._core.publishing),
            self._needs_you(),
            self._leads(lambda: tr("Sync all accounts"), "sync", "accounts", "sync"),
            self._leads(lambda: tr("Connect an account"), "user-plus", "accounts", "connect"),
            self._back_up(),
            *(self._export_of(kind, words) for kind, words in _EXPORTS),
            *(self._theme(choice, words) for choice, words in _THEMES),
        ]

    def _leads(self, words: Callable[[], str], icon: str, pane: str, target: str) -> Action:
        return Action(words=words, icon=icon, run=lambda: self._frame.go(pane, target))

    def _places(self) -> list[Action]:
        return [
            Action(
                words=pane.words,
                icon=pane.icon,
                run=partial(self._frame.go, pane.name),
                shortcut=f"Ctrl+{number}" if number < 10 else "",
            )
            for number, pane in enumerate((p for p in self._panes if p.in_rail), start=1)
        ]

    def _undo_and_redo(self) -> tuple[Action, Action]:
        undo = self._core.undo

        def what(plain: str, named: str, step: UndoStep | None) -> str:
            return plain if step is None or undo.why_not(step) else named.format(name=step.name)

        def too_late() -> str:
            return "" if undo.next_undo is None else undo.why_not(undo.next_undo)

        return (
            Action(
                words=lambda: what(tr("Undo"), tr("Undo: {name}"), undo.next_undo),
                icon="undo",
                run=undo.undo,
                hint=too_late,
                allowed=lambda: undo.next_undo is not None,
                why_not=lambda: tr("Nothing was changed in this session."),
                shortcut=QKeySequence.StandardKey.Undo,
            ),
            Action(
                words=lambda: what(tr("Redo"), tr("Redo: {name}"), undo.next_redo),
                icon="redo",
                run=undo.redo,
                allowed=lambda: undo.next_redo is not None,
                why_not=lambda: tr("Nothing was undone."),
                shortcut=QKeySequence.StandardKey.Redo,
            ),
        )

    def _needs_you(self) -> Action:
        overview = self._core.publishing.overview
        count = overview.needs_user if overview is not None else 0
        return Action(
            words=lambda: tr("Show what needs you"),
            icon="bell",
            run=lambda: self._frame.go("calendar", "needs-you"),
            allowed=lambda: count > 0,
            why_not=lambda: tr("Nothing needs you."),
        )

    def _back_up(self) -> Action:
        backups = self._core.workspace.backups

        def told(size_bytes: int) -> None:
            text = tr("Backed up: {size}, whole and on disk.", size=size_text(size_bytes))
            self._frame.notify(Notice(text=text, tone=Tone.GOOD, stays=False))

        def make() -> int:
            made = (backups.create(), backups.create_beside())
            return sum(each.size_bytes for each in made if each is not None)

        return Action(
            words=lambda: tr("Back up now"),
            icon="database",
            run=lambda: self._backup.start(
                lambda _progress: make(), done=told, failed=self._frame.show_error
            ),
            allowed=lambda: not self._backup.busy,
            why_not=lambda: tr("A backup is being made."),
        )

    def _export_of(self, kind: str, words: Callable[[], str]) -> Action:
        return Action(
            words=words,
            icon="download",
            run=lambda: self._ask_and_export(kind, words()),
            allowed=lambda: not self._export.busy,
            why_not=lambda: tr("An export is being written."),
        )

    def _ask_and_export(self, kind: str, title: str) -> None:
        out = ask_where(self._window, title, kind)
        if out is None:
            return
        reports = self._core.workspace.reports

        def told(count: int) -> None:
            text = ntr(
                "{count} row written to {name}.",
                "{count} rows written to {name}.",
                count,
                name=out.name,
            )
            self._frame.notify(Notice(text=text, tone=Tone.GOOD, stays=False))

        self._export.start(
            lambda _progress: reports.export(kind, out, message_and_action),
            done=told,
            failed=self._frame.show_error,
        )

    def _theme(self, choice: ThemeChoice, words: Callable[[], str]) -> Action:
        return Action(
            words=words,
            icon={ThemeChoice.DARK: "moon", ThemeChoice.LIGHT: "sun"}.get(choice, "palette"),
            run=lambda: change_setting(
                self._core, "theme", choice.value, failed=self._frame.show_error
            ),
        )


def ask_where(window: QWidget, title: str, kind: str) -> Path | None:
    """Ask where an export shall go; None if the user changed their mind."""
    name, _kind = QFileDialog.getSaveFileName(
        window,
        title,
        str(Path.home() / f"{kind}.csv"),
        tr("Tables (*.csv *.xlsx)"),
    )
    return Path(name) if name else None


_EXPORTS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("posts", lambda: tr("Export all posts…")),
    ("accounts", lambda: tr("Export all accounts…")),
    ("videos", lambda: tr("Export the numbers of all videos…")),
)
_THEMES: tuple[tuple[ThemeChoice, Callable[[], str]], ...] = (
    (ThemeChoice.LIGHT, lambda: tr("Light appearance")),
    (ThemeChoice.DARK, lambda: tr("Dark appearance")),
    (ThemeChoice.SYSTEM, lambda: tr("Appearance as the system")),
)
