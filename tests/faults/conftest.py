"""Worlds in which something goes wrong: the services, a real database, a local TikTok."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.world import World, make_world
from tiktok_manager.simulator import chunks as tiktok_rules
from tiktok_manager.tiktok import chunk_plans


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files above 64,000 bytes go in chunks of 16,000: a thousandth of the real rules."""
    monkeypatch.setattr(chunk_plans, "SINGLE_CHUNK_BYTES", 64_000)
    monkeypatch.setattr(chunk_plans, "CHUNK_BYTES", 16_000)
    monkeypatch.setattr(tiktok_rules, "MIN_CHUNK_BYTES", 5_000)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world with one connected account, in which the app must keep TikTok's rules."""
    with make_world(tmp_path, direct_posts_per_day=1000) as world:
        world.connect()
        world.workspace.settings.set("direct-posts-per-day", "100")
        yield world
        assert world.sim.world.records.violations == []
