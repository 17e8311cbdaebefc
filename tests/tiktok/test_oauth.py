import logging
import re
import socket
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes.words import say
from tests.tiktok.fake_tiktok import PATIENCE_S, Background, FakeClock
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import AppError, Cancelled, ConsentRefused
from tiktok_manager.tiktok import callback_pages
from tiktok_manager.tiktok.endpoints import Endpoints
from tiktok_manager.tiktok.loopback import HOLD_S, LINGER_S, OVERDUE_S, Callback, LoopbackReceiver
from tiktok_manager.tiktok.oauth import authorization_url, code_challenge, new_state, new_verifier

STATE = "the-state-of-this-attempt-0123456789abcdef"
GOOD = f"/callback/?code=abc%2A0%216410&scopes=user.info.basic%2Cvideo.list&state={STATE}"


class Consent:
    """A receiver that waits on a thread, and a browser to reach it.

    The sign-in ends well as soon as the answer is there, unless it `hangs`.
    """

    def __init__(
        self,
        background: Background,
        clock: FakeClock | SystemClock,
        grace_s: float = 0.025,
        *,
        hangs: bool = False,
    ) -> None:
        self.cancel = CancelToken()
        self.overdue: list[str] = []
        self.receiver = LoopbackReceiver(STATE, clock, say, grace_s=grace_s).open()
        port = urlsplit(self.receiver.redirect_uri).port
        assert port is not None
        self.port = port
        self._hangs = hangs
        self.answer: Future[Callback] = background.run(self._sign_in)

    def _sign_in(self) -> Callback:
        callback = self.receiver.wait(self.cancel, lambda: self.overdue.append("overdue"))
        if not self._hangs:
            self.receiver.conclude(callback_pages.SIGNED_IN)
        return callback

    def close(self) -> None:
        self.cancel.cancel()
        self.answer.exception(PATIENCE_S)
        self.receiver.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)

    def say(self, request: bytes) -> bytes:
        """Send raw bytes; returns all that comes back until the other side closes."""
        with self.connect() as sock:
            try:
                sock.sendall(request)
                return read_all(sock)
            except ConnectionError:
                return b""

    def get(self, target: str, host: str = "") -> bytes:
        host = host or f"127.0.0.1:{self.port}"
        return self.say(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())

    def result(self) -> Callback:
        return self.answer.result(PATIENCE_S)


def read_all(sock: socket.socket) -> bytes:
    pieces = b""
    while piece := sock.recv(65536):
        pieces += piece
    return pieces


@pytest.fixture
def background() -> Iterator[Background]:
    with Background() as background:
        yield background


@pytest.fixture
def consent(background: Background) -> Iterator[Consent]:
    consent = Consent(background, SystemClock())
    yield consent
    consent.close()


def test_the_challenge_is_hex_as_tiktok_wants_it() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    expected = "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
    assert code_challenge(verifier) == expected


def test_verifier_and_state_are_long_legal_and_new_each_time() -> None:
    verifiers = {new_verifier() for _ in range(50)}
    assert len(verifiers) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) for verifier in verifiers)
    assert len({new_state() for _ in range(50)}) == 50
    asked: list[int] = []

    def count(size: int) -> str:
        asked.append(size)
        return "x" * size

    new_state(count)
    assert asked == [32]  # bytes: 256 bits


def test_the_authorization_url_is_the_one_of_login_kit() -> None:
    url = authorization_url(
        Endpoints(),
        client_key="aw1",
        scopes=["user.info.basic", "video.publish"],
        redirect_uri="http://127.0.0.1:4567/callback/",
        state="st",
        verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    )
    assert url.startswith("https://www.tiktok.com/v2/auth/authorize/?client_key=aw1&")
    assert "scope=user.info.basic,video.publish&" in url
    assert {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()} == {
        "client_key": "aw1",
        "response_type": "code",
        "scope": "user.info.basic,video.publish",
        "redirect_uri": "http://127.0.0.1:4567/callback/",
        "state": "st",
        "code_challenge": "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3",
        "code_challenge_method": "S256",
        "disable_auto_auth": "1",
    }


def test_the_answer_brings_code_and_granted_scopes(consent: Consent) -> None:
    page = consent.get(GOOD)
    callback = consent.result()
    assert callback.code == "abc*0!6410"
    assert callback.scopes == ("user.info.basic", "video.list")
    assert page.startswith(b"HTTP/1.1 200 ")
    assert b"You can close this tab and return to TikTok Manager" in page


