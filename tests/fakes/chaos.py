"""A TCP proxy on which connections break on order, in ways no HTTP server can bring about.

A mishap waits for a request that holds its marker and ends the connection at a byte: with a reset,
a close, or a silence that never ends. Slowness is told to the test's clock and costs no time.
"""

import asyncio
import random
import socket
import struct
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

_BLOCK_BYTES = 65536
_RESETS = struct.pack("ii", 1, 0)


class Ending(StrEnum):
    """How a connection ends."""

    RESET = "reset"
    CLOSE = "close"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """Ends connections whose request holds the bytes `at`, at most `times` of them.

    Either `sent_bytes` of the request from the marker on still reach the server, or the whole
    request does and `heard_bytes` of its answer come back.
    """

    at: bytes = b""
    sent_bytes: int | None = None
    heard_bytes: int | None = None
    ending: Ending = Ending.RESET
    times: int = 1
    chance: float = 1.0


class ChaosProxy:
    """Stands between a client and the server on `port`. A context manager.

    `pass_time` is told how many seconds go by: `latency_s` before each block of the client,
    what a line of `bytes_per_s` takes for it, and `silence_s` where a connection falls silent.
    """

    def __init__(
        self,
        port: int,
        *mishaps: Mishap,
        pass_time: Callable[[float], None] = lambda _s: None,
        bytes_per_s: float = float("inf"),
        latency_s: float = 0.0,
        silence_s: float = 200.0,
        block_bytes: int = _BLOCK_BYTES,
        seed: int = 1,
    ) -> None:
        self.port = 0
        self.connections = 0
        self.struck = 0
        self.server_port = port
        self.pass_time = pass_time
        self.bytes_per_s = bytes_per_s
        self.latency_s = latency_s
        self.silence_s = silence_s
        self.block_bytes = block_bytes
        self._mishaps = {mishap: mishap.times for mishap in mishaps}
        self._chance = random.Random(seed)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="chaos")

    @property
    def url(self) -> str:
        """Where the client is to connect."""
        return f"http://127.0.0.1:{self.port}"

    def order(self, mishap: Mishap) -> None:
        """Let one more thing go wrong from now on."""
        self._loop.call_soon_threadsafe(self._mishaps.__setitem__, mishap, mishap.times)

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        self._loop.call_soon_threadsafe(self._mishaps.clear)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def meet(self, block: bytes) -> tuple[Mishap, int] | None:
        """Return the mishap a block of the client brings about, and its marker's place."""
        for mishap, left in self._mishaps.items():
            place = block.find(mishap.at)
            if left and place >= 0 and self._chance.random() < mishap.chance:
                self._mishaps[mishap] -= 1
                self.struck += 1
                return mishap, place
        return None

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._links: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        if task is not None:
            self._links.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            await _Link(self, reader, writer).run()


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: ChaosProxy, reader: StreamReader, writer: StreamWriter) -> None:
        self._proxy = proxy
        self._client = (reader, writer)
        self._sends: int | None = None
        self._hears: int | None = None
        self._ending = Ending.CLOSE

    async def run(self) -> None:
        server = await asyncio.open_connection("127.0.0.1", self._proxy.server_port)
        ways = [
            asyncio.create_task(self._upwards(server[1])),
            asyncio.create_task(self._downwards(server[0])),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if self._ending is Ending.SILENCE:
                for way in ways:
                    way.cancel()
                self._proxy.pass_time(self._proxy.silence_s)
                await asyncio.Event().wait()
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._end(server[1])

    def _end(self, upstream: StreamWriter) -> None:
        upstream.transport.abort()
        down = self._client[1]
        if self._ending is Ending.RESET:
            sock = down.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETS)
            down.transport.abort()
        else:
            down.close()

    async def _upwards(self, upstream: StreamWriter) -> None:
        while block := await self._client[0].read(self._proxy.block_bytes):
            self._proxy.pass_time(
                self._proxy.latency_s + len(block) / self._proxy.bytes_per_s,
            )
            self._strike(block)
            passed = block if self._sends is None else block[: self._sends]
            upstream.write(passed)
            await upstream.drain()
            if self._sends is not None:
                self._sends -= len(passed)
                if self._sends <= 0:
                    return

    async def _downwards(self, upstream: StreamReader) -> None:
        while block := await upstream.read(_BLOCK_BYTES):
            passed = block if self._hears is None else block[: self._hears]
            self._client[1].write(passed)
            await self._client[1].drain()
            if self._hears is not None:
                self._hears -= len(passed)
                if self._hears <= 0:
                    return

    def _strike(self, block: bytes) -> None:
        met = None if self._sends is not None else self._proxy.meet(block)
        if met is None:
            return
        mishap, place = met
        self._ending = mishap.ending
        self._hears = mishap.heard_bytes
        if mishap.sent_bytes is not None:
            self._sends = place + mishap.sent_bytes
