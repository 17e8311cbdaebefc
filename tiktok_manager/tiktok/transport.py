"""HTTP as the rest of this room needs it: one request, one small answer, one deadline.

No environment proxies, no `.netrc`, no cookies, no redirects, certificates checked against
the operating system's store. Failures come out as NetworkDown without address, header or body.
"""

import logging
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx
from typing_extensions import override

from tiktok_manager import __version__
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import Failure, NetworkDown
from tiktok_manager.tiktok.errors import lost, untrusted
from tiktok_manager.tiktok.network import Network
from tiktok_manager.tiktok.routes import Proxy
from tiktok_manager.tiktok.tls import system_trust
from tiktok_manager.tiktok.traffic import Traffic

MAX_ANSWER_BYTES = 1024 * 1024
_MAX_CONNECTIONS = 32
_MAX_IDLE_CONNECTIONS = 8
_MAX_IDLE_BY_PROXY = 2
"""A proxy serves an account or a few, and there may be hundreds of proxies."""

_IDLE_S = 30.0
STALL_S = 30.0
_LOST = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, read whole and decompressed."""

    status: int
    headers: httpx.Headers
    body: bytes


class Http:
    """Sends requests over one route, each inside its own deadline. Safe from any thread.

    The only place that builds an HTTP client; `routes` keeps one for each route.
    """

    def __init__(
        self,
        clock: Clock,
        transport: httpx.BaseTransport,
        traffic: Traffic,
        *,
        connect_s: float = 10.0,
        stall_s: float = STALL_S,
    ) -> None:
        for name in ("httpx", "httpcore"):  # they log whole addresses
            logging.getLogger(name).setLevel(logging.WARNING)
        self._clock = clock
        own = transport if isinstance(transport, NetworkTransport) else None
        self._network = own.network if own else Network(clock)
        self._proxy = own.proxy if own else None
        self._connect_s = connect_s
        self._stall_s = stall_s
        self.traffic = traffic
        self._client = httpx.Client(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            headers={
                "User-Agent": f"TikTokManager/{__version__}",
                "Accept": "*/*",
                "Accept-Encoding": "gzip",
            },
        )

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str],
        content: bytes | Iterator[bytes] = b"",
        extensions: dict[str, bytes] | None = None,
        stall_s: float | None = None,
    ) -> httpx.Request:
        """Build a request; nothing is sent. It is broken off after `stall_s` without progress."""
        return self._client.build_request(
            method,
            url,
            headers=headers,
            content=content,
            extensions=extensions,
            timeout=httpx.Timeout(stall_s or self._stall_s, connect=self._connect_s),
        )

    def fetch(
        self,
        request: httpx.Request,
        *,
        limit_s: float,
        max_bytes: int = MAX_ANSWER_BYTES,
        cancel: CancelToken | None = None,
        endpoint: str = "",
        urgent: bool = False,
    ) -> Reply:
        """Send and return the whole answer, whatever its status.

        Raises NetworkDown (also for an answer over `max_bytes`, and without sending anything
        while the host, or this `endpoint` of it, is left alone) and Cancelled. An `urgent`
        request is sent in any case.
        """
        circuits = circuits_of(str(request.url), endpoint, self._proxy)
        self.traffic.enter(circuits, urgent=urgent)
        try:
            reply = self._exchange(request, limit_s, max_bytes, cancel)
        except NetworkDown as exc:
            self.traffic.left(
                circuits, ok=exc.failure.code == "bad_answer", cause=exc.failure.as_cause
            )
            raise
        failed = reply.status >= 500 or reply.status == 408
        self.traffic.left(
            circuits, ok=not failed, cause={"cause": "http_error", "http_status": str(reply.status)}
        )
        return reply

    def _exchange(
        self,
        request: httpx.Request,
        limit_s: float,
        max_bytes: int,
        cancel: CancelToken | None,
    ) -> Reply:
        try:
            with self._network.limit(limit_s, cancel):
                ends_s = self._clock.monotonic_s() + limit_s
                with closing(self._client.send(request, stream=True)) as response:
                    return self._read(response, max_bytes, ends_s)
        except _LOST as exc:
            cause = _cause(exc)
            # Behind a proxy it is the proxy we connect to, and the one who looks up names.
            hits_proxy = self._proxy is not None and cause in {"connect", "dns"}
            failure = lost("proxy" if hits_proxy else cause)
        except _Untrusted as exc:
            failure = exc.failure
        # Raised outside the handlers: the exceptions above carry the request and its headers.
        raise NetworkDown(failure)

    def interrupt(self) -> None:
        """Break off the requests under way: they raise NetworkDown within a quarter of a second.

        Not those with a cancel token, which ends them.
        """
        self._network.interrupt()

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _read(self, response: httpx.Response, max_bytes: int, ends_s: float) -> Reply:
        body = bytearray()
        for piece in _pieces(response, max_bytes):
            body += piece
            if len(body) > max_bytes:
                raise _Untrusted(untrusted("too_large"))
            if self._clock.monotonic_s() > ends_s:
                raise httpx.ReadTimeout("deadline")
        return Reply(status=response.status_code, headers=response.headers, body=bytes(body))


class NetworkTransport(httpx.BaseTransport):
    """Connects through `Network`, or through a proxy and then never around it.

    TLS settings are loaded when first needed.
    """

    def __init__(
        self,
        clock: Clock,
        proxy: Proxy | None = None,
        trust: Callable[[], ssl.SSLContext] = system_trust,
    ) -> None:
        self.network = Network(clock)
        self.proxy = proxy
        self._trust = trust
        self._lock = threading.Lock()
        self._pools: dict[str, httpcore.ConnectionPool] = {}

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # As an extension the target would replace the CONNECT's own and show it to the proxy.
        extensions = dict(request.extensions)
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=extensions.pop("target", request.url.raw_path),
        )
        reply = self._pool(request.url.scheme).handle_request(
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=extensions,
            )
        )
        return httpx.Response(reply.status, headers=reply.headers, stream=_Body(reply))

    @override
    def close(self) -> None:
        with self._lock:
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.close()

    def _pool(self, scheme: str) -> httpcore.ConnectionPool:
        with self._lock:
            if scheme not in self._pools:
                self._pools[scheme] = httpcore.ConnectionPool(
                    ssl_context=self._trust() if scheme == "https" else None,
                    proxy=_core_proxy(self.proxy),
                    max_connections=_MAX_CONNECTIONS,
                    max_keepalive_connections=_MAX_IDLE_BY_PROXY
                    if self.proxy
                    else _MAX_IDLE_CONNECTIONS,
                    keepalive_expiry=_IDLE_S,
                    network_backend=self.network,
                )
            return self._pools[scheme]


def circuits_of(url: str, endpoint: str, proxy: Proxy | None) -> tuple[str, ...]:
    """Return what the circuit breaker watches of a request: its host by this way, the endpoint."""
    at = httpx.URL(url)
    way = f" by {proxy.host}:{proxy.port}" if proxy else ""
    host = f"{at.host}:{at.port or at.scheme}{way}"
    return (host, f"{host} {endpoint}") if endpoint else (host,)


def _core_proxy(proxy: Proxy | None) -> httpcore.Proxy | None:
    if proxy is None:
        return None
    auth = (proxy.username, proxy.password) if proxy.username or proxy.password else None
    url = httpcore.URL(scheme=proxy.scheme, host=proxy.host, port=proxy.port, target="/")
    return httpcore.Proxy(url, auth)


class _Body(httpx.SyncByteStream):
    def __init__(self, reply: httpcore.Response) -> None:
        self._reply = reply

    @override
    def __iter__(self) -> Iterator[bytes]:
        yield from self._reply.iter_stream()

    @override
    def close(self) -> None:
        self._reply.close()


class _Untrusted(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


def _pieces(response: httpx.Response, max_bytes: int) -> Iterator[bytes]:
    """Yield the decompressed body in pieces that a compression bomb cannot blow up."""
    if response.is_stream_consumed:  # an answer made in memory, by a test's transport
        yield response.content
        return
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        yield from response.iter_raw()
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise _Untrusted(untrusted("unknown_compression"))
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        for piece in response.iter_raw():
            packed = piece
            while packed:
                yield inflate.decompress(packed, max_bytes + 1)
                packed = inflate.unconsumed_tail
    except zlib.error:
        raise _Untrusted(untrusted("damaged")) from None


def _cause(exc: BaseException) -> str:
    """Name what went wrong on the wire without quoting the request."""
    if isinstance(exc, httpx.ProxyError | httpcore.ProxyError):
        return "proxy"
    if isinstance(exc, httpx.ConnectError | httpcore.ConnectError):
        return _connect_cause(exc)
    if isinstance(exc, httpx.TimeoutException | httpcore.TimeoutException):
        return "timeout"
    return "interrupted"


def _connect_cause(exc: BaseException) -> str:
    link: BaseException | None = exc
    while link is not None:
        if isinstance(link, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return "interrupted"
        if isinstance(link, ssl.SSLError):
            return "tls"
        if isinstance(link, socket.gaierror):
            return "dns"
        link = link.__cause__ or link.__context__
    return "connect"
