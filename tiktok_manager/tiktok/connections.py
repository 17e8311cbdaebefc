"""Connections kept for each route, those used least recently closed first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tiktok_manager.domain.clock import Clock
from tiktok_manager.tiktok.routes import Route
from tiktok_manager.tiktok.traffic import Traffic
from tiktok_manager.tiktok.transport import Http, NetworkTransport

MAX_ROUTES = 32
"""With two idle sockets a proxy at most 64 and the direct way's few, however many accounts."""


@dataclass(slots=True)
class _Kept:
    http: Http
    users: int = 0


class Connections:
    """Lends the connections of a route, a pair of calls' and uploads' alike. Thread-safe."""

    def __init__(
        self,
        clock: Clock,
        traffic: Traffic,
        transport_for: Callable[[Route], httpx.BaseTransport] | None = None,
        max_routes: int = MAX_ROUTES,
    ) -> None:
        self._clock = clock
        self._traffic = traffic
        self._transport_for = transport_for or (
            lambda route: NetworkTransport(clock, proxy=route.proxy)
        )
        self._max_routes = max_routes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Route, _Kept] = OrderedDict()

    @contextmanager
    def lend(self, route: Route) -> Iterator[Http]:
        """Give the connections of a route; they are not closed before they are given back."""
        kept = self._take(route)
        try:
            yield kept.http
        finally:
            with self._lock:
                kept.users -= 1
            self._close_idle()

    def interrupt(self) -> None:
        """Break off the calls under way: they raise NetworkDown. Uploads go on."""
        with self._lock:
            every = [kept.http for kept in self._kept.values()]
        for http in every:
            http.interrupt()

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            every, self._kept = list(self._kept.values()), OrderedDict()
        for kept in every:
            kept.http.close()

    def _take(self, route: Route) -> _Kept:
        with self._lock:
            kept = self._kept.get(route)
            if kept is None:
                http = Http(self._clock, self._transport_for(route), self._traffic)
                kept = self._kept[route] = _Kept(http)
            self._kept.move_to_end(route)
            kept.users += 1
        self._close_idle()
        return kept

    def _close_idle(self) -> None:
        with self._lock:
            spare = len(self._kept) - self._max_routes
            idle = [route for route, kept in self._kept.items() if not kept.users]
            closing = [self._kept.pop(route) for route in idle[: max(spare, 0)]]
        for kept in closing:
            kept.http.close()
