"""The invented audience: honest, repeatable, heavy-tailed, awake by day."""

import statistics
from dataclasses import replace

import pytest

from tests.simulator.app_client import START_S
from tiktok_manager.simulator.audience import Audience, VideoCounts
from tiktok_manager.simulator.config import DAY_S
from tiktok_manager.simulator.creators import invent_accounts
from tiktok_manager.simulator.history import invent_history
from tiktok_manager.simulator.state import Account, Video

HOUR_S = 3_600.0


@pytest.fixture
def account() -> Account:
    return invent_accounts(1, seed=1, max_duration_s=600)["sim01"]


@pytest.fixture
def audience() -> Audience:
    return Audience(START_S)


def video(number: int, created_s: float = START_S) -> Video:
    return Video(
        id=number,
        handle="sim01",
        created_s=created_s,
        visible_at_s=created_s,
        caption="",
        privacy="PUBLIC_TO_EVERYONE",
        duration_s=10,
        width=1080,
        height=1920,
    )


def test_counts_only_grow(audience: Audience, account: Account) -> None:
    seen = [audience.video(account, video(7), START_S + hour * HOUR_S) for hour in range(24 * 30)]
    assert seen[0] == VideoCounts(0, 0, 0, 0)
    for name in ("views", "likes", "comments", "shares"):
        values = [getattr(counts, name) for counts in seen]
        assert values == sorted(values)
    assert seen[-1].views > seen[24].views > 0
    assert seen[-1].likes < seen[-1].views


def test_the_same_question_has_the_same_answer(account: Account) -> None:
    moment = START_S + 3 * DAY_S
    one, other = Audience(START_S), Audience(START_S)
    assert one.video(account, video(7), moment) == other.video(account, video(7), moment)
    assert one.video(account, video(7), moment) != one.video(account, video(8), moment)


def test_reach_is_heavy_tailed(audience: Audience, account: Account) -> None:
    views = [
        audience.video(account, video(number), START_S + 60 * DAY_S).views for number in range(600)
    ]
    assert statistics.mean(views) > 1.2 * statistics.median(views)
    assert max(views) > 10 * statistics.median(views)


def test_more_is_watched_at_the_peak_hour_than_at_night(
    audience: Audience, account: Account
) -> None:
    # Late in a video's life its own decline no longer hides the rhythm of the day.
    day = START_S - START_S % DAY_S + 5 * DAY_S
    peak = day + account.peak_hour * HOUR_S

    def watched(around_s: float) -> float:
        return sum(
            audience.video(account, video(number), around_s + 3 * HOUR_S).views
            - audience.video(account, video(number), around_s - 3 * HOUR_S).views
            for number in range(50)
        )

    assert watched(peak + 24 * HOUR_S) > 2 * watched(peak + 12 * HOUR_S)


def test_posting_near_the_peak_hour_pays(account: Account) -> None:
    day = START_S - START_S % DAY_S

    def typical(hour: float) -> float:
        created = day + hour * HOUR_S
        audience = Audience(START_S)
        return statistics.median(
            audience.video(account, video(number, created), created + 60 * DAY_S).views
            for number in range(300)
        )

    assert typical(account.peak_hour) > 2 * typical(account.peak_hour - 12)


def test_speed_hurries_the_audience_from_the_start_on(account: Account) -> None:
    real, hurried = Audience(START_S), Audience(START_S, speed=24.0)
    past = video(3, START_S - 5 * DAY_S)
    assert real.video(account, past, START_S) == hurried.video(account, past, START_S)
    later = START_S + DAY_S
    assert hurried.video(account, past, later) == real.video(account, past, START_S + 24 * DAY_S)


def test_followers_come_with_time_and_with_views(audience: Audience, account: Account) -> None:
    videos = [video(number) for number in range(20)]
    start = audience.account(account, videos, START_S).followers
    end = audience.account(account, videos, START_S + 30 * DAY_S)
    assert start == account.base_followers
    assert end.followers > audience.account(account, [], START_S + 30 * DAY_S).followers > start
    assert end.likes == sum(
        audience.video(account, each, START_S + 30 * DAY_S).likes for each in videos
    )


def test_the_seed_decides_people_and_their_past(account: Account) -> None:
    assert invent_accounts(1, 1, 600)["sim01"] == account
    assert invent_accounts(30, 1, 600)["sim01"] == account
    assert invent_accounts(1, 2, 600)["sim01"] != account
    past = invent_history(account, 1, START_S, 30, 50)
    assert past == invent_history(replace(account), 1, START_S, 30, 50)
    assert [each.created_s for each in past] == sorted(each.created_s for each in past)
    assert past[0].created_s >= START_S - 30 * DAY_S
    assert past[-1].created_s <= START_S - HOUR_S
    assert len({each.id for each in past}) == 50


def test_many_people_have_names_of_their_own() -> None:
    people = invent_accounts(60, 1, 600)
    assert list(people)[:2] == ["sim01", "sim02"]
    assert len({person.display_name for person in people.values()}) == 60
    assert len({person.open_id for person in people.values()}) == 60
    followers = [person.base_followers for person in people.values()]
    assert max(followers) > 10 * statistics.median(followers)


def test_a_past_needs_days(account: Account) -> None:
    with pytest.raises(ValueError, match="day"):
        invent_history(account, 1, START_S, 0, 5)
