"""No post is left where nothing leads on, and none holds up its account's others for ever."""

from datetime import timedelta

import pytest

from tests.fakes.world import World, reopened
from tiktok_manager.domain.attempts import Attempt, Claim
from tiktok_manager.domain.errors import StorageError
from tiktok_manager.domain.posts import Lateness, LatePolicy, Post, PostStatus
from tiktok_manager.services import backups
from tiktok_manager.services.planning import PostEdit
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.system.journal import Journal, JournalEntry, JournalStep

HOUR = timedelta(hours=1)


def code(post: Post) -> str | None:
    return post.error.code if post.error else None


def restore_without_journal(world: World, backup: str) -> None:
    world.workspace.database.close()
    world.workspace.paths.journal.unlink()
    backups.restore(world.workspace.paths, backup, world.clock)


def test_an_upload_of_an_old_backup_that_died_is_no_leave_to_post_again(
    world: World, four_parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    made: list[str] = []
    inited = AttemptStore.inited

    def back_up_then(
        self: AttemptStore, claim: Claim, attempt: Attempt, publish_id: str, url: str
    ) -> Attempt:
        opened = inited(self, claim, attempt, publish_id, url)
        made.append(world.workspace.backups.create().name)
        return opened

    with monkeypatch.context() as patch:
        patch.setattr(AttemptStore, "inited", back_up_then)
        post = world.plan(size_bytes=four_parts)
        world.fault(endpoint="upload.first", status=403, times=1)
        world.run(3 * HOUR)
    assert world.post(post).status is PostStatus.PUBLISHED
    restore_without_journal(world, made[0])
    with reopened(world) as again:
        again.workspace.publishing.resume()
        again.run(6 * HOUR)
        assert again.post(post).status is PostStatus.UNCONFIRMED
        assert len(again.arrived()) == 1
        again.workspace.planning.resolve(post.id, posted=True)
        assert again.post(post).status is PostStatus.PUBLISHED


def test_a_backup_made_while_an_upload_was_asked_for_holds_up_no_other_post(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    post, other = world.plan(), world.plan(after=30 * HOUR)
    made: list[str] = []
    open_attempt = AttemptStore.open_attempt

    def then_back_up(self: AttemptStore, claim: Claim, plan: object) -> Attempt:
        attempt = open_attempt(self, claim, plan)  # type: ignore[arg-type]
        made.append(world.workspace.backups.create().name)
        return attempt

    with monkeypatch.context() as patch:
        patch.setattr(AttemptStore, "open_attempt", then_back_up)
        world.settle()
    restore_without_journal(world, made[0])
    with reopened(world) as again:
        again.workspace.publishing.resume()
        again.run(40 * HOUR)
        assert again.post(post).status is PostStatus.UNCONFIRMED
        assert again.post(other).status is PostStatus.PUBLISHED


def test_a_last_intent_the_journal_could_not_keep_is_asked_about_after_a_sleep(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    post = world.plan(lateness=Lateness(within=2 * HOUR))
    other = world.plan(after=8 * HOUR)
    append = Journal.append

    def full(self: Journal, entry: JournalEntry) -> None:
        if entry.step is JournalStep.FINAL_INTENT:
            raise StorageError(title="The disk is full.")
        append(self, entry)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", full)
        world.tick()
    assert world.post(post).status is PostStatus.PROCESSING
    world.clock.advance(6 * HOUR)
    world.workspace.publishing.resume()
    world.run(6 * HOUR)
    # The books say that it may have left: who looks at the account has the last word.
    assert world.post(post).status is PostStatus.UNCONFIRMED
    assert world.post(other).status is PostStatus.PUBLISHED
    world.workspace.planning.resolve(post.id, posted=False, post_again=True)
    world.run(HOUR)
    assert world.post(post).status is PostStatus.PUBLISHED
    assert len(world.arrived()) == 2


@pytest.mark.parametrize("status", [500, 200])
def test_a_video_tiktok_cannot_be_asked_about_is_left_to_the_user(
    world: World, status: int
) -> None:
    world.connect()
    post, other = world.plan(), world.plan(after=HOUR)
    world.fault(endpoint="status", status=status, code="internal_error", for_s=90 * 60.0)
    world.run(timedelta(minutes=59), exactly=True)
    assert world.post(post).status is PostStatus.UNCONFIRMED
    assert code(world.post(post)) == "internal_error"
    assert world.calls("status") < 200
    world.run(timedelta(minutes=20))
    assert world.post(other).status in {PostStatus.PROCESSING, PostStatus.UNCONFIRMED}
    world.run(3 * HOUR)
    assert {world.post(post).status, world.post(other).status} == {PostStatus.PUBLISHED}


def test_a_video_whose_permission_went_meanwhile_is_left_to_the_user(world: World) -> None:
    account = world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", processing_s=3600.0, times=1)
    world.run(timedelta(minutes=1))
    world.sim.world.remove_app("sim01")
    world.run(2 * HOUR)
    assert world.post(post).status is PostStatus.UNCONFIRMED
    world.workspace.planning.resolve(post.id, posted=True)
    assert world.workspace.accounts.disconnect(account.id) == []


def test_a_video_with_the_words_of_another_is_not_taken_for_it(world: World) -> None:
    world.connect()
    world.fault(endpoint="video_init", processing_s=50 * 3600.0, times=1)
    silent = world.plan(caption="Follow for more")
    world.run(timedelta(minutes=15))
    world.fault(endpoint="upload", moderation_s=3600.0, times=1)
    twin = world.plan(caption="Follow for more")
    world.run(4 * HOUR)
    assert world.post(silent).status is PostStatus.UNCONFIRMED
    assert world.post(twin).status is PostStatus.PUBLISHED
    assert world.post(twin).tiktok_post_id is not None


def test_nothing_is_missed_or_moved_by_a_clock_known_to_be_wrong(world: World) -> None:
    world.connect()
    world.workspace.accounts.sync()
    late = world.plan(after=HOUR)
    slot = world.plan(after=90 * timedelta(minutes=1), lateness=_NEXT_SLOT)
    world.clock.set_by(5 * HOUR)
    world.workspace.accounts.sync()
    world.run(timedelta(minutes=12))
    world.clock.set_by(-5 * HOUR)
    assert world.post(late).status is PostStatus.SCHEDULED
    assert world.post(slot).schedule == slot.schedule
    world.run(4 * HOUR)
    assert {world.post(late).status, world.post(slot).status} == {PostStatus.PUBLISHED}


_NEXT_SLOT = Lateness(policy=LatePolicy.NEXT_SLOT)


def test_a_post_that_waited_a_day_for_its_turn_has_its_retries_left(world: World) -> None:
    world.connect()
    world.workspace.settings.set("direct-posts-per-day", "1")
    world.plan()
    capped = world.plan(after=timedelta(minutes=1))
    world.run(HOUR)
    world.fault(endpoint="video_init", status=500, times=1)
    world.run(26 * HOUR)
    assert world.post(capped).status is PostStatus.PUBLISHED


@pytest.mark.parametrize("ahead", [timedelta(days=365), 3 * HOUR])
def test_a_hold_counted_from_a_clock_that_was_ahead_is_over(world: World, ahead: timedelta) -> None:
    world.connect()
    world.clock.set_by(ahead)
    world.fault(endpoint="token.refresh", code="invalid_client", times=1)
    world.plan()
    world.tick()
    assert any(blocker.until for blocker in world.workspace.blockers.all())
    world.clock.set_by(-ahead)
    world.workspace.publishing.resume()
    post = world.plan(after=HOUR)
    world.run(2 * HOUR)
    assert world.post(post).status is PostStatus.PUBLISHED


def test_waits_counted_offline_by_a_clock_that_was_ahead_are_counted_anew(world: World) -> None:
    world.connect()
    patient = Lateness(within=timedelta(days=2))
    late = [world.plan(lateness=patient), world.plan(lateness=patient)]
    coming = world.plan(after=2 * HOUR, lateness=patient)
    world.clock.set_by(7 * HOUR)
    world.fault(endpoint="*", drop="before")
    world.run(HOUR)
    world.clock.set_by(-7 * HOUR)
    world.sim.world.faults.clear()
    world.run(HOUR)
    assert {world.post(post).status for post in late} == {PostStatus.PUBLISHED}
    assert world.post(coming).status is PostStatus.SCHEDULED
    world.run(HOUR)
    assert world.post(coming).status is PostStatus.PUBLISHED


def test_a_post_of_an_account_that_is_not_connected_says_so(world: World) -> None:
    account = world.connect()
    post = world.plan(after=HOUR)
    world.workspace.accounts.disconnect(account.id)
    waiting = world.workspace.planning.retry(post.id)
    assert waiting.status is PostStatus.SCHEDULED
    assert code(world.post(post)) == "account_not_connected"
    world.connect("sim01")
    world.run(2 * HOUR)
    assert world.post(post).status is PostStatus.PUBLISHED


@pytest.mark.parametrize("hold", ["account", "publishing"])
@pytest.mark.parametrize("tried", [True, False])
def test_what_went_before_a_long_pause_is_no_leave_to_post_days_later(
    world: World, hold: str, *, tried: bool
) -> None:
    account = world.connect()
    post = world.plan(lateness=Lateness(within=2 * HOUR))
    if tried:
        world.fault(endpoint="creator_info", status=503, times=1)
        world.tick()
    else:
        world.clock.advance(HOUR)
        world.claim(uploads=0, checks=0)

    def pause(*, on: bool) -> None:
        if hold == "account":
            world.workspace.accounts.set_paused(account.id, on)
        else:
            world.workspace.settings.hold_publishing(hold=on)

    pause(on=True)
    for _ in range(6 * 48):
        world.clock.advance(HOUR / 6)
        world.workspace.publishing.has_due()
    pause(on=False)
    world.run(HOUR)
    assert world.post(post).status is PostStatus.MISSED


def test_editing_a_post_that_waits_for_its_turn_keeps_its_turn(world: World) -> None:
    world.connect()
    world.workspace.settings.set("direct-posts-per-day", "1")
    world.plan()
    capped = world.plan(after=timedelta(minutes=1))
    world.run(HOUR)
    world.clock.advance(5 * HOUR)
    edited = world.workspace.planning.edit(capped.id, PostEdit(caption="Mended"))
    assert code(edited) == "daily_cap"
    world.run(30 * HOUR)
    assert world.post(capped).status is PostStatus.PUBLISHED
    assert world.post(capped).caption == "Mended"
