"""Span, days, and what stands in them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.fakes import a_post
from tiktok_manager.domain.post_briefs import PostBrief
from tiktok_manager.domain.posts import Origin, Post, PostStatus, Waiting, WaitingLook
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.ui.calendar.filters import Filter, Show
from tiktok_manager.ui.calendar.span import ShownZone, Span, View, day_start
from tiktok_manager.ui.calendar.tile import Tile, by_day, tiles_of

BERLIN = ShownZone(name="Europe/Berlin")
NOON = datetime(2026, 11, 21, 11, tzinfo=UTC)


@given(
    day=st.dates(date(1971, 1, 1), date(9000, 1, 1)),
    first=st.sampled_from([1, 6, 7]),
    months=st.integers(-30, 30),
)
def test_what_is_shown_is_whole_weeks(day: date, first: int, months: int) -> None:
    here = Span.of(day, first)
    assert day in here
    for weeks in (here, here.turned(months), here.scrolled(months)):
        days = weeks.days
        assert len(days) % 7 == 0
        assert (days[0], days[-1]) == (weeks.first, weeks.last)
        assert days[0].isoweekday() == first
        assert all(after - before == timedelta(days=1) for before, after in pairwise(days))


def test_leafing_goes_from_month_to_month_and_back() -> None:
    weeks = Span.of(date(2026, 11, 25), 1)
    assert weeks.title == "Nov – Dec 2026"
    later = weeks.turned(1)
    assert later.first == date(2026, 11, 30)
    assert later.turned(1).first == date(2026, 12, 28)
    # Back from the middle of a month is its beginning; from there it is the month before.
    assert weeks.turned(-1).first == date(2026, 10, 26)
    assert weeks.turned(-2).first == date(2026, 9, 28)
    assert later.turned(-1).first == date(2026, 10, 26)


def test_there_are_a_first_and_a_last_month() -> None:
    weeks = Span.of(date(2026, 11, 25), 1)
    assert weeks.turned(-99999).first.year == 1970
    assert weeks.turned(99999).last.year == 9998


def test_post_stands_on_the_day_of_the_users_zone() -> None:
    late = PostBrief.of(a_post(due_at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC)))
    posts = by_day([late], BERLIN)[date(2026, 11, 22)]
    (tile,) = tiles_of(date(2026, 11, 22), posts, BERLIN)
    assert tile.time == "00:30"
    assert list(by_day([late], ShownZone(name="America/New_York"))) == [date(2026, 11, 21)]


def test_each_post_may_be_shown_by_the_clock_it_was_planned_with() -> None:
    late = at_instant(datetime(2026, 11, 21, 23, 30, tzinfo=UTC), "America/New_York")
    post = PostBrief.of(a_post(schedule=late))
    own = ShownZone(name="Europe/Berlin", is_own=True)
    (day,) = by_day([post], own)
    (tile,) = tiles_of(day, [post], own)
    assert (day, tile.time) == (date(2026, 11, 21), "18:30")
    start, end = own.bounds(Span.of(day, 1, View.DAY))
    assert start <= post.due_at < end


@pytest.mark.parametrize(
    ("view", "length", "title", "later"),
    [
        (View.WEEK, 7, "23 Nov – 29 Nov 2026", date(2026, 11, 30)),
        (View.DAY, 1, "Wed 25 Nov 2026", date(2026, 11, 26)),
    ],
)
def test_week_and_day_are_leafed_by_themselves(
    view: View, length: int, title: str, later: date
) -> None:
    span = Span.of(date(2026, 11, 25), 1, view)
    assert (len(span.days), span.title, span.turned(1).first) == (length, title, later)
    assert span.turned(1).turned(-1) == span


def test_day_begins_at_its_first_valid_instant() -> None:
    assert day_start(date(2026, 11, 21), "Europe/Berlin") == datetime(2026, 11, 20, 23, tzinfo=UTC)
    # In Beirut the clock jumps from midnight to one.
    beirut = day_start(date(2026, 3, 29), "Asia/Beirut")
    assert beirut == datetime(2026, 3, 28, 22, tzinfo=UTC)


def tiles(*posts: Post) -> list[Tile]:
    ordered = sorted(map(PostBrief.of, posts), key=lambda post: (post.due_at, post.id))
    return list(tiles_of(date(2026, 11, 21), ordered, BERLIN))


def test_posts_of_a_day_stand_in_order_and_on_one_line() -> None:
    found = tiles(
        a_post("b", due_at=NOON, caption="two\nlines"), a_post("a", due_at=NOON, caption="")
    )
    assert [tile.post.id for tile in found] == ["a", "b"]
    assert [tile.words for tile in found] == ["(no caption)", "two lines"]


def test_what_was_planned_together_is_one_tile_that_looks_as_the_worst_of_it() -> None:
    origin = Origin(batch="b1")
    many = [a_post(f"post-{n:02}", f"account{n}", NOON, origin=origin) for n in range(30)]
    (stack,) = tiles(*many)
    assert (stack.is_stack, len(stack.posts), stack.is_mixed) == (True, 30, False)
    assert stack.holds("post-29")
    lost = replace(many[3], waiting=Waiting(look=WaitingLook.RECONNECT))
    failed = replace(many[5], status=PostStatus.FAILED)
    sent = replace(many[4], status=PostStatus.PUBLISHED)
    (mixed,) = tiles(*many[:3], lost, sent, failed, *many[6:])
    assert (mixed.is_mixed, mixed.post.id, mixed.needing) == (True, "post-05", 2)
    moved = replace(many[0], schedule=replace(many[0].schedule, due_at=NOON + timedelta(hours=1)))
    assert [len(tile.posts) for tile in tiles(moved, *many[1:])] == [29, 1]
    assert len(tiles(a_post("a", due_at=NOON), a_post("b", "bob", NOON))) == 2


def test_what_needs_the_user_leads_on_a_busy_day() -> None:
    day = [a_post(f"post-{n}", due_at=NOON + timedelta(hours=n)) for n in range(4)]
    failed = a_post("failed", due_at=NOON + timedelta(hours=5), status=PostStatus.FAILED)
    assert tiles(*day[:2], failed)[-1].post.id == "failed"
    assert [tile.post.id for tile in tiles(*day, failed)][:2] == ["failed", "post-0"]


def test_a_filter_takes_what_it_asks_for() -> None:
    mine = Filter(account_ids=frozenset({"acc-alice"}))
    assert mine.takes(a_post())
    assert not mine.takes(a_post(handle="bob"))
    needs = Filter(show=Show.NEEDS_YOU)
    assert needs.takes(a_post(status=PostStatus.FAILED))
    assert needs.takes(a_post(waiting=Waiting(look=WaitingLook.RECONNECT)))
    assert not needs.takes(a_post())
    assert Filter(show=Show.PLANNED).takes(a_post())
    assert not Filter(show=Show.PUBLISHED).takes(a_post())
