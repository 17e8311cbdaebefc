"""No token, code, secret or upload address in any error, log record or repr."""

import contextlib
import logging
import socket
import traceback
from collections.abc import Callable

import httpx
import pytest

from tests.tiktok.fake_tiktok import FakeTikTok, RawServer, answer, client_for, http_for, read_head
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.posts import Choices, Privacy
from tiktok_manager.tiktok.chunk_plans import plan_chunks
from tiktok_manager.tiktok.client import TikTokClient
from tiktok_manager.tiktok.endpoints import AppKeys, Endpoints
from tiktok_manager.tiktok.oauth import authorization_url
from tiktok_manager.tiktok.upload import ChunkUploader
from tiktok_manager.wording import words

MARK = "CANARY"
KEYS = AppKeys(f"key{MARK}", f"secret{MARK}")
ACCESS, REFRESH, CODE = f"act.{MARK}!1", f"rft.{MARK}", f"code{MARK}*0!6410"
VERIFIER = MARK * 8
Work = Callable[[TikTokClient], object]

CALLS: dict[str, Work] = {
    "exchange": lambda c: c.exchange_code(KEYS, CODE, "http://127.0.0.1:1/callback/", VERIFIER),
    "refresh": lambda c: c.refresh(KEYS, REFRESH),
    "revoke": lambda c: c.revoke(KEYS, ACCESS),
    "profile": lambda c: c.profile(ACCESS, []),
    "init": lambda c: c.init_direct(
        ACCESS, "hi", Choices(privacy=Privacy.ONLY_ME), plan_chunks(10)
    ),
    "status": lambda c: c.publish_status(ACCESS, "v_pub_file~1"),
    "bad token": lambda c: c.profile(ACCESS + "\u00fc\n", []),
}
ECHO = f"{KEYS.client_key} {KEYS.client_secret} {ACCESS} {REFRESH} {CODE} {VERIFIER} /up?t={MARK}"
BAD_URL = f"https://evil.example/up?upload_token={MARK}"


def echoing(request: httpx.Request) -> str:
    """What a careless server might say: the secrets of this very request."""
    return f"{request.headers.get('authorization', '')} {request.content.decode()}"


ANSWERS: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "echo in message": lambda r: httpx.Response(
        400, json={"error": {"code": "odd_code", "message": echoing(r), "log_id": echoing(r)}}
    ),
    "echo in params": lambda r: httpx.Response(
        400, json={"error": {"code": "invalid_params", "message": echoing(r)}}
    ),
    "echo in code": lambda r: httpx.Response(400, json={"error": {"code": echoing(r)}}),
    "echo in oauth error": lambda r: httpx.Response(
        200, json={"error": "odd", "error_description": echoing(r)}
    ),
    "echo in html": lambda r: httpx.Response(500, html=echoing(r)),
    "wrong upload address": lambda _: httpx.Response(
        200,
        json={"data": {"publish_id": "1", "upload_url": BAD_URL}, "error": {"code": "ok"}},
    ),
    "echo as wrong type": lambda r: httpx.Response(
        200, json={"data": {"user": echoing(r)}, "error": {"code": "ok"}}
    ),
    "token as wrong type": lambda r: httpx.Response(
        200, json={"access_token": [echoing(r)], "open_id": 1, "expires_in": echoing(r)}
    ),
}


class Echo(httpx.MockTransport):
    def __init__(self, kind: str) -> None:
        super().__init__(ANSWERS[kind])


def everything_told(error: BaseException, caplog: pytest.LogCaptureFixture) -> str:
    told = ["".join(traceback.format_exception(error)), str(error), repr(error)]
    link: BaseException | None = error
    while link is not None:
        told += [str(link), repr(link), str(getattr(link, "__dict__", ""))]
        link = link.__cause__ or link.__context__
    if isinstance(error, AppError):
        told += [words(error).title, words(error).cause, words(error).command_hint, error.code]
    return "\n".join([*told, caplog.text])


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", ANSWERS)
def test_refusals_and_bad_answers_tell_no_secret(
    call: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = client_for(Echo(kind), SystemClock())
    told = ""
    try:
        CALLS[call](client)
    except AppError as exc:
        told = everything_told(exc, caplog)
    assert MARK not in told + caplog.text


def closing(sock: socket.socket) -> None:
    read_head(sock)


def gibberish(sock: socket.socket) -> None:
    read_head(sock)
    sock.sendall(b"\x00\x01 what? \r\n\r\n")


def endless_headers(sock: socket.socket) -> None:
    read_head(sock)
    sock.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("serve", [closing, gibberish, endless_headers])
def test_broken_connections_tell_no_secret(
    call: str, serve: Callable[[socket.socket], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        RawServer(serve) as server,
        contextlib.closing(http_for()) as http,
        pytest.raises(AppError) as failure,
    ):
        CALLS[call](TikTokClient(http, Endpoints(server.url, server.url), SystemClock()))
    assert MARK not in everything_told(failure.value, caplog)


@pytest.mark.parametrize("serve", [closing, gibberish, endless_headers])
def test_broken_uploads_tell_no_address(
    serve: Callable[[socket.socket], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with RawServer(serve) as server, contextlib.closing(http_for()) as http:
        put = ChunkUploader(http, Endpoints(server.url), SystemClock()).put
        for url in (f"{server.url}/up?upload_token={MARK}", BAD_URL):
            with pytest.raises(AppError) as failure:
                put(url, "video/mp4", 0, 9, 10, [b"x" * 10], CancelToken(), lambda _: None)
            assert MARK not in everything_told(failure.value, caplog)


def test_success_writes_no_secret_to_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, name)

    def serve(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(answer(206))

    with RawServer(serve) as server, contextlib.closing(http_for()) as http:
        uploader = ChunkUploader(http, Endpoints(server.url), SystemClock())
        url = f"{server.url}/up?upload_token={MARK}"
        uploader.put(url, "video/mp4", 0, 9, 10, [b"x" * 10], CancelToken(), lambda _: None)
    assert MARK not in caplog.text


def test_values_that_carry_secrets_hide_them() -> None:
    tokens = {
        "open_id": "o",
        "access_token": ACCESS,
        "refresh_token": REFRESH,
        "expires_in": 1,
        "refresh_expires_in": 1,
    }
    client = client_for(FakeTikTok(httpx.Response(200, json=tokens)))
    assert MARK not in repr(client.refresh(KEYS, REFRESH))
    assert MARK not in repr(KEYS)


def test_the_consent_page_is_asked_without_secret_or_verifier() -> None:
    url = authorization_url(
        Endpoints(),
        client_key="aw1",
        scopes=["user.info.basic"],
        redirect_uri="http://127.0.0.1:1/callback/",
        state="st",
        verifier=VERIFIER,
    )
    assert VERIFIER not in url
