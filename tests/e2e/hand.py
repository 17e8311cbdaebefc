"""Works the real window with the real mouse: run on a display, in a process of its own.

It opens a busy day by its "+N more", clicks a row of the list, goes back, and does so again.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta

from PySide6.QtCore import QEventLoop, QPoint, QTimer
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from tiktok_manager.app import make_runner, open_workspace
from tiktok_manager.system.paths import data_root
from tiktok_manager.ui.application import Front, application
from tiktok_manager.ui.calendar.day_list import DayList
from tiktok_manager.ui.calendar.days_model import DaysModel
from tiktok_manager.ui.calendar.tiles import lay_out
from tiktok_manager.ui.calendar.view import CalendarView
from tiktok_manager.ui.panes import PANES
from tiktok_manager.ui.post.details import PostDetails
from tiktok_manager.ui.session import WindowSession
from tiktok_manager.ui.single_instance import SingleInstance

PATIENCE_S = 60.0
ROWS = (0, 3, 1, 4, 2, 5, 0)


def main() -> int:
    """Return 0 if every row opened its post."""
    app = application(["tiktok-manager"])
    with ExitStack() as closing:
        workspace = closing.enter_context(open_workspace(os.environ))
        data = data_root(os.environ)
        instance = SingleInstance(data)
        session = WindowSession(
            Front(app, data, PANES),
            lambda: workspace,
            lambda each: make_runner(each, standby=True),
            instance,
        )
        session.start(hidden=False)
        until(lambda: bool(session.host.current_pane), "a pane is there")
        try:
            sys.stdout.write(f"{work(session)} posts opened\n")
        finally:
            session.leaving.end()
            session.leaving.ended.connect(app.quit)
            app.exec()
            session.dispose()
    return 0


def work(session: WindowSession) -> int:
    """Click as a user would; return how many posts were opened."""
    session.host.go("calendar")
    view = session.host._views["calendar"]
    assert isinstance(view, CalendarView)
    day = view.viewmodel.today + timedelta(days=1)
    view.viewmodel.show_day(day)
    until(lambda: len(view.viewmodel.tiles(day)) == 8, "the posts are there")
    drawer = session.host.drawer
    opened = 0
    for number in ROWS:
        click(view.grid.viewport(), more_of(view, day))
        until(lambda: isinstance(drawer.content(), DayList), "the day is open")
        days = drawer.content()
        assert isinstance(days, DayList)
        row = days.table.visualRect(days.table.model().index(number, 0))
        click(days.table.viewport(), row.center())
        until(lambda: isinstance(drawer.content(), PostDetails), "the post is open")
        opened += 1
        back = next(b for b in drawer.findChildren(QPushButton) if "All of" in b.accessibleName())
        click(back, back.rect().center())
        until(lambda: isinstance(drawer.content(), DayList), "the day is back")
        work_x("key", "Escape")
        until(lambda: drawer.content() is None, "the drawer is closed")
    return opened


def more_of(view: CalendarView, day: date) -> QPoint:
    """Return where the "+N more" of a day is."""
    model = view.grid.model()
    assert isinstance(model, DaysModel)
    cell = view.grid.visualRect(model.index_of(day))
    return lay_out(cell, len(view.viewmodel.tiles(day)))[-1].rect.center()


def click(widget: QWidget, place: QPoint) -> None:
    """Move the mouse there and press it, through the X server."""
    at = widget.mapToGlobal(place)
    work_x("mousemove", "--sync", str(at.x()), str(at.y()), "click", "1")


def work_x(*words: str) -> None:
    """Move, press or type as a user's hands do."""
    subprocess.run(("xdotool", *words), check=True, stdout=subprocess.DEVNULL)


def until(is_so: Callable[[], bool], what: str) -> None:
    """Let the window live until something is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit(f"did not happen: {what}")
        loop = QEventLoop()
        QTimer.singleShot(50, loop.quit)
        loop.exec()
        QApplication.processEvents()


if __name__ == "__main__":
    sys.exit(main())
