"""Asking an account's owner for permission (TikTok: Login Kit for Desktop; RFC 8252, 7636).

The consent page opens in the user's own browser; its answer comes back to a listener on
127.0.0.1 that lives only as long as the question is open. Services drive it from a worker
thread; it starts no thread of its own.
"""

import hashlib
import hmac
import secrets
import selectors
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from types import TracebackType
from typing import Self, cast
from urllib.parse import unquote, unquote_plus, urlencode

import h11

from tiktok_manager.domain.accounts import CALLBACK_PATH
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppError, ConsentRefused
from tiktok_manager.tiktok.endpoints import Endpoints
from tiktok_manager.tiktok.errors import clean

WAIT_S = 300.0
REQUEST_S = 5.0
MAX_HEADER_BYTES = 8192
MAX_SOCKETS = 4
GRACE_S = 0.025
_BACKLOG = 1024
_TICK_S = 0.05


def new_verifier(token_urlsafe: Callable[[int], str] = secrets.token_urlsafe) -> str:
    """Return a PKCE verifier of 86 characters, new for every attempt."""
    return token_urlsafe(64)


def new_state(token_urlsafe: Callable[[int], str] = secrets.token_urlsafe) -> str:
    """Return 256 random bits that tie the answer to this attempt."""
    return token_urlsafe(32)


def code_challenge(verifier: str) -> str:
    """Return the challenge as TikTok wants it: the SHA-256 in lowercase hex."""
    return hashlib.sha256(verifier.encode("ascii")).hexdigest()


