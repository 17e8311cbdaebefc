import socket
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.tiktok.fake_tiktok import (
    PATIENCE_S,
    Background,
    FakeClock,
    FakeTikTok,
    RawServer,
    answer,
    header,
    http_for,
    read_body,
    read_head,
)
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock, SystemClock
from tiktok_manager.domain.errors import Cancelled, FailureClass, InputError, NetworkDown
from tiktok_manager.domain.media import MAX_VIDEO_BYTES
from tiktok_manager.tiktok.answers import ChunkAnswer, Verdict
from tiktok_manager.tiktok.chunk_plans import ChunkPlan, plan_chunks
from tiktok_manager.tiktok.endpoints import Endpoints
from tiktok_manager.tiktok.transport import Http
from tiktok_manager.tiktok.upload import BLOCK_BYTES, ChunkUploader

URL = "https://open-upload.tiktokapis.com/video/?upload_id=7&upload_token=a%2Fb~c"
MIB = 1024 * 1024


def edges() -> st.SearchStrategy[int]:
    marks = [1, 5_000_000, 5 * MIB, 10_000_000, 20_000_000, 64_000_000, 64 * MIB, 128_000_000]
    near = st.sampled_from([*marks, 16_000_000, 32_000_000, MAX_VIDEO_BYTES])
    return st.builds(lambda mark, by: mark + by, near, st.integers(-3, 3)).filter(
        lambda size: 0 < size <= MAX_VIDEO_BYTES
    )


@given(edges() | st.integers(1, MAX_VIDEO_BYTES))
@example(4_990_000)
@example(64_000_000)
@example(64_000_001)
@example(66_259_900)
@example(MAX_VIDEO_BYTES)
def test_every_plan_keeps_tiktoks_chunk_rules(size: int) -> None:
    plan = plan_chunks(size)
    ranges = [plan.range_of(index) for index in range(plan.count)]
    lengths = [last - first + 1 for first, last in ranges]
    assert ranges[0][0] == 0
    assert ranges[-1][1] == size - 1
    assert all(left[1] + 1 == right[0] for left, right in pairwise(ranges))
    assert plan.count == size // plan.chunk_bytes  # floor, never ceil
    assert 1 <= plan.count <= 1000
    assert set(lengths[:-1]) <= {plan.chunk_bytes}
    assert plan.chunk_bytes <= 64_000_000
    assert plan.chunk_bytes >= 5 * MIB or plan.count == 1
    assert lengths[-1] <= 128_000_000
    assert plan.count == 1 or lengths[-1] >= plan.chunk_bytes
    assert size <= 64_000_000 or plan.count >= 2
    assert plan.count > 1 or plan.chunk_bytes == size


@pytest.mark.parametrize("size", [0, -1, MAX_VIDEO_BYTES + 1])
def test_no_bytes_and_too_many_bytes_are_refused(size: int) -> None:
    with pytest.raises(InputError):
        plan_chunks(size)


@pytest.mark.parametrize("index", [-1, 2])
def test_there_is_no_chunk_outside_the_plan(index: int) -> None:
    with pytest.raises(IndexError):
        ChunkPlan(size_bytes=20, chunk_bytes=10, count=2).range_of(index)


class Sender:
    """Sends one chunk of `x` to a fake upload host."""

    def __init__(
        self, url: str = URL, clock: Clock | None = None, stall_s: float = PATIENCE_S
    ) -> None:
        self.url = url
        self.cancel = CancelToken()
        self.progress: list[int] = []
        self.clock = clock or SystemClock()
        self.stall_s = stall_s

    def uploader(self, http: Http) -> ChunkUploader:
        endpoints = Endpoints(self.url.split("/up")[0] if "127.0.0.1" in self.url else URL[:34])
        return ChunkUploader(http, endpoints, self.clock, stall_s=self.stall_s)

    def put(
        self,
        size: int = 10,
        transport: httpx.BaseTransport | None = None,
        blocks: Iterator[bytes] | None = None,
        first: int = 0,
        total: int = 0,
    ) -> ChunkAnswer:
        with closing(http_for(transport, self.clock)) as http:
            return self.uploader(http).put(
                self.url,
                "video/mp4",
                first,
                first + size - 1,
                total or first + size,
                blocks if blocks is not None else blocks_of(size),
                self.cancel,
                self.progress.append,
            )


