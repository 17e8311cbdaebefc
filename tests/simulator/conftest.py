from collections.abc import Iterator

import pytest

from tests.simulator.app_client import DirectApp, HttpApp, frozen_clock, new_world
from tiktok_manager.simulator import Simulator, SimulatorConfig


@pytest.fixture
def app() -> Iterator[DirectApp]:
    """An app connected to sim01, without sockets; time stands still."""
    world = new_world()
    connected = DirectApp(world)
    connected.connect("sim01")
    yield connected
    world.close()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A running simulator whose clock stands still; posts need no time."""
    config = SimulatorConfig(auto_approve=True, processing_s=0.0, moderation_s=0.0)
    with Simulator(config, frozen_clock()) as running:
        yield running


@pytest.fixture
def http_app(simulator: Simulator) -> Iterator[HttpApp]:
    connected = HttpApp(simulator.base_url)
    connected.connect("sim01")
    yield connected
    connected.close()