def authorization_url(
    endpoints: Endpoints,
    *,
    client_key: str,
    scopes: Iterable[str],
    redirect_uri: str,
    state: str,
    verifier: str,
) -> str:
    """Return the address of the consent page; it shows even if the browser is signed in."""
    query = urlencode(
        {
            "client_key": client_key,
            "response_type": "code",
            "scope": ",".join(scopes),
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": code_challenge(verifier),
            "code_challenge_method": "S256",
            "disable_auto_auth": "1",
        },
        safe=",",
    )
    return f"{endpoints.auth_url}/v2/auth/authorize/?{query}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """The owner agreed; `scopes` may be fewer than asked for."""

    code: str = field(repr=False)
    scopes: tuple[str, ...]


class LoopbackReceiver:
    """Listens on 127.0.0.1 for the one answer that carries `state`.

    Use it as a context manager and call `wait` once. Whatever else knocks is turned away
    with a 4xx and does not disturb the question.
    """

    def __init__(
        self,
        state: str,
        clock: Clock,
        *,
        wait_s: float = WAIT_S,
        request_s: float = REQUEST_S,
        grace_s: float = GRACE_S,
    ) -> None:
        self._state = state
        self._clock = clock
        self._wait_s = wait_s
        self._request_s = request_s
        self._grace_s = grace_s
        self._selector: selectors.BaseSelector
        self._visitors: list[_Visitor] = []
        self._listener: socket.socket | None = None
        self._port = 0

    @property
    def redirect_uri(self) -> str:
        """The address TikTok sends the browser back to; byte for byte the same everywhere."""
        return f"http://127.0.0.1:{self._port}{CALLBACK_PATH}"

    def __enter__(self) -> Self:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        try:
            listener.bind(("127.0.0.1", 0))
            listener.listen(_BACKLOG)
            listener.setblocking(False)
        except OSError as exc:
            listener.close()
            raise AppError(
                "The sign-in cannot be received on this computer.",
                "No local port could be opened.",
                "Check whether security software blocks local connections, then try again.",
            ) from exc
        self._port = listener.getsockname()[1]
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening; also done by `wait` at its end."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
            self._selector.close()
        for visitor in self._visitors:
            visitor.sock.close()
        self._visitors.clear()

    def wait(self, cancel: CancelToken) -> Callback:
        """Return the owner's answer.

        Raises ConsentRefused, Cancelled, and AppError when nobody answered in time.
        """
        gives_up_s = self._clock.monotonic_s() + self._wait_s
        try:
            while True:
                cancel.check()
                for key, _ in self._selector.select(min(_TICK_S, self._grace_s)):
                    if answer := self._serve(cast("socket.socket", key.fileobj)):
                        return _result(answer)
                self._make_room()
                if self._clock.monotonic_s() >= gives_up_s:
                    raise AppError(
                        "Nobody answered on TikTok's page.",
                        "The sign-in waits five minutes.",
                        "Start it again. If TikTok's page showed an error, check the app keys "
                        "and the redirect address in TikTok's developer portal.",
                        code="consent_timeout",
                    )
        finally:
            self.close()

    def _serve(self, ready: socket.socket) -> "dict[str, str] | None":
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
        visitor.reply(page)
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
        self._selector.unregister(visitor.sock)
        visitor.sock.close()
        if len(self._visitors) == MAX_SOCKETS and self._listener is not None:
            self._selector.register(self._listener, selectors.EVENT_READ)
        self._visitors.remove(visitor)

    def _make_room(self) -> None:
        """Close whoever takes too long; sooner while others wait, lest the browser be one."""
        now_s = self._clock.monotonic_s()
        limit_s = self._grace_s if len(self._visitors) == MAX_SOCKETS else self._request_s
        for visitor in [v for v in self._visitors if now_s - v.came_at_s >= limit_s]:
            self._drop(visitor)

    def _judge(self, visitor: "_Visitor") -> "tuple[dict[str, str] | None, _Page]":
        request = visitor.request
        if request is None:
            return None, _TOO_MUCH if visitor.too_large else _NOT_UNDERSTOOD
        if objection := self._objection(request):
            return None, objection
        answer = _parameters(request.target.decode("ascii").partition("?")[2])
        if answer is None or not _same(answer.get("state", ""), self._state):
            return None, _NOT_THIS_SIGN_IN
        if bool(answer.get("code")) == bool(answer.get("error")):
            return None, _INCOMPLETE
        if answer.get("error"):
            return answer, _Page(200, "No permission given", _told(answer) or "Nothing changed.")
        return answer, _Page(200, "You are signed in", "TikTok Manager now adds the account.")

    def _objection(self, request: h11.Request) -> "_Page | None":
        if request.method != b"GET":
            return _NOT_ALLOWED
        headers = [(bytes(name), bytes(value)) for name, value in request.headers]
        hosts = [value for name, value in headers if name == b"host"]
        if hosts != [f"127.0.0.1:{self._port}".encode()]:
            return _WRONG_HOST
        if any(name in {b"content-length", b"transfer-encoding"} for name, _ in headers):
            return _NOT_UNDERSTOOD
        if request.target.partition(b"?")[0] != CALLBACK_PATH.encode():
            return _NOTHING_HERE
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

    def reply(self, page: "_Page") -> None:
        """Send the page; the connection is then read out and closed."""
        self.answered = True
        with suppress(OSError):
            self.sock.sendall(page.encode())
            self.sock.shutdown(socket.SHUT_WR)


@dataclass(frozen=True, slots=True)
class _Page:
    status: int
    title: str
    text: str

    def encode(self) -> bytes:
        body = _HTML.format(
            title=escape(self.title),
            text=escape(self.text),
            mark="✓" if self.status == 200 else "!",
        ).encode()
        head = (
            f"HTTP/1.1 {self.status} {self.title}\r\n"
            "Content-Type: text/html; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n"
            "Cache-Control: no-store\r\n"
            "Referrer-Policy: no-referrer\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "X-Frame-Options: DENY\r\n"
            "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
            "img-src data:; frame-ancestors 'none'\r\n"
            "Connection: close\r\n\r\n"
        )
        return head.encode("ascii") + body


_TOO_MUCH = _Page(431, "Too much", "This request is too large.")
_NOT_UNDERSTOOD = _Page(400, "Not understood", "This is not a request for this address.")
_NOT_ALLOWED = _Page(405, "Not allowed", "Only GET is answered here.")
_WRONG_HOST = _Page(421, "Wrong address", "This request is for another host.")
_NOTHING_HERE = _Page(404, "Nothing here", "There is nothing at this address.")
_NOT_THIS_SIGN_IN = _Page(
    400, "Not this sign-in", "This answer does not belong to the sign-in under way."
)
_INCOMPLETE = _Page(400, "Not understood", "This answer holds neither a code nor an error.")


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
        raise ConsentRefused(
            "TikTok gave no permission for this account.",
            _told(answer) or "Permission was refused on TikTok's page.",
            "Start the sign-in again and agree on TikTok's page.",
            code=clean(error),
        )
    scopes = answer.get("scopes", "").replace(",", " ").split()
    return Callback(code=answer["code"], scopes=tuple(scopes))


_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>TikTok Manager</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>
:root{{color-scheme:light dark}}
body{{margin:0;min-height:100vh;display:grid;place-items:center;background:Canvas;
color:CanvasText;font:16px/1.5 system-ui,sans-serif}}
main{{text-align:center;padding:32px;max-width:420px}}
b{{display:inline-grid;place-items:center;width:56px;height:56px;border-radius:28px;
font-size:28px;background:#fe2c55;color:#fff}}
h1{{font-size:24px;margin:16px 0 8px}}p{{margin:8px 0;opacity:.8}}
</style></head>
<body><main><b aria-hidden="true">{mark}</b><h1>{title}</h1><p>{text}</p>
<p>You can close this tab and return to TikTok Manager.</p></main></body></html>
"""
