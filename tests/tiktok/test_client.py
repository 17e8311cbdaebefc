from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiktok.fake_tiktok import KEYS, NOW, FakeTikTok, client_for, oauth_error, ok, refused
from tiktok_manager.domain.accounts import ALL_SCOPES, Scope
from tiktok_manager.domain.errors import (
    FailureClass,
    InputError,
    NetworkDown,
    RemoteError,
    TikTokRefused,
)
from tiktok_manager.domain.posts import Choices, Privacy
from tiktok_manager.tiktok.answers import PublishState
from tiktok_manager.tiktok.chunk_plans import plan_chunks
from tiktok_manager.tiktok.client import TikTokClient
from tiktok_manager.wording import english

TOKEN = "act.token"
POST_ID = 7678907398077074696
UPLOAD_URL = "https://open-upload.tiktokapis.com/video/?upload_id=1&upload_token=t0k"
TOKENS = {
    "open_id": "open-1",
    "scope": "user.info.basic,video.list",
    "access_token": "act.new",
    "expires_in": 7200,
    "refresh_token": "rft.new",
    "refresh_expires_in": 15552000,
    "token_type": "Bearer",
}
ONLY_ME = Choices(privacy=Privacy.ONLY_ME)


def form(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


# --- tokens -----------------------------------------------------------------------------------


def test_a_code_is_traded_for_tokens_with_the_lifetimes_tiktok_tells() -> None:
    tiktok = FakeTikTok(httpx.Response(200, json=TOKENS))
    pair = client_for(tiktok).exchange_code(
        KEYS, "abc*0!6410", "http://127.0.0.1:1/callback/", "v" * 43
    )
    assert str(tiktok.last.url) == "https://open.tiktokapis.com/v2/oauth/token/"
    assert tiktok.last.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form(tiktok.last) == {
        "client_key": "client-key-1",
        "client_secret": "client-secret-1",
        "code": "abc*0!6410",
        "grant_type": "authorization_code",
        "redirect_uri": "http://127.0.0.1:1/callback/",
        "code_verifier": "v" * 43,
    }
    assert (pair.access_token, pair.refresh_token, pair.open_id) == ("act.new", "rft.new", "open-1")
    assert pair.scopes == ("user.info.basic", "video.list")
    assert pair.access_expires_at == NOW + timedelta(hours=2)
    assert pair.refresh_expires_at == NOW + timedelta(days=180)


def test_a_refresh_token_is_traded_for_a_new_pair() -> None:
    tiktok = FakeTikTok(httpx.Response(200, json=TOKENS))
    assert client_for(tiktok).refresh(KEYS, "rft.old").refresh_token == "rft.new"
    assert form(tiktok.last) == {
        "client_key": "client-key-1",
        "client_secret": "client-secret-1",
        "grant_type": "refresh_token",
        "refresh_token": "rft.old",
    }


def test_an_oauth_error_with_http_200_is_an_error() -> None:
    tiktok = FakeTikTok(oauth_error("invalid_grant", "Authorization code is expired."))
    with pytest.raises(TikTokRefused) as refusal:
        client_for(tiktok).refresh(KEYS, "rft.old")
    assert refusal.value.failure.kind is FailureClass.NEEDS_RECONNECT
    assert refusal.value.failure.log_id == "log-9"


def test_wrong_app_keys_do_not_blame_the_account() -> None:
    tiktok = FakeTikTok(oauth_error("invalid_client", "Client key or secret is incorrect."))
    with pytest.raises(TikTokRefused) as refusal:
        client_for(tiktok).refresh(KEYS, "rft.old")
    assert refusal.value.failure.kind is FailureClass.OUR_BUG
    assert "app keys" in english(refusal.value).title


def without(missing: str) -> list[dict[str, Any]]:
    cut = {name: value for name, value in TOKENS.items() if name != missing}
    return [cut, {**TOKENS, missing: ""}, {**TOKENS, missing: None}]


@pytest.mark.parametrize("missing", ["access_token", "refresh_token", "expires_in"])
def test_a_token_answer_without_a_token_is_no_success(missing: str) -> None:
    for body in (*without(missing), {}):
        tiktok = FakeTikTok(httpx.Response(200, json=body))
        with pytest.raises(NetworkDown) as down:
            client_for(tiktok).refresh(KEYS, "rft.old")
        assert (down.value.code, down.value.failure.kind) == ("bad_answer", FailureClass.RETRY)


@pytest.mark.parametrize("missing", ["open_id", "refresh_expires_in"])
def test_a_first_token_must_say_whose_it_is_and_how_long_it_lasts(missing: str) -> None:
    for body in without(missing):
        tiktok = FakeTikTok(httpx.Response(200, json=body))
        with pytest.raises(NetworkDown) as down:
            client_for(tiktok).exchange_code(KEYS, "c", "http://127.0.0.1:1/callback/", "v" * 43)
        assert down.value.code == "bad_answer"


@pytest.mark.parametrize("missing", ["open_id", "refresh_expires_in", "scope"])
def test_a_renewed_token_counts_though_the_rest_is_not_said_again(missing: str) -> None:
    for body in (*without(missing), {**TOKENS, missing: []}):
        tiktok = FakeTikTok(httpx.Response(200, json=body))
        assert client_for(tiktok).refresh(KEYS, "rft.old").refresh_token == "rft.new"


@pytest.mark.parametrize("body", [b"", b"{}", b" \n", b'{"error":"ok"}'])
def test_an_empty_answer_to_a_revocation_is_success(body: bytes) -> None:
    tiktok = FakeTikTok(httpx.Response(200, content=body))
    client_for(tiktok).revoke(KEYS, "act.old")
    assert str(tiktok.last.url) == "https://open.tiktokapis.com/v2/oauth/revoke/"
    assert form(tiktok.last)["token"] == "act.old"


def test_a_refused_revocation_is_told() -> None:
    with pytest.raises(TikTokRefused):
        client_for(FakeTikTok(oauth_error("invalid_grant"))).revoke(KEYS, "act.old")


# --- profile and videos -----------------------------------------------------------------------

USER = {
    "open_id": "open-1",
    "display_name": "Ada",
    "avatar_url": "https://p16-sign-va.tiktokcdn.com/a.jpeg",
    "username": "ada.l",
    "bio_description": "",
    "is_verified": True,
    "follower_count": 3000000000,
    "following_count": 2,
    "likes_count": 9007199254740993,
    "video_count": 4,
}


def test_a_profile_is_read_whole() -> None:
    tiktok = FakeTikTok(ok({"user": USER}))
    profile = client_for(tiktok).profile(TOKEN, [scope.value for scope in ALL_SCOPES])
    assert (profile.open_id, profile.display_name, profile.handle) == ("open-1", "Ada", "ada.l")
    assert (profile.followers, profile.following, profile.videos) == (3000000000, 2, 4)
    assert profile.likes == 9007199254740993
    assert profile.verified is True
    assert tiktok.last.method == "GET"
    assert tiktok.last.headers["authorization"] == "Bearer act.token"


@pytest.mark.parametrize(
    ("scopes", "asked"),
    [
        ([], "open_id,avatar_url,display_name"),
        (["user.info.basic", "video.list", "new.scope"], "open_id,avatar_url,display_name"),
        (
            [Scope.BASIC, Scope.PROFILE],
            "open_id,avatar_url,display_name,username,bio_description,is_verified",
        ),
        (
            ["user.info.stats"],
            "open_id,avatar_url,display_name,"
            "follower_count,following_count,likes_count,video_count",
        ),
    ],
)
def test_only_granted_fields_are_asked_for(scopes: list[str], asked: str) -> None:
    tiktok = FakeTikTok(ok({"user": {"open_id": "open-1"}}))
    profile = client_for(tiktok).profile(TOKEN, scopes)
    assert tiktok.last.url.params["fields"] == asked
    assert (profile.display_name, profile.handle, profile.followers) == ("", None, None)


def test_an_empty_username_is_none() -> None:
    tiktok = FakeTikTok(ok({"user": {**USER, "username": "", "bio_description": ""}}))
    profile = client_for(tiktok).profile(TOKEN, list(Scope))
    assert (profile.handle, profile.bio) == (None, "")


def test_an_odd_number_does_not_hide_the_rest_of_a_profile() -> None:
    tiktok = FakeTikTok(ok({"user": {**USER, "likes_count": "many", "video_count": -1}}))
    profile = client_for(tiktok).profile(TOKEN, list(Scope))
    assert (profile.handle, profile.followers) == ("ada.l", 3000000000)
    assert (profile.likes, profile.videos) == (None, None)


def video(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(POST_ID),
        "create_time": 1793275200,
        "cover_image_url": "https://p16-sign-va.tiktokcdn.com/c.jpeg",
        "share_url": "https://www.tiktok.com/@ada/video/1",
        "video_description": "hello #one",
        "title": "hello",
        "duration": 12,
        "like_count": 1,
        "comment_count": 2,
        "share_count": 3,
        "view_count": 4,
        "brand_new_field": [1],
        **changes,
    }


def test_a_page_of_videos_is_read_whole() -> None:
    tiktok = FakeTikTok(ok({"videos": [video()], "cursor": 1793275200000, "has_more": True}))
    page = client_for(tiktok).video_page(TOKEN, 1793275200123)
    assert tiktok.body == {"max_count": 20, "cursor": 1793275200123}
    assert "view_count" in tiktok.last.url.params["fields"].split(",")
    (found,) = page.videos
    assert found.tiktok_id == "7678907398077074696"
    assert found.posted_at == datetime(2026, 10, 29, 12, 0, tzinfo=UTC)
    assert found.caption == "hello #one"
    assert (found.views, found.likes, found.comments, found.shares) == (4, 1, 2, 3)
    assert found.seen_at == NOW
    assert (page.cursor_ms, page.has_more) == (1793275200000, True)


def test_the_first_page_has_no_cursor_and_may_be_empty() -> None:
    tiktok = FakeTikTok(ok({"videos": None, "cursor": 0, "has_more": False}))
    page = client_for(tiktok).video_page(TOKEN)
    assert tiktok.body == {"max_count": 20}
    assert (page.videos, page.has_more) == ((), False)


@pytest.mark.parametrize("has_id", [POST_ID, str(POST_ID)], ids=["number", "text"])
def test_ids_of_nineteen_digits_stay_exact_and_gaps_are_borne(has_id: int | str) -> None:
    bare = {"id": has_id, "create_time": 1793275200, "title": "only a title", "view_count": None}
    tiktok = FakeTikTok(ok({"videos": [bare]}))
    (found,) = client_for(tiktok).query_videos(TOKEN, [str(POST_ID)])
    assert tiktok.body == {"filters": {"video_ids": ["7678907398077074696"]}}
    assert found.tiktok_id == "7678907398077074696"
    assert (found.caption, found.views, found.duration_s) == ("only a title", None, None)


@pytest.mark.parametrize(
    "odd",
    [video(create_time=None), video(id=None), video(id=1.5), {}, None, "video", []],
    ids=["no_time", "no_id", "id_of_wrong_type", "empty", "null", "text", "list"],
)
def test_one_odd_video_does_not_hide_the_others(odd: Any) -> None:
    videos = [video(id="1"), odd, video(id="2")]
    tiktok = FakeTikTok(ok({"videos": videos, "cursor": 5, "has_more": True}))
    page = client_for(tiktok).video_page(TOKEN)
    assert [found.tiktok_id for found in page.videos] == ["1", "2"]
    assert (page.cursor_ms, page.has_more) == (5, True)


@pytest.mark.parametrize("odd", [None, "?", -1, 2**63, 1.5])
def test_a_counter_that_is_none_is_told_from_a_zero(odd: object) -> None:
    tiktok = FakeTikTok(ok({"videos": [video(view_count=odd, share_count=0)]}))
    (found,) = client_for(tiktok).video_page(TOKEN).videos
    assert (set(found.missing_fields), found.views, found.shares) == ({"views"}, None, 0)
    assert found.likes == 1


@pytest.mark.parametrize("duration", ["nan", "inf", -1, 1e300, 10**400])
def test_an_impossible_length_is_no_length(duration: float | str) -> None:
    tiktok = FakeTikTok(ok({"videos": [video(duration=duration)]}))
    (found,) = client_for(tiktok).video_page(TOKEN).videos
    assert found.duration_s is None


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (r"cut \ud83d", "cut \ufffd"),
        (r"\uDE00 tail", "\ufffd tail"),
        (r"\ud83d\ud83d\ude00", "\ufffd😀"),
        (r"a backslash \\ud83d, cut \ud83d", r"a backslash \ud83d, cut " + "\ufffd"),
    ],
)
def test_half_an_emoji_does_not_spoil_the_answer(sent: str, read: str) -> None:
    body = ok({"videos": [video(video_description="SENT")]}).text.replace("SENT", sent)
    answer = httpx.Response(200, content=body)
    (found,) = client_for(FakeTikTok(answer)).video_page(TOKEN).videos
    assert found.caption == read


