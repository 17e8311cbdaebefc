"""The socket's side of a request: cutting it off, and taking a big body straight from it.

uvicorn's pure-Python HTTP parser copies every body block several times. For an upload the parser
reads the head only; then `receive_body` reads the rest of the body from the socket into one
buffer, in constant memory and several times as fast.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

SCOPE_KEY = "simulator.connection"
BLOCK_BYTES = 1 << 20


class Connection(H11Protocol):
    """uvicorn's connection, reachable from within the request's scope."""

    _diverted = False

    @staticmethod
    def reporting(on_junk: Callable[[], None]) -> type["Connection"]:
        """Return a connection class that tells of requests that are no HTTP."""

        class Reporting(Connection):
            @override
            def send_400_response(self, msg: str) -> None:
                on_junk()
                super().send_400_response(msg)

        return Reporting

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner: Any = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope[SCOPE_KEY] = self
            await inner(scope, receive, send)

        self.app = app

    def cut(self) -> None:
        """Drop the connection without another byte."""
        if self.cycle is not None:
            self.cycle.disconnected = True
        self.transport.abort()

    def divert(self, sink: asyncio.BufferedProtocol) -> None:
        self._diverted = True
        self.flow.resume_reading()
        self.transport.set_protocol(sink)

    @override
    def on_response_complete(self) -> None:
        if self._diverted:
            # The parser never saw the end of the body: the next request gets a fresh one.
            self._diverted = False
            self.conn = h11.Connection(h11.SERVER)
        super().on_response_complete()


class _BodySink(asyncio.BufferedProtocol):
    """Reads `remaining` bytes, hands them to `write`, then gives the socket back."""

    def __init__(
        self, connection: Connection, remaining: int, write: Callable[[memoryview], None]
    ) -> None:
        self._connection = connection
        self._remaining = remaining
        self._write = write
        self._buffer = memoryview(bytearray(min(BLOCK_BYTES, remaining)))
        self.arrived: asyncio.Future[bool] = connection.loop.create_future()

    @override
    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer[: self._remaining]

    @override
    def buffer_updated(self, nbytes: int) -> None:
        self._remaining -= nbytes
        try:
            self._write(self._buffer[:nbytes])
        except OSError as error:
            self._end(error)
            return
        if self._remaining == 0:
            self._end(None)

    def _end(self, error: OSError | None) -> None:
        self._connection.transport.set_protocol(self._connection)
        if self.arrived.done():
            return
        if error is None:
            self.arrived.set_result(True)
        else:
            self.arrived.set_exception(error)

    @override
    def eof_received(self) -> None:
        return None

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._connection.connection_lost(exc)
        if not self.arrived.done():
            self.arrived.set_result(False)

    @override
    def pause_writing(self) -> None:
        self._connection.pause_writing()

    @override
    def resume_writing(self) -> None:
        self._connection.resume_writing()


async def receive_body(
    connection: Connection,
    receive: Receive,
    size_bytes: int,
    write: Callable[[bytes | memoryview], None],
) -> bool:
    """Read `size_bytes` of the body and say whether all of them came.

    Raises OSError if they cannot be written.
    """
    if size_bytes == 0:
        return True
    first: Message = await receive()
    if first["type"] != "http.request":
        return False
    block: bytes = first.get("body", b"")[:size_bytes]
    write(block)
    remaining = size_bytes - len(block)
    if remaining == 0 or not first.get("more_body", False):
        return remaining == 0
    sink = _BodySink(connection, remaining, write)
    connection.divert(sink)
    return await sink.arrived
