"""Faults on order: each strikes where it was aimed, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.simulator.app_client import (
    HttpApp,
    authorize_query,
    callback_of,
    direct_body,
    exchange_form,
    frozen_clock,
    sha256,
)
from tiktok_manager.simulator import Fault, Simulator, SimulatorConfig
from tiktok_manager.simulator.faults import Faults, read_scenario
from tiktok_manager.simulator.wire import Call

INIT = "/v2/post/publish/video/init/"
CONTENT = bytes(range(200))


def arm(simulator: Simulator, **fault: Any) -> None:
    simulator.world.faults.add(Fault(**fault))


def struck(faults: Faults, calls: int = 10, *, account: str = "sim01") -> list[int]:
    """Ordinals of the calls a fault meets."""
    call = Call(method="GET", path="/", names=("user_info",), account=account)
    return [number for number in range(1, calls + 1) if faults.match(call)]


@pytest.fixture
def faults() -> Faults:
    return Faults(1, frozen_clock().now_s)


@pytest.mark.parametrize(
    ("matching", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"nth": 2}, [2]),
        ({"after": 2}, [3, 4]),
        ({"times": 2}, [1, 2]),
        ({"after": 1, "times": 2}, [2, 3]),
        ({"account": "@sim01"}, [1, 2, 3, 4]),
        ({"account": "sim02"}, []),
        ({"probability": 0.0}, []),
        ({"endpoint": "*"}, [1, 2, 3, 4]),
        ({"endpoint": "status"}, []),
    ],
    ids=str,
)
def test_matching(faults: Faults, matching: dict[str, Any], expected: list[int]) -> None:
    faults.add(Fault(**{"endpoint": "user_info", **matching}))
    assert struck(faults, 4) == expected


def test_chance_is_the_same_for_the_same_seed() -> None:
    def run(seed: int) -> list[int]:
        faults = Faults(seed, frozen_clock().now_s)
        faults.add(Fault(endpoint="*", probability=0.3))
        return struck(faults, 100)

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert 15 < len(run(1)) < 45


def test_a_fault_can_end_by_the_clock() -> None:
    clock = frozen_clock()
    faults = Faults(1, clock.now_s)
    faults.add(Fault(endpoint="*", for_s=60))
    clock.advance(60)
    assert struck(faults, 1) == [1]
    clock.advance(1)
    assert struck(faults, 1) == []


def test_a_fault_for_an_endpoint_that_does_not_exist_is_refused(faults: Faults) -> None:
    with pytest.raises(ValueError, match="video_init"):
        faults.add(Fault(endpoint="video/init"))


def test_faults_can_be_taken_back(faults: Faults) -> None:
    number = faults.add(Fault(endpoint="*"))
    assert faults.remove(number)
    assert not faults.remove(number)
    assert struck(faults) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.toml", '[[faults]]\nendpoint = "status"\nstatus = 503\ntimes = 2\n'),
        ("a.json", '{"faults": [{"endpoint": "status", "status": 503, "times": 2}]}'),
    ],
)
def test_a_scenario_file_arms_faults(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    assert read_scenario(path) == [Fault(endpoint="status", status=503, times=2)]
    with Simulator(SimulatorConfig(scenario=path)) as simulator:
        assert [fault.status for _, _, fault in simulator.world.faults.in_force()] == [503]


def test_a_scenario_with_a_slip_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "slip.json"
    path.write_text('{"faults": [{"endpoint": "status", "stauts": 503}]}', "utf-8")
    with pytest.raises(ValueError, match=r"slip\.json.*stauts"):
        read_scenario(path)


# --- answers --------------------------------------------------------------------------------


def test_an_error_in_place_of_work_leaves_no_trace(simulator: Simulator, http_app: HttpApp) -> None:
    arm(simulator, endpoint="video_init", status=500, times=1, retry_after=7)
    answer = http_app.post(INIT, direct_body(100))
    assert (answer.status_code, answer.headers["retry-after"]) == (500, "7")
    assert answer.json()["error"]["code"] == "internal_error"
    assert simulator.world.publishes == {}
    assert http_app.post(INIT, direct_body(100)).status_code == 200


def test_a_processed_error_lies_about_work_that_was_done(
    simulator: Simulator, http_app: HttpApp
) -> None:
    arm(simulator, endpoint="video_init", status=502, processed=True)
    assert http_app.post(INIT, direct_body(100)).status_code == 502
    assert len(simulator.world.publishes) == 1


def test_an_envelope_code_can_come_with_http_200(simulator: Simulator, http_app: HttpApp) -> None:
    arm(simulator, endpoint="creator_info", code="reached_active_user_cap", message="full")
    answer = http_app.post("/v2/post/publish/creator_info/query/")
    assert answer.status_code == 200
    assert answer.json()["error"]["code"] == "reached_active_user_cap"
    assert answer.json()["error"]["message"] == "full"


def test_oauth_faults_speak_the_flat_envelope(simulator: Simulator, http_app: HttpApp) -> None:
    arm(simulator, endpoint="token.exchange", code="temporarily_unavailable")
    query = authorize_query(sim_user="sim02")
    location = http_app.http.get("/v2/auth/authorize/", params=query).headers["location"]
    form = exchange_form(callback_of(location)["code"])
    answer = http_app.http.post("/v2/oauth/token/", data=form)
    assert (answer.status_code, answer.json()["error"]) == (200, "temporarily_unavailable")


def test_fields_can_be_dropped_changed_or_broken(simulator: Simulator, http_app: HttpApp) -> None:
    publish_id, _ = http_app.init(100)
    arm(simulator, endpoint="status", omit=["uploaded_bytes"], data={"status": "ODD"}, times=1)
    data = http_app.status(publish_id)
    assert data["status"] == "ODD"
    assert "uploaded_bytes" not in data
    arm(simulator, endpoint="status", wrong_json=True)
    answer = http_app.post("/v2/post/publish/status/fetch/", {"publish_id": publish_id})
    with pytest.raises(ValueError, match=r"delimiter|Expecting|Unterminated"):
        answer.json()


def test_a_strange_body_can_be_put_in_place(simulator: Simulator, http_app: HttpApp) -> None:
    arm(simulator, endpoint="user_info", status=403, body="<html>", content_type="text/html")
    answer = http_app.user()
    assert (answer.status_code, answer.text) == (403, "<html>")
    assert answer.headers["content-type"] == "text/html"


def test_headers_can_lie(simulator: Simulator, http_app: HttpApp) -> None:
    date = "Thu, 01 Jan 1970 00:00:00 GMT"
    arm(simulator, endpoint="user_info", headers={"date": date})
    assert http_app.user().headers.get_list("date") == [date]


def test_an_answer_can_trickle(simulator: Simulator, http_app: HttpApp) -> None:
    arm(simulator, endpoint="user_info", trickle_s=0.0001)
    with http_app.http.stream(
        "GET",
        "/v2/user/info/?fields=open_id",
        headers={"Authorization": f"Bearer {http_app.token}"},
    ) as answer:
        blocks = list(answer.iter_raw())
    assert len(blocks) > 1
    assert b"".join(blocks).startswith(b'{"data":{"user"')


# --- connections ----------------------------------------------------------------------------


def test_a_connection_dropped_before_the_work_did_nothing(
    simulator: Simulator, http_app: HttpApp
) -> None:
    arm(simulator, endpoint="video_init", drop="before", times=1)
    with pytest.raises(httpx.TransportError):
        http_app.post(INIT, direct_body(100))
    assert simulator.world.publishes == {}
    assert simulator.world.ledger[-1].status == 0
    assert simulator.world.ledger[-1].fault == "video_init"
    assert http_app.post(INIT, direct_body(100)).status_code == 200


def test_a_lost_answer_leaves_the_work_done(simulator: Simulator, http_app: HttpApp) -> None:
    arm(simulator, endpoint="video_init", drop="after")
    with pytest.raises(httpx.TransportError):
        http_app.post(INIT, direct_body(100))
    assert len(simulator.world.publishes) == 1


def test_a_lost_answer_to_the_last_chunk_still_publishes_once(
    simulator: Simulator, http_app: HttpApp
) -> None:
    publish_id, url = http_app.init(len(CONTENT))
    arm(simulator, endpoint="upload.last", drop="after", times=1)
    with pytest.raises(httpx.TransportError):
        http_app.put(url, CONTENT, 0, len(CONTENT))
    assert http_app.put(url, CONTENT, 0, len(CONTENT)).status_code == 416
    (record,) = simulator.world.published()
    assert (record.publish_id, record.sha256) == (publish_id, sha256(CONTENT))
    assert simulator.world.violations == []


def test_an_upload_can_be_cut_at_a_byte(simulator: Simulator, http_app: HttpApp) -> None:
    content = bytes(3_000_000)
    publish_id, url = http_app.init(len(content))
    arm(simulator, endpoint="upload", cut_at_bytes=1_000_000, times=1)
    with pytest.raises(httpx.TransportError):
        http_app.put(url, content, 0, len(content))
    assert simulator.world.ledger[-1].received_bytes == 1_000_000
    assert http_app.status(publish_id)["uploaded_bytes"] == 0
    assert http_app.put(url, content, 0, len(content)).status_code == 201


@pytest.mark.parametrize("status", [400, 403, 404, 413, 416, 500, 503])
def test_uploads_can_be_refused_with_any_status(
    simulator: Simulator, http_app: HttpApp, status: int
) -> None:
    publish_id, url = http_app.init(len(CONTENT))
    arm(simulator, endpoint="upload", status=status, times=1)
    assert http_app.put(url, CONTENT, 0, len(CONTENT)).status_code == status
    assert http_app.status(publish_id)["uploaded_bytes"] == 0
    assert http_app.put(url, CONTENT, 0, len(CONTENT)).status_code == 201


def test_the_last_chunk_can_be_answered_206_and_the_first_201(
    simulator: Simulator, http_app: HttpApp
) -> None:
    content = bytes(10_000_000)
    _, url = http_app.init(len(content), 5_000_000, 2)
    arm(simulator, endpoint="upload.first", status=201, processed=True)
    arm(simulator, endpoint="upload.last", status=206, processed=True)
    assert http_app.put(url, content[:5_000_000], 0, len(content)).status_code == 201
    last = http_app.put(url, content[5_000_000:], 5_000_000, len(content))
    assert last.status_code == 206
    assert last.headers["content-range"] == "bytes 0-10000000/10000000"
    assert len(simulator.world.published()) == 1


# --- fates ----------------------------------------------------------------------------------


def test_processing_can_fail_for_any_reason(simulator: Simulator, http_app: HttpApp) -> None:
    arm(simulator, endpoint="video_init", fail_reason="spam_risk_text", times=1)
    data = http_app.status(http_app.publish(CONTENT))
    assert (data["status"], data["fail_reason"]) == ("FAILED", "spam_risk_text")
    assert simulator.world.published() == []


def test_processing_can_hang_for_ever(simulator: Simulator, http_app: HttpApp) -> None:
    arm(simulator, endpoint="upload.last", stuck=True)
    publish_id = http_app.publish(CONTENT)
    simulator.world.clock.advance(7_000)
    assert http_app.status(publish_id)["status"] == "PROCESSING_UPLOAD"


@pytest.mark.parametrize("count", [0, 3])
def test_a_post_can_have_no_or_many_ids(
    simulator: Simulator, http_app: HttpApp, count: int
) -> None:
    arm(simulator, endpoint="video_init", post_count=count)
    data = http_app.status(http_app.publish(CONTENT))
    assert data["status"] == "PUBLISH_COMPLETE"
    assert len(set(data["publicaly_available_post_id"])) == count


def test_moderation_can_take_its_time(simulator: Simulator, http_app: HttpApp) -> None:
    arm(simulator, endpoint="video_init", moderation_s=3_600)
    publish_id = http_app.publish(CONTENT)
    assert http_app.status(publish_id)["publicaly_available_post_id"] == []
    simulator.world.clock.advance(3_600)
    assert len(http_app.status(publish_id)["publicaly_available_post_id"]) == 1


def test_an_upload_url_can_die_early(simulator: Simulator, http_app: HttpApp) -> None:
    arm(simulator, endpoint="upload.first", url_expired=True)
    content = bytes(10_000_000)
    _, url = http_app.init(len(content), 5_000_000, 2)
    assert http_app.put(url, content[:5_000_000], 0, len(content)).status_code == 206
    assert http_app.put(url, content[5_000_000:], 5_000_000, len(content)).status_code == 403


@pytest.mark.parametrize("effect", ["revoke", "expire_access"])
def test_tokens_can_die_just_before_a_call(
    simulator: Simulator, http_app: HttpApp, effect: str
) -> None:
    arm(simulator, endpoint="user_info", nth=2, **{effect: True})
    assert [http_app.user().status_code for _ in range(3)] == [200, 401, 401]
    assert simulator.world.grants.is_connected("sim01") == (effect == "expire_access")


def test_an_account_can_be_banned_or_turned_private_mid_way(
    simulator: Simulator, http_app: HttpApp
) -> None:
    arm(simulator, endpoint="video_init", private=True, times=1)
    answer = http_app.post(INIT, direct_body(100)).json()
    assert answer["error"]["code"] == "privacy_level_option_mismatch"
    arm(simulator, endpoint="creator_info", ban=True)
    answer = http_app.post("/v2/post/publish/creator_info/query/").json()
    assert answer["error"]["code"] == "spam_risk_user_banned_from_posting"


@pytest.fixture
def slow() -> Iterator[Simulator]:
    simulator = Simulator(SimulatorConfig(auto_approve=True), frozen_clock())
    simulator.start()
    yield simulator
    simulator.stop()


def test_a_delay_does_not_outlive_the_simulator(slow: Simulator) -> None:
    app = HttpApp(slow.base_url)
    app.connect()
    arm(slow, endpoint="user_info", delay_s=3_600)
    app.http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        app.user()
    app.close()
    slow.stop()
