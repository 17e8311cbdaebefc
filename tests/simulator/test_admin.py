"""`/_sim/…`: what other processes can see and change."""

from typing import Any

import pytest

from tests.simulator.app_client import START_S, HttpApp, inbox_body, sha256
from tiktok_manager.simulator import Simulator


def get(app: HttpApp, path: str) -> Any:
    answer = app.http.get(f"/_sim/{path}")
    assert answer.status_code == 200
    return answer.json()


def post(app: HttpApp, path: str, body: Any) -> Any:
    answer = app.http.post(f"/_sim/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_state_and_clock(http_app: HttpApp) -> None:
    assert get(http_app, "state")["now_s"] == START_S
    assert post(http_app, "clock", {"advance_s": 90})["now_s"] == START_S + 90
    assert post(http_app, "clock", {"speed": 5})["speed"] == 5


def test_accounts_can_be_seen_and_changed(simulator: Simulator, http_app: HttpApp) -> None:
    seen = {account["handle"]: account["connected"] for account in get(http_app, "accounts")}
    assert seen == {"sim01": True, "sim02": False, "sim03": False}
    changed = post(
        http_app, "accounts/sim02", {"private": True, "denied_scopes": ["video.publish"]}
    )
    assert changed["private"] is True
    assert simulator.world.account("sim02").denied_scopes == {"video.publish"}
    assert simulator.world.account("sim02").banned is False


def test_published_bytes_once_and_without_violations(http_app: HttpApp) -> None:
    publish_id = http_app.publish(b"bytes")
    http_app.init(100)
    (record,) = get(http_app, "published?account=sim01")
    assert (record["publish_id"], record["sha256"]) == (publish_id, sha256(b"bytes"))
    assert record["post_ids"][0].isdecimal()
    assert len(get(http_app, "publishes")) == 2
    assert get(http_app, "published?account=sim02") == []
    assert get(http_app, "violations") == []
    assert get(http_app, "doubles") == []


def test_doubles_are_found(http_app: HttpApp) -> None:
    pair = [http_app.publish(b"twice"), http_app.publish(b"twice")]
    http_app.publish(b"once")
    (group,) = get(http_app, "doubles")
    assert [record["publish_id"] for record in group] == pair


def test_ledger_and_violations_can_be_read_and_cleared(http_app: HttpApp) -> None:
    http_app.user("nonsense")
    (violation,) = get(http_app, "violations")
    assert (violation["kind"], violation["account"]) == ("fields", "sim01")
    rows = get(http_app, "ledger?endpoint=user_info")
    assert [(row["status"], row["code"]) for row in rows] == [(400, "invalid_params")]
    assert get(http_app, f"ledger?after={rows[0]['number']}") == []
    http_app.http.delete("/_sim/records")
    assert get(http_app, "ledger") == get(http_app, "violations") == []


def test_faults_can_be_armed_and_disarmed(http_app: HttpApp) -> None:
    one = post(http_app, "faults", {"endpoint": "user_info", "status": 503, "times": 1})
    two = post(http_app, "faults", [{"endpoint": "status", "stuck": True}, {"endpoint": "*"}])
    assert http_app.user().status_code == 503
    assert [entry["struck"] for entry in get(http_app, "faults")] == [1, 0, 0]
    http_app.http.delete(f"/_sim/faults/{one['numbers'][0]}")
    assert [entry["number"] for entry in get(http_app, "faults")] == two["numbers"]
    http_app.http.delete("/_sim/faults")
    assert get(http_app, "faults") == []


def test_history_and_true_counts(simulator: Simulator, http_app: HttpApp) -> None:
    ids = post(http_app, "history", {"handle": "sim02", "days": 30, "posts": 4})["post_ids"]
    now = get(http_app, "counts/sim02")
    assert set(now["videos"]) == set(ids)
    before = get(http_app, f"counts/sim02?at_s={START_S - 86_400 * 40}")
    assert before["videos"] == {}
    assert now["followers"] > before["followers"]
    answer = http_app.http.post("/_sim/history", json={"handle": "sim02", "days": 0, "posts": 1})
    assert answer.status_code == 400
    assert len(simulator.world.account("sim02").videos) == 4


def test_drafts_can_be_posted_by_their_user(http_app: HttpApp) -> None:
    data = http_app.post("/v2/post/publish/inbox/video/init/", inbox_body(5)).json()["data"]
    http_app.put(data["upload_url"], b"draft", 0, 5)
    assert http_app.status(data["publish_id"])["status"] == "SEND_TO_USER_INBOX"
    ask = {"publish_id": data["publish_id"], "caption": "mine"}
    assert post(http_app, "drafts/post", ask)["status"] == "PUBLISH_COMPLETE"
    assert get(http_app, "published")[0]["caption"] == "mine"


def test_tokens_can_be_expired_and_the_app_removed(http_app: HttpApp) -> None:
    post(http_app, "expire_tokens", {"handle": "sim01"})
    assert http_app.user().status_code == 401
    assert get(http_app, "accounts")[0]["connected"] is True
    post(http_app, "remove_app", {"handle": "@sim01"})
    assert get(http_app, "accounts")[0]["connected"] is False


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("clock", {"advance_s": -1}, 400),
        ("clock", {"jump": 1}, 400),
        ("faults", {"endpoint": "nowhere"}, 400),
        ("faults", {"endpoint": "status", "statsu": 500}, 400),
        ("accounts/nobody", {"private": True}, 404),
        ("remove_app", {"handle": "nobody"}, 404),
        ("drafts/post", {"publish_id": "none"}, 404),
    ],
    ids=str,
)
def test_slips_are_named(http_app: HttpApp, path: str, body: Any, status: int) -> None:
    answer = http_app.http.post(f"/_sim/{path}", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]
