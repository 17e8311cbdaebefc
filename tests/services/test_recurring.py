"""Rules make their posts ahead of time: each date once, whatever happens in between."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy.exc import IntegrityError

from tests.fakes.words import says
from tests.fakes.world import START, World, reopened
from tiktok_manager.app import make_runner
from tiktok_manager.domain.errors import ChangedMeanwhile, InputError
from tiktok_manager.domain.plans import PostEdit
from tiktok_manager.domain.posts import Choices, Post, PostFilter, PostMode, PostStatus, Privacy
from tiktok_manager.domain.recurring import Key, PoolVideo, Rule, RuleStatus, key_of
from tiktok_manager.services.recurring import Recurring, RuleEdit, RuleRequest
from tiktok_manager.services.rrules import upcoming
from tiktok_manager.storage.posts import add_posts

NINE, TEN = time(9), time(10)
PUBLIC = Choices(privacy=Privacy.PUBLIC)
MONDAY = date(2026, 11, 23)
"""The world begins on Saturday the 21st, at 12:00."""


def request(world: World, *accounts: str, **parts: object) -> RuleRequest:
    wanted = RuleRequest(
        videos=(PoolVideo(file=world.file(), captions=("Again",)),),
        accounts=accounts or ("sim01",),
        rrule="FREQ=DAILY",
        times=(NINE,),
        timezone="UTC",
        choices=PUBLIC,
        consent=True,
    )
    return replace(wanted, **parts)  # type: ignore[arg-type]


@pytest.fixture
def recurring(world: World) -> Recurring:
    world.connect()
    world.workspace.settings.set("recurring-ahead", "10")
    return world.workspace.recurring


def of_rule(world: World, rule: Rule, *statuses: PostStatus) -> list[Post]:
    wanted = PostFilter(rule_id=rule.id, statuses=frozenset(statuses or {PostStatus.SCHEDULED}))
    return world.workspace.planning.page(wanted)


def times(posts: Iterable[Post]) -> list[str]:
    return [f"{post.schedule.shown:%d %H:%M}" for post in posts]


# -- making ahead -----------------------------------------------------------------------------


def test_a_rule_has_its_posts_for_the_days_ahead_and_no_date_twice(
    world: World, recurring: Recurring
) -> None:
    rule = recurring.add(request(world)).rule
    made = of_rule(world, rule)
    assert times(made) == [f"{day} 09:00" for day in range(22, 31)]
    assert {(post.consent is not None, post.caption) for post in made} == {(True, "Again")}
    recurring.make_ahead()
    assert of_rule(world, rule) == made
    world.clock.advance_hours(48)
    recurring.make_ahead()
    assert times(of_rule(world, rule))[-2:] == ["01 09:00", "02 09:00"]
    view = recurring.get(rule.id[:8])
    assert (view.status, len(view.next), view.posts) == (
        RuleStatus.ACTIVE,
        5,
        {PostStatus.SCHEDULED: 11},
    )


def test_neither_a_restart_nor_a_clock_set_back_or_ahead_doubles_or_skips_a_date(
    world: World, recurring: Recurring
) -> None:
    rule = recurring.add(request(world)).rule
    for step in (timedelta(days=-5), timedelta(days=40), timedelta(days=-38), timedelta(days=1)):
        world.clock.set_by(step)
        with reopened(world) as again:
            again.workspace.recurring.make_ahead()
    dates = [post.origin.rule_on for post in of_rule(world, rule)]
    assert len(dates) == len(set(dates))
    first, last = MONDAY - timedelta(days=1), world.clock.now().date() + timedelta(days=9)
    wanted = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    assert wanted <= set(dates)


def test_a_date_cancelled_or_changed_by_hand_is_not_made_again(
    world: World, recurring: Recurring
) -> None:
    rule = recurring.add(request(world)).rule
    first, second, *_others = of_rule(world, rule)
    world.workspace.planning.cancel(first.id)
    moved = world.workspace.planning.edit(second.id, PostEdit(when="2026-12-24T10:00"))
    recurring.make_ahead()
    assert (moved.origin.rule_on, len(of_rule(world, rule))) == (MONDAY, 8)
    assert len(of_rule(world, rule, *PostStatus)) == 9


def test_without_consent_the_posts_are_drafts_that_consent_plans(
    world: World, recurring: Recurring
) -> None:
    rule = recurring.add(request(world, consent=False, choices=Choices())).rule
    assert len(of_rule(world, rule, PostStatus.DRAFT)) == 9
    recurring.edit(rule.id, RuleEdit(choices=PUBLIC, consent=True))
    assert len(of_rule(world, rule)) == 9


def test_who_joins_a_group_gets_the_next_posts_and_posts_for_several_are_batches(
    world: World, recurring: Recurring
) -> None:
    world.connect("sim02")
    marks = world.workspace.marks
    marks.group(["sim01"], add=["Night"], remove=[])
    rule = recurring.add(request(world, "group:night", count=3)).rule
    assert [post.origin.batch for post in of_rule(world, rule)] == [None] * 3
    marks.group(["sim02"], add=["Night"], remove=[])
    world.clock.advance_hours(24)
    recurring.make_ahead()
    joined = [post for post in of_rule(world, rule) if post.handle == "sim02"]
    assert times(joined) == ["23 09:00", "24 09:00"]
    marks.group(["sim01", "sim02"], add=[], remove=["Night"])
    recurring.make_ahead()
    assert [told.code for told in recurring.get(rule.id).rule.told] == ["rule_for_nobody"]
    assert len(of_rule(world, rule)) == 5


def test_several_times_a_day_are_posts_of_their_own(world: World, recurring: Recurring) -> None:
    rule = recurring.add(request(world, times=(TEN, NINE), count=3)).rule
    made = of_rule(world, rule)
    assert times(made) == ["22 09:00", "22 10:00", "23 09:00"]
    recurring.make_ahead()
    assert of_rule(world, rule) == made


def test_a_missing_file_is_told_and_the_other_rules_go_on(
    world: World, recurring: Recurring
) -> None:
    lost = request(world)
    rule = recurring.add(lost).rule
    other = recurring.add(request(world, times=(TEN,))).rule
    lost.videos[0].file.unlink()
    world.clock.advance_hours(24)
    recurring.make_ahead()
    assert [told.code for told in recurring.get(rule.id).rule.told] == ["rule_video_left_out"]
    assert (len(of_rule(world, rule)), len(of_rule(world, other))) == (9, 10)
    with says(InputError, "no file"):
        recurring.add(lost)


def test_times_that_passed_while_nothing_was_made_are_told(
    world: World, recurring: Recurring
) -> None:
    rule = recurring.add(request(world)).rule
    world.clock.advance_hours(24 * 15)
    recurring.make_ahead()
    recurring.make_ahead()
    (told,) = recurring.get(rule.id).rule.told
    assert (told.code, told.params["count"]) == ("rule_dates_passed", 6)


# -- ends -------------------------------------------------------------------------------------


def test_a_rule_ends_by_its_count_or_its_last_day_and_says_so(
    world: World, recurring: Recurring
) -> None:
    counted = recurring.add(request(world, count=2)).rule
    until = recurring.add(request(world, times=(TEN,), until=MONDAY)).rule
    said = recurring.add(request(world, times=(time(11),), rrule="FREQ=DAILY;UNTIL=20261122")).rule
    assert times(of_rule(world, counted)) == ["22 09:00", "23 09:00"]
    assert times(of_rule(world, until)) == ["22 10:00", "23 10:00"]
    assert times(of_rule(world, said)) == ["22 11:00"]
    world.clock.advance_hours(48)
    assert {view.status for view in recurring.list()} == {RuleStatus.ENDED}


# -- changes ----------------------------------------------------------------------------------


def test_a_change_of_all_leaves_what_was_changed_by_hand_and_is_taken_back_whole(
    world: World, recurring: Recurring
) -> None:
    rule = recurring.add(request(world, rrule="FREQ=DAILY;COUNT=4")).rule
    made = of_rule(world, rule)
    by_hand = world.workspace.planning.edit(made[1].id, PostEdit(caption="My own"))
    before = of_rule(world, rule)
    change = recurring.edit(
        rule.id, RuleEdit(times=(TEN,), captions=("Other",), rrule="FREQ=DAILY;INTERVAL=2;COUNT=3")
    )
    assert change.kept == (by_hand,)
    assert times(of_rule(world, rule)) == ["22 10:00", "23 09:00", "24 10:00", "26 10:00"]
    recurring.undo(change)
    assert _plain(of_rule(world, rule)) == _plain(before)
    recurring.make_ahead()
    assert _plain(of_rule(world, rule)) == _plain(before)


def _plain(posts: Iterable[Post]) -> list[Post]:
    return [replace(post, version=1, epoch=0) for post in posts]


def test_a_change_from_a_day_on_ends_the_old_rule_and_a_new_one_takes_over(
    world: World, recurring: Recurring
) -> None:
    rule = recurring.add(request(world, count=7)).rule
    made = of_rule(world, rule)
    by_hand = world.workspace.planning.edit(made[3].id, PostEdit(caption="My own"))
    world.workspace.planning.cancel(made[4].id)
    before = of_rule(world, rule)
    change = recurring.edit(rule.id, RuleEdit(times=(TEN,)), start=date(2026, 11, 24))
    assert times(of_rule(world, rule)) == ["22 09:00", "23 09:00", "25 09:00"]
    assert times(of_rule(world, change.rule)) == ["24 10:00", "27 10:00", "28 10:00"]
    assert change.kept == (by_hand,)
    recurring.make_ahead()
    assert times(of_rule(world, change.rule)) == ["24 10:00", "27 10:00", "28 10:00"]
    back = recurring.undo(change)
    assert _plain(of_rule(world, rule)) == _plain(before)
    assert [view.rule.id for view in recurring.list()] == [rule.id]
    recurring.undo(back)
    assert times(of_rule(world, change.rule)) == ["24 10:00", "27 10:00", "28 10:00"]


def test_a_skipped_date_is_cancelled_for_good(world: World, recurring: Recurring) -> None:
    rule = recurring.add(request(world, count=3)).rule
    before = of_rule(world, rule)
    change = recurring.skip(rule.id, MONDAY)
    recurring.make_ahead()
    assert times(of_rule(world, rule)) == ["22 09:00", "24 09:00"]
    with pytest.raises(InputError):
        recurring.skip(rule.id, MONDAY)
    recurring.undo(change)
    assert _plain(of_rule(world, rule)) == _plain(before)


def test_a_paused_rule_posts_nothing_and_resumes_without_doubling(
    world: World, recurring: Recurring
) -> None:
    rule = recurring.add(request(world, mode=PostMode.INBOX, consent=False)).rule
    recurring.pause(rule.id)
    resting = of_rule(world, rule, PostStatus.DRAFT)
    assert len(resting) == 9
    assert recurring.get(rule.id).status is RuleStatus.PAUSED
    edited = world.workspace.planning.edit(resting[5].id, PostEdit(caption="Meanwhile"))
    assert edited.status is PostStatus.DRAFT
    recurring.make_ahead()
    world.run(timedelta(hours=48))
    assert not world.arrived()
    world.clock.advance_hours(48)
    change = recurring.resume(rule.id)
    dates = [post.origin.rule_on for post in of_rule(world, rule)]
    assert len(dates) == len(set(dates)) == 9
    assert [told.code for told in change.findings][:1] == ["rule_dates_left_out"]
    recurring.undo(change)
    assert len(of_rule(world, rule)) == 0


def test_a_removed_rule_takes_its_posts_along_unless_they_are_to_stay(
    world: World, recurring: Recurring
) -> None:
    rule = recurring.add(request(world, count=3)).rule
    before = of_rule(world, rule)
    change = recurring.remove(rule.id)
    assert (recurring.list(), of_rule(world, rule)) == ([], [])
    recurring.undo(change)
    assert _plain(of_rule(world, rule)) == _plain(before)
    recurring.remove(rule.id, keep_posts=True)
    recurring.make_ahead()
    assert (recurring.list(), len(of_rule(world, rule))) == ([], 3)


def test_a_rule_changed_by_another_hand_is_not_changed(world: World, recurring: Recurring) -> None:
    rule = recurring.add(request(world)).rule
    recurring.pause(rule.id)
    with pytest.raises(ChangedMeanwhile):
        recurring.remove(rule)
    assert len(recurring.list()) == 1


def test_adding_a_rule_is_taken_back_with_what_was_made_since(
    world: World, recurring: Recurring
) -> None:
    change = recurring.add(request(world))
    world.clock.advance_hours(24)
    recurring.make_ahead()
    recurring.undo(change)
    assert (recurring.list(), of_rule(world, change.rule)) == ([], [])


def test_a_post_that_a_change_took_back_may_be_planned_again_and_stays(
    world: World, recurring: Recurring
) -> None:
    rule = recurring.add(request(world)).rule
    recurring.edit(rule.id, RuleEdit(rrule="FREQ=WEEKLY;BYDAY=MO"))
    (gone, *_others) = of_rule(world, rule, PostStatus.CANCELLED)
    world.workspace.planning.restore(gone.id)
    recurring.make_ahead()
    assert times(of_rule(world, rule)) == ["22 09:00", "23 09:00", "30 09:00"]


def test_the_database_refuses_a_second_post_for_a_date(world: World, recurring: Recurring) -> None:
    (post, *_others) = of_rule(world, recurring.add(request(world)).rule)
    with pytest.raises(IntegrityError), world.workspace.database.write() as session:
        add_posts(session, [replace(post, id="other")], world.clock.now())


# -- pools ------------------------------------------------------------------------------------


def pool(world: World, *captions: str, count: int = 2) -> tuple[PoolVideo, ...]:
    return tuple(PoolVideo(file=world.file(), captions=captions) for _ in range(count))


def test_videos_of_a_pool_take_turns_over_days_and_accounts(
    world: World, recurring: Recurring
) -> None:
    world.connect("sim02")
    videos = pool(world, "One", "Two")
    rule = recurring.add(
        request(world, "all", videos=videos, count=4, cooldown=timedelta(days=2))
    ).rule
    first, second = (video.file.name for video in videos)
    made = of_rule(world, rule)
    turns = {
        handle: [(p.media.path.name, p.caption) for p in made if p.handle == handle]
        for handle in ("sim01", "sim02")
    }
    assert turns["sim01"] == [(first, "One"), (second, "One"), (first, "Two"), (second, "Two")]
    assert [name for name, _caption in turns["sim02"]] == [second, first, second, first]


def test_what_rests_is_left_out_and_told_and_never_forced(
    world: World, recurring: Recurring
) -> None:
    videos = pool(world, "One", "Two")
    change = recurring.add(request(world, videos=videos, count=5, cooldown=timedelta(days=4)))
    assert times(of_rule(world, change.rule)) == ["22 09:00", "23 09:00", "26 09:00"]
    (told,) = [each for each in change.findings if each.code == "pool_rests"]
    assert (told.params["count"], told.params["day"]) == (2, "2026-11-24")


def test_the_same_words_never_come_twice_in_a_row(world: World, recurring: Recurring) -> None:
    rule = recurring.add(request(world, videos=pool(world, "Only", count=1), is_pool=True)).rule
    assert times(of_rule(world, rule)) == ["22 09:00"]
    recurring.edit(rule.id, RuleEdit(captions=("Only", "More")))
    captions = [post.caption for post in of_rule(world, rule)]
    assert captions == ["Only", "More"] * 4 + ["Only"]


def test_a_pool_is_read_from_a_folder_with_the_captions_beside_its_videos(tmp_path: Path) -> None:
    from tiktok_manager.services.bulk_reading import pool_of

    for name in ("b.mp4", "a.mp4"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "a.txt").write_text("First\nline\n---\nSecond\n", encoding="utf-8")
    assert pool_of(tmp_path) == {
        tmp_path / "a.mp4": ("First\nline", "Second"),
        tmp_path / "b.mp4": (),
    }


# -- time -------------------------------------------------------------------------------------


def test_the_hour_stays_when_the_clocks_change(world: World, recurring: Recurring) -> None:
    world.workspace.settings.set("recurring-ahead", "366")
    spring = date(2027, 3, 27)
    wanted = request(world, timezone="Europe/Berlin", times=(time(2, 30),), start=spring, count=3)
    made = of_rule(world, recurring.add(wanted).rule)
    assert [f"{p.schedule.due_at:%d %H:%M}" for p in made] == ["27 01:30", "28 01:00", "29 00:30"]
    assert {p.schedule.wall.time() for p in made} == {time(2, 30)}
    assert [p.origin.rule_on for p in made] == [spring + timedelta(days=n) for n in range(3)]


# -- files ------------------------------------------------------------------------------------


def test_a_file_that_was_replaced_is_told_and_taken_when_it_is_named_again(
    world: World, recurring: Recurring
) -> None:
    wanted = request(world, count=3)
    rule = recurring.add(wanted).rule
    world.file(50_000, wanted.videos[0].file.name)
    recurring.make_ahead()
    assert [told.code for told in recurring.get(rule.id).rule.told] == ["rule_video_changed"]
    before = {post.media.sha256 for post in of_rule(world, rule)}
    again = (PoolVideo(file=wanted.videos[0].file, captions=()),)
    recurring.edit(rule.id, RuleEdit(videos=again))
    now = of_rule(world, rule)
    assert {post.caption for post in now} == {"Again"}
    assert len({post.media.sha256 for post in now} - before) == 1
    assert recurring.get(rule.id).rule.told == ()


# -- two hands at once ------------------------------------------------------------------------


def test_two_processes_that_make_the_same_posts_at_once_make_each_once(
    world: World, recurring: Recurring
) -> None:
    rule = recurring.add(request(world)).rule
    world.clock.advance_hours(72)
    with reopened(world) as other:
        start = threading.Barrier(2)

        def make(mine: Recurring) -> None:
            start.wait()
            mine.make_ahead()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(make, (recurring, other.workspace.recurring)))
    dates = [post.origin.rule_on for post in of_rule(world, rule)]
    assert (len(dates), len(set(dates))) == (12, 12)


SHARED = [HealthCheck.function_scoped_fixture]
STEP = some.tuples(
    some.sampled_from(("make", "jump", "cancel", "change", "pause")),
    some.booleans(),
    some.integers(0, 59),
)


@settings(max_examples=4, deadline=None, suppress_health_check=SHARED)
@given(some.lists(STEP, min_size=4, max_size=8))
def test_whatever_happens_no_date_is_there_twice_or_left_out(
    world: World, recurring: Recurring, steps: list[tuple[str, bool, int]]
) -> None:
    world.clock.set_by(START - world.clock.now())
    rule = recurring.add(request(world, times=(NINE, TEN))).rule
    cancelled: set[Key | None] = set()
    with reopened(world) as other:
        for step, is_other, number in steps:
            here = other if is_other else world
            cancelled |= happen(here, rule, step, number)
            here.workspace.recurring.make_ahead()
    found = of_rule(world, rule, *PostStatus)
    keys = [key_of(post) for post in found]
    assert len(keys) == len(set(keys))
    planned = {key_of(post) for post in found if post.status is PostStatus.SCHEDULED}
    assert not planned & cancelled
    now = world.clock.now()
    times = upcoming(recurring.get(rule.id).rule.spec.cadence, now, now.date() + timedelta(days=9))
    assert {key[:2] for key in planned | cancelled if key} >= {(t.day, t.turn) for t in times}
    recurring.remove(rule.id)


def happen(here: World, rule: Rule, step: str, number: int) -> set[Key | None]:
    """Let something happen to a rule, a user or the clock; returns what was cancelled."""
    recurring, planning = here.workspace.recurring, here.workspace.planning
    if step == "jump":
        here.clock.set_by(timedelta(hours=(number - 30) * 2))
    elif step == "pause":
        recurring.pause(rule.id)
        recurring.resume(rule.id)
    elif step == "change":
        recurring.edit(rule.id, RuleEdit(times=(time(9, number), time(10, number))))
    elif step == "cancel" and (planned := of_rule(here, rule)):
        return {key_of(planning.cancel(planned[number % len(planned)].id))}
    return set()


def test_who_is_selected_but_not_connected_waits_and_who_is_named_is_told(
    world: World, recurring: Recurring
) -> None:
    world.connect("sim02")
    world.workspace.marks.group(["sim01", "sim02"], add=["Two"], remove=[])
    group = recurring.add(request(world, "group:two")).rule
    named = recurring.add(request(world, "sim02", times=(TEN,))).rule
    world.workspace.accounts.disconnect("sim02")
    world.clock.advance_hours(24)
    recurring.make_ahead()
    told = {view.rule.id: [each.code for each in view.rule.told] for view in recurring.list()}
    assert told == {group.id: [], named.id: ["account_not_connected"]}
    new = [post for post in of_rule(world, group) if post.origin.rule_on == date(2026, 12, 1)]
    assert [post.handle for post in new] == ["sim01"]


def test_the_publisher_makes_what_is_missing(world: World, recurring: Recurring) -> None:
    rule = recurring.add(request(world)).rule
    world.clock.advance_hours(48)
    make_runner(world.workspace)._periodic.jobs["recurring-posts"]()
    assert len(of_rule(world, rule)) == 11
