import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiktok.fake_tiktok import FakeClock
from tiktok_manager.tiktok.limits import (
    BUDGET_FLOOR,
    BUDGET_WINDOW_S,
    GLOBAL,
    LONGEST_RETRY_WAIT_S,
    PER_APP,
    PER_TOKEN,
    Buckets,
    CircuitBreaker,
    Kind,
    Rate,
    RetryBudget,
)


def taken_in_any_window(times: list[float], rate: Rate) -> int:
    return max(
        (sum(start <= t < start + rate.window_s for t in times) for start in times), default=0
    )


@given(st.sampled_from(list(PER_TOKEN)), st.lists(st.floats(0, 30), max_size=60))
def test_no_minute_ever_holds_more_calls_than_allowed(kind: Kind, pauses: list[float]) -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    times = []
    for pause in pauses:
        clock.advance(pause)
        if buckets.take(kind, "a") == 0.0:
            times.append(clock.mono_s)
    assert taken_in_any_window(times, PER_TOKEN[kind]) <= PER_TOKEN[kind].calls


@given(st.lists(st.floats(0, 5), min_size=10, max_size=40))
def test_whoever_waits_as_told_gets_a_turn(pauses: list[float]) -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    for pause in pauses:
        clock.advance(pause)
        wait_s = buckets.take("init", "a")
        assert 0 <= wait_s <= 60.001
        if wait_s:
            clock.advance(wait_s)
            assert buckets.take("init", "a") == 0.0


def test_the_limits_stay_below_what_tiktok_documents() -> None:
    per_token = {kind: rate.calls for kind, rate in PER_TOKEN.items()}
    assert per_token == {Kind.INIT: 5, Kind.CREATOR_INFO: 18, Kind.STATUS: 24}
    assert {rate.calls for rate in PER_APP.values()} == {500}
    assert all(rate.window_s == 60 for rate in [*PER_TOKEN.values(), *PER_APP.values()])


def test_accounts_do_not_wait_for_each_other() -> None:
    buckets = Buckets(FakeClock())
    for _ in range(5):
        assert buckets.take("init", "a") == 0.0
    assert buckets.take("init", "a") == pytest.approx(60)
    assert buckets.take("init", "b") == 0.0
    assert buckets.take("status", "a") == 0.0


def test_display_calls_share_one_limit_for_the_app() -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    for number in range(500):
        assert buckets.take("user_info", f"account {number}") == 0.0
        clock.advance(0.03)
    assert buckets.take("user_info", "one more") == pytest.approx(45)
    assert buckets.take("video_list", "one more") == 0.0


def test_all_calls_together_stay_below_fifty_a_second() -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    for number in range(GLOBAL.calls):
        assert buckets.take("other", f"account {number}") == 0.0
    assert buckets.take("init", "another") == pytest.approx(1)
    clock.advance(1.001)
    assert buckets.take("init", "another") == 0.0


def test_a_refused_call_takes_nothing() -> None:
    clock = FakeClock()
    buckets = Buckets(clock)
    for _ in range(GLOBAL.calls):
        buckets.take("other", "")
    for _ in range(20):
        assert buckets.take("init", "a") > 0
    clock.advance(1.0)
    assert [buckets.take("init", "a") for _ in range(5)] == [0.0] * 5


def broken(clock: FakeClock) -> CircuitBreaker:
    breaker = CircuitBreaker(clock)
    for _ in range(5):
        breaker.record("api", ok=False)
    return breaker


def test_five_failures_in_a_row_leave_the_host_alone_for_half_a_minute() -> None:
    clock = FakeClock()
    breaker = CircuitBreaker(clock)
    for _ in range(4):
        breaker.record("api", ok=False)
    assert breaker.enter("api") == 0.0
    breaker.record("api", ok=False)
    assert breaker.enter("api") == 30.0
    assert breaker.enter("upload") == 0.0
    assert breaker.enter("upload", "api") == 30.0


def test_more_than_half_of_twenty_failing_opens_too() -> None:
    breaker = CircuitBreaker(FakeClock())
    for _ in range(9):
        breaker.record("api", ok=False)
        breaker.record("api", ok=True)
    breaker.record("api", ok=False)
    breaker.record("api", ok=False)
    assert breaker.enter("api") == 30.0


