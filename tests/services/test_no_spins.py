"""No post is worked on without end and to no purpose, and none starves while another one is."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.world import World, claim_due
from tests.services.test_publish_gate import code, run_until_ended
from tests.services.test_restoring import restored, start
from tiktok_manager.domain import publish_rules
from tiktok_manager.domain.errors import Failure, FailureClass, NetworkDown
from tiktok_manager.domain.posts import PostMode, PostStatus
from tiktok_manager.services import quota
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.publishing.delivery import MAX_WORKER_LOSSES
from tiktok_manager.services.publishing.service import AFTER_FAULT, LEASE
from tiktok_manager.services.publishing.transfer import TRIES_PER_CHUNK, Transfer
from tiktok_manager.tiktok.answers import ChunkAnswer, Verdict
from tiktok_manager.tiktok.chunk_plans import plan_chunks
from tiktok_manager.tiktok.upload import ChunkUploader
from tiktok_manager.wording import words

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CUT = Failure(code="cut", kind=FailureClass.RETRY, params={"title": "Cut."})
OF_OURS = {"status": 400, "code": "invalid_params", "message": "The chunk size is invalid"}


def pass_time(world: World, span: timedelta) -> None:
    """Let exactly that much time pass."""
    end = world.clock.now() + span
    world.run(span, exactly=True)
    world.clock.advance(end - world.clock.now())


def asked_in(world: World, span: timedelta) -> int:
    """Return how often TikTok is asked for an outcome in that time."""
    before = world.calls("status")
    pass_time(world, span)
    return world.calls("status") - before


def open_in_vain(world: World, count: int) -> None:
    """Leave posts of one account that each have an opened upload whose bytes do not get through."""

    def break_off(_self: Transfer, *, resumed: bool) -> None:
        assert not resumed
        raise NetworkDown(CUT)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transfer, "run", break_off)
        for _ in range(count):
            post = world.plan()
            world.tick()
            assert code(world.post(post)) == "cut"


@pytest.mark.parametrize("opened", [1, 2])
def test_uploads_of_an_older_database_take_no_place_of_other_posts(
    tmp_path: Path, opened: int
) -> None:
    def prepare(world: World) -> None:
        world.connect("sim02")
        open_in_vain(world, opened)

    with restored(tmp_path, prepare, lambda _world: None) as world:
        start(world)
        old = world.posts()
        assert {post.status for post in old} == {PostStatus.UNCONFIRMED}
        world.tick()
        posts = [world.plan("sim01"), world.plan("sim02")]
        world.run(10 * MINUTE, exactly=True)
        assert {world.post(post).status for post in posts} == {PostStatus.PUBLISHED}
        assert {world.post(post).status for post in old} == {PostStatus.UNCONFIRMED}


@pytest.mark.parametrize("status", [200, 500])
def test_a_draft_tiktok_cannot_be_asked_about_is_asked_about_hourly_and_not_for_ever(
    unruly: World, status: int
) -> None:
    world = unruly
    world.connect()
    post = world.plan(mode=PostMode.INBOX)
    world.settle()
    world.fault(endpoint="status", status=status, code="internal_error")
    pass_time(world, HOUR + MINUTE)
    assert 1 <= asked_in(world, HOUR) <= 3
    world.clock.advance(80 * HOUR)
    pass_time(world, MINUTE)
    assert asked_in(world, HOUR) == 0
    assert world.workspace.publishing.next_wake() is None
    assert world.post(post).status is PostStatus.IN_INBOX


def test_a_video_tiktok_never_tells_of_is_asked_about_hourly_after_days(
    unruly: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = unruly
    monkeypatch.setattr(publish_rules, "CHECKS_AT_LEAST", 5)
    world.connect()
    post = world.plan()
    world.tick()
    world.fault(endpoint="status", status=200, code="internal_error")
    pass_time(world, 2 * MINUTE)
    world.clock.advance(80 * HOUR)
    pass_time(world, MINUTE)
    assert 1 <= asked_in(world, 2 * HOUR) <= 3
    assert world.post(post).status is PostStatus.UNCONFIRMED
    world.sim.world.faults.clear()
    pass_time(world, HOUR)
    assert world.post(post).status is PostStatus.PUBLISHED


def test_a_draft_called_published_and_then_a_draft_again_stays_published(world: World) -> None:
    world.connect()
    post = world.plan(mode=PostMode.INBOX)
    world.settle()
    world.fault(endpoint="status", data={"status": "PUBLISH_COMPLETE"}, times=1)
    pass_time(world, HOUR + MINUTE)
    assert world.post(post).status is PostStatus.PUBLISHED
    pass_time(world, HOUR)
    assert asked_in(world, 2 * HOUR) <= 4
    assert world.post(post).status is PostStatus.PUBLISHED
    assert len(world.arrived()) == 1


def meet_a_fault_of_ours(world: World) -> None:
    """Let two posts meet a fault that holds all posts for a quarter of an hour, and end there."""
    world.fault(endpoint="video_init", **OF_OURS, times=2)
    posts = [world.plan("sim02"), world.plan("sim03")]
    world.work_off()
    assert any(blocker.until for blocker in world.workspace.blockers.all())
    for post in posts:
        world.workspace.planning.cancel(post.id)


def test_a_post_that_waits_for_its_turn_spends_no_trial_after_a_fault(unruly: World) -> None:
    world = unruly
    for name in ("sim01", "sim02", "sim03"):
        world.connect(name)
    world.workspace.settings.set("direct-posts-per-day", "1")
    world.plan("sim01")
    world.run(3 * MINUTE, exactly=True)
    met_at = world.clock.now()
    meet_a_fault_of_ours(world)
    capped, free = world.plan("sim01"), world.plan("sim02", after=MINUTE)
    run_until_ended(world, free)
    assert world.clock.now() - met_at == 15 * MINUTE
    assert code(world.post(capped)) == "daily_cap"


def test_a_look_at_nothing_to_send_spends_no_trial_after_a_fault(unruly: World) -> None:
    world = unruly
    for name in ("sim01", "sim02", "sim03"):
        world.connect(name)
    meet_a_fault_of_ours(world)
    post = world.plan("sim01", after=20 * HOUR)
    world.clock.advance(20 * HOUR - timedelta(seconds=1))
    assert world.tick() == 0
    run_until_ended(world, post)
    assert world.clock.now() == post.schedule.due_at


def work_while_held(world: World, span: timedelta) -> None:
    """Let time pass as a publisher does while the user holds all posts: it has no place to send."""
    publishing, end = world.workspace.publishing, world.clock.now() + span
    while world.clock.now() < end:
        sends, asks = claim_due(publishing, uploads=0, checks=8)
        for claim in sends:
            publishing.send(claim, world.cancel)
        for claim in asks:
            publishing.check(claim)
        if not sends and not asks:
            wake = min(publishing.next_wake() or end, end)
            world.clock.advance(wake - world.clock.now())


def die_before_its_books_are_kept(world: World) -> None:
    def die(*_args: object) -> None:
        raise RuntimeError("the app dies")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AttemptStore, "sent", die)
        with pytest.raises(RuntimeError):
            world.tick()
    world.clock.advance(LEASE)


def lose_the_last_part(world: World) -> None:
    world.fault(endpoint="upload.last", drop="before", times=TRIES_PER_CHUNK)
    world.tick()
    world.sim.world.faults.clear()


@pytest.mark.parametrize("begin", [die_before_its_books_are_kept, lose_the_last_part])
def test_a_video_under_way_is_finished_while_the_user_holds_all_posts(
    world: World, begin: Callable[[World], None]
) -> None:
    world.connect("sim01")
    world.connect("sim02")
    post = world.plan("sim01")
    begin(world)
    assert world.post(post).status in {PostStatus.PUBLISHING, PostStatus.PROCESSING}
    world.workspace.settings.hold_publishing(hold=True)
    waiting = world.plan("sim02")
    work_while_held(world, HOUR)
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.post(waiting).status is PostStatus.SCHEDULED
    assert world.arrived() == [post.media.sha256]
    assert not world.workspace.publishing.is_busy(MINUTE, held=True)


def test_a_post_at_its_cap_goes_out_as_soon_as_the_cap_is_raised(world: World) -> None:
    world.connect()
    world.workspace.settings.set("direct-posts-per-day", "1")
    world.plan()
    capped = world.plan(after=MINUTE)
    world.run(10 * MINUTE, exactly=True)
    assert code(world.post(capped)) == "daily_cap"
    world.workspace.settings.set("direct-posts-per-day", "15")
    world.settle()
    assert world.post(capped).status is PostStatus.PUBLISHED


def test_a_draft_goes_out_soon_after_the_ones_before_it_are_finished(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "MAX_PENDING_DRAFTS", 1)
    world.connect()
    world.plan(mode=PostMode.INBOX)
    waiting = world.plan(mode=PostMode.INBOX, after=MINUTE)
    world.run(10 * MINUTE, exactly=True)
    assert code(world.post(waiting)) == "pending_drafts"
    (publish_id,) = world.sim.world.publishes
    world.sim.world.finish_draft(publish_id)
    world.run(2 * HOUR + MINUTE, exactly=True)
    assert world.post(waiting).status is PostStatus.IN_INBOX


def test_a_draft_due_in_a_short_outage_is_opened_once_in_vain(unruly: World) -> None:
    world = unruly
    world.connect("sim01")
    world.connect("sim02")
    world.fault(endpoint="*", status=502, body="<html>Bad gateway</html>", for_s=60.0)
    for _ in range(4):  # one more, and TikTok is left alone for half a minute
        world.workspace.accounts.sync(["sim02"])
    post = world.plan(mode=PostMode.INBOX)
    world.settle()
    assert world.post(post).status is PostStatus.IN_INBOX
    assert world.calls("inbox_init") == 2


def test_an_outage_of_opening_uploads_ends_no_post_with_the_user(unruly: World) -> None:
    world = unruly
    posts = [world.plan(world.connect(name).handle) for name in ("sim01", "sim02", "sim03")]
    world.fault(endpoint="video_init", drop="after", for_s=140.0)
    world.run(HOUR, exactly=True)
    assert {world.post(post).status for post in posts} == {PostStatus.PUBLISHED}
    assert len(world.arrived()) == 3


def test_a_part_that_never_gets_through_is_given_up_although_others_are_taken(
    unruly: World, four_parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = unruly
    world.connect()
    plan = plan_chunks(four_parts)
    post = world.plan(size_bytes=four_parts)
    sent: list[int] = []

    def lose_the_last(
        _self: ChunkUploader, _url: str, _type: str, first: int, *_: object
    ) -> object:
        assert len(sent) < 10 * plan.count, "the same parts are sent again and again"
        sent.append(first)
        if first == plan.range_of(plan.count - 1)[0]:
            raise NetworkDown(CUT)
        return ChunkAnswer(verdict=Verdict.STORED, http_status=206)

    monkeypatch.setattr(ChunkUploader, "put", lose_the_last)
    world.fault(endpoint="status", data={"uploaded_bytes": 0})
    world.tick()
    assert code(world.post(post)) == "upload_stuck"
    assert len(sent) == TRIES_PER_CHUNK * plan.count


def test_an_app_that_ends_after_each_part_sets_no_post_aside(world: World, four_parts: int) -> None:
    world.connect()
    post = world.plan(size_bytes=four_parts)
    publishing, put = world.workspace.publishing, ChunkUploader.put

    def put_and_die(*args: object) -> None:
        put(*args)  # type: ignore[arg-type]
        raise RuntimeError("the app dies")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ChunkUploader, "put", put_and_die)
        for number in range(MAX_WORKER_LOSSES):
            (claim,), _asks = claim_due(publishing, uploads=1, checks=0)
            with pytest.raises(RuntimeError):
                publishing.send(claim, world.cancel)
            # The work on it ends, or the whole process.
            publishing.resume() if number % 2 else publishing.lost(claim)
            world.clock.advance(MINUTE)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]


def test_a_question_that_breaks_our_own_code_is_put_ever_more_seldom(world: World) -> None:
    world.connect()
    world.plan()
    world.tick()
    world.clock.advance(MINUTE)
    publishing, waits = world.workspace.publishing, []
    for _ in range(15):
        _sends, (ask,) = claim_due(publishing, uploads=0, checks=8)
        publishing.lost(ask)
        waits.append((publishing.next_wake() or world.clock.now()) - world.clock.now())
        world.clock.advance(waits[-1])
    assert (waits[0], waits[-1]) == (AFTER_FAULT, HOUR)
    world.settle()
    assert {post.status for post in world.posts()} == {PostStatus.PUBLISHED}


def test_an_upload_that_gets_the_id_of_another_one_ends_in_plain_words(
    unruly: World, caplog: pytest.LogCaptureFixture
) -> None:
    world = unruly
    world.connect()
    first = world.plan()
    world.settle()
    (publish_id,) = world.sim.world.publishes
    world.fault(endpoint="video_init", data={"publish_id": publish_id})
    second = world.plan()
    world.run(HOUR, exactly=True)
    ended = world.post(second)
    assert (ended.status, code(ended)) == (PostStatus.NEEDS_ATTENTION, "publish_id_reused")
    assert ended.error is not None
    assert words(ended.error).cause == "TikTok gave this upload the id of another one."
    assert "Nothing was posted." in words(ended.error).command_hint
    assert "IntegrityError" not in caplog.text
    assert world.calls("video_init") <= 4
    assert world.arrived() == [first.media.sha256]
    world.sim.world.faults.clear()
    world.workspace.planning.retry(second.id)
    world.settle()
    assert set(world.arrived()) == {first.media.sha256, second.media.sha256}
    assert len(world.arrived()) == 2


def test_a_post_taken_up_but_not_opened_is_not_opened_while_the_user_holds_all_posts(
    world: World,
) -> None:
    world.connect()
    post = world.plan()
    world.claim(uploads=1, checks=0)
    world.clock.advance(LEASE)
    world.workspace.settings.hold_publishing(hold=True)
    work_while_held(world, 10 * MINUTE)
    assert world.calls("video_init") == 0
    assert world.post(post).status is PostStatus.SCHEDULED
    world.workspace.settings.hold_publishing(hold=False)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
