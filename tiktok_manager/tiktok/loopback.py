"""Hearing TikTok's answer to a sign-in on 127.0.0.1 (RFC 8252, Login Kit for Desktop).

The browser that brings the answer is told what became of it: it waits until the sign-in has
ended, at most `HOLD_S`. Whoever asks again with the same state (a prefetch, a reload) gets the
same page for some seconds more; the answer itself is taken once.
"""

import hmac
import logging
import selectors
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, cast
from urllib.parse import unquote, unquote_plus

import h11

from tiktok_manager.domain.accounts import CALLBACK_PATH
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppError, ConsentRefused
from tiktok_manager.tiktok import callback_pages as pages
from tiktok_manager.tiktok.errors import clean

logger = logging.getLogger(__name__)

WAIT_S = 300.0
OVERDUE_S = 20.0
HOLD_S = 10.0
LINGER_S = 30.0
REQUEST_S = 5.0
# Other local programs' cookies come along: cookies know no ports.
MAX_HEADER_BYTES = 65_536
MAX_SOCKETS = 4
GRACE_S = 0.025
_BACKLOG = 1024
_TICK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """The owner agreed; `scopes` may be fewer than asked for."""

    code: str = field(repr=False)
    scopes: tuple[str, ...]


class LoopbackReceiver:
    """Listens on 127.0.0.1 for the one answer that carries `state`.

    Call `open`, `wait` once, then `conclude` with what became of the answer; `close` in any case.
    From the answer on a thread of its own serves the browser, until it has lingered or `close` is
    called. Whatever else knocks is turned away with a 4xx and does not disturb the question. `say`
    makes the words of the pages.
    """

    def __init__(
        self,
        state: str,
        clock: Clock,
        say: pages.Say,
        *,
        wait_s: float = WAIT_S,
        request_s: float = REQUEST_S,
        grace_s: float = GRACE_S,
    ) -> None:
        self._state = state
        self._clock = clock
        self._say = say
        self._wait_s = wait_s
        self._request_s = request_s
        self._grace_s = grace_s
        self._selector: selectors.BaseSelector
        self._visitors: list[_Visitor] = []
        self._held: list[_Visitor] = []
        self._listener: socket.socket | None = None
        self._port = 0
        self._outcome: pages.Page | None = None
        self._concluded_at_s = 0.0
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def redirect_uri(self) -> str:
        """The address TikTok sends the browser back to; byte for byte the same everywhere."""
        return f"http://127.0.0.1:{self._port}{CALLBACK_PATH}"

    def open(self) -> Self:
        """Start to listen; raises AppError where no local port can be had."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        try:
            listener.bind(("127.0.0.1", 0))
            listener.listen(_BACKLOG)
            listener.setblocking(False)
        except OSError as exc:
            listener.close()
            raise AppError("no_loopback_port") from exc
        self._port = listener.getsockname()[1]
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        return self

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def wait(self, cancel: CancelToken, on_overdue: Callable[[], None] | None = None) -> Callback:
        """Return the owner's answer; the browser that brought it then waits for `conclude`.

        `on_overdue` is called once when nothing has come for `OVERDUE_S`. Raises ConsentRefused,
        Cancelled, and AppError when nobody answered in time.
        """
        try:
            answer = self._hear(cancel, on_overdue)
        except BaseException:
            self.close()
            raise
        self._thread = threading.Thread(target=self._serve_on, name="sign-in-page", daemon=True)
        self._thread.start()
        return _result(answer)

    def conclude(self, page: pages.Page) -> None:
        """Say what became of the answer; the browser is told, and again for `LINGER_S`.

        What was said first stands: a refused consent does not become a failed sign-in.
        """
        if self._outcome is None:
            self._concluded_at_s = self._clock.monotonic_s()
            self._outcome = page

    def close(self) -> None:
        """Stop listening; a browser that still waits is told how things stand."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self._release()

    def _hear(self, cancel: CancelToken, on_overdue: Callable[[], None] | None) -> dict[str, str]:
        began_s = self._clock.monotonic_s()
        while True:
            cancel.check()
            if answer := self._turn():
                return answer
            waited_s = self._clock.monotonic_s() - began_s
            if on_overdue is not None and waited_s >= OVERDUE_S:
                on_overdue()
                on_overdue = None
            if waited_s >= self._wait_s:
                raise AppError("consent_timeout")

    def _serve_on(self) -> None:
        try:
            while not self._closing.is_set() and not self._has_lingered():
                self._turn()
        except Exception:  # the last line of this thread: the sign-in itself goes on
            logger.exception("The sign-in's page could not be served any longer")
        finally:
            self._release()

    def _has_lingered(self) -> bool:
        ended = self._outcome is not None
        return ended and self._clock.monotonic_s() - self._concluded_at_s >= LINGER_S

    def _release(self) -> None:
        if self._listener is None:
            return
        self._listener.close()
        self._listener = None
        self._selector.close()
        for visitor in self._held:
            self._reply(visitor, self._outcome or pages.UNDER_WAY)
        for visitor in self._visitors + self._held:
            visitor.sock.close()
        self._visitors.clear()
        self._held.clear()

    def _turn(self) -> dict[str, str] | None:
        """Serve whoever is ready; returns the answer once it is there."""
        for key, _ in self._selector.select(min(_TICK_S, self._grace_s)):
            if answer := self._serve(cast("socket.socket", key.fileobj)):
                return answer
        self._make_room()
        self._tell_the_held()
        return None

    def _serve(self, ready: socket.socket) -> dict[str, str] | None:
        if ready is self._listener:
            visitor = self._accept(ready)
        else:
            visitor = next((v for v in self._visitors if v.sock is ready), None)
        if visitor is None or not visitor.read():
            return None
        if visitor.answered:
            self._drop(visitor)
            return None
        answer, page = self._judge(visitor)
        if page is None:
            self._hold(visitor)
        else:
            self._reply(visitor, page)
        return answer

    def _accept(self, listener: socket.socket) -> "_Visitor | None":
        try:
            sock, _ = listener.accept()
        except OSError:
            return None
        sock.setblocking(False)
        visitor = _Visitor(sock, self._clock.monotonic_s())
        self._visitors.append(visitor)
        self._selector.register(sock, selectors.EVENT_READ)
        if len(self._visitors) == MAX_SOCKETS:
            self._selector.unregister(listener)
        return visitor

    def _drop(self, visitor: "_Visitor") -> None:
        self._leave(visitor)
        visitor.sock.close()

    def _leave(self, visitor: "_Visitor") -> None:
        self._selector.unregister(visitor.sock)
        if len(self._visitors) == MAX_SOCKETS and self._listener is not None:
            self._selector.register(self._listener, selectors.EVENT_READ)
        self._visitors.remove(visitor)

    def _hold(self, visitor: "_Visitor") -> None:
        """Let the browser wait for the outcome; the oldest of too many no longer."""
        self._leave(visitor)
        self._held.append(visitor)
        visitor.came_at_s = self._clock.monotonic_s()
        if len(self._held) > MAX_SOCKETS:
            self._dismiss(self._held[0], pages.UNDER_WAY)

    def _tell_the_held(self) -> None:
        now_s = self._clock.monotonic_s()
        for visitor in list(self._held):
            if self._outcome is not None:
                self._dismiss(visitor, self._outcome)
            elif now_s - visitor.came_at_s >= HOLD_S:
                self._dismiss(visitor, pages.UNDER_WAY)

    def _dismiss(self, visitor: "_Visitor", page: pages.Page) -> None:
        self._held.remove(visitor)
        self._reply(visitor, page)
        visitor.sock.close()

    def _reply(self, visitor: "_Visitor", page: pages.Page) -> None:
        visitor.reply(page.encode(self._say))

    def _make_room(self) -> None:
        """Close whoever takes too long; sooner while others wait, lest the browser be one."""
        now_s = self._clock.monotonic_s()
        limit_s = self._grace_s if len(self._visitors) == MAX_SOCKETS else self._request_s
        for visitor in [v for v in self._visitors if now_s - v.came_at_s >= limit_s]:
            self._drop(visitor)

    def _judge(self, visitor: "_Visitor") -> "tuple[dict[str, str] | None, pages.Page | None]":
        """Return the answer a visitor brings and the page for it; None holds the visitor."""
        request = visitor.request
        if request is None:
            return None, pages.TOO_MUCH if visitor.too_large else pages.NOT_UNDERSTOOD
        if objection := self._objection(request):
            return None, objection
        answer = _parameters(request.target.decode("ascii").partition("?")[2])
        if answer is None or not _same(answer.get("state", ""), self._state):
            return None, pages.NOT_THIS_SIGN_IN
        if bool(answer.get("code")) == bool(answer.get("error")):
            return None, pages.INCOMPLETE
        if answer.get("error") and self._thread is None:
            self.conclude(pages.refused(_told(answer)))
        return answer, self._outcome

    def _objection(self, request: h11.Request) -> pages.Page | None:
        if request.method != b"GET":
            return pages.NOT_ALLOWED
        headers = [(bytes(name), bytes(value)) for name, value in request.headers]
        hosts = [value for name, value in headers if name == b"host"]
        if hosts != [f"127.0.0.1:{self._port}".encode()]:
            return pages.WRONG_HOST
        if any(name in {b"content-length", b"transfer-encoding"} for name, _ in headers):
            return pages.NOT_UNDERSTOOD
        if request.target.partition(b"?")[0] != CALLBACK_PATH.encode():
            return pages.NOTHING_HERE
        return None


