"""The local TikTok's front door: routes, the server's thread, and the blocking command."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typing_extensions import override

from .admin import Admin
from .clock import SimClock
from .config import SimulatorConfig
from .connection import Connection
from .endpoints import ENDPOINTS, UPLOAD_PATH, Endpoint
from .gateway import Gateway
from .site import Site
from .world import World

HOST = "127.0.0.1"
START_TIMEOUT_S = 30.0
KEEP_ALIVE_S = 75
CUT_PAUSE_S = 0.002


def build_app(world: World, gateway: Gateway) -> Starlette:
    """TikTok's endpoints first, then pages and `/_sim/`; whatever is left is refused."""
    routes = [_route(gateway, endpoint) for endpoint in ENDPOINTS]
    routes.append(Route(UPLOAD_PATH, gateway.upload, methods=["PUT"]))
    routes += Site(world).routes() + Admin(world).routes()

    async def unknown(request: Request) -> Response:
        return gateway.unknown(request)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    routes.append(Route("/{path:path}", unknown, methods=methods))
    # No other name may lead here, so that no web page can reach it by rebinding its own.
    own_names = Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    app = Starlette(routes=routes, middleware=[own_names])
    app.router.redirect_slashes = False
    return app


def _route(gateway: Gateway, endpoint: Endpoint) -> Route:
    async def handle(request: Request) -> Response:
        return await gateway.api(endpoint, request)

    return Route(endpoint.path, handle, methods=[endpoint.method], name=endpoint.name)


class Simulator:
    """A running local TikTok: a context manager around one server thread.

    Raises OSError if the port is taken. `world` may be used from any thread.
    """

    def __init__(
        self, config: SimulatorConfig | None = None, clock: SimClock | None = None
    ) -> None:
        self.config = config or SimulatorConfig()
        self.world = World(self.config, clock)
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._gateway: Gateway | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._started = threading.Event()

    @property
    def base_url(self) -> str:
        return self.world.base_url

    def start(self) -> None:
        self._socket = socket.create_server((HOST, self.config.port))
        # Inherited by every connection. Without it head and body of an answer wait for each other.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.world.base_url = f"http://{HOST}:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, name="tiktok-simulator", daemon=True)
        self._thread.start()
        if not self._started.wait(START_TIMEOUT_S):
            raise RuntimeError("The simulator did not start.")

    def stop(self) -> None:
        """Cut open requests, stop the server and wait for its thread. May be called twice."""
        if self._thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._end)
            self._thread.join()
            self._thread = None
        if self._socket is not None:
            self._socket.close()
        self.world.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._gateway = Gateway(self.world)
        config = uvicorn.Config(
            build_app(self.world, self._gateway),
            http=Connection.reporting(self._on_junk),
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            h11_max_incomplete_event_size=65_536,
        )
        self._server = _Server(config, self._started.set)
        if self._socket is not None:
            await self._server.serve(sockets=[self._socket])

    def _on_junk(self) -> None:
        self.world.records.violation("http", "The request is not HTTP/1.1.", endpoint="unknown")

    def _end(self) -> None:
        if self._gateway is None or self._server is None:
            return
        self._gateway.stop()
        self._server.end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Server(uvicorn.Server):
    """Tells when it is up, sleeps instead of ticking, and ends at once: nobody is waited for."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started_event = started
        self._ending = asyncio.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._started_event()

    @override
    async def main_loop(self) -> None:
        await self._ending.wait()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # WORKAROUND(https://github.com/python/cpython/issues/109564): a server closed while it
        # accepts loses the connection. So it first stops listening, then finishes accepting.
        for server in self.servers:
            for listener in server.sockets:
                with suppress(NotImplementedError):
                    asyncio.get_running_loop().remove_reader(listener.fileno())
        await asyncio.sleep(CUT_PAUSE_S)
        for server in self.servers:
            server.close()
        open_still = True
        while open_still:
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.cut()
            await asyncio.sleep(CUT_PAUSE_S)
            open_still = bool(self.server_state.connections or self.server_state.tasks)

    def end(self) -> None:
        self.should_exit = True
        self._ending.set()


def serve(config: SimulatorConfig, announce: Callable[[str], object] = print) -> None:
    """Run until SIGINT or SIGTERM; the base URL is the first thing announced."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    handled = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, on_signal) for number in handled}
    try:
        with Simulator(config) as simulator:
            announce(simulator.base_url)
            while not stop.wait(0.5):
                pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
