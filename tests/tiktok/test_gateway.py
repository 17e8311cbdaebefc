"""The one way to TikTok: whose call it is decides its token, its route and its turn."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from typing import TypeVar

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiktok.fake_tiktok import (
    KEYS,
    PATIENCE_S,
    Background,
    FakeClock,
    RawServer,
    answer,
    header,
    ok,
    read_body,
    read_head,
)
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock, SystemClock
from tiktok_manager.domain.errors import Cancelled, FailureClass, NetworkDown
from tiktok_manager.domain.posts import Choices, PostMode, Privacy
from tiktok_manager.tiktok.answers import Verdict
from tiktok_manager.tiktok.chunk_plans import plan_chunks
from tiktok_manager.tiktok.connections import MAX_ROUTES
from tiktok_manager.tiktok.endpoints import Endpoints
from tiktok_manager.tiktok.gateway import AccountCalls, Gateway, RateLimited, Routing
from tiktok_manager.tiktok.limits import GLOBAL, PER_APP, PER_TOKEN, Kind
from tiktok_manager.tiktok.routes import DIRECT, DirectRoutes, Proxy, Route, RouteMissing

T = TypeVar("T")

ME = "account-1"
PLAN = plan_chunks(10)
CHOICES = Choices(privacy=Privacy.ONLY_ME)
USER = {"user": {"open_id": "open-1", "display_name": "Someone"}}
STATUS = {"status": "PROCESSING_UPLOAD", "publicaly_available_post_id": []}
CREATOR = {"creator_username": "ada", "privacy_level_options": ["SELF_ONLY"]}
VIDEOS = {"videos": [], "cursor": 0, "has_more": False}
URL = "https://open-upload.tiktokapis.com/video/?upload_id=7&upload_token=t"
OPENED = {"publish_id": "v_pub_file~1", "upload_url": URL}


class Tokens:
    """Hands out the same token and counts who asks."""

    def __init__(self, uses: int = 1) -> None:
        self.asked = 0
        self._uses = uses

    def call(self, _account_id: str, use: Callable[[str], T]) -> T:
        self.asked += 1
        for _ in range(self._uses - 1):
            use("act.token")
        return use("act.token")

    def access_token(self, _account_id: str) -> str:
        self.asked += 1
        return "act.token"


class NoRoutes:
    """Knows no account's way."""

    def route_of(self, _account_id: str) -> Route:
        raise RouteMissing


class OneProxyEach:
    """Every account has a proxy session of its own at one proxy."""

    def __init__(self, port: int) -> None:
        self._port = port

    def route_of(self, account_id: str) -> Route:
        return Route(
            proxy=Proxy(
                scheme="http", host="127.0.0.1", port=self._port, username=account_id, password="p"
            )
        )


