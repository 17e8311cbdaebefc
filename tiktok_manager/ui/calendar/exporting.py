"""What is shown as a file: on paper, for a calendar program, or as a table."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from tiktok_manager.system.files import writing
from tiktok_manager.ui.calendar.printing import PdfPainter, Sheet, SheetLine
from tiktok_manager.ui.calendar.tile import status_words, who
from tiktok_manager.ui.formats import zone_text
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import message_and_action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.ui.calendar.tile import Tile
    from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
    from tiktok_manager.ui.frame import Frame


class Exporting(QObject):
    """Writes the days shown, as the filter has them, and says where."""

    def __init__(self, viewmodel: CalendarViewModel, frame: Frame, pane: QWidget) -> None:
        super().__init__(pane)
        self._viewmodel = viewmodel
        self._frame = frame
        self._pane = pane
        self._job = Job(viewmodel.core.tasks, self)

    def actions(self) -> Sequence[Action]:
        """Return what can be made of the days shown."""

        def action(words: str, icon: str, suffix: str) -> Action:
            return Action(
                words=lambda: words,
                icon=icon,
                run=lambda: self._ask(words, suffix),
                allowed=lambda: not self._job.busy,
            )

        return (
            action(tr("Print to PDF…"), "file", "pdf"),
            action(tr("Export for calendars (ICS)…"), "calendar", "ics"),
            action(tr("Export as a table (CSV)…"), "download", "csv"),
        )

    def write(self, out: Path) -> None:
        """Write the days shown, in the form that the suffix names."""
        if out.suffix.lower() == ".pdf":
            PdfPainter(self.sheet(), partial(self._keep, out), self)
            return
        span, zone, shown = self._viewmodel.span, self._viewmodel.zone, self._viewmodel.filter
        wanted = shown.query(*zone.bounds(span))
        reports = self._viewmodel.core.workspace.reports
        self._job.start(
            lambda _progress: reports.export("posts", out, message_and_action, wanted=wanted),
            done=lambda count: self._say(out, count),
            failed=self._frame.show_error,
        )

    def sheet(self) -> Sheet:
        """Return what a page shows now."""
        model = self._viewmodel
        days = [(day, model.tiles(day)) for day in model.span.days]
        return Sheet(
            title=tr("Plan, {days}", days=model.span.title),
            note=zone_text(model.timezone, model.core.now()),
            days=[(day, [self._line(tile) for tile in tiles]) for day, tiles in days if tiles],
        )

    def _line(self, tile: Tile) -> SheetLine:
        return SheetLine(
            time=tile.time,
            who=who(tile),
            icon=self._viewmodel.look(tile.post).icon,
            status=status_words(tile, self._viewmodel.core.now()),
            words=tile.words,
        )

    def _ask(self, title: str, suffix: str) -> None:
        start = str(Path.home() / f"plan-{self._viewmodel.span.first:%Y-%m-%d}.{suffix}")
        name, _kind = QFileDialog.getSaveFileName(self._pane, title, start, f"*.{suffix}")
        if name:
            self.write(Path(name) if Path(name).suffix else Path(f"{name}.{suffix}"))

    def _keep(self, out: Path, content: bytes) -> None:
        def work(_progress: object) -> int:
            with writing(out) as file:
                return file.write(content)

        tiles = sum(len(lines) for _day, lines in self.sheet().days)
        self._job.start(
            work, done=lambda _size: self._say(out, tiles), failed=self._frame.show_error
        )

    def _say(self, out: Path, count: int) -> None:
        text = ntr("{count} entry in {file}.", "{count} entries in {file}.", count, file=str(out))
        self._frame.notify(Notice(text=text, stays=False))
