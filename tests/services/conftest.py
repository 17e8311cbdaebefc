"""The services on a real database against the local TikTok, in virtual time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.world import World, make_world


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