def test_the_page_tells_the_browser_nothing_to_keep_or_pass_on(consent: Consent) -> None:
    head = consent.get(GOOD).split(b"\r\n\r\n")[0].decode().lower()
    assert "referrer-policy: no-referrer" in head
    assert "cache-control: no-store" in head
    assert "access-control" not in head
    assert "set-cookie" not in head


@pytest.mark.parametrize(
    ("raw", "code"),
    [("a%252A", "a%2A"), ("a*v!5236.s1", "a*v!5236.s1"), ("a+b", "a+b"), ("a%3D%26b=c", "a=&b=c")],
)
def test_the_code_is_decoded_exactly_once(consent: Consent, raw: str, code: str) -> None:
    consent.get(f"/callback/?code={raw}&state={STATE}")
    assert consent.result().code == code


def test_an_empty_error_beside_a_code_is_none(consent: Consent) -> None:
    assert b"You are signed in" in consent.get(f"{GOOD}&error=&error_description=")
    assert consent.result().code == "abc*0!6410"


def test_a_code_hides_itself() -> None:
    assert "c0de" not in repr(Callback(code="c0de", scopes=()))


def test_refusing_on_tiktoks_page_ends_the_wait_with_the_reason(consent: Consent) -> None:
    page = consent.get(
        "/callback/?error=access_denied&error_description="
        f"The+user+%3Cb%3Erefused%3C%2Fb%3E%0Ait&state={STATE}"
    )
    with pytest.raises(ConsentRefused) as refusal:
        consent.result()
    assert (refusal.value.code, refusal.value.raw_code) == ("consent_refused", "access_denied")
    assert say(refusal.value)[1] == "It said: “The user <b>refused</b> it”."
    assert b"The user &lt;b&gt;refused&lt;/b&gt; it" in page


TOO_LONG = b"GET /callback/?code=" + b"x" * 1_000_000 + b" HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1:%d\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /callback/?code=x&state=wrong HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback/?code=x HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback/?code=x&state= HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback/?code=x&state=%%C3%%A9 HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback/?state=$ HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback/?code=&state=$ HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback/?code=x&code=y&state=$ HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback/?code=x&state=$&state=$ HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback/?code=x&state=$&stat%%65=z HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback/?code=x&error=access_denied&state=$ HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback/?error=access_denied HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback/?error=access_denied&state=wrong HTTP/1.1\r\n" + HOST, 400),
        (b"GET /callback?code=x&state=$ HTTP/1.1\r\n" + HOST, 404),
        (b"GET /callback/x?code=x&state=$ HTTP/1.1\r\n" + HOST, 404),
        (b"GET //callback/?code=x&state=$ HTTP/1.1\r\n" + HOST, 404),
        (b"GET /%%63allback/?code=x&state=$ HTTP/1.1\r\n" + HOST, 404),
        (b"GET http://127.0.0.1:%d/callback/?code=x&state=$ HTTP/1.1\r\n" + HOST, 404),
        (b"GET /favicon.ico HTTP/1.1\r\n" + HOST, 404),
        (b"POST /callback/?code=x&state=$ HTTP/1.1\r\nContent-Length: 0\r\n" + HOST, 405),
        (b"HEAD /callback/?code=x&state=$ HTTP/1.1\r\n" + HOST, 405),
        (b"OPTIONS /callback/ HTTP/1.1\r\nOrigin: https://evil.example\r\n" + HOST, 405),
        (b"GET /callback/?code=x&state=$ HTTP/1.1\r\nContent-Length: 3\r\n" + HOST, 400),
        (b"GET /callback/?code=x&state=$ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST, 400),
        (b"GET /callback/?code=x&state=$ HTTP/1.1\r\nHost: evil.example\r\n", 421),
        (b"GET /callback/?code=x&state=$ HTTP/1.1\r\nHost: localhost:%d\r\n", 421),
        (b"GET /callback/?code=x&state=$ HTTP/1.1\r\nHost: 127.0.0.1\r\n", 421),
        (b"GET /callback/?code=x&state=$ HTTP/1.1\r\nHost: 127.0.0.1:%d.evil.example\r\n", 421),
        (b"GET /callback/?code=x&state=$ HTTP/1.0\r\n", 421),
        (b"GET /callback/?code=x&state=$ HTTP/1.1\r\n", 400),
        (b"GET /callback/?code=x&state=$ HTTP/1.1\r\nHost: evil.example\r\n" + HOST, 400),
        (b"GET /callback/?code=x&state=$\r\n" + HOST, 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 400),
        (b"GET /callback/ HTTP/1.1\r\nX: " + b"x" * 66_000 + b"\r\n" + HOST, 431),
        (TOO_LONG + HOST, 431),
    ],
)
def test_wrong_requests_are_turned_away_and_the_sign_in_survives(
    consent: Consent, request_: bytes, status: int
) -> None:
    filled = request_.replace(b"%d", b"%d" % consent.port).replace(b"%%", b"%")
    reply = consent.say(filled.replace(b"$", STATE.encode()) + b"\r\n")
    # A client that sends a megabyte may be cut off before it reads our words.
    assert reply.startswith(b"HTTP/1.1 %d " % status) or (request_ is TOO_LONG and not reply)
    assert not consent.answer.done()
    consent.get(GOOD)
    assert consent.result().code == "abc*0!6410"


