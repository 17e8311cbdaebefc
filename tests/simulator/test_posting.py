"""creator_info, init, status and cancel, and how a publish lives on."""

from typing import Any

import pytest

from tests.simulator.app_client import (
    PUBLIC,
    DirectApp,
    direct_body,
    inbox_body,
    new_world,
    sha256,
)
from tiktok_manager.simulator import upload
from tiktok_manager.simulator.state import ONLY_ME, Publish
from tiktok_manager.simulator.wire import Call, new_log_id

TWELVE = b"twelve bytes"


def send(app: DirectApp, publish_id: str, content: bytes = TWELVE) -> Publish:
    """Put the whole content where an upload would, without sockets."""
    publish = app.world.publishes[publish_id]
    size = len(content)
    headers = {
        "content-type": "video/mp4",
        "content-length": str(size),
        "content-range": f"bytes 0-{size - 1}/{size}",
    }
    call = Call(method="PUT", path="/upload/video", headers=headers)
    chunk = upload.begin(app.world, call, publish)
    writer = upload.ChunkWriter(chunk)
    writer.write(content)
    writer.close()
    assert upload.finish(app.world, call, chunk).status == 201
    return publish


def init(app: DirectApp, **changes: Any) -> str:
    body = direct_body(len(TWELVE), **changes)
    publish_id: str = app.api("video_init", body)[1]["data"]["publish_id"]
    return publish_id


def draft(app: DirectApp) -> str:
    publish_id: str = app.api("inbox_init", inbox_body(len(TWELVE)))[1]["data"]["publish_id"]
    return publish_id


def status(app: DirectApp, publish_id: str) -> dict[str, Any]:
    data: dict[str, Any] = app.api("status", {"publish_id": publish_id})[1]["data"]
    return data


def code(app: DirectApp, name: str, body: Any) -> tuple[int, str]:
    answered, answer = app.api(name, body)
    return answered, answer["error"]["code"]


# --- creator info ---------------------------------------------------------------------------


def test_creator_info_tells_what_the_creator_may(app: DirectApp) -> None:
    data = app.api("creator_info")[1]["data"]
    assert data["creator_username"] == "sim01"
    assert data["privacy_level_options"] == [PUBLIC, "MUTUAL_FOLLOW_FRIENDS", ONLY_ME]
    app.world.account("sim01").private = True
    data = app.api("creator_info", {})[1]["data"]
    assert data["privacy_level_options"][0] == "FOLLOWER_OF_CREATOR"
    assert data["duet_disabled"] is True
    assert data["stitch_disabled"] is True


def test_creator_info_says_no_with_http_200(app: DirectApp) -> None:
    app.world.account("sim01").banned = True
    assert code(app, "creator_info", None) == (200, "spam_risk_user_banned_from_posting")


def test_creator_info_twenty_a_minute(app: DirectApp) -> None:
    answers = [app.api("creator_info")[0] for _ in range(21)]
    assert answers == [200] * 20 + [429]


# --- init -----------------------------------------------------------------------------------


def test_init_answers_an_id_and_a_url_within_their_bounds(app: DirectApp) -> None:
    data = app.api("video_init", direct_body(100))[1]["data"]
    assert data["publish_id"].startswith("v_pub_file~")
    assert len(data["publish_id"]) <= 64
    assert data["upload_url"].startswith(app.world.base_url)
    assert len(data["upload_url"]) <= 256
    assert draft(app).startswith("v_inbox_file~")
    assert app.kinds == []


@pytest.mark.parametrize(
    "changes",
    [
        {"brand_content_toggle": 0},
        {"disable_duet": "false"},
        {"title": 5},
    ],
    ids=str,
)
def test_post_info_is_taken_literally(app: DirectApp, changes: dict[str, Any]) -> None:
    assert code(app, "video_init", direct_body(100, **changes)) == (400, "invalid_params")
    assert app.kinds == ["malformed_body"]
    assert app.world.publishes == {}


def test_the_caption_is_counted_in_utf16_units(app: DirectApp) -> None:
    assert code(app, "video_init", direct_body(100, title="😀" * 1_100))[0] == 200
    assert code(app, "video_init", direct_body(100, title="😀" * 1_100 + "!"))[0] == 400
    assert app.kinds == ["caption_length"]