def blocks_of(size: int, block: int = BLOCK_BYTES) -> Iterator[bytes]:
    whole = b"x" * block
    while size > 0:
        yield whole[:size] if size < block else whole
        size -= block


def test_a_chunk_is_sent_as_the_media_transfer_guide_says() -> None:
    host = FakeTikTok(httpx.Response(206))
    sender = Sender()
    sender.put(30, host, iter([b"a" * 10, b"b" * 15, b"c" * 5]), first=100, total=500)
    request = host.last
    assert request.method == "PUT"
    assert str(request.url) == URL
    assert request.extensions["target"] == b"/video/?upload_id=7&upload_token=a%2Fb~c"
    assert request.headers["content-type"] == "video/mp4"
    assert request.headers["content-length"] == "30"
    assert request.headers["content-range"] == "bytes 100-129/500"
    assert "authorization" not in request.headers
    assert "transfer-encoding" not in request.headers
    assert request.content == b"a" * 10 + b"b" * 15 + b"c" * 5
    assert sender.progress == [110, 125, 130]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (201, Verdict.COMPLETE),
        (206, Verdict.STORED),
        (400, Verdict.REFUSED),
        (403, Verdict.EXPIRED),
        (404, Verdict.UNKNOWN_TASK),
        (408, Verdict.SERVER_BUSY),
        (413, Verdict.REFUSED),
        (416, Verdict.OUT_OF_STEP),
        (429, Verdict.SERVER_BUSY),
        (500, Verdict.SERVER_BUSY),
        (502, Verdict.SERVER_BUSY),
        (503, Verdict.SERVER_BUSY),
        (200, Verdict.OUT_OF_STEP),
        (202, Verdict.OUT_OF_STEP),
        (301, Verdict.REFUSED),
        (307, Verdict.REFUSED),
        (401, Verdict.REFUSED),
    ],
)
def test_each_answer_has_its_verdict(status: int, verdict: Verdict) -> None:
    host = FakeTikTok(httpx.Response(status, headers={"Location": "https://evil.example/"}))
    reply = Sender().put(transport=host)
    assert (reply.verdict, reply.http_status) == (verdict, status)
    assert len(host.requests) == 1


def test_a_busy_host_may_say_when_to_come_back() -> None:
    host = FakeTikTok(httpx.Response(503, headers={"Retry-After": "7"}))
    reply = Sender().put(transport=host)
    assert reply.retry_after is not None
    assert reply.retry_after.total_seconds() == 7


@pytest.mark.parametrize(
    ("told", "uploaded"),
    [
        ("bytes 0-199/500", 200),
        ("bytes 0-200/500", 200),
        ("bytes 0-99/500", 100),
        ("bytes 0-100/500", 100),
        ("bytes 0-499/500", 500),
        ("bytes 0-500/500", 500),
        ("bytes 0-49/500", 50),
        ("Bytes=0-199/*", 200),
        ("0-199", 200),
        ("bytes 0-99999/500", 500),
        ("bytes */500", None),
        ("bytes 7-199/500", None),
        ("nonsense", None),
        ("bytes 0-" + "9" * 400, None),
        ("", None),
    ],
)
def test_what_the_host_says_it_holds_is_read_leniently(told: str, uploaded: int | None) -> None:
    host = FakeTikTok(httpx.Response(206, headers={"Content-Range": told}))
    assert Sender().put(100, host, first=100, total=500).uploaded_bytes == uploaded


@pytest.mark.parametrize("url", ["http://open-upload.tiktokapis.com/v", "https://evil.example/v"])
def test_no_byte_goes_to_a_foreign_host(url: str) -> None:
    host = FakeTikTok()
    with pytest.raises(NetworkDown) as stop:
        Sender(url).put(transport=host)
    assert stop.value.failure.kind is FailureClass.UNKNOWN
    assert not host.requests


