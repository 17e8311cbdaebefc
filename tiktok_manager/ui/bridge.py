"""Brings the core's events onto the GUI thread; the one place where the two meet."""

from collections.abc import Callable
from typing import TypeVar, cast
from weakref import WeakMethod

import shiboken6
from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import Event, EventBus

EventT = TypeVar("EventT", bound=Event)
_Handler = Callable[[Event], None]


class QtEventBridge(QObject):
    """Re-emits every event of the bus as a Qt signal.

    Signals:
        posted: An event, on the GUI thread.
    """

    posted = Signal(object)

    def __init__(self, bus: EventBus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handlers: list[tuple[type[Event], WeakMethod[_Handler]]] = []
        self.posted.connect(self._dispatch)
        self._unsubscribe = bus.subscribe(Event, self.posted.emit)

    def listen(self, kind: type[EventT], handler: Callable[[EventT], None]) -> None:
        """Call a bound method for each event of `kind` for as long as its object lives."""
        self._handlers.append((kind, WeakMethod(cast("_Handler", handler))))

    def close(self) -> None:
        """Hear nothing more from the bus; call before the window goes."""
        self._unsubscribe()
        self._handlers.clear()

    def _dispatch(self, event: Event) -> None:
        self._handlers = [pair for pair in self._handlers if _living(pair[1]) is not None]
        for kind, reference in tuple(self._handlers):
            handler = _living(reference)
            if handler is not None and isinstance(event, kind):
                handler(event)


def _living(reference: "WeakMethod[_Handler]") -> _Handler | None:
    handler = reference()
    owner = getattr(handler, "__self__", None)
    if isinstance(owner, QObject) and not shiboken6.isValid(owner):
        return None
    return handler
