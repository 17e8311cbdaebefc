"""Two publishers on one PostgreSQL, killed at random; runs where PostgreSQL 15 is installed."""

import pytest

from tests.harness.two_publishers import BIN, run


@pytest.mark.skipif(not (BIN / "initdb").exists(), reason="PostgreSQL 15 is not installed")
def test_two_publishers_on_one_server_post_nothing_twice_and_lose_nothing() -> None:
    verdict = run(count=100, seed=1)
    assert (verdict.doubles, verdict.lost) == ((), ())
    assert verdict.kills