def test_half_an_emoji_in_an_error_does_not_hide_its_code() -> None:
    body = rb'{"data":{},"error":{"code":"spam_risk_text","message":"cut \ud83d"}}'
    with pytest.raises(TikTokRefused) as refusal:
        client_for(FakeTikTok(httpx.Response(400, content=body))).creator_info(TOKEN)
    assert refusal.value.code == "spam_risk_text"


def test_more_than_twenty_ids_a_call_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="20"):
        client_for(FakeTikTok()).query_videos(TOKEN, ["1"] * 21)


@given(st.integers(-(2**63), 2**63))
def test_no_creation_time_breaks_the_page(seconds: int) -> None:
    tiktok = FakeTikTok(ok({"videos": [video(create_time=seconds)]}))
    client_for(tiktok).video_page(TOKEN)


# --- posting ----------------------------------------------------------------------------------

CREATOR = {
    "creator_avatar_url": "https://p16-sign-va.tiktokcdn.com/a.jpeg",
    "creator_username": "ada.l",
    "creator_nickname": "Ada",
    "privacy_level_options": ["PUBLIC_TO_EVERYONE", "A_NEW_LEVEL", "SELF_ONLY"],
    "comment_disabled": False,
    "duet_disabled": True,
    "stitch_disabled": True,
    "max_video_post_duration_sec": 600,
}


