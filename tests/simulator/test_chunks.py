"""The rules for cutting a file, to the byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_manager.simulator.chunks import checked_plan
from tiktok_manager.simulator.wire import Refused

MB = 1_000_000


@pytest.mark.parametrize(
    ("rules", "taken", "refused"),
    [
        ("five_mib", (5_242_880, 30), (16 * MB, 9)),
        ("ceil", (16 * MB, 10), (16 * MB, 9)),
        ("documented", (16 * MB, 9), (16 * MB, 10)),
    ],
)
def test_rules_that_moved_refuse_what_is_documented(
    rules: str, taken: tuple[int, int], refused: tuple[int, int]
) -> None:
    size = 158_008_374
    assert checked_plan(size, *taken, rules).count == taken[1]
    with pytest.raises(Refused) as no:
        checked_plan(size, *refused, rules)
    assert no.value.code == "invalid_params"
    assert (no.value.violation is None) == (rules != "documented")  # whose fault it is


def test_no_plan_at_all_may_be_taken() -> None:
    with pytest.raises(Refused, match="chunk size is invalid"):
        checked_plan(5, 5, 1, "none")


@pytest.mark.parametrize(
    ("size", "chunk", "count"),
    [
        (1, 1, 1),
        (4_999_999, 4_999_999, 1),
        (5 * MB, 5 * MB, 1),
        (64 * MB, 64 * MB, 1),
        (64 * MB + 1, 32 * MB, 2),
        (50_000_123, 10 * MB, 5),
        (64_000_001, 16 * MB, 4),
        (128 * MB, 64 * MB, 2),
        (4 * 1024**3, 16 * MB, 268),
    ],
)
def test_documented_plans_are_accepted(size: int, chunk: int, count: int) -> None:
    plan = checked_plan(size, chunk, count)
    assert plan.end_of_chunk((count - 1) * chunk) == size


@pytest.mark.parametrize(
    ("size", "chunk", "count", "message"),
    [
        (0, 1, 1, "video_size"),
        (4 * 1024**3 + 1, 16 * MB, 268, "video_size"),
        (50_000_123, 10 * MB, 6, "chunk count"),
        (15 * MB, 10 * MB, 1, "chunk count"),
        (15 * MB, 10 * MB, 2, "chunk count"),
        (64_000_001, 64_000_001, 1, "chunk size"),
        (66_259_900, 66_259_900, 1, "chunk size"),
        (100 * MB, 67_108_864, 1, "chunk size"),
        (100 * MB, 64 * MB, 1, "chunk count"),
        (10 * MB, 4_999_999, 2, "chunk size"),
        (10 * MB, 0, 1, "chunk size"),
        (10 * MB, 10 * MB, 0, "chunk count"),
        (10 * MB, 20 * MB, 1, "chunk count"),
    ],
)
def test_a_wrong_plan_is_refused_with_the_words_tiktok_uses(
    size: int, chunk: int, count: int, message: str
) -> None:
    with pytest.raises(Refused, match=message) as refused:
        checked_plan(size, chunk, count)
    assert (refused.value.status, refused.value.code) == (400, "invalid_params")
    assert refused.value.violation is not None


@given(st.integers(1, 4 * 1024**3))
def test_the_planner_everyone_agrees_on_is_always_accepted(size: int) -> None:
    chunk = size if size <= 64 * MB else 16 * MB
    plan = checked_plan(size, chunk, size // chunk)
    start = total = 0
    for _ in range(plan.count):
        end = plan.end_of_chunk(start)
        total, start = total + end - start, end
    assert total == size