def test_what_tiktok_does_not_know_is_ignored(app: DirectApp) -> None:
    body = direct_body(100, caption="unknown", schedule_time=1, brand_content_toggle=None)
    body["source_info"]["video_cover_timestamp_ms"] = 1_000
    assert code(app, "video_init", body) == (200, "ok")
    (publish,) = app.world.publishes.values()
    assert publish.settings is not None
    assert (publish.settings.caption, publish.settings.cover_ms) == ("A title", 0)
    assert app.kinds == []


@pytest.mark.parametrize("cover", [-1, 1.5, "1000", 2**31, 99_000])
def test_an_invalid_cover_is_the_first_frame(app: DirectApp, cover: object) -> None:
    body = direct_body(100, video_cover_timestamp_ms=cover)
    assert code(app, "video_init", body) == (200, "ok")
    (publish,) = app.world.publishes.values()
    publish.path.write_bytes(bytes(100))
    app.world.all_received(publish)
    app.world.clock.advance(60)
    app.world.settle_all()
    assert publish.videos[0].cover_ms == 0


def test_a_draft_discards_its_post_info(app: DirectApp) -> None:
    assert code(app, "inbox_init", direct_body(100)) == (200, "ok")
    (publish,) = app.world.publishes.values()
    assert publish.settings is None
    assert publish.publish_id.startswith("v_inbox_file~v2.")


def test_a_missing_privacy_level_is_one_outside_the_options(app: DirectApp) -> None:
    refused = (403, "privacy_level_option_mismatch")
    assert code(app, "video_init", direct_body(100, privacy_level=None)) == refused


def test_the_privacy_level_may_be_refused_as_several_clients_report_it() -> None:
    app = DirectApp(new_world(privacy_mismatch_as_400=True))
    app.connect()
    status, answer = app.api("video_init", direct_body(100, privacy_level="FOLLOWER_OF_CREATOR"))
    assert (status, answer["error"]["code"]) == (400, "invalid_params")
    assert answer["error"]["message"] == "The request post info is empty or incorrect"
    app.world.close()


def test_log_ids_are_as_long_as_tiktoks() -> None:
    assert len(new_log_id(1_800_000_000.0)) == 34


def test_a_privacy_level_outside_the_options_is_refused(app: DirectApp) -> None:
    app.world.account("sim01").private = True
    assert code(app, "video_init", direct_body(100)) == (403, "privacy_level_option_mismatch")
    assert app.kinds == ["privacy_level_option_mismatch"]


def test_branded_content_cannot_be_private(app: DirectApp) -> None:
    body = direct_body(100, privacy_level=ONLY_ME, brand_content_toggle=True)
    assert code(app, "video_init", body)[0] == 400
    assert app.kinds == ["branded_content_private"]


def test_a_bad_chunk_plan_reaches_no_publish(app: DirectApp) -> None:
    body = direct_body(50_000_123, 10_000_000, 6)
    assert code(app, "video_init", body) == (400, "invalid_params")
    assert app.kinds == ["chunk_count"]
    assert app.world.publishes == {}


@pytest.mark.parametrize("kind", ["application/json", "application/json;charset=utf-8"])
def test_json_comes_with_a_charset_or_without(app: DirectApp, kind: str) -> None:
    assert app.api("video_init", direct_body(100), content_type=kind)[0] == 200
    assert app.kinds == []


@pytest.mark.parametrize(
    "kind", ["application/json; charset=latin-1", "text/json; charset=UTF-8", ""]
)
def test_posting_wants_json(app: DirectApp, kind: str) -> None:
    assert app.api("video_init", direct_body(100), content_type=kind)[0] == 400
    assert app.kinds == ["content_type"]


def test_urls_are_not_pulled_from_unverified_hosts(app: DirectApp) -> None:
    body = direct_body(100)
    body["source_info"] = {"source": "PULL_FROM_URL", "video_url": "https://example.com/a.mp4"}
    assert code(app, "video_init", body) == (403, "url_ownership_unverified")