def test_creator_info_is_read_and_unknown_levels_are_left_out() -> None:
    tiktok = FakeTikTok(ok(CREATOR))
    info = client_for(tiktok).creator_info(TOKEN)
    assert tiktok.last.content == b""
    assert info.privacy_options == (Privacy.PUBLIC, Privacy.ONLY_ME)
    assert (info.comment_disabled, info.duet_disabled, info.max_duration_s) == (False, True, 600)
    assert (info.nickname, info.asked_at) == ("Ada", NOW)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("spam_risk_too_many_posts", FailureClass.WAIT_RESET),
        ("spam_risk_user_banned_from_posting", FailureClass.PERMANENT),
        ("reached_active_user_cap", FailureClass.WAIT_RESET),
    ],
)
def test_creator_info_refuses_with_http_200(code: str, kind: FailureClass) -> None:
    with pytest.raises(TikTokRefused) as refusal:
        client_for(FakeTikTok(refused(code))).creator_info(TOKEN)
    assert (refusal.value.failure.kind, refusal.value.failure.log_id) == (kind, "log-9")


@pytest.mark.parametrize("field", ["comment_disabled", "duet_disabled", "stitch_disabled"])
def test_an_odd_answer_never_allows_what_the_creator_may_have_switched_off(field: str) -> None:
    with pytest.raises(NetworkDown):
        client_for(FakeTikTok(ok({**CREATOR, field: "?"}))).creator_info(TOKEN)


