"""Who gets which video, and when: fairly, the same for a seed, and only where there is room."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_manager.domain.accounts import Account, AccountSelector, AccountStatus
from tiktok_manager.domain.campaigns import (
    Campaign,
    CampaignSpec,
    CampaignStatus,
    Pace,
    Stage,
    Strategy,
    Turn,
    deal,
)
from tiktok_manager.domain.captions import check_template, fill_template
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.pacing import Place, Room, Window, pace
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.domain.quota import Ledger
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.domain.slots import Blackout, Diary, Limits, Whose

START = datetime(2026, 12, 1, tzinfo=UTC)
END = START + timedelta(days=7)
WEEK = Window(start=START, end=END, timezone="UTC")
HOUR = timedelta(hours=1)


def a_spec(how: Pace | None = None, **parts: object) -> CampaignSpec:
    spec = CampaignSpec(
        name="Winter",
        videos=(Path("/a.mp4"),),
        accounts=("all",),
        starts_at=START,
        ends_at=END,
        timezone="UTC",
        pace=how or Pace(),
    )
    return replace(spec, **parts)  # type: ignore[arg-type]


def rooms(count: int, *, gap: timedelta | None = None, cap: int = 100) -> list[Room]:
    return [
        Room(
            name=f"a{number}",
            diary=Diary((), Limits(gap=gap)),
            ledger=Ledger((), cap),
            gap=gap,
            blackouts=(),
        )
        for number in range(count)
    ]


def times(places: Sequence[Place]) -> list[datetime]:
    return [place.schedule.due_at for place in places if place.schedule is not None]


sizes = st.integers(min_value=1, max_value=40)


@given(st.sampled_from(Strategy), sizes, st.lists(sizes, min_size=1, max_size=12), st.integers())
def test_every_video_is_dealt_and_no_account_gets_more_than_one_more_than_another(
    strategy: Strategy, videos: int, loads: list[int], seed: int
) -> None:
    turns = deal(strategy, videos, loads, seed)
    assert sorted(turn.video for turn in turns) == list(range(videos))
    counts = Counter(account for turn in turns for account in turn.accounts)
    numbers = [counts[account] for account in range(len(loads))]
    assert max(numbers) - min(numbers) <= 1
    assert turns == deal(strategy, videos, loads, seed)


@given(st.integers(1, 60), st.integers(1, 9), st.integers(0, 5))
def test_at_random_every_account_gets_one_before_any_gets_another(
    videos: int, accounts: int, seed: int
) -> None:
    turns = deal(Strategy.RANDOM, videos, [0] * accounts, seed)
    dealt = [account for turn in turns for account in turn.accounts]
    for begin in range(0, videos, accounts):
        round_ = dealt[begin : begin + accounts]
        assert len(set(round_)) == len(round_)


def test_another_seed_deals_otherwise() -> None:
    dealt = {tuple(deal(Strategy.RANDOM, 20, [0] * 5, seed)) for seed in range(5)}
    assert len(dealt) == 5


def test_the_least_used_come_first() -> None:
    turns = deal(Strategy.LEAST_USED, 3, [9, 0, 5, 1], seed=1)
    assert [turn.accounts for turn in turns] == [(1,), (3,), (2,)]


def test_all_get_every_video() -> None:
    turns = deal(Strategy.ALL, 2, [0, 0, 0], seed=1)
    assert [turn.accounts for turn in turns] == [(0, 1, 2)] * 2


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 3), st.integers(0, 90))
def test_even_posts_stay_in_the_window_and_keep_the_gap(
    videos: int, accounts: int, seed: int, jitter_minutes: int
) -> None:
    spec = a_spec(Pace(jitter=timedelta(minutes=jitter_minutes)), seed=seed)
    turns = deal(spec.strategy, videos, [0] * accounts, seed)
    found = pace(spec, turns, rooms(accounts, gap=2 * HOUR), WEEK)
    assert found == pace(spec, turns, rooms(accounts, gap=2 * HOUR), WEEK)
    assert all(WEEK.holds(at) for at in times(found))
    assert len(times(found)) == videos
    for account in range(accounts):
        own = sorted(times([place for place in found if place.account == account]))
        assert all(b - a >= 2 * HOUR for a, b in pairwise(own))


def test_even_posts_are_as_far_from_each_other() -> None:
    turns = deal(Strategy.ROUND_ROBIN, 7, [0], seed=0)
    assert times(pace(a_spec(), turns, rooms(1), WEEK)) == [
        START + timedelta(days=day, hours=12) for day in range(7)
    ]


def test_times_are_taken_in_turn_on_every_day() -> None:
    spec = a_spec(Pace(times=(time(9), time(18))))
    turns = deal(Strategy.ROUND_ROBIN, 3, [0], seed=0)
    assert [f"{at:%d %H:%M}" for at in times(pace(spec, turns, rooms(1), WEEK))] == [
        "01 09:00",
        "01 18:00",
        "02 09:00",
    ]


def test_times_keep_their_hour_when_the_clocks_change() -> None:
    window = Window(
        start=datetime(2027, 3, 26, tzinfo=UTC),
        end=datetime(2027, 3, 31, tzinfo=UTC),
        timezone="Europe/Berlin",
    )
    spec = a_spec(Pace(times=(time(18),)), timezone="Europe/Berlin")
    found = pace(spec, deal(Strategy.ROUND_ROBIN, 4, [0], 0), rooms(1), window)
    assert {place.schedule.wall.hour for place in found if place.schedule} == {18}
    assert {at.hour for at in times(found)} == {17, 16}


@pytest.mark.parametrize(
    "how", [Pace(per_day=2), Pace(per_day=2, times=(time(9), time(12), time(18)))]
)
def test_no_account_gets_more_a_day_and_what_does_not_fit_is_told(how: Pace) -> None:
    turns = deal(Strategy.ROUND_ROBIN, 40, [0, 0], seed=0)
    found = pace(a_spec(how), turns, rooms(2), WEEK)
    per_day = Counter((p.account, p.schedule.wall.date()) for p in found if p.schedule)
    assert set(per_day.values()) == {2}
    assert len(found) == 40
    assert sum(place.schedule is None for place in found) == 40 - 2 * 2 * 7


def test_accounts_that_get_the_same_video_are_apart() -> None:
    for how in (
        Pace(stagger=2 * HOUR),
        Pace(stagger=2 * HOUR, times=(time(9), time(10), time(18))),
    ):
        spec = a_spec(how, strategy=Strategy.ALL)
        found = pace(spec, deal(Strategy.ALL, 2, [0, 0, 0], 0), rooms(3), WEEK)
        for video in (0, 1):
            own = sorted(times([place for place in found if place.video == video]))
            assert len(own) == 3
            assert all(b - a >= 2 * HOUR for a, b in pairwise(own))


def test_all_are_ten_minutes_apart_unless_somebody_says_otherwise() -> None:
    assert a_spec(strategy=Strategy.ALL).stagger == timedelta(minutes=10)
    assert a_spec(Pace(stagger=timedelta()), strategy=Strategy.ALL).stagger == timedelta()
    assert a_spec().stagger == timedelta()


def test_days_off_and_full_days_are_left_out() -> None:
    (room,) = rooms(1, cap=1)
    off = Blackout(
        id="b", whose=Whose(name="all"), first_day=date(2026, 12, 2), last_day=date(2026, 12, 6)
    )
    room.blackouts = (off,)
    found = pace(a_spec(), [Turn(video=v, accounts=(0,)) for v in range(4)], [room], WEEK)
    days = [at.day for at in times(found)]
    assert sorted(days) == [1, 7]
    assert sum(place.schedule is None for place in found) == 2


def test_slots_are_the_accounts_own() -> None:
    (room,) = rooms(1)
    room.slots = [at_instant(START + timedelta(days=day, hours=8), "UTC") for day in (2, 20)]
    found = pace(a_spec(Pace(slots=True)), [Turn(video=0, accounts=(0,))] * 2, [room], WEEK)
    assert [place.schedule and place.schedule.due_at for place in found] == [
        datetime(2026, 12, 3, 8, tzinfo=UTC),
        None,
    ]


def test_a_template_is_filled_and_an_unknown_name_is_refused_by_name() -> None:
    known = {"account": "sim01", "n": "3"}
    check_template("{{{account}}} {n} {{n}}", known)
    assert fill_template("{{{account}}} {n} {{n}}", known) == "{sim01} 3 {n}"
    with pytest.raises(InputError) as refused:
        check_template("{handle}", known)
    assert refused.value.params["variable"] == "handle"
    for lonely in ("{n", "n}", "{"):
        with pytest.raises(InputError, match="lonely_brace"):
            check_template(lonely, known)


def campaign(stage: Stage, due: datetime | None = None, **counts: int) -> CampaignStatus:
    numbers = {PostStatus(name): number for name, number in counts.items()}
    made = Campaign(
        id="c",
        spec=a_spec(),
        stage=stage,
        consent=None,
        version=1,
        created_at=START,
        counts=numbers,
        first_due=due,
    )
    return made.status(START)


def test_how_far_a_campaign_is_its_posts_tell() -> None:
    assert campaign(Stage.DRAFT) is CampaignStatus.DRAFT
    assert campaign(Stage.STARTED, END, scheduled=2) is CampaignStatus.SCHEDULED
    assert campaign(Stage.STARTED, START, scheduled=2) is CampaignStatus.RUNNING
    assert campaign(Stage.STARTED, START, scheduled=1, failed=1) is CampaignStatus.RUNNING
    assert campaign(Stage.STARTED, START, published=1, failed=1) is CampaignStatus.COMPLETED
    assert campaign(Stage.PAUSED, END, scheduled=2) is CampaignStatus.PAUSED
    assert campaign(Stage.PAUSED, START, published=2) is CampaignStatus.COMPLETED
    assert campaign(Stage.CANCELLED, START, cancelled=1, processing=1) is CampaignStatus.CANCELLED


def test_accounts_are_selected_by_their_status() -> None:
    account = Account(
        id="a", open_id="o", handle="h", display_name="H", status=AccountStatus.CONNECTED
    )
    selector = AccountSelector.read(" Status:Connected ")
    assert selector is not None
    assert selector.takes(account)
    assert not selector.takes(replace(account, status=AccountStatus.NEEDS_RECONNECT))
    assert AccountSelector.read("status") is AccountSelector.read("all:x") is None
