"""PUT of chunks over a real connection: order, headers, resumption, bytes."""

import random
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.simulator.app_client import HttpApp, sha256, upload_headers
from tiktok_manager.simulator import Simulator

MB = 1_000_000
CHUNK = 5 * MB


@pytest.fixture(scope="module")
def film() -> bytes:
    return random.Random(1).randbytes(12 * MB + 345)


def kinds(simulator: Simulator) -> list[str]:
    return [violation.kind for violation in simulator.world.violations]


def raw_put(url: str, headers: dict[str, str], body: bytes) -> Iterator[bytes]:
    """Send a PUT by hand and yield what comes back until the connection ends."""
    parts = urlsplit(url)
    lines = [f"PUT {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection((parts.hostname or "", parts.port or 0), 10) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        connection.shutdown(socket.SHUT_WR)
        while block := connection.recv(65_536):
            yield block


def test_a_video_in_chunks_arrives_byte_for_byte(
    simulator: Simulator, http_app: HttpApp, film: bytes
) -> None:
    publish_id = http_app.publish(film, CHUNK, 2)
    (record,) = simulator.world.published()
    assert (record.publish_id, record.sha256) == (publish_id, sha256(film))
    assert record.size_bytes == len(film)
    assert simulator.world.violations == []


def test_every_answer_tells_the_progress(http_app: HttpApp, film: bytes) -> None:
    total = len(film)
    _, url = http_app.init(total, CHUNK, 2)
    first = http_app.put(url, film[:CHUNK], 0, total)
    assert (first.status_code, first.headers["content-range"]) == (206, f"bytes 0-{CHUNK}/{total}")
    last = http_app.put(url, film[CHUNK:], CHUNK, total)
    assert (last.status_code, last.headers["content-range"]) == (201, f"bytes 0-{total}/{total}")
    assert last.content == b""


def test_one_connection_serves_many_chunks_and_calls(
    simulator: Simulator, http_app: HttpApp, film: bytes
) -> None:
    for _ in range(3):
        http_app.publish(film, CHUNK, 2)
        assert http_app.user().status_code == 200
    assert len(simulator.world.published()) == 3


def test_a_client_that_waits_for_100_continue_is_told_to_go_on(
    simulator: Simulator, http_app: HttpApp
) -> None:
    _, url = http_app.init(10)
    parts = urlsplit(url)
    head = (
        f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        "Content-Type: video/mp4\r\nContent-Length: 10\r\nContent-Range: bytes 0-9/10\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    with socket.create_connection((parts.hostname or "", parts.port or 0), 10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"0123456789")
        assert connection.recv(1_000).startswith(b"HTTP/1.1 201 ")
    assert len(simulator.world.published()) == 1


def test_an_accepted_chunk_sent_again_is_416_without_blame(
    simulator: Simulator, http_app: HttpApp, film: bytes
) -> None:
    total = len(film)
    _, url = http_app.init(total, CHUNK, 2)
    http_app.put(url, film[:CHUNK], 0, total)
    again = http_app.put(url, film[:CHUNK], 0, total)
    assert (again.status_code, again.headers["content-range"]) == (416, f"bytes 0-{CHUNK}/{total}")
    assert http_app.put(url, film[CHUNK:], CHUNK, total).status_code == 201
    assert http_app.put(url, film[CHUNK:], CHUNK, total).status_code == 416
    assert simulator.world.violations == []
    assert simulator.world.published()[0].sha256 == sha256(film)


@pytest.mark.parametrize(
    ("first", "end"),
    [(CHUNK, 12 * MB + 345), (0, CHUNK - 1), (0, CHUNK + 1), (1, CHUNK + 1)],
    ids=["skips the first", "too short", "too long", "shifted"],
)
def test_any_other_range_is_416_and_recorded(
    simulator: Simulator, http_app: HttpApp, film: bytes, first: int, end: int
) -> None:
    publish_id, url = http_app.init(len(film), CHUNK, 2)
    assert http_app.put(url, film[first:end], first, len(film)).status_code == 416
    assert kinds(simulator) == ["upload_order"]
    assert http_app.status(publish_id)["uploaded_bytes"] == 0


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"Content-Type": "application/octet-stream"}, "content_type"),
        ({"Content-Type": ""}, "content_type"),
        ({"Content-Range": "bytes 0-99/101"}, "content_range"),
        ({"Content-Range": "bytes=0-99"}, "content_range"),
        ({"Content-Range": "bytes 0-98/100"}, "content_length"),
        ({"Content-Range": "bytes 0-100/100"}, "content_range"),
        ({"Authorization": "Bearer act.x"}, "authorization"),
        ({"Content-Encoding": "gzip"}, "content_length"),
    ],
    ids=str,
)
def test_wrong_headers_are_400_and_recorded(
    simulator: Simulator, http_app: HttpApp, changes: dict[str, str], kind: str
) -> None:
    _, url = http_app.init(100)
    headers = {**upload_headers(0, 100, 100), **changes}
    assert http_app.http.put(url, content=bytes(100), headers=headers).status_code == 400
    assert kinds(simulator) == [kind]
    assert simulator.world.published() == []


