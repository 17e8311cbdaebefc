"""What holds every post at once: TikTok away, a fault of ours, a wrong clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.fakes.world import Browser, World, make_world, reopened
from tiktok_manager.domain.accounts import ALL_SCOPES
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import NetworkDown, VaultLocked
from tiktok_manager.domain.events import PublishingHeld
from tiktok_manager.domain.posts import Lateness, Post, PostMode, PostStatus
from tiktok_manager.services.vault import VaultService
from tiktok_manager.tiktok.traffic import RESTING
from tiktok_manager.wording import words

MINUTE = timedelta(minutes=1)


def code(post: Post) -> str | None:
    return post.error.code if post.error else None


def run_until_ended(world: World, post: Post) -> None:
    """Let time pass to the instant at which a post was sent."""
    for _step in range(2000):
        world.work_off()
        if world.post(post).status not in {PostStatus.SCHEDULED, PostStatus.PUBLISHING}:
            return
        wake = world.workspace.publishing.next_wake()
        assert wake is not None
        world.clock.advance(wake - world.clock.now())
    raise AssertionError("it never ended")


@pytest.mark.parametrize("endpoint", ["*", "video_init"])
def test_after_ten_minutes_of_errors_posts_go_out_within_a_minute(
    unruly: World, endpoint: str
) -> None:
    world = unruly
    world.connect("sim01")
    world.connect("sim02")
    posts = [world.plan("sim01"), world.plan("sim02")]
    ends_at = world.clock.now() + 10 * MINUTE
    world.fault(endpoint=endpoint, status=503, for_s=600.0)
    for post in posts:
        run_until_ended(world, post)
        assert world.clock.now() - ends_at <= MINUTE
    world.settle()
    assert {world.post(post).status for post in posts} == {PostStatus.PUBLISHED}
    assert world.calls("video_init") <= 40


def test_while_tiktok_is_away_posts_wait_with_the_reason_and_lose_no_attempt(
    unruly: World,
) -> None:
    world = unruly
    world.connect("sim01")
    world.connect("sim02")
    world.fault(endpoint="*", drop="before", for_s=3000.0)
    for _ in range(5):
        world.workspace.accounts.sync()
    post = world.plan("sim02")
    world.tick()
    held = world.post(post)
    assert (held.status, code(held), held.attempts) == (PostStatus.SCHEDULED, RESTING, 0)
    assert held.next_try_at is not None
    assert timedelta() < held.next_try_at - world.clock.now() <= timedelta(seconds=30)
    world.run(40 * MINUTE)
    assert world.post(post).attempts == 0
    world.run(20 * MINUTE)
    assert world.post(post).status is PostStatus.PUBLISHED


def test_a_post_nobody_could_try_is_missed_with_the_reason_when_tiktok_was_away_too_long(
    unruly: World,
) -> None:
    world = unruly
    world.connect("sim01")
    world.connect("sim02")
    world.fault(endpoint="*", drop="before", for_s=4 * 3600.0)
    for _ in range(5):
        world.workspace.accounts.sync()
    post = world.plan("sim02", lateness=Lateness(within=timedelta(hours=1)))
    world.run(timedelta(hours=3))
    after = world.post(post)
    assert (after.status, code(after)) == (PostStatus.MISSED, "missed")
    assert after.error is not None
    assert "The connection to TikTok broke off." in words(after.error).cause


@pytest.mark.parametrize(
    ("away", "status"), [(3 * 60, PostStatus.MISSED), (20, PostStatus.PUBLISHED)]
)
def test_a_post_let_go_late_is_judged_again_after_a_long_hold(
    unruly: World, away: int, status: PostStatus
) -> None:
    world = unruly
    world.connect("sim01")
    world.connect("sim02")
    post = world.plan("sim02", lateness=Lateness(within=timedelta(hours=2)))
    world.clock.advance(timedelta(hours=1))
    world.claim(uploads=0, checks=0)
    world.fault(endpoint="*", drop="before", for_s=away * 60.0)
    for _ in range(5):
        world.workspace.accounts.sync()
    world.run(timedelta(hours=5))
    assert world.post(post).status is status
    assert len(world.arrived()) == (status is PostStatus.PUBLISHED)


def test_an_outcome_is_asked_for_again_once_tiktok_is_back(unruly: World) -> None:
    world = unruly
    world.connect()
    post = world.plan()
    world.tick()
    assert world.post(post).status is PostStatus.PROCESSING
    world.fault(endpoint="*", status=502, for_s=600.0)
    world.run(12 * MINUTE, exactly=True)
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("status") <= 40


def test_connecting_goes_around_the_pause_and_fails_with_its_own_words(unruly: World) -> None:
    world = unruly
    world.connect("sim01")
    world.fault(endpoint="user_info", drop="before", times=5)
    for _ in range(5):
        world.workspace.accounts.sync()
    assert world.connect("sim02").handle == "sim02"
    world.fault(endpoint="token", status=500, body="<html>oops</html>", times=1)
    with Browser("sim03") as browser, pytest.raises(NetworkDown) as met:
        world.workspace.accounts.connect(
            open_url=browser.open, cancel=CancelToken(), scopes=ALL_SCOPES
        )
    assert met.value.failure.code != RESTING


def test_a_fault_of_ours_holds_all_posts_and_one_finds_out_when_it_is_over(
    unruly: World,
) -> None:
    world = unruly
    world.connect("sim01")
    world.connect("sim02")
    posts = [world.plan("sim01"), world.plan("sim02"), world.plan("sim01")]
    message = "The chunk size is invalid"
    world.fault(endpoint="video_init", status=400, code="invalid_params", message=message, times=3)
    world.run(14 * MINUTE)
    held = [world.post(post) for post in posts]
    assert {(p.status, code(p)) for p in held} == {(PostStatus.SCHEDULED, "invalid_chunks")}
    assert sum(post.attempts for post in held) == 1
    assert world.calls("video_init") == 2
    world.run(20 * MINUTE)
    assert world.calls("video_init") == 3
    world.run(timedelta(hours=2))
    assert {world.post(post).status for post in posts} == {PostStatus.PUBLISHED}


@pytest.mark.parametrize(
    "odd",
    [
        {"status": 400, "code": "invalid_params", "message": "The chunk size is invalid"},
        {"data": {"upload_url": "https://elsewhere.example/up"}},
    ],
    ids=["refused", "sent elsewhere"],
)
def test_what_strikes_one_post_again_and_again_holds_no_other(
    unruly: World, odd: dict[str, object]
) -> None:
    world = unruly
    world.connect("sim01")
    world.connect("sim02")
    struck = world.plan("sim01")
    world.fault(endpoint="video_init", account="sim01", **odd)
    world.run(2 * MINUTE)
    others = [world.plan("sim02", after=n * MINUTE) for n in range(2)]
    world.run(10 * MINUTE)
    assert {world.post(post).status for post in others} == {PostStatus.PUBLISHED}
    world.run(timedelta(hours=2))
    assert world.post(struck).status is PostStatus.NEEDS_ATTENTION
    assert world.calls("video_init") - len(others) in {3, 4}


def test_wrong_app_keys_hold_all_posts_until_they_are_mended(unruly: World) -> None:
    world = unruly
    world.connect()
    world.clock.advance_hours(3)
    posts = [world.plan(), world.plan()]
    world.fault(endpoint="token.refresh", code="invalid_client", times=2)
    world.run(MINUTE)
    assert {(p.status, p.attempts) for p in map(world.post, posts)} == {(PostStatus.SCHEDULED, 0)}
    world.run(10 * MINUTE)
    assert {world.post(post).status for post in posts} == {PostStatus.PUBLISHED}


@contextmanager
def set_apart(world: World, by: timedelta) -> Iterator[None]:
    """Set this computer's clock ahead of TikTok's, and right again at the end."""
    world.clock._now += by
    yield
    world.clock._now -= by


@pytest.mark.parametrize("mode", list(PostMode))
@pytest.mark.parametrize("by_h", [-1, 1])
def test_a_wrong_clock_holds_publishing_until_it_is_set_right(
    world: World, mode: PostMode, by_h: int
) -> None:
    world.connect()
    told = told_of(world)
    post = world.plan(mode=mode)
    with set_apart(world, timedelta(hours=by_h)):
        edited = world.plan(mode=mode)
        world.run(20 * MINUTE)
        held = world.post(edited)
        assert (held.status, code(held), held.attempts) == (
            PostStatus.SCHEDULED,
            "clock_wrong",
            0,
        )
        assert held.error is not None
        assert "60 minutes" in words(held.error).cause
        assert "Set the date and time" in words(held.error).command_hint
        assert world.calls("video_init") + world.calls("inbox_init") == 0
        assert told[-1].code == "clock_wrong"
        assert told[-1].failure == held.error
    assert world.workspace.publishing.has_due()
    world.run(timedelta(hours=2))
    assert told[-1] == PublishingHeld(code="clock_wrong")
    ends = {PostStatus.PUBLISHED, PostStatus.IN_INBOX}
    assert {world.post(p).status for p in (post, edited)} <= ends


def told_of(world: World) -> list[PublishingHeld]:
    told: list[PublishingHeld] = []
    world.workspace.events.subscribe(PublishingHeld, told.append)
    return told


def test_it_is_told_that_tiktok_is_away_and_that_it_is_back(unruly: World) -> None:
    world = unruly
    world.connect()
    told = told_of(world)
    world.fault(endpoint="*", drop="before", for_s=3_000.0)
    for _ in range(5):
        world.workspace.accounts.sync()
    world.plan()
    world.run(timedelta(hours=2))
    assert (told[0].code, told[0].failure is not None) == (RESTING, True)
    assert told[0].until is not None
    assert (told[-1].code, told[-1].failure) == (RESTING, None)


def test_a_fault_an_earlier_publisher_met_is_told_again(world: World) -> None:
    world.connect()
    world.fault(endpoint="token.refresh", code="invalid_client")
    world.clock.advance_hours(30)
    world.plan()
    world.tick()
    world.workspace.database.close()
    with reopened(world) as again:
        told = told_of(again)
        again.workspace.publishing.resume()
        assert [(event.code, event.failure is not None) for event in told] == [
            ("invalid_client", True)
        ]


def test_a_full_app_is_told_with_its_end(world: World) -> None:
    world.connect()
    told = told_of(world)
    world.fault(endpoint="video_init", status=403, code="reached_active_user_cap", times=1)
    world.plan()
    world.tick()
    (event,) = told
    assert event.code == "reached_active_user_cap"
    assert event.until is not None


def test_a_keyring_that_cannot_be_read_is_told_until_it_can(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    post = world.plan()
    told = told_of(world)

    def refuse(_self: VaultService, _passphrase: str | None = None) -> None:
        raise VaultLocked(title="The keyring is locked.", hint="Unlock it.")

    with monkeypatch.context() as patch:
        patch.setattr(VaultService, "unlock", refuse)
        for _ in range(2):
            with pytest.raises(VaultLocked):
                world.claim(uploads=1, checks=1)
    assert [(event.code, event.failure is not None) for event in told] == [("vault_locked", True)]
    world.settle()
    assert (told[-1].code, told[-1].failure) == ("vault_locked", None)
    assert world.post(post).status is PostStatus.PUBLISHED


def test_in_an_empty_folder_nobody_asks_the_keyring_before_there_is_a_secret(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    unlock = VaultService.unlock

    def ask(self: VaultService, passphrase: str | None = None) -> None:
        asked.append(True)
        unlock(self, passphrase)

    monkeypatch.setattr(VaultService, "unlock", ask)
    world.tick()
    assert not asked
    world.connect()
    post = world.plan()
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED


def test_a_wrong_clock_is_forgotten_by_the_next_publisher(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        world.connect()
        post = world.plan()
        with set_apart(world, timedelta(hours=1)):
            world.tick()
            assert code(world.post(post)) == "clock_wrong"
        world.workspace.publishing.resume()
        world.settle()
        assert world.post(post).status is PostStatus.PUBLISHED


def test_an_answer_dated_by_a_server_that_is_wrong_is_asked_again_in_minutes(
    world: World,
) -> None:
    world.connect()
    post = world.plan()
    wrong = format_datetime(world.clock.now() - timedelta(days=1)).replace("+0000", "GMT")
    world.fault(endpoint="creator_info", headers={"date": wrong}, times=1)
    world.tick()
    assert code(world.post(post)) == "clock_wrong"
    world.run(6 * MINUTE)
    assert world.post(post).status is PostStatus.PUBLISHED


@pytest.mark.parametrize("date", ["", "tomorrow"])
def test_an_answer_without_a_usable_date_holds_nothing(world: World, date: str) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="*", headers={"date": date})
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
