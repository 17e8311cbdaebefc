"""Every pane in a language two fifths longer, also from right to left: all said, nothing cut."""

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from PySide6.QtCore import QLocale, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.fakes.pseudo_locale import CLOSE, OPEN, PseudoLocale, pseudo
from tests.fakes.window_world import window_on, window_workspace
from tests.ui.conftest import settle
from tiktok_manager.domain.posts import PostFilter, PostStatus
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.panes import PANES
from tiktok_manager.ui.session import WindowSession
from tiktok_manager.ui.texts import use_forms
from tiktok_manager.wording.translation import speak

# Said by the offscreen plugin when a tray icon is made.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)

PLACES = (
    *(pane.name for pane in PANES),
    "accounts: connected",
    "campaigns: campaign",
    "campaigns: new",
    "campaigns: recurring",
    *(f"calendar: {status}" for status in PostStatus),
    "activity: failed",
    "composer: scheduled",
)
"""Panes, and what is opened on them: an account, and a post of each status."""

PATIENCE_MS = 20_000
ZONES = available_timezones()
"""Called the same in every language."""
_WORD = re.compile(r"[A-Za-z]{2,}")
# What is no word of the window: TikTok's own sentence and codes, rules as calendars write them,
# cities, what files and addresses are called, keys, our own name.
_SAME_EVERYWHERE = re.compile(
    r"By posting, you agree to TikTok's.*|(user|video)\.[a-z.]+|"
    r"FREQ=[A-Z0-9=;,]+|Berlin|UTC|TikTok( Manager)?|Ctrl\+\S+|MP4|MOV|WebM|CSV|https?://\S+|/\S+|[\w.]+/\w+|\.\w+\b"
)


class Stage:
    """The window in the language no one speaks."""

    def __init__(self, session: WindowSession, workspace: Workspace, qtbot: QtBot) -> None:
        self.session = session
        self._qtbot = qtbot
        posts = {post.status.value: post.id for post in workspace.planning.page(PostFilter())}
        opened = {
            "connected": workspace.accounts.list()[0].id,
            "campaign": workspace.campaigns.list()[0].id,
            "new": "new",
            "recurring": "recurring",
        }
        self._targets = {**opened, **posts}
        session.window.resize(1024, 700)

    def show(self, place: str) -> QWidget:
        """Bring a pane to the front, with details beside it if they are named."""
        pane, _colon, opened = place.partition(": ")
        self.session.host.go(pane, self._targets[opened] if opened else None)
        settle(self._qtbot, self.session.tasks, PATIENCE_MS)
        return self.session.window


@pytest.fixture(params=[Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def stage(
    request: pytest.FixtureRequest, qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> Iterator[Stage]:
    qapp.setLayoutDirection(request.param)
    use_forms(QLocale("el_GR"))
    speak(PseudoLocale(is_mirrored=request.param is Qt.LayoutDirection.RightToLeft))
    with window_workspace(tmp_path) as workspace, window_on(workspace, tmp_path) as session:
        qtbot.waitUntil(lambda: bool(session.host.current_pane), timeout=PATIENCE_MS)
        yield Stage(session, workspace, qtbot)
    speak(None)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_the_language_is_longer_and_keeps_what_stands_for_parameters() -> None:
    said = pseudo("Sync {handle}")
    assert said.startswith(OPEN)
    assert said.endswith(CLOSE)
    assert "{handle}" in said
    assert _WORD.search(said.replace("{handle}", "")) is None
    assert len(said) >= 1.4 * len("Sync {handle}") - 2


def test_every_word_is_said_in_the_users_language_and_nothing_is_cut(stage: Stage) -> None:
    for place in PLACES:
        window = stage.show(place)
        found = {f"{where}: {text}" for where, text in texts(window) if is_english(text)}
        assert sorted(found) == [], place
        assert sorted(cut(window)) == [], place


def is_english(text: str) -> bool:
    return _WORD.search(_SAME_EVERYWHERE.sub("", text)) is not None


def texts(window: QWidget) -> Iterator[tuple[str, str]]:
    """Yield what can be read, heard or hovered over, and where."""
    for widget in visible(window):
        yield f"{_called(widget)} hover", widget.toolTip()
        yield f"{_called(widget)} name", widget.accessibleName()
        yield f"{_called(widget)} description", widget.accessibleDescription()
        match widget:
            case QLabel() | QAbstractButton():
                yield _called(widget), widget.text()
            case QLineEdit():
                yield f"{_called(widget)} placeholder", widget.placeholderText()
            case QComboBox():
                named = [n for n in range(widget.count()) if widget.itemData(n) not in ZONES]
                yield from ((_called(widget), widget.itemText(n)) for n in named)
            case QAbstractItemView():
                yield from _cells(widget)


def _cells(view: QAbstractItemView) -> Iterator[tuple[str, str]]:
    model = view.model()
    roles = Qt.ItemDataRole
    for column in range(model.columnCount()):
        yield _called(view), str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(model.rowCount()):
            index = model.index(row, column)
            for role in (roles.DisplayRole, roles.ToolTipRole, roles.AccessibleTextRole):
                yield _called(view), str(model.data(index, role) or "")


def cut(window: QWidget) -> Iterator[str]:
    """Yield what is shown with less room than it needs."""
    for widget in visible(window):
        match widget:
            case QLabel() | QAbstractButton() if OPEN in widget.text():
                needed, has = _needed(widget), widget.size()
                if has.width() < needed.width() or has.height() < needed.height():
                    room = f"{has.width()}×{has.height()} of {needed.width()}×{needed.height()}"
                    yield f"{_called(widget)}: {room}: {widget.text()}"
                if not _is_inside(widget):
                    yield f"{_called(widget)}: beyond its edge: {widget.text()}"
            case QTableView():
                yield from _cut_headers(widget)


def _needed(widget: QWidget) -> QSize:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return QSize(0, widget.heightForWidth(widget.width()))
    if isinstance(widget, PlainLabel):
        return QSize(0 if widget._elided else widget.sizeHint().width(), 0)
    return widget.sizeHint()


def _cut_headers(table: QTableView) -> Iterator[str]:
    header = table.horizontalHeader()
    if not header.isVisible():
        return
    for column in range(table.model().columnCount()):
        needed = header.sectionSizeFromContents(column).width()
        if not header.isSectionHidden(column) and header.sectionSize(column) < needed:
            title = table.model().headerData(column, Qt.Orientation.Horizontal)
            yield f"header: {header.sectionSize(column)} of {needed} px: {title}"


def _is_inside(widget: QWidget) -> bool:
    """Say whether a widget lies within its window, and sideways within what scrolls up and down."""
    rect = QRect(QPoint(0, 0), widget.size())
    ancestor = widget.parentWidget()
    while ancestor is not None and not ancestor.isWindow():
        scroll = ancestor.parentWidget()
        if isinstance(scroll, QAbstractScrollArea) and scroll.viewport() is ancestor:
            place = widget.mapTo(ancestor, rect.topLeft())
            return place.x() >= 0 and place.x() + rect.width() <= ancestor.width()
        ancestor = ancestor.parentWidget()
    window = widget.window()
    return window.rect().contains(QRect(widget.mapTo(window, rect.topLeft()), rect.size()))


def visible(window: QWidget) -> Iterator[QWidget]:
    yield from (each for each in window.findChildren(QWidget) if each.isVisible())


def _called(widget: QWidget) -> str:
    names = [type(widget).__name__]
    parent = widget.parentWidget()
    while parent is not None and not parent.isWindow() and len(names) < 3:
        names.append(type(parent).__name__)
        parent = parent.parentWidget()
    return "/".join(reversed(names))
