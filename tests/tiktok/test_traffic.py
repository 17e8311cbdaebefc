"""What all calls know together: routes that rest, waits that TikTok asked for, and the time."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from tests.tiktok.fake_tiktok import (
    KEYS,
    NOW,
    FakeClock,
    FakeTikTok,
    client_for,
    http_for,
    ok,
    refused,
)
from tiktok_manager.domain.errors import FailureClass, NetworkDown, RemoteError, TikTokRefused
from tiktok_manager.tiktok.chunk_plans import plan_chunks
from tiktok_manager.tiktok.client import TikTokClient
from tiktok_manager.tiktok.endpoints import Endpoints
from tiktok_manager.tiktok.traffic import RESTING, ServerTime
from tiktok_manager.wording import words

PLAN = plan_chunks(1000)
DOWN = httpx.ConnectError("refused")
USER = {"user": {"open_id": "open-1", "display_name": "Someone"}}
STATUS = {"status": "PROCESSING_UPLOAD", "publicaly_available_post_id": []}


def made(clock: FakeClock, *answers: httpx.Response | Exception) -> tuple[TikTokClient, FakeTikTok]:
    tiktok = FakeTikTok(*answers)
    return client_for(tiktok, clock), tiktok


def fail(client: TikTokClient, times: int = 1) -> RemoteError:
    for _ in range(times - 1):
        fail(client)
    with pytest.raises(RemoteError) as met:
        client.publish_status("act.token", "v_pub_file~1")
    return met.value


@pytest.mark.parametrize(
    "failing", [DOWN, httpx.Response(503), httpx.Response(408)], ids=["down", "503", "408"]
)
def test_a_failing_host_is_left_alone_and_the_error_says_why_and_how_long(
    failing: httpx.Response | Exception,
) -> None:
    client, tiktok = made(FakeClock(), *[failing] * 5)
    fail(client, 5)
    failure = fail(client).failure
    assert len(tiktok.requests) == 5
    assert (failure.code, failure.kind) == (RESTING, FailureClass.WAIT_RESET)
    assert failure.retry_after == timedelta(seconds=30)
    assert "TikTok" in words(failure).cause


def test_the_host_is_tried_again_after_the_pause() -> None:
    clock = FakeClock()
    client, _ = made(clock, *[DOWN] * 5, ok(STATUS), ok(STATUS))
    fail(client, 5)
    clock.advance(30)
    assert client.publish_status("act.token", "v_pub_file~1").state == "PROCESSING_UPLOAD"
    assert client.publish_status("act.token", "v_pub_file~1").state == "PROCESSING_UPLOAD"


def test_answers_with_an_error_code_do_not_open_the_circuit() -> None:
    client, tiktok = made(FakeClock(), *[refused("invalid_publish_id", status=400)] * 9)
    fail(client, 9)
    assert len(tiktok.requests) == 9


def test_one_endpoint_that_fails_rests_alone() -> None:
    answers: list[httpx.Response | Exception] = []
    for _ in range(5):
        answers += [httpx.Response(503), ok(USER)]
    client, tiktok = made(FakeClock(), *answers, ok(USER))
    for _ in range(5):
        fail(client)
        client.profile("act.token", ())
    assert fail(client).failure.code == RESTING
    assert client.profile("act.token", ()).open_id == "open-1"
    assert len(tiktok.requests) == 11


def test_what_the_user_waits_for_goes_out_all_the_same_and_has_its_own_error() -> None:
    client, tiktok = made(FakeClock(), *[DOWN] * 5, httpx.Response(200), DOWN)
    fail(client, 5)
    client.revoke(KEYS, "act.token")
    assert len(tiktok.requests) == 6
    with pytest.raises(NetworkDown) as met:
        client.exchange_code(KEYS, "code", "http://127.0.0.1:1/callback/", "v" * 43)
    assert met.value.failure.code == "network_connect"


HTTP_DATE = format_datetime(NOW + timedelta(minutes=5)).replace("+0000", "GMT")


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [("90", 90), (HTTP_DATE, 300), ("-5", 1), ("1e9", 86400), ("soon", None)],
)
@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.init_inbox("act.token", PLAN),
        lambda c: c.creator_info("act.token"),
        lambda c: c.publish_status("act.token", "v_pub_file~1"),
        lambda c: c.video_page("act.token"),
        lambda c: c.query_videos("act.token", ["1"]),
        lambda c: c.profile("act.token", ()),
        lambda c: c.refresh(KEYS, "rft.token"),
    ],
    ids=["init", "creator_info", "status", "video_list", "video_query", "user_info", "token"],
)
def test_a_wait_that_tiktok_asks_for_is_kept_on_every_call(
    call: Callable[[TikTokClient], object], told: str, wait_s: float | None
) -> None:
    clock = FakeClock()
    answer = refused("rate_limit_exceeded", status=429, **{"Retry-After": told})
    client, tiktok = made(clock, answer, answer)
    expected = timedelta(seconds=60 if wait_s is None else wait_s)
    with pytest.raises(TikTokRefused) as met:
        call(client)
    assert met.value.failure.retry_after == expected
    clock.advance(expected.total_seconds() - 0.5)
    with pytest.raises(TikTokRefused) as again:
        call(client)
    assert again.value.failure.retry_after == timedelta(seconds=0.5)
    assert again.value.failure.kind is FailureClass.WAIT_RESET
    assert len(tiktok.requests) == 1
    clock.advance(0.5)
    with pytest.raises(TikTokRefused):
        call(client)
    assert len(tiktok.requests) == 2


def test_the_wait_of_one_account_holds_no_other() -> None:
    answer = refused("rate_limit_exceeded", status=429, **{"Retry-After": "90"})
    client, _ = made(FakeClock(), answer, ok(USER))
    with pytest.raises(TikTokRefused):
        client.profile("act.one", ())
    assert client.profile("act.other", ()).open_id == "open-1"


def test_an_hour_between_the_clocks_is_noticed() -> None:
    clock = FakeClock()
    answer = ok(STATUS)
    answer.headers["date"] = format_datetime(NOW - timedelta(hours=1)).replace("+0000", "GMT")
    http = http_for(FakeTikTok(answer), clock)
    client = TikTokClient(http, Endpoints(), clock)
    client.publish_status("act.token", "v_pub_file~1")
    assert http.traffic.server_time.off() == timedelta(hours=1)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Sat, 99 Nov 2026 12:00:00 GMT", "0"])
def test_a_date_that_is_missing_or_junk_says_nothing(date: str | None) -> None:
    time = ServerTime(FakeClock())
    time.told(date)
    assert time.off() is None


@pytest.mark.parametrize("minutes", [-9, 0, 9])
def test_a_few_minutes_are_borne(minutes: int) -> None:
    time = ServerTime(FakeClock())
    time.told(format_datetime(NOW + timedelta(minutes=minutes)).replace("+0000", "GMT"))
    assert time.off() is None


def test_setting_the_clock_makes_the_offset_unknown_at_once() -> None:
    clock = FakeClock()
    time = ServerTime(clock)
    time.told(format_datetime(NOW - timedelta(hours=3)).replace("+0000", "GMT"))
    clock.advance(30)
    assert time.off() == timedelta(hours=3)
    clock.at -= timedelta(hours=3)
    assert time.off() is None
    assert time.age_s() == float("inf")