def test_an_odd_privacy_level_does_not_hide_the_others() -> None:
    levels = ["SELF_ONLY", None, 7]
    info = client_for(FakeTikTok(ok({**CREATOR, "privacy_level_options": levels}))).creator_info(
        TOKEN
    )
    assert info.privacy_options == (Privacy.ONLY_ME,)


def test_a_direct_post_says_what_the_creator_chose() -> None:
    tiktok = FakeTikTok(ok({"publish_id": "v_pub_file~1", "upload_url": UPLOAD_URL}))
    choices = Choices(
        privacy=Privacy.FRIENDS,
        allow_comment=True,
        your_brand=True,
        ai_generated=True,
        cover_ms=1500,
    )
    upload = client_for(tiktok).init_direct(TOKEN, "hi 👋 #a", choices, plan_chunks(70_000_000))
    assert upload.publish_id == "v_pub_file~1"
    assert upload.upload_url == UPLOAD_URL
    assert "t0k" not in repr(upload)
    assert tiktok.last.url.path == "/v2/post/publish/video/init/"
    assert tiktok.last.headers["content-type"] == "application/json; charset=UTF-8"
    assert tiktok.body == {
        "post_info": {
            "privacy_level": "MUTUAL_FOLLOW_FRIENDS",
            "title": "hi 👋 #a",
            "disable_comment": False,
            "disable_duet": True,
            "disable_stitch": True,
            "brand_organic_toggle": True,
            "brand_content_toggle": False,
            "is_aigc": True,
            "video_cover_timestamp_ms": 1500,
        },
        "source_info": {
            "source": "FILE_UPLOAD",
            "video_size": 70_000_000,
            "chunk_size": 16_000_000,
            "total_chunk_count": 4,
        },
    }