class Answering(httpx.MockTransport):
    """Answers every API call, and keeps when it was asked."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(self._answer)
        self._clock = clock
        self.times: list[float] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.times.append(self._clock.mono_s)
        path = request.url.path
        if "user/info" in path:
            return ok(USER)
        if "creator_info" in path:
            return ok(CREATOR)
        if "/init/" in path:
            return ok(OPENED)
        if "status" in path:
            return ok(STATUS)
        return ok(VIDEOS)


CALLS: dict[str, tuple[Kind, Callable[[AccountCalls], object]]] = {
    "profile": (Kind.USER_INFO, lambda c: c.profile([])),
    "creator_info": (Kind.CREATOR_INFO, lambda c: c.creator_info()),
    "creator_info_ahead": (Kind.CREATOR_INFO, lambda c: c.creator_info_ahead()),
    "video_page": (Kind.VIDEO_LIST, lambda c: c.video_page()),
    "query_videos": (Kind.VIDEO_QUERY, lambda c: c.query_videos(["1"])),
    "init_direct": (Kind.INIT, lambda c: c.init_direct("hi", CHOICES, PLAN)),
    "init_inbox": (Kind.INIT, lambda c: c.init_inbox(PLAN)),
    "publish_status": (Kind.STATUS, lambda c: c.publish_status("v_pub_file~1")),
}
OTHERS: dict[str, Callable[[AccountCalls], object]] = {
    "put": lambda c: c.put(URL, "video/mp4", 0, 9, 10, [b"x" * 10], lambda _: None),
    "fetch_image": lambda c: c.fetch_image("https://p16.tiktokcdn.com/a.jpeg", 100),
}
ALL_CALLS = {name: call for name, (_, call) in CALLS.items()} | OTHERS


def answering(clock: FakeClock, tokens: Tokens | None = None) -> tuple[Gateway, Answering]:
    tiktok = Answering(clock)
    routing = Routing(Endpoints(), clock, DirectRoutes(), transport_for=lambda _route: tiktok)
    return Gateway(routing, tokens or Tokens()), tiktok


def serving(sock: socket.socket) -> None:
    """Answer API calls and uploads until the other side goes."""
    while True:
        head, rest = read_head(sock)
        if not head:
            return
        read_body(sock, head, rest)
        if head.startswith(b"PUT"):
            sock.sendall(answer(201))
            continue
        body = {"data": USER, "error": {"code": "ok", "message": "", "log_id": ""}}
        sock.sendall(answer(200, json.dumps(body).encode(), Content_Type="application/json"))


# --- routes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL_CALLS)
def test_without_a_route_nothing_is_sent_and_no_token_is_asked_for(name: str) -> None:
    with RawServer(serving) as server:
        routing = Routing(Endpoints(server.url), SystemClock(), NoRoutes())
        tokens = Tokens()
        with closing(routing), pytest.raises(RouteMissing) as missing:
            ALL_CALLS[name](Gateway(routing, tokens).for_account(ME))
        assert server.connections == 0
    assert (missing.value.code, missing.value.failure.kind) == (
        "route_missing",
        FailureClass.WAIT_RESET,
    )
    assert tokens.asked == (name == "creator_info_ahead")


def test_without_a_route_a_permission_is_neither_renewed_nor_given_back() -> None:
    with RawServer(serving) as server:
        routing = Routing(Endpoints(server.url), SystemClock(), NoRoutes())
        with closing(routing):
            calls = Gateway(routing, Tokens()).app(ME)
            for call in (calls.refresh, calls.revoke):
                with pytest.raises(RouteMissing):
                    call(KEYS, "rft.old")
        assert server.connections == 0


def test_a_proxy_that_is_down_is_never_gone_around() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with RawServer(serving) as server:
        routing = Routing(Endpoints(server.url), SystemClock(), OneProxyEach(port))
        calls = Gateway(routing, Tokens()).for_account(ME)
        put = partial(calls.put, f"{server.url}/up", "video/mp4", 0, 0, 1, [b"x"], print)
        with closing(routing):
            for call in (partial(calls.profile, []), put):
                with pytest.raises(NetworkDown) as down:
                    call()
                assert down.value.code == "network_proxy"
        assert server.connections == 0


def test_each_call_leaves_by_the_proxy_of_its_account() -> None:
    seen: list[str] = []

    def proxy(sock: socket.socket) -> None:
        head, _ = read_head(sock)
        seen.append(header(head, "Proxy-Authorization"))
        body = {"data": USER, "error": {"code": "ok", "message": "", "log_id": ""}}
        sock.sendall(answer(200, json.dumps(body).encode(), Connection="close"))

    with RawServer(proxy) as server, RawServer(serving) as tiktok:
        routing = Routing(Endpoints(tiktok.url), SystemClock(), OneProxyEach(server.port))
        with closing(routing):
            gateway = Gateway(routing, Tokens())
            for account_id in ("ada", "bob", "ada"):
                gateway.for_account(account_id).profile([])
        assert tiktok.connections == 0
    assert seen[0] == seen[2] != seen[1]


def test_what_the_breaker_watches_depends_on_the_way() -> None:
    direct = Routing(Endpoints(), FakeClock(), DirectRoutes())
    proxied = Routing(Endpoints(), FakeClock(), OneProxyEach(8080))
    missing = Routing(Endpoints(), FakeClock(), NoRoutes())
    host = "open.tiktokapis.com:https"
    assert direct.circuits(PostMode.DIRECT, ME)[0] == host
    assert proxied.circuits(PostMode.DIRECT, ME)[0] == f"{host} by 127.0.0.1:8080"
    assert missing.circuits(PostMode.DIRECT, ME) == ()
    assert missing.circuits(PostMode.DIRECT, None)[0] == host


# --- connections ------------------------------------------------------------------------------


def test_three_hundred_accounts_by_as_many_routes_hold_few_sockets() -> None:
    live = threading.Semaphore(0)
    held: list[socket.socket] = []

    def proxy(sock: socket.socket) -> None:
        held.append(sock)
        live.release()
        serving(sock)
        held.remove(sock)
        live.release()

    with RawServer(proxy) as server:
        routing = Routing(Endpoints(server.url), SystemClock(), OneProxyEach(server.port))
        gateway = Gateway(routing, Tokens())
        for number in range(300):
            gateway.for_account(f"account-{number}").profile([])
        for _ in range(300 + 300 - MAX_ROUTES):  # as many were opened, and as many went again
            assert live.acquire(timeout=PATIENCE_S)
        assert len(held) == MAX_ROUTES
        gateway.for_account("account-299").profile([])
        assert server.connections == 300
        gateway.for_account("account-0").profile([])
        assert server.connections == 301
        routing.close()


def test_calls_and_uploads_of_a_route_share_its_connection() -> None:
    with RawServer(serving) as server:
        routing = Routing(Endpoints(server.url), SystemClock(), DirectRoutes())
        with closing(routing):
            calls = Gateway(routing, Tokens()).for_account(ME)
            calls.profile([])
            put = calls.put(f"{server.url}/up", "video/mp4", 0, 0, 1, [b"x"], lambda _: None)
            calls.profile([])
        assert put.verdict is Verdict.COMPLETE
        assert server.connections == 1


def test_an_upload_under_way_is_not_closed_for_others_and_not_by_an_interruption() -> None:
    sent, go_on = threading.Event(), threading.Event()

    def blocks() -> Iterator[bytes]:
        yield b"x" * 5
        sent.set()
        assert go_on.wait(PATIENCE_S)
        yield b"x" * 5

    with RawServer(serving) as server, Background() as background:
        routing = Routing(Endpoints(server.url), SystemClock(), OneProxyEach(server.port))
        with closing(routing):
            gateway = Gateway(routing, Tokens())
            calls = gateway.for_account(ME, cancel=CancelToken())
            url = f"{server.url}/up"
            put = background.run(
                lambda: calls.put(url, "video/mp4", 0, 9, 10, blocks(), lambda _: None)
            )
            assert sent.wait(PATIENCE_S)
            for number in range(MAX_ROUTES + 5):
                gateway.for_account(f"other-{number}").profile([])
            gateway.interrupt()
            go_on.set()
            assert put.result(PATIENCE_S).verdict is Verdict.COMPLETE


def test_an_interruption_ends_a_call_that_waits_for_its_answer() -> None:
    asked = threading.Event()
    with ExitStack() as stack:

        def silent(sock: socket.socket) -> None:
            read_head(sock)
            asked.set()
            sock.recv(1)

        server = stack.enter_context(RawServer(silent))
        background = stack.enter_context(Background())
        routing = Routing(Endpoints(server.url), SystemClock(), DirectRoutes())
        stack.callback(routing.close)
        gateway = Gateway(routing, Tokens())
        call = background.run(lambda: gateway.for_account(ME).profile([]))
        assert asked.wait(PATIENCE_S)
        gateway.interrupt()
        with pytest.raises(NetworkDown):
            call.result(PATIENCE_S)


# --- rates ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CALLS)
def test_every_call_passes_its_own_rate_and_the_next_one_is_not_sent(name: str) -> None:
    kind, call = CALLS[name]
    rate = PER_TOKEN.get(kind) or PER_APP[kind]
    clock = FakeClock()
    gateway, tiktok = answering(clock)
    for _ in range(rate.calls):
        call(gateway.for_account(ME))
    assert gateway.turn_in_s(kind, ME) > 0
    with pytest.raises(RateLimited) as limited:
        call(gateway.for_account(ME))
    assert len(tiktok.times) == rate.calls
    failure = limited.value.failure
    assert (failure.code, failure.kind) == ("own_rate_limit", FailureClass.WAIT_RESET)
    assert failure.retry_after is not None
    clock.advance(failure.retry_after.total_seconds())
    call(gateway.for_account(ME))


def test_another_account_has_its_own_rate_but_shares_that_of_the_display_api() -> None:
    gateway, _ = answering(FakeClock())
    for _ in range(PER_TOKEN[Kind.STATUS].calls):
        gateway.for_account(ME).publish_status("1")
    gateway.for_account("other").publish_status("1")
    for number in range(PER_APP[Kind.USER_INFO].calls):
        gateway.for_account(f"account-{number}").profile([])
    with pytest.raises(RateLimited):
        gateway.for_account("yet another").profile([])


@given(st.lists(st.sampled_from(sorted(CALLS)), min_size=60, max_size=200))
def test_all_calls_together_never_pass_the_global_rate(names: list[str]) -> None:
    clock = FakeClock()
    gateway, tiktok = answering(clock)
    for number, name in enumerate(names):
        CALLS[name][1](gateway.for_account(f"account-{number}"))
    times = tiktok.times
    assert len(times) == len(names)
    for start in times:
        inside = sum(start <= at < start + GLOBAL.window_s for at in times)
        assert inside <= GLOBAL.calls


def test_parts_pictures_and_renewals_count_among_all_calls() -> None:
    clock = FakeClock()
    gateway, tiktok = answering(clock)
    for number in range(GLOBAL.calls):
        gateway.for_account(f"account-{number}").profile([])
    before_s = clock.mono_s
    with pytest.raises(NetworkDown):
        gateway.app(ME).refresh(KEYS, "rft.old")
    assert tiktok.times[-1] >= before_s + GLOBAL.window_s


def test_a_replayed_call_takes_its_turn_like_any_other() -> None:
    gateway, tiktok = answering(FakeClock(), Tokens(uses=2))
    for _ in range(2):
        gateway.for_account(ME).init_inbox(PLAN)
    with pytest.raises(RateLimited):
        gateway.for_account(ME).init_inbox(PLAN)
    assert len(tiktok.times) == PER_TOKEN[Kind.INIT].calls


def test_who_is_patient_gets_the_turn_and_who_is_cancelled_does_not() -> None:
    clock = FakeClock()
    gateway, tiktok = answering(clock)
    status = PER_TOKEN[Kind.STATUS].calls
    for _ in range(status):
        gateway.for_account(ME).publish_status("1")
    gateway.for_account(ME, patience_s=61).publish_status("1")
    assert len(tiktok.times) == status + 1
    for _ in range(status - 1):
        gateway.for_account(ME).publish_status("1")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        gateway.for_account(ME, cancel=cancel, patience_s=61).publish_status("1")
    assert len(tiktok.times) == 2 * status


def test_what_concerns_no_account_goes_directly() -> None:
    clock: Clock = FakeClock()
    assert Routing(Endpoints(), clock, NoRoutes()).route_of(None) == DIRECT
