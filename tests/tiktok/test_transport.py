"""The wire itself: deadlines, caps, trust, proxies, on real sockets of this machine."""

import gzip
import ipaddress
import json
import socket
import ssl
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.tiktok.fake_tiktok import (
    NOW,
    PATIENCE_S,
    Background,
    FakeClock,
    RawServer,
    answer,
    header,
    http_for,
    read_body,
    read_head,
)
from tiktok_manager.domain.clock import Clock, SystemClock
from tiktok_manager.domain.errors import FailureClass, NetworkDown
from tiktok_manager.tiktok.routes import Proxy
from tiktok_manager.tiktok.tls import system_trust
from tiktok_manager.tiktok.transport import NetworkTransport, Reply

BODY = json.dumps({"hello": "world"}).encode()


def get(
    url: str,
    clock: Clock | None = None,
    transport: NetworkTransport | None = None,
    limit_s: float = PATIENCE_S,
    max_bytes: int = 1 << 20,
) -> Reply:
    http = http_for(transport, clock)
    try:
        request = http.request("GET", url, headers={"Authorization": "Bearer act.x"})
        return http.fetch(request, limit_s=limit_s, max_bytes=max_bytes)
    finally:
        http.close()


def saying(*pieces: bytes) -> Callable[[socket.socket], None]:
    def serve(sock: socket.socket) -> None:
        read_head(sock)
        for piece in pieces:
            sock.sendall(piece)

    return serve


def test_an_answer_comes_back_whole() -> None:
    with RawServer(saying(answer(418, BODY, X_Log="7"))) as server:
        reply = get(server.url)
    assert (reply.status, reply.body, reply.headers["x-log"]) == (418, BODY, "7")


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [("gzip", gzip.compress(BODY)), ("deflate", zlib.compress(BODY)), ("identity", BODY)],
    ids=["gzip", "deflate", "identity"],  # else the names hold what was packed, with its time
)
def test_compressed_answers_are_unpacked(encoding: str, packed: bytes) -> None:
    with RawServer(saying(answer(200, packed, Content_Encoding=encoding))) as server:
        assert get(server.url).body == BODY


@pytest.mark.parametrize(
    ("encoding", "packed"), [("gzip", b"no gzip at all"), ("br", BODY), ("gzip, gzip", BODY)]
)
def test_answers_packed_in_another_way_are_not_trusted(encoding: str, packed: bytes) -> None:
    with (
        RawServer(saying(answer(200, packed, Content_Encoding=encoding))) as server,
        pytest.raises(NetworkDown) as down,
    ):
        get(server.url)
    assert down.value.code == "bad_answer"


def test_a_hundred_megabytes_are_cut_off_after_the_first() -> None:
    sent = 0

    def serve(sock: socket.socket) -> None:
        nonlocal sent
        read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
        for _ in range(1600):
            sock.sendall(b"x" * 65536)
            sent += 65536

    with RawServer(serve) as server, pytest.raises(NetworkDown) as down:
        get(server.url)
    assert down.value.code == "bad_answer"
    assert sent < 50 << 20


def test_a_compression_bomb_does_not_go_off() -> None:
    bomb = zlib.compressobj(wbits=31)
    packed = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(256)) + bomb.flush()
    with RawServer(saying(answer(200, packed, Content_Encoding="gzip"))) as server:
        tracemalloc.start()
        try:
            with pytest.raises(NetworkDown) as down:
                get(server.url)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert down.value.code == "bad_answer"
    assert peak < 16 << 20


