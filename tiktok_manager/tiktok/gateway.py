"""The one way to TikTok: whose call it is decides its token, its route and its turn.

`Gateway.for_account(id)` gives the calls of an account, `app()` those of the app itself: signing
in, and renewing or giving back a permission, which go by the route of the account they concern.
Nothing else builds or lends connections, and a route that cannot be told raises RouteMissing before
anything is sent. Every request passes its rate first: one that would have to wait longer than the
caller's patience raises RateLimited instead, and then nothing was sent either.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol, TypeVar

import httpx

from tiktok_manager.domain.accounts import CreatorInfo, Profile, TokenPair
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import Cancelled, Failure, FailureClass, NetworkDown
from tiktok_manager.domain.metrics import VideoCounters
from tiktok_manager.domain.posts import Choices, PostMode
from tiktok_manager.tiktok.answers import ChunkAnswer, PublishStatus, Upload, VideoPage
from tiktok_manager.tiktok.chunk_plans import ChunkPlan
from tiktok_manager.tiktok.client import INIT_PATH, TikTokClient
from tiktok_manager.tiktok.connections import Connections
from tiktok_manager.tiktok.endpoints import AppKeys, Endpoints
from tiktok_manager.tiktok.limits import Buckets, Kind
from tiktok_manager.tiktok.routes import DIRECT, Route, RouteMissing, RouteResolver
from tiktok_manager.tiktok.traffic import Traffic
from tiktok_manager.tiktok.transport import Http, circuits_of
from tiktok_manager.tiktok.upload import ChunkUploader

T = TypeVar("T")

PATIENCE_S = 2.0
"""How long a call waits for its turn by itself: the global rate is over within a second."""

ENDLESS_S = float("inf")


class RateLimited(NetworkDown):
    """Sent now, the call would break one of TikTok's rates: nothing was sent."""


def rate_limited(wait_s: float) -> RateLimited:
    """Return the error of a call whose turn comes in so many seconds."""
    return RateLimited(
        Failure(
            code="own_rate_limit",
            kind=FailureClass.WAIT_RESET,
            params={"why": "calls"},
            retry_after=timedelta(seconds=wait_s),
        )
    )


class TokenSource(Protocol):
    """Keeps the accounts' tokens (`services.tokens`)."""

    def call(self, account_id: str, use: Callable[[str], T]) -> T:
        """Call with a token that works, at most once more with a renewed one."""
        ...

    def access_token(self, account_id: str) -> str:
        """Return a token with life left."""
        ...


class Routing:
    """Routes, connections and rates, for the gateway and for who keeps the tokens."""

    def __init__(
        self,
        endpoints: Endpoints,
        clock: Clock,
        routes: RouteResolver,
        *,
        transport_for: Callable[[Route], httpx.BaseTransport] | None = None,
    ) -> None:
        self.traffic = Traffic(clock)
        self.buckets = Buckets(clock)
        self._endpoints = endpoints
        self._clock = clock
        self._routes = routes
        self._connections = Connections(clock, self.traffic, transport_for)

    def app(self, account_id: str | None = None) -> "AppCalls":
        """Return the calls made in the app's name, by the route of the account they concern."""
        return AppCalls(self, account_id)

    def route_of(self, account_id: str | None) -> Route:
        """Return the way of an account, or of what concerns none; raises RouteMissing."""
        return DIRECT if account_id is None else self._routes.route_of(account_id)

    def circuits(self, mode: PostMode, account_id: str | None) -> tuple[str, ...]:
        """Return what the circuit breaker watches where an upload is opened.

        Nothing of an account whose route is missing.
        """
        try:
            route = self.route_of(account_id)
        except RouteMissing:
            return ()
        return circuits_of(self._endpoints.api_url, INIT_PATH[mode], route.proxy)

    @contextmanager
    def client(self, account_id: str | None) -> Iterator[TikTokClient]:
        """Give the client of the account's route; raises RouteMissing."""
        with self._lend(account_id) as http:
            yield TikTokClient(http, self._endpoints, self._clock)

    @contextmanager
    def uploader(self, account_id: str) -> Iterator[ChunkUploader]:
        """Give the uploader of the account's route; raises RouteMissing."""
        with self._lend(account_id) as http:
            yield ChunkUploader(http, self._endpoints, self._clock)

    def wait_for_turn(
        self, kind: Kind, key: str, patience_s: float, cancel: CancelToken | None = None
    ) -> None:
        """Take the right to one call; raises RateLimited if it is not had in time, Cancelled."""
        gives_up_s = self._clock.monotonic_s() + patience_s
        while (wait_s := self.buckets.take(kind, key)) > 0.0:
            if self._clock.monotonic_s() + wait_s > gives_up_s:
                raise rate_limited(wait_s)
            if self._clock.pause(cancel or CancelToken(), wait_s):
                raise Cancelled("call_not_made")

    def interrupt(self) -> None:
        """Break off the calls under way, as when the app must end: they raise NetworkDown."""
        self._connections.interrupt()

    def close(self) -> None:
        """Close all connections."""
        self._connections.close()

    @contextmanager
    def _lend(self, account_id: str | None) -> Iterator[Http]:
        with self._connections.lend(self.route_of(account_id)) as http:
            yield http


