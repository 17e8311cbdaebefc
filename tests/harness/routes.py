"""Accounts whose routes come and go: a call that takes another way is sent where it is noticed.

Every account has a route of its own, and one look-up in some fails. A call in an account's name
that leaves by the common way arrives at no address of TikTok's, which the local TikTok notes as a
violation; those by the account's own route arrive as ever.
"""

import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tiktok_manager.tiktok.connections import Connections
from tiktok_manager.tiktok.gateway import Routing
from tiktok_manager.tiktok.routes import DIRECT, DirectRoutes, Route, RouteMissing
from tiktok_manager.tiktok.transport import NetworkTransport

MISSING_SHARE = 0.08
NOWHERE = "/sent/another/way"
_SIGN_IN = b"grant_type=authorization_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRoute(Route):
    """The way of one account and of no other."""

    account_id: str


def _set(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def come_and_go() -> None:
    """Let routes come and go in this process, and watch by which one each call leaves."""
    chance = random.Random(os.getpid())
    here = threading.local()
    lend, handle = Connections.lend, NetworkTransport.handle_request

    def route_of(_self: DirectRoutes, account_id: str) -> Route:
        if chance.random() < MISSING_SHARE:
            raise RouteMissing
        return OwnRoute(account_id=account_id)

    @contextmanager
    def watched(self: Connections, route: Route) -> Iterator[Any]:
        here.route = route
        with lend(self, route) as http:
            yield http

    def handle_request(self: NetworkTransport, request: httpx.Request) -> httpx.Response:
        if here.route == DIRECT and _is_of_an_account(request):
            request.url = request.url.copy_with(raw_path=NOWHERE.encode())
        return handle(self, request)

    _set(DirectRoutes, "route_of", route_of)
    _set(Connections, "lend", watched)
    _set(NetworkTransport, "handle_request", handle_request)


def fall_back_to_direct() -> None:
    """The bug: where an account's route is missing, the common one will do."""
    route_of = Routing.route_of

    def any_route(self: Routing, account_id: str | None) -> Route:
        try:
            return route_of(self, account_id)
        except RouteMissing:
            return DIRECT

    _set(Routing, "route_of", any_route)


def _is_of_an_account(request: httpx.Request) -> bool:
    if "/oauth/token/" in request.url.path:
        return _SIGN_IN not in request.read()
    return True