@pytest.mark.parametrize("where", ["head", "body"])
def test_an_answer_that_trickles_ends_at_the_deadline(where: str) -> None:
    clock = FakeClock()

    def serve(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n")
        sock.sendall(b"X-Slow: " if where == "head" else b"\r\n")
        for _ in range(1000):
            clock.advance(1)
            sock.sendall(b"x")
            if clock.mono_s > 1100:
                pause.wait(PATIENCE_S)
                return

    pause = threading.Event()
    with RawServer(serve) as server:
        with pytest.raises(NetworkDown) as down:
            get(server.url, clock, limit_s=30)
        pause.set()
    assert down.value.code == "network_timeout"


def test_a_silent_server_ends_at_the_deadline() -> None:
    clock = FakeClock()
    asked = threading.Event()
    gone = threading.Event()

    def serve(sock: socket.socket) -> None:
        read_head(sock)
        asked.set()
        gone.wait(PATIENCE_S)

    with RawServer(serve) as server, Background() as background:
        call = background.run(get, server.url, clock, None, 30)
        asked.wait(PATIENCE_S)
        clock.advance(31)
        failure = call.exception(PATIENCE_S)
        gone.set()
    assert isinstance(failure, NetworkDown)
    assert failure.code == "network_timeout"


def test_a_closed_port_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NetworkDown) as down:
        get(f"http://127.0.0.1:{port}")
    assert (down.value.code, down.value.failure.kind) == ("network_connect", FailureClass.RETRY)


def test_an_unknown_name_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NetworkDown) as down:
        get("http://localhost:1")
    assert down.value.code == "network_dns"


def test_an_address_that_does_not_answer_gives_way_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        RawServer(saying(answer(200, BODY))) as server,
    ):
        # A queue that is full drops further connections without a word, as a black hole does.
        crowd = [socket.socket() for _ in range(4)]
        for sock in crowd:
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", full.getsockname()),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port)),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert get("http://localhost:1").body == BODY
        for sock in crowd:
            sock.close()


def test_no_address_answering_ends_after_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock(step_s=2.0)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        crowd = [socket.socket() for _ in range(4)]
        for sock in crowd:
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        with pytest.raises(NetworkDown) as down:
            get(f"http://127.0.0.1:{full.getsockname()[1]}", clock, limit_s=1000)
        for sock in crowd:
            sock.close()
    assert down.value.code == "network_timeout"
    assert clock.mono_s < 1100


def test_environment_proxies_and_netrc_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password pw\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    heads: list[bytes] = []

    def serve(sock: socket.socket) -> None:
        heads.append(read_head(sock)[0])
        sock.sendall(answer(200, BODY))

    with RawServer(serve) as server:
        assert get(server.url).body == BODY
    assert header(heads[0], "authorization") == "Bearer act.x"


# --- TLS --------------------------------------------------------------------------------------


class Authority:
    """A certificate authority of one certificate for 127.0.0.1."""

    def __init__(self, folder: Path, *, name: str = "127.0.0.1", expired: bool = False) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
        start = NOW - timedelta(days=3000)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=1 if expired else 30000))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]), False
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .sign(key, hashes.SHA256())
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )

    def serving(self, serve: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)

        def secure(sock: socket.socket) -> None:
            try:
                with context.wrap_socket(sock, server_side=True) as inside:
                    serve(inside)
            except ssl.SSLError:
                pass  # the client did not trust us, or hung up

        return secure

    def trust(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.file)
        return context


