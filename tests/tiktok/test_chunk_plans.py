"""Every way in which a file may be cut, for every size."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from tests.tiktok.test_upload import edges
from tiktok_manager.domain.media import MAX_VIDEO_BYTES
from tiktok_manager.tiktok.chunk_plans import (
    SINGLE_CHUNK_BYTES,
    SMALLEST_CHUNK_BYTES,
    ChunkPlan,
    Cut,
    chunk_plans,
    cut_of,
    plan_chunks,
    plans_in_order,
    size_class,
)

SIZES = edges() | st.integers(1, MAX_VIDEO_BYTES)
SEEN_IN_THE_FIELD = 158_008_374


@given(SIZES)
@example(SEEN_IN_THE_FIELD)
@example(SINGLE_CHUNK_BYTES)
@example(SINGLE_CHUNK_BYTES + 1)
@example(MAX_VIDEO_BYTES)
def test_each_plan_holds_every_byte_once_within_tiktoks_bounds(size: int) -> None:
    for cut, plan in chunk_plans(size).items():
        ranges = [plan.range_of(index) for index in range(plan.count)]
        lengths = [last - first + 1 for first, last in ranges]
        assert (ranges[0][0], ranges[-1][1]) == (0, size - 1)
        assert all(left[1] + 1 == right[0] for left, right in pairwise(ranges))
        assert set(lengths[:-1]) <= {plan.chunk_bytes}
        assert 1 <= plan.count <= 1000
        assert 0 < lengths[-1] <= 128_000_000
        assert plan.chunk_bytes <= SINGLE_CHUNK_BYTES
        assert plan.count == 1 or plan.chunk_bytes >= SMALLEST_CHUNK_BYTES
        is_floor = plan.count == size // plan.chunk_bytes
        assert is_floor or (cut is Cut.CEILING and plan.count == -(-size // plan.chunk_bytes))
        assert cut_of(size, plan.chunk_bytes, plan.count) is cut


@given(SIZES, st.data())
def test_from_whatever_byte_an_upload_goes_on_the_rest_follows_without_a_gap(
    size: int, data: st.DataObject
) -> None:
    plan = data.draw(st.sampled_from(list(chunk_plans(size).values())))
    stored = data.draw(st.integers(0, size - 1))
    first, last = plan.range_of(plan.index_at(stored))
    assert first <= stored <= last
    boundary, _ = plan.range_of(data.draw(st.integers(0, plan.count - 1)))
    assert plan.range_of(plan.index_at(boundary))[0] == boundary


@given(SIZES)
def test_no_two_plans_are_alike_and_small_files_begin_with_one_piece(size: int) -> None:
    plans = list(chunk_plans(size).values())
    assert len(set(plans)) == len(plans)
    assert plans[0] == plan_chunks(size)
    assert (plans[0].count == 1) == (size <= SINGLE_CHUNK_BYTES)


def test_the_plans_of_a_large_file_come_in_this_order() -> None:
    plans = chunk_plans(SEEN_IN_THE_FIELD)
    assert [(cut, plan.chunk_bytes, plan.count) for cut, plan in plans.items()] == [
        (Cut.FLOOR_16, 16_000_000, 9),
        (Cut.FLOOR_10, 10_000_000, 15),
        (Cut.FLOOR_5, 5_242_880, 30),
        (Cut.FLOOR_64, 64_000_000, 2),
        (Cut.EQUAL, 52_669_458, 3),
        (Cut.CEILING, 16_000_000, 10),
    ]


@given(SIZES)
def test_equal_parts_leave_fewer_bytes_over_than_there_are_parts(size: int) -> None:
    plan = chunk_plans(size).get(Cut.EQUAL)
    assert plan is None or size - plan.count * plan.chunk_bytes < plan.count


def test_what_was_taken_last_is_tried_first_and_what_was_refused_not_again() -> None:
    plans = chunk_plans(SEEN_IN_THE_FIELD)
    usual = plans[Cut.FLOOR_16]
    assert plans_in_order(SEEN_IN_THE_FIELD, None, ()) == list(plans.values())
    order = plans_in_order(SEEN_IN_THE_FIELD, "floor_5mib", {_key(usual)})
    assert order[0] == plans[Cut.FLOOR_5]
    assert usual not in order
    assert len(order) == len(plans) - 1
    every = {_key(plan) for plan in plans.values()}
    assert plans_in_order(SEEN_IN_THE_FIELD, "gone", every) == list(plans.values())


def test_classes_of_sizes_double() -> None:
    sizes = (1, 64_000_000, 64_000_001, 127_999_999, 128_000_000, 256_000_000, MAX_VIDEO_BYTES)
    assert [size_class(size) for size in sizes] == ["one", "one", "1", "1", "2", "3", "6"]


def _key(plan: ChunkPlan) -> tuple[int, int]:
    return plan.chunk_bytes, plan.count
