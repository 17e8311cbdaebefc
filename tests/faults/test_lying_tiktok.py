"""A TikTok whose answers are late, wrong, contradictory or no answers at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.world import World, make_world
from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.posts import Choices, Post, PostStatus, Privacy
from tiktok_manager.wording import step_words

HTML = "<html><body>Please sign in to the network.</body></html>"
TWO_LOOKS = timedelta(minutes=100)  # a lost video is looked for after 40 and 90

NO_ANSWERS: dict[str, dict[str, Any]] = {
    "a page": {"body": HTML, "content_type": "text/html", "status": 200},
    "nothing": {"body": "", "status": 200},
    "a list": {"body": "[]", "status": 200},
    "null": {"body": '{"data":null,"error":{"code":"ok"}}', "status": 200},
    "no data": {"body": '{"error":{"code":"ok"}}', "status": 200},
    "text for data": {"body": '{"data":"yes","error":{"code":"ok"}}', "status": 200},
    "a number for a code": {"body": '{"data":{},"error":{"code":12}}', "status": 503},
    "half an answer": {"wrong_json": True},
}
WRONG_FIELDS: dict[str, list[dict[str, Any]]] = {
    "creator_info": [
        {"omit": ["privacy_level_options"]},
        {"data": {"privacy_level_options": "ALL"}},
    ],
    "video_init": [
        {"omit": ["publish_id"]},
        {"data": {"publish_id": ""}},
        {"data": {"upload_url": ["http://127.0.0.1/"]}},
        {"data": {"upload_url": "https://evil.example/upload"}},
    ],
    "status": [
        {"omit": ["status"]},
        {"data": {"status": "SOMETHING_NEW"}},
        {"data": {"uploaded_bytes": "many"}},
        {"data": {"uploaded_bytes": 10**30}},
        {"data": {"publicaly_available_post_id": {"id": 7}}},
    ],
}


@pytest.mark.parametrize("endpoint", ["creator_info", "video_init", "status"])
def test_an_answer_that_is_none_is_asked_for_again_and_leads_to_one_post(
    world: World, endpoint: str
) -> None:
    for lie in [*NO_ANSWERS.values(), *WRONG_FIELDS[endpoint]]:
        post = world.plan()
        world.fault(endpoint=endpoint, times=1, **lie)
        world.run(timedelta(hours=1))
        assert world.post(post).status is PostStatus.PUBLISHED, lie
        assert world.arrived().count(post.media.sha256) == 1, lie


@pytest.mark.parametrize("lie", [NO_ANSWERS["a page"], NO_ANSWERS["no data"]])
def test_an_init_that_is_never_understood_ends_with_the_user(
    world: World, lie: dict[str, Any]
) -> None:
    post = world.plan()
    world.fault(endpoint="video_init", **lie)
    world.run(timedelta(hours=20))
    assert world.post(post).status is PostStatus.NEEDS_ATTENTION
    assert world.calls("video_init") <= 3
    assert world.arrived() == []


def test_a_refresh_that_is_not_understood_disconnects_nobody(world: World) -> None:
    for lie in NO_ANSWERS.values():
        post = world.plan(after=timedelta(hours=3))
        world.fault(endpoint="token.refresh", times=1, **{"status": 200, "body": "", **lie})
        world.run(timedelta(hours=4))
        assert world.post(post).status is PostStatus.PUBLISHED, lie
        world.sim.world.faults.clear()


# --- init -------------------------------------------------------------------------------------


def test_an_init_refused_once_for_its_token_is_repeated_with_a_new_one(world: World) -> None:
    post = world.plan()
    world.fault(endpoint="video_init", expire_access=True, times=1)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert (world.calls("token"), world.calls("video_init")) == (2, 2)


def test_an_init_refused_twice_for_its_token_asks_to_reconnect(world: World) -> None:
    post = world.plan()
    world.fault(endpoint="video_init", status=401, code="access_token_invalid", times=2)
    world.run(timedelta(hours=1))
    assert world.post(post).status is PostStatus.NEEDS_ATTENTION
    (account,) = world.workspace.accounts.list()
    assert account.status is AccountStatus.NEEDS_RECONNECT
    assert world.calls("video_init") == 2
    world.connect()
    world.settle()
    assert world.arrived() == [post.media.sha256]


@pytest.mark.parametrize(
    ("retry_after", "least_s", "most_s"),
    [
        ("90", 90, 90),
        ("Sat, 21 Nov 2026 12:05:00 GMT", 300, 300),
        ("Sat, 21 Nov 2020 12:05:00 GMT", 1, 66),
        ("-5", 1, 66),
        ("1e9", 86_400, 86_400),
        ("soon", 60, 72),
        (None, 60, 72),
    ],
)
def test_a_rate_limit_waits_as_told_within_reason_and_uses_no_attempt(
    world: World, retry_after: str | None, least_s: int, most_s: int
) -> None:
    post = world.plan()
    world.fault(
        endpoint="video_init",
        status=429,
        code="rate_limit_exceeded",
        retry_after=retry_after,
        times=1,
    )
    world.tick()
    waiting = world.post(post)
    assert (waiting.status, waiting.attempts) == (PostStatus.SCHEDULED, 0)
    assert waiting.next_try_at is not None
    wait_s = (waiting.next_try_at - world.clock.now()).total_seconds()
    assert least_s <= wait_s <= most_s
    world.run(timedelta(hours=25))
    assert world.post(post).status is PostStatus.PUBLISHED


# --- chunks -----------------------------------------------------------------------------------

STATUSES = {False: (400, 403, 404, 413, 416, 502, 204, 301), True: (400, 403, 500)}


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("chunk", ["upload.first", "upload.last"])
@pytest.mark.parametrize("processed", STATUSES)
def test_whatever_a_chunk_is_answered_there_is_one_post(
    tmp_path: Path, chunk: str, *, processed: bool
) -> None:
    with make_world(tmp_path) as world:
        world.connect()
        for status in STATUSES[processed]:
            post = world.plan(size_bytes=65_000)
            inits = world.calls("video_init")
            away = {"location": f"{world.sim.base_url}/elsewhere/"}
            world.fault(endpoint=chunk, status=status, processed=processed, times=1, headers=away)
            world.run(timedelta(hours=1))
            assert world.post(post).status is PostStatus.PUBLISHED, status
            assert world.arrived().count(post.media.sha256) == 1, status
            gone = status in {403, 404} and chunk == "upload.first"
            assert world.calls("video_init") - inits == (2 if gone else 1), status
        assert world.calls("unknown") == 0  # no redirect was followed


@pytest.mark.usefixtures("small_chunks")
def test_an_upload_answered_with_errors_asks_no_faster_than_tiktok_allows(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        world.connect()
        post = world.plan(size_bytes=640_000)
        world.fault(endpoint="upload", status=500, processed=True, times=39)
        world.run(timedelta(hours=2))
        assert world.post(post).status is PostStatus.PUBLISHED
        assert world.calls("status") >= 39
        assert not [entry for entry in world.sim.world.records.ledger if entry.status == 429]


@pytest.mark.usefixtures("small_chunks")
def test_an_upload_is_not_replaced_whose_last_chunk_left_and_was_never_answered(
    tmp_path: Path,
) -> None:
    with make_world(tmp_path) as world:
        world.connect()
        post = world.plan(size_bytes=65_000)
        world.fault(endpoint="upload.last", drop="before", times=4)
        world.tick()
        (publish,) = world.sim.world.publishes.values()
        world.clock.advance(timedelta(minutes=54))
        publish.url_expires_s = 0.0
        world.run(timedelta(minutes=12))
        assert world.post(post).status is PostStatus.UNCONFIRMED
        assert world.calls("video_init") == 1
        world.run(timedelta(hours=90))
        assert world.post(post).status is PostStatus.UNCONFIRMED
        assert world.calls("video_init") == 1
        world.workspace.planning.resolve(post.id, posted=False, post_again=True)
        world.run(timedelta(hours=1))
        assert world.post(post).status is PostStatus.PUBLISHED
        assert world.arrived() == [post.media.sha256]


@pytest.mark.parametrize("counted", [0, 8_191, 8_192])
def test_a_video_tiktok_has_is_not_sent_anew_because_its_count_lags(
    tmp_path: Path, counted: int
) -> None:
    with make_world(tmp_path) as world:
        world.connect()
        world.fault(endpoint="video_init", processing_s=5 * 3600.0, times=1)
        lag = {"status": "PROCESSING_UPLOAD", "uploaded_bytes": counted}
        world.fault(endpoint="status", data=lag, for_s=4 * 3600.0)
        world.fault(endpoint="upload", processed=True, drop="after", times=1)
        post = world.plan(size_bytes=8_192)
        world.run(timedelta(hours=30))
        assert world.post(post).status is PostStatus.PUBLISHED
        assert world.calls("video_init") == 1
        assert world.arrived() == [post.media.sha256]


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("told", [0, 16_001, 48_000, -5])
def test_a_wrong_count_of_bytes_costs_time_and_no_double(tmp_path: Path, told: int) -> None:
    with make_world(tmp_path) as world:
        world.connect()
        post = world.plan(size_bytes=65_000)
        world.fault(endpoint="upload", nth=3, cut_at_bytes=100)
        world.fault(endpoint="status", data={"uploaded_bytes": told}, times=1)
        world.run(timedelta(hours=2))
        assert world.post(post).status is PostStatus.PUBLISHED
        assert world.arrived() == [post.media.sha256]


@pytest.mark.usefixtures("small_chunks")
def test_a_shrinking_count_of_bytes_is_followed(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        world.connect()
        post = world.plan(size_bytes=65_000)
        world.fault(endpoint="upload", nth=3, drop="after")
        for told in (48_000, 16_000, 0):
            world.fault(endpoint="status", data={"uploaded_bytes": told}, times=1)
        world.run(timedelta(hours=2))
        assert world.post(post).status is PostStatus.PUBLISHED
        assert world.arrived() == [post.media.sha256]


@pytest.mark.usefixtures("small_chunks")
def test_bytes_that_tiktok_claims_and_lacks_end_in_doubt_never_in_green(world: World) -> None:
    post = world.plan(size_bytes=65_000)
    world.fault(endpoint="upload", nth=3, cut_at_bytes=100)
    world.fault(endpoint="status", data={"uploaded_bytes": 65_000}, times=1)
    world.run(timedelta(minutes=40))
    assert world.post(post).status is PostStatus.UNCONFIRMED
    assert world.calls("video_init") == 1


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize(("chunk", "status"), [("upload.first", 201), ("upload.last", 206)])
def test_praise_too_early_or_too_late_is_checked(
    world: World, chunk: str, status: int, *, processed: bool
) -> None:
    post = world.plan(size_bytes=65_000)
    world.fault(endpoint=chunk, status=status, processed=processed, times=1)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]
    assert world.calls("video_init") == 1


# --- verdicts ---------------------------------------------------------------------------------

VERDICTS = {
    "internal": PostStatus.PUBLISHED,
    "video_pull_failed": PostStatus.PUBLISHED,
    "photo_pull_failed": PostStatus.PUBLISHED,
    "spam_risk_too_many_posts": PostStatus.PUBLISHED,
    "file_format_check_failed": PostStatus.NEEDS_ATTENTION,
    "duration_check_failed": PostStatus.NEEDS_ATTENTION,
    "frame_rate_check_failed": PostStatus.NEEDS_ATTENTION,
    "picture_size_check_failed": PostStatus.NEEDS_ATTENTION,
    "publish_cancelled": PostStatus.NEEDS_ATTENTION,
    "auth_removed": PostStatus.NEEDS_ATTENTION,
    "spam_risk_text": PostStatus.NEEDS_ATTENTION,
    "spam_risk": PostStatus.NEEDS_ATTENTION,
    "nobody_knows_this": PostStatus.NEEDS_ATTENTION,
    "spam_risk_user_banned_from_posting": PostStatus.FAILED,
}


def test_each_verdict_of_failure_has_its_way_on(world: World) -> None:
    for reason, status in VERDICTS.items():
        post = world.plan()
        inits = world.calls("video_init")
        world.fault(endpoint="video_init", fail_reason=reason, times=1)
        world.run(timedelta(hours=25))
        after = world.post(post)
        assert after.status is status, reason
        again = status is PostStatus.PUBLISHED
        assert world.calls("video_init") - inits == (2 if again else 1), reason
        assert world.arrived().count(post.media.sha256) == int(again), reason
        # A reason of TikTok's that nobody knows keeps its own word beside our code.
        assert after.error is None or reason in {after.error.code, after.error.raw_code}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_verdict_with_no_one_or_many_ids_is_published(world: World, count: int) -> None:
    post = world.plan()
    world.fault(endpoint="video_init", post_count=count, times=1)
    world.run(TWO_LOOKS)
    after = world.post(post)
    assert after.status is PostStatus.PUBLISHED
    (publish,) = world.sim.world.publishes.values()
    ids = [str(video.id) for video in publish.videos]
    assert after.tiktok_post_id == (ids[0] if ids else None)
    told = " ".join(step_words(entry) for entry in world.workspace.planning.trail(post.id))
    assert count < 2 or all(tiktok_id in told for tiktok_id in ids)
    assert world.calls("video_init") == 1


def test_a_failure_told_after_success_changes_nothing(world: World) -> None:
    post = world.plan()
    world.fault(endpoint="video_init", moderation_s=7200.0, times=1)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    world.fault(endpoint="status", data={"status": "FAILED", "fail_reason": "internal"})
    world.run(timedelta(hours=3))
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("video_init") == 1


# --- finding a post again ---------------------------------------------------------------------


@pytest.fixture
def unknown(world: World) -> Iterator[World]:
    """A world whose TikTok does not know the publish ids it gave out."""
    world.fault(endpoint="status", status=400, code="invalid_params", message="invalid_publish_id")
    yield world
    assert world.calls("video_init") == 1


def test_an_unknown_publish_of_a_private_post_stays_in_doubt(unknown: World) -> None:
    post = unknown.plan(choices=Choices(privacy=Privacy.ONLY_ME))
    unknown.run(TWO_LOOKS)
    assert unknown.post(post).status is PostStatus.UNCONFIRMED
    assert unknown.calls("video_list") == 0


def test_a_video_listed_hours_late_is_found(unknown: World) -> None:
    post = unknown.plan()
    unknown.fault(endpoint="upload", moderation_s=3600.0, times=1)
    unknown.run(timedelta(minutes=50))
    assert unknown.post(post).status is PostStatus.UNCONFIRMED
    unknown.run(TWO_LOOKS)
    assert unknown.post(post).status is PostStatus.PUBLISHED


def _publish_unseen(world: World) -> Post:
    """Let a post arrive at TikTok and its outcome stay unknown so far."""
    post = world.plan(caption="One of a kind")
    world.run(timedelta(minutes=5))
    world.sim.world.settle_all()
    return post


def test_a_video_whose_caption_was_edited_is_not_taken_for_ours(unknown: World) -> None:
    post = _publish_unseen(unknown)
    (video,) = unknown.sim.world.account("sim01").videos
    video.caption = "Edited in the app"
    unknown.run(TWO_LOOKS)
    assert unknown.post(post).status is PostStatus.UNCONFIRMED


def test_two_videos_that_could_be_it_are_left_to_the_user(unknown: World) -> None:
    post = _publish_unseen(unknown)
    videos = unknown.sim.world.account("sim01").videos
    videos.append(replace(videos[0], id=videos[0].id + 2))
    unknown.run(TWO_LOOKS)
    assert unknown.post(post).status is PostStatus.UNCONFIRMED


@pytest.mark.parametrize("newer", [19, 45])
def test_a_video_on_a_later_page_is_found(unknown: World, newer: int) -> None:
    post = _publish_unseen(unknown)
    videos = unknown.sim.world.account("sim01").videos
    for number in range(1, newer + 1):
        later_s = videos[0].created_s + number
        other = replace(videos[0], id=videos[0].id + 2 * number, caption=f"Other {number}")
        videos.append(replace(other, created_s=later_s, visible_at_s=later_s))
    unknown.run(TWO_LOOKS)
    after = unknown.post(post)
    assert (after.status, after.tiktok_post_id) == (PostStatus.PUBLISHED, str(videos[0].id))


def test_without_the_right_to_list_videos_the_user_decides(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        world.sim.world.account("sim01").denied_scopes.add("video.list")
        world.connect()
        world.fault(endpoint="status", status=400, code="invalid_publish_id")
        post = world.plan()
        world.run(TWO_LOOKS)
        assert world.post(post).status is PostStatus.UNCONFIRMED
        assert (world.calls("video_list"), world.calls("video_init")) == (0, 1)


# --- the owner takes the app's permission back --------------------------------------------------


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize(
    "endpoint", ["creator_info", "video_init", "upload.first", "upload.last", "status"]
)
def test_a_permission_taken_back_at_any_step_loses_and_doubles_nothing(
    tmp_path: Path, endpoint: str
) -> None:
    with make_world(tmp_path) as world:
        world.connect()
        post = world.plan(size_bytes=65_000)
        world.fault(endpoint=endpoint, revoke=True, times=1)
        world.run(timedelta(minutes=20))
        assert world.post(post).status is not PostStatus.PUBLISHED
        (account,) = world.workspace.accounts.list()
        assert account.status is AccountStatus.NEEDS_RECONNECT
        world.connect()
        world.run(timedelta(hours=3))
        if world.post(post).status is PostStatus.NEEDS_ATTENTION:
            world.workspace.planning.retry(post.id)
            world.run(timedelta(hours=1))
        assert world.post(post).status is PostStatus.PUBLISHED
        assert world.arrived() == [post.media.sha256]