@pytest.mark.parametrize("blocks", [[b"x" * 9], [b"x" * 9, b"xx"], [], [b"x" * 11]])
def test_a_file_that_changed_never_sends_more_or_fewer_bytes(blocks: list[bytes]) -> None:
    heard = bytearray()

    def serve(sock: socket.socket) -> None:
        head, rest = read_head(sock)
        heard.extend(read_body(sock, head, rest))

    with RawServer(serve) as server:
        with pytest.raises(InputError) as changed:
            Sender(server.url + "/up").put(10, blocks=iter(blocks))
        assert changed.value.code == "file_changed"
    assert len(heard) < 10


def test_bytes_arrive_whole_and_the_address_verbatim() -> None:
    heard: list[tuple[bytes, bytes]] = []

    def serve(sock: socket.socket) -> None:
        head, rest = read_head(sock)
        heard.append((head, read_body(sock, head, rest)))
        sock.sendall(answer(201))

    target = "/up/?id=1&upload_token=a%2fB~{c|d}'%7E"
    with RawServer(serve) as server:
        reply = Sender(server.url + target).put(5 * MIB + 3)
    assert reply.verdict is Verdict.COMPLETE
    head, body = heard[0]
    assert head.split(b"\r\n")[0] == f"PUT {target} HTTP/1.1".encode()
    assert body == b"x" * (5 * MIB + 3)


def test_views_of_one_buffer_can_be_sent() -> None:
    heard = bytearray()

    def serve(sock: socket.socket) -> None:
        head, rest = read_head(sock)
        heard.extend(read_body(sock, head, rest))
        sock.sendall(answer(206))

    def blocks() -> Iterator[memoryview]:
        buffer = bytearray(1000)
        for number in range(5):
            buffer[:] = bytes([number]) * 1000
            yield memoryview(buffer)

    with RawServer(serve) as server:
        url = server.url + "/up"
        with closing(http_for()) as http:
            uploader = Sender(url).uploader(http)
            uploader.put(url, "video/mp4", 0, 4999, 5000, blocks(), CancelToken(), lambda _: None)
    assert heard == b"".join(bytes([number]) * 1000 for number in range(5))


def test_chunks_follow_each_other_on_one_connection() -> None:
    def serve(sock: socket.socket) -> None:
        while True:
            head, rest = read_head(sock)
            if not head:
                return
            read_body(sock, head, rest)
            sock.sendall(answer(206))

    with RawServer(serve) as server:
        url = server.url + "/up"
        with closing(http_for()) as http:
            uploader = Sender(url).uploader(http)
            for first in range(0, 50, 10):
                args = (url, "video/mp4", first, first + 9, 50, blocks_of(10), CancelToken())
                assert uploader.put(*args, lambda _: None).verdict is Verdict.STORED
        assert server.connections == 1


def test_a_large_chunk_takes_no_large_memory() -> None:
    def serve(sock: socket.socket) -> None:
        head, rest = read_head(sock)
        left = int(header(head, "content-length")) - len(rest)
        buffer = bytearray(MIB)
        while left:
            left -= sock.recv_into(buffer, min(left, MIB))
        sock.sendall(answer(201))

    with RawServer(serve) as server:
        tracemalloc.start()
        try:
            Sender(server.url + "/up").put(64 * MIB)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 8 * MIB