def test_an_answer_is_good_for_one_use(background: Background) -> None:
    clock = FakeClock()
    consent = Consent(background, clock)
    first = consent.get(GOOD)
    assert consent.result().code == "abc*0!6410"
    # A reload or a late prefetch finds the same page; whatever it carries is not taken again.
    assert consent.get(GOOD) == first
    assert consent.get(f"/callback/?code=another&state={STATE}") == first
    assert consent.get("/callback/?code=abc&state=wrong").startswith(b"HTTP/1.1 400 ")
    clock.advance(LINGER_S)
    consent.receiver.close()
    with pytest.raises(ConnectionRefusedError):
        consent.connect()


def test_the_port_is_free_again_some_seconds_after_the_sign_in(background: Background) -> None:
    clock = FakeClock()
    consent = Consent(background, clock)
    consent.get(GOOD)
    clock.advance(LINGER_S)
    thread = consent.receiver._thread
    assert thread is not None
    thread.join(PATIENCE_S)
    with pytest.raises(ConnectionRefusedError):
        consent.connect()


def test_the_browser_is_told_only_once_the_sign_in_has_ended(background: Background) -> None:
    consent = Consent(background, SystemClock(), hangs=True)
    page, prefetch = background.run(consent.get, GOOD), background.run(consent.get, GOOD)
    consent.result()
    assert consent.get("/").startswith(b"HTTP/1.1 404 ")  # it still listens
    assert not page.done()
    consent.receiver.conclude(
        callback_pages.not_signed_in(AppError("x", title="TikTok said <no>."))
    )
    told = page.result(PATIENCE_S)
    assert b"The sign-in did not work" in told
    assert b"TikTok said &lt;no&gt;." in told
    assert b"signed in" not in told
    assert prefetch.result(PATIENCE_S) == told
    consent.close()


def test_a_browser_does_not_wait_longer_than_ten_seconds(background: Background) -> None:
    clock = FakeClock()
    consent = Consent(background, clock, hangs=True)
    page = background.run(consent.get, GOOD)
    consent.result()
    clock.advance(HOLD_S)
    told = page.result(PATIENCE_S)
    assert b"still finishing the sign-in" in told
    assert b'http-equiv="refresh"' in told  # it looks again by itself
    consent.receiver.conclude(callback_pages.SIGNED_IN)
    assert b"You are signed in" in consent.get(GOOD)
    consent.close()


def test_a_browser_that_waits_when_the_app_ends_is_told(background: Background) -> None:
    consent = Consent(background, SystemClock(), hangs=True)
    page = background.run(consent.get, GOOD)
    consent.result()
    consent.receiver.close()
    assert b"still finishing the sign-in" in page.result(PATIENCE_S)


def test_a_crowd_that_knows_the_state_is_kept_small(background: Background) -> None:
    consent = Consent(background, SystemClock(), hangs=True)
    pages = [background.run(consent.get, GOOD) for _ in range(6)]
    consent.result()
    done, _ = wait(pages, PATIENCE_S, FIRST_COMPLETED)
    assert b"still finishing" in done.pop().result()
    consent.receiver.conclude(callback_pages.SIGNED_IN)
    assert all(b"HTTP/1.1 200 " in page.result(PATIENCE_S) for page in pages)
    consent.close()