def test_without_caption_or_cover_neither_is_sent() -> None:
    tiktok = FakeTikTok(ok({"publish_id": "v_pub_file~1", "upload_url": UPLOAD_URL}))
    client_for(tiktok).init_direct(TOKEN, "", ONLY_ME, plan_chunks(10))
    assert "title" not in tiktok.body["post_info"]
    assert "video_cover_timestamp_ms" not in tiktok.body["post_info"]


@pytest.mark.parametrize(("caption", "choices"), [("hi", Choices()), ("half \ud83d", ONLY_ME)])
def test_what_cannot_be_posted_never_leaves(caption: str, choices: Choices) -> None:
    tiktok = FakeTikTok()
    with pytest.raises(InputError):
        client_for(tiktok).init_direct(TOKEN, caption, choices, plan_chunks(10))
    assert not tiktok.requests


def test_a_draft_carries_the_file_alone() -> None:
    tiktok = FakeTikTok(ok({"publish_id": "v_inbox_file~1", "upload_url": UPLOAD_URL}))
    client_for(tiktok).init_inbox(TOKEN, plan_chunks(10))
    assert tiktok.last.url.path == "/v2/post/publish/inbox/video/init/"
    assert list(tiktok.body) == ["source_info"]


@pytest.mark.parametrize(
    "url", ["https://evil.example/up", "http://127.0.0.1:9/up", "", "x" * 9000]
)
def test_an_upload_address_elsewhere_is_not_followed(url: str) -> None:
    tiktok = FakeTikTok(ok({"publish_id": "v_pub_file~1", "upload_url": url}))
    with pytest.raises(NetworkDown) as down:
        client_for(tiktok).init_inbox(TOKEN, plan_chunks(10))
    assert (down.value.code, down.value.failure.kind) == (
        "untrusted_address",
        FailureClass.UNKNOWN,
    )


@pytest.mark.parametrize(
    ("told", "ids"),
    [
        ([POST_ID], (str(POST_ID),)),
        ([str(POST_ID), POST_ID + 1], (str(POST_ID), str(POST_ID + 1))),
        ([], ()),
        (None, ()),
        ([0], ()),
        (POST_ID, (str(POST_ID),)),
        ("", ()),
        ([2**64 - 1], ("18446744073709551615",)),
        ([POST_ID, None], (str(POST_ID),)),
        ([1.5, POST_ID, {}, [], True], (str(POST_ID),)),
        (1.5, ()),
        ({}, ()),
    ],
)
def test_post_ids_stay_exact_in_every_shape(told: Any, ids: tuple[str, ...]) -> None:
    tiktok = FakeTikTok(ok({"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": told}))
    status = client_for(tiktok).publish_status(TOKEN, "v_pub_file~1")
    assert tiktok.body == {"publish_id": "v_pub_file~1"}
    assert (status.state, status.post_ids) == (PublishState.PUBLISH_COMPLETE, ids)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("PROCESSING_UPLOAD", PublishState.PROCESSING_UPLOAD),
        ("SEND_TO_USER_INBOX", PublishState.SEND_TO_USER_INBOX),
        ("PROCESSING_SOMETHING_NEW", PublishState.OTHER),
    ],
)
def test_every_state_is_read_and_a_new_one_is_no_end(told: str, state: PublishState) -> None:
    tiktok = FakeTikTok(ok({"status": told, "uploaded_bytes": 16_000_000}))
    status = client_for(tiktok).publish_status(TOKEN, "v_pub_file~1")
    assert (status.state, status.uploaded_bytes, status.failure) == (state, 16_000_000, None)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("frame_rate_check_failed", FailureClass.NEEDS_EDIT),
        ("internal", FailureClass.RETRY),
        ("auth_removed", FailureClass.NEEDS_RECONNECT),
        ("never_heard_of", FailureClass.UNKNOWN),
        (None, FailureClass.UNKNOWN),
    ],
)
def test_a_failed_publish_says_why(reason: str | None, kind: FailureClass) -> None:
    tiktok = FakeTikTok(ok({"status": "FAILED", "fail_reason": reason}, "log-3"))
    status = client_for(tiktok).publish_status(TOKEN, "v_pub_file~1")
    assert status.state is PublishState.FAILED
    assert status.fail_reason == (reason or "")
    assert status.failure is not None
    assert (status.failure.kind, status.failure.log_id) == (kind, "log-3")