def test_six_inits_a_minute_of_both_kinds_together(app: DirectApp) -> None:
    for _ in range(3):
        init(app)
        draft(app)
    assert code(app, "video_init", direct_body(100)) == (429, "rate_limit_exceeded")
    app.world.clock.advance(59.9)
    assert code(app, "inbox_init", inbox_body(100))[0] == 429
    app.world.clock.advance(0.2)
    assert code(app, "inbox_init", inbox_body(100))[0] == 200


def test_missing_scopes_are_refused(app: DirectApp) -> None:
    app.connect("sim02", scope="user.info.basic,video.upload")
    assert code(app, "video_init", direct_body(100)) == (401, "scope_not_authorized")
    assert code(app, "creator_info", None) == (401, "scope_not_authorized")
    assert code(app, "inbox_init", inbox_body(100))[0] == 200


def test_an_unaudited_app_posts_only_privately_to_private_accounts() -> None:
    world = new_world(audited=False)
    app = DirectApp(world)
    app.connect()
    wanted = (403, "unaudited_client_can_only_post_to_private_accounts")
    assert code(app, "video_init", direct_body(100, privacy_level=ONLY_ME)) == wanted
    world.account("sim01").private = True
    assert code(app, "video_init", direct_body(100, privacy_level="FOLLOWER_OF_CREATOR")) == wanted
    assert code(app, "video_init", direct_body(100, privacy_level=ONLY_ME))[0] == 200
    assert app.kinds == []
    world.close()


# --- caps -----------------------------------------------------------------------------------


def test_the_daily_cap_counts_posts_and_opens_again_after_a_day() -> None:
    world = new_world(direct_posts_per_day=2, access_token_s=1e9)
    app = DirectApp(world)
    app.connect()
    for _ in range(2):
        send(app, init(app))
        world.clock.advance(61)
    init_again = (403, "spam_risk_too_many_posts")
    assert code(app, "video_init", direct_body(100)) == init_again
    assert code(app, "creator_info", None) == (200, "spam_risk_too_many_posts")
    assert code(app, "inbox_init", inbox_body(100))[0] == 200
    world.clock.advance(86_400)
    assert code(app, "video_init", direct_body(100))[0] == 200
    world.close()


def test_a_post_beyond_the_cap_fails_after_its_upload() -> None:
    world = new_world(direct_posts_per_day=1)
    app = DirectApp(world)
    app.connect()
    first, second = init(app), init(app)
    send(app, first)
    send(app, second)
    world.clock.advance(5)
    ends = {name: status(app, name).get("fail_reason") for name in (first, second)}
    assert ends == {first: None, second: "spam_risk_too_many_posts"}
    world.close()


def test_five_pending_drafts_and_no_more_until_one_is_posted(app: DirectApp) -> None:
    drafts = []
    for _ in range(5):
        drafts.append(draft(app))
        send(app, drafts[-1])
        app.world.clock.advance(61)
    assert code(app, "inbox_init", inbox_body(100)) == (403, "spam_risk_too_many_pending_share")
    app.world.finish_draft(drafts[0])
    assert code(app, "inbox_init", inbox_body(100))[0] == 200


def test_the_app_has_a_cap_of_posting_users() -> None:
    world = new_world(active_users_per_day=1, processing_s=0)
    app = DirectApp(world)
    app.connect("sim01")
    send(app, init(app))
    app.connect("sim02")
    assert code(app, "video_init", direct_body(100)) == (403, "reached_active_user_cap")
    app.connect("sim01")
    assert code(app, "video_init", direct_body(100))[0] == 200
    world.close()


# --- life -----------------------------------------------------------------------------------