def test_a_refusal_is_told_again_to_whoever_reloads(consent: Consent) -> None:
    refusal = f"/callback/?error=access_denied&error_description=No&state={STATE}"
    page = consent.get(refusal)
    with pytest.raises(ConsentRefused):
        consent.result()
    assert consent.get(refusal) == page
    assert consent.get(GOOD) == page


def test_other_programs_cookies_do_not_keep_the_answer_out(
    consent: Consent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cookies = b"Cookie: jupyter=" + b"c" * 60_000 + b"\r\n"
    head = f"GET {GOOD} HTTP/1.1\r\n".encode() + HOST % consent.port
    assert b"You are signed in" in consent.say(head + cookies + b"\r\n")
    assert consent.result().code == "abc*0!6410"
    assert not caplog.records


def test_nobody_outside_127_0_0_1_can_reach_it(consent: Consent) -> None:
    for host in ("::1", "127.0.0.2"):
        with pytest.raises(OSError, match=r".+"):
            socket.create_connection((host, consent.port), PATIENCE_S)


def test_a_thousand_silent_visitors_do_not_lock_the_browser_out(background: Background) -> None:
    consent = Consent(background, SystemClock(), grace_s=0.001)
    crowd: list[socket.socket] = []
    try:
        for _ in range(1000):
            sock = socket.socket()
            crowd.append(sock)
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", consent.port))
        consent.get(GOOD)
        assert consent.result().code == "abc*0!6410"
    finally:
        for sock in crowd:
            sock.close()
        consent.close()


def test_at_most_four_visitors_are_kept(consent: Consent) -> None:
    visitors = [consent.connect() for _ in range(6)]
    # Those that came first and kept silent make room; the others may still speak.
    assert [sock.recv(1) for sock in visitors[:4]] == [b""] * 4
    visitors[4].sendall(b"GET / HTTP/1.1\r\n" + HOST % consent.port + b"\r\n")
    assert visitors[4].recv(65536).startswith(b"HTTP/1.1 404 ")
    for sock in visitors:
        sock.close()


def test_a_visitor_that_trickles_is_closed_after_five_seconds(background: Background) -> None:
    clock = FakeClock()
    consent = Consent(background, clock)
    with consent.connect() as slow, consent.connect() as other:
        slow.sendall(b"GET /callback/?code=x")
        other.sendall(b"GET / HTTP/1.1\r\n" + HOST % consent.port + b"\r\n")
        assert other.recv(65536)  # both were accepted before the clock moves
        clock.advance(5)
        assert slow.recv(1) == b""
    consent.get(GOOD)
    assert consent.result().code == "abc*0!6410"
    consent.close()


def test_nobody_answering_for_five_minutes_ends_the_wait(background: Background) -> None:
    clock = FakeClock()
    consent = Consent(background, clock)
    consent.get("/")  # the wait has begun
    clock.advance(299)
    assert not consent.answer.done()
    clock.advance(1)
    with pytest.raises(AppError) as timeout:
        consent.result()
    assert timeout.value.code == "consent_timeout"


def test_a_wait_without_an_answer_is_told_once_after_twenty_seconds(
    background: Background,
) -> None:
    clock = FakeClock()
    consent = Consent(background, clock)
    clock.advance(OVERDUE_S - 1)
    consent.get("/")
    assert consent.overdue == []
    clock.advance(1)
    consent.get("/")
    consent.get("/")
    assert consent.overdue == ["overdue"]
    consent.close()


def test_cancelling_ends_the_wait_and_frees_the_port(consent: Consent) -> None:
    consent.cancel.cancel()
    with pytest.raises(Cancelled):
        consent.result()
    with pytest.raises(ConnectionRefusedError):
        consent.connect()


def test_leaving_without_waiting_frees_the_port() -> None:
    with LoopbackReceiver(STATE, SystemClock(), say) as receiver:
        uri = receiver.redirect_uri
        assert re.fullmatch(r"http://127\.0\.0\.1:\d{4,5}/callback/", uri)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(uri).port or 0), PATIENCE_S)


def test_no_request_ever_reaches_a_log(consent: Consent, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    consent.get("/callback/?code=canary&state=wrong")
    consent.get(GOOD)
    consent.result()
    assert not caplog.records