class _Visitor:
    """One connection: reads a single small request, answers it, waits for the other to close."""

    def __init__(self, sock: socket.socket, came_at_s: float) -> None:
        self.sock = sock
        self.came_at_s = came_at_s
        self.request: h11.Request | None = None
        self.too_large = False
        self.answered = False
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEADER_BYTES)
        self._received_bytes = 0

    def read(self) -> bool:
        """Take what arrived; says whether there is something to answer or the visit is over."""
        try:
            data = self.sock.recv(MAX_HEADER_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            self.answered = True
            return True
        if self.answered:
            return not data
        self._received_bytes += len(data)
        try:
            self._parser.receive_data(data)
            event = self._parser.next_event()
        except h11.RemoteProtocolError as exc:
            self.too_large = exc.error_status_hint == 431
            return True
        if isinstance(event, h11.Request):
            self.too_large = self._received_bytes > MAX_HEADER_BYTES
            self.request = None if self.too_large else event
            return True
        if event is h11.NEED_DATA:
            return False
        self.answered = True  # closed without a request
        return True

    def reply(self, page: bytes) -> None:
        """Send the page; the connection is then read out and closed."""
        self.answered = True
        with suppress(OSError):
            self.sock.sendall(page)
            self.sock.shutdown(socket.SHUT_WR)


def _parameters(query: str) -> dict[str, str] | None:
    """Split the query; None if a parameter comes twice. Values are decoded once, `+` stays."""
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        name = unquote(name)
        if name in found:
            return None
        found[name] = value if name == "error_description" else unquote(value)
    return found


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def _told(answer: dict[str, str]) -> str:
    return clean(unquote_plus(answer.get("error_description", "")))


def _result(answer: dict[str, str]) -> Callback:
    if error := answer.get("error"):
        said = _told(answer)
        raise ConsentRefused(raw_code=clean(error), said=said, why="said" if said else "")
    scopes = answer.get("scopes", "").replace(",", " ").split()
    return Callback(code=answer["code"], scopes=tuple(scopes))