class AppCalls:
    """Calls in the app's name, and those of an account that is just signing in.

    The latter name its token, which nobody keeps yet. The user waits for most of them.
    """

    def __init__(self, routing: Routing, account_id: str | None) -> None:
        self._routing = routing
        self._account_id = account_id

    def exchange_code(
        self, keys: AppKeys, code: str, redirect_uri: str, verifier: str
    ) -> TokenPair:
        """Trade the code of a finished consent for tokens."""
        return self._call(
            Kind.OTHER, lambda client: client.exchange_code(keys, code, redirect_uri, verifier)
        )

    def refresh(self, keys: AppKeys, refresh_token: str) -> TokenPair:
        """Get new tokens; the old refresh token is dead as soon as TikTok has answered."""
        return self._call(Kind.OTHER, lambda client: client.refresh(keys, refresh_token))

    def revoke(self, keys: AppKeys, access_token: str) -> None:
        """Take the app's permission back at TikTok."""
        self._call(Kind.OTHER, lambda client: client.revoke(keys, access_token))

    def profile(self, access_token: str, scopes: Iterable[str]) -> Profile:
        """Return what the scopes let us see of the account that signs in."""
        return self._call(
            Kind.USER_INFO, lambda client: client.profile(access_token, scopes, urgent=True)
        )

    def creator_info(self, access_token: str) -> CreatorInfo:
        """Return what the creator that signs in may post."""
        return self._call(Kind.CREATOR_INFO, lambda client: client.creator_info(access_token))

    def _call(self, kind: Kind, use: Callable[[TikTokClient], T]) -> T:
        with self._routing.client(self._account_id) as client:
            self._routing.wait_for_turn(kind, self._account_id or "", PATIENCE_S)
            return use(client)


class Gateway:
    """See the module."""

    def __init__(self, routing: Routing, tokens: TokenSource) -> None:
        self._routing = routing
        self._tokens = tokens

    @property
    def traffic(self) -> Traffic:
        """What is known about the way to TikTok."""
        return self._routing.traffic

    def app(self, account_id: str | None = None) -> AppCalls:
        """Return the calls made in the app's name, by the route of the account they concern."""
        return self._routing.app(account_id)

    def for_account(
        self,
        account_id: str,
        *,
        cancel: CancelToken | None = None,
        patience_s: float = PATIENCE_S,
    ) -> "AccountCalls":
        """Return an account's calls. Each waits `patience_s` for its turn; `cancel` ends that."""
        return AccountCalls(self._routing, self._tokens, account_id, cancel, patience_s)

    def circuits(self, mode: PostMode, account_id: str | None = None) -> tuple[str, ...]:
        """Return what the circuit breaker watches where an upload is opened, its host first."""
        return self._routing.circuits(mode, account_id)

    def turn_in_s(self, kind: Kind, account_id: str) -> float:
        """Return in how many seconds a call has its turn; 0.0 if it can wait for that itself."""
        wait_s = self._routing.buckets.wait_s(kind, account_id)
        return wait_s if wait_s > PATIENCE_S else 0.0

    def interrupt(self) -> None:
        """Break off the calls under way; uploads end by their own cancel token."""
        self._routing.interrupt()


