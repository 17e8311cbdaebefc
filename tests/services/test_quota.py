"""TikTok's caps are kept before TikTok has to say so."""

from datetime import timedelta

from tests.fakes.world import World
from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.posts import PostMode, PostStatus
from tiktok_manager.domain.quota import WINDOW


def used(world: World, account: Account) -> int:
    """Return what is told of an account's day."""
    told = {each.account.id: each.quota.used for each in world.workspace.accounts.overview()}
    return told[account.id]


def test_a_full_day_is_warned_of_with_the_next_free_time(world: World) -> None:
    account = world.connect()
    world.workspace.settings.set("direct-posts-per-day", "2")
    for minutes in (10, 20):
        world.plan(after=timedelta(minutes=minutes))
    wanted = world.clock.now() + timedelta(minutes=30)
    ledger = world.workspace.quota.ledgers([account.id], PostMode.DIRECT, wanted)[account.id]
    assert ledger.next_free(wanted) == world.clock.now() + timedelta(minutes=10) + WINDOW


def test_posts_over_the_cap_wait_and_go_out_by_themselves(world: World) -> None:
    account = world.connect()
    world.workspace.settings.set("direct-posts-per-day", "2")
    posts = [world.plan() for _ in range(3)]
    world.settle()
    held = next(p for p in map(world.post, posts) if p.status is PostStatus.SCHEDULED)
    assert held.error is not None
    assert (held.error.code, held.attempts) == ("daily_cap", 0)
    assert used(world, account) == 2
    world.run(timedelta(hours=25))
    assert {world.post(p).status for p in posts} == {PostStatus.PUBLISHED}


def test_a_refused_video_uses_nothing_of_the_day(world: World) -> None:
    account = world.connect()
    world.plan()
    world.fault(endpoint="video_init", fail_reason="frame_rate_check_failed", times=1)
    world.settle()
    assert used(world, account) == 0


def test_a_sixth_draft_waits_until_one_was_finished(world: World) -> None:
    world.connect()
    posts = [world.plan(mode=PostMode.INBOX) for _ in range(6)]
    world.run(timedelta(hours=1))
    assert [p.status for p in map(world.post, posts)].count(PostStatus.IN_INBOX) == 5
    world.run(timedelta(hours=26))
    assert {world.post(p).status for p in posts} == {PostStatus.IN_INBOX}


def test_the_apps_own_cap_holds_all_accounts_at_once(world: World) -> None:
    world.connect("sim01")
    world.connect("sim02")
    first = world.plan("sim01")
    second = world.plan("sim02", after=timedelta(minutes=5))
    world.fault(endpoint="video_init", status=403, code="reached_active_user_cap", times=1)
    world.run(timedelta(minutes=10))
    assert {world.post(p).status for p in (first, second)} == {PostStatus.SCHEDULED}
    assert world.calls("video_init") == 1
    world.run(timedelta(hours=3))
    assert {world.post(p).status for p in (first, second)} == {PostStatus.PUBLISHED}


def test_an_upload_whose_last_byte_never_arrived_uses_nothing(
    world: World, four_parts: int
) -> None:
    account = world.connect()
    post = world.plan(size_bytes=four_parts)
    world.fault(endpoint="upload.last", status=400, for_s=4_000.0)
    world.run(timedelta(hours=3))
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("video_init") == 2
    assert used(world, account) == 1


def test_a_post_being_moved_takes_no_room_from_itself(world: World) -> None:
    account = world.connect()
    world.workspace.settings.set("direct-posts-per-day", "1")
    post = world.plan(after=timedelta(hours=1))
    soon = world.clock.now() + timedelta(hours=2)
    others = world.workspace.quota.ledgers([account.id], PostMode.DIRECT, soon)[account.id]
    assert others.next_free(soon) == post.schedule.due_at + WINDOW
    own = world.workspace.quota.ledgers([account.id], PostMode.DIRECT, soon, without=(post.id,))[
        account.id
    ]
    assert own.next_free(soon) == soon