def test_half_of_twenty_failing_is_borne() -> None:
    breaker = CircuitBreaker(FakeClock())
    for _ in range(20):
        breaker.record("api", ok=False)
        breaker.record("api", ok=True)
    assert breaker.enter("api") == 0.0


def test_after_the_pause_one_caller_tries_and_success_lets_all_in() -> None:
    clock = FakeClock()
    breaker = broken(clock)
    clock.advance(30)
    assert (breaker.wait_s("api"), breaker.is_closed("api")) == (0.0, False)
    assert breaker.enter("api") == 0.0
    assert breaker.enter("api") > 0.0
    breaker.record("api", ok=True)
    assert breaker.is_closed("api")
    assert breaker.enter("api") == 0.0
    assert breaker.enter("api") == 0.0


def test_a_pause_is_over_though_a_clock_of_floats_falls_a_hair_short() -> None:
    clock = FakeClock()
    breaker = broken(clock)
    clock.advance(30 - 4e-7)
    assert breaker.wait_s("api") == 0.0
    assert breaker.enter("api") == 0.0


def test_looking_at_the_pause_takes_nothing() -> None:
    clock = FakeClock()
    breaker = broken(clock)
    assert breaker.wait_s("api") == 30.0
    clock.advance(30)
    assert [breaker.wait_s("api") for _ in range(3)] == [0.0] * 3
    assert breaker.enter("api") == 0.0


def test_the_pause_doubles_as_an_outage_lasts_up_to_a_quarter_of_an_hour() -> None:
    clock = FakeClock()
    breaker = broken(clock)
    pauses = []
    for _ in range(80):
        pauses.append(breaker.wait_s("api"))
        clock.advance(pauses[-1])
        assert breaker.enter("api") == 0.0
        breaker.record("api", ok=False)
    assert sorted(set(pauses)) == [30, 60, 120, 240, 480, 900]
    assert pauses == sorted(pauses)


@given(st.floats(0, 20 * 60))
def test_the_end_of_an_outage_is_noticed_within_a_minute_in_its_first_twenty(
    ends_after_s: float,
) -> None:
    clock = FakeClock()
    breaker = broken(clock)
    ends_s = clock.mono_s + ends_after_s
    while True:
        clock.advance(breaker.wait_s("api"))
        assert breaker.enter("api") == 0.0
        if clock.mono_s >= ends_s:
            break
        breaker.record("api", ok=False)
    assert clock.mono_s - ends_s <= 60


def test_a_probe_that_never_reports_does_not_lock_the_host_out() -> None:
    clock = FakeClock()
    breaker = broken(clock)
    clock.advance(30)
    assert breaker.enter("api") == 0.0
    clock.advance(30)
    assert breaker.enter("api") == 0.0


def test_late_failures_of_calls_already_out_do_not_lengthen_the_pause() -> None:
    breaker = CircuitBreaker(FakeClock())
    for _ in range(12):
        breaker.record("api", ok=False)
    assert breaker.enter("api") == 30.0


def test_a_few_retries_a_minute_are_always_allowed() -> None:
    clock = FakeClock()
    budget = RetryBudget(clock)
    assert [budget.take() for _ in range(BUDGET_FLOOR)] == [0.0] * BUDGET_FLOOR
    wait_s = budget.take()
    assert wait_s == pytest.approx(60)
    clock.advance(wait_s)
    assert budget.take() == 0.0


@given(st.lists(st.floats(0, 20), max_size=80))
def test_retries_made_when_told_never_pass_the_budget_of_a_minute(pauses: list[float]) -> None:
    clock = FakeClock()
    budget = RetryBudget(clock)
    times = []
    for pause in pauses:
        clock.advance(pause)
        wait_s = budget.take()
        if wait_s < LONGEST_RETRY_WAIT_S:
            times.append(clock.mono_s + wait_s)
    rate = Rate(BUDGET_FLOOR, BUDGET_WINDOW_S)
    assert taken_in_any_window(times, rate) <= BUDGET_FLOOR


def test_no_retry_waits_longer_than_ten_minutes() -> None:
    budget = RetryBudget(FakeClock())
    assert max(budget.take() for _ in range(500)) == LONGEST_RETRY_WAIT_S


def test_retries_stay_below_a_tenth_of_many_requests() -> None:
    budget = RetryBudget(FakeClock())
    for _ in range(300):
        budget.count()
    assert [budget.take() == 0.0 for _ in range(40)].count(True) == 30
