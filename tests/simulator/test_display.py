"""user/info, video/list and video/query."""

from typing import Any

import pytest

from tests.simulator.app_client import START_S, DirectApp, new_world
from tiktok_manager.simulator.config import DAY_S
from tiktok_manager.simulator.state import ONLY_ME, Video

USER_FIELDS = {"fields": "open_id,username,follower_count,likes_count,video_count"}
VIDEO_FIELDS = {"fields": "id,create_time,title,duration,view_count"}


@pytest.fixture
def lively() -> Any:
    world = new_world(history_posts=23, history_days=40)
    app = DirectApp(world)
    app.connect()
    yield app
    world.close()


def all_ids(app: DirectApp, max_count: int) -> list[str]:
    found: list[str] = []
    body: dict[str, int] = {"max_count": max_count}
    while True:
        data = app.api("video_list", body, VIDEO_FIELDS)[1]["data"]
        found += [video["id"] for video in data["videos"]]
        if not data["has_more"]:
            return found
        body = {"max_count": max_count, "cursor": data["cursor"]}


def test_user_info_holds_exactly_the_fields_asked_for(lively: DirectApp) -> None:
    status, body = lively.api("user_info", query=USER_FIELDS)
    user = body["data"]["user"]
    assert (status, body["error"]["code"]) == (200, "ok")
    assert set(user) == set(USER_FIELDS["fields"].split(","))
    assert (user["username"], user["video_count"]) == ("sim01", 23)


def test_one_field_outside_the_grant_fails_the_whole_call(app: DirectApp) -> None:
    app.world.account("sim02").denied_scopes = {"user.info.stats"}
    app.connect("sim02")
    status, body = app.api("user_info", query={"fields": "open_id,follower_count"})
    assert (status, body["error"]["code"], app.kinds) == (401, "scope_not_authorized", ["scope"])
    assert app.api("user_info", query={"fields": "open_id,username"})[0] == 200


@pytest.mark.parametrize("query", ["", "fields=", "fields=open_id,age", "fields=open_id&x=1"])
def test_fields_must_be_named_and_known(app: DirectApp, query: str) -> None:
    status, body = app.api("user_info", query=query)
    assert (status, body["error"]["code"], app.kinds) == (400, "invalid_params", ["fields"])


@pytest.mark.parametrize("max_count", [1, 7, 20])
def test_paging_shows_every_public_video_once_and_newest_first(
    lively: DirectApp, max_count: int
) -> None:
    ids = all_ids(lively, max_count)
    assert len(set(ids)) == len(ids) == 23
    expected = sorted(lively.world.account("sim01").videos, key=lambda v: -v.created_s)
    assert ids == [str(video.id) for video in expected]
    assert lively.kinds == []


def test_short_pages_still_lead_to_the_end() -> None:
    world = new_world(history_posts=23, short_pages=True)
    app = DirectApp(world)
    app.connect()
    assert len(set(all_ids(app, 10))) == 23
    world.close()


@pytest.mark.parametrize(
    "body",
    [
        {"max_count": 21},
        {"max_count": 0},
        {"max_count": "10"},
        {"cursor": "1800000000000"},
        {"page": 2},
        [],
    ],
    ids=str,
)
def test_a_wrong_list_request_is_refused_and_recorded(lively: DirectApp, body: Any) -> None:
    status, answer = lively.api("video_list", body, VIDEO_FIELDS)
    assert (status, answer["error"]["code"]) == (400, "invalid_params")
    assert len(lively.kinds) == 1


@pytest.mark.parametrize("cursor", [1, 1_000_000_000, -5])
def test_before_the_first_video_the_list_is_empty(lively: DirectApp, cursor: int) -> None:
    status, answer = lively.api("video_list", {"cursor": cursor}, VIDEO_FIELDS)
    assert (status, answer["data"]["videos"], answer["data"]["has_more"]) == (200, [], False)
    assert lively.kinds == []


def test_only_me_posts_and_unmoderated_ones_are_not_listed(app: DirectApp) -> None:
    def video(number: int, privacy: str, visible_at_s: float) -> Video:
        return Video(
            id=number,
            handle="sim01",
            created_s=START_S - 60 + number,
            visible_at_s=visible_at_s,
            caption="",
            privacy=privacy,
            duration_s=5,
            width=1080,
            height=1920,
        )

    app.world.account("sim01").videos = [
        video(1, "PUBLIC_TO_EVERYONE", START_S - 30),
        video(2, ONLY_ME, START_S - 30),
        video(3, "PUBLIC_TO_EVERYONE", START_S + 30),
    ]
    assert all_ids(app, 20) == ["1"]
    app.world.clock.advance(30)
    assert all_ids(app, 20) == ["3", "1"]


def test_query_returns_own_public_videos_only(lively: DirectApp) -> None:
    own = str(lively.world.account("sim01").videos[0].id)
    foreign = str(lively.world.account("sim02").videos[0].id)
    body = {"filters": {"video_ids": [own, foreign, "12"]}}
    videos = lively.api("video_query", body, VIDEO_FIELDS)[1]["data"]["videos"]
    assert [video["id"] for video in videos] == [own]


@pytest.mark.parametrize("ids", [[], ["1"] * 21, [12]], ids=["none", "too many", "numbers"])
def test_a_wrong_query_is_refused(lively: DirectApp, ids: list[Any]) -> None:
    status, _ = lively.api("video_query", {"filters": {"video_ids": ids}}, VIDEO_FIELDS)
    assert (status, lively.kinds) == (400, ["malformed_body"])


def test_captions_come_back_cut_to_150_units(app: DirectApp) -> None:
    app.world.seed_history("sim01", 5, 1)
    app.world.account("sim01").videos[0].caption = "😀" * 100
    video = app.api("video_list", {}, VIDEO_FIELDS)[1]["data"]["videos"][0]
    assert video["title"] == "😀" * 75


def test_the_content_type_must_be_json(app: DirectApp) -> None:
    status, _ = app.api("video_list", {}, VIDEO_FIELDS, content_type="text/plain")
    assert (status, app.kinds) == (400, ["content_type"])


def test_six_hundred_a_minute_and_not_one_more(app: DirectApp) -> None:
    answers = [app.api("user_info", query={"fields": "open_id"})[0] for _ in range(601)]
    assert answers == [200] * 600 + [429]
    assert app.kinds == ["rate_limit"]
    app.world.clock.advance(60)
    assert app.api("user_info", query={"fields": "open_id"})[0] == 200


def test_history_to_come_appears_in_its_time(app: DirectApp) -> None:
    app.world.seed_history("sim01", 10, 40, until_s=START_S + 5 * DAY_S)
    now = len(all_ids(app, 20))
    app.world.clock.advance(5 * DAY_S)
    app.connect()
    assert 0 < now < len(all_ids(app, 20)) == 40