@pytest.mark.parametrize("closes", [True, False])
@pytest.mark.parametrize(
    ("status", "verdict"), [(403, Verdict.EXPIRED), (416, Verdict.OUT_OF_STEP)]
)
def test_an_answer_before_the_end_is_heard(status: int, verdict: Verdict, *, closes: bool) -> None:
    over = threading.Event()

    def serve(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(answer(status, b"expired", Connection="close"))
        if not closes:
            over.wait(PATIENCE_S)  # neither reads nor closes

    with RawServer(serve) as server:
        reply = Sender(server.url + "/up").put(64 * MIB)
        over.set()
    assert reply.verdict is verdict


def test_praise_before_the_last_byte_is_not_believed() -> None:
    def serve(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(answer(201))
        while sock.recv(MIB):
            pass

    with RawServer(serve) as server:
        assert Sender(server.url + "/up").put(64 * MIB).verdict is Verdict.OUT_OF_STEP


def test_a_word_of_encouragement_is_no_answer() -> None:
    def serve(sock: socket.socket) -> None:
        head, rest = read_head(sock)
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        read_body(sock, head, rest)
        sock.sendall(answer(206))

    with RawServer(serve) as server:
        assert Sender(server.url + "/up").put(32 * MIB).verdict is Verdict.STORED


def test_a_connection_cut_while_sending_leaves_the_outcome_open() -> None:
    def serve(sock: socket.socket) -> None:
        read_head(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    with RawServer(serve) as server, pytest.raises(NetworkDown) as down:
        Sender(server.url + "/up").put(64 * MIB)
    assert down.value.failure.kind is FailureClass.RETRY


def test_a_connection_cut_before_the_answer_leaves_the_outcome_open() -> None:
    def serve(sock: socket.socket) -> None:
        head, rest = read_head(sock)
        read_body(sock, head, rest)

    with RawServer(serve) as server, pytest.raises(NetworkDown):
        Sender(server.url + "/up").put(MIB)


@pytest.fixture
def background() -> Iterator[Background]:
    with Background() as background:
        yield background


class Silent:
    """A host that takes nothing in and says nothing until the test is over."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.over = threading.Event()

    def __call__(self, sock: socket.socket) -> None:
        read_head(sock)
        self.reached.set()
        self.over.wait(PATIENCE_S)


def test_a_host_that_takes_nothing_for_45_seconds_is_given_up(background: Background) -> None:
    clock = FakeClock()
    silent = Silent()
    with RawServer(silent) as server:
        sender = Sender(server.url + "/up", clock, stall_s=45.0)
        upload = background.run(sender.put, 64 * MIB)
        silent.reached.wait(PATIENCE_S)
        while not upload.done():
            clock.advance(45)
            silent.over.wait(0.01)
        silent.over.set()
        with pytest.raises(NetworkDown) as down:
            upload.result(PATIENCE_S)
    assert down.value.failure.code == "network_timeout"


def test_a_chunk_that_crawls_past_its_deadline_is_given_up() -> None:
    clock = FakeClock()

    def serve(sock: socket.socket) -> None:
        read_head(sock)
        while sock.recv(256 * 1024):
            clock.advance(20)  # 256 times; 64 MiB may take 1402 s

    with RawServer(serve) as server, pytest.raises(NetworkDown) as down:
        Sender(server.url + "/up", clock, stall_s=1e9).put(64 * MIB)
    assert down.value.failure.code == "network_timeout"


def test_cancelling_between_blocks_stops_the_upload() -> None:
    sender: Sender | None = None
    sent = 0

    def blocks() -> Iterator[bytes]:
        nonlocal sent
        assert sender is not None
        for number in range(10):
            if number == 3:
                sender.cancel.cancel()
            sent += 1
            yield b"x" * 10

    def serve(sock: socket.socket) -> None:
        head, rest = read_head(sock)
        assert len(read_body(sock, head, rest)) <= 30

    with RawServer(serve) as server:
        sender = Sender(server.url + "/up")
        with pytest.raises(Cancelled):
            sender.put(100, blocks=blocks())
    assert sent == 4
    assert sender.progress == [10, 20, 30]


def test_cancelling_reaches_an_upload_that_is_stuck(background: Background) -> None:
    silent = Silent()
    with RawServer(silent) as server:
        sender = Sender(server.url + "/up", stall_s=3600)
        upload = background.run(sender.put, 64 * MIB)
        silent.reached.wait(PATIENCE_S)
        sender.cancel.cancel()
        with pytest.raises(Cancelled):
            upload.result(PATIENCE_S)
        silent.over.set()