def test_a_trusted_certificate_is_spoken_with(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with RawServer(authority.serving(saying(answer(200, BODY)))) as server:
        transport = NetworkTransport(SystemClock(), trust=authority.trust)
        assert get(f"https://127.0.0.1:{server.port}", transport=transport).body == BODY


@pytest.mark.parametrize("flaw", ["unknown", "expired", "other name"])
def test_a_certificate_with_a_flaw_gets_no_token(tmp_path: Path, flaw: str) -> None:
    heard: list[bytes] = []

    def serve(sock: socket.socket) -> None:
        heard.append(sock.recv(65536))

    name = "127.0.0.9" if flaw == "other name" else "127.0.0.1"
    authority = Authority(tmp_path, name=name, expired=flaw == "expired")
    trust = system_trust if flaw == "unknown" else authority.trust
    transport = NetworkTransport(SystemClock(), trust=trust)
    with RawServer(authority.serving(serve)) as server, pytest.raises(NetworkDown) as down:
        get(f"https://127.0.0.1:{server.port}", transport=transport)
    assert down.value.code == "network_tls"
    assert not any(heard)


def test_plain_http_behind_https_gets_no_token() -> None:
    heard: list[bytes] = []

    def serve(sock: socket.socket) -> None:
        heard.append(sock.recv(65536))
        sock.sendall(answer(400, b"plain http here"))
        heard.append(sock.recv(65536))

    with RawServer(serve) as server, pytest.raises(NetworkDown) as down:
        get(f"https://127.0.0.1:{server.port}")
    assert down.value.code == "network_tls"
    assert b"act.x" not in b"".join(heard)


def test_the_environment_cannot_add_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with (
        RawServer(authority.serving(saying(answer(200, BODY)))) as server,
        pytest.raises(NetworkDown) as down,
    ):
        get(f"https://127.0.0.1:{server.port}")
    assert down.value.code == "network_tls"


def test_large_bodies_and_early_answers_pass_through_tls(tmp_path: Path) -> None:
    received: list[int] = []

    def serve(sock: socket.socket) -> None:
        head, rest = read_head(sock)
        if b"/early" in head:
            sock.sendall(answer(403, b"expired"))
            return
        received.append(len(read_body(sock, head, rest)))
        sock.sendall(answer(201, Connection="close"))

    def blocks() -> Iterator[bytes]:
        for _ in range(32):
            yield b"x" * (1 << 20)

    authority = Authority(tmp_path)
    with RawServer(authority.serving(serve)) as server:
        http = http_for(NetworkTransport(SystemClock(), trust=authority.trust))
        for path, status in (("/whole", 201), ("/early", 403)):
            request = http.request(
                "PUT",
                f"https://127.0.0.1:{server.port}{path}",
                headers={"Content-Length": str(32 << 20)},
                content=blocks(),
            )
            assert http.fetch(request, limit_s=PATIENCE_S * 3).status == status
        http.close()
    assert received == [32 << 20]


# --- proxies ----------------------------------------------------------------------------------


def through(port: int) -> NetworkTransport:
    proxy = Proxy(scheme="http", host="127.0.0.1", port=port, username="ada", password="pr0xy")
    return NetworkTransport(SystemClock(), proxy)


def test_a_proxy_is_asked_with_its_password() -> None:
    heads: list[bytes] = []

    def serve(sock: socket.socket) -> None:
        heads.append(read_head(sock)[0])
        sock.sendall(answer(200, BODY))

    with RawServer(serve) as proxy:
        transport = through(proxy.port)
        assert get("http://tiktok.invalid/v2/", transport=transport).body == BODY
    assert heads[0].startswith(b"GET http://tiktok.invalid/v2/ HTTP/1.1")
    assert header(heads[0], "proxy-authorization").startswith("Basic ")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_down_is_never_gone_around(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    with RawServer(saying(answer(200, BODY))) as server:
        with pytest.raises(NetworkDown) as down:
            get(f"{scheme}://127.0.0.1:{server.port}", transport=through(closed))
        assert server.connections == 0
    assert down.value.code == "network_proxy"


def test_a_proxy_that_refuses_is_told_as_such() -> None:
    with RawServer(saying(answer(407))) as proxy, pytest.raises(NetworkDown) as down:
        get("https://tiktok.invalid/v2/", transport=through(proxy.port))
    assert down.value.code == "network_proxy"


def test_socks_proxies_look_up_names_themselves() -> None:
    asked: list[bytes] = []

    def serve(sock: socket.socket) -> None:
        sock.recv(64)
        sock.sendall(b"\x05\x00")
        asked.append(sock.recv(256))
        sock.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
        read_head(sock)
        sock.sendall(answer(200, BODY))

    with RawServer(serve) as server:
        proxy = Proxy(scheme="socks5", host="127.0.0.1", port=server.port)
        transport = NetworkTransport(SystemClock(), proxy)
        assert get("http://tiktok.invalid/v2/", transport=transport).body == BODY
    assert b"tiktok.invalid" in asked[0]


def test_a_proxy_hides_its_password() -> None:
    proxy = Proxy(scheme="http", host="127.0.0.1", port=1, username="ada", password="pr0xy")
    assert "pr0xy" not in repr(proxy)
