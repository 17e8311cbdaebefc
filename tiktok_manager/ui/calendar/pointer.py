"""What the pointer and the keys do over days: select, move, copy, and take back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QApplication, QWidget

from tiktok_manager.ui.calendar.moves import NO_SHIFT, Carried, Place, Shift
from tiktok_manager.ui.calendar.viewmodel import MORE, CalendarViewModel
from tiktok_manager.ui.kit.access import announce
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, Type

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from PySide6.QtCore import SignalInstance

    from tiktok_manager.ui.calendar.ghosts import Ghost
    from tiktok_manager.ui.calendar.tile import Tile
    from tiktok_manager.ui.calendar.tiles import Spot

_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_ALT, _PLAIN = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_EDGE_PX, _EDGE_MS = 28, 60
Hit = tuple["date", int | None, "Spot | None"]


class Grid(Protocol):
    """What the pointer is told by the days it is over."""

    tile_chosen: SignalInstance
    day_chosen: SignalInstance
    new_wanted: SignalInstance
    cancel_wanted: SignalInstance
    dropped: SignalInstance

    ghost_chosen: SignalInstance

    def hit(self, point: QPoint) -> Hit | None: ...
    def ghost_at(self, point: QPoint) -> tuple[date, Ghost] | None: ...
    def spots(self, day: date) -> Sequence[Spot]: ...
    def place_at(self, point: QPoint) -> Place | None: ...
    def drop_rect(self, place: Place) -> QRect: ...
    def visible_tiles(self, day: date) -> int: ...
    def step_of(self, key: Qt.Key) -> Shift | None: ...
    def scroll_on(self, direction: int, tick: int) -> None: ...
    def viewport(self) -> QWidget: ...
    def isRightToLeft(self) -> bool: ...


@dataclass(slots=True, kw_only=True)
class Drag:
    """Posts under way; `grip` is where in its tile the pointer holds them."""

    carried: Carried
    grip: QPoint
    place: Place | None = None
    shift: Shift = NO_SHIFT
    copies: bool = False
    words: str = ""
    why_not: str = ""


class Pointer(QObject):
    """Presses, drags and frames; a press alone does nothing but put the cursor there.

    Attributes:
        drag: What is being dragged.
        frame: The frame that is being drawn.
    """

    def __init__(self, grid: Grid, viewmodel: CalendarViewModel) -> None:
        super().__init__(grid.viewport())
        self._grid = grid
        self._viewmodel = viewmodel
        self._pressed: tuple[QPoint, Hit] | None = None
        self._besides: frozenset[str] = frozenset()
        self._at = QPoint()
        self._ticks = 0
        self.drag: Drag | None = None
        self.frame: QRect | None = None
        self._edge = QTimer(self, interval=_EDGE_MS)
        self._edge.timeout.connect(self._on_edge)

    @property
    def is_active(self) -> bool:
        """Whether something is being dragged or framed."""
        return self.drag is not None or self.frame is not None

    def press(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        """The button went down."""
        hit = self._grid.hit(at)
        if hit is None:
            return
        self._pressed = (at, hit)
        self._besides = self._viewmodel.selection.ids if keys & _CTRL else frozenset()
        if not keys & (_CTRL | _SHIFT):
            tile = self._tile(hit)
            if tile is None or not self._viewmodel.selection.holds(tile):
                self._viewmodel.selection.start_at(tile)
            self._viewmodel.select(hit[0], hit[1])

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> bool:
        """The pointer moved; says whether something is dragged or framed."""
        self._at = at
        if self._pressed is None:
            return False
        start, hit = self._pressed
        if not self.is_active:
            if (at - start).manhattanLength() < QApplication.startDragDistance():
                return True
            self._begin(start, hit)
        if self.drag is not None:
            self._drag_to(at, keys)
        elif self.frame is not None:
            self.frame = QRect(start, at).normalized()
            self._viewmodel.selection.put(self._framed(), besides=self._besides)
        self._grid.viewport().update()
        return True

    def release(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        """The button came up."""
        pressed, drag, was_active = self._pressed, self.drag, self.is_active
        self.cancel()
        if drag is not None:
            if drag.shift and not drag.why_not:
                self._grid.dropped.emit(drag.carried, drag.shift, drag.copies)
        elif pressed is not None and not was_active:
            hit = self._grid.hit(at)
            if hit is not None and hit[:2] == pressed[1][:2]:
                self._click(hit, at, keys)

    def cancel(self) -> bool:
        """Let go of what is under way; says whether anything was."""
        was_active = self.is_active
        self._edge.stop()
        self._pressed, self.drag, self.frame = None, None, None
        if was_active:
            self._grid.viewport().unsetCursor()
            self._grid.viewport().update()
        return was_active

    def look_again(self, keys: Qt.KeyboardModifier) -> None:
        """Ctrl went down or up."""
        if self.drag is not None:
            self._drag_to(self._at, keys)
            self._grid.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """Show over the days where things go, in words too."""
        look = tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = QColor(look.accent)
        if self.frame is not None:
            painter.setPen(QPen(accent, 1))
            accent.setAlpha(30)
            painter.setBrush(accent)
            painter.drawRect(self.frame)
        drag = self.drag
        if drag is None:
            return
        if drag.place is not None and not drag.why_not:
            painter.setPen(QPen(accent, 2))
            accent.setAlpha(45)
            painter.setBrush(accent)
            rect = QRectF(self._grid.drop_rect(self._landing(drag)))
            painter.drawRoundedRect(rect.adjusted(1, 1, -2, -2), 5, 5)
        self._paint_words(painter, drag)

    # -- inside ---------------------------------------------------------------------------

    def _paint_words(self, painter: QPainter, drag: Drag) -> None:
        look, font = tokens(), type_font(Type.STRONG, tabular=True)
        words = drag.why_not or drag.words
        size = QFontMetrics(font).size(0, words) + QSize(2 * SPACE_M, 2 * SPACE_S)
        room = self._grid.viewport().rect()
        left = min(max(self._at.x() + SPACE_L, 0), room.width() - size.width())
        top = min(max(self._at.y() + SPACE_L, 0), room.height() - size.height())
        rect = QRectF(left, top, size.width(), size.height())
        painter.setPen(QPen(QColor(look.bad if drag.why_not else look.accent), 1))
        painter.setBrush(QColor(look.paper))
        painter.drawRoundedRect(rect, 6, 6)
        painter.setFont(font)
        painter.setPen(QColor(look.bad if drag.why_not else look.ink))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)

    def _landing(self, drag: Drag) -> Place:
        """Return the place as the steps have it."""
        place, wall = drag.place, drag.carried.tile.wall
        if place is None or place.minute is None:
            return place or Place(day=wall.date())
        return Place(day=place.day, minute=wall.hour * 60 + wall.minute + drag.shift.minutes)

    def _begin(self, start: QPoint, hit: Hit) -> None:
        tile = self._tile(hit)
        if tile is None or hit[2] is None:
            self.frame = QRect(start, start)
            return
        carried = self._viewmodel.carried(tile)
        self.drag = Drag(carried=carried, grip=start - hit[2].rect.topLeft())
        self._grid.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self._ticks = 0
        self._edge.start()

    def _drag_to(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        drag = self.drag
        if drag is None:
            return
        before = drag.why_not or drag.words
        drag.copies = bool(keys & _CTRL)
        drag.place = self._place(drag, at)
        drag.shift = NO_SHIFT if drag.place is None else drag.carried.shift_to(drag.place)
        drag.why_not = self._viewmodel.why_not(drag.carried, drag.shift, copies=drag.copies)
        drag.words = "" if drag.why_not else drag.carried.words(drag.shift, copies=drag.copies)
        now = drag.why_not or drag.words
        if now != before:
            announce(self._grid.viewport(), now)

    def _place(self, drag: Drag, at: QPoint) -> Place | None:
        """Return where it would be dropped: on a free slot of its account, if there is one."""
        found = self._grid.ghost_at(at)
        if found is not None and drag.carried.tile.post.account_id in found[1].account_ids:
            return Place(day=found[0], minute=found[1].minute, is_exact=True)
        return self._grid.place_at(QPoint(at.x(), at.y() - drag.grip.y()))

    def _framed(self) -> Sequence[Tile]:
        if self.frame is None:
            return ()
        found = []
        for day in self._viewmodel.span.days:
            tiles = self._viewmodel.tiles(day)
            for spot in self._grid.spots(day):
                if spot.rect.intersects(self.frame):
                    found += [tiles[at] for at in spot.hidden or (spot.place,)]
        return found

    def _click(self, hit: Hit, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        day, place, _spot = hit
        tile = self._tile(hit)
        if tile is not None and keys & _CTRL:
            self._viewmodel.selection.toggle(tile)
        elif tile is not None and keys & _SHIFT:
            self._viewmodel.selection.extend(tile, self._viewmodel.shown_tiles)
        elif place == MORE:
            self._grid.day_chosen.emit(day, False)
        elif tile is not None:
            self._viewmodel.selection.start_at(tile)
            self._grid.tile_chosen.emit(False)
        elif (found := self._grid.ghost_at(at)) is not None:
            self._grid.ghost_chosen.emit(found[1])

    def _tile(self, hit: Hit) -> Tile | None:
        tiles = self._viewmodel.tiles(hit[0])
        place = hit[1]
        return tiles[place] if place is not None and 0 <= place < len(tiles) else None

    def _on_edge(self) -> None:
        """Scroll on while something is held at the edge."""
        y, height = self._at.y(), self._grid.viewport().height()
        direction = -1 if y < _EDGE_PX else 1 if y > height - _EDGE_PX else 0
        if not direction:
            self._ticks = 0
            return
        self._ticks += 1
        self._grid.scroll_on(direction, self._ticks)
        self._drag_to(self._at, QApplication.keyboardModifiers())
        self._grid.viewport().update()


def press_key(grid: Grid, model: CalendarViewModel, pointer: Pointer, event: QKeyEvent) -> bool:
    """Do what a key does over days; says whether it does anything."""
    key, keys = Qt.Key(event.key()), event.modifiers() & ~_KEYPAD
    pointer.look_again(event.modifiers())
    if keys == _ALT and (step := grid.step_of(key)) is not None:
        _move(grid, model, step)
    elif keys == _CTRL:
        return _press_with_ctrl(grid, model, key)
    elif keys == _SHIFT and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        _extend(grid, model, key)
    elif keys != _PLAIN:
        return False
    elif key == Qt.Key.Key_Escape:
        return pointer.cancel() or _let_go(model)
    elif not _walk(grid, model, key):
        return _do(grid, model, key)
    return True


def _move(grid: Grid, model: CalendarViewModel, step: Shift) -> None:
    carried = model.carried_by_keys()
    if carried is None:
        return
    if why_not := model.why_not(carried, step, copies=False):
        model.refused.emit(why_not)
    else:
        grid.dropped.emit(carried, step, False)


def _press_with_ctrl(grid: Grid, model: CalendarViewModel, key: Qt.Key) -> bool:
    tile = model.selected
    if key == Qt.Key.Key_A:
        model.selection.put(model.shown_tiles)
    elif key == Qt.Key.Key_C:
        model.copy()
    elif key == Qt.Key.Key_V and (pasted := model.pasted()) is not None:
        grid.dropped.emit(*pasted, True)
    elif key == Qt.Key.Key_Space and tile is not None:
        model.selection.toggle(tile)
    else:
        return False
    return True


def _extend(grid: Grid, model: CalendarViewModel, key: Qt.Key) -> None:
    if not model.selection.ids:
        model.selection.start_at(model.selected)
    _walk(grid, model, key)
    if (tile := model.selected) is not None:
        model.selection.extend(tile, model.shown_tiles)


def _let_go(model: CalendarViewModel) -> bool:
    had_any = bool(model.selection.ids)
    model.selection.put(())
    return had_any


def _walk(grid: Grid, model: CalendarViewModel, key: Qt.Key) -> bool:
    on = -1 if grid.isRightToLeft() else 1
    steps = {Qt.Key.Key_Left: -on, Qt.Key.Key_Right: on}
    lines = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
    pages = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
    if key in steps:
        model.move_days(steps[key])
    elif key in lines:
        model.move_tiles(lines[key], grid.visible_tiles(model.cursor.day))
    elif key in pages:
        model.turn(pages[key])
    elif key == Qt.Key.Key_Home:
        model.show_today()
    else:
        return False
    return True


def _do(grid: Grid, model: CalendarViewModel, key: Qt.Key) -> bool:
    if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        if model.selected is not None:
            grid.tile_chosen.emit(True)
        else:
            grid.day_chosen.emit(model.cursor.day, True)
    elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        grid.cancel_wanted.emit()
    elif key == Qt.Key.Key_N:
        grid.new_wanted.emit(Place(day=model.cursor.day))
    else:
        return False
    return True
