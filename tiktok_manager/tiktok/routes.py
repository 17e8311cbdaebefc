"""By which way an account's requests leave: directly, or by its own proxy and then never around it.

Who has which is for the services to say (`RouteResolver`). A way that cannot be told raises
RouteMissing, and then nothing is sent at all.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

from tiktok_manager.domain.errors import Failure, FailureClass, NetworkDown

LOOK_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy for one account's traffic; names are looked up on its side."""

    scheme: Literal["http", "socks5"]
    host: str
    port: int
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way to TikTok; connections are kept for each."""

    proxy: Proxy | None = None


DIRECT = Route()


_MISSING = Failure(
    code="route_missing",
    kind=FailureClass.WAIT_RESET,
    retry_after=LOOK_AGAIN,
)


class RouteMissing(NetworkDown):
    """The way an account's requests should take is not known: nothing was sent."""

    def __init__(self, failure: Failure = _MISSING) -> None:
        super().__init__(failure)


class RouteResolver(Protocol):
    """Knows each account's way."""

    def route_of(self, account_id: str) -> Route:
        """Return the way of an account; raises RouteMissing, never another account's way."""
        ...


class DirectRoutes:
    """Every account is reached directly."""

    def route_of(self, account_id: str) -> Route:
        """Return the direct way."""
        return DIRECT
