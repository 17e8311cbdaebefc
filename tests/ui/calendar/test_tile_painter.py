"""A tile costs its painting once, and never shows the colours of another theme."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from tests.ui.calendar.fakes import Desk, many_posts
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.calendar import tile_painter
from tiktok_manager.ui.calendar.grid import MonthGrid
from tiktok_manager.ui.calendar.tile_painter import TileFace, TilePainter
from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.theme import Theme, ThemeChoice, tokens
from tiktok_manager.ui.tokens import Tokens

PAPER = "#FFFFFF"
PLACE = QRect(5, 5, 180, 22)
FACE = TileFace(
    time="18:30",
    words="Ten minutes at the sea",
    account_id="acc-alice",
    handle="alice",
    count=1,
    status=PostStatus.SCHEDULED,
    icon="status-scheduled",
    colour="#0A7284",
    waits="",
)


class Pictures:
    """One picture for all, kept as accounts keep theirs until another one arrives."""

    def __init__(self) -> None:
        self.arrive("red")

    def arrive(self, colour: str) -> None:
        self._found = QPixmap(18, 18)
        self._found.fill(QColor(colour))

    def picture(self, account_id: str, handle: str, size_px: int, ratio: float) -> QPixmap:
        return self._found


@pytest.fixture
def pictures(look: Theme) -> Iterator[Pictures]:
    yield Pictures()
    look.choose(ThemeChoice.LIGHT)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The icons that were drawn: each drawing of a tile has one."""
    names: list[str] = []

    def noting(painter: QPainter, name: str, rect: QRectF, colour: str) -> None:
        names.append(name)
        paint_icon(painter, name, rect, colour)

    monkeypatch.setattr(tile_painter, "paint_icon", noting)
    return names


def paint(
    tiles: TilePainter,
    face: TileFace = FACE,
    *,
    ground: str = PAPER,
    place: QRect = PLACE,
    is_lit: bool = False,
    ratio: float = 1,
    direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight,
) -> QImage:
    image = QImage(400, 100, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(PAPER))
    tiles.prepare()
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setLayoutDirection(direction)
    tiles.paint(painter, place, face, ground, is_lit=is_lit)
    painter.end()
    return image


def test_a_tile_that_was_painted_is_copied(pictures: Pictures, drawn: list[str]) -> None:
    tiles = TilePainter(pictures)
    once = paint(tiles)
    assert paint(tiles) == once
    moved = paint(tiles, place=PLACE.translated(9, 40))
    assert moved.copy(PLACE.translated(9, 40)) == once.copy(PLACE)
    assert len(drawn) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"face": replace(FACE, time="18:31")},
        {"face": replace(FACE, status=PostStatus.CANCELLED)},
        {"face": replace(FACE, count=3)},
        {"ground": "#F6F7F9"},
        {"place": QRect(5, 5, 120, 22)},
        {"is_lit": True},
        {"direction": Qt.LayoutDirection.RightToLeft},
    ],
)
def test_what_differs_is_painted_anew(
    pictures: Pictures, drawn: list[str], other: dict[str, Any]
) -> None:
    tiles = TilePainter(pictures)
    assert paint(tiles, **other) != paint(tiles)
    assert len(drawn) == 2


def test_a_picture_that_arrives_is_seen(pictures: Pictures) -> None:
    tiles = TilePainter(pictures)
    before = paint(tiles)
    pictures.arrive("blue")
    assert paint(tiles) != before


def test_another_theme_forgets_what_was_painted(
    pictures: Pictures, look: Theme, drawn: list[str]
) -> None:
    tiles = TilePainter(pictures)
    light = paint(tiles)
    look.choose(ThemeChoice.DARK)
    dark = paint(tiles)
    assert dark != light
    assert dark == paint(TilePainter(pictures))
    look.choose(ThemeChoice.LIGHT)
    assert paint(tiles) == light
    assert len(drawn) == 4


def test_between_whole_pixels_a_tile_is_drawn_where_it_stands(
    pictures: Pictures, drawn: list[str]
) -> None:
    tiles = TilePainter(pictures)
    assert paint(tiles, ratio=1.5) == paint(tiles, ratio=1.5)
    assert len(drawn) == 2


def test_only_so_many_tiles_are_kept(
    pictures: Pictures, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tile_painter, "_KEPT", 2)
    tiles = TilePainter(pictures)
    first, second, third = (replace(FACE, time=f"18:3{number}") for number in range(3))
    for face in (first, second, first, third, first):
        paint(tiles, face)
    assert len(drawn) == 3
    paint(tiles, second)
    assert len(drawn) == 4


def test_a_month_asks_the_palette_once(plan: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    plan.workspace.planning.posts = many_posts(500)
    model = CalendarViewModel(plan.core, 1, plan.home)
    model.refresh()
    plan.settle()
    grid = MonthGrid(model)
    plan.qtbot.addWidget(grid)
    grid.resize(900, 600)
    asked: list[None] = []

    def noting() -> Tokens:
        asked.append(None)
        return tokens()

    monkeypatch.setattr(tile_painter, "tokens", noting)
    grid.viewport().grab()
    assert len(asked) == 1