def test_a_body_without_a_length_is_refused(simulator: Simulator, http_app: HttpApp) -> None:
    _, url = http_app.init(100)
    answer = http_app.http.put(url, content=iter([bytes(100)]), headers=upload_headers(0, 100, 100))
    assert (answer.status_code, kinds(simulator)) == (400, ["content_length"])


def test_an_expired_url_is_403(simulator: Simulator, http_app: HttpApp) -> None:
    _, url = http_app.init(100)
    simulator.world.clock.advance(3_599)
    assert http_app.put(url, bytes(100), 0, 101).status_code == 400
    simulator.world.clock.advance(1)
    assert http_app.put(url, bytes(100), 0, 100).status_code == 403


def test_an_unknown_or_altered_url_is_404(simulator: Simulator, http_app: HttpApp) -> None:
    _, url = http_app.init(100)
    assert http_app.put(url[:-1] + "z", bytes(100), 0, 100).status_code == 404
    assert http_app.put(url.split("&")[0], bytes(100), 0, 100).status_code == 404
    assert kinds(simulator) == ["upload_url", "upload_url"]


def test_a_chunk_that_broke_off_counts_as_nothing_and_can_be_repeated(
    simulator: Simulator, http_app: HttpApp, film: bytes
) -> None:
    total = len(film)
    publish_id, url = http_app.init(total, CHUNK, 2)
    headers = {**upload_headers(0, CHUNK, total), "Content-Length": str(CHUNK)}
    assert b"".join(raw_put(url, headers, film[: CHUNK - 1])) == b""
    assert http_app.status(publish_id)["uploaded_bytes"] == 0
    assert http_app.put(url, film[:CHUNK], 0, total).status_code == 206
    assert http_app.put(url, film[CHUNK:], CHUNK, total).status_code == 201
    assert simulator.world.published()[0].sha256 == sha256(film)
    assert simulator.world.violations == []
    assert [entry.status for entry in simulator.world.ledger if entry.endpoint == "upload"] == [
        0,
        206,
        201,
    ]


def test_the_newest_of_two_requests_for_a_chunk_counts(
    simulator: Simulator, http_app: HttpApp
) -> None:
    publish_id, url = http_app.init(CHUNK)
    parts = urlsplit(url)
    headers = {**upload_headers(0, CHUNK, CHUNK), "Content-Length": str(CHUNK)}
    lines = [f"PUT {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection((parts.hostname or "", parts.port or 0), 10) as old:
        old.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + bytes(1_000))
        while not simulator.world.publishes[publish_id].turn:
            http_app.user()
        assert http_app.put(url, bytes(CHUNK), 0, CHUNK).status_code == 201
        old.sendall(bytes(CHUNK - 1_000))
        assert old.recv(1_000).startswith(b"HTTP/1.1 416 ")
    assert len(simulator.world.published()) == 1
    assert simulator.world.violations == []


def test_refusals_leave_the_connection_usable(http_app: HttpApp, film: bytes) -> None:
    _, url = http_app.init(len(film), CHUNK, 2)
    for _ in range(3):
        assert http_app.put(url, film[CHUNK:], CHUNK, len(film)).status_code == 416
    assert http_app.put(url, film[:CHUNK], 0, len(film)).status_code == 206


def test_uploads_are_put_not_posted(simulator: Simulator, http_app: HttpApp) -> None:
    _, url = http_app.init(100)
    answer = httpx.post(url, content=bytes(100), trust_env=False)
    assert (answer.status_code, answer.text) == (404, "Unsupported path(Janus)")
    assert kinds(simulator) == ["path"]