def test_a_public_post_goes_through_processing_and_moderation(app: DirectApp) -> None:
    publish_id = init(app)
    waiting = {"status": "PROCESSING_UPLOAD", "publicaly_available_post_id": []}
    assert status(app, publish_id) == {**waiting, "uploaded_bytes": 0}
    send(app, publish_id)
    assert status(app, publish_id) == {**waiting, "uploaded_bytes": len(TWELVE)}
    app.world.clock.advance(1)
    assert status(app, publish_id)["status"] == "PUBLISH_COMPLETE"
    assert status(app, publish_id)["publicaly_available_post_id"] == []
    app.world.clock.advance(1)
    (post_id,) = status(app, publish_id)["publicaly_available_post_id"]
    assert len(str(post_id)) == 19
    assert int(float(post_id)) != post_id  # a client that reads it as a double gets it wrong
    listed = app.api("video_list", {}, {"fields": "id,title"})[1]["data"]["videos"]
    assert listed == [{"id": str(post_id), "title": "A title"}]


def test_a_private_post_never_gets_an_id(app: DirectApp) -> None:
    publish_id = init(app, privacy_level=ONLY_ME)
    send(app, publish_id)
    app.world.clock.advance(3_600)
    assert status(app, publish_id)["status"] == "PUBLISH_COMPLETE"
    assert status(app, publish_id)["publicaly_available_post_id"] == []
    assert app.api("video_list", {}, {"fields": "id"})[1]["data"]["videos"] == []


def test_a_draft_waits_in_the_inbox_until_its_user_posts_it(app: DirectApp) -> None:
    publish_id = draft(app)
    send(app, publish_id)
    app.world.clock.advance(1)
    assert status(app, publish_id)["status"] == "SEND_TO_USER_INBOX"
    app.world.finish_draft(publish_id, "finished", posts=2)
    app.world.clock.advance(1)
    ended = status(app, publish_id)
    assert ended["status"] == "PUBLISH_COMPLETE"
    assert len(set(ended["publicaly_available_post_id"])) == 2
    with pytest.raises(ValueError, match="draft"):
        app.world.finish_draft(publish_id)


def test_a_ban_during_processing_fails_the_post(app: DirectApp) -> None:
    publish_id = init(app)
    send(app, publish_id)
    app.world.account("sim01").banned = True
    app.world.clock.advance(1)
    assert status(app, publish_id)["fail_reason"] == "spam_risk_user_banned_from_posting"


def test_a_file_that_is_no_video_fails_where_files_are_checked() -> None:
    world = new_world(check_media=True, processing_s=0)
    app = DirectApp(world)
    app.connect()
    publish_id = init(app)
    send(app, publish_id)
    assert status(app, publish_id)["fail_reason"] == "file_format_check_failed"
    assert world.published() == []
    world.close()


def test_foreign_and_unknown_publishes_are_told_apart(app: DirectApp) -> None:
    publish_id = init(app)
    app.connect("sim02")
    assert code(app, "status", {"publish_id": publish_id}) == (
        400,
        "token_not_authorized_for_specified_publish_id",
    )
    assert code(app, "status", {"publish_id": "v_pub_file~x"}) == (400, "invalid_publish_id")
    assert app.kinds == ["publish_id", "publish_id"]


def test_uploads_cannot_be_cancelled(app: DirectApp) -> None:
    publish_id = init(app)
    assert code(app, "cancel", {"publish_id": publish_id}) == (400, "publish_not_cancellable")


def test_status_thirty_a_minute(app: DirectApp) -> None:
    publish_id = init(app)
    answers = [app.api("status", {"publish_id": publish_id})[0] for _ in range(31)]
    assert answers == [200] * 30 + [429]
    assert app.kinds == ["rate_limit"]


# --- what tests read ------------------------------------------------------------------------


def test_published_tells_settings_bytes_and_times(app: DirectApp) -> None:
    publish_id = init(app, title="Hi 👋", disable_comment=True, is_aigc=True)
    orphan = init(app)
    send(app, publish_id)
    app.world.clock.advance(2)
    (record,) = app.world.published("@sim01")
    assert (record.publish_id, record.mode, record.caption) == (publish_id, "direct", "Hi 👋")
    assert (record.disable_comment, record.disable_duet, record.is_aigc) == (True, False, True)
    assert record.sha256 == sha256(TWELVE)
    assert len(record.post_ids) == 1
    assert record.ended_at_s == app.world.clock.now_s() - 1
    every = {entry.publish_id: entry.sha256 for entry in app.world.all_publishes()}
    assert every[orphan] is None
    assert app.world.published("sim02") == []
