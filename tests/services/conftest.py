"""The services on a real database against the local TikTok, in virtual time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.world import World, make_world
from tiktok_manager.simulator import chunks as tiktok_rules
from tiktok_manager.tiktok import chunk_plans


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as world:
        yield world
        assert world.sim.world.records.violations == []


@pytest.fixture
def unruly(tmp_path: Path) -> Iterator[World]:
    """A world where the local TikTok's faults make requests look like violations."""
    with make_world(tmp_path) as world:
        yield world


@pytest.fixture
def thousandth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every rule about chunks a thousandth of the real one."""
    monkeypatch.setattr(chunk_plans, "SINGLE_CHUNK_BYTES", 64_000)
    monkeypatch.setattr(chunk_plans, "CHUNK_BYTES", 16_000)
    monkeypatch.setattr(chunk_plans, "MIDDLE_CHUNK_BYTES", 10_000)
    monkeypatch.setattr(chunk_plans, "SMALLEST_CHUNK_BYTES", 5_243)
    monkeypatch.setattr(tiktok_rules, "MIN_CHUNK_BYTES", 5_000)


@pytest.fixture
def four_parts(thousandth: None) -> int:
    """The size of a file that goes in four parts."""
    return 64_001
