"""Planned posts keep their local time when a country changes its clocks after all."""

import zoneinfo
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from tests.fakes.world import World, reopened
from tiktok_manager.domain.errors import ChangedMeanwhile
from tiktok_manager.domain.events import PlanMoved
from tiktok_manager.domain.plans import PlanRequest, PostEdit
from tiktok_manager.domain.posts import Choices, Post, PostStatus, Privacy
from tiktok_manager.domain.schedule import at_instant, moved_by_rules, resolve
from tiktok_manager.wording import step_words, words

TOWN = "Testland/Town"
HOUR = timedelta(hours=1)
Rule = Callable[[str], None]


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Rule]:
    """Let a zone of a database of our own have the rules of another; the first is UTC+1's."""
    place = tmp_path / "zones" / TOWN
    place.parent.mkdir(parents=True)

    def as_in(zone: str) -> None:
        place.write_bytes((files("tzdata.zoneinfo") / zone).read_bytes())

    as_in("Etc/GMT-1")
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[str(tmp_path / "zones"), *before])
    yield as_in
    zoneinfo.reset_tzpath(to=before)
    zoneinfo.ZoneInfo.clear_cache()


def plan(world: World, when: str = "2026-12-24T18:00") -> Post:
    request = PlanRequest(
        file=world.file(),
        accounts=("sim01",),
        when=when,
        timezone=TOWN,
        choices=Choices(privacy=Privacy.PUBLIC),
        consent=True,
    )
    return world.workspace.planning.plan(request).posts[0]


def test_a_planned_post_keeps_its_local_time_and_says_so(world: World, rules: Rule) -> None:
    world.connect()
    post, told = plan(world), list[PlanMoved]()
    world.workspace.events.subscribe(PlanMoved, told.append)
    rules("Etc/GMT-2")
    world.workspace.publishing.resume()
    moved = world.post(post)
    assert moved.schedule.due_at == post.schedule.due_at - HOUR
    assert (moved.schedule.wall, moved.next_try_at) == (post.schedule.wall, post.next_try_at)
    step = world.workspace.planning.trail(post.id)[-1]
    assert step.kind == "kept_local_time"
    assert step_words(step) == (
        f"The rules of {TOWN} changed: it keeps its local time, 2026-12-24 18:00. "
        "That is 2026-12-24 16:00 (UTC) instead of 2026-12-24 17:00 (UTC)."
    )
    assert "1 planned post goes out" in words(told[0].finding).title
    world.workspace.publishing.resume()
    assert (len(told), world.post(post)) == (1, moved)


def test_it_goes_out_once_and_at_that_time(world: World, rules: Rule) -> None:
    world.connect()
    post = plan(world)
    rules("Etc/GMT-2")
    with reopened(world) as again:
        again.workspace.publishing.resume()
        again.run(timedelta(days=40), exactly=True)
        sent = again.post(post)
        assert sent.status is PostStatus.PUBLISHED
        assert sent.published_at is not None
        assert abs(sent.published_at - (post.schedule.due_at - HOUR)) < timedelta(minutes=5)
        assert len(again.arrived()) == 1


def test_the_rules_are_looked_at_again_each_hour(world: World, rules: Rule) -> None:
    world.connect()
    publishing, post = world.workspace.publishing, plan(world)
    publishing.resume()
    rules("Etc/GMT-2")
    publishing.keep_wall_times()
    assert world.post(post) == post
    world.clock.advance(HOUR)
    publishing.keep_wall_times()
    assert world.post(post).schedule.due_at == post.schedule.due_at - HOUR


def test_posts_under_way_stay(world: World, rules: Rule) -> None:
    world.connect()
    soon = (world.clock.now() + HOUR).strftime("%Y-%m-%dT%H:00")  # UTC+1: now
    claimed = plan(world, soon)
    world.claim(uploads=1, checks=0)
    rules("Etc/GMT+1")
    world.workspace.publishing.keep_wall_times()
    after = world.post(claimed)
    assert (after.status, after.schedule) == (PostStatus.PUBLISHING, claimed.schedule)


def test_an_edit_made_from_before_is_refused(world: World, rules: Rule) -> None:
    world.connect()
    post = plan(world)
    edit = world.workspace.planning.propose_edit(post.id, PostEdit(caption="New"))
    rules("Etc/GMT-2")
    world.workspace.publishing.resume()
    with pytest.raises(ChangedMeanwhile):
        world.workspace.planning.commit(edit)


def test_what_names_an_instant_or_still_the_same_one_stays(rules: Rule) -> None:
    berlin, hour_that_is_not = "Europe/Berlin", datetime.fromisoformat("2027-03-28T02:30")
    first_of_two = resolve(datetime.fromisoformat("2027-10-31T02:30"), berlin)
    assert moved_by_rules(at_instant(first_of_two.due_at + HOUR, berlin)) is None
    assert moved_by_rules(resolve(hour_that_is_not, berlin)) is None
    town = resolve(hour_that_is_not, TOWN)
    rules("Etc/GMT-3")
    zoneinfo.ZoneInfo.clear_cache()
    moved = moved_by_rules(town)
    assert moved is not None
    assert moved.due_at == town.due_at - 2 * HOUR