def test_a_publish_id_tiktok_does_not_know_is_found_in_the_message() -> None:
    tiktok = FakeTikTok(refused("invalid_params", "invalid_publish_id", 400))
    with pytest.raises(TikTokRefused) as refusal:
        client_for(tiktok).publish_status(TOKEN, "v_pub_file~1")
    assert refusal.value.code == "invalid_publish_id"


# --- answers that are none --------------------------------------------------------------------

CALLS: dict[str, Callable[[TikTokClient], Any]] = {
    "exchange": lambda c: c.exchange_code(KEYS, "code", "http://127.0.0.1:1/callback/", "v" * 43),
    "refresh": lambda c: c.refresh(KEYS, "rft.old"),
    "profile": lambda c: c.profile(TOKEN, []),
    "creator_info": lambda c: c.creator_info(TOKEN),
    "video_page": lambda c: c.video_page(TOKEN),
    "query_videos": lambda c: c.query_videos(TOKEN, ["1"]),
    "init_direct": lambda c: c.init_direct(TOKEN, "hi", ONLY_ME, plan_chunks(10)),
    "init_inbox": lambda c: c.init_inbox(TOKEN, plan_chunks(10)),
    "publish_status": lambda c: c.publish_status(TOKEN, "p"),
}
NO_ANSWERS: dict[str, Callable[[], httpx.Response]] = {
    "empty": lambda: httpx.Response(200),
    "html": lambda: httpx.Response(200, html="<html>Log in to Hotel WLAN</html>"),
    "gateway": lambda: httpx.Response(502, html="<h1>Bad Gateway</h1>"),
    "redirect": lambda: httpx.Response(302, headers={"Location": "https://evil.example/"}),
    "not_found": lambda: httpx.Response(404, text="Unsupported path(Janus)"),
    "cut": lambda: httpx.Response(200, content=b'{"data":{"user":{"open'),
    "list": lambda: httpx.Response(200, json=[]),
    "no_envelope": lambda: httpx.Response(200, json={"hello": 1}),
    "no_data": lambda: httpx.Response(200, json={"error": {"code": "ok"}}),
    "null_data": lambda: ok(None),
    "data_of_wrong_type": lambda: ok([1, 2]),
    "fields_of_wrong_type": lambda: ok(
        {"user": 1, "videos": 1, "status": [], "publish_id": {}, "privacy_level_options": 1}
    ),
    "error_of_wrong_type": lambda: httpx.Response(200, json={"data": {}, "error": [1]}),
    "ok_with_500": lambda: httpx.Response(500, json={"data": {}, "error": {"code": "ok"}}),
    "not_utf8": lambda: httpx.Response(200, content=b'{"error":{"code":"\xff\xfe"}}'),
    "deep": lambda: httpx.Response(200, content=b'{"x":' + b"[" * 100_000),
    "too_large": lambda: httpx.Response(200, content=b" " * (1024 * 1024 + 1)),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("broken", NO_ANSWERS)
def test_an_answer_that_is_none_is_tried_again(call: str, broken: str) -> None:
    tiktok = FakeTikTok(NO_ANSWERS[broken]())
    with pytest.raises(NetworkDown) as down:
        CALLS[call](client_for(tiktok))
    assert down.value.code == "bad_answer"
    assert down.value.failure.kind is FailureClass.RETRY
    assert len(tiktok.requests) == 1
    assert "Hotel" not in str(down.value)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (httpx.ConnectError("refused"), "network_connect"),
        (httpx.ConnectTimeout("slow"), "network_timeout"),
        (httpx.ReadTimeout("slow"), "network_timeout"),
        (httpx.PoolTimeout("busy"), "network_timeout"),
        (httpx.ReadError("reset"), "network_interrupted"),
        (httpx.WriteError("reset"), "network_interrupted"),
        (httpx.RemoteProtocolError("gibberish"), "network_interrupted"),
        (httpx.ProxyError("407"), "network_proxy"),
    ],
)
def test_no_answer_is_told_from_a_refusal(call: str, error: Exception, code: str) -> None:
    with pytest.raises(NetworkDown) as down:
        CALLS[call](client_for(FakeTikTok(error)))
    assert (down.value.code, down.value.failure.kind) == (code, FailureClass.RETRY)


