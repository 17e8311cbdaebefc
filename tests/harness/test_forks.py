"""Workers die at every step, are frozen and overtaken; nothing doubles, nothing is lost."""

from collections.abc import Iterator

import pytest

from tests.harness.campaigns import LOSS, Run
from tests.harness.failpoints import Strike
from tests.harness.forks import House, every_freeze, every_point, open_house, random_run
from tiktok_manager.domain.posts import PostMode

AN_UPLOAD_ADDRESS_LATER_S = 57 * 60.0


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with open_house() as opened:
        yield opened


def test_a_worker_killed_at_any_step_leaves_one_post(house: House) -> None:
    with house.stage(seed=11) as stage:
        assert every_point(stage, nap_s=5.0) == []
        assert stage.tally.kills > 40


def test_a_draft_survives_a_kill_at_any_step_and_a_long_sleep(house: House) -> None:
    with house.stage(seed=12) as stage:
        assert every_point(stage, AN_UPLOAD_ADDRESS_LATER_S, mode=PostMode.INBOX, stride=4) == []
        assert stage.tally.kills > 9


def test_a_frozen_worker_that_was_overtaken_does_no_harm(house: House) -> None:
    with house.stage(seed=13) as stage:
        assert every_freeze(stage, AN_UPLOAD_ADDRESS_LATER_S, stride=4) == []
        assert stage.tally.freezes > 6


def test_a_worker_told_to_stop_at_any_step_leaves_one_post(house: House) -> None:
    with house.stage(seed=15) as stage:
        assert every_point(stage, nap_s=5.0, strike=Strike.STOP, stride=3) == []
        assert len(stage.plan) > 12


def test_random_kills_in_bad_weather_double_and_lose_nothing(house: House) -> None:
    with house.stage(seed=14, loss=0.15) as stage:
        assert random_run(stage, kills=15) == []
        assert stage.tally.kills >= 15


def test_a_campaign_is_held_and_cancelled_among_workers_that_die(house: House) -> None:
    with house.stage(seed=3, loss=LOSS, accounts=2) as stage:
        run = Run(stage, videos=6, accounts=2, days=1)
        assert run.play() == []
        assert stage.tally.kills > 2
        assert set(run.counts) == {"published", "cancelled"}
