"""TikTok in memory, raw servers on loopback, and clocks that obey, for the tests of this room."""

import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock, SystemClock
from tiktok_manager.tiktok.client import TikTokClient
from tiktok_manager.tiktok.endpoints import AppKeys, Endpoints
from tiktok_manager.tiktok.traffic import Traffic
from tiktok_manager.tiktok.transport import Http, NetworkTransport

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEYS = AppKeys("client-key-1", "client-secret-1")
PATIENCE_S = 10.0


class FakeClock:
    """Stands still unless told; with `step_s` every look moves it on."""

    def __init__(self, step_s: float = 0.0) -> None:
        self.at = NOW
        self.mono_s = 1000.0
        self._step_s = step_s

    def now(self) -> datetime:
        return self.at

    def monotonic_s(self) -> float:
        self.mono_s += self._step_s
        return self.mono_s

    def pause(self, cancel: CancelToken, duration_s: float) -> bool:
        self.advance(duration_s)
        return cancel.cancelled

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.mono_s += seconds


class FakeTikTok(httpx.MockTransport):
    """Gives prepared answers in turn and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        super().__init__(self._answer)
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def last(self) -> httpx.Request:
        return self.requests[-1]

    @property
    def body(self) -> Any:
        return json.loads(self.last.content)


def ok(data: Any, log_id: str = "log-1") -> httpx.Response:
    return httpx.Response(
        200, json={"data": data, "error": {"code": "ok", "message": "", "log_id": log_id}}
    )


def refused(code: str, message: str = "", status: int = 200, **headers: str) -> httpx.Response:
    error = {"code": code, "message": message, "log_id": "log-9"}
    return httpx.Response(status, json={"data": {}, "error": error}, headers=headers)


def oauth_error(code: str, description: str = "") -> httpx.Response:
    """OAuth answers its errors with HTTP 200."""
    body = {"error": code, "error_description": description, "log_id": "log-9"}
    return httpx.Response(200, json=body)


def http_for(transport: httpx.BaseTransport | None = None, clock: Clock | None = None) -> Http:
    """Return HTTP by a way of its own, the network's if none is given; close it."""
    clock = clock or SystemClock()
    return Http(clock, transport or NetworkTransport(clock), Traffic(clock))


def client_for(tiktok: httpx.BaseTransport, clock: Clock | None = None) -> TikTokClient:
    clock = clock or FakeClock()
    return TikTokClient(http_for(tiktok, clock), Endpoints(), clock)


class RawServer:
    """Hands every connection to `serve` on a thread of its own; waits for all at the end."""

    def __init__(
        self, serve: Callable[[socket.socket], None], family: socket.AddressFamily = socket.AF_INET
    ) -> None:
        host = "127.0.0.1" if family == socket.AF_INET else "::1"
        self._serve = serve
        self._listener = socket.create_server((host, 0), family=family)
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            sock.settimeout(PATIENCE_S)
            # Else a last word may still wait to be sent when closing throws it away.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start(lambda sock=sock: self._guard(sock))  # type: ignore[misc]

    def _guard(self, sock: socket.socket) -> None:
        # The other side going away is often what the test is about.
        with sock, suppress(ConnectionError, TimeoutError):
            self._serve(sock)


def read_head(sock: socket.socket) -> tuple[bytes, bytes]:
    """Return a request's head and what came of its body with it; empty at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return b"", b""
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def header(head: bytes, name: str) -> str:
    for line in head.decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return ""


def read_body(sock: socket.socket, head: bytes, rest: bytes) -> bytes:
    body = bytearray(rest)
    length = int(header(head, "content-length") or 0)
    while len(body) < length:
        piece = sock.recv(1 << 20)
        if not piece:
            break
        body += piece
    return bytes(body)


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Reason", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Background:
    """Runs calls on threads of their own, joined at the end of the test."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(8)

    def run(self, work: Callable[..., Any], *args: Any) -> "Future[Any]":
        return self._pool.submit(work, *args)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