class AccountCalls:
    """One method a call, in an account's name. Each raises RemoteError and ActionNeeded.

    RouteMissing and RateLimited are RemoteErrors that say that nothing was sent; a wait for the
    turn raises Cancelled. See `client` for what the calls do and return.
    """

    def __init__(
        self,
        routing: Routing,
        tokens: TokenSource,
        account_id: str,
        cancel: CancelToken | None,
        patience_s: float,
    ) -> None:
        self._routing = routing
        self._tokens = tokens
        self._account_id = account_id
        self._cancel = cancel
        self._patience_s = patience_s

    def renew(self) -> None:
        """Renew the token if it is near its end, so that the next call need not."""
        self._tokens.access_token(self._account_id)

    def profile(self, scopes: Iterable[str]) -> Profile:
        """Return what the granted `scopes` let us see of the account."""
        return self._call(Kind.USER_INFO, lambda client, token: client.profile(token, scopes))

    def creator_info(self) -> CreatorInfo:
        """Return what the creator may post at this moment."""
        return self._call(Kind.CREATOR_INFO, TikTokClient.creator_info)

    def creator_info_ahead(self) -> CreatorInfo:
        """Ask the same without consequences: the account keeps its status whatever is said."""
        token = self._tokens.access_token(self._account_id)
        return self._send(Kind.CREATOR_INFO, token, TikTokClient.creator_info)

    def video_page(self, cursor_ms: int | None = None) -> VideoPage:
        """Return up to 20 public videos posted before `cursor_ms` (UTC milliseconds)."""
        return self._call(
            Kind.VIDEO_LIST, lambda client, token: client.video_page(token, cursor_ms=cursor_ms)
        )

    def query_videos(self, ids: Iterable[str]) -> tuple[VideoCounters, ...]:
        """Return up to 20 videos by id; those the account does not own are left out."""
        return self._call(Kind.VIDEO_QUERY, lambda client, token: client.query_videos(token, ids))

    def init_direct(self, caption: str, choices: Choices, plan: ChunkPlan) -> Upload:
        """Begin a post from this machine; every call begins another publish."""
        return self._call(
            Kind.INIT, lambda client, token: client.init_direct(token, caption, choices, plan)
        )

    def init_inbox(self, plan: ChunkPlan) -> Upload:
        """Begin a draft for the creator's TikTok inbox."""
        return self._call(Kind.INIT, lambda client, token: client.init_inbox(token, plan))

    def publish_status(self, publish_id: str) -> PublishStatus:
        """Ask where a publish stands."""
        return self._call(
            Kind.STATUS, lambda client, token: client.publish_status(token, publish_id)
        )

    def put(
        self,
        upload_url: str,
        content_type: str,
        first: int,
        last: int,
        total: int,
        blocks: Iterable[bytes | memoryview],
        progress: Callable[[int], None],
    ) -> ChunkAnswer:
        """Send one chunk; `upload.ChunkUploader.put` says how. It has no token of its own."""
        cancel = self._cancel or CancelToken()
        with self._routing.uploader(self._account_id) as uploader:
            self._routing.wait_for_turn(Kind.OTHER, self._account_id, ENDLESS_S, cancel)
            return uploader.put(
                upload_url, content_type, first, last, total, blocks, cancel, progress
            )

    def fetch_image(self, url: str, max_bytes: int) -> bytes:
        """Load an avatar or cover from TikTok's picture hosts, without any token."""
        with self._routing.client(self._account_id) as client:
            self._wait(Kind.OTHER)
            return client.fetch_image(url, max_bytes)

    def _call(self, kind: Kind, use: Callable[[TikTokClient, str], T]) -> T:
        self._routing.route_of(self._account_id)  # else a token would be renewed in vain
        return self._tokens.call(self._account_id, lambda token: self._send(kind, token, use))

    def _send(self, kind: Kind, token: str, use: Callable[[TikTokClient, str], T]) -> T:
        with self._routing.client(self._account_id) as client:
            self._wait(kind)
            return use(client, token)

    def _wait(self, kind: Kind) -> None:
        self._routing.wait_for_turn(kind, self._account_id, self._patience_s, self._cancel)
