"""Sockets that keep a whole call inside a deadline.

Time limits of HTTP libraries count per read, so an answer trickling in byte by byte never
ends. Here every wait also knows the deadline of the call it belongs to, and a cancelled
upload ends within a quarter of a second. An answer that comes while the request is still
being sent (an expired upload address, say) is seen at once instead of as a broken pipe.
Called by `transport` only.
"""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, zip_longest
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector, DefaultSelector
from typing import Any, cast

import httpcore
from typing_extensions import override

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock

_Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]

_TICK_S = 0.2
_STAGGER_S = 0.25
_CONNECT_S = 10.0
_INTERIM_ANSWER = re.compile(rb"HTTP/1\.\d 1\d\d[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimit:
    """When the call under way must be over, and who may end it earlier."""

    ends_at_s: float
    cancel: CancelToken | None
    interruptions: int


class Network(httpcore.NetworkBackend):
    """Opens connections whose every wait obeys the limit of the calling thread."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._calls = threading.local()
        self._interruptions = 0

    @contextmanager
    def limit(self, limit_s: float, cancel: CancelToken | None) -> Iterator[None]:
        """Keep everything this thread does on the network inside `limit_s`."""
        self._calls.limit = CallLimit(
            ends_at_s=self.clock.monotonic_s() + limit_s,
            cancel=cancel,
            interruptions=self._interruptions,
        )
        opened: list[Stream] = []
        self._calls.opened = opened
        try:
            yield
        except BaseException:
            # The HTTP library forgets a connection to a SOCKS proxy that refused.
            for stream in opened:
                stream.close()
            raise
        finally:
            self._calls.limit = None
            self._calls.opened = []

    def interrupt(self) -> None:
        """Break off the calls under way on all threads that have no cancel token.

        Later ones are not touched.
        """
        self._interruptions += 1

    def wait(self, sock: socket.socket, events: int, stall_s: float | None) -> int:
        """Wait until `sock` is ready; returns the events, or 0 when the time is over.

        Raises Cancelled.
        """
        started_s = self.clock.monotonic_s()
        while True:
            limit = self._limit()
            now_s = self.clock.monotonic_s()
            left_s = _TICK_S if stall_s is None else started_s + stall_s - now_s
            if limit is not None:
                left_s = min(left_s, limit.ends_at_s - now_s)
            if left_s <= 0:
                return 0
            if ready := _ready(sock, events, min(left_s, _TICK_S)):
                return ready

    def _limit(self) -> CallLimit | None:
        limit: CallLimit | None = getattr(self._calls, "limit", None)
        if limit is not None and limit.cancel is not None:
            limit.cancel.check()
        elif limit is not None and limit.interruptions != self._interruptions:
            raise httpcore.ReadError("interrupted")
        return limit

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers, IPv6 and IPv4 in turn (RFC 8305).

        Looking up the name cannot be interrupted; the system limits it by itself.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            sock = self._race(found, timeout or _CONNECT_S)
        except OSError as exc:
            raise httpcore.ConnectError(str(exc)) from exc
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = Stream(self, sock)
        getattr(self._calls, "opened", []).append(stream)
        return stream

    def _race(self, found: Sequence[_Address], timeout_s: float) -> socket.socket:
        waiting = _interleave(found)
        last_error = OSError("no address")
        gives_up_s = self.clock.monotonic_s() + timeout_s
        with DefaultSelector() as attempts:
            try:
                while waiting or attempts.get_map():
                    if waiting:
                        last_error = _start_connect(attempts, waiting.pop(0)) or last_error
                    next_s = self.clock.monotonic_s() + _STAGGER_S if waiting else gives_up_s
                    for sock in self._first_ready(attempts, next_s):
                        attempts.unregister(sock)
                        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                        if not error:
                            return sock
                        sock.close()
                        last_error = OSError(error, "connection failed")
                    if self.clock.monotonic_s() >= gives_up_s:
                        raise httpcore.ConnectTimeout("no answer")
                raise last_error
            finally:
                for key in list(attempts.get_map().values()):
                    cast(socket.socket, key.fileobj).close()

    def _first_ready(self, attempts: BaseSelector, until_s: float) -> list[socket.socket]:
        while attempts.get_map():
            self._limit()
            left_s = until_s - self.clock.monotonic_s()
            ready = attempts.select(max(0.0, min(left_s, _TICK_S)))
            if ready or left_s <= 0:
                return [cast(socket.socket, key.fileobj) for key, _ in ready]
        return []


class Stream(httpcore.NetworkStream):
    """One connection, plain or TLS, never blocking longer than its call may last."""

    def __init__(self, network: Network, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._network = network
        self._sock = sock
        self._early = bytearray()

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what arrived, b"" at the end."""
        if self._early:
            data = bytes(self._early[:max_bytes])
            del self._early[:max_bytes]
            return data
        return self._retry(
            lambda: self._sock.recv(max_bytes), timeout, httpcore.ReadTimeout, httpcore.ReadError
        )

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all; raises WriteError as soon as the server has answered or gone."""
        view = memoryview(buffer)
        while view:
            sent = self._send(view, timeout)
            view = view[sent:]

    def _send(self, view: memoryview, stall_s: float | None) -> int:
        while True:
            self._look_for_answer()
            try:
                return self._sock.send(view)
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                pass
            except OSError as exc:
                raise httpcore.WriteError(type(exc).__name__) from exc
            if not self._network.wait(self._sock, EVENT_READ | EVENT_WRITE, stall_s):
                raise httpcore.WriteTimeout("no progress")

    def _look_for_answer(self) -> None:
        """Keep what the server says while we still send; raise WriteError if it is final."""
        if not _ready(self._sock, EVENT_READ, 0):
            return
        try:
            data = self._sock.recv(65536)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return  # a TLS record without data, such as a session ticket
        except OSError as exc:
            raise httpcore.WriteError(type(exc).__name__) from exc
        self._early += data
        answer = _INTERIM_ANSWER.sub(b"", bytes(self._early))
        if not data or answer[9:10] not in b"1":
            raise httpcore.WriteError("answered early")

    def _retry(
        self,
        attempt: Callable[[], bytes],
        stall_s: float | None,
        timeout_error: type[Exception],
        error: type[Exception],
    ) -> bytes:
        while True:
            events = EVENT_READ
            try:
                return attempt()
            except (BlockingIOError, ssl.SSLWantReadError):
                pass
            except ssl.SSLWantWriteError:
                events = EVENT_WRITE
            except OSError as exc:
                raise error(type(exc).__name__) from exc
            if not self._network.wait(self._sock, events, stall_s):
                raise timeout_error("no progress")

    @override
    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Return the stream inside TLS, its certificate checked; raises ConnectError."""
        try:
            secure = ssl_context.wrap_socket(
                self._sock, server_hostname=server_hostname, do_handshake_on_connect=False
            )
        except (OSError, ValueError) as exc:
            self.close()
            raise httpcore.ConnectError(type(exc).__name__) from exc
        stream = Stream(self._network, secure)

        def shake_hands() -> bytes:
            secure.do_handshake()
            return b""

        try:
            stream._retry(shake_hands, timeout, httpcore.ConnectTimeout, httpcore.ConnectError)
        except BaseException:
            stream.close()
            raise
        return stream

    @override
    def close(self) -> None:
        """Close the connection."""
        self._sock.close()

    @override
    def get_extra_info(self, info: str) -> object:
        """Answer what the connection pool asks about the socket."""
        if info == "is_readable":
            return self._sock.fileno() < 0 or bool(_ready(self._sock, EVENT_READ, 0))
        if info == "socket":
            return self._sock
        if info == "ssl_object" and isinstance(self._sock, ssl.SSLSocket):
            return self._sock
        return None


def _interleave(found: Sequence[_Address]) -> list[_Address]:
    six = [entry for entry in found if entry[0] == socket.AF_INET6]
    four = [entry for entry in found if entry[0] == socket.AF_INET]
    return [entry for entry in chain(*zip_longest(six, four)) if entry is not None]


def _start_connect(attempts: BaseSelector, entry: _Address) -> OSError | None:
    family, kind, proto, _, address = entry
    sock = socket.socket(family, kind, proto)
    try:
        sock.setblocking(False)
        with suppress(BlockingIOError):
            sock.connect(address)
    except OSError as exc:
        sock.close()
        return exc
    attempts.register(sock, EVENT_WRITE)
    return None


def _ready(sock: socket.socket, events: int, timeout_s: float) -> int:
    """Return which of `events` can happen without blocking; a broken socket is ready."""
    if events & EVENT_READ and isinstance(sock, ssl.SSLSocket) and sock.pending():
        return EVENT_READ
    with DefaultSelector() as selector:
        selector.register(sock, events)
        return sum(ready for _, ready in selector.select(timeout_s))
