"""The promises of publishing: never twice, never lost, never green for what is not there."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.words import says
from tests.fakes.world import World, make_world
from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import OutcomeUnknown, VaultLocked
from tiktok_manager.domain.posts import (
    Choices,
    Lateness,
    LatePolicy,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.services.planning import PostEdit
from tiktok_manager.tiktok.limits import BUDGET_FLOOR
from tiktok_manager.wording import step_words, words


def test_a_due_post_is_published_once_byte_for_byte(world: World) -> None:
    world.connect()
    post = world.plan(choices=Choices(privacy=Privacy.PUBLIC, allow_comment=True))
    world.run()
    after = world.post(post)
    assert after.status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]
    assert after.url == f"https://www.tiktok.com/@sim01/video/{after.tiktok_post_id}"
    (publish,) = world.sim.world.publishes.values()
    assert publish.settings is not None
    assert (publish.settings.caption, publish.settings.disable_duet) == ("A caption", True)
    assert not publish.settings.disable_comment


def test_a_large_file_goes_in_chunks_and_arrives_whole(world: World) -> None:
    world.connect()
    post = world.plan(size_bytes=64_000_001)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]
    assert world.calls("upload") == 4


def test_an_inbox_draft_is_never_shown_as_published(world: World) -> None:
    world.connect()
    post = world.plan(mode=PostMode.INBOX)
    world.settle()
    assert world.post(post).status is PostStatus.IN_INBOX


def test_a_finished_draft_becomes_published_when_tiktok_says_so(world: World) -> None:
    world.connect()
    post = world.plan(mode=PostMode.INBOX)
    world.settle()
    world.sim.world.finish_draft(world.post(post).publish_id or "")
    world.run(timedelta(hours=2))
    assert world.post(post).status is PostStatus.PUBLISHED


def test_two_posts_of_one_account_follow_each_other(world: World) -> None:
    world.connect()
    posts = [world.plan() for _ in range(2)]
    world.settle()
    assert [world.post(p).status for p in posts] == [PostStatus.PUBLISHED] * 2
    assert sorted(world.arrived()) == sorted(p.media.sha256 for p in posts)


def test_more_posts_than_tiktok_takes_a_minute_wait_their_turn(world: World) -> None:
    world.connect()
    posts = [world.plan() for _ in range(8)]
    world.settle()
    assert {world.post(p).status for p in posts} == {PostStatus.PUBLISHED}


def test_a_lost_answer_to_init_leads_to_one_post(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", drop="after", times=1)
    world.run()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("chunk", ["upload.first", "upload.last"])
def test_a_lost_chunk_or_answer_leads_to_one_post(
    world: World, four_parts: int, chunk: str, drop: str
) -> None:
    world.connect()
    post = world.plan(size_bytes=four_parts)
    world.fault(endpoint=chunk, drop=drop, times=1)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]
    assert world.calls("video_init") == 1


def test_a_chunk_cut_in_its_middle_is_sent_again(world: World, four_parts: int) -> None:
    world.connect()
    post = world.plan(size_bytes=four_parts)
    world.fault(endpoint="upload", nth=2, cut_at_bytes=5_000)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]


def test_an_outage_of_the_upload_host_is_waited_out_on_the_same_upload(
    world: World, four_parts: int
) -> None:
    world.connect()
    post = world.plan(size_bytes=four_parts)
    world.fault(endpoint="upload", status=503, times=6)
    world.run(timedelta(minutes=50))
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("video_init") == 1


def test_a_token_that_expires_while_polling_never_starts_a_second_post(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="status", expire_access=True, times=1)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("video_init") == 1
    assert world.calls("token") == 2


def test_a_permission_taken_back_keeps_the_post_and_asks_to_reconnect(world: World) -> None:
    account = world.connect()
    post = world.plan()
    world.sim.world.remove_app("sim01")
    world.run(timedelta(minutes=5))
    assert world.post(post).status is PostStatus.NEEDS_ATTENTION
    assert world.workspace.accounts.get(account.id).status is AccountStatus.NEEDS_RECONNECT
    world.connect()
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED


def test_reconnecting_keeps_one_account(world: World) -> None:
    first = world.connect()
    assert world.connect().id == first.id
    assert len(world.workspace.accounts.list()) == 1


def test_a_file_replaced_after_planning_never_goes_out(world: World) -> None:
    world.connect()
    post = world.plan(file=world.file(name="clip.mp4"))
    world.file(name="clip.mp4")
    world.run(timedelta(minutes=5))
    after = world.post(post)
    assert (after.status, after.error and after.error.code) == (
        PostStatus.NEEDS_ATTENTION,
        "file_changed",
    )
    assert world.arrived() == []


def test_a_deleted_file_asks_the_user(world: World) -> None:
    world.connect()
    file = world.file()
    post = world.plan(file=file)
    file.unlink()
    world.run(timedelta(minutes=5))
    assert world.post(post).status is PostStatus.NEEDS_ATTENTION


def test_tiktoks_refusal_after_upload_is_told_in_plain_words(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", fail_reason="frame_rate_check_failed", times=1)
    world.settle()
    after = world.post(post)
    assert after.status is PostStatus.NEEDS_ATTENTION
    assert after.error is not None
    assert after.error.code == "frame_rate_check_failed"
    assert "23 to 60" in words(after.error).cause


def test_an_internal_failure_at_tiktok_is_safely_posted_anew(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", fail_reason="internal", times=1)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]
    assert world.calls("video_init") == 2


def test_endless_processing_becomes_unconfirmed_and_is_never_sent_again(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", stuck=True, times=1)
    world.run(timedelta(hours=80))
    after = world.post(post)
    assert after.status is PostStatus.UNCONFIRMED
    assert world.calls("video_init") == 1
    with pytest.raises(OutcomeUnknown):
        world.workspace.planning.retry(post.id)


def test_a_late_verdict_still_settles_an_unconfirmed_post(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", processing_s=3 * 3600.0, times=1)
    world.run(timedelta(hours=1))
    assert world.post(post).status is PostStatus.UNCONFIRMED
    world.run(timedelta(hours=4))
    assert world.post(post).status is PostStatus.PUBLISHED


def test_being_asked_to_slow_down_uses_no_attempt(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(
        endpoint="video_init", status=429, code="rate_limit_exceeded", retry_after="90", times=2
    )
    world.tick()
    waiting = world.post(post)
    assert waiting.status is PostStatus.SCHEDULED
    assert waiting.next_try_at == world.clock.now() + timedelta(seconds=90)
    world.settle()
    world.run(timedelta(minutes=10))
    assert (world.post(post).status, world.post(post).attempts) == (PostStatus.PUBLISHED, 0)


def test_a_privacy_the_account_no_longer_offers_is_asked_again(world: World) -> None:
    world.connect()
    post = world.plan(choices=Choices(privacy=Privacy.FOLLOWERS))
    world.settle()
    after = world.post(post)
    assert after.status is PostStatus.NEEDS_ATTENTION
    assert after.error is not None
    assert "PUBLIC_TO_EVERYONE" in words(after.error).message
    assert "Choose" in words(after.error).command_hint
    assert world.calls("video_init") == 0


def test_what_the_creator_switched_off_stays_off(world: World) -> None:
    world.connect()
    world.sim.world.account("sim01").duet_disabled = True
    world.plan(choices=Choices(privacy=Privacy.PUBLIC, allow_duet=True, allow_stitch=True))
    world.settle()
    (publish,) = world.sim.world.publishes.values()
    assert publish.settings is not None
    assert (publish.settings.disable_duet, publish.settings.disable_stitch) == (True, False)


def test_a_banned_account_stops_for_good_and_others_go_on(world: World) -> None:
    world.connect("sim01")
    world.connect("sim02")
    world.sim.world.account("sim01").banned = True
    banned = world.plan("sim01")
    fine = world.plan("sim02")
    world.settle()
    assert world.post(banned).status is PostStatus.FAILED
    assert world.post(fine).status is PostStatus.PUBLISHED


def test_a_post_missed_by_more_than_its_patience_asks_the_user(world: World) -> None:
    world.connect()
    post = world.plan(after=timedelta(minutes=1), lateness=Lateness(within=timedelta(hours=1)))
    world.clock.advance(timedelta(hours=2))
    world.run()
    assert world.post(post).status is PostStatus.MISSED
    world.workspace.planning.retry(post.id)
    world.run()
    assert world.post(post).status is PostStatus.PUBLISHED


def test_a_post_missed_during_sleep_is_published_once(world: World) -> None:
    world.connect()
    post = world.plan(after=timedelta(minutes=1))
    world.clock.advance(timedelta(hours=1, minutes=30))
    world.run()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]


def test_a_late_post_that_should_ask_is_not_sent(world: World) -> None:
    world.connect()
    post = world.plan(after=timedelta(minutes=1), lateness=Lateness(policy=LatePolicy.ASK))
    world.clock.advance(timedelta(minutes=12))
    world.run()
    assert world.post(post).status is PostStatus.MISSED


def test_a_post_cancelled_while_it_is_sent_never_gets_its_last_byte(
    world: World, four_parts: int
) -> None:
    world.connect()
    post = world.plan(size_bytes=four_parts)
    (claim,), _ = world.claim(uploads=1, checks=0)
    world.workspace.planning.cancel(post.id)
    world.workspace.publishing.send(claim, CancelToken())
    world.run()
    assert world.post(post).status is PostStatus.CANCELLED
    assert world.arrived() == []


def test_cancelling_after_the_last_byte_says_that_it_is_too_late(world: World) -> None:
    world.connect()
    post = world.plan()
    world.tick()
    assert world.post(post).status is PostStatus.PROCESSING
    with says(OutcomeUnknown, "too late"):
        world.workspace.planning.cancel(post.id)


def test_a_shutdown_during_the_upload_goes_on_where_it_stopped(
    world: World, four_parts: int
) -> None:
    world.connect()
    post = world.plan(size_bytes=four_parts)
    world.cancel.cancel()
    world.tick()
    assert world.post(post).status is PostStatus.SCHEDULED
    world.cancel = CancelToken()
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("video_init") == 1


def test_an_address_that_expired_before_the_last_byte_is_replaced(
    world: World, four_parts: int
) -> None:
    world.connect()
    post = world.plan(size_bytes=four_parts)
    world.fault(endpoint="upload", nth=2, url_expired=True)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]
    assert world.calls("video_init") == 2


def test_an_address_that_takes_no_last_part_is_not_tried_every_minute(
    world: World, four_parts: int
) -> None:
    world.connect()
    post = world.plan(size_bytes=four_parts)
    world.fault(endpoint="upload", nth=3, url_expired=True)
    world.run(timedelta(hours=3), exactly=True)
    steps = [step.kind for step in world.workspace.planning.trail(post.id)]
    assert 1 < steps.count("final_intent") <= 12
    # It was sent whole, and "over" may mean that it arrived: only the user may post it again.
    assert world.calls("video_init") == 1
    assert world.post(post).status is PostStatus.UNCONFIRMED
    world.workspace.planning.resolve(post.id, posted=False, post_again=True)
    world.run(timedelta(hours=1))
    assert world.post(post).status is PostStatus.PUBLISHED
    assert len(world.arrived()) == 1


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("spam_risk_user_banned_from_posting", PostStatus.FAILED),
        ("file_format_check_failed", PostStatus.NEEDS_ATTENTION),
        ("internal", PostStatus.PUBLISHED),
    ],
)
def test_a_verdict_amid_the_upload_is_taken_for_what_it_is(
    world: World, four_parts: int, reason: str, status: PostStatus
) -> None:
    world.connect()
    post = world.plan(size_bytes=four_parts)
    world.fault(endpoint="upload", nth=2, status=500)
    failed = {"status": "FAILED", "fail_reason": reason}
    world.fault(endpoint="status", data=failed, times=1)
    world.run(timedelta(hours=1))
    after = world.post(post)
    assert after.status is status
    assert world.calls("video_init") == (2 if status is PostStatus.PUBLISHED else 1)
    if status is not PostStatus.PUBLISHED:
        assert after.error is not None
        assert after.error.code == reason


def test_no_secret_rests_in_plain_text(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        world.connect()
        world.plan()
        world.settle()
        world.workspace.accounts.sync()
    secrets = [b"sim-secret", b"upload_token", b"act.", b"rft."]
    kept = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret in content], path


def test_the_flight_record_tells_every_step_without_secrets(world: World) -> None:
    world.connect()
    post = world.plan()
    world.settle()
    trail = world.workspace.planning.trail(post.id)
    sending = ["init_intent", "inited", "final_intent", "sent"]
    assert [entry.kind for entry in trail] == [*sending, "published", "published"]
    assert "shows it to everybody" in step_words(trail[-1])


def test_editing_a_waiting_post_drops_the_upload_made_for_its_old_caption(
    world: World, four_parts: int
) -> None:
    world.connect()
    post = world.plan(size_bytes=four_parts)
    world.fault(endpoint="upload", status=503, times=4)
    world.tick()
    assert world.post(post).status is PostStatus.SCHEDULED
    world.workspace.planning.edit(post.id, PostEdit(caption="New words", when="now"))
    world.settle()
    captions = [
        publish.settings.caption
        for publish in world.sim.world.publishes.values()
        if publish.settings and publish.status == "PUBLISH_COMPLETE"
    ]
    assert captions == ["New words"]


def test_any_number_of_refused_inits_is_waited_out(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", status=429, code="rate_limit_exceeded", times=5)
    world.run(timedelta(hours=1))
    assert world.post(post).status is PostStatus.PUBLISHED


def test_uploads_that_are_opened_in_vain_end_with_the_user_and_can_be_retried(
    world: World,
) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", drop="after", times=3)
    world.run(timedelta(hours=1))
    after = world.post(post)
    assert (after.status, after.error and after.error.code) == (
        PostStatus.NEEDS_ATTENTION,
        "too_many_uploads",
    )
    world.workspace.planning.retry(post.id)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]


def test_posts_wait_unharmed_while_secrets_are_locked(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        world.connect()
        post = world.plan()
    with make_world(tmp_path, env={"TIKTOK_MANAGER_PASSPHRASE": ""}) as locked:
        with pytest.raises(VaultLocked):
            locked.tick()
        assert locked.post(post).status is PostStatus.SCHEDULED


def test_a_verdict_with_a_reason_nobody_knows_is_left_to_the_user(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", fail_reason="never_heard_of", times=1)
    world.run(timedelta(hours=1))
    after = world.post(post)
    assert after.status is PostStatus.NEEDS_ATTENTION
    assert after.error is not None
    assert "never_heard_of" in f"{after.error.code} {words(after.error).cause}"
    assert world.calls("video_init") == 1


def _lose_worker(world: World) -> None:
    world.claim(uploads=8, checks=0)
    world.workspace.publishing.resume()


def test_a_video_that_kills_the_app_three_times_is_set_aside(world: World) -> None:
    world.connect()
    post = world.plan()
    for _ in range(3):
        _lose_worker(world)
    world.settle()
    after = world.post(post)
    assert (after.status, after.error and after.error.code) == (
        PostStatus.NEEDS_ATTENTION,
        "worker_lost",
    )
    world.workspace.planning.retry(post.id)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED


def test_a_crash_under_several_uploads_is_held_against_none_of_them(world: World) -> None:
    world.connect("sim01")
    world.connect("sim02")
    posts = [world.plan("sim01"), world.plan("sim02")]
    for _ in range(5):
        _lose_worker(world)
    world.settle()
    assert {world.post(post).status for post in posts} == {PostStatus.PUBLISHED}


@pytest.mark.parametrize("mode", list(PostMode))
def test_an_outage_of_everything_uses_up_no_uploads(world: World, mode: PostMode) -> None:
    world.connect()
    post = world.plan(mode=mode)
    world.fault(endpoint="*", drop="before", for_s=600.0)
    world.run(timedelta(minutes=30))
    assert world.post(post).status in {PostStatus.PUBLISHED, PostStatus.IN_INBOX}
    assert world.arrived() == [post.media.sha256]


def test_what_the_account_switched_off_meanwhile_is_left_out_and_noted(world: World) -> None:
    world.connect()
    post = world.plan(choices=Choices(privacy=Privacy.PUBLIC, allow_comment=True, allow_duet=True))
    account = world.sim.world.accounts["sim01"]
    account.comment_disabled = account.duet_disabled = True
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    notes = [step_words(entry) for entry in world.workspace.planning.trail(post.id)]
    assert "The account has switched off comments and duets at TikTok: posted without." in notes


def test_retries_of_the_whole_app_are_spread_and_none_is_forgotten(world: World) -> None:
    world.workspace.settings.set("direct-posts-per-day", "100")
    world.connect()
    retries = world.workspace.publishing._tools.gateway.traffic.retries
    for _ in range(BUDGET_FLOOR):
        retries.take()
    world.fault(endpoint="creator_info", status=500, code="internal_error", times=1)
    post, began_at = world.plan(), world.clock.now()
    world.work_off()
    waiting = world.post(post)
    assert waiting.status is PostStatus.SCHEDULED
    assert waiting.next_try_at is not None
    assert waiting.next_try_at - began_at >= timedelta(minutes=1)
    world.run(timedelta(minutes=5))
    assert world.post(post).status is PostStatus.PUBLISHED
