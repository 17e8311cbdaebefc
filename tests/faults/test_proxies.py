"""Proxies and certificates as they really fail: nothing goes around them, no token leaks to them.

tinyproxy and microsocks are the real thing where they are installed.
"""

import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from typing_extensions import override

from tests.fakes.chaos import ChaosProxy, Ending, Mishap
from tests.tiktok.fake_tiktok import (
    PATIENCE_S,
    FakeClock,
    RawServer,
    answer,
    http_for,
    read_body,
    read_head,
)
from tests.tiktok.test_transport import Authority, get
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import AppError, FailureClass, NetworkDown
from tiktok_manager.tiktok import tls
from tiktok_manager.tiktok.answers import Verdict
from tiktok_manager.tiktok.client import TikTokClient
from tiktok_manager.tiktok.endpoints import Endpoints
from tiktok_manager.tiktok.routes import Proxy
from tiktok_manager.tiktok.transport import NetworkTransport
from tiktok_manager.tiktok.upload import ChunkUploader
from tiktok_manager.wording import english

BODY = b'{"hello": "world"}'
MIB = 1024 * 1024
CANARY = "c4nary"


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"needs {program}")


def hello(sock: socket.socket) -> None:
    while True:
        head, rest = read_head(sock)
        if not head:
            return
        read_body(sock, head, rest)
        sock.sendall(answer(201, BODY))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(port: int, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server until the end of the block; it is entered once its port answers."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) as server:
        try:
            patience = threading.Event()
            while server.poll() is None and not listens(port):
                patience.wait(0.02)
            assert server.poll() is None, "it did not start"
            yield server
        finally:
            server.kill()


def transport(scheme: str, port: int, password: str = "right", **parts: object) -> NetworkTransport:
    proxy = Proxy(
        scheme="socks5" if scheme == "socks5" else "http",
        host="127.0.0.1",
        port=port,
        username="ada",
        password=password,
    )
    return NetworkTransport(SystemClock(), proxy, **parts)  # type: ignore[arg-type]


@pytest.fixture(params=["http", "socks5"])
def real_proxy(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[str, int, "subprocess.Popen[bytes]"]]:
    """A tinyproxy or a microsocks that asks for the password of ada."""
    port = free_port()
    program = {"http": "tinyproxy", "socks5": "microsocks"}[request.param]
    if not shutil.which(program):
        pytest.skip(f"needs {program}")
    settings = tmp_path / "tinyproxy.conf"
    settings.write_text(
        f"Port {port}\nListen 127.0.0.1\nTimeout 30\nAllow 127.0.0.1\nBasicAuth ada right\n"
        'LogFile "/dev/null"\nLogLevel Critical\n'
    )
    socks = ("-i", "127.0.0.1", "-p", str(port), "-u", "ada", "-P", "right")
    parts = ("-d", "-c", str(settings)) if request.param == "http" else socks
    with running(port, program, *parts) as process:
        yield request.param, port, process


RealProxy = tuple[str, int, "subprocess.Popen[bytes]"]


def test_a_real_proxy_carries_calls_and_uploads(real_proxy: RealProxy, tmp_path: Path) -> None:
    scheme, port, _process = real_proxy
    authority = Authority(tmp_path)
    with RawServer(hello) as plain, RawServer(authority.serving(hello)) as secure:
        assert get(plain.url, transport=transport(scheme, port)).body == BODY
        trusting = transport(scheme, port, trust=authority.trust)
        assert get(f"https://127.0.0.1:{secure.port}", transport=trusting).body == BODY
        assert upload(f"https://127.0.0.1:{secure.port}", trusting) is Verdict.COMPLETE


class AnyAddress(Endpoints):
    """Uploads go over https on this machine too."""

    @override
    def check_upload_url(self, url: str) -> None:
        return


def upload(url: str, way: NetworkTransport, size: int = 4 * MIB) -> Verdict:
    with closing(http_for(way)) as http:
        uploader = ChunkUploader(http, AnyAddress(), SystemClock(), stall_s=PATIENCE_S)
        blocks = (b"x" * MIB for _ in range(size // MIB))
        return uploader.put(
            f"{url}/up?token={CANARY}",
            "video/mp4",
            0,
            size - 1,
            size,
            blocks,
            CancelToken(),
            lambda _: None,
        ).verdict


def test_a_real_proxy_that_refuses_the_password_is_not_gone_around(real_proxy: RealProxy) -> None:
    scheme, port, _process = real_proxy
    with RawServer(hello) as server:
        with pytest.raises(NetworkDown) as down:
            get(f"https://127.0.0.1:{server.port}", transport=transport(scheme, port, "wrong"))
        assert down.value.code == "network_proxy"
        assert server.connections == 0


def test_a_real_proxy_that_dies_is_waited_for(real_proxy: RealProxy) -> None:
    scheme, port, process = real_proxy

    def kill(sock: socket.socket) -> None:
        read_head(sock)
        process.kill()
        process.wait()

    with RawServer(kill) as server:
        with pytest.raises(NetworkDown):
            upload(server.url, transport(scheme, port), 64 * MIB)
        process.wait()  # the line may break before its port is free
        reached = server.connections
        for _ in range(3):
            with pytest.raises(NetworkDown) as down:
                upload(server.url, transport(scheme, port))
            assert down.value.code == "network_proxy"
        assert server.connections == reached


def test_a_real_proxy_that_cannot_reach_tiktok_is_not_gone_around(real_proxy: RealProxy) -> None:
    scheme, port, _process = real_proxy
    with pytest.raises(NetworkDown) as down:
        get(f"https://127.0.0.1:{free_port()}", transport=transport(scheme, port))
    assert down.value.failure.kind is FailureClass.RETRY


def test_a_real_proxy_looks_up_names_itself(
    real_proxy: RealProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme, port, _process = real_proxy
    asked: list[object] = []
    look_up = socket.getaddrinfo

    def watched(host: object, *args: object, **kwargs: object) -> object:
        asked.append(host)
        return look_up(host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    with RawServer(hello) as server:
        url = f"http://localhost:{server.port}/"
        assert get(url, transport=transport(scheme, port)).body == BODY
    assert set(asked) <= {"127.0.0.1", b"127.0.0.1"}


# --- proxies that do harm ---------------------------------------------------------------------


def connect_then(serve: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    """A proxy that agrees to a tunnel and then does something else."""

    def proxy(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        serve(sock)

    return proxy


def test_a_proxy_that_opens_the_tunnel_itself_gets_no_token(tmp_path: Path) -> None:
    heard: list[bytes] = []

    def listen(sock: socket.socket) -> None:
        heard.append(sock.recv(65536))

    own = Authority(tmp_path).serving(listen)
    with RawServer(connect_then(own)) as proxy, pytest.raises(NetworkDown) as down:
        get("https://127.0.0.1:1/", transport=transport("http", proxy.port))
    assert down.value.code == "network_tls"
    assert not any(heard)


def test_a_proxy_never_sees_the_upload_address_of_a_tunnel() -> None:
    heads: list[bytes] = []

    def listen(sock: socket.socket) -> None:
        heads.append(read_head(sock)[0])

    with RawServer(listen) as proxy, pytest.raises(NetworkDown):
        upload("https://127.0.0.1:1", transport("http", proxy.port))
    assert heads[0].startswith(b"CONNECT 127.0.0.1:1 HTTP/1.1")
    assert CANARY.encode() not in heads[0]


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 2", b"\x00\x01\x02\x03\r\n\r\n"])
def test_a_proxy_that_cuts_the_tunnel_is_not_gone_around(said: bytes) -> None:
    def cut(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(said)

    with RawServer(cut) as proxy, RawServer(hello) as server:
        with pytest.raises(NetworkDown) as down:
            get(f"https://127.0.0.1:{server.port}", transport=transport("http", proxy.port))
        assert server.connections == 0
    assert down.value.failure.kind is FailureClass.RETRY


def test_a_proxy_that_answers_byte_by_byte_ends_at_the_deadline() -> None:
    clock = FakeClock()

    def trickle(sock: socket.socket) -> None:
        read_head(sock)
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 500:
            clock.advance(1)
            sock.sendall(bytes([byte]))
        sock.recv(1)

    proxy = Proxy(scheme="http", host="127.0.0.1", port=0)
    with RawServer(trickle) as server, RawServer(hello) as target:
        proxy = Proxy(scheme="http", host="127.0.0.1", port=server.port)
        way = NetworkTransport(clock, proxy)
        with pytest.raises(NetworkDown) as down:
            get(f"https://127.0.0.1:{target.port}", clock, way, limit_s=30)
        assert target.connections == 0
    assert down.value.code == "network_timeout"


# --- networks that are not what they seem -----------------------------------------------------


def test_a_network_that_asks_for_a_login_is_not_followed_nor_believed() -> None:
    with RawServer(hello) as portal:

        def redirect(sock: socket.socket) -> None:
            read_head(sock)
            sock.sendall(answer(302, b"<html>sign in</html>", Location=f"{portal.url}/login"))

        with (
            RawServer(redirect) as server,
            closing(http_for()) as http,
            pytest.raises(NetworkDown) as down,
        ):
            TikTokClient(http, Endpoints(server.url), SystemClock()).profile("act.x", [])
        assert portal.connections == 0
    assert down.value.code == "bad_answer"
    assert "login" in english(down.value).command_hint


def test_an_authority_the_systems_store_trusts_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    paths = ssl.get_default_verify_paths()._replace(openssl_cafile=str(authority.file))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr(sys, "platform", "linux")
    with RawServer(authority.serving(hello)) as server:
        way = NetworkTransport(SystemClock(), trust=tls.system_trust)
        assert get(f"https://127.0.0.1:{server.port}", transport=way).body == BODY


CLIENT_HELLO = b"\x16\x03"


@pytest.mark.parametrize("ending", [Ending.RESET, Ending.CLOSE])
@pytest.mark.parametrize(
    "mishap",
    [
        Mishap(at=CLIENT_HELLO, sent_bytes=20),
        Mishap(at=CLIENT_HELLO, heard_bytes=20),
        Mishap(at=CLIENT_HELLO, heard_bytes=0),
    ],
)
def test_a_handshake_that_breaks_is_tried_again_and_no_excuse_for_less(
    tmp_path: Path, mishap: Mishap, ending: Ending
) -> None:
    heard: list[bytes] = []

    def listen(sock: socket.socket) -> None:
        heard.append(read_head(sock)[0])
        sock.sendall(answer(200, BODY))

    authority = Authority(tmp_path)
    broken = Mishap(
        at=mishap.at, sent_bytes=mishap.sent_bytes, heard_bytes=mishap.heard_bytes, ending=ending
    )
    with (
        RawServer(quietly(authority.serving(listen))) as server,
        ChaosProxy(server.port, broken) as line,
    ):
        url = f"https://127.0.0.1:{line.port}"
        with pytest.raises(AppError) as down:
            get(url, transport=NetworkTransport(SystemClock(), trust=authority.trust))
        assert isinstance(down.value, NetworkDown)
        assert down.value.failure.kind is FailureClass.RETRY
        assert heard == []
        good = NetworkTransport(SystemClock(), trust=authority.trust)
        assert get(url, transport=good).body == BODY


def quietly(serve: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    """A broken handshake is the client's to report."""

    def served(sock: socket.socket) -> None:
        try:
            serve(sock)
        except OSError:
            return

    return served
