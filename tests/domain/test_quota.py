"""Where an account's day has room for one more post."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tiktok_manager.domain.quota import WINDOW, Ledger

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MINUTES = st.integers(min_value=-1440, max_value=2880)
CAPS = st.integers(min_value=1, max_value=8)


def minute(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def has_room(times: list[datetime], at: datetime, cap: int) -> bool:
    filled = sorted([*times, at])
    return not any(
        last - first < WINDOW and first <= at <= last
        for first, last in zip(filled, filled[cap:], strict=False)
    )


@given(st.lists(MINUTES, max_size=40), st.integers(min_value=0, max_value=1440), CAPS)
def test_the_next_free_time_never_overfills_a_day_it_lies_in(
    minutes: list[int], at: int, cap: int
) -> None:
    times = list(map(minute, minutes))
    free = Ledger(times, cap).next_free(minute(at))
    assert free >= minute(at)
    assert has_room(times, free, cap)


@given(st.lists(MINUTES, max_size=20), st.lists(st.tuples(MINUTES, st.booleans())), CAPS)
def test_what_is_known_to_be_full_never_hides_an_earlier_free_time(
    minutes: list[int], wishes: list[tuple[int, bool]], cap: int
) -> None:
    times = list(map(minute, minutes))
    ledger = Ledger(times, cap)
    for number, moved in wishes:
        wanted = minute(number)
        free = ledger.next_free(wanted)
        span = int((free - wanted).total_seconds() // 60)
        assert has_room(times, free, cap)
        assert not any(has_room(times, minute(number + step), cap) for step in range(span))
        taken = free if moved else wanted
        ledger.take(taken)
        times.append(taken)


def test_a_free_day_takes_the_wanted_time() -> None:
    assert Ledger([NOW - timedelta(hours=1)], 15).next_free(NOW) == NOW


def test_a_day_counts_what_lies_in_the_24_hours_before() -> None:
    ledger = Ledger([minute(-1440), minute(-1439), minute(0), minute(1)], 15)
    assert ledger.used(NOW) == 2