@pytest.mark.parametrize("call", CALLS)
def test_an_error_code_is_a_refusal_whatever_the_status(call: str) -> None:
    for status in (200, 401, 500):
        tiktok = FakeTikTok(refused("access_token_invalid", "expired", status))
        with pytest.raises(TikTokRefused) as refusal:
            CALLS[call](client_for(tiktok))
        assert refusal.value.failure.kind is FailureClass.NEEDS_RECONNECT


@pytest.mark.parametrize("json", [True, False])
def test_too_many_requests_wait_as_long_as_tiktok_says(*, json: bool) -> None:
    answer = (
        refused("rate_limit_exceeded", "", 429, **{"Retry-After": "120"})
        if json
        else httpx.Response(429, html="slow down", headers={"Retry-After": "120"})
    )
    with pytest.raises(TikTokRefused) as refusal:
        client_for(FakeTikTok(answer)).creator_info(TOKEN)
    assert refusal.value.failure.kind is FailureClass.WAIT_RESET
    assert refusal.value.failure.retry_after == timedelta(seconds=120)


def test_both_spellings_of_the_log_id_are_kept() -> None:
    error = {"code": "spam_risk", "message": "", "logid": "2026-L"}
    tiktok = FakeTikTok(httpx.Response(403, json={"error": error}))
    with pytest.raises(TikTokRefused) as refusal:
        client_for(tiktok).creator_info(TOKEN)
    assert refusal.value.failure.log_id == "2026-L"


@pytest.mark.parametrize("token", ["", "act.a\r\nX: y", "act.\u00fc", "act a"])
def test_a_token_that_is_none_asks_to_reconnect(token: str) -> None:
    tiktok = FakeTikTok()
    with pytest.raises(TikTokRefused) as refusal:
        client_for(tiktok).creator_info(token)
    assert refusal.value.failure.kind is FailureClass.NEEDS_RECONNECT
    assert not tiktok.requests


def test_cookies_of_one_account_never_reach_another() -> None:
    first = ok(CREATOR)
    first.headers["Set-Cookie"] = "sid=1; Path=/"
    tiktok = FakeTikTok(first, ok(CREATOR))
    client = client_for(tiktok)
    client.creator_info("act.one")
    client.creator_info("act.two")
    assert "cookie" not in tiktok.last.headers


@given(st.binary(max_size=300))
def test_no_bytes_make_anything_but_a_remote_error(body: bytes) -> None:
    with pytest.raises(RemoteError):
        client_for(FakeTikTok(httpx.Response(200, content=body))).creator_info(TOKEN)


# --- pictures ---------------------------------------------------------------------------------

COVER = "https://p16-sign-va.tiktokcdn.com/c.jpeg?x-expires=1"


def test_a_picture_is_loaded_without_any_token() -> None:
    tiktok = FakeTikTok(
        httpx.Response(200, content=b"\xff\xd8", headers={"Content-Type": "Image/JPEG; q=1"})
    )
    assert client_for(tiktok).fetch_image(COVER, 1000) == b"\xff\xd8"
    assert "authorization" not in tiktok.last.headers


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"x" * 1001, headers={"Content-Type": "image/jpeg"}),
        httpx.Response(200, content=b"<svg/>", headers={"Content-Type": "image/svg+xml"}),
        httpx.Response(200, content=b"x"),
        httpx.Response(403, content=b"x", headers={"Content-Type": "image/jpeg"}),
        httpx.Response(302, headers={"Location": "http://169.254.169.254/"}),
    ],
)
def test_what_is_no_small_picture_is_not_taken(answer: httpx.Response) -> None:
    with pytest.raises(NetworkDown):
        client_for(FakeTikTok(answer)).fetch_image(COVER, 1000)


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "file:///etc/passwd", ""])
def test_pictures_are_loaded_from_nowhere_else(url: str) -> None:
    tiktok = FakeTikTok()
    with pytest.raises(NetworkDown):
        client_for(tiktok).fetch_image(url, 1000)
    assert not tiktok.requests
